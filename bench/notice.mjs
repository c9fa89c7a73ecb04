// SPDX-License-Identifier: Apache-2.0
// Alerts to the whole nation: from the press of the button to every receipt and mail in the database, and the board of
// receipts, with a hundred alerts of the same office there already.
import { round, run, serve } from './lib.mjs';

const SENT = 10, LOOKS = 100, BEFORE = 100;

/** A hundred alerts of the ministry to all of them, half of them answered: what lists and boards go through. */
const PLANT = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<${BEFORE})
  INSERT INTO notice SELECT 100+i, 'alert', 9000001, i, 2, 3, 3, 0, '前の注意喚起', NULL, 0, NULL, 0, 1700000000000000, 1700000000000000,
    1700000000000000+i, 0, x'00', 1788, 1788, 894, 1 FROM n;
  INSERT INTO notice_receipt SELECT n.id, b.id, 2, 1700000000000000, 0, b.id%2, '', CASE b.id%2 WHEN 1 THEN 1700000000000000 END, b.id%2
    FROM notice n, body b WHERE b.class<=6;`;

const DRAFT = { title: '測るための注意喚起', urgency: 'usual', importance: 'low', tlp: 'amber', summary: '要約', to_all: '1' };

const at = (times, p) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))];
const timed = async (fn) => {
  const began = performance.now(), value = await fn();
  return [performance.now() - began, value];
};

export async function notice({ copy }) {
  const file = copy();
  run('sqlite3', [file, PLANT]);
  const s = await serve(file), nation = s.token('nation'), town = s.token('town');
  const ask = async (key, path, body) => {
    const r = await fetch(`http://127.0.0.1:${s.port}${path}`, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${key}` } });
    if (r.status !== 200) throw new Error(`${path}: ${r.status} ${await r.text()}`);
    return r.json();
  };
  const count = () => Number(run('sqlite3', [file, 'SELECT COUNT(*) FROM outbox;']));
  const save = [], send = [], board = [], list = [], office = [], before = count();
  let bodies = 0, last = 0;
  for (let i = 0; i < SENT; i++) {
    const { notice: id } = await ask(nation, '/alerts/office', {});
    const [t, draft] = await timed(() => ask(nation, `/alerts/office/${id}`, { seen: 1, ...DRAFT }));
    save.push(t);
    const [u, sent] = await timed(() => ask(nation, `/alerts/office/${id}/send`, { seen: draft.seen }));
    send.push(u);
    bodies = sent.bodies;
    last = id;
  }
  const mails = (count() - before) / SENT;
  for (let i = 0; i < LOOKS; i++) {
    board.push((await timed(() => ask(nation, `/alerts/office/${last}/receipts`)))[0]);
    list.push((await timed(() => ask(town, '/alerts')))[0]);
    office.push((await timed(() => ask(nation, '/alerts/office')))[0]);
  }
  await s.stop();
  const row = (what, times, goal) => `| ${what} | ${at(times, 0.5).toFixed(1)} ms | **${at(times, 0.95).toFixed(1)} ms** | ${goal} |`;
  return ['## Alerts', '', `${SENT} alerts to ${round(bodies)} bodies each, ${round(mails)} mails each, in a database with ${BEFORE} earlier ones; from the client.`, '',
    '| what | p50 | p95 | goal |', '|---|---|---|---|', row('a draft saved, and the bodies its conditions mean counted', save, '50 ms'),
    row('sent: every receipt written and every mail queued, committed', send, '1,000 ms'),
    row('who has read it and who has not', board, '50 ms'), row('what a town may read', list, '50 ms'),
    row('what the office sent, with its counts', office, '50 ms'), ''];
}
