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
