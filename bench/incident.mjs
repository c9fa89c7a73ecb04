// SPDX-License-Identifier: Apache-2.0
// Incidents of the whole nation: from a submission to every delivery queued, and the national board, with twenty
// incidents of each of 1,788 bodies in the database.
import { people, round, run, serve } from './lib.mjs';
import { fiveTickets } from './tracker.mjs';

const BODIES = 60, EACH = 5, LOOKS = 100, BEFORE = 20;

/** What stays readable of twenty reported incidents of every body: the board reads nothing else. */
const PLANT = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<${BEFORE})
  INSERT INTO flow_case (id, kind, body, number, state, drill, person, at, changed_at, version) SELECT b.id*100+n.i, 'incident', b.id, n.i, 1+(n.i%2), 0, 0, 1700000000000000, 1700000000000000, 1
    FROM body b, n WHERE b.class<=6;
  INSERT INTO incident (flow, body, drill, closed, kinds, causes, grave, known_at, occurred_at, stage, persons, reports, next_due, reported_at)
    SELECT c.id, c.body, 0, c.state=2, CASE c.id%3 WHEN 0 THEN 'ransomware' WHEN 1 THEN 'misdelivery' ELSE 'loss vendor' END, '', c.id%7=0,
    1700000000000000, 1699990000000000, 'stopped', c.id%5000, 1, 1800000000000000, 1700003600000000+c.id%1000000 FROM flow_case c;
  INSERT INTO flow_delivery (id, flow, recipient, office, subject, step, number, state, person, at, seen_at, answered_at, answered_by, hash, previous, signature, receipt, sealed) SELECT c.id*10, c.id, 'mic', 9000001, 'jp.mic', 1, 1, 3, 0, 1700003600000000, NULL, NULL, NULL, x'00', NULL, x'00', NULL, x'00' FROM flow_case c;
  INSERT INTO flow_clock (id, flow, name, due_at, done_at) SELECT c.id*10+1, c.id, 'jp.ppc-68/final', 1800000000000000, NULL FROM flow_case c;`;

const FACTS = { kind: 'ransomware', known_at: '2026-11-01 08:40', organ: ['mayor', 'hospital'], network: 'lgwan', gravity: 'usual',
  summary: '共有フォルダーが開けない', personal: 'suspected', 'personal.persons': ['3000', 'estimate'], 'personal.number': 'suspected',
  'personal.malice': 'suspected', contact: '0261-00-0000' };

const at = (times, p) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))];
const timed = async (fn) => {
  const began = performance.now(), value = await fn();
  return [performance.now() - began, value];
};

export async function incident({ copy }) {
  const file = copy();
  run('sqlite3', [file, PLANT]);
  const s = await serve(file), logins = (await people(s, BODIES)).logins;
  const ask = async (key, path, body) => {
    const r = await fetch(`http://127.0.0.1:${s.port}${path}`, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${key}` } });
    if (r.status !== 200) throw new Error(`${path}: ${r.status} ${await r.text()}`);
    return r.json();
  };
  const keys = logins.map((login) => s.token(login)), submit = [], facts = [], board = [];
  let handed = 0;
  for (let n = 0; n < EACH; n++) {
    for (const key of keys) {
      const { incident: id } = await ask(key, '/incidents', {}), { seen } = await ask(key, `/incidents/${id}/facts/first`);
      facts.push((await timed(() => ask(key, `/incidents/${id}/facts/first`, { seen, ...FACTS })))[0]);
      const report = await ask(key, `/incidents/${id}/report`);
      const rules = report.views.map((v) => v.rule);
      const [t, after] = await timed(() => ask(key, `/incidents/${id}/report`, { seen: report.seen, rules }));
      submit.push(t);
      handed += after.handed.length;
    }
  }
  const nation = s.token('nation');
  for (let i = 0; i < LOOKS; i++) board.push((await timed(() => ask(nation, '/incidents/board?state=all')))[0]);
  await s.stop();
  const peer = await fiveTickets(10);
  const row = (what, times, goal) => `| ${what} | ${at(times, 0.5).toFixed(1)} ms | **${at(times, 0.95).toFixed(1)} ms** | ${goal} |`;
  return ['## Incidents', '', `${round(BODIES * EACH)} incidents one after the other, each told to ${round(handed / submit.length)} addressees, in a database with ${BEFORE} reported ones of each body; from the client.`, '',
    '| what | p50 | p95 | goal |', '|---|---|---|---|', row('the first questions saved, duties derived, clocks set', facts, '—'),
    row('submitted: every delivery written, signed, sealed and its mail queued', submit, '50 ms'), row('the national board, all of them', board, '50 ms'),
    ...peer ? [row('peer: five tickets in Request Tracker 5 (Debian, SQLite), one for each of five addressees', peer, '—'),
      `| the peer's five tickets by this submission, at p50 and p95 | **${(at(peer, 0.5) / at(submit, 0.5)).toFixed(0)} ×** | **${(at(peer, 0.95) / at(submit, 0.95)).toFixed(0)} ×** | more than 1 |`]
      : ['| peer: Request Tracker is not installed (`script/bootstrap bench`) | — | — | — |'], ''];
}
