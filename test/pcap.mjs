// SPDX-License-Identifier: Apache-2.0
// Packets and captures as bytes, for tests: from the addresses up to the file.

const u8 = (...v) => Buffer.from(v);
const be16 = (v) => u8(v >> 8 & 255, v & 255);
const be32 = (v) => u8(v >>> 24, v >>> 16 & 255, v >>> 8 & 255, v & 255);
const v4 = (text) => u8(...text.split('.').map(Number));

export const number = (text) => v4(text).readUInt32BE();

/** An IPv4 packet around a payload. */
export function ip4({ src, dst, proto = 6, ttl = 60, id = 0, part = 0, length }, load) {
  const n = length ?? 20 + load.length;
  return Buffer.concat([u8(0x45, 0), be16(n), be16(id), be16(part), u8(ttl, proto), be16(0), v4(src), v4(dst), load]);
}

export function tcp({ sport = 40000, dport = 445, seq = 1, ack = 0, flags = 2, window = 64240,
  options = '020405b40402080a00000001000000000103' + '0307' }) {
  const o = Buffer.from(options, 'hex');
  return Buffer.concat([be16(sport), be16(dport), be32(seq), be32(ack), u8((20 + o.length) / 4 << 4, flags),
    be16(window), be16(0), be16(0), o]);
}

export function udp({ sport = 40000, dport = 53 }, load = Buffer.alloc(0)) {
  return Buffer.concat([be16(sport), be16(dport), be16(8 + load.length), be16(0), load]);
}

export function icmp({ type, code = 0 }, load = Buffer.alloc(0)) {
  return Buffer.concat([u8(type, code), be16(0), be32(0), load]);
}

// ── frames: the same packet in each kind of wrapping, with its link type ──

const MACS = Buffer.alloc(12, 2);
const ether = (type, load) => Buffer.concat([MACS, be16(type), load]);
const outer = (proto, ...load) => ether(0x0800, ip4({ src: '192.0.2.1', dst: '192.0.2.2', proto }, Buffer.concat(load)));
const overUdp = (dport, ...load) => outer(17, udp({ dport }, Buffer.concat(load)));
export const WRAPPINGS = {
  ethernet: [1, (p) => ether(0x0800, p)],
  vlan: [1, (p) => ether(0x8100, Buffer.concat([be16(7), be16(0x0800), p]))],
  qinq: [1, (p) => ether(0x88a8, Buffer.concat([be16(7), be16(0x8100), be16(8), be16(0x0800), p]))],
  mpls: [1, (p) => ether(0x8847, Buffer.concat([be32(0x00010140), p]))],
  pppoe: [1, (p) => ether(0x8864, Buffer.concat([u8(0x11, 0), be16(1), be16(p.length + 2), be16(0x21), p]))],
  raw: [101, (p) => p],
  cooked: [113, (p) => Buffer.concat([Buffer.alloc(14), be16(0x0800), p])],
  cooked2: [276, (p) => Buffer.concat([be16(0x0800), Buffer.alloc(18), p])],
  loopback: [0, (p) => Buffer.concat([u8(2, 0, 0, 0), p])],
  gre: [1, (p) => outer(47, be16(0), be16(0x0800), p)],
  'erspan 1': [1, (p) => outer(47, be16(0), be16(0x88be), ether(0x0800, p))],
  'erspan 2': [1, (p) => outer(47, be16(0x1000), be16(0x88be), be32(7), be32(0x10010000), be32(1), ether(0x0800, p))],
  'erspan 3': [1, (p) => outer(47, be16(0x1000), be16(0x22eb), be32(7), be32(0x20010000), be32(9), be32(0), ether(0x0800, p))],
  'erspan 3 with more, of IP alone': [1, (p) => outer(47, be16(0x1000), be16(0x22eb), be32(7), be32(0x20010000), be32(9), be32(0x809),
    be32(0), be32(0), p)],
  ipip: [1, (p) => outer(4, p)],
  vxlan: [1, (p) => overUdp(4789, u8(8, 0, 0, 0), be32(0x100), ether(0x0800, p))],
  geneve: [1, (p) => overUdp(6081, u8(0, 0, 0x65, 0x58), be32(0x100), ether(0x0800, p))],
  'geneve with options, of IP alone': [1, (p) => overUdp(6081, u8(2, 0, 8, 0), be32(0x100), be32(0x01020001), be32(5), p)],
};

// ── files; a record is [time in microseconds, bytes] ──

const number32 = (big) => (v) => {
  const b = Buffer.alloc(4);
  if (big) b.writeUInt32BE(v >>> 0);
  else b.writeUInt32LE(v >>> 0);
  return b;
};

export function pcap(records, { link = 1, big = false, nano = false, snap = 262144 } = {}) {
  const w = number32(big), version = big ? u8(0, 2, 0, 4) : u8(2, 0, 4, 0);
  const out = [w(nano ? 0xa1b23c4d : 0xa1b2c3d4), version, w(0), w(0), w(snap), w(link)];
  for (const [t, bytes] of records) {
    const kept = bytes.subarray(0, snap);
    out.push(w(Math.floor(t / 1e6)), w((t % 1e6) * (nano ? 1000 : 1)), w(kept.length), w(bytes.length), kept);
  }
  return Buffer.concat(out);
}

export function pcapng(records, { link = 1, big = false, nano = false } = {}) {
  const w = number32(big), h = (v) => (big ? be16(v) : u8(v & 255, v >> 8));
  const block = (type, body) => {
    const pad = Buffer.alloc(-body.length & 3), n = 12 + body.length + pad.length;
    return Buffer.concat([w(type), w(n), body, pad, w(n)]);
  };
  const options = nano ? Buffer.concat([h(9), h(1), u8(9, 0, 0, 0), h(0), h(0)]) : Buffer.alloc(0);
  const out = [block(0x0a0d0d0a, Buffer.concat([w(0x1a2b3c4d), h(1), h(0), w(0xffffffff), w(0xffffffff)])),
    block(1, Buffer.concat([h(link), h(0), w(0), options])),
    block(5, Buffer.alloc(300_000))]; // of no interest, and larger than the reader's buffer wants
  for (const [t, bytes] of records) {
    const ticks = BigInt(t) * (nano ? 1000n : 1n);
    out.push(block(6, Buffer.concat([w(0), w(Number(ticks >> 32n)), w(Number(ticks & 0xffffffffn)), w(bytes.length),
      w(bytes.length), bytes])));
  }
  return Buffer.concat(out);
}
