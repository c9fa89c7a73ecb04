// SPDX-License-Identifier: Apache-2.0
// Mail relays for tests: Debian's Postfix in a folder of its own, and a small server that does what
// no good relay does.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { PATIENCE, tempFolder, within } from './lib.mjs';

const SBIN = '/usr/lib/postfix/sbin';
/** Postfix changes users, so its master starts as root. */
const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];

function as(...args) {
  const [cmd, ...rest] = [...asRoot, ...args];
  return spawnSync(cmd, rest, { encoding: 'utf8', timeout: PATIENCE });
}

function run(...args) {
  const r = spawnSync(args[0], args.slice(1), { encoding: 'utf8', timeout: PATIENCE });
  if (r.error || r.status !== 0) throw new Error(`${args.join(' ')}: ${r.error || r.stderr}`);
  return r.stdout;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const s = net.createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

/** An authority of our own and a certificate for 127.0.0.1: paths of ca, cert and key. */
export function authority() {
  const dir = tempFolder();
  const at = (name) => path.join(dir, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('openssl', 'req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'),
    '-days', '2', '-subj', '/CN=test authority');
  run('openssl', 'req', ...key, '-keyout', at('key.pem'), '-out', at('csr.pem'),
    '-subj', '/CN=relay');
  fs.writeFileSync(at('ext'), 'subjectAltName=IP:127.0.0.1\n');
  run('openssl', 'x509', '-req', '-in', at('csr.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'),
    '-CAcreateserial', '-out', at('cert.pem'), '-days', '2', '-extfile', at('ext'));
  return { ca: at('ca.pem'), cert: at('cert.pem'), key: at('key.pem') };
}

const masters = new Set();
process.on('exit', () => {
  for (const stop of masters) stop();
});

/** Postfix with TLS, delivering everything for example.jp into one Maildir: by STARTTLS at url, and
 *  with TLS from the first byte at wrapped. */
export async function postfix(tls) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'yagura-postfix-'));
  const at = (...name) => path.join(dir, ...name);
  const port = await freePort(), wrapped = await freePort();
  const user = process.getuid() || 65534;
  fs.chmodSync(dir, 0o755);
  for (const name of ['etc', 'mail', 'data', 'queue']) fs.mkdirSync(at(name), { mode: 0o755 });
  for (const name of ['cert', 'key']) fs.copyFileSync(tls[name], at('etc', name));
  fs.writeFileSync(at('etc', 'main.cf'), [
    'compatibility_level = 3.6', `queue_directory = ${at('queue')}`,
    `data_directory = ${at('data')}`, 'command_directory = /usr/sbin', `daemon_directory = ${SBIN}`,
    'mail_owner = postfix', 'setgid_group = postdrop', `maillog_file = ${at('log')}`,
    `maillog_file_prefixes = ${dir}`, 'inet_interfaces = 127.0.0.1', 'inet_protocols = ipv4',
    'myhostname = relay.example.jp', 'mydestination =', 'mynetworks = 127.0.0.0/8',
    'alias_maps =', 'alias_database =', 'virtual_mailbox_domains = example.jp',
    `virtual_mailbox_base = ${at('mail')}`, 'virtual_mailbox_maps = static:inbox/',
    `virtual_uid_maps = static:${user}`, `virtual_gid_maps = static:${user}`,
    'virtual_minimum_uid = 1', 'smtpd_tls_security_level = may',
    `smtpd_tls_cert_file = ${at('etc', 'cert')}`, `smtpd_tls_key_file = ${at('etc', 'key')}`, '',
  ].join('\n'));
  fs.writeFileSync(at('etc', 'master.cf'), [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    `127.0.0.1:${wrapped} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes`, 'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite', 'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce', 'trace unix - - n - 0 bounce', 'verify unix - - n - 1 verify',
    'proxymap unix - - n - - proxymap', 'error unix - - n - - error', 'retry unix - - n - - error',
    'virtual unix - n n - - virtual', 'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd', '',
  ].join('\n'));
  run(...asRoot, 'chown', 'postfix', at('data'));
  run(...asRoot, 'chown', String(user), at('mail'));
  run(...asRoot, 'chown', '-R', 'root', at('etc'), at('queue'));
  const [cmd, ...args] = [...asRoot, '/usr/sbin/postfix', '-c', at('etc'), 'start-fg'];
  const child = spawn(cmd, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const halt = () => {
    const file = at('queue', 'pid', 'master.pid');
    const pid = as('cat', file).stdout.trim();
    if (/^\d+$/.test(pid)) as('kill', pid);
    masters.delete(clean);
  };
  const clean = () => {
    halt();
    as('rm', '-rf', dir);
  };
  masters.add(clean);
  await within(PATIENCE, 'postfix', listening(port));
  const inbox = at('mail', 'inbox', 'new');
  return {
    url: `smtp://127.0.0.1:${port}`,
    wrapped: `smtps://127.0.0.1:${wrapped}`,
    /** Waits until so many messages have arrived; all of them, parsed. */
    async arrived(n) {
      const names = () => (fs.existsSync(inbox) ? fs.readdirSync(inbox) : []);
      await within(PATIENCE, `${n} mails in the inbox`, until(() => names().length >= n));
      return names().map((name) => parse(fs.readFileSync(path.join(inbox, name), 'latin1')));
    },
    log: () => (fs.existsSync(at('log')) ? fs.readFileSync(at('log'), 'utf8') : ''),
    async stop() {
      halt();
      await within(PATIENCE, 'the end of postfix', ended);
      clean();
    },
  };
}

async function until(fn) {
  while (!fn()) await new Promise((resolve) => { setTimeout(resolve, 50); });
}

async function listening(port) {
  const answers = () => new Promise((resolve) => {
    const s = net.connect(port, '127.0.0.1');
    s.on('data', () => { s.end('QUIT\r\n'); resolve(true); });
    s.on('error', () => resolve(false));
  });
  while (!await answers()) await new Promise((resolve) => { setTimeout(resolve, 100); });
}

// ── what a mail program does with a message ──

function decodeWords(value) {
  const joined = value.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?UTF-8\?B\?([^?]*)\?=/g,
    (_, b64) => Buffer.from(b64, 'base64').toString('utf8'));
}

/** { head: Map of decoded fields, text, raw }. A field that stands twice is an error. */
export function parse(raw) {
  const clean = raw.replace(/\r\n/g, '\n');
  const end = clean.indexOf('\n\n');
  const head = new Map();
  for (const field of clean.slice(0, end).replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name, value] = /^([\x21-\x39\x3b-\x7e]+): ?(.*)$/.exec(field);
    if (!/^(received|delivered-to|return-path|x-original-to)$/i.test(name)) {
      if (head.has(name.toLowerCase())) throw new Error(`twice: ${name}`);
    }
    head.set(name.toLowerCase(), decodeWords(value).trim());
  }
  const text = Buffer.from(clean.slice(end + 2), 'base64').toString('utf8').replace(/\r\n/g, '\n');
  return { head, text, raw: clean };
}

/**
 * A server that keeps what it gets. answer(verb, line, session) may return a reply to give instead
 * of a good one, or 'hang up'; verbs are the SMTP commands and MESSAGE, after the final dot. May
 * wait.
 */
export async function sink(answer = () => null) {
  const seen = { messages: [], commands: [], url: '' };
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket.unref());
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    socket.setEncoding('latin1');
    let input = '', data = null, chain = Promise.resolve();
    const session = {};
    const say = async (verb, line, good) => {
      const reply = (await answer(verb, line, session)) || good;
      if (reply === 'hang up') socket.destroy();
      else if (!socket.destroyed) socket.write(`${reply}\r\n`);
      return reply;
    };
    const command = async (line) => {
      const verb = line.split(/[ :]/)[0].toUpperCase();
      seen.commands.push(line);
      if (verb === 'RCPT') session.to = line;
      const good = { EHLO: '250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN', DATA: '354 go on',
        QUIT: '221 bye', AUTH: '235 welcome' };
      const reply = await say(verb, line, good[verb] || '250 OK');
      if (verb === 'DATA' && reply.startsWith('354')) data = [];
      if (verb === 'QUIT') socket.end();
    };
    const take = async (line) => {
      if (data === null) return command(line);
      if (line !== '.') return data.push(line.replace(/^\.\./, '.'));
      const message = parse(data.join('\r\n'));
      data = null;
      seen.messages.push(message);
      return say('MESSAGE', message, '250 2.0.0 kept');
    };
    chain = say('CONNECT', '', '220 sink');
    socket.on('data', (part) => {
      input += part;
      const lines = input.split('\r\n');
      input = lines.pop();
      for (const line of lines) chain = chain.then(() => take(line));
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  server.unref(); // one left open by a test that failed keeps nobody waiting
  seen.url = `smtp://127.0.0.1:${server.address().port}`;
  seen.stop = () => {
    for (const s of sockets) s.destroy();
    return new Promise((resolve) => { server.close(resolve); });
  };
  return seen;
}
