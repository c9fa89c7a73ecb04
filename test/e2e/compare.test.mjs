// SPDX-License-Identifier: Apache-2.0
// Comparison in a browser: chart, table, file and JSON say the same, and what may not be shown is
// shown nowhere; also in print and without scripts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, program, serve, sqlite, token } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 180_000 };
const HIDDEN = '5団体未満のため非公表';
const flat = (text) => text.replace(/\s+/g, ' ').trim();
const percent = (x) => `${x.toFixed(1)}%`;

function csvRows(text) {
  assert.ok(!/"/.test(text.replace(/"[^"]*"/g, '')), 'no stray quotes');
  return text.replace(/^\uFEFF/, '').trim().split('\r\n')
    .map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1)
      .map((m) => m[1].replace(/^"|"$/g, '')));
}

describe('comparison', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    c.town = await Person.at(c.browser, c.server.url, { viewed: c.viewed });
    await c.town.signIn('town');
    c.api = program(c.server.url, token(c.file, 'town'));
    c.survey = (await c.api.get('/')).json.own[0].id;
    c.at = `/surveys/${c.survey}/compare`;
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  step('links lead there from the survey and from an item', async () => {
    const { town } = c;
    await town.open(`/surveys/${c.survey}/items/ORG-01`);
    await town.page.getByRole('link', { name: '経年とほかの団体の回答を見る' }).click();
    assert.equal(new URL(town.page.url()).pathname, `${c.at}/ORG-01`);
    await town.open(`/surveys/${c.survey}`);
    await town.page.getByRole('link', { name: 'これまでの年度・ほかの団体と比べる' }).click();
    assert.equal(new URL(town.page.url()).pathname, c.at);
    await town.look('compare');
  });

  step('chart, table, file and JSON of the areas say the same', async () => {
    const { page } = c.town;
    const view = (await c.api.get(c.at)).json;
    const csv = csvRows((await c.api.get(`${c.at}/csv`)).text);
    const head = csv.shift();
    const col = (row, name) => row[head.indexOf(name)];
    assert.equal(csv.length, view.areas.reduce((n, a) => n + a.years.length + a.groups.length, 0));
    let hidden = 0;
    for (const area of view.areas) {
      const section = page.locator(`#area-${area.code}`);
      const charts = section.locator('svg.chart');
      const [years, groups] = [charts.first(), charts.last()];
      for (const y of area.years) {
        const row = section.getByRole('row').filter({ hasText: y.year });
        assert.equal(flat(await row.textContent()), `${y.year}${percent(y.done)}${percent(y.partial)}${y.items}`);
        assert.ok((await years.textContent()).includes(`${y.year}は実施済み${percent(y.done)}`));
        const file = csv.find((r) => col(r, '分野') === area.name && col(r, '年度') === y.year &&
          col(r, '表') === '自団体の経年');
        assert.equal(Number(col(file, '実施済みの割合（%）')), y.done);
        assert.equal(Number(col(file, '項目数')), y.items);
        assert.equal(col(file, '基準日'), y.as_of);
      }
      for (const g of area.groups) {
        const row = flat(await section.getByRole('row').filter({ hasText: g.name }).textContent());
        const said = g.withheld ? HIDDEN : `実施済み${percent(g.done)}`;
        assert.ok((await groups.locator('desc').textContent()).includes(`${g.name}は${said}`));
        const file = csv.find((r) => col(r, '分野') === area.name && col(r, '対象') === g.name &&
          col(r, '表') === 'ほかの団体との比較');
        assert.equal(col(file, '注'), g.withheld ? HIDDEN : '');
        assert.equal(col(file, '実施済みの割合（%）'), g.withheld ? '' : String(g.done.toFixed(1)));
        assert.equal(col(file, 'n（団体）'), g.withheld ? '' : String(g.bodies));
        assert.equal(row, g.withheld ? g.name + HIDDEN
          : `${g.name}${g.bodies}${percent(g.done)}${percent(g.partial)}`);
        if (g.withheld) assert.deepEqual([g.bodies, g.done, g.partial], [0, 0, 0]);
        hidden += g.withheld;
      }
      // The bar is as long as its number says.
      const own = area.groups.find((g) => g.own);
      const width = Number(await groups.locator('rect.chart-fill').first().getAttribute('width'));
      assert.ok(Math.abs(width - own.done * 2.4) <= 1, `${area.code}: ${width} for ${own.done}`);
    }
    assert.equal(hidden, view.areas.length, 'the class of four towns, in every area');
    assert.ok(view.areas.some((a) => a.years.length === 2 && a.groups.length === 4));
  });

  step('one item: chart, table, file and JSON', async () => {
    const { town } = c, { page } = town;
    for (const code of ['ORG-01', 'ORG-S7', 'OPE-S2', 'ORG-S1', 'EVA-S2']) {
      await town.open(`${c.at}/${code}`);
      await town.look(`compare: ${code}`);
      const view = (await c.api.get(`${c.at}/${code}`)).json;
      const csv = csvRows((await c.api.get(`${c.at}/${code}/csv`)).text);
      for (const g of view.groups) {
        const section = page.locator('section').filter(
          { has: page.getByRole('heading', { name: g.name, exact: true }) });
        const file = csv.filter((r) => r[2] === g.name);
        if (g.withheld) {
          assert.ok((await section.textContent()).includes(HIDDEN));
          assert.equal(await section.locator('svg, table').count(), 0);
          assert.deepEqual(file.map((r) => [r[5], r[6], r[7], r[10]]), [['', '', '', HIDDEN]]);
          assert.deepEqual([g.n, g.unanswered, g.answers], [0, 0, []]);
          continue;
        }
        assert.ok(g.n >= 5);
        assert.ok(flat(await section.textContent()).includes(`n = ${g.n}、未回答 ${g.unanswered} 団体`));
        for (const x of g.answers) {
          const cells = await section.getByRole('row').filter({ hasText: x.label }).getByRole('cell')
            .allTextContents();
          assert.deepEqual(cells, [percent(x.share), String(x.n)], `${code} ${x.label}`);
          assert.ok((await section.locator('svg desc').textContent())
            .includes(`${x.label}は${percent(x.share)}。`));
          const one = file.find((r) => r[4] === x.label);
          assert.deepEqual([one[5], one[6], one[7]], [x.share.toFixed(1), String(x.n), String(g.n)]);
        }
      }
    }
  });

  step('every number that is out is the sum of what was submitted', async () => {
    const view = (await c.api.get(`${c.at}/ORG-01`)).json;
    const nation = view.groups.find((g) => g.name === '全国');
    const facts = sqlite(c.file, `SELECT f.value, COUNT(*) FROM fact f JOIN question q ON
      q.id=f.question JOIN response r ON r.body=f.body AND r.survey=f.occasion JOIN submission t ON
      t.id=r.submission JOIN survey s ON s.id=r.survey WHERE q.code='ORG-01' AND s.fiscal_year=2025
      AND f.id<=t.horizon GROUP BY 1;`);
    const done = Number(/done\|(\d+)/.exec(facts)?.[1] ?? 0);
    assert.equal(nation.n, 10);
    assert.equal(nation.answers.find((x) => x.label === '実施済み').n, done);
  });

  step('it prints, and it needs no scripts', async () => {
    const { town } = c;
    await town.open(c.at);
    const text = await town.printed();
    assert.ok(text.includes(HIDDEN) && text.includes('令和7年度') && text.includes('一部実施'));
    assert.ok(!text.includes('CSVで保存する'));
    const quiet = await Person.at(c.browser, c.server.url, { js: false, viewed: new Set() });
    await quiet.signIn('town2');
    await quiet.open(c.at);
    await quiet.look('compare: no scripts');
    const chart = quiet.page.getByRole('img', { name: '組織体制：ほかの団体との比較' });
    assert.equal(await chart.count(), 1);
    assert.ok((await chart.boundingBox()).height > 100);
    await quiet.leave();
  });
});
