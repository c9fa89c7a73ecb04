// SPDX-License-Identifier: Apache-2.0
// An alert from its first letter to the last body that has read it: written and counted by the ministry, read and answered
// on a telephone, its receipts seen; with scripts and without. The mail goes through a real relay.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve, sqlite } from '../lib.mjs';
import { work } from '../mailbox.mjs';
import { authority, postfix } from '../relay.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 240_000 };
const PHONE = { width: 360, height: 740 };
const TITLE = 'カナリア製VPN装置の弱点', FIRST = '更新してから再起動する';

for (const js of [true, false]) {
  describe(js ? 'an alert' : 'an alert without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.tls = authority();
      c.relay = await postfix(c.tls);
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.browser = await launch();
      for (const login of ['town', 'u483028', 'pref', 'nation']) {
        c[login] = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
        await c[login].signIn(login);
      }
      await c.town.page.setViewportSize(PHONE);
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
      await c.relay?.stop();
    });

    const main = (p) => p.page.locator('main').textContent();
    const press = (p, name) => p.page.getByRole('button', { name, exact: true }).click();
    const choose = (p, group, label) => p.page.getByRole('group', { name: group }).locator('label').filter({ hasText: label }).first().click();

    step('the office comes to it by the menu, and begins', async () => {
      const p = c.nation;
      await p.page.getByRole('link', { name: '注意喚起', exact: true }).click();
      await p.look('alert office: none');
      await press(p, '新しい注意喚起を書く');
      await p.look('alert draft: empty');
      assert.match(await main(p), /この条件に当てはまるのは 0 団体です/);
    });

    step('what is typed is saved, and the bodies are counted', async () => {
      const p = c.nation, { page } = p;
      await page.getByLabel('題名').fill(TITLE);
      await choose(p, /^緊急度/, '緊急');
      await choose(p, /^重要度/, '高い');
      await page.getByLabel(/^管理職向けの要約/).fill('遠隔で入られます。\n今日、更新を決めてください。');
      await page.getByLabel(/^初期対応/).fill(FIRST);
      await choose(p, /^読める範囲/, 'TLP:AMBER');
      await page.getByText('団体の区分', { exact: true }).first().click();
      await page.getByLabel('町', { exact: true }).check();
      if (js) {
        await page.getByText(/この条件に当てはまるのは [1-9]\d* 団体です/).waitFor();
        await page.waitForFunction(() => document.querySelector('[data-autosave-status]').textContent.startsWith('保存しました'));
        await page.reload();
        assert.equal(await page.getByLabel('題名').inputValue(), TITLE);
        assert.equal(await page.getByLabel(/^初期対応/).inputValue(), FIRST);
        assert.ok(await page.getByLabel('町', { exact: true }).isChecked());
      }
      await page.getByLabel(/^団体コード/).fill('483010\n483028');
      await page.getByLabel(/^確認の期限/).fill('令和22年12月3日');
      await press(p, '保存して、送る前の確認へ');
      assert.match(await main(p), /2 団体に送ります/);
      assert.match(await main(p), /見本町/);
      await p.look('alert check');
      await press(p, '2 団体に送る');
      await p.says('送りました。メールはまもなく届きます。');
      await p.look('alert receipts: nobody yet');
    });

    step('the mail says that there is something to read, and nothing of it', async () => {
      const w = work(c.file, c.relay.url, '--smtp-tls', 'require', '--smtp-ca', c.tls.ca, '--once');
      assert.equal(await w.end(), 0, w.log);
      const mails = await c.relay.arrived(Number(sqlite(c.file, 'SELECT COUNT(*) FROM outbox WHERE state=3;')));
      // The first round of a worker may also have the summary of the week.
      const mine = mails.find((m) => m.head.get('to') === '<town@example.jp>' && !m.head.get('subject').includes('確認していない'));
      assert.match(mine.head.get('subject'), /【緊急】注意喚起第1号が届きました（総務省）/);
      assert.match(mine.text, /サインインして/);
      for (const m of mails) assert.doesNotMatch(`${m.head.get('subject')}\n${m.text}`, /カナリア|再起動|遠隔/);
    });

    step('on a telephone it is read and answered', async () => {
      const p = c.town, { page } = p;
      await p.open('/');
      await page.getByRole('link', { name: '注意喚起を開く' }).click();
      const said = await main(p);
      for (const text of [TITLE, 'TLP:AMBER', FIRST, '今日、更新を決めてください。', '技術的な助言']) assert.ok(said.includes(text), text);
      const [body] = await page.evaluate(() => [document.documentElement.scrollWidth]);
      assert.ok(body <= 360, `${body}`);
      await p.look('alert');
      await press(p, '確認した');
      assert.match(await main(p), /当てはまるかどうかを選んでください/);
      await page.getByText('当てはまる・対応する', { exact: true }).click();
      await page.getByLabel(/^ひとこと/).fill('今夜、更新します');
      await press(p, '確認した');
      await p.says('確認したことを、出した所に知らせました。');
      await p.open('/alerts');
      assert.match(await main(p), /確認していない注意喚起はありません/);
      await p.look('alerts');
    });

    step('the office sees who has, and asks who has not', async () => {
      const p = c.nation, { page } = p;
      const other = c.u483028.page;
      await c.u483028.open('/alerts');
      const said = js && other.waitForResponse((r) => r.url().endsWith('/seen'));
      await other.getByRole('link', { name: TITLE }).click();
      if (js) await said;
      else await press(c.u483028, '読んだ。確認は後でする');
      await p.open('/alerts/office');
      await page.getByRole('link', { name: '1 / 2' }).click();
      assert.ok((await main(p)).includes('今夜、更新します'));
      assert.equal(await page.locator('.stat-value').nth(1).textContent(), '2', 'opened');
      await p.look('alert receipts');
      await page.getByRole('link', { name: '電話の一覧' }).click();
      await p.look('alert phones');
      await page.goBack();
      await press(p, '1 団体にもう一度メールを送る');
      await p.says('お知らせのメールを用意しました。まもなく送られます。');
      await p.open('/alerts/office');
      await p.look('alert office');
    });

    step('a prefecture it was not sent to finds nothing of it, by the menu neither', async () => {
      const p = c.pref, { page } = p;
      await page.getByRole('link', { name: '注意喚起', exact: true }).click();
      assert.doesNotMatch(await main(p), /カナリア/);
      await p.look('alerts: none');
      await page.getByRole('link', { name: '出した注意喚起と、新しく書く画面' }).click();
      assert.doesNotMatch(await main(p), /カナリア/);
    });

    step('nobody met an error on a page', async () => {
      for (const login of ['town', 'u483028', 'pref', 'nation']) await c[login].leave();
    });
  });
}
