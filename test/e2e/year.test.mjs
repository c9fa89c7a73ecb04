// SPDX-License-Identifier: Apache-2.0
// A whole year from an empty installation, in browsers: the ministry asks, a town answers, the
// prefecture checks, the figures are published and corrected. After the sign-in everybody gets
// everywhere by links and buttons, and reads at the top of the page what to do next.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PATIENCE, launch, serve, sqlite, tempFolder, yaguraOk } from '../lib.mjs';
import { work } from '../mailbox.mjs';
import { authority, postfix } from '../relay.mjs';
import { Person, steps } from './person.mjs';

const LIMIT = { timeout: 300_000 };
const PHRASE = 'correct horse battery';
const TITLE = '町の備えの調査';
/** 富山県 has four towns: fewer than five, so that no total may be told to a town. */
const PREF = '160008', TOWN = '163228', SECOND = '163236';
const KNOWN = ['ORG-01', 'ORG-02', 'ORG-S7', 'TEC-01', 'TEC-02'];
const YEAR = new Date().getFullYear() + 1;

const flat = (text) => text.replace(/\s+/g, ' ').trim();

describe('a whole year', LIMIT, () => {
  const c = { viewed: new Set() }, step = steps(test, LIMIT);
  before(async () => {
    c.folder = tempFolder();
    fs.writeFileSync(path.join(c.folder, '情報資産台帳.csv'), '番号,名前\r\n1,住民記録\r\n');
    c.tls = authority();
    c.relay = await postfix(c.tls);
    c.browser = await launch();
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    c.worker?.kill('SIGTERM');
    await c.worker?.end();
    await c.server?.stop();
    await c.relay?.stop();
  });

  // ── what people do ──

  const person = () => Person.at(c.browser, c.server.url, { demo: false, viewed: c.viewed });
  const link = (p, name) => p.page.getByRole('link', { name }).first().click();
  const button = (p, name) => p.page.getByRole('button', { name }).first().click();
  const type = (p, label, text) => p.page.getByLabel(label).first().fill(text);
  const mark = (p, label) => p.page.getByLabel(label, { exact: true }).check();
  const main = async (p) => flat(await p.page.locator('main').textContent());

  /** The first page, by the name of the program at the top of every page. */
  async function home(p) {
    await p.page.locator('a.brand').click();
  }

  /** What the first page says to do next, and its link. */
  async function next(p, says, name) {
    await home(p);
    assert.match(await p.nextStep(), says);
    if (name) await p.page.locator('.next-step').getByRole('link', { name }).click();
  }

  async function menu(p, name) {
    await p.page.locator('.site-nav').getByRole('link', { name, exact: true }).click();
  }

  /** Somebody with a link: sets a password and signs in. */
  async function newcomer(where, login) {
    const p = await person(), { page } = p;
    await p.open(where);
    await page.getByLabel('パスワード ※必須', { exact: true }).fill(PHRASE);
    await page.getByLabel(/^パスワード（もう一度）/).fill(PHRASE);
    await button(p, 'このパスワードにする');
    await p.says('パスワードを設定しました。サインインしてください。');
    await p.page.getByLabel('ログイン名').fill(login);
    await p.page.getByLabel('パスワード').fill(PHRASE);
    await button(p, 'サインイン');
    await p.enrolIfAsked();
    await p.look(`first sign-in: ${login}`);
    return p;
  }

  /** An administrator registers somebody, who then uses the link. */
  async function register(admin, login, name, role, code6) {
    await menu(admin, '利用者');
    await type(admin, /^ログイン名/, `${login}@example.jp`);
    await type(admin, /^名前 ※必須/, name);
    if (code6) await type(admin, /^団体コード/, code6);
    await admin.page.getByLabel(role).check();
    await button(admin, '登録して、招待のリンクを作る');
    const where = flat(await admin.page.locator('code').textContent());
    await link(admin, '利用者の一覧へ戻る');
    return newcomer(where, `${login}@example.jp`);
  }

  /** From the page of the survey into one item. */
  async function item(p, code) {
    await p.page.locator(`#item-${code} a.item-question`).click();
  }

  /** One item answered with the button, and back to the list. */
  async function answer(p, code, kind, value) {
    await item(p, code);
    await p.answer(kind, value);
    await p.says('保存しました。');
    await link(p, '一覧へ戻る');
  }

  /** The next person on the way is told so on the first page, and does it. */
  async function approve(p, name, says) {
    await next(p, /あなたの確認を待っています/, '内容を確かめる');
    await p.look('submit: approval');
    await button(p, name);
    await p.says(says);
  }

  async function giveBack(p, name, reason, says) {
    await p.page.locator('summary', { hasText: name }).click();
    await p.page.locator('details[open]').getByLabel(/^理由/).fill(reason);
    await p.page.locator('details[open]').getByRole('button', { name }).click();
    await p.says(says);
  }

  /** Everything is there: the officer asks for the approval. */
  async function ask(p, says, name) {
    const mended = name.startsWith('直した');
    await next(p, says, mended ? '理由を見て直す' : '内容を確かめて提出する');
    await p.look('submit');
    await button(p, name);
    await p.says('確認を依頼しました。');
  }

  async function wholeWay(says, name) {
    await ask(c.town, says, name);
    await approve(c.kacho, '確認して、CISOへ回す', '確認して、CISOへ回しました。');
    await approve(c.deputy, '承認して提出する', '承認して、提出しました。');
  }

  /** The prefecture opens what the town submitted. */
  async function lookAt(p, name) {
    await menu(p, '団体ごとの状況');
    await p.page.getByRole('row').filter({ hasText: name }).getByRole('link').click();
  }

  async function mails(who, text) {
    for (const until = Date.now() + PATIENCE; ;) {
      const all = await c.relay.arrived(0);
      const found = all.filter((m) => m.head.get('to') === `<${who}@example.jp>` &&
        `${m.head.get('subject')}\n${m.text}`.includes(text));
      if (found.length) return found;
      assert.ok(Date.now() < until, `a mail to ${who} that says ${text}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
  }

  // ── spring: an empty house ──

  step('the system administrator of an empty installation uses the link of the first day', async () => {
    c.file = path.join(c.folder, 'real.db');
    const said = yaguraOk('init', '--db', `sqlite:${c.file}`, '--admin', 'kanri@example.jp');
    const where = /http:\/\/127\.0\.0\.1:8080(\/invite\/[\w-]{43})\s/.exec(said)[1];
    c.server = await serve(c.file);
    c.worker = work(c.file, c.relay.url, '--smtp-tls', 'require', '--smtp-ca', c.tls.ca,
      '--url', c.server.url, '--from', 'yagura@example.jp');
    c.admin = await newcomer(where, 'kanri@example.jp');
    await next(c.admin, /国の担当者を登録してください/, '利用者を登録する');
    assert.match(await c.admin.page.locator('h1').textContent(), /利用者/);
  });

  step('the ministry, the prefecture and two towns get their first people', async () => {
    const { admin } = c;
    c.nation = await register(admin, 'kuni', '国見 京子', '国の担当');
    c.pref = await register(admin, 'ken', '富山 一郎', '都道府県の取りまとめ担当', PREF);
    c.town = await register(admin, 'machi', '上市 花子', /^担当者・団体管理者/, TOWN);
    c.second = await register(admin, 'tateyama', '立山 次郎', /^担当者・団体管理者/, SECOND);
    await menu(admin, 'メールの送信');
    assert.match(await main(admin), /メールの送信：動いています/, c.worker.log);
    for (const p of [c.pref, c.town, c.second]) {
      await home(p);
      assert.match(await main(p), /調査はまだありません/);
    }
  });

  step('the town registers its own people, a section, its contacts and its policy', async () => {
    const { town } = c;
    c.kacho = await register(town, 'kacho', '課長 三郎', /^所属長/);
    c.ciso = await register(town, 'ciso', '副町長 幸子', /^CISO/);
    c.deputy = await register(town, 'dairi', '総務 五郎', /^所属長/);
    c.section = await register(town, 'zeimu', '税務 四子', /^各課の回答者/);
    await menu(town, '課の一覧');
    await type(town, /^課の名前/, '税務課');
    await button(town, '加える');
    await mark(town, '税務 四子');
    await button(town, /税務課の人を/);
    await town.says('保存しました。');
    await menu(town, '緊急連絡先');
    await town.page.getByLabel(/^いつ・何の連絡先か/).selectOption({ index: 1 });
    await type(town, /^名前か役職/, '情報係長');
    await type(town, /^電話/, '076-000-0000');
    await button(town, 'この連絡先を加える');
    await button(town, 'この連絡先で正しいことを確認した');
    assert.match(await main(town), /最後に確認した日時/);
    await menu(town, '自団体の方針');
    await type(town, /^策定日/, '令和8年3月20日');
    await button(town, 'この内容を登録する');
    await town.says('保存しました。');
  });

  // ── summer: the ministry asks ──

  step('the ministry is told to begin a survey, and composes it from nothing', async () => {
    const { nation } = c, { page } = nation;
    await next(nation, /調査はまだありません/, '調査の下書きを作る');
    await type(nation, /^調査の名前/, TITLE);
    await button(nation, '下書きを作る');
    await link(nation, '既にある設問から選ぶ');
    for (const code of KNOWN) await mark(nation, `${code}を加える`);
    await button(nation, '印を付けた設問を加える');
    await link(nation, '新しい設問を書く');
    await type(nation, /^設問の文/, '方針の概要を、住民に分かる言葉で公表した日はいつか');
    await type(nation, /^なぜ聞くのか/, '住民への説明の広がりを知るため');
    await mark(nation, '日付');
    await page.getByLabel(/^必須にする/).check();
    await button(nation, 'この設問を加える');
    c.fresh = flat(await page.locator('h1 .item-code').textContent());
    await page.getByLabel('条件に使う項目').selectOption('ORG-02');
    await button(nation, 'この項目の回答から選ぶ');
    await mark(nation, '実施済み');
    await button(nation, 'この条件で尋ねる');
    await nation.says('保存しました。');
    await link(nation, TITLE);
    assert.equal(await page.locator('.item').count(), KNOWN.length + 1);
  });

  step('its dates and the towns of one prefecture; and it is published', async () => {
    const { nation } = c, { page } = nation;
    await link(nation, '名前・日付を決める');
    await type(nation, /^基準日/, `${YEAR}年4月1日`);
    await type(nation, /^団体に示す期限/, `${YEAR}-06-30`);
    await type(nation, /^提出を受け付ける最後の日/, `${YEAR}-07-15`);
    await type(nation, /^訂正を受け付ける最後の日/, `${YEAR}-09-30`);
    await button(nation, '保存する');
    await link(nation, '対象を決める');
    for (const name of ['下で選ぶ団体だけ', '町', '富山県']) await mark(nation, name);
    await button(nation, '保存して、団体の数を確かめる');
    assert.match(await page.locator('.lead').textContent(), /4 団体/);
    await link(nation, '下書きへ戻る');
    await link(nation, '団体からの見え方を確かめて公開する');
    await button(nation, 'この内容で公開する');
    await nation.says('調査を始めました。');
    await next(nation, /4 団体のうち 4 団体がまだ提出していません/, '団体ごとの状況を見る');
    assert.equal(await page.locator('tbody tr').count(), 4);
  });

  // ── autumn: the town answers ──

  step('the town is told what there is to do, and gives one area to a section', async () => {
    const { town, section } = c, { page } = town;
    await next(town, /あと 4 項目の回答か確認で提出できます/, '対応が必要な項目を開く');
    await link(town, '項目を課に割り当てる');
    await type(town, /^分野か項目の番号/, 'TEC');
    await page.getByLabel('課', { exact: true }).selectOption('税務課');
    await type(town, /^課の期限/, `${YEAR}-06-10`);
    await button(town, '割り当てる');
    await town.says('保存しました。');
    await next(section, /あなたの課の項目が 2 件残っています。期限は令和\d+年6月10日/, '課の項目を開く');
    assert.deepEqual(await section.page.locator('.item-code').allTextContents(),
      ['TEC-01', 'TEC-02']);
    await section.look('survey: of a section');
  });

  step('both answer; two answers to one item meet, and one is chosen', async () => {
    const { town, section } = c;
    await answer(section, 'TEC-02', 'option', '一部実施');
    await menu(town, '自団体の調査');
    await item(town, 'TEC-01');
    await item(section, 'TEC-01');
    await section.answer('option', '実施済み');
    await section.says('保存しました。');
    await town.page.getByLabel('未実施', { exact: true }).check(); // saved by itself, and refused
    const met = town.page.locator('[data-conflict]');
    await met.getByText('ほかの人が先に保存しました').waitFor();
    assert.equal(await met.locator('[data-mine]').textContent(), '未実施');
    assert.equal(await met.locator('[data-theirs]').textContent(), '実施済み');
    await town.look('item: conflict in place');
    await link(town, 'こちらを残す');
    await town.page.locator('[data-conflict]').waitFor({ state: 'hidden' });
    assert.match(await town.page.locator('#standing').textContent(), /実施済み/);
    await next(section, /あなたの課がすることは、今はありません/);
    await link(town, '一覧へ戻る');
  });

  step('the officer answers the rest, one by itself, and attaches a file', async () => {
    const { town } = c, { page } = town;
    await item(town, 'ORG-01');
    assert.match(flat(await page.locator('#measure').textContent()), /CISO.*この値が示す回答：実施済み/);
    await page.getByLabel('実施済み', { exact: true }).check();
    await page.locator('[data-autosave-status]').getByText('保存しました').waitFor();
    await page.locator('#files summary').click();
    await page.getByLabel(/^ファイル/).setInputFiles(path.join(c.folder, '情報資産台帳.csv'));
    await type(town, /^説明/, '任命の通知は2行目');
    await button(town, '資料を加える');
    await town.says('根拠資料を加えました。');
    await link(town, '一覧へ戻る');
    await answer(town, 'ORG-02', 'option', '実施済み');
    await answer(town, c.fresh, 'date', ['令和8', '4', '1']);
    const boxes = ['必要な人員が足りない', '異動により引継ぎが難しい'];
    await answer(town, 'ORG-S7', 'multi', boxes);
    await town.look('survey: answered');
  });

  step('asked, returned by the manager with a reason, mended, asked again', async () => {
    const { town, kacho } = c;
    await ask(town, /必須の項目がそろいました/, '課長に確認を依頼する');
    await next(town, /今「課長」の番です/);
    await mails('kacho', '確認');
    await next(kacho, /あなたの確認を待っています/, '内容を確かめる');
    await giveBack(kacho, '担当へ差し戻す', '公表日は4月8日です', '理由を付けて差し戻しました。');
    await next(town, /差し戻されました.*公表日は4月8日です/, '理由を見て直す');
    await town.look('submit: returned');
    assert.match(await main(town), /公表日は4月8日です/);
    await link(town, '全ての項目と回答を見る');
    await answer(town, c.fresh, 'date', ['令和8', '4', '8']);
  });

  step('the manager approves; the CISO is away, and a deputy submits', async () => {
    const { town, kacho, ciso, deputy } = c, { page } = ciso;
    await menu(town, '自団体の調査');
    await link(town, '内容を確かめて、確認を依頼する');
    await button(town, '直したので、課長に確認を依頼する');
    await town.says('確認を依頼しました。');
    await approve(kacho, '確認して、CISOへ回す', '確認して、CISOへ回しました。');
    await menu(ciso, '代理');
    await page.getByLabel(/^不在になる人/).selectOption('副町長 幸子');
    await page.getByLabel(/^代理の人/).selectOption('総務 五郎');
    const day = (n) => new Date(Date.now() + (9 + 24 * n) * 3600e3).toISOString().slice(0, 10);
    await type(ciso, /^始まる日/, day(0)); // as the day is in Japan
    await type(ciso, /^終わる日/, day(30));
    await button(ciso, '代理を登録する');
    assert.match(await page.locator('tbody').textContent(), /副町長 幸子総務 五郎.*代理中/);
    await ciso.signOut();
    await approve(deputy, '承認して提出する', '承認して、提出しました。');
    await next(town, /今「都道府県の確認」の番です/);
    await link(town, TITLE);
    await link(town, '提出と承認の画面を見る');
    assert.match(await main(town), /総務 五郎（副町長 幸子の代理）/);
  });

  step('the prefecture reminds a town that has not begun, and the mail arrives', async () => {
    const { pref, second } = c, { page } = pref;
    await menu(pref, '団体ごとの状況');
    const row = page.getByRole('row').filter({ hasText: '立山町' });
    await row.getByRole('button', { name: /番の人に知らせる/ }).click();
    await pref.says('お知らせのメールを用意しました。まもなく送られます。');
    const [mail] = await mails('tateyama', '富山県からのお知らせです。');
    assert.equal(mail.head.get('subject'), '立山町：調査の回答についてのお願い');
    assert.match(mail.raw, /Postfix\) with ESMTPS/);
    const where = /http:\S+/.exec(mail.text)[0]; // what the mail says is the way in
    assert.ok(where.startsWith(`${c.server.url}/surveys/`));
    await second.page.goto(where);
    assert.match(await second.page.locator('h1').textContent(), new RegExp(TITLE));
    await second.look('survey: by a mail');
  });

  step('the prefecture looks item by item, asks about one, and returns it', async () => {
    const { pref, town } = c, { page } = pref;
    await next(pref, /1 団体があなたの確認を待っています/, '確認を待つ団体を見る');
    await page.getByRole('row').filter({ hasText: '上市町' }).getByRole('link').click();
    await pref.look('survey: being checked');
    await page.locator('#item-ORG-01').getByRole('button', { name: /確認した/ }).click();
    await pref.says('保存しました。');
    await link(pref, '根拠資料の一覧');
    assert.match(await main(pref), /情報資産台帳\.csv/);
    await link(pref, TITLE);
    const asked = page.locator('#item-TEC-02');
    await asked.locator('summary').click();
    await asked.getByLabel(/^確かめてほしいこと/).fill('残りの半分はいつ済みますか');
    await asked.getByRole('button', { name: '書き留める' }).click();
    const why = `TEC-02を確かめてください。${'残りの台数と時期を知りたいです。'.repeat(5)}`;
    await giveBack(pref, '団体へ差し戻す', why, '理由を付けて差し戻しました。');
    await next(town, /差し戻されました。理由：「TEC-02を確かめてください。.{44}…」/, '理由を見て直す');
    assert.ok((await main(town)).includes(why), 'the whole of it stands there');
    await link(town, '全ての項目と回答を見る');
    const note = town.page.locator('#item-TEC-02 .check-note');
    assert.match(await note.textContent(), /残りの半分はいつ済みますか/);
    await answer(town, 'TEC-02', 'option', '実施済み');
  });

  step('corrected over the whole way, it is accepted', async () => {
    const { pref, town } = c;
    await wholeWay(/差し戻されました/, '直したので、課長に確認を依頼する');
    await lookAt(pref, '上市町');
    await button(pref, '受理する');
    await pref.says('受理しました。');
    await next(town, /受理されました/);
  });

  // ── winter: the figures ──

  /** n, the half done and the done of one item, as the ministry's page shows them. */
  async function figures(code) {
    await menu(c.nation, '項目ごとの集計');
    const at = c.nation.page.getByRole('link', { name: code });
    const row = c.nation.page.getByRole('row').filter({ has: at });
    const cells = (await row.locator('td').allTextContents()).map(flat);
    return { done: cells[2], partial: cells[3], n: cells[6] };
  }

  step('the ministry sees the totals move by the one town, closes, and publishes', async () => {
    const { nation } = c, { page } = nation;
    assert.deepEqual(await figures('TEC-02'), { done: '1', partial: '0', n: '1' });
    await link(nation, '公表と訂正');
    await link(nation, '調査の開始と締切り');
    await button(nation, new RegExp(`^${TITLE}を ?締め切る`));
    await nation.says('調査を締め切りました。受付の再開もできます。');
    await next(c.second, /受付が終わりました。まだ提出していない/);
    await next(c.pref, /締め切られました。今、することはありません/);
    await next(nation, /締め切りました。.*公表/, '数値を公表する');
    await nation.look('editions: none');
    await button(nation, '公表する');
    await nation.look('edition: first');
    const row = page.getByRole('row').filter({ hasText: 'TEC-02' });
    assert.match(flat(await row.textContent()), /実施済み 1（100.0%）/);
    await next(nation, /公表しました/);
  });

  step('an error is found: reopened, sent back, corrected, accepted', async () => {
    const { nation, pref, town } = c;
    await menu(nation, '調査の開始');
    await button(nation, new RegExp(`^${TITLE}の ?受付を再開する`));
    await nation.says('調査の受付を再開しました。');
    await lookAt(pref, '上市町');
    await giveBack(pref, '訂正のため差し戻す', 'TEC-02の台数に誤り', '訂正のため差し戻しました。');
    await next(town, /差し戻されました.*TEC-02の台数に誤り/, '理由を見て直す');
    await link(town, '全ての項目と回答を見る');
    await answer(town, 'TEC-02', 'option', '未実施');
    await wholeWay(/差し戻されました/, '直したので、課長に確認を依頼する');
    await lookAt(pref, '上市町');
    await button(pref, '受理する');
    assert.deepEqual(await figures('TEC-02'), { done: '0', partial: '0', n: '1' });
  });

  step('the second edition marks the figure that was corrected, with the reason', async () => {
    const { nation } = c, { page } = nation;
    await menu(nation, '調査の開始');
    await button(nation, new RegExp(`^${TITLE}を ?締め切る`));
    await next(nation, /公表の後に/, '訂正して公表する');
    await type(nation, /^訂正の理由/, '上市町のTEC-02に誤りがあったため');
    await button(nation, '次の版を公表する');
    await nation.look('edition: second');
    assert.match(await main(nation), /訂正：1 項目の数値が変わりました/);
    assert.match(await main(nation), /上市町のTEC-02に誤りがあったため/);
    const rows = page.locator('tbody tr');
    const row = flat(await rows.filter({ hasText: 'TEC-02' }).textContent());
    assert.match(row, /【訂正】実施済み 0（0.0%）、一部実施 0、未実施 1/);
    assert.match(row, /前の版：実施済み 1（100.0%）/);
    assert.equal(await rows.filter({ hasText: '【訂正】' }).count(), 1);
    await link(nation, '公表と訂正');
    await link(nation, '第1版');
    assert.match(await main(nation), /この版は訂正されています/);
    assert.match(await main(nation), /実施済み 1（100.0%）/);
  });

  // ── what the town has of it ──

  step('the town reads who looked, finds the comparison withheld, and plans what is not done',
    async () => {
      const { town } = c, { page } = town;
      await menu(town, '閲覧記録');
      assert.match(await main(town), /富山県 ?町の備えの調査：回答/);
      await menu(town, '自団体の調査');
      await link(town, 'これまでの年度・ほかの団体と比べる');
      assert.match(await main(town), /5団体未満のため非公表/);
      await town.look('compare: withheld');
      await menu(town, '対策の計画');
      await button(town, /TEC-02を ?計画に入れる/);
      await link(town, 'TEC-02');
      await type(town, 'すること', '残りの半分を入れ替える');
      await type(town, '期限', `${YEAR + 1}-03-31`);
      await button(town, '保存する');
      await town.says('保存しました。');
    });

  step('nothing is wrong in the database, and the trail of who did what is whole', async () => {
    for (const p of [c.admin, c.nation, c.pref, c.town, c.second, c.kacho, c.ciso, c.deputy, c.section]) {
      await p.leave();
    }
    assert.equal(await c.server.stop(), 0);
    c.worker.kill('SIGTERM');
    assert.equal(await c.worker.end(), 0);
    c.worker = null;
    assert.match(yaguraOk('check', '--db', `sqlite:${c.file}`), /^0 problems$/m);
    yaguraOk('audit', 'verify', '--db', `sqlite:${c.file}`);
    assert.equal(sqlite(c.file, 'SELECT COUNT(*) FROM outbox WHERE state=4;'), '0\n', 'given up');
  });
});
