// SPDX-License-Identifier: Apache-2.0
// Lines of the audit trail in other hands: on the paper of a submission, in the mail about one, in
// the file of the worker, from the command; and what they tell of a file that somebody worked on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { complete, demo, program, serve, sqlite, tempFolder, token, yagura, yaguraOk } from './lib.mjs';

const LIMIT = { timeout: 180_000 };
const LINE = /^yagura-anchor-1 \S{25} \d+ \d+ [0-9a-f]{64} (?:[0-9a-f]{64}|-) \d+ [0-9a-f]{64} [0-9a-f]{128}$/;

/** verify --against these lines: { code, out, err }. */
function against(file, lines) {
  const outside = path.join(tempFolder(), 'lines.txt');
  fs.writeFileSync(outside, `${lines.join('\n')}\n`);
  return yagura('audit', 'verify', '--db', `sqlite:${file}`, '--against', outside);
}

test('the paper of a submission is a witness', LIMIT, async () => {
  const file = demo('--sample'), db = `sqlite:${file}`;
  const first = yaguraOk('audit', 'head', '--db', db).trim();
  assert.match(first, LINE);
  const server = await serve(file);
  const town = program(server.url, token(file, 'u482013'));
  const { own } = (await town.get('/')).json;
  let receipt = null;
  for (const { id } of own) {
    const { json } = await town.get(`/surveys/${id}/submit`);
    if (json?.receipt) receipt = json;
  }
  assert.ok(receipt, 'one of the surveys of this body is submitted');
  assert.match(receipt.receipt_hash, /^[0-9a-f]{64}$/);
  assert.match(receipt.receipt_body, LINE);
  assert.match(receipt.receipt_nation, LINE);
  const who = program(server.url, token(file, 'pref')); // somebody works on meanwhile
  assert.equal((await who.get('/')).status, 200);
  // Another town submits: the line of the mail to its prefecture is kept.
  const officer = program(server.url, token(file, 'town'));
  const survey = (await officer.get('/')).json.own[0].id;
  await complete(officer, survey);
  for (const login of ['town', 'kacho', 'ciso']) {
    assert.equal((await program(server.url, token(file, login)).post(`/surveys/${survey}/submit`)).status, 200, login);
  }
  const [mail, ...more] = sqlite(file, "SELECT text FROM outbox WHERE text LIKE '%yagura-anchor%' GROUP BY text;")
    .split('\n').filter((l) => l.startsWith('yagura-anchor'));
  assert.match(mail, LINE);
  assert.deepEqual([mail.split(' ')[2], more], ['483010', []]);
  const second = yaguraOk('audit', 'head', '--db', db).trim(); // handed over to the server
  assert.equal(await server.stop(), 0);
  const lines = [first, receipt.receipt_body, receipt.receipt_nation, mail, second];
  const good = against(file, lines);
  assert.equal(good.code, 0, good.out + good.err);
  assert.match(good.out, /5 lines from outside\n0 problems/);
  assert.equal(yagura('check', '--db', db).code, 0);

  // The file's owner changes who did something, and yesterday's file is put back.
  const [, , body, number] = receipt.receipt_body.split(' ');
  sqlite(file, `DROP TRIGGER audit_keep_update; UPDATE audit SET person=1 WHERE body=${body} AND seq=${number};`);
  const bad = against(file, lines);
  assert.equal(bad.code, 73, bad.out);
  assert.match(bad.out, new RegExp(`団体 ${body} の ${number} 番で連なりが切れています`));
  const nothing = against(file, ['not a line']);
  assert.notEqual(nothing.code, 0);
  assert.match(nothing.err, /この櫓の行がありません/);
});

test('a proof is verified by itself', LIMIT, () => {
  const file = demo('--sample'), db = `sqlite:${file}`, proof = path.join(tempFolder(), 'proof.txt');
  assert.equal(yagura('audit', 'prove', '--db', db, '--body', '482013').code, 66);
  yaguraOk('audit', 'head', '--db', db);
  fs.writeFileSync(proof, yaguraOk('audit', 'prove', '--db', db, '--body', '482013'));
  fs.rmSync(file);
  assert.match(yaguraOk('audit', 'proof', proof), /^団体 482013 の監査証跡は、\d+ 番まで/);
  fs.writeFileSync(proof, fs.readFileSync(proof, 'utf8').replace(' 482013 ', ' 482021 '));
  assert.equal(yagura('audit', 'proof', proof).code, 65);
});

test('the worker adds a line to the file and never takes one away', LIMIT, () => {
  const file = demo('--sample'), db = `sqlite:${file}`, out = path.join(tempFolder(), 'anchors.txt');
  const work = () => yagura('work', '--db', db, '--smtp', 'smtp://127.0.0.1:1', '--once', '--anchor-file', out);
  fs.writeFileSync(out, 'kept\n');
  const r = work();
  const lines = fs.readFileSync(out, 'utf8').trim().split('\n');
  assert.equal(lines[0], 'kept', r.err);
  assert.ok(lines.length === 2, r.err);
  assert.match(lines[1], LINE);
  assert.match(r.err, /"event":"audit_anchor"/);
  assert.equal(against(file, lines.slice(1)).code, 0);
  sqlite(file, "UPDATE setting SET value='1' WHERE name='anchor_hour';"); // as if an hour had passed
  work();
  assert.equal(fs.readFileSync(out, 'utf8').trim().split('\n').length, 3);
});
