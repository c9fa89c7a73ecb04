// SPDX-License-Identifier: Apache-2.0
// The configuration of the real command: the file, the options that go before it, and the words
// for mistakes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { demo, serve, request, tempFolder, yagura, yaguraOk } from './lib.mjs';

const LIMIT = { timeout: 120_000 };

function conf(text, mode = 0o644) {
  const file = path.join(tempFolder(), 'yagura.conf');
  fs.writeFileSync(file, text, { mode });
  return file;
}

test('the example is a file that is right but for what is not there yet', LIMIT, () => {
  const file = conf(yaguraOk('conf', 'example'));
  const r = yagura('conf', 'check', '--conf', file);
  assert.equal(r.code, 0, r.err);
  assert.match(r.out, /問題はありません。/);
  assert.match(yaguraOk('conf', 'show', '--conf', file),
    new RegExp(`# ${file}:\\d+\ndb = sqlite:/var/lib/yagura/yagura\\.db\n`));
});

test('every line of the example may be used', LIMIT, () => {
  const folder = tempFolder();
  const secret = path.join(folder, 'secret'), open = path.join(folder, 'ca.pem');
  fs.writeFileSync(secret, 'x', { mode: 0o600 });
  fs.writeFileSync(open, 'x');
  const all = yaguraOk('conf', 'example').replace(/^#([a-z])/gm, '$1')
    .replace('/etc/yagura/smtp-password', secret).replace('/etc/yagura/relay-ca.pem', open)
    .replace('/etc/yagura/yagura-backup.pub', open);
  assert.ok(all.match(/^[a-z.-]+ = \S/gm).length > 8);
  const r = yagura('conf', 'check', '--conf', conf(all));
  assert.equal(r.code, 0, r.err);
});

test('the manual has every command, option and key, and no more', LIMIT, () => {
  const page = (...which) => yaguraOk('--manual', ...which).replaceAll('\\-', '-');
  const bold = (text) => [...text.matchAll(/^\.TP\n\\fB(.*?)\\fR/gm)].map((m) => m[1]);
  const help = yaguraOk('--help'), first = page(), second = page('conf');
  const commands = [...help.matchAll(/^  (yagura [a-z ]+?)(?= [[F-]|$)/gm)].map((m) => m[1]);
  assert.ok(commands.length > 20);
  const items = bold(first);
  assert.deepEqual(items.filter((l) => !l.startsWith('--')), commands);
  const options = items.filter((l) => l.startsWith('--')).map((l) => l.split(' ')[0]);
  const used = new Set([...help.matchAll(/--[a-z][a-z-]*/g)].map((m) => m[0]));
  assert.deepEqual([...used].filter((o) => !options.includes(o)), []);
  const keys = [...yaguraOk('conf', 'show').matchAll(/^(?:# )?([a-z][a-z.-]*) = /gm)].map((m) => m[1]);
  assert.ok(keys.length > 15);
  assert.deepEqual(bold(second), keys);
});

test('check says each mistake with its line, and ends with 65', LIMIT, () => {
  const folder = tempFolder();
  const open = path.join(folder, 'secret');
  fs.writeFileSync(open, 'x', { mode: 0o644 });
  fs.chmodSync(open, 0o644);
  const cases = [
    ['db = sqlite:/a\nmail.smpt = smtp://127.0.0.1:25\n', /:2: 「mail\.smpt」という項目はありません。「mail\.smtp」/],
    ['db = /var/lib/x.db\n', /:1: 「db」には、sqlite:ファイル名 の形の値を書いてください。いまの値: 「\/var\/lib\/x\.db」/],
    ['db = sqlite:/a\nserve.base = /a/"b\n', /:2: 「serve\.base」/],
    ['db = sqlite:/a\nserve.listen = 127.0.0.1\n', /:2: 「serve\.listen」/],
    ['db = sqlite:/a\nmail.smtp-tls = yes\n', /:2: .*require、if-offered、never のどれか/],
    ['url = https://yagura.example.jp\n', /「db」がありません。例: db = sqlite:/],
    [`db = sqlite:/a\nmail.smtp-ca = ${folder}/none.pem\n`, /:2: 「mail\.smtp-ca」のファイルがありません。/],
    [`db = sqlite:/a\n\nmail.smtp-password-file = ${open}\n`, /:3: .*chmod 600/],
    ['admin = a@b\n', /--admin で指定します/],
  ];
  for (const [text, says] of cases) {
    const r = yagura('conf', 'check', '--conf', conf(text));
    assert.equal(r.code, 65, text);
    assert.match(r.err, says);
  }
  const none = yagura('conf', 'check', '--conf', path.join(folder, 'none.conf'));
  assert.equal(none.code, 66);
  assert.match(none.err, /設定ファイルがありません/);
  assert.notEqual(yagura('conf', 'check', '--conf', folder).code, 0);
  assert.equal(yagura('conf', 'check').code, 65);
});

test('a command takes the options of its row and no others', LIMIT, () => {
  for (const args of [['check', '--db', 'sqlite:/x', '--smtp', 'smtp://a:1'], ['check'],
    ['check', '--nonsense'], ['serve', 'db'], ['nonsense']]) {
    const r = yagura(...args);
    assert.equal(r.code, 64, args.join(' '));
    assert.match(r.err, /使い方/);
  }
  for (const args of [['demo', '--db', 'sqlite:/x', '--years', '11'], ['check', '--db'],
    ['demo', '--db', 'sqlite:/x', '--today', '2026-02-30'], ['check', '--db', 'postgres:x']]) {
    const r = yagura(...args);
    assert.equal(r.code, 65, args.join(' '));
    assert.match(r.err, /^yagura: --[a-z]+ には、/);
  }
});

test('serve runs from the file, and the option goes before it', LIMIT, async () => {
  const file = demo('--sample', '--years', '1');
  const text = conf(`db = sqlite:/nonexistent\nserve.base = /from-file\nserve.listen = 127.0.0.1:1\n`);
  const server = await serve(file, '--conf', text);
  assert.equal((await request(server.url, '/from-file/healthz')).status, 200);
  assert.equal((await request(server.url, '/healthz')).status, 404);
  assert.equal(await server.stop(), 0);
});
