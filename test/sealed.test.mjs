// SPDX-License-Identifier: Apache-2.0
// Every recipient of the pack of Japan reads what its own form names and not a word more, wherever it looks; nothing of
// it lies open in logs, mails, copies or files. And when the years are over, the key is in no file that is left.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  demo, each, everyAddress, program, reportIncident, root, serve, sqlite, tempFolder, token, visitor, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 600_000 };
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
after(() => agent.destroy());

/** Which of the typed texts stand in which form: written by hand from the official items, not from the program. */
const FORMS = {
  'ppc-8': 'summary vendor cause prevention other', 'number-act': 'summary vendor cause prevention other',
  mic: 'summary vendor cause prevention contact', 'unified-ransomware': 'contact extension indicator', 'unified-ddos': 'contact indicator',
  police: 'summary extension indicator contact', ipa: 'summary indicator extension',
  jpcert: 'summary contact indicator extension', persons: 'cause prevention',
  operator: 'summary contact indicator extension other', ministry: 'summary contact', '': 'summary contact',
};
const TEXTS = ['summary', 'extension', 'indicator', 'vendor', 'contact', 'cause', 'prevention', 'other'];
const canary = (key) => `カナリア${key}7f`;

/** An answer to every question that is asked, a canary to each text: as much as can be said. */
async function sayAll(town, at) {
  const fixed = { 'personal.sealed': 'none', gravity: 'grave', share_expert: 'yes', share_nco: 'yes', stage: 'going' };
  for (const part of (await town.get(`${at}/facts/first`)).json.parts.map((p) => p.key)) {
    const { seen, questions } = (await town.get(`${at}/facts/${part}`)).json, said = { seen };
    for (const q of questions) {
      if (q.type === 'text') said[q.key] = canary(q.key);
      else if (q.type === 'number') said[q.key] = '3000';
      else if (q.type === 'time') said[q.key] = q.key === 'occurred_at' ? '2026-10-01 08:00' : '2026-10-01 09:00';
      else said[q.key] = fixed[q.key] ?? (q.type === 'sure' ? 'confirmed' : q.type === 'many' ? q.choices.map((x) => x.key) : q.choices[0].key);
    }
    const r = await town.post(`${at}/facts/${part}`, said);
    assert.equal(r.status, 200, `${part}: ${r.text}`);
  }
}

/** An office of its own for each recipient, with somebody who signs in: { recipient: login }. */
function offices(file, recipients) {
  const person = sqlite(file, "SELECT id FROM person WHERE login='nation'").trim();
  const rows = recipients.map((key, i) => `
    INSERT INTO body SELECT ${9100000 + i}, NULL, class, pref, '機関${i}', kana, valid_from, valid_to FROM body WHERE id=9000001;
    INSERT INTO person (id, body, login, name, mail, active, created_at)
      SELECT ${9100000 + i}, ${9100000 + i}, 'office${i}', '担当${i}', 'office${i}@example.jp', 1, created_at FROM person WHERE id=${person};
    INSERT INTO credential SELECT ${9100000 + i}, kind, secret, changed_at FROM credential WHERE person=${person};
    INSERT INTO person_role SELECT ${9100000 + i}, role, since FROM person_role WHERE person=${person};
    INSERT OR REPLACE INTO incident_office VALUES ('${key}', ${9100000 + i}, ${person}, 1);`);
  sqlite(file, rows.join('\n'));
  return Object.fromEntries(recipients.map((key, i) => [key, `office${i}`]));
}

describe('a canary in every field', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', '--years', '1');
    const pack = JSON.parse(fs.readFileSync(path.join(root, 'data/rules/jp.json'), 'utf8'));
    c.logins = offices(c.file, pack.recipients.map((r) => r.key));
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login), agent);
    const town = c.as('town');
    c.incident = (await town.post('/incidents')).json.incident;
    const at = `/incidents/${c.incident}`;
    await sayAll(town, at);
    const { seen, views } = (await town.get(`${at}/report`)).json;
    const sent = await town.post(`${at}/report`, { seen, rules: views.map((v) => v.rule) });
    assert.equal(sent.status, 200, sent.text);
    c.rules = pack.rules.filter((r) => views.some((v) => v.rule === r.id));
    c.deliveries = sqlite(c.file, 'SELECT id FROM flow_delivery').trim().split('\n');
    c.addresses = everyAddress({ incident: [String(c.incident)], delivery: c.deliveries, part: ['first', 'attack', 'response'],
      survey: ['1'], code: ['ORG-01'], edition: ['1'], body: ['483010'], area: ['ORG'] });
    yagura('work', '--db', `sqlite:${c.file}`, '--smtp', 'smtp://127.0.0.1:1', '--once');
  }, LIMIT);
  after(() => c.server?.stop());

  /** The words that somebody meets on any page, file or export, as a page and as JSON. */
  const heard = async (login) => {
    const v = await visitor(c.server.url, agent).signIn(login).catch(() => null);
    const p = c.as(login), words = new Set();
    await each(c.addresses, 8, async (where) => {
      for (const r of [await p.get(where), ...v ? [await v.get(where)] : []]) {
        for (const key of TEXTS) if (r.text.includes(canary(key))) words.add(key);
      }
    });
    return [...words].sort();
  };

  test('every duty of the pack is there, and reaches its recipient', () => {
    const all = JSON.parse(fs.readFileSync(path.join(root, 'data/rules/jp.json'), 'utf8')).rules;
    // of what stops critical services, the third form is for neither ransomware nor DDoS: both were said
    assert.deepEqual(all.map((r) => r.id).filter((id) => !c.rules.some((r) => r.id === id)), ['jp.critical-other']);
    const reached = sqlite(c.file, 'SELECT DISTINCT recipient FROM flow_delivery WHERE office<>0 ORDER BY 1').trim().split('\n');
    assert.deepEqual(reached, Object.keys(c.logins).sort());
  });

  test('each recipient meets the texts of its forms, and no other', LIMIT, async () => {
    for (const [recipient, login] of Object.entries(c.logins)) {
      const forms = c.rules.filter((r) => r.recipient === recipient).map((r) => r.form ?? '');
      if (recipient === 'pref') forms.push(...c.rules.filter((r) => r.recipient === 'mic').map((r) => r.form)); // what goes through it
      const expected = [...new Set(forms.flatMap((f) => FORMS[f].split(' ')))].sort();
      assert.deepEqual(await heard(login), expected, `${recipient}: ${forms}`);
    }
  });

  test('its own body meets them all; who received nothing meets none', LIMIT, async () => {
    assert.deepEqual(await heard('town2'), TEXTS.toSorted());
    for (const login of ['pref', 'nation', 'system', 'u483028', 'u483036']) assert.deepEqual(await heard(login), [], login);
  });

  test('nothing of it is in a log, a mail, the trail, a dump, a copy or what is taken away', LIMIT, async () => {
    const admin = sqlite(c.file, "SELECT id FROM person WHERE login='town2'").trim(), taken = path.join(tempFolder(), 'all.zip');
    sqlite(c.file, `INSERT OR IGNORE INTO person_role VALUES (${admin}, 4, 1);`);
    const zip = await fetch(`${c.server.url}/export/zip`, { headers: { authorization: `Bearer ${token(c.file, 'town2')}` } });
    assert.equal(zip.status, 200);
    fs.writeFileSync(taken, Buffer.from(await zip.arrayBuffer()));
    await c.server.stop();
    const backup = path.join(tempFolder(), 'b.yagura');
    yaguraOk('backup', backup, '--db', `sqlite:${c.file}`, '--plain');
    const places = { log: c.server.log, dump: sqlite(c.file, '.dump'), backup: fs.readFileSync(backup), database: fs.readFileSync(c.file),
      taken: execFileSync('unzip', ['-p', taken], { maxBuffer: 1 << 28 }) };
    assert.ok(places.taken.includes('case_deliveries') || places.taken.includes('jp.mic'), 'what stays readable is taken away');
    assert.ok(Number(sqlite(c.file, "SELECT COUNT(*) FROM outbox WHERE kind='incident.report'").trim()) >= 10);
    for (const [place, bytes] of Object.entries(places)) {
      for (const key of TEXTS) {
        assert.ok(!bytes.includes(canary(key)), `${key} in ${place}`);
        const hex = Buffer.from(canary(key)).toString('hex');
        assert.ok(!bytes.includes(hex) && !bytes.includes(hex.toUpperCase()), `${key} in ${place}, as digits`);
      }
    }
    c.server = null;
  });
});

describe('when its years are over', LIMIT, () => {
  test('the key is in no file of this machine and in no later copy; an older copy still needs the server\'s key', LIMIT, async () => {
    const file = demo('--sample', '--years', '1'), db = `sqlite:${file}`, folder = tempFolder();
    let server = await serve(file);
    const tokens = { town: token(file, 'town'), pref: token(file, 'pref') };
    const town = program(server.url, tokens.town);
    const { incident, delivery } = await reportIncident(town, { summary: 'キエル3b8c' });
    const { version } = (await town.get(`/incidents/${incident}`)).json;
    assert.equal((await town.post(`/incidents/${incident}/acts/close`, { version })).status, 200);
    await server.stop();
    const wrapped = sqlite(file, 'SELECT hex(wrapped) FROM flow_key').trim().split('\n').map((x) => Buffer.from(x, 'hex'));
    assert.equal(wrapped.length, 5);
    const old = path.join(folder, 'old.yagura');
    yaguraOk('backup', old, '--db', db, '--plain');
    const holds = (name) => wrapped.filter((w) => fs.readFileSync(name).includes(w)).length;
    assert.equal(holds(file), 5);
    assert.equal(holds(old), 5, 'what was copied before cannot be reached');

    sqlite(file, `UPDATE flow_case SET changed_at=changed_at - 6 * 31557600000000 WHERE id=${incident}`);
    yagura('work', '--db', db, '--smtp', 'smtp://127.0.0.1:1', '--once');
    const left = fs.readdirSync(path.dirname(file)).filter((f) => f.startsWith('demo.db')).map((f) => path.join(path.dirname(file), f))
      .filter((f) => fs.statSync(f).isFile());
    for (const name of left) assert.equal(holds(name), 0, name);
    const fresh = path.join(folder, 'new.yagura');
    yaguraOk('backup', fresh, '--db', db, '--plain');
    assert.equal(holds(fresh), 0);
    assert.match(yaguraOk('check', '--db', db), /^0 problems$/m);
    assert.equal(sqlite(file, "SELECT COUNT(*) FROM audit WHERE action='incident.erase'").trim(), '3');

    const asked = async (where) => {
      server = await serve(where);
      const r = [await program(server.url, tokens.town).get(`/incidents/${incident}`),
        await program(server.url, tokens.pref).get(`/incidents/received/${delivery}`)];
      const page = await (await visitor(server.url).signIn('town')).get(`/incidents/${incident}`);
      const list = (await program(server.url, tokens.town).get('/incidents')).json;
      await server.stop();
      return { status: r.map((x) => x.status), sings: r[0].text.includes('キエル3b8c'), page, list };
    };
    const now = await asked(file);
    assert.deepEqual(now.status, [410, 410]);
    assert.equal(now.page.status, 410);
    assert.match(now.page.text, /内容は消しました/);
    assert.equal(now.list.rows[0].erased, '保存期間が過ぎ、内容を消しました');
    assert.equal(now.list.rows[0].persons, 3000);

    const back = path.join(folder, 'back.db');
    yaguraOk('restore', old, '--db', `sqlite:${back}`);
    assert.deepEqual((await asked(back)).status, [403, 403], 'an older copy without the server\'s key');
    fs.copyFileSync(`${file}.keys`, `${back}.keys`);
    const again = await asked(back);
    assert.deepEqual([again.status[0], again.sings], [200, true], 'and with it, until it is thrown away');
    const fromNew = path.join(folder, 'fresh.db');
    yaguraOk('restore', fresh, '--db', `sqlite:${fromNew}`, '--keys', `${file}.keys`);
    fs.copyFileSync(`${file}.keys`, `${fromNew}.keys`);
    assert.deepEqual((await asked(fromNew)).status, [410, 410]);
  });
});
