// SPDX-License-Identifier: Apache-2.0
// How long the way is: pages, clicks and characters of a year in which nothing changed, and of one
// in which twenty answers did; for three people, with their signing in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { complete, demo, fitting, launch, program, serve, token } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };

/** Counts what a person does; opening a link that came by mail is a page, not a click. */
class Counted {
  counts = { pages: 0, clicks: 0, characters: 0 };

  static async at(browser, url, options) {
    const c = new Counted();
    c.p = await Person.at(browser, url, options);
    c.p.page.on('framenavigated', (frame) => {
      c.counts.pages += frame === c.p.page.mainFrame() && frame.url() !== 'about:blank';
    });
    return c;
  }

  get page() { return this.p.page; }

  async click(locator) {
    this.counts.clicks++;
    await locator.click();
  }

  press(name) { return this.click(this.page.getByRole('button', { name, exact: true })); }

  async type(locator, text) {
    this.counts.characters += text.length;
    await locator.fill(text);
  }

  /** To an address from outside, and through the sign-in that stands before it. */
  async come(where, login, password = 'yagura-demo') {
    await this.page.goto(this.p.url + where);
    await this.type(this.page.getByLabel('ログイン名'), login);
    await this.type(this.page.getByLabel('パスワード'), password);
    await this.press('サインイン');
    return this;
  }
}

function sum(people) {
  const out = { pages: 0, clicks: 0, characters: 0 };
  for (const { counts } of people) for (const key of Object.keys(out)) out[key] += counts[key];
  return out;
}

/** A survey for which every answer of last year carries: the one before was submitted in full. */
async function nextYear(file, url) {
  const as = (login) => program(url, token(file, login));
  const town = as('town'), nation = as('nation');
  const survey = (await town.get('/')).json.own[0].id;
  const sheet = (await town.get(`/surveys/${survey}`)).json;
  await complete(town, survey);
  for (const { code } of sheet.areas.flatMap((a) => a.items)) {
    const item = (await town.get(`/surveys/${survey}/items/${code}`)).json;
    if (item.answer || !item.editable) continue;
    const r = await town.post(`/surveys/${survey}/items/${code}`,
      { value: fitting(item), seen: item.seen });
    assert.equal(r.status, 200, code);
  }
  for (const login of ['town', 'kacho', 'ciso']) {
    assert.equal((await as(login).post(`/surveys/${survey}/submit`)).status, 200, login);
  }
  assert.equal((await nation.post(`/surveys/${survey}/close`)).status, 200);
  const opened = await nation.post('/surveys/new', { title: '次の調査', fiscal_year: '2040',
    as_of: '2040-10-31', shown_deadline: '2040-12-01', last_submission: '2040-12-08',
    last_correction: '2041-01-31' });
  assert.equal(opened.status, 200, opened.text);
  return opened.json.id;
}

for (const js of [true, false]) {
  describe(`the way through a year, ${js ? 'with' : 'without'} scripts`, LIMIT, () => {
    const c = {}, step = steps(test, LIMIT);
    before(async () => {
      c.file = demo('--sample');
      c.server = await serve(c.file);
      c.survey = await nextYear(c.file, c.server.url);
      await c.server.stop();
      c.browser = await launch();
    }, LIMIT);
    after(() => c.browser?.close());

    /** The same morning again: nothing of the other journey is left. */
    async function morning() {
      const server = await serve(c.file);
      const at = () => Counted.at(c.browser, server.url, { js });
      return { server, town: await at(), kacho: await at(), ciso: await at() };
    }

    step('twenty changed answers', async () => {
      const { server, town } = await morning();
      const { page } = town;
      await town.come('/', 'town');
      await town.click(page.getByRole('link', { name: '対応が必要な項目を開く' }));
      const boxes = page.locator('.item', { hasNotText: '※任意' })
        .getByRole('checkbox', { name: '変わった' });
      const all = await boxes.count();
      assert.ok(all > 60, `${all} answers carried`);
      const marked = [];
      for (let i = 0; i < 20; i++) {
        const box = boxes.nth(Math.floor(i * all / 20));
        marked.push(await box.getAttribute('value'));
        await town.click(box);
      }
      await town.press('印のない項目を全て変更なしにして、次へ進む');
      const seen = [];
      for (let left = 20; left > 0; left--) {
        assert.match(await page.locator('main').textContent(),
          new RegExp(`対応が必要な項目：必須はあと ${left}、`));
        seen.push(/items\/([\w-]+)/.exec(page.url())[1]);
        await change(town);
        await town.press('保存して、次の対応が必要な項目へ');
      }
      assert.deepEqual(seen.sort(), marked.sort(), 'each once, and no other');
      assert.match(page.url(), /\/submit\?ok=saved$/);
      assert.equal(await page.getByRole('heading', { name: '提出の前に' }).count(), 0, 'nothing is missing');
      const changed = await page.getByRole('region', { name: '前年度から変わった回答' })
        .locator('tbody tr').count();
      assert.equal(changed, 20);
      console.log('# twenty changed answers', JSON.stringify(town.counts));
      assert.ok(town.counts.pages <= 25, `${town.counts.pages} pages`);
      await town.p.leave();
      await server.stop();
    });

    step('an unchanged year', async () => {
      const fresh = demo('--sample');
      c.file = fresh;
      const first = await serve(fresh);
      const survey = await nextYear(fresh, first.url);
      await first.stop();
      const { server, town, kacho, ciso } = await morning();
      await town.come('/', 'town');
      await town.click(town.page.getByRole('link', { name: '対応が必要な項目を開く' }));
      await town.press('印のない項目を全て変更なしにして、次へ進む');
      assert.match(town.page.url(), /\/submit\?ok=confirmed$/);
      await town.press('課長に確認を依頼する');
      await town.p.says('確認を依頼しました。');
      await kacho.come(`/surveys/${survey}/submit`, 'kacho');
      await kacho.press('確認して、CISOへ回す');
      await ciso.come(`/surveys/${survey}/submit`, 'ciso');
      await ciso.press('承認して提出する');
      await ciso.p.says('承認して、提出しました。');
      const counts = sum([town, kacho, ciso]);
      console.log('# an unchanged year', JSON.stringify(counts));
      assert.ok(counts.pages <= 12, `${counts.pages} pages`);
      assert.ok(counts.clicks <= 40, `${counts.clicks} clicks`);
      const answers = (await program(server.url, token(fresh, 'town')).get(`/surveys/${survey}`))
        .json;
      assert.equal(answers.state_key, 'submitted');
      for (const one of [town, kacho, ciso]) await one.p.leave();
      await server.stop();
    });
  });
}

/** Another answer than last year's, whatever the item asks for. */
async function change(who) {
  const { page } = who;
  const radios = page.locator('#value input[type="radio"]:not(:checked)');
  const boxes = page.locator('#value input[type="checkbox"]:not(:checked)');
  if (await radios.count()) await who.click(radios.first());
  else if (await boxes.count()) await who.click(boxes.first());
  else if (await page.locator('#value-y').count()) {
    await who.type(page.locator('#value-y'), '2025');
  } else {
    const field = page.locator('#value');
    await who.type(field, /^\d[\d.,]*$/.test(await field.inputValue()) ? '7'
      : 'https://www.example.jp/changed');
  }
}
