// SPDX-License-Identifier: Apache-2.0
// Tables as files: every CSV of the program against the schema beside it, cell by cell, with hostile
// names planted and codes that begin with 0, and against the JSON of the page it belongs to.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { parse } from 'csv-parse/sync';

import {
  complete, darknetApply, darknetApprove, demo, plantAlert, plantFact, program, reportIncident, root, save, sendAlert, serve, sqlite, token, visitor,
  yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 240_000 };
const routes = JSON.parse(yaguraOk('routes', '--json')).filter((r) => r.method === 'GET');

/** Names as attackers choose them; none may come out as a formula or break a row. */
const PLANTED = ['=1+1', '+81', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '"=1,"', 'a,b\r\n"c"', ' x ',
  '=HYPERLINK("http://example.invalid","x")'];
/** Those that a field of one line takes. */
const LINES = PLANTED.filter((text) => !/[\t\r\n]/.test(text));
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/** Each file: who takes it, the page with the same rows, where they stand in its JSON, and which of
 *  their fields are which columns. Pages that turn are read to the end. */
const FILES = {
  '/people/list/csv': { as: 'system', page: '/people', rows: (j) => j.people,
    same: { login: 'login', name: 'name', body: 'org', code6: 'code6', roles: 'roles' } },
  '/deputies/csv': { as: 'ciso', rows: (j) => j.rows,
    same: { principal: 'principal', deputy: 'deputy', from: 'from', to: 'to' } },
  '/sections/csv': { as: 'town',
    rows: (j) => j.sections.flatMap((k) => {
      const people = k.people.filter((p) => p.member);
      return (people.length ? people : [{ name: '' }]).map((p) => ({ section: k.name, person: p.name, active: k.active }));
    }),
    same: { section: 'section', person: 'person', active: 'active' } },
  '/bodies/csv': { as: 'system', rows: (j) => j.rows, same: { code6: 'code6', body: 'name', class: 'class',
    pref: 'pref', decision: 'decision', ended: 'ended' } },
  '/seen/csv': { as: 'town', rows: (j) => j.rows, same: { first_at: 'at', last_at: 'last_at', times: 'n',
    org: 'org', object: 'object', how: 'how' } },
  '/contacts/csv': { as: 'town', rows: (j) => j.rows,
    same: { position: 'place', kind: 'kind', name: 'name', phone: 'phone', mail: 'mail', hours: 'hours' } },
  '/contacts/of/{body}/csv': { as: 'pref', rows: (j) => j.rows,
    same: { kind: 'kind', name: 'name', phone: 'phone', mail: 'mail', hours: 'hours' } },
  '/products/csv': { as: 'town', rows: (j) => j.rows, same: { name: 'name', version: 'version', place: 'place' } },
  '/mail/csv': { as: 'system', rows: (j) => j.rows, same: { kind: 'kind', subject: 'subject', person: 'person',
    org: 'org', attempts: 'attempts', answer: 'answer', tried_at: 'tried_at' } },
  '/policies/csv': { as: 'nation', rows: (j) => j.rows, same: { code6: 'code6', body: 'name',
    established: 'established', revised: 'revised', guideline: 'guideline', published: 'published',
    address: 'address', late: 'late' } },
  '/alerts/office/{notice}/receipts/csv': { as: 'nation', rows: (j) => j.rows, same: { code6: 'code6', pref: 'pref', body: 'body',
    readers: 'readers', seen_at: 'seen_at', answered_at: 'answered_at', answer: 'answer', note: 'note' } },
  '/darknet/alerts/list/csv': { as: 'town', page: '/darknet/alerts', rows: (j) => j.rows, same: { alert: 'alert', code6: 'code6',
    body: 'body', severity: 'severity', source: 'source', class: 'class_name', tool: 'tool', services: 'services',
    packets: 'packets', first: 'first', last: 'last', state: 'state', handling: 'handling' } },
  '/incidents/board/list/csv': { as: 'nation', page: '/incidents/board', rows: (j) => j.rows, same: { code6: 'code6', body: 'body', kinds: 'kinds',
    causes: 'causes', state: 'state', known_at: 'known_at', reported_at: 'reported_at', persons: 'persons', reports: 'reports', next_due: 'next_due' } },
  '/darknet/trends/csv': { as: 'town', rows: (j) => j.rows, same: { protocol: 'protocol', port: 'port', packets: 'day' } },
  '/darknet/desk/list/csv': { as: 'nation', page: '/darknet/desk', rows: (j) => j.rows, same: { code6: 'code6', body: 'name',
    pref: 'pref', number: 'number', state: 'state', filed_at: 'filed_at', changed_at: 'changed_at', observed_from: 'from' } },
  '/darknet/prefixes/csv': { as: 'nation', rows: (j) => j.rows, same: { prefix: 'prefix', role: 'role', codes: 'codes',
    bodies: 'names', observed_from: 'from' } },
  '/darknet/use/months/csv': { as: 'pref', page: '/darknet/use', rows: (j) => j.months, same: { month: 'end', users: 'users' } },
  '/darknet/use/prefs/csv': { as: 'nation', page: '/darknet/use', rows: (j) => j.prefs,
    same: { pref: 'name', share: 'share', users: 'users', n: 'n' } },
  '/surveys/drafts/csv': { as: 'nation', rows: (j) => j.drafts,
    same: { title: 'title', items: 'items', changed_by: 'by', changed_at: 'changed_at' } },
  '/surveys/{survey}/csv': { as: 'town', rows: (j) => j.areas.flatMap((a) => a.items.map((it) => ({ ...it, area: a.name }))),
    same: { item: 'code', area: 'area', question: 'question', answer: 'answer', state: 'state_name' } },
  '/surveys/{survey}/board/csv': { as: 'nation', rows: (j) => j.rows, same: { code6: 'code6', body: 'name',
    class: 'class', state: 'state_name', answered: 'done', items: 'total', changed_at: 'changed_at' } },
  '/surveys/{survey}/totals/csv': { as: 'nation', rows: (j) => j.areas.flatMap((a) => a.items.map((it) => ({ ...it, area: a.name }))),
    same: { item: 'code', area: 'area', question: 'question', n: 'n', unanswered: 'unanswered' },
    where: [(it) => it.is_status, { share: 'share', done: 'done', partial: 'partial', none: 'none', na: 'na' }] },
  '/surveys/{survey}/totals/{code}/csv': { as: 'nation',
    rows: (j) => j.groups.flatMap((g) => g.rows.map((r) => ({ ...r, by: g.heading }))),
    same: { by: 'by', group: 'name', n: 'n', done: 'first', share: 'share' } },
  '/surveys/{survey}/compare/csv': { as: 'town',
    rows: (j) => j.areas.flatMap((a) => [
      ...a.years.map((y) => ({ ...y, area: a.name, who: '自団体', n: 1 })),
      ...a.groups.map((g) => ({ ...g, area: a.name, who: g.name, year: j.year, items: a.compared, n: g.withheld ? null : g.bodies,
        ...(g.withheld ? { done: null, partial: null } : {}) }))]),
    same: { area: 'area', who: 'who', year: 'year', items: 'items', n: 'n', done: 'done', partial: 'partial' } },
  '/surveys/{survey}/compare/{code}/csv': { as: 'town',
    rows: (j) => [
      ...j.own.map((o) => ({ who: '自団体', year: o.year, answer: o.value, as_of: o.as_of })),
      ...j.groups.flatMap((g) => (g.withheld || !g.answers.length
        ? [{ who: g.name, year: j.year, answer: g.summary, as_of: j.as_of, ...(g.withheld ? {} : { n: g.n }) }]
        : g.answers.map((a) => ({ who: g.name, year: j.year, answer: a.label, share: a.share, bodies: a.n, n: g.n, as_of: j.as_of }))))],
    same: { who: 'who', year: 'year', answer: 'answer', share: 'share', bodies: 'bodies', n: 'n', as_of: 'as_of' } },
  '/surveys/{survey}/editions/{edition}/csv': { as: 'nation', rows: (j) => j.items, same: { item: 'code', area: 'area',
    question: 'question', figure: 'figure', n: 'n', corrected: 'corrected' } },
  '/plan/list/csv': { as: 'town', page: '/plan', rows: (j) => j.years.flatMap((y) => y.items),
    same: { item: 'code', question: 'question', text: 'text', due: 'due', state: 'state_name', reason: 'reason', years: 'years' } },
};

/** Rows of many bodies, or of everybody: a proof of who it is that is older than ten minutes is not enough. */
const FRESH = ['/alerts/office/{notice}/receipts/csv', '/bodies/csv', '/incidents/board/list/csv', '/mail/csv', '/people/list/csv', '/policies/csv', '/surveys/{survey}/board/csv',
  '/surveys/{survey}/totals/csv', '/surveys/{survey}/totals/{code}/csv'];

/** Tables on pages that are no file, and why. By template. */
const NO_FILE = {
  'alert/alert_office': 'what the office wrote; each one\'s receipts are a file, all of it is in what the body takes with it',
  'alert/alert_phones': 'made to be printed; the contacts of each body are a file',
  'org/privacy': 'about the program: the table is doc/personal-data.csv itself',
  'darknet/darknet_board': 'the last 24 hours, of which the hours are a file',
  'darknet/darknet_alert': 'the facts, the first packets and the record of one alert',
  'darknet/darknet_contacts': 'part of a form: who is told; also in what the body takes with it',
  'darknet/darknet_dark': 'secret: the observation network\'s leave by no file, a body\'s only in what it takes with it',
  'darknet/darknet_home': 'links to the versions of one registration',
  'darknet/darknet_ranges': 'the ranges of one application; all that is observed is a file',
  'darknet/darknet_way': 'the record of one application',
  'incident/incident': 'the duties and the record of one incident; what was sent is a signed file',
  'incident/incident_letters': 'an estimate of the moment, of prices that were just typed',
  'incident/incident_delivery': 'one report: it is a signed file, and the talk about it is sealed with it',
  'incident/incident_drill': 'the score of one exercise',
  'incident/incident_envelope': 'one report, for somebody without an account: it is printed',
  'incident/incident_files': 'each file is a file; who had it is sealed with the incident',
  'incident/incident_offices': 'part of a form: who receives',
  'incident/incident_keep': 'how long, and what is over: case_years and cases of what the body takes with it',
  'incident/incident_pack': 'rules, and bodies of a moment: the pack itself is a file that was loaded',
  'incident/incident_packs': 'which packs of rules there are',
  'incident/incident_rules': 'about the program: the rules are data/rules/jp.json, printed as they stand',
  'incident/incident_received': 'each report is a signed file',
  'incident/incidents': 'what stays readable is in what the body takes with it',
  'export/export': 'what is in the ZIP, where each of them is a file',
  'guide/accessibility': 'part of a text about the program: no data of anybody',
  'main/system': 'the state of the program at this moment, also as JSON',
  'org/account': 'where one person is signed in at this moment, on the own page',
  'org/attributes': 'what was just typed, shown once before it is saved',
  'org/bodies_contacts': 'links to the contacts of each body, which are files',
  'org/body': 'the organs and links of one body, on its own page',
  'org/roles': 'how many people hold each role; the people are a file',
  'policy/policy': 'earlier versions of one policy; the newest are a file',
  'survey/assign': 'a form: who answers which item',
  'survey/draft_conflict': 'two versions side by side, shown once',
  'survey/draft_item': 'part of a form: the choices of one question',
  'survey/draft_pick': 'a form: questions to choose from',
  'survey/draft_publish': 'what is about to be published, shown once',
  'survey/draft_target': 'a form: how many bodies each choice asks',
  'survey/editions': 'links to the editions, each of which is a file',
  'survey/evidence': 'links to uploaded files',
  'survey/item': 'earlier answers of one item',
  'survey/open': 'a form: what the new survey takes over',
  'survey/plan_conflict': 'two versions side by side, shown once',
  'survey/plan_edit': 'earlier versions of one planned item',
  'survey/submit': 'what is missing, to be answered now',
  'survey/survey_dates': 'the dates of one survey',
  'survey/way': 'how far one response has come',
};

/** A cell of a column's type, as the JSON of a page says it. */
const VALUE = {
  string: (text) => text,
  integer: (text) => (/^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined),
  decimal: (text) => (/^-?(0|[1-9]\d*)\.\d$/.test(text) ? Number(text) : undefined),
  date: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined),
  dateTimeStamp: (text) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined),
  boolean: (text) => ({ はい: true, いいえ: false })[text],
};

const base = (column) => column.datatype.base ?? column.datatype;
/** What the guard put in front is taken off again. */
const plain = (text) => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

function parsed(bytes) {
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'a byte order mark');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  assert.ok(text.endsWith('\r\n'));
  return parse(text, { record_delimiter: '\r\n', relax_quotes: false, relax_column_count: false });
}

describe('every table as a file', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const as = (login) => program(c.server.url, token(c.file, login));
    c.as = as;
    const town = as('town'), nation = as('nation');
    const survey = (await town.get('/')).json.own[0].id;
    const id = (login) => sqlite(c.file, `SELECT id FROM person WHERE login='${login}'`).trim();
    const ok = (r) => assert.ok(r.status === 200, r.text);
    for (const title of LINES) ok(await nation.post('/surveys/drafts', { title, from: '' }));
    for (const name of ['情報課', '空の課']) ok(await town.post('/sections', { name }));
    const section = (await town.get('/sections')).json.sections.find((k) => k.name === '情報課').id;
    ok(await town.post(`/sections/${section}/people`, { person: [id('town'), id('town2')] }));
    for (const name of LINES) ok(await town.post('/contacts', { kind: 'night', name, phone: '026-200-0000' }));
    for (const name of LINES) ok(await town.post('/products', { name, version: '1.0', place: name }));
    ok(await town.post('/contacts/confirm'));
    ok(await as('ciso').post('/deputies', { principal: id('ciso'), deputy: id('kacho'), from: '2040-01-01', to: '2040-01-05' }));
    for (const [i, code] of ['ORG-01', 'ORG-02', 'HUM-01'].entries()) {
      ok(await town.post(`/plan/${code}`, { text: LINES[i], post: LINES[i + 1], state: 'planned', due: '2030-03-31', cost: '10', seen: 0 }));
    }
    ok(await save(town, survey, 'EVA-S2', PLANTED.at(-1)));
    await darknetApprove(nation, await darknetApply(town, '198.18.1.0/24'));
    plantAlert(c.file, 483010);
    plantFact(c.file);
    await reportIncident(town);
    await darknetApply(as('pref'), '198.18.2.0/24\n2001:db8:2::/48', { role: 'egress', sharers: '483010 483028' });
    const board = (await as('pref').get(`/surveys/${survey}/board`)).json;
    c.submitted = board.rows.find((r) => r.state_key === 'submitted' && r.pref).body;
    const past = sqlite(c.file, `SELECT id FROM survey WHERE id<>${survey} ORDER BY fiscal_year DESC LIMIT 1`).trim();
    ok(await nation.post(`/surveys/${past}/editions`, {}));
    const edition = sqlite(c.file, `SELECT number FROM edition WHERE survey=${past}`).trim();
    const notice = await sendAlert(nation, '483010 483028 483036');
    ok(await town.post(`/alerts/${notice}/answer`, { answer: 'checking', note: LINES[0] }));
    c.parts = { notice, survey, code: 'ORG-01', body: 483010, edition };
    c.past = past;
    await complete(town, survey);
    for (const login of ['town', 'kacho', 'ciso']) ok(await as(login).post(`/surveys/${survey}/submit`));
    for (const login of ['pref', 'nation']) ok(await as(login).get(`/surveys/${survey}/board/483010`)); // 閲覧記録
    const quoted = (text) => `CAST(x'${Buffer.from(text).toString('hex')}' AS TEXT)`;
    const people = PLANTED.map((name, i) => `INSERT INTO person (id, body, login, name, mail, active, created_at)
      VALUES (${9000 + i}, 483010, ${quoted(`${name}@${i}`)}, ${quoted(name)}, 'x@example.jp', 1, 0);`);
    sqlite(c.file, `UPDATE body SET code6='010006', name=${quoted(PLANTED[0])} WHERE id=483028;
      UPDATE body SET name=${quoted(PLANTED[8])} WHERE id=483036;
      ${people.join('\n')}
      UPDATE outbox SET state=4, attempts=3, answer=${quoted(PLANTED[1])}, tried_at=1700000000000000;`);
  }, LIMIT);
  after(() => c.server?.stop());

  const address = (where) => where.replace('/surveys/{survey}/editions', `/surveys/${c.past}/editions`)
    .replace(/\{(\w+)\}/g, (_, name) => c.parts[name]);
  const files = routes.map((r) => r.path).filter((p) => p.endsWith('/csv'));

  test('is in the list of this test, and has a schema', () => {
    assert.deepEqual(Object.keys(FILES).sort(), [...files].sort());
    assert.deepEqual(routes.filter((r) => r.path.endsWith('/schema')).map((r) => r.path).sort(),
      files.map((f) => `${f}/schema`).sort());
    for (const f of files) {
      const [csv, schema] = [f, `${f}/schema`].map((p) => routes.find((r) => r.path === p));
      assert.equal(schema.permission, csv.permission, f);
    }
  });

  test('a table on a page is a file, or it is said why not', () => {
    const tables = execFileSync('git', ['ls-files', 'src/*/html/*.ht'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
      .map((name) => [name.replace(/^src\/(\w+)\/html\/(\w+)\.ht$/, '$1/$2'), fs.readFileSync(path.join(root, name), 'utf8')])
      .filter(([, text]) => text.includes('<table'));
    const without = tables.filter(([, text]) => !/href="[^"]*\/csv[?"]/.test(text)).map(([name]) => name);
    assert.deepEqual(without.sort(), Object.keys(NO_FILE).sort());
  });

  for (const file of files) {
    test(`${file}: as it is declared, and as on its page`, LIMIT, async () => {
      const spec = FILES[file], who = c.as(spec.as), at = address(file);
      const reply = await who.get(at);
      assert.equal(reply.status, 200, reply.text);
      assert.match(reply.headers['content-type'], /^text\/csv; charset=utf-8/);
      const schema = await schemaOf(who, at, reply);
      const [head, ...rows] = parsed(reply.bytes ?? Buffer.from(reply.text));
      judgeSchema(schema, file);
      const { columns, primaryKey } = schema.tableSchema;
      assert.deepEqual(head, columns.map((k) => k.titles));
      assert.ok(rows.length > 0, 'a table without rows shows nothing');
      rows.forEach((row) => judgeRow(row, columns));
      if (primaryKey) {
        const keys = rows.map((row) => JSON.stringify(primaryKey.map((k) => row[columns.findIndex((x) => x.name === k)])));
        assert.equal(new Set(keys).size, keys.length, 'two rows of one key');
      }
      await compare(spec, who, at, columns, rows);
    });
  }

  async function schemaOf(who, at, reply) {
    const link = /^<([^>]+)>; rel="describedby"; type="application\/csvm\+json"$/.exec(reply.headers.link ?? '');
    assert.ok(link, 'a link to the schema');
    const where = new URL(link[1], c.server.url + at);
    assert.equal(where.pathname, `${at}/schema`);
    const r = await who.get(where.pathname + where.search);
    assert.equal(r.status, 200);
    assert.equal(r.headers['content-type'], 'application/csvm+json');
    const schema = JSON.parse(r.text);
    assert.equal(new URL(schema.url, where).pathname, at, 'it names the file');
    return schema;
  }

  /** What the vocabulary asks for, and this house: every column is explained, every number has a
   *  unit, and a share stands beside the number it is a share of. */
  function judgeSchema(schema, file) {
    assert.equal(schema['@context'][0], 'http://www.w3.org/ns/csvw');
    assert.ok(schema['dc:title'] && schema['dc:description']);
    const { columns } = schema.tableSchema, names = columns.map((k) => k.name);
    assert.equal(new Set(names).size, names.length);
    assert.equal(new Set(columns.map((k) => k.titles)).size, names.length);
    assert.deepEqual(names.slice(-2), ['as_of', 'data_kind']);
    for (const k of columns) {
      assert.match(k.name, /^[a-z][a-z0-9_]*$/);
      assert.ok(k['dc:description'], `${file} ${k.name}`);
      assert.ok(VALUE[base(k)], `${file} ${k.name}: ${base(k)}`);
      if (['integer', 'decimal'].includes(base(k))) assert.ok(k['schema:unitText'], `${file} ${k.name}: a unit`);
      if (base(k) === 'decimal') assert.ok(names.includes('n') && k.titles.includes('%'), `${file} ${k.name}: n and %`);
      if (k.name === 'code6') assert.equal(k.datatype.format, '[0-9]{6}');
    }
    for (const key of schema.tableSchema.primaryKey ?? []) assert.ok(columns.find((k) => k.name === key).required);
  }

  function judgeRow(row, columns) {
    columns.forEach((k, i) => {
      const text = row[i], what = `${k.titles}: ${JSON.stringify(text)}`;
      if (text === '') return void assert.ok(!k.required, what);
      assert.notEqual(VALUE[base(k)](text), undefined, what);
      if (base(k) === 'string') assert.doesNotMatch(text, FORMULA, what);
      if (base(k) === 'string' && k.datatype.format) assert.match(text, new RegExp(`^(?:${k.datatype.format})$`), what);
    });
  }

  async function compare(spec, who, at, columns, rows) {
    const page = spec.page ?? at.replace(/\/csv$/, ''), want = [];
    for (let n = 1; ; n++) {
      const { json } = await who.get(`${page}?page=${n}`);
      want.push(...spec.rows(json));
      if (!(json.next_query || json.after || json.next)) break;
    }
    assert.equal(rows.length, want.length, 'as many rows as on the page');
    const [only, extra] = spec.where ?? [() => false, {}];
    rows.forEach((row, i) => {
      for (const [name, field] of Object.entries(only(want[i]) ? { ...spec.same, ...extra } : spec.same)) {
        const k = columns.findIndex((x) => x.name === name);
        const cell = row[k] === '' ? null : VALUE[base(columns[k])](plain(row[k]));
        assert.deepEqual(cell, [undefined, '', null].includes(want[i][field]) ? null : want[i][field], `row ${i}: ${name}`);
      }
    });
  }

  test('codes keep their zeros, planted names come whole', LIMIT, async () => {
    const bodies = (await c.as('system').get('/bodies/csv')).text;
    assert.ok(bodies.includes('\r\n010006,'));
    const { text } = await c.as('system').get('/people/list/csv');
    const names = parsed(Buffer.from(text)).map((row) => plain(row[3]));
    for (const name of PLANTED) assert.ok(names.includes(name), JSON.stringify(name));
  });

  test('rows of many bodies want a fresh proof; what is one\'s own, or published, does not', LIMIT, async () => {
    const asked = [];
    for (const as of new Set(files.map((f) => FILES[f].as))) {
      const v = await visitor(c.server.url).signIn(as);
      const mine = files.filter((f) => FILES[f].as === as).map((f) => [f, address(f)]);
      for (const [f, at] of mine) assert.equal((await v.get(at)).status, 200, `${f}: just signed in`);
      sqlite(c.file, 'UPDATE session SET fresh_at=0;');
      for (const [f, at] of mine) {
        const r = await v.get(at);
        if (r.status === 200) continue;
        assert.equal(r.status, 303, f);
        assert.match(r.headers.location, /^\/confirm\?/, f);
        asked.push(f);
      }
    }
    assert.deepEqual(asked.sort(), FRESH);
  });

  test('a filter of the page is a filter of the file, and of the address the schema names', LIMIT, async () => {
    const who = c.as('system');
    const some = await who.get('/people/list/csv?q=town2');
    assert.equal(parsed(Buffer.from(some.text)).length, 2);
    assert.equal(/^<([^>]+)>/.exec(some.headers.link)[1], 'csv/schema?q=town2');
    assert.equal(JSON.parse((await who.get('/people/list/csv/schema?q=a%3E%22')).text).url, '../csv?q=a%3E%22');
  });

  test('who takes everybody\'s names away stands in the journal; a schema does not', LIMIT, async () => {
    const n = () => Number(sqlite(c.file, 'SELECT COALESCE(SUM(n), 0) FROM journal WHERE kind=2 AND body=0'));
    const was = n();
    await c.as('system').get('/people/list/csv/schema');
    assert.equal(n(), was);
    await c.as('system').get('/people/list/csv');
    assert.equal(n(), was + 1);
  });

  test('below a table there is nothing but its schema', LIMIT, async () => {
    for (const where of ['/people/list/schema', '/people/list/csv/schema/schema', '/people/list/csv/x', '/schema', '/people/list/csv/schema/']) {
      assert.equal((await c.as('system').get(where)).status, 404, where);
    }
    assert.equal((await c.as('system').post('/people/list/csv/schema', {})).status, 405);
  });
});
