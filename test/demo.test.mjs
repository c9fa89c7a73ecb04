// SPDX-License-Identifier: Apache-2.0
// The demonstration of the whole nation: reproducible, true to the published rates, consistent in
// itself; the checks find every planted falsehood; and what one file refuses to become.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  demo, program, request, save, serve, sqlite, tempFolder, token, visitor, within, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 300_000 };
const TODAY = ['--today', '2026-11-20'];
/** An exit code that means "no": not success, not a crash. */
const refused = (r) => r.code > 0 && r.code < 126;

/** SHA-256 of all that `.dump` prints. */
function dumped(file) {
  const child = spawn('sqlite3', ['-batch', '-readonly', file, '.dump'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const hash = crypto.createHash('sha256');
  let bytes = 0;
  child.stdout.on('data', (part) => { hash.update(part); bytes += part.length; });
  return within(120_000, '.dump', new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ sha256: hash.digest('hex'), bytes });
      else reject(new Error(`sqlite3 .dump: ${code}`));
    });
  }));
}

const sha = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex');
const db = (file) => ['--db', `sqlite:${file}`];

// ── all of the nation ──

describe('the whole nation', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo(...TODAY);
    c.dump = await dumped(c.file);
    c.server = await serve(c.file);
    c.nation = program(c.server.url, token(c.file, 'nation'));
    c.offices = (await c.nation.get('/')).json.offices;
  }, LIMIT);
  after(() => c.server?.stop());

  test('the same seed and day give the same database, another seed another', LIMIT, async () => {
    assert.ok(c.dump.bytes > 10_000_000, `${c.dump.bytes} bytes`);
    assert.deepEqual(await dumped(demo(...TODAY)), c.dump);
    assert.notEqual((await dumped(demo(...TODAY, '--seed', '2'))).sha256, c.dump.sha256);
  });

  test('1,788 bodies in the classes of the law, each answering every year', LIMIT, async () => {
    assert.deepEqual(c.offices.map((o) => o.bodies), [1788, 1788, 1788]);
    const rows = [];
    for (let page = 1, pages = 1; page <= pages; page++) {
      const { json } = await c.nation.get(`/surveys/${c.offices[0].id}/board?page=${page}`);
      rows.push(...json.rows);
      pages = json.pages;
    }
    assert.equal(rows.length, 1788);
    assert.equal(new Set(rows.map((r) => r.code6)).size, 1788);
    const count = {};
    for (const r of rows) count[r.class] = (count[r.class] || 0) + 1;
    assert.deepEqual(count, { 都道府県: 47, 政令指定都市: 20, 特別区: 23, 市: 772, 町: 743, 村: 183 });
    for (const r of rows) { // the check digit: 総務省
      const sum = [6, 5, 4, 3, 2].reduce((s, w, i) => s + w * Number(r.code6[i]), 0);
      assert.equal(Number(r.code6[5]), (11 - sum % 11) % 10, `${r.code6} ${r.name}`);
    }
    const [now, ...past] = c.offices;
    assert.ok(now.submitted > 600 && now.submitted < 1200, `${now.submitted} submitted this year`);
    assert.ok(past.every((o) => o.submitted === 1788));
  });

  test('items with a published rate are within a point of it in every year', LIMIT, async () => {
    for (const { id, title, submitted } of c.offices) {
      const { json } = await c.nation.get(`/surveys/${id}/totals`);
      const items = json.areas.flatMap((a) => a.items);
      assert.ok(items.length > 120);
      const rated = items.filter((it) => it.has_rate);
      assert.ok(rated.length >= 15, `${rated.length} items with a rate`);
      for (const it of rated) {
        assert.ok(Math.abs(it.share - it.rate) <= 1.0, `${title} ${it.code}: ${it.share}, ${it.rate}`);
        assert.equal(it.done + it.partial + it.none + it.na, it.n, it.code);
        assert.equal(it.n + it.unanswered, submitted, it.code);
        assert.ok(Math.abs(it.share - it.done * 100 / it.n) < 0.056, it.code); // rounded twice
      }
    }
  });

  test('options with a published rate are within a point of it in every year', LIMIT, async () => {
    const off = [];
    let rated = 0;
    for (const { id, title } of c.offices) {
      const { json } = await c.nation.get(`/surveys/${id}/totals/ORG-S7`);
      const counts = json.answers.map((x) => x.n);
      assert.deepEqual(counts, [...counts].sort((x, y) => y - x), 'the commonest first');
      for (const a of json.answers.filter((x) => x.has_rate)) {
        rated++;
        if (Math.abs(a.share - a.rate) > 1.0) off.push(`${title} ${a.label}: ${a.share}, ${a.rate}`);
      }
    }
    assert.equal(rated, 15);
    assert.deepEqual(off, []);
  });

  test('classes and prefectures add up to the nation', LIMIT, async () => {
    const id = c.offices[1].id;
    for (const code of ['ORG-01', 'TEC-05', 'ORG-S1']) {
      const { json } = await c.nation.get(`/surveys/${id}/totals/${code}`);
      assert.equal(json.groups.length, 2);
      for (const g of json.groups) {
        assert.equal(g.rows.reduce((s, r) => s + r.n, 0), json.n, `${code} ${g.heading}`);
      }
      assert.equal(json.groups[1].rows.length, 47);
    }
    const all = (await c.nation.get(`/surveys/${id}/totals`)).json;
    let towns = 0, prefs = 0;
    for (const { key } of all.classes) {
      towns += (await c.nation.get(`/surveys/${id}/totals?class=${key}`)).json.submitted;
    }
    for (const { number } of all.prefs) {
      prefs += (await c.nation.get(`/surveys/${id}/totals?pref=${number}`)).json.submitted;
    }
    assert.deepEqual([towns, prefs], [all.submitted, all.submitted]);
  });

  test('recomputed from the facts, nothing differs, while the server runs', LIMIT, () => {
    const out = yaguraOk('check', ...db(c.file));
    assert.match(out, /^0 problems$/m);
    assert.equal(out.match(/totals recomputed/g).length, 3);
    const audit = yaguraOk('audit', 'verify', ...db(c.file));
    assert.ok(Number(/(\d+) chains/.exec(audit)[1]) > 1700, audit);
  });
});

// ── darknet observation ──

describe('darknet observation in the demonstration', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--years', '1'); // of now: the board shows the last 24 hours
    c.server = await serve(c.file);
    const as = (login) => program(c.server.url, token(c.file, login));
    [c.town, c.pref, c.nation] = ['town', 'pref', 'nation'].map(as);
    c.alerts = (await c.town.get('/darknet/alerts?state=all')).json.rows;
    c.page = async (host, who = c.town) => {
      const { alert } = c.alerts.find((r) => r.source.endsWith(`.${host}`));
      return (await who.get(`/darknet/alerts/${alert}`)).json;
    };
  }, LIMIT);
  after(() => c.server?.stop());
  const kinds = (page) => page.steps.map((x) => x.kind).reverse();

  test('the town of the visitor sees alerts in every state of their life', LIMIT, async () => {
    const said = Object.fromEntries(c.alerts.map((r) => [r.source.split('.').pop(), [r.class_key, r.tool, r.state, r.handling].join(' ')]));
    assert.deepEqual(said, {
      85: 'worm mirai 続いている 確認を待っている',
      86: 'worm  続いている 確認を待っている',
      244: 'worm  続いている 確認を待っている',
      83: 'worm  収まった 確認した',
      89: 'misconfiguration  収まった 原因を記録した',
      82: 'backscatter  収まった 原因を記録した',
      92: 'scan masscan 収まった 確認を待っている',
      94: 'spoofed  収まった 原因を記録した',
      91: said[91],
    });
    assert.match(said[91], /^(scan|unknown) {2}続いている 確認を待っている$/);
    assert.deepEqual(kinds(await c.page(85)), ['見つかった']);
    const again = kinds(await c.page(86)), order = ['見つかった', '確認した', '収まった', '原因を記録した', '再び始まった', '都道府県に知らせた'];
    assert.deepEqual(again.filter((k) => k !== '続いている'), order);
    assert.equal((await c.page(89)).cause, '機器の設定の誤り');
    assert.match((await c.page(89)).note, /複合機/);
  });

  test('what the town does not want to hear of is kept, and not told', LIMIT, async () => {
    const page = await c.page(92), after = page.steps.slice(0, page.steps.findIndex((x) => x.kind === '再び始まった') + 1);
    assert.ok(after.length > 0);
    for (const x of after) assert.equal(x.way, '止めている', x.kind);
    const { suppressions } = (await c.town.get('/darknet/alerts')).json;
    assert.deepEqual(suppressions.map((x) => x.source), [page.source]);
  });

  test('the exit that is shared is told to all who share it, each its own', LIMIT, async () => {
    const page = await c.page(244);
    assert.equal(page.sharers, 3);
    const { rows } = (await c.nation.get(`/darknet/alerts?q=${page.source}`)).json;
    assert.equal(new Set(rows.map((r) => r.code6)).size, 4);
    assert.ok(rows.some((r) => r.code6 === '200000'), 'the prefecture, whose exit it is');
  });

  test('first packets are evidence: they can be looked up, and opened', LIMIT, async () => {
    const page = await c.page(85);
    assert.ok(page.has_frames && page.packets_shown.length > 3);
    for (const p of page.packets_shown) assert.match(p.dark_address, /^198\.19\.\d+\.\d+$/);
    assert.equal((await c.town.get(`/darknet/alerts/${page.alert}/packets.pcap`)).status, 200);
  });

  test('the prefecture sees those of its bodies, without dark addresses', LIMIT, async () => {
    const list = await c.pref.get('/darknet/alerts?state=all');
    assert.ok(new Set(list.json.rows.map((r) => r.code6)).size >= 8);
    assert.ok(list.json.rows.every((r) => r.code6.startsWith('20')));
    for (const host of [85, 86, 244]) {
      const page = await c.page(host, c.pref);
      assert.equal(page.masked, true);
      assert.ok(page.packets_shown.length > 0);
      assert.doesNotMatch(JSON.stringify(page), /198\.19\./);
    }
    const other = (await c.nation.get('/darknet/alerts?state=all')).json.rows.find((r) => !r.code6.startsWith('20'));
    assert.equal((await c.pref.get(`/darknet/alerts/${other.alert}`)).status, 404);
    assert.equal((await c.town.get(`/darknet/alerts/${other.alert}`)).status, 404);
  });

  test('the nation sees dozens of bodies, every class, and the board of the last day', LIMIT, async () => {
    const { rows } = (await c.nation.get('/darknet/alerts?state=all')).json;
    assert.ok(new Set(rows.map((r) => r.code6)).size >= 30);
    const classes = new Set(rows.map((r) => r.class_key));
    for (const k of ['worm', 'scan', 'backscatter', 'misconfiguration', 'spoofed']) assert.ok(classes.has(k), k);
    const board = (await c.nation.get('/darknet/board')).json;
    assert.equal(board.watched, 65536);
    assert.ok(board.packets > 100_000_000 && board.services.length === 20 && board.victims.length > 0 && board.infected > 0);
    assert.ok(board.nets.filter((n) => n.packets).length > 150, 'from all over the world');
    assert.ok(board.nets.every((n) => n.packets === 0 || (![0, 10, 127].includes(n.net) && n.net < 224)));
    const total = board.tools.reduce((n, x) => n + x.packets, 0), world = board.nets.reduce((n, x) => n + x.packets, 0);
    assert.equal(total, board.packets);
    assert.ok(world <= total && world > total * 0.999, `${world} of ${total}`); // each share is rounded down
  });

  test('and what rises, what falls and what is new, where the rest is as usual', LIMIT, async () => {
    const trends = (await c.nation.get('/darknet/trends')).json;
    const of = (port) => trends.rows.find((r) => r.protocol === 'tcp' && r.port === port);
    assert.equal(trends.hours, 4 * 7 * 24);
    assert.deepEqual([5555, 1433, 60031, 23].map((port) => of(port).change_key), ['up', 'down', 'first', 'steady']);
    assert.ok(of(5555).day > 3 * of(5555).usual);
    assert.ok(trends.rows.filter((r) => r.change_key === 'steady').length > 15);
    const days = (await c.town.get('/darknet/trends?protocol=tcp&port=5555')).json.days.map((d) => d.packets);
    assert.equal(days.length, 28);
    assert.ok(days[27] > days[26] && days[26] > days[25] && days[25] > days[20], days.slice(20).join());
  });

  test('nobody is mailed, and the books are in order', LIMIT, () => {
    assert.equal(sqlite(c.file, 'SELECT COUNT(*) FROM outbox;').trim(), '0');
    assert.match(yaguraOk('check', ...db(c.file)), /^0 problems$/m);
  });
});

// ── planted falsehoods ──

describe('a falsified database is found out', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample', ...TODAY);
    const server = await serve(c.file); // some work of people, too
    const town = program(server.url, token(c.file, 'town'));
    const survey = (await town.get('/')).json.own[0].id;
    for (const value of ['1', '2', '3']) {
      assert.equal((await save(town, survey, 'ORG-S1', value)).status, 200);
    }
    assert.equal(await server.stop(), 0);
    assert.match(yaguraOk('check', ...db(c.file)), /^0 problems$/m);
  }, LIMIT);

  const copy = () => {
    const file = path.join(tempFolder(), 'copy.db');
    for (const more of ['', '-wal', '-shm']) {
      if (fs.existsSync(c.file + more)) fs.copyFileSync(c.file + more, file + more);
    }
    return file;
  };
  const drop = (name) => `DROP TRIGGER ${name};`;
  const some = (table, where = '1=1') => `(SELECT rowid FROM ${table} WHERE ${where}
    ORDER BY rowid LIMIT 1 OFFSET (SELECT COUNT(*)/2 FROM ${table} WHERE ${where}))`;

  const books = {
    'one total counts one more': `UPDATE cube SET n=n+1 WHERE rowid=${some('cube')};`,
    'one sum of numbers is greater':
      `UPDATE cube SET total=total+1 WHERE rowid=${some('cube', "answer='#' AND total>0")};`,
    'one total is gone': `DELETE FROM cube WHERE rowid=${some('cube', 'n>0')};`,
    'one total moved to another class':
      `UPDATE cube SET class=class+90 WHERE rowid=${some('cube', 'n>0')};`,
    'one total too many': `INSERT INTO cube SELECT survey, question_rev, pref, class, '24', basis,
      accepted, 1, 0 FROM cube WHERE rowid=${some('cube')};`,
    'one progress count': `UPDATE progress SET done=done-1 WHERE rowid=${some('progress', 'done>0')};`,
    'one count of needed items':
      `UPDATE progress SET needed_done=needed_done+1 WHERE rowid=${some('progress')};`,
    'one answer of a submitted response': `${drop('fact_keep_update')} UPDATE fact
      SET value=CASE value WHEN 'done' THEN 'none' ELSE 'done' END
      WHERE rowid=${some('fact', "value IN ('done', 'none', 'partial')")};`,
    'how one answer was given': `${drop('fact_keep_update')} UPDATE fact
      SET basis=3-basis WHERE rowid=${some('fact', 'basis IN (1, 2)')};`,
    'one answer is gone': `${drop('fact_keep_delete')} DELETE FROM fact WHERE rowid=${some('fact')};`,
    'one submission is taken back':
      `UPDATE response SET state=1 WHERE rowid=${some('response', 'state=2')};`,
    'the hash of one submission': `${drop('submission_keep_update')} UPDATE submission
      SET hash=zeroblob(32) WHERE rowid=${some('submission')};`,
  };
  for (const [name, sql] of Object.entries(books)) {
    test(name, LIMIT, () => {
      const file = copy();
      assert.equal(sqlite(file, `${sql} SELECT total_changes();`), '1\n');
      const r = yagura('check', ...db(file));
      assert.ok(refused(r), `exit ${r.code}: ${r.out}`);
      assert.match(r.out, /^[1-9]\d* problems$/m);
      assert.match(r.out, /^survey \d+: (?!\d+ totals)/m, 'says what');
      assert.equal(yagura('audit', 'verify', ...db(file)).code, 0, 'the audit trail is whole');
    });
  }

  const trail = {
    'the detail of one row': `${drop('audit_keep_update')} UPDATE audit
      SET detail='{"fact":1}' WHERE rowid=${some('audit')};`,
    'who did it': `${drop('audit_keep_update')} UPDATE audit SET person=person+1
      WHERE rowid=${some('audit')};`,
    'when it was done': `${drop('audit_keep_update')} UPDATE audit SET at=at-1
      WHERE rowid=${some('audit')};`,
    'the last row is gone': `${drop('audit_keep_delete')} DELETE FROM audit
      WHERE id=(SELECT MAX(id) FROM audit);`,
    'the last row of another chain is gone': `${drop('audit_keep_delete')} DELETE FROM audit
      WHERE body=484024 AND seq=(SELECT MAX(seq) FROM audit WHERE body=484024);`,
    'a row in the middle is gone': `${drop('audit_keep_delete')} DELETE FROM audit
      WHERE body=483010 AND seq=2;`,
    'a chain is gone': `${drop('audit_keep_delete')} DELETE FROM audit WHERE body=484016;`,
    'the head of a chain is gone': 'DELETE FROM audit_head WHERE body=483010;',
    'a head that points back': 'UPDATE audit_head SET seq=seq-1 WHERE body=483010;',
  };
  for (const [name, sql] of Object.entries(trail)) {
    test(`audit trail: ${name}`, LIMIT, () => {
      const file = copy();
      assert.match(sqlite(file, `${sql} SELECT total_changes();`), /^[1-9]\d*\n$/);
      const verify = yagura('audit', 'verify', ...db(file));
      assert.ok(refused(verify), `exit ${verify.code}: ${verify.out}`);
      assert.match(verify.out, /連なりが切れています/);
      const check = yagura('check', ...db(file));
      assert.ok(refused(check), `exit ${check.code}: ${check.out}`);
      assert.match(check.out, /^団体 \d+ の \d+ 番で連なりが切れています$/m);
      assert.match(check.out, /^[1-9]\d* problems$/m);
    });
  }

  test('the database itself refuses to forget', LIMIT, () => {
    const file = copy(), was = sqlite(file, '.dump');
    for (const sql of ['UPDATE fact SET value=\'x\';', 'DELETE FROM fact;',
      'UPDATE audit SET detail=\'x\';', 'DELETE FROM audit;', 'DELETE FROM submission;',
      'UPDATE submission SET number=9;', 'UPDATE question_rev SET text=\'x\';',
      'DELETE FROM setting WHERE name=\'demo\';', 'UPDATE setting SET value=\'0\' WHERE name=\'demo\';',
      'UPDATE setting SET name=\'x\' WHERE name=\'demo\';']) {
      assert.throws(() => sqlite(file, sql), /append-only|frozen|immutable|cannot become/, sql);
    }
    assert.equal(sqlite(file, '.dump'), was);
  });
});

// ── what a file refuses to become ──

describe('one file', LIMIT, () => {
  test('a demonstration listens to this machine only', LIMIT, () => {
    const file = demo('--sample');
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0', '::1', 'localhost:0', '127.0.0.1']) {
      const r = yagura('serve', ...db(file), '--listen', listen);
      assert.ok(refused(r), `${listen}: exit ${r.code}`);
      assert.equal(r.out, '', listen);
      assert.notEqual(r.err, '', listen);
    }
    const r = yagura('serve', ...db(file), '--listen', '0.0.0.0:0');
    assert.match(r.err, /架空データの試用版は、この機器の中/);
  });

  test('a demonstration stays one, whatever its setting is made to say', LIMIT, async () => {
    const file = demo('--sample');
    sqlite(file, 'INSERT OR REPLACE INTO setting (name, value) VALUES (\'demo\', \'0\');');
    const server = await serve(file);
    const page = await visitor(server.url).get('/sign-in');
    assert.match(page.text, /架空データ：/);
    assert.equal((await program(server.url).get('/healthz')).json.demo, true);
    await server.stop();
    assert.ok(refused(yagura('serve', ...db(file), '--listen', '0.0.0.0:0')));
  });

  test('what is there is never written over', LIMIT, () => {
    const file = demo('--sample'), was = sha(file);
    const other = path.join(tempFolder(), 'notes.txt');
    fs.writeFileSync(other, 'not a database');
    for (const one of [file, other]) {
      const before = sha(one);
      for (const args of [['demo', '--sample'], ['demo'], ['init', '--admin', 'a@example.jp']]) {
        const r = yagura(...args, ...db(one));
        assert.ok(refused(r), `${args[0]}: exit ${r.code}`);
        assert.match(r.err, /もうあります/);
        assert.equal(sha(one), before, args[0]);
      }
    }
    // check writes nothing but when it was done.
    assert.equal(sha(file), was);
    const said = () => sqlite(file, '.dump').split('\n').filter((line) => !/^INSERT INTO setting VALUES\('check_last'/.test(line));
    const before = said();
    assert.match(yaguraOk('check', ...db(file)), /^0 problems$/m);
    assert.deepEqual(said(), before);
    assert.match(yaguraOk('migrate', ...db(file)), /変更: 0 件/);
  });

  test('what is not there, or is no database of ours, is said and not made', LIMIT, () => {
    const folder = tempFolder(), none = path.join(folder, 'none.db');
    const text = path.join(folder, 'text.db'), strange = path.join(folder, 'strange.db');
    fs.writeFileSync(text, 'not a database, but long enough to be taken for one'.repeat(100));
    sqlite(strange, 'CREATE TABLE x (y);');
    for (const file of [none, text, strange]) {
      for (const args of [['serve', '--listen', '127.0.0.1:0'], ['check'], ['audit', 'verify'],
        ['token', 'create', '--login', 'town']]) {
        const r = yagura(...args, ...db(file));
        assert.ok(refused(r), `${args.join(' ')} ${path.basename(file)}: exit ${r.code}`);
        assert.match(r.err, /^yagura: .+/m, args.join(' '));
      }
    }
    assert.ok(!fs.existsSync(none), 'nothing was made');
    for (const args of [[], ['serve'], ['nonsense'], ['demo', '--db', `sqlite:${none}`, '--years', '0'],
      ['demo', '--db', `sqlite:${none}`, '--years', '11'], ['demo', '--db', none],
      ['demo', '--db', `sqlite:${none}`, '--today', '2026-02-30'],
      ['init', '--db', `sqlite:${none}`, '--admin', 'nobody'],
      ['init', '--db', `sqlite:${none}`], ['serve', '--db']]) {
      const r = yagura(...args);
      assert.ok(refused(r), `${args.join(' ')}: exit ${r.code}`);
      assert.ok(!fs.existsSync(none), args.join(' '));
    }
  });

  test('a second server on one file is refused, and the first goes on', LIMIT, async () => {
    const file = demo('--sample');
    const first = await serve(file);
    const second = yagura('serve', ...db(file), '--listen', '127.0.0.1:0');
    assert.ok(refused(second), `exit ${second.code}`);
    assert.match(second.err, /ほかの yagura がこのデータベースを使っています/);
    assert.ok(refused(yagura('migrate', ...db(file))), 'nor migrated meanwhile');
    assert.equal((await request(first.url, '/healthz')).status, 200);
    assert.equal(await first.stop(), 0);
    const third = await serve(file);
    assert.equal((await request(third.url, '/healthz')).status, 200);
    assert.equal(await third.stop(), 0);
  });

  test('a token is made with and without a server, and works with the next one', LIMIT, async () => {
    const file = demo('--sample');
    const cold = token(file, 'town');
    const server = await serve(file);
    const warm = token(file, 'nation');
    assert.match(cold, /^[\w-]{43}$/);
    assert.notEqual(cold, warm);
    const town = program(server.url, cold);
    assert.equal((await town.get('/')).json.org, '見本町');
    assert.equal((await program(server.url, warm).get('/')).json.org, '総務省');
    for (const state of ['serving', 'stopped']) {
      const r = yagura('token', 'create', ...db(file), '--login', 'nobody-of-this-name');
      assert.ok(refused(r), `${state}: exit ${r.code}`);
      assert.match(r.err, /そのログイン名の人はいません/, state);
      assert.equal(r.out, '', state);
      if (state === 'serving') assert.equal(await server.stop(), 0);
    }
    const next = await serve(file);
    assert.equal((await program(next.url, cold).get('/')).status, 200);
    assert.equal((await program(next.url, warm).get('/')).status, 200);
    const kept = sqlite(file, 'SELECT hex(hash) FROM token;');
    assert.ok(!kept.includes(Buffer.from(cold, 'base64url').toString('hex').toUpperCase()),
      'only its hash is kept');
    assert.equal(await next.stop(), 0);
  });

  test('a server stops in order, and leaves no lock behind', LIMIT, async () => {
    const file = demo('--sample');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGTERM']) {
      const server = await serve(file);
      assert.equal((await request(server.url, '/healthz')).status, 200);
      assert.equal(await server.stop(signal), signal === 'SIGKILL' ? 'SIGKILL' : 0);
    }
    assert.match(yaguraOk('check', ...db(file)), /^0 problems$/m);
  });
});
