// SPDX-License-Identifier: Apache-2.0
// The bad days of yagura darknet watch --db: the database away, kill -9 of each of its processes, a line half written, a
// disk and a file that are full. Whatever happens, each sender is one alert, one record and one mail.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { PATIENCE, bin, darknetApply, darknetApprove, demo, program, root, serve, sqlite, tempFolder, token, within } from './lib.mjs';
import { work } from './mailbox.mjs';
import { WRAPPINGS, ip4, number, pcap, tcp } from './pcap.mjs';
import { authority, postfix } from './relay.mjs';

const LIMIT = { timeout: 300_000 };
const sender = path.join(path.dirname(bin), 'bench/darknet_send');
const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];
const c = { running: new Set() };

async function until(what, fn) {
  const began = Date.now();
  while (!await fn()) {
    assert.ok(Date.now() - began < PATIENCE, `${what}: not within ${PATIENCE} ms`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

function start(args, stdin = 'ignore') {
  const child = spawn(args[0], args.slice(1), { stdio: [stdin, 'pipe', 'pipe'] }), p = { child, out: '', err: '' };
  c.running.add(p);
  child.stdout.setEncoding('utf8').on('data', (text) => { p.out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { p.err += text; });
  p.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      c.running.delete(p);
      resolve(signal || code);
    });
  });
  p.end = () => within(PATIENCE, args.join(' '), p.ended);
  return p;
}

const root_ = (...args) => spawnSync([...asRoot, ...args][0], [...asRoot, ...args].slice(1), { encoding: 'utf8', timeout: PATIENCE });
const inside = (...args) => [...asRoot, 'nsenter', `--net=/proc/${c.net}/ns/net`, ...args];
const kill = (signal, ...pids) => root_('kill', `-${signal}`, ...pids.map(String));
const alive = (pid) => fs.existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Its children, also those in the middle of a report. */
function children(pid) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      return fs.readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').pop().split(' ')[1] === String(pid);
    } catch { return false; /* gone */ }
  }).map(Number);
}

/** yagura darknet watch on the wire, once it looks. */
async function watch(...args) {
  const file = path.join(c.folder, 'pid');
  fs.rmSync(file, { force: true });
  const w = start(inside('sh', '-c', 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec "$@"', file, bin, 'darknet', 'watch', '--iface', 'd1',
    '--db', `sqlite:${c.file}`, ...args));
  await until('the watcher', () => w.err.includes('見ています') || w.child.exitCode !== null);
  assert.equal(w.child.exitCode, null, w.err);
  w.pid = Number(fs.readFileSync(file, 'utf8'));
  w.says = (text) => until(text, () => {
    assert.equal(w.child.exitCode, null, w.err);
    return w.err.includes(text);
  });
  /** kill -9; nothing of it is left. */
  w.kill = async () => {
    const all = [w.pid, ...children(w.pid)];
    assert.ok(all.length > 1, 'a child looks at the packets');
    kill('KILL', w.pid);
    await w.end();
    await until('the end of its children', () => !all.some(alive));
  };
  w.stop = () => {
    kill('TERM', w.pid);
    return w.end();
  };
  return w;
}

/** A writer of the database that does not let go. */
async function hold() {
  const p = start(['sqlite3', '-batch', '-cmd', '.timeout 20000', c.file], 'pipe');
  p.child.stdin.write('BEGIN EXCLUSIVE; SELECT \'held\';\n');
  await until('the lock', () => p.out.includes('held'));
  p.release = () => {
    p.child.stdin.end();
    return p.end();
  };
  return p;
}

const address = (i) => `198.51.100.${i}`;
/** As Mirai sends: three packets of each of our addresses to three dark ones, two decide. */
function worm(...sources) {
  const packets = sources.flatMap((i) => [1, 2, 3].map((k) => {
    const dst = `203.0.113.${(i + 40 * k) % 250 + 1}`;
    return ip4({ src: address(i), dst, ttl: 52, id: i }, tcp({ dport: 23, seq: number(dst), window: 5000 + i, options: '' }));
  }));
  return packets;
}

function send(packets, count = packets.length) {
  const file = path.join(c.folder, 'send.pcap');
  fs.writeFileSync(file, pcap(packets.map((p) => [0, WRAPPINGS.ethernet[1](p)])));
  const [cmd, ...args] = inside(sender, 'd0', file, String(count));
  const r = spawnSync(cmd, args, { encoding: 'utf8', timeout: PATIENCE });
  assert.equal(r.status, 0, r.stderr);
}

const spool = (file = `${c.file}.darknet`) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
const waits = (i, file) => spool(file).includes(`"${address(i)}"`);
const empty = (file) => spool(file) === '';
const sql = (query) => sqlite(c.file, query).trim();
/** Alerts, records of them and mails of a source. */
const told = (i) => sql(`SELECT COUNT(DISTINCT m.id), COUNT(DISTINCT v.id), COUNT(DISTINCT o.id) FROM darknet_episode e
  LEFT JOIN darknet_alert m ON m.episode=e.id LEFT JOIN darknet_event v ON v.alert=m.id AND v.kind=1
  LEFT JOIN outbox o ON o.path='/darknet/alerts/' || m.id WHERE e.source='${address(i)}';`);
const once = (i) => told(i).startsWith('1|1|'); // above six an hour, mails are one in the morning

describe('watch --db on bad days', LIMIT, () => {
  before(async () => {
    c.folder = tempFolder();
    c.tls = authority();
    c.relay = await postfix(c.tls);
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const [town, nation] = ['town', 'nation'].map((login) => program(c.server.url, token(c.file, login)));
    assert.equal((await nation.post('/darknet/dark', { ranges: '203.0.113.0/24', note: '観測網' })).status, 200);
    await darknetApprove(nation, await darknetApply(town, '198.51.100.0/24'));
    const [contact] = (await town.get('/darknet/contacts')).json.rows; // the relay's inbox is example.jp
    assert.equal((await town.post(`/darknet/contacts/${contact.recipient}`, { name: '情報係', mail: 'joho@example.jp',
      hours: 'always', language: 'ja', version: contact.version })).status, 200);
    c.wire = start([path.join(root, 'test/darknet/wire.sh'), c.folder], 'pipe');
    await until('the wire', () => fs.existsSync(path.join(c.folder, 'net')));
    c.net = Number(fs.readFileSync(path.join(c.folder, 'net'), 'utf8'));
  }, LIMIT);
  afterEach(async () => { // what a test that failed left
    for (const p of [...c.running].filter((one) => one !== c.wire)) p.child.kill('SIGKILL');
    await until('their end', () => c.running.size <= 1);
  });
  after(async () => {
    c.wire?.child.stdin.end();
    await c.server?.stop();
    await c.relay?.stop();
  });

  test('killed at any moment while the database is away: each arrives once', LIMIT, async () => {
    const lock = await hold();
    let w = await watch();
    send(worm(11));
    await until('a line on the disk', () => waits(11));
    [c.line] = spool().split('\n');
    await w.kill();

    w = await watch(); // what waits is being reported, and held up there
    await until('a report', () => children(w.pid).length > 1);
    send(worm(12));
    await until('the next, beside a report that hangs', () => waits(12) && children(w.pid).length > 1);
    await w.kill();

    w = await watch(); // the process that looks at packets
    send(worm(13));
    await until('the next', () => waits(13));
    kill('KILL', Math.min(...children(w.pid))); // the first: reports come and go
    assert.notEqual(await w.end(), 0);
    assert.match(w.err, /途中で終わりました/);

    w = await watch(); // in order, while it is still away
    send(worm(14));
    await until('the next', () => waits(14));
    assert.notEqual(await w.stop(), 0, 'what was not delivered is not called well');
    assert.match(w.err, /\d+ 行を .*\.darknet に残しました/);
    for (const i of [11, 12, 13, 14]) assert.ok(waits(i), address(i));
    assert.equal(sql('SELECT COUNT(*) FROM darknet_episode;'), '0');

    w = await watch();
    await lock.release();
    await until('the first alert', () => once(11));
    await w.kill(); // between the database and the file
    w = await watch();
    send(worm(15));
    await until('all', () => once(15) && empty());
    assert.equal(await w.stop(), 0, w.err);
    assert.deepEqual([11, 12, 13, 14, 15].map(told), Array(5).fill('1|1|1'));
    assert.ok(empty());
    assert.ok(!fs.existsSync(`${c.file}.darknet.refused`));

    const mails = Number(sql('SELECT COUNT(*) FROM outbox;'));
    const post = work(c.file, c.relay.url, '--smtp-tls', 'require', '--smtp-ca', c.tls.ca, '--once');
    assert.equal(await post.end(), 0, post.log);
    assert.ok(mails >= 5);
    const subjects = (await c.relay.arrived(Number(sql('SELECT COUNT(*) FROM outbox WHERE state=3;')))).map((m) => m.head.get('subject'));
    for (const i of [11, 12, 13, 14, 15]) assert.equal(subjects.filter((s) => new RegExp(`：${address(i)}(?!\\d)`).test(s)).length, 1, subjects.join('\n'));
  });

  test('the serving process away: it goes on without, also killed', LIMIT, async () => {
    await c.server.stop();
    c.server = null;
    const lock = await hold();
    let w = await watch();
    send(worm(21));
    await until('a line on the disk', () => waits(21) && children(w.pid).length > 1);
    send(worm(22));
    await until('the next, while the report waits for the lock', () => waits(22));
    await w.kill();
    await lock.release();
    w = await watch();
    await until('both', () => once(22) && empty());
    assert.equal(await w.stop(), 0, w.err);
    assert.ok(once(21));
    c.server = await serve(c.file);
  });

  test('a line that was half written is cut off, and spoils none after it', LIMIT, async () => {
    const line = c.line.replaceAll(address(11), address(31));
    fs.writeFileSync(`${c.file}.darknet`, `${line}\n${line.slice(0, line.length / 2)}`);
    const lock = await hold();
    let w = await watch();
    send(worm(32));
    await until('a line after it', () => waits(32));
    await w.kill();
    for (const l of spool().trim().split('\n')) JSON.parse(l);
    await lock.release();
    w = await watch();
    await until('both', () => once(31) && once(32) && empty());
    assert.equal(await w.stop(), 0, w.err);
    assert.ok(!fs.existsSync(`${c.file}.darknet.refused`));
  });

  test('away for long, the file stays bounded; what is lost then is counted, and all that waited arrives', LIMIT, async () => {
    const line = `${c.line}\n`, MOST = 16 << 20, PIECE = 64 << 10;
    fs.writeFileSync(`${c.file}.darknet`, line.repeat(Math.floor((MOST - PIECE) / Buffer.byteLength(line))) + line.replaceAll(address(11), address(41)));
    const dropped = () => Number(sql('SELECT COALESCE(SUM(dropped), 0) FROM darknet_fact;')), before = dropped();
    const lock = await hold(), w = await watch();
    await w.says('待っている行が多すぎます');
    const many = Array.from({ length: 80 }, (_, i) => 100 + i);
    send(worm(...many)); // more lines than the pipe between the two takes
    await w.says('見つけたものを記録できませんでした'); // meanwhile it wanted to tell them, and nobody heard
    send([ip4({ src: '192.0.2.1', dst: '203.0.113.9' }, tcp({}))], 700_000); // more than the ring takes
    assert.ok(fs.statSync(`${c.file}.darknet`).size <= MOST);
    await lock.release();
    await w.says('記録できるようになりました');
    await until('what waited', () => empty() && once(41));
    assert.equal(await w.stop(), 0, w.err);
    const seen = sql('SELECT e.source, COUNT(*) FROM darknet_alert m JOIN darknet_episode e ON e.id=m.episode GROUP BY e.source;').split('\n');
    for (const i of many) assert.ok(seen.includes(`${address(i)}|1`), address(i));
    assert.ok(dropped() > before);
  });

  test('waits where --spool says, which is one process\'s own', LIMIT, async () => {
    const file = path.join(c.folder, 'elsewhere');
    const lock = await hold(), w = await watch('--spool', file);
    send(worm(51));
    await until('a line on the disk', () => waits(51, file));
    assert.ok(empty());
    const other = start(inside(bin, 'darknet', 'watch', '--iface', 'd1', '--db', `sqlite:${c.file}`, '--spool', file));
    assert.notEqual(await other.end(), 0);
    assert.match(other.err, /別の yagura darknet watch が使っています/);
    await lock.release();
    await until('it', () => once(51) && empty(file));
    assert.equal(await w.stop(), 0, w.err);
  });

  test('a full disk is waited for', LIMIT, async () => {
    const w = await watch();
    root_('prlimit', '--pid', String(w.pid), '--fsize=0:');
    send(worm(61));
    await w.says('ディスクに空きがありません');
    assert.ok(empty());
    root_('prlimit', '--pid', String(w.pid), '--fsize=unlimited:');
    await until('it', () => once(61) && empty());
    assert.equal(await w.stop(), 0, w.err);
  });
});
