// SPDX-License-Identifier: Apache-2.0
// The same year in a browser that runs no scripts: every page is complete without them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, serve } from '../lib.mjs';
import { Person, steps } from './person.mjs';
import {
  answerEachType, confirmArea, findSurvey, meet, mistype, submit, submittedOf, totalOf,
} from './steps.mjs';

const LIMIT = { timeout: 180_000 };

describe('a year without scripts', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.browser = await launch();
    const at = () => Person.at(c.browser, c.server.url, { js: false, viewed: c.viewed });
    [c.town, c.colleague, c.nation, c.kacho, c.ciso] =
      await Promise.all([at(), at(), at(), at(), at()]);
    await c.town.signIn('town');
    await c.colleague.signIn('town2');
    await c.kacho.signIn('kacho');
    await c.ciso.signIn('ciso');
    await c.nation.signIn('nation');
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  step('no script runs here', async () => {
    let ran = false;
    c.town.page.on('request', (r) => { ran ||= r.resourceType() === 'script'; });
    await c.town.open('/');
    assert.equal(ran, false);
  });

  step('what to do next leads to the survey', async () => {
    await c.town.open('/');
    c.survey = await findSurvey(c.town);
  });
  step('confirming', () => confirmArea(c.town, c.survey, 'OPE'));
  step('a refused value', () => mistype(c.town, c.survey));
  step('an item of each type', () => answerEachType(c.town, c.survey));
  step('two colleagues', () => meet(c.town, c.colleague, c.survey));

  step('submitting, and the nation\'s numbers', async () => {
    const { nation, survey } = c;
    const was = await totalOf(nation, survey, 'PHY-06');
    const submitted = await submittedOf(nation, survey);
    await submit(c.town, survey, c.kacho, c.ciso);
    assert.equal(await submittedOf(nation, survey), submitted + 1);
    assert.deepEqual(await totalOf(nation, survey, 'PHY-06'),
      { ...was, n: was.n + 1, 一部実施: was['一部実施'] + 1 });
    await nation.open('/board');
    await nation.look('board');
  });

  step('signing out', async () => {
    await c.town.open('/');
    await c.town.signOut();
    for (const p of [c.town, c.colleague, c.nation]) await p.leave();
  });
});
