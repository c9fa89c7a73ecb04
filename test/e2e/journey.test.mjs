// SPDX-License-Identifier: Apache-2.0
// A town, its colleague, the prefecture and the nation in Chromium; and the first day of a real
// installation.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PASSWORD, demo, launch, serve, sqlite, tempFolder, yaguraOk } from '../lib.mjs';
import { Person, steps } from './person.mjs';
import {
  answerEachType, confirmArea, findSurvey, meet, mistype, submit, submittedOf, totalOf,
} from './steps.mjs';

const LIMIT = { timeout: 180_000 };

describe('a year', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = (more) => Person.at(c.browser, c.server.url, { viewed: c.viewed, ...more });
    [c.town, c.colleague, c.nation, c.pref, c.kacho, c.ciso] =
      await Promise.all([at(), at(), at(), at(), at(), at()]);
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  step('a wrong password says so, and keeps the name', async () => {
    await c.town.signIn('town', 'not-the-password');
    assert.match(await c.town.page.getByRole('alert').textContent(), /ログイン名かパスワードが違います/);
    assert.equal(await c.town.page.getByLabel('ログイン名').inputValue(), 'town');
    await c.town.look('sign-in: refused');
    const wrong = await c.town.page.getByRole('alert').textContent();
    await c.town.signIn('nobody-of-this-name', 'not-the-password');
    assert.equal(await c.town.page.getByRole('alert').textContent(), wrong, 'tells no names');
  });

  step('the town signs in and is told what to do next', async () => {
    await c.town.signIn('town');
    c.survey = await findSurvey(c.town);
    await c.colleague.signIn('town2');
    await c.nation.signIn('nation');
    await c.pref.signIn('pref');
    await c.kacho.signIn('kacho');
    await c.ciso.signIn('ciso');
  });

  step('nothing changed since last year: one press for an item, one for its area',
    () => confirmArea(c.town, c.survey, 'OPE'));

  step('a refused value is kept, with the message beside the field',
    () => mistype(c.town, c.survey));

  step('an item of each type is answered', () => answerEachType(c.town, c.survey));

  step('a date is accepted as people write it', async () => {
    const { town } = c;
    const forms = [['令和8', '4', '2'], ['Ｒ８', '４', '２'], ['２０２６', '０４', '０２']];
    for (const typed of forms) {
      await town.open(`/surveys/${c.survey}/items/EVA-S1`);
      await town.answer('date', typed);
      await town.says('保存しました。');
      assert.equal(await town.page.locator('main .answer').first().textContent(), '令和8年4月2日（木）');
    }
  });

  step('two colleagues save one item: both see it, nothing is lost', async () => {
    await meet(c.town, c.colleague, c.survey);
    const facts = sqlite(c.file, `SELECT f.value FROM fact f JOIN question q ON q.id=f.question
      WHERE q.code='ORG-S4' AND f.body=483010 AND f.occasion=${c.survey} ORDER BY f.id;`);
    assert.match(facts, /5000\n7000\n5100\n$/);
  });

  step('a form that was changed asks before it is left', async () => {
    const { page } = c.town;
    await c.town.open(`/surveys/${c.survey}/items/ORG-S2`);
    await page.locator('#text').pressSequentially('確認中'); // word for colleagues saves nothing by itself
    const asked = page.waitForEvent('dialog');
    const gone = page.getByRole('link', { name: '一覧へ戻る' }).click();
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.accept();
    await gone;
    await page.waitForURL(/\/surveys\/\d+#item-ORG-S2$/);
  });

  step('one item saved from sign-in to the end without a mouse', async () => {
    const p = await Person.at(c.browser, c.server.url, { viewed: c.viewed });
    const { page } = p;
    const tabTo = async (locator, what) => {
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        if (await locator.evaluate((el) => el === document.activeElement)) {
          const [style, shadow] = await locator.evaluate((el) => {
            const s = getComputedStyle(el);
            return [s.outlineStyle, s.boxShadow];
          });
          assert.ok(style !== 'none' || shadow !== 'none', `${what}: the focus can be seen`);
          return;
        }
      }
      assert.fail(`${what} is not reached with Tab`);
    };
    await p.open('/');
    await tabTo(page.getByLabel('ログイン名'), 'ログイン名');
    await page.keyboard.type('town2');
    await tabTo(page.getByLabel('パスワード'), 'パスワード');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${c.server.url}/`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip-link');
    assert.ok(await page.locator('.skip-link').isVisible());
    await page.keyboard.press('Enter');
    await tabTo(page.getByRole('link', { name: /^令和8年度/ }).first(), 'the survey');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/surveys\/\d+$/);
    await tabTo(page.locator('#item-ORG-02 a.item-question'), 'ORG-02');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/items\/ORG-02$/);
    const chosen = page.getByRole('radio', { checked: true });
    await tabTo(await chosen.count() ? chosen : page.getByRole('radio').first(), 'the choice');
    const was = await chosen.count() ? await chosen.inputValue() : '';
    await page.keyboard.press('ArrowDown');
    const now = await chosen.inputValue();
    assert.notEqual(now, was);
    await tabTo(page.getByRole('button', { name: '保存する' }), '保存する');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?ok=saved$/);
    await p.says('保存しました。');
    assert.equal(await chosen.inputValue(), now);
    await p.leave();
  });

  step('the submission moves the nation\'s numbers by exactly one', async () => {
    const { nation, survey } = c;
    const code = 'PHY-06', label = '一部実施'; // as answerEachType answered it
    const was = await totalOf(nation, survey, code);
    const number = await totalOf(nation, survey, 'ORG-S1');
    const submitted = await submittedOf(nation, survey);
    await submit(c.town, survey, c.kacho, c.ciso);
    assert.equal(await submittedOf(nation, survey), submitted + 1);
    assert.deepEqual(await totalOf(nation, survey, code),
      { ...was, n: was.n + 1, [label]: was[label] + 1 });
    const after = await totalOf(nation, survey, 'ORG-S1');
    assert.equal(after.n, number.n + 1);
  });

  step('the prefecture\'s board shows it, and what was submitted', async () => {
    for (const [who, login] of [[c.pref, 'pref'], [c.nation, 'nation']]) {
      const { page } = who;
      await who.open('/board');
      await who.look('board');
      const row = page.getByRole('row').filter({ hasText: '見本町' });
      assert.equal(await row.locator('.badge').textContent(), '提出済み', login);
      const others = page.getByRole('row').filter({ hasText: '浜町' });
      assert.equal(await others.getByRole('link').count(), 0, 'unsubmitted work is no link');
      await row.getByRole('link').click();
      await who.look('survey: of another body');
      assert.equal(await page.locator('#item-ORG-S1 .answer').textContent(), '1,234人', login);
      assert.equal(await page.locator(`form[action="/surveys/${c.survey}/items/ORG-S1"]`).count(), 0,
        'no form to change it');
      await who.open(`/surveys/${c.survey}/board?show=submitted&q=見本町`);
      assert.equal(await page.locator('tbody tr').count(), 1);
    }
  });

  step('what is not there says so, and what is printed says it is fictitious', async () => {
    const { town } = c;
    await town.open('/no/such/page');
    await town.look('error');
    assert.match(await town.page.locator('h1').textContent(), /見つかりません/);
    for (const where of ['/', `/surveys/${c.survey}`, `/surveys/${c.survey}/items/ORG-S1`,
      '/no/such/page']) {
      await town.open(where);
      const text = (await town.printed()).replace(/\s+/g, '');
      const band = await town.page.getByRole('note').first().textContent();
      assert.ok(text.includes(band.replace(/\s+/g, '')), `${where} on paper`);
      assert.ok(!text.includes('サインアウト'), `${where}: no buttons on paper`);
    }
  });

  step('a planted fault is seen: a picture without words, a style set inline', async () => {
    const p = await Person.at(c.browser, c.server.url, { viewed: c.viewed });
    await p.open('/sign-in');
    await p.page.evaluate(() => {
      document.querySelector('main').innerHTML += '<img src="/asset/icon.svg"><p style="color:red">';
    });
    assert.match((await p.violations('planted')).join(), /image-alt/);
    assert.match(p.errors.join(), /Content Security Policy/, 'the policy is in force');
    await p.context.close();
  });

  step('signing out ends the session', async () => {
    await c.town.open('/');
    await c.town.signOut();
    await c.town.open(`/surveys/${c.survey}`);
    assert.equal(new URL(c.town.page.url()).pathname, '/sign-in');
    for (const p of [c.town, c.colleague, c.nation, c.pref]) await p.leave();
  });
});

describe('the first day of a real installation', LIMIT, () => {
  const c = {}, step = steps(test, LIMIT);
  before(async () => {
    c.file = path.join(tempFolder(), 'real.db');
    const said = yaguraOk('init', '--db', `sqlite:${c.file}`, '--admin', 'a@example.jp');
    c.link = /http:\/\/127\.0\.0\.1:8080(\/invite\/[\w-]{43})\s/.exec(said)[1];
    c.server = await serve(c.file);
    c.browser = await launch();
    c.admin = await Person.at(c.browser, c.server.url, { demo: false });
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  const set = async (password, again) => {
    const { page } = c.admin;
    await page.getByLabel('パスワード ※必須', { exact: true }).fill(password);
    await page.getByLabel(/^パスワード（もう一度）/).fill(again);
    await page.getByRole('button', { name: 'このパスワードにする' }).click();
  };

  step('the link sets a password, once, and says what is wrong with a bad one', async () => {
    const { admin } = c, { page } = admin;
    await admin.open(c.link);
    await admin.look('invite');
    assert.match(await page.locator('main').textContent(), /a@example\.jp/);
    await set('短い言葉', '短い言葉');
    assert.match(await page.locator('#password-error').textContent(), /12文字以上/);
    assert.equal(await page.locator('#again-error').count(), 0);
    await admin.look('invite: refused');
    await set('correct horse battery', 'correct horse batter');
    assert.match(await page.locator('#again-error').textContent(), /上のパスワードと違います/);
    assert.equal(await page.locator('#password-error').count(), 0);
    assert.equal(await page.locator('input[type="password"]').first().inputValue(), '',
      'a secret is never sent back');
    await set('正しい馬の電池ホチキス十二', '正しい馬の電池ホチキス十二');
    assert.equal(new URL(page.url()).pathname, '/sign-in');
    await admin.says('パスワードを設定しました。サインインしてください。');
    await admin.open(c.link);
    assert.match(await page.locator('h1').textContent(), /見つかりません/);
    assert.match(await page.locator('main').textContent(), /このリンクは使えません/);
    await admin.look('invite: used');
  });

  step('the administrator signs in to an empty house, and nothing calls it fictitious',
    async () => {
      const { admin } = c, { page } = admin;
      await admin.signIn('a@example.jp', '正しい馬の電池ホチキス十二');
      await admin.enrol();
      assert.match(await page.locator('main').textContent(), /調査はまだありません/);
      await admin.look('home: empty');
      assert.ok(!(await admin.printed()).includes('架空'));
      for (const where of ['/surveys', '/board', '/totals']) {
        assert.equal((await page.goto(c.server.url + where)).status(), 403, where);
        await admin.look('error: not for this role');
      }
    });

  const PHRASE = 'correct horse battery';

  /** The administrator registers somebody; the link that the page shows once. */
  async function register({ login, name, code6 = '', role }) {
    const { page } = c.admin;
    await c.admin.open('/people');
    await page.getByLabel(/^ログイン名/).fill(login);
    await page.getByLabel(/^名前 ※必須/).fill(name);
    await page.getByLabel(/^団体コード/).fill(code6);
    await page.getByLabel(role).check();
    await page.getByRole('button', { name: '登録して、招待のリンクを作る' }).click();
    return (await page.locator('code').textContent()).trim();
  }

  /** Somebody with a link: sets a password and signs in. */
  async function newcomer(link, login) {
    const p = await Person.at(c.browser, c.server.url, { demo: false });
    await p.open(link);
    await p.page.getByLabel('パスワード ※必須', { exact: true }).fill(PHRASE);
    await p.page.getByLabel(/^パスワード（もう一度）/).fill(PHRASE);
    await p.page.getByRole('button', { name: 'このパスワードにする' }).click();
    await p.signIn(login, PHRASE);
    return p.enrolIfAsked();
  }

  step('people are registered, and told what is wrong with a registration', async () => {
    const { admin } = c, { page } = admin;
    await admin.open('/people');
    await admin.look('people');
    const town = { login: 'machi@example.jp', name: '見本 花子', role: /^担当者：/ };
    await page.getByLabel(/^ログイン名/).fill(town.login);
    await page.getByLabel(/^名前 ※必須/).fill(town.name);
    await page.getByLabel(/^団体コード/).fill('203042');
    await page.getByRole('button', { name: '登録して、招待のリンクを作る' }).click();
    assert.match(await page.locator('#code6-error').textContent(), /この団体コードの団体はありません/);
    assert.equal(await page.getByLabel(/^名前 ※必須/).inputValue(), town.name, 'what was typed stays');
    await admin.look('people: refused');
    const link = await register({ ...town, code6: '２０３０３３' });
    await admin.look('invited');
    assert.match(link, /^\/invite\/[\w-]{43}$/);
    c.town = await newcomer(link, town.login);
    const office = { login: 'kuni@example.jp', name: '国見 京子', role: '国の担当' };
    c.nation = await newcomer(await register(office), office.login);
  });

  step('the national office opens a survey, and a town begins its first', async () => {
    const { nation, town } = c, { page } = nation;
    await nation.open('/surveys/new');
    await nation.look('open');
    const year = new Date().getFullYear() + 1;
    const dates = [[/^基準日/, `${year}年10月31日`], [/^団体に示す期限/, `${year}-11-30`],
      [/^提出を受け付ける最後の日/, `${year}/12/7`], [/^訂正を受け付ける最後の日/, `${year}-12-01`]];
    for (const [label, value] of dates) await page.getByLabel(label).fill(value);
    await page.getByRole('button', { name: 'この内容で調査を始める' }).click();
    assert.match(await page.locator('#last_correction-error').textContent(), /同じか、後の日/);
    await nation.look('open: refused');
    await page.getByLabel(dates[3][0]).fill(`${year + 1}-01-31`);
    await page.getByRole('button', { name: 'この内容で調査を始める' }).click();
    await nation.says('調査を始めました。');
    assert.match(await page.locator('main').textContent(), /1,788/);
    await town.open('/surveys');
    assert.equal(await town.page.locator('.badge-carried').count(), 0, 'nothing to carry over yet');
    await town.page.locator('a.item-question').first().click();
    await town.page.getByLabel('実施済み').check();
    await town.page.getByRole('button', { name: '保存する' }).click();
    await town.says('保存しました。');
    await nation.open('/people');
    assert.match(await nation.page.locator('h1').textContent(), /できません/);
    for (const p of [c.admin, nation, town]) await p.leave();
  });
});
