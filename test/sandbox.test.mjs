// SPDX-License-Identifier: Apache-2.0
// The real processes while they serve: their sandbox as the kernel sees it, and who may be where.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PATIENCE, demo, serve, tempFolder, visitor, yagura } from './lib.mjs';
import { work } from './mailbox.mjs';
import { freePort } from './relay.mjs';

/** The fields of /proc/PID/status. */
function status(pid, thread = '') {
  const text = fs.readFileSync(`/proc/${pid}${thread}/status`, 'utf8');
  return Object.fromEntries(text.split('\n').map((line) => line.split(/:\s+/)));
}

function assertConfined(pid, what) {
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  for (const thread of threads) {
    const s = status(pid, `/task/${thread}`);
    assert.equal(s.Seccomp, '2', `${what}, ${s.Name}: a filter is set`);
    assert.equal(s.NoNewPrivs, '1', `${what}, ${s.Name}: no new privileges`);
  }
  return threads.length;
}

const limit = (pid, name) => {
  const line = fs.readFileSync(`/proc/${pid}/limits`, 'utf8').split('\n')
    .find((l) => l.startsWith(name));
  return line.slice(26).trim().split(/\s+/)[0];
};

test('serve: every thread is in the sandbox, and people are answered', async () => {
  const file = demo('--sample');
  const server = await serve(file);
  const person = await visitor(server.url).signIn('town'); // hashing, writing
  assert.equal((await person.get('/')).status, 200);
  // The page that asks the machine itself sees it too, and outlives its own questions.
  const inspector = await visitor(server.url).signIn('system');
  const page = await inspector.get('/system');
  assert.equal(page.status, 200);
  assert.match(page.text, /seccomp）あり、権限を増やさない印（NoNewPrivs）あり/);
  assert.doesNotMatch(page.text, /この機器では調べられません/);
  const threads = assertConfined(server.pid, 'serve');
  assert.ok(threads >= 8, `${threads} threads`);
  assert.equal(limit(server.pid, 'Max core file size'), '0');
  // The log line says how much of it this kernel gives.
  const line = server.log.split('\n').filter(Boolean).map((l) => JSON.parse(l))
    .find((l) => l.event === 'sandbox');
  assert.equal(line.process, 'serve');
  assert.equal(line.seccomp, 'yes');
  assert.match(line.landlock, /^\d+$/);
  assert.equal(await server.stop(), 0);
});

test('work: in its sandbox before the first mail', async () => {
  const file = demo('--sample');
  const w = work(file, `smtp://127.0.0.1:${await freePort()}`);
  const began = Date.now();
  while (!w.log.includes('"work_started"')) {
    assert.ok(Date.now() - began < PATIENCE, w.log);
    await new Promise((done) => { setTimeout(done, 20); });
  }
  assertConfined(w.pid, 'work');
  assert.match(w.log, /"event":"sandbox","process":"work"/);
  w.kill('SIGTERM');
  assert.equal(await w.end(), 0);
});

test('what cannot be understood is said, and nothing is started', () => {
  const file = path.join(tempFolder(), 'none.db');
  const rows = [
    [['--trust-proxy', 'nginx'], /--trust-proxy/],
    [['--trust-proxy', '0.0.0.0/0'], /--trust-proxy/],
    [['--listen', 'localhost:80'], /--listen/],
    [['--listen', 'unix:relative'], /--listen/],
  ];
  for (const [args, want] of rows) {
    const r = yagura('serve', '--db', `sqlite:${file}`, ...args);
    assert.equal(r.code, 65, args.join(' '));
    assert.match(r.err, want);
  }
});
