// SPDX-License-Identifier: Apache-2.0
// One report as PDF, XLSX and JSON: foreign programs read in them what its page shows and nothing else; a drill says so on
// every page; what looks like a formula is text.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';

import { demo, program, reportIncident, root, serve, tempFolder, token } from './lib.mjs';

const LIMIT = { timeout: 240_000 };
const FILES = ['report.pdf', 'report.xlsx', 'report.json'];
const MEDIA = { 'report.pdf': 'application/pdf', 'report.json': 'application/json',
  'report.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
const SUMMARY = '=HYPERLINK("http://example.invalid","x") 髙﨑 辻\u{E0100}葛\u{E0100}';

/** Without the blanks and line ends a layout puts in. */
const bare = (text) => text.normalize('NFC').replace(/[\s\u3000]/g, '');

describe('papers of a report', LIMIT, () => {
  const c = {};
  const write = (name, bytes) => {
    const file = path.join(c.folder, name);
    fs.writeFileSync(file, bytes);
    return file;
  };
  const ran = (...args) => execFileSync(args[0], args.slice(1), { encoding: 'utf8', maxBuffer: 1 << 26 });
  const pdf = (bytes) => {
    const file = write('a.pdf', bytes);
    return ran('pdftotext', '-raw', file, '-').split('\f').filter((p) => p.trim());
  };
  const xlsx = (bytes) => {
    const file = write('a.xlsx', bytes);
    const part = (name) => ran('unzip', '-p', file, name);
    return { rows: parse(ran('xlsx2csv', file), { relax_column_count: true }), sheet: part('xl/worksheets/sheet1.xml'),
      book: part('xl/workbook.xml'), parts: ran('unzip', '-Z1', file).trim().split('\n') };
  };
  const get = async (who, where) => {
    const r = await who.get(where);
    assert.equal(r.status, 200, `${where}: ${r.text.slice(0, 300)}`);
    return r;
  };

  before(async () => {
    c.folder = tempFolder();
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const as = (login) => program(c.server.url, token(c.file, login));
    Object.assign(c, { town: as('town'), pref: as('pref'), nation: as('nation'), other: as('u483028') });
    const made = await reportIncident(c.town, { summary: SUMMARY, extension: '.locked', contact: '0261-00-0000' });
    c.at = `/incidents/${made.incident}`;
    c.sent = `${c.at}/sent/${made.delivery}`;
    c.received = `/incidents/received/${made.delivery}`;
    c.page = (await get(c.town, c.sent)).json;
  }, LIMIT);
  after(() => c.server?.stop());

  test('have their names, for those who file them', async () => {
    for (const file of FILES) {
      for (const [who, where] of [[c.town, c.sent], [c.pref, c.received]]) {
        const r = await get(who, `${where}/${file}`);
        assert.ok(r.headers['content-type'].startsWith(MEDIA[file]), r.headers['content-type']);
        const [, ascii, real] = /^attachment; filename="([^"]+)"; filename\*=UTF-8''(\S+)$/.exec(r.headers['content-disposition']);
        const end = path.extname(file);
        assert.equal(ascii, `yagura${end}`);
        assert.match(decodeURIComponent(real), new RegExp(`^架空データ_.*${c.page.body}_第1号_インシデントの報告（総務省）_速報_1通目\\${end}$`));
      }
    }
  });

  test('both sides have the same bytes', async () => {
    for (const file of FILES) {
      const mine = await get(c.town, `${c.sent}/${file}`), theirs = await get(c.pref, `${c.received}/${file}`);
      assert.ok(mine.bytes.equals(theirs.bytes), file);
    }
  });

  test('nobody else has them, and there is no other name', async () => {
    for (const file of FILES) {
      assert.equal((await c.other.get(`${c.sent}/${file}`)).status, 404);
      assert.equal((await c.nation.get(`${c.received}/${file}`)).status, 404);
      assert.ok([403, 404].includes((await c.pref.get(`${c.sent}/${file}`)).status));
      assert.equal((await program(c.server.url).get(`${c.sent}/${file}`)).status, 401);
    }
    for (const name of ['report.docx', 'report', 'reports.pdf', '..', 'report.pdf%00']) {
      assert.ok([400, 404].includes((await c.town.get(`${c.sent}/${name}`)).status), name);
    }
  });

  test('PDF: all of the page can be found in it, in fonts it brings along', async () => {
    const { bytes } = await get(c.town, `${c.sent}/report.pdf`);
    const pages = pdf(bytes), text = bare(pages.join(''));
    for (const l of c.page.lines) {
      assert.ok(text.includes(bare(l.label)), l.label);
      for (const line of l.text.split('\n')) assert.ok(text.includes(bare(line)), line);
    }
    for (const said of [c.page.title, c.page.to, c.page.law, '様式未確認', '髙﨑', '葛\u{E0100}']) assert.ok(text.includes(bare(said)), said);
    for (const [i, page] of pages.entries()) {
      assert.ok(page.includes('架空データ'), 'a demo says so on every page');
      assert.match(page, new RegExp(`(^|[\\n ])${i + 1} / ${pages.length}\\n`));
    }
    const fonts = ran('pdffonts', write('a.pdf', bytes)).trim().split('\n').slice(2);
    assert.ok(fonts.length > 0);
    for (const f of fonts) assert.match(f, /NotoSansCJKjp.* yes yes yes /);
    const info = ran('pdfinfo', write('a.pdf', bytes));
    assert.match(info, /Page size: +595\.\d+ x 841\.\d+ pts \(A4\)/);
    assert.match(info, /Title: +インシデントの報告/);
    assert.match(info, /JavaScript: +no/);
    assert.ok(bytes.length < 400_000, `${bytes.length} bytes: the font is cut to what is used`);
  });

  test('XLSX: the same rows, and every cell is text', async () => {
    const x = xlsx((await get(c.town, `${c.sent}/report.xlsx`)).bytes);
    for (const l of c.page.lines) {
      const row = x.rows.find((r) => r[0].startsWith(`${l.number} ${l.label}`));
      assert.equal(row?.[1], l.text || '—', l.label);
    }
    assert.ok(x.rows.flat().some((cell) => cell.includes(SUMMARY)));
    assert.doesNotMatch(x.sheet, /<f[ >]/);
    const cells = [...x.sheet.matchAll(/<c [^>]*>/g)].map(([tag]) => tag);
    assert.ok(cells.length > 20);
    for (const tag of cells) assert.match(tag, / t="inlineStr"/);
    assert.match(x.book, /_xlnm\.Print_Area/);
    assert.match(x.sheet, /<pageSetup paperSize="9"[^>]* fitToHeight="0"/);
    assert.deepEqual(x.parts.filter((p) => /external|macro|vba|embed/i.test(p)), []);
  });

  test('JSON: what was handed over, of the form that is published', async () => {
    const published = await program(c.server.url).get('/schema/incident-report-1.json');
    assert.equal(published.status, 200);
    assert.equal(published.text, fs.readFileSync(path.join(root, 'data/schema/incident-report-1.json'), 'utf8'));
    const ajv = new Ajv({ allErrors: true, strict: true });
    addFormats(ajv);
    const fits = ajv.compile(published.json);
    const { json } = await get(c.town, `${c.sent}/report.json`);
    assert.ok(fits(json), JSON.stringify(fits.errors));
    assert.equal(json.to, c.page.to);
    const chain = (await get(c.town, `${c.sent}/reports.json`)).json;
    assert.equal((await get(c.town, `${c.sent}/report.json`)).text, chain.reports.at(-1).report, 'byte by byte');
    const { views } = (await get(c.town, `${c.at}/report`)).json;
    assert.ok(views.length >= 4);
    for (const v of views) {
      const next = await get(c.town, `${c.at}/report/${v.rule}/report.json`);
      assert.ok(fits(next.json), `${v.rule}: ${JSON.stringify(fits.errors)}`);
    }
    for (const bad of [{ ...json, extra: 1 }, { ...json, form: 'x' }, { ...json, rows: [] }, { ...json, at: 'yesterday' }]) assert.ok(!fits(bad));
  });

  test('what is about to be told is the same three files, and says that it was not told', async () => {
    const { views } = (await get(c.town, `${c.at}/report`)).json;
    for (const v of views) {
      const text = bare(pdf((await get(c.town, `${c.at}/report/${v.rule}/report.pdf`)).bytes).join(''));
      assert.ok(text.includes(bare(v.title)) && text.includes('まだ知らせていません'), v.rule);
      for (const l of v.lines) for (const line of l.text.split('\n')) assert.ok(text.includes(bare(line)), `${v.rule}: ${line}`);
      // Nothing of what only another form asks for: 「拡張子」 is no matter of the commission's.
      const seen = v.lines.map((l) => l.text).join('\n');
      assert.equal(text.includes('.locked'), seen.includes('.locked'), v.rule);
      assert.equal(text.includes('0261-00-0000'), seen.includes('0261-00-0000'), v.rule);
      const x = xlsx((await get(c.town, `${c.at}/report/${v.rule}/report.xlsx`)).bytes);
      assert.equal(x.sheet.includes('0261-00-0000'), seen.includes('0261-00-0000'), v.rule);
    }
    assert.ok(views.some((v) => !JSON.stringify(v).includes('0261-00-0000')), 'one form does not ask for the telephone');
    assert.equal((await c.town.get(`${c.at}/report/jp.nowhere/report.pdf`)).status, 404);
    assert.equal((await c.other.get(`${c.at}/report/${views[0].rule}/report.pdf`)).status, 404);
  });

  test('a drill says so on every page, whatever is printed', async () => {
    const { json: { incident } } = await c.town.post('/incidents', { drill: '1' });
    const at = `/incidents/${incident}`, { seen } = (await get(c.town, `${at}/facts/first`)).json;
    const long = Array.from({ length: 300 }, (_, i) => `${i + 1}行目：共有フォルダーが開けないとの連絡`).join('\n');
    const said = await c.town.post(`${at}/facts/first`, { seen, kind: 'ransomware', known_at: '2026-11-01 08:40', organ: 'mayor', summary: long.slice(0, 3900) });
    assert.ok([200, 303].includes(said.status), said.text);
    const { views } = (await get(c.town, `${at}/report`)).json;
    const { rule } = views.find((v) => v.lines.some((l) => l.text.includes('100行目')));
    const pages = pdf((await get(c.town, `${at}/report/${rule}/report.pdf`)).bytes);
    assert.ok(pages.length > 3, `${pages.length} pages`);
    for (const page of pages) assert.match(page, /訓練/);
    const x = xlsx((await get(c.town, `${at}/report/${rule}/report.xlsx`)).bytes);
    assert.match(x.sheet, /<oddHeader>[^<]*訓練/);
    assert.match(x.rows[0][0], /訓練/);
  });

  test('a correction says so, and why; what differs from the report before is marked', async () => {
    const { seen: facts } = (await get(c.town, `${c.at}/facts/personal`)).json;
    assert.equal((await c.town.post(`${c.at}/facts/personal`, { seen: facts, touched: ['personal.persons'], 'personal.persons': '2780' })).status, 200);
    const { seen } = (await get(c.town, `${c.at}/report`)).json;
    const r = await c.town.post(`${c.at}/report`, { seen, rules: ['jp.mic'], sorts: ['jp.mic=correction'], reason: '数え直した。' });
    assert.equal(r.status, 200, r.text);
    const last = (await get(c.town, c.at)).json.handed.reduce((a, b) => (a.delivery > b.delivery ? a : b)).delivery;
    const at = `${c.at}/sent/${last}`, file = await get(c.town, `${at}/report.pdf`), text = bare(pdf(file.bytes).join(''));
    for (const said of ['速報の訂正（2通目）', '訂正の理由', '数え直した。', '（前の報告から変わった）', '2,780']) assert.ok(text.includes(said), said);
    assert.match(decodeURIComponent(file.headers['content-disposition']), /_速報の訂正_2通目\.pdf$/);
    const { json } = await get(c.town, `${at}/report.json`);
    assert.deepEqual([json.sort, json.reason], ['correction', '数え直した。']);
    const ajv = new Ajv({ strict: true });
    addFormats(ajv);
    assert.ok(ajv.validate((await program(c.server.url).get('/schema/incident-report-1.json')).json, json), JSON.stringify(ajv.errors));
  });

  test('an office that takes a file of another body stands in the journal', async () => {
    const { rows } = (await get(c.town, '/seen')).json;
    assert.ok(rows.filter((r) => r.object.includes('インシデント第1号の報告')).length > 0, JSON.stringify(rows));
  });
});

describe('papers for people', LIMIT, () => {
  const c = {};
  const pages = (bytes) => {
    const file = path.join(c.folder, 'b.pdf');
    fs.writeFileSync(file, bytes);
    return execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' }).split('\f').filter((p) => p.trim());
  };
  const get = async (where, who = c.town) => {
    const r = await who.get(where);
    assert.equal(r.status, 200, `${where}: ${r.text.slice(0, 300)}`);
    return r;
  };
  const say = async (page, answers) => {
    const { seen } = (await get(`${c.at}/facts/${page}`)).json;
    const r = await c.town.post(`${c.at}/facts/${page}`, { seen, touched: Object.keys(answers), ...answers });
    assert.ok([200, 303].includes(r.status), r.text);
  };

  before(async () => {
    c.folder = tempFolder();
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.town = program(c.server.url, token(c.file, 'town'));
    const { json: { incident } } = await c.town.post('/incidents');
    c.at = `/incidents/${incident}`;
  }, LIMIT);
  after(() => c.server?.stop());

  test('of an incident nothing is known of, each says what is being looked into', async () => {
    const { rows } = (await get(`${c.at}/summary`)).json;
    assert.deepEqual(rows.map((r) => r.label), ['何が起きたか', 'いつから', '止まっているもの', '個人情報', 'いまの状態と、したこと', '知らせた先',
      'これから知らせる先と期限', '次に決めること', '連絡先']);
    for (const r of rows) assert.ok(r.text, r.label);
    assert.equal(rows[2].text, '調べています。');
    assert.equal(rows[5].text, 'まだ、どこにも知らせていません。');
    const letters = (await get(`${c.at}/letters`)).json;
    assert.equal(letters.counted, false);
    assert.ok(letters.rows.every((r) => r.text));
    assert.equal(pages((await get(`${c.at}/summary.pdf`)).bytes).length, 1);
    assert.equal(pages((await get(`${c.at}/letters/letter.pdf`)).bytes).length, 1);
  });

  test('the page for the mayor: one side of A4, from facts and duties', async () => {
    await say('first', { kind: 'ransomware', known_at: '2026-11-01 08:40', organ: 'mayor hospital'.split(' '), gravity: 'grave',
      summary: '共有フォルダーが開けない。'.repeat(120), stopped: 'confirmed', personal: 'suspected', 'personal.persons': ['100000', 'estimate'],
      'personal.malice': 'suspected', 'personal.number': 'suspected', contact: '0261-00-0000' });
    await say('now', { service: ['counter', 'medical'] });
    const { rows } = (await get(`${c.at}/summary`)).json, text = Object.fromEntries(rows.map((r) => [r.label, r.text]));
    assert.match(text['何が起きたか'], /^ランサムウェア/);
    assert.ok(text['何が起きたか'].includes('…'), 'a long story is cut here, not in the reports');
    assert.equal(text['止まっているもの'], '窓口・証明の交付、診療・救急の受入れ');
    assert.match(text['個人情報'], /約100,000/);
    assert.match(text['これから知らせる先と期限'], /個人情報保護委員会　速報　令和8年11月.*まで（過ぎています）|個人情報保護委員会　速報　令和8年/);
    assert.match(text['次に決めること'], /何で代えるか/);
    assert.match(text['次に決めること'], /警察に相談するか/);
    assert.equal(text['連絡先'], '0261-00-0000');
    const { seen, views } = (await get(`${c.at}/report`)).json;
    assert.ok(views.length > 6);
    assert.equal((await c.town.post(`${c.at}/report`, { seen, rules: views.map((v) => v.rule) })).status, 200);
    const after = (await get(`${c.at}/summary`)).json.rows, told = after.find((r) => r.label === '知らせた先').text;
    assert.match(told, /総務省.*\n初めの報告は 令和.*通のうち 0 通が受け付けられました。/);
    assert.equal(told.match(/個人情報保護委員会/g).length, 1);
    const left = after.find((r) => r.label === 'これから知らせる先と期限').text.split('\n');
    assert.deepEqual(left, [...new Set(left)]);
    assert.match(left[0], /個人情報保護委員会　確報　令和9年1月4日（月）まで$/);
    await say('response', { police: 'told' });
    assert.doesNotMatch((await get(`${c.at}/summary`)).json.rows.find((r) => r.label === '次に決めること').text, /警察に相談するか/);
    const pdf = pages((await get(`${c.at}/summary.pdf`)).bytes);
    assert.equal(pdf.length, 1);
    for (const r of (await get(`${c.at}/summary`)).json.rows) {
      for (const line of r.text.split('\n')) assert.ok(bare(pdf[0]).includes(bare(line)), line);
    }
  });

  test('letters to 100,000 people at 100 + 350 yen are 45,000,000 yen', async () => {
    const { ways, prices } = (await get(`${c.at}/letters?letter=100&registered=350`)).json;
    assert.deepEqual(ways.map((w) => [w.name, w.each, w.sum]), [['普通郵便', 100, 10_000_000], ['簡易書留', 450, 45_000_000], ['公表などで代える', 0, 0]]);
    const known = Object.fromEntries(parse(fs.readFileSync(path.join(root, 'data/postage.csv'), 'utf8'), { columns: true }).map((r) => [r.key, r]));
    assert.deepEqual(prices.map((p) => p.yen), [Number(known.letter.yen), Number(known.registered.yen)]);
    const untyped = (await get(`${c.at}/letters`)).json;
    assert.deepEqual([untyped.letter, untyped.registered, untyped.making], [Number(known.letter.yen), Number(known.registered.yen), 0]);
    const typed = (await get(`${c.at}/letters?letter=${encodeURIComponent('１００')}&registered=350&making=${encodeURIComponent('1,0')}`)).json;
    assert.equal(typed.ways[1].sum, 46_000_000);
    for (const bad of ['-1', '100001', 'x', '1.5', '9'.repeat(40)]) {
      const r = (await get(`${c.at}/letters?letter=${bad}`)).json;
      assert.match(r.wrong, /0から100,000まで/, bad);
      assert.deepEqual(r.ways, []);
    }
  });

  test('the letter says what the form for persons names, and no more', async () => {
    await say('personal', { 'personal.items': ['name', 'address', 'account', 'password'], 'personal.how': 'leak' });
    await say('attack', { vector: 'vpn', indicator: '198.51.100.7' });
    const { rows, letter_opening: opening, page_opening: page } = (await get(`${c.at}/letters`)).json;
    const text = Object.fromEntries(rows.map((r) => [r.label, r.text]));
    assert.match(text['何が起きたか'], /ランサムウェア.*\n令和8年11月1日.*に分かりました。/);
    assert.match(text['どの情報か'], /氏名、住所.*口座の番号|氏名.*パスワード/);
    assert.equal(text['原因'], 'VPN・リモート接続の機器');
    assert.match(text['お願い'], /パスワード.*\n口座やカード/);
    assert.match(opening, /あなたの個人情報が、漏れた・失われたおそれ/);
    assert.match(page, /お一人ずつにお知らせすることが難しいため/);
    for (const [file, first] of [['letter', opening], ['page', page]]) {
      const pdf = pages((await get(`${c.at}/letters/${file}.pdf`)).bytes), all = bare(pdf.join(''));
      assert.equal(pdf.length, 1);
      assert.ok(all.includes(bare(first)));
      for (const r of rows) for (const line of r.text.split('\n')) assert.ok(all.includes(bare(line)), line);
      for (const secret of ['198.51.100.7', '0261-00-0000', '共有フォルダー']) assert.ok(!all.includes(secret), secret);
    }
  });

  test('nobody of another body has them', async () => {
    for (const other of ['u483028', 'pref', 'nation']) {
      const who = program(c.server.url, token(c.file, other));
      for (const where of ['summary', 'summary.pdf', 'letters', 'letters/letter.pdf', 'letters/page.pdf']) {
        assert.ok([403, 404].includes((await who.get(`${c.at}/${where}`)).status), `${other}: ${where}`);
      }
    }
  });
});
