// SPDX-License-Identifier: Apache-2.0
// yagura incident rules check|show: the pack that ships, one of other countries, and packs with something
// wrong in them, each refused with its line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PATIENCE, bin, root, tempFolder } from './lib.mjs';

const rules = path.join(root, 'data', 'rules');
const folder = tempFolder();
const MARKS = { verified: '原文で確認', 'second-hand': '二次資料で確認', unverified: '未確認' };

function run(...args) {
  const r = spawnSync(bin, ['incident', 'rules', ...args], { encoding: 'utf8', timeout: PATIENCE, maxBuffer: 64 << 20 });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

function file(name, text) {
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

const read = (name) => fs.readFileSync(path.join(rules, name), 'utf8');
const lineOf = (text, part) => text.slice(0, text.indexOf(part)).split('\n').length;

test('the pack that ships is whole, and says how many states were looked at', () => {
  const shipped = run('check');
  assert.equal(shipped.code, 0, shipped.err);
  assert.match(shipped.out, /調べた場合の数：\d{1,3}(,\d{3}){3,}（/);
  assert.match(shipped.out, /漏えい等のおそれのどの場合にも、報告する相手と期限があります/);
  assert.equal(run('check', path.join(rules, 'jp.json')).out, shipped.out);
  const pack = JSON.parse(read('jp.json'));
  for (const [mark, name] of Object.entries(MARKS)) {
    assert.ok(shipped.out.includes(`${name} ${pack.rules.filter((r) => r.mark === mark).length}件`), mark);
  }
});

test('every rule is shown with its recipient, source and mark', () => {
  for (const name of ['jp.json', 'test/foreign.json']) {
    const shown = run('show', path.join(rules, name));
    const pack = JSON.parse(read(name));
    assert.equal(shown.code, 0, shown.err);
    const parts = shown.out.split('\n\n').slice(1);
    assert.equal(parts.length, pack.rules.length);
    pack.rules.forEach((rule, i) => {
      const to = pack.recipients.find((r) => r.key === rule.recipient);
      const via = pack.recipients.find((r) => r.key === to.via);
      for (const said of [rule.id, rule.law, rule.article, `宛先：${to.name}`, `根拠の確認：${MARKS[rule.mark]}（${rule.source}）`,
        ...rule.note ? [rule.note] : [], ...via ? [`（${via.name}を経て）`] : [], ...rule.voluntary ? ['（任意）'] : []]) {
        assert.ok(parts[i].includes(said), `${rule.id}: ${said}`);
      }
    });
  }
});

test('how days are counted is shown, also where it is disputed', () => {
  const shown = run('show').out.split('\n\n');
  const of = (id) => shown.find((part) => part.startsWith(`${id}  `));
  assert.match(of('jp.ppc-68'), /確報：30日（不正の目的があるなら、60日）［初日を数える、閉庁日なら次の開庁日まで］/);
  assert.match(of('jp.operator'), /確報：30日［初日を数えるかは定まっていない、閉庁日なら送るかは定まっていない］/);
});

test('a hole and a cycle are refused with the line of a rule', () => {
  const foreign = run('check', path.join(rules, 'test/foreign.json'));
  assert.equal(foreign.code, 0, foreign.err);
  const hole = run('check', path.join(rules, 'test/hole.json'));
  assert.equal(hole.code, 65);
  assert.equal(hole.out, '');
  assert.ok(hole.err.includes(`hole.json:${lineOf(read('test/hole.json'), '"id": "hole.hospital"')}: `), hole.err);
  assert.match(hole.err, /次のとき：個人情報の漏えい等：おそれがある、起きた所：/);
  for (const command of ['check', 'show']) {
    const cycle = run(command, path.join(rules, 'test/cycle.json'));
    assert.equal(cycle.code, 65);
    assert.ok(cycle.err.includes(`cycle.json:${lineOf(read('test/cycle.json'), '"id": "cycle.a"')}: `), cycle.err);
  }
});

test('without the rules that hold for everybody the pack of Japan has a hole', () => {
  const pack = JSON.parse(read('jp.json'));
  pack.rules = pack.rules.filter((r) => r.id !== 'jp.mic');
  const r = run('check', file('less.json', JSON.stringify(pack, null, 2)));
  assert.equal(r.code, 65);
  assert.match(r.err, /報告する相手と期限の決まらない漏えい/);
});

test('what is no pack gets a clear answer', () => {
  const cases = [
    ['empty.json', '', 65, /JSON として読めません/],
    ['list.json', '[]', 65, /\{ \} で書くところ/],
    ['deep.json', '['.repeat(100_000), 65, /JSON として読めません/],
    ['large.json', ' '.repeat((1 << 20) + 1), 65, /大きすぎます/],
    ['zero.json', '{"name":"a\0b"}', 65, /JSON として読めません/],
    ['comma.json', read('jp.json').replace('"mark"', '"mark",'), 65, /:\d+: JSON として読めません/],
  ];
  for (const [name, text, code, says] of cases) {
    const r = run('check', file(name, text));
    assert.equal(r.code, code, name);
    assert.match(r.err, says);
    assert.equal(r.out, '');
  }
  assert.equal(run('check', path.join(folder, 'missing.json')).code, 66);
  assert.equal(run('check', folder).code === 0, false);
  assert.equal(run('check', '--db', 'sqlite:x').code, 64);
});
