/* SPDX-License-Identifier: Apache-2.0 */
/* What was handed to one recipient, one after the other, as a file that anybody can check without this
 * program's database: each report is signed by the installation (store/sign.h) over its hash and the hash of the
 * one before, and the recipient's answer over the hash of what it answered. So a report that was changed, left
 * out, put in or moved is noticed, on both sides. The signature tells which installation it was, not which
 * person: persons stand in the audit trail. */
#ifndef FLOW_FLOW_CHAIN_H
#define FLOW_FLOW_CHAIN_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/jtime.h"
#include "store/sign.h"

enum { CHAIN_HASH = 32, CHAIN_MOST = 500 };
struct chain_link {
    int64_t flow, number; /* number: from 1, to this recipient */
    str recipient, report; /* report: as it was handed over, byte by byte */
    usec at, answered_at; /* answered_at 0: not answered */
    str answer;           /* "accepted" */
    uint8_t hash[CHAIN_HASH], previous[CHAIN_HASH]; /* previous: zeros for the first */
    uint8_t signature[SIGN_BYTES], receipt[SIGN_BYTES];
};
struct chain {
    uint8_t public_key[SIGN_PUBLIC];
    struct chain_link *v;
    size_t n;
};

/* What is signed: "yagura-report-1 FLOW RECIPIENT NUMBER AT HASH PREVIOUS". */
str chain_text(struct arena *a, const struct chain_link *l);
/* "yagura-receipt-1 HASH ANSWER ANSWERED-AT". */
str chain_receipt_text(struct arena *a, const struct chain_link *l);
void chain_put(struct buf *b, const struct chain *c);
/* Reads a file of chain_put and checks it; out: what it holds, in Japanese, a line each. INVALID with why. */
MUST err chain_verify(struct arena *a, str json, struct buf *out, str *why);

#endif
