/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the file of a backup. First byte even: the bytes are the inside, read twice in
 * pieces of different size, which may change nothing. Odd: they are the outside; its hashes are
 * put right first, so that what lies behind them is reached. */
#include "backup/backup_private.h"

#include "core/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    int64_t n, bytes, left;
    bool inside;
};

static err on_begin(void *ctx, enum entry_kind kind, int64_t size)
{
    struct told *t = ctx;
    BUG_IF(t->inside || size < 0 || size > ENTRY_MOST);
    BUG_IF((kind == ENTRY_DATABASE) != (t->n == 0));
    t->inside = true;
    t->left = size;
    t->n++;
    return OK;
}

static err on_data(void *ctx, const void *p, size_t n)
{
    struct told *t = ctx;
    (void)p;
    BUG_IF(!t->inside || n == 0 || (int64_t)n > t->left);
    t->left -= (int64_t)n;
    t->bytes += (int64_t)n;
    return OK;
}

static err on_end(void *ctx, const uint8_t hash[ENTRY_HASH])
{
    struct told *t = ctx;
    (void)hash;
    BUG_IF(!t->inside || t->left);
    t->inside = false;
    return OK;
}

static err inside(const uint8_t *p, size_t n, size_t piece, struct told *t)
{
    struct entry_reader r;
    *t = (struct told){0};
    entry_reader_init(&r, (struct entry_sink){t, on_begin, on_data, on_end});
    for (size_t at = 0; at < n; at += piece)
        TRY(entry_reader_feed(&r, p + at, n - at < piece ? n - at : piece));
    return entry_reader_finish(&r);
}

/* The hashes of the head and of each frame, as its writer would have computed them. */
static void put_right(uint8_t *p, size_t n)
{
    if (n < FRAME_HEAD)
        return;
    crypto_generichash(p + FRAME_HEAD - FRAME_HASH, FRAME_HASH, p, FRAME_HEAD - FRAME_HASH, NULL, 0);
    const uint8_t *chain = p + FRAME_HEAD - FRAME_HASH;
    for (size_t at = FRAME_HEAD; at + 4 <= n;) {
        size_t body = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 | (size_t)p[at + 2] << 8 | p[at + 3];
        if (body == 0 || body > FRAME_BODY || at + 4 + body + FRAME_HASH > n)
            return;
        crypto_generichash_state h;
        crypto_generichash_init(&h, NULL, 0, FRAME_HASH);
        crypto_generichash_update(&h, chain, FRAME_HASH);
        crypto_generichash_update(&h, p + at, 4 + body);
        crypto_generichash_final(&h, p + at + 4 + body, FRAME_HASH);
        chain = p + at + 4 + body;
        at += 4 + body + FRAME_HASH;
    }
}

static void outside(uint8_t *p, size_t n, const struct backup_lock *lock)
{
    static struct frame_in in;
    struct bytes piece;
    bool more = true;
    struct told t = {0};
    struct entry_reader r;
    put_right(p, n);
    ARENA_AUTO a = arena_new(65536);
    FILE *f = fmemopen(p, n, "rb");
    if (!a || !f)
        return;
    entry_reader_init(&r, (struct entry_sink){&t, on_begin, on_data, on_end});
    err e = frame_in_begin(&in, f, a);
    if (!err_is(e) && lock && in.kind != BACKUP_PASSPHRASE) /* whose cost is not the parser's */
        e = frame_in_open(&in, lock);
    while (!err_is(e) && more) {
        e = frame_in_next(&in, &piece, &more);
        BUG_IF(piece.n > FRAME_BODY);
        if (!err_is(e) && more && in.open)
            e = entry_reader_feed(&r, piece.p, piece.n);
    }
    BUG_IF(in.size > (int64_t)n);
    fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct backup_lock lock = {.kind = BACKUP_TO_KEY, .key = {1}};
    struct told whole, cut;
    if (size < 2 || sodium_init() < 0)
        return 0;
    if (data[0] % 2 == 0) {
        err a = inside(data + 1, size - 1, size, &whole);
        err b = inside(data + 1, size - 1, data[0] % 16 + 1, &cut);
        BUG_IF(a.code != b.code || whole.n != cut.n || whole.bytes != cut.bytes);
        return 0;
    }
    BUF_AUTO copy = BUF(1 << 22);
    buf_put(&copy, (const char *)data + 1, size - 1);
    if (!copy.failed)
        outside((uint8_t *)copy.p, copy.n, data[0] & 2 ? &lock : NULL);
    return 0;
}
