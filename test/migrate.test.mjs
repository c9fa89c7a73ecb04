// SPDX-License-Identifier: Apache-2.0
// Bringing a database to the version of the program, and every file that must not be touched.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { bin, demo, serve, sqlite, tempFolder, yagura, yaguraOk } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const model = demo('--sample', '--years', '1');
sqlite(model, 'PRAGMA wal_checkpoint(TRUNCATE);');

/** A database of the sample as it was before the policies came. */
function older(folder = tempFolder()) {
  const file = path.join(folder, 'yagura.db');
  fs.copyFileSync(model, file);
  const tables = sqlite(file, `SELECT name FROM sqlite_master WHERE type='table' AND (name LIKE 'policy%' OR name='guideline')`)
    .trim().split('\n');
  assert.ok(tables.length > 0 && tables[0]);
  sqlite(file, `PRAGMA foreign_keys=OFF; ${tables.map((t) => `DROP TABLE ${t};`).join('')}
    DELETE FROM schema_migration WHERE module='policy'; PRAGMA wal_checkpoint(TRUNCATE);`);
  return file;
}
const hash = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
const content = (file) => sqlite(file, '.dump').replace(/INSERT INTO schema_migration.*\n/g, '');
const migrate = (file, ...args) => yagura('migrate', '--db', `sqlite:${file}`, ...args);
const beside = (file) => fs.readdirSync(path.dirname(file)).filter((n) => /before(?!.*(-wal|-shm|\.lock)$)/.test(n)).sort();

test('what is missing is applied, after a copy, with progress', LIMIT, async () => {
  const file = older(), was = content(file);
  const refused = yagura('check', '--db', `sqlite:${file}`);
  assert.equal(refused.code, 73);
  assert.match(refused.err, /yagura migrate/);
  const r = migrate(file);
  assert.equal(r.code, 0, r.err);
  assert.match(r.out, /適用した変更: 1 件/);
  assert.match(r.err, /\[1\/1\] policy\/0001_policy\.sql/);
  const [copy, ...more] = beside(file);
  assert.match(copy, /^yagura\.db\.before-\d+\.\d+\.\d+$/);
  assert.deepEqual(more, []);
  const full = path.join(path.dirname(file), copy);
  assert.equal(fs.statSync(full).mode & 0o777, 0o600);
  assert.equal(content(full), was);
  yaguraOk('check', '--db', `sqlite:${file}`);
  const again = migrate(file);
  assert.match(again.out, /適用した変更: 0 件/);
  assert.equal(beside(file).length, 1, 'nothing to change, nothing to copy');
  // The copy is an installation of its own, and its way back.
  assert.equal(migrate(full, '--copy', 'none').code, 0);
  assert.equal(beside(file).length, 1);
});

test('the copy goes where it is told, never over another file', LIMIT, () => {
  const file = older(), to = path.join(tempFolder(), 'kept.db');
  fs.writeFileSync(to, 'something else');
  const r = migrate(file, '--copy', to);
  assert.equal(r.code, 73);
  assert.match(r.err, /もう使われています/);
  assert.equal(fs.readFileSync(to, 'utf8'), 'something else');
  assert.equal(migrate(file, '--copy', `${to}.2`).code, 0);
  assert.equal(sqlite(`${to}.2`, `SELECT COUNT(*) FROM schema_migration WHERE module='policy'`), '0\n');
  const second = older();
  assert.equal(migrate(second).code, 0);
  fs.copyFileSync(older(), second);
  assert.equal(migrate(second).code, 0);
  assert.equal(beside(second).length, 2, 'an older copy stays');
});

test('a file that is not ours, newer or damaged is refused and not touched', LIMIT, () => {
  const cut = (file) => fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  const cases = {
    newer: [(f) => sqlite(f, `INSERT INTO schema_migration VALUES ('future', 1, '0001_x.sql', x'00', 0)`),
      /新しい版で作られています（future 0001_x\.sql）。新しい版の yagura を使って/],
    changed: [(f) => sqlite(f, `UPDATE schema_migration SET checksum=zeroblob(16) WHERE module='org' AND number=1`),
      /org\/0001_org\.sql が、プログラムの持つものと異なります。.*バックアップから戻して/],
    truncated: [cut, /壊れています。.*消さずに.*バックアップから戻して/],
    'a page overwritten': [(f) => {
      const fd = fs.openSync(f, 'r+');
      const size = fs.statSync(f).size;
      for (let at = 4096 * 8; at + 4096 <= size; at += 4096 * 16) fs.writeSync(fd, Buffer.alloc(4096, 0x5A), 0, 4096, at);
      fs.closeSync(fd);
    }, /壊れています/],
    'random bytes': [(f) => fs.writeFileSync(f, crypto.randomBytes(100_000)), /データベースのファイルではありません/],
    'a short text': [(f) => fs.writeFileSync(f, 'hello'), /データベースのファイルではありません/],
    'a good head and then nothing': [(f) => fs.truncateSync(f, 100), /壊れています/],
    empty: [(f) => fs.truncateSync(f, 0), /ファイルが空です/],
    'of another program': [(f) => {
      fs.rmSync(f);
      sqlite(f, 'CREATE TABLE letters (x); INSERT INTO letters VALUES (1);');
    }, /yagura のデータベースではありません/],
    'with a table of our name': [(f) => {
      fs.rmSync(f);
      sqlite(f, 'CREATE TABLE schema_migration (version TEXT);');
    }, /yagura のデータベースではありません/],
    absent: [(f) => fs.rmSync(f), /ファイルがありません。「yagura init」/],
  };
  for (const [name, [spoil, says]] of Object.entries(cases)) {
    const file = older();
    spoil(file);
    for (const rest of ['-wal', '-shm']) fs.rmSync(file + rest, { force: true });
    const was = fs.existsSync(file) && hash(file);
    const r = migrate(file);
    assert.notEqual(r.code, 0, name);
    assert.match(r.err, says, name);
    assert.equal(fs.existsSync(file) && hash(file), was, `${name}: the file is as it was`);
    assert.deepEqual(beside(file), [], name);
    const s = yagura('serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0');
    assert.notEqual(s.code, 0, name);
  }
});

test('while somebody serves, nothing is migrated', LIMIT, async () => {
  const file = path.join(tempFolder(), 'yagura.db');
  fs.copyFileSync(model, file);
  const server = await serve(file);
  const r = migrate(file);
  assert.equal(r.code, 75);
  assert.match(r.err, /ほかの yagura が/);
  assert.equal(await server.stop(), 0);
});

/** The command as somebody else, or with a limit on what it may write. */
function shell(script, options = {}) {
  const r = spawnSync('bash', ['-c', script], { encoding: 'utf8', timeout: 60_000,
    env: { ...process.env, BIN: bin }, ...options });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

test('a full disk changes nothing, wherever it becomes full', LIMIT, () => {
  const file = older(), was = content(file), size = fs.statSync(file).size;
  for (const [kib, args] of [[Math.floor(size / 2048), ''], [64, ''], [3, '--copy none'], [20, '--copy none']]) {
    const r = shell(`ulimit -f ${kib}; "$BIN" migrate --db sqlite:${file} ${args}`);
    assert.ok(r.code > 0, `${kib} KiB: ${r.code} ${r.err}`);
    assert.match(r.err, /空き|書き込めません|権限/, `${kib} KiB`);
    assert.deepEqual(beside(file), [], 'no half of a copy');
    assert.equal(content(file), was);
  }
  assert.equal(migrate(file).code, 0);
  yaguraOk('check', '--db', `sqlite:${file}`);
});

test('a disk that has no room for the copy is told before', LIMIT, () => {
  const folder = tempFolder(), from = older();
  const kib = Math.ceil(fs.statSync(from).size * 1.5 / 1024);
  const sudo = process.getuid() === 0 ? '' : 'sudo -n ';
  const r = shell(`${sudo}unshare -m bash -c 'mount -t tmpfs -o size=${kib}k t ${folder} && cp ${from} ${folder}/y.db &&
    "${bin}" migrate --db sqlite:${folder}/y.db; echo $?; ls ${folder}'`);
  assert.match(r.err, /写しを取る空きがディスクにありません。/);
  assert.match(r.out, /^74\n/);
  assert.doesNotMatch(r.out, /before/);
});

test('a folder that may not be written to is named', { ...LIMIT, skip: process.getuid() !== 0 && 'needs another user' }, () => {
  const folder = tempFolder();
  fs.chmodSync(folder, 0o755);
  const file = older(folder);
  fs.chmodSync(file, 0o644);
  const other = { uid: 65534, gid: 65534 };
  const r = shell(`"$BIN" migrate --db sqlite:${file}`, other);
  assert.notEqual(r.code, 0);
  assert.match(r.err, /書き込めません。所有者と権限を/);
  const i = shell(`"$BIN" init --db sqlite:${folder}/new.db --admin a@example.jp`, other);
  assert.equal(i.code, 77);
  assert.match(i.err, /に書き込めません。/);
});

test('init leaves nothing half done', LIMIT, () => {
  const folder = tempFolder(), file = path.join(folder, 'new.db');
  for (const kib of [40, 200, 600]) {
    const r = shell(`ulimit -f ${kib}; "$BIN" init --db sqlite:${file} --admin a@example.jp`);
    assert.ok(r.code > 0, `${kib} KiB`);
    assert.match(r.err, /空き/);
    assert.deepEqual(fs.readdirSync(folder).filter((n) => !n.endsWith('.lock')), [], `${kib} KiB`);
  }
  const none = yagura('init', '--db', `sqlite:${folder}/none/new.db`, '--admin', 'a@example.jp');
  assert.equal(none.code, 66);
  assert.match(none.err, /フォルダー .*\/none がありません/);
  assert.match(yaguraOk('init', '--db', `sqlite:${file}`, '--admin', 'a@example.jp',
    '--url', 'https://yagura.example.jp/yagura'), /\n {2}https:\/\/yagura\.example\.jp\/yagura\/invite/);
  const twice = yagura('init', '--db', `sqlite:${file}`, '--admin', 'a@example.jp');
  assert.equal(twice.code, 73);
  assert.match(twice.err, /もうあります/);
});
