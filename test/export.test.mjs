// SPDX-License-Identifier: Apache-2.0
// A body takes everything of its own with it: the ZIP as foreign programs read it, every table against
// the schema beside it, the trail recomputed from the exported fields alone, and nobody else's data.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { parse } from 'csv-parse/sync';

import { complete, darknetApply, darknetApprove, demo, plantAlert, program, save, serve, sqlite, token, yagura } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const OWN = 483010; // of "town"
const CANARY = 'カナリア9c1e', HOSTILE = `=HYPERLINK("http://example.invalid"),"${CANARY}自"\r\nx`;
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

/** The same request for bytes. */
function fetchBytes(url, where, bearer) {
  return new Promise((resolve, reject) => {
    http.get(url + where, { headers: { authorization: `Bearer ${bearer}` } }, (rs) => {
      const parts = [];
      rs.on('data', (p) => parts.push(p)).on('error', reject);
      rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, bytes: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}

const VALUE = {
  string: () => true,
  integer: (text) => /^-?(0|[1-9]\d*)$/.test(text),
  decimal: (text) => /^-?(0|[1-9]\d*)\.\d$/.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  dateTimeStamp: (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/.test(text) && !Number.isNaN(Date.parse(text)),
  boolean: (text) => text === 'はい' || text === 'いいえ',
};

/** The chain as README.txt in the ZIP describes it, and as nothing of the program computes it. */
function chainHash(before, row) {
  const i64 = (v) => { const b = Buffer.alloc(8); b.writeBigInt64BE(BigInt(v)); return b; };
  const text = (s) => { const b = Buffer.from(s, 'utf8'); return Buffer.concat([i64(b.length), b]); };
  return crypto.createHash('sha256').update(before)
    .update(Buffer.concat([row.id, row.body, row.seq, row.at_usec, row.person].map(i64)))
    .update(Buffer.concat([row.action, row.object, row.detail].map(text))).digest();
}

describe('everything of a body in one file', LIMIT, () => {
  const c = {};
  const read = (name) => fs.readFileSync(path.join(c.dir, name));
  const json = (name) => JSON.parse(read(`data/${name}.json`));

  before(async () => {
    c.file = demo('--sample');
    sqlite(c.file, `INSERT INTO person_role SELECT id, 4, 0 FROM person WHERE login='town2';`);
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login));
    const town = c.as('town'), survey = (await town.get('/')).json.own[0].id;
    c.survey = survey;
    const ok = (r) => assert.equal(r.status, 200, r.text);
    ok(await town.post('/contacts', { kind: 'night', name: `=${CANARY}自`, phone: '026-200-0000' }));
    ok(await save(town, survey, 'EVA-S2', HOSTILE));
    await darknetApprove(c.as('nation'), await darknetApply(town, '198.18.1.0/24', { role: 'egress', sharers: '483028',
      proof: `=${CANARY}自` }));
    ok(await town.post('/darknet/internal', { ranges: '10.1.0.0/16', note: `${CANARY}自` }));
    c.content = Buffer.from('%PDF-1.7 根拠');
    ok(await town.upload(`/surveys/${survey}/items/ORG-01/files`, ['note', ''],
      ['file', c.content, '../../根拠 資料;rm -rf.pdf']));
    await complete(town, survey);
    for (const login of ['town', 'kacho', 'ciso']) ok(await c.as(login).post(`/surveys/${survey}/submit`));
    ok(await c.as('pref').get(`/surveys/${survey}/board/${OWN}`));
    plantAlert(c.file, OWN, { note: `${CANARY}自` });
    plantAlert(c.file, 483028, { id: 4500, note: `${CANARY}他`, dark: '198.19.0.99' });
    /* Canaries of every other body, in every free text that rows can be planted in. */
    sqlite(c.file, `INSERT INTO contact (id, body, position, kind, name, phone, mail, hours, version, changed_at)
        SELECT 5000000 + id, id, 1, 1, '${CANARY}他', '', '', '', 1, 0 FROM body WHERE id<>${OWN};
      INSERT INTO section (id, body, name, active) SELECT 5000000 + id, id, '${CANARY}他', 1 FROM body WHERE id<>${OWN};
      INSERT INTO fact (id, body, organ, question, question_rev, occasion, value, basis, person, at, note)
        SELECT 5000000 + b.id, b.id, 0, r.question, r.id, ${survey}, '${CANARY}他', 1, 0, 0, '${CANARY}他'
        FROM body b, (SELECT MIN(id) AS id, question FROM question_rev GROUP BY question LIMIT 1) r WHERE b.id<>${OWN};
      INSERT INTO policy (id, body, organ, address, note, person, at) SELECT 5000000 + id, id, 0, '', '${CANARY}他', 0, 0 FROM body WHERE id<>${OWN};
      INSERT INTO item_comment (id, survey, body, question, person, at, text)
        SELECT 5000000 + b.id, ${survey}, b.id, (SELECT MIN(id) FROM question), 0, 0, '${CANARY}他' FROM body b WHERE b.id<>${OWN};
      INSERT INTO plan_item (id, body, organ, question, version, since, text, post, state, reason, person, at)
        SELECT 5000000 + id, id, 0, (SELECT MIN(id) FROM question), 1, 2026, '${CANARY}他', '', 1, '', 0, 0 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_application (id, body, number, state, version, person, at, changed_at)
        SELECT 5000000 + id, id, 7, 8, 1, 0, 0, 0 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_claim (id, application, prefix, low, high, role, holder, proof)
        SELECT 6000000 + id, 5000000 + id, '1.2.3.4', x'00', x'00', 1, '${CANARY}他', '${CANARY}他' FROM body WHERE id<>${OWN};
      INSERT INTO darknet_step (id, application, act, from_state, to_state, person, reason, at)
        SELECT 5000000 + id, 5000000 + id, 'withdraw', 1, 8, 0, '${CANARY}他', 0 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_range (id, body, application, prefix, low, high, role, holder, proof, valid_from)
        SELECT 5000000 + id, id, 5000000 + id, '1.2.3.4', x'00', x'00', 1, '${CANARY}他', '', 0 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_contact (id, body, position, name, mail, phone, hours, language, machine, version)
        SELECT 5000000 + id, id, 1, '${CANARY}他', '', '', 1, 'ja', 0, 1 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_dark (id, kind, body, prefix, low, high, note, person, valid_from)
        SELECT 5000000 + id, 2, id, '10.9.0.0/16', x'00', x'00', '${CANARY}他', 0, 0 FROM body WHERE id<>${OWN};
      INSERT INTO darknet_dark (id, kind, body, prefix, low, high, note, person, valid_from)
        VALUES (4999999, 1, ${OWN}, '1.9.0.0/16', x'00', x'00', '${CANARY}他', 0, 0);
      UPDATE person SET name='${CANARY}他' WHERE body<>${OWN};`);
    yagura('audit', 'head', '--db', c.file);
    c.admin = token(c.file, 'town2');
    c.reply = await fetchBytes(c.server.url, '/export/zip', c.admin);
    assert.equal(c.reply.status, 200, c.reply.bytes.toString('utf8'));
    c.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'yagura-export-'));
    c.zip = path.join(c.dir, 'all.zip');
    fs.writeFileSync(c.zip, c.reply.bytes);
    execFileSync('unzip', ['-q', c.zip, '-d', c.dir]);
    c.names = execFileSync('unzip', ['-Z1', c.zip], { encoding: 'utf8' }).trim().split('\n');
  }, LIMIT);
  after(async () => {
    await c.server?.stop();
    if (c.dir) fs.rmSync(c.dir, { recursive: true });
  });

  test('foreign programs find nothing wrong in it, and every name is the program\'s own', () => {
    execFileSync('unzip', ['-tq', c.zip]);
    execFileSync('python3', ['-c', `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; assert all(i.flag_bits == 0x800 for i in z.infolist())`, c.zip]);
    assert.equal(c.reply.headers['content-type'], 'application/zip');
    assert.match(decodeURIComponent(c.reply.headers['content-disposition']), /架空データ_.*_全データ\.zip/);
    for (const name of c.names) assert.match(name, /^(README\.txt|audit\/(head|proof)\.txt|data\/[a-z_]+\.(csv|csv-metadata\.json|json)|files\/[0-9a-f]{64}\.[a-z]+)$/);
    assert.equal(new Set(c.names).size, c.names.length);
    assert.match(read('README.txt').toString('utf8'), /確かめ方/);
    assert.doesNotMatch(read('README.txt').toString('utf8'), /【注意】/);
  });

  test('every table is as its schema says, and the same in JSON', () => {
    const tables = c.names.map((n) => /^data\/(.*)\.csv$/.exec(n)?.[1]).filter(Boolean);
    assert.ok(tables.length >= 20, tables.join());
    let filled = 0;
    for (const name of tables) {
      const schema = JSON.parse(read(`data/${name}.csv-metadata.json`)), { columns, primaryKey } = schema.tableSchema;
      assert.equal(schema.url, `${name}.csv`);
      const bytes = read(`data/${name}.csv`);
      assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
      const [head, ...rows] = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes),
        { record_delimiter: '\r\n', relax_column_count: false });
      const objects = json(name);
      assert.deepEqual(head, columns.map((k) => k.titles), name);
      assert.equal(rows.length, objects.length, name);
      filled += rows.length > 0;
      rows.forEach((row, at) => columns.forEach((k, i) => {
        const where = `${name}.${k.name} ${at}: ${row[i]}`, base = k.datatype.base ?? k.datatype;
        if (k.required) assert.notEqual(row[i], '', where);
        if (row[i] !== '') assert.ok(VALUE[base](row[i]), where);
        if (k.datatype.format && base === 'string' && row[i] !== '') assert.match(row[i], new RegExp(`^(?:${k.datatype.format})$`), where);
        assert.doesNotMatch(row[i], base === 'string' ? /^[=+\-@\t\r＝＋－＠]/ : /^[=+@]/, where);
        if (i >= columns.length - 2) return; // the two that every table ends with
        const value = objects[at][k.name];
        const said = value === null ? '' : value === true ? 'はい' : value === false ? 'いいえ' : String(value);
        assert.equal(row[i].replace(/^'(?=[=+\-@\t\r＝＋－＠])/, ''), said, where);
      }));
      if (primaryKey) {
        const keys = objects.map((o) => JSON.stringify(primaryKey.map((k) => o[k])));
        assert.equal(new Set(keys).size, keys.length, `${name}: two rows of one key`);
      }
    }
    assert.ok(filled >= 12, `only ${filled} tables have rows`);
  });

  test('it is all there: each table has as many rows as the database holds of the body', () => {
    const of = (table) => `SELECT count(*) FROM ${table} WHERE body=${OWN}`;
    const through = (table, key, other) => `SELECT count(*) FROM ${table} t JOIN ${other} o ON o.id=t.${key} WHERE o.body=${OWN}`;
    const counts = { answers: of('fact'), contacts: of('contact'), contact_events: of('contact_event'),
      people: of('person'), sections: of('section'), organs: of('organ'), policy: of('policy'), plan: of('plan_item'),
      files: of('item_file'), comments: of('item_comment'), responses: of('response'), measurements: of('evidence'),
      darknet_applications: of('darknet_application'), darknet_ranges: of('darknet_range'), darknet_contacts: of('darknet_contact'),
      darknet_claims: through('darknet_claim', 'application', 'darknet_application'), darknet_steps: through('darknet_step', 'application', 'darknet_application'),
      darknet_alerts: of('darknet_alert'), darknet_suppressions: of('darknet_suppression'),
      darknet_alert_events: through('darknet_event', 'alert', 'darknet_alert'),
      darknet_alert_packets: `SELECT count(*) FROM darknet_packet p JOIN darknet_alert m ON m.episode=p.episode WHERE m.body=${OWN}`,
      darknet_internal: `${of('darknet_dark')} AND kind=2`,
      darknet_sharers: `SELECT count(*) FROM darknet_claim_body s JOIN darknet_claim c ON c.id=s.claim JOIN darknet_application a ON a.id=c.application WHERE a.body=${OWN}`,
      assignments: of('assignment'), allowed_networks: of('allowed'), attributes: of('body_attribute'), roles: through('person_role', 'person', 'person'),
      submissions: through('submission', 'response', 'response'), steps: through('response_step', 'response', 'response'),
      deputies: through('deputy', 'principal', 'person'), section_members: through('section_member', 'section', 'section') };
    for (const [name, sql] of Object.entries(counts)) assert.equal(json(name).length, Number(sqlite(c.file, sql)), name);
    assert.ok(json('answers').some((f) => f.value === HOSTILE.replaceAll('\r\n', '\n')), 'a text as it was typed');
    assert.ok(json('submissions').length >= 1);
    const questions = new Set(json('questions').map((q) => q.revision));
    for (const f of json('answers')) assert.ok(questions.has(f.revision), `${f.question} has its wording`);
  });

  test('every table of the database that speaks of a body is in it, or it is said why not', () => {
    const LEFT_OUT = { audit_head: 'the last row of audit', audit_seal: 'audit/proof.txt', body_scope: 'a decision of the nation about special bodies',
      reminder: 'what the office sent', darknet_nudge: 'what the office sent', darknet_claim_body: 'darknet_sharers',
      darknet_range_body: 'as its application: darknet_sharers', retention: 'in body', flow_holder: 'a key, sealed with the server\'s', flow_key: 'wrapped keys', progress: 'computed from answers' };
    const IN = { fact: 'answers', contact: 'contacts', contact_event: 'contact_events', person: 'people', section: 'sections',
      organ: 'organs', policy: 'policy', plan_item: 'plan', item_file: 'files', item_comment: 'comments', response: 'responses',
      flow_case: 'cases', flow_erased: 'case_erased', flow_years: 'case_years', incident: 'incidents', notice_receipt: 'notices_received', product: 'products', notice_reader: 'notices_named', darknet_application: 'darknet_applications', darknet_range: 'darknet_ranges', darknet_contact: 'darknet_contacts',
      darknet_alert: 'darknet_alerts', darknet_suppression: 'darknet_suppressions', darknet_dark: 'darknet_internal', evidence: 'measurements', allowed: 'allowed_networks', assignment: 'assignments', body_attribute: 'attributes', body_name: 'body', audit: 'audit', journal: 'journal' };
    const there = sqlite(c.file, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) i ON i.name='body'
      WHERE m.type='table' ORDER BY 1`).trim().split('\n');
    assert.deepEqual(there.filter((t) => !IN[t] && !LEFT_OUT[t]), [], 'add a row to the takeouts of its module');
    for (const name of Object.values(IN)) assert.ok(c.names.includes(`data/${name}.csv`), name);
  });

  test('the trail can be verified from the file alone, up to the head that is signed', () => {
    let hash = Buffer.alloc(32);
    const rows = json('audit');
    assert.ok(rows.length > 20);
    rows.forEach((row, i) => {
      assert.equal(row.seq, i + 1);
      assert.equal(row.body, OWN);
      hash = chainHash(hash, row);
      assert.equal(hash.toString('hex'), row.hash, `row ${row.seq}`);
    });
    const [, , body, seq, head] = read('audit/head.txt').toString('utf8').split(' ');
    assert.deepEqual([Number(body), Number(seq), head], [OWN, rows.length, hash.toString('hex')]);
    const changed = { ...rows[3], object: `${rows[3].object}x` };
    assert.notEqual(chainHash(Buffer.from(rows[2].hash, 'hex'), changed).toString('hex'), rows[3].hash);
    if (c.names.includes('audit/proof.txt')) {
      const r = yagura('audit', 'proof', path.join(c.dir, 'audit/proof.txt'));
      assert.equal(r.status, 0, r.stderr);
    }
  });

  test('the files are there under their hash, with their names in the list', () => {
    const list = json('files');
    const own = list.find((f) => f.hash === sha256(c.content));
    assert.ok(own, 'the file that was sent');
    assert.match(own.name, /資料;rm -rf\.pdf$/);
    const files = c.names.filter((n) => n.startsWith('files/'));
    assert.equal(files.length, new Set(list.map((f) => f.hash)).size);
    for (const f of files) assert.equal(sha256(read(f)), /files\/([0-9a-f]+)/.exec(f)[1]);
  });

  test('not a word of another body is in it', () => {
    let own = 0;
    for (const name of c.names) {
      const text = read(name).toString('utf8');
      assert.ok(!text.includes(`${CANARY}他`), name);
      own += text.includes(`${CANARY}自`);
    }
    assert.ok(own >= 4, 'its own words are');
    const ids = json('people').map((p) => p.id);
    assert.equal(Number(sqlite(c.file, `SELECT count(*) FROM person WHERE body<>${OWN} AND id IN (${ids})`)), 0);
    assert.doesNotMatch(c.reply.bytes.toString('latin1'), /\$argon2/);
  });

  test('only the administrator of the body may, and not that of an organ', async () => {
    for (const login of ['town', 'kacho', 'ciso', 'pref', 'nation', 'system']) {
      for (const where of ['/export', '/export/zip']) assert.equal((await c.as(login).get(where)).status, 403, `${login} ${where}`);
    }
    assert.equal((await program(c.server.url, 'x').get('/export/zip')).status, 401);
    sqlite(c.file, `UPDATE person SET organ=1 WHERE login='town2'`);
    const r = await fetchBytes(c.server.url, '/export/zip', c.admin);
    sqlite(c.file, `UPDATE person SET organ=0 WHERE login='town2'`);
    assert.equal(r.status, 403);
    assert.ok(!r.bytes.includes(CANARY));
  });

  test('that it was taken stands in the trail of the body and in its 閲覧記録', () => {
    const who = sqlite(c.file, `SELECT id FROM person WHERE login='town2'`).trim();
    assert.equal(sqlite(c.file, `SELECT count(*) FROM audit WHERE body=${OWN} AND person=${who} AND object LIKE '%/export/zip%'`).trim(), '1');
    assert.equal(sqlite(c.file, `SELECT count(*) FROM journal WHERE body=${OWN} AND person=${who} AND kind=2`).trim(), '1');
  });

  test('the page says what is in it', async () => {
    const r = await program(c.server.url, c.admin).get('/export');
    assert.equal(r.status, 200, r.text);
    for (const row of r.json.rows) {
      if (row.name !== 'audit' && row.name !== 'journal') assert.equal(row.n, json(row.name).length, row.name);
    }
    assert.equal(r.json.rows.length, c.names.filter((n) => n.endsWith('.csv')).length);
    assert.equal(r.json.files, c.names.filter((n) => n.startsWith('files/')).length);
  });

  test('a file that is gone keeps nobody from the rest, and is said', async () => {
    const hash = sha256(c.content);
    fs.rmSync(path.join(`${c.file}.blobs`, hash.slice(0, 2), hash.slice(2)));
    const r = await fetchBytes(c.server.url, '/export/zip', c.admin);
    assert.equal(r.status, 200);
    fs.writeFileSync(c.zip, r.bytes);
    assert.match(execFileSync('unzip', ['-p', c.zip, 'README.txt'], { encoding: 'utf8' }), /【注意】.* 1 件/);
  });
});
