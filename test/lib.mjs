// SPDX-License-Identifier: Apache-2.0
// What the tests of the real program share: throw-away databases and servers, requests, a browser.
//
// Everything started here is ended here, by its process id, also when a test fails or is cut off.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const bin = process.env.YAGURA_BIN || path.join(root, 'build', 'yagura');
export const PASSWORD = 'yagura-demo';
/** Bound of any one thing waited for; nothing waits for time itself. */
export const PATIENCE = 60_000;

// ── what must be gone at the end ──

const children = new Set();
const folders = new Set();

function endAll() {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
  children.clear();
  folders.clear();
}

after(endAll); // of the whole file, so that nothing left running keeps a failed test waiting
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1)); // runs endAll
}

export function tempFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yagura-test-'));
  folders.add(folder);
  return folder;
}

/** Rejects when the promise takes longer than ms. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// ── the command ──

/** Runs the command to its end: { code, out, err }. The nation's demonstration is long work. */
export function yagura(...args) {
  const timeout = args[0] === 'demo' ? 4 * PATIENCE : PATIENCE;
  const r = spawnSync(bin, args, { encoding: 'utf8', timeout, maxBuffer: 1 << 26 });
  if (r.error) throw r.error;
  return { code: r.status, out: r.stdout, err: r.stderr };
}

/** The same, which must succeed: its standard output. */
export function yaguraOk(...args) {
  const r = yagura(...args);
  if (r.code !== 0) throw new Error(`yagura ${args.join(' ')}: exit ${r.code}\n${r.err}`);
  return r.out;
}

/** A demonstration in a folder of its own: the path of its database. */
export function demo(...args) {
  const file = path.join(tempFolder(), 'demo.db');
  yaguraOk('demo', '--db', `sqlite:${file}`, ...args);
  return file;
}

/** Text as Excel saves it in Japan: code page 932, with ① and 﨑, which are not in Shift_JIS itself. */
export function cp932(text) {
  const r = spawnSync('iconv', ['-f', 'UTF-8', '-t', 'CP932'], { input: text });
  if (r.status !== 0) throw new Error(String(r.stderr));
  return r.stdout;
}

/** What an authenticator app shows for a secret (base32), at a step of 30 seconds (RFC 6238). */
export function totp(secret, step = Math.floor(Date.now() / 30_000)) {
  const bits = [...secret.replace(/\s/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c)
    .toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = crypto.createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** An app: its next code that was not used yet; waits for the clock when it must. */
export function authenticator(secret) {
  let last = 0;
  return async () => {
    const step = () => Math.floor(Date.now() / 30_000);
    while (last > step()) await new Promise((resolve) => { setTimeout(resolve, 250); });
    last = Math.max(last + 1, step());
    return totp(secret, last);
  };
}

export function token(file, login) {
  return yaguraOk('token', 'create', '--db', `sqlite:${file}`, '--login', login).trim();
}

/** One statement or several with Debian's sqlite3; text as it prints it. */
export function sqlite(file, sql) {
  const r = spawnSync('sqlite3', ['-batch', '-cmd', '.timeout 10000', file], {
    input: sql, encoding: 'utf8', timeout: PATIENCE, maxBuffer: 1 << 28,
  });
  if (r.error) throw r.error;
  if (r.status !== 0 || r.stderr) throw new Error(`sqlite3: ${r.stderr}`);
  return r.stdout;
}

/** A server on a port the system chose. stop() waits for its end and returns the exit code. */
export async function serve(file, ...args) {
  const child = spawn(bin, ['serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const server = { pid: child.pid, out: '', log: '' };
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve(signal || code);
    });
  });
  const url = new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      server.out += text;
      const found = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(server.out);
      if (found) resolve(`http://127.0.0.1:${found[1]}`);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => { server.log += text; });
    ended.then((code) => reject(new Error(`serve ended (${code}): ${server.log}`)));
  });
  server.ended = ended;
  server.url = await within(PATIENCE, 'serve', url);
  server.port = Number(new URL(server.url).port);
  server.stop = (signal = 'SIGTERM') => {
    child.kill(signal);
    return within(PATIENCE, 'stop', ended);
  };
  return server;
}

// ── requests ──

/**
 * One request with exactly these headers: { status, headers, text }. The target is sent as it is;
 * of a body held back, nothing.
 */
export function request(url, where, { method = 'GET', headers = {}, body, agent, holdBack, tries = 5 } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const all = { hostname, port, path: where, method, headers, agent, timeout: PATIENCE };
    let answered = false;
    const rq = http.request(all, (rs) => {
      const parts = [];
      answered = true;
      rs.on('data', (part) => parts.push(part));
      rs.on('error', reject);
      rs.on('aborted', () => reject(new Error('aborted')));
      rs.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({ status: rs.statusCode, headers: rs.headers, text: bytes.toString('utf8'), bytes });
        if (holdBack) rq.destroy();
      });
    });
    rq.on('timeout', () => rq.destroy(new Error('timeout')));
    rq.on('error', (e) => {
      // The server may close a connection it finds idle just as it is used again (RFC 9112, 9.3.1):
      // a client then asks once more, on a connection of its own. An agent with `strict` does not.
      // (A test that waits for another program is as good as idle, so it may happen again.)
      const idle = (rq.reusedSocket || tries < 5) && e.code === 'ECONNRESET' && !answered;
      const again = { method, headers, body, agent: new http.Agent(), holdBack, tries: tries - 1 };
      if (!idle || tries === 1 || agent?.options.strict) reject(e);
      else request(url, where, again).then(resolve, reject);
    });
    if (holdBack) rq.flushHeaders();
    else rq.end(body);
  });
}

const BOUNDARY = '----yaguraTestBoundary7MA4YWxk';
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;

/** A multipart body: [name, value], or [name, content, file name]. */
export function multipart(...parts) {
  const out = [];
  for (const [name, content, file] of parts) {
    const named = file === undefined ? '' : `; filename="${file}"`;
    out.push(Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n\r\n`),
    Buffer.from(content), Buffer.from('\r\n'));
  }
  return Buffer.concat([...out, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** A program with a token: get(path), post(path, body), upload(path, part, …) → { status, headers, text, json }. */
export function program(url, bearer, agent) {
  const call = async (method, where, body, type = 'application/json') => {
    const headers = { accept: 'application/json' };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (method === 'POST') headers['content-type'] = type;
    const text = method !== 'POST' ? undefined : type === MULTIPART ? body : JSON.stringify(body ?? {});
    if (text !== undefined) headers['content-length'] = Buffer.byteLength(text);
    const r = await request(url, where, { method, headers, body: text, agent });
    const isJson = /json/.test(r.headers['content-type'] || '') && r.text !== '';
    return { ...r, json: isJson ? JSON.parse(r.text) : null };
  };
  return { get: (where) => call('GET', where), post: (where, body) => call('POST', where, body),
    upload: (where, ...parts) => call('POST', where, multipart(...parts), MULTIPART) };
}

/** A person in a browser without scripts, by hand: keeps the cookie, sends the forms' csrf. */
export function visitor(url, agent) {
  const origin = new URL(url).origin;
  const v = { cookie: '', csrf: '' };
  const keep = (r) => {
    for (const line of r.headers['set-cookie'] || []) {
      const [, value] = /^__Host-yagura=([^;]*)/.exec(line) || [];
      if (value !== undefined) v.cookie = value && `__Host-yagura=${value}`;
    }
    const found = /name="csrf" value="([0-9a-f]+)"/.exec(r.text);
    if (found) v.csrf = found[1];
    return r;
  };
  v.get = async (where) => {
    const headers = { accept: 'text/html' };
    if (v.cookie) headers.cookie = v.cookie;
    return keep(await request(url, where, { headers, agent }));
  };
  const send = async (where, body, type) => {
    const headers = {
      accept: 'text/html', origin, 'sec-fetch-site': 'same-origin', 'content-type': type,
      'content-length': Buffer.byteLength(body),
    };
    if (v.cookie) headers.cookie = v.cookie;
    return keep(await request(url, where, { method: 'POST', headers, body, agent }));
  };
  v.upload = (where, ...parts) => send(where,
    multipart(...(v.csrf ? [['csrf', v.csrf]] : []), ...parts), MULTIPART);
  v.post = async (where, fields = {}) => {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      for (const one of [value].flat()) form.append(name, one);
    }
    if (v.csrf) form.append('csrf', v.csrf);
    return send(where, form.toString(), 'application/x-www-form-urlencoded');
  };
  v.signIn = async (login, password = PASSWORD) => {
    const r = await v.post('/sign-in', { login, password });
    if (r.status !== 303 || !v.cookie) throw new Error(`${login} cannot sign in: ${r.status}`);
    await v.get('/');
    return v;
  };
  return v;
}

/** Bytes to a socket and then the end of them; everything that comes back until it is closed. */
export function raw(port, bytes) {
  return within(PATIENCE, 'raw', new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', (e) => (e.code === 'ECONNRESET' ? resolve(text()) : reject(e)));
    socket.on('close', () => resolve(text()));
    const text = () => Buffer.concat(parts).toString('latin1');
  }));
}

/** Runs fn over the list, so many at a time, in order of start. */
export async function each(list, most, fn) {
  const rest = list.entries();
  const worker = async () => {
    for (const [i, one] of rest) await fn(one, i);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

// ── the survey, through the program's interface ──

/** Answers an item with whatever is in force as `seen`. */
export async function save(who, survey, code, value) {
  const { json } = await who.get(`/surveys/${survey}/items/${code}`);
  return who.post(`/surveys/${survey}/items/${code}`, { value, seen: json.seen });
}

/** A value that fits an item, from its own view. */
export function fitting(item) {
  switch (item.type) {
    case 'option': return item.options[0].value;
    case 'multi': return [item.options[0].value];
    case 'number': return '1';
    case 'date': return '2026-04-01';
    case 'url': return 'https://www.example.jp/';
    default: return 'なし';
  }
}

/** Confirms every area and answers what is still missing: ready to submit. */
export async function complete(who, survey) {
  const { json } = await who.get(`/surveys/${survey}`);
  for (const area of json.areas) await who.post(`/surveys/${survey}/areas/${area.code}/confirm`);
  const { json: before } = await who.get(`/surveys/${survey}/submit`);
  for (const { code } of before.missing) {
    const { json: item } = await who.get(`/surveys/${survey}/items/${code}`);
    const r = await who.post(`/surveys/${survey}/items/${code}`,
      { value: fitting(item), seen: item.seen });
    if (r.status !== 200) throw new Error(`${code}: ${r.status} ${r.text}`);
  }
}

// ── darknet observation ──

/** A step of an application, at the version that stands there now. */
export async function darknetStep(who, side, id, act, reason = '') {
  const { json } = await who.get(`/darknet/${side}/${id}`);
  const r = await who.post(`/darknet/${side}/${id}/steps/${act}`, { version: json.way.version, reason });
  if (r.status !== 200) throw new Error(`${act}: ${r.status} ${r.text}`);
  return r;
}

/** A body applies to be observed; the number of its application. */
export async function darknetApply(who, ranges, more = {}) {
  const ok = (r) => {
    if (r.status !== 200) throw new Error(`${r.status} ${r.text}`);
    return r.json;
  };
  const { id } = ok(await who.post('/darknet/applications', {}));
  ok(await who.post(`/darknet/applications/${id}/ranges`, { ranges, role: 'own', proof: '契約書', ...more }));
  ok(await who.post('/darknet/contacts', { name: '情報係', mail: 'joho@example.lg.jp', hours: 'always', language: 'ja' }));
  await darknetStep(who, 'applications', id, 'file');
  return id;
}

/** The desk looks at it and lets it be observed. */
export async function darknetApprove(nation, id, reason = '') {
  await darknetStep(nation, 'desk', id, 'take');
  await darknetStep(nation, 'desk', id, 'approve', reason);
}

/** A packet of Mirai from 198.18.1.7 to 198.19.0.5: the sequence number is the destination. */
export const FRAME = '450000280001000040066aa5c6120107c6130005c0000017c613000500000000500239081a2b0000';

/** An hour of dark space, two hours ago: 120 packets of Mirai to tcp/23 from about 9 senders of 10/8 (darknet_fact.h). */
export function plantFact(file, now = Date.now() * 1000) {
  const hour = Math.floor(now / 3_600_000_000) * 3_600_000_000 - 2 * 3_600_000_000;
  const number = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...number(n >>> 7)]);
  const hex = (...n) => Buffer.from([1, ...n.flatMap(number)]).toString('hex');
  sqlite(file, `INSERT INTO darknet_fact (id, hour, begin_at, end_at, watched, packets, hosts, seen, dropped, malformed, services, world, at)
    VALUES (4600, ${hour}, ${hour} + 1, ${hour} + 1000000, 65536, 120, 9, 200, 2, 1, X'${hex(1, 2 * 2 ** 24 + 2 ** 16 + 23, 120, 9)}',
      X'${hex(1, 10 * 11, 120)}', ${now});`);
}


/** An incident of that program's body, told to the prefecture and the ministry: { incident, delivery, seen }. */
export async function reportIncident(p, more = {}) {
  const { json: { incident } } = await p.post('/incidents');
  const at = `/incidents/${incident}`, seen = async (page) => (await p.get(`${at}/${page}`)).json.seen;
  const facts = await p.post(`${at}/facts/first`, { seen: await seen('facts/first'), kind: 'ransomware', known_at: '2026-11-01 08:40',
    organ: 'mayor', gravity: 'grave', summary: '共有フォルダーが開けない', personal: 'suspected', 'personal.persons': '3000',
    'personal.malice': 'suspected', contact: '0261-00-0000', ...more });
  if (facts.status !== 200 && facts.status !== 303) throw new Error(facts.text);
  const sent = await p.post(`${at}/report`, { seen: await seen('report'), rules: 'jp.mic' });
  if (sent.status !== 200 && sent.status !== 303) throw new Error(sent.text);
  return { incident, delivery: (await p.get(at)).json.handed[0].delivery };
}

/** An alert as the sensor's report would make it, without a capture: its number. */
export function plantAlert(file, body, { id = 4400, source = '198.18.1.7', note = '', dark = '198.19.0.5', at = Date.now() * 1000 } = {}) {
  sqlite(file, `INSERT INTO darknet_episode (id, bodies, source, family, role, class, tool, confidence, infected, victim, first_at,
      last_at, packets, dark, services, pps, rule, reason, severity, state, run_first, before_run, told_class, told_infected, told_rate,
      told_services, told_at, reported_at) VALUES (${id}, '${body}', '${source}', 1, 1, 6, 'mirai', 3, 1, '', ${at}, ${at}, 60, 40, 'tcp/23',
      0, 'worm', '理由', 3, 1, ${at}, 0, 6, 1, 60, 'tcp/23', ${at}, ${at});
    INSERT INTO darknet_alert (id, episode, body, at, cause, note, version) VALUES (${id + 1}, ${id}, ${body}, ${at}, 0, '${note}', 1);
    INSERT INTO darknet_packet VALUES (${id + 2}, ${id}, ${at}, 'tcp', 49152, '${dark}', 23, X'${FRAME}', 40);
    INSERT INTO darknet_event VALUES (${id + 3}, ${id + 1}, 1, 1, 0, '${note}', ${at});
    INSERT INTO darknet_suppression VALUES (${id + 4}, ${body}, '', 8080, '${note}理由', 0, ${at}, ${at} + 864000000000);`);
  return id + 1;
}

/** An alert of that program's office to bodies (codes with blanks between), sent: its number. */
export async function sendAlert(p, codes, fields = {}) {
  const { json: { notice } } = await p.post('/alerts/office');
  const all = { title: 'VPN装置の弱点', urgency: 'day', importance: 'high', tlp: 'amber', summary: '遠隔で入られる弱点です。', first: '更新する',
    to_body: codes, seen: 1, ...fields };
  const saved = await p.post(`/alerts/office/${notice}`, all);
  const sent = await p.post(`/alerts/office/${notice}/send`, { seen: saved.json.seen });
  if (sent.status !== 200) throw new Error(`an alert is not sent: ${sent.status} ${sent.text}`);
  return notice;
}

// ── every address ──

/** Parts that a test need not know better; a part named neither here nor by the test is an error. */
const ELSEWHERE = { alert: ['1'], product: ['1'], notice: ['1'], pack: ['0'], incident: ['1'], delivery: ['1'], addressee: ['ppc'], check: ['isolate'], move: ['day'], evidence: ['1'], part: ['first'], rule: ['jp.mic'], application: ['1'], recipient: ['1'], contact: ['1'], draft: ['1'], edition: ['1'], file: ['1'], organ: ['0', '1'],
  person: ['1'], topic: ['staff'] };

/** Every address of the GET routes with every known value of its parts. */
export function everyAddress(known) {
  const routes = JSON.parse(yaguraOk('routes', '--json'));
  const ids = { ...ELSEWHERE, ...known };
  const out = [];
  for (const r of routes.filter((x) => x.method === 'GET' && !x.path.includes('{token}'))) {
    let grown = [r.path];
    for (const [name, values] of Object.entries(ids)) {
      if (r.path.includes(`{${name}}`)) {
        grown = grown.flatMap((p) => values.map((v) => p.replace(`{${name}}`, v)));
      }
    }
    out.push(...grown);
  }
  const unknown = out.find((p) => p.includes('{'));
  if (unknown) throw new Error(`${unknown}: a part of an address nobody knows values for`);
  return out;
}

// ── the browser ──

/** Debian's Chromium, quiet on the network. Close it with close(). */
export async function launch() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    timeout: PATIENCE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
