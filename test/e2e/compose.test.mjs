// SPDX-License-Identifier: Apache-2.0
// The national office composes a survey from nothing, by keyboard, and publishes it for the towns
// and villages of two prefectures; one of them answers it; bodies outside see nothing of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, program, serve, sqlite, token, visitor } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };
const TITLE = '身代金要求型攻撃への備えの臨時調査';
/** Ten known questions; between them every type a new question can have. */
const KNOWN = ['ORG-01', 'ORG-02', 'ORG-S1', 'ORG-S7', 'TEC-01', 'HUM-S1', 'OPE-S2', 'EVA-S1',
  'EVA-S2', 'PHY-06'];
const NAGANO = 20, YAMANASHI = 19, TOWN = 5, VILLAGE = 6;
const HOSTILE = '"><script>alert(1)</script>{{csrf}}';

const flat = (text) => text.replace(/\s+/g, ' ').trim();

describe('a survey is composed', LIMIT, () => {
  const c = {}, step = steps(test, LIMIT);
  before(async () => {
    c.file = demo('--years', '1');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = () => Person.at(c.browser, c.server.url, { viewed: c.viewed ??= new Set() });
    [c.nation, c.town] = [await at(), await at()];
    const one = (where) => sqlite(c.file, `SELECT code6 FROM body WHERE ${where} LIMIT 1`).trim();
    c.want = Number(sqlite(c.file, `SELECT COUNT(*) FROM body WHERE pref IN (${NAGANO}, ${YAMANASHI})
      AND class IN (${TOWN}, ${VILLAGE})`));
    c.inside = one(`pref=${YAMANASHI} AND class=${TOWN}`);
    c.outside = [one(`pref=${NAGANO} AND class=4`), one(`pref=13 AND class=${TOWN}`),
      one('pref=13 AND class=1')];
    await c.nation.signIn('nation');
    await c.town.signIn(`u${c.inside}`);
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  /** Goes to a control as the Tab key does, and presses a key there. */
  async function press(control, key = 'Enter') {
    assert.ok(await control.evaluate((e) => e.tabIndex >= 0 && !e.disabled), 'the Tab key comes there');
    await control.focus();
    assert.ok(await control.evaluate((e) => e === document.activeElement));
    await control.press(key);
  }
  const button = (name) => press(c.nation.page.getByRole('button', { name }));
  const link = (name) => press(c.nation.page.getByRole('link', { name }));

  async function type(label, text) {
    await c.nation.page.getByLabel(label).focus();
    await c.nation.page.keyboard.press('Control+A');
    await c.nation.page.keyboard.insertText(text);
  }
  const mark = (label) => press(c.nation.page.getByLabel(label, { exact: true }), 'Space');
  const items = () => c.nation.page.locator('.item .item-code').allTextContents();

  step('an empty draft says what it lacks', async () => {
    const { nation } = c, { page } = nation;
    await nation.open('/');
    await link('調査の下書き');
    await nation.look('drafts: empty');
    await button('下書きを作る');
    assert.match(await page.locator('#title-error').textContent(), /調査の名前を入力してください/);
    await nation.look('drafts: refused');
    await type(/^調査の名前/, TITLE);
    await button('下書きを作る');
    await nation.says('保存しました。');
    c.draft = new URL(page.url()).pathname;
    await nation.look('draft: empty');
    const lacks = flat(await page.locator('.notice-warning').textContent());
    assert.match(lacks, /基準日と三つの期限/);
    assert.match(lacks, /項目を一つ以上/);
  });

  step('ten known questions are found and picked', async () => {
    const { nation } = c, { page } = nation;
    await link('既にある設問から選ぶ');
    const all = await page.locator('tbody tr').count();
    await nation.look('pick');
    await type(/^語か番号/, 'バックアップ');
    await button('探す');
    const some = await page.locator('tbody tr').count();
    assert.ok(some > 0 && some < all);
    await nation.open(`${c.draft}/pick`);
    for (const code of KNOWN) await mark(`${code}を加える`);
    await button('印を付けた設問を加える');
    assert.deepEqual([...await items()].sort(), [...KNOWN].sort());
    await nation.open(`${c.draft}/pick?q=${KNOWN[0]}`);
    assert.equal(await page.getByLabel(`${KNOWN[0]}を加える`).count(), 0, 'it cannot be picked twice');
    await nation.open(c.draft);
    const order = await items();
    await button(new RegExp(`^${order[1]}を上へ`));
    assert.deepEqual((await items()).slice(0, 2), [order[1], order[0]]);
    await nation.look('draft: items');
  });

  step('two new questions; the first looks like one that exists', async () => {
    const { nation } = c, { page } = nation;
    await link('新しい設問を書く');
    await nation.look('question: new');
    const known = flat(await (await program(c.server.url, token(c.file, 'nation'))
      .get(`${c.draft}/items/ORG-02`)).json.text);
    await type(/^設問の文/, known);
    await type(/^なぜ聞くのか/, '方針の有無を知るため');
    await button('この設問を加える');
    await nation.look('question: alike');
    assert.match(await page.locator('#alike tbody tr').first().textContent(), /ORG-02/);
    assert.match(await page.locator('#alike tbody tr').first().textContent(), /100/);
    await type(/^設問の文/, `身代金の要求に応じない旨を、文書に定めているか${HOSTILE}`);
    await mark('選択（選択肢から一つ選ぶ）');
    await type(/^選択肢/, '定めている');
    await button('この設問を加える');
    assert.match(await page.locator('#options-error').textContent(), /二つ以上/);
    await type(/^選択肢/, '定めている\n定めていない\nわからない');
    await button('この設問を加える');
    await nation.says('保存しました。');
    c.first = flat(await page.locator('h1 .item-code').textContent());
    assert.match(c.first, /^[A-Z]+-N01$/);
    await nation.look('question: saved');
    await nation.open(`${c.draft}/new`);
    await type(/^設問の文/, 'その文書を、最後に改めたのはいつか');
    await type(/^なぜ聞くのか/, '文書の古さを知るため');
    await mark('日付');
    await button('この設問を加える');
    c.second = flat(await page.locator('h1 .item-code').textContent());
    assert.notEqual(c.second, c.first);
  });

  step('the second is asked only after one answer to the first', async () => {
    const { nation } = c, { page } = nation;
    await page.getByLabel('条件に使う項目').selectOption(c.first);
    await button('この項目の回答から選ぶ');
    await nation.look('question: condition');
    await button('この条件で尋ねる');
    assert.match(await page.getByRole('alert').textContent(), /選択肢から一つ以上/);
    await nation.look('question: condition refused');
    await mark('定めている');
    await button('この条件で尋ねる');
    await nation.says('保存しました。');
    assert.match(flat(await page.locator('#condition').textContent()),
      new RegExp(`${c.first} が「定めている」のときに尋ねます`));
    await nation.open(c.draft);
    await button(new RegExp(`^${c.first}を ?外す`));
    assert.match(await page.locator('main').textContent(), /条件に使われています/);
    await nation.open(c.draft);
    assert.equal((await items()).length, 12);
  });

  step('its dates, and the towns and villages of two prefectures', async () => {
    const { nation } = c, { page } = nation;
    await nation.open(c.draft);
    await link('名前・日付を決める');
    await nation.look('draft: head');
    const year = new Date().getFullYear() + 1;
    await type(/^調査の目的/, '備えの状況を知り、支援を決めるため');
    await type(/^基準日/, `${year}年1月31日`);
    await type(/^団体に示す期限/, `${year}-05-01`);
    await type(/^提出を受け付ける最後の日/, `${year}-13-08`);
    await type(/^訂正を受け付ける最後の日/, `${year}-06-30`);
    await button('保存する');
    assert.match(await page.locator('#last_submission-error').textContent(), /日付を確かめて/);
    await nation.look('draft: head refused');
    await type(/^提出を受け付ける最後の日/, `${year}-05-08`);
    await button('保存する');
    await link('対象を決める');
    await nation.look('draft: target');
    await mark('下で選ぶ団体だけ');
    for (const name of ['町', '村', '長野県', '山梨県']) await mark(name);
    await button('保存して、団体の数を確かめる');
    assert.match(await page.locator('.lead').textContent(), new RegExp(`${c.want} 団体`));
    await nation.look('draft: target chosen');
  });

  step('it is looked at as a body will see it, and published', async () => {
    const { nation } = c, { page } = nation;
    await nation.open(c.draft);
    await link('団体からの見え方を確かめて公開する');
    await nation.look('publish');
    const facts = flat(await page.locator('main').textContent());
    assert.match(facts, /山梨県、長野県の町、村|長野県、山梨県の町、村/);
    assert.ok(facts.includes(`12 項目 × ${c.want} 団体`), facts.slice(0, 400));
    assert.equal(await page.locator('details tbody tr').count(), c.want);
    assert.equal(await page.locator('.item').count(), 12);
    await button('この内容で公開する');
    await nation.says('調査を始めました。');
    c.survey = Number(/\/surveys\/(\d+)\/board/.exec(page.url())[1]);
    await nation.open(c.draft);
    await nation.look('draft: published');
    assert.equal(await page.locator('main form').count(), 0, 'nothing can be changed any more');
  });

  step('a town inside answers; the conditional item comes and goes', async () => {
    const { town } = c, { page } = town, at = `/surveys/${c.survey}`;
    await town.open('/');
    const titles = (await page.locator('main h3 a').allTextContents()).map(flat);
    assert.equal(titles.length, 2);
    assert.equal(titles[1], TITLE, 'behind the one that ends earlier');
    await town.open(at);
    await town.look('survey: composed');
    const row = page.locator(`#item-${c.second}`);
    assert.equal(flat(await row.locator('.badge').last().textContent()), '対象外（条件により）');
    const total = async () => (await page.locator('.progress-text').textContent()).split(/[ /（]+/)[1];
    assert.equal(await total(), '11');
    await town.open(`${at}/items/${c.second}`);
    await town.look('item: not asked');
    assert.equal(await page.getByRole('button', { name: '保存する' }).count(), 0);
    const say = async (answer) => {
      await town.open(`${at}/items/${c.first}`);
      await town.answer('option', answer);
      await town.says('保存しました。');
    };
    await say('定めている');
    assert.ok((await page.locator('h1').textContent()).includes(HOSTILE), 'text stays text');
    await town.open(`${at}/items/${c.second}`);
    await town.answer('date', ['2025', '4', '1']);
    await town.open(at);
    assert.equal(await total(), '12');
    assert.match(await row.textContent(), /令和7年4月1日/);
    await say('定めていない');
    await town.open(at);
    assert.equal(await total(), '11');
    assert.doesNotMatch(await row.textContent(), /令和7年4月1日/);
    await say('定めている');
    await town.open(at);
    assert.match(await row.textContent(), /令和7年4月1日/, 'the answer is still there');
  });

  step('bodies outside see nothing of it, wherever they look', async () => {
    for (const code6 of c.outside) {
      const v = await visitor(c.server.url).signIn(`u${code6}`);
      const seen = new Set(['/']), left = ['/'];
      while (left.length) {
        const r = await v.get(left.shift());
        assert.ok(!r.text.includes(TITLE) && !r.text.includes(c.second), code6);
        for (const [, href] of r.text.matchAll(/href="(\/[^"#]*)/g)) {
          if (!href.includes('/items/') && !seen.has(href)) seen.add(href), left.push(href);
        }
      }
      assert.ok(seen.size > 3);
      const p = program(c.server.url, token(c.file, `u${code6}`));
      for (const tail of ['', '/csv', '/submit', `/items/${c.first}`, '/board', '/totals', '/dates']) {
        const r = await p.get(`/surveys/${c.survey}${tail}`);
        assert.ok([403, 404].includes(r.status), `${code6} ${tail}: ${r.status}`);
        assert.ok(!r.text.includes(TITLE));
      }
      assert.ok(![...seen].some((href) => href.includes(`/surveys/${c.survey}`)), code6);
    }
  });

  step('the deadline moves later, and the town reads why', async () => {
    const { nation, town } = c, { page } = nation;
    await nation.open('/surveys/new');
    await link(new RegExp(`^${TITLE}の ?期限を延ばす`));
    await nation.look('dates');
    const year = new Date().getFullYear() + 1;
    await type(/^団体に示す期限/, `${year}-01-01`);
    await button('期限を延ばす');
    assert.match(await page.locator('#reason-error').textContent(), /延ばす理由を入力してください/);
    await nation.look('dates: refused');
    await type(/^団体に示す期限/, `${year}-05-08`);
    await type(/^延ばす理由/, '大雪による停電のため');
    await button('期限を延ばす');
    await nation.says('期限を延ばしました。');
    await nation.look('dates: moved');
    await town.open(`/surveys/${c.survey}`);
    await town.look('survey: extended');
    assert.match(await page.locator('main').textContent(), /大雪による停電のため/);
    assert.match(await town.page.locator('main').textContent(), /大雪による停電のため/);
    for (const p of [nation, town]) await p.leave();
  });
});
