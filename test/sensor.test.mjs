// SPDX-License-Identifier: Apache-2.0
// The sensor on captures: what the real programs send, every kind of file and wrapping, and what
// nobody should have sent.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import zlib from 'node:zlib';

import { WRAPPINGS, icmp, ip4, number, pcap, pcapng, tcp, udp } from './pcap.mjs';
import { PATIENCE, bin, root, tempFolder } from './lib.mjs';

const LIMIT = { timeout: 240_000 };
const DARK = '203.0.113.0/24,2001:db8:dead::/64';
const PREFIXES = `# a town, the exit of a prefecture's cloud, a supplier
198.51.100.0/24 131016 own
198.51.100.128/25 131024,131032 egress
198.51.100.192/32 131040 vendor
2001:db8:1::/64 131016
`;
const START = 1_790_000_000_000_000;
const folder = tempFolder();
const file = (name, bytes) => {
  const at = path.join(folder, name);
  fs.writeFileSync(at, bytes);
  return at;
};
const prefixes = file('prefixes.txt', PREFIXES);

function run(args, input) {
  const r = spawnSync(bin, ['darknet', 'replay', ...args], { input, encoding: 'utf8', timeout: PATIENCE, maxBuffer: 1 << 28 });
  if (r.error) throw r.error;
  return { code: r.status, err: r.stderr, out: r.stdout };
}

/** { episodes, totals } of captures: file names, or bytes. */
function replay(captures, { dark = DARK, ranges = prefixes } = {}) {
  const names = [captures].flat().map((c, i) => (Buffer.isBuffer(c) ? file(`capture-${i}`, c) : c));
  const r = run([...names, '--prefixes', ranges, '--dark', dark, '--json', '--stats']);
  assert.equal(r.code, 0, r.err);
  const lines = r.out.trim().split('\n').map((l) => JSON.parse(l));
  return { totals: lines.pop(), episodes: lines, err: r.err };
}

/** { rows, text, totals, r } of a run with --flows into a new file. */
let tables = 0;
function flows(captures, { limit, to = path.join(folder, `flows-${tables++}.csv`) } = {}) {
  const names = [captures].flat().map((c, i) => (Buffer.isBuffer(c) ? file(`flows-capture-${i}`, c) : c));
  const args = ['darknet', 'replay', ...names, '--prefixes', prefixes, '--dark', DARK, '--json', '--stats', '--flows', to];
  const r = spawnSync('bash', ['-c', `${limit ?? ''}\nexec "$@"`, 'bash', bin, ...args], { encoding: 'utf8', timeout: PATIENCE, maxBuffer: 1 << 28 });
  const text = fs.existsSync(to) && fs.statSync(to).isFile() ? fs.readFileSync(to, 'utf8') : '';
  return { r, to, text, rows: table(text), totals: r.status === 0 ? JSON.parse(r.stdout.trim().split('\n').pop()) : undefined };
}
function table(text) {
  const [names, ...lines] = text.split('\n').slice(0, -1).map((l) => l.split(','));
  return lines.map((l) => Object.fromEntries(names.map((n, i) => [n, l[i]])));
}
const sum = (rows, name) => rows.reduce((s, r) => s + Number(r[name]), 0);

/** The same table as tcpdump reads it: a line for all packets that are alike. */
function dumped(capture) {
  const r = spawnSync('tcpdump', ['-nn', '-tt', '-v', '-K', '-r', capture], { encoding: 'utf8', timeout: PATIENCE, maxBuffer: 1 << 28 });
  assert.equal(r.status, 0, r.stderr);
  const FLAG = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32, E: 64, W: 128 }, all = new Map();
  const ICMP = { 'ICMP echo request': '8,0', 'ICMP echo reply': '0,0', 'ICMP time stamp query': '13,0', 'ICMP6, echo request': '128,0' };
  for (const line of r.stdout.replace(/\n\s+/g, ' ').trim().split('\n')) {
    const v4 = /^(\S+) IP \(.*?ttl (\d+), .*?proto \w+ \((\d+)\), length (\d+)(?:, options \(.*?\))?\) (\S+) > (\S+): (.*)$/.exec(line);
    const v6 = /^(\S+) IP6 \(.*?hlim (\d+), next-header \S+ \((\d+)\) payload length: (\d+)\) (\S+) > (\S+): (.*)$/.exec(line);
    assert.ok(v4 ?? v6, line);
    const [, time, ttl, proto, length, from, to, rest] = v4 ?? v6;
    const ports = proto === '6' || proto === '17', cut = (a) => (ports ? [a.slice(0, a.lastIndexOf('.')), a.slice(a.lastIndexOf('.') + 1)] : [a]);
    const [src, sport] = cut(from), [dst, dport] = cut(to);
    if (!/^203\.0\.113\.|^2001:db8:dead:/.test(dst)) continue;
    const size = Number(length) + (v4 ? 0 : 40), flags = proto === '6' ? [.../^Flags \[([^\]]+)\]/.exec(rest)[1].replace('none', '')] : [];
    const syn = proto === '6' && flags.join('') === 'S' && [size - (v4 ? 20 : 40) - Number(/, length (\d+)/.exec(rest)[1]), /, win (\d+)/.exec(rest)[1]];
    const typed = ports ? `${sport},${dport}` : ICMP[Object.keys(ICMP).find((name) => rest.startsWith(name))];
    const key = [Math.floor(time / 3600) * 3600, src, dst, typed, proto, ttl, flags.reduce((s, f) => s + FLAG[f], 0), size, ...(syn || [0, 0])].join();
    const known = all.get(key);
    all.set(key, known ? { ...known, packets: known.packets + 1, last: time } : { packets: 1, first: time, last: time });
  }
  return [...all].map(([key, t]) => `${key} ${t.packets} ${t.first} ${t.last}`).sort();
}

const says = (e) => [e.source, e.class, e.tool, e.infected];
const eth = WRAPPINGS.ethernet[1];
/** So many packets of one source to dark addresses one after the other, a second apart. */
const many = (n, make) => Array.from({ length: n }, (_, i) => [START + i * 1e6, eth(make(i))]);
const to = (i) => `203.0.113.${1 + i % 250}`;
const syn = (src, i, more = {}) => ip4({ src, dst: to(i), id: i * 7, ...more }, tcp({ sport: 40000 + i, seq: i * 99991, ...more }));

describe('the real programs', LIMIT, () => {
  const at = path.join(folder, 'tools');
  before(() => {
    fs.mkdirSync(at);
    const r = spawnSync(path.join(root, 'test/darknet/tools.sh'), [at], { encoding: 'utf8', timeout: 200_000 });
    assert.equal(r.status, 0, r.stderr);
  }, LIMIT);

  const US = '198.51.100.10', SIX = '2001:db8:1::10';
  const WANT = { // capture: class, tool, infected; of every packet in it
    zmap: ['scan', 'zmap', true], 'zmap-icmp': ['scan', 'zmap', true], 'zmap-udp': ['scan', 'zmap', true],
    masscan: ['scan', 'masscan', true],
    nmap: ['scan', 'nmap', false], 'nmap-down': ['scan', 'nmap', false], 'nmap-udp': ['scan', 'nmap', false],
    'nmap-xmas': ['scan', 'nmap', false], 'nmap-ack': ['scan', 'nmap', false], 'nmap-ping': ['scan', 'nmap', false],
    'nmap-6': ['scan', 'nmap', true],
    'nmap-connect': ['worm', null, true], connect: ['worm', null, true], // an operating system's own packets
    'syn-ack': ['backscatter', null, false], syslog: ['misconfiguration', null, false],
  };
  for (const [name, [klass, tool, infected]] of Object.entries(WANT)) {
    test(name, LIMIT, () => {
      const { episodes, totals } = replay(path.join(at, `${name}.pcap`));
      assert.deepEqual(episodes.map(says), [[name === 'nmap-6' ? SIX : US, klass, tool, infected]]);
      assert.ok(episodes[0].packets >= 10 && episodes[0].packets === totals.matched, JSON.stringify(totals));
    });
  }

  const TOOL = { zmap: 'is_zmap', 'zmap-icmp': 'is_zmap', 'zmap-udp': 'is_zmap', masscan: 'is_masscan', nmap: 'is_nmap', 'nmap-6': 'is_nmap',
    connect: '', 'syn-ack': 'is_impossible', /* to port 0 */ 'nmap-udp': undefined, 'nmap-xmas': undefined, 'nmap-ping': undefined };
  for (const [name, mark] of Object.entries(TOOL)) {
    test(`tuples of ${name} are what tcpdump counts`, LIMIT, () => {
      const { rows, r, totals } = flows(path.join(at, `${name}.pcap`));
      assert.equal(r.stderr, '');
      assert.deepEqual(rows.map((t) => `${[t.timestamp, t.src_ip, t.dst_ip, t.src_port, t.dst_port, t.protocol, t.ttl, t.tcpflags,
        t.ip_len, t.tcp_synlen, t.tcp_synwinlen].join()} ${t.packets} ${t.first} ${t.last}`).sort(), dumped(path.join(at, `${name}.pcap`)));
      assert.equal(sum(rows, 'packets'), totals.dark);
      for (const t of mark === undefined ? [] : rows) {
        assert.deepEqual(Object.keys(t).filter((k) => k.startsWith('is_') && t[k] === '1'), mark ? [mark] : [], JSON.stringify(t));
        assert.equal(Number(t.bytes), t.packets * t.ip_len);
      }
    });
  }

  test('a decoy looks like its scanner, and nobody is called infected for it', LIMIT, () => {
    const { episodes } = replay(path.join(at, 'nmap-decoy.pcap'));
    assert.deepEqual(episodes.map(says).sort(), [['198.51.100.10', 'scan', 'nmap', false],
      ['198.51.100.77', 'scan', 'nmap', false]]);
  });
});

test('on an interface: without a privilege, nothing lost, through down and up', LIMIT, () => {
  const at = path.join(folder, 'watch');
  fs.mkdirSync(at);
  const r = spawnSync(path.join(root, 'test/darknet/watch.sh'), [at, bin, '--prefixes', prefixes, '--dark', DARK, '--json', '--stats',
    '--flows', path.join(at, 'flows')], { encoding: 'utf8', timeout: 100_000 });
  assert.equal(r.status, 0, r.stderr);
  const read = (name) => fs.readFileSync(path.join(at, name), 'utf8');
  assert.equal(read('rc').trim(), '0', read('err'));
  const status = read('status');
  assert.match(status, /^CapEff:\s*0+$/m);
  assert.match(status, /^CapPrm:\s*0+$/m);
  assert.match(status, /^Uid:\s*[1-9]/m);
  assert.match(status, /^Seccomp:\s*2$/m);
  assert.match(status, /^NoNewPrivs:\s*1$/m);
  const lines = read('out').trim().split('\n').map((l) => JSON.parse(l)), totals = lines.pop();
  assert.ok(lines.some((e) => e.tool === 'masscan' && e.infected && e.source === '198.51.100.10'), read('out'));
  assert.ok(lines.some((e) => e.class === 'backscatter' && e.victim === '198.51.100.10'), read('out'));
  assert.deepEqual([totals.kernel_dropped, totals.interface_down > 0], [0, true]);
  assert.equal(totals.kernel_seen, totals.frames);
  const tuples = table(read('flows'));
  assert.equal(sum(tuples, 'packets'), totals.dark);
  assert.ok(tuples.some((t) => t.is_masscan === '1') && tuples.some((t) => t.kind === 'syn_ack' && t.src_port === '80'), read('flows'));
  assert.equal(fs.statSync(path.join(at, 'flows')).mode & 0o777, 0o600, 'dark addresses are nobody else\'s');
});

describe('tuples of single senders', LIMIT, () => {
  const HOUR = 3600e6, begin = Math.ceil(START / HOUR) * HOUR;
  const at = (t, packet) => [begin + t, eth(packet)];

  test('the hour is the packet\'s own, in whatever order they come and however they are cut', () => {
    const twice = syn('192.0.2.9', 3), all = [at(-2e6, twice), at(-1e6, twice), at(5, syn('192.0.2.8', 0)), at(-10, twice), at(9, twice),
      at(HOUR, icmp4(13)), at(HOUR + 7, twice), at(HOUR - 1, twice)];
    const whole = flows(pcap(all)), H = begin / 1e6;
    assert.deepEqual(whole.rows.map((t) => [Number(t.timestamp) - H, t.src_ip, Number(t.packets), Number(t.first) - H, t.kind]), [
      [-3600, '192.0.2.9', 2, -2, 'syn'], // told with the hour; the late one is a tuple of its own
      [0, '192.0.2.8', 1, 5e-6, 'syn'], [-3600, '192.0.2.9', 1, -1e-5, 'syn'], [0, '192.0.2.9', 1, 9e-6, 'syn'],
      [3600, '192.0.2.9', 1, 3600, 'icmp_request'], [3600, '192.0.2.9', 1, 3600 + 7e-6, 'syn'],
      [0, '192.0.2.9', 1, 3600 - 1e-6, 'syn']].map(([hour, src, n, first, kind]) => [hour, src, n, near(H + first) - H, kind]));
    for (const n of [1, 2, 5]) assert.equal(flows([pcap(all.slice(0, n)), pcap(all.slice(n))]).text, whole.text);
    assert.match(whole.text, /^timestamp,src_ip,dst_ip,src_port,dst_port,protocol,ttl,tcpflags,ip_len,/);
  });
  const icmp4 = (type) => ip4({ src: '192.0.2.9', dst: to(1), proto: 1 }, icmp({ type }));
  const near = (seconds) => Number(seconds.toFixed(6));

  test('what cannot be: port 0, itself, flags that contradict each other, a quote of somebody else\'s packet', () => {
    const quote = ip4({ src: '192.0.2.1', dst: '192.0.2.2' }, tcp({}).subarray(0, 8));
    const { rows } = flows(pcap([syn('192.0.2.9', 1, { dport: 0 }), ip4({ src: to(1), dst: to(1) }, tcp({})), syn('192.0.2.9', 1, { flags: 3 }),
      ip4({ src: '192.0.2.9', dst: to(1), proto: 1 }, icmp({ type: 3, code: 1 }, quote)), syn('192.0.2.9', 1),
      syn('192.0.2.9', 1, { flags: 0xc2 })].map((p, i) => at(i, p))));
    assert.deepEqual(rows.map((t) => [t.is_impossible, t.src_port, t.dst_port, t.tcpflags]), [['1', '40001', '0', '2'], ['1', '40000', '445', '2'],
      ['1', '40001', '445', '3'], ['1', '3', '1', '0'], ['0', '40001', '445', '2'], ['0', '40001', '445', '194']]);
  });

  test('a disk that is full is said, what is found is told all the same, and it ends as a failure', () => {
    const all = pcap(Array.from({ length: 9000 }, (_, i) => at(i, syn(i % 2 ? '198.51.100.10' : `192.0.2.${i % 250}`, i))));
    const full = flows(all, { to: '/dev/full' });
    assert.equal(full.r.status, 74);
    assert.match(full.r.stderr, /--flows のファイルに書けません。空きがありません: \/dev\/full/);
    const small = flows(all, { limit: 'ulimit -f 64' });
    assert.equal(small.r.status, 74, small.r.stderr);
    assert.match(small.r.stderr, /空きがありません.*見つけることは続けます.*flows-/);
    assert.match(small.r.stdout, /"source":"198\.51\.100\.10"/);
    assert.equal(small.text.length, 64 << 10);
  });

  test('a file that is there is left alone', () => {
    const there = file('there.csv', 'mine\n');
    const { r, text } = flows(pcap([at(0, syn('192.0.2.9', 1))]), { to: there });
    assert.ok(r.status > 0, r.stderr);
    assert.match(r.stderr, /もう中身があります.*there\.csv/);
    assert.equal(text, 'mine\n');
    assert.equal(flows(pcap([at(0, syn('192.0.2.9', 1))]), { to: path.join(folder, 'absent', 'x') }).r.status, 66);
  });
});

describe('files and wrappings', LIMIT, () => {
  const packets = Array.from({ length: 12 }, (_, i) => syn('198.51.100.10', i));
  const records = (wrap) => packets.map((p, i) => [START + i * 1500, wrap(p)]);
  const plain = replay(pcap(records(eth)));

  test('a worm it is', () => {
    assert.equal(plain.episodes.length, 1);
    const [e] = plain.episodes;
    assert.deepEqual([e.bodies, e.role, e.class, e.confidence, e.packets, e.dark_addresses, e.ports],
      [['131016'], 'own', 'worm', 'certain', 12, 12, [445]]);
    assert.equal(Date.parse(e.first), START / 1000);
    assert.equal(Date.parse(e.last), START / 1000 + 16); // milliseconds
    assert.deepEqual(e.first_packets[1], { time: '2026-09-21T23:13:20.001+09:00', protocol: 'tcp', source_port: 40001,
      dark_address: '203.0.113.2', port: 445, frame: packets[1].toString('base64'), wire: packets[1].length });
    assert.equal(e.rate_most, 12);
  });

  const files = { 'pcap, other byte order': pcap(records(eth), { big: true }), 'pcap, nanoseconds': pcap(records(eth), { nano: true }),
    pcapng: pcapng(records(eth)), 'pcapng, other byte order, nanoseconds': pcapng(records(eth), { big: true, nano: true }),
    gzip: zlib.gzipSync(pcap(records(eth))), 'gzip in two parts': Buffer.concat([zlib.gzipSync(pcap(records(eth)).subarray(0, 300)),
      zlib.gzipSync(pcap(records(eth)).subarray(300))]),
    zstd: spawnSync('zstd', ['-c'], { input: pcapng(records(eth)) }).stdout };
  for (const [name, bytes] of Object.entries(files)) {
    test(name, () => assert.deepEqual(replay(bytes).episodes, plain.episodes));
  }
  for (const [name, [link, wrap]] of Object.entries(WRAPPINGS)) {
    test(name, () => assert.deepEqual(replay(pcap(records(wrap), { link })).episodes, plain.episodes));
  }

  test('a file in pieces, through a pipe, or cut within a record, is the same file', () => {
    const all = many(300, (i) => syn(`198.51.100.${i % 40}`, i * 3));
    const whole = replay(pcap(all)).episodes;
    assert.deepEqual(replay([pcap(all.slice(0, 77)), pcap(all.slice(77))]).episodes, whole);
    const piped = run(['-', '--prefixes', prefixes, '--dark', DARK, '--json'], pcap(all));
    assert.deepEqual(piped.out.trim().split('\n').map((l) => JSON.parse(l)), whole);
  });

  test('IPv6 with extension headers, fragments, and in Teredo', () => {
    const head = (next, n) => Buffer.concat([Buffer.from([0x60, 0, 0, 0, n >> 8, n & 255, next, 61]),
      Buffer.from('20010db8000100000000000000000010', 'hex')]);
    const dst = (i) => Buffer.from(`20010db8dead0000000000000000${(i + 16).toString(16).padStart(4, '0')}`, 'hex');
    const six = (i, next, ...parts) => {
      const load = Buffer.concat(parts);
      return Buffer.concat([MAC6, head(next, load.length), dst(i), load]);
    };
    const hop = Buffer.from([60, 0, 1, 4, 0, 0, 0, 0]), options = Buffer.from([6, 0, 1, 4, 0, 0, 0, 0]);
    const first = Buffer.from([6, 0, 0, 1, 0, 0, 0, 9]), later = Buffer.from([6, 0, 0, 16, 0, 0, 0, 9]);
    const all = [0, 1, 2, 3, 4].map((i) => [START + i * 1e6, six(i, 0, hop, options, tcp({ seq: i * 7919 }))]);
    all.push([START + 6e6, six(5, 44, first, tcp({ seq: 5 }))], [START + 7e6, six(5, 44, later, Buffer.alloc(40, 0x41))]);
    const { episodes, totals } = replay(pcap(all));
    const want = (dark) => [['2001:db8:1::10', 'worm', null, true, dark, [445]]];
    const told = (list) => list.map((e) => [...says(e), e.dark_addresses, e.ports]);
    assert.deepEqual(told(episodes), want(6));
    assert.equal(totals.kinds.fragment, 1);
    const origin = '00000d3dc0000201', key = `000102030a0b0c0d0e${'00'.repeat(8)}00`; // RFC 4380, 5.1.1
    const teredo = (i, before, ports) => [START + i * 1e6, eth(ip4({ src: '192.0.2.1', dst: '192.0.2.2', proto: 17 },
      udp(ports, Buffer.concat([Buffer.from(before, 'hex'), six(i, 6, tcp({ seq: i * 7919 })).subarray(14)]))))];
    const inside = replay(pcap(['', origin, key, key + origin].map((before, i) => teredo(i, before, i % 2 ? { dport: 3544 } : { sport: 3544 }))));
    assert.deepEqual(told(inside.episodes), want(4));
    assert.equal(inside.totals.tunnelled, 4);
  });
  const MAC6 = Buffer.concat([Buffer.alloc(12, 2), Buffer.from([0x86, 0xdd])]);
});

describe('whose it is, and what it means', LIMIT, () => {
  test('the smallest range decides, and a shared exit names all its bodies', () => {
    const { episodes } = replay(pcap([...many(5, (i) => syn('198.51.100.129', i)), ...many(5, (i) => syn('198.51.100.192', i)),
      ...many(5, (i) => syn('192.0.2.9', i))]));
    assert.deepEqual(episodes.map((e) => [e.source, e.bodies, e.role]).sort(), [
      ['198.51.100.129', ['131024', '131032'], 'egress'], ['198.51.100.192', ['131040'], 'vendor']]);
  });

  test('of an ICMP error the quoted destination is the victim; a quote nobody can have sent counts for nobody', () => {
    const quote = (src, dst) => ip4({ src, dst, ttl: 3 }, tcp({ sport: 3333, dport: 80 }).subarray(0, 8));
    const error = (i, src, quoted) => ip4({ src, dst: to(i), proto: 1 }, icmp({ type: 11 }, quoted));
    const { episodes, totals } = replay(pcap([
      ...many(6, (i) => error(i, `192.0.2.${i}`, quote(to(i), '198.51.100.20'))),
      ...many(6, (i) => error(i, '198.51.100.30', quote(to(i), '192.0.2.77'))), // a body's router, another's victim
      ...many(2, (i) => error(i, '198.51.100.40', quote('192.0.2.1', '198.51.100.41')))]));
    const victim = episodes.filter((e) => e.class === 'backscatter');
    assert.deepEqual(victim.map((e) => [e.source, e.victim, e.packets, e.ports]), [['198.51.100.20', '198.51.100.20', 6, [80]]]);
    assert.equal(totals.quotes_odd, 2);
    assert.ok(episodes.every((e) => !e.infected && !['198.51.100.41', '198.51.100.30'].includes(e.victim)));
  });

  test('answers and mistakes are no infection, however many', () => {
    const dns = Buffer.from('000181800001000100000000', 'hex'), ask = Buffer.from('000101000001000000000000', 'hex');
    const { episodes } = replay(pcap([
      ...many(200, (i) => ip4({ src: '198.51.100.2', dst: to(i) }, tcp({ sport: 443, dport: 1024 + i, flags: 0x12, ack: i }))),
      ...many(60, (i) => ip4({ src: '198.51.100.3', dst: to(i) }, tcp({ sport: 25, dport: 1024 + i, flags: 0x14, options: '' }))),
      ...many(60, (i) => ip4({ src: '198.51.100.4', dst: to(i), proto: 17 }, udp({ sport: 53, dport: 2000 + i }, dns))),
      ...many(60, (i) => ip4({ src: '198.51.100.5', dst: to(i), proto: 1 }, icmp({ type: 0 }))),
      ...many(900, (i) => ip4({ src: '198.51.100.6', dst: to(i % 2), proto: 17 }, udp({ sport: 514, dport: 514 }, Buffer.from('<14>x')))),
      ...many(900, (i) => ip4({ src: '198.51.100.7', dst: to(3), proto: 17 }, udp({ sport: 3000 + i, dport: 53 }, ask))),
      ...many(900, (i) => ip4({ src: '198.51.100.8', dst: to(4) }, tcp({ sport: 3000 + i, dport: 8530, seq: i * 77 })))]));
    const want = { 2: 'backscatter', 3: 'backscatter', 4: 'backscatter', 5: 'backscatter', 6: 'misconfiguration',
      7: 'misconfiguration', 8: 'misconfiguration' };
    assert.deepEqual(Object.fromEntries(episodes.map((e) => [e.source.split('.')[3], e.class])), want);
    assert.deepEqual(episodes.map((e) => e.confidence), Array(7).fill('certain'));
    assert.ok(episodes.every((e) => !e.infected));
  });

  test('Mirai needs two packets to two dark addresses; once, it is possible', () => {
    const mirai = (src, i) => ip4({ src, dst: to(i), ttl: 52 }, tcp({ dport: 23, seq: number(to(i)), window: 5000 + i, options: '' }));
    const { episodes } = replay(pcap([...many(2, (i) => mirai('198.51.100.2', i)), ...many(1, (i) => mirai('198.51.100.3', i)),
      ...many(4, () => mirai('198.51.100.4', 1))]));
    assert.deepEqual(episodes.map((e) => [...says(e), e.confidence]).sort(), [['198.51.100.2', 'worm', 'mirai', true, 'certain'],
      ['198.51.100.3', 'worm', 'mirai', false, 'possible'], ['198.51.100.4', 'worm', 'mirai', false, 'likely']]);
  });

  test('an address that others write into their packets is not infected', () => {
    const chance = (i, n) => (i * 2654435761 >>> 7) % n;
    const { episodes } = replay(pcap([
      ...many(60, (i) => syn('198.51.100.2', i, { ttl: 30 + chance(i, 220), dport: 1 + chance(i + 5, 60000) })),
      ...Array.from({ length: 40 }, (_, i) => many(1, () => syn(`198.51.100.${60 + i}`, i, { ttl: 30 + chance(i, 220) }))).flat(),
      ...many(9, (i) => syn('198.51.100.3', i, { dport: 0 }))]));
    assert.ok(episodes.every((e) => !e.infected));
    const of = (last) => episodes.find((e) => e.source === `198.51.100.${last}`);
    assert.deepEqual([of(2).class, of(3).class, of(60).class], ['spoofed', 'spoofed', 'unknown']);
  });

  test('a machine that was wrong for long, and is then taken over, is found', () => {
    const log = many(2000, () => ip4({ src: '198.51.100.9', dst: to(7) }, tcp({ dport: 514 })));
    const scan = Array.from({ length: 30 }, (_, i) => [START + 3e9 + i * 1e6, eth(syn('198.51.100.9', i))]);
    const { episodes } = replay(pcap([...log, ...scan]));
    assert.deepEqual(episodes.map((e) => e.class).sort(), ['misconfiguration', 'worm']);
  });
});

describe('bad input', LIMIT, () => {
  const good = pcap(many(9, (i) => syn('198.51.100.10', i)));

  test('cut anywhere, it is read up to there', () => {
    for (let n = 24; n < good.length; n += 7) {
      const { totals, err } = replay(good.subarray(0, n));
      const whole = (n - 24) % 90 === 0;
      assert.equal(totals.frames, Math.floor((n - 24) / 90));
      assert.equal(totals.files[0].end, whole ? 'whole' : 'cut');
      assert.equal(/途中で切れて/.test(err), !whole);
    }
  });

  test('lengths that make no sense end it, with what came before', () => {
    const bad = Buffer.from(good);
    bad.writeUInt32LE(0x7fffffff, 24 + 90 * 4 + 8);
    const { totals, episodes } = replay(bad);
    assert.deepEqual([totals.frames, totals.files[0].end, episodes.length], [4, 'broken', 1]);
    const ng = pcapng(many(3, (i) => syn('198.51.100.10', i)));
    ng.writeUInt32LE(13, ng.length - 4);
    assert.equal(replay(ng).totals.files[0].end, 'broken');
    const zip = zlib.gzipSync(good);
    zip.fill(0xff, zip.length >> 1, (zip.length >> 1) + 8);
    assert.notEqual(replay(zip).totals.files[0].end, 'whole');
  });

  test('what is no capture is refused', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(5000, 0x41), Buffer.from([0x1f, 0x8b, 1, 2, 3, 4])]) {
      const r = run([file('none', bytes), '--prefixes', prefixes, '--dark', DARK]);
      assert.equal(r.code, 65, r.err);
      assert.match(r.err, /pcap でも pcapng でもありません/);
    }
    assert.equal(run([path.join(folder, 'absent'), '--prefixes', prefixes, '--dark', DARK]).code, 66);
  });

  test('packets cut by the capture, contradicting lengths, later fragments', () => {
    const short = replay(pcap(many(9, (i) => syn('198.51.100.10', i)), { snap: 14 + 24 }));
    assert.deepEqual([short.totals.headers_cut, short.episodes[0].packets, short.episodes[0].ports], [9, 9, [445]]);
    assert.equal(replay(pcap(many(9, (i) => syn('198.51.100.10', i)), { snap: 30 })).totals.short, 9);
    const odd = replay(pcap([...many(4, (i) => ip4({ src: '198.51.100.2', dst: to(i), length: 12 }, tcp({}))),
      ...many(4, (i) => ip4({ src: '198.51.100.3', dst: to(i), part: 3 }, tcp({})))]));
    assert.deepEqual([odd.totals.malformed, odd.totals.kinds.fragment, odd.episodes], [4, 4, []]);
  });

  test('a broken clock neither begins nor ends anything', () => {
    const all = many(40, (i) => syn('198.51.100.10', i));
    for (const [at, t] of [[5, 1], [11, 4_000_000_000_000_000], [12, 3_000_000_000_000_000], [30, START - 86_400e6]]) all[at][0] = t;
    const { episodes, totals } = replay(pcap(all));
    assert.equal(totals.time_jumps, 4);
    assert.deepEqual(episodes.map((e) => [Date.parse(e.first), Date.parse(e.last), e.packets]),
      [[START / 1000, START / 1000 + 39_000, 40]]);
  });

  test('a day of quiet ends an episode; the next is another', () => {
    const later = many(5, (i) => syn('198.51.100.10', i)).map(([t, p]) => [t + 26 * 3600e6, p]);
    const { episodes } = replay(pcap([...many(5, (i) => syn('198.51.100.10', i)), ...later]));
    assert.deepEqual(episodes.map((e) => [e.class, e.packets]), [['worm', 5], ['worm', 5]]);
  });

  test('ranges that contradict each other are refused with both lines', () => {
    const refused = [['192.0.2.0/24 1 own\n\n192.0.2.0/24 2 own\n', /1行目と3行目.*192\.0\.2\.0\/24/],
      ['192.0.2.0/24 1 own\n192.0.2.0/24 1 egress\n', /1行目と2行目/], ['192.0.2.1/24 1\n', /1行目.*192\.0\.2\.1\/24/],
      ['x\n192.0.2.0/24\n', /1行目/], ['192.0.2.0/24\n', /1行目: 団体/], ['192.0.2.0/24 1 mine\n', /own・egress・vendor/],
      ['192.0.2.0/24 1, own\n', /2行目|1行目/], ['192.0.2.0/24 1 own more\n', /余分/]];
    for (const [text, why] of refused) {
      const r = run([file('good', good), '--prefixes', file('bad', text), '--dark', DARK]);
      assert.equal(r.code > 0 && r.code < 126, text.includes('1, own') ? r.code !== 0 : true, text);
      if (!text.includes('1, own')) assert.match(r.err, why, text);
    }
    assert.equal(run([file('good', good), '--prefixes', prefixes, '--dark', '203.0.113.9/24']).code, 65);
    const twice = replay(good, { ranges: file('twice', `${PREFIXES}198.51.100.0/24 131016 own\n`) });
    assert.equal(twice.episodes.length, 1);
  });
});
