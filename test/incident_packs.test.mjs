// SPDX-License-Identifier: Apache-2.0
// A pack of rules comes into a program that runs: refused with its line, or set beside the one in force and replayed over
// what was reported, and only then used. What is past keeps its dates until its body has it counted anew. The chains of
// other countries are data like any.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { demo, program, reportIncident, root, serve, sqlite, tempFolder, token, visitor, yagura } from './lib.mjs';

const LIMIT = { timeout: 180_000 };
const rules = path.join(root, 'data', 'rules');
const read = (name) => fs.readFileSync(path.join(rules, name), 'utf8');
const lineOf = (text, part) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a pack of rules at run time', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', '--years', '1');
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login));
    [c.town, c.nation, c.system] = ['town', 'nation', 'system'].map(c.as);
    // noticed on Sunday 2026-11-01, with a wrong purpose suspected: 60 days
    c.first = (await reportIncident(c.town, { summary: 'ヒミツ5e2a' })).incident;
  }, LIMIT);
  after(() => c.server?.stop());

  const load = (who, text) => who.post('/incidents/packs', { pack: text });
  const dueOf = async (incident, rule, step) => {
    const { duties } = (await c.town.get(`/incidents/${incident}`)).json;
    return duties.find((d) => d.rule === rule)?.steps[step].due_text;
  };
  /** The pack of Japan with 20 days instead of 60 and no first report, without telling the persons, and with a duty more. */
  const changed = () => {
    const pack = JSON.parse(read('jp.json'));
    pack.version = '2027-試験';
    const rule = pack.rules.find((r) => r.id === 'jp.ppc-68'), final = rule.steps.find((s) => s.kind === 'final').clock;
    final.case = { ...final.case, n: 20 };
    rule.steps = rule.steps.filter((s) => s.kind === 'final');
    pack.rules = pack.rules.filter((r) => r.id !== 'jp.ppc-68-persons');
    pack.recipients.push({ key: 'new', name: '新しい宛先' });
    pack.rules.push({ ...pack.rules.find((r) => r.id === 'jp.mic'), id: 'jp.new', recipient: 'new', law: '新法', article: '1条' });
    return JSON.stringify(pack, null, 2);
  };

  test('only the nation and the operator come to it; everybody reads the rules', async () => {
    for (const login of ['town', 'pref', 'ciso']) {
      assert.equal((await c.as(login).get('/incidents/packs')).status, 403, login);
      assert.equal((await load(c.as(login), changed())).status, 403, login);
      assert.equal((await c.as(login).get('/incidents/rules')).status, 200, login);
    }
    const all = JSON.parse(read('jp.json')).rules, { json } = await c.town.get('/incidents/rules');
    assert.equal(json.rows.length, all.length);
    const open = (await c.town.get('/incidents/rules?mark=unverified')).json.rows.map((r) => r.rule);
    assert.deepEqual(open, all.filter((r) => r.mark === 'unverified').map((r) => r.id));
    assert.equal((await c.town.get(`/incidents/rules?q=${encodeURIComponent('番号法')}`)).json.rows.length > 0, true);
    assert.deepEqual((await c.town.get('/incidents/rules?q=xyz')).json.rows, []);
  });

  test('what is no pack, a hole and a cycle are refused with their line, and nothing is kept', async () => {
    const bad = [[read('test/hole.json'), new RegExp(`${lineOf(read('test/hole.json'), '"id": "hole.hospital"')}行目：.*次のとき`)],
      [read('test/cycle.json'), new RegExp(`${lineOf(read('test/cycle.json'), '"id": "cycle.a"')}行目：`)],
      ['{"name":', /JSON として読めません/], ['['.repeat(100_000), /JSON として読めません/], ['', /ファイルを選ぶか/],
      [`{"name":"x"}`, /./]];
    for (const [text, says] of bad) {
      const r = await load(c.nation, text);
      assert.equal(r.status, 422, text.slice(0, 40));
      assert.match(r.text, says);
    }
    const page = await visitor(c.server.url).signIn('nation');
    await page.get('/incidents/packs');
    const sent = await page.upload('/incidents/packs', ['pack', ''], ['file', read('test/hole.json'), 'hole.json']);
    assert.equal(sent.status, 422);
    assert.match(sent.text, /行目：/);
    const large = await page.upload('/incidents/packs', ['pack', ''], ['file', ' '.repeat((1 << 20) + 10), 'large.json']);
    assert.equal(large.status, 413);
    assert.equal(sqlite(c.file, 'SELECT COUNT(*) FROM incident_pack').trim(), '0');
  });

  test('a good one stands beside the one in force, with what it would change, and changes nothing yet', async () => {
    const was = await dueOf(c.first, 'jp.ppc-68', 1);
    const r = await load(c.nation, changed());
    assert.equal(r.status, 200, r.text);
    c.pack = r.json.pack;
    const x = r.json;
    assert.match(x.census, /漏えい等のおそれのどの場合にも、報告する相手と期限があります/);
    assert.equal(x.differ, 3);
    const marks = Object.fromEntries(x.rules.filter((q) => q.change).map((q) => [q.rule, q.change]));
    assert.deepEqual(marks, { 'jp.ppc-68': '変わる', 'jp.new': '新しい', 'jp.ppc-68-persons': 'なくなる' });
    assert.deepEqual([x.cases, x.different, x.shut], [1, 1, 0]);
    assert.deepEqual(x.bodies.map((b) => [b.name, b.cases, b.fresh, b.gone, b.dates]), [['見本町', 1, 1, 1, 2]]);
    assert.ok(!r.text.includes('ヒミツ5e2a'), 'what was said stays sealed from the nation');
    assert.equal(await dueOf(c.first, 'jp.ppc-68', 1), was);
    // the same by the command, case by case; nothing is changed by it
    const name = path.join(tempFolder(), 'new.json');
    fs.writeFileSync(name, changed());
    const replay = yagura('incident', 'rules', 'replay', name, '--db', `sqlite:${c.file}`);
    assert.equal(replay.code, 0, replay.err);
    // 60 days with the first counted: 2026-12-30, closed until 2027-01-04; 20 days: 2026-11-20
    assert.match(replay.out, /^見本町 第1号：期限が変わる：個人情報保護委員会（.*）の確報　令和9年1月4日.* → 令和8年11月20日/m);
    assert.match(replay.out, /^見本町 第1号：期限が変わる：個人情報保護委員会（.*）の速報　令和8年11月5日.* → 期限なし$/m);
    assert.match(replay.out, /^見本町 第1号：新しく知らせる：新しい宛先（新法 1条）$/m);
    assert.match(replay.out, /^見本町 第1号：知らせなくてよくなる：本人/m);
    assert.match(replay.out, /調べた事案 1件、扱いが変わる事案 1件、開けない事案 0件/);
    const hole = yagura('incident', 'rules', 'replay', path.join(rules, 'test/hole.json'), '--db', `sqlite:${c.file}`);
    assert.equal(hole.code, 65);
    assert.match(hole.err, /hole\.json: \d+行目：/);
  });

  test('from its use on new incidents follow it; an older one when its facts change, or its body wants it', async () => {
    const was = await dueOf(c.first, 'jp.ppc-68', 1);
    assert.equal(was, '令和9年1月4日（月）');
    assert.equal((await c.nation.post(`/incidents/packs/${c.pack}/use`, { force: '99' })).status, 409);
    const used = await c.nation.post(`/incidents/packs/${c.pack}/use`, { force: '0' });
    assert.equal(used.status, 200, used.text);
    assert.equal((await c.nation.post(`/incidents/packs/${c.pack}/use`, { force: '0' })).status, 409, 'somebody was first');
    assert.equal(used.json.rows.find((r) => r.pack === c.pack).used_at.slice(0, 2), '20');

    const second = (await reportIncident(c.town)).incident;
    assert.equal(await dueOf(second, 'jp.ppc-68', 0), '令和8年11月20日（金）');
    assert.ok(await dueOf(second, 'jp.new', 0));
    assert.equal(await dueOf(second, 'jp.ppc-68-persons', 0), undefined);
    // the older one
    assert.equal(await dueOf(c.first, 'jp.ppc-68', 1), was);
    const shown = (await c.town.get('/incidents/rules')).json;
    assert.match(shown.version, /2027-試験/);
    assert.deepEqual(shown.cases.map((x) => x.incident), [c.first]);
    assert.ok(shown.cases[0].changes.some((x) => /確報　令和9年1月4日.* → 令和8年11月20日/.test(x.text)));
    assert.deepEqual((await c.as('u483028').get('/incidents/rules')).json.cases, []);
    assert.equal((await c.as('u483028').post(`/incidents/${c.first}/rules`)).status, 404);
    const clock = (name) => sqlite(c.file, `SELECT done_at IS NULL FROM flow_clock WHERE flow=${c.first} AND name='${name}'`).trim();
    assert.equal(clock('jp.ppc-68/first'), '1');
    const again = await c.town.post(`/incidents/${c.first}/rules`);
    assert.equal(again.status, 200, again.text);
    assert.equal(await dueOf(c.first, 'jp.ppc-68', 0), '令和8年11月20日（金）');
    assert.equal(clock('jp.ppc-68/first'), '0', 'what no rule speaks of any more does not run');
    assert.deepEqual((await c.town.get('/incidents/rules')).json.cases, []);
    assert.equal(sqlite(c.file, `SELECT COUNT(*) FROM incident WHERE pack=${c.pack}`).trim(), '2');
    assert.equal(sqlite(c.file, "SELECT group_concat(action) FROM (SELECT action FROM audit WHERE action LIKE 'incident.pack%' OR action='incident.rules' ORDER BY at, seq)").trim(),
      'incident.pack_load,incident.pack_use,incident.rules');
  });

  test('chains of other countries: NIS2, GDPR and who answers for whom in Luxembourg, with dates by hand', async () => {
    const r = await load(c.system, read('test/foreign.json'));
    assert.equal(r.status, 200, r.text);
    assert.equal((await c.system.post(`/incidents/packs/${r.json.pack}/use`, { force: String(c.pack) })).status, 200);
    const of = async (more) => {
      const { incident } = await (async () => {
        const { json } = await c.town.post('/incidents'), at = `/incidents/${json.incident}`;
        const { seen } = (await c.town.get(`${at}/facts/first`)).json;
        const said = await c.town.post(`${at}/facts/first`, { seen, kind: 'ransomware', known_at: '2026-11-01 08:40', organ: 'mayor',
          gravity: 'grave', summary: 'x', personal: 'suspected', ...more });
        assert.equal(said.status, 200, said.text);
        return json;
      })();
      const { duties } = (await c.town.get(`/incidents/${incident}`)).json;
      return Object.fromEntries(duties.map((d) => [d.rule, d.steps.map((s) => s.due_text)]));
    };
    const duties = await of({});
    assert.deepEqual(duties['eu.nis2'].slice(0, 2), ['令和8年11月2日（月）8:40', '令和8年11月4日（水）8:40'], '24 and 72 hours');
    assert.deepEqual(duties['eu.gdpr'], ['令和8年11月4日（水）8:40'], '72 hours');
    const routed = (d) => Object.keys(d).filter((k) => k.startsWith('lu.'));
    assert.deepEqual(routed(duties), routed(duties).filter((k) => /govcert/.test(k)), 'a public body: GovCERT');
    assert.ok(routed(duties).length > 0);
    const usual = await of({ gravity: 'usual' });
    assert.equal(usual['eu.nis2'], undefined);
    assert.deepEqual(routed(usual), []);
  });
});
