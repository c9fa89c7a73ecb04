// SPDX-License-Identifier: Apache-2.0
// The plan in Chromium: unmet items come in, get a day, an owner and a cost; two people meet; it is
// done; and it prints.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };

describe('the plan of a town', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = () => Person.at(c.browser, c.server.url, { viewed: c.viewed });
    [c.town, c.colleague, c.ciso, c.nojs] = [await at(), await at(), await at(),
      await Person.at(c.browser, c.server.url, { js: false, viewed: new Set() })];
    await c.town.signIn('town');
    await c.colleague.signIn('town2');
    await c.ciso.signIn('ciso');
    await c.nojs.signIn('town');
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  const rows = (p) => p.page.locator('#plan tbody tr');

  step('an empty plan says what should come into it', async () => {
    const { page } = c.town;
    await c.town.open('/surveys');
    await page.getByRole('link', { name: 'できていない対策の計画を見る' }).click();
    assert.equal(new URL(page.url()).pathname, '/plan');
    await c.town.look('plan: empty');
    assert.ok(await page.locator('#unmet .item').count() > 3);
    assert.equal(await rows(c.town).count(), 0);
    assert.match(await page.locator('#plan').textContent(), /計画はまだありません/);
  });

  step('one item, then a whole area', async () => {
    const { page } = c.town;
    const unmet = await page.locator('#unmet .item').count();
    c.code = await page.locator('#unmet .item-code').first().textContent();
    await page.locator('#unmet .item-actions button').first().click();
    await c.town.says('計画に入れました。内容・担当・期限を書き込んでください。');
    assert.equal(await rows(c.town).count(), 1);
    assert.equal(await page.locator('#unmet .item').count(), unmet - 1);
    const area = page.locator('#unmet section').first();
    const inside = await area.locator('.item').count();
    await area.getByRole('button', { name: 'この分野を全て計画に入れる' }).click();
    assert.equal(await rows(c.town).count(), 1 + inside);
    assert.equal(await page.locator('#unmet .item').count(), unmet - 1 - inside);
    await c.town.look('plan');
  });

  step('a mistake is shown beside its field, and what was typed is kept', async () => {
    const { page } = c.town;
    await rows(c.town).locator('th a', { hasText: c.code }).click();
    await c.town.look('plan_edit');
    await page.getByLabel('すること').fill('手順書を作り、全職員に配る');
    await page.getByLabel('期限').fill('令和9年2月30日');
    await page.getByLabel('取りやめ', { exact: true }).check();
    await page.getByRole('button', { name: '保存する' }).click();
    assert.match(await page.locator('#due-error').textContent(), /日付を確かめてください/);
    assert.match(await page.locator('#reason-error').textContent(), /取りやめる理由/);
    assert.equal(await page.getByLabel('期限').inputValue(), '令和9年2月30日');
    assert.equal(await page.getByLabel('すること').inputValue(), '手順書を作り、全職員に配る');
    await c.town.look('plan_edit: refused');
  });

  step('saved, and two colleagues who meet see both values', async () => {
    const { page } = c.town, other = c.colleague.page;
    await c.colleague.open(`/plan/${c.code}`);
    await page.getByLabel('担当の職・係').fill('情報政策係長');
    await page.getByLabel('期限').fill('R9.9.30');
    await page.getByLabel('費用').fill('１，２００');
    await page.getByLabel('計画中', { exact: true }).check();
    await page.getByRole('button', { name: '保存する' }).click();
    await c.town.says('保存しました。');
    await other.getByLabel('すること').fill('業者に頼む');
    await other.getByRole('button', { name: '保存する' }).click();
    assert.match(await other.locator('h1').textContent(), /ほかの人が先に保存しました/);
    await c.colleague.look('plan_conflict');
    const main = await other.locator('main').textContent();
    for (const text of ['業者に頼む', '手順書を作り、全職員に配る', '1200']) {
      assert.ok(main.includes(text), text);
    }
    await other.getByRole('button', { name: 'あなたの内容で保存する' }).click();
    await c.colleague.says('保存しました。');
    assert.equal(await other.locator('tbody tr').count(), 3, 'nothing is lost');
  });

  step('the CISO reads it and has nothing to press', async () => {
    const { page } = c.ciso;
    await c.ciso.open('/plan');
    assert.ok(await rows(c.ciso).count() > 1);
    assert.equal(await page.locator('main form[method="post"]').count(), 0);
    await c.ciso.open(`/plan/${c.code}`);
    assert.equal(await page.locator('main form').count(), 0);
    await c.ciso.look('plan_edit: reading');
  });

  step('printed, it is the plan with body, day and sum, without forms', async () => {
    await c.town.open('/plan');
    const paper = await c.town.printed();
    assert.match(paper, /対策の計画/);
    assert.match(paper, /現在/);
    assert.match(paper, /費用の合計/);
    assert.doesNotMatch(paper, /絞り込む|計画に入れる項目/);
  });

  step('without JavaScript: filtered, written and saved', async () => {
    const { page } = c.nojs;
    await c.nojs.open('/plan');
    await page.getByLabel('状態').selectOption({ label: '完了' });
    await page.getByRole('button', { name: '絞り込む' }).click();
    assert.match(await page.locator('#plan').textContent(), /当てはまるものはありません/);
    await c.nojs.look('plan: nothing fits');
    await c.nojs.open(`/plan/${c.code}`);
    await page.getByLabel('完了', { exact: true }).check();
    await page.getByRole('button', { name: '保存する' }).click();
    await c.nojs.says('保存しました。');
    await c.nojs.open('/plan?state=done');
    assert.equal(await rows(c.nojs).count(), 1);
    for (const p of [c.town, c.colleague, c.ciso, c.nojs]) await p.leave();
  });
});
