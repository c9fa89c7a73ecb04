// SPDX-License-Identifier: Apache-2.0
// From an alert to the inner host: a real NAT, what is seen outside of it, and the log it writes; the same
// connections as other makers' devices would have written them; and logs that do not help.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import zlib from 'node:zlib';

import { PATIENCE, bin, root, tempFolder } from './lib.mjs';

const LIMIT = { timeout: 120_000 };
const folder = tempFolder();
const ILL = '192.168.77.20', US = '198.51.100.10';
const file = (name, bytes) => {
  const at = path.join(folder, name);
  fs.writeFileSync(at, bytes);
  return at;
};
const prefixes = file('prefixes.txt', '198.51.100.0/24 131016\n');
let episodes, conntrack, sessions;

function yagura(args, input) {
  const r = spawnSync(bin, ['darknet', ...args], { input, encoding: 'utf8', timeout: PATIENCE });
  if (r.error) throw r.error;
  return { code: r.status, out: r.stdout, err: r.stderr };
}

/** What is said of each episode, by logs: file names, or text. */
function join(logs, more = [], of = episodes) {
  const names = [logs].flat().map((l, i) => (fs.existsSync(l) ? l : file(`log-${i}`, l)));
  const r = yagura(['join', of, ...names.flatMap((n) => ['--log', n]), '--json', ...more]);
  assert.equal(r.code, 0, r.err);
  return r.out.trim().split('\n').map((l) => JSON.parse(l));
}
const named = (e) => [e.source, ...e.hosts.map((h) => [h.inner, h.grade, h.packets === e.packets])];

before(() => {
  const r = spawnSync(path.join(root, 'test/darknet/nat.sh'), [folder], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(r.status, 0, r.stderr);
  const seen = yagura(['replay', path.join(folder, 'out.pcap'), '--prefixes', prefixes, '--dark', '203.0.113.0/24', '--json', '--stats']);
  assert.equal(seen.code, 0, seen.err);
  episodes = file('episodes.json', seen.out);
  conntrack = fs.readFileSync(path.join(folder, 'conntrack.log'), 'utf8');
  sessions = [...conntrack.matchAll(/^\[(\d+\.\d+)\]\s+\[NEW\] (\w+) .*?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) \[UNREPLIED\] src=\S+ dst=(\S+) sport=\d+ dport=(\d+)/gm)]
    .map(([, t, proto, src, dst, sport, dport, outer, port]) => ({ t: new Date(Math.floor(t) * 1000), proto, src, dst, sport, dport, outer, port }));
  assert.ok(sessions.length >= 20, conntrack);
}, LIMIT);

test('a real NAT: its log names the one host of two that looked for port 445', () => {
  const [e] = join(path.join(folder, 'conntrack.log'));
  assert.deepEqual(named(e), [US, [ILL, 'certain', true]]);
  assert.ok(e.packets >= 5 && e.hosts[0].exact === e.packets && e.clock === 0 && e.log.reaches, JSON.stringify(e));
  assert.ok(sessions.some((s) => s.src !== ILL) && sessions.every((s) => s.sport !== s.port || s.src !== ILL), 'ports are translated');
  const r = yagura(['join', episodes, '--log', path.join(folder, 'conntrack.log')]);
  assert.match(r.out, /内側の機器 192\.168\.77\.20 {2}確実/);
  assert.equal(r.err, '');
});

const two = (n) => String(n).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** The parts of a time as a clock in that zone shows it. */
const shown = (t, east) => {
  const d = new Date(t.getTime() + east * 3600e3);
  const day = [d.getUTCFullYear(), two(d.getUTCMonth() + 1), two(d.getUTCDate())];
  const clock = [d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map(two).join(':');
  return { day: day.join('-'), slashed: day.join('/'), clock, bsd: `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${clock}`, year: day[0] };
};
const number = { tcp: 6, udp: 17 };
const later = (t) => new Date(t.getTime() + 5000);
const FORMS = {
  netfilter: ['likely', (s, z) => `${shown(s.t, z).bsd} gw kernel: [1.5] IN=a OUT=b SRC=${s.src} DST=${s.dst} LEN=60 PROTO=${s.proto.toUpperCase()} SPT=${s.sport} DPT=${s.dport} SYN`],
  ulogd: ['certain', (s, z) => `${shown(s.t, z).bsd} gw ulogd[7]: [NEW] ORIG: SRC=${s.src} DST=${s.dst} PROTO=${s.proto.toUpperCase()} SPT=${s.sport} DPT=${s.dport} PKTS=0 BYTES=0 , REPLY: SRC=${s.dst} DST=${s.outer} PROTO=${s.proto.toUpperCase()} SPT=${s.dport} DPT=${s.port} PKTS=0 BYTES=0`],
  asa: ['certain', (s, z) => `<166>${shown(s.t, z).bsd.replace(/ (?=\S+$)/, ` ${shown(s.t, z).year} `)} fw : %ASA-6-${s.proto === 'tcp' ? 302013 : 302015}: Built outbound ${s.proto.toUpperCase()} connection 9 for outside:${s.dst}/${s.dport} (${s.dst}/${s.dport}) to inside:${s.src}/${s.sport} (${s.outer}/${s.port})`],
  'asa, translations only': ['likely', (s, z) => `${shown(s.t, z).bsd} fw %ASA-6-305011: Built dynamic ${s.proto.toUpperCase()} translation from inside:${s.src}/${s.sport} to outside:${s.outer}/${s.port}`],
  fortigate: ['certain', (s, z) => `date=${shown(later(s.t), z).day} time=${shown(later(s.t), z).clock} type="traffic" srcip=${s.src} srcport=${s.sport} dstip=${s.dst} dstport=${s.dport} proto=${number[s.proto]} trandisp="snat" transip=${s.outer} transport=${s.port} duration=5`],
  paloalto: ['certain', (s, z) => `${shown(s.t, z).bsd} pa 1,${shown(later(s.t), z).slashed} ${shown(later(s.t), z).clock},1,TRAFFIC,end,1,x,${s.src},${s.dst},${s.outer},${s.dst},"a, b",,,x,v,t,u,e,f,S,,1,1,${s.sport},${s.dport},${s.port},${s.dport},0x0,${s.proto},allow,60,60,0,1,${shown(s.t, z).slashed} ${shown(s.t, z).clock},5,any`],
  srx: ['certain', (s, z) => `${shown(s.t, z).bsd} srx RT_FLOW: RT_FLOW_SESSION_CREATE: session created ${s.src}/${s.sport}->${s.dst}/${s.dport} None ${s.outer}/${s.port}->${s.dst}/${s.dport} r None ${number[s.proto]} p a b 1`],
  'srx, structured': ['certain', (s) => `<14>1 ${s.t.toISOString()} srx RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.36 source-address="${s.src}" source-port="${s.sport}" destination-address="${s.dst}" destination-port="${s.dport}" nat-source-address="${s.outer}" nat-source-port="${s.port}" protocol-id="${number[s.proto]}"]`],
  yamaha: ['likely', (s, z) => `${shown(s.t, z).bsd} 192.168.77.1 PP[01] Passed at OUT(100) filter: ${s.proto.toUpperCase()} ${s.src}:${s.sport} > ${s.dst}:${s.dport}`],
  nfdump: ['likely', (s, z) => `${shown(s.t, z).day} ${shown(s.t, z).clock},${shown(later(s.t), z).day} ${shown(later(s.t), z).clock},5.0,${s.src},${s.dst},${s.sport},${s.dport},${s.proto.toUpperCase()},......S.,0,0,1,60`],
};
describe('the same connections as written by', () => {
  for (const [name, [grade, line]] of Object.entries(FORMS)) {
    test(name, () => {
      const text = (z) => sessions.map((s) => `${line(s, z)}\n`).join('');
      assert.deepEqual(named(join(text(9))[0]), [US, [ILL, grade, true]]);
      assert.deepEqual(named(join(text(9), ['--format', name.split(',')[0]])[0]), [US, [ILL, grade, true]]);
      if (text(0) === text(9)) return;
      const [utc] = join(text(0)); // UTC read as JST: still found, and it says by how much
      assert.deepEqual([...named(utc), utc.clock], [US, [ILL, grade, true], -9 * 3600]);
      assert.equal(join(text(0), ['--utc'])[0].clock, 0);
    });
  }
});

describe('logs', () => {
  test('compressed, in parts, with other lines, unreadable ones and one that is too long', () => {
    const half = conntrack.indexOf('\n', conntrack.length / 2) + 1;
    const parts = [file('a.gz', zlib.gzipSync(`x\n${'y'.repeat(70_000)}\n${conntrack.slice(0, half)}`)),
      file('b.zst', spawnSync('zstd', ['-c'], { input: `${conntrack.slice(half)}tcp      6 9 SYN_SENT src=10.0.0.2 dst=10.0.0.3 sport=1 dport=2\n`
        + '[1795933903.1] [NEW] tcp 6 120 SYN_SENT src=10.0.0.999 dst=10.0.0.3 sport=1 dport=2' }).stdout)];
    const [e] = join(parts);
    assert.deepEqual(named(e), [US, [ILL, 'certain', true]]);
    const { lines, read, other, no_time: noTime, no_address: noAddress, too_long: tooLong } = e.log;
    assert.deepEqual([other, noTime, noAddress, tooLong, lines - read], [1, 1, 1, 1, 4]);
  });

  test('damaged compression: what came before counts, and it is said', () => {
    const gz = zlib.gzipSync(conntrack.repeat(3));
    const r = yagura(['join', episodes, '--log', file('cut.gz', gz.subarray(0, gz.length - 40))]);
    assert.equal(r.code, 0);
    assert.match(r.err, /圧縮が途中で壊れています/);
  });

  test('that does not reach the time, is of nobody, or cannot be read: each is said', () => {
    const say = (log, more = []) => yagura(['join', episodes, '--log', file('log', log), ...more]).out;
    const year = conntrack.replace(/^\[(\d+)/gm, (_, t) => `[${t - 86400 * 30}`);
    assert.match(say(year), /合う行がありません。探したもの: tcp 203\.0\.113\.\d+ のポート 445 宛て[\s\S]*ログはこの時刻に届いていません/);
    assert.match(say(conntrack.replaceAll('203.0.113.', '203.0.114.')), /ログはこの時刻を含みます/);
    assert.match(say('hello\n'), /読める行が1行もありませんでした/);
    assert.match(say(sessions.map((s) => `${FORMS.netfilter[1](s, 0)}\n`).join('')), /ログの時計が 9 時間遅れている.*--utc/);
    assert.match(say(sessions.map((s) => `${FORMS.netfilter[1]({ ...s, src: US }, 9)}\n`).join('')), /変換される前の記録ではありません/);
  });
});

test('episodes: of standard input, one of an alert, or none', () => {
  const log = path.join(folder, 'conntrack.log'), [one] = fs.readFileSync(episodes, 'utf8').split('\n');
  const pretty = JSON.stringify(JSON.parse(one), null, 2);
  const r = yagura(['join', '-', '--log', log, '--json'], pretty);
  assert.deepEqual(named(JSON.parse(r.out)), [US, [ILL, 'certain', true]]);
  for (const [text, says] of [['', /1件もありません/], ['{"source":', /途中で切れていないか/], ['{"source":"x"}', /1 番目の検知の送信元/]]) {
    const bad = yagura(['join', '-', '--log', log], text);
    assert.equal(bad.code, 65);
    assert.match(bad.err, says);
  }
  assert.match(yagura(['join', episodes, '--log', `${log}.none`]).err, /開けません/);
});
