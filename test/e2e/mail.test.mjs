// SPDX-License-Identifier: Apache-2.0
// The administrator's page of the mails, and what the board says about their sending.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { PATIENCE, bin, demo, launch, program, serve, sqlite, token } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 120_000 };
const NOBODY = 'smtp://127.0.0.1:9'; // discard: nothing listens there

describe('mail', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  const work = () => spawnSync(bin, ['work', '--db', `sqlite:${c.file}`, '--smtp', NOBODY, '--once'],
    { encoding: 'utf8', timeout: PATIENCE });
  before(async () => {
    c.file = demo('--sample');
    c.key = token(c.file, 'pref');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = () => Person.at(c.browser, c.server.url, { js: false, viewed: c.viewed });
    [c.system, c.pref] = await Promise.all([at(), at()]);
    await c.system.signIn('system');
    await c.pref.signIn('pref');
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  step('before anything was queued, the page says what will come and how to start', async () => {
    await c.system.page.getByRole('link', { name: 'メールの送信' }).click();
    assert.equal(new URL(c.system.page.url()).pathname, '/mail');
    const text = await c.system.page.locator('main').textContent();
    assert.match(text, /メールは、今は送られていません/);
    assert.match(text, /yagura work --db/);
    assert.match(text, /メールはまだありません/);
    await c.system.look('mail: empty');
    await c.pref.open('/board');
    assert.match(await c.pref.page.locator('main').textContent(), /システム管理者に/);
    await c.pref.look('board: no worker');
  });

  step('what the relay did not take is listed with the reason, and can be sent again', async () => {
    const who = program(c.server.url, c.key);
    const survey = (await who.get('/')).json.offices[0].id;
    assert.equal((await who.post(`/surveys/${survey}/board/483010/remind`)).status, 200);
    assert.notEqual(work().status, 0);
    const { page } = c.system;
    await c.system.open('/mail');
    const row = page.locator('tbody tr').first();
    assert.equal(await page.locator('tbody tr').count(), 1);
    assert.match(await row.textContent(), /見本町：調査の回答についてのお願い/);
    assert.match(await row.textContent(), /connect/i);
    assert.match(await page.locator('main').textContent(), /メールの送信：動いています/);
    await c.system.look('mail: waiting for the relay');
    await row.getByRole('button', { name: 'もう一度送る' }).click();
    await c.system.says('もう一度送ります。');
    assert.equal(await page.locator('tbody tr').count(), 0);
    assert.equal(sqlite(c.file, 'SELECT COUNT(*) FROM outbox WHERE state=1 AND attempts=0;'), '3\n');
    await c.pref.open('/board');
    assert.match(await c.pref.page.locator('main').textContent(), /メールの送信：動いています/);
    await c.pref.look('board: with a worker');
  });

  step('nothing went wrong in either browser', async () => {
    for (const p of [c.system, c.pref]) await p.leave();
  });
});
