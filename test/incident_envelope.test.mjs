// SPDX-License-Identifier: Apache-2.0
// A report for an office without an account: a mail that says nothing, a word that is told by telephone; neither opens
// anything alone, and a copy of the database does not either.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { demo, program, reportIncident, serve, sqlite, token, visitor } from './lib.mjs';

const LIMIT = { timeout: 120_000 };

describe('an envelope', LIMIT, () => {
  const c = {};
  const mails = (kind) => sqlite(c.file, `SELECT subject || '|' || replace(text, char(10), ' ') || '|' || path || '|' || address FROM outbox WHERE kind='${kind}' ORDER BY id`)
    .trim().split('\n').filter(Boolean);
  const receipt = async () => (await c.town.get(c.at)).json.handed.find((h) => h.delivery === c.delivery).receipt_key;

  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.town = program(c.server.url, token(c.file, 'town'));
    const { incident } = await reportIncident(c.town, { summary: '共有フォルダー4d1e' });
    c.at = `/incidents/${incident}`;
    const report = (await c.town.get(`${c.at}/report`)).json;
    assert.equal((await c.town.post(`${c.at}/report`, { seen: report.seen, rules: 'jp.ppc-68' })).status, 200);
    c.delivery = (await c.town.get(c.at)).json.handed.at(-1).delivery;
    c.sent = `${c.at}/sent/${c.delivery}`;
    assert.equal(await receipt(), 'by-hand');
    assert.equal((await c.town.post(`${c.sent}/envelope`, { address: 'nobody' })).status, 422);
    const made = await c.town.post(`${c.sent}/envelope`, { address: 'desk@ppc.example.jp' });
    assert.equal(made.status, 200, made.text);
    Object.assign(c, { word: made.json.word, link: made.json.link });
    c.guest = visitor(c.server.url);
  }, LIMIT);
  after(() => c.server?.stop());

  test('waits to be opened; its mail is a postcard, and the word lies nowhere', async () => {
    assert.equal(await receipt(), 'waiting');
    const [mail, ...more] = mails('incident.envelope');
    assert.deepEqual(more, []);
    assert.equal(mail.split('|').at(-1), 'desk@ppc.example.jp');
    assert.ok(mail.includes(c.link));
    for (const secret of ['共有フォルダー', '見本町', 'インシデント', c.word]) assert.ok(!mail.includes(secret), secret);
    for (const f of [c.file, `${c.file}-wal`]) {
      if (!fs.existsSync(f)) continue;
      for (const text of [c.word, c.word.replaceAll('-', '')]) assert.ok(!fs.readFileSync(f).includes(text), f);
    }
    assert.match(c.word, /^([2-9A-HJKMNP-TV-Z]{5}-){3}[2-9A-HJKMNP-TV-Z]{5}$/);
  });

  test('shows nothing to the link alone, nor to a wrong word', async () => {
    const closed = await c.guest.get(c.link);
    assert.equal(closed.status, 200);
    for (const text of ['4d1e', '見本町', '漏えい']) assert.ok(!closed.text.includes(text), text);
    for (const word of ['AAAAA-AAAAA-AAAAA-AAAAA', c.word.slice(1), `${c.word}2`, 'あ', `${c.word.slice(0, -1)}${c.word.endsWith('2') ? '3' : '2'}`]) {
      const r = await c.guest.post(c.link, { word });
      assert.equal(r.status, 422, word);
      assert.match(r.text, /合言葉が違います/);
      assert.ok(!r.text.includes('4d1e'));
    }
    assert.equal(await receipt(), 'waiting');
    assert.equal((await c.guest.get(`/envelope/${Buffer.alloc(32, 1).toString('base64url')}`)).status, 404);
  });

  test('opens with both, however the word is typed, and that is seen', async () => {
    const r = await c.guest.post(c.link, { word: ` ${c.word.toLowerCase().replaceAll('-', '　')} ` });
    assert.equal(r.status, 200, r.text);
    assert.match(r.text, /共有フォルダー4d1e/);
    assert.match(r.text, /見本町/);
    assert.equal(await receipt(), 'seen');
  });

  test('is asked about, answered and accepted, with a signed receipt', async () => {
    assert.match((await c.guest.post(c.link, { word: c.word, answer: 'returned' })).text, /何を知りたいか/);
    assert.equal(await receipt(), 'seen');
    assert.equal((await c.guest.post(c.link, { word: c.word, answer: 'returned', question: '何人分ですか7f3a' })).status, 200);
    assert.equal(await receipt(), 'returned');
    assert.equal((await c.town.get(c.sent)).json.messages[0].text, '何人分ですか7f3a');
    assert.equal(mails('incident.message').filter((m) => m.includes('問い合わせ')).length,
      Number(sqlite(c.file, "SELECT COUNT(DISTINCT p.person) FROM person_role p JOIN person q ON q.id=p.person WHERE q.body=483010 AND q.active=1 AND p.role IN (1,4,64)").trim()));
    assert.equal((await c.town.post(`${c.sent}/messages`, { message: '3,000人分です' })).status, 200);
    assert.match((await c.guest.post(c.link, { word: c.word })).text, /3,000人分です/);
    assert.equal((await c.guest.post(c.link, { word: c.word, answer: 'accepted' })).status, 200);
    assert.equal(await receipt(), 'accepted');
    assert.equal((await c.guest.post(c.link, { word: c.word, answer: 'accepted' })).status, 409);
    assert.equal((await c.guest.post(c.link, { word: c.word, answer: 'by-hand' })).status, 404);
    const chain = JSON.parse((await c.town.get(`${c.sent}/reports.json`)).text);
    assert.equal(chain.reports.at(-1).answer, 'accepted');
    assert.ok(chain.reports.at(-1).receipt);
  });

  test('a new one ends the one before; an office that has an account needs none', async () => {
    const again = await c.town.post(`${c.sent}/envelope`, { address: 'desk@ppc.example.jp' });
    assert.equal(again.status, 200);
    assert.equal((await c.guest.get(c.link)).status, 404);
    assert.equal((await c.guest.post(again.json.link, { word: c.word })).status, 422, 'the old word');
    assert.equal((await c.guest.post(again.json.link, { word: again.json.word })).status, 200);
    const office = (await c.town.get(c.at)).json.handed[0].delivery;
    assert.equal((await c.town.post(`${c.at}/sent/${office}/envelope`, { address: 'desk@example.jp' })).status, 409);
    sqlite(c.file, 'UPDATE flow_envelope SET ends_at=1;');
    assert.equal((await c.guest.get(again.json.link)).status, 404, 'after 30 days');
    const other = program(c.server.url, token(c.file, 'u483028'));
    assert.equal((await other.post(`${c.sent}/envelope`, { address: 'me@example.jp' })).status, 404);
  });
});
