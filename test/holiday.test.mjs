// SPDX-License-Identifier: Apache-2.0
// data/holidays.csv against a list that others keep: every day of every year in it, by name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { parse } from 'csv-parse/sync';

const { between } = createRequire(import.meta.url)('@holiday-jp/holiday_jp');
const ours = parse(fs.readFileSync(new URL('../data/holidays.csv', import.meta.url)), { columns: true, comment: '#' });

/** The other list writes "元日 振替休日" for the day made free by it, and "休日" for one between two holidays. */
const plain = (name) => name.replace(/^.* 振替休日$/, '振替休日').replace(/^休日$/, '国民の休日');

test('the holidays are those of an independent list', () => {
  const years = [...new Set(ours.map((h) => Number(h.date.slice(0, 4))))];
  assert.deepEqual(years, [2024, 2025, 2026, 2027]);
  const theirs = between(new Date(years[0], 0, 1), new Date(years.at(-1), 11, 31))
    .map((h) => ({ date: h.date.toISOString().slice(0, 10), name: plain(h.name) })); // midnight UTC
  assert.ok(theirs.length > 60);
  assert.deepEqual(ours.map((h) => ({ date: h.date, name: h.name })), theirs);
});
