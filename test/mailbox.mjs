// SPDX-License-Identifier: Apache-2.0
// yagura work beside a test: started with a relay, and ended with the test.
import { spawn } from 'node:child_process';
import { after } from 'node:test';

import { PATIENCE, bin, within } from './lib.mjs';

const running = new Set();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** yagura work: { pid, log, ended, kill }. */
export function work(file, relay, ...args) {
  const child = spawn(bin, ['work', '--db', `sqlite:${file}`, '--smtp', relay, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  const w = { pid: child.pid, log: '', kill: (signal) => child.kill(signal) };
  child.stderr.setEncoding('utf8').on('data', (text) => { w.log += text; });
  const end = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(signal || code);
    });
  });
  w.end = () => within(PATIENCE, 'work', end);
  return w;
}
