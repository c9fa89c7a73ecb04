// SPDX-License-Identifier: Apache-2.0
// The year of a town, step by step, for a browser with scripts and for one without.
import assert from 'node:assert/strict';

import { numberIn } from './person.mjs';

/** One item of each type: what is typed, and how it reads afterwards. */
export const ANSWERS = [
  { code: 'PHY-06', type: 'option', value: '一部実施', reads: '一部実施', view: 'item: status' },
  { code: 'OPE-S2', type: 'option', value: null, reads: null, view: 'item: choice' },
  { code: 'ORG-S7', type: 'multi', value: [0, 2], reads: null, view: 'item: multi' },
  { code: 'ORG-S1', type: 'number', value: '１，２３４人', reads: '1,234人', view: 'item: number' },
  { code: 'HUM-S1', type: 'number', value: '９５．５', reads: '95.5%', view: 'item: percent' },
  { code: 'EVA-S1', type: 'date', value: ['2026', '4', '1'], reads: '令和8年4月1日（水）',
    view: 'item: date' },
  { code: 'ORG-S6', type: 'url', value: 'https://www.example.jp/p?a=1&b=2',
    reads: 'https://www.example.jp/p?a=1&b=2', view: 'item: url' },
  { code: 'EVA-S2', type: 'text', value: '研修の教材を\n早めに <b>"受け取りたい"</b>。',
    reads: '研修の教材を 早めに <b>"受け取りたい"</b>。', view: 'item: text' },
];

const flat = (text) => text.replace(/\s+/g, ' ').trim();

/** From the first page to the survey, by what the page says to do next. */
export async function findSurvey(p) {
  await p.look('home');
  const { page } = p;
  const step = await p.nextStep();
  const left = numberIn(step, /あと (\d+) 項目の回答か確認で提出できます/);
  assert.ok(left > 0);
  await page.getByRole('link', { name: '対応が必要な項目を開く' }).click();
  assert.match(page.url(), /\/surveys\/\d+\?show=todo$/);
  await p.look('survey');
  const todo = await page.locator('.item').count();
  assert.ok(todo > 0 && todo === await page.locator('.item-todo').count(), 'only what is to be done');
  await page.getByLabel('表示する項目').selectOption({ label: '全ての項目' });
  await page.getByRole('button', { name: '絞り込む' }).click();
  assert.ok(await page.locator('.item').count() > todo);
  return Number(/\/surveys\/(\d+)/.exec(page.url())[1]);
}

async function done(p) {
  return numberIn(await p.page.locator('.progress-text').textContent(), /^(\d+) \//);
}

/** 「前年度から変更なし」 for one item, then for the rest of its area. */
export async function confirmArea(p, survey, area) {
  const { page } = p;
  await p.open(`/surveys/${survey}`);
  const before = await done(p);
  const section = page.locator(`#area-${area}`);
  const button = section.getByRole('button', { name: 'この分野の' });
  const most = numberIn(await button.textContent(), /この分野の (\d+) 項目は前年度から変更なし/);
  assert.ok(most > 1);
  await section.locator('.item-actions button').first().click();
  await p.says('前年度から変更なしとして、確認済みにしました。');
  assert.equal(await done(p), before + 1);
  assert.equal(numberIn(await button.textContent(), /この分野の (\d+) 項目/), most - 1);
  await button.click();
  await p.says('前年度から変更なしとして、確認済みにしました。');
  assert.equal(await done(p), before + most);
  assert.equal(await button.count(), 0, 'nothing is left to confirm there');
  await p.look('survey');
}

export async function answerEachType(p, survey) {
  const { page } = p;
  for (const { code, type, value, reads, view } of ANSWERS) {
    await p.open(`/surveys/${survey}/items/${code}`);
    await p.look(view);
    const labels = (await page.locator('.choice-row label').allTextContents()).map(flat);
    const typed = value === null ? labels[1] : type === 'multi' ? value.map((i) => labels[i]) : value;
    await p.answer(type, typed);
    await p.says('保存しました。');
    const want = reads ?? [typed].flat().join('、');
    assert.equal(flat(await page.locator('main .answer').first().textContent()), flat(want), code);
    assert.equal(await page.locator('main .badge').first().textContent(), '今年の回答');
    await p.look(view);
    const row = page.locator(`#item-${code}`);
    await page.getByRole('link', { name: '一覧へ戻る' }).click();
    assert.equal(flat(await row.locator('.answer').textContent()), flat(want), `${code} in the list`);
  }
}

/** A refused value: the message stands beside the field, and what was typed is still there. */
export async function mistype(p, survey) {
  const { page } = p;
  const cases = [
    { code: 'ORG-S1', bad: '百人くらい', tells: '0以上の整数を' },
    { code: 'HUM-S1', bad: '100.1', tells: '0から100までの数字を' },
    { code: 'ORG-S6', bad: 'www.example.jp', tells: 'https:// から始まるアドレス' },
  ];
  for (const { code, bad, tells } of cases) {
    await p.open(`/surveys/${survey}/items/${code}`);
    await p.answer('text', bad);
    const field = page.locator('#value');
    assert.equal(await field.inputValue(), bad, 'what was typed is kept');
    const error = page.locator('#value-error');
    assert.ok((await error.textContent()).includes(tells), code);
    assert.ok(await error.isVisible());
    assert.ok((await field.getAttribute('aria-describedby')).split(' ').includes('value-error'));
    assert.ok((await page.getByRole('alert').textContent()).includes(tells));
    const [at, of] = [await error.boundingBox(), await field.boundingBox()];
    assert.ok(Math.abs(at.y - of.y) < 100, 'beside the field');
    await p.look('item: refused');
  }
  await p.open(`/surveys/${survey}/items/EVA-S1`);
  await p.answer('date', ['2026', '2', '30']);
  assert.ok((await page.locator('#value-error').textContent()).includes('年・月・日を確かめてください'));
  for (const [i, name] of ['年', '月', '日'].entries()) {
    assert.equal(await page.getByLabel(name, { exact: true }).inputValue(), ['2026', '2', '30'][i]);
  }
  await p.look('item: refused date');
}

/** Two people save one item: both values are shown, either can be kept. */
export async function meet(p, colleague, survey) {
  const where = `/surveys/${survey}/items/ORG-S4`;
  const rounds = [
    { theirs: '5000', mine: '7000', button: 'あなたの回答で保存する', keeps: '7,000千円' },
    { theirs: '5100', mine: '7100', button: 'こちらを残す', keeps: '5,100千円' },
  ];
  for (const { theirs, mine, button, keeps } of rounds) {
    await p.open(where);
    await colleague.open(where);
    await colleague.answer('number', theirs);
    await colleague.says('保存しました。');
    await p.answer('number', mine);
    await p.look('conflict');
    const own = p.page.locator('.compare-mine'), other = p.page.locator('.compare-theirs');
    const both = [own, other].map((x) => x.locator('.answer').textContent());
    assert.deepEqual(await Promise.all(both), [mine, theirs].map(
      (n) => `${n.replace(/(\d)(\d{3})$/, '$1,$2')}千円`));
    assert.match(await other.textContent(), /見本 太郎/);
    const role = button.startsWith('あなた') ? 'button' : 'link';
    await p.page.getByRole(role, { name: button }).click();
    assert.equal(new URL(p.page.url()).pathname, where);
    assert.equal(await p.page.locator('main .answer').first().textContent(), keeps);
  }
}

/** The next one on the way is told so on the first page, and does it. */
async function approve(p, button, says) {
  await p.open('/');
  assert.match(await p.nextStep(), /あなたの確認を待っています/);
  await p.page.getByRole('link', { name: '内容を確かめる' }).click();
  await p.look('submit: approval');
  await p.page.getByRole('button', { name: button }).click();
  await p.says(says);
}

/** Confirms what can be confirmed, answers what is missing, and sends it over the manager to the
 *  CISO, who submits it. */
export async function submit(p, survey, kacho, ciso) {
  const { page } = p;
  await p.open(`/surveys/${survey}/submit`);
  await p.look('submit: not yet');
  assert.ok(await page.locator('.notice-warning li').count() > 0);
  assert.equal(await page.getByRole('button', { name: '課長に確認を依頼する' }).count(), 0);
  await p.open(`/surveys/${survey}`);
  for (let most = 20; ; most--) {
    assert.ok(most > 0, 'areas come to an end');
    const button = page.getByRole('button', { name: 'この分野の' }).first();
    if (await button.count() === 0) break;
    await button.click();
  }
  await p.open(`/surveys/${survey}/submit`);
  for (let most = 132; ; most--) {
    assert.ok(most > 0, 'missing items come to an end');
    const link = page.locator('.notice-warning li a').first();
    if (await link.count() === 0) break;
    await link.click();
    await p.answer('option', '未実施');
    await p.open(`/surveys/${survey}/submit`);
  }
  await p.open('/');
  assert.match(await p.nextStep(), /必須の項目がそろいました/);
  await page.getByRole('link', { name: '内容を確かめて提出する' }).first().click();
  await p.look('submit');
  const changes = flat(await page.locator('main').textContent());
  assert.match(changes, /前年度から変わった回答/);
  assert.ok(changes.includes('1,234人'), 'a changed answer is listed');
  await page.getByRole('button', { name: '課長に確認を依頼する' }).click();
  await p.says('確認を依頼しました。');
  assert.equal(await page.locator('.lead .badge').textContent(), '課長の確認待ち');
  await p.look('survey: in approval');
  await approve(kacho, '確認して、CISOへ回す', '確認して、CISOへ回しました。');
  await approve(ciso, '承認して提出する', '承認して、提出しました。');
  await p.open(`/surveys/${survey}`);
  assert.equal(await page.locator('.lead .badge').textContent(), '提出済み');
  await p.look('survey: submitted');
  assert.equal(await page.locator('main form[method="post"]').count(), 0, 'nothing to change');
  await p.open('/');
  assert.match(await p.nextStep(), /今「都道府県の確認」の番です/);
  await p.open(`/surveys/${survey}/items/ORG-S1`);
  assert.match(await page.locator('main').textContent(), /この回答は、今は変更できません。/);
  await p.look('item: submitted');
}

/** The numbers of one item as the nation's page shows them: n, unanswered, and each answer's. */
export async function totalOf(p, survey, code) {
  await p.open(`/surveys/${survey}/totals/${code}`);
  await p.look('total');
  const text = await p.page.locator('main').textContent();
  const out = { n: numberIn(text, /n = ([\d,]+)/), unanswered: numberIn(text, /未回答 ([\d,]+)/) };
  const table = p.page.locator('table').first();
  for (const row of await table.locator('tbody tr').all()) {
    const label = await row.locator('th').textContent();
    out[label] = numberIn(await row.locator('td').last().textContent(), /^([\d,]+)$/);
  }
  return out;
}

export async function submittedOf(p, survey) {
  await p.open(`/surveys/${survey}/totals`);
  await p.look('totals');
  return numberIn(await p.page.locator('main').textContent(), /提出した ([\d,]+) 団体/);
}
