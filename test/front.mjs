// SPDX-License-Identifier: Apache-2.0
// The shipped sample of nginx, with the ports and the certificate of a test: nothing else of it is changed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { tempFolder } from './lib.mjs';

/** The name in the sample. */
export const HOST = 'yagura.example.lg.jp';

export const freePort = () => new Promise((resolve) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address();
    s.close(() => resolve(port));
  });
});

/** Answers once somebody listens. */
export async function listening(port) {
  for (let i = 0; i < 300; i++) {
    const good = await new Promise((resolve) => {
      const s = net.connect(port, '127.0.0.1', () => { s.destroy(); resolve(true); });
      s.on('error', () => resolve(false));
    });
    if (good) return;
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  throw new Error(`nobody listens on ${port}`);
}

/** An authority of our own and a certificate for HOST. */
export function certificates() {
  const folder = tempFolder(), at = (name) => path.join(folder, name);
  const openssl = (...args) => {
    const r = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.equal(r.status, 0, r.stderr);
  };
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2', '-subj', '/CN=test authority');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', `/CN=${HOST}`);
  fs.writeFileSync(at('ext'), `subjectAltName=DNS:${HOST}\n`);
  openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'),
    '-CAcreateserial', '-days', '2', '-extfile', at('ext'), '-out', at('server.crt'));
  const read = (name) => fs.readFileSync(at(name), 'utf8');
  return { ca: read('ca.crt'), crt: read('server.crt'), key: read('server.key') };
}

/** The text of the sample on these ports, in front of that one. */
export function site(sample, { http, https, upstream }) {
  const text = sample.replace(/^ *listen \[::\].*\n/gm, '').replace('127.0.0.1:8080', `127.0.0.1:${upstream}`)
    .replace('listen 80;', `listen 127.0.0.1:${http};`).replace('listen 443 ', `listen 127.0.0.1:${https} `);
  assert.equal(text.match(new RegExp(`127.0.0.1:(${http}|${https}|${upstream})`, 'g')).length, 3);
  return text;
}
