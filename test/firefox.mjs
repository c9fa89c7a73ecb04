// SPDX-License-Identifier: Apache-2.0
// Debian's Firefox ESR, driven by WebDriver BiDi (W3C) over a WebSocket: as much of it as the tests
// need, and nothing downloaded.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import WebSocket from 'ws';

import { PATIENCE, tempFolder, within } from './lib.mjs';

/** Nothing asks the outside: no updates, no telemetry, no first pages. */
const PREFS = {
  'app.update.enabled': false, 'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore', 'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false, 'browser.search.update': false,
  'datareporting.policy.dataSubmissionEnabled': false, 'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:9/', 'toolkit.telemetry.reportingpolicy.firstRun': false,
  'intl.accept_languages': 'ja', 'remote.active-protocols': 1,
};

/** A browser with one page: open, text, fill, press, evaluate, close. */
export async function firefox() {
  const profile = path.join(tempFolder(), 'profile');
  fs.mkdirSync(profile);
  fs.writeFileSync(path.join(profile, 'user.js'), Object.entries(PREFS)
    .map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});\n`).join(''));
  const child = spawn('firefox-esr', ['--headless', '--no-remote', '--remote-debugging-port', '0',
    '--profile', profile], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } });
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  const address = await within(PATIENCE, 'firefox', new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.on('exit', () => reject(new Error(`firefox ended: ${said}`)));
  }));
  const socket = new WebSocket(`${address}/session`);
  await within(PATIENCE, 'socket', new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)));
  return new Page(child, socket).start();
}

class Page {
  constructor(child, socket) {
    Object.assign(this, { child, socket, next: 1, waiting: new Map(), errors: [] });
    socket.on('message', (text) => this.#hear(JSON.parse(text)));
  }

  #hear(m) {
    if (m.method === 'log.entryAdded' && m.params.level === 'error') this.errors.push(m.params.text);
    const wait = this.waiting.get(m.id);
    if (!wait) return;
    this.waiting.delete(m.id);
    if (m.type === 'success') wait.resolve(m.result);
    else wait.reject(new Error(`${wait.method}: ${m.error}: ${m.message}`));
  }

  send(method, params = {}) {
    const id = this.next++;
    return within(PATIENCE, method, new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, method });
      this.socket.send(JSON.stringify({ id, method, params }));
    }));
  }

  async start() {
    await this.send('session.new', { capabilities: {} });
    this.context = (await this.send('browsingContext.create', { type: 'tab' })).context;
    await this.send('session.subscribe', { events: ['log.entryAdded', 'browsingContext.load'] });
    return this;
  }

  async open(url) {
    await this.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' });
  }

  /** An expression in the page; what it gives must be a string, a number, a truth value or null. */
  async evaluate(expression) {
    const r = await this.send('script.evaluate', { expression, target: { context: this.context },
      awaitPromise: true });
    if (r.type === 'exception') throw new Error(r.exceptionDetails.text);
    return r.result.value ?? null;
  }

  text(selector = 'body') {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText`);
  }

  async #node(selector) {
    const { nodes } = await this.send('browsingContext.locateNodes', { context: this.context,
      locator: { type: 'css', value: selector }, maxNodeCount: 1 });
    if (!nodes.length) throw new Error(`nothing is at ${selector}`);
    return nodes[0];
  }

  /** A click by the pointer, as a person's; waits for the next page when one comes. */
  async click(selector, { leaves = false } = {}) {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.scrollIntoView({ block: 'center', behavior: 'instant' })`);
    const origin = { type: 'element', element: { sharedId: (await this.#node(selector)).sharedId } };
    const gone = leaves && this.#load();
    await this.send('input.performActions', { context: this.context, actions: [{ type: 'pointer', id: 'mouse',
      actions: [{ type: 'pointerMove', x: 0, y: 0, origin }, { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 }] }] });
    await gone;
  }

  async type(selector, text) {
    await this.click(selector);
    await this.keys(text);
  }

  async keys(text) {
    await this.send('input.performActions', { context: this.context, actions: [{ type: 'key', id: 'keys',
      actions: [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) }] });
  }

  #load() {
    return within(PATIENCE, 'the next page', new Promise((resolve) => {
      const hear = (text) => {
        const m = JSON.parse(text);
        if (m.method !== 'browsingContext.load' || m.params.context !== this.context) return;
        this.socket.off('message', hear);
        resolve();
      };
      this.socket.on('message', hear);
    }));
  }

  async screenshot(file) {
    const { data } = await this.send('browsingContext.captureScreenshot', { context: this.context });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close() {
    const ended = new Promise((resolve) => this.child.on('exit', resolve));
    await this.send('browser.close').catch(() => this.child.kill('SIGKILL'));
    await within(PATIENCE, 'the end of firefox', ended);
  }
}
