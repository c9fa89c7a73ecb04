// SPDX-License-Identifier: Apache-2.0
// Signing in to a real installation: two factors for those who must, codes for the day the phone is
// lost, a forgotten password, where one is signed in, and proving anew who one is.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, request, serve, sqlite, tempFolder, totp, visitor, yaguraOk } from '../lib.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 300_000 };
const PHRASE = 'correct horse battery', OTHER = 'another long phrase';
const ADMIN = 'kanri@example.jp', TOWN = 'machi@example.jp', CISO = 'ciso@example.jp';

const flat = (text) => text.replace(/\s+/g, ' ').trim();
const where = (p) => new URL(p.page.url()).pathname;

describe('signing in', LIMIT, () => {
  const c = {}, step = steps(test, LIMIT);
  before(async () => {
    c.file = path.join(tempFolder(), 'real.db');
    const said = yaguraOk('init', '--db', `sqlite:${c.file}`, '--admin', ADMIN);
    c.link = /http:\/\/127\.0\.0\.1:8080(\/invite\/[\w-]{43})\s/.exec(said)[1];
    c.server = await serve(c.file);
    c.browser = await launch();
    c.admin = await person();
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  const person = () => Person.at(c.browser, c.server.url, { demo: false });
  const button = (p, name) => p.page.getByRole('button', { name }).first().click();

  async function usesLink(p, link, phrase = PHRASE) {
    await p.open(link);
    await p.page.getByLabel('パスワード ※必須', { exact: true }).fill(phrase);
    await p.page.getByLabel(/^パスワード（もう一度）/).fill(phrase);
    await button(p, 'このパスワードにする');
    await p.says('パスワードを設定しました。サインインしてください。');
  }

  async function signsIn(p, login, phrase = PHRASE, to = '/sign-in') {
    await p.open(to);
    await p.page.getByLabel('ログイン名').fill(login);
    await p.page.getByLabel('パスワード').fill(phrase);
    await button(p, 'サインイン');
    return p;
  }

  /** The mails that wait for somebody, the newest first. */
  const mails = (login) => JSON.parse(sqlite(c.file, `.mode json
    SELECT o.kind, o.subject, o.text, o.path FROM outbox o JOIN person p ON p.id=o.person
    WHERE p.login='${login}' ORDER BY o.id DESC;`) || '[]');

  const number = (sql) => Number(sqlite(c.file, sql));

  step('a role that needs two factors reaches nothing before they are set up', async () => {
    await usesLink(c.admin, c.link);
    await signsIn(c.admin, ADMIN);
    assert.equal(where(c.admin), '/account/code');
    for (const page of ['/', '/people', '/account', '/mail', '/sign-in/code']) {
      await c.admin.open(page);
      assert.equal(where(c.admin), '/account/code', page);
    }
    assert.equal(await c.admin.page.locator('.site-nav').count(), 0, 'no menu yet');
    const cookie = (await c.admin.context.cookies()).find((k) => k.name === '__Host-yagura');
    const json = await request(c.server.url, '/people',
      { headers: { cookie: `__Host-yagura=${cookie.value}`, accept: 'application/json' } });
    assert.equal(json.status, 401);
    assert.equal(json.text.includes(ADMIN), false);
  });

  step('a wrong code is refused, a right one sets the app up and shows the recovery codes', async () => {
    const { page } = c.admin;
    const secret = await page.locator('dl.facts code').textContent();
    await page.getByLabel(/^確認コード/).fill('12345');
    await button(c.admin, '登録する');
    assert.match(await page.locator('#code-error').textContent(), /この確認コードは合いません/);
    assert.equal(await page.locator('dl.facts code').textContent(), secret, 'the same figure as before');
    await c.admin.look('totp: refused');
    await c.admin.enrol();
    assert.equal(where(c.admin), '/');
    assert.ok(mails(ADMIN)[0].subject.includes('確認方法を加えました'));
    assert.equal(number('SELECT COUNT(*) FROM recovery'), 10);
    const kept = sqlite(c.file, 'SELECT hex(hash) FROM recovery');
    for (const code of c.admin.codes) assert.equal(kept.includes(Buffer.from(code).toString('hex')), false);
  });

  step('afterwards the password opens nothing but the second step', async () => {
    const { admin } = c;
    await admin.signOut();
    await signsIn(admin, ADMIN, PHRASE, '/people');
    assert.equal(where(admin), '/sign-in/code');
    await admin.look('code');
    for (const page of ['/', '/people', '/account/code', '/account', '/confirm']) {
      await admin.open(page);
      assert.equal(where(admin), '/sign-in/code', page);
    }
    await admin.second('000000');
    assert.match(flat(await admin.page.getByRole('alert').textContent()), /この確認コードは使えません/);
    await admin.look('code: refused');
    await admin.open('/people');
    await admin.second();
    assert.equal(where(admin), '/people');
  });

  step('a code works once', async () => {
    const { admin } = c;
    await admin.signOut();
    await signsIn(admin, ADMIN);
    const code = await admin.app();
    await admin.second(code);
    assert.equal(where(admin), '/');
    await admin.signOut();
    await signsIn(admin, ADMIN);
    await admin.second(code);
    assert.equal(where(admin), '/sign-in/code');
    assert.match(flat(await admin.page.getByRole('alert').textContent()), /一度使った数字は使えません/);
  });

  step('a recovery code stands in for the app, once, and the person is told', async () => {
    const { admin } = c, [code] = admin.codes;
    await admin.second(code.toLowerCase().replaceAll('-', ' '));
    assert.equal(where(admin), '/');
    assert.match(mails(ADMIN)[0].text, /残りは9個です/);
    await admin.signOut();
    await signsIn(admin, ADMIN);
    await admin.second(code);
    assert.equal(where(admin), '/sign-in/code', 'used');
    await admin.second(admin.codes[1]);
    assert.equal(where(admin), '/');
  });

  async function register(login, name, role) {
    const { page } = c.admin;
    await c.admin.open('/people');
    await page.getByLabel(/^ログイン名/).fill(login);
    await page.getByLabel(/^名前 ※必須/).fill(name);
    await page.getByLabel(/^団体コード/).fill('163228');
    await page.getByLabel(role).check();
    await button(c.admin, '登録して、招待のリンクを作る');
    return flat(await page.locator('code').textContent());
  }

  step('others sign in with a password alone, and may add an app', async () => {
    c.town = await person();
    await usesLink(c.town, await register(TOWN, '上市 花子', /^担当者・団体管理者/));
    await signsIn(c.town, TOWN);
    assert.equal(where(c.town), '/');
    await c.town.page.getByRole('link', { name: '上市 花子' }).click();
    await c.town.look('account');
    assert.match(flat(await c.town.page.locator('main').textContent()), /今はパスワードだけで/);
    c.ciso = await person();
    await usesLink(c.ciso, await register(CISO, '責任 幸子', /^CISO/));
    await signsIn(c.ciso, CISO);
    await c.ciso.enrol();
    await c.town.open('/account/code');
    await c.town.enrol();
    assert.equal(sqlite(c.file, `SELECT value FROM evidence e WHERE e.measure='org.two_factor_share'
      AND e.body=163228 ORDER BY e.id DESC LIMIT 1`).trim(), '100');
    await c.town.open('/roles');
    assert.match(flat(await c.town.page.locator('main').textContent()), /二つの要素/);
  });

  step('one sees where one is signed in, and ends the others', async () => {
    const there = await person();
    await signsIn(there, TOWN);
    there.app = c.town.app;
    await there.second();
    await c.town.open('/account');
    const rows = c.town.page.getByRole('region', { name: 'サインインしている端末' }).locator('tbody tr');
    assert.equal(await rows.count(), 2);
    assert.match(flat(await rows.first().textContent()), /Chrome（Linux）.*127\.0\.0\.1.*二つの要素/);
    await button(c.town, 'ほかの端末（1）を全てサインアウトする');
    await c.town.says('ほかの端末を全てサインアウトしました。');
    assert.equal(await rows.count(), 1);
    await there.open('/account');
    assert.equal(where(there), '/sign-in');
    await there.leave();
  });

  step('a grave act long after the sign-in asks who it is, and goes on', async () => {
    const { admin } = c, { page } = admin;
    await admin.open('/people?q=ciso');
    await page.getByRole('link', { name: '責任 幸子', exact: true }).click();
    sqlite(c.file, 'UPDATE session SET fresh_at=0;');
    await page.getByLabel(/^名前/).fill('責任 良子');
    await button(admin, 'この内容にする');
    assert.equal(await page.locator('h1').textContent(), '本人の確認');
    await admin.look('confirm');
    assert.equal(number("SELECT COUNT(*) FROM person WHERE name='責任 良子'"), 0);
    await page.getByLabel('パスワード').fill('wrong');
    await button(admin, '確認して続ける');
    assert.match(flat(await page.getByRole('alert').textContent()), /パスワードが違います/);
    await page.getByLabel('パスワード').fill(PHRASE);
    await button(admin, '確認して続ける');
    assert.equal(await page.locator('h1').textContent(), '操作の続き');
    await admin.look('resume: confirmed');
    assert.equal(number("SELECT COUNT(*) FROM person WHERE name='責任 良子'"), 0, 'nothing by itself');
    await button(admin, '続ける');
    await admin.says('名前と役割を変更しました。');
    assert.equal(number("SELECT COUNT(*) FROM person WHERE name='責任 良子'"), 1);
    sqlite(c.file, 'UPDATE session SET fresh_at=0;');
    await admin.open('/account/password');
    assert.equal(where(admin), '/confirm');
    await page.getByLabel('パスワード').fill(PHRASE);
    await button(admin, '確認して続ける');
    assert.equal(where(admin), '/account/password');
    await admin.look('password');
  });

  step('a forgotten password: the same answer for anybody, a link that works once, all sessions end',
    async () => {
      const p = await person(), { page } = p;
      const asks = async (login) => {
        await p.open('/sign-in/reset');
        await p.look('reset');
        await page.getByLabel('ログイン名').fill(login);
        await button(p, 'リンクを送る');
        return flat(await page.locator('main').textContent());
      };
      await p.open('/sign-in');
      await page.getByRole('link', { name: 'パスワードを忘れたとき' }).click();
      assert.equal(where(p), '/sign-in/reset');
      const before = number('SELECT COUNT(*) FROM outbox');
      const nobody = await asks('nobody@example.jp');
      assert.equal(number('SELECT COUNT(*) FROM outbox'), before);
      assert.equal(await asks(TOWN), nobody);
      const [mail] = mails(TOWN);
      assert.equal(mail.kind, 'org.reset');
      await usesLink(p, mail.path, OTHER);
      await p.open(mail.path);
      assert.match(flat(await page.locator('main').textContent()), /このリンクは使えません/);
      await c.town.open('/account');
      assert.equal(where(c.town), '/sign-in', 'signed out everywhere');
      assert.equal(mails(TOWN)[0].subject, 'パスワードを決めました');
      await signsIn(p, TOWN, PHRASE);
      assert.equal(where(p), '/sign-in', 'the old one');
      await signsIn(p, TOWN, OTHER);
      assert.equal(where(p), '/sign-in/code', 'mail alone does not open the account');
      for (let i = 0; i < 5; i++) await asks(TOWN);
      assert.equal(mails(TOWN).filter((m) => m.kind === 'org.reset').length, 2,
        'with the invitation three links in an hour');
      sqlite(c.file, 'UPDATE invite SET expires_at=0 WHERE used_at IS NULL;');
      await p.open(mails(TOWN).find((m) => m.kind === 'org.reset').path);
      assert.match(flat(await page.locator('main').textContent()), /このリンクは使えません/);
      await p.leave();
    });

  step("the administrator's new link takes the lost app with it", async () => {
    const { admin } = c;
    await admin.open('/people?q=machi');
    await button(admin, /上市 花子の\s*新しいリンクを作る/);
    const link = flat(await admin.page.locator('code').textContent());
    await usesLink(c.town, link);
    await signsIn(c.town, TOWN);
    assert.equal(where(c.town), '/');
    assert.equal(mails(TOWN)[0].subject, 'パスワードを決めました');
  });

  step('a passkey is both factors; one that was removed opens nothing', async () => {
    const local = c.server.url.replace('127.0.0.1', 'localhost');
    const p = await Person.at(c.browser, local, { demo: false }), { page } = p;
    const cdp = await p.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal',
      hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true } });
    await signsIn(p, TOWN);
    await p.open('/account');
    await page.getByRole('link', { name: 'パスキーを登録する' }).click();
    await p.look('passkey');
    await page.getByLabel(/^登録の名前/).fill('役場のPC');
    await button(p, 'パスキーを作る');
    await page.locator('h1', { hasText: '回復コード' }).waitFor();
    await page.getByRole('link', { name: '保管した。続ける' }).click();
    await p.signOut();
    const withKey = async (from) => {
      await p.open(from);
      await button(p, 'パスキーでサインイン');
      await page.waitForURL((url) => url.pathname !== '/sign-in/passkey' && url.pathname !== new URL(local + from).pathname);
    };
    await withKey('/sign-in?next=/account');
    assert.equal(where(p), '/account');
    assert.match(flat(await page.locator('main').textContent()), /役場のPC.*パスキー.*この端末.*二つの要素/);
    await p.signOut();
    await signsIn(p, TOWN); // the password first: the key is the second step
    assert.equal(where(p), '/sign-in/code');
    await button(p, 'パスキーでサインイン');
    await page.locator('.site-nav').waitFor();
    assert.equal(where(p), '/');
    await p.open('/account');
    await button(p, /役場のPCを\s*外す/);
    await p.says('二つ目の確認方法を外しました。');
    await p.signOut();
    await p.open('/sign-in');
    await button(p, 'パスキーでサインイン');
    await page.getByText('パスキーを確かめられませんでした').waitFor();
    await cdp.detach();
    await p.leave();
  });

  step('a body lets people in from where it says, and nobody shuts the door from inside', async () => {
    const { town } = c, { page } = town;
    await town.open('/account');
    await page.getByRole('link', { name: '団体の接続元を決める' }).click();
    await town.look('addresses');
    const tries = async (text) => {
      await page.getByLabel(/^接続元の範囲/).fill(text);
      await button(town, '保存する');
    };
    await tries('192.0.2.0/24 庁内');
    assert.match(await page.locator('#ranges-error').textContent(), /今の接続元（127\.0\.0\.1）が入っていません/);
    await tries('192.0.2.0/24 庁内\n127.0.0.1/8');
    assert.match(await page.locator('#ranges-error').textContent(), /2行目を読み取れません/);
    await town.look('addresses: refused');
    await tries('192.0.2.0/24 庁内\n１２７.0.0.0/8 この機器');
    await town.says('保存しました。');
    assert.equal(await page.getByLabel(/^接続元の範囲/).inputValue(), '127.0.0.0/8 この機器\n192.0.2.0/24 庁内\n');
    sqlite(c.file, "DELETE FROM allowed WHERE range LIKE '127%';");
    await town.open('/');
    assert.match(flat(await page.locator('main').textContent()), /今の場所（アドレス 127\.0\.0\.1）からは/);
    await c.admin.open('/'); // of another organisation
    assert.equal(where(c.admin), '/');
    sqlite(c.file, 'DELETE FROM allowed;');
  });

  step('a session that nobody uses ends', async () => {
    await c.town.open('/');
    assert.equal(where(c.town), '/');
    sqlite(c.file, 'UPDATE session SET seen_at=seen_at-29*60*1000000;');
    await c.town.open('/');
    assert.equal(where(c.town), '/', 'used in time');
    const seen = () => number(`SELECT MAX(seen_at) FROM session s JOIN person p ON p.id=s.person
      WHERE p.login='${TOWN}'`);
    for (let most = 100; Date.now() - seen() / 1000 > 60_000; most--) {
      assert.ok(most > 0, 'the use is written down');
      await c.town.open('/');
    }
    sqlite(c.file, 'UPDATE session SET seen_at=seen_at-31*60*1000000;');
    await c.town.open('/');
    assert.equal(where(c.town), '/sign-in');
  });

  step('what guesses cannot do: shut somebody out who was right here before', async () => {
    const guesser = visitor(c.server.url);
    for (let i = 0; i < 8; i++) {
      const r = await guesser.post('/sign-in', { login: TOWN, password: `wrong ${i}` });
      assert.equal(r.status, 422);
      assert.match(r.text, i < 5 ? /ログイン名かパスワードが違います/ : /続けて間違えたため/);
    }
    const unknown = visitor(c.server.url);
    for (let i = 0; i < 6; i++) {
      const r = await unknown.post('/sign-in', { login: 'none@example.jp', password: 'x' });
      assert.match(r.text, i < 5 ? /ログイン名かパスワードが違います/ : /続けて間違えたため/);
    }
    await signsIn(c.town, TOWN);
    assert.equal(where(c.town), '/');
    assert.match(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1), /^287082$/, 'the app of these tests');
    for (const p of [c.admin, c.town, c.ciso]) await p.leave();
  });
});
