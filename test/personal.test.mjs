// SPDX-License-Identifier: Apache-2.0
// doc/personal-data.csv speaks of every text column there is: whoever adds one says what it holds of people.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root } from './lib.mjs';

const CLASSES = ['personal', 'free', 'none'];
/** Names that stand for a person wherever they are: none of them may be called "none" lightly. */
const TELLING = /^(login|mail|phone|tel|fax|birth\w*|person_name)$/;

/** Every text column of every migration, as "table.column". */
function columns() {
  const found = new Set();
  for (const module of fs.readdirSync(path.join(root, 'src'))) {
    const folder = path.join(root, 'src', module, 'sql');
    for (const file of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      let table = '';
      for (const line of fs.readFileSync(path.join(folder, file), 'utf8').split('\n')) {
        [, table] = /^\s*(?:CREATE TABLE|ALTER TABLE) (\w+)/.exec(line) ?? [null, table];
        const column = /^\s+(\w+) (?:TEXT|JSON)\b/.exec(line) ?? /ADD COLUMN (\w+) (?:TEXT|JSON)\b/.exec(line);
        if (column) found.add(`${table}.${column[1]}`);
      }
    }
  }
  return found;
}

const [head, ...rows] = fs.readFileSync(path.join(root, 'doc/personal-data.csv'), 'utf8')
  .trimEnd().split('\n').map((line) => line.split(','));

test('every row is plain: the page reads it without quotes', () => {
  assert.deepEqual(head, ['table', 'column', 'class', 'what', 'why', 'how_long', 'erased']);
  for (const row of rows) {
    assert.equal(row.length, head.length, row.join());
    assert.ok(CLASSES.includes(row[2]), row.join());
    assert.doesNotMatch(row.join(), /["\r]/);
    if (row[2] === 'personal') assert.ok(row.slice(3).every(Boolean), row.join());
    if (TELLING.test(row[1])) assert.equal(row[2], 'personal', row.join());
  }
  assert.ok(rows.filter((r) => r[2] === 'personal').length >= 10);
});

test('every text column has its row, and every row its column', () => {
  const said = rows.map((r) => `${r[0]}.${r[1]}`);
  const there = columns();
  assert.ok(there.size > 50, `${there.size} columns were found`);
  assert.deepEqual([...there].filter((c) => !said.includes(c)), [], 'write a row in doc/personal-data.csv');
  assert.deepEqual(said.filter((c) => !there.has(c)), [], 'rows of columns that are gone');
  assert.equal(new Set(said).size, said.length, 'no column twice');
});
