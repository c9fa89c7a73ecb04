// SPDX-License-Identifier: Apache-2.0
// The package as an authority meets it: built from the commit, installed on a copy of this machine,
// run as its units say, behind the real nginx with the shipped sample, over TLS and HTTP/2.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';

import { HOST, certificates, freePort, listening, site } from './front.mjs';
import { PASSWORD, PATIENCE, authenticator, root, within } from './lib.mjs';
import { machine } from './machine.mjs';

const LIMIT = { timeout: 900_000 };
const CONF = '/etc/yagura/yagura.conf';

function run(command, ...args) {
  const r = spawnSync(command, args, { encoding: 'utf8', cwd: root, timeout: 800_000 });
  if (r.error) throw r.error;
  assert.equal(r.status, 0, `${command} ${args.join(' ')}\n${r.stdout}${r.stderr}`);
  return r.stdout;
}

const visitors = new Set();
after(() => { for (const v of visitors) v.close(); });

/** A browser without scripts over HTTP/2: keeps the cookie, sends the forms' csrf. */
async function visitor(port, ca) {
  const socket = tls.connect({ host: '127.0.0.1', port, servername: HOST, ca, ALPNProtocols: ['h2'] });
  await within(PATIENCE, 'TLS', new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  }));
  assert.equal(socket.alpnProtocol, 'h2');
  const session = http2.connect(`https://${HOST}:${port}`, { createConnection: () => socket });
  const v = { cookie: '', csrf: '' };
  const send = (headers, body) => within(PATIENCE, headers[':path'], new Promise((resolve, reject) => {
    const stream = session.request({ ':authority': `${HOST}:${port}`, accept: 'text/html',
      ...(v.cookie ? { cookie: v.cookie } : {}), ...headers });
    let text = '', head;
    stream.setEncoding('utf8').on('response', (h) => { head = h; }).on('data', (t) => { text += t; });
    stream.on('error', reject).on('end', () => {
      for (const line of head['set-cookie'] || []) {
        const [, value] = /^__Host-yagura=([^;]*)/.exec(line) || [];
        if (value !== undefined) v.cookie = value && `__Host-yagura=${value}`;
      }
      const found = /name="csrf" value="([0-9a-f]+)"/.exec(text);
      if (found) [, v.csrf] = found;
      resolve({ status: head[':status'], headers: head, text });
    });
    stream.end(body);
  }));
  /* The sample's limit is for strangers in a hurry: who waits a moment is let in again. */
  v.get = async (where) => {
    for (;;) {
      const r = await send({ ':path': where });
      if (r.status !== 429) return r;
      await new Promise((resolve) => { setTimeout(resolve, 500); });
    }
  };
  v.post = (where, fields) => send({ ':method': 'POST', ':path': where,
    'content-type': 'application/x-www-form-urlencoded', origin: `https://${HOST}:${port}`,
    'sec-fetch-site': 'same-origin' },
  new URLSearchParams({ ...fields, ...(v.csrf ? { csrf: v.csrf } : {}) }).toString());
  v.close = () => session.destroy();
  visitors.add(v);
  return v;
}

describe('the package', LIMIT, () => {
  const c = {};

  before(async () => {
    c.deb = path.join(root, run('script/package').trim().split('\n').pop());
    c.machine = await machine();
    c.machine.write('/root/yagura.deb', fs.readFileSync(c.deb));
    c.tls = certificates();
  }, LIMIT);

  /** Runs a command as a unit's user with its few rights. */
  const as = (...argv) => ['setpriv', '--reuid=yagura', '--regid=yagura', '--clear-groups',
    '--bounding-set=-all', '--no-new-privs', 'env', '-C', '/var/lib/yagura', ...argv];
  const unit = (name) => c.machine.ok('cat', `/lib/systemd/system/${name}`);
  const exec = (name, what = 'ExecStart') => new RegExp(`^${what}=(.*)$`, 'm').exec(unit(name))[1].split(' ');

  /** The shipped sample in a bare nginx of its own, with ports and certificate of the test. */
  async function nginx(upstream) {
    const http = await freePort(), https = await freePort();
    const sample = c.machine.ok('cat', '/usr/share/doc/yagura/examples/yagura-nginx.conf');
    c.machine.ok('mkdir', '-p', '/etc/yagura/tls');
    c.machine.write('/etc/yagura/tls/server.crt', c.tls.crt);
    c.machine.write('/etc/yagura/tls/server.key', c.tls.key);
    c.machine.write('/etc/nginx/yagura-site.conf', site(sample, { http, https, upstream }));
    c.machine.write('/etc/nginx/yagura-test.conf', `user www-data;\npid /run/nginx-test.pid;\nerror_log stderr warn;
      events {}\nhttp { access_log off; include /etc/nginx/mime.types; include /etc/nginx/yagura-site.conf; }\n`);
    c.machine.ok('mkdir', '-p', '/var/log/nginx', '/var/lib/nginx');
    c.machine.ok('nginx', '-t', '-c', '/etc/nginx/yagura-test.conf');
    const child = c.machine.spawn('nginx', '-c', '/etc/nginx/yagura-test.conf', '-g', 'daemon off;');
    await listening(https);
    return { child, http, https };
  }

  test('passes Debian’s own review', LIMIT, () => {
    const r = spawnSync('lintian', ['--allow-root', '--fail-on', 'none', c.deb], { encoding: 'utf8' });
    assert.equal(r.error, undefined);
    const findings = r.stdout.split('\n').filter((line) => /^[EW]: /.test(line));
    assert.deepEqual(findings, []);
  });

  test('installs with its user, folders and modes', LIMIT, () => {
    const out = c.machine.ok('dpkg', '-i', '/root/yagura.deb');
    assert.match(out, /Setting up yagura/);
    assert.match(c.machine.ok('getent', 'passwd', 'yagura'), /^yagura:x:\d+:\d+:[^:]*:\/var\/lib\/yagura:\/usr\/sbin\/nologin$/m);
    const modes = { '/usr/bin/yagura': 'root:root 755', [CONF]: 'root:root 644',
      '/var/lib/yagura': 'yagura:yagura 700', '/lib/systemd/system/yagura-serve.service': 'root:root 644' };
    for (const [file, mode] of Object.entries(modes)) {
      assert.equal(c.machine.ok('stat', '-c', '%U:%G %a', file).trim(), mode, file);
    }
    assert.equal(c.machine.ok('dpkg-query', '-W', '-f', '${Conffiles}', 'yagura').trim().split(' ')[0], CONF);
    assert.equal(c.machine.ok('yagura', 'conf', 'example'), c.machine.ok('cat', CONF));
  });

  test('brings its manual', LIMIT, () => {
    const page = (file) => c.machine.ok('zcat', `/usr/share/man/${file}.gz`);
    assert.equal(page('man1/yagura.1'), c.machine.ok('yagura', '--manual'));
    assert.equal(page('man5/yagura.conf.5'), c.machine.ok('yagura', '--manual', 'conf'));
  });

  test('its units are hardened, and understood by systemd', LIMIT, () => {
    for (const [name, most] of [['yagura-serve', 1.5], ['yagura-work', 1.7]]) {
      const r = c.machine.run('systemd-analyze', 'security', '--offline=true', '--no-pager', `${name}.service`);
      const [, score] = /exposure level for [^:]*: ([0-9.]+)/.exec(r.out) || [];
      assert.ok(Number(score) <= most, `${name}: ${score}\n${r.out}${r.err}`);
      assert.doesNotMatch(r.err, /ignoring|Unknown/);
    }
    const v = c.machine.run('systemd-analyze', 'verify', 'yagura-serve.service', 'yagura-work.service', 'yagura.socket');
    assert.equal(v.err.split('\n').filter((l) => /yagura/.test(l)).join('\n'), '');
  });

  test('from init over the link to signing in, through nginx', LIMIT, async () => {
    const m = c.machine;
    const port = await freePort();
    const text = m.ok('cat', CONF).replace(/^#serve\.trust-proxy = /m, 'serve.trust-proxy = ')
      .replace(/^#url = .*/m, `url = https://${HOST}`);
    m.write(CONF, text);
    m.ok(...as('yagura', 'conf', 'check', '--conf', CONF));
    const said = m.ok(...as('yagura', 'init', '--conf', CONF, '--admin', 'kanri@example.lg.jp'));
    const [, link] = new RegExp(`https://${HOST}(/\\S+)`).exec(said);
    assert.equal(m.ok('stat', '-c', '%U %a', '/var/lib/yagura/yagura.db').trim(), 'yagura 600');
    m.ok(...as(...exec('yagura-serve.service', 'ExecStartPre')));
    // The socket is systemd's, as yagura.socket says: systemd's own tool hands it over.
    assert.match(unit('yagura.socket'), /^ListenStream=127\.0\.0\.1:8080$/m);
    const server = m.spawn(...as('systemd-socket-activate', '-l', `127.0.0.1:${port}`,
      ...exec('yagura-serve.service')));
    await listening(port);
    const front = await nginx(port);
    const v = await visitor(front.https, c.tls.ca);
    const page = await v.get(link);
    assert.equal(page.status, 200);
    assert.match(page.headers['strict-transport-security'], /max-age/);
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)?.[1] || link;
    const secret = 'a long enough phrase of 2026';
    const fields = [...page.text.matchAll(/<input[^>]* name="(password[^"]*|again|repeat)"/g)].map((f) => f[1]);
    const set = await v.post(action, Object.fromEntries(fields.map((f) => [f, secret])));
    assert.equal(set.status, 303, set.text);
    v.cookie = '';
    v.csrf = '';
    const signed = await v.post('/sign-in', { login: 'kanri@example.lg.jp', password: secret });
    assert.equal(signed.status, 303, signed.text);
    // A system administrator goes no further without a second factor.
    const { location } = (await v.get('/')).headers;
    assert.match(location, /^\/account\/code/);
    const setUp = (await v.get(location)).text, [form] = /<form method="post" action="\/account\/code"[^]*?<\/form>/.exec(setUp);
    const typed = Object.fromEntries([...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const [, app] = /<code class="request-id">([A-Z2-7 ]+)<\/code>/.exec(setUp);
    const enrolled = await v.post('/account/code', { ...typed, code: await authenticator(app)() });
    assert.match(enrolled.text, /回復コード/);
    assert.match((await v.get('/')).text, /システム管理者/);
    // A hurried guesser is held back; so is a body that is too large.
    const statuses = [];
    for (let i = 0; i < 40; i++) statuses.push((await v.post('/sign-in', { login: 'x', password: 'y' })).status);
    assert.ok(statuses.includes(429), statuses.join(' '));
    assert.equal((await v.post('/', { x: 'y'.repeat(1_100_000) })).status, 413);
    const plain = await new Promise((resolve, reject) => {
      const s = net.connect(front.http, '127.0.0.1', () => s.end(`GET /x HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`));
      let all = '';
      s.on('data', (d) => { all += d; }).on('close', () => resolve(all)).on('error', reject);
    });
    assert.match(plain, new RegExp(`^HTTP/1.1 301[^]*\r\nLocation: https://${HOST}/x\r\n`));
    v.close();
    assert.equal(await front.child.stop(), 0);
    assert.equal(await server.stop(), 0, server.log);
  });

  test('under a prefix no link leaves it, and nothing comes from another host', LIMIT, async () => {
    const m = c.machine, port = await freePort(), base = '/yagura';
    m.ok(...as('yagura', 'demo', '--db', 'sqlite:/var/lib/yagura/demo.db', '--sample', '--years', '1'));
    const server = m.spawn(...as('yagura', 'serve', '--db', 'sqlite:/var/lib/yagura/demo.db',
      '--listen', `127.0.0.1:${port}`, '--base', base));
    await listening(port);
    const front = await nginx(port);
    const outside = new Set();
    let pages = 0;
    for (const login of ['town', 'ciso', 'pref', 'nation', 'system']) {
      const v = await visitor(front.https, c.tls.ca);
      for (;;) {
        const r = await v.post(`${base}/sign-in`, { login, password: PASSWORD });
        if (r.status === 303) break;
        assert.equal(r.status, 429, r.text);
        await new Promise((resolve) => { setTimeout(resolve, 2000); });
      }
      pages += await crawl(v, base, outside);
      v.close();
    }
    assert.ok(pages > 150, `${pages} pages`);
    assert.deepEqual([...outside], []);
    assert.equal(await front.child.stop(), 0);
    assert.equal(await server.stop(), 0, server.log);
  });

  test('an upgrade and a removal keep the data and the configuration', LIMIT, () => {
    const m = c.machine, file = '/var/lib/yagura/yagura.db';
    const kept = () => [m.ok('sha256sum', file), m.ok('sha256sum', CONF)].join('');
    const was = kept();
    m.ok('sh', '-ec', `cd /root && dpkg-deb -R yagura.deb next && sed -i 's/^Version: .*/Version: 99.0/' next/DEBIAN/control &&
      dpkg-deb -b next next.deb`);
    m.ok('dpkg', '-i', '/root/next.deb');
    assert.equal(m.ok('dpkg-query', '-W', '-f', '${Version}', 'yagura'), '99.0');
    assert.equal(kept(), was);
    m.ok('dpkg', '--remove', 'yagura');
    assert.notEqual(m.run('test', '-e', '/usr/bin/yagura').code, 0);
    assert.equal(kept(), was);
    m.ok('dpkg', '--purge', 'yagura');
    assert.equal(m.ok('sha256sum', file), was.split('\n')[0] + '\n', 'a purge takes the configuration, never the data');
  });
});

/** Every page a person reaches, three of a kind; what points elsewhere goes into outside. */
async function crawl(v, base, outside) {
  const kinds = new Map(), queue = [`${base}/`], seen = new Set(queue);
  const note = (from, target) => outside.add(`${from} → ${target}`);
  const follow = (from, target, page = true) => {
    const url = target.replaceAll('&amp;', '&').replace(/#.*$/, '');
    if (url === '') return;
    if (!/^\?/.test(url) && url !== base && !url.startsWith(`${base}/`)) note(from, url);
    if (!page || /^\?/.test(url) || seen.has(url)) return;
    const kind = url.replace(/\?.*$/, '').replace(/\/[A-Z]{3}-\d+|\d+/g, '#');
    kinds.set(kind, (kinds.get(kind) || 0) + 1);
    if (kinds.get(kind) > 3) return;
    seen.add(url);
    queue.push(url);
  };
  let pages = 0;
  while (queue.length > 0) {
    const where = queue.shift();
    const r = await v.get(where);
    pages++;
    if (r.status >= 300 && r.status < 400) follow(where, r.headers.location);
    else assert.equal(r.status, 200, `${where}: ${r.status}`);
    const type = String(r.headers['content-type'] || '');
    if (/text\/html/.test(type)) {
      for (const [, name, target] of r.text.matchAll(/\s(href|src|action|formaction|srcset|data|poster)="([^"]*)"/g)) {
        follow(where, target, !/action/.test(name));
      }
      for (const [found] of r.text.matchAll(/<base|@import|url\((?!#)[^)]*\)/g)) note(where, found);
    } else if (/css/.test(type)) {
      const rules = r.text.replace(/\/\*[^]*?\*\//g, '');
      for (const [, target] of rules.matchAll(/(?:url\(|@import )\s*['"]?([^'")\s]*)/g)) {
        if (!/^data:/.test(target)) note(where, target);
      }
    } else if (/javascript/.test(type)) {
      for (const [found] of r.text.matchAll(/(https?:)?\/\/[a-z0-9-]+\.[a-z]+[^\s'"]*/gi)) {
        if (!found.startsWith('http://www.w3.org/')) note(where, found);
      }
    }
  }
  return pages;
}
