// SPDX-License-Identifier: Apache-2.0
// Runs the measurements named (save, page, nation), beside their peers in the same run, and writes them
// with date and machine into doc/figures.md.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync, mkdtempSync, copyFileSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir, cpus } from 'node:os';
import { join } from 'node:path';

import { nation } from './nation.mjs';

const root = new URL('..', import.meta.url).pathname;
const yagura = join(root, 'build/yagura');
const bench = join(root, 'build/bench/bench');
const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'yagura-bench-'));
const db = join(dir, 'demo.db');
const tidy = [];

const run = (cmd, args) => execFileSync(cmd, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
const json = (cmd, args) => JSON.parse(run(cmd, args));
const round = (x) => Math.round(x).toLocaleString('en');

function start(cmd, args, mark) {
  const child = spawn(cmd, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  tidy.push(() => child.kill('SIGTERM'));
  if (!mark) return child;
  return new Promise((resolve, reject) => {
    let out = '';
    child.on('exit', () => reject(new Error(`${cmd} ended: ${out}`)));
    child.stdout.on('data', (d) => {
      out += d;
      const m = out.match(mark);
      if (m) resolve({ child, match: m });
    });
  });
}

// User and system time of a process so far, in milliseconds.
function cpu(pid) {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
}

async function api(port, token, path) {
  const r = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: 'application/json', authorization: `Bearer ${token}` } });
  return r.json();
}

const token = (login) => run(yagura, ['token', 'create', '--db', `sqlite:${db}`, '--login', login]).trim();

// Pages of the board until enough bodies that have not submitted are known.
async function logins(port, survey, n) {
  const t = token('nation');
  const out = [];
  for (let page = 1; out.length < n; page++) {
    const b = await api(port, t, `/surveys/${survey}/board?page=${page}`);
    for (const r of b.rows) if (/^(draft|notstarted)$/.test(r.state_key) && !r.organ) out.push(`u${r.code6}`);
    if (page >= b.pages) break;
  }
  return out.slice(0, n);
}

async function save(port, survey) {
  const people = await logins(port, survey, 256);
  const before = await api(port, token('nation'), '/healthz');
  const ours = json(bench, ['save', String(port), String(survey), '64', ...people]);
  const after = await api(port, token('nation'), '/healthz');
  const batch = Math.max(1, Math.round((after.jobs - before.jobs) / (after.batches - before.batches)));
  const copy = join(dir, 'bare.db');
  copyFileSync(db, copy);
  const bare = json(bench, ['bare', copy, String(batch), '30000']);
  const disk = json(bench, ['sync', join(dir, 'sync')]);
  if (ours.refused) throw new Error(`${ours.refused} saves were refused`);
  const ratio = ours.per_second / bare.per_second;
  return [
    '## Saves', '',
    'A save is the whole path: session cookie, CSRF token, scope, version check, fact, audit row with its hash, progress, commit, 303. 64 connections, 256 sessions, every save of an item not answered before.', '',
    '| what | figure |', '|---|---|',
    `| saves/s | ${round(ours.per_second)} |`,
    `| p50 / p99 | ${(ours.p50_us / 1000).toFixed(1)} ms / ${(ours.p99_us / 1000).toFixed(1)} ms |`,
    `| saves in one commit, mean | ${batch} |`,
    `| bare SQLite writer, the same five rows, ${batch} in a commit | ${round(bare.per_second)} saves/s, ${round(bare.rows_per_second)} rows/s |`,
    `| of the bare writer | **${(ratio * 100).toFixed(0)} %** (goal: 50 %) |`,
    `| fdatasync/s of this disk | ${round(disk.fdatasync_per_second)}, so at most ${round(disk.fdatasync_per_second * batch)} saves/s at this batch |`,
    `| the limit | ${disk.fdatasync_per_second * batch < ours.per_second * 1.5 ? 'the disk' : 'the processor: the client, the serving threads and the writer share ' + cpus().length + ' cores'} |`,
    '',
  ];
}

// Processor time of the server per page under wrk, beside nginx sending the same bytes.
async function page(port, pid, survey) {
  const t = token('town');
  const url = `http://127.0.0.1:${port}/surveys/${survey}`;
  const body = await (await fetch(url, { headers: { authorization: `Bearer ${t}` } })).text();
  const load = (target, headers) => {
    const out = run('wrk', ['-t1', '-c16', '-d6', '--latency', ...headers, target]);
    const p = (x) => out.match(new RegExp(`${x}%\\s+([\\d.]+)(us|ms|s)`));
    const ms = (m) => Number(m[1]) * { us: 0.001, ms: 1, s: 1000 }[m[2]];
    return { n: Number(out.match(/(\d+) requests in/)[1]), rate: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]), p50: ms(p(50)), p99: ms(p(99)) };
  };
  const before = cpu(pid);
  const ours = load(url, ['-H', `Authorization: Bearer ${t}`]);
  const each = (cpu(pid) - before) / ours.n;
  const peer = await nginx(body, load);
  return [
    '## The form of 132 items', '',
    `${body.length.toLocaleString('en')} characters of HTML, rendered from the database at every request; wrk with 16 connections.`, '',
    '| what | yagura | nginx, the same bytes from a file |', '|---|---|---|',
    `| processor time per page | **${each.toFixed(2)} ms** (goal: 2 ms) | ${peer.each.toFixed(3)} ms |`,
    `| pages/s | ${round(ours.rate)} | ${round(peer.rate)} |`,
    `| p50 / p99 | ${ours.p50.toFixed(1)} / ${ours.p99.toFixed(1)} ms | ${peer.p50.toFixed(1)} / ${peer.p99.toFixed(1)} ms |`,
    `| ratio of pages/s | ${(ours.rate / peer.rate * 100).toFixed(0)} % of nginx | |`,
    '',
  ];
}

async function nginx(body, load) {
  const www = join(dir, 'www');
  mkdirSync(www);
  writeFileSync(join(www, 'page.html'), body);
  const port = 20000 + Math.floor(Math.random() * 20000);
  const conf = join(dir, 'nginx.conf');
  writeFileSync(conf, `daemon off; worker_processes 2; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 256; }
http { access_log off; client_body_temp_path ${dir}/t1; proxy_temp_path ${dir}/t2; fastcgi_temp_path ${dir}/t3; uwsgi_temp_path ${dir}/t4; scgi_temp_path ${dir}/t5; sendfile on;
server { listen 127.0.0.1:${port}; root ${www}; } }
`);
  run('chmod', ['-R', 'a+rX', dir]);
  const child = start(process.env.NGINX ?? '/usr/sbin/nginx', ['-c', conf, '-p', dir]);
  const url = `http://127.0.0.1:${port}/page.html`;
  for (let i = 0; i < 100; i++) {
    try { if ((await fetch(url)).ok) break; } catch { await new Promise((r) => setTimeout(r, 50)); }
  }
  const workers = run('ps', ['-o', 'pid=', '--ppid', String(child.pid)]).trim().split(/\s+/);
  const sum = () => workers.reduce((a, p) => a + cpu(p), 0);
  const before = sum();
  const r = load(url, []);
  return { ...r, each: (sum() - before) / r.n };
}

// A server on a database of its own with ten years, its log kept as objects.
function tenYears() {
  const file = join(dir, 'ten.db');
  run(yagura, ['demo', '--db', `sqlite:${file}`, '--years', '10']);
  const serve = () => new Promise((resolve, reject) => {
    const child = spawn(yagura, ['serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0', '--verbose'],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = [];
    let out = '', rest = '';
    tidy.push(() => child.kill('SIGTERM'));
    child.on('exit', () => reject(new Error(`serve ended: ${out}`)));
    child.stderr.on('data', (d) => {
      const all = (rest + d).split('\n');
      rest = all.pop();
      for (const l of all) try { lines.push(JSON.parse(l)); } catch { /* not a line of the log */ }
    });
    child.stdout.on('data', (d) => {
      out += d;
      const m = out.match(/127\.0\.0\.1:(\d+)/);
      if (m) resolve({ port: Number(m[1]), pid: child.pid, log: () => lines,
        stop: () => new Promise((ok) => { child.removeAllListeners('exit'); child.once('exit', ok); child.kill('SIGTERM'); }) });
    });
  });
  const key = (login) => run(yagura, ['token', 'create', '--db', `sqlite:${file}`, '--login', login]).trim();
  return nation({ serve, token: key });
}

const measures = { nation: tenYears, save: async (s) => save(s.port, s.survey), page: async (s) => page(s.port, s.pid, s.survey) };
const wanted = process.argv.slice(2).length ? process.argv.slice(2) : ["save", "page", "nation"];
let failed = null;
try {
  run(yagura, ['demo', '--db', `sqlite:${db}`]);
  const { child, match } = await start(yagura, ['serve', '--db', `sqlite:${db}`, '--listen', '127.0.0.1:0'], /127\.0\.0\.1:(\d+)/);
  const port = Number(match[1]);
  const survey = (await api(port, token('nation'), '/')).offices[0].id;
  const lines = ['# Figures', '',
    `Made by \`script/bench ${wanted.join(' ')}\` on ${new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10)}, on ${cpus().length} cores (${cpus()[0].model.trim()}), with the whole nation of \`yagura demo\`. Only the ratios, taken in one run, mean anything on another machine.`, ''];
  for (const name of wanted) lines.push(...await measures[name]({ port, pid: child.pid, survey }));
  console.log(lines.join('\n'));
  if (wanted.length === Object.keys(measures).length) writeFileSync(join(root, 'doc/figures.md'), lines.join('\n'));
} catch (e) {
  failed = e;
} finally {
  for (const f of tidy) f();
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
}
if (failed) { console.error(failed.message); process.exit(1); }
