// SPDX-License-Identifier: Apache-2.0
// Saves an answer while it is being given, and shows who else has the item open. The pauses and what
// happens at each refusal: doc/adr/0014-two-at-once.md. Nothing is kept in the browser.

const CHOICE = 700; // ms after a choice, so that arrow keys pass over options without saving each
const TYPING = 1200; // ms after the last key
const GAP = 2000; // ms between two saves of one form, at least
const RETRY = [3000, 6000, 12_000, 20_000, 30_000]; // ms after which a lost connection is tried again
const REPLY = 20_000; // ms until an answer counts as lost
const PRESENCE = 20_000; // ms between two signs of being here

const clock = new Intl.DateTimeFormat('ja-JP',
  { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' });
const time = (text) => (text ? clock.format(new Date(text)) : '');

const SIGNED_OUT = 'サインインが切れています。「保存する」を押すと、サインインの画面に移ります。' +
  '入力した内容は、サインインの後に続きから保存できます。';
const OLD_PAGE = '別の画面でサインインし直したため、自動では保存できません。「保存する」を押すと、' +
  '入力した内容を確かめて保存できます。';

class Autosave {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector('[data-autosave-status]');
    this.panel = form.querySelector('[data-conflict]');
    this.saved = this.value();
    this.last = -Infinity; // when the last save began
    this.failures = 0; // lost connections, one after another
    this.stopped = false; // only the button helps
    this.touched = new Set(); // names of the fields that were, where a form has many questions
    this.leaving = false;
    form.addEventListener('input', (e) => this.changed(e));
    form.addEventListener('focusout', (e) => this.left(e));
    form.addEventListener('submit', (e) => this.submitted(e));
    this.panel?.querySelector('[data-keep-mine]').addEventListener('click', () => this.keepMine());
    this.panel?.querySelector('[data-keep-theirs]').addEventListener('click',
      () => { this.leaving = true; });
    window.addEventListener('beforeunload', (e) => {
      if (!this.leaving && this.isOpen()) e.preventDefault();
    });
    document.addEventListener('click', (e) => this.followed(e));
  }

  fields() {
    return [...new FormData(this.form)].filter(([name]) => name !== 'csrf' && name !== 'seen');
  }

  /** A form of many questions says which were touched: what others said of the rest stays. */
  get many() { return this.form.dataset.autosave !== ''; }

  /** Also by its button only those: what others wrote into the rest of a draft stays. */
  get parts() { return this.form.dataset.autosave === 'parts'; }

  /** Two answers stand there, of which one is to be chosen. */
  get isAsking() { return this.panel !== null && !this.panel.hidden; }

  value() { return JSON.stringify(this.fields()); }

  isChanged() { return this.value() !== this.saved; }

  /** Something that is not saved yet. */
  isOpen() { return this.isChanged() || this.running !== undefined; }

  /** A date of which the day is still missing is not sent. */
  isWhole() {
    const parts = [...this.form.querySelectorAll('fieldset input:not([type])')];
    const filled = parts.filter((part) => part.value.trim() !== '').length;
    return filled === 0 || filled === parts.length;
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  // ── when ──

  changed(event) {
    if (event.target.name) this.touched.add(event.target.name);
    if (this.isAsking) {
      this.panel.querySelector('[data-mine]').textContent = '今、入力している内容';
      return;
    }
    if (this.stopped || this.failures) return; // the next try sends what stands here then
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.isChanged()) return;
    this.say('');
    const choice = event.target.matches('[type="radio"], [type="checkbox"]');
    this.saveIn(choice ? CHOICE : TYPING);
  }

  left(event) {
    const to = event.relatedTarget;
    const within = to && this.form.contains(to); // to another part of the answer, or to a button
    const typed = !event.target.matches('[type="radio"], [type="checkbox"]');
    if (typed && !within && this.timer && !this.failures) this.saveIn(0);
  }

  saveIn(pause) {
    clearTimeout(this.timer);
    const wait = Math.max(pause, this.last + GAP - Date.now(), 0);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.mayTry() && this.isWhole()) this.save();
    }, wait);
  }

  mayTry() { return this.isChanged() && !this.stopped && !this.isAsking; }

  /** Saves of one form follow one another: each says which answer it has seen. */
  async save() {
    while (this.running) await this.running;
    if (!this.mayTry()) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running = this.send();
    try {
      await this.running;
    } finally {
      this.running = undefined;
    }
    if (this.mayTry() && !this.failures && this.value() !== this.refused) this.saveIn(TYPING);
  }

  // ── sending ──

  async send() {
    const value = this.value(), body = new URLSearchParams(new FormData(this.form));
    const touched = this.many ? [...this.touched] : [];
    for (const name of touched) body.append('touched', name);
    this.touched.clear();
    this.last = Date.now();
    this.say('保存しています…');
    let status, answer;
    try {
      const reply = await fetch(this.form.action, { method: 'POST', body, redirect: 'error',
        headers: { accept: 'application/json' }, signal: AbortSignal.timeout(REPLY) });
      status = reply.status;
      answer = await reply.json();
    } catch {
      status = 0; // the connection, or an answer that is none: sending again is safe
    }
    this.refused = status === 422 ? value : undefined;
    if (status !== 200) for (const name of touched) this.touched.add(name);
    if (status === 0 || status === 503) return this.again();
    this.failures = 0;
    if (status === 200) return this.accepted(answer, value);
    if (status === 409 && answer.mine_value !== undefined) return this.conflict(answer);
    if (status === 422) return this.wrong(answer);
    return this.stop(status, answer);
  }

  again() {
    const pause = RETRY[Math.min(this.failures++, RETRY.length - 1)];
    this.say(`保存できませんでした。つながりしだい、もう一度保存します（${pause / 1000}秒後）。`);
    this.saveIn(pause * (1 + Math.random() / 10)); // not all clients in the same moment
  }

  accepted(view, value) {
    this.saved = value;
    if (this.many) {
      for (const error of this.form.querySelectorAll('.error-text[id]')) this.mark(error.id.replace(/-error$/, ''), '');
      for (const shows of this.form.querySelectorAll('[data-shows]')) shows.textContent = view[shows.dataset.shows];
      this.say(`保存しました ${clock.format(new Date())}`);
      return;
    }
    for (const seen of document.querySelectorAll('input[name="seen"]')) seen.value = view.saved;
    this.mark('value', '');
    if (view.saved !== view.seen) {
      this.say('保存しました。その後に、ほかの人が別の回答を保存しています。画面を開き直すと見られます。');
      return;
    }
    this.say(`保存しました ${time(view.answered_at)}`);
    this.stand(view);
  }

  /** The line under the heading, as the server would write it. */
  stand(view) {
    const line = document.querySelector('#standing');
    const badge = document.createElement('span'), answer = document.createElement('span');
    const by = document.createElement('span');
    badge.className = `badge badge-${view.state_key}`;
    badge.textContent = view.state_name;
    answer.className = 'answer';
    answer.textContent = view.answer;
    by.className = 'small muted';
    by.textContent = `${view.answered_by}・${time(view.answered_at)}`;
    line.replaceChildren(badge, ' ', ...(view.answer ? [answer, ' '] : []), by);
    const confirm = document.querySelector('#confirm');
    if (confirm) confirm.hidden = !view.may_confirm;
  }

  /** A message beside a field; empty: there is nothing wrong with it. */
  mark(name, message) {
    const error = document.querySelector(`#${CSS.escape(name)}-error`);
    if (!error) return;
    error.textContent = message && `＊${message}`;
    const field = error.closest('.field');
    field.classList.toggle('field-invalid', message !== '');
    for (const input of (this.many ? field : this.form).querySelectorAll('input.input, textarea.input')) {
      if (message) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    }
  }

  wrong(messages) {
    for (const [name, message] of Object.entries(messages)) this.mark(name, message);
    this.say('保存していません。入力内容を確かめてください。');
  }

  conflict(view) {
    const put = (what, text) => {
      this.panel.querySelector(`[data-${what}]`).textContent = text;
    };
    put('mine', view.mine || '（空欄）');
    put('theirs', view.theirs || '（空欄）');
    put('theirs-by', `${view.theirs_by}・${time(view.theirs_at)}`);
    this.newest = view.seen;
    this.panel.hidden = false;
    this.say('保存していません。ほかの人が先に保存しました。どちらを残すか選んでください。');
  }

  keepMine() {
    this.form.elements.seen.value = this.newest;
    this.panel.hidden = true;
    this.saved = undefined; // whatever stands here is to be saved, also what was there at first
    this.form.querySelector('button[type="submit"]').focus(); // the pressed one is gone
    this.save();
  }

  stop(status, problem) {
    this.stopped = true;
    if (status === 401) this.say(SIGNED_OUT);
    else if (status === 403) this.say(OLD_PAGE);
    else this.say(`保存できませんでした。${problem?.detail ?? ''}`);
  }

  // ── leaving ──

  /** The button: sent as by any browser, but never beside a save that is under way. */
  async submitted(event) {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.leaving = true; // whatever comes back is a page of its own
    if (!this.running) {
      if (this.parts) this.nameTouched();
      return;
    }
    event.preventDefault();
    while (this.running) await this.running;
    if (this.isAsking) this.leaving = false; // both values are here already
    else this.form.requestSubmit(event.submitter);
  }

  /** '-' is no field: nothing was touched since the last save. */
  nameTouched() {
    for (const name of ['-', ...this.touched]) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name: 'touched', value: name });
      this.form.append(input);
    }
  }

  /** A link of this page: what was typed is saved before it is followed. */
  async followed(event) {
    const link = event.target.closest?.('a[href]');
    const plain = link && event.button === 0 && !event.defaultPrevented && !link.target &&
      !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const stays = plain && link.pathname === location.pathname && link.hash;
    if (!plain || stays || this.leaving || !this.isOpen() || !this.isWhole()) return;
    if (this.stopped || this.failures || this.isAsking) return; // the browser asks
    event.preventDefault();
    while (this.running) await this.running;
    if (this.mayTry()) await this.save();
    if (!this.isOpen()) location.href = link.href;
  }
}

// ── who else is here ──

function watch(form) {
  const place = form.querySelector('[role="status"]');
  const show = (others) => {
    const lines = others.map((o) => `${o.name}さんがこの項目を開いています（${o.at}）`);
    if (lines.join('\n') === [...place.children].map((p) => p.textContent).join('\n')) return;
    place.replaceChildren(...lines.map((text) => {
      const p = document.createElement('p');
      p.textContent = text;
      return p;
    }));
  };
  const ask = async () => {
    if (document.hidden) return;
    try {
      const reply = await fetch(form.action, { method: 'POST',
        body: new URLSearchParams(new FormData(form)), headers: { accept: 'application/json' } });
      if (reply.ok) show((await reply.json()).others);
      else if (reply.status < 500) clearInterval(timer); // signed out, or not open to this person
    } catch { /* the next one may come through */ }
  };
  const timer = setInterval(ask, PRESENCE);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
}

for (const form of document.querySelectorAll('form[data-autosave]')) new Autosave(form);
for (const form of document.querySelectorAll('form[data-presence]')) watch(form);
