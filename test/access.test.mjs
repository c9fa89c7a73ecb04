// SPDX-License-Identifier: Apache-2.0
// Who may see and change what: doc/access.csv asked of the running program, cell by cell; and what
// a hostile program sends over HTTP.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  PASSWORD, complete, demo, plantAlert, program, reportIncident, raw, request, root, save, sendAlert, serve, sqlite, token, visitor,
  yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 600_000 };
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
after(() => agent.destroy());

const routes = JSON.parse(yaguraOk('routes', '--json'));

/** The number of times a table row may be asked with a link that works only once. */
const INVITES = 64;

/** A body outside of the list. */
const UNION = 7000001;

// ── doc/access.csv ──

const ROLES = ['nobody', 'no_role', 'staff', 'pref', 'nation', 'system'];

function readMatrix() {
  const lines = fs.readFileSync(path.join(root, 'doc', 'access.csv'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.split(','));
  const names = lines.shift();
  return lines.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
}

const matrix = readMatrix();

test('every route has a row in doc/access.csv, and every row a route', () => {
  const have = new Set(routes.map((r) => `${r.method} ${r.path}`));
  const want = new Set(matrix.map((row) => `${row.method} ${row.path}`));
  assert.deepEqual([...want].sort(), [...have].sort());
  for (const row of matrix) {
    for (const role of ROLES) assert.match(row[role], /^[2345]\d\d(\/[2345]\d\d)?$/, row.path);
  }
});

/** All of the nation, one survey; bodies found by their state on the nation's own board. */
class Nation {
  async start() {
    this.file = demo('--years', '1');
    this.server = await serve(this.file);
    const nation = program(this.server.url, token(this.file, 'nation'), agent);
    const home = (await nation.get('/')).json;
    this.survey = home.offices[0].id;
    await this.readBoard(nation);
    this.choose();
    const draft = await nation.post('/surveys/drafts', { title: '下書き', from: 'catalog' });
    this.draft = draft.json.id;
    await this.server.stop();
    this.grant();
    this.server = await serve(this.file);
    Object.assign(this, await reportIncident(program(this.server.url, token(this.file, `u${this.guest.code6}`), agent)));
    await this.writeAlerts(program(this.server.url, token(this.file, 'nation'), agent));
    this.actors = new Map();
  }

  /** One that was sent to the guest's body, and drafts of the nation. */
  async writeAlerts(nation) {
    this.alert = await sendAlert(nation, this.guest.code6);
    this.alertDrafts = [];
    for (let i = 0; i < 12; i++) {
      const { json: { notice } } = await nation.post('/alerts/office');
      await nation.post(`/alerts/office/${notice}`, { seen: 1, title: '題名', urgency: 'info', importance: 'low', tlp: 'green',
        summary: '要約', to_body: this.guest.code6 });
      this.alertDrafts.push(notice);
    }
  }

  /** What the address of an alert means; of a draft that is sent or thrown away one for each. */
  notice(row, role) {
    if (!row.path.startsWith('/alerts/office/') || /receipts|remind|phones/.test(row.path)) return this.alert;
    return role === 'nation' && /drop|send/.test(row.path) ? this.alertDrafts.pop() : this.alertDrafts[0];
  }

  /** What the forms of alerts send. */
  async alerts(row, who, where) {
    const last = row.path.split('/').pop(), read = async (at, name) => (await who.get(at)).json?.[name] ?? 0;
    switch (last) {
      case 'alerts': return { quiet: '1' };
      case 'answer': return { answer: 'not' };
      case 'follow': return { as: 'correction' };
      case 'send': return { seen: '2' };
      case 'remind': return { seen: await read(where.replace(/remind$/, 'receipts'), 'reminder') };
      case '{notice}': return { seen: row.send === 'stale' ? '99' : await read(where, 'seen'), title: '題名',
        tlp: row.send === 'bad' ? 'purple' : 'green' };
      default: return {};
    }
  }

  async readBoard(nation) {
    this.rows = [];
    for (let page = 1, pages = 1; page <= pages; page++) {
      const { json } = await nation.get(`/surveys/${this.survey}/board?page=${page}`);
      this.rows.push(...json.rows);
      pages = json.pages;
    }
  }

  choose() {
    const prefs = this.rows.filter((r) => r.pref === '');
    const towns = (state, pref, inside) => this.rows.filter(
      (r) => r.pref && r.state_key === state && (r.pref === pref.name) === inside);
    const by = (state) => prefs.filter((p) => p.state_key === state);
    const states = { draft: 'draft', submitted: 'submitted', new: 'notstarted' };
    const main = by('draft').find((p) => Object.values(states)
      .every((s) => towns(s, p, true).length >= 2));
    assert.ok(main, 'a prefecture at work, with bodies in every state');
    this.pref = { draft: main, submitted: by('submitted')[0], new: by('notstarted')[0],
      ready: by('draft').filter((p) => p !== main) };
    this.staff = {}, this.same = {}, this.other = {};
    for (const [name, state] of Object.entries(states)) {
      [this.staff[name], this.same[name]] = towns(state, main, true);
      this.other[name] = towns(state, main, false)[0];
    }
    const more = towns('draft', main, false);
    this.staff.ready = more.slice(1, 5);
    this.noRole = more[5];
    this.guest = more[6]; // for whom the links are
    this.leaver = more[7]; // whose account is stopped
  }

  /** More coordinators than the demonstration has, one person without a role, and links. */
  grant() {
    const of = (body) => `(SELECT id FROM person WHERE login='u${body.code6}')`;
    this.someone = Number(sqlite(this.file,
      `SELECT id FROM person WHERE login='u${this.leaver.code6}'`));
    this.officer = Number(sqlite(this.file,
      `SELECT id FROM person WHERE login='u${this.staff.draft.code6}'`));
    sqlite(this.file, `INSERT INTO body (id, class, pref, name, kana, valid_from)
      SELECT ${UNION}, 11, pref, '広域組合', 'こういきくみあい', 0 FROM body
      WHERE id=${this.staff.draft.body};`);
    const prefs = [this.pref.draft, this.pref.submitted, this.pref.new, ...this.pref.ready];
    this.invites = Array.from({ length: INVITES }, () => crypto.randomBytes(32));
    this.contact = 4242; // of the guest's body: of nobody who asks
    const hash = (secret) => crypto.createHash('sha256').update(secret).digest('hex');
    sqlite(this.file, [
      ...prefs.map((p) => `INSERT INTO person_role VALUES (${of(p)}, 8, 0);`),
      `DELETE FROM person_role WHERE person=${of(this.noRole)};`,
      `INSERT INTO contact (id, body, position, kind, name, phone, mail, hours, version, changed_at)
        VALUES (${this.contact}, ${this.guest.body}, 1, 1, '宿直', '110', '', '', 1, 0);`,
      ...this.invites.map((secret) => `INSERT INTO invite (hash, person, created_at, expires_at)
        VALUES (x'${hash(secret)}', ${of(this.guest)}, 0, ${Number.MAX_SAFE_INTEGER});`),
    ].join('\n'));
    this.plantFiles();
    this.plantDarknet();
  }

  /** An application of the guest's body that waits for the desk, its contact, and a dark range. */
  plantDarknet() {
    const key = (text) => `x'04${text}${'0'.repeat(24)}'`, net = `'198.18.9.0/24', ${key('c6120900')}, ${key('c61209ff')}`;
    const here = [this.guest, ...[this.staff, this.same, this.other, this.pref].flatMap((g) => Object.values(g).flat())]
      .map((b) => b.body).join();
    sqlite(this.file, `UPDATE darknet_range SET valid_to=valid_from+1 WHERE body IN (${here});
      UPDATE darknet_application SET state=8, observed_from=NULL WHERE body IN (${here}) AND state<5;
      UPDATE darknet_application SET state=7, observed_to=observed_from+1 WHERE body IN (${here}) AND state=5;
      UPDATE darknet_dark SET valid_to=valid_from+1;
      INSERT INTO darknet_application (id, body, number, state, version, person, at, changed_at, filed_at)
        VALUES (4343, ${this.guest.body}, 2, 2, 1, 0, 0, 0, 1);
      INSERT INTO darknet_step VALUES (4347, 4343, 'file', 1, 2, 0, '', 0);
      INSERT INTO darknet_claim VALUES (4344, 4343, ${net}, 1, '', '');
      INSERT INTO darknet_contact VALUES (4345, ${this.guest.body}, 1, '係', 'a@example.jp', '', 1, 'ja', 0, 1);
      INSERT INTO darknet_dark VALUES (4346, 1, 9000001, '198.19.9.0/24', ${key('c6130900')}, ${key('c61309ff')}, '', 0, 0, NULL);`);
    plantAlert(this.file, this.guest.body);
  }

  /** One submitted file for every body that is spoken of, as old as the survey. */
  plantFiles() {
    const content = '%PDF-1.7 planted', hash = crypto.createHash('sha256').update(content).digest('hex');
    const folder = path.join(`${this.file}.blobs`, hash.slice(0, 2));
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, hash.slice(2)), content);
    const bodies = [this.staff, this.pref, this.same, this.other]
      .flatMap((group) => Object.values(group).flat()).map((b) => b.body);
    this.files = new Map([...new Set(bodies)].map((body, i) => [body, 1000 + i]));
    sqlite(this.file, [
      `INSERT INTO blob VALUES (x'${hash}', ${content.length}, 'application/pdf', 0);`,
      ...[...this.files].map(([body, id]) => `INSERT INTO item_file (id, survey, body, organ, question, blob,
        name, media, note, person, at) VALUES (${id}, ${this.survey}, ${body}, 0,
        (SELECT id FROM question WHERE code='ORG-S2'), x'${hash}', 'a.pdf', 'application/pdf', '',
        ${this.someone}, 0);`),
    ].join('\n'));
  }

  serial = 0;

  login(row, role) {
    const state = row.about.startsWith('own ') ? row.about.slice(4) : 'draft';
    switch (role) {
      case 'nobody': return '';
      case 'no_role': return `u${this.noRole.code6}`;
      case 'staff': case 'pref': {
        const body = this[role][state];
        return `u${(Array.isArray(body) ? body.pop() : body).code6}`;
      }
      default: return role;
    }
  }

  async actor(login, fresh) {
    if (!this.actors.has(login) || fresh) {
      const v = visitor(this.server.url, agent);
      if (login) await v.signIn(login);
      const key = login && token(this.file, login);
      this.actors.set(login, { browser: v, program: program(this.server.url, key, agent) });
    }
    return this.actors.get(login);
  }

  /** The body a row speaks of, as this role sees it. */
  body(row, role) {
    const [whose, state] = row.about.split(' ');
    if (whose === 'unknown') return 999999;
    if (whose === 'union') return UNION;
    if (whose === 'office' || (whose === 'own' && role === 'nation')) return 9000001;
    if (whose === 'own') return (role === 'pref' ? this.pref : this.staff)[state].body;
    return this[whose][state].body;
  }

  /** The step that fits the state a row speaks of. */
  act(row) {
    if (row.path.startsWith('/incidents')) return 'close';
    if (row.path.startsWith('/darknet/desk')) return row.send === 'bad' ? 'return' : 'take';
    if (row.path.startsWith('/darknet/')) return 'withdraw';
    if (row.path.includes('/board/')) return row.send === 'bad' ? 'return' : 'accept';
    return row.about === 'own submitted' ? 'withdraw' : 'ask';
  }

  address(row, role) {
    const last = /\{(\w+)\}[^{]*$/.exec(row.path)?.[1];
    const given = { product: 1, notice: row.path.includes('{notice}') ? this.notice(row, role) : 0, pack: 0, incident: this.incident, delivery: this.delivery, part: 'first', rule: 'jp.mic', answer: 'accepted', addressee: 'nco', check: 'isolate', move: 'day', evidence: 1, alert: 4401, suppression: 4404, application: 4343, claim: 4344, recipient: 4345, dark: 4346, factor: 1, session: 1, topic: 'staff', survey: this.survey, code: 'ORG-S1', area: 'ORG', person: this.someone,
      act: this.act(row), deputy: 1, section: 1, edition: 99, contact: this.contact, draft: this.draft, mail: 1,
      body: row.path.includes('{body}') ? this.body(row, role) : 0,
      file: row.path.includes('{file}') ? this.files.get(this.body(row, role)) ?? 1 : 0,
      member: this.staff.draft.body, organ: row.path.includes('/people/') ? 0 : 1,
      token: row.method === 'GET' ? this.invites[0]?.toString('base64url') : '' };
    if (row.path.includes('{token}') && row.method === 'POST' && row.send === 'good' &&
        row.about !== 'unknown') given.token = this.invites.pop().toString('base64url');
    else if (row.path.includes('{token}')) given.token = this.invites[0].toString('base64url');
    if (row.path.includes('/organs/')) given.person = this.officer;
    if (row.about === 'unknown') {
      const none = { alert: 1, application: 1, claim: 1, recipient: 1, dark: 1, factor: 1, session: 1, topic: 'nope', file: 1, draft: 1, mail: 1, organ: 99, survey: 1, code: 'NOPE-1', area: 'NOPE', body: 999999, person: 1,
        act: row.path.includes('/board/') ? 'accept' : 'nope', deputy: 1, section: 1, edition: 99, contact: 1,
        token: crypto.randomBytes(32).toString('base64url') };
      given[last] = none[last];
    }
    return row.path.replace(/\{(\w+)\}/g, (_, name) => given[name]);
  }

  /** The pack of rules in force. */
  force() {
    return sqlite(this.file, 'SELECT COALESCE((SELECT pack FROM incident_pack_use ORDER BY id DESC LIMIT 1), 0)').trim();
  }

  /** What is sent: enough for a right answer to depend on nothing but who asks. */
  async fields(row, who, where) {
    const more = row.send === 'extra' ? { body: '999999' } : {};
    if (row.path === '/sign-in') {
      return { login: 'town', password: row.send === 'bad' ? 'wrong' : PASSWORD, ...more };
    }
    if (row.path === '/sign-in/code') return { code: '000000' };
    if (row.path.endsWith('/passkey')) return { sealed: 'x' };
    if (row.path === '/sign-in/reset') return { login: row.send === 'bad' ? '' : `p${this.serial++}@example.jp` };
    if (row.path === '/confirm') return { password: row.send === 'bad' ? 'wrong' : PASSWORD };
    if (row.path === '/account/password') return { password: 'short', again: 'short' };
    if (row.path === '/addresses') return { ranges: row.send === 'bad' ? 'x' : '' };
    if (row.path.startsWith('/invite/')) {
      const password = row.send === 'bad' ? 'short' : 'a long pass phrase';
      return { password, again: password };
    }
    if (row.path === '/people') {
      return { login: `p${this.serial++}@example.jp`, name: row.send === 'bad' ? '' : '新任 次郎',
        code6: this.staff.draft.code6, role: 'staff', ...more };
    }
    if (row.path.startsWith('/people/import')) {
      return { rows: `ログイン名,名前,役割,団体コード\np${this.serial++}@example.jp,新任 次郎,${row.send === 'bad' ? '町長' : '担当者'},${this.staff.draft.code6}\n`, ...more };
    }
    if (row.path.endsWith('/leave')) return { to: row.send === 'bad' ? '999' : '0', ...more };
    if (row.path.startsWith('/envelope')) return { word: 'x' };
    if (row.path.startsWith('/bodies')) return this.register(row);
    if (row.path === '/products') return { name: row.send === 'bad' ? '' : `製品 ${this.serial++}`, version: '1.0', place: '庁舎' };
    if (row.path.startsWith('/alerts')) return this.alerts(row, who, where);
    if (row.path.startsWith('/incidents')) {
      const last = row.path.split('/').pop();
      return { '{act}': { version: '1' }, '{part}': { seen: '0' }, report: { seen: '0', rules: 'jp.mic' },
        decisions: { decision: '決めた' }, waivers: { rule: 'jp.mic', waiver: '理由' }, messages: { message: '問い合わせ' }, envelope: { address: 'desk@example.jp' },
        '{check}': { state: 'done' }, custody: { act: 'handed', note: '渡した' }, duty: {}, '{addressee}': { office: '0' },
        keep: { years: '5' }, erase: { sure: '1', reason: '訓練' },
        packs: { pack: fs.readFileSync(path.join(root, 'data/rules/test/foreign.json'), 'utf8') }, use: { force: this.force() } }[last] ?? {};
    }
    if (row.path.startsWith('/surveys/drafts')) return { ...await this.draftFields(row, who, where), ...more };
    if (row.path.endsWith('/dates')) return { ...await this.dates(row, who, where), ...more };
    if (row.path === '/surveys/new') {
      return { title: '次の調査', fiscal_year: '2040', as_of: '2040-10-31',
        shown_deadline: row.send === 'bad' ? '2001-01-01' : '2040-12-01',
        last_submission: '2040-12-08', last_correction: '2041-01-31' };
    }
    if (row.path === '/people/{person}') return this.roles(row, who, where, more);
    if (row.path === '/contacts/items/{contact}/remove') return { version: '1' };
    if (row.path === '/contacts' || row.path === '/contacts/items/{contact}') {
      return { kind: 'night', name: '宿直室', phone: row.send === 'bad' ? '' : '026-200-0000',
        version: '1', ...more };
    }
    if (row.path === '/policy') {
      const { json } = await who.get('/policy');
      const seen = json?.seen ?? 0;
      return { established: '2026-03-20', seen: row.send === 'stale' ? seen + 1 : seen,
        address: row.send === 'bad' ? 'ftp://x' : 'https://www.example.jp/policy' };
    }
    if (row.path.startsWith('/darknet')) return { ...await this.darknet(row, who), ...more };
    if (row.path === '/policies/guidelines') {
      return { name: row.send === 'bad' ? '' : `指針 ${this.serial++}` };
    }
    if (row.path === '/surveys/{survey}/confirm') {
      return { changed: row.send === 'stale' ? 'NOPE-1' : 'ORG-01', ...more };
    }
    if (row.path.endsWith('/measured')) return { evidence: '1', seen: '0' };
    if (row.path.endsWith('/keep')) {
      return { evidence: '1', seen: '0', reason: row.send === 'bad' ? '' : '後任が決まるまで' };
    }
    if (row.path.endsWith('/comments')) return { text: row.send === 'bad' ? '' : '確認中です' };
    if (row.path.endsWith('/steps/{act}')) {
      return { reason: row.send === 'bad' ? '' : '誤りのため', ...more };
    }
    if (row.path === '/sections') return { name: row.send === 'bad' ? '' : `課${this.serial++}` };
    if (row.path.endsWith('/assign')) {
      return { what: row.send === 'bad' ? 'NOPE' : 'ORG', section: '0', due: '' };
    }
    if (row.path.endsWith('/check')) {
      return { verdict: row.send === 'bad' ? 'query' : 'good', note: '' };
    }
    if (row.path === '/plan') return { what: row.send === 'bad' ? 'NOPE' : 'ORG-S1', ...more };
    if (row.path.startsWith('/plan/')) return { ...await this.planned(row, who, where), ...more };
    if (row.path.endsWith('/restore')) return this.restore(row, who, where);
    if (!row.path.endsWith('/items/{code}')) return more;
    const { json, status } = await who.get(where);
    const seen = status === 200 ? json.seen : 0;
    const value = { bad: '多い', stale: '13' }[row.send] ?? '12'; // what is in force adds nothing
    return { value, seen: row.send === 'stale' ? seen + 1 : seen, ...more };
  }

  /** An entry of the plan, as the page that shows it was. */
  async planned(row, who, where) {
    const { json, status } = await who.get(where.replace(/\/finish$/, ''));
    const version = status === 200 ? json.version : 0;
    const seen = row.send === 'stale' ? version + 1 : version;
    if (row.path.endsWith('/finish')) return { seen };
    return { text: row.send === 'bad' ? '' : '規程を作る', state: 'planned', seen };
  }

  /** An address that was not sent before. */
  unused(first) {
    const n = this.serial++;
    return `${first}.19.${100 + (n >> 8)}.${n & 255}`;
  }

  /** What registration for observation sends. */
  async darknet(row, who) {
    const bad = row.send === 'bad', last = row.path.split('/').pop();
    switch (last) {
      case 'ranges': return { ranges: '198.18.8.0/24', role: 'own' };
      case 'contacts': case '{recipient}':
        return { name: '係', mail: bad ? '係' : 'a@example.jp', hours: 'always', language: 'ja', version: '1' };
      case 'acknowledge': return bad ? {} : { version: '1' };
      case 'cause': return { version: '1', cause: 'malware' };
      case 'suppress': return { reason: '検査', until: new Date(Date.now() + 864_000_000).toISOString().slice(0, 10) };
      case 'keep': return { days: bad ? 'x' : '400' };
      case 'internal': return { ranges: bad ? 'x' : this.unused(10) };
      case 'dark': return { ranges: bad ? 'x' : this.unused(198) };
      case '{act}': {
        const { json, status } = await who.get('/darknet/desk/4343');
        const version = status === 200 ? json.way.version : 1;
        return { version: row.send === 'stale' ? version + 1 : version, reason: '' };
      }
      default: return row.path.endsWith('recipient}/remove') ? { version: '1' } : {};
    }
  }

  /** The register's forms: right ones, and wrong ones. */
  register(row) {
    const bad = row.send === 'bad', day = '2020-04-01';
    const decision = { lgwan: 'yes', decision: 'in', reason: bad ? '' : '接続しているため', day };
    const { code6 } = this.other.draft;
    switch (row.path) {
      case '/bodies/new': return { ...decision, name: bad ? '' : '水道企業団', kana: 'すいどう',
        kind: 'utility', pref: this.pref.draft.code6, reason: '接続しているため' };
      case '/bodies/merge': return { ends: '999999', day, code6, people: 'move' };
      case '/bodies/attributes': return { as_of: day, source: '試験', save: '1',
        csv: `団体コード,人口,中核市,類似団体\n${bad ? '999999' : code6},5000,0,\n` };
      case '/bodies/{body}/scope': return decision;
      case '/bodies/{body}/members': return { code6: bad ? '999999' : this.staff.draft.code6, day };
      case '/bodies/{body}/name': return { name: '', kana: 'x', kind: 'town', code6, day };
      case '/bodies/{body}/organs': return { kind: bad ? 'safety' : 'assembly', name: '議会',
        scope: 'in', reason: '方針を定めたため', decided_by: '議会運営委員会', day };
      case '/bodies/{body}/organs/{organ}': return { name: '議会', scope: 'in',
        reason: bad ? '' : '方針を定めたため', decided_by: '議会運営委員会', day };
      default: return {};
    }
  }

  /** A person's roles as they are, to be given again. */
  async roles(row, who, where, more) {
    const { json, status } = await who.get(where);
    const seen = status === 200 ? json.seen : 0;
    return { name: '情報 担当', role: row.send === 'bad' ? 'nation' : 'staff',
      seen: row.send === 'stale' ? seen + 64 : seen, ...more };
  }

  /** What changes a draft; for those who see it, from the page as it stands. */
  async draftFields(row, who, where) {
    const bad = row.send === 'bad', last = row.path.split('/').pop();
    const page = where.replace(/\/condition$/, '');
    const version = async () => {
      const { json, status } = await who.get(page);
      return { version: status === 200 ? json.version + (row.send === 'stale' ? 1 : 0) : 1 };
    };
    switch (last) {
      case 'drafts': return { title: bad ? '' : 'もう一つ', from: '' };
      case 'head': return { title: bad ? '' : '下書き', fiscal_year: 2040, ...await version() };
      case 'target': return { who: bad ? '' : 'all', ...await version() };
      case 'pick': return { question: bad ? 'NOPE-1' : 'ORG-01' };
      case 'new': return { area: 'ORG', text: bad ? '' : `設問${this.serial++}`, why: '理由',
        type: 'text', carry: 'never', sure: 1, version: 1 };
      case '{code}': return { text: '職員の数', why: '理由', kind: 'wording',
        carry: bad ? '' : 'reask', ...await version() };
      case 'condition': return { parent: bad ? 'NOPE-1' : '', ...await version() };
      case 'move': return { to: bad ? '' : 'up' };
      case 'publish': return version();
      default: return {};
    }
  }

  /** Every date ten days later than it is, for those who see it. */
  async dates(row, who, where) {
    const { json, status } = await who.get(where);
    const days = status === 200 ? json.days
      : ['shown_deadline', 'last_submission', 'last_correction']
        .map((name) => ({ name, value: '2040-01-01' }));
    const later = (day) => new Date(Date.parse(day) + 10 * 86_400_000).toISOString().slice(0, 10);
    return { ...Object.fromEntries(days.map((d) => [d.name, later(d.value)])),
      reason: row.send === 'bad' ? '' : '災害のため' };
  }

  /** The oldest answer the item had this year, for those who see it. */
  async restore(row, who, where) {
    const { json, status } = await who.get(where.replace(/\/restore$/, ''));
    if (row.send === 'bad') return { seen: '0' };
    if (status !== 200) return { fact: 1, seen: 0 };
    const fact = json.history.length ? json.history[json.history.length - 1].fact : 1;
    return { fact, seen: row.send === 'stale' ? json.seen + 1 : json.seen };
  }

  async ask(row, role, by) {
    const login = this.login(row, role);
    const fresh = row.method === 'POST' && row.path.startsWith('/sign-');
    const { browser, program: p } = await this.actor(login, fresh);
    const where = this.address(row, role);
    const who = by === 'browser' ? browser : p;
    if (row.about === 'own ready' && (role === 'staff' || role === 'pref')) {
      await complete(p, this.survey);
    }
    if (row.path.endsWith('/files') && row.method === 'POST') {
      const parts = { bad: [], extra: [['body', '999999']] }[row.send] ?? [];
      if (row.send !== 'bad') parts.push(['file', `%PDF-1.7 ${this.serial++}`, 'a.pdf']);
      return who.upload(where, ...parts);
    }
    if (row.path.endsWith('/files/{file}/remove') && row.about !== 'unknown') {
      const { json } = await p.upload(where.replace(/\/\d+\/remove$/, ''),
        ['file', `%PDF-1.7 ${this.serial++}`, 'a.pdf']);
      const file = json?.files?.rows.at(-1).file ?? 1;
      return who.post(where.replace(/\d+\/remove$/, `${file}/remove`));
    }
    return row.method === 'GET' ? who.get(where)
      : who.post(where, await this.fields(row, p, where));
  }
}

describe('doc/access.csv', LIMIT, () => {
  const nation = new Nation();
  before(() => nation.start(), LIMIT);
  after(() => nation.server?.stop());

  for (const row of matrix) {
    const name = [row.method, row.path, row.about, row.send].filter((x) => x && x !== '-').join(' ');
    test(name, LIMIT, async () => {
      const wrong = [];
      for (const role of ROLES) {
        const want = row[role].split('/');
        for (const by of ['browser', 'program']) {
          const r = await nation.ask(row, role, by);
          const should = Number(by === 'browser' ? want[0] : want[want.length - 1]);
          if (r.status !== should) wrong.push(`${role}, ${by}: ${r.status}, not ${should}`);
          if (r.status === 303) assert.match(r.headers.location, /^\//);
          if (by === 'program' && r.status >= 400) assert.ok(r.json, `${role}: no JSON`);
          if (role === 'nobody' && r.status === 303 && row.method === 'GET') {
            assert.match(r.headers.location, /^\/sign-in\?next=%2F/);
          }
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  test('the query cannot widen what a prefecture sees', LIMIT, async () => {
    const { program: p } = await nation.actor(`u${nation.pref.draft.code6}`);
    const own = nation.pref.draft.body / 10000 | 0;
    const other = nation.pref.submitted.body / 10000 | 0;
    const at = `/surveys/${nation.survey}`;
    const all = (await p.get(`${at}/totals`)).json;
    assert.equal(all.held, true);
    assert.deepEqual(all.prefs, []);
    const inside = nation.rows.filter((r) => r.pref === nation.pref.draft.name).length + 1;
    assert.equal(all.bodies, inside);
    assert.ok(all.submitted > 0 && all.submitted < inside);
    assert.equal((await p.get(`${at}/totals?pref=${own}`)).json.submitted, all.submitted);
    const theirs = (await p.get(`${at}/totals?pref=${other}`)).json;
    assert.equal(theirs.submitted, 0);
    assert.equal(theirs.bodies, 0);
    assert.ok(theirs.areas.every((a) => a.items.every((it) => it.n === 0)));
    const board = (await p.get(`${at}/board?q=${nation.other.draft.code6}`)).json;
    assert.deepEqual(board.rows, []);
    const one = (await p.get(`${at}/totals/ORG-01`)).json;
    const prefs = one.groups.flatMap((g) => g.rows).map((r) => r.name)
      .filter((name) => nation.rows.some((r) => r.pref === '' && r.name === name));
    assert.deepEqual(prefs, [nation.pref.draft.name]);
  });

  test('a token or cookie that is wrong, expired, or of a person who left gives nothing', LIMIT,
    async () => {
      const { url } = nation.server;
      for (const bad of ['x', 'A'.repeat(43), 'Ａ'.repeat(10)]) {
        const value = Buffer.from(bad).toString('latin1');
        assert.equal((await program(url, value, agent).get('/')).status, 401, bad);
        const r = await request(url, '/', { headers: { cookie: `__Host-yagura=${value}` }, agent });
        assert.equal(r.status, 303, bad);
      }
      const gone = nation.staff.draft.code6;
      const key = token(nation.file, `u${gone}`);
      const browser = await visitor(url, agent).signIn(`u${gone}`);
      assert.equal((await program(url, key, agent).get('/')).status, 200);
      sqlite(nation.file, `UPDATE token SET expires_at=1 WHERE person=
        (SELECT id FROM person WHERE login='u${gone}');`);
      assert.equal((await program(url, key, agent).get('/')).status, 401);
      const key2 = token(nation.file, `u${gone}`);
      sqlite(nation.file, `UPDATE person SET active=0 WHERE login='u${gone}';`);
      assert.equal((await program(url, key2, agent).get('/')).status, 401);
      assert.equal((await browser.get('/')).status, 303);
      const again = await visitor(url, agent).post('/sign-in', { login: `u${gone}`,
        password: PASSWORD });
      assert.equal(again.status, 422);
    });
});

// ── hostile requests ──

describe('over HTTP', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', '--years', '1');
    c.server = await serve(c.file);
    c.url = c.server.url;
    c.key = token(c.file, 'town');
    c.town = program(c.url, c.key, agent);
    c.survey = (await c.town.get('/')).json.own[0].id;
    c.browser = await visitor(c.url, agent).signIn('town');
    c.item = `/surveys/${c.survey}/items/ORG-S1`;
    assert.equal((await save(c.town, c.survey, 'ORG-S1', '100')).status, 200);
  }, LIMIT);
  after(() => c.server?.stop());

  const form = 'application/x-www-form-urlencoded';
  const own = () => ({ origin: c.url, 'sec-fetch-site': 'same-origin', cookie: c.browser.cookie,
    accept: 'text/html' });
  /** A POST of a browser with the session's cookie; headers that are undefined are left out. */
  const send = (headers, body, where = c.item) => {
    const all = { ...own(), 'content-type': form, ...headers };
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    return request(c.url, where, { method: 'POST', headers: all, body, agent });
  };
  const value = async () => (await c.town.get(c.item)).json;
  const seen = async () => (await value()).seen;
  const fields = async (more = {}) => new URLSearchParams(
    { value: '666', seen: await seen(), csrf: c.browser.csrf, ...more }).toString();

  test('a POST that does not come from a page of ours is refused, and changes nothing', async () => {
    const port = c.server.port;
    const cases = {
      'neither Origin nor Sec-Fetch-Site': { origin: undefined, 'sec-fetch-site': undefined },
      'cross-site': { 'sec-fetch-site': 'cross-site' },
      'same-site': { 'sec-fetch-site': 'same-site' },
      'typed into the address bar': { 'sec-fetch-site': 'none' },
      'another origin': { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
      'another port': { 'sec-fetch-site': undefined, origin: `http://127.0.0.1:${port + 1}` },
      'a longer host': { 'sec-fetch-site': undefined, origin: `${c.url}.evil.example` },
      'an opaque origin': { 'sec-fetch-site': undefined, origin: 'null' },
    };
    for (const [name, headers] of Object.entries(cases)) {
      assert.equal((await send(headers, await fields())).status, 403, name);
      const signIn = `login=town&password=${PASSWORD}`;
      const r = await send({ ...headers, cookie: undefined }, signIn, '/sign-in');
      assert.equal(r.status, 403, `sign-in: ${name}`);
      assert.equal(r.headers['set-cookie'], undefined, `sign-in: ${name}`);
    }
    assert.equal((await value()).value, '100');
  });

  test('a POST without the right csrf is refused, and changes nothing', async () => {
    const other = await visitor(c.url, agent).signIn('town');
    assert.notEqual(other.csrf, c.browser.csrf);
    for (const csrf of ['', 'x', '0'.repeat(64), other.csrf, c.browser.csrf.slice(0, -1)]) {
      assert.equal((await send({}, await fields({ csrf }))).status, 403, csrf);
    }
    const without = new URLSearchParams({ value: '666', seen: await seen() }).toString();
    assert.equal((await send({}, without)).status, 403);
    for (const accept of ['application/json', 'text/html']) {
      const json = { 'content-type': 'application/json', accept };
      const r = await send(json, JSON.stringify({ value: '666', seen: await seen() }));
      assert.equal(r.status, 403, 'JSON with the cookie alone');
    }
    // What a form of another site could send as plain text is not read at all.
    assert.equal((await send({ 'content-type': 'text/plain' }, await fields())).status, 400);
    assert.equal((await value()).value, '100');
  });

  test('with both it is saved: the tests above fail for the reason they name', async () => {
    assert.equal((await send({}, await fields({ value: '101' }))).status, 303);
    const older = { 'sec-fetch-site': undefined }; // a browser that sends Origin only
    assert.equal((await send(older, await fields({ value: '102' }))).status, 303);
    assert.equal((await value()).value, '102');
    assert.equal((await save(c.town, c.survey, 'ORG-S1', '100')).status, 200);
  });

  test('a body that cannot be read is 400, and changes nothing', async () => {
    const s = await seen(), { csrf } = c.browser;
    const start = `csrf=${csrf}&seen=${s}&`;
    const bodies = {
      'an unknown field': `${start}value=1&body=482013`,
      'bad UTF-8': `${start}value=%ff%fe`,
      'overlong UTF-8': `${start}value=%c0%af`,
      'a surrogate': `${start}value=%ed%a0%80`,
      'a broken %': `${start}value=%4`,
      'a % of no hex': `${start}value=%zz`,
      'more fields than anything has': start + 'value=1&'.repeat(5000),
    };
    for (const [name, body] of Object.entries(bodies)) {
      const { status } = await send({}, body);
      assert.ok(status === 400 || status === 413, `${name}: ${status}`);
    }
    const nul = await send({}, `${start}value=1%00`);
    assert.ok(nul.status === 400 || nul.status === 422, `NUL: ${nul.status}`);
    assert.equal((await value()).value, '100');
  });

  test('JSON that cannot be read is 400', async () => {
    const bodies = [' ', '[]', '"x"', '{', '{"value":"1","value":"2","seen":0}',
      '{"value":{"a":1}}', '{"value":"1","body":482013}', '{"value":"\\u0000"}',
      '{"value":"\\ud800"}', Buffer.from('{"value":"\xff"}', 'latin1'),
      `${'{"value":['.repeat(3000)}1`, 'null'];
    for (const body of bodies) {
      const r = await request(c.url, c.item, { method: 'POST', agent, body, headers: {
        authorization: `Bearer ${c.key}`, accept: 'application/json',
        'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } });
      assert.equal(r.status, 400, `${String(body).slice(0, 40)}: ${r.text}`);
      assert.match(r.headers['content-type'], /^application\/problem\+json/);
    }
    assert.equal((await value()).value, '100');
  });

  test('a body over 1 MiB is 413, with or without its length', async () => {
    const over = Buffer.alloc((1 << 20) + 1, 'a');
    const sized = await request(c.url, c.item, { method: 'POST', holdBack: true,
      headers: { ...own(), 'content-type': form, 'content-length': over.length } });
    assert.equal(sized.status, 413, 'refused before a byte of it is sent');
    assert.equal((await send({ 'transfer-encoding': 'chunked' }, over)).status, 413);
    const exact = Buffer.alloc(1 << 20, 'a'); // one byte less is read, and refused as a form
    assert.notEqual((await send({ 'content-length': exact.length }, exact)).status, 413);
  });

  test('an address that cannot be read is 404', async () => {
    const at = `/surveys/${c.survey}`;
    for (const where of ['/nope', '/surveys/', `${at}/`, '/surveys/x', '/surveys/-1', '/surveys/0',
      '/surveys/99999999999999999999', `${at}/items`, `${at}/items/`, `${at}/items/%00`,
      `${at}/items/ORG-S1%00`, `${at}/items/%ff`, `${at}/items/%4`, `${at}/items/%zz`,
      `${at}/items/ORG-S1/`, `${at}/items/..%2f..`, '/asset/nope.css', '/asset/../src/main.c',
      '/asset/%2e%2e/x', '/asset/', '//', '//evil.example/', '/sign-in/', '/healthz/x', '/./',
      `/SURVEYS/${c.survey}`, `${at}?q=%ff`, `${at}?q=%4`, `${at}?show=%00%`]) {
      const r = await c.town.get(where);
      assert.equal(r.status, 404, where);
    }
  });

  test('a method a route does not have is 405', async () => {
    const have = new Set(routes.map((r) => `${r.method} ${r.path}`));
    const part = { survey: c.survey, code: 'ORG-S1', area: 'ORG', body: 483010, token: 'x' };
    let asked = 0;
    for (const where of new Set(routes.map((r) => r.path))) {
      const target = where.replace(/\{(\w+)\}/g, (_, name) => part[name]);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
        if (have.has(`${method} ${where}`)) continue;
        const r = await request(c.url, target, { method, agent,
          headers: { ...own(), 'content-length': 0 } });
        assert.equal(r.status, 405, `${method} ${where}`);
        asked++;
      }
    }
    assert.ok(asked > routes.length);
  });

  test('HEAD is GET without its body', async () => {
    for (const [where, status] of [['/healthz', 200], ['/', 200], ['/nope', 404]]) {
      const r = await request(c.url, where, { method: 'HEAD', headers: own(), agent });
      assert.equal(r.status, status, where);
      assert.equal(r.text, '');
    }
  });

  test('every kind of answer carries the headers that keep a browser safe', async () => {
    const token300 = { authorization: `Bearer ${c.key}`, accept: 'application/json' };
    const post = { 'content-type': 'application/json' };
    const kinds = [
      [200, '/', { headers: own() }], [200, '/', { headers: token300 }],
      [200, '/healthz', {}], [200, '/sign-in', {}],
      [303, '/', { headers: { accept: 'text/html' } }],
      [303, '/surveys', { headers: token300 }],
      [401, '/', { headers: { accept: 'application/json' } }],
      [403, '/board', { headers: own() }], [403, '/board', { headers: token300 }],
      [403, c.item, { method: 'POST', headers: { ...own(), 'content-type': form } }],
      [404, '/nope', { headers: own() }], [404, '/nope', { headers: token300 }],
      [404, '/nope?q=%ff', { headers: own() }],
      [405, '/', { method: 'PUT', headers: own() }],
      [400, c.item, { method: 'POST', headers: { ...token300, ...post }, body: '{' }],
      [422, c.item, { method: 'POST', headers: { ...token300, ...post },
        body: JSON.stringify({ value: 'x', seen: await seen() }) }],
      [409, c.item, { method: 'POST', headers: { ...token300, ...post },
        body: JSON.stringify({ value: '1', seen: 1 }) }],
      [200, c.item, { method: 'POST', headers: { ...token300, ...post },
        body: JSON.stringify({ value: '100', seen: await seen() }) }],
      [200, '/sign-in', { method: 'POST', headers: { ...post, origin: c.url,
        accept: 'application/json' }, body: JSON.stringify({ login: 'town', password: PASSWORD }) }],
      [422, '/sign-in', { method: 'POST', headers: { ...post, origin: c.url,
        accept: 'text/html' }, body: JSON.stringify({ login: 'town', password: 'x' }) }],
      [413, c.item, { method: 'POST', headers: { ...own(), 'content-length': 2 << 20 },
        holdBack: true }],
      [431, '/', { headers: Object.fromEntries(
        Array.from({ length: 60 }, (_, i) => [`x-${i}`, '1'])) }],
    ];
    const lacking = [];
    for (const [status, where, rq] of kinds) {
      const r = await request(c.url, where, rq.holdBack ? rq : { ...rq, agent });
      const name = `${r.status} ${rq.method || 'GET'} ${where.replace(String(c.survey), 'N')}`;
      assert.equal(r.status, status, name);
      const h = r.headers, csp = h['content-security-policy'] || '';
      const lacks = (what, good) => { if (!good) lacking.push(`${name}: ${what}`); };
      lacks('nosniff', h['x-content-type-options'] === 'nosniff');
      lacks('no-store', h['cache-control'] === 'no-store');
      lacks('Content-Security-Policy', /default-src '(self|none)'/.test(csp));
      lacks('CSP too wide', !/unsafe|\*|data:|https?:/.test(csp));
      if (![413, 431].includes(status)) { // refused before anything was read: the same for all
        lacks('Vary', h.vary === 'Accept, Cookie');
        lacks('frame-ancestors, form-action, base-uri', ['frame-ancestors \'none\'',
          'form-action \'self\'', 'base-uri \'none\''].every((x) => csp.includes(x)));
        lacks('Referrer-Policy', ['same-origin', 'no-referrer'].includes(h['referrer-policy']));
        lacks('X-Request-Id', /^[0-9a-f]{8,}$/.test(h['x-request-id'] || ''));
      }
      if (status !== 303) lacks('a type with charset', /; charset=utf-8$/.test(h['content-type']));
    }
    assert.deepEqual(lacking, []);
  });

  test('a static file is typed, revalidated, and can run nothing', async () => {
    const page = await request(c.url, '/sign-in', { agent });
    const files = [...page.text.matchAll(/(?:href|src)="(\/asset\/[^"]+)"/g)].map((m) => m[1]);
    assert.ok(files.length >= 4);
    for (const file of new Set(files)) {
      const r = await request(c.url, file, { agent });
      assert.equal(r.status, 200, file);
      assert.equal(r.headers['x-content-type-options'], 'nosniff', file);
      assert.match(r.headers['content-security-policy'], /default-src 'none'/, file);
      const again = await request(c.url, file, { agent,
        headers: { 'if-none-match': r.headers.etag } });
      assert.equal(again.status, 304, file);
      assert.equal(again.text, '', file);
    }
    assert.doesNotMatch(page.text, /<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|javascript:/);
  });

  test('the cookie is bound to this host, hidden from scripts, and ends with the session',
    async () => {
      const v = visitor(c.url, agent);
      const r = await v.post('/sign-in', { login: 'town', password: PASSWORD });
      const [line] = r.headers['set-cookie'];
      for (const part of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']) {
        assert.ok(line.split('; ').includes(part), `${part} in ${line}`);
      }
      assert.doesNotMatch(line, /Domain=/i);
      const old = v.cookie;
      assert.equal((await v.get('/')).status, 200);
      assert.equal((await v.post('/sign-out')).status, 303);
      assert.equal(v.cookie, '');
      const back = await request(c.url, '/', { headers: { cookie: old }, agent });
      assert.equal(back.status, 303, 'the old cookie opens nothing');
    });

  test('signing in leads back, but never off this site', async () => {
    const to = async (next) => (await visitor(c.url, agent).post('/sign-in',
      { login: 'town', password: PASSWORD, next }));
    assert.equal((await to('/surveys')).headers.location, '/surveys');
    for (const next of ['//evil.example/', '/\\evil.example', 'https://evil.example/',
      'javascript:alert(1)', '', 'evil', '/ /evil.example']) {
      assert.equal((await to(next)).headers.location, '/', next);
    }
    for (const next of ['/x\r\nSet-Cookie: a=b', '/\t/evil.example']) {
      assert.equal((await to(next)).status, 422, JSON.stringify(next));
    }
  });

  test('a request of two meanings is closed or refused, never answered twice', LIMIT, async () => {
    const host = `Host: 127.0.0.1:${c.server.port}\r\n`;
    const next = `GET /healthz HTTP/1.1\r\n${host}\r\n`;
    const answers = (text) => text.match(/HTTP\/1\.[01] \d\d\d/g) || [];
    const two = await raw(c.server.port, next + next);
    assert.equal(answers(two).length, 2, 'two honest requests have two answers');
    const post = (headers, body) => `POST /sign-in HTTP/1.1\r\n${headers}\r\n${body}`;
    const shapes = {
      'two lengths': post(`${host}Content-Length: 5\r\nContent-Length: 0\r\n`, `a=b&c${next}`),
      'two equal lengths': post(`${host}Content-Length: 0\r\nContent-Length: 0\r\n`, next),
      'a list of lengths': post(`${host}Content-Length: 0, 5\r\n`, next),
      'length with a sign': post(`${host}Content-Length: +0\r\n`, next),
      'negative length': post(`${host}Content-Length: -1\r\n`, next),
      'length in hex': post(`${host}Content-Length: 0x0\r\n`, next),
      'length too big': post(`${host}Content-Length: 99999999999999999999\r\n`, next),
      'length and chunked': post(
        `${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${next}`),
      'chunked and length': post(
        `${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`, `0\r\n\r\n${next}`),
      'chunked twice': post(
        `${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${next}`),
      'another coding': post(`${host}Transfer-Encoding: identity\r\n`, next),
      'chunked last of two': post(`${host}Transfer-Encoding: gzip, chunked\r\n`,
        `0\r\n\r\n${next}`),
      'chunked with a tab': post(`${host}Transfer-Encoding:\tx chunked\r\n`, `0\r\n\r\n${next}`),
      'space before the colon': post(`${host}Content-Length : 5\r\n`, next),
      'a folded header': post(`${host}X-A: b\r\n Content-Length: 5\r\nContent-Length: 0\r\n`, next),
      'a header without a colon': post(`${host}Nonsense\r\nContent-Length: 0\r\n`, next),
      'a chunk size of no hex': post(`${host}Transfer-Encoding: chunked\r\n`,
        `zz\r\n\r\n0\r\n\r\n${next}`),
      'no host': `GET /healthz HTTP/1.1\r\n\r\n${next}`,
      'two hosts': `GET /healthz HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n${next}`,
      'no such protocol': `GET /healthz HTTP/9.9\r\n${host}\r\n${next}`,
    };
    // libmicrohttpd 0.9.75 writes the head of its own refusals twice, in front of one body.
    const wrong = [];
    for (const [name, bytes] of Object.entries(shapes)) {
      const text = await raw(c.server.port, Buffer.from(bytes, 'latin1'));
      const all = answers(text);
      const refused = new Set(all).size <= 1 && all.every((a) => / 4\d\d$| 505$/.test(a));
      if (!refused || text.includes('"status"')) wrong.push(`${name}: ${all.join(', ')}`);
    }
    assert.deepEqual(wrong, []);
    assert.equal((await c.town.get('/')).status, 200, 'still there');
  });
});
