// SPDX-License-Identifier: Apache-2.0
// The drill: a backup made while everybody saves, the machine killed, and all of it back on an empty
// one with nothing but the backup and the key. And what damage and other keys do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import {
  PATIENCE, bin, demo, each, program, serve, sqlite, tempFolder, token, within, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 180_000 };
const CLIENTS = 64;
const ITEMS = ['ORG-S1', 'ORG-S2', 'ORG-S3', 'ORG-S4', 'AST-S1', 'HUM-S2', 'OPE-S1', 'OUT-S1'];
const LOGINS = ['town', 'u482021', 'u483036']; // none of the three has submitted
const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

function keys() {
  const folder = path.join(tempFolder(), 'keys');
  yaguraOk('backup', 'keygen', folder);
  return { pub: path.join(folder, 'yagura-backup.pub'), key: path.join(folder, 'yagura-backup.key') };
}

/** The command beside a running server, without waiting: { code, out, err, peak } at its end. */
function start(...args) {
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const r = { out: '', err: '', peak: 0 };
  child.stdout.setEncoding('utf8').on('data', (t) => { r.out += t; });
  child.stderr.setEncoding('utf8').on('data', (t) => { r.err += t; });
  const watch = setInterval(() => {
    try {
      const [, kib] = /VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      r.peak = Math.max(r.peak, Number(kib) * 1024);
    } catch { /* it has ended */ }
  }, 5);
  return within(PATIENCE, args[0], new Promise((resolve) => {
    child.on('close', (code) => { clearInterval(watch); resolve({ ...r, code }); });
  })).finally(() => child.kill('SIGKILL'));
}

/** What was acknowledged, in order: [item of a body, value, when]. Values never repeat. */
async function saveOn(url, survey, key, n, acknowledged, until) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const who = program(url, key, agent);
  for (let i = n; !until.stop; i++) {
    const code = ITEMS[i % ITEMS.length];
    const where = `/surveys/${survey}/items/${code}`;
    try {
      const { json } = await who.get(where);
      const value = String(1_000_000 + until.next++);
      const r = await who.post(where, { value, seen: json.seen });
      if (r.status === 200) acknowledged.push(value);
      else assert.equal(r.status, 409); // a colleague of the same body was first
    } catch (e) {
      if (e instanceof assert.AssertionError) throw e;
      break; // the server was killed
    }
  }
  agent.destroy();
}

test('64 save while it is made; the machine dies; all comes back on an empty one', LIMIT, async () => {
  const k = keys();
  const file = demo('--sample');
  const tokens = LOGINS.map((login) => token(file, login));
  const server = await serve(file);
  const town = program(server.url, tokens[0]);
  const survey = (await town.get('/')).json.own[0].id;
  const sent = new Map();
  for (const [i, code] of ITEMS.slice(0, 5).entries()) {
    const content = Buffer.alloc(1 << 20, `proof ${i} `);
    const r = await town.upload(`/surveys/${survey}/items/${code}/files`, ['file', content, `p${i}.txt`]);
    assert.equal(r.status, 200, r.text);
    sent.set(sha256(content), content.length);
  }

  const acknowledged = [], until = { stop: false, next: 0 };
  const savers = Array.from({ length: CLIENTS }, (_, i) =>
    saveOn(server.url, survey, tokens[i % tokens.length], i, acknowledged, until));
  const enough = async (n) => within(PATIENCE, 'saves', (async () => {
    while (acknowledged.length < n) await new Promise((go) => { setTimeout(go, 10); });
  })());
  await enough(100);
  const before = [...acknowledged]; // told to their senders before the backup was begun
  const backup = path.join(tempFolder(), 'one.yagura');
  const made = await start('backup', backup, '--db', `sqlite:${file}`, '--to', k.pub);
  assert.equal(made.code, 0, made.err);
  assert.equal(made.err, '');
  const during = acknowledged.length - before.length;
  await enough(acknowledged.length + 50); // and the writer goes on
  process.kill(server.pid, 'SIGKILL');
  assert.equal(await server.ended, 'SIGKILL');
  until.stop = true;
  await Promise.all(savers);
  assert.ok(during > 0, 'saves were acknowledged while the backup was made');
  assert.deepEqual(fs.readdirSync(path.dirname(file)).filter((n) => /snapshot|part/.test(n)), []);

  // The empty machine: another folder, the backup and the key; the old one is gone.
  const lost = `${path.dirname(file)}.gone`;
  fs.renameSync(path.dirname(file), lost);
  const machine = tempFolder(), back = path.join(machine, 'yagura.db');
  fs.copyFileSync(backup, path.join(machine, 'usb.yagura'));
  const restored = await start('restore', path.join(machine, 'usb.yagura'), '--db', `sqlite:${back}`,
    '--key', k.key);
  assert.equal(restored.code, 0, restored.out + restored.err);
  assert.match(restored.out, /^0 problems$/m);
  const values = new Set(sqlite(back, 'SELECT value FROM fact;').trim().split('\n'));
  assert.deepEqual(before.filter((v) => !values.has(v)), [], 'all that was acknowledged is there');
  const check = yagura('check', '--db', `sqlite:${back}`);
  assert.equal(check.code, 0, check.out);
  assert.match(check.out, /^blob: 5 files, 0 left over$/m);
  fs.rmSync(lost, { recursive: true });

  // It lives: every file opens, and people go on working.
  const again = await serve(back);
  const who = program(again.url, tokens[0]);
  for (const code of ITEMS.slice(0, 5)) {
    const { json } = await who.get(`/surveys/${survey}/items/${code}`);
    const [row] = json.files.rows;
    const r = await who.get(`/surveys/${survey}/files/${row.file}`);
    assert.equal(r.status, 200);
    assert.equal(Buffer.byteLength(r.text), sent.get(sha256(r.text)), 'the bytes that were sent');
  }
  const { json } = await who.get(`/surveys/${survey}/items/ORG-S1`);
  assert.equal((await who.post(`/surveys/${survey}/items/ORG-S1`,
    { value: '7', seen: json.seen })).status, 200);
  assert.equal(await again.stop(), 0);
});

test('memory stays small whatever the size of what is saved', LIMIT, async () => {
  const k = keys(), file = demo('--sample'), big = 96 << 20;
  const folder = `${file}.blobs`;
  const one = Buffer.alloc(big);
  crypto.randomFillSync(one, 0, 4096);
  const hash = sha256(one);
  fs.mkdirSync(path.join(folder, hash.slice(0, 2)), { recursive: true });
  fs.writeFileSync(path.join(folder, hash.slice(0, 2), hash.slice(2)), one);
  sqlite(file, `INSERT INTO blob (hash, size, media, at) VALUES (x'${hash}', ${big}, 'text/plain', 1);`);
  const backup = path.join(tempFolder(), 'big.yagura');
  const made = await start('backup', backup, '--db', `sqlite:${file}`, '--to', k.pub);
  assert.equal(made.code, 0, made.err);
  const back = await start('restore', backup, '--db', `sqlite:${path.join(tempFolder(), 'x.db')}`,
    '--key', k.key);
  assert.equal(back.code, 0, back.out + back.err);
  for (const r of [made, back]) {
    assert.ok(r.peak > 0 && r.peak < 64 << 20, `${r.peak >> 20} MiB at most`);
  }
});

test('a drill restores elsewhere, leaves nothing, and is remembered', LIMIT, async () => {
  const k = keys(), file = demo('--sample'), db = `sqlite:${file}`;
  const backup = path.join(tempFolder(), 'b.yagura');
  yaguraOk('backup', backup, '--db', db, '--to', k.pub);
  const drill = yagura('backup', 'drill', backup, '--db', db, '--key', k.key);
  assert.equal(drill.code, 0, drill.out + drill.err);
  assert.match(drill.out, /^0 problems$/m);
  assert.deepEqual(fs.readdirSync(path.dirname(file)).filter((n) => /drill|restoring/.test(n)), []);
  assert.equal(sqlite(file, `SELECT COUNT(*) FROM setting WHERE name IN
    ('backup_last', 'backup_drilled');`).trim(), '2');
  assert.equal(sqlite(file, `SELECT group_concat(action) FROM (SELECT action FROM audit
    WHERE body=0 AND action LIKE 'backup.%' ORDER BY seq);`).trim(), 'backup.written,backup.drilled');
  // Somebody else's backup proves nothing about this installation.
  const other = demo('--sample', '--seed', '2');
  const foreign = yagura('backup', 'drill', backup, '--db', `sqlite:${other}`, '--key', k.key);
  assert.match(foreign.err, /記録しませんでした/);
  assert.equal(sqlite(other, `SELECT COUNT(*) FROM setting WHERE name='backup_drilled';`).trim(), '0');
});

test('damage, other keys and other places are refused in words', LIMIT, async () => {
  const k = keys(), other = keys(), file = demo('--sample'), db = `sqlite:${file}`;
  const folder = tempFolder(), backup = path.join(folder, 'b.yagura');
  const none = yagura('backup', backup, '--db', db);
  assert.equal(none.code, 65);
  assert.match(none.err, /--to/);
  assert.deepEqual(fs.readdirSync(folder), []);
  yaguraOk('backup', backup, '--db', db, '--to', k.pub);
  assert.match(yaguraOk('backup', 'verify', backup), /外側を確かめました/);
  assert.match(yaguraOk('backup', 'verify', backup, '--key', k.key), /中身まで確かめました/);
  assert.equal(yagura('backup', 'verify', backup, '--key', other.key).code, 65);
  assert.match(yagura('backup', 'verify', backup, '--key', other.key).err, /この鍵では開けません/);
  assert.equal(yagura('backup', backup, '--db', db, '--plain').code, 73, 'nothing is overwritten');
  assert.equal(yagura('restore', backup, '--db', db, '--key', k.key).code, 73);

  const whole = fs.readFileSync(backup), bad = path.join(folder, 'bad');
  assert.equal(whole.indexOf('SQLite format 3'), -1);
  const hurt = [
    ['cut', whole.subarray(0, whole.length - 1), /途中で切れています/],
    ['half', whole.subarray(0, whole.length / 2), /途中で切れています/],
    ['appended', Buffer.concat([whole, Buffer.from('x')]), /余分なデータ/],
    ['empty', Buffer.alloc(0), /途中で切れています/],
    ['something else', fs.readFileSync(bin).subarray(0, 5000), /控えのファイルではありません/],
  ];
  for (const at of [9, 100, 300, 70_000, whole.length - 200, whole.length - 1]) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 1;
    hurt.push([`bit at ${at}`, flipped, /壊れています|途中で切れています/]);
  }
  await each(hurt, 2, async ([what, bytes, says], i) => {
    fs.writeFileSync(bad + i, bytes);
    const r = await start('backup', 'verify', bad + i);
    assert.equal(r.code, 65, what);
    assert.match(r.err, says, what);
    const to = path.join(folder, `to${i}`);
    const s = await start('restore', bad + i, '--db', `sqlite:${to}`, '--key', k.key);
    assert.equal(s.code, 65, what);
    assert.ok(!fs.existsSync(to) && !fs.existsSync(`${to}.restoring`), what);
  });
});

test('check finds a row that lost what it refers to, and a damaged page', LIMIT, () => {
  const file = demo('--sample');
  sqlite(file, `PRAGMA foreign_keys=OFF; UPDATE person SET body=12345 WHERE id=(SELECT MIN(id) FROM person);`);
  const orphan = yagura('check', '--db', `sqlite:${file}`);
  assert.equal(orphan.code, 73);
  assert.match(orphan.out, /^database: row \d+ of person refers to a row of body that is gone$/m);
  const torn = demo('--sample');
  const fd = fs.openSync(torn, 'r+');
  fs.writeSync(fd, Buffer.alloc(2048, 0xA5), 0, 2048, 40 * 4096);
  fs.closeSync(fd);
  const damaged = yagura('check', '--db', `sqlite:${torn}`);
  assert.notEqual(damaged.code, 0);
  assert.match(damaged.out + damaged.err, /database: |確かめられませんでした/);
});
