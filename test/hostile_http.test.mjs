// SPDX-License-Identifier: Apache-2.0
// Requests that two readers could read differently, and clients that take their time, against
// `serve` itself and against the real nginx in front of it with the shipped sample: nothing is
// smuggled, nobody waits.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, test } from 'node:test';

import { HOST, certificates, freePort, listening, site } from './front.mjs';
import { PATIENCE, demo, each, root, serve, tempFolder, within } from './lib.mjs';

const H = 'Host: 127.0.0.1\r\n';
const SMUGGLED = `GET /sign-in?smuggled=1 HTTP/1.1\r\n${H}X: `; // its route is looked for in the log
const get = (...fields) => `GET /healthz HTTP/1.1\r\n${fields.join('')}\r\n`;
const post = (fields, body) => `POST /healthz HTTP/1.1\r\n${fields}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const length = (n) => `Content-Length: ${n}\r\n`;
const many = (n) => Array.from({ length: n }, (_, i) => `X-${i}: 1\r\n`).join('');

// What is sent | what comes of it bare | through nginx: the statuses on the wire, '' for a closed
// connection; several where more than one is right. The library writes the head of some answers of
// its own twice, and closes: TWICE.
const TWICE = ['400,400', '413,413'];
const ROWS = [
  ['an ordinary request', get(H), ['200'], ['200']],
  ['two different Content-Length', post(H + length(0) + length(60), SMUGGLED), [''], ['400']],
  ['the same Content-Length twice', post(H + length(2) + length(2), 'ab'), [''], ['400']],
  ['Content-Length and chunked', post(H + length(5) + CHUNKED, `0\r\n\r\n${SMUGGLED}`), [''], ['400']],
  ['chunked and Content-Length', post(H + CHUNKED + length(70), `0\r\n\r\n${SMUGGLED}`), [''], ['400']],
  ['xchunked and Content-Length',
    post(`${H}Transfer-Encoding: xchunked\r\n${length(3)}`, `0\r\n\r\n${SMUGGLED}`), [''], ['400', '501']],
  ['xchunked', post(`${H}Transfer-Encoding: xchunked\r\n`, `0\r\n\r\n${SMUGGLED}`), [''], ['501']],
  ['chunked twice', post(H + CHUNKED + CHUNKED, `0\r\n\r\n${SMUGGLED}`), [''], ['400', '501']],
  ['chunked, identity', post(`${H}Transfer-Encoding: chunked, identity\r\n`, `0\r\n\r\n${SMUGGLED}`),
    [''], ['400', '501']],
  ['Content-Length +7', post(`${H}Content-Length: +7\r\n`, 'a=1&b=2'), ['', ...TWICE], ['400']],
  ['Content-Length 7 abc', post(`${H}Content-Length: 7 abc\r\n`, 'a=1&b=2'), ['', ...TWICE], ['400']],
  ['Content-Length 7, 7', post(`${H}Content-Length: 7, 7\r\n`, 'a=1&b=2'), ['', ...TWICE], ['400']],
  ['Content-Length -1', post(`${H}Content-Length: -1\r\n`, ''), ['', ...TWICE], ['400']],
  ['Content-Length of 20 digits', post(`${H}${length('99999999999999999999')}`, 'a'),
    ['', ...TWICE], ['400', '413']],
  ['a blank before the colon', post(`${H}Content-Length : 60\r\n`, SMUGGLED), [''], ['400']],
  ['chunk size 0x7', post(H + CHUNKED, `0x7\r\na=1&b=2\r\n0\r\n\r\n`), ['400', ''], ['400']],
  ['chunk size -1', post(H + CHUNKED, `-1\r\n\r\n0\r\n\r\n${SMUGGLED}`), ['400', ''], ['400']],
  ['chunk size of 17 digits', post(H + CHUNKED, `10000000000000005\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
    ['400', '413', ''], ['400', '413']],
  ['a chunk longer than it says', post(H + CHUNKED, `2\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`), ['400', ''], ['400']],
  ['no Host', get(), ['', ...TWICE], ['400']],
  ['two Hosts', get(H, 'Host: evil.example\r\n'), [''], ['400']],
  ['a folded line', get(H, 'X: a\r\n b\r\n', 'Y: 1\r\n'), [''], ['400']],
  ['a folded last line', get(H, 'X: a\r\n b\r\n'), [''], ['400']],
  ['a folded Content-Length', post(`${H}X: 1\r\n Content-Length: 60\r\n`, SMUGGLED), [''], ['400']],
  ['a folded first line', get(' X: a\r\n', H), [''], ['400']],
  ['NUL in a value', get(H, 'X: a\0b\r\n', 'Y: 1\r\n'), [''], ['400']],
  ['NUL in the last value', get(H, 'X: a\0b\r\n'), [''], ['400']],
  ['NUL in a name', get(H, 'X\0Y: a\r\n'), ['400', ''], ['400']],
  ['NUL in the target', `GET /healthz\0b HTTP/1.1\r\n${H}\r\n`, [''], ['400']],
  ['a carriage return in a value', get(H, `X: a\rContent-Length: 60\r\n`), [''], ['400']],
  ['an empty name', get(H, ': a\r\n', 'Y: 1\r\n'), [''], ['400']],
  ['an empty last name', get(H, ': a\r\n'), [''], ['400']],
  ['a line without a colon', get(H, 'X\r\n', 'Y: 1\r\n'), ['400', ''], ['200']],
  ['a byte above ASCII in a name', get(H, 'X\xE9: a\r\n'), [''], ['200', '400']],
  ['bare line feeds', get(H).replaceAll('\r', ''), [''], ['200']],
  ['one bare line feed', get(H, 'X: a\n', 'Y: 1\r\n'), [''], ['200']],
  ['a header of 40 kB', get(H, `X: ${'a'.repeat(40_000)}\r\n`), ['431'], ['400']],
  ['1,000 fields', get(H, many(1000)), ['431'], ['400', '431']],
  ['60 fields', get(H, many(60)), ['431'], ['431']],
  ['a target of 40 kB', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${H}\r\n`, ['414', '431'], ['414']],
  ['HTTP/0.9', 'GET /healthz\r\n', ['400', ''], ['200', '400', '']],
  ['HTTP/2.0', `GET /healthz HTTP/2.0\r\n${H}\r\n`, ['505', ''], ['505', '400']],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ['505', '400', ''], ['400', '505', '']],
  ['CONNECT', `CONNECT evil.example:80 HTTP/1.1\r\n${H}\r\n`, ['404', '405', '400', ''], ['400', '405']],
  ['TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n`, ['405'], ['405']],
  ['nothing but line ends', '\r\n\r\n\r\n', [''], ['', '400']],
  ['rubbish', '\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03', ['400', ''], ['400']],
  ['POST announcing 10 GB', post(H + length(10_000_000_000), 'a'), ['413'], ['413']],
  ['Expect: 100-continue and 10 GB', post(`${H}Expect: 100-continue\r\n${length(10_000_000_000)}`, ''),
    ['413'], ['413']],
  ['a body that never comes', post(H + length(10), 'a'), ['400', ''], ['400', '']],
];

const world = {};

before(async () => {
  world.server = await serve(demo('--sample'), '--verbose');
  world.front = await front(world.server.port);
}, { timeout: PATIENCE });

const end = () => { if (world.nginx?.exitCode === null) world.nginx.kill(); };
after(end);
process.on('exit', end);

/** The real nginx as the sample says; its way to the program stays open, as smuggling needs it. */
async function front(upstream) {
  const dir = tempFolder(), at = (name) => path.join(dir, name), { ca, crt, key } = certificates();
  const http = await freePort(), https = await freePort();
  const sample = fs.readFileSync(path.join(root, 'dist/nginx/yagura-nginx.conf'), 'utf8');
  const text = site(sample, { http, https, upstream }).replaceAll('/etc/yagura/tls', dir);
  assert.equal(text.split(dir).length, 3, 'certificate and key');
  fs.writeFileSync(at('server.crt'), crt);
  fs.writeFileSync(at('server.key'), key);
  fs.writeFileSync(at('site.conf'), text);
  fs.writeFileSync(at('nginx.conf'), `
    daemon off; worker_processes 1; pid ${dir}/pid; error_log stderr crit;
    ${process.getuid() === 0 ? 'user root;' : ''}
    events { worker_connections 2000; }
    http {
      access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
      fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
      include ${dir}/site.conf;
    }`);
  const child = spawn('nginx', ['-p', dir, '-c', at('nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (line) => { log += line; });
  child.on('close', (code) => { if (code) process.stderr.write(log); });
  world.nginx = child;
  await listening(https);
  return { port: https, host: '127.0.0.1', servername: HOST, ca };
}

const connect = (where, ready) => (where === world.front
  ? tls.connect(where, ready) : net.connect(where, ready));

/**
 * Bytes, then the end of them: everything that comes back until the connection is closed. nginx takes
 * the end for a client that went away: it comes after the reply, or when none comes for a while.
 */
function exchange(where, bytes) {
  return within(PATIENCE, 'exchange', new Promise((resolve) => {
    const parts = [], patient = where === world.front;
    const socket = connect(where, () => {
      socket.write(Buffer.from(bytes, 'latin1'));
      endIn(patient ? 1000 : 0);
    });
    let timer;
    const endIn = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.end(), ms);
    };
    socket.on('data', (part) => {
      parts.push(part);
      if (patient) endIn(20);
    });
    socket.on('error', () => {}); // a reset closes as well
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts).toString('latin1'));
    });
  }));
}

const statuses = (text) => [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map((m) => m[1]).join();
const seen = (what) => world.server.log.split('\n').filter((l) => l.includes(what)).length;

async function isServed(where) {
  assert.equal(statuses(await exchange(where, `GET /healthz HTTP/1.1\r\n${H}Connection: close\r\n\r\n`)),
    '200');
}

async function judge(where, column) {
  const wrong = [];
  for (const row of ROWS) {
    const got = statuses(await exchange(where, row[1]));
    if (!row[column].includes(got)) wrong.push(`${row[0]}: ${got || 'closed'}`);
    await isServed(where);
  }
  assert.deepEqual(wrong, []);
  // Written after the last reply, so what was smuggled before it stands in the log by now.
  assert.equal(seen('"route":"/sign-in"'), 0, 'a smuggled request was answered');
}

test('bare, nothing ambiguous is answered', { timeout: 2 * PATIENCE }, () => judge(world.server.port, 2));
test('through nginx, nothing is smuggled', { timeout: 2 * PATIENCE }, () => judge(world.front, 3));

test('the log would show a smuggled request', async () => {
  const r = await exchange(world.server.port, `${get(H)}${SMUGGLED}1\r\nConnection: close\r\n\r\n`);
  assert.equal(statuses(r), '200,200');
  assert.equal(seen('"route":"/sign-in"'), 1);
});

// ── clients that take their time ──

// After these the library does not see that the client has ended: the clock closes them.
const SILENT = ['GET http://evil.example/healthz HTTP/1.1', 'GET  /healthz HTTP/1.1'];

const DRIPS = [
  ['heads', `GET /healthz HTTP/1.1\r\n${H}X: `],
  ['bodies', `POST /sign-in HTTP/1.1\r\n${H}Content-Type: application/x-www-form-urlencoded\r\n${length(1000)}\r\na=`],
];

/** n connections that send a byte a second each: no silence. The promise of the end of them all. */
async function drip(where, n, bytes) {
  const sockets = [];
  await each(Array.from({ length: n }), 50, () => new Promise((resolve, reject) => {
    const socket = connect(where, () => socket.write(bytes, resolve));
    socket.on('error', reject);
    socket.resume();
    sockets.push(socket);
  }));
  const ended = sockets.map((socket) => new Promise((resolve) => {
    const timer = setInterval(() => socket.write('a'), 1000);
    socket.removeAllListeners('error').on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve();
    });
  }));
  return { sockets, ended: Promise.all(ended) };
}

test('200 slow heads and 200 slow bodies keep nobody waiting, and are let go',
  { timeout: 3 * PATIENCE }, async () => {
    const bare = await Promise.all(DRIPS.map(([, bytes]) => drip(world.server.port, 200, bytes)));
    const silent = SILENT.map((line) => exchange(world.server.port, `${line}\r\n${H}\r\n`));
    const behind = await Promise.all(DRIPS.map(([, bytes]) => drip(world.front, 200, bytes)));
    for (let i = 0; i < 20; i++) {
      await isServed(world.server.port);
      await isServed(world.front);
    }
    const open = [...bare, ...behind].flatMap((d) => d.sockets).filter((s) => !s.destroyed).length;
    assert.ok(open >= 400, `${open} were open meanwhile`);
    // Those that nginx has are nginx's to end; here they are ended by us.
    for (const d of behind) d.sockets.forEach((s) => s.destroy());
    await within(2 * PATIENCE, 'the slow ones', Promise.all(bare.map((d) => d.ended)));
    const got = (await Promise.all(silent)).map(statuses);
    assert.ok(got.every((text) => ['', '200', '404'].includes(text)), got.join(' '));
    await isServed(world.server.port);
  });
