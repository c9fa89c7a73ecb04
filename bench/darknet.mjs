// SPDX-License-Identifier: Apache-2.0
// The sensor on ten million packets, as they usually are and in a storm, beside reading the file, libpcap's
// own loop (tcpdump), and the two programs of Debian that keep state for each source; and what it found
// of what was planted.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { round, root, yagura } from './lib.mjs';

const PACKETS = 10_000_000, RUNS = 3, SLOW_RUNS = 1, DARK = '203.0.0.0/14';

/** The best of some runs: { wall, cpu } in seconds, memory in MB, standard output. */
function timed(at, command, args, times = RUNS) {
  const figures = join(at, 'time');
  const runs = Array.from({ length: times }, () => {
    const r = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', '-o', figures, command, ...args],
      { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 30, encoding: 'utf8', timeout: 300_000 });
    if (r.error) throw r.error;
    const [wall, user, sys, kb] = readFileSync(figures, 'utf8').trim().split('\n').pop().split(' ').map(Number);
    return { wall, cpu: user + sys, mb: kb / 1024, out: r.stdout };
  });
  return runs.reduce((best, r) => (r.cpu < best.cpu ? r : best));
}

const row = (what, r) => `| ${what} | ${r.wall.toFixed(2)} | ${r.cpu.toFixed(2)} | ${(PACKETS / 1e6 / r.cpu).toFixed(1)} | ${round(r.mb)} |`;

function load(name, at, args) {
  mkdirSync(at);
  execFileSync(join(root, 'build/bench/darknet_gen'), ['1', String(PACKETS), at, ...args]);
  const capture = join(at, 'capture.pcap');
  const ours = timed(at, yagura, ['darknet', 'replay', capture, '--prefixes', join(at, 'prefixes.txt'), '--dark', DARK, '--json', '--stats']);
  const peers = { 'read to nowhere (cat)': ['sh', ['-c', `cat ${capture} >/dev/null`]],
    'libpcap, a filter that fits nothing (tcpdump)': ['tcpdump', ['-r', capture, '-w', '/dev/null', 'ip6 and tcp port 1']],
    'nfpcapd (nfdump)': ['nfpcapd', ['-r', capture, '-w', at]],
    argus: ['timeout', ['120', 'argus', '-r', capture, '-w', '/dev/null']] }; // it may need minutes
  const lines = [`### ${name}`, '', '| what | wall s | CPU s | million packets / CPU s | MB |', '|---|---|---|---|---|',
    row('**yagura darknet replay**: parse, match, judge, episodes', ours)];
  let best = Infinity;
  for (const [what, [command, list]] of Object.entries(peers)) {
    if (spawnSync('sh', ['-c', `command -v ${command === 'timeout' ? 'argus' : command}`]).status !== 0) continue;
    const r = timed(at, command, list, /nfpcapd|argus/.test(what) ? SLOW_RUNS : RUNS);
    if (/nfpcapd|argus/.test(what)) best = Math.min(best, r.cpu);
    lines.push(row(r.wall < 119 ? what : `${what}, stopped after two minutes`, r));
  }
  lines.push('', `${Number.isFinite(best) ? `**${(best / ours.cpu).toFixed(0)} ×** the CPU efficiency of the better of the two that keep state (goal: 10 ×). ` : ''}Goal: 20 million packets a second of one core.`, '');
  return { lines, out: ours.out, ours };
}

/** Of what was planted: found, class and tool right; and what was told of nobody planted. */
function truth(at, out) {
  const planted = new Map(readFileSync(join(at, 'truth.txt'), 'utf8').trim().split('\n').map((l) => l.split(' ')).map(([a, c, t]) => [a, [c, t]]));
  const told = new Map();
  let stray = 0, wronged = 0, all = 0;
  for (const line of out.trim().split('\n')) {
    const e = JSON.parse(line);
    if (e.files) continue;
    all++;
    const want = planted.get(e.source);
    if (!want) stray++;
    if (e.infected && (!want || !['worm', 'scan'].includes(want[0]))) wronged++;
    if (!told.has(e.source) || told.get(e.source).packets < e.packets) told.set(e.source, e);
  }
  const found = [...planted].filter(([a]) => told.has(a));
  const right = found.filter(([a, [c, t]]) => told.get(a).class === c && (told.get(a).tool ?? '-') === t);
  return [`| planted sources of bodies | ${planted.size} |`, `| found | **${found.length}** |`,
    `| class and tool right | **${right.length}** (${(100 * right.length / planted.size).toFixed(1)} %; goal 99 %) |`,
    `| episodes of nobody planted | ${stray} of ${all} |`, `| called infected and not planted as scan or worm | ${wronged} |`];
}

export async function darknet({ dir }) {
  execFileSync('ninja', ['-C', join(root, 'build'), 'bench/darknet_gen'], { stdio: 'ignore' });
  const lines = ['## Darknet', '', `${round(PACKETS)} packets of a darknet of 262,144 addresses from 180,000 sources, 405 of them in 20,000 ranges of bodies (\`bench/darknet_gen\`, seed 1), in the page cache; best of ${RUNS} runs, of the slow ones of ${SLOW_RUNS}. What the peers do is not the same work: tcpdump reads records, the last two write flows; none judges.`, ''];
  for (const [name, args] of [['As usual', []], ['A storm: 99 of 100 packets are answers from sources seen once', ['storm']]]) {
    const at = join(dir, args[0] ?? 'normal'), r = load(name, at, args);
    lines.push(...r.lines, '| truth | |', '|---|---|', ...truth(at, r.out), '');
    writeFileSync(join(at, 'done'), '');
    execFileSync('sh', ['-c', `rm -f ${at}/*`]);
  }
  return lines;
}
