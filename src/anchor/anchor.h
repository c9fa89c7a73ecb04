/* SPDX-License-Identifier: Apache-2.0 */
/* Witnesses of the audit trail outside the machine. Every hour the heads of all chains are sealed:
 * the root of a Merkle tree over them (RFC 6962) becomes a row of the national chain (body 0). The
 * head of that chain is one line of text, which leaves the machine: into a file, the log, the
 * receipts of submissions. Whoever holds such a line can tell later whether the trail still is what
 * it was then. Decision: doc/adr/0022-anchors.md.
 *
 *   yagura-anchor-1 TIME BODY NUMBER HASH ROOT CHAINS KEY SIGNATURE
 *
 * BODY 0 is the national chain; of another one ROOT is "-" and CHAINS 0. TIME is that of writing,
 * HASH that of the row NUMBER, ROOT of the last seal over CHAINS chains, SIGNATURE Ed25519 by KEY over
 * all that stands before it. */
#ifndef ANCHOR_ANCHOR_H
#define ANCHOR_ANCHOR_H

#include "store/store.h"
#include "web/module.h"

/* The line of a chain as it stands now. NOTFOUND: it has no row yet. */
MUST err anchor_line(struct db *db, struct arena *a, usec now, int64_t body, str *out);

/* Seals now if any chain has grown; out: the national line. The call "anchor.seal" does the same. */
MUST err anchor_seal(struct tx *tx, struct arena *a, struct buf *out);

struct anchor_report {
    struct buf *lines; /* for people, in Japanese: one for each finding */
    int64_t problems;
    int64_t chains, rows, seals, witnesses; /* witnesses: lines that were compared */
};

/* The chains, the seals, and the lines of a file kept outside (empty: none). Lines that are no
 * witnesses of this installation are findings too. */
MUST err anchor_verify(struct db *db, struct arena *a, str outside, struct anchor_report *report);

/* That the head of this chain is in the last seal: text that anchor_proof_check understands without
 * a database. NOTFOUND: it was not sealed yet. */
MUST err anchor_prove(struct db *db, struct arena *a, usec now, int64_t body, struct buf *out);
/* INVALID when it proves nothing; otherwise what it says, in Japanese. */
MUST err anchor_proof_check(str text, struct buf *out);

/* When the chains were last sealed; 0: never. */
MUST err anchor_sealed_at(struct db *db, usec *out);

/* What `yagura work` gets from the tick "anchor.tick": nothing, or the line of this hour. */
extern const struct module anchor_module;

#endif
