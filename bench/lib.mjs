// SPDX-License-Identifier: Apache-2.0
// What the measurements share: programs run and ended, a server on a database, what the system
// says about a process.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('..', import.meta.url).pathname;
export const yagura = join(root, 'build/yagura');
export const MEMORY_MB = 200;

const bench = join(root, 'build/bench/bench');
const running = new Set();

export function run(cmd, args) {
  return execFileSync(cmd, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** bench/bench with its one object, or what it complained of. */
export function measured(...args) {
  return JSON.parse(execFileSync(bench, args.map(String), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
}

export const round = (x) => Math.round(x).toLocaleString('en');
export const ms = (us) => `${(us / 1000).toFixed(1)} ms`;
export const percent = (x) => `${(x * 100).toFixed(0)} %`;
export const sleep = (t) => new Promise((ok) => { setTimeout(ok, t); });

/** A child that is ended with this program, whatever happens. */
export function start(cmd, args, stdio) {
  const child = spawn(cmd, args, { stdio });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return null;
  const ended = new Promise((ok) => { child.once('exit', ok); });
  child.kill('SIGTERM');
  return ended;
}

export const stopAll = () => Promise.all([...running].map(stop));

/** User and system time of processes so far, in milliseconds. */
export function cpu(...pids) {
  return pids.reduce((sum, pid) => {
    const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return sum + (Number(f[11]) + Number(f[12])) * 10;
  }, 0);
}

/** The most memory a process has held so far, in megabytes. */
export function memory(pid) {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

export const memoryRow = (pid) => `| memory of the server at its highest | **${memory(pid).toFixed(0)} MB** (goal: ${MEMORY_MB} MB) |`;

/** `yagura serve` on a database file: { port, pid, log(), token(login), json(path, key), stop() }.
 * Its log is read only if wanted: while this program waits for another one nobody would empty the
 * pipe, and the server would stand still. */
export function serve(file, { verbose = false } = {}) {
  const child = start(yagura, ['serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0', ...(verbose ? ['--verbose'] : [])],
    ['ignore', 'pipe', verbose ? 'pipe' : 'ignore']);
  const lines = [];
  let out = '', rest = '';
  child.stderr?.on('data', (d) => {
    const all = (rest + d).split('\n');
    rest = all.pop();
    for (const l of all) try { lines.push(JSON.parse(l)); } catch { /* not a line of the log */ }
  });
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error(`serve ended: ${out}`)));
    child.stdout.on('data', (d) => {
      out += d;
      const m = out.match(/127\.0\.0\.1:(\d+)/);
      if (!m) return;
      const port = Number(m[1]);
      resolve({ port, pid: child.pid, file, log: () => lines, stop: () => stop(child),
        token: (login) => run(yagura, ['token', 'create', '--db', `sqlite:${file}`, '--login', login]).trim(),
        json: async (path, key) => (await fetch(`http://127.0.0.1:${port}${path}`,
          { headers: { accept: 'application/json', authorization: `Bearer ${key}` } })).json() });
    });
  });
}

/** The open survey, and people of bodies that have not submitted it: their logins. */
export async function people(s, n) {
  const key = s.token('nation');
  const survey = (await s.json('/', key)).offices[0].id;
  const logins = [];
  for (let page = 1; logins.length < n; page++) {
    const b = await s.json(`/surveys/${survey}/board?page=${page}`, key);
    for (const r of b.rows) if (/^(draft|notstarted)$/.test(r.state_key) && !r.organ) logins.push(`u${r.code6}`);
    if (page >= b.pages) break;
  }
  if (logins.length < n) throw new Error(`only ${logins.length} of ${n} bodies have not submitted`);
  return { survey, logins: logins.slice(0, n) };
}
