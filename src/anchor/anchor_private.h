/* SPDX-License-Identifier: Apache-2.0 */
/* Shared inside anchor. */
#ifndef ANCHOR_PRIVATE_H
#define ANCHOR_PRIVATE_H

#include "anchor/anchor_model.h"

/* ── anchor_store.c ── */

/* The head of a chain; NOTFOUND when it has none. */
MUST err anchor_head(struct db *db, int64_t body, struct anchor_leaf *out);
/* Heads that have grown since they were sealed last (only_new), or all but the national one. */
MUST err anchor_each_head(struct db *db, bool only_new,
    err (*each)(void *ctx, const struct anchor_leaf *head), void *ctx);
MUST err anchor_add_sealed(struct tx *tx, int64_t seal, const struct anchor_leaf *head);
/* The last seal: its root and number of chains; *found false: none yet. */
MUST err anchor_last_seal(struct db *db, uint8_t root[ANCHOR_HASH], int64_t *chains, bool *found);
/* The leaves of the last seal, put into t. */
MUST err anchor_sealed_tree(struct db *db, struct anchor_tree *t);

/* A sealed head, and the row it speaks of. */
struct anchor_sealed {
    int64_t seal;
    struct anchor_leaf head;
    bool is_same; /* the row is there and has that hash */
};
/* In the order of sealing. */
MUST err anchor_each_sealed(
    struct db *db, err (*each)(void *ctx, const struct anchor_sealed *s), void *ctx);
/* The root in the seal of that number; NOTFOUND: that row is no seal. */
MUST err anchor_seal_root(struct db *db, int64_t seal, uint8_t root[ANCHOR_HASH]);
MUST err anchor_count_seals(struct db *db, int64_t *n);
/* The hash of a row of a chain; NOTFOUND: there is none. */
MUST err anchor_row_hash(struct db *db, int64_t body, int64_t seq, uint8_t hash[ANCHOR_HASH]);

#endif
