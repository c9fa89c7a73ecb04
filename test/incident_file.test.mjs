// SPDX-License-Identifier: Apache-2.0
// Evidence of an incident: kept by its hash with the list of who had it in hands, sealed on the disk, for its body alone.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { demo, program, reportIncident, serve, sqlite, token, yagura } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const CANARY = 'ショウコ5b1e', NAME = 'キョウハク7d2c.txt', NOTE = 'サイシュ9a4f：電算室の端末';

const filesBelow = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name));

describe('evidence of an incident', LIMIT, () => {
  const c = {};
  const holds = (text) => [c.file, `${c.file}-wal`, ...filesBelow(`${c.file}.blobs`)].filter((f) => fs.existsSync(f) &&
    fs.readFileSync(f).includes(Buffer.from(text)));

  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login));
    c.town = c.as('town');
    const { incident, delivery } = await reportIncident(c.town);
    Object.assign(c, { delivery, at: `/incidents/${incident}/files` });
    // More than two pieces of the seal, and one that ends with a whole piece.
    c.content = { [NAME]: Buffer.concat([Buffer.from(CANARY), crypto.randomBytes(150_000)]), 'whole.bin': Buffer.alloc(131072, CANARY) };
    for (const [name, bytes] of Object.entries(c.content)) {
      const r = await c.town.upload(c.at, ['note', NOTE], ['file', bytes, name]);
      assert.equal(r.status, 200, r.text);
    }
    c.files = (await c.town.get(c.at)).json.files;
  }, LIMIT);
  after(() => c.server?.stop());

  test('is what was put in, by its hash, and its list begins', async () => {
    assert.equal(c.files.length, 2);
    for (const f of c.files) {
      const hash = crypto.createHash('sha256').update(c.content[f.name]).digest('hex');
      assert.equal(f.hash, hash);
      assert.equal(f.note, NOTE);
      assert.deepEqual(f.custody.map((x) => [x.act, x.note]), [['採った', '櫓に入れた']]);
      const r = await fetch(c.server.url + `${c.at}/${f.file}`, { headers: { authorization: `Bearer ${token(c.file, 'town')}` } });
      assert.equal(r.status, 200);
      assert.equal(r.headers.get('content-type'), 'application/octet-stream');
      assert.match(r.headers.get('content-disposition'), /^attachment/);
      const got = Buffer.from(await r.arrayBuffer());
      assert.ok(got.equals(c.content[f.name]), `${f.name} comes back as it was`);
    }
    assert.equal((await c.town.get('/incidents')).status, 200);
    assert.ok(Number(sqlite(c.file, "SELECT SUM(n) FROM journal WHERE object LIKE '%証拠のファイル%'").trim()) >= 2, 'taking it out is written down');
  });

  test('who had it in hands is said one after the other, and not by anybody', async () => {
    const at = `${c.at}/${c.files[0].file}/custody`;
    assert.equal((await c.town.post(at, { act: 'handed', note: '' })).status, 422);
    assert.equal((await c.town.post(at, { act: 'eaten', note: '理由' })).status, 404);
    assert.equal((await c.town.post(at, { act: 'handed', note: '県警サイバー課の封筒に入れて渡した' })).status, 200);
    const { custody } = (await c.town.get(c.at)).json.files[0];
    assert.deepEqual(custody.map((x) => x.act), ['採った', '渡した']);
    assert.throws(() => sqlite(c.file, 'UPDATE flow_custody SET at=0;'), /what was said is kept/);
    assert.equal((await c.town.post(`${c.at}/1/custody`, { act: 'handed', note: '理由' })).status, 404);
  });

  test('what is no file is refused beside the field', async () => {
    const r = await c.town.upload(c.at, ['note', ''], ['file', Buffer.alloc(0), 'empty.txt']);
    assert.equal(r.status, 422);
    assert.match(r.text, /空でないファイル/);
    assert.equal((await c.town.get(c.at)).json.files.length, 2);
  });

  test('neither content nor name lies open on the disk, and nobody else gets it', async () => {
    for (const text of [CANARY, NAME, 'サイシュ9a4f', '県警サイバー課']) assert.deepEqual(holds(text), [], text);
    assert.ok(filesBelow(`${c.file}.blobs`).length >= 2);
    for (const login of ['u483028', 'pref', 'nation']) {
      const who = c.as(login);
      for (const where of [c.at, `${c.at}/${c.files[0].file}`]) {
        const r = await who.get(where);
        assert.ok([403, 404].includes(r.status), `${login} ${where} ${r.status}`);
      }
      assert.ok([403, 404].includes((await who.upload(c.at, ['note', ''], ['file', 'x', 'x.txt'])).status));
    }
    const theirs = await c.as('pref').get(`/incidents/received/${c.delivery}`);
    assert.equal(theirs.status, 200);
    assert.ok(!theirs.text.includes('ショウコ') && !theirs.text.includes('キョウハク'));
    const other = (await c.town.post('/incidents')).json.incident;
    assert.equal((await c.town.get(`/incidents/${other}/files/${c.files[0].file}`)).status, 404, 'of another case');
  });

  test('a file that was changed on the disk is not handed out', async () => {
    assert.equal(yagura('check', '--db', `sqlite:${c.file}`).code, 0);
    const hex = sqlite(c.file, `SELECT lower(hex(blob)) FROM flow_file WHERE id=${c.files[0].file}`).trim();
    const blob = `${c.file}.blobs/${hex.slice(0, 2)}/${hex.slice(2)}`, was = fs.readFileSync(blob);
    const bad = { flipped: Buffer.from(was), cut: was.subarray(0, 65_600) };
    bad.flipped[70_000] ^= 1;
    fs.chmodSync(blob, 0o600);
    for (const [how, bytes] of Object.entries(bad)) {
      fs.writeFileSync(blob, bytes);
      const r = await c.town.get(`${c.at}/${c.files[0].file}`);
      assert.equal(r.status, 500, `${how}: ${r.status}`);
      assert.match(r.text, /壊れている/);
    }
    fs.writeFileSync(blob, was);
    assert.equal((await c.town.get(`${c.at}/${c.files[0].file}`)).status, 200);
  });
});
