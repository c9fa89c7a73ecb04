// SPDX-License-Identifier: Apache-2.0
// What the documents say of the program is so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { bin, root } from './lib.mjs';

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

test('THIRD-PARTY.md names what the program is linked with', () => {
  const now = execFileSync('node', ['tools/paper/third_party.mjs', bin], { cwd: root, encoding: 'utf8' });
  assert.equal(read('THIRD-PARTY.md'), now);
});

test('every test file stands in a layer of script/test', () => {
  const script = read('script/test');
  const files = fs.readdirSync(path.join(root, 'test')).filter((f) => f.endsWith('.test.mjs'));
  assert.deepEqual(files.filter((f) => !script.includes(`test/${f}`)), []);
});

test('every test that doc/asvs.csv names is there, and each requirement stands once', () => {
  const rows = read('doc/asvs.csv').split('\n').filter((l) => /^V\d/.test(l));
  const ids = rows.map((l) => l.split(',')[0]);
  assert.equal(new Set(ids).size, ids.length);
  const levels = rows.map((l) => l.split(',')[1]);
  assert.deepEqual([levels.filter((l) => l === '1').length, levels.filter((l) => l === '2').length], [70, 183]);
  const named = new Set(rows.flatMap((l) => l.match(/test\/[\w/]+\.(test\.mjs|scn)/g) ?? []));
  assert.ok(named.size > 20);
  assert.deepEqual([...named].filter((f) => !fs.existsSync(path.join(root, f))), []);
});
