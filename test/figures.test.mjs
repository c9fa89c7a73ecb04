// SPDX-License-Identifier: Apache-2.0
// What a machine that watches sees of a running server: its figures and its log, and that nobody is
// in them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

import { demo, program, request, serve, token, visitor, yagura } from './lib.mjs';
import { freePort } from './relay.mjs';

// ── figures ──

/** Prometheus' text format 0.0.4, strictly: every line is understood, every family declared once. */
function parseMetrics(text) {
  assert.ok(text.endsWith('\n'));
  const families = new Map(), samples = new Map();
  const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\[\\n])+)$/;
  const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/;
  const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)+\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$/;
  let helped = '', last = '';
  for (const line of text.slice(0, -1).split('\n')) {
    let m;
    if ((m = help.exec(line))) {
      assert.ok(!families.has(m[1]), `${m[1]} is declared once`);
      helped = m[1];
    } else if ((m = type.exec(line))) {
      assert.equal(m[1], helped, 'HELP stands before TYPE');
      families.set(m[1], m[2]);
      last = m[1];
    } else {
      m = sample.exec(line);
      assert.ok(m, `not understood: ${line}`);
      const base = families.get(last) === 'histogram' ? m[1].replace(/_(bucket|sum|count)$/, '') : m[1];
      assert.equal(base, last, 'a family stands together');
      const key = `${m[1]}${m[2] || ''}`;
      assert.ok(!samples.has(key), `${key} stands once`);
      assert.ok(Number.isFinite(Number(m[3])), line);
      samples.set(key, Number(m[3]));
    }
  }
  return { families, samples };
}

/** In each histogram the buckets rise, and the last is the count. */
function assertHistograms(samples) {
  const rows = new Map();
  for (const [key, value] of samples) {
    const m = /^(.*)_bucket\{(.*),le="([^"]+)"\}$/.exec(key);
    if (!m) continue;
    const row = `${m[1]} ${m[2]}`;
    const bucket = { le: m[3] === '+Inf' ? Infinity : Number(m[3]), value, count: `${m[1]}_count{${m[2]}}` };
    rows.set(row, [...(rows.get(row) || []), bucket]);
  }
  assert.ok(rows.size > 0);
  for (const [row, buckets] of rows) {
    for (let i = 1; i < buckets.length; i++) {
      assert.ok(buckets[i].le > buckets[i - 1].le && buckets[i].value >= buckets[i - 1].value, row);
    }
    const end = buckets.at(-1);
    assert.equal(end.le, Infinity);
    assert.equal(end.value, samples.get(end.count), row);
  }
}

test('the figures: counted right, on a listener of their own, and nobody is in them', async () => {
  const file = demo('--sample');
  const at = await freePort();
  const server = await serve(file, '--metrics', `127.0.0.1:${at}`);
  const figures = async () => {
    const r = await request(`http://127.0.0.1:${at}`, '/metrics');
    assert.equal(r.status, 200);
    assert.equal(r.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    return { ...parseMetrics(r.text), text: r.text };
  };
  const before = await figures();
  const person = await visitor(server.url).signIn('town');
  for (let i = 0; i < 20; i++) assert.equal((await person.get('/')).status, 200);
  await person.get('/nowhere/%E3%81%B2%E3%81%BF%E3%81%A4');
  await visitor(server.url).post('/sign-in', { login: 'planted-login', password: 'planted-word' });
  const { samples, families, text } = await figures();

  const count = (key, s) => s.get(`yagura_http_requests_total{${key}}`) || 0;
  const pages = 'method="GET",route="/",status="2xx"';
  assert.equal(count(pages, samples) - count(pages, before.samples), 21); // one by signIn
  assert.equal(count('method="POST",route="/sign-in",status="3xx"', samples), 1);
  assert.equal(count('method="other",route="other",status="4xx"', samples), 1);
  assert.equal(families.get('yagura_http_requests_total'), 'counter');
  assert.equal(families.get('yagura_http_request_duration_seconds'), 'histogram');
  assertHistograms(samples);
  assert.equal(samples.get('yagura_sessions') - before.samples.get('yagura_sessions'), 1);
  assert.ok(samples.get('yagura_writer_jobs_total') > before.samples.get('yagura_writer_jobs_total'));
  assert.equal(samples.get('yagura_database_bytes{file="main"}'), fs.statSync(file).size);
  for (const [key, value] of before.samples) { // counters only rise
    if (/_total\b/.test(key)) assert.ok(samples.get(key) >= value, key);
  }
  assert.doesNotMatch(text, /planted|%E3|[^\x00-\x7f]|town|127\.0\.0\.1/);

  assert.equal((await request(`http://127.0.0.1:${at}`, '/')).status, 404);
  assert.equal((await request(server.url, '/metrics')).status, 404); // not where people are
  assert.equal(await server.stop(), 0);
  const open = yagura('serve', '--db', `sqlite:${file}`, '--metrics', '0.0.0.0:0');
  assert.equal(open.code, 77);
  assert.match(open.err, /--metrics-open/);
});

// ── the log ──

test('the log: one JSON object a line, the id people see, and nothing of theirs', async () => {
  const file = demo('--sample');
  const key = token(file, 'town');
  const server = await serve(file, '--verbose');
  const person = await visitor(server.url).signIn('town');
  const { own } = (await program(server.url, key).get('/')).json;
  const item = `/surveys/${own[0].id}/items/ORG-S1`;
  const { json } = await program(server.url, key).get(item);
  const planted = { value: '31337', login: 'planted-login@example.jp', word: 'planted-word' };
  assert.equal((await program(server.url, key).post(item,
    { value: planted.value, seen: json.seen })).status, 200);
  await visitor(server.url).post('/sign-in', { login: planted.login, password: planted.word });
  await person.get(`/surveys?page=${planted.value}&q=planted-query`);
  const missing = await person.get('/planted-path');
  assert.equal(missing.status, 404);
  const id = missing.headers['x-request-id'];
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.ok(missing.text.includes(id), 'the page shows it');
  assert.equal(await server.stop(), 0);

  const lines = server.log.split('\n').filter((l) => l !== '' && !l.startsWith('yagura: '));
  const events = lines.map((l) => JSON.parse(l));
  for (const e of events) {
    assert.match(e.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/);
    assert.match(e.level, /^(debug|info|warn|error)$/);
    assert.ok(e.event);
  }
  const row = events.find((e) => e.id === id);
  assert.deepEqual({ ...row, at: '', ms: '' },
    { at: '', level: 'info', event: 'request', id, method: 'GET', route: '', status: '404', ms: '' });
  assert.ok(events.some((e) => e.route === '/surveys/{survey}/items/{code}' && e.status === '200'));
  const secrets = ['planted', planted.value, key, person.cookie.split('=')[1], 'ORG-S1',
    String(own[0].id), 'yagura-demo', '127.0.0.1'];
  for (const secret of secrets) assert.ok(secret && !server.log.includes(secret), secret);
  assert.doesNotMatch(server.log.split('\n').filter((l) => l.startsWith('{')).join('\n'),
    /[^\x00-\x7f]/, 'no name in it');
});
