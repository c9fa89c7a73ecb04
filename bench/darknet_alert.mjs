// SPDX-License-Identifier: Apache-2.0
// From the first packet of a sender to its alert on screen and its mail in the queue: yagura darknet watch --db on a
// wire (veth), beside a serving process, with senders that carry a worm's mark and others that only look around.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { WRAPPINGS, ip4, number, pcap, tcp } from '../test/pcap.mjs';
import { root, run, serve, sleep, start, yagura } from './lib.mjs';

const SENDERS = 20, PATIENCE = 60_000, POLL = 25;
const CODES = ['482013', '482021', '482030', '483010', '483028', '483036', '483214', '484016']; // at most six mails an hour to each
const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
const address = (k) => `198.18.${1 + k % CODES.length}.${10 + k}`;
const dark = (i) => `203.0.113.${1 + i * 37 % 250}`;

/** Every k-th sender from `base` on, packets of each in a row (worm) or in turn (looking around), so many a second. */
const KINDS = [
  { name: 'a worm\'s mark (Mirai), 3 packets', goal: [5, 15], base: 0, rate: 6, begins: (k) => 3 * k,
    packets: Array.from({ length: 3 * SENDERS }, (_, i) => ip4({ src: address(Math.floor(i / 3)), dst: dark(i), ttl: 52 },
      tcp({ dport: 23, seq: number(dark(i)), window: 5000 + i, options: '' }))) },
  { name: 'looking around for port 445, 4 packets a second', goal: [5, 60], base: SENDERS, rate: 4 * SENDERS, begins: (k) => k,
    packets: Array.from({ length: 20 * SENDERS }, (_, i) => ip4({ src: address(SENDERS + i % SENDERS), dst: dark(i), ttl: 118, id: 1000 + i },
      tcp({ sport: 49152 + i, seq: 0x10000000 + i * 977_131, window: 8192, options: '020405b4' }))) },
];

/** Towns register a range each, the nation lets it be observed; the nation's key. */
async function register(s) {
  const key = Object.fromEntries(['nation', ...CODES.map((code) => `u${code}`)].map((login) => [login, s.token(login)]));
  const post = async (login, path, body = {}) => {
    const r = await fetch(`http://127.0.0.1:${s.port}${path}`, { method: 'POST', body: JSON.stringify(body),
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${key[login]}` } });
    if (r.status !== 200) throw new Error(`${path}: ${r.status} ${await r.text()}`);
    return r.json();
  };
  const step = async (login, side, id, act) => {
    const { way } = await s.json(`/darknet/${side}/${id}`, key[login]);
    await post(login, `/darknet/${side}/${id}/steps/${act}`, { version: way.version, reason: '' });
  };
  await post('nation', '/darknet/dark', { ranges: '203.0.113.0/24', note: '観測網' });
  for (const [i, code] of CODES.entries()) {
    const town = `u${code}`, { id } = await post(town, '/darknet/applications');
    await post(town, `/darknet/applications/${id}/ranges`, { ranges: `198.18.${1 + i}.0/24`, role: 'own', proof: '契約書' });
    await post(town, '/darknet/contacts', { name: '情報係', mail: 'joho@example.lg.jp', hours: 'always', language: 'ja' });
    await step(town, 'applications', id, 'file');
    for (const act of ['take', 'approve']) await step('nation', 'desk', id, act);
  }
  return key.nation;
}

async function until(what, fn) {
  for (const end = Date.now() + PATIENCE; !fn();) {
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE} ms`);
    await sleep(POLL);
  }
}

/** When each source is first in the nation's list, ms since 1970, until all are or patience ends. */
async function watchList(s, key, sources) {
  const seen = new Map(), end = Date.now() + PATIENCE;
  while (seen.size < sources.length && Date.now() < end) {
    const { rows } = await s.json('/darknet/alerts', key), now = Date.now();
    for (const r of rows) if (sources.includes(r.source) && !seen.has(r.source)) seen.set(r.source, now);
    await sleep(POLL);
  }
  return seen;
}

function row(kind, what, waits, goal) {
  const all = waits.filter(Number.isFinite).sort((a, b) => a - b), s = (ms) => `${(ms / 1000).toFixed(2)} s`;
  return `| ${kind}: ${what} | ${all.length} of ${SENDERS} | ${s(all[all.length >> 1] ?? NaN)} | **${s(all.at(-1) ?? NaN)}** | ${goal} s |`;
}

async function measure(at, s, key, inside, kind) {
  const file = join(at, `${kind.base}.pcap`), sources = Array.from({ length: SENDERS }, (_, k) => address(kind.base + k));
  writeFileSync(file, pcap(kind.packets.map((p) => [0, WRAPPINGS.ethernet[1](p)])));
  const [cmd, ...args] = inside(join(root, 'build/bench/darknet_send'), 'd0', file, String(kind.packets.length), String(kind.rate));
  const sender = start(cmd, args, ['ignore', 'pipe', 'inherit']);
  let sent = '';
  sender.stdout.on('data', (d) => { sent += d; });
  const seen = await watchList(s, key, sources);
  await until('the sender', () => sender.exitCode !== null);
  const first = JSON.parse(sent).first / 1000, began = sources.map((_, k) => first + kind.begins(k) * 1000 / kind.rate);
  const queued = Object.fromEntries(run('sqlite3', [s.file, `SELECT e.source, MIN(o.created_at) / 1000.0 FROM outbox o
    JOIN darknet_alert m ON o.path='/darknet/alerts/' || m.id JOIN darknet_episode e ON e.id=m.episode GROUP BY e.source;`])
    .trim().split('\n').map((l) => l.split('|')));
  return [row(kind.name, 'alert in the list', sources.map((a, k) => seen.get(a) - began[k]), kind.goal[0]),
    row(kind.name, 'mail in the queue', sources.map((a, k) => Number(queued[a]) - began[k]), kind.goal[1])];
}

export async function alerts(at) {
  mkdirSync(at);
  const file = join(at, 'alerts.db');
  execFileSync(yagura, ['demo', '--db', `sqlite:${file}`, '--sample'], { stdio: 'ignore' });
  const s = await serve(file), key = await register(s), net = join(at, 'net');
  const wire = start(join(root, 'test/darknet/wire.sh'), [at], ['pipe', 'ignore', 'inherit']);
  await until('the wire', () => existsSync(net));
  const inside = (...args) => [...asRoot, 'nsenter', `--net=/proc/${readFileSync(net, 'utf8').trim()}/ns/net`, ...args];
  const [cmd, ...args] = inside('sh', '-c', 'echo $$ >"$0"; exec "$@"', join(at, 'pid'), yagura, 'darknet', 'watch', '--iface', 'd1', '--db', `sqlite:${file}`);
  const watcher = start(cmd, args, ['ignore', 'ignore', 'pipe']);
  let said = '';
  watcher.stderr.on('data', (d) => { said += d; });
  await until('the watcher', () => said.includes('見ています'));
  const lines = [];
  try {
    for (const kind of KINDS) lines.push(...await measure(at, s, key, inside, kind));
  } finally {
    const [kill, ...pid] = [...asRoot, 'kill', readFileSync(join(at, 'pid'), 'utf8').trim()];
    spawnSync(kill, pid);
    await until('the end of the watcher', () => watcher.exitCode !== null);
    wire.stdin.end();
    await s.stop();
  }
  return ['### From a packet to an alert (`watch --db` on veth, beside `serve`)', '',
    `Time from the very first packet of a sender, ${SENDERS} senders of each kind in ${CODES.length} bodies; the list is asked every ${POLL} ms.`, '',
    '| | told | median | longest | goal |', '|---|---|---|---|---|', ...lines, ''];
}
