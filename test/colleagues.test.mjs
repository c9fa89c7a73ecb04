// SPDX-License-Identifier: Apache-2.0
// Fifty clients of one body on its 132 items, often from an old page: every save that was accepted
// is in the history, every one that was refused showed both values, and the counts are right.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { demo, program, serve, sqlite, token, yagura } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const BODY = 483010, CLIENTS = 50, SAVES = 30, PEOPLE = 6, SEED = 2026;
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
after(() => agent.destroy());

/** The same run each time (mulberry32): a number below n. */
function dice(seed) {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

let serial = 0;

/** A value that fits the item and, where the type has room for it, is like no other of this run. */
function valueOf(item, roll) {
  serial++;
  switch (item.type) {
    case 'option': return { value: item.options[roll(item.options.length)].value };
    case 'multi': {
      const some = item.options.filter(() => roll(2)).map((o) => o.value);
      return { value: some, stored: some.join(',') };
    }
    case 'date': {
      const day = new Date(Date.UTC(1990, 0, 1 + serial)).toISOString().slice(0, 10);
      return { value: day, only: true };
    }
    case 'url': return { value: `https://www.example.jp/${serial}`, only: true };
    case 'number': return item.unit === '%'
      ? { value: `${roll(100)}.${roll(10)}` } : { value: String(100_000 + serial), only: true };
    default: return { value: `記録 ${serial}`, only: true };
  }
}

const stored = (v) => v.stored ?? v.value;

describe('fifty clients on 132 items', LIMIT, () => {
  const c = { accepted: [], refused: [] };

  /** People of the body and fifty keys, made in the database before it is served. */
  function people() {
    const hash = (secret) => crypto.createHash('sha256').update(secret).digest('hex');
    const lines = [];
    for (let i = 1; i <= PEOPLE; i++) {
      lines.push(`INSERT INTO person (id, body, login, name, mail, active, created_at) VALUES (${i},
        ${BODY}, 'clerk${i}', '職員 ${i}', '', 1, 0);`,
      `INSERT INTO person_role (person, role, since) VALUES (${i}, 1, 0);`);
    }
    c.keys = Array.from({ length: CLIENTS }, (_, i) => {
      const secret = crypto.randomBytes(32);
      lines.push(`INSERT INTO token (hash, person, label, created_at, expires_at) VALUES (
        x'${hash(secret)}', ${i % PEOPLE + 1}, 'test', 0, ${Number.MAX_SAFE_INTEGER});`);
      return { person: i % PEOPLE + 1, secret: secret.toString('base64url') };
    });
    sqlite(c.file, lines.join('\n'));
  }

  before(async () => {
    c.file = demo('--sample');
    people();
    c.server = await serve(c.file);
    c.town = program(c.server.url, token(c.file, 'town'), agent);
    c.survey = (await c.town.get('/')).json.own[0].id;
    const { json } = await c.town.get(`/surveys/${c.survey}`);
    c.codes = json.areas.flatMap((a) => a.items.map((it) => it.code));
    c.before = history();
  }, LIMIT);
  after(() => c.server?.stop());

  /** Every fact of the body in this survey, oldest first. */
  function history() {
    const text = sqlite(c.file, `.mode json\nSELECT f.id, q.code, f.value, f.basis, f.person
      FROM fact f JOIN question q ON q.id=f.question WHERE f.body=${BODY}
      AND f.occasion=${c.survey} ORDER BY f.id;`);
    return text.trim() ? JSON.parse(text) : [];
  }

  const at = (code) => `/surveys/${c.survey}/items/${code}`;

  /** One save; of the page that the client opened last, which may be long ago. */
  async function saveOne(client, roll) {
    const code = c.codes[roll(c.codes.length)];
    let page = client.pages.get(code);
    if (!page || roll(3) === 0) {
      page = (await client.who.get(at(code))).json;
      client.pages.set(code, page);
    }
    const v = valueOf(page, roll);
    const r = await client.who.post(at(code), { value: v.value, seen: page.seen });
    const one = { code, person: client.person, sent: stored(v), only: v.only, seen: page.seen, r };
    if (r.status === 200) {
      c.accepted.push(one);
      client.pages.set(code, { ...page, seen: r.json.saved });
    } else {
      c.refused.push(one);
      if (roll(2) === 0) client.pages.set(code, { ...page, seen: r.json.seen }); // "mine" next time
    }
  }

  test('they save', LIMIT, async () => {
    assert.equal(c.codes.length, 132);
    await Promise.all(c.keys.map(async ({ person, secret }, i) => {
      const roll = dice(SEED + i);
      const client = { person, pages: new Map(), who: program(c.server.url, secret, agent) };
      for (let n = 0; n < SAVES; n++) await saveOne(client, roll);
      // And all at once on the same few items, every one with what it saw before the others.
      for (const code of ['ORG-S1', 'ORG-S4', 'EVA-S2']) {
        const page = (await client.who.get(at(code))).json;
        const v = valueOf(page, roll);
        const r = await client.who.post(at(code), { value: v.value, seen: page.seen });
        (r.status === 200 ? c.accepted : c.refused)
          .push({ code, person, sent: stored(v), only: v.only, seen: page.seen, r });
      }
    }));
    const all = c.accepted.length + c.refused.length;
    assert.equal(all, CLIENTS * (SAVES + 3));
    assert.ok(c.accepted.length > all / 4, `${c.accepted.length} accepted`);
    assert.ok(c.refused.length > 50, `${c.refused.length} refused: old pages were among them`);
  });

  test('every accepted save is in the history, and nothing else came into it', LIMIT, () => {
    const old = new Set(c.before.map((f) => f.id));
    const facts = history();
    c.fresh = facts.filter((f) => !old.has(f.id));
    assert.deepEqual(facts.filter((f) => old.has(f.id)), c.before, 'what was there is there');
    const byId = new Map(facts.map((f) => [f.id, f])); // what was in force already adds nothing
    const wrong = [];
    for (const a of c.accepted) {
      const f = byId.get(a.r.json.saved);
      const same = f && f.code === a.code && f.basis === 1 && f.value === a.sent;
      if (!same) wrong.push([a.code, a.sent, a.r.json.saved, f]);
    }
    assert.deepEqual(wrong, [], 'the fact that the answer named holds what was sent');
    const named = new Set(c.accepted.map((a) => a.r.json.saved));
    assert.deepEqual(c.fresh.filter((f) => !named.has(f.id)), []);
    for (const a of c.accepted.filter((x) => x.only)) {
      assert.equal(byId.get(a.r.json.saved).person, a.person, `${a.code}: whose`);
    }
    const only = c.accepted.filter((a) => a.only).map((a) => a.r.json.saved);
    assert.equal(new Set(only).size, only.length, 'two different answers are two facts');
  });

  test('no answer was saved over one that its writer had not seen', LIMIT, () => {
    const before = new Map(); // of each fact, the one it stands on
    const newest = new Map();
    for (const f of [...c.before, ...c.fresh]) {
      before.set(f.id, newest.get(f.code) ?? 0);
      newest.set(f.code, f.id);
    }
    const fresh = new Set(c.fresh.map((f) => f.id));
    const mine = c.accepted.filter((a) => a.only && fresh.has(a.r.json.saved));
    assert.ok(mine.length > 100);
    assert.deepEqual(mine.filter((a) => before.get(a.r.json.saved) !== a.seen)
      .map((a) => [a.code, a.sent, a.seen, before.get(a.r.json.saved)]), []);
  });

  test('every refused save showed both values, and left nothing behind', LIMIT, () => {
    const values = new Map(); // of each item, what was ever in force
    for (const f of [...c.before, ...c.fresh]) {
      values.set(f.code, (values.get(f.code) ?? new Set()).add(f.value));
    }
    const kept = new Set(c.fresh.map((f) => `${f.code} ${f.value}`));
    for (const { code, sent, only, r } of c.refused) {
      assert.equal(r.status, 409, r.text);
      assert.equal(r.json.mine_value, sent, code);
      assert.notEqual(r.json.theirs_value, sent, code);
      assert.ok(values.get(code).has(r.json.theirs_value), `${code}: ${r.json.theirs_value}`);
      if (sent) assert.notEqual(r.json.mine, '');
      assert.match(r.json.theirs_by, /^(職員 \d|見本 )/);
      if (only) assert.ok(!kept.has(`${code} ${sent}`), `${code}: a refused value was stored`);
    }
  });

  test('the pages show the same history, and the counts are those of the facts', LIMIT, async () => {
    for (const code of c.codes) {
      const facts = [...c.before, ...c.fresh].filter((f) => f.code === code).reverse();
      const { json } = await c.town.get(at(code));
      assert.deepEqual(json.history.map((h) => h.fact), facts.map((f) => f.id).slice(0, 100), code);
      assert.equal(json.seen, facts[0]?.id ?? 0, code);
    }
    const { json } = await c.town.get(`/surveys/${c.survey}`);
    const sums = json.areas.reduce((s, a) => [s[0] + a.done, s[1] + a.total], [0, 0]);
    assert.deepEqual(sums, [json.done, json.total]);
    const check = yagura('check', '--db', `sqlite:${c.file}`);
    assert.equal(check.code, 0, check.out + check.err);
    const chain = yagura('audit', 'verify', '--db', `sqlite:${c.file}`);
    assert.equal(chain.code, 0, chain.out + chain.err);
    assert.equal(await c.server.stop(), 0);
    assert.doesNotMatch(c.server.log, /"level":"error"/);
  });
});
