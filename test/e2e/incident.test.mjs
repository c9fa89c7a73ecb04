// SPDX-License-Identifier: Apache-2.0
// An incident at three in the morning, on a telephone: from the first tap to the last receipt, a follow-up and an
// exercise; with scripts and without. Taps and typed characters are counted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 240_000 };
const PHONE = { width: 360, height: 740 };

for (const js of [true, false]) {
  describe(js ? 'an incident' : 'an incident without scripts', LIMIT, () => {
    const c = { viewed: new Set(), taps: 0, typed: 0 }, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.browser = await launch();
      for (const login of ['town', 'pref', 'nation']) {
        c[login] = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
        await c[login].signIn(login);
      }
      await c.town.page.setViewportSize(PHONE);
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    const text = (p) => p.page.locator('main').textContent();
    const tap = async (where) => {
      c.taps++;
      await where.click();
    };
    const press = (p, name) => tap(p.page.getByRole('button', { name, exact: true }));
    const choose = (p, label) => tap(p.page.getByText(label, { exact: true }).first());
    const sure = (p, question, label) => tap(p.page.getByRole('group', { name: question }).getByText(label, { exact: true }));
    const type = async (p, label, value) => {
      c.typed += value.length;
      await p.page.getByLabel(label).fill(value);
    };

    step('it is recorded with one tap, and the time stands there already', async () => {
      const p = c.town;
      await p.open('/incidents');
      await p.look('incidents: none');
      await press(p, 'インシデントを記録する');
      await p.look('incident facts');
      assert.match(await p.page.getByLabel('いつ気付きましたか').inputValue(), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    });

    step('what is known is tapped, not written', async () => {
      const p = c.town;
      for (const label of ['ランサムウェア（暗号化・脅迫）', '首長の部局（庁舎）', '病院・診療所', 'LGWAN接続系',
        '重大（住民の生命・サービス・多くの個人情報に関わる）', '続いている', '機器をネットワークから切り離した']) await choose(p, label);
      await sure(p, /止まっているサービス/, 'ある（確認した）');
      for (const question of [/個人情報の漏えい/, /個人番号（マイナンバー）が/, /要配慮個人情報/, /不正の目的で/]) await sure(p, question, 'おそれがある');
      await sure(p, /財産に被害/, 'ない');
      await sure(p, /国家サイバー統括室/, 'はい');
      await choose(p, '技術的な助言');
      await type(p, 'ひとことで言うと', '電子カルテと共有フォルダーが開けない');
      await type(p, /^何人分ですか/, '3000');
      await choose(p, '見積り（まだ数えていない）');
      await type(p, '24時間つながる電話', '0261-00-0000');
      if (js) { // the battery ends here: nothing is lost
        await p.page.getByText(/^保存しました \d\d:\d\d$/).waitFor();
        await p.page.waitForFunction(() => document.querySelector('[data-autosave-status]').textContent.startsWith('保存しました'));
        await p.page.reload();
        assert.equal(await p.page.getByLabel('24時間つながる電話').inputValue(), '0261-00-0000');
        assert.equal(await p.page.getByLabel(/^何人分ですか/).inputValue(), '3000');
        assert.ok(await p.page.getByLabel('見積り（まだ数えていない）').isChecked());
      }
      await press(p, '保存して、知らせる先を見る');
      await p.says('保存しました。');
      await p.look('incident: duties');
    });

    step('who must be told, by when and why, is there at once', async () => {
      const said = await text(c.town);
      for (const part of ['個人情報保護委員会', '総務省', '都道府県の市町村担当課を通して', '国家サイバー統括室（NCO）', '都道府県警察', '厚生労働省', '本人（住民など）',
        '番号法', '1日目', '当てはまらない決まりと、その理由']) assert.ok(said.includes(part), `${part}\n${said}`);
    });

    step('what each will see stands side by side; the rest is sent with one tap', async () => {
      const p = c.town;
      await c.nation.open('/incidents/board');
      await c.nation.look('incident board');
      assert.match(await text(c.nation), /当てはまる事案はありません/);
      await tap(p.page.getByRole('link', { name: /内容を確かめて、知らせる/ }));
      await p.look('incident report');
      assert.match(await text(p), /様式未確認/);
      await press(p, '選んだ宛先に知らせる');
      assert.match(await text(p), /届いた（まだ開いていない）/);
      console.log(`# taps ${c.taps}, typed characters ${c.typed}`);
      assert.ok(c.taps <= 25, `${c.taps} taps`);
      assert.ok(c.typed <= 120, `${c.typed} characters`);
    });

    step('the board of the ministry has it', async () => {
      if (!js) await c.nation.page.reload(); // with scripts it comes by itself
      await c.nation.page.getByRole('rowheader', { name: '見本町' }).waitFor();
      assert.match(await text(c.nation), /事案（実数）1 件（1 団体）/);
      await c.nation.leave();
    });

    step('the prefecture reads its view and gives a receipt, which the town sees', async () => {
      const p = c.pref;
      await p.open('/incidents/received');
      await p.look('incident received');
      await p.page.locator('tbody a').first().click();
      await p.look('incident delivery');
      assert.match(await text(p), /電子カルテと共有フォルダーが開けない/);
      if (js) { // that it was opened is said by the page itself
        await p.page.waitForLoadState('networkidle');
        await c.town.page.reload();
        assert.match(await text(c.town), /開いた/);
      } else await p.page.getByRole('button', { name: '開いたことを伝える', exact: true }).click();
      await p.page.getByLabel('知りたいこと').fill('止まっている窓口はいくつですか');
      await p.page.getByRole('button', { name: '問い合わせて、返事を待つ', exact: true }).click();
      await p.says('保存しました。');
      await p.look('incident delivery: asked');
      await c.town.open('/');
      await c.town.page.getByRole('link', { name: '問い合わせを開く' }).click();
      assert.match(await text(c.town), /止まっている窓口はいくつですか/);
      await c.town.page.getByLabel('返事・追って伝えること').fill('市民課の3つです');
      await c.town.page.getByRole('button', { name: '送る', exact: true }).click();
      await c.town.look('incident delivery: answered');
      await p.page.reload();
      assert.match(await text(p), /市民課の3つです/);
      await p.page.getByRole('button', { name: '受け付けた', exact: true }).click();
      await p.says('保存しました。');
      await c.town.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
      assert.match(await text(c.town), /受け付けた/);
    });

    step('what to do first is ticked off, and evidence is put in', async () => {
      const p = c.town;
      await p.page.getByRole('link', { name: 'まずすること', exact: true }).click();
      await p.look('incident checks');
      const row = p.page.getByRole('row', { name: /ログを別の場所に写す/ });
      await row.getByRole('textbox').fill('ファイアウォールとVPN');
      await row.getByRole('button', { name: '済み', exact: true }).click();
      await p.says('保存しました。');
      assert.match(await p.page.getByRole('row', { name: /ログを別の場所に写す/ }).textContent(), /済み.*ファイアウォールとVPN/s);
      assert.match(await p.page.getByRole('row', { name: /ネットワークから切り離す/ }).textContent(), /済み/, 'what was said before counts');
      await p.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
      await p.page.getByRole('link', { name: '証拠のファイル', exact: true }).click();
      await p.page.getByLabel(/^ファイル（/).setInputFiles({ name: '脅迫文.png', mimeType: 'image/png', buffer: Buffer.alloc(70_000, 7) });
      await p.page.getByLabel(/^どこから採ったか/).fill('電算室の端末');
      await p.page.getByRole('button', { name: '封をして入れる', exact: true }).click();
      await p.look('incident files');
      assert.match(await text(p), /脅迫文\.png/);
      await p.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
    });

    step('a follow-up says what is different', async () => {
      const p = c.town;
      await p.page.getByRole('link', { name: '個人情報', exact: true }).click();
      await p.page.getByLabel(/^何人分ですか/).fill('2780');
      await p.page.getByLabel('見積り（まだ数えていない）').uncheck();
      await p.page.getByRole('button', { name: '保存して、次へ', exact: true }).click();
      await p.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
      await p.page.getByRole('link', { name: /内容を確かめて、知らせる/ }).click();
      assert.match(await text(p), /変わった/);
      assert.match(await text(p), /2,780/);
      await p.page.getByRole('button', { name: '選んだ宛先に知らせる', exact: true }).click();
      await p.says('知らせました。');
    });

    step('what is asked only in some cases stands there in these alone', async () => {
      const p = c.town;
      await p.page.getByRole('link', { name: 'いまの状態', exact: true }).click();
      const level = p.page.getByRole('group', { name: /サービス維持レベル/ });
      assert.ok(await level.isVisible());
      await p.page.getByRole('group', { name: /止まっているサービス/ }).getByText('ない', { exact: true }).click();
      if (js) await level.waitFor({ state: 'hidden' });
      else assert.ok(await level.isVisible(), 'without scripts all stand there');
      await p.page.getByRole('group', { name: /止まっているサービス/ }).getByText('ある（確認した）', { exact: true }).click();
      await level.waitFor();
      await p.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
    });

    step('the final report goes to everybody it is for, and the last receipt comes', async () => {
      const p = c.town;
      await p.page.getByRole('link', { name: '対応と相談', exact: true }).click();
      await p.page.getByText('弱点を直す・機器を更新する', { exact: true }).click();
      await p.page.getByLabel('分かった原因').fill('VPN機器の更新が遅れていた');
      await p.page.getByRole('button', { name: '保存して、次へ', exact: true }).click();
      for (const round of ['速報', '確報']) { // the commission was told by hand: that it was is said first
        await p.page.getByRole('link', { name: /知らせる（\d+ 件）|続報・訂正・取下げ/ }).click();
        const commission = p.page.locator('section', { has: p.page.getByRole('heading', { name: '個人情報保護委員会' }) }).first();
        assert.match(await commission.textContent(), new RegExp(`（${round}）`));
        await p.look(`incident report: ${round}`);
        for (const box of await p.page.locator('input[name=rules]').all()) await box.check();
        await p.page.getByRole('button', { name: '選んだ宛先に知らせる', exact: true }).click();
        await p.says('知らせました。');
      }
      await p.look('incident: told');
      await c.pref.open('/incidents/received');
      await c.pref.page.locator('tbody a').first().click();
      assert.match(await text(c.pref), /VPN機器の更新が遅れていた/);
      await c.pref.page.getByRole('button', { name: '受け付けた', exact: true }).click();
      await c.pref.says('保存しました。');
      await p.page.reload();
      assert.ok((await text(p)).match(/受け付けた/g).length >= 2);
    });

    step('an exercise says so everywhere', async () => {
      const p = c.town;
      await p.open('/incidents');
      await p.look('incidents');
      await p.page.getByRole('button', { name: '訓練で試す', exact: true }).click();
      assert.match(await text(p), /訓練\s+実際の宛先には届きません/);
      await p.page.getByRole('link', { name: /^第\d+号$/ }).first().click();
      await p.page.getByRole('link', { name: '時刻を進める・振り返る' }).click();
      await p.page.getByRole('button', { name: '1日進める', exact: true }).click();
      await p.says('保存しました。');
      await p.look('incident drill');
      assert.match(await text(p), /期限を過ぎても知らせていない/);
      await c.town.leave();
      await c.pref.leave();
    });
  });
}
