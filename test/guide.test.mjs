// SPDX-License-Identifier: Apache-2.0
// The 利用の手引き speaks of the program as it is: every word it quotes stands on some page or mail.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, after, test } from 'node:test';

import { demo, program, root, serve, token, visitor } from './lib.mjs';

const c = {};
before(async () => {
  c.file = demo('--sample');
  c.server = await serve(c.file);
});
after(() => c.server?.stop());

/** What is on screens: templates and the Japanese literals of the program, but for the guide's own. */
function screens() {
  const out = [];
  const walk = (dir) => {
    for (const e of fs.readdirSync(dir, { withFileTypes: true })) {
      const file = path.join(dir, e.name);
      if (e.isDirectory()) walk(file);
      else if (/\.(ht|c)$/.test(e.name) && !file.includes('/src/guide/')) out.push(fs.readFileSync(file, 'utf8'));
    }
  };
  walk(path.join(root, 'src'));
  return out.join('\n').replace(/"\s*\n\s*"/g, '').replace(/\{\{[^}]*\}\}/g, '').replace(/\s+/g, '');
}

const topics = async () => {
  const { json } = await program(c.server.url).get('/help');
  return [...json.mine, ...json.others];
};

test('every word quoted in a topic stands on a screen', async () => {
  const all = screens(), missing = [];
  let quoted = 0;
  for (const { key } of await topics()) {
    const { text } = await visitor(c.server.url).get(`/help/${key}`);
    const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(text)[1];
    for (const [, words] of main.replace(/<[^>]+>/g, '').matchAll(/「([^」]+)」/g)) {
      quoted++;
      if (!all.includes(words.replace(/\s+/g, ''))) missing.push(`${key}: 「${words}」`);
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(quoted > 30, `${quoted} quoted`);
});

test('a topic is called in the list as on its page, and nothing else is a topic', async () => {
  for (const { key, title } of await topics()) {
    const { text } = await visitor(c.server.url).get(`/help/${key}`);
    assert.match(text, new RegExp(`<h1>${title}</h1>`));
  }
  assert.equal((await program(c.server.url).get('/help/nope')).status, 404);
});

test('the topics of one\'s own roles come first', async () => {
  const of = async (login) => (await program(c.server.url, token(c.file, login)).get('/help')).json.mine.map((t) => t.key);
  assert.deepEqual(await of('town'), ['first', 'staff', 'trouble']);
  assert.deepEqual(await of('ciso'), ['first', 'approve', 'trouble']);
  assert.deepEqual(await of('nation'), ['first', 'nation', 'trouble']);
});
