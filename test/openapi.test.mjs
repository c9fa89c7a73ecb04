// SPDX-License-Identifier: Apache-2.0
// /openapi.json says the truth: it is a valid OpenAPI 3.1 document, every answer to every role fits
// it, every form can be sent by it, and a program reads what a person reads.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import {
  darknetApply, darknetApprove, demo, each, everyAddress, plantAlert, program, reportIncident, sendAlert, serve, sqlite, token, visitor, yaguraOk,
} from './lib.mjs';
import { isExplained, leaves, readable, sources, template, textsOf } from './shown.mjs';

const LIMIT = { timeout: 300_000 };
const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });
after(() => agent.destroy());

const ROLES = ['town', 'town2', 'kacho', 'ciso', 'u483028', 'pref', 'nation', 'system'];

/** Texts of the very moment: the page and its JSON are two requests, a moment apart. */
const OF_THE_MOMENT = [/^順番を待つ書き込み \d+ 件/, /^空き \d+%（\d+MB）$/, /^yagura-anchor-1 /];
const isOfTheMoment = (text) => OF_THE_MOMENT.some((pattern) => pattern.test(text));

const c = {};

before(async () => {
  c.file = demo('--sample');
  sqlite(c.file, "INSERT INTO person_role SELECT id, 4, 0 FROM person WHERE login='town2'"); // 団体管理者
  c.server = await serve(c.file);
  c.as = (login) => program(c.server.url, login && token(c.file, login), agent);
  const got = await c.as(null).get('/openapi.json');
  assert.equal(got.status, 200);
  c.doc = got.json;
  c.text = got.text;
  c.ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(c.ajv);
  c.ajv.addSchema(c.doc, 'doc');
  c.checks = new Map();
  c.rows = Object.keys(c.doc.paths).map((path) => ({ path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  const town = c.as('town');
  const { own } = (await town.get('/')).json;
  c.survey = String(own[0].id);
  c.surveys = own.map((s) => String(s.id));
  const file = await town.upload(`/surveys/${c.survey}/items/ORG-S1/files`, ['note', '資料'],
    ['file', '本文', '資料.txt']);
  assert.equal(file.status, 200);
  const draft = await c.as('nation').post('/surveys/drafts', { title: '下書き', from: 'catalog' });
  assert.equal(draft.status, 200);
  c.draft = String(draft.json.id);
  const contact = await town.post('/contacts', { kind: 'night', name: '宿直', phone: '000-000-0000' });
  assert.equal(contact.status, 200);
  const published = await c.as('nation').post(`/surveys/${c.surveys.at(-1)}/editions`);
  assert.equal(published.status, 200, published.text);
  assert.equal((await town.post('/plan', { what: 'ORG-01' })).status, 200);
  const people = [...sqlite(c.file, 'SELECT id FROM person WHERE body IN (483010, 480002) LIMIT 4')
    .matchAll(/\d+/g)].map(String);
  const application = await darknetApply(town, '198.18.1.0/24', { role: 'egress', sharers: '483028' });
  await darknetApprove(c.as('nation'), application);
  const asked = await darknetApply(c.as('u483028'), '198.18.1.0/25');
  const change = (await town.post('/darknet/applications', {})).json.id;
  const recipient = String((await town.get('/darknet/contacts')).json.rows[0].recipient);
  assert.equal((await town.post('/darknet/internal', { ranges: '10.1.0.0/16', note: '階' })).status, 200);
  assert.equal((await c.as('nation').post('/darknet/dark', { ranges: '198.19.0.0/16', note: '網' })).status, 200);
  const { incident, delivery } = await reportIncident(town);
  const notice = await sendAlert(c.as('nation'), '483010 483028');
  assert.equal((await town.post(`/alerts/${notice}/answer`, { answer: 'applies', note: '対応中' })).status, 200);
  const { json: { notice: alertDraft } } = await c.as('nation').post('/alerts/office');
  const drill = (await town.post('/incidents', { drill: '1' })).json.incident;
  c.known = { notice: [notice, alertDraft].map(String), pack: ['0'], incident: [String(incident), String(drill)], delivery: [String(delivery)], part: ['first', 'personal'], rule: ['jp.mic'], alert: [String(plantAlert(c.file, 483010))], application: [application, asked, change].map(String), recipient: [recipient], draft: [c.draft], file: [String(file.json.files.rows[0].file)], survey: c.surveys,
    code: ['ORG-01', 'ORG-10', 'ORG-S1', 'EVA-S2'], edition: ['1'], organ: ['0', '1'],
    body: ['483010', '483028', '480002'], person: people,
    contact: [String(contact.json.rows.at(-1).contact)] };
  c.addresses = everyAddress(c.known);
}, LIMIT);
after(() => c.server?.stop());

const rowOf = (where) => c.rows.find((r) => r.pattern.test(where.split('?')[0]))?.path;
const pointer = (path) => path.replaceAll('~', '~0').replaceAll('/', '~1');

/** The messages of a body against the schema of its answer; [] when it fits. */
function misfits(path, method, status, type, body) {
  const { responses } = c.doc.paths[path][method];
  let at = `#/paths/${pointer(path)}/${method}/responses/${responses[status] ? status : 'default'}`;
  let response = responses[status] ?? responses.default;
  if (response.$ref) {
    at = response.$ref;
    response = c.doc.components.responses[response.$ref.split('/').at(-1)];
  }
  if (!response.content?.[type]) return [`${status} ${type} is not described`];
  const key = `${at}/content/${pointer(type)}/schema`;
  if (!c.checks.has(key)) c.checks.set(key, c.ajv.compile({ $ref: `doc${encodeURI(key)}` }));
  const check = c.checks.get(key);
  return check(body) ? [] : check.errors.map((e) => `${e.instancePath} ${e.message}`);
}

const typeOf = (r) => (r.headers['content-type'] || '').split(';')[0];

/** The view a GET answers with. */
function viewOf(path) {
  const schema = c.doc.paths[path]?.get?.responses[200].content['application/json']?.schema;
  return schema?.$ref?.split('/').at(-1);
}

describe('the document', LIMIT, () => {
  test('is valid OpenAPI 3.1, and the command prints the same', async () => {
    const r = await new Validator().validate(structuredClone(c.doc));
    assert.ok(r.valid, JSON.stringify(r.errors, null, 1));
    assert.match(c.doc.openapi, /^3\.1/);
    assert.equal(yaguraOk('routes', '--openapi'), c.text);
  });

  test('names every row, its fields and who may, as `yagura routes --json` does', () => {
    const routes = JSON.parse(yaguraOk('routes', '--json'));
    let operations = 0;
    for (const r of routes) {
      const o = c.doc.paths[r.path]?.[r.method.toLowerCase()];
      assert.ok(o, `${r.method} ${r.path}`);
      operations++;
      assert.equal(o['x-permission'], r.permission);
      assert.equal(o['x-roles'].length > 0, r.permission !== 'public', r.path);
      const content = Object.values(o.requestBody?.content ?? {});
      for (const { schema } of content) {
        for (const f of r.fields) assert.ok(schema.properties[f.name]?.title, `${r.path} ${f.name}`);
        assert.equal(schema.additionalProperties, false);
      }
      assert.equal(content.length > 0, r.method === 'POST');
    }
    const all = Object.values(c.doc.paths).flatMap((p) => Object.keys(p));
    assert.equal(all.length, operations);
    const ids = Object.values(c.doc.paths).flatMap((p) => Object.values(p)).map((o) => o.operationId);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(c.doc.paths['/board'].get['x-roles'].length, 2);
  });

  test('every row says what comes back', () => {
    for (const [path, methods] of Object.entries(c.doc.paths)) {
      for (const [method, o] of Object.entries(methods)) {
        const said = Object.keys(o.responses[200].content).length > 0 || o.responses[303];
        assert.ok(said, `${method} ${path}: its row names no .shows, no .file and no .goes`);
      }
    }
  });
});

/** A text without its numbers: texts of one kind are one. */
const blankOut = (text) => text.replace(/[\d\s]+/g, '#').slice(0, 24);

describe('what a role reads', LIMIT, () => {
  /** What is measured while it is read: the two readings need a server that does nothing else. */
  const LIVE = /^\/system$/;

  /** Pages read, and by address what does not fit. */
  async function crawl(login) {
    const wrong = [], views = new Set();
    const p = c.as(login), v = await visitor(c.server.url, agent).signIn(login);
    const read = async (where) => {
      const r = await p.get(where), path = rowOf(where), type = typeOf(r);
      if (r.status === 303) {
        if (!c.doc.paths[path].get.responses[303]) wrong.push(`${where}: 303`);
        return;
      }
      if (!/json/.test(type)) {
        const said = Object.keys(c.doc.paths[path].get.responses[200].content);
        if (!said.includes(type) && !said.includes('*/*')) wrong.push(`${where}: ${type}`);
        return;
      }
      const bad = misfits(path, 'get', r.status, type, r.json);
      if (bad.length) wrong.push(`${where}: ${r.status} ${bad.slice(0, 3).join('; ')}`);
      const view = viewOf(path);
      if (r.status !== 200 || !view || path === '/healthz') return;
      views.add(view);
      wrong.push(...compare(where, view, r.json, (await v.get(where)).text));
    };
    await each(c.addresses.filter((a) => !LIVE.test(a)), 6, read);
    await each(c.addresses.filter((a) => LIVE.test(a)), 1, read);
    return { wrong, views };
  }

  const compared = { texts: 0, values: 0 };

  function compare(where, view, json, html) {
    const wrong = [], { schemas } = c.doc.components;
    const from = sources(schemas, view, json), page = readable(html);
    const { words } = template(view);
    for (const text of textsOf(html)) {
      compared.texts++;
      if (isExplained(text, from, words) || isOfTheMoment(text)) continue;
      wrong.push(`${view}:${blankOut(text)} ${where}: the page says 「${text}」, its JSON does not`);
    }
    leaves(schemas, view, json, (value, name, at, must) => {
      const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '';
      if (!must || text === '') return;
      compared.values++;
      if (page.includes(text) || isOfTheMoment(text)) return;
      wrong.push(`${name}.${at} ${where}: the JSON says 「${text}」, the page does not`);
    });
    return wrong;
  }

  const seen = new Set();
  for (const login of ROLES) {
    test(login, LIMIT, async () => {
      const { wrong, views } = await crawl(login);
      for (const view of views) seen.add(view);
      const kinds = new Map(wrong.map((w) => [w.split(' ')[0], w])); // one example of each
      assert.deepEqual([...kinds.values()], []);
      assert.ok(views.size > 3, `${login} read ${[...views]}`);
    });
  }

  test('every view that a GET shows was read by somebody', () => {
    assert.ok(compared.texts > 10_000 && compared.values > 5_000, JSON.stringify(compared));
    const people = (security) => security?.length === 1 && !security[0].bearer; // the own account
    const forPrograms = (p) => !people(c.doc.paths[p].get?.security);
    const all = new Set(Object.keys(c.doc.paths).filter(forPrograms).map(viewOf).filter(Boolean));
    const never = [...all].filter((v) => !seen.has(v) && !['health', 'sign_in', 'invite', 'incident_envelope'].includes(v));
    assert.deepEqual(never, []);
  });
});

// ── forms ──

/** The least that the schema of a form asks for, from what is known of the installation. */
function filled(schema, known) {
  const out = {};
  for (const name of schema.required) {
    const field = schema.properties[name];
    if (known[name] !== undefined) out[name] = known[name];
    else if (field.type === 'integer') out[name] = field.minimum ?? 1;
    else if (field.type === 'array') out[name] = ['ORG-01'];
    else out[name] = 'a@example.jp'.slice(0, field.maxLength);
  }
  return out;
}

describe('what a form takes', LIMIT, () => {
  test('every one can be sent by its schema, and the answer fits its description', LIMIT, async () => {
    const wrong = [], statuses = {};
    for (const login of ['town', 'nation', 'system']) {
      const p = c.as(login);
      for (const [path, { post }] of Object.entries(c.doc.paths)) {
        if (!post || path === '/sign-out') continue;
        const where = path.replace(/\{(\w+)\}/g, (_, name) => ({ token: 'x', ...Object.fromEntries(
          Object.entries(c.known).map(([k, v]) => [k, v[0]])) })[name] ?? '1');
        const [type] = Object.keys(post.requestBody.content);
        const { schema } = post.requestBody.content[type];
        const fields = filled(schema, { login: 'a@example.jp', value: 'full' });
        const send = (more) => (type === 'multipart/form-data'
          ? p.upload(where, ...Object.entries({ ...fields, ...more }), ['file', 'x', 'x.txt'])
          : p.post(where, { ...fields, ...more }));
        const extra = await send({ unheard: '1' });
        const r = await send({});
        (statuses[r.status] ??= new Set()).add(path);
        if (r.status === 400) wrong.push(`${login} ${path}: 400 ${r.text}`);
        if (r.status >= 500) wrong.push(`${login} ${path}: ${r.status}`);
        if (extra.status < 400) wrong.push(`${login} ${path}: an unknown field was taken`);
        const bad = misfits(path, 'post', r.status, typeOf(r), r.json);
        if (bad.length) wrong.push(`${login} ${path}: ${r.status} ${bad.slice(0, 3).join('; ')}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(statuses[200].size > 15, `200: ${[...statuses[200]]}`);
    assert.ok(statuses[422].size > 10, `422: ${[...statuses[422]]}`);
    assert.ok(statuses[403].size > 10, `403: ${[...statuses[403]]}`);
  });

  test('an answer given twice is described for the second', LIMIT, async () => {
    const where = '/surveys/{survey}/items/{code}', town = c.as('town');
    const at = where.replace('{survey}', c.survey).replace('{code}', 'ORG-02');
    const { json } = await town.get(at);
    const values = json.options.map((o) => o.value).filter((v) => v !== json.value);
    const first = await town.post(at, { value: values[0], seen: json.seen });
    assert.deepEqual(misfits(where, 'post', first.status, typeOf(first), first.json), []);
    const second = await town.post(at, { value: values[1], seen: json.seen });
    assert.equal(second.status, 409);
    assert.ok(second.json.theirs_by, 'the view of the clash');
    assert.deepEqual(misfits(where, 'post', 409, typeOf(second), second.json), []);
  });

  test('no row was wrong in all this', () => {
    assert.deepEqual(c.server.log.split('\n').filter((l) => l.includes('row_disagrees')), []);
  });
});

describe('the comparison itself', () => {
  const schemas = { v: { type: 'object', properties: { name: { type: 'string' },
    n: { type: 'integer' }, day: { type: ['string', 'null'], format: 'date' } } } };
  const from = sources(schemas, 'v', { name: '見本町', n: 1234, day: '2026-11-20' });
  const words = new Set(['件、', 'まで']);
  const cases = [['見本町', true], ['見本市', false], ['1,234 件、', true], ['1234件、見本町', true],
    ['123 件、', false], ['12345', false], ['令和8年11月20日まで', true],
    ['令和8年11月21日まで', false], ['まで見本', false]];
  for (const [text, fits] of cases) {
    test(`${text}: ${fits}`, () => assert.equal(isExplained(text, from, words), fits));
  }
});
