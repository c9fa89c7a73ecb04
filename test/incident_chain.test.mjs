// SPDX-License-Identifier: Apache-2.0
// A chain of reports is checked from its file alone, by either side: whatever is changed, left out, put in or moved
// is noticed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { demo, program, reportIncident, serve, sqlite, tempFolder, token, yagura } from './lib.mjs';

const LIMIT = { timeout: 120_000 };

describe('a chain of reports', LIMIT, () => {
  const c = {};
  const write = (name, value) => {
    const file = path.join(c.folder, name);
    fs.writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return file;
  };
  const verify = (value) => yagura('incident', 'verify', write('reports.json', value));

  before(async () => {
    c.folder = tempFolder();
    const file = demo('--sample');
    c.server = await serve(file);
    const town = program(c.server.url, token(file, 'town')), pref = program(c.server.url, token(file, 'pref'));
    const { incident, delivery } = await reportIncident(town);
    const at = `/incidents/${incident}`;
    assert.equal((await pref.post(`/incidents/received/${delivery}/answers/accepted`)).status, 200);
    for (const persons of ['2780', '2790']) {
      const { seen } = (await town.get(`${at}/facts/personal`)).json;
      assert.equal((await town.post(`${at}/facts/personal`, { seen, touched: 'personal.persons', 'personal.persons': persons })).status, 200);
      const report = (await town.get(`${at}/report`)).json;
      assert.equal((await town.post(`${at}/report`, { seen: report.seen, rules: 'jp.mic' })).status, 200);
    }
    const { handed } = (await town.get(at)).json;
    const last = handed.filter((h) => h.recipient === handed[0].recipient).at(-1).delivery;
    const mine = await town.get(`${at}/sent/${last}/reports.json`), theirs = await pref.get(`/incidents/received/${last}/reports.json`);
    assert.equal(mine.status, 200);
    assert.equal(mine.text, theirs.text, 'both sides have the same');
    assert.equal((await program(c.server.url, token(file, 'u483028')).get(`${at}/sent/${last}/reports.json`)).status, 404);
    c.chain = JSON.parse(mine.text);
    c.file = file;
  }, LIMIT);
  after(() => c.server?.stop());

  test('is as it was', () => {
    const r = verify(c.chain);
    assert.equal(r.code, 0, r.err);
    assert.equal(c.chain.reports.length, 3);
    assert.match(r.out, /^1通目：.*、受け付けられた（/);
    assert.match(r.out, /3通目：/);
    assert.ok(r.out.includes(`署名した鍵：${c.chain.public_key}`));
  });

  test('what the boards read is what the cases have, and yagura check sees when it is not', () => {
    assert.equal(yagura('check', '--db', `sqlite:${c.file}`).code, 0);
    sqlite(c.file, 'UPDATE incident SET reports=reports+1;');
    const r = yagura('check', '--db', `sqlite:${c.file}`);
    assert.notEqual(r.code, 0);
    assert.match(r.out + r.err, /incident: 1 incidents differ from their case/);
    sqlite(c.file, 'UPDATE incident SET reports=reports-1;');
  });

  const flip = (hex) => (hex[0] === '0' ? '1' : '0') + hex.slice(1);
  const CHANGES = {
    'a word of a report': [(x) => { x.reports[1].report = x.reports[1].report.replace('2,780', '27'); }, /^.*2通目：報告の中身が、後から変えられています/m],
    'a hash': [(x) => { x.reports[1].hash = flip(x.reports[1].hash); }, /2通目：報告の中身が/],
    'a report left out': [(x) => { x.reports.splice(1, 1); }, /3通目：続いていません/],
    'the first left out': [(x) => { x.reports.shift(); }, /2通目：続いていません/],
    'two reports in another order': [(x) => { x.reports.reverse(); }, /続いていません/],
    'the time': [(x) => { x.reports[0].at += 1; }, /1通目：署名が合いません/],
    'the recipient': [(x) => { for (const r of x.reports) r.recipient = 'ppc'; }, /1通目：署名が合いません/],
    'a signature': [(x) => { x.reports[2].signature = flip(x.reports[2].signature); }, /3通目：署名が合いません/],
    'what the one before was': [(x) => { x.reports[2].previous = x.reports[0].hash; }, /3通目：前の報告と、つながっていません/],
    'the answer': [(x) => { x.reports[0].answer = 'returned'; }, /1通目：受取りの署名が合いません/],
    'an answer that was not given': [(x) => { Object.assign(x.reports[2], { answer: 'accepted', answered_at: 1, receipt: x.reports[0].receipt }); }, /3通目：受取りの署名が合いません/],
    'the key': [(x) => { x.public_key = flip(x.public_key); }, /署名が合いません/],
    'the format': [(x) => { x.format = 'other'; }, /櫓の報告のファイルではありません/],
    'no reports': [(x) => { x.reports = []; }, /櫓の報告のファイルではありません/],
    'a missing field': [(x) => { delete x.reports[1].hash; }, /2通目：読めません/],
  };
  for (const [what, [change, message]] of Object.entries(CHANGES)) {
    test(`changed: ${what}`, () => {
      const copy = structuredClone(c.chain);
      change(copy);
      const r = verify(copy);
      assert.equal(r.code, 65, r.out);
      assert.match(r.err, message);
      assert.equal(r.out, '');
    });
  }

  test('what is no such file is refused', () => {
    for (const text of ['', '[', '{}', 'null', '{"format":"yagura-reports-1"}', '\u0000', JSON.stringify({ ...c.chain, reports: Array(501).fill(c.chain.reports[0]) })]) {
      assert.equal(verify(text).code, 65, text.slice(0, 40));
    }
    assert.notEqual(yagura('incident', 'verify', path.join(c.folder, 'nowhere.json')).code, 0);
  });
});
