// SPDX-License-Identifier: Apache-2.0
// What `serve` and `work` tell whoever started them, on a real datagram socket, by the protocol of
// sd_notify(3): ready, alive again and again, stopping. The order is asserted, no time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';

import { PATIENCE, bin, demo, tempFolder, within } from './lib.mjs';

const LIMIT = { timeout: 3 * PATIENCE };
const children = new Set();
const endAll = () => { for (const { kill } of children) kill('SIGKILL'); };
process.on('exit', endAll);
afterEach(async () => { // also of a test that failed: the next one needs the database
  endAll();
  await Promise.all([...children].map((c) => c.ended));
});
delete process.env.WATCHDOG_PID;

function start(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const c = { pid: child.pid, out: '', log: '', kill: (signal) => child.kill(signal) };
  child.stdout.setEncoding('utf8').on('data', (text) => { c.out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { c.log += text; });
  children.add(c);
  c.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => { children.delete(c); resolve(signal || code); });
  });
  return c;
}

const until = (what, is) => within(PATIENCE, what, (async () => {
  while (!is()) await new Promise((done) => { setTimeout(done, 20); });
})());

/** A service manager's socket: what came, one datagram after the other, without anything between. */
async function manager() {
  const at = path.join(tempFolder(), 'notify');
  const socat = start('socat', ['-u', `UNIX-RECV:${at}`, 'STDOUT']);
  await until('socat', () => fs.existsSync(at));
  return { at, heard: () => socat.out, close: () => { socat.kill(); return socat.ended; } };
}

const w = {};
before(() => { w.file = demo('--sample', '--years', '1'); }, LIMIT);

const KINDS = {
  serve: () => ['serve', '--db', `sqlite:${w.file}`, '--listen', '127.0.0.1:0'],
  work: () => ['work', '--db', `sqlite:${w.file}`, '--smtp', 'smtp://127.0.0.1:1'], // nobody is there
};

for (const [kind, args] of Object.entries(KINDS)) {
  test(`${kind} says when it is ready, that it goes on, and when it stops`, LIMIT, async () => {
    const m = await manager();
    const it = start(bin, args(), { NOTIFY_SOCKET: m.at, WATCHDOG_USEC: '200000' });
    await until(`${kind}: three signs of life`, () => /^READY=1(WATCHDOG=1){3}/.test(m.heard()));
    it.kill('SIGTERM');
    assert.equal(await within(PATIENCE, 'stop', it.ended), 0, it.log);
    await until('the last word', () => m.heard().endsWith('STOPPING=1'));
    assert.match(m.heard(), /^READY=1(WATCHDOG=1){3,}STOPPING=1$/);
    await m.close();
  });

  test(`${kind} gives no sign of life where none is wanted`, LIMIT, async () => {
    const wanted = await manager(), other = await manager();
    // As a child of the process whose life is wanted: the variables are there, for another id.
    const it = start(bin, args(), { NOTIFY_SOCKET: other.at, WATCHDOG_USEC: '200000', WATCHDOG_PID: '1' });
    await until(`${kind} is ready`, () => other.heard().startsWith('READY=1'));
    // A server beside it, on a database of its own, meanwhile gives several.
    const file = path.join(tempFolder(), 'second.db');
    fs.copyFileSync(w.file, file);
    const second = start(bin, ['serve', '--db', `sqlite:${file}`, '--listen', '127.0.0.1:0'],
      { NOTIFY_SOCKET: wanted.at, WATCHDOG_USEC: '200000' });
    await until('signs of the other', () => /(WATCHDOG=1){5}/.test(wanted.heard()));
    second.kill('SIGTERM');
    assert.equal(await second.ended, 0, second.log);
    it.kill('SIGTERM');
    assert.equal(await within(PATIENCE, 'stop', it.ended), 0, it.log);
    await until('the last word', () => other.heard().endsWith('STOPPING=1'));
    assert.equal(other.heard(), 'READY=1STOPPING=1');
    await Promise.all([wanted.close(), other.close()]);
  });
}

test('nobody listens: serve starts and stops all the same', LIMIT, async () => {
  const it = start(bin, KINDS.serve(), { NOTIFY_SOCKET: path.join(tempFolder(), 'nobody'), WATCHDOG_USEC: '200000' });
  await until('serve', () => /http:\/\/127/.test(it.out));
  it.kill('SIGTERM');
  assert.equal(await within(PATIENCE, 'stop', it.ended), 0, it.log);
});
