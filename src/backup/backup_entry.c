/* SPDX-License-Identifier: Apache-2.0 */
/* Entries: sums, heads, and the reader as a machine of four states. */
#include "backup/backup_entry.h"

void entry_sum_init(struct entry_sum *s)
{
    s->n = 0;
    crypto_hash_sha256_init(&s->hash);
}

void entry_head(uint8_t out[ENTRY_HEAD], enum entry_kind kind, int64_t size)
{
    out[0] = (uint8_t)kind;
    for (int i = 0; i < 8; i++)
        out[1 + i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
}

void entry_sum_add(
    struct entry_sum *s, const uint8_t head[ENTRY_HEAD], const uint8_t hash[ENTRY_HASH])
{
    s->n++;
    crypto_hash_sha256_update(&s->hash, head, ENTRY_HEAD);
    crypto_hash_sha256_update(&s->hash, hash, ENTRY_HASH);
}

void entry_sum_end(struct entry_sum *s, uint8_t out[ENTRY_HASH])
{
    crypto_hash_sha256_final(&s->hash, out);
}

/* ── reading ── */

void entry_reader_init(struct entry_reader *r, struct entry_sink sink)
{
    *r = (struct entry_reader){.sink = sink};
    entry_sum_init(&r->sum);
}

/* How much of p completes a field of so many bytes. */
static size_t gather(struct entry_reader *r, uint8_t *field, size_t size, const uint8_t *p, size_t n)
{
    size_t part = size - r->have < n ? size - r->have : n;
    memcpy(field + r->have, p, part);
    r->have += part;
    return part;
}

static int64_t size_of(const uint8_t head[ENTRY_HEAD])
{
    uint64_t v = 0;
    for (int i = 1; i < ENTRY_HEAD; i++)
        v = v << 8 | head[i];
    return v > (uint64_t)ENTRY_MOST ? -1 : (int64_t)v;
}

static err on_head(struct entry_reader *r)
{
    uint8_t kind = r->head[0];
    r->left = size_of(r->head);
    r->have = 0;
    if (r->left < 0)
        return ERR(INVALID);
    if (kind == ENTRY_END) {
        if (r->left != r->sum.n || r->sum.n == 0)
            return ERR(INVALID);
        r->state = AT_HASH_OF;
        return OK;
    }
    if (kind != (r->sum.n == 0 ? ENTRY_DATABASE : ENTRY_FILE))
        return ERR(INVALID);
    crypto_hash_sha256_init(&r->hash);
    r->state = r->left ? IN_CONTENT : AT_HASH_OF;
    return r->sink.begin(r->sink.ctx, (enum entry_kind)kind, r->left);
}

static err on_hash(struct entry_reader *r)
{
    uint8_t hash[ENTRY_HASH];
    bool end = r->head[0] == ENTRY_END;
    r->have = 0;
    if (end)
        entry_sum_end(&r->sum, hash);
    else
        crypto_hash_sha256_final(&r->hash, hash);
    if (memcmp(hash, r->tail, ENTRY_HASH) != 0)
        return ERR(INVALID);
    r->state = end ? AFTER_END : AT_HEAD;
    if (end)
        return OK;
    entry_sum_add(&r->sum, r->head, hash);
    if (r->head[0] == ENTRY_DATABASE)
        r->database = size_of(r->head);
    else
        r->files++;
    return r->sink.end(r->sink.ctx, hash);
}

static err on_content(struct entry_reader *r, const uint8_t *p, size_t *n)
{
    if ((int64_t)*n > r->left)
        *n = (size_t)r->left;
    r->left -= (int64_t)*n;
    crypto_hash_sha256_update(&r->hash, p, *n);
    if (r->left == 0)
        r->state = AT_HASH_OF;
    return r->sink.data(r->sink.ctx, p, *n);
}

/* One field or a part of one; *n: in, what there is; out, what was taken. */
static err step(struct entry_reader *r, const uint8_t *p, size_t *n)
{
    switch (r->state) {
    case AT_HEAD:
        *n = gather(r, r->head, ENTRY_HEAD, p, *n);
        return r->have == ENTRY_HEAD ? on_head(r) : OK;
    case IN_CONTENT:
        return on_content(r, p, n);
    case AT_HASH_OF:
        *n = gather(r, r->tail, ENTRY_HASH, p, *n);
        return r->have == ENTRY_HASH ? on_hash(r) : OK;
    case AFTER_END:
        break;
    }
    return ERR(INVALID);
}

err entry_reader_feed(struct entry_reader *r, const void *p, size_t n)
{
    const uint8_t *from = p;
    err e = r->failed ? ERR(INVALID) : OK;
    for (size_t took; !err_is(e) && n > 0; from += took, n -= took) {
        took = n;
        e = step(r, from, &took);
    }
    r->failed = err_is(e);
    return e;
}

err entry_reader_finish(const struct entry_reader *r)
{
    return !r->failed && r->state == AFTER_END ? OK : ERR(INVALID);
}
