// SPDX-License-Identifier: Apache-2.0
// Of work that was not submitted nobody outside reads a word: a planted value is looked for on every
// page, as page and as JSON, of everybody else; and of an organ's work inside its own body.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  complete, darknetApply, darknetApprove, darknetStep, demo, each, everyAddress, plantAlert, program, reportIncident, save, sendAlert, serve, sqlite, token, visitor, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 600_000 };
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
after(() => agent.destroy());

// ── the canary: unsubmitted work is seen by nobody else ──

const NUMBER = '987654321';
const WORD = 'カナリア7f3a';
const HOSTILE = `${WORD}</textarea><script>alert(1)</script><img src=x onerror="alert(2)">'"&amp;{{csrf}}`;

function sings(text) {
  return text.includes(NUMBER) || text.includes('987,654,321') || text.includes(WORD);
}

/** All that somebody can read: the addresses above, as page and as JSON, and every link found. */
async function readAll(url, file, login, addresses, heard = sings) {
  const v = await visitor(url, agent).signIn(login);
  const p = program(url, token(file, login), agent);
  const seen = new Set(addresses), found = [];
  let pages = 0;
  const look = async (where) => {
    for (const r of [await v.get(where), await p.get(where)]) {
      pages += r.status === 200;
      if (heard(r.text)) found.push(where);
    }
  };
  await each(addresses, 8, look);
  for (let fresh = ['/']; fresh.length;) {
    const links = new Set();
    await each(fresh, 8, async (where) => {
      const r = await v.get(where);
      if (heard(r.text)) found.push(where);
      for (const [, href] of r.text.matchAll(/href="(\/[^"#]*)/g)) {
        links.add(href.replaceAll('&amp;', '&'));
      }
    });
    fresh = [...links].filter((l) => !seen.has(l) && seen.add(l));
  }
  return { pages, found: [...new Set(found)] };
}

describe('the canary', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login), agent);
    c.town = c.as('town');
    const { own } = (await c.town.get('/')).json;
    c.survey = own[0].id;
    const sheet = (await c.town.get(`/surveys/${c.survey}`)).json;
    const codes = sheet.areas.flatMap((a) => a.items.map((it) => it.code));
    const attached = await c.town.upload(`/surveys/${c.survey}/items/ORG-S1/files`,
      ['note', WORD], ['file', WORD, `${WORD}.txt`]);
    assert.equal(attached.status, 200);
    const draft = await c.as('nation').post('/surveys/drafts', { title: '下書き', from: 'catalog' });
    c.addresses = everyAddress({ draft: [draft.json.id], file: [String(attached.json.files.rows[0].file)],
      survey: own.map((s) => s.id), code: codes, edition: ['1'], organ: ['0', '1'],
      body: [...sqlite(c.file, 'SELECT id FROM body').matchAll(/\d+/g)].map(String),
      person: [...sqlite(c.file, 'SELECT id FROM person').matchAll(/\d+/g)].map(String),
      contact: ['1'] });
    assert.ok(c.addresses.length > 700);
  }, LIMIT);
  after(() => c.server?.stop());

  const totals = async () => {
    const nation = c.as('nation');
    const out = [];
    for (const where of ['totals', 'totals/ORG-S1', 'totals/EVA-S2']) {
      out.push((await nation.get(`/surveys/${c.survey}/${where}`)).text);
    }
    return out;
  };

  test('a draft is seen by its own body only, and moves no total', LIMIT, async () => {
    const was = await totals();
    assert.equal((await save(c.town, c.survey, 'ORG-S1', NUMBER)).status, 200);
    assert.equal((await save(c.town, c.survey, 'EVA-S2', HOSTILE)).status, 200);
    const plan = { text: HOSTILE, post: WORD, state: 'dropped', reason: HOSTILE, cost: NUMBER,
      seen: 0 };
    assert.equal((await c.town.post('/plan/ORG-01', plan)).status, 200);
    const own = await readAll(c.server.url, c.file, 'town2', c.addresses);
    for (const where of ['/plan', '/plan/list/csv', '/plan/ORG-01',
      `/surveys/${c.survey}/items/ORG-01`]) assert.ok(own.found.includes(where), where);
    assert.ok(own.found.includes(`/surveys/${c.survey}/items/EVA-S2`), 'a colleague sees it');
    assert.ok(own.found.includes(`/surveys/${c.survey}`));
    for (const login of ['pref', 'nation', 'system', 'u483028', 'u483036']) {
      const r = await readAll(c.server.url, c.file, login, c.addresses);
      assert.ok(r.pages > (login === 'system' ? 1 : 100), `${login} read ${r.pages} pages`);
      assert.deepEqual(r.found, [], login);
    }
    assert.deepEqual(await totals(), was);
  });

  test('contacts and measurements are seen by their own body, and by offices what is theirs to see',
    LIMIT, async () => {
      const file = demo('--sample', '--years', '1'), server = await serve(file);
      const as = (login) => program(server.url, token(file, login), agent);
      const town = as('town');
      const survey = (await town.get('/')).json.own[0].id;
      assert.equal((await town.post('/contacts',
        { kind: 'night', name: HOSTILE.slice(0, 90), phone: NUMBER })).status, 200);
      const contact = (await town.get('/contacts')).json.rows.at(-1).contact;
      assert.equal((await town.post('/contacts/confirm')).status, 200);
      const item = (await town.get(`/surveys/${survey}/items/ORG-10`)).json;
      assert.equal(item.measure.value, '0日', 'measured in the same transaction');
      const addresses = everyAddress({ survey: [survey], code: ['ORG-01', 'ORG-10'],
        edition: ['1'], body: ['483010', '483028', '480002'], area: ['ORG'], person: ['1'],
        contact: [String(contact)] });
      const own = await readAll(server.url, file, 'town2', addresses);
      assert.ok(own.found.includes('/contacts'), 'a colleague sees it');
      const offices = { pref: ['/contacts/of/483010', '/contacts/of/483010/csv'],
        nation: ['/contacts/of/483010', '/contacts/of/483010/csv'], system: [], u483028: [],
        u483036: [] };
      for (const [login, sees] of Object.entries(offices)) {
        const r = await readAll(server.url, file, login, addresses);
        assert.deepEqual(r.found.sort(), sees, login);
      }
      const page = await (await visitor(server.url, agent).signIn('pref'))
        .get('/contacts/of/483010');
      assert.ok(page.text.includes(`${WORD}&lt;/textarea&gt;&lt;script&gt;`));
      await server.stop();
    });

  test('an incident is seen by its body, a report by those it went to; nothing of it lies open on the disk', LIMIT, async () => {
    const file = demo('--sample', '--years', '1'), server = await serve(file);
    const as = (login) => program(server.url, token(file, login), agent);
    const own = await reportIncident(as('town'), { summary: 'ジアン8f3d', contact: 'デンワ2c7a' });
    const ministry = sqlite(file, "SELECT id FROM flow_delivery WHERE recipient='mic'").trim();
    const addresses = everyAddress({ incident: [String(own.incident)], delivery: [String(own.delivery), ministry], part: ['first', 'response'],
      survey: ['1'], code: ['ORG-01'], edition: ['1'], body: ['483010'], area: ['ORG'] });
    const at = `/incidents/${own.incident}`, facts = [`${at}/facts/first`, `${at}/facts/response`];
    const chain = (where) => [where, ...['reports.json', 'report.json', 'report.xlsx'].map((f) => `${where}/${f}`)]; // a PDF is compressed
    const next = ['report.json', 'report.xlsx'].map((f) => `${at}/report/jp.mic/${f}`);
    const sent = [`${at}/report`, ...next, ...chain(`${at}/sent/${own.delivery}`), ...chain(`${at}/sent/${ministry}`)];
    const sees = { town2: { ジアン8f3d: [at, `${at}/summary`, facts[0], ...sent], デンワ2c7a: [`${at}/summary`, ...facts, ...sent] },
      pref: { ジアン8f3d: chain(`/incidents/received/${own.delivery}`), デンワ2c7a: chain(`/incidents/received/${own.delivery}`) },
      nation: { ジアン8f3d: chain(`/incidents/received/${ministry}`), デンワ2c7a: chain(`/incidents/received/${ministry}`) } };
    for (const login of ['town2', 'pref', 'nation', 'system', 'u483028', 'u483036']) {
      for (const word of ['ジアン8f3d', 'デンワ2c7a']) {
        const r = await readAll(server.url, file, login, addresses, (text) => text.includes(word));
        assert.deepEqual(r.found.sort(), (sees[login]?.[word] ?? []).toSorted(), `${login}: ${word}`);
      }
    }
    await server.stop();
    const backup = path.join(path.dirname(file), 'plain.yagura');
    yaguraOk('backup', backup, '--db', `sqlite:${file}`, '--plain');
    const onDisk = [file, `${file}-wal`, backup].filter((f) => fs.existsSync(f));
    assert.ok(onDisk.length >= 2);
    for (const name of onDisk) {
      const bytes = fs.readFileSync(name);
      for (const word of ['ジアン8f3d', 'デンワ2c7a']) assert.ok(!bytes.includes(word), `${word} lies open in ${name}`);
    }
    // without the server's key everything but the sealed is served, with another nobody begins; nothing is overwritten
    const page = `/incidents/${own.incident}`, keys = `${file}.keys`, kept = fs.readFileSync(keys);
    const asked = async () => {
      const again = await serve(file), town = program(again.url, token(file, 'town'));
      const answers = [(await town.get('/')).status, (await town.get('/incidents')).json.sealed, (await town.get(page)).status,
        (await town.post('/incidents')).status];
      await again.stop();
      return answers;
    };
    assert.deepEqual(await asked(), [200, false, 200, 200]);
    fs.rmSync(keys);
    assert.deepEqual(await asked(), [200, true, 403, 403]);
    assert.ok(!fs.existsSync(keys), 'no other key takes its place');
    const other = Buffer.from(kept);
    other[20] = other[20] === 0x30 ? 0x31 : 0x30;
    fs.writeFileSync(keys, other, { mode: 0o600 });
    await assert.rejects(serve(file), /封をした鍵ではありません.*写しを同じ場所に戻すか、--keys で/);
    fs.writeFileSync(keys, kept);
    assert.deepEqual(await asked(), [200, false, 200, 200]);
  });

  test('an alert of TLP:AMBER and one of TLP:RED are seen by those they name; a mail and the log know of neither', LIMIT, async () => {
    const file = demo('--sample', '--years', '1'), server = await serve(file, '--verbose');
    const as = (login) => program(server.url, token(file, login), agent), nation = as('nation');
    const words = { amber: 'ダイダイ4b7e', red: 'アカイロ9c2d', draft: 'シタガキ1f8a' };
    const send = (tlp) => sendAlert(nation, '483010', { tlp, title: words[tlp], summary: words[tlp], first: words[tlp] });
    const amber = await send('amber'), red = await send('red'), { json: { notice: draft } } = await nation.post('/alerts/office');
    assert.equal((await nation.post(`/alerts/office/${draft}`, { seen: 1, title: words.draft, later: words.draft })).status, 200);
    assert.equal((await as('town').post(`/alerts/${amber}/answer`, { answer: 'checking', note: words.amber })).status, 200);
    const addresses = everyAddress({ notice: [amber, red, draft].map(String), survey: ['1'], code: ['ORG-01'], edition: ['1'], body: ['483010'],
      area: ['ORG'] });
    const of = (n) => [`/alerts/${n}`, `/alerts/office/${n}/phones`, `/alerts/office/${n}/receipts`, `/alerts/office/${n}/receipts?show=&pref=`];
    const sees = {
      town2: { amber: ['/alerts', `/alerts/${amber}`], red: [], draft: [] },
      ciso: { amber: ['/alerts', `/alerts/${amber}`], red: ['/alerts', `/alerts/${red}`], draft: [] },
      nation: { amber: ['/alerts/office', ...of(amber)], red: ['/alerts/office', ...of(red)],
        draft: ['/alerts/office', `/alerts/office/${draft}`, `/alerts/office/${draft}/check`] },
    };
    for (const login of ['town2', 'ciso', 'kacho', 'pref', 'nation', 'system', 'u483028', 'c483028']) {
      for (const [name, word] of Object.entries(words)) {
        const r = await readAll(server.url, file, login, addresses, (text) => text.includes(word));
        const want = login === 'kacho' ? sees.town2[name] : sees[login]?.[name] ?? [];
        const found = r.found.filter((at) => !/csv|[?&](show|page|pref)=/.test(at));
        assert.deepEqual(found.sort(), want.filter((at) => !at.includes('?')).sort(), `${login}: ${name}`);
        if (!want.length) assert.deepEqual(r.found, [], `${login}: ${name}`);
      }
    }
    const outbox = sqlite(file, 'SELECT subject, text, path, key FROM outbox');
    assert.match(outbox, /注意喚起第1号が届きました/);
    await server.stop();
    for (const word of Object.values(words)) {
      assert.ok(!outbox.includes(word), `${word} in a mail`);
      assert.ok(!server.log.includes(word), `${word} in the log`);
    }
    const trail = sqlite(file, 'SELECT action, object, detail FROM audit');
    for (const word of Object.values(words)) assert.ok(!trail.includes(word), `${word} in the trail`);
    // what was sent is known again: a word changed in the database, a count, a reader who was not sent it
    const check = () => yagura('check', '--db', `sqlite:${file}`);
    assert.equal(check().code, 0);
    for (const [change, back] of [['UPDATE notice_part SET text=\'別\' WHERE notice=$ AND key=\'first\'', `UPDATE notice_part SET text='${words.amber}' WHERE notice=$ AND key='first'`],
      ['UPDATE notice SET tlp=1 WHERE id=$', 'UPDATE notice SET tlp=3 WHERE id=$'], ['UPDATE notice SET answered=2 WHERE id=$', 'UPDATE notice SET answered=1 WHERE id=$'],
      ['INSERT INTO notice_reader SELECT $, body, id FROM person WHERE login=\'u483028\'', 'DELETE FROM notice_reader WHERE notice=$']]) {
      sqlite(file, `${change.replaceAll('$', amber)};`);
      assert.match(check().out + check().err, /notice: \d+ are not what was sent/, change);
      sqlite(file, `${back.replaceAll('$', amber)};`);
      assert.equal(check().code, 0, back);
    }
  });

  test('dark ranges are seen by those whose they are, registrations by their body and the desk', LIMIT, async () => {
    const file = demo('--sample', '--years', '1'), server = await serve(file);
    const as = (login) => program(server.url, token(file, login), agent);
    const town = as('town'), nation = as('nation'), ok = (r) => assert.equal(r.status, 200, r.text);
    const survey = String((await town.get('/')).json.own[0].id);
    ok(await town.post('/darknet/internal', { ranges: '10.77.0.0/16', note: 'ウチ5d1b' }));
    ok(await nation.post('/darknet/dark', { ranges: '198.19.77.0/24', note: 'ソト8e2f' }));
    const id = await darknetApply(town, '198.18.77.0/24', { proof: 'ショルイ3a9c' });
    await darknetStep(nation, 'desk', id, 'return', '直してください');
    ok(await town.post('/darknet/contacts', { name: 'カカリ6c4e', mail: 'a@example.jp', hours: 'always', language: 'ja' }));
    const recipient = String((await town.get('/darknet/contacts')).json.rows.at(-1).recipient);
    const own = `/darknet/applications/${id}`, desk = `/darknet/desk/${id}`;
    const addresses = everyAddress({ application: [String(id)], recipient: [recipient], survey: [survey], code: ['ORG-01'],
      edition: ['1'], body: ['483010', '483028', '480002'], area: ['ORG'] });
    const look = async (expected, words) => {
      for (const login of ['town2', 'pref', 'nation', 'system', 'ciso', 'u483028', 'u483036']) {
        const r = await readAll(server.url, file, login, addresses, (text) => words.some((w) => text.includes(w)));
        assert.ok(r.pages > 0, login);
        assert.deepEqual(r.found.sort(), expected[login] ?? [], `${login}: ${words}`);
      }
    };
    const page = `/darknet/contacts/${recipient}`;
    await look({ town2: ['/darknet/internal'] }, ['ウチ5d1b', '10.77.0.0']);
    await look({ nation: ['/darknet/dark'] }, ['ソト8e2f', '198.19.77.0']);
    await look({ town2: [own] }, ['ショルイ3a9c', '198.18.77.0']); // sent back: only the body has it
    await look({ town2: ['/darknet', '/darknet/contacts', page] }, ['カカリ6c4e']);
    await darknetStep(town, 'applications', id, 'file');
    await look({ town2: [own], nation: [desk] }, ['ショルイ3a9c', '198.18.77.0']);
    await look({ town2: ['/darknet', '/darknet/contacts', page], nation: [desk] }, ['カカリ6c4e']);
    await darknetApprove(nation, id);
    await look({ town2: ['/darknet', own], nation: [desk, '/darknet/prefixes', '/darknet/prefixes.txt', '/darknet/prefixes/csv'].sort() }, ['ショルイ3a9c', '198.18.77.0']);
    // an alert: its body and national offices whole, the prefecture without the dark address, others not at all
    const alert = String(plantAlert(file, 483010, { id: 7700, source: '198.18.77.9', note: 'ツウチ4d7e', dark: '198.19.88.5' }));
    const at = `/darknet/alerts/${alert}`, files = ['episode.json', 'packets.pcap', 'stix.json'].map((f) => `${at}/${f}`);
    for (const login of ['town2', 'pref', 'nation', 'system', 'ciso', 'u483028', 'u483036']) {
      const sees = ['town2', 'pref', 'nation'].includes(login), knows = ['town2', 'nation'].includes(login), who = as(login);
      for (const address of [at, ...files, '/darknet/feed', '/darknet/feed?format=intelmq', '/darknet/alerts', '/darknet/alerts/list/csv']) {
        const { status, text } = await who.get(address);
        if (!sees) assert.ok(status === 404 || status === 403 || !/198\.18\.77\.9|ツウチ4d7e/.test(text), `${login} ${address}`);
        if (sees) assert.equal(status, 200, `${login} ${address}`);
        if (!knows) assert.ok(!text.includes('198.19.88.5'), `${login} ${address}`);
        if (sees && !address.endsWith('.pcap')) assert.ok(text.includes('198.18.77.9'), `${login} ${address}`);
      }
    }
    for (const word of ['10.77.0', '198.19.77', 'ウチ5d1b', 'ソト8e2f']) {
      assert.ok(!server.log.includes(word), `${word} is in the log`);
      assert.equal(sqlite(file, `SELECT COUNT(*) FROM audit WHERE detail LIKE '%${word}%' OR object LIKE '%${word}%'`).trim(), '0');
      assert.equal(sqlite(file, `SELECT COUNT(*) FROM outbox WHERE text LIKE '%${word}%' OR subject LIKE '%${word}%'`).trim(), '0');
    }
    await server.stop();
  });

  test('hostile text is text on the pages of its own body', LIMIT, async () => {
    const v = await visitor(c.server.url, agent).signIn('town');
    for (const where of [`/surveys/${c.survey}`, `/surveys/${c.survey}/items/EVA-S2`,
      '/plan', '/plan/ORG-01']) {
      const { text } = await v.get(where);
      assert.ok(text.includes(`${WORD}&lt;/textarea&gt;&lt;script&gt;`), where);
      assert.ok(!text.includes('<script>alert') && !text.includes('<img src=x'), where);
    }
  });

  test('after submission the prefecture and the nation see it, other towns never', LIMIT,
    async () => {
      const was = await totals();
      await complete(c.town, c.survey);
      for (const login of ['town', 'kacho', 'ciso']) {
        assert.equal((await c.as(login).post(`/surveys/${c.survey}/submit`)).status, 200, login);
      }
      const where = `/surveys/${c.survey}/board/483010`;
      for (const login of ['pref', 'nation']) {
        const r = await c.as(login).get(where);
        assert.equal(r.status, 200, login);
        const items = r.json.areas.flatMap((a) => a.items);
        assert.equal(items.find((it) => it.code === 'ORG-S1').answer, '987,654,321人', login);
        assert.equal(items.find((it) => it.code === 'EVA-S2').answer, HOSTILE, login);
        assert.equal(r.json.editable, false);
        const page = await (await visitor(c.server.url, agent).signIn(login)).get(where);
        assert.ok(page.text.includes(`${WORD}&lt;/textarea&gt;`), login);
        assert.ok(!page.text.includes('<script>alert'), login);
        assert.ok(!page.text.includes(`action="/surveys/${c.survey}/items/`) &&
          !page.text.includes(`action="/surveys/${c.survey}/areas/`), `${login}: no form to change it`);
      }
      for (const login of ['u483028', 'u483036', 'system']) {
        const r = await readAll(c.server.url, c.file, login, c.addresses);
        assert.deepEqual(r.found, [], login);
      }
      assert.notDeepEqual(await totals(), was);
    });

  test('no answer is in the log', () => assert.ok(!sings(c.server.log)));
});

// ── an organ's answers are its own ──

describe('an organ of a body', LIMIT, () => {
  const c = {};
  const people = [['gikai', 'u483010', 1], ['gikai-c', 'c483010', 64]];
  before(async () => {
    c.file = demo('--sample');
    // Two of the town's people work for its assembly.
    sqlite(c.file, `INSERT INTO organ VALUES (483010, 1, 1, '議会', 1, '方針を定めた', '', '議長',
        20000, 0, 0);
      ${people.map(([, login]) => `UPDATE person SET organ=1 WHERE login='${login}';`).join('')}`);
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login), agent);
    const nation = c.as('nation');
    const { offices } = (await nation.get('/')).json;
    assert.equal((await nation.post(`/surveys/${offices[0].id}/close`)).status, 200);
    const opened = await nation.post('/surveys/new', { title: '次の調査', fiscal_year: '2040',
      as_of: '2040-10-31', shown_deadline: '2040-12-01', last_submission: '2040-12-08',
      last_correction: '2041-01-31' });
    assert.equal(opened.status, 200);
    c.survey = opened.json.id;
    c.board = opened.json;
  }, LIMIT);
  after(() => c.server?.stop());

  const totals = async () => {
    const nation = c.as('nation'), out = [];
    for (const where of ['totals', 'totals/ORG-S1', 'totals/EVA-S2']) {
      out.push((await nation.get(`/surveys/${c.survey}/${where}`)).text);
    }
    return out;
  };
  const row = async (login, name) => (await c.as(login).get(`/surveys/${c.survey}/board`)).json
    .rows.find((r) => r.name === name);

  test('it is asked beside its body, and the board shows both', LIMIT, async () => {
    assert.equal(c.board.bodies, 10, 'bodies are counted, not organs');
    assert.equal(c.board.organs, 1);
    for (const login of ['pref', 'nation']) {
      assert.ok(await row(login, '見本町'), login);
      assert.ok(await row(login, '見本町　議会'), login);
    }
    assert.equal((await c.as('u483010').get(`/surveys/${c.survey}`)).json.body, '見本町　議会');
    assert.equal((await c.as('town').get(`/surveys/${c.survey}`)).json.body, '見本町');
  });

  test('neither sees or changes what the other answers', LIMIT, async () => {
    for (const [mine, theirs, word] of [['u483010', 'town', 'ギカイ9c1e'], ['town', 'u483010', 'チョウ4b2d']]) {
      const me = c.as(mine);
      assert.equal((await save(me, c.survey, 'ORG-S1', '42')).status, 200);
      assert.equal((await save(me, c.survey, 'EVA-S2', word)).status, 200);
      const planned = await me.post('/plan/ORG-01', { text: word, state: 'planned', seen: 0 });
      assert.equal(planned.status, 200, 'each has a plan of its own');
      const said = await me.post(`/surveys/${c.survey}/items/ORG-S1/comments`, { text: word });
      assert.equal(said.status, 200);
      const { json } = await me.get(`/surveys/${c.survey}/items/ORG-S1`);
      assert.equal(json.answer, '42人');
      const at = `/surveys/${c.survey}/items/ORG-S1`;
      const read = await readAll(c.server.url, c.file, theirs, everyAddress({
        survey: [String(c.survey)], code: ['ORG-S1', 'EVA-S2'], organ: ['0', '1'], edition: ['1'],
        body: ['483010'] }), (text) => text.includes(word));
      assert.deepEqual(read.found, [], `${theirs} reads ${mine}`);
      assert.ok(read.pages > 5);
      const fact = json.history[0].fact;
      const shown = (await c.as(theirs).get(at)).json.seen; // not stale: only the fact is not theirs
      const r = await c.as(theirs).post(`${at}/restore`, { fact, seen: shown });
      assert.equal(r.status, 404, `${theirs} restores a fact of ${mine}`);
      assert.equal((await me.get(at)).json.history.length, 1);
      const seen = await readAll(c.server.url, c.file, mine, [at], (text) => text.includes(word));
      assert.ok(seen.found.includes(at), 'the canary sings where it may');
    }
  });

  test('its draft is the office\'s as little as anybody\'s', LIMIT, async () => {
    for (const login of ['pref', 'nation']) {
      const r = await c.as(login).get(`/surveys/${c.survey}/board/483010?organ=1`);
      assert.equal(r.status, 404, login);
    }
  });

  test('what it submits is read and accepted as its own, and enters no total', LIMIT, async () => {
    const was = await totals(), me = c.as('u483010');
    assert.equal((await save(me, c.survey, 'ORG-S1', NUMBER)).status, 200);
    await complete(me, c.survey);
    assert.equal((await me.post(`/surveys/${c.survey}/submit`)).status, 200);
    assert.equal((await c.as('ciso').post(`/surveys/${c.survey}/submit`)).status, 409,
      'the body\'s CISO has the body\'s response');
    assert.equal((await c.as('c483010').post(`/surveys/${c.survey}/submit`)).status, 200);
    assert.equal((await row('nation', '見本町　議会')).state_key, 'submitted');
    assert.notEqual((await row('nation', '見本町')).state_key, 'submitted');
    const where = `/surveys/${c.survey}/board/483010`;
    for (const login of ['pref', 'nation']) {
      const r = await c.as(login).get(`${where}?organ=1`);
      assert.equal(r.status, 200, login);
      assert.equal(r.json.body, '見本町　議会');
      assert.ok(sings(r.text), login);
      assert.equal((await c.as(login).get(where)).status, 404, 'not the town\'s');
    }
    assert.deepEqual(await totals(), was);
    for (const login of ['town', 'u483028']) {
      assert.ok(!sings((await c.as(login).get(`/surveys/${c.survey}`)).text), login);
    }
    assert.equal((await c.as('pref').post(`${where}/steps/accept?organ=1`)).status, 200);
    assert.equal((await row('pref', '見本町　議会')).state_key, 'accepted');
    assert.deepEqual(await totals(), was);
    await c.server.stop();
    yaguraOk('check', '--db', `sqlite:${c.file}`);
  });
});
