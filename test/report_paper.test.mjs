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
      assert.match(page, new RegExp(`(^|\\n)${i + 1} / ${pages.length}\\n`));
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

  test('an office that takes a file of another body stands in the journal', async () => {
    const { rows } = (await get(c.town, '/seen')).json;
    assert.ok(rows.filter((r) => r.object.includes('インシデント第1号の報告')).length > 0, JSON.stringify(rows));
  });
});
