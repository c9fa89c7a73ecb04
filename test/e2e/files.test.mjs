// SPDX-License-Identifier: Apache-2.0
// Evidence files in Chromium, with and without scripts: attached, refused, read, expired, removed;
// and the body that sees who looked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve, sqlite, tempFolder } from '../lib.mjs';
import { Person, steps } from './person.mjs';
import { findSurvey } from './steps.mjs';

const LIMIT = { timeout: 180_000 };

for (const js of [true, false]) {
  describe(js ? 'evidence files' : 'evidence files without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.folder = tempFolder();
      fs.writeFileSync(path.join(c.folder, '情報セキュリティ規程 <案>.pdf'), '%PDF-1.7 rules');
      fs.writeFileSync(path.join(c.folder, '台帳.csv'), 'a,b\r\n');
      fs.writeFileSync(path.join(c.folder, '名簿.csv'), '氏名,番号\r\n甲,１２３４５６７８９０１８\r\n');
      fs.writeFileSync(path.join(c.folder, 'page.html'), '<script>alert(1)</script>');
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.browser = await launch();
      c.town = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await c.town.signIn('town');
      c.survey = await findSurvey(c.town);
      c.item = `/surveys/${c.survey}/items/ORG-02`;
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    const attach = async (name, note = '', until = '') => {
      const { page } = c.town;
      await c.town.open(c.item);
      const form = page.locator('#files details');
      if (await form.getAttribute('open') === null) await form.locator('summary').click();
      if (name) await page.getByLabel(/^ファイル/).setInputFiles(path.join(c.folder, name));
      await page.getByLabel(/^説明/).fill(note);
      await page.getByLabel(/^有効期限/).fill(until);
      await page.getByRole('button', { name: '資料を加える' }).click();
    };
    const rows = () => c.town.page.locator('#files li');

    step('a file is attached with its note and its last day', async () => {
      await c.town.open(c.item);
      assert.match(await c.town.page.locator('#files').textContent(), /根拠資料はまだありません/);
      assert.ok(!await c.town.page.getByLabel(/^ファイル/).isVisible(), 'folded while there is none');
      await c.town.look('item: no files');
      await attach('情報セキュリティ規程 <案>.pdf', '3ページの第5条', '令和20年3月31日');
      await c.town.says('根拠資料を加えました。');
      assert.equal(await rows().count(), 1);
      const text = await rows().first().textContent();
      assert.match(text, /情報セキュリティ規程 <案>\.pdf/);
      assert.match(text, /3ページの第5条/);
      assert.match(text, /令和20年3月31日/);
      assert.match(text, /見本 花子/);
      await c.town.look('item: a file');
    });

    step('what is wrong is said beside the field, and the rest stays', async () => {
      const { page } = c.town;
      await attach('', '説明は残る');
      assert.match(await page.locator('#file-error').textContent(), /ファイルを選んでください/);
      assert.equal(await page.getByLabel(/^説明/).inputValue(), '説明は残る');
      assert.ok(await page.getByLabel(/^ファイル/).isVisible(), 'open after an error');
      await c.town.look('item: no file chosen');
      await page.goto('about:blank');
      await attach('page.html');
      assert.match(await page.locator('#file-error').textContent(), /使える形式は、PDF/);
      await attach('台帳.csv', '123456789018');
      assert.match(await page.locator('#note-error').textContent(), /個人番号/);
      await attach('名簿.csv');
      assert.match(await page.locator('#file-error').textContent(), /2行目に、個人番号と思われる12桁の数字/);
      await attach('台帳.csv', '', 'いつか');
      assert.match(await page.locator('#valid-error').textContent(), /令和9年3月31日のように/);
      await c.town.open(c.item);
      assert.equal(await rows().count(), 1);
    });

    step('it is saved as a file, never shown as a page', async () => {
      const { page } = c.town;
      const waiting = page.waitForEvent('download');
      await page.getByRole('link', { name: '情報セキュリティ規程 <案>.pdf' }).click();
      const download = await waiting;
      assert.match(download.suggestedFilename(), /^架空データ_情報セキュリティ規程 .案.\.pdf$/);
      assert.equal(fs.readFileSync(await download.path(), 'utf8'), '%PDF-1.7 rules');
      assert.equal(new URL(page.url()).pathname, c.item);
    });

    step('an expired one is marked, on the item and in the list', async () => {
      await attach('台帳.csv', '', '2020-03-31');
      await c.town.says('根拠資料を加えました。');
      assert.match(await c.town.page.locator('#files').textContent(), /期限の過ぎた資料があります/);
      assert.equal(await rows().last().locator('.badge').textContent(), '期限切れ');
      await c.town.look('item: an expired file');
      await c.town.open(`/surveys/${c.survey}?show=todo`);
      const code = c.item.split('/').pop();
      assert.match(await c.town.page.locator(`#item-${code}`).textContent(), /根拠資料の期限切れ/);
      await c.town.open(`/surveys/${c.survey}`);
      await c.town.page.getByRole('link', { name: '根拠資料の一覧' }).click();
      await c.town.look('files');
      assert.equal(await c.town.page.locator('tbody tr').count(), 2);
      await c.town.page.getByRole('link', { name: '期限の過ぎた 1 件だけを表示する' }).click();
      assert.equal(await c.town.page.locator('tbody tr').count(), 1);
      const paper = (await c.town.printed()).replace(/\s+/g, '');
      assert.ok(paper.includes('台帳.csv') && paper.includes('令和2年3月31日'), 'on paper');
    });

    step('it is taken away again', async () => {
      await c.town.open(c.item);
      await c.town.page.getByRole('button', { name: /台帳\.csvを\s*外す/ }).click();
      await c.town.says('根拠資料を外しました。');
      assert.equal(await rows().count(), 1);
      await c.town.open(`/surveys/${c.survey}/files?show=expired`);
      assert.match(await c.town.page.locator('main').textContent(), /根拠資料はありません/);
      await c.town.look('files: none');
    });

    step('a body sees who of others looked at what it submitted', async () => {
      const { page } = c.town;
      await c.town.open('/');
      await page.getByRole('link', { name: '閲覧記録' }).click();
      assert.match(await page.locator('main').textContent(), /ほかの機関は、まだ何も見ていません/);
      await c.town.look('seen: empty');
      const [body, code6] = sqlite(c.file, `SELECT b.id, b.code6 FROM response r JOIN body b
        ON b.id=r.body WHERE r.survey=${c.survey} AND r.submission IS NOT NULL AND b.class=5
        ORDER BY b.id LIMIT 1;`).trim().split('|');
      const pref = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await pref.signIn('pref');
      await pref.open(`/surveys/${c.survey}/board/${body}`);
      await pref.page.getByRole('link', { name: '根拠資料の一覧' }).click();
      await pref.look('files: of another body');
      await pref.leave();
      const other = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await other.signIn(`u${code6}`);
      await other.open('/seen');
      await other.look('seen');
      const seen = await other.page.locator('tbody tr').allTextContents();
      assert.equal(seen.length, 2);
      assert.match(seen[0], /見本県.*根拠資料の一覧/);
      assert.match(seen[1], /見本県.*：回答/);
      await other.leave();
      await c.town.leave();
    });
  });
}
