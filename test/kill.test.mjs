// SPDX-License-Identifier: Apache-2.0
// kill -9 under load: no save that was acknowledged is lost, and the books still balance.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';

import { demo, program, serve, sqlite, token, yagura } from './lib.mjs';

const ROUNDS = Number(process.env.YAGURA_KILLS || 20);
const ITEMS = ['ORG-S1', 'ORG-S2', 'ORG-S3', 'ORG-S4', 'AST-S1', 'HUM-S2', 'OPE-S1', 'OUT-S1'];
const LOGINS = ['town', 'u482021', 'u483036', 'u483214']; // four bodies, none has submitted

/** One person saving one item after another; knows what was acknowledged and what was only sent. */
class Client {
  constructor(key, codes, number) {
    this.key = key;
    this.next = number; // values of two clients never meet
    this.items = codes.map((code) => ({ code, seen: 0, acknowledged: [], open: null, kept: '' }));
  }

  async connect(url, survey) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1, strict: true });
    this.who = program(url, this.key, this.agent);
    this.at = `/surveys/${survey}/items`;
    for (const it of this.items) {
      const { status, json } = await this.who.get(`${this.at}/${it.code}`);
      assert.equal(status, 200);
      it.seen = json.seen;
      it.found = json.value;
    }
  }

  /** What was found after a restart is the last acknowledged value, or one sent after it. */
  verify() {
    for (const it of this.items) {
      const last = it.acknowledged[it.acknowledged.length - 1];
      if (last !== undefined) {
        assert.ok(it.found === last || it.found === it.open,
          `${it.code}: ${it.found}, acknowledged ${last}, under way ${it.open}`);
      }
      if (it.open !== null && it.found === it.open) it.acknowledged.push(it.open);
      it.open = null;
    }
  }

  /** Saves until the server is gone; every acknowledgement is told. */
  async saveOn(told) {
    for (let i = 0; ; i = (i + 1) % this.items.length) {
      const it = this.items[i];
      const value = String(this.next);
      this.next += 100;
      it.open = value;
      let r;
      try {
        r = await this.who.post(`${this.at}/${it.code}`, { value, seen: it.seen });
      } catch {
        break; // the connection died: nobody knows, so both are allowed
      }
      assert.equal(r.status, 200, r.text);
      assert.equal(r.json.value, value);
      it.seen = r.json.seen;
      it.open = null;
      it.acknowledged.push(value);
      told();
    }
    this.agent.destroy();
  }
}

test('acknowledged saves survive kill -9, again and again', { timeout: 100_000 + 5_000 * ROUNDS }, async (t) => {
  const file = demo('--sample');
  const clients = LOGINS.flatMap((login, i) => {
    const key = token(file, login);
    return [new Client(key, ITEMS.slice(0, 4), 1_000_000 + 2 * i),
      new Client(key, ITEMS.slice(4), 1_000_001 + 2 * i)];
  });
  const probe = await serve(file);
  const { own } = (await program(probe.url, clients[0].key).get('/')).json;
  const survey = own[0].id;
  // The fourth is on its way to the manager: its officer takes it back to work on.
  const mine = program(probe.url, token(file, LOGINS[3]));
  assert.equal((await mine.post(`/surveys/${survey}/steps/recall`)).status, 200);
  await probe.stop();

  let acknowledged = 0, atRisk = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const server = await serve(file);
    await Promise.all(clients.map((c) => c.connect(server.url, survey)));
    clients.forEach((c) => c.verify());
    let left = 8 + 11 * round % 97; // another moment in each round
    const told = () => {
      acknowledged++;
      if (--left === 0) process.kill(server.pid, 'SIGKILL');
    };
    await Promise.all(clients.map((c) => c.saveOn(told)));
    assert.equal(await server.ended, 'SIGKILL');
    atRisk += clients.flatMap((c) => c.items).filter((it) => it.open !== null).length;
    const check = yagura('check', '--db', `sqlite:${file}`);
    assert.equal(check.code, 0, check.out + check.err);
    assert.match(check.out, /^0 problems$/m);
  }
  assert.ok(acknowledged > 8 * ROUNDS, `${acknowledged} saves acknowledged`);
  assert.ok(atRisk >= ROUNDS, `${atRisk} saves were under way when the server died`);

  const server = await serve(file);
  await Promise.all(clients.map((c) => c.connect(server.url, survey)));
  clients.forEach((c) => c.verify());
  assert.equal(await server.stop(), 0);
  const end = yagura('check', '--db', `sqlite:${file}`);
  assert.equal(end.code, 0, end.out);
  assert.match(end.out, /^0 problems$/m);

  // The history: every acknowledged value is a fact, in the order it was given, exactly once.
  const facts = new Map();
  const rows = sqlite(file, `SELECT p.body || ' ' || q.code || ' ' || f.value FROM fact f
    JOIN question q ON q.id=f.question JOIN person p ON p.id=f.person
    WHERE f.occasion=${survey} AND CAST(f.value AS INTEGER) >= 1000000 ORDER BY f.id;`);
  for (const line of rows.trim().split('\n')) {
    const [body, code, value] = line.split(' ');
    const key = `${body} ${code}`;
    facts.set(key, [...(facts.get(key) || []), value]);
  }
  const want = clients.flatMap((c) => c.items.map((it) => it.acknowledged.join()));
  assert.deepEqual([...facts.values()].map((v) => v.join()).sort(), want.filter(Boolean).sort());
  const audited = sqlite(file, `SELECT COUNT(*) FROM audit WHERE action='survey.answer';`);
  t.diagnostic(`${acknowledged} saves acknowledged`);
  assert.equal(Number(audited), rows.trim().split('\n').length, 'an audit row for each');
});
