/* SPDX-License-Identifier: Apache-2.0 */
/* Merkle tree, witness lines and proofs. */
#include "anchor/anchor_model.h"

#include <sodium.h>

static const char word_line[] = "yagura-anchor-1", word_proof[] = "yagura-proof-1";

/* ── the tree ── */

static void put_i64(uint8_t out[8], int64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
}

static void hash_leaf(const struct anchor_leaf *l, uint8_t out[ANCHOR_HASH])
{
    uint8_t text[1 + 8 + 8 + ANCHOR_HASH] = {0};
    put_i64(text + 1, l->body);
    put_i64(text + 9, l->seq);
    memcpy(text + 17, l->hash, ANCHOR_HASH);
    crypto_hash_sha256(out, text, sizeof text);
}

static void hash_pair(
    const uint8_t left[ANCHOR_HASH], const uint8_t right[ANCHOR_HASH], uint8_t out[ANCHOR_HASH])
{
    uint8_t text[1 + 2 * ANCHOR_HASH] = {1};
    memcpy(text + 1, left, ANCHOR_HASH);
    memcpy(text + 1 + ANCHOR_HASH, right, ANCHOR_HASH);
    crypto_hash_sha256(out, text, sizeof text);
}

struct anchor_tree *anchor_tree_new(struct arena *a)
{
    struct anchor_tree *t = ARENA_NEW(a, struct anchor_tree);
    if (!t)
        return NULL;
    t->leaf = ARENA_ARRAY(a, struct anchor_leaf, ANCHOR_BODIES);
    for (size_t k = 0, n = ANCHOR_BODIES; k < ANCHOR_LEVELS; k++, n /= 2) {
        t->level[k] = arena_array(a, ANCHOR_HASH, n);
        if (!t->level[k])
            return NULL;
    }
    return t->leaf ? t : NULL;
}

/* The node above the pair that begins at the even i; an odd one out goes up as it is. */
static void make_parent(struct anchor_tree *t, size_t k, size_t i, size_t n)
{
    uint8_t *above = t->level[k + 1][i / 2];
    if (i + 1 < n)
        hash_pair(t->level[k][i], t->level[k][i + 1], above);
    else
        memcpy(above, t->level[k][i], ANCHOR_HASH);
}

static void make_all(struct anchor_tree *t)
{
    for (size_t i = 0; i < t->n; i++)
        hash_leaf(&t->leaf[i], t->level[0][i]);
    for (size_t k = 0, n = t->n; n > 1; k++, n = (n + 1) / 2)
        for (size_t i = 0; i < n; i += 2)
            make_parent(t, k, i, n);
    t->stale = false;
}

static void make_path(struct anchor_tree *t, size_t i)
{
    hash_leaf(&t->leaf[i], t->level[0][i]);
    for (size_t k = 0, n = t->n; n > 1; k++, n = (n + 1) / 2, i /= 2)
        make_parent(t, k, i & ~(size_t)1, n);
}

/* Where the body stands, or would. */
static size_t find(const struct anchor_tree *t, int64_t body)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->leaf[mid].body < body)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

err anchor_tree_set(struct anchor_tree *t, const struct anchor_leaf *leaf)
{
    size_t i = find(t, leaf->body);
    bool new = i == t->n || t->leaf[i].body != leaf->body;
    if (new && t->n == ANCHOR_BODIES)
        return ERR(LIMIT);
    if (new) {
        memmove(t->leaf + i + 1, t->leaf + i, (t->n - i) * sizeof *leaf);
        t->n++;
        t->stale = true;
    }
    t->leaf[i] = *leaf;
    if (!t->stale)
        make_path(t, i);
    return OK;
}

void anchor_tree_root(struct anchor_tree *t, uint8_t out[ANCHOR_HASH])
{
    size_t k = 0;
    if (t->n == 0) {
        crypto_hash_sha256(out, NULL, 0);
        return;
    }
    if (t->stale)
        make_all(t);
    for (size_t n = t->n; n > 1; n = (n + 1) / 2)
        k++;
    memcpy(out, t->level[k][0], ANCHOR_HASH);
}

err anchor_tree_path(struct anchor_tree *t, int64_t body, struct anchor_path *out)
{
    size_t i = find(t, body);
    if (i == t->n || t->leaf[i].body != body)
        return ERR(NOTFOUND);
    if (t->stale)
        make_all(t);
    *out = (struct anchor_path){.leaf = t->leaf[i], .index = (int64_t)i, .n = (int64_t)t->n};
    for (size_t k = 0, n = t->n; n > 1; k++, n = (n + 1) / 2, i /= 2)
        if ((i ^ 1) < n)
            memcpy(out->hash[out->length++], t->level[k][i ^ 1], ANCHOR_HASH);
    return OK;
}

err anchor_path_root(const struct anchor_path *p, uint8_t out[ANCHOR_HASH])
{
    size_t used = 0;
    if (p->n < 1 || p->n > ANCHOR_BODIES || p->index < 0 || p->index >= p->n)
        return ERR(INVALID);
    hash_leaf(&p->leaf, out);
    for (int64_t i = p->index, n = p->n; n > 1; n = (n + 1) / 2, i /= 2) {
        if ((i ^ 1) >= n)
            continue;
        if (used == p->length)
            return ERR(INVALID);
        const uint8_t *other = p->hash[used++];
        if (i & 1)
            hash_pair(other, out, out);
        else
            hash_pair(out, other, out);
    }
    return used == p->length ? OK : ERR(INVALID);
}

/* ── lines ── */

static void put_hex(struct buf *b, const uint8_t *p, size_t n)
{
    char hex[2 * SIGN_BYTES];
    buf_str(b, hex_of(hex, p, n));
}

void anchor_witness_put(
    struct buf *b, const struct anchor_witness *w, usec now, const struct sign_key *key)
{
    uint8_t signature[SIGN_BYTES];
    size_t from = b->n;
    buf_fmt(b, "%s ", word_line);
    put_iso_time(b, now);
    buf_fmt(b, " %lld %lld ", (long long)w->body, (long long)w->seq);
    put_hex(b, w->hash, ANCHOR_HASH);
    buf_char(b, ' ');
    if (w->has_root)
        put_hex(b, w->root, ANCHOR_HASH);
    else
        buf_char(b, '-');
    buf_fmt(b, " %lld ", (long long)w->chains);
    put_hex(b, key->public_key, SIGN_PUBLIC);
    sign_make(key, str_sub(buf_view(b), from, b->n), signature);
    buf_char(b, ' ');
    put_hex(b, signature, SIGN_BYTES);
}

static err take_number(str *rest, int64_t *out)
{
    str word;
    if (!str_cut(rest, ' ', &word))
        return ERR(INVALID);
    return parse_i64(word, 0, INT64_MAX, out);
}

static err take_hash(str *rest, uint8_t *out, size_t n)
{
    str word;
    if (!str_cut(rest, ' ', &word))
        return ERR(INVALID);
    return hex_parse(word, out, n);
}

err anchor_witness_parse(str line, struct anchor_witness *out)
{
    str rest = line, word;
    *out = (struct anchor_witness){0};
    if (line.n > ANCHOR_LINE_MAX || !str_cut(&rest, ' ', &word) ||
        !str_eq(word, str_of(word_line)) || !str_cut(&rest, ' ', &out->time) ||
        out->time.n != 25 || !str_is_utf8(out->time))
        return ERR(INVALID);
    TRY(take_number(&rest, &out->body));
    TRY(take_number(&rest, &out->seq));
    TRY(take_hash(&rest, out->hash, ANCHOR_HASH));
    if (str_starts(rest, S("- "))) {
        rest = str_sub(rest, 2, rest.n);
    } else {
        TRY(take_hash(&rest, out->root, ANCHOR_HASH));
        out->has_root = true;
    }
    TRY(take_number(&rest, &out->chains));
    TRY(take_hash(&rest, out->key, SIGN_PUBLIC));
    if (rest.n != 2 * SIGN_BYTES)
        return ERR(INVALID);
    TRY(hex_parse(rest, out->signature, SIGN_BYTES));
    str text = str_sub(line, 0, line.n - rest.n - 1);
    return sign_is_good(out->key, text, out->signature) ? OK : ERR(DENIED);
}

/* ── proofs ── */

void anchor_proof_put(struct buf *b, const struct anchor_path *p)
{
    buf_fmt(b, "%s %lld %lld ", word_proof, (long long)p->leaf.body, (long long)p->leaf.seq);
    put_hex(b, p->leaf.hash, ANCHOR_HASH);
    buf_fmt(b, " %lld %lld\n", (long long)p->index, (long long)p->n);
    for (size_t i = 0; i < p->length; i++) {
        put_hex(b, p->hash[i], ANCHOR_HASH);
        buf_char(b, '\n');
    }
}

err anchor_proof_parse(str text, struct anchor_path *path, struct anchor_witness *w)
{
    str line, word;
    *path = (struct anchor_path){0};
    if (!str_cut(&text, '\n', &line) || !str_cut(&line, ' ', &word) ||
        !str_eq(word, str_of(word_proof)))
        return ERR(INVALID);
    TRY(take_number(&line, &path->leaf.body));
    TRY(take_number(&line, &path->leaf.seq));
    TRY(take_hash(&line, path->leaf.hash, ANCHOR_HASH));
    TRY(take_number(&line, &path->index));
    TRY(parse_i64(line, 1, ANCHOR_BODIES, &path->n));
    while (str_cut(&text, '\n', &line) && line.n == 2 * ANCHOR_HASH) {
        if (path->length == ANCHOR_LEVELS)
            return ERR(INVALID);
        TRY(hex_parse(line, path->hash[path->length++], ANCHOR_HASH));
    }
    return text.n ? ERR(INVALID) : anchor_witness_parse(line, w);
}
