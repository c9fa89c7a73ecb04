// SPDX-License-Identifier: Apache-2.0
// Mail through a real relay: it arrives, over TLS that was verified; and none is lost, and at most
// one is doubled, whatever dies in the middle.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  PATIENCE, demo, program, reportIncident, request, serve, sqlite, tempFolder, token, within,
} from './lib.mjs';
import { work } from './mailbox.mjs';
import { authority, freePort, postfix, sink } from './relay.mjs';

const LIMIT = { timeout: 120_000 };
const TOWN = 483010; // with three people who answer

async function once(file, relay, ...args) {
  const w = work(file, relay, '--once', ...args);
  return { code: await w.end(), log: w.log };
}

/** A demonstration that is served, and those who ask. */
class World {
  async start() {
    this.file = demo('--sample');
    const [pref, system] = ['pref', 'system'].map((login) => token(this.file, login));
    this.server = await serve(this.file);
    this.pref = program(this.server.url, pref);
    this.system = program(this.server.url, system);
    this.survey = (await this.pref.get('/')).json.offices[0].id;
    const { rows } = (await this.pref.get(`/surveys/${this.survey}/board`)).json;
    /** Bodies for whom somebody's step is open, but the town. */
    this.others = rows.filter((r) => r.state_key !== 'accepted' && r.body !== TOWN)
      .map((r) => r.body);
    assert.ok(this.others.length >= 4);
    return this;
  }

  /** Reminds bodies by hand: mail to everybody whose step is open. The number of mails. */
  async remind(...bodies) {
    for (const body of bodies) {
      const r = await this.pref.post(`/surveys/${this.survey}/board/${body}/remind`);
      assert.equal(r.status, 200, r.text);
    }
    return this.count('state=1');
  }

  count(where) {
    return Number(sqlite(this.file, `SELECT COUNT(*) FROM outbox WHERE ${where};`));
  }

  rows(columns) {
    return sqlite(this.file, `SELECT ${columns} FROM outbox ORDER BY id;`).trim().split('\n');
  }

  /** The button of the administrator's page, for every mail that is listed there. */
  async again() {
    const { json } = await this.system.get('/mail');
    for (const row of json.rows) {
      const r = await this.system.post(`/mail/${row.mail}/again`);
      assert.equal(r.status, 200, r.text);
    }
    return json.rows;
  }

  async stop() {
    assert.equal(await this.server.stop(), 0);
  }
}

const ids = (messages) => messages.map((m) => m.head.get('message-id'));

describe('through Postfix', LIMIT, () => {
  const c = {};
  before(async () => {
    c.tls = authority();
    c.relay = await postfix(c.tls);
    c.world = await new World().start();
    c.trusted = ['--smtp-tls', 'require', '--smtp-ca', c.tls.ca, '--url', 'https://yagura.example.jp'];
  }, LIMIT);
  after(async () => {
    await c.world?.stop();
    await c.relay?.stop();
  });

  test('a reminder arrives, over verified TLS, as it was written', LIMIT, async () => {
    assert.equal(await c.world.remind(TOWN), 3); // town, town2 and u483010
    const health = async () => JSON.parse((await request(c.world.server.url, '/healthz')).text);
    assert.equal((await health()).work_running, false);
    assert.equal((await health()).mail_waiting, 3);
    const r = await once(c.world.file, c.relay.url, ...c.trusted);
    assert.equal(r.code, 0, r.log);
    const mails = await c.relay.arrived(3);
    assert.equal(mails.length, 3);
    for (const m of mails) {
      assert.equal(m.head.get('subject'), '【架空データ】見本町：調査の回答についてのお願い');
      assert.match(m.text, /^架空データ：/);
      assert.match(m.text, /見本県からのお知らせです。\n/);
      assert.match(m.text, /は、令和\d+年\d+月\d+日（[月火水木金土日]）24時までです。\n/);
      assert.match(m.text, new RegExp(`\nhttps://yagura\\.example\\.jp/surveys/${c.world.survey}\n`));
      assert.equal(m.head.get('auto-submitted'), 'auto-generated');
      assert.match(m.head.get('from'), /^櫓 Yagura <yagura@localhost>$/);
      assert.match(m.raw, /^\tby relay\.example\.jp \(Postfix\) with ESMTPS /m);
    }
    assert.deepEqual(mails.map((m) => m.head.get('to')).sort(),
      ['<town2@example.jp>', '<town@example.jp>', '<u483010@example.jp>']);
    assert.equal(new Set(ids(mails)).size, 3);
    assert.equal(c.world.count('state=3'), 3);
    assert.equal((await health()).work_running, true);
    assert.equal((await health()).mail_waiting, 0);
  });

  test('a relay whose certificate is not trusted gets nothing', LIMIT, async () => {
    const waiting = await c.world.remind(c.world.others[0]);
    assert.ok(waiting > 0);
    const other = authority();
    for (const ca of [['--smtp-ca', other.ca], []]) {
      const r = await once(c.world.file, c.relay.url, '--smtp-tls', 'require', ...ca);
      assert.notEqual(r.code, 0);
      assert.match(r.log, /メールサーバーに送れません/);
      const rows = await c.world.again();
      assert.equal(rows.length, 1, 'the first failure ends the round');
      assert.match(rows[0].answer, /certificate/i);
    }
    assert.equal(c.world.count('state=1'), waiting);
    const good = await once(c.world.file, c.relay.url, ...c.trusted);
    assert.equal(good.code, 0, good.log);
    assert.equal((await c.relay.arrived(3 + waiting)).length, 3 + waiting);
  });

  test('TLS from the first byte (smtps): verified alike, and never given up for plain', LIMIT, async () => {
    const before_ = (await c.relay.arrived(0)).length;
    const waiting = await c.world.remind(c.world.others[2]);
    assert.ok(waiting > 0);
    const other = authority();
    const bad = await once(c.world.file, c.relay.wrapped, '--smtp-ca', other.ca);
    assert.notEqual(bad.code, 0);
    assert.match((await c.world.again())[0].answer, /certificate/i);
    const plain = await once(c.world.file, c.relay.url.replace('smtp:', 'smtps:'), ...c.trusted);
    assert.notEqual(plain.code, 0, 'a relay that does not begin with TLS');
    await c.world.again();
    assert.equal((await c.relay.arrived(0)).length, before_, 'nothing left unprotected');
    const good = await once(c.world.file, c.relay.wrapped, ...c.trusted);
    assert.equal(good.code, 0, good.log);
    const mails = await c.relay.arrived(before_ + waiting);
    assert.equal(mails.length, before_ + waiting);
    for (const m of mails) assert.match(m.raw, /^\tby relay\.example\.jp \(Postfix\) with ESMTPS /m);
  });

  test('a relay that was down gets the same message when it is back', LIMIT, async () => {
    const before_ = (await c.relay.arrived(0)).length;
    const waiting = await c.world.remind(c.world.others[1]);
    const was = c.world.rows('message_id');
    const down = `smtp://127.0.0.1:${await freePort()}`;
    assert.notEqual((await once(c.world.file, down)).code, 0);
    assert.equal(c.world.count('state=1 AND attempts=1'), 1, 'the others were not tried');
    assert.equal((await once(c.world.file, c.relay.url, ...c.trusted)).code, 0);
    assert.equal(c.world.count('state=1'), 1, 'that one waits for its pause');
    await c.world.again();
    assert.equal((await once(c.world.file, c.relay.url, ...c.trusted)).code, 0);
    const mails = await c.relay.arrived(before_ + waiting);
    assert.equal(mails.length, before_ + waiting);
    assert.deepEqual(c.world.rows('message_id'), was);
    assert.deepEqual(ids(mails).sort(), was.map((id) => `<${id}>`).sort());
  });

  test('it works alone, with nobody serving', LIMIT, async () => {
    const world = await new World().start();
    const before_ = (await c.relay.arrived(0)).length;
    const waiting = await world.remind(world.others[0]);
    await world.stop();
    assert.equal((await once(world.file, c.relay.url, ...c.trusted)).code, 0);
    assert.equal((await c.relay.arrived(before_ + waiting)).length, before_ + waiting);
    assert.equal(world.count('state=3'), waiting);
  });
});

describe('a call to people on duty', LIMIT, () => {
  test('is told to another program too, and says no more than the mail; a program that is away holds nothing up', LIMIT, async () => {
    const world = await new World().start(), relay = await sink(), got = [];
    const dial = http.createServer((rq, rs) => {
      let text = '';
      rq.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        got.push({ type: rq.headers['content-type'], method: rq.method, ...JSON.parse(text) });
        rs.writeHead(got.length === 1 ? 200 : 500).end();
      });
    });
    await new Promise((resolve) => { dial.listen(0, '127.0.0.1', resolve); });
    dial.unref();
    const hook = `http://127.0.0.1:${dial.address().port}/`;
    await reportIncident(program(world.server.url, token(world.file, 'town')), { summary: '電子カルテ3c7e' });
    const sent = await once(world.file, relay.url, '--webhook', hook);
    assert.equal(sent.code, 0, sent.log);
    const calls = relay.messages.filter((m) => m.head.get('subject').includes('呼出し1回目'));
    assert.equal(calls.length, 2, 'the prefecture and the ministry');
    assert.equal(got.length, 2);
    for (const g of got) {
      assert.equal(g.method, 'POST');
      assert.equal(g.type, 'application/json');
      assert.equal(g.event, 'incident.call');
      assert.match(g.subject, /【重大】呼出し1回目/);
      assert.ok(!JSON.stringify(g).includes('3c7e') && !JSON.stringify(g).includes('見本町'));
    }
    assert.equal(new Set(got.map((g) => g.id)).size, 2, 'the number tells one call from another');
    assert.match(sent.log, /"event":"webhook".*"result":"sent"/);
    assert.match(sent.log, /"event":"webhook".*"result":"(?!sent)/, 'a refusal stands in the log');
    await new Promise((resolve) => { dial.close(resolve); });
    sqlite(world.file, 'UPDATE flow_call SET called_at=called_at-300000000;');
    const away = await once(world.file, relay.url, '--webhook', hook);
    assert.equal(away.code, 0, away.log);
    assert.equal(relay.messages.filter((m) => m.head.get('subject').includes('呼出し2回目')).length, 2);
    assert.notEqual((await once(world.file, relay.url, '--webhook', 'file:///etc/passwd')).code, 0);
    await relay.stop();
    await world.stop();
  });
});

describe('when something dies', LIMIT, () => {
  test('kill -9 of the worker: none is lost, at most one is doubled for each', LIMIT, async () => {
    const world = await new World().start();
    const waiting = await world.remind(TOWN, ...world.others);
    assert.ok(waiting > 7);
    let w, kills = 0;
    const relay = await sink((verb) => {
      const n = relay.messages.length;
      // In turn: after the message came and before it is acknowledged, and in the middle of a mail.
      const now = (verb === 'MESSAGE' && n % 3 === 2) || (verb === 'RCPT' && n % 4 === 3);
      if (!now || kills >= 6 || w.dead) return null;
      w.dead = true;
      kills++;
      w.kill('SIGKILL');
      return null;
    });
    for (let most = 10; world.count('state IN (1, 2)') > 0; most--) {
      assert.ok(most > 0, 'comes to an end');
      w = work(world.file, relay.url, '--once');
      await w.end();
    }
    const seen = ids(relay.messages);
    assert.equal(kills, 6);
    assert.deepEqual([...new Set(seen)].sort(),
      world.rows('message_id').map((id) => `<${id}>`).sort(), 'none is lost, none invented');
    const doubled = seen.length - new Set(seen).size;
    assert.ok(doubled > 0 && doubled <= kills, `${doubled} doubled after ${kills} kills`);
    assert.equal(world.count('state=3'), waiting);
    await world.stop();
    await relay.stop();
  });

  test('a relay that hangs up after DATA gets the same message again', LIMIT, async () => {
    const world = await new World().start();
    await world.remind(world.others[0]);
    sqlite(world.file, 'DELETE FROM outbox WHERE id>(SELECT MIN(id) FROM outbox);'); // one is enough
    let hangs = 2;
    const relay = await sink((verb) => (verb === 'MESSAGE' && hangs-- > 0 ? 'hang up' : null));
    for (let i = 0; i < 3; i++) {
      await once(world.file, relay.url);
      assert.equal(world.count('state=3'), i < 2 ? 0 : 1, `round ${i}`);
      if (i < 2) assert.equal((await world.again()).length, 1);
    }
    assert.equal(relay.messages.length, 3);
    assert.equal(new Set(ids(relay.messages)).size, 1);
    await world.stop();
    await relay.stop();
  });

  test('4xx is tried again later, 5xx is not; neither stops the others', LIMIT, async () => {
    const world = await new World().start();
    await world.remind(TOWN);
    const refusals = { 'town@': '550 5.1.1 <town@example.jp>: no such user',
      'town2@': '451 4.3.0 <town2@example.jp>: later' };
    let refuse = true;
    const relay = await sink((verb, line) => {
      const who = Object.keys(refusals).find((x) => verb === 'RCPT' && line.includes(`<${x}`));
      return refuse && who ? refusals[who] : null;
    });
    assert.equal((await once(world.file, relay.url)).code, 0);
    assert.equal(relay.messages.length, 1);
    assert.equal(world.count('state=3'), 1);
    assert.equal(world.count('state=4'), 1);
    assert.equal(world.count('state=1 AND attempts=1 AND not_before > tried_at'), 1);
    const { json } = await world.system.get('/mail');
    assert.deepEqual(json.rows.map((r) => [r.given_up, r.answer]),
      [[true, '550 5.1.1 <(宛先)>: no such user'], [false, '451 4.3.0 <(宛先)>: later']]);
    assert.equal(json.work.failed, 1);
    refuse = false;
    assert.equal((await once(world.file, relay.url)).code, 0);
    assert.equal(relay.messages.length, 1, 'not before its time');
    await world.again();
    assert.equal((await once(world.file, relay.url)).code, 0);
    assert.equal(relay.messages.length, 3);
    assert.equal(world.count('state=3'), 3);
    await world.stop();
    await relay.stop();
  });

  test('a refusal of the relay itself is not held against the mail', LIMIT, async () => {
    const world = await new World().start();
    const waiting = await world.remind(TOWN);
    for (const at of ['CONNECT', 'EHLO']) {
      const relay = await sink((verb) => (verb === at || verb === 'HELO' ? '554 not you' : null));
      assert.notEqual((await once(world.file, relay.url)).code, 0);
      assert.equal(world.count('state=1'), waiting);
      await world.again();
      await relay.stop();
    }
    await world.stop();
  });
});

describe('the worker', LIMIT, () => {
  const c = {};
  before(async () => { c.world = await new World().start(); }, LIMIT);
  after(() => c.world?.stop());

  test('is one per database, stops on SIGTERM, and says when it runs', LIMIT, async () => {
    await c.world.remind(c.world.others[0]);
    let connected;
    const came = new Promise((resolve) => { connected = resolve; });
    const relay = await sink((verb) => { if (verb === 'MESSAGE') connected(); return null; });
    const w = work(c.world.file, relay.url);
    await within(PATIENCE, 'the mail', came);
    const second = await once(c.world.file, relay.url);
    assert.equal(second.code, 75);
    assert.match(second.log, /もう yagura work が動いています/);
    const board = await c.world.pref.get(`/surveys/${c.world.survey}/board`);
    assert.equal(board.json.work.running, true);
    w.kill('SIGTERM');
    assert.equal(await w.end(), 0);
    assert.equal(c.world.count('state=2'), 0, 'what was under way is settled');
    await relay.stop();
  });

  test('keeps the password to itself', LIMIT, async () => {
    const secret = 'a-secret-of-the-relay-7c1f';
    const file = path.join(tempFolder(), 'password');
    fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    await c.world.remind(c.world.others[1]);
    let cmdline = '', w;
    const relay = await sink((verb) => {
      if (verb === 'AUTH') cmdline = fs.readFileSync(`/proc/${w.pid}/cmdline`, 'latin1');
      return null;
    });
    const args = ['--smtp-user', 'relay-user', '--smtp-password-file', file];
    w = work(c.world.file, relay.url, '--once', ...args);
    assert.equal(await w.end(), 0, w.log);
    const auth = relay.commands.find((line) => line.startsWith('AUTH PLAIN'));
    assert.equal(Buffer.from(auth.split(' ')[2], 'base64').toString(), `\0relay-user\0${secret}`);
    assert.ok(cmdline.includes('work') && !cmdline.includes(secret));
    const folder = path.dirname(c.world.file);
    for (const name of fs.readdirSync(folder)) {
      const full = path.join(folder, name);
      if (fs.statSync(full).isFile()) {
        assert.ok(!fs.readFileSync(full).includes(secret), name);
        assert.ok(!fs.readFileSync(full).includes(Buffer.from(secret).toString('base64')), name);
      }
    }
    assert.ok(!w.log.includes(secret) && !c.world.server.log.includes(secret));
    fs.chmodSync(file, 0o644);
    const open = await once(c.world.file, relay.url, ...args);
    assert.equal(open.code, 77);
    assert.match(open.log, /chmod 600/);
    await relay.stop();
  });

  test('sends a demonstration nowhere else, and refuses what it does not understand', LIMIT, async () => {
    const cases = [
      [['smtp://192.0.2.1:25'], 77, /この機器の中/],
      [['smtp://relay.example.jp:25'], 77, /この機器の中/],
      [['smtp://127.0.0.1.example.jp:25'], 77, /この機器の中/],
      [['http://127.0.0.1:25'], null, /smtp:\/\/ホスト名/],
      [['smtp://127.0.0.1:25', '--smtp-tls', 'maybe'], null, /require/],
      [['smtp://127.0.0.1:25', '--from', 'a@b\r\nRCPT TO:<x@y>'], null, /--from/],
      [['smtp://127.0.0.1:25', '--smtp-user', 'u'], null, /--smtp-password-file/],
      [['smtp://127.0.0.1:25', '--url', 'javascript:x'], null, /--url/],
    ];
    for (const [args, code, says] of cases) {
      const r = await once(c.world.file, ...args);
      assert.notEqual(r.code, 0);
      if (code) assert.equal(r.code, code, args.join(' '));
      assert.match(r.log, says);
    }
  });
});
