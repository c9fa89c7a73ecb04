// SPDX-License-Identifier: Apache-2.0
// The operator's guide cannot rot: its shell blocks marked `sh run` are done in order on a copy of
// this machine; every page and every command it names exists.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root, yaguraOk } from './lib.mjs';
import { machine } from './machine.mjs';

const folder = path.join(root, 'doc', 'operator');
const pages = fs.readdirSync(folder).filter((n) => n.endsWith('.md')).sort();
const blocks = pages.flatMap((page) =>
  [...fs.readFileSync(path.join(folder, page), 'utf8').matchAll(/^```sh ?(run)?(?:=(\w+))?\n([^]*?)^```/gm)]
    .map(([, run, need, text]) => ({ page, run, need, text })));

test('the guide names nothing that is not there', () => {
  const help = yaguraOk('help');
  for (const page of pages) {
    const text = fs.readFileSync(path.join(folder, page), 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#]+)\)/g)) {
      assert.ok(fs.existsSync(path.join(folder, target)), `${page}: ${target}`);
    }
    for (const [, key] of text.matchAll(/`((?:mail|serve)\.[a-z-]+)`/g)) {
      assert.match(yaguraOk('conf', 'example'), new RegExp(`^#?${key} = `, 'm'), `${page}: ${key}`);
    }
  }
  for (const { page, text } of blocks) {
    for (const [, command] of text.matchAll(/\byagura ((?:conf|audit) [a-z]+|backup (?:keygen|drill)|[a-z]+) --/g)) {
      assert.match(help, new RegExp(`yagura ${command}( |$)`, 'm'), page);
    }
  }
});

test('its blocks run, in order', { timeout: 900_000 }, async () => {
  const built = spawnSync('script/package', [], { cwd: root, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const m = await machine();
  m.write('/root/yagura.deb', fs.readFileSync(path.join(root, built.stdout.trim().split('\n').pop())));
  m.ok('sh', '-ec', `mkdir -p /etc/yagura/tls /etc/nginx/sites-available /etc/nginx/sites-enabled /var/log/nginx
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=yagura.example.lg.jp \\
      -keyout /etc/yagura/tls/server.key -out /etc/yagura/tls/server.crt 2>/dev/null`);
  let done = 0;
  for (const { page, run, need, text } of blocks) {
    if (!run) continue;
    // Without network the package comes alone; all it depends on is on this machine.
    const script = need === 'install' ? 'dpkg -i /root/yagura.deb' : text;
    const r = m.run('bash', '-ec', script);
    assert.equal(r.code, 0, `${page}: ${script}\n${r.out}${r.err}`);
    done++;
  }
  assert.ok(done >= 12, `${done} blocks`);
  assert.match(m.ok('ls', '/var/lib/yagura'), /^yagura\.db$/m);
});
