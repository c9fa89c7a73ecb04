// SPDX-License-Identifier: Apache-2.0
// kill -9 under load: no save that was acknowledged is lost, and the books still balance.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { demo, program, serve, sqlite, token, yagura } from './lib.mjs';

const ROUNDS = Number(process.env.YAGURA_KILLS || 20);
/** `yagura check` reads the whole file, which costs more than the rest of a round: in a long run it
 *  comes after every so many, and a file takes only so many rounds, so that it stays small. */
const LONG = ROUNDS > 20;
const CHECKED = LONG ? 25 : 1, DATABASE = 500;
/** How many moments to die at, counted in saves: nearer ones in a long run, where their number counts. */
const MOMENTS = LONG ? 31 : 97;
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

/** A database with its clients, and what is counted over it. */
async function begin() {
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
  return { file, clients, survey, acknowledged: 0, atRisk: 0 };
}

function check(file) {
  const r = yagura('check', '--db', `sqlite:${file}`);
  assert.equal(r.code, 0, r.out + r.err);
  assert.match(r.out, /^0 problems$/m);
}

async function found(w) {
  const server = await serve(w.file);
  await Promise.all(w.clients.map((c) => c.connect(server.url, w.survey)));
  w.clients.forEach((c) => c.verify());
  return server;
}

/** Starts the server, looks whether everything is there, and kills it under load. */
async function kill(w, round) {
  const server = await found(w);
  let left = 8 + 11 * round % MOMENTS; // another moment in each round
  const told = () => {
    w.acknowledged++;
    if (--left === 0) process.kill(server.pid, 'SIGKILL');
  };
  await Promise.all(w.clients.map((c) => c.saveOn(told)));
  assert.equal(await server.ended, 'SIGKILL');
  w.atRisk += w.clients.flatMap((c) => c.items).filter((it) => it.open !== null).length;
}

/** The last look, and the history: every acknowledged value is a fact, in the order it was given,
 *  exactly once. */
async function end(w) {
  const server = await found(w);
  assert.equal(await server.stop(), 0);
  check(w.file);
  const facts = new Map();
  const rows = sqlite(w.file, `SELECT p.body || ' ' || q.code || ' ' || f.value FROM fact f
    JOIN question q ON q.id=f.question JOIN person p ON p.id=f.person
    WHERE f.occasion=${w.survey} AND CAST(f.value AS INTEGER) >= 1000000 ORDER BY f.id;`);
  for (const line of rows.trim().split('\n')) {
    const [body, code, value] = line.split(' ');
    const key = `${body} ${code}`;
    facts.set(key, [...(facts.get(key) || []), value]);
  }
  const want = w.clients.flatMap((c) => c.items.map((it) => it.acknowledged.join()));
  assert.deepEqual([...facts.values()].map((v) => v.join()).sort(), want.filter(Boolean).sort());
  const audited = sqlite(w.file, `SELECT COUNT(*) FROM audit WHERE action='survey.answer';`);
  assert.equal(Number(audited), rows.trim().split('\n').length, 'an audit row for each');
  fs.rmSync(path.dirname(w.file), { recursive: true });
}

test('acknowledged saves survive kill -9, again and again', { timeout: 100_000 + 5_000 * ROUNDS }, async (t) => {
  const began = Date.now();
  let acknowledged = 0, atRisk = 0;
  for (let round = 0; round < ROUNDS;) {
    const w = await begin();
    for (const last = Math.min(round + DATABASE, ROUNDS); round < last;) {
      await kill(w, round++);
      if (round % CHECKED === 0) check(w.file);
    }
    await end(w);
    acknowledged += w.acknowledged;
    atRisk += w.atRisk;
  }
  assert.ok(acknowledged > 8 * ROUNDS, `${acknowledged} saves acknowledged`);
  assert.ok(atRisk >= ROUNDS, `${atRisk} saves were under way when the server died`);
  t.diagnostic(`${((Date.now() - began) / ROUNDS).toFixed()} ms a round`);
  t.diagnostic(`${acknowledged} saves acknowledged`);
});
