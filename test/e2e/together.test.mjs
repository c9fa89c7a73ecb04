// SPDX-License-Identifier: Apache-2.0
// Two people at once, and one whose session ends: answers save themselves, nothing is overwritten
// unseen, and what was half typed is still there after signing in again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { PASSWORD, PATIENCE, demo, launch, serve, sqlite, within } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };
const SAVED = /^保存しました \d\d:\d\d$/;

describe('two people at once', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  const at = (code) => `/surveys/${c.survey}/items/${code}`;
  const facts = (code) => sqlite(c.file, `SELECT f.value FROM fact f JOIN question q
    ON q.id=f.question WHERE q.code='${code}' AND f.body=483010 AND f.occasion=${c.survey}
    ORDER BY f.id;`).split('\n').slice(0, -1);
  const expire = () => sqlite(c.file, 'UPDATE session SET expires_at=1;');
  const status = (p) => p.page.locator('[data-autosave-status]');
  const field = (p) => p.page.locator('#value');

  /** Waits until the line under the form says it. */
  const told = (p, pattern) => p.page.waitForFunction(([source]) => new RegExp(source).test(
    document.querySelector('[data-autosave-status]')?.textContent ?? ''), [pattern.source]);

  const someone = (login, more) => Person.at(c.browser, c.server.url, { viewed: c.viewed, ...more })
    .then((p) => p.signIn(login));

  /** Counts the saves of a page from here on. */
  function saves(p) {
    const seen = { n: 0 };
    p.page.on('request', (r) => {
      seen.n += r.method() === 'POST' && /\/items\/[\w-]+$/.test(new URL(r.url()).pathname);
    });
    return seen;
  }

  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    c.town = await someone('town');
    c.colleague = await someone('town2');
    await c.town.open('/surveys');
    c.survey = Number(/\/surveys\/(\d+)/.exec(c.town.page.url())[1]);
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  step('a choice saves itself, and the focus stays where it is', async () => {
    const { page } = c.town, was = facts('PHY-06').length;
    await c.town.open(at('PHY-06'));
    await page.getByLabel('未実施', { exact: true }).check();
    await told(c.town, SAVED);
    assert.deepEqual(facts('PHY-06').slice(was), ['none']);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'value-none');
    assert.equal(await page.locator('#standing .badge').textContent(), '今年の回答');
    assert.equal(await page.locator('#standing .answer').textContent(), '未実施');
    assert.match(await page.locator('#standing').textContent(), /見本 花子/);
    await c.town.look('item: saved by itself');
    await page.getByLabel('一部実施', { exact: true }).check(); // the page knows its own last save
    await told(c.town, SAVED);
    await page.waitForFunction(() => document.querySelector('#standing .answer').textContent === '一部実施');
    assert.deepEqual(facts('PHY-06').slice(was), ['none', 'partial']);
    await c.town.open(at('PHY-06')); // nothing is unsaved: no question
    assert.ok(await page.getByLabel('一部実施', { exact: true }).isChecked());
  });

  step('typing is saved after a pause, not with each key, and never too often', async () => {
    const p = await someone('town'), { page } = p;
    await page.clock.install();
    await p.open(at('ORG-S1'));
    const n = saves(p), was = facts('ORG-S1').length;
    await field(p).fill('');
    for (const key of '1234') {
      await field(p).pressSequentially(key);
      await page.clock.runFor(1000);
    }
    assert.equal(n.n, 0, 'while keys follow one another');
    await page.clock.runFor(300);
    await told(p, SAVED);
    assert.equal(n.n, 1);
    assert.deepEqual(facts('ORG-S1').slice(was), ['1234']);
    await field(p).fill('12345');
    await field(p).fill('1234'); // as it is saved
    await page.clock.runFor(5000);
    assert.equal(n.n, 1, 'what is saved is not saved again');
    for (let i = 0; i < 10; i++) { // ten pauses in 13 seconds
      await field(p).fill(String(2000 + i));
      await page.clock.runFor(1300);
    }
    await page.clock.runFor(4000);
    await page.waitForFunction(() => document.querySelector('#standing .answer').textContent === '2,009人');
    assert.ok(n.n > 1 && n.n <= 1 + 13 / 2 + 2, `${n.n - 1} saves in 17 seconds`);
    assert.equal(facts('ORG-S1').length, was + n.n);
    await p.leave();
  });

  step('the button after typing makes one answer, not two', async () => {
    const was = facts('ORG-S2').length;
    await c.town.open(at('ORG-S2'));
    await c.town.answer('number', '77');
    await c.town.says('保存しました。');
    assert.deepEqual(facts('ORG-S2').slice(was), ['77']);
    const { page } = c.town;
    await page.getByRole('button', { name: '保存する' }).click();
    await c.town.says('保存しました。');
    assert.deepEqual(facts('ORG-S2').slice(was), ['77'], 'pressed again: nothing to add');
  });

  step('a refused value: the message beside the field, and the focus not moved', async () => {
    const { page } = c.town, was = facts('ORG-S1').length;
    await c.town.open(at('ORG-S1'));
    await field(c.town).fill('百人くらい');
    await told(c.town, /入力内容を確かめてください/);
    assert.match(await page.locator('#value-error').textContent(), /0以上の整数を/);
    assert.equal(await field(c.town).getAttribute('aria-invalid'), 'true');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'value');
    await c.town.look('item: refused by itself');
    await field(c.town).fill('１２０人');
    await told(c.town, SAVED);
    assert.equal(await page.locator('#value-error').textContent(), '');
    assert.equal(await field(c.town).getAttribute('aria-invalid'), null);
    assert.deepEqual(facts('ORG-S1').slice(was), ['120']);
  });

  step('a date is saved when it is whole', async () => {
    const p = await someone('town'), { page } = p;
    await page.clock.install();
    await p.open(at('EVA-S1'));
    const n = saves(p);
    for (const name of ['年', '月', '日']) await page.getByLabel(name, { exact: true }).fill('');
    await page.clock.runFor(1300);
    await page.getByLabel('年', { exact: true }).fill('令和8');
    await page.clock.runFor(5000);
    await page.getByLabel('月', { exact: true }).fill('5');
    await page.clock.runFor(5000);
    const before = n.n;
    assert.equal(await page.locator('#value-error').textContent(), '');
    await page.getByLabel('日', { exact: true }).fill('9');
    await page.clock.runFor(3000);
    await told(p, SAVED);
    assert.equal(n.n, before + 1);
    assert.equal(facts('EVA-S1').at(-1), '2026-05-09');
    await p.leave();
  });

  step('both have it open: each is told who else is there', async () => {
    const p = await someone('town'), { page } = p;
    await page.clock.install();
    const here = (q, name) => q.page.getByText(
      new RegExp(`^見本 ${name}さんがこの項目を開いています（\\d\\d:\\d\\d）$`));
    await p.open(at('ORG-04'));
    assert.equal(await here(p, '太郎').count(), 0);
    assert.equal(await here(p, '花子').count(), 0, 'oneself is not somebody else');
    await c.colleague.open(at('ORG-04'));
    assert.ok(await here(c.colleague, '花子').isVisible());
    await c.colleague.look('item: somebody else is here');
    await page.clock.runFor(20_500);
    await here(p, '太郎').waitFor();
    const plain = await someone('town', { js: false });
    await plain.open(at('ORG-04'));
    assert.ok(await here(plain, '太郎').isVisible());
    const pref = await someone('pref');
    await pref.open(at('ORG-04'));
    assert.equal(await pref.page.locator('[data-presence] p').count(), 0, 'another body');
    await c.colleague.open(at('ORG-05'));
    assert.equal(await here(c.colleague, '花子').count(), 0, 'another item');
    for (const q of [p, plain, pref]) await q.leave();
  });

  step('a colleague was first: both answers, and a choice in place, without a mouse', async () => {
    const { town, colleague } = c, { page } = town;
    const was = facts('ORG-S4').length;
    const rounds = [
      { theirs: '5000', mine: '7000', key: 'あなたの回答で保存する', role: 'button', keeps: '7,000千円' },
      { theirs: '5100', mine: '7100', key: 'こちらを残す', role: 'link', keeps: '5,100千円' },
    ];
    for (const { theirs, mine, key, role, keeps } of rounds) {
      await town.open(at('ORG-S4'));
      await colleague.open(at('ORG-S4'));
      await field(colleague).fill(theirs);
      await told(colleague, SAVED);
      await field(town).focus();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(mine);
      await told(town, /どちらを残すか/);
      const reads = (n) => `${n[0]},${n.slice(1)}千円`;
      assert.equal(await page.locator('[data-mine]').textContent(), reads(mine));
      assert.equal(await page.locator('[data-theirs]').textContent(), reads(theirs));
      assert.match(await page.locator('[data-theirs-by]').textContent(), /^見本 太郎・\d\d:\d\d$/);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'value');
      assert.equal(await field(town).inputValue(), mine, 'what was typed stays');
      assert.equal(facts('ORG-S4').at(-1), theirs, 'nothing is overwritten');
      await town.look('item: conflict in place');
      const button = page.getByRole(role, { name: key });
      for (let i = 0; i < 5 && !await button.evaluate((el) => el === document.activeElement); i++) {
        await page.keyboard.press('Tab');
      }
      assert.ok(await button.evaluate((el) => el === document.activeElement), `${key} by Tab`);
      await page.keyboard.press('Enter');
      await page.waitForFunction((text) => document.querySelector('#standing .answer')
        .textContent === text, keeps);
      assert.equal(await page.locator('[data-conflict]').isVisible(), false);
    }
    assert.deepEqual(facts('ORG-S4').slice(was), ['5000', '7000', '5100']);
  });

  step('a refused value has not seen what a colleague saved since', async () => {
    const { town, colleague } = c;
    await town.open(at('ORG-S4'));
    await colleague.open(at('ORG-S4'));
    await colleague.answer('number', '5200');
    const plain = await someone('town', { js: false });
    await plain.open(at('ORG-S4'));
    await colleague.answer('number', '5300');
    await plain.answer('number', 'たくさん');
    await plain.answer('number', '9900');
    assert.match(await plain.page.locator('h1').textContent(), /ほかの人が先に保存しました/);
    assert.equal(facts('ORG-S4').at(-1), '5300');
    await plain.leave();
  });

  step('no connection: it says so, asks before it is left, and saves when it is back', async () => {
    const p = await someone('town'), { page } = p;
    await page.clock.install();
    await p.open(at('ORG-S2'));
    await p.context.setOffline(true);
    await field(p).fill('81');
    await page.clock.runFor(1300);
    await told(p, /保存できませんでした。つながりしだい/);
    await page.clock.runFor(3500);
    await told(p, /（6秒後）/);
    const asked = page.waitForEvent('dialog');
    const link = page.getByRole('link', { name: '一覧へ戻る' }).click();
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await link;
    await p.context.setOffline(false);
    await page.clock.runFor(7000);
    await told(p, SAVED);
    assert.equal(facts('ORG-S2').at(-1), '81');
    p.errors = p.errors.filter((e) => !/ERR_INTERNET_DISCONNECTED/.test(e));
    await p.leave();
  });

  step('a link is followed when what was typed is saved', async () => {
    const { page } = c.town;
    await c.town.open(at('ORG-S2'));
    await field(c.town).fill('82');
    await page.getByRole('link', { name: '一覧へ戻る' }).click();
    await page.waitForURL(/#item-ORG-S2$/);
    assert.equal(facts('ORG-S2').at(-1), '82');
    await page.waitForFunction(() => /82人/.test(
      document.querySelector('#item-ORG-S2 .answer').textContent));
  });

  // ── the session ends ──

  async function again(p, login, password = PASSWORD) {
    await p.page.getByLabel('ログイン名').fill(login);
    await p.page.getByLabel('パスワード').fill(password);
    await p.page.getByRole('button', { name: 'サインイン', exact: true }).click();
  }

  async function continues(p, words) {
    const { page } = p;
    await page.getByRole('heading', { name: '保存の続き' }).waitFor();
    const main = await page.locator('main').textContent();
    assert.ok(main.includes(words), `${words} in: ${main}`);
    assert.match(main, /まだ保存されていません/);
    await p.look('resume');
    await page.getByRole('button', { name: 'この内容で保存する' }).click();
    await p.says('保存しました。');
  }

  for (const js of [false, true]) {
    for (const cookie of [true, false]) {
      const how = `${js ? 'with' : 'without'} scripts, ${cookie ? 'expired' : 'its cookie gone'}`;
      step(`the session ends over a half-typed answer: ${how}`, async () => {
        const p = await someone('town', { js }), { page } = p;
        const typed = `研修の教材を\n早めに <b>"${how}"</b>`;
        await p.open(at('EVA-S2'));
        expire();
        if (!cookie) await p.context.clearCookies();
        const was = facts('EVA-S2').length;
        await field(p).fill(typed);
        if (js) {
          await told(p, /サインインが切れています/);
          assert.equal(await field(p).inputValue(), typed);
          await p.look('item: signed out');
        }
        await page.getByRole('button', { name: '保存する' }).click();
        assert.match(await page.locator('main').textContent(), /サインインが切れていました/);
        assert.ok(!(await page.content()).includes('研修の教材'), 'sealed');
        await p.look('sign-in: with a draft');
        await again(p, 'town', 'not-the-password');
        assert.match(await page.getByRole('alert').textContent(), /ログイン名かパスワードが違います/);
        await again(p, 'town');
        assert.equal(facts('EVA-S2').length, was, 'nothing is saved that nobody pressed');
        await continues(p, typed);
        assert.equal(await field(p).inputValue(), typed);
        assert.equal(sqlite(c.file, `SELECT f.value FROM fact f ORDER BY f.id DESC LIMIT 1;`),
          `${typed}\n`);
        assert.deepEqual(await page.context().storageState().then((s) => s.origins), []);
        await p.leave();
      });
    }
  }

  step('a choice is told in words; and a colleague who was first is not overwritten', async () => {
    const p = await someone('town', { js: false }), { page } = p;
    await p.open(at('PHY-06'));
    expire();
    c.colleague = await someone('town2');
    await c.colleague.open(at('PHY-06'));
    await c.colleague.answer('option', '未実施');
    await p.answer('option', '実施済み');
    await again(p, 'town');
    assert.match(await page.locator('dl.resume').textContent(), /PHY-06 .*実施済み/s);
    await page.getByRole('button', { name: 'この内容で保存する' }).click();
    assert.match(await page.locator('h1').textContent(), /ほかの人が先に保存しました/);
    assert.equal(await page.locator('.compare-mine .answer').textContent(), '実施済み');
    assert.equal(await page.locator('.compare-theirs .answer').textContent(), '未実施');
    await p.leave();
  });

  step('somebody else signs in at the same PC: warned, and nothing is lost', async () => {
    const p = await someone('town'), { page } = p;
    await p.open(at('ORG-S2'));
    expire();
    await field(p).fill('4321');
    await page.getByRole('button', { name: '保存する' }).click();
    await page.getByText('サインインが切れていました').waitFor();
    await again(p, 'town2');
    await page.getByRole('heading', { name: '別の人が入力した内容です' }).waitFor();
    assert.match(await page.locator('main').textContent(), /今サインインしているのは見本 太郎さんです/);
    assert.ok(!(await page.content()).includes('4321'));
    await p.look('resume: of somebody else');
    await page.getByRole('button', { name: /^サインアウトして/ }).click();
    await again(p, 'town');
    await continues(p, '4,321人');
    assert.equal(facts('ORG-S2').at(-1), '4321');
    await p.leave();
  });

  for (const js of [false, true]) {
    step(`signed in again in another window, ${js ? 'with' : 'without'} scripts`, async () => {
      const p = await someone('town', { js }), { page } = p;
      await p.open(at('ORG-S2'));
      const other = await p.context.newPage();
      expire();
      await other.goto(`${c.server.url}/sign-in`);
      await other.getByLabel('ログイン名').fill('town');
      await other.getByLabel('パスワード').fill(PASSWORD);
      await other.getByRole('button', { name: 'サインイン', exact: true }).click();
      await other.waitForURL(`${c.server.url}/`);
      const value = js ? '611' : '612';
      await field(p).fill(value);
      if (js) await told(p, /別の画面でサインインし直したため/);
      await page.getByRole('button', { name: '保存する' }).click();
      await continues(p, `${value}人`);
      assert.equal(facts('ORG-S2').at(-1), value);
      await p.leave();
    });
  }

  step('a form of another site carries nothing', async () => {
    const p = await someone('town'), { page } = p;
    await p.open(at('ORG-S2'));
    const csrf = await page.locator('input[name="csrf"]').first().inputValue();
    await p.context.clearCookies();
    const evil = c.server.url.replace('127.0.0.1', 'localhost');
    await page.route(`${evil}/evil`, (route) => route.fulfill({ contentType: 'text/html', body: `
      <form method="post" action="${c.server.url}${at('ORG-S2')}"><input name="csrf" value="${csrf}">
      <input name="value" value="666"><input name="seen" value="0"><button>go</button></form>` }));
    await page.goto(`${evil}/evil`);
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'サインインが必要です' }).waitFor();
    assert.equal(await page.locator('input[name="draft"]').count(), 0);
    await p.context.close();
  });

  step('the end', () => within(PATIENCE, 'leave', Promise.all([c.colleague.leave()])));
});
