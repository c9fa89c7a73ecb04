// SPDX-License-Identifier: Apache-2.0
// Registration for darknet observation in a browser: a town applies, the desk sends it back and then
// approves; it follows an alert to its cause; with scripts and without.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { FRAME, darknetApply, darknetApprove, demo, launch, plantAlert, plantFact, program, serve, token } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };
const HAMA = /^浜町に\s*案内を送る$/;

for (const js of [true, false]) {
  describe(js ? 'registration' : 'registration without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      const as = (login) => program(c.server.url, token(c.file, login));
      await darknetApprove(as('nation'), await darknetApply(as('u483028'), '198.18.64.0/20'));
      c.browser = await launch();
      for (const login of ['town', 'nation']) {
        c[login] = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
        await c[login].signIn(login);
      }
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    const fill = async (p, values) => {
      for (const [label, value] of Object.entries(values)) await p.page.getByLabel(label).fill(value);
    };
    const press = (p, name) => p.page.getByRole('button', { name, exact: true }).click();
    const text = (p) => p.page.locator('main').textContent();
    const menu = async (p) => {
      await p.open('/');
      await p.page.getByRole('link', { name: 'ダークネット観測', exact: true }).click();
    };

    step('the town begins; what cannot be is refused with what was meant, and stays typed', async () => {
      const p = c.town;
      await menu(p);
      await p.look('darknet: not used');
      assert.match(await text(p), /まだ利用していません/);
      await press(p, '申込みを始める');
      await p.look('darknet application: empty');
      await fill(p, { 'アドレスの範囲 ※必須': '198.18.65.7/24\n10.0.0.0/16' });
      await press(p, '範囲を加える');
      await p.look('darknet application: refused');
      assert.match(await text(p), /198\.18\.65\.0\/24 ではありませんか/);
      assert.match(await text(p), /2行目：組織の内側/);
      assert.equal(await p.page.getByLabel('アドレスの範囲 ※必須').inputValue(), '198.18.65.7/24\n10.0.0.0/16');
      await fill(p, { 'アドレスの範囲 ※必須': '198.18.65.0/24' });
      await press(p, '範囲を加える');
      await p.says('保存しました。');
    });

    step('a shared egress, and who is told', async () => {
      const p = c.town;
      await fill(p, { 'アドレスの範囲 ※必須': '2001:db8:7::/48', '共に使う団体の団体コード ※任意': '483028',
        '保有を示すもの ※任意': 'クラウドの契約書' });
      await p.page.getByLabel('役割 ※必須').selectOption({ label: '共用出口' });
      await press(p, '範囲を加える');
      await p.look('darknet application: ranges');
      assert.match(await text(p), /2001:db8:7::\/48共用出口川上町/);
      await press(p, 'この内容で申し込む');
      assert.match(await p.page.locator('body').textContent(), /お知らせの連絡先がありません/);
      await p.open('/darknet/contacts');
      await p.look('darknet contacts: none');
      await fill(p, { '人か係の名前 ※必須': '情報政策係', 'メールアドレス ※必須': 'joho@example.lg.jp' });
      await p.page.getByLabel('読める時間 ※必須').selectOption({ label: '平日日中' });
      await press(p, 'この連絡先を加える');
      await p.says('保存しました。');
      await p.look('darknet contacts');
      await p.page.getByRole('link', { name: /^情報政策係を\s*直す$/ }).click();
      await p.page.getByLabel('プログラムが読む（機械が読める形のJSONも送る）').check();
      await press(p, 'この内容に直す');
      assert.match(await text(p), /プログラム（JSON）/);
    });

    step('handed in; the desk sees the overlap and sends it back', async () => {
      const p = c.town, n = c.nation;
      await menu(p);
      await p.page.getByRole('link', { name: '申込みを開く' }).first().click();
      await press(p, 'この内容で申し込む');
      await p.says('申し込みました。窓口の確認が終わると、メールでお知らせします。');
      await p.look('darknet: filed');
      await menu(n);
      await n.look('darknet desk');
      await n.page.getByLabel('状態').selectOption('filed');
      await press(n, '絞り込む');
      await n.page.getByRole('link', { name: '見本県 見本町' }).click();
      await n.look('darknet case: filed');
      await press(n, '確認を始める');
      await n.says('確認を始めました。');
      await n.page.getByRole('link', { name: '見本県 見本町' }).click();
      assert.match(await text(n), /198\.18\.65\.0\/24 に対し、川上町（483028）の 198\.18\.64\.0\/20 は、それを含む範囲です（団体の範囲、/);
      assert.match(await text(n), /2 件のうち 1 件に記入がありません/);
      const approve = n.page.locator('details', { hasText: '承認して観測を始める' });
      await approve.getByRole('button').click();
      await n.look('darknet case: refused');
      assert.match(await text(n), /それでも承認する理由を入力してください/);
      const back = n.page.locator('details', { hasText: '差し戻す' });
      await back.getByLabel('理由 ※必須').fill('198.18.65.0/24は川上町の範囲です。');
      await back.getByRole('button').click();
      await n.says('理由を付けて差し戻しました。');
    });

    step('the town corrects, and the desk approves', async () => {
      const p = c.town, n = c.nation;
      await menu(p);
      await p.page.getByRole('link', { name: '申込みを開く' }).first().click();
      await p.look('darknet application: returned');
      assert.match(await text(p), /198\.18\.65\.0\/24は川上町の範囲です/);
      await p.page.getByRole('button', { name: /^198\.18\.65\.0\/24を\s*消す$/ }).click();
      await fill(p, { 'アドレスの範囲 ※必須': '198.18.1.0/24', '保有を示すもの ※任意': 'JPNIC WHOIS' });
      await press(p, '範囲を加える');
      await press(p, '直したので、もう一度申し込む');
      await p.says('申し込みました。窓口の確認が終わると、メールでお知らせします。');
      await menu(n);
      await n.page.getByRole('link', { name: '見本県 見本町' }).click();
      await press(n, '確認を始める');
      await n.page.getByRole('link', { name: '見本県 見本町' }).click();
      await n.look('darknet case: at the desk');
      await press(n, '承認して観測を始める');
      await n.says('承認しました。今から観測します。');
      await n.page.getByRole('link', { name: '観測している範囲の一覧' }).click();
      await n.look('darknet prefixes');
      assert.match(await text(n), /198\.18\.1\.0\/24団体の範囲483010見本町/);
      await p.open('/darknet');
      await p.look('darknet: observed');
      assert.match(await text(p), /原因を調べる必要のある通知はありません/);
      assert.match(await text(p), /今の状態：観測中/);
    });

    step('who does not use it is told once', async () => {
      const n = c.nation;
      await n.open('/darknet/use');
      await n.look('darknet use');
      await n.page.getByRole('link', { name: '見本県', exact: true }).click();
      await n.page.getByRole('button', { name: HAMA }).click();
      await n.says('お知らせのメールを用意しました。まもなく送られます。');
      assert.equal(await n.page.getByRole('button', { name: HAMA }).count(), 0);
    });

    step('the town leaves', async () => {
      const p = c.town;
      await p.open('/darknet');
      await p.page.getByRole('link', { name: '第1版' }).click();
      await p.page.getByText('利用を終了する').first().click();
      await p.page.getByLabel('理由 ※必須').fill('回線を解約したため');
      await press(p, '利用を終了する');
      await p.says('利用を終了しました。観測は止まりました。');
      assert.match(await text(p), /観測している範囲はありません/);
      await c.town.leave();
      await c.nation.leave();
    });
  });
}

for (const js of [true, false]) {
  describe(js ? 'an alert' : 'an alert without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.alert = plantAlert(c.file, 483010);
      c.browser = await launch();
      c.town = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await c.town.signIn('town');
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    step('is found, its packets are saved, and how to look for the machine is said', async () => {
      const p = c.town;
      await p.open('/darknet/alerts');
      await p.page.getByRole('link', { name: '198.18.1.7', exact: true }).click();
      await p.look('darknet alert');
      const waiting = p.page.waitForEvent('download');
      await p.page.getByRole('link', { name: '初めのパケットを pcap で保存する' }).click();
      const bytes = fs.readFileSync(await (await waiting).path());
      assert.deepEqual(bytes.subarray(40), Buffer.from(FRAME, 'hex'));
      assert.match(await p.page.locator('main').textContent(), /yagura darknet join episode\.json --log FILE/);
      assert.equal(await p.page.getByRole('button', { name: 'コピーする' }).count(), js ? 1 : 0);
    });

    step('is acknowledged, and its cause recorded', async () => {
      const p = c.town;
      await p.page.getByRole('button', { name: '確認した', exact: true }).click();
      await p.says('保存しました。');
      await p.page.getByLabel('原因 ※必須').selectOption('malware');
      await p.page.getByLabel('説明 ※任意').fill('窓口の端末');
      await p.page.getByRole('button', { name: '原因を記録する', exact: true }).click();
      await p.says('保存しました。');
      await p.look('darknet alert: cause');
      const facts = await p.page.locator('#report-facts').textContent();
      assert.match(facts, /原因：機器の感染\n説明：窓口の端末/);
      await p.leave();
    });
  });
}

for (const js of [true, false]) {
  describe(js ? 'the board' : 'the board without scripts', LIMIT, () => {
    const c = { viewed: new Set() }, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.browser = await launch();
      c.town = await Person.at(c.browser, c.server.url, { js, viewed: c.viewed });
      await c.town.signIn('town');
    }, LIMIT);
    after(async () => {
      await c.browser?.close();
      await c.server?.stop();
    });

    step('shows an hour as soon as there is one', async () => {
      const p = c.town, numbers = p.page.getByText('24時間で 120 個のパケットが届きました。');
      await p.open('/darknet/alerts');
      await p.page.getByRole('link', { name: /^ダークネットの状況/ }).click();
      await p.page.getByRole('heading', { name: '観測した数がまだありません' }).waitFor();
      plantFact(c.file);
      if (!js) await p.page.reload();
      await numbers.waitFor();
      await p.look('darknet board');
      if (!js) return;
      c.alert = plantAlert(c.file, 483010); // and once more: it goes on
      await p.page.getByRole('link', { name: '198.18.1.7', exact: true }).waitFor();
    });

    step('leads to the weeks of a port', async () => {
      const p = c.town;
      await p.page.getByRole('link', { name: 'TCP 23（Telnet）' }).click();
      await p.page.getByRole('heading', { name: 'TCP 23（Telnet）の増え方と減り方' }).waitFor();
      assert.match(await p.page.locator('main').textContent(), /比べる記録がまだない/);
      await p.look('darknet trends');
      await p.leave();
    });
  });
}
