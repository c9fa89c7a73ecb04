// SPDX-License-Identifier: Apache-2.0
// Evidence files over real HTTP: sizes, hostile names and bodies, who gets what, and that neither
// memory nor a cut nor a kill loses or leaves anything.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  MULTIPART as TYPE, PATIENCE, complete, demo, multipart, program, request, serve, sqlite,
  tempFolder, token, visitor, within, yagura, yaguraOk,
} from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const MIB = 1 << 20;
const MOST = 20 * MIB;
const BOUNDARY = TYPE.split('=')[1];
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
after(() => agent.destroy());

/** A PDF by its head, of exactly so many bytes, different for every seed. */
function pdf(n, seed = 0) {
  const all = Buffer.alloc(n, `${seed} evidence `);
  Buffer.from('%PDF-1.7\n').copy(all);
  return all;
}

const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

/** Files below a folder, by their path in it. */
function filesBelow(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile()).map((e) => path.basename(e.parentPath ?? e.path) + e.name);
}

/** Descriptors the process holds on files that have no name any more. */
function nameless(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return /\.blobs\/.*\(deleted\)$/.test(fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

async function until(what, holds) {
  const began = Date.now();
  while (!holds()) {
    if (Date.now() - began > PATIENCE) assert.fail(`${what}: not in time`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

class World {
  async start() {
    this.file = demo('--sample', '--years', '2');
    this.server = await serve(this.file);
    this.url = this.server.url;
    this.keys = {};
    this.survey = (await this.as('town').get('/')).json.own[0].id;
  }

  key(login) {
    this.keys[login] ||= token(this.file, login);
    return this.keys[login];
  }

  as(login) { return program(this.url, this.key(login), agent); }

  item(code) { return `/surveys/${this.survey}/items/${code}`; }

  /** Sends a body as a program does; the answer with its JSON. */
  async send(code, body, { login = 'town', headers = {}, type = TYPE } = {}) {
    const r = await request(this.url, `${this.item(code)}/files`, { method: 'POST', body, agent,
      headers: { accept: 'application/json', authorization: `Bearer ${this.key(login)}`,
        'content-type': type, 'content-length': body.length, ...headers } });
    return { ...r, json: /json/.test(r.headers['content-type'] || '') ? JSON.parse(r.text) : null };
  }

  attach(code, name, content, more = []) {
    return this.send(code, multipart(...more, ['file', content, name]));
  }

  /** The rows of an item, newest last. */
  async rows(code) { return (await this.as('town').get(this.item(code))).json.files.rows; }

  /** A download as bytes: { status, headers, bytes }. */
  download(where, login = 'town') {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.url);
      const rq = http.get({ hostname, port, path: where, agent, timeout: PATIENCE,
        headers: login ? { authorization: `Bearer ${this.key(login)}` } : {} }, (rs) => {
        const hash = crypto.createHash('sha256');
        let n = 0;
        rs.on('data', (part) => { n += part.length; hash.update(part); });
        rs.on('error', reject);
        rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, n,
          sha256: hash.digest('hex') }));
      });
      rq.on('error', reject);
    });
  }

  blobs() { return filesBelow(`${this.file}.blobs`); }

  count(where = '1=1') { return Number(sqlite(this.file, `SELECT COUNT(*) FROM item_file WHERE ${where}`)); }
}

describe('evidence files', LIMIT, () => {
  const w = new World();
  before(() => w.start(), LIMIT);
  after(() => w.server?.stop());

  test('1 byte more than nothing, and exactly the most, come back as they were', LIMIT, async () => {
    for (const [i, content] of [Buffer.from('x'), pdf(MOST)].entries()) {
      const name = i ? 'big.pdf' : 'one.txt';
      const r = await w.attach('ORG-01', name, content);
      assert.equal(r.status, 200, r.text);
      const row = r.json.files.rows.at(-1);
      assert.equal(row.name, name);
      const got = await w.download(`/surveys/${w.survey}/files/${row.file}`);
      assert.equal(got.status, 200);
      assert.equal(got.n, content.length);
      assert.equal(got.sha256, sha256(content));
      assert.ok(w.blobs().includes(sha256(content)), 'named by its hash');
    }
  });

  test('nothing, and one byte too many, are refused and leave nothing', LIMIT, async () => {
    const were = w.blobs().sort(), rows = w.count();
    const empty = await w.attach('ORG-01', 'empty.txt', '');
    assert.equal(empty.status, 422);
    assert.match(empty.json.file, /中身が空/);
    const r = await w.attach('ORG-01', 'big.pdf', pdf(MOST + 1));
    assert.equal(r.status, 413);
    assert.match(r.json.detail, /20MB/);
    assert.deepEqual(w.blobs().sort(), were);
    assert.equal(w.count(), rows);
  });

  test('a length beyond the limit is answered before any of the body is sent', LIMIT, async () => {
    const r = await request(w.url, `${w.item('ORG-01')}/files`, { method: 'POST', holdBack: true,
      headers: { accept: 'application/json', authorization: `Bearer ${w.key('town')}`,
        'content-type': TYPE, 'content-length': MOST * 2 } });
    assert.equal(r.status, 413);
  });

  test('a body without a length is counted as it comes', LIMIT, async () => {
    const chunked = (body) => request(w.url, `${w.item('ORG-01')}/files`, { method: 'POST', body,
      headers: { accept: 'application/json', authorization: `Bearer ${w.key('town')}`,
        'content-type': TYPE, 'transfer-encoding': 'chunked' } });
    assert.equal((await chunked(multipart(['file', pdf(1000, 'chunked'), 'c.pdf']))).status, 200);
    assert.equal((await chunked(multipart(['file', pdf(MOST + MIB), 'c.pdf']))).status, 413);
  });

  test('names are names: no path, no header, no markup comes of them', LIMIT, async () => {
    const good = {
      '../../x.txt': 'x.txt', '/etc/passwd.txt': 'passwd.txt', 'C:\\\\Users\\\\a\\\\b.txt': 'b.txt',
      '%0d%0aX-Evil: 1.txt': '%0d%0aX-Evil: 1.txt', 'a%22; filename=%22b.txt': 'a"; filename="b.txt',
      "it's <b>'bold' & more</b>{{csrf}}.txt": 'b>{{csrf}}.txt', '規程（案）～①.txt': '規程（案）～①.txt',
      '<img src=x onerror=alert(1)>.txt': '<img src=x onerror=alert(1)>.txt',
    };
    let n = 0;
    for (const [sent, kept] of Object.entries(good)) {
      const code = 'ORG-02';
      const r = await w.attach(code, sent, `content ${n++}`);
      assert.equal(r.status, 200, `${sent}: ${r.text}`);
      const row = r.json.files.rows.at(-1);
      assert.equal(row.name, kept);
      const got = await w.download(`/surveys/${w.survey}/files/${row.file}`);
      assert.equal(got.headers['x-evil'], undefined);
      const { 'content-disposition': as } = got.headers;
      assert.match(as, /^attachment; filename="yagura\.txt"; filename\*=UTF-8''[\w.~%-]+$/, sent);
      assert.equal(decodeURIComponent(as.split("''")[1]), `架空データ_${kept}`);
    }
    const page = (await (await visitor(w.url, agent).signIn('town')).get(w.item('ORG-02'))).text;
    assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;.txt'));
    assert.ok(!page.includes('<img src=x') && !page.includes('<b>'));
    const folder = path.dirname(w.file);
    assert.ok(!fs.existsSync(path.join(folder, 'x.txt')) && !fs.existsSync(path.join(folder, '..', 'x.txt')));
    const refused = ['', '.', '..', '\u202Efdp.exe.txt', `${'あ'.repeat(84)}.txt`, 'a\u200Bb.txt',
      '123456789018.txt', 'a.html', 'a.svg', 'a.xlsm', 'a.js', 'a.exe'];
    for (const name of refused) {
      const r = await w.attach('ORG-03', name, name ? 'x' : '');
      assert.equal(r.status, 422, name);
      assert.ok(r.json.file.length > 10, name);
    }
    for (const name of ['a\r\nX-Evil: 1.txt', 'a\0.txt', 'a\x01.txt']) {
      assert.equal((await w.attach('ORG-03', name, 'x')).status, 400, JSON.stringify(name));
    }
    assert.equal((await w.rows('ORG-03')).length, 0);
  });

  test('bodies that are not well formed are refused and leave nothing', LIMIT, async () => {
    const were = w.blobs().sort(), rows = w.count();
    const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n`;
    const end = `\r\n--${BOUNDARY}--\r\n`;
    const cases = {
      'no end': `${file}\r\n%PDF-1`,
      'nothing': '',
      'two files': `${file}\r\n%PDF-1\r\n${file}\r\n%PDF-2${end}`,
      'nested': `${file}Content-Type: multipart/mixed; boundary=Y\r\n\r\n--Y--${end}`,
      'an epilogue': `${file}\r\n%PDF-1${end}more`,
      'a huge header': `${file}X-A: ${'y'.repeat(5000)}\r\n\r\n%PDF-1${end}`,
      'many lines': `${file}${'X-A: b\r\n'.repeat(20)}\r\n%PDF-1${end}`,
      'many parts': `${`--${BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n`
        .repeat(40)}--${BOUNDARY}--\r\n`,
      'another name': file.replace('"file"', '"other"') + `\r\n%PDF-1${end}`,
      'an unknown field': multipart(['body', '1'], ['file', '%PDF-1', 'a.pdf']).toString('latin1'),
    };
    for (const [name, body] of Object.entries(cases)) {
      const r = await w.send('ORG-03', Buffer.from(body, 'latin1'));
      assert.ok(r.status === 400 || r.status === 413 || (name === 'nothing' && r.status === 422),
        `${name}: ${r.status}`);
    }
    for (const type of ['multipart/form-data', `multipart/form-data; boundary=${'x'.repeat(71)}`,
      'multipart/form-data; boundary=a; boundary=b', 'multipart/mixed; boundary=a']) {
      assert.equal((await w.send('ORG-03', Buffer.from('--a--'), { type })).status, 400, type);
    }
    const seventy = 'x'.repeat(70);
    const r = await w.send('ORG-03', Buffer.from(multipart(['file', '%PDF-70', 'a.pdf'])
      .toString('latin1').replaceAll(BOUNDARY, seventy), 'latin1'),
    { type: `multipart/form-data; boundary=${seventy}` });
    assert.equal(r.status, 200);
    assert.equal(w.count(), rows + 1);
    assert.deepEqual(w.blobs().filter((b) => !were.includes(b)), [sha256('%PDF-70')]);
  });

  test('a client that vanishes, or announces more than it sends, leaves nothing', LIMIT, async () => {
    const were = w.blobs().sort(), rows = w.count();
    const body = multipart(['file', pdf(MIB), 'a.pdf']);
    const head = (n) => `POST ${w.item('ORG-03')}/files HTTP/1.1\r\nHost: 127.0.0.1\r\n`
      + `Authorization: Bearer ${w.key('town')}\r\nContent-Type: ${TYPE}\r\nContent-Length: ${n}\r\n\r\n`;
    const socket = net.connect(w.server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(head(body.length));
    socket.write(body.subarray(0, body.length / 2));
    await until('the file comes in', () => nameless(w.server.pid) === 1);
    socket.destroy();
    await until('it is gone', () => nameless(w.server.pid) === 0);
    const short = net.connect(w.server.port, '127.0.0.1');
    short.on('error', () => {});
    short.resume();
    short.write(head(body.length + 1000));
    short.write(body);
    await until('it waits for the rest', () => nameless(w.server.pid) === 1);
    short.destroy();
    await until('it is gone, too', () => nameless(w.server.pid) === 0);
    const more = net.connect(w.server.port, '127.0.0.1');
    more.write(Buffer.concat([Buffer.from(head(body.length - 10)), body]));
    const long = await within(PATIENCE, 'an answer', new Promise((resolve, reject) => {
      more.on('data', (data) => resolve(data.toString('latin1')));
      more.on('error', reject);
    }));
    more.destroy();
    assert.match(long, /^HTTP\/1\.1 400 /, 'what is announced too short ends before its boundary');
    assert.deepEqual(w.blobs().sort(), were);
    assert.equal(w.count(), rows);
  });

  test('a browser without scripts: token first, then the file; another origin never', LIMIT,
    async () => {
      const v = await visitor(w.url, agent).signIn('town');
      await v.get(w.item('ORG-04'));
      const send = (body, more = {}) => request(w.url, `${w.item('ORG-04')}/files`, { method: 'POST',
        body, agent, headers: { accept: 'text/html', origin: w.url, 'sec-fetch-site': 'same-origin',
          cookie: v.cookie, 'content-type': TYPE, 'content-length': body.length, ...more } });
      const csrf = ['csrf', v.csrf], file = ['file', '%PDF-b', 'b.pdf'];
      assert.equal((await send(multipart(file, csrf))).status, 403, 'the token too late');
      assert.equal((await send(multipart(file))).status, 403, 'no token');
      assert.equal((await send(multipart(csrf, file), { 'sec-fetch-site': 'cross-site' })).status, 403);
      assert.equal((await send(multipart(csrf, file), { cookie: '' })).status, 401);
      assert.equal((await w.rows('ORG-04')).length, 0);
      const r = await send(multipart(csrf, ['note', ''], ['valid_until', ''], file));
      assert.equal(r.status, 303);
      assert.match(r.headers.location, /\?ok=attached#files$/);
      const again = await send(multipart(csrf, file));
      assert.equal(again.status, 422);
      assert.match(again.text, /同じファイルが、この項目にもう付いています/);
    });

  test('the same content is kept once, and each item has its own row', LIMIT, async () => {
    const content = pdf(5000, 'same'), were = w.blobs().length;
    assert.equal((await w.attach('ORG-05', 'a.pdf', content)).status, 200);
    assert.equal((await w.attach('TEC-01', 'b.pdf', content)).status, 200);
    assert.equal(w.blobs().length, were + 1);
    const [row] = await w.rows('ORG-05');
    assert.equal((await w.as('town').post(`${w.item('ORG-05')}/files/${row.file}/remove`)).status, 200);
    assert.equal((await w.rows('ORG-05')).length, 0);
    assert.equal((await w.download(`/surveys/${w.survey}/files/${row.file}`)).status, 404);
    const [other] = await w.rows('TEC-01');
    assert.equal((await w.download(`/surveys/${w.survey}/files/${other.file}`)).status, 200);
    assert.equal((await w.as('town').post(`${w.item('TEC-01')}/files/${row.file}/remove`)).status, 404);
  });

  test('others see a file only with the submission, and the town sees that they did', LIMIT,
    async () => {
      const secret = pdf(3000, 'secret');
      const [kept] = (await w.attach('TEC-02', 'kept.pdf', secret, [['note', 'カナリア7f3a']])).json
        .files.rows;
      const [removed] = (await w.attach('TEC-03', 'removed.pdf', pdf(3000, 'gone'))).json.files.rows;
      await w.as('town').post(`${w.item('TEC-03')}/files/${removed.file}/remove`);
      const at = `/surveys/${w.survey}/board/483010/files`;
      const asked = async (login, file) => (await w.download(`${at}/${file}`, login)).status;
      for (const login of ['pref', 'nation']) {
        assert.equal(await asked(login, kept.file), 404, `${login}, before`);
        assert.equal((await w.as(login).get(at)).status, 404, `${login}, the list before`);
      }
      for (const login of ['u483028', 'system']) assert.equal(await asked(login, kept.file), 403);
      assert.deepEqual((await w.as('town').get('/seen')).json.rows, [], 'nobody has seen anything');
      await complete(w.as('town'), w.survey);
      for (const login of ['town', 'kacho', 'ciso']) {
        assert.equal((await w.as(login).post(`/surveys/${w.survey}/submit`)).status, 200, login);
      }
      for (const login of ['pref', 'nation']) {
        const got = await w.download(`${at}/${kept.file}`, login);
        assert.equal(got.status, 200, login);
        assert.equal(got.sha256, sha256(secret));
        for (const [name, value] of [['x-content-type-options', 'nosniff'],
          ['cache-control', 'no-store'], ['content-type', 'application/pdf']]) {
          assert.equal(got.headers[name], value);
        }
        assert.match(got.headers['content-security-policy'], /^sandbox;/);
        assert.match(got.headers['content-disposition'], /^attachment;/);
        assert.equal(await asked(login, removed.file), 404);
        const list = (await w.as(login).get(at)).json.rows;
        assert.ok(list.some((row) => row.note === 'カナリア7f3a'));
        assert.ok(!list.some((row) => row.name === 'removed.pdf'));
      }
      for (const login of ['u483028', 'system', '']) {
        assert.notEqual(await asked(login, kept.file), 200, login);
      }
      assert.equal((await w.attach('TEC-02', 'late.pdf', pdf(100))).status, 409, 'frozen');
      assert.equal((await w.as('town').post(`${w.item('TEC-02')}/files/${kept.file}/remove`)).status, 409);
      const seen = (await w.as('town').get('/seen')).json.rows;
      for (const org of ['見本県', '総務省']) {
        const theirs = seen.filter((row) => row.org === org).map((row) => row.object);
        assert.ok(theirs.some((object) => object.endsWith('根拠資料「kept.pdf」')), org);
        assert.ok(theirs.some((object) => object.endsWith('根拠資料の一覧')), org);
      }
      assert.ok(!seen.some((row) => row.org === '見本町'));
      assert.deepEqual((await w.as('u483028').get('/seen')).json.rows, [], 'only one\'s own record');
      const month = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 7);
      assert.equal((await w.as('town').get(`/seen?month=${month}`)).json.rows.length, seen.length);
      assert.deepEqual((await w.as('town').get('/seen?month=2001-01')).json.rows, []);
      const csv = (await w.as('town').get('/seen/csv')).text;
      assert.ok(csv.includes('根拠資料「kept.pdf」') && csv.includes('見本県'));
    });

  test('check reads every file, and finds what is missing, changed or left over', LIMIT, async () => {
    await w.server.stop();
    assert.match(yaguraOk('check', '--db', `sqlite:${w.file}`), /^blob: \d+ files, 0 left over$/m);
    const [first, second] = w.blobs().sort();
    const at = (hash) => path.join(`${w.file}.blobs`, hash.slice(0, 2), hash.slice(2));
    fs.renameSync(at(first), `${at(first)}.away`);
    fs.chmodSync(at(second), 0o600);
    const was = fs.readFileSync(at(second));
    fs.writeFileSync(at(second), Buffer.alloc(was.length, 'z'));
    const other = sha256('left over');
    fs.mkdirSync(path.dirname(at(other)), { recursive: true });
    fs.writeFileSync(at(other), 'left over');
    const r = yagura('check', '--db', `sqlite:${w.file}`);
    assert.notEqual(r.code, 0);
    assert.match(r.out, new RegExp(`blob ${first}: its file is missing`));
    assert.match(r.out, new RegExp(`blob ${second}: its file has another content`));
    assert.match(r.out, new RegExp(`blob ${other}: no row speaks of this file`));
    assert.match(r.out, /^2 problems$/m);
    fs.renameSync(`${at(first)}.away`, at(first));
    fs.writeFileSync(at(second), was);
    w.server = await serve(w.file);
    w.url = w.server.url;
  });
});

describe('many and large', LIMIT, () => {
  const w = new World();
  before(() => w.start(), LIMIT);
  after(() => w.server?.stop());

  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(
    fs.readFileSync(`/proc/${w.server.pid}/status`, 'utf8'))[1]) * 1024;

  test('twenty files of the largest size at once take no memory of that size', LIMIT, async () => {
    assert.equal((await w.attach('ORG-01', 'warm.pdf', pdf(1000))).status, 200);
    const was = peak();
    const all = Array.from({ length: 20 }, (_, i) => i);
    const shared = pdf(MOST - 100);
    const results = await Promise.all(all.map((i) => w.attach('ORG-02', `${i}.pdf`,
      Buffer.concat([Buffer.from(`%PDF-1.7 ${String(i).padStart(4)}`), shared.subarray(20)]))));
    assert.deepEqual(results.map((r) => r.status), all.map(() => 200));
    const rows = await w.rows('ORG-02');
    await Promise.all(rows.slice(0, 10).map(async ({ file }) => {
      assert.equal((await w.download(`/surveys/${w.survey}/files/${file}`)).status, 200);
    }));
    const grown = peak() - was;
    assert.ok(grown < 2 * MOST, `${(grown / MIB).toFixed(1)} MiB for ${20 * 20} MiB`);
    const r = await w.attach('ORG-02', 'more.pdf', pdf(1000, 'more'));
    assert.equal(r.status, 422);
    assert.match(r.json.file, /付けられる数に達しました/);
  });

  test('killed in the middle: every acknowledged file is there, and nothing half', LIMIT,
    async () => {
      const acknowledged = [];
      let sent = 0, dead = false;
      const codes = ['ORG-03', 'ORG-04', 'ORG-05', 'TEC-01'];
      const sender = async (code) => {
        for (let i = 0; i < 15 && !dead; i++) {
          const content = pdf(200_000 + i, `${code} ${i}`);
          sent++;
          try {
            const r = await w.attach(code, `${i}.pdf`, content);
            if (r.status === 200) acknowledged.push(sha256(content));
          } catch {
            return; // cut off
          }
        }
      };
      const all = Promise.all(codes.map(sender));
      await until('some are acknowledged', () => acknowledged.length >= 8);
      await w.server.stop('SIGKILL');
      dead = true;
      await all;
      assert.ok(acknowledged.length < sent, 'something was under way');
      const have = w.blobs();
      assert.deepEqual(acknowledged.filter((hash) => !have.includes(hash)), []);
      const rows = sqlite(w.file, 'SELECT lower(hex(b.hash)) FROM item_file f JOIN blob b ON b.hash=f.blob')
        .trim().split('\n');
      assert.deepEqual(acknowledged.filter((hash) => !rows.includes(hash)), []);
      assert.match(yaguraOk('check', '--db', `sqlite:${w.file}`), /^0 problems$/m);
      w.server = await serve(w.file);
      w.url = w.server.url;
      assert.equal((await w.attach('TEC-02', 'after.pdf', pdf(100, 'after'))).status, 200);
    });
});

test('a folder that cannot be written to: a sentence, and no row', LIMIT, async () => {
  const w = new World();
  await w.start();
  fs.writeFileSync(`${w.file}.blobs`, 'a file in its place');
  const r = await w.attach('ORG-01', 'a.pdf', '%PDF-1');
  assert.equal(r.status, 500);
  assert.match(r.json.detail, /ファイルを保存できませんでした。システム管理者/);
  assert.equal(w.count(), 0);
  fs.rmSync(`${w.file}.blobs`);
  assert.equal((await w.attach('ORG-01', 'a.pdf', '%PDF-1')).status, 200);
  await w.server.stop();
});

test('curl sends one as it sends all', LIMIT, async () => {
  const { spawnSync } = await import('node:child_process');
  const w = new World();
  await w.start();
  const file = path.join(tempFolder(), '根拠 "1".txt');
  fs.writeFileSync(file, '根拠');
  const r = spawnSync('curl', ['-sS', '-H', `Authorization: Bearer ${w.key('town')}`,
    '-H', 'Accept: application/json', '-F', 'note=説明', '-F', `file=@"${file.replaceAll('"', '\\"')}"`,
    `${w.url}${w.item('ORG-01')}/files`], { encoding: 'utf8', timeout: PATIENCE });
  assert.equal(r.status, 0, r.stderr);
  const [row] = JSON.parse(r.stdout).files.rows;
  assert.equal(row.name, '根拠 "1".txt');
  assert.equal(row.note, '説明');
  await w.server.stop();
});
