// SPDX-License-Identifier: Apache-2.0
// Runs the measurements named, each beside its peer in the same run, and prints them with date and
// machine; a run of all of them is written to doc/figures.md.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { root, run, serve, stopAll, yagura } from './lib.mjs';
import { darknet } from './darknet.mjs';
import { incident } from './incident.mjs';
import { nation } from './nation.mjs';
import { notice } from './notice.mjs';
import { page, tls } from './page.mjs';
import { save, signIn } from './save.mjs';

const measures = { save, 'sign-in': signIn, page, tls, nation: tenYears, darknet, incident, notice };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(measures);
const unknown = wanted.filter((name) => !measures[name]);
if (unknown.length) {
  console.error(`script/bench: no measurement ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}`);
  process.exit(2);
}
const dir = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'yagura-bench-'));

/** A server on a database with ten years. */
function tenYears() {
  const file = join(dir, 'ten.db');
  run(yagura, ['demo', '--db', `sqlite:${file}`, '--years', '10']);
  return nation(() => serve(file, { verbose: true }));
}

/** A fresh copy of the nation for each load; made once, when first wanted. */
let copies = 0;
function copy() {
  const demo = join(dir, 'demo.db'), file = join(dir, `copy${copies}.db`);
  if (copies++ === 0) run(yagura, ['demo', '--db', `sqlite:${demo}`]);
  copyFileSync(demo, file);
  return file;
}

let failed = null;
try {
  const lines = ['# Figures', '',
    `Made by \`script/bench ${wanted.join(' ')}\` on ${new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10)}, on ${cpus().length} cores (${cpus()[0].model.trim()}), with the whole nation of \`yagura demo\`. Only the ratios, taken in one run, mean anything on another machine.`, ''];
  console.log(lines.join('\n'));
  for (const name of wanted) {
    const began = Date.now();
    const made = await measures[name]({ copy, dir });
    lines.push(...made);
    console.log(made.join('\n')); // at once: a later one that fails takes nothing away
    console.error(`bench: ${name}: ${Math.round((Date.now() - began) / 1000)} s`);
  }
  if (Object.keys(measures).every((name) => wanted.includes(name))) writeFileSync(join(root, 'doc/figures.md'), lines.join('\n'));
} catch (e) {
  failed = e;
} finally {
  await stopAll();
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
}
if (failed) { console.error(failed.message); process.exit(1); }
