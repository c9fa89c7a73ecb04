// SPDX-License-Identifier: Apache-2.0
// From a packet to a mail to a cause: a body registers a range, a capture in which that range scans
// port 445 is replayed into the database, the contact gets one mail through a real relay, and the
// body follows it up. Others see nothing, or what they may.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import {
  FRAME, PATIENCE, bin, darknetApply, darknetApprove, demo, plantAlert, program, root, serve, sqlite, tempFolder, token,
} from './lib.mjs';
import { work } from './mailbox.mjs';
import { ip4, pcap as pcapBytes, tcp } from './pcap.mjs';
import { authority, postfix } from './relay.mjs';

const LIMIT = { timeout: 180_000 };
const SOURCE = '198.18.1.7', DARK = '198.19.0.';

const syn = ({ from, to, sport, dport, id, ttl = 118, seq }) => ip4({ src: from, dst: to, ttl, id },
  tcp({ sport, dport, seq, window: 8192, options: '020405b4' }));

/** A capture of raw IP: [milliseconds, packet]…. */
function pcap(file, packets) {
  fs.writeFileSync(file, pcapBytes(packets.map(([ms, packet]) => [ms * 1000, packet]), { link: 101 }));
  return file;
}

/** A machine that looks for port 445, as an ordinary stack sends: ports and ids go up. */
function scan(begin, { from = SOURCE, n = 60, dport = 445 } = {}) {
  return Array.from({ length: n }, (_, i) => [begin + 250 * i,
    syn({ from, to: `${DARK}${(i * 37 + 5) % 250}`, sport: 49152 + i, dport, id: 1000 + i, seq: 0x10000000 + i * 977_131 })]);
}

/** UUIDv5 of a name in the space of STIX's observables (section 2.9). */
function uuid5(name) {
  const h = crypto.createHash('sha1').update(Buffer.from('00abedb4aa42466c9c01fed23315a9b7', 'hex')).update(name).digest().subarray(0, 16);
  h[6] = h[6] & 15 | 80, h[8] = h[8] & 63 | 128;
  return h.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What STIX 2.1 demands of every type that is used here; every reference leads somewhere. */
function stix(bundle) {
  const required = { 'marking-definition': ['definition_type', 'definition'], identity: ['name'], 'ipv4-addr': ['value'], 'ipv6-addr': ['value'],
    'network-traffic': ['protocols', 'src_ref'], 'observed-data': ['first_observed', 'last_observed', 'number_observed', 'object_refs'],
    indicator: ['pattern', 'pattern_type', 'valid_from'], sighting: ['sighting_of_ref'], relationship: ['relationship_type', 'source_ref', 'target_ref'] };
  const observable = /-addr$|^network-traffic$/;
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
  assert.match(bundle.id, new RegExp(`^bundle--${uuid}$`));
  const ids = new Set(bundle.objects.map((o) => o.id));
  assert.equal(ids.size, bundle.objects.length);
  for (const o of bundle.objects) {
    assert.ok(required[o.type], o.type);
    assert.match(o.id, new RegExp(`^${o.type}--${uuid}$`));
    assert.equal(o.spec_version, '2.1');
    for (const name of required[o.type]) assert.notEqual(o[name], undefined, `${o.type}.${name}`);
    const own = !observable.test(o.type) && o.type !== 'marking-definition';
    for (const name of ['created', 'modified']) assert.equal(o[name] !== undefined, own || (name === 'created' && o.type === 'marking-definition'), `${o.type}.${name}`);
    for (const [name, v] of Object.entries(o)) {
      if (/^(created|modified|start|(first|last)_(seen|observed)|valid_from)$/.test(name)) assert.match(v, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      if (/_refs?$/.test(name)) for (const id of [v].flat()) assert.ok(ids.has(id), `${o.type}.${name}`);
    }
    if (own) assert.ok(o.modified >= o.created);
  }
}

describe('an alert', LIMIT, () => {
  const c = {};
  const sql = (query) => sqlite(c.file, query).trim();
  const replay = (...files) => {
    const r = spawnSync(bin, ['darknet', 'replay', ...files, '--db', `sqlite:${c.file}`],
      { encoding: 'utf8', timeout: PATIENCE });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout.split('\n').filter(Boolean);
  };

  before(async () => {
    c.tls = authority();
    c.relay = await postfix(c.tls);
    c.folder = tempFolder();
    c.file = demo('--sample');
    c.server = await serve(c.file);
    c.as = (login) => program(c.server.url, token(c.file, login));
    [c.town, c.pref, c.nation, c.other] = ['town', 'pref', 'nation', 'u483028'].map(c.as);
    const r = await c.nation.post('/darknet/dark', { ranges: `${DARK}0/24`, note: '観測網' });
    assert.equal(r.status, 200, r.text);
    await darknetApprove(c.nation, await darknetApply(c.town, '198.18.1.0/24'));
    const [contact] = (await c.town.get('/darknet/contacts')).json.rows; // the relay's inbox is example.jp
    assert.equal((await c.town.post(`/darknet/contacts/${contact.recipient}`, { name: '情報係', mail: 'joho@example.jp',
      hours: 'always', language: 'ja', version: contact.version })).status, 200);
    c.begin = Date.now() + 1000;
    c.capture = pcap(path.join(c.folder, 'scan.pcap'), scan(c.begin));
  }, LIMIT);
  after(async () => {
    await c.server?.stop();
    await c.relay?.stop();
  });

  test('is new once, however often the same capture comes', LIMIT, () => {
    const table = path.join(c.folder, 'flows.csv');
    const lines = replay(c.capture, '--flows', table);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.equal(fs.readFileSync(table, 'utf8').match(/,198\.18\.1\.7,/g).length, 60, 'the child writes what the reporting process never sees');
    assert.match(lines[0], /^new\thigh\t198\.18\.1\.7\tworm\ttcp\/445\t60$/);
    const told = () => Number(sql('SELECT COUNT(*) FROM outbox WHERE kind=\'darknet.alert\';'));
    assert.equal(told(), 1);
    assert.deepEqual(replay(c.capture), []);
    assert.deepEqual(replay(c.capture, c.capture), []);
    assert.equal(told(), 1);
    assert.equal(sql('SELECT packets FROM darknet_episode;'), '60');
  });

  test('arrives at the contact, and says everything without a link', LIMIT, async () => {
    const w = work(c.file, c.relay.url, '--smtp-tls', 'require', '--smtp-ca', c.tls.ca, '--once');
    assert.equal(await w.end(), 0, w.log);
    const mail = (await c.relay.arrived(Number(sql('SELECT COUNT(*) FROM outbox WHERE state=3;')))).find((m) => m.head.get('to') === '<joho@example.jp>');
    assert.ok(mail, 'a mail to the contact');
    assert.match(mail.head.get('subject'), /不審な通信：198\.18\.1\.7/);
    for (const part of ['■ いつ', '■ どのアドレスから\n  198.18.1.7', 'tcp/445', '60 パケット', '■ 何に見えるか',
      '■ どれだけ確かか', '■ まずすること', '■ 分からないとき', '秘密です']) assert.ok(mail.text.includes(part), `${part}\n${mail.text}`);
    const jst = new Date(c.begin + 9 * 3600_000).toISOString().replace('T', ' ').slice(0, 23);
    assert.ok(mail.text.includes(`${jst} tcp 送信元 ${SOURCE}:49152 あて先 ${DARK}5:445`), mail.text);
    assert.ok(!mail.text.includes('共用'), 'nobody else is behind this address');
  });

  test('is seen by its body and the nation whole, by the prefecture without dark addresses, by others not at all', LIMIT, async () => {
    const { rows } = (await c.town.get('/darknet/alerts')).json;
    assert.deepEqual(rows.map((r) => [r.source, r.class_key, r.services]), [[SOURCE, 'worm', 'tcp/445']]);
    c.alert = rows[0].alert;
    const page = `/darknet/alerts/${c.alert}`;
    for (const who of [c.town, c.nation]) {
      const { json } = await who.get(page);
      assert.equal(json.packets_shown[0].dark_address, `${DARK}5`);
      assert.equal(json.packets_shown[0].source_port, 49152);
      assert.equal(json.packets_shown[0].ms, c.begin % 1000);
    }
    const seen = await c.pref.get(page);
    assert.equal(seen.status, 200);
    assert.equal(seen.json.packets_shown[0].source_port, 49152);
    assert.ok(!seen.text.includes(DARK), 'the prefecture reads no dark address');
    assert.equal((await c.other.get(page)).status, 404);
    assert.deepEqual((await c.other.get('/darknet/alerts?state=all')).json.rows, []);
    assert.deepEqual((await c.other.get('/darknet/alerts/list/csv')).text.includes(SOURCE), false);
    assert.equal((await c.town.get('/darknet')).json.alerts_open, 1);
    assert.equal((await c.other.get('/darknet')).json.alerts_open, 0);
  });

  test('is followed until its cause is known, by its body alone', LIMIT, async () => {
    const page = `/darknet/alerts/${c.alert}`;
    const { version } = (await c.town.get(page)).json;
    assert.equal((await c.other.post(`${page}/acknowledge`, { version })).status, 404);
    assert.equal((await c.pref.post(`${page}/acknowledge`, { version })).status, 404);
    assert.equal((await c.town.post(`${page}/acknowledge`, { version })).status, 200);
    assert.equal((await c.town.post(`${page}/cause`, { version, cause: 'malware' })).status, 409, 'changed since');
    assert.equal((await c.town.post(`${page}/cause`, { version: version + 1, cause: 'none' })).status, 422);
    const r = await c.town.post(`${page}/cause`, { version: version + 1, cause: 'malware', note: '窓口の端末' });
    assert.equal(r.status, 200, r.text);
    const { json } = await c.town.get(page);
    assert.equal(json.cause, '機器の感染');
    for (const fact of [`自団体のアドレス：${SOURCE}（`, '数：60 パケット', '確かさ：確か', '感染の疑い：', '検知の通知を受けた日時：令和', '確認した日時：令和',
      '原因を記録した日時：令和', '原因：機器の感染', '説明：窓口の端末']) assert.ok(json.facts.includes(fact), `${fact}\n${json.facts}`);
    assert.ok(!json.facts.includes(DARK));
    assert.deepEqual(json.steps.map((s) => s.kind), ['原因を記録した', '確認した', '見つかった']);
    assert.deepEqual((await c.town.get('/darknet/alerts')).json.rows, []);
    assert.equal((await c.town.get('/darknet/alerts?state=all&port=445')).json.rows.length, 1);
    assert.deepEqual((await c.town.get('/darknet/alerts?state=all&port=446')).json.rows, []);
  });

  test('is evidence in the survey, and an incident can begin with it', LIMIT, async () => {
    const survey = (await c.town.get('/')).json.own[0].id;
    const beside = async (code) => (await c.town.get(`/surveys/${survey}/items/${code}`)).json.measure;
    assert.deepEqual([(await beside('OPE-02')).value, (await beside('OPE-02')).source], ['1件', '/darknet']);
    assert.deepEqual([(await beside('OPE-03')).value, (await beside('OPE-03')).source], ['0日', '/darknet/alerts']);
    const begun = await c.town.post('/incidents', { alert: c.alert });
    assert.equal(begun.status, 200, begun.text);
    const at = `/incidents/${begun.json.incident}/facts`;
    const values = async (part) => Object.fromEntries((await c.town.get(`${at}/${part}`)).json.questions
      .map((q) => [q.key, q.value || q.choices.filter((o) => o.chosen).map((o) => o.key).join()]));
    const [what, attack, response] = await Promise.all(['what', 'attack', 'response'].map(values));
    assert.deepEqual([what.kind, what.found_by], ['malware', 'darknet']);
    assert.equal(attack.indicator, SOURCE);
    assert.ok(response.other.includes(`自団体のアドレス：${SOURCE}`) && !response.other.includes(DARK), response.other);
    assert.equal((await c.other.post('/incidents', { alert: c.alert })).status, 404);
  });

  test('what the body does not want to hear of is recorded, and not mailed', LIMIT, async () => {
    const page = `/darknet/alerts/${c.alert}`;
    const until = new Date(Date.now() + 30 * 86400_000).toISOString().slice(0, 10);
    assert.equal((await c.town.post(`${page}/suppress`, { scope: 'port', reason: '検査の期間' })).status, 422);
    const r = await c.town.post(`${page}/suppress`, { scope: 'port', reason: '検査の期間', until });
    assert.equal(r.status, 200, r.text);
    const mails = () => sql('SELECT COUNT(*) FROM outbox WHERE kind=\'darknet.alert\';');
    assert.equal(mails(), '1');
    const lines = replay(pcap(path.join(c.folder, 'more.pcap'), scan(c.begin + 60_000, { from: '198.18.1.8' })));
    assert.equal(lines.length, 1);
    assert.equal(mails(), '1');
    assert.equal(sql('SELECT COUNT(*) FROM darknet_event WHERE kind=1 AND way=4;'), '1');
    const { suppressions } = (await c.town.get('/darknet/alerts')).json;
    assert.deepEqual(suppressions.map((s) => [s.port, s.reason]), [[445, '検査の期間']]);
    assert.equal((await c.other.post(`/darknet/suppressions/${suppressions[0].suppression}/end`)).status, 404);
    assert.equal((await c.town.post(`/darknet/suppressions/${suppressions[0].suppression}/end`)).status, 200);
    assert.equal(replay(pcap(path.join(c.folder, 'third.pcap'), scan(c.begin + 120_000, { from: '198.18.1.9' }))).length, 1);
    assert.equal(mails(), '2');
  });

  test('the first packets are a file; the prefecture\'s has no dark address in it', LIMIT, async () => {
    const at = `/darknet/alerts/${plantAlert(c.file, 483010, { source: '198.18.1.77' })}`, file = `${at}/packets.pcap`;
    const bytes = async (login) => {
      const r = await fetch(c.server.url + file, { headers: { Authorization: `Bearer ${token(c.file, login)}` } });
      assert.equal(r.status, 200);
      assert.equal(r.headers.get('content-type'), 'application/vnd.tcpdump.pcap');
      return Buffer.from(await r.arrayBuffer());
    };
    const whole = Buffer.from(FRAME, 'hex'), dark = Buffer.from([198, 19, 0, 5]);
    for (const who of ['town', 'nation']) {
      const b = await bytes(who);
      assert.equal(b.subarray(0, 4).toString('hex'), 'd4c3b2a1');
      assert.equal(b.readUInt32LE(20), 101);
      assert.deepEqual(b.subarray(40), whole, who);
    }
    const masked = await bytes('pref');
    assert.equal(masked.length, 40 + whole.length);
    assert.ok(!masked.includes(dark));
    for (const at of [10, 36]) assert.equal(masked.readUInt16BE(40 + at), 0, 'its checksum would tell');
    assert.deepEqual(masked.subarray(52, 56), whole.subarray(12, 16), 'whose it was is seen');
    assert.equal((await c.other.get(file)).status, 404);
    assert.equal((await c.town.get(at)).json.has_frames, true);
    const read = spawnSync('tcpdump', ['-nr', '-'], { input: await bytes('town'), encoding: 'utf8', timeout: PATIENCE });
    if (!read.error) assert.match(read.stdout, /198\.18\.1\.7\.49152 > 198\.19\.0\.5\.23/);
  });

  test('one alert leaves as the sensor\'s episode and as STIX 2.1, each with what its reader may know', LIMIT, async () => {
    const { rows } = (await c.town.get('/darknet/alerts?state=all&q=198.18.1.77')).json, at = `/darknet/alerts/${rows[0].alert}`;
    const read = async (who, file) => JSON.parse((await who.get(`${at}/${file}`)).text);
    const episode = await read(c.town, 'episode.json'), [first] = episode.first_packets;
    assert.equal(episode.source, '198.18.1.77');
    assert.deepEqual(episode.services, ['tcp/23']);
    assert.match(first.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/);
    assert.deepEqual([first.protocol, first.source_port, first.dark_address, first.port], ['tcp', 49152, '198.19.0.5', 23]);
    assert.equal((await read(c.pref, 'episode.json')).first_packets[0].dark_address, null);
    const bundle = await read(c.town, 'stix.json'), of = (type) => bundle.objects.filter((o) => o.type === type);
    assert.deepEqual(await read(c.town, 'stix.json'), bundle, 'the same alert is the same bundle');
    stix(bundle);
    assert.deepEqual(of('ipv4-addr').map((o) => o.value), ['198.18.1.77', '198.19.0.5']);
    assert.equal(of('ipv4-addr')[0].id, `ipv4-addr--${uuid5('{"value":"198.18.1.77"}')}`);
    const [flow] = of('network-traffic');
    assert.deepEqual([flow.src_port, flow.dst_port, flow.protocols], [49152, 23, ['ipv4', 'tcp']]);
    assert.equal(flow.id, `network-traffic--${uuid5(JSON.stringify({ dst_port: 23, dst_ref: flow.dst_ref, protocols: flow.protocols,
      src_port: 49152, src_ref: flow.src_ref, start: flow.start }))}`);
    assert.deepEqual(of('indicator')[0].indicator_types, ['compromised']);
    const masked = await c.pref.get(`${at}/stix.json`);
    assert.ok(!masked.text.includes(DARK));
    stix(JSON.parse(masked.text));
    for (const file of ['episode.json', 'stix.json']) assert.equal((await c.other.get(`${at}/${file}`)).status, 404);
  });

  test('what happened is a feed for programs, in the words of n6 and of IntelMQ', LIMIT, async () => {
    const read = async (who, query = '') => JSON.parse((await who.get(`/darknet/feed${query}`)).text);
    const all = await read(c.town), { events } = all, one = events.find((e) => e.address[0].ip === SOURCE);
    assert.deepEqual([one.category, one.confidence, one.proto, one.dport, one.dip, one.count, one.status, one.client],
      ['bots', 'high', 'tcp', 445, `${DARK}5`, 60, 'new', ['483010']]);
    for (const t of [one.time, one.until, one.modified]) assert.equal(new Date(t).toISOString(), t);
    assert.equal(all.next, Number(events.at(-1).id));
    const pages = [];
    for (let after = 0, page; (page = await read(c.town, `?after=${after}&limit=1`)).events.length; after = page.next) pages.push(...page.events);
    assert.deepEqual(pages, events, 'page by page the same');
    assert.deepEqual(await read(c.town, `?after=${all.next}`), { events: [], next: all.next });
    const mq = (await read(c.town, '?format=intelmq')).events.find((e) => e['source.ip'] === SOURCE);
    assert.deepEqual([mq['classification.taxonomy'], mq['classification.type'], mq['protocol.transport'], mq['destination.port'],
      mq['destination.ip'], mq['extra.body']], ['malicious-code', 'infected-system', 'tcp', 445, `${DARK}5`, '483010']);
    assert.deepEqual((await read(c.nation)).events, events);
    const pref = await c.pref.get('/darknet/feed');
    assert.equal(JSON.parse(pref.text).events.length, events.length);
    assert.ok(!pref.text.includes(DARK));
    assert.deepEqual((await read(c.other)).events, []);
  });

  test('a packet from before the registration is nobody\'s', LIMIT, () => {
    const old = pcap(path.join(c.folder, 'old.pcap'), scan(c.begin - 86400_000, { from: '198.18.1.20' }));
    assert.deepEqual(replay(old), []);
  });

  test('inside a body every sender to its own unused addresses is its own', LIMIT, async () => {
    const r = await c.town.post('/darknet/internal', { ranges: '10.20.0.0/16', note: '未使用' });
    assert.equal(r.status, 200, r.text);
    const begin = Date.now() + 1000; // before, the range was not yet dark
    const capture = pcap(path.join(c.folder, 'inside.pcap'), Array.from({ length: 30 }, (_, i) => [begin + 250 * i,
      syn({ from: '10.1.2.3', to: `10.20.0.${i + 1}`, sport: 50000 + i, dport: 445, id: i, seq: 7 + i * 977_131 })]));
    assert.deepEqual(replay(capture), [], 'nobody\'s, seen from outside');
    assert.match(replay(capture, '--inside', '483010').join('\n'), /^new\thigh\t10\.1\.2\.3\tworm\ttcp\/445\t30$/);
    assert.equal(sql('SELECT bodies FROM darknet_episode WHERE source=\'10.1.2.3\';'), '483010');
    assert.equal(sql('SELECT COUNT(*) FROM darknet_fact WHERE watched=65536 AND packets=30;'), '1');
  });

  test('works without a serving process too', LIMIT, async () => {
    assert.equal(await c.server.stop(), 0);
    c.server = null;
    const lines = replay(pcap(path.join(c.folder, 'fourth.pcap'), scan(c.begin + 180_000, { from: '198.18.1.10' })));
    assert.equal(lines.length, 1);
  });
});

const LONG = { timeout: 600_000 };
describe('live', LONG, () => {
  const c = {};
  before(async () => {
    c.folder = tempFolder();
    c.file = demo('--sample');
    c.server = await serve(c.file);
    const [town, nation] = ['town', 'nation'].map((login) => program(c.server.url, token(c.file, login)));
    assert.equal((await nation.post('/darknet/dark', { ranges: '203.0.113.0/24', note: '観測網' })).status, 200);
    await darknetApprove(nation, await darknetApply(town, '198.51.100.0/24'));
  }, LONG);
  after(() => c.server?.stop());

  const flows = () => path.join(c.folder, 'flows.csv');
  const watch = (name) => {
    const at = path.join(c.folder, name);
    fs.mkdirSync(at);
    const r = spawnSync(path.join(root, 'test/darknet/watch.sh'), [at, bin, '--db', `sqlite:${c.file}`, '--flows', flows()],
      { encoding: 'utf8', timeout: 200_000 });
    assert.equal(r.status, 0, r.stderr);
    return Object.fromEntries(['rc', 'out', 'err', 'status'].map((f) => [f, fs.readFileSync(path.join(at, f), 'utf8')]));
  };
  const told = () => sqlite(c.file, 'SELECT COUNT(*) FROM outbox WHERE kind=\'darknet.alert\';').trim();
  const spool = () => fs.statSync(`${c.file}.darknet`).size;

  test('what arrives at the interface is an alert and a mail, and the reporting process has no privilege', LONG, () => {
    const r = watch('first');
    assert.equal(r.rc.trim(), '0', r.err);
    assert.match(r.out, /^(?:new|escalated)\thigh\t198\.51\.100\.10\tscan\ttcp\/445\t\d+$/m);
    assert.match(r.status, /^CapEff:\s*0+$/m);
    assert.ok(Number(told()) > 0);
    assert.equal(spool(), 0);
    assert.match(fs.readFileSync(flows(), 'utf8'), /^timestamp,.*\n(?:\d+,198\.51\.100\.10,203\.0\.113\.\d+,.*,syn,0,1,0,0,0,1,\d+,.*\n)+/);
    fs.appendFileSync(flows(), '1790,cut'); // as by a power cut
  });

  test('while the database cannot be written, it waits on the disk, and then arrives once', LONG, async () => {
    await c.server.stop();
    sqlite(c.file, 'CREATE TRIGGER away BEFORE INSERT ON darknet_event BEGIN SELECT RAISE(ABORT, \'away\'); END;' +
      'CREATE TRIGGER away_too BEFORE UPDATE ON darknet_episode BEGIN SELECT RAISE(ABORT, \'away\'); END;');
    const before = told(), r = watch('second');
    assert.notEqual(r.rc.trim(), '0', 'what was not delivered is not called well');
    assert.ok(spool() > 0);
    assert.equal(told(), before);
    sqlite(c.file, 'DROP TRIGGER away; DROP TRIGGER away_too;');
    assert.equal(watch('third').rc.trim(), '0');
    const lines = fs.readFileSync(flows(), 'utf8').trim().split('\n'); // continued, by each watch
    assert.equal(lines.filter((l) => l.startsWith('timestamp,')).length, 1);
    assert.deepEqual(lines.filter((l) => l.split(',').length !== 21), ['1790,cut']);
    assert.equal(spool(), 0);
    assert.equal(told(), before); // the same episode: known already
  });

  test('a line that is refused for good is put aside, and the others arrive', LONG, () => {
    const line = '{"hour":"nonsense"}\n', hours = () => Number(sqlite(c.file, 'SELECT SUM(packets) FROM darknet_fact;'));
    const before = hours();
    assert.ok(before > 0, 'the hours of those before');
    fs.writeFileSync(`${c.file}.darknet`, line);
    fs.rmSync(flows());
    assert.equal(watch('fourth').rc.trim(), '0');
    assert.equal(fs.readFileSync(`${c.file}.darknet.refused`, 'utf8'), line);
    assert.equal(spool(), 0);
    assert.ok(hours() > before);
  });
});
