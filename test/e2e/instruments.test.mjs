// SPDX-License-Identifier: Apache-2.0
// What is measured beside what is said: a role is taken away in the browser, and the answer of last
// year no longer agrees. With scripts and without.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };

for (const js of [true, false]) {
  describe(js ? 'instruments' : 'instruments, without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.server = await serve(demo('--sample'));
      c.browser = await launch();
      const at = () => Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      [c.town, c.system, c.nation] = await Promise.all([at(), at(), at()]);
      await c.town.signIn('town');
      await c.system.signIn('system');
      await c.nation.signIn('nation');
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    const open = (name) => c.system.open(`/people?q=${encodeURIComponent(name)}`)
      .then((p) => p.page.locator('tbody a').first().click());
    const card = () => c.town.page.locator('#measure');
    const item = (code) => c.town.open(`/surveys/${c.survey}/items/${code}`);

    step('an administrator is made, and what is wrong with a change is said', async () => {
      const { page } = c.system;
      await open('見本 花子');
      await c.system.look('person');
      await page.getByLabel(/^名前/).fill('');
      await page.getByRole('button', { name: 'この内容にする' }).click();
      assert.match(await page.locator('#name-error').textContent(), /名前を入力してください/);
      await c.system.look('person: refused');
      await page.getByLabel(/^名前/).fill('見本 花子');
      await page.getByLabel(/^団体管理者/).check();
      await page.getByRole('button', { name: 'この内容にする' }).click();
      await c.system.says('名前と役割を変更しました。');
      await c.system.open('/people');
      await page.getByRole('row').filter({ hasText: 'system' }).getByRole('link').first().click();
      assert.match(await page.locator('main').textContent(), /自分では外せません/);
      assert.ok(await page.getByLabel(/^システム管理者/).isDisabled());
      await c.system.look('person: oneself');
    });

    /** The town's administrator takes the role of the CISO from somebody. */
    async function takeRole(login) {
      const { page } = c.town;
      await c.town.open('/people');
      await page.getByRole('row').filter({ has: page.getByRole('cell', { name: login, exact: true }) })
        .getByRole('link').first().click();
      await page.getByLabel(/^CISO/).uncheck();
      await page.getByRole('button', { name: 'この内容にする' }).click();
      await c.town.says('名前と役割を変更しました。');
    }

    step('one of two CISOs leaves, and the answer of last year agrees', async () => {
      const { page } = c.town;
      await takeRole('c483010');
      await c.town.open('/surveys');
      c.survey = Number(/\/surveys\/(\d+)/.exec(page.url())[1]);
      await item('ORG-01');
      await c.town.answer('option', '実施済み');
      assert.match(await card().textContent(), /CISOの役割を持つ人：1人/);
      assert.match(await card().textContent(), /この値が示す回答：実施済み/);
      assert.doesNotMatch(await card().textContent(), /測定と違う/);
      await c.town.look('item: measured');
      await card().getByRole('link', { name: 'もとの記録を見る' }).click();
      await c.town.look('roles');
      assert.match(await page.getByRole('row').filter({ hasText: '副町長 幸子' }).textContent(), /CISO/);
    });

    step('the role is taken away: the contradiction is seen, and nothing was changed', async () => {
      const { page } = c.town;
      await takeRole('ciso');
      await item('ORG-01');
      assert.equal(await page.locator('main .answer').first().textContent(), '実施済み');
      assert.match(await card().textContent(), /測定と違う/);
      assert.match(await card().textContent(), /0人/);
      await c.town.look('item: differs');
      await c.town.open(`/surveys/${c.survey}?show=todo`);
      assert.match(await page.locator('#item-ORG-01').textContent(), /測定と違う/);
      await c.town.look('survey: differs');
      await c.town.open(`/surveys/${c.survey}/submit`);
      assert.match(await page.locator('main').textContent(), /測定と違う回答があります.*ORG-01/s);
      await c.town.look('submit: differs');
    });

    step('the answer is kept with a reason, then the measured value is taken', async () => {
      const { page } = c.town;
      await item('ORG-01');
      await page.getByRole('button', { name: '理由を付けて、今の回答のままにする' }).click();
      assert.match(await page.locator('#reason-error').textContent(), /理由を入力してください/);
      await c.town.look('item: reason refused');
      await page.getByLabel('今の回答のままにする理由').fill('後任が着任するまで、副町長が兼ねる。');
      await page.getByRole('button', { name: '理由を付けて、今の回答のままにする' }).click();
      await c.town.says('保存しました。');
      assert.match(await card().textContent(), /理由あり/);
      assert.match(await card().textContent(), /副町長が兼ねる/);
      await c.town.look('item: explained');
      await page.getByRole('button', { name: 'この値で答える' }).click();
      await c.town.says('保存しました。');
      assert.equal(await page.locator('main .answer').first().textContent(), '未実施');
      assert.equal(await page.locator('.badge-measured').first().textContent(), '測定値');
    });

    step('the contacts are registered, corrected and confirmed', async () => {
      const { page } = c.town;
      await c.town.open('/contacts');
      await c.town.look('contacts: empty');
      await page.getByLabel(/^名前か役職/).fill('情報政策課');
      await page.getByRole('button', { name: 'この連絡先を加える' }).click();
      assert.match(await page.locator('#phone-error').textContent(), /どちらかを入力/);
      await c.town.look('contacts: refused');
      await page.getByLabel(/^電話/).fill('026-200-0000');
      await page.getByRole('button', { name: 'この連絡先を加える' }).click();
      await c.town.says('保存しました。');
      await page.getByRole('link', { name: /情報政策課を\s*直す/ }).click();
      await c.town.look('contacts: correcting');
      await page.getByLabel(/^つながる時間/).fill('平日');
      await page.getByRole('button', { name: 'この内容に直す' }).click();
      await page.getByRole('button', { name: 'この連絡先で正しいことを確認した' }).click();
      await c.town.says('この連絡先で正しいことを記録しました。');
      await c.town.look('contacts');
      assert.match(await c.town.printed(), /026-200-0000/);
      await item('ORG-10');
      assert.match(await card().textContent(), /0日.*実施済み/s);
    });

    step('the policy is registered', async () => {
      const { page } = c.town;
      await c.town.open('/policy');
      await c.town.look('policy: empty');
      await page.getByLabel(/^公表日/).fill('令和8年4月1日');
      await page.getByRole('button', { name: 'この内容を登録する' }).click();
      assert.match(await page.locator('#established-error').textContent(), /策定日を入力/);
      await c.town.look('policy: refused');
      await page.getByLabel(/^策定日/).fill('令和8年3月1日');
      await page.getByLabel(/^従っている/).selectOption({ index: 1 });
      await page.getByLabel(/^公表先/).fill('https://www.town.example.jp/policy');
      await page.getByRole('button', { name: 'この内容を登録する' }).click();
      await c.town.says('保存しました。');
      await c.town.look('policy');
    });

    step('the nation reads contacts and policies', async () => {
      const { page } = c.nation;
      await c.nation.open('/contacts/of');
      await c.nation.look('contacts of bodies');
      await page.getByRole('link', { name: '見本町' }).click();
      await c.nation.look('contacts of a body');
      assert.match(await page.locator('main').textContent(), /026-200-0000/);
      await c.nation.open('/policies?q=見本町');
      await c.nation.look('policies');
      assert.match(await page.getByRole('row').filter({ hasText: '見本町' }).textContent(),
        /令和8年4月1日/);
      await page.getByLabel(/^加える版の名前/).fill('総務大臣指針（次の版）');
      await page.getByLabel(/^通知の日/).fill('いつか');
      await page.getByRole('button', { name: '版を加える' }).click();
      assert.match(await page.locator('#noticed-error').textContent(), /日付を確かめて/);
      await c.nation.look('policies: refused');
      for (const p of [c.town, c.system, c.nation]) await p.leave();
    });
  });
}
