// SPDX-License-Identifier: Apache-2.0
// The form of 132 items beside the same bytes from a file: plain beside nginx, and through nginx
// as dist/nginx sets it up, with TLS, over HTTP/1.1 and HTTP/2.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { cpu, memoryRow, people, percent, root, round, run, serve, sleep, start, stop } from './lib.mjs';

const CONNECTIONS = 16, SECONDS = 5;

function wrk(target, key) {
  const out = run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}`, '--latency', '-H', `Authorization: Bearer ${key}`, target]);
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(`${target}: ${out}`);
  const at = (x) => {
    const [, n, unit] = out.match(new RegExp(`${x}%\\s+([\\d.]+)(us|ms|s)`));
    return Number(n) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return { n: Number(out.match(/(\d+) requests in/)[1]), rate: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]), p50: at(50), p99: at(99) };
}

/** Its own summary has no percentiles; its log has every request: start, status, microseconds. */
function h2load(target, key, dir) {
  const log = join(dir, 'h2load.log');
  writeFileSync(log, '');
  run('h2load', ['-t1', `-c${CONNECTIONS}`, '-m1', '-D', String(SECONDS), `--log-file=${log}`, '-H', `authorization: Bearer ${key}`, target]);
  const rows = readFileSync(log, 'utf8').trim().split('\n').map((l) => l.split('\t').map(Number));
  if (rows.length < CONNECTIONS || rows.some(([, status]) => status !== 200)) throw new Error(`${target}: h2load was refused`);
  const times = rows.map(([, , us]) => us / 1000).sort((a, b) => a - b);
  const at = (p) => times[Math.floor((times.length - 1) * p)];
  return { n: rows.length, rate: rows.length / SECONDS, p50: at(0.5), p99: at(0.99) };
}

/** A load, and the processor time of these processes for each of its pages. */
function priced(pids, load) {
  const before = pids.map((p) => cpu(p));
  const r = load();
  return { ...r, each: pids.map((p, i) => (cpu(p) - before[i]) / r.n) };
}

const freePort = () => new Promise((ok) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address();
    s.close(() => ok(port));
  });
});

/** nginx with these servers; www is a folder inside `dir`. Its workers do the work. */
async function nginx(dir, servers, url) {
  const conf = join(dir, 'nginx.conf');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((x) => `${x}_temp_path ${dir}/${x};`).join(' ');
  writeFileSync(conf, `daemon off; worker_processes 2; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 256; }
http { access_log off; ${temp} sendfile on; types { text/html html; }
${servers} }
`);
  run('chmod', ['-R', 'a+rX', dir]);
  const child = start('nginx', ['-c', conf, '-p', dir], 'ignore');
  for (let i = 0; i < 100 && !await answers(url); i++) await sleep(50);
  const workers = run('ps', ['-o', 'pid=', '--ppid', String(child.pid)]).trim().split(/\s+/);
  return { workers, stop: () => stop(child) };
}

const answers = (url) => new Promise((ok) => {
  const s = net.connect(Number(new URL(url).port), '127.0.0.1', () => { s.destroy(); ok(true); });
  s.on('error', () => ok(false));
});

/** The town's form as bytes in dir/www/page.html, and how to ask for it. */
async function form(s, dir) {
  const { survey } = await people(s, 1);
  const key = s.token('town');
  const path = `/surveys/${survey}`;
  const body = await (await fetch(`http://127.0.0.1:${s.port}${path}`, { headers: { authorization: `Bearer ${key}` } })).text();
  const www = join(dir, 'www');
  mkdirSync(www, { recursive: true });
  writeFileSync(join(www, 'page.html'), body);
  return { key, path, www, n: body.length };
}

const latency = (r) => `${r.p50.toFixed(1)} / ${r.p99.toFixed(1)} ms`;
const sum = (v) => v.reduce((a, b) => a + b, 0);

export async function page({ copy, dir }) {
  const s = await serve(copy());
  const f = await form(s, dir);
  const ours = priced([s.pid], () => wrk(`http://127.0.0.1:${s.port}${f.path}`, f.key));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/page.html`;
  const front = await nginx(dir, `server { listen 127.0.0.1:${port}; root ${f.www}; }`, url);
  const peer = priced(front.workers, () => wrk(url, f.key));
  await front.stop();
  const memory = memoryRow(s.pid);
  await s.stop();
  return ['## The form of 132 items', '',
    `${round(f.n)} characters of HTML, rendered from the database at every request; wrk with ${CONNECTIONS} connections.`, '',
    '| what | yagura | nginx, the same bytes from a file |', '|---|---|---|',
    `| processor time per page | **${sum(ours.each).toFixed(2)} ms** (goal: 2 ms) | ${sum(peer.each).toFixed(3)} ms |`,
    `| pages/s | ${round(ours.rate)} | ${round(peer.rate)} |`,
    `| p50 / p99 | ${latency(ours)} | ${latency(peer)} |`,
    `| ratio of pages/s | ${percent(ours.rate / peer.rate)} of nginx | |`,
    `${memory} |`, ''];
}

/** The shipped sample with ports and certificate of this run, its limits per address lifted (all
 * of the load comes from one), and the page as a file beside the way to the program. */
async function sample(s, dir, www) {
  const http = await freePort(), https = await freePort();
  run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=yagura.example.lg.jp', '-keyout', join(dir, 'tls.key'), '-out', join(dir, 'tls.crt')]);
  const wanted = [['127.0.0.1:8080', `127.0.0.1:${s.port}`], ['listen 80;', `listen 127.0.0.1:${http};`],
    ['listen 443 ', `listen 127.0.0.1:${https} `], ['/etc/yagura/tls/server.crt', join(dir, 'tls.crt')],
    ['/etc/yagura/tls/server.key', join(dir, 'tls.key')], ['rate=50r/s', 'rate=1000000r/s'],
    ['    location / {', `    location = /page.html { root ${www}; }\n    location / {`]];
  let text = readFileSync(join(root, 'dist/nginx/yagura-nginx.conf'), 'utf8').replace(/^ *listen \[::\].*\n/gm, '');
  for (const [from, to] of wanted) {
    if (text.split(from).length !== 2) throw new Error(`dist/nginx: ${from} is not there once`);
    text = text.replace(from, to);
  }
  return { text, url: `https://127.0.0.1:${https}` };
}

export async function tls({ copy, dir }) {
  const s = await serve(copy());
  const f = await form(s, dir);
  const site = await sample(s, dir, f.www);
  const front = await nginx(dir, site.text, site.url);
  const pids = [s.pid, ...front.workers];
  const rows = [];
  for (const [name, load] of [['HTTP/1.1, wrk', wrk], ['HTTP/2, h2load', h2load]]) {
    const ours = priced(pids, () => load(`${site.url}${f.path}`, f.key, dir));
    const peer = priced(pids, () => load(`${site.url}/page.html`, f.key, dir));
    const [inside, ...outside] = ours.each;
    rows.push(`| ${name}: pages/s | ${round(ours.rate)} | ${round(peer.rate)} | **${percent(ours.rate / peer.rate)}** |`,
      `| ${name}: p50 / p99 | ${latency(ours)} | ${latency(peer)} | |`,
      `| ${name}: processor time per page | ${inside.toFixed(2)} ms and ${sum(outside).toFixed(2)} ms in nginx | ${sum(peer.each).toFixed(2)} ms | |`);
  }
  const memory = memoryRow(s.pid);
  await front.stop();
  await s.stop();
  return ['## The form through nginx with TLS', '',
    `The same form through nginx as \`dist/nginx\` sets it up (the limits per address lifted), ${CONNECTIONS} connections; beside it the same bytes from a file, by the same nginx over the same TLS.`, '',
    '| what | yagura behind nginx | nginx, from a file | ratio |', '|---|---|---|---|', ...rows,
    `${memory} | |`, ''];
}
