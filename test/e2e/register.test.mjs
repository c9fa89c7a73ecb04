// SPDX-License-Identifier: Apache-2.0
// The register of bodies in a browser: a union, an organ, a new name, a merger, a table of figures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { cp932, demo, launch, serve, sqlite } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };

for (const js of [true, false]) {
  describe(js ? 'the register' : 'the register without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.browser = await launch();
      c.p = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await c.p.signIn('system');
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    const fill = async (values) => {
      for (const [label, value] of Object.entries(values)) await c.p.page.getByLabel(label).fill(value);
    };
    const pick = (name) => c.p.page.getByRole('radio', { name, exact: true }).check();
    const press = (name) => c.p.page.getByRole('button', { name, exact: true }).click();
    const text = () => c.p.page.locator('main').textContent();

    step('the list: found by name, empty with a way back', async () => {
      const { p } = c;
      await p.open('/');
      await p.page.getByRole('link', { name: '団体', exact: true }).click();
      await p.look('bodies');
      assert.equal(await p.page.locator('tbody tr').count(), 10);
      await p.page.getByLabel('団体名・よみ・コード').fill('ありません');
      await press('絞り込む');
      await p.look('bodies: none');
      assert.match(await text(), /当てはまる団体はありません/);
    });

    step('a union is registered; a wrong code stays in its field', async () => {
      const { p } = c;
      await p.open('/bodies/new');
      await p.look('asked');
      await fill({ 名称: '見本広域組合', よみ: 'みほんこういきくみあい', '団体コード（6桁） ※任意': '488010',
        '都道府県の団体コード': '480002', その理由: '加入団体に確認中', 決めた日: '令和2年4月1日' });
      await pick('一部事務組合');
      await pick('あり');
      await press('登録する');
      await p.look('asked: refused');
      assert.match(await text(), /検査数字（最後の桁）も確かめてください/);
      assert.equal(await p.page.getByLabel('団体コード（6桁） ※任意').inputValue(), '488010');
      await p.page.getByLabel('団体コード（6桁） ※任意').fill('４８８０１１');
      await press('登録する');
      await p.says('登録しました。');
      await p.page.getByRole('link', { name: '構成する団体を加える' }).click();
      await fill({ 加える団体の団体コード: '483010', 加わった日: '2020-04-01' });
      await press('加える');
      await p.look('body: a union');
      assert.match(await text(), /見本県 見本町（令和2年4月1日（水）から）/);
    });

    step('an assembly answers for itself, and somebody works for it', async () => {
      const { p } = c;
      await p.open('/bodies/483010');
      await p.look('body');
      await p.page.getByRole('link', { name: '機関を登録する' }).click();
      await pick('議会');
      await pick('対象：自分で調査に答える');
      await fill({ 機関の名前: '議会', その理由: '方針を定めたため', '決めた人（会議・役職）': '議長',
        決めた日: '2020-04-01' });
      await press('保存する');
      await p.says('保存しました。');
      await p.look('body: organs');
      const row = p.page.getByRole('row', { name: /u483010/ });
      await row.getByRole('button', { name: /議会に移す/ }).click();
      await p.says('保存しました。');
      assert.match(await p.page.getByRole('row', { name: /u483010/ }).textContent(), /議会/);
    });

    step('a new name, and a merger', async () => {
      const { p } = c;
      await p.open('/bodies/483214/name');
      await fill({ '新しい名称 ※必須': '新中里町', 新しい名称の最初の日: '2024-04-01' });
      await press('登録する');
      await p.look('body: renamed');
      assert.match(await text(), /中里町（町、483214）令和6年3月31日（日）まで/);
      await p.open('/bodies/merge');
      await p.look('asked: merge');
      await p.page.getByLabel('終わる団体の団体コード').fill('484024');
      await fill({ 終わる団体の最後の日: '2024-03-31', 後を継ぐ団体の団体コード: '484016' });
      await press('この内容で合併を登録する');
      await p.says('合併を登録しました。終わった団体には、後の調査で尋ねません。');
      await p.page.getByRole('link', { name: '見本県 島村' }).click();
      await p.look('body: ended');
      assert.match(await text(), /この団体は令和6年3月31日（日）に終わりました/);
    });

    step('people by table: a look, then done; one of them leaves and another takes over', async () => {
      const { p } = c, { page } = p;
      await p.open('/people');
      await page.getByRole('link', { name: '表（CSV）でまとめて登録・変更する' }).click();
      await p.look('people by table');
      await page.getByLabel(/^表のファイル/).setInputFiles({ name: '異動.csv', mimeType: 'text/csv',
        buffer: cp932('ログイン名,名前,役割,団体コード\r\nido1@example.jp,異動 一郎,担当者,482013\r\nido2@example.jp,着任 二郎,所属長,482013\r\n') });
      await press('内容を確かめる');
      await p.look('people by table: preview');
      assert.match(await text(), /2 行を読みました。登録する：2人/);
      assert.equal(sqlite(c.file, "SELECT COUNT(*) FROM person WHERE login LIKE 'ido%'").trim(), '0');
      await press('この内容で登録する');
      await p.says('表のとおりに登録しました。招待のメールを送ります。');
      await p.open('/people?q=ido1');
      await page.getByRole('link', { name: '異動・退職' }).click();
      await p.look('leaving');
      await page.getByLabel(/^後任/).selectOption({ label: '着任 二郎（所属長）' });
      await page.getByLabel('役割も引き継ぐ').check();
      await press('利用を止めて、引き継ぐ');
      await p.says('利用を止めて、引き継ぎました。記録は残っています。');
      assert.equal(sqlite(c.file, `SELECT p.active, (SELECT SUM(role) FROM person_role x WHERE x.person=p.id)
        FROM person p WHERE login LIKE 'ido%' ORDER BY login`).trim(), '0|1\n1|3');
      assert.equal(sqlite(c.file, "SELECT COUNT(*) FROM outbox WHERE kind='org.invite'").trim(), '2');
    });

    step('figures: wrong lines, a look, saved', async () => {
      const { p } = c;
      await p.open('/bodies/attributes');
      await p.look('figures');
      const csv = p.page.getByLabel('または、表を貼り付ける');
      await fill({ いつの数字か: '2025-01-01', 出典: '住民基本台帳' });
      await p.page.getByLabel(/^表のファイル/).setInputFiles({ name: '人口.csv', mimeType: 'text/csv',
        buffer: cp932('団体コード,人口,中核市,類似団体\r\n483010,多い,0,\r\n') });
      await press('内容を確かめる');
      await p.look('figures: refused');
      assert.match(await text(), /2行目（483010）：人口は0以上の数字で入力してください。/);
      assert.match(await csv.inputValue(), /^団体コード,人口,中核市,類似団体\n483010,多い,0,/); // to be put right here
      await csv.fill('団体コード,人口,中核市,類似団体\n483010,"８，０００",0,町村V-1\n482013,310000,1,\n');
      await press('内容を確かめる');
      await p.look('figures: preview');
      assert.equal(sqlite(c.file, 'SELECT COUNT(*) FROM body_attribute').trim(), '0');
      await press('この内容で保存する');
      await p.says('保存しました。');
      await p.open('/bodies/482013');
      assert.match(await text(), /人口 310,000 人（30万人以上）、中核市：該当/);
      await p.leave();
    });
  });
}
