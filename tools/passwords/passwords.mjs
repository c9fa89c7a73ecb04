// SPDX-License-Identifier: Apache-2.0
// The commonest passwords and parts of passwords, from the npm package, as a sorted table in C.
//   node tools/passwords/passwords.mjs OUT.c
import fs from 'node:fs';

import { dictionary } from '@zxcvbn-ts/language-common';

const MOST = 30_000, LEAST = 4; // the commonest; shorter ones say nothing about a long password

const words = [...new Set(dictionary['passwords-common'])].slice(0, MOST)
  .map((w) => w.toLowerCase()).filter((w) => w.length >= LEAST && /^[\x21-\x7e]+$/.test(w));
const sorted = [...new Set(words)].sort((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b))));
if (sorted.length < 20_000) throw new Error(`only ${sorted.length} words: has the package changed?`);

let at = 0;
const starts = sorted.map((w) => {
  const start = at;
  at += w.length;
  return start;
});
const quoted = sorted.map((w) => `"${w.replace(/[\\"?]/g, '\\$&')}"`);
fs.writeFileSync(process.argv[2], `/* Made by tools/passwords/passwords.mjs. */
#include "org/org_private.h"

const char org_common_text[] =
${quoted.join('\n')};
const uint32_t org_common_starts[] = {${starts.join(',')},${at}};
const size_t org_common_n = ${sorted.length};
`);
