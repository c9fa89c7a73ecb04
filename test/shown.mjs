// SPDX-License-Identifier: Apache-2.0
// What a page shows against what its JSON says. Everything a person can read in <main> must be made
// of the template's own words and of values of the JSON; and every text of the JSON that the
// template writes must be on the page.
import fs from 'node:fs';
import path from 'node:path';

import { root } from './lib.mjs';

// ── the page ──

const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"' };
const decode = (s) => s.replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) => (code
  ? String.fromCodePoint(Number(code)) : NAMED[name] ?? all));
const blank = (s) => s.replace(/\s+/g, ' ').trim();

/** Texts of <main>: between tags, and what a visible field already holds. */
export function textsOf(html) {
  const main = html.slice(html.indexOf('<main'), html.lastIndexOf('</main>'))
    .replace(/<div class="notice notice-success" role="status">.*?<\/div>/s, '');
  const out = [];
  for (const [, attributes] of main.matchAll(/<input((?:\s[^\s=>]+(?:="[^"]*")?)*)\s*>/g)) {
    const [, type = 'text'] = /\stype="([^"]*)"/.exec(attributes) || [];
    const [, value = ''] = /\svalue="([^"]*)"/.exec(attributes) || [];
    if (!['hidden', 'radio', 'checkbox', 'submit'].includes(type)) out.push(blank(decode(value)));
  }
  for (const text of main.split(/<(?:"[^"]*"|[^">])*>/)) out.push(blank(decode(text)));
  return out.filter((t) => t !== '');
}

/** The whole page as one text, attributes too. */
export const readable = (html) => blank(decode(html));

// ── the template ──

const files = {};
for (const dir of fs.readdirSync(path.join(root, 'src'))) {
  const html = path.join(root, 'src', dir, 'html');
  if (!fs.existsSync(html)) continue;
  for (const file of fs.readdirSync(html)) files[file.replace(/\.ht$/, '')] = path.join(html, file);
}

const templates = {};

/** { words: what it says by itself, writes(field), parts: templates inside }. */
export function template(name) {
  if (templates[name]) return templates[name];
  const source = fs.readFileSync(files[name], 'utf8').replace(/\{\{!.*?\}\}/gs, '');
  const head = source.indexOf('{{/view}}');
  const body = source.slice(head).replace(/\{\{title\}\}.*?\{\{\/title\}\}/s, '');
  const parts = [...body.matchAll(/\{\{>(\w+)/g)].map((m) => m[1]);
  const words = new Set();
  for (const literal of body.replace(/\{\{.*?\}\}/gs, '\u0001').split(/<(?:"[^"]*"|[^">])*>|\u0001/)) {
    if (blank(literal)) words.add(blank(decode(literal)));
  }
  for (const part of parts) for (const w of template(part).words) words.add(w);
  const t = { words, ...written(body) };
  templates[name] = t;
  return t;
}

/** Paths the template always writes, and of views it always puts in: under no condition but their own. */
function written(body) {
  const always = new Set(), parts = new Set(), open = [];
  const path = (expr) => {
    const [first, ...rest] = expr.split('.');
    const loop = open.findLast((o) => o.alias === first);
    return [...(loop ? [loop.path] : [first]), ...rest].join('.');
  };
  const free = (own) => open.every((o) => o.condition === undefined || o.condition === own);
  for (const [, statement] of body.matchAll(/\{\{(.*?)\}\}/gs)) {
    const [word, name, , alias] = statement.split(/\s+/);
    if (word === '#each') open.push({ alias, path: path(name) });
    else if (word === '#if') open.push({ condition: statement.slice(4).trim() });
    else if (word === '#elif' || (word === '#else' && open.at(-1))) open.at(-1).condition = statement;
    else if (word === '/if' || word === '/each') open.pop();
    else if (word[0] === '>') { if (free(name)) parts.add(path(name)); }
    else if (/^[a-z][\w.]*$/.test(word) && free(word)) always.add(path(word));
  }
  return { always, parts };
}

// ── the JSON ──

/** Every value that is no list and no object: fn(value, view, path, whether the page must say it). */
export function leaves(schemas, view, json, fn, shown = true) {
  const walk = (name, schema, value, at, must) => {
    if (schema.$ref) {
      const other = schema.$ref.split('/').at(-1);
      walk(other, schemas[other], value, '', must && template(name).parts.has(at));
    } else if (schema.type === 'object') {
      for (const [k, v] of Object.entries(value)) {
        walk(name, schema.properties[k], v, at ? `${at}.${k}` : k, must);
      }
    } else if (schema.type === 'array') {
      for (const v of value) walk(name, schema.items, v, at, must);
    } else {
      fn(value, name, at, must && template(name).always.has(at));
    }
  };
  walk(view, schemas[view], json, '', shown);
}

const ERAS = { 令和: 2018, 平成: 1988, 昭和: 1925 };
const DATE = /(令和|平成|昭和)(元|\d+)年(\d+)月(\d+)日(?:[（(].[）)])?(?: ?(\d+:\d\d))?/y;

function iso(era, year, month, day, clock) {
  const y = ERAS[era] + (year === '元' ? 1 : Number(year));
  const two = (n) => String(n).padStart(2, '0');
  return `${y}-${two(month)}-${two(day)}${clock ? `T${clock.padStart(5, '0')}` : ''}`;
}

/** What the JSON can account for. */
export function sources(schemas, view, json) {
  const strings = new Set(), numbers = new Set(), days = new Set();
  leaves(schemas, view, json, (value) => {
    if (typeof value === 'number') {
      for (const n of [value, Math.abs(value)]) {
        numbers.add(String(n));
        numbers.add(n.toFixed(1));
        numbers.add(n.toLocaleString('en-US'));
      }
    } else if (typeof value === 'string' && value !== '') {
      const s = blank(value);
      strings.add(s);
      if (/^\d{4}-\d\d-\d\d/.test(s)) {
        days.add(s.slice(0, 10));
        days.add(s.slice(0, 16));
      }
    }
  }, false);
  return { strings, numbers, days };
}

const isDigit = (c) => c >= '0' && c <= '9';
const NUMBER = /-?\d[\d,]*(?:\.\d+)?/y;

/** Whether the text is nothing but words of the template and strings, days and numbers of the JSON. */
export function isExplained(text, from, words) {
  if (from.strings.has(text) || words.has(text)) return true;
  const pieces = [...from.strings, ...words].filter((s) => text.includes(s));
  const reached = new Set([0]);
  const at = (pattern, i) => {
    pattern.lastIndex = i;
    return pattern.exec(text);
  };
  for (let i = 0; i < text.length; i++) {
    if (!reached.has(i)) continue;
    if (text[i] === ' ') reached.add(i + 1);
    for (const piece of pieces) {
      const end = i + piece.length;
      const cuts = (isDigit(piece[0]) && isDigit(text[i - 1] ?? ' ')) ||
        (isDigit(piece.at(-1)) && isDigit(text[end] ?? ' '));
      if (!cuts && text.startsWith(piece, i)) reached.add(end);
    }
    const date = at(DATE, i), number = isDigit(text[i - 1] ?? ' ') ? null : at(NUMBER, i);
    if (date && from.days.has(iso(...date.slice(1, 6)))) reached.add(i + date[0].length);
    if (number && from.numbers.has(number[0])) reached.add(i + number[0].length);
  }
  return reached.has(text.length);
}
