// SPDX-License-Identifier: Apache-2.0
// A person at a browser: opens pages, and looks at each one the way a careful tester would.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { PASSWORD, PATIENCE, authenticator, tempFolder } from '../lib.mjs';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const BAND = /^架空データ：.*試用版です。$/;

/** A page that was refused on purpose is no error of the page; nor what its script asks for when
 * the session has ended. */
function isExpected(message, page) {
  const { url } = message.location(), [here] = page.url().split(/[?#]/);
  return (/status of (401|403|404|409|422)/.test(message.text()) && (url === page.url() || url === here)) ||
    (/status of 40[13]/.test(message.text()) && url === `${here}/presence`);
}

export class Person {
  /** A browser of their own. demo: every page must say that the data is fictitious. */
  static async at(browser, url, { js = true, demo = true, viewed = new Set() } = {}) {
    const p = new Person();
    Object.assign(p, { url, js, demo, viewed, errors: [] });
    p.context = await browser.newContext({ javaScriptEnabled: js, locale: 'ja-JP', reducedMotion: 'reduce',
      viewport: { width: 1280, height: 900 } });
    p.context.setDefaultTimeout(PATIENCE / 4);
    p.page = await p.context.newPage();
    p.page.on('pageerror', (e) => p.errors.push(String(e)));
    p.page.on('console', (m) => {
      if (['error', 'warning'].includes(m.type()) && !isExpected(m, p.page)) {
        p.errors.push(`${m.text()} (${m.location().url})`);
      }
    });
    p.page.on('requestfailed', (r) => { // cut off by going to the next page is no failure
      const why = r.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') p.errors.push(`${r.url()}: ${why}`);
    });
    p.page.on('request', (r) => {
      if (!r.url().startsWith(url)) p.errors.push(`asked elsewhere: ${r.url()}`);
    });
    return p;
  }

  async leave() {
    await this.context.close();
    assert.deepEqual(this.errors, []);
  }

  async open(where) {
    await this.page.goto(this.url + where);
    return this;
  }

  /** What holds on every page; and once for each kind of page, what takes longer. */
  async look(view) {
    const { page } = this;
    assert.deepEqual(this.errors, [], view);
    const band = page.getByRole('note').filter({ hasText: '架空データ' });
    if (this.demo) {
      assert.match(await band.textContent(), BAND, view);
      assert.ok(await band.isVisible(), view);
      assert.match(await page.title(), /【架空データ】/, view);
    } else {
      assert.equal(await band.count(), 0, view);
      assert.doesNotMatch(await page.title(), /架空/, view);
    }
    assert.equal(await page.locator('h1').count(), 1, `${view}: one first heading`);
    if (this.viewed.has(view)) return;
    this.viewed.add(view);
    await this.#fitsAPhone(view);
    if (this.js) assert.deepEqual(await this.violations(view), []);
  }

  async #fitsAPhone(view) {
    const { page } = this;
    await page.setViewportSize({ width: 360, height: 740 });
    const [body, html] = await page.evaluate(() => [document.body.scrollWidth,
      document.documentElement.scrollWidth]);
    assert.ok(body <= 360 && html <= 360, `${view} at 360 pixels: ${body}, ${html}`);
    if (this.demo) assert.ok(await page.getByRole('note').first().isVisible(), view);
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  /** What axe finds: "view: rule: where: why". */
  async violations(view) {
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate((rules) => globalThis.axe.run(document,
      { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] }), RULES);
    assert.ok(found.passes.length > 5, `${view}: axe has looked`);
    return found.violations.flatMap((v) => v.nodes.map(
      (n) => `${view}: ${v.id}: ${n.target}: ${n.failureSummary.replace(/\s+/g, ' ')}`));
  }

  async signIn(login, password = PASSWORD) {
    await this.open('/');
    await this.look('sign-in');
    await this.page.getByLabel('ログイン名').fill(login);
    await this.page.getByLabel('パスワード').fill(password);
    await this.page.getByRole('button', { name: 'サインイン', exact: true }).click();
    return this;
  }

  /** Sets up an authenticator app on the page that asks for it; keeps the recovery codes. */
  async enrol() {
    const { page } = this;
    assert.equal(new URL(page.url()).pathname, '/account/code');
    await this.look('totp');
    this.app = authenticator(await page.locator('dl.facts code').textContent());
    await page.getByLabel(/^確認コード/).fill(await this.app());
    await page.getByRole('button', { name: '登録する' }).click();
    await this.look('codes');
    this.codes = await page.locator('.codes code').allTextContents();
    assert.equal(this.codes.length, 10);
    await page.getByRole('link', { name: '保管した。続ける' }).click();
    return this;
  }

  /** The second step of signing in. */
  async second(code) {
    assert.equal(new URL(this.page.url()).pathname, '/sign-in/code');
    await this.page.getByLabel(/^確認コード/).fill(code ?? await this.app());
    await this.page.getByRole('button', { name: '確認する' }).click();
    return this;
  }

  /** Whoever must have two factors sets them up. */
  async enrolIfAsked() {
    return new URL(this.page.url()).pathname === '/account/code' ? this.enrol() : this;
  }

  async signOut() {
    await this.page.getByRole('button', { name: 'サインアウト', exact: true }).click();
    assert.equal(new URL(this.page.url()).pathname, '/sign-in');
    await this.says('サインアウトしました。');
  }

  /** The line that says what has just happened. */
  async says(text) {
    assert.equal((await this.page.getByRole('status').first().textContent()).trim(), text);
  }

  async nextStep() {
    return (await this.page.locator('.next-step').textContent()).replace(/\s+/g, ' ').trim();
  }

  /** Fills the field of the item that is open, according to what it is. */
  async answer(type, value) {
    const { page } = this;
    if (type === 'option') await page.getByLabel(value, { exact: true }).check();
    else if (type === 'multi') {
      for (const box of await page.getByRole('checkbox').all()) await box.uncheck();
      for (const one of value) await page.getByLabel(one, { exact: true }).check();
    } else if (type === 'date') {
      for (const [i, name] of ['年', '月', '日'].entries()) {
        await page.getByLabel(name, { exact: true }).fill(value[i]);
      }
    } else await page.locator('#value').fill(value);
    await page.getByRole('button', { name: '保存する' }).click();
  }

  /** The text of the page as it is printed; without pdftotext, what print leaves visible. */
  async printed() {
    const file = path.join(tempFolder(), 'page.pdf');
    await this.page.pdf({ path: file, format: 'A4' });
    const r = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', timeout: PATIENCE });
    if (!r.error) return r.stdout;
    assert.equal(r.error.code, 'ENOENT');
    await this.page.emulateMedia({ media: 'print' });
    const text = await this.page.innerText('body');
    await this.page.emulateMedia({ media: null });
    return text;
  }
}

/** Tests that stand on one another: after one has failed, the others fail at once. */
export function steps(test, options) {
  let broken = '';
  return (name, fn) => test(name, options, async (...args) => {
    if (broken) throw new Error(`not reached: ${broken} failed`);
    try {
      await fn(...args);
    } catch (e) {
      broken = name;
      throw e;
    }
  });
}

/** "1,234" and the like, from the first group of a pattern in a text. */
export function numberIn(text, pattern) {
  const found = pattern.exec(text);
  assert.ok(found, `${pattern} in: ${text.slice(0, 300)}`);
  return Number(found[1].replaceAll(',', ''));
}
