// SPDX-License-Identifier: Apache-2.0
// The server's key: wherever it lies, what fits and what does not; a second copy; and a machine that is lost and
// comes back from its backup, without the key and then with it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { demo, program, reportIncident, serve, sqlite, tempFolder, token, yagura, yaguraOk } from './lib.mjs';

const LIMIT = { timeout: 180_000 };
const text = (file) => fs.readFileSync(file, 'utf8');
const mode = (file) => (fs.statSync(file).mode & 0o777).toString(8);

describe('the server\'s key', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', '--years', '1');
    c.db = `sqlite:${c.file}`;
    c.keys = `${c.file}.keys`;
    c.tokens = Object.fromEntries(['town', 'pref', 'nation', 'system'].map((login) => [login, token(c.file, login)]));
    assert.match(yaguraOk('keys', '--db', c.db), /まだ何にも封をしていません/);
    const server = await serve(c.file);
    c.own = await reportIncident(program(server.url, c.tokens.town), { summary: 'カギ6d1f' });
    await server.stop();
  }, LIMIT);

  /** What a serving program answers: [home, list is without key, incident, board's cases, a new one]. */
  const asked = async (file, ...args) => {
    const server = await serve(file, ...args), as = (login) => program(server.url, c.tokens[login]);
    const town = as('town'), page = await town.get(`/incidents/${c.own.incident}`);
    const report = await as('pref').get(`/incidents/received/${c.own.delivery}`);
    const list = (await town.get('/incidents')).json, board = (await as('nation').get('/incidents/board')).json;
    const made = (await town.post('/incidents')).status;
    const inspected = (await as('system').get('/system')).json.rows.find((r) => r.key === 'main_keys');
    await server.stop();
    return { home: list.rows.length > 0, without: list.sealed, board: board.cases > 0, page: page.status, says: page.text,
      sings: page.text.includes('カギ6d1f') && report.text.includes('カギ6d1f'), report: report.status, made, inspected };
  };

  test('is named, and known as the one that things are sealed with', () => {
    const out = yaguraOk('keys', '--db', c.db);
    assert.match(out, /^鍵の名前: 1:[0-9a-f]{32}$/m);
    assert.match(out, /このデータベースに封をした鍵です/);
    assert.ok(!out.includes(text(c.keys).split(' ')[1].trim()), 'the key itself is told to nobody');
    assert.match(yaguraOk('check', '--db', c.db), /^keys: .*封をした鍵です/m);
  });

  test('a second copy is the same, for its owner alone, never over another file, and its day is known', async () => {
    const copy = path.join(tempFolder(), 'copy.keys');
    assert.equal((await asked(c.file)).inspected.state, 'attention');
    assert.match(yaguraOk('keys', 'copy', copy, '--db', c.db), /控えとは別の場所/);
    assert.equal(text(copy), text(c.keys));
    assert.equal(mode(copy), '600');
    const again = yagura('keys', 'copy', copy, '--db', c.db);
    assert.equal(again.code, 73);
    assert.match(again.err, /上書きはしません/);
    assert.notEqual(yagura('keys', 'copy', path.join(tempFolder(), 'no', 'where'), '--db', c.db).code, 0);
    const { inspected } = await asked(c.file);
    assert.deepEqual([inspected.state, inspected.remedy], ['good', '']);
    assert.match(inspected.at, /^20/);
    assert.equal(sqlite(c.file, "SELECT COUNT(*) FROM audit WHERE action='main.keys_copied'").trim(), '1');
    fs.chmodSync(c.keys, 0o644);
    const open = (await asked(c.file)).inspected;
    fs.chmodSync(c.keys, 0o600);
    assert.equal(open.state, 'bad');
    assert.match(open.remedy, /chmod 600/);
  });

  test('it may lie in another folder, by option or in the file of the configuration', async () => {
    const folder = tempFolder(), keys = path.join(folder, 'server.keys'), conf = path.join(folder, 'yagura.conf');
    fs.renameSync(c.keys, keys);
    try {
      const moved = await asked(c.file, '--keys', keys);
      assert.deepEqual([moved.without, moved.page, moved.sings, moved.made], [false, 200, true, 200]);
      fs.writeFileSync(conf, `db = ${c.db}\nkeys = ${keys}\n`);
      assert.match(yaguraOk('keys', '--conf', conf), /封をした鍵です/);
      assert.equal((await asked(c.file, '--conf', conf)).sings, true);
      assert.ok(!fs.existsSync(c.keys), 'none is made beside the database');
    } finally {
      fs.renameSync(keys, c.keys);
    }
  });

  test('a key elsewhere is made with the installation, or by the first who serves', async () => {
    const folder = tempFolder(), keys = path.join(folder, 'k');
    fs.mkdirSync(path.join(folder, 'db'));
    const file = path.join(folder, 'db', 'y.db');
    yaguraOk('init', '--db', `sqlite:${file}`, '--admin', 'a@example.jp', '--keys', keys);
    assert.equal(mode(keys), '600');
    assert.ok(!fs.existsSync(`${file}.keys`));
    const was = text(keys);
    const server = await serve(file, '--keys', keys);
    await server.stop();
    assert.equal(text(keys), was);
    fs.rmSync(keys); // nothing is sealed yet: another may take its place
    const next = await serve(file, '--keys', keys);
    await next.stop();
    assert.notEqual(text(keys), was);
  });

  test('with another in its place, or something that is none, nobody begins to serve', async () => {
    const kept = text(c.keys), other = demo('--sample', '--years', '1');
    for (const [what, put, says] of [
      ['of another installation', text(`${other}.keys`), /封をした鍵ではありません（鍵の名前は 1:[0-9a-f]+、要るのは 1:/],
      ['no key', 'hello\n', /読めません。所有者と権限（600）/], ['empty', '', /読めません/]]) {
      fs.writeFileSync(c.keys, put);
      await assert.rejects(serve(c.file), says, what);
      assert.equal(text(c.keys), put, 'nothing is overwritten');
      assert.notEqual(yagura('keys', '--db', c.db).code, 0, what);
      assert.equal(yagura('keys', 'copy', path.join(tempFolder(), 'x'), '--db', c.db).code === 0, false, what);
      const check = yagura('check', '--db', c.db);
      assert.equal(check.code, 73, what);
      assert.match(check.out, /^1 problems$/m);
    }
    fs.writeFileSync(c.keys, kept);
    assert.equal((await asked(c.file)).sings, true);
  });

  test('a backup does not hold it; restored without it all but the sealed is there, and with it everything', LIMIT, async () => {
    const folder = tempFolder(), backup = path.join(folder, 'b.yagura'), back = path.join(folder, 'back.db');
    yaguraOk('backup', backup, '--db', c.db, '--plain');
    const bytes = fs.readFileSync(backup);
    for (const line of [text(c.keys).trim(), text(c.keys).split(' ')[1].trim()]) assert.ok(!bytes.includes(line));
    assert.ok(!bytes.includes(Buffer.from(text(c.keys).split(' ')[1].trim(), 'hex')), 'nor as bytes');
    assert.match(yaguraOk('backup', 'drill', backup, '--db', c.db), /^keys: .*封をした鍵です/m, 'the drill tries the key of this machine');

    const restored = yaguraOk('restore', backup, '--db', `sqlite:${back}`);
    assert.match(restored, /^0 problems$/m);
    assert.match(restored, /^keys: .*back\.db\.keys: 鍵のファイルがありません.*写しをこの場所に戻してください/m);
    const without = await asked(back);
    assert.deepEqual([without.home, without.board, without.without, without.page, without.report, without.made, without.sings],
      [true, true, true, 403, 403, 403, false]);
    assert.match(without.says, /鍵のファイルがない/);
    assert.equal(without.inspected.state, 'bad');
    assert.match(without.inspected.remedy, /写しを .*back\.db\.keys に戻し/);
    assert.ok(!fs.existsSync(`${back}.keys`), 'no other key takes its place');
    assert.equal(yagura('keys', '--db', `sqlite:${back}`).code, 66);

    fs.copyFileSync(c.keys, `${back}.keys`);
    const whole = await asked(back);
    assert.deepEqual([whole.without, whole.page, whole.report, whole.made, whole.sings], [false, 200, 200, 200, true]);

    const second = path.join(folder, 'second.db');
    assert.match(yaguraOk('restore', backup, '--db', `sqlite:${second}`, '--keys', c.keys), /^keys: .*封をした鍵です/m);
    assert.equal((await asked(second, '--keys', c.keys)).sings, true);
  });
});
