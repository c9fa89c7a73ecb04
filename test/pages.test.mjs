// SPDX-License-Identifier: Apache-2.0
// Every view, as different people meet it: on an old screen, on a phone, magnified, by keyboard, in
// forced colours, without scripts and on paper.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { demo, launch, program, serve, sqlite, token, yaguraOk } from './lib.mjs';
import { Person } from './e2e/person.mjs';

const LIMIT = { timeout: 240_000 };
const routes = JSON.parse(yaguraOk('routes', '--json'));

/** Not pages: answers to machines and files. */
const NO_PAGE = /\/csv(\/schema)?$|^\/healthz$|\/files\/\{file\}$|^\/openapi\.json$/;

/** Each view, with who looks at it; the parts of its address are those of before(). */
const VIEWS = {
  '/help': ['', 'town'], '/help/{topic}': [''], '/accessibility': [''], '/sign-in': [''], '/invite/{token}': [''], '/': ['town', 'pref', 'nation', 'system', 'ciso'],
  '/people': ['system'], '/people/{person}': ['system'], '/roles': ['town'], '/deputies': ['ciso'],
  '/sections': ['town'], '/bodies': ['system', 'pref'], '/bodies/{body}': ['system', 'pref'],
  '/bodies/new': ['system'], '/bodies/merge': ['system'], '/bodies/{body}/scope': ['system'],
  '/bodies/{body}/members': ['system'], '/bodies/{body}/name': ['system'], '/bodies/attributes': ['system'],
  '/bodies/{body}/organs': ['system'], '/bodies/{body}/organs/{organ}': ['system'], '/seen': ['town'],
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
};

/** A person at 1366 × 768 whose pages are judged by what a machine can see of them. */
const DESK = { width: 1366, height: 768 }, PHONE = { width: 360, height: 740 }, ZOOMED = { width: 683, height: 384 };
const TABS = 40; // stops of the keyboard looked at on one page, at most

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

/** Where the focus is, whether one sees that, and whether it is in view. */
const focused = (page) => page.evaluate(() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const shown = el.getBoundingClientRect();
  const look = (of) => {
    const s = getComputedStyle(of);
    return `${s.outlineStyle === 'none' ? '' : `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}`}|${s.boxShadow}|${s.backgroundColor}`;
  };
  const with_ = look(el);
  el.blur();
  const without = look(el);
  el.focus({ preventScroll: true });
  globalThis.yaguraStops ??= new WeakMap();
  globalThis.yaguraNext ??= 0;
  if (!globalThis.yaguraStops.has(el)) globalThis.yaguraStops.set(el, globalThis.yaguraNext++);
  return { id: globalThis.yaguraStops.get(el), marked: with_ !== without,
    inView: shown.bottom > 0 && shown.top < innerHeight && shown.right > 0 && shown.left < innerWidth &&
      shown.width > 0 && shown.height > 0,
    what: `${el.tagName} ${el.className} ${el.textContent.trim().slice(0, 30)}` };
});

describe('every view', LIMIT, () => {
  const c = {};
  before(async () => {
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const as = (login) => program(c.server.url, token(c.file, login));
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
    sqlite(c.file, `INSERT INTO organ VALUES (483010, 1, 1, '議会', 1, '方針を定めた', '', '議長', 20000, 0, 0);`);
    const past = sqlite(c.file, `SELECT id FROM survey WHERE id<>${survey} ORDER BY fiscal_year DESC LIMIT 1`).trim();
    const edition = await nation.post(`/surveys/${past}/editions`, {});
    assert.equal(edition.status, 200, edition.text);
    const editions = [past, sqlite(c.file, `SELECT number FROM edition WHERE survey=${past}`).trim()];
    c.parts = { topic: 'staff', survey, draft, contact, person: id, code: 'ORG-01', organ: 1, body: 483010, submitted, editions,
      token: /invite\/([\w-]+)/.exec(JSON.stringify(invited))[1] };
    c.browser = await launch();
  }, LIMIT);
  after(async () => {
    await c.browser?.close();
    await c.server?.stop();
  });

  function address(path) {
    const p = { ...c.parts };
    if (/members$|scope$/.test(path)) p.body = c.union;
    if (/board\/\{body\}/.test(path)) p.body = p.submitted;
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

    test(`${login || 'nobody'}: width, headings, names, keyboard, magnified, colours, paper`, LIMIT, async () => {
      const p = await Person.at(c.browser, c.server.url), { page } = p, wrong = [];
      if (login) await p.signIn(login);
      for (const [path] of mine) {
        const say = (what) => wrong.push(`${path}: ${what}`);
        await page.setViewportSize(DESK);
        const reply = await page.goto(c.server.url + address(path));
        if (reply.status() !== 200) {
          say(`status ${reply.status()}`);
          continue;
        }
        await judge(page, say);
      }
      assert.deepEqual(wrong, []);
      await p.leave();
    });

    test(`${login || 'nobody'}: without scripts the same controls`, LIMIT, async () => {
      const p = await Person.at(c.browser, c.server.url, { js: false }), { page } = p, wrong = [];
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

  async function judge(page, say) {
    for (const [name, size] of Object.entries({ DESK, PHONE, ZOOMED })) {
      await page.setViewportSize(size);
      const wide = await overflow(page);
      if (wide > 0) say(`${wide} pixels too wide: ${name}`);
    }
    await page.setViewportSize(DESK);
    const { mute, levels } = await tree(page);
    if (mute.length) say(`without a name: ${mute}`);
    if (levels.filter(([, level]) => level === 1).length !== 1) say(`first headings: ${JSON.stringify(levels)}`);
    levels.reduce((was, [text, level]) => {
      if (level > was + 1) say(`heading ${level} after ${was}: ${text}`);
      return level;
    }, 0);
    await keyboard(page, say);
    await page.emulateMedia({ forcedColors: 'active' });
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at && !at.marked) say(`forced colours: focus not to be seen: ${at.what}`);
    const shot = await page.screenshot();
    if (new Set(shot).size < 50 || shot.length < 4000) say('forced colours: blank');
    await page.emulateMedia({ forcedColors: 'none', media: 'print' });
    const buttons = await page.locator('button:visible').count();
    if (buttons) say(`${buttons} buttons on paper`);
    await page.emulateMedia({ media: null });
  }

  /** Tab by tab: each stop shows itself, and the way leads on. */
  async function keyboard(page, say) {
    const stops = new Set();
    for (let i = 0; i < TABS; i++) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (!at) return; // round once
      if (!at.marked) say(`focus not to be seen: ${at.what}`);
      if (!at.inView) say(`focus out of view: ${at.what}`);
      if (stops.has(at.id)) {
        if (stops.size < 3) say(`the focus is caught: ${at.what}`);
        return;
      }
      stops.add(at.id);
    }
  }
});
