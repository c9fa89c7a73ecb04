// SPDX-License-Identifier: Apache-2.0
// The inspection at /system follows what is really so: each thing that is mended leaves the list.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  PATIENCE, bin, demo, program, request, serve, sqlite, tempFolder, token, visitor, within, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 120_000 };

describe('the inspection', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', '--years', '1');
    c.server = await serve(c.file);
    c.system = program(c.server.url, token(c.file, 'system'));
  }, LIMIT);
  after(() => c.server?.stop());

  const row = async (key) => (await c.system.get('/system')).json.rows.find((r) => r.key === key);
  const now = () => Date.now() * 1000;
  const put = (name, value) => sqlite(c.file,
    `INSERT INTO setting VALUES ('${name}', '${value}')
     ON CONFLICT (name) DO UPDATE SET value=excluded.value;`);

  test('names what is bad first, each with what to do; the first line says how many', async () => {
    const { json } = await c.system.get('/system');
    const order = ['bad', 'attention', 'unknown', 'good'];
    const places = json.rows.map((r) => order.indexOf(r.state));
    assert.deepEqual(places, [...places].sort());
    assert.equal(json.bad, json.rows.filter((r) => r.state === 'bad').length);
    assert.ok(json.bad >= 4);
    for (const r of json.rows) {
      assert.ok(r.found, r.key);
      assert.equal(r.remedy !== '', r.state === 'bad' || r.state === 'attention', r.key);
    }
    const page = await (await visitor(c.server.url).signIn('system')).get('/system');
    assert.match(page.text, new RegExp(`直してほしいところが ${json.bad} 件`));
    assert.match(page.text, /href="\/system" aria-current="page"/);
    for (const login of ['town', 'pref', 'nation']) {
      const other = await (await visitor(c.server.url).signIn(login)).get('/');
      assert.ok(!other.text.includes('システムの点検'), login);
    }
  });

  test('a backup is good for a day, then wants attention, after a week it is bad', async () => {
    assert.equal((await row('main_backup')).found, '一度もありません');
    for (const [days, state] of [[0, 'good'], [1.5, 'good'], [2.5, 'attention'], [8.5, 'bad']]) {
      put('backup_last', `${Math.round(now() - days * 86400e6)} 1234`);
      assert.equal((await row('main_backup')).state, state, `${days}`);
    }
    put('backup_last', 'what is this');
    assert.equal((await row('main_backup')).state, 'unknown', 'what cannot be read is not known');
  });

  test('yagura check is remembered, with what it found', async () => {
    assert.equal((await row('main_check')).state, 'bad');
    yaguraOk('check', '--db', `sqlite:${c.file}`);
    const good = await row('main_check');
    assert.equal(good.state, 'good');
    assert.match(good.at, /^20/);
    sqlite(c.file, "UPDATE cube SET n=n+1 WHERE rowid=(SELECT MIN(rowid) FROM cube)");
    assert.notEqual(yagura('check', '--db', `sqlite:${c.file}`).code, 0);
    const bad = await row('main_check');
    assert.equal(bad.state, 'bad');
    assert.match(bad.found, /合わないところが \d+ 件/);
  });

  test('the growth is what yagura work has noted, day by day, against the room on the disk', async () => {
    assert.equal((await row('main_growth')).state, 'unknown', 'nobody has noted anything yet');
    const work = () => yagura('work', '--db', `sqlite:${c.file}`, '--smtp', 'smtp://127.0.0.1:1', '--once');
    const noted = () => sqlite(c.file, "SELECT value FROM setting WHERE name='sizes'").trim();
    work();
    const [day, bytes] = noted().split(' ').map(Number);
    assert.equal(day, Math.floor((Date.now() / 1000 + 9 * 3600) / 86400), 'the day in Japan');
    const pages = Number(sqlite(c.file, 'SELECT page_size FROM pragma_page_size'));
    const files = Number(sqlite(c.file, 'SELECT COALESCE(SUM(size), 0) FROM blob'));
    assert.equal((bytes - files) % pages, 0);
    assert.ok(bytes >= fs.statSync(c.file).size / 2 && bytes <= 2 * fs.statSync(c.file).size, `${bytes}`);
    work();
    assert.equal(noted(), `${day} ${bytes}`, 'once a day');
    assert.match((await row('main_growth')).found, /記録し始めて0日/);
    put('sizes', `${day - 6} 1`);
    assert.equal((await row('main_growth')).state, 'unknown', 'six days say nothing');
    const now = () => Number(sqlite(c.file, `SELECT page_count * page_size + ${files} FROM pragma_page_count, pragma_page_size`));
    put('sizes', `${day - 10} ${now() - (1 << 20)} ${day - 1} ${now()}`);
    const grown = await row('main_growth');
    assert.match(grown.found, /^この10日で 1MB 増えました。この増え方では、ディスクの空きは/);
    // What the page says of the days left follows from the room on this very disk.
    const { bavail, bsize } = fs.statfsSync(path.dirname(c.file)), left = bavail * bsize / (1 << 20) * 10;
    assert.equal(grown.state, left < 30 ? 'bad' : left < 180 ? 'attention' : 'good');
    put('sizes', `${day - 10} ${now() + (8 << 20)}`);
    assert.equal((await row('main_growth')).found, 'この10日、増えていません');
    put('sizes', 'what is this');
    assert.equal((await row('main_growth')).state, 'unknown');
    work();
    assert.match(noted(), new RegExp(`^${day} \\d+$`), 'begun anew');
  });

  test('Landlock is in force here; on a kernel without it the page says so, and what to do', async () => {
    assert.deepEqual([(await row('main_landlock')).state, (await row('main_landlock')).remedy], ['good', '']);
    const file = demo('--sample', '--years', '1');
    const child = spawn(path.join(path.dirname(bin), 'test', 'without'), ['landlock_create_ruleset',
      bin, 'serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const url = await within(PATIENCE, 'serve', new Promise((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text) => resolve(/http:\/\/[\d.:]+/.exec(text)[0]));
        child.on('close', (code) => reject(new Error(`ended: ${code}`)));
      }));
      const { rows } = (await program(url, token(file, 'system')).get('/system')).json;
      const without = rows.find((r) => r.key === 'main_landlock');
      assert.equal(without.state, 'attention');
      assert.match(without.found, /Landlock がないか、止めてあります/);
      assert.match(without.remedy, /lsm= に landlock/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a forker that was killed is bad until serve is started again', async () => {
    assert.equal((await row('main_convert')).state, 'good');
    const { pid } = c.server;
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    assert.equal(children.length, 1);
    process.kill(Number(children[0]), 'SIGKILL');
    const ended = () => /^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${children[0]}/status`, 'utf8'));
    await within(PATIENCE, 'its end', (async () => {
      while (!ended()) await new Promise((done) => { setTimeout(done, 5); });
    })());
    const bad = await row('main_convert');
    assert.equal(bad.state, 'bad');
    assert.match(bad.remedy, /systemctl restart yagura-serve/);
    assert.equal(await c.server.stop(), 0);
    c.server = await serve(c.file);
    c.system = program(c.server.url, token(c.file, 'system'));
    assert.equal((await row('main_convert')).state, 'good');
  });

  test('a second factor and a new link take their people off the list', async () => {
    const before = await row('org_second_factor');
    assert.equal(before.state, 'attention');
    sqlite(c.file, `INSERT INTO credential SELECT DISTINCT p.id, 'other', 'x', 1 FROM person p
      JOIN person_role x ON x.person=p.id WHERE x.role IN (4, 16, 32);`);
    const good = await row('org_second_factor');
    assert.equal(good.state, 'good', good.found);
    const made = await c.system.post('/people',
      { login: 'late@example.jp', name: '遅刻', code6: '483010', role: 'staff' });
    assert.equal(made.status, 200, made.text);
    assert.equal((await row('org_invites')).state, 'good');
    sqlite(c.file, 'UPDATE invite SET expires_at=1 WHERE used_at IS NULL;');
    assert.equal((await row('org_invites')).found, '期限の切れた招待 1 件');
  });
});

test('a signed-in person on an open line is bad, by TLS good', LIMIT, async () => {
  const file = `${tempFolder()}/real.db`;
  const out = yaguraOk('init', '--db', `sqlite:${file}`, '--admin', 'admin@example.jp');
  const server = await serve(file);
  const [, link] = /(\/invite\/[\w-]+)/.exec(out), password = 'ながい合言葉 みかん 7 階段';
  const v = visitor(server.url);
  const set = await v.post(link, { password, again: password });
  assert.equal(set.status, 303, set.text);
  const p = program(server.url, token(file, 'admin@example.jp'));
  const tls = async () => (await p.get('/system')).json.rows.find((r) => r.key === 'main_tls');
  assert.equal((await tls()).state, 'unknown', 'nobody came yet');
  const signed = await v.post('/sign-in', { login: 'admin@example.jp', password });
  assert.equal(signed.status, 303);
  await request(server.url, '/', { headers: { cookie: v.cookie, 'x-forwarded-proto': 'https' } });
  assert.equal((await tls()).state, 'good');
  await request(server.url, '/', { headers: { cookie: v.cookie } });
  assert.equal((await tls()).state, 'bad');
  assert.equal(await server.stop(), 0);
});
