// SPDX-License-Identifier: Apache-2.0
// The town's officer in Firefox ESR: signs in, answers an item, sees it saved while typing, and goes
// through the pages, with nothing on the console.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, PASSWORD, PATIENCE, program, serve, token } from '../lib.mjs';
import { firefox } from '../firefox.mjs';

const LIMIT = { timeout: 240_000 };

describe('Firefox ESR', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.page = await firefox();
    c.town = program(c.server.url, token(c.file, 'town'));
    c.survey = (await c.town.get('/')).json.own[0].id;
  }, LIMIT);
  after(async () => {
    await c.page?.close();
    await c.server?.stop();
  });

  test('signs in over a cookie that is Secure and __Host-', async () => {
    await c.page.open(`${c.server.url}/sign-in`);
    await c.page.type('#login', 'town');
    await c.page.type('#password', PASSWORD);
    await c.page.click('main button[type=submit]', { leaves: true });
    assert.match(await c.page.text('.who'), /見本 花子/);
    assert.match(await c.page.text('.next-step'), /次にすること/);
  });

  test('answers an item by a click, which saves itself', async () => {
    const where = `/surveys/${c.survey}/items/HUM-01`;
    await c.page.open(c.server.url + where);
    const before_ = (await c.town.get(where)).json;
    const other = before_.options.find((o) => !o.chosen).value;
    const id = await c.page.evaluate(`[...document.querySelectorAll('input[type=radio]')].find((i) => i.value === ${JSON.stringify(other)}).id`);
    await c.page.click(`label[for="${id}"]`);
    assert.equal(await c.page.evaluate(`document.getElementById("${id}").checked`), true);
    for (let i = 0; i < PATIENCE / 100 && (await c.town.get(where)).json.value !== other; i++) {
      await new Promise((r) => { setTimeout(r, 100); });
    }
    assert.equal((await c.town.get(where)).json.value, other);
  });

  test('every page of the menu stands, without an error on the console', async () => {
    const links = JSON.parse(await c.page.evaluate(`JSON.stringify([...document.querySelectorAll('.site-nav a, .site-footer a')].map((a) => a.href))`));
    assert.ok(links.length > 6, links.join());
    for (const link of links) {
      await c.page.open(link);
      assert.equal(await c.page.evaluate('document.querySelectorAll("h1").length'), 1, link);
      assert.equal(await c.page.evaluate('getComputedStyle(document.querySelector(".site-header")).display !== "inline"'), true, link);
      assert.ok(await c.page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), link);
    }
    assert.deepEqual(c.page.errors, []);
  });

  test('signs out', async () => {
    await c.page.click('.who button', { leaves: true });
    assert.match(await c.page.text('h1'), /サインイン/);
  });
});
