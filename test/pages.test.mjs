// SPDX-License-Identifier: Apache-2.0
// Every view, as different people meet it: on an old screen, on a phone, magnified, by keyboard, in
// forced colours, without scripts and on paper, looked through by axe. YAGURA_SHOTS=FOLDER keeps a
// picture of each.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { authenticator, darknetApply, darknetApprove, demo, launch, PASSWORD, PATIENCE, plantAlert, plantFact, program, reportIncident, root, sendAlert, serve, sqlite, token, yaguraOk } from './lib.mjs';
import { Person } from './e2e/person.mjs';

const LIMIT = { timeout: 600_000 }, WHOLE = { timeout: 1_800_000 };
const routes = JSON.parse(yaguraOk('routes', '--json'));

/** Not pages: answers to machines and files. */
const NO_PAGE = /\.(txt|pcap|pdf|xlsx)$|\/(episode|stix|openapi|reports?|incident-report-1)\.json$|\/csv(\/schema)?$|^\/healthz$|^\/export\/zip$|\/files\/\{(file|evidence)\}$|\/board\/events$|^\/darknet\/feed$/;

/** Each view, with who looks at it; the parts of its address are those of before(). */
const VIEWS = {
  '/help': ['', 'town'], '/help/{topic}': [''], '/accessibility': [''], '/privacy': ['', 'town'],
  '/sign-in': [''], '/sign-in/code': ['town'], '/sign-in/reset': [''], '/confirm': ['town'],
  '/account': ['town'], '/account/code': ['town'], '/account/passkey': ['town'], '/account/password': ['town'],
  '/addresses': ['system'], '/invite/{token}': [''], '/': ['town', 'pref', 'nation', 'system', 'ciso'],
  '/people': ['system'], '/people/{person}': ['system'], '/people/import': ['system'], '/people/{person}/leave': ['system'], '/roles': ['town'], '/deputies': ['ciso'],
  '/sections': ['town'], '/bodies': ['system', 'pref'], '/bodies/{body}': ['system', 'pref'],
  '/bodies/new': ['system'], '/bodies/merge': ['system'], '/bodies/{body}/scope': ['system'],
  '/bodies/{body}/members': ['system'], '/bodies/{body}/name': ['system'], '/bodies/attributes': ['system'],
  '/bodies/{body}/organs': ['system'], '/bodies/{body}/organs/{organ}': ['system'], '/seen': ['town'], '/export': ['town2'],
  '/contacts': ['town'], '/contacts/of': ['pref'], '/contacts/of/{body}': ['pref'],
  '/contacts/items/{contact}': ['town'], '/mail': ['system'], '/system': ['system'], '/surveys/new': ['nation'],
  '/board': ['pref', 'nation'], '/totals': ['nation'], '/surveys/{survey}/board': ['pref', 'nation'],
  '/surveys/{survey}/totals': ['nation'], '/surveys/{survey}/totals/{code}': ['nation'],
  '/surveys/drafts': ['nation'], '/surveys/drafts/{draft}': ['nation'], '/surveys/drafts/{draft}/head': ['nation'],
  '/surveys/drafts/{draft}/target': ['nation'], '/surveys/drafts/{draft}/pick': ['nation'],
  '/surveys/drafts/{draft}/new': ['nation'], '/surveys/drafts/{draft}/items/{code}': ['nation'],
  '/surveys/drafts/{draft}/publish': ['nation'], '/surveys/{survey}/dates': ['nation'],
  '/surveys/{survey}/submit': ['town', 'ciso'], '/surveys/{survey}/assign': ['town'],
  '/surveys/{survey}/editions': ['nation'], '/surveys/{survey}/editions/{edition}': ['nation'],
  '/surveys': ['town'], '/surveys/{survey}': ['town'], '/surveys/{survey}/items/{code}': ['town', 'ciso'],
  '/surveys/{survey}/compare': ['town'], '/surveys/{survey}/compare/{code}': ['town'],
  '/surveys/{survey}/board/{body}': ['pref', 'nation'], '/surveys/{survey}/files': ['town'],
  '/surveys/{survey}/board/{body}/files': ['pref'], '/plan': ['town'], '/plan/{code}': ['town'],
  '/policy': ['town'], '/policies': ['nation'],
  '/products': ['town'], '/alerts': ['town', 'nation'], '/alerts/{notice}': ['town', 'nation'], '/alerts/office': ['nation'],
  '/alerts/office/{notice}': ['nation'], '/alerts/office/{notice}/check': ['nation'], '/alerts/office/{notice}/receipts': ['nation'],
  '/alerts/office/{notice}/phones': ['nation'],
  '/incidents': ['town'], '/incidents/{incident}': ['town'], '/incidents/{incident}/facts/{part}': ['town'],
  '/incidents/{incident}/summary': ['town'], '/incidents/{incident}/letters': ['town'],
  '/incidents/{incident}/checks': ['town'], '/incidents/{incident}/drill': ['town'], '/incidents/{incident}/files': ['town'], '/incidents/{incident}/report': ['town'], '/incidents/{incident}/sent/{delivery}': ['town'],
  '/envelope/{token}': [''], '/incidents/board': ['nation'], '/incidents/duty': ['pref'], '/incidents/keep': ['ciso', 'pref'], '/incidents/rules': ['town'], '/incidents/packs': ['nation'], '/incidents/packs/{pack}': ['nation'], '/incidents/offices': ['nation'], '/incidents/received': ['pref'], '/incidents/received/{delivery}': ['pref'],
  '/darknet': ['town'], '/darknet/applications/{application}': ['town'], '/darknet/contacts': ['town'],
  '/darknet/contacts/{recipient}': ['town'], '/darknet/internal': ['town'], '/darknet/desk': ['nation'],
  '/darknet/desk/{application}': ['nation'], '/darknet/prefixes': ['nation'], '/darknet/dark': ['nation'],
  '/darknet/use': ['pref', 'nation'], '/darknet/alerts': ['town', 'nation'], '/darknet/alerts/{alert}': ['town'],
  '/darknet/board': ['town', 'nation'], '/darknet/trends': ['town'],
};

/** A person at 1366 × 768 whose pages are judged by what a machine can see of them. */
const DESK = { width: 1366, height: 768 }, PHONE = { width: 360, height: 740 }, ZOOMED = { width: 683, height: 384 };
const TABS = 2000; // more stops than any page has

/** Templates of whole pages; parts have no title (core/view.h), and health is for machines only. */
const templates = fs.readdirSync(path.join(root, 'src'), { recursive: true })
  .filter((f) => f.endsWith('.ht') && /^\{\{title\}\}/m.test(fs.readFileSync(path.join(root, 'src', f), 'utf8')))
  .map((f) => path.basename(f, '.ht')).filter((name) => name !== 'health').sort();

/** Sends the form as it stands, past its script and the browser's own checks. */
const send = (page, form) => Promise.all([page.waitForEvent('load'),
  page.evaluate((which) => HTMLFormElement.prototype.submit.call(document.querySelector(which)), form)]);

/** Opens an item, types, and is signed out before it is sent; then somebody signs in. */
async function interrupted(p, c, login) {
  const { page } = p;
  await p.open(`/surveys/${c.parts.survey}/items/EVA-S2`);
  sqlite(c.file, 'UPDATE session SET expires_at=1;');
  await page.evaluate(() => { document.querySelector('#value').value = '途中の回答'; });
  await send(page, 'form[data-autosave]');
  await page.getByLabel('ログイン名').fill(login);
  await page.getByLabel('パスワード').fill(PASSWORD);
  await page.getByRole('button', { name: 'サインイン', exact: true }).click();
}

/** What no address shows by itself: the view, its status, who meets it, and how it comes about. */
const STATES = [
  ['error', 404, '', (p) => p.open('/invite/nobody')],
  ['error', 404, 'town', (p) => p.open('/surveys/1/items/NONE')],
  ['error', 403, 'town', (p) => p.open('/people')],
  ['resume', 200, 'town', (p, c) => interrupted(p, c, 'town')],
  ['resume', 200, 'town2', (p, c) => interrupted(p, c, 'town')],
  ['conflict', 409, 'town', async (p, c) => {
    const at = `/surveys/${c.parts.survey}/items/EVA-S2`;
    await p.open(at);
    await c.as('town2').post(at, { value: '先の回答', seen: (await c.as('town2').get(at)).json.seen });
    await p.page.evaluate(() => { document.querySelector('#value').value = '後の回答'; });
    await send(p.page, 'form[data-autosave]');
  }],
  ['incident_envelope', 200, '', async (p, c) => { // opened; the word may be wrong first
    await p.open(`/envelope/${c.envelope}`);
    await p.page.fill('#word', c.word);
    await send(p.page, 'main form');
  }],
  ['incident_word', 200, 'town', async (p, c) => {
    await p.open(c.hand);
    await p.page.fill('#address', 'desk@example.jp');
    await send(p.page, 'form[action$="/envelope"]');
  }],
  ['plan_conflict', 409, 'town', async (p, c) => {
    await p.open('/plan/ORG-01');
    const { version } = (await c.as('town2').get('/plan/ORG-01')).json;
    await c.as('town2').post('/plan/ORG-01', { text: '先の計画', state: 'planned', seen: version });
    await send(p.page, 'main form[action="/plan/ORG-01"]');
  }],
  ['draft_conflict', 409, 'nation', async (p, c) => {
    const at = `/surveys/drafts/${c.parts.draft}/items/ORG-01`;
    await p.open(at);
    await c.as('nation').post(`/surveys/drafts/${c.parts.draft}/items/ORG-02/move`, { to: 'down' });
    await p.page.evaluate(() => { document.querySelector('#essential').checked = false; });
    await send(p.page, `main form[action="${at}"]`);
  }],
  ['item', 422, 'town', async (p, c) => {
    await p.open(`/surveys/${c.parts.survey}/items/ORG-S1`);
    await p.page.evaluate(() => { document.querySelector('#value').value = '多数'; });
    await send(p.page, 'form[data-autosave]');
  }],
  ['item', 422, 'town', async (p, c) => {
    await p.open(`/surveys/${c.parts.survey}/items/ORG-01`);
    await send(p.page, 'form[enctype]');
  }],
  ['contacts', 422, 'town', async (p) => {
    await p.open('/contacts');
    await send(p.page, 'main form[action="/contacts"]');
  }],
  ['darknet_home', 200, 'pref', (p) => p.open('/darknet')],
  ['darknet_application', 422, 'pref', async (p) => {
    await p.open('/darknet');
    await p.page.getByRole('button', { name: '申込みを始める' }).click();
    await p.page.fill('#ranges', '198.18.1.7/24\n10.0.0.0/8\nx');
    await send(p.page, '#form form');
  }],
  ['darknet_contacts', 422, 'pref', async (p) => {
    await p.open('/darknet/contacts');
    await send(p.page, '#form form');
  }],
  ['darknet_dark', 422, 'town', async (p) => {
    await p.open('/darknet/internal');
    await p.page.fill('#ranges', '10.0.0.1/8');
    await send(p.page, '#form form');
  }],
  ['darknet_dark', 422, 'nation', async (p) => {
    await p.open('/darknet/dark');
    await p.page.fill('#ranges', '10.0.0.0/8');
    await send(p.page, '#form form');
  }],
  ['darknet_alert', 422, 'town', async (p, c) => {
    await p.open(`/darknet/alerts/${c.parts.alert}`);
    await send(p.page, 'form[action$="/cause"]');
  }],
  ['darknet_case', 200, 'nation', (p, c) => p.open(`/darknet/desk/${c.parts.overlapping}`)],
  ['darknet_case', 422, 'nation', async (p, c) => {
    await p.open(`/darknet/desk/${c.parts.overlapping}`);
    await send(p.page, 'form[action$="/steps/return"]');
  }],
  ['asked', 422, 'system', async (p) => {
    await p.open('/bodies/new');
    await send(p.page, 'main form[method="post"]');
  }],
  ['people', 422, 'system', async (p) => {
    await p.open('/people');
    await send(p.page, 'main form[method="post"][action="/people"]');
  }],
  ['import', 422, 'system', async (p) => {
    await p.open('/people/import');
    await p.page.fill('#rows', 'ログイン名,名前,役割\nneu9@example.jp,新任 九郎,町長');
    await send(p.page, 'form[enctype]');
  }],
  ['import', 200, 'system', async (p) => {
    await p.open('/people/import');
    await p.page.fill('#rows', 'ログイン名,名前,役割,団体コード\nneu9@example.jp,新任 九郎,担当者,483028');
    await send(p.page, 'form[enctype]');
  }],
  ['invited', 200, 'system', async (p) => {
    await p.open('/people');
    await p.page.evaluate(() => {
      const form = document.querySelector('main form[method="post"][action="/people"]');
      form.elements.login.value = 'neu2@example.jp';
      form.elements.name.value = '新任 三郎';
      form.elements.code6.value = '483028';
    });
    await send(p.page, 'main form[method="post"][action="/people"]');
  }],
  ...['first', 'section', 'approve', 'admin', 'pref', 'nation', 'system', 'trouble'].map((topic) => [
    `guide_${topic}`, 200, '', (p) => p.open(`/help/${topic}`)]),
  // The last two: from here on this person has a second factor.
  ['codes', 200, 'town', async (p) => {
    await p.open('/account/code');
    const app = authenticator(await p.page.locator('dl.facts code').textContent());
    await p.page.getByLabel(/^確認コード/).fill(await app());
    await p.page.getByRole('button', { name: '登録する' }).click();
  }],
  ['code', 200, 'town', (p) => p.open('/sign-in/code')],
];

/** Names without which a control is mute; headings that leave a level out. From the tree that
 *  screen readers get. */
async function tree(page) {
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  await cdp.detach();
  const seen = nodes.filter((n) => !n.ignored);
  const controls = new Set(['button', 'link', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio',
    'spinbutton', 'DisclosureTriangle', 'progressbar']);
  const mute = seen.filter((n) => controls.has(n.role?.value) && !n.name?.value?.trim())
    .map((n) => n.role.value);
  const levels = seen.filter((n) => n.role?.value === 'heading').map((n) => [n.name?.value,
    n.properties.find((p) => p.name === 'level')?.value.value]);
  return { mute, levels };
}

/** Wide things may scroll in a box of their own; the page itself stays as wide as the screen. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth -
  document.documentElement.clientWidth);

/** Looks at what has the focus each time a key goes down, so after it was scrolled into view: does
 *  one see the focus (before, it looked otherwise), and is it on the screen. */
const watchFocus = (page) => page.evaluate(() => {
  const look = (el) => {
    const s = getComputedStyle(el);
    return `${s.outlineStyle === 'none' ? '' : `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}`}|${s.boxShadow}|${s.backgroundColor}`;
  };
  document.activeElement?.blur();
  scrollTo(0, 0);
  const plain = new Map([...document.querySelectorAll('*')].map((el) => [el, look(el)]));
  const stops = globalThis.yaguraStops = new Map();
  document.addEventListener('keydown', () => {
    const el = document.activeElement, shown = el.getBoundingClientRect();
    if (el === document.body || stops.has(el)) return;
    stops.set(el, { marked: look(el) !== plain.get(el),
      inView: shown.bottom > 0 && shown.top < innerHeight && shown.right > 0 && shown.left < innerWidth &&
        shown.width > 0 && shown.height > 0,
      what: `${el.tagName} ${el.className} ${el.textContent.trim().slice(0, 30)}` });
  }, true);
});
const stopsSeen = (page) => page.evaluate(() => [...globalThis.yaguraStops.values()]);

/** How many stops a page has: what is shown and takes the focus; of a group of radio buttons, one. */
const reachable = (page) => page.evaluate(() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((el) => !el.disabled && el.type !== 'hidden' && el.checkVisibility({ visibilityProperty: true }));
  const groups = new Set(all.filter((el) => el.type === 'radio').map((el) => `${el.form?.action} ${el.name}`));
  return all.filter((el) => el.type !== 'radio').length + groups.size;
});

describe('every view', WHOLE, () => {
  const c = { viewed: new Set(['sign-in']), shown: new Set() };
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const as = c.as = (login) => program(c.server.url, token(c.file, login));
    const town = as('town'), nation = as('nation'), system = as('system');
    const survey = (await town.get('/')).json.own[0].id;
    const draft = (await nation.post('/surveys/drafts', { title: '下書き', from: 'catalog' })).json.id;
    await town.post('/contacts', { kind: 'night', name: '宿直室', phone: '026-200-0000' });
    const contact = (await town.get('/contacts')).json.rows.at(-1).contact;
    await town.post('/sections', { name: '情報課' });
    await town.post('/plan/ORG-01', { text: '規程を作る', state: 'planned', seen: 0 });
    const id = sqlite(c.file, "SELECT id FROM person WHERE login='town2'").trim();
    const { json: invited } = await system.post('/people', { login: 'neu@example.jp', name: '新任 次郎',
      code6: '483028', role: 'staff' });
    const board = (await as('pref').get(`/surveys/${survey}/board`)).json;
    const submitted = board.rows.find((r) => r.state_key === 'submitted' && r.pref).body;
    // A union of bodies, whose members and scope are kept by hand; an organ; a published edition.
    const made = await system.post('/bodies/new', { name: '水道企業団', kana: 'すいどう', kind: 'utility',
      pref: '480002', code6: '', lgwan: 'yes', decision: 'in', reason: '接続', day: '2020-04-01' });
    assert.equal(made.status, 200, made.text);
    c.union = Number(sqlite(c.file, "SELECT id FROM body WHERE name='水道企業団'").trim());
    sqlite(c.file, "INSERT INTO person_role SELECT id, 4, 0 FROM person WHERE login='town2'"); // 団体管理者
    sqlite(c.file, `INSERT INTO organ VALUES (483010, 1, 1, '議会', 1, '方針を定めた', '', '議長', 20000, 0, 0);`);
    const past = sqlite(c.file, `SELECT id FROM survey WHERE id<>${survey} ORDER BY fiscal_year DESC LIMIT 1`).trim();
    const edition = await nation.post(`/surveys/${past}/editions`, {});
    assert.equal(edition.status, 200, edition.text);
    const editions = [past, sqlite(c.file, `SELECT number FROM edition WHERE survey=${past}`).trim()];
    const application = await darknetApply(town, '198.18.1.0/24\n2001:db8:1::/48');
    await darknetApprove(nation, application);
    const overlapping = await darknetApply(as('u483028'), '198.18.1.128/25', { proof: '', role: 'egress', sharers: '483010 483036' });
    const recipient = (await town.get('/darknet/contacts')).json.rows[0].recipient;
    await town.post('/darknet/internal', { ranges: '10.20.0.0/16', note: '使っていない階' });
    await nation.post('/darknet/dark', { ranges: '198.19.0.0/16', note: '観測網' });
    const alert = plantAlert(c.file, 483010);
    plantFact(c.file);
    const notice = await sendAlert(nation, '483010 483028', { due: '2040-12-03' });
    c.alertDraft = (await nation.post('/alerts/office')).json.notice;
    c.parts = { pack: 0, notice, part: 'first', ...await reportIncident(town), alert, application, overlapping, recipient, topic: 'staff', survey, draft, contact, person: id, code: 'ORG-01', organ: 1, body: 483010, submitted, editions,
      token: /invite\/([\w-]+)/.exec(JSON.stringify(invited))[1] };
    c.drill = (await town.post('/incidents', { drill: '1' })).json.incident;
    const at = `/incidents/${c.parts.incident}`, { seen } = (await town.get(`${at}/report`)).json;
    await town.post(`${at}/report`, { seen, rules: 'jp.ppc-68' });
    const { handed } = (await town.get(at)).json;
    c.hand = `${at}/sent/${handed.at(-1).delivery}`;
    const { link, word } = (await town.post(`${c.hand}/envelope`, { address: 'desk@example.jp' })).json;
    c.word = word;
    c.envelope = link.split('/').pop();
    await town.upload(`${at}/files`, ['note', '端末'], ['file', '脅迫文', '脅迫文.txt']);
    c.browser = await launch();
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  function address(path) {
    const p = { ...c.parts };
    if (/office\/\{notice\}(\/check)?$/.test(path)) p.notice = c.alertDraft;
    if (/members$|scope$/.test(path)) p.body = c.union;
    if (/board\/\{body\}/.test(path)) p.body = p.submitted;
    if (path.endsWith('/drill')) p.incident = c.drill;
    if (path.startsWith('/envelope')) p.token = c.envelope;
    if (path.includes('{edition}')) [p.survey, p.edition] = p.editions;
    return path.replace(/\{(\w+)\}/g, (_, name) => p[name]);
  }

  test('is in the table', () => {
    assert.deepEqual(Object.keys(VIEWS).sort(), routes.filter((r) => r.method === 'GET' &&
      !NO_PAGE.test(r.path)).map((r) => r.path).sort());
  });

  const all = Object.entries(VIEWS).flatMap(([path, logins]) => logins.map((login) => [path, login]));
  const logins = [...new Set(all.map(([, login]) => login))];

  for (const login of logins) {
    const mine = all.filter(([, who]) => who === login);

    test(`${login || 'nobody'}: width, headings, names, keyboard, magnified, colours, paper, axe`, LIMIT, async () => {
      const p = await Person.at(c.browser, c.server.url, { viewed: c.viewed }), { page } = p, wrong = [];
      if (login) await p.signIn(login);
      for (const [path] of mine) {
        const say = (what) => wrong.push(`${path}: ${what}`);
        await page.setViewportSize(DESK);
        const reply = await page.goto(c.server.url + address(path));
        if (reply.status() !== 200) {
          say(`status ${reply.status()}`);
          continue;
        }
        await judge(p, `${login || 'nobody'} ${path}`, say);
      }
      assert.deepEqual(wrong, []);
      await p.leave();
    });

    test(`${login || 'nobody'}: without scripts the same controls`, LIMIT, async () => {
      const p = await Person.at(c.browser, c.server.url, { js: false, viewed: c.viewed }), { page } = p, wrong = [];
      if (login) await p.signIn(login);
      for (const [path] of mine) {
        await page.goto(c.server.url + address(path));
        if (await page.locator('h1').count() !== 1) wrong.push(`${path}: h1`);
        const dead = await page.locator('main button:not([type="submit"]):visible').count();
        if (dead) wrong.push(`${path}: ${dead} buttons that do nothing without scripts`);
      }
      assert.deepEqual(wrong, []);
      await p.leave();
    });
  }

  for (const [i, [view, status, login, happen]] of STATES.entries()) {
    test(`${login || 'nobody'} meets ${view} ${status} (${i})`, LIMIT, async () => {
      const p = await Person.at(c.browser, c.server.url, { viewed: c.viewed }), wrong = [];
      if (login) await p.signIn(login);
      let last = 0;
      p.page.on('response', (r) => { if (r.request().isNavigationRequest()) last = r.status(); });
      await happen(p, c);
      await p.page.waitForLoadState('load');
      assert.equal(await p.page.locator('main').getAttribute('data-view'), view);
      assert.equal(last, status);
      await judge(p, `${login || 'nobody'} ${view} ${status}`, (what) => wrong.push(what));
      assert.deepEqual(wrong, []);
      await p.leave();
    });
  }

  test('no template of a page went unseen', () => {
    assert.deepEqual(templates.filter((name) => !c.shown.has(name)), []);
    assert.deepEqual([...c.shown].filter((name) => !templates.includes(name)), []);
  });

  /** Things of one line stand in one line. */
  const rows = (page, what) => page.evaluate((each) => new Set([...document.querySelectorAll(each)]
    .map((el) => Math.round(el.getBoundingClientRect().top))).size, what);

  async function picture(page, name, size) {
    if (!process.env.YAGURA_SHOTS) return;
    const file = `${name.replace(/[^\w]+/g, '_')}-${size}.png`;
    await page.screenshot({ path: path.join(process.env.YAGURA_SHOTS, file), fullPage: true, timeout: PATIENCE });
  }

  async function judge(p, name, say) {
    const { page } = p;
    c.shown.add(await page.locator('main').getAttribute('data-view'));
    for (const [size, box] of Object.entries({ DESK, PHONE, ZOOMED })) {
      await page.setViewportSize(box);
      const wide = await overflow(page);
      if (wide > 0) say(`${wide} pixels too wide: ${size}`);
      if (box === ZOOMED) continue;
      for (const found of await p.violations(size)) say(found);
      await picture(page, name, size);
    }
    await page.setViewportSize(DESK);
    const { mute, levels } = await tree(page);
    if (mute.length) say(`without a name: ${mute}`);
    if (levels.filter(([, level]) => level === 1).length !== 1) say(`first headings: ${JSON.stringify(levels)}`);
    levels.reduce((was, [text, level]) => {
      if (level > was + 1) say(`heading ${level} after ${was}: ${text}`);
      return level;
    }, 0);
    if (await rows(page, '.site-nav li') > 1) say('the menu takes more than one line');
    await keyboard(page, say);
    await page.emulateMedia({ forcedColors: 'active' });
    await watchFocus(page);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    for (const at of await stopsSeen(page)) if (!at.marked) say(`forced colours: focus not to be seen: ${at.what}`);
    const shot = await page.screenshot();
    if (new Set(shot).size < 50 || shot.length < 4000) say('forced colours: blank');
    await page.emulateMedia({ forcedColors: 'none', media: 'print' });
    const buttons = await page.locator('button:visible').count();
    if (buttons) say(`${buttons} buttons on paper`);
    await page.emulateMedia({ media: null });
  }

  /** Tab by tab to the end of the page: each stop shows itself, and none is left out. */
  async function keyboard(page, say) {
    const all = await reachable(page);
    assert.ok(all <= TABS, `${all} stops`);
    await watchFocus(page);
    for (let i = 0; i <= all; i++) await page.keyboard.press('Tab');
    const stops = await stopsSeen(page);
    for (const at of stops) {
      if (!at.marked) say(`focus not to be seen: ${at.what}`);
      if (!at.inView) say(`focus out of view: ${at.what}`);
    }
    if (stops.length !== all) say(`${stops.length} stops of the keyboard, not ${all}`);
  }
});
