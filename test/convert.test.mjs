// SPDX-License-Identifier: Apache-2.0
// Foreign tables: read by a child that can do nothing else, in any encoding of the field; whatever
// is in them, nobody but their sender notices.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PATIENCE, cp932, demo, each, program, serve, tempFolder, token, yagura } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const HEAD = 'ログイン名,名前,役割,団体コード\r\n';

describe('on the command line', () => {
  const folder = tempFolder();
  const read = (bytes) => {
    const file = path.join(folder, 'table.csv');
    fs.writeFileSync(file, bytes);
    const r = yagura('convert', '--file', file);
    return { code: r.code, err: r.err, rows: r.out.split('\n').filter(Boolean).map((line) => JSON.parse(line)) };
  };

  test('every encoding gives the same rows', () => {
    const want = [['氏名', '課'], ['山田 ①', 'a\n"b"']], text = '氏名,課\r\n山田 ①,"a\r\n""b"""\r\n';
    const forms = [Buffer.from(text), Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le'),
      Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(), Buffer.from(text.replaceAll('\r\n', '\n')),
      cp932(text)];
    for (const form of forms) assert.deepEqual(read(form), { code: 0, err: '', rows: want }, form.toString('hex'));
  });

  test('what is wrong is said with its line', () => {
    for (const [bytes, says] of [['a\nb,"c\n', /2行目: 「"」の囲み/], ['', /行がありません/],
      [Buffer.from([0x61, 0x0A, 0xFD, 0xFF]), /2行目: 文字として読めません/],
      [`a\n${'x,'.repeat(64)}\n`, /2行目: 列が多すぎます/], ['x'.repeat(4001), /1行目: 長すぎる/],
      ['x\n'.repeat(20_001), /20001行目: 行が多すぎます/], [Buffer.alloc(2 ** 21 + 1, 0x61), /大きすぎます/]]) {
      const r = read(bytes);
      assert.match(r.err, says);
      assert.notEqual(r.code, 0);
    }
  });
});

describe('in serve', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.system = program(c.server.url, token(c.file, 'system'));
    const children = (pid) => fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    c.children = children;
    [c.forker] = children(c.server.pid);
  });
  after(() => c.server?.stop());
  const send = (bytes) => c.system.upload('/people/import', ['rows', ''], ['file', bytes, 'table.csv']);

  test('the list of people comes back as it left', LIMIT, async () => {
    const list = await c.system.get('/people/list/csv?q=483010');
    assert.equal(list.status, 200);
    const r = await send(list.bytes ?? Buffer.from(list.text));
    assert.equal(r.status, 200, r.text);
    assert.ok(r.json.n >= 3, r.text);
    assert.deepEqual(r.json.counts.map((k) => k.act), ['そのまま']);
  });

  test('a table of code page 932', LIMIT, async () => {
    const r = await send(cp932(`${HEAD}neu1@example.jp,山﨑①,担当者,483010\r\n`));
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.changes[0].name, '山﨑①');
    assert.equal(r.json.changes[0].roles, '担当者');
  });

  test('a child has one descriptor, a filter, and no way to new rights', LIMIT, async () => {
    const large = Buffer.from(HEAD + 'a@example.jp,"x ""y""",担当者,483010\r\n'.repeat(19_000));
    const seen = [];
    for (const began = Date.now(); !seen.length && Date.now() - began < PATIENCE;) {
      const reply = send(large);
      let done = false;
      reply.then(() => { done = true; });
      while (!done) {
        for (const pid of c.children(c.forker)) {
          try {
            const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
            const fds = fs.readdirSync(`/proc/${pid}/fd`);
            if (fds.length && /^Seccomp:\s*2$/m.test(status) && /^Seccomp_filters:\s*2$/m.test(status)) seen.push({ status, fds });
          } catch { /* it has ended */ }
        }
        await new Promise((resolve) => { setImmediate(resolve); });
      }
      assert.equal((await reply).status, 422); // more than a thousand rows
    }
    assert.ok(seen.length, 'no child was seen');
    for (const { status, fds } of seen) {
      assert.match(status, /^NoNewPrivs:\s*1$/m);
      assert.deepEqual(fds, ['0']);
    }
  });

  test('whatever is in a file, only its sender is told', LIMIT, async () => {
    const good = Buffer.from(`${HEAD}neu@example.jp,"新任, 次郎",担当者,483010\r\n`);
    const files = Array.from({ length: 120 }, (_, i) => {
      if (i % 3 === 0) return crypto.randomBytes(1 + i * 37);
      const bytes = Buffer.from(good);
      for (let k = 0; k <= i % 5; k++) bytes[crypto.randomInt(bytes.length)] = i % 3 === 1 ? crypto.randomInt(256) : '",\r\n\t\0'.charCodeAt(k);
      return bytes;
    });
    const statuses = new Set();
    await each(files, 8, async (bytes) => {
      const r = await send(bytes);
      statuses.add(r.status);
      assert.ok([200, 422].includes(r.status), `${r.status} ${bytes.toString('hex')}`);
    });
    assert.ok(statuses.has(422));
    assert.equal((await send(good)).status, 200);
    assert.deepEqual(c.children(c.server.pid), [c.forker]);
    assert.deepEqual(c.children(c.forker).length <= 1, true); // the last one is reaped with the next
  });

  test('without its forker no table is read, and everything else goes on', LIMIT, async () => {
    process.kill(Number(c.forker), 'SIGKILL');
    const r = await send(Buffer.from(HEAD));
    assert.equal(r.status, 422);
    assert.match(r.text, /読み取れませんでした/);
    assert.equal((await c.system.get('/people')).status, 200);
    assert.match(c.server.log, /"event":"convert_failed"/);
  });
});
