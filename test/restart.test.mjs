// SPDX-License-Identifier: Apache-2.0
// Three restarts under 500 connections, the listening socket staying open all the while as under
// systemd: nobody is refused, and no save that was acknowledged is lost, not even over kill -9.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';
import { after, test } from 'node:test';

import { PATIENCE, bin, demo, program, serve, sqlite, token, within, yagura } from './lib.mjs';

const CONNECTIONS = 500;
const LOGINS = ['town', 'u482021', 'u483036', 'u483214']; // four bodies, none has submitted
const ITEMS = ['ORG-S1', 'ORG-S2', 'ORG-S3', 'ORG-S4', 'AST-S1', 'HUM-S2', 'OPE-S1', 'OUT-S1'];

// ── what systemd does ──

const holders = new Set();
after(() => { for (const child of holders) child.stdin.end(); });

/**
 * test/holder.c holds a listening socket; start() gives it to another serve: { pid, started(), end() }.
 */
async function hold(file) {
  const child = spawn(path.join(path.dirname(bin), 'test', 'holder'),
    [bin, 'serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:1'],
    { stdio: ['pipe', 'pipe', 'pipe'] });
  holders.add(child);
  child.on('close', () => holders.delete(child));
  const seen = []; // lines of holder and of what it started
  const waiting = new Set();
  const tell = () => { for (const look of waiting) look(); };
  readline.createInterface({ input: child.stdout }).on('line', (line) => { seen.push(line); tell(); });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
  /** The first line from the n-th on that fits. */
  const line = (from, pattern) => within(PATIENCE, `${pattern}`, new Promise((resolve) => {
    const look = () => {
      const found = seen.slice(from).map((l) => pattern.exec(l)).find(Boolean);
      if (found) { waiting.delete(look); resolve(found); }
    };
    waiting.add(look);
    look();
  })).catch((e) => { throw new Error(`${e.message}\n${log}`); });
  const url = `http://127.0.0.1:${(await line(0, /^listening (\d+)$/))[1]}`;
  return { url, release: () => child.stdin.end(), log: () => log,
    async start() {
      const from = seen.length;
      child.stdin.write('\n');
      const pid = Number((await line(from, /^started (\d+)$/))[1]);
      return { pid, started: () => line(from, new RegExp(`^${url}/`)),
        end: async () => Number((await line(0, new RegExp(`^ended ${pid} (-?\\d+)$`)))[1]) };
    } };
}

// ── 500 connections ──

/** Reads an item, saves a value of its own to it, and so on; what became of each request is counted. */
class Client {
  constructor(key, body, code, first) {
    Object.assign(this, { key, body, code, next: first });
    this.acknowledged = []; // values, in their order
    this.unsure = [];       // sent, and no word came back
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1, strict: true });
  }

  /** One request, never tried again here; null when no answer came. */
  async ask(count, method, where, body) {
    const who = program(this.url, this.key, this.agent);
    try {
      return await (method === 'GET' ? who.get(where) : who.post(where, body));
    } catch (e) {
      if (e.code !== 'ECONNREFUSED' && count.killing) count.cut++;
      else count.errors.push(`${method} ${where}: ${e.code || e.message}`);
      return null;
    }
  }

  async save(count, where, seen) {
    const value = String(this.next);
    this.next += 1000; // values of two clients never meet
    const r = await this.ask(count, 'POST', where, { value, seen });
    if (!r) {
      this.unsure.push(value);
    } else if (r.status === 200) {
      this.acknowledged.push(value);
      count.saves++;
    } else if (r.status === 409) {
      count.conflicts++; // somebody else of the body was first: the rule, not a loss
    } else {
      count.errors.push(`POST ${where}: ${r.status} ${r.text}`);
    }
  }

  async run(count, url, at) {
    this.url = url;
    const where = `${at}/${this.code}`;
    while (!count.over) {
      const r = await this.ask(count, 'GET', where);
      if (r) count.reads++;
      if (r && r.status !== 200) count.errors.push(`GET ${where}: ${r.status} ${r.text}`);
      else if (r) await this.save(count, where, r.json.seen);
    }
    this.agent.destroy();
  }
}

const zero = () => ({ over: false, killing: false, reads: 0, saves: 0, conflicts: 0, cut: 0,
  errors: [] });

/** Until n more saves are acknowledged. */
async function saves(count, n) {
  const goal = count.saves + n;
  await within(PATIENCE, `${n} saves`, (async () => {
    while (count.saves < goal) await new Promise((done) => { setTimeout(done, 5); });
  })());
}

test('500 connections through three restarts', { timeout: 300_000 }, async (t) => {
  const file = demo('--sample');
  const probe = await serve(file);
  const keys = LOGINS.map((login) => token(file, login));
  const { own } = (await program(probe.url, keys[0]).get('/')).json;
  const survey = own[0].id;
  // The fourth is on its way to the manager: its officer takes it back to work on.
  const mine = program(probe.url, keys[3]);
  assert.equal((await mine.post(`/surveys/${survey}/steps/recall`)).status, 200);
  await probe.stop();
  const clients = Array.from({ length: CONNECTIONS }, (_, i) => new Client(keys[i % keys.length],
    i % keys.length, ITEMS[(i >> 2) % ITEMS.length], 1_000_000 + i));

  const socket = await hold(file);
  const count = zero();
  let server = await socket.start();
  await server.started();
  const running = Promise.all(clients.map((c) => c.run(count, socket.url, `/surveys/${survey}/items`)));
  await saves(count, 40);

  // In order: the next one is started and waits for the lock, then the old one is told to end.
  const graceful = async () => {
    const next = await socket.start();
    process.kill(server.pid, 'SIGTERM');
    assert.equal(await server.end(), 0, socket.log());
    await next.started();
    server = next;
    await saves(count, 40);
    assert.deepEqual(count.errors, []);
  };
  await graceful();
  const before = count.saves;

  // In the middle; whoever supervises starts another on the same socket.
  count.killing = true;
  process.kill(server.pid, 'SIGKILL');
  assert.equal(await server.end(), -9);
  server = await socket.start();
  await server.started();
  await saves(count, 40); // all that the dead one had in hand is told by then
  count.killing = false;
  assert.deepEqual(count.errors, []);
  assert.ok(count.cut > 0, 'requests were under way when it died');

  await graceful();
  count.over = true;
  await within(PATIENCE, 'clients', running);
  assert.deepEqual(count.errors, []);
  process.kill(server.pid, 'SIGTERM');
  assert.equal(await server.end(), 0);
  socket.release();
  t.diagnostic(`${count.reads} reads, ${count.saves} saves (${before} before the kill), `
    + `${count.conflicts} conflicts; ${count.cut} requests cut off by the kill`);

  // Every acknowledged value is a fact, exactly once; any other fact was in doubt.
  const kept = sqlite(file, `SELECT f.value FROM fact f WHERE f.occasion=${survey}
    AND CAST(f.value AS INTEGER) >= 1000000 ORDER BY f.id;`).trim().split('\n');
  const unsure = new Set(clients.flatMap((c) => c.unsure));
  const sure = kept.filter((v) => !unsure.has(v));
  assert.deepEqual([...sure].sort(), clients.flatMap((c) => c.acknowledged).sort());
  const check = yagura('check', '--db', `sqlite:${file}`);
  assert.equal(check.code, 0, check.out + check.err);
  assert.match(check.out, /^0 problems$/m);
});
