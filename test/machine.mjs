// SPDX-License-Identifier: Apache-2.0
// A copy of this machine to install things on: an overlay over / in a mount namespace of its own,
// so that dpkg, users and files are Debian's real ones and nothing of it stays.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { after } from 'node:test';

import { PATIENCE, tempFolder, within } from './lib.mjs';

const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
const children = new Set();
// Not killed at once: nginx would leave its workers behind, with our pipes.
after(() => { for (const child of children) child.kill(); });

function start(argv, options) {
  const child = spawn(argv[0], argv.slice(1), options);
  children.add(child);
  child.ended = new Promise((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve(signal || code);
    });
  });
  return child;
}

/** { run(...argv), ok(...argv), write(file, text), spawn(...argv) }: all inside. */
export async function machine() {
  const folder = tempFolder(), root = path.join(folder, 'root');
  const holder = start([...sudo, 'unshare', '-m', '--propagation', 'private', 'bash', '-ec', `
    mount -t tmpfs -o size=2g none ${folder}
    mkdir ${folder}/upper ${folder}/work ${root}
    mount -t overlay -o lowerdir=/,upperdir=${folder}/upper,workdir=${folder}/work none ${root}
    mount --rbind /proc ${root}/proc; mount --rbind /dev ${root}/dev
    mount -t tmpfs none ${root}/run; mount -t tmpfs -o mode=1777 none ${root}/tmp
    printf '#!/bin/sh\\nexit 101\\n' >${root}/usr/sbin/policy-rc.d; chmod 755 ${root}/usr/sbin/policy-rc.d
    echo ready; exec sleep infinity`], { stdio: ['ignore', 'pipe', 'inherit'] });
  await within(PATIENCE, 'the copy of the machine', Promise.race([
    new Promise((resolve) => holder.stdout.once('data', resolve)),
    holder.ended.then((code) => { throw new Error(`no copy of the machine: ${code}`); }),
  ]));
  const inside = (argv) => [...sudo, 'nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, 'chroot', root,
    'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive', ...argv];
  const m = { root };
  m.run = (...argv) => {
    const [command, ...args] = inside(argv);
    const r = spawnSync(command, args, { encoding: 'utf8', timeout: 2 * PATIENCE, input: m.input });
    m.input = undefined;
    if (r.error) throw r.error;
    return { code: r.status, out: r.stdout, err: r.stderr };
  };
  m.ok = (...argv) => {
    const r = m.run(...argv);
    if (r.code !== 0) throw new Error(`${argv.join(' ')}: ${r.code}\n${r.out}${r.err}`);
    return r.out;
  };
  m.write = (file, content) => {
    m.input = content;
    m.ok('sh', '-c', 'cat >"$1"', 'sh', file);
  };
  m.spawn = (...argv) => {
    const child = start(inside(argv), { stdio: ['ignore', 'pipe', 'pipe'] });
    child.log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { child.log += text; });
    }
    child.stop = (signal = 'SIGTERM') => {
      child.kill(signal);
      return within(PATIENCE, 'stop', child.ended);
    };
    return child;
  };
  return m;
}
