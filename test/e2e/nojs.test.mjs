// SPDX-License-Identifier: Apache-2.0
// The same year in a browser that runs no scripts: every page is complete without them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve } from '../lib.mjs';
import { Person } from './person.mjs';
import {
  answerEachType, confirmArea, findSurvey, meet, mistype, submit, submittedOf, totalOf,
} from './steps.mjs';

const LIMIT = { timeout: 180_000 };

describe('a year without scripts', LIMIT, () => {
  const c = { viewed: new Set() };
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = () => Person.at(c.browser, c.server.url, { js: false, viewed: c.viewed });
    [c.town, c.colleague, c.nation] = await Promise.all([at(), at(), at()]);
    await c.town.signIn('town');
    await c.colleague.signIn('town2');
    await c.nation.signIn('nation');
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  test('no script runs here', LIMIT, async () => {
    let ran = false;
    c.town.page.on('request', (r) => { ran ||= r.resourceType() === 'script'; });
    await c.town.open('/');
    assert.equal(ran, false);
  });

  test('what to do next leads to the survey', LIMIT, async () => {
    await c.town.open('/');
    c.survey = await findSurvey(c.town);
  });
  test('confirming', LIMIT, () => confirmArea(c.town, c.survey, 'OPE'));
  test('a refused value', LIMIT, () => mistype(c.town, c.survey));
  test('an item of each type', LIMIT, () => answerEachType(c.town, c.survey));
  test('two colleagues', LIMIT, () => meet(c.town, c.colleague, c.survey));

  test('submitting, and the nation\'s numbers', LIMIT, async () => {
    const { nation, survey } = c;
    const was = await totalOf(nation, survey, 'PHY-06');
    const submitted = await submittedOf(nation, survey);
    await submit(c.town, survey);
    assert.equal(await submittedOf(nation, survey), submitted + 1);
    assert.deepEqual(await totalOf(nation, survey, 'PHY-06'),
      { ...was, n: was.n + 1, 一部実施: was['一部実施'] + 1 });
    await nation.open('/board');
    await nation.look('board');
  });

  test('signing out', LIMIT, async () => {
    await c.town.open('/');
    await c.town.signOut();
    for (const p of [c.town, c.colleague, c.nation]) await p.leave();
  });
});
