// SPDX-License-Identifier: Apache-2.0
// The peer of incidents: Request Tracker 5 of Debian on SQLite, which makes one ticket for each addressee where Yagura
// tells all of them in one report. A copy of the database that the package made, in a folder of its own.
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

import { run, sleep, start, stop } from './lib.mjs';

const LIB = '/usr/share/request-tracker5', MADE = '/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb';
const PORT = 18999, PASSWORD = 'bench-password';
const ADDRESSEES = ['個人情報保護委員会', '都道府県の市町村担当課', '総務省', '国家サイバー統括室', '都道府県警察'];

/** Milliseconds of five tickets, one for each addressee, ROUNDS times; null: Request Tracker is not here. */
export async function fiveTickets(rounds) {
  if (!fs.existsSync(MADE)) return null;
  const at = fs.mkdtempSync(join(os.tmpdir(), 'tracker-')), config = join(at, 'RT_SiteConfig.pm');
  fs.mkdirSync(join(at, 'none'));
  fs.copyFileSync(MADE, join(at, 'rtdb'));
  fs.writeFileSync(config, `Set($rtname, 'bench'); Set($Organization, 'bench'); Set($WebPath, ''); Set($WebPort, ${PORT});
Set($WebDomain, '127.0.0.1'); Set($WebBaseURL, 'http://127.0.0.1:${PORT}'); Set($DatabaseType, 'SQLite'); Set($DatabaseName, '${at}/rtdb');
Set($DatabaseHost, ''); Set($DatabaseUser, ''); Set($DatabasePassword, ''); Set($LogToSyslog, undef); Set($LogToSTDERR, 'error');
Set($MailCommand, 'testfile'); Set($RestrictReferrer, 0);\n1;\n`);
  Object.assign(process.env, { RT_SITE_CONFIG: config, RT_SITE_CONFIG_DIR: join(at, 'none') });
  run('perl', [`-I${LIB}/lib`, '-e', `use RT -init; my $u=RT::User->new(RT->SystemUser); $u->Load("root"); $u->SetPassword("${PASSWORD}");`]);
  const child = start(join(LIB, 'libexec/rt-server'), ['--port', String(PORT), '--host', '127.0.0.1'], 'ignore');
  try {
    await ticket(ADDRESSEES[0], 60); // once it answers; the first is not counted
    const times = [];
    for (let i = 0; i < rounds; i++) {
      const began = performance.now();
      for (const name of ADDRESSEES) await ticket(name, 1);
      times.push(performance.now() - began);
    }
    return times;
  } finally {
    await stop(child);
    fs.rmSync(at, { recursive: true });
  }
}

async function ticket(name, tries) {
  for (let i = 0; ; i++) {
    try {
      const r = await fetch(`http://127.0.0.1:${PORT}/REST/2.0/ticket`, { method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`root:${PASSWORD}`).toString('base64')}` },
        body: JSON.stringify({ Queue: 'General', Subject: `インシデントの報告（${name}）`, Content: '共有フォルダーが開けない。'.repeat(20) }) });
      if (r.status !== 201) throw new Error(`${r.status} ${await r.text()}`);
      await r.text();
      return;
    } catch (e) {
      if (i + 1 >= tries) throw e;
      await sleep(1000);
    }
  }
}
