// SPDX-License-Identifier: Apache-2.0
// The real program on a disk that is really full, and on a database that somebody else holds: it
// says so in words, loses nothing it has acknowledged, and goes on when there is room again.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { PATIENCE, demo, program, save, serve, token, within, yagura } from './lib.mjs';

const LIMIT = { timeout: 2 * PATIENCE };
const ROOM = 'size=16m';
const world = {};

function asRoot(...command) {
  const all = process.getuid() === 0 ? command : ['sudo', '-n', ...command];
  const r = spawnSync(all[0], all.slice(1), { encoding: 'utf8', timeout: PATIENCE });
  assert.equal(r.status, 0, r.stderr);
}

// Not a folder of tempFolder(): its own end comes too early.
function unmount() {
  if (!world.mounted) return;
  asRoot('umount', '-l', world.mounted);
  fs.rmdirSync(world.mounted);
  world.mounted = null;
}
process.on('exit', unmount);

before(async () => {
  const made = demo('--sample'), dir = fs.mkdtempSync(path.join(os.tmpdir(), 'yagura-full-'));
  asRoot('mount', '-t', 'tmpfs', '-o', `${ROOM},uid=${process.getuid()},mode=700`, 'none', dir);
  world.mounted = dir;
  world.file = path.join(dir, 'demo.db');
  fs.copyFileSync(made, world.file);
  world.key = token(world.file, 'town');
  world.server = await serve(world.file);
  world.town = program(world.server.url, world.key);
  world.survey = (await world.town.get('/')).json.own[0].id;
}, LIMIT);

after(async () => {
  await world.server?.stop();
  unmount();
});

/** Everything but so many bytes of the disk is taken. */
function fill(left) {
  const { bavail, bsize } = fs.statfsSync(world.mounted);
  fs.writeFileSync(path.join(world.mounted, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
}

const free = () => fs.rmSync(path.join(world.mounted, 'ballast'), { force: true });

async function value() {
  return (await world.town.get(`/surveys/${world.survey}/items/ORG-S1`)).json.value;
}

test('saving on a full disk: 507 in words, nothing lost, and on again', LIMIT, async () => {
  let last = await value(), full = 0, saved = 0;
  for (const left of [0, 4096, 20_000, 60_000]) {
    fill(left);
    for (let i = 0; i < 8; i++) {
      const sent = String(1000 + saved + full);
      const r = await save(world.town, world.survey, 'ORG-S1', sent);
      assert.ok([200, 507].includes(r.status), `${r.status} ${r.text}`);
      if (r.status === 200) {
        saved++;
        last = sent;
      } else {
        full++;
        assert.match(r.text, /空きがありません/);
        assert.match(r.text, /システム管理者/);
      }
      assert.equal(await value(), last, 'reading goes on, and shows what was acknowledged');
    }
    free();
  }
  assert.ok(full > 3, `${full} were refused`);
  const r = await save(world.town, world.survey, 'ORG-S1', '77');
  assert.equal(r.status, 200, r.text);
  assert.equal(await value(), '77');
});

test('a file on a full disk: 507 in words, nothing left of it, and on again', LIMIT, async () => {
  const send = () => world.town.upload(`/surveys/${world.survey}/items/ORG-S1/files`,
    ['file', Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(600_000, 'x')]), 'a.pdf']);
  fill(300_000);
  const r = await send();
  assert.equal(r.status, 507, r.text);
  assert.match(r.text, /空きがない/);
  free();
  const again = await send();
  assert.equal(again.status, 200, again.text);
});

test('evidence of an incident on a full disk: 507 in words, nothing left of it, and on again', LIMIT, async () => {
  const at = `/incidents/${(await world.town.post('/incidents')).json.incident}/files`;
  const send = () => world.town.upload(at, ['note', ''], ['file', Buffer.alloc(600_000, 'x'), 'a.bin']);
  for (const left of [300_000, 900_000]) { // on its way in, and while it is sealed
    fill(left);
    const r = await send();
    assert.equal(r.status, 507, r.text);
    assert.match(r.text, /空きが/);
    free();
    assert.equal((await world.town.get(at)).json.files.length, 0);
  }
  const again = await send();
  assert.equal(again.status, 200, again.text);
  assert.equal((await world.town.get(at)).json.files.length, 1);
});

test('a database that somebody else holds: a bounded wait, 503 in words, and on again', LIMIT,
  async () => {
    const holder = spawn('sqlite3', ['-batch', world.file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const held = new Promise((resolve) => { holder.stdout.once('data', resolve); });
    holder.stdin.write('.timeout 10000\nBEGIN IMMEDIATE;\nSELECT 1;\n');
    await within(PATIENCE, 'the lock', held);
    const r = await save(world.town, world.survey, 'ORG-S1', '78');
    assert.equal(r.status, 503, r.text);
    assert.match(r.text, /もう一度/);
    assert.equal(await value(), '77', 'reading goes on');
    holder.stdin.end('ROLLBACK;\n');
    await within(PATIENCE, 'the holder', new Promise((resolve) => { holder.on('close', resolve); }));
    assert.equal((await save(world.town, world.survey, 'ORG-S1', '78')).status, 200);
  });

test('after all that the books balance', LIMIT, async () => {
  assert.equal(await world.server.stop(), 0);
  const check = yagura('check', '--db', `sqlite:${world.file}`);
  assert.equal(check.code, 0, check.out + check.err);
  assert.match(check.out, /^0 problems$/m);
  world.server = await serve(world.file);
  world.town = program(world.server.url, world.key);
  assert.equal(await value(), '78');
});
