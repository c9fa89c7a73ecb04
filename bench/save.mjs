// SPDX-License-Identifier: Apache-2.0
// Saves by few and by many connections beside a bare SQLite writer, and sign-ins beside bare
// argon2id: a server of its own for each, so that its memory is that of this load.
import { cpus } from 'node:os';
import { join } from 'node:path';

import { measured, memoryRow, ms, people, percent, round, serve } from './lib.mjs';

/** Few connections with all that is open, many with as many items each that all end together. */
const LOADS = [{ connections: 64, bodies: 256, shares: 1, each: 160 },
  { connections: 1000, bodies: 500, shares: 2, each: 40 }];
const BARE_SAVES = 30000, SIGN_INS = 400, SIGNING = 16;

async function load({ connections, bodies, shares, each }, { copy, dir }) {
  const s = await serve(copy());
  const { survey, logins } = await people(s, bodies);
  const ours = measured('save', s.port, survey, connections, shares, each, ...logins);
  if (ours.refused) throw new Error(`${ours.refused} saves were refused`);
  const memory = memoryRow(s.pid);
  await s.stop();
  const batch = Math.max(1, Math.round(ours.jobs / ours.batches));
  const bare = measured('bare', copy(), batch, BARE_SAVES);
  const disk = measured('sync', join(dir, 'sync')).fdatasync_per_second * batch;
  return [`### ${round(connections)} connections`, '',
    `${round(ours.sessions)} sessions of ${bodies} bodies, ${round(ours.n)} saves.`, '',
    '| what | figure |', '|---|---|',
    `| saves/s | ${round(ours.per_second)} |`,
    `| saves in one commit, mean | ${batch} |`,
    `| bare SQLite writer, the same five rows, ${batch} in a commit | ${round(bare.per_second)} saves/s, ${round(bare.rows_per_second)} rows/s |`,
    `| of the bare writer | **${percent(ours.per_second / bare.per_second)}** (goal: 50 %) |`,
    `| p50 / p99 / p99.9 | ${ms(ours.p50_us)} / ${ms(ours.p99_us)} / ${ms(ours.p999_us)} |`,
    `| the mean, were the bare writer all that ${round(connections)} connections wait for | ${ms(connections / bare.per_second * 1e6)} |`,
    `| fdatasync/s of this disk | ${round(disk / batch)}, so at most ${round(disk)} saves/s at this batch |`,
    `| the limit | ${disk < ours.per_second * 1.5 ? 'the disk' : `the processor: the client, the serving threads and the writer share ${cpus().length} cores`} |`,
    memory, ''];
}

export async function save(world) {
  const lines = ['## Saves', '',
    'A save is the whole path: session cookie, CSRF token, scope, version check, fact, audit row with its hash, progress, commit, 303. Every save is of an item not answered before; every connection sends its next one when the reply is there.', ''];
  for (const l of LOADS) lines.push(...await load(l, world));
  return lines;
}

export async function signIn({ copy }) {
  const s = await serve(copy());
  const { logins } = await people(s, SIGN_INS);
  const ours = measured('sign-in', s.port, SIGNING, ...logins);
  const memory = memoryRow(s.pid);
  await s.stop();
  const bare = measured('verify', s.file, logins[0], SIGN_INS);
  return ['## Signing in', '',
    `${round(ours.n)} people with their right passwords, ${SIGNING} connections; the cost is argon2id with 19 MiB and 2 passes, on two threads of the server.`, '',
    '| what | figure |', '|---|---|',
    `| sign-ins/s | ${ours.per_second.toFixed(1)} |`,
    `| bare argon2id, the same hash, ${bare.threads} threads | ${bare.per_second.toFixed(1)} verifications/s |`,
    `| of bare argon2id | **${percent(ours.per_second / bare.per_second)}** |`,
    `| p50 / p99 / p99.9 | ${ms(ours.p50_us)} / ${ms(ours.p99_us)} / ${ms(ours.p999_us)} |`,
    `| the mean, were argon2id all that ${SIGNING} connections wait for | ${ms(SIGNING / bare.per_second * 1e6)} |`,
    memory, ''];
}
