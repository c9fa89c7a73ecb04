/* SPDX-License-Identifier: Apache-2.0 */
/* The tree over the heads, and the lines, as pure functions. */
#ifndef ANCHOR_MODEL_H
#define ANCHOR_MODEL_H

#include "anchor/anchor.h"
#include "store/sign.h"

enum { ANCHOR_HASH = 32, ANCHOR_BODIES = 16384, ANCHOR_LEVELS = 15, ANCHOR_LINE_MAX = 1000 };

struct anchor_leaf {
    int64_t body, seq;
    uint8_t hash[ANCHOR_HASH];
};

/* RFC 6962 2.1 over the leaves sorted by body: SHA-256(0 ‖ leaf), SHA-256(1 ‖ left ‖ right). A leaf is
 * body, number (big-endian, 8 bytes each) and hash. To change a leaf costs its path only. */
struct anchor_tree {
    struct anchor_leaf *leaf; /* ANCHOR_BODIES of them */
    size_t n;
    uint8_t (*level[ANCHOR_LEVELS])[ANCHOR_HASH];
    bool stale; /* leaves were put in between: all levels are to be made anew */
};

/* NULL without memory: it takes about 2 MiB. */
struct anchor_tree *anchor_tree_new(struct arena *a);
/* LIMIT: too many chains. */
MUST err anchor_tree_set(struct anchor_tree *t, const struct anchor_leaf *leaf);
/* Of the empty tree: SHA-256 of nothing. */
void anchor_tree_root(struct anchor_tree *t, uint8_t out[ANCHOR_HASH]);

struct anchor_path {
    struct anchor_leaf leaf;
    int64_t index, n;
    size_t length;
    uint8_t hash[ANCHOR_LEVELS][ANCHOR_HASH];
};

MUST err anchor_tree_path(struct anchor_tree *t, int64_t body, struct anchor_path *out);
/* The root this path leads to. INVALID: it has not the length of such a tree. */
MUST err anchor_path_root(const struct anchor_path *p, uint8_t out[ANCHOR_HASH]);

/* ── lines ── */

struct anchor_witness {
    str time;
    int64_t body, seq, chains;
    uint8_t hash[ANCHOR_HASH], root[ANCHOR_HASH];
    bool has_root;
    uint8_t key[SIGN_PUBLIC], signature[SIGN_BYTES];
};

/* Signs and writes; time, key and signature of w are not looked at. */
void anchor_witness_put(
    struct buf *b, const struct anchor_witness *w, usec now, const struct sign_key *key);
/* INVALID: no such line. DENIED: its signature does not fit. */
MUST err anchor_witness_parse(str line, struct anchor_witness *out);

/* As anchor_prove writes it; INVALID as above. */
MUST err anchor_proof_parse(str text, struct anchor_path *path, struct anchor_witness *w);
void anchor_proof_put(struct buf *b, const struct anchor_path *p);

#endif
