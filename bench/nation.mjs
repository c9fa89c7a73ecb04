// SPDX-License-Identifier: Apache-2.0
// The whole nation with ten years: time of the server per national page while a thousand
// connections are held and two people sign in all the time; memory; time to start.
import http from 'node:http';
import net from 'node:net';

import { memoryRow } from './lib.mjs';

const CONNECTIONS = 1000, ROUNDS = 30;
const LIMITS = { page_ms: 50, start_s: 1 };

/** Every page a national officer opens; {survey} is the one that is open. */
const PAGES = ['/', '/board', '/totals', '/surveys/{survey}/board', '/surveys/{survey}/board?page=18',
  '/surveys/{survey}/board?show=waiting', '/surveys/{survey}/board/csv', '/surveys/{survey}/totals',
  '/surveys/{survey}/totals?class=town', '/surveys/{survey}/totals?pref=13',
  '/surveys/{survey}/totals?only=accepted', '/surveys/{survey}/totals/csv',
  '/surveys/{survey}/totals/ORG-01', '/surveys/{survey}/totals/ORG-S7',
  '/surveys/{survey}/totals/ORG-S1', '/surveys/{survey}/totals/ORG-01/csv',
  '/surveys/{survey}/editions', '/surveys/new'];

const p95 = (v) => v.sort((a, b) => a - b)[Math.min(v.length - 1, Math.floor(v.length * 0.95))];

/** Connections that were used once and stay open; each is used again from time to time. */
async function hold(port, n) {
  const all = [];
  const ask = (s) => s.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  for (let i = 0; i < n; i++) {
    const s = net.connect(port, '127.0.0.1');
    s.on('data', () => {});
    s.on('error', () => {});
    await new Promise((ok, no) => { s.once('connect', ok); s.once('error', no); });
    ask(s);
    all.push(s);
  }
  const timer = setInterval(() => all.forEach((s) => s.destroyed || ask(s)), 10_000);
  return { open: () => all.filter((s) => !s.destroyed && s.readyState === 'open').length,
    end: () => { clearInterval(timer); all.forEach((s) => s.destroy()); } };
}

/** Somebody who signs in again and again, with the right password: wrong ones are soon not looked at. */
function signing(port, login) {
  let going = true, n = 0;
  const agent = new http.Agent({ keepAlive: true });
  const once = () => new Promise((ok, no) => {
    const r = http.request({ port, host: '127.0.0.1', path: '/sign-in', method: 'POST', agent,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' } },
    (res) => { res.resume(); res.on('end', () => (res.statusCode === 303 ? ok() : no(new Error(`signing in: ${res.statusCode}`)))); });
    r.on('error', no);
    r.end(`login=${login}&password=yagura-demo`);
  });
  const done = (async () => { while (going) { await once(); n++; } })();
  return { end: async () => { going = false; await done; agent.destroy(); return n; } };
}

async function startTimes(serve) {
  const out = [];
  for (let i = 0; i < 3; i++) {
    const began = process.hrtime.bigint();
    const s = await serve();
    const r = await fetch(`http://127.0.0.1:${s.port}/healthz`);
    if (!r.ok) throw new Error('not healthy');
    out.push(Number(process.hrtime.bigint() - began) / 1e9);
    await s.stop();
  }
  return Math.max(...out);
}

/** serve() starts the server, as in lib.mjs. */
export async function nation(serve) {
  const start = await startTimes(serve);
  const s = await serve();
  const key = s.token('nation');
  const get = (path) => fetch(`http://127.0.0.1:${s.port}${path}`,
    { headers: { authorization: `Bearer ${key}`, accept: path.endsWith('/csv') ? '*/*' : 'text/html' }, redirect: 'manual' });
  const survey = (await s.json('/', key)).offices[0].id;
  const held = await hold(s.port, CONNECTIONS);
  const people = [signing(s.port, 'town'), signing(s.port, 'pref')];
  const rows = [];
  for (const page of PAGES) {
    const path = page.replace('{survey}', survey);
    await (await get(path)).arrayBuffer(); // warm
    const from = s.log().length;
    for (let i = 0; i < ROUNDS; i++) {
      const r = await get(path);
      await r.arrayBuffer();
      if (r.status >= 400) throw new Error(`${path}: ${r.status}`);
    }
    let times = [];
    for (let patience = 100; times.length < ROUNDS && patience > 0; patience--) {
      await new Promise((ok) => setTimeout(ok, 20)); // the log comes over a pipe of its own
      times = s.log().slice(from).filter((l) => l.ms !== undefined && l.route !== '/healthz' &&
        l.route !== '/sign-in').map((l) => Number(l.ms));
    }
    if (times.length < ROUNDS) throw new Error(`${path}: the log has ${times.length} lines of it`);
    rows.push({ page, p95: p95(times), n: times.length });
  }
  const open = held.open();
  const memory = memoryRow(s.pid);
  held.end();
  const signIns = (await Promise.all(people.map((p) => p.end()))).reduce((a, b) => a + b);
  await s.stop();
  const worst = rows.reduce((a, b) => (b.p95 > a.p95 ? b : a));
  return ['## The nation, ten years', '',
    `\`yagura demo --years 10\`; ${open} connections held, two people signing in all the while (${signIns} times). Time of the server per page as its log says it, ${ROUNDS} times each, warm.`, '',
    '| page | p95 |', '|---|---|',
    ...rows.map((r) => `| \`${r.page}\` | ${r.p95.toFixed(1)} ms |`),
    `| **the slowest** | **${worst.p95.toFixed(1)} ms** (goal: ${LIMITS.page_ms} ms) |`, '',
    '| what | figure |', '|---|---|',
    memory,
    `| from the start to the first answer | **${start.toFixed(2)} s** (goal: ${LIMITS.start_s} s) |`, ''];
}
