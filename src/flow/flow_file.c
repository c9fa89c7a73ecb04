/* SPDX-License-Identifier: Apache-2.0 */
/* The content of files of a case: sealed on its way in, opened on its way out. */
#include "flow/flow.h"

#include "core/file.h"
#include "store/seal_stream.h"

#include <sodium.h>
#include <unistd.h>

void flow_content_done(struct flow_content *c)
{
    sodium_memzero(c->key, sizeof c->key);
}

struct sealing {
    flow_read *source;
    void *ctx;
    int64_t at;
    crypto_hash_sha256_state hash;
    struct blob_writer *out;
};

static err take(void *ctx, void *p, size_t n, size_t *got)
{
    struct sealing *s = ctx;
    TRY(s->source(s->ctx, s->at, p, n, got));
    s->at += (int64_t)*got;
    crypto_hash_sha256_update(&s->hash, p, *got);
    return OK;
}

static err put(void *ctx, const void *p, size_t n)
{
    struct sealing *s = ctx;
    return blob_writer_feed(s->out, p, n);
}

err flow_content_seal(str folder, flow_read *source, void *ctx, struct flow_content *out)
{
    struct sealing s = {.source = source, .ctx = ctx};
    *out = (struct flow_content){0};
    randombytes_buf(out->key, sizeof out->key);
    crypto_hash_sha256_init(&s.hash);
    TRY(blob_writer_new(folder, &s.out));
    err e = seal_stream_in(out->key, take, put, &s);
    if (!err_is(e))
        e = blob_writer_keep(s.out, &out->blob);
    blob_writer_free(s.out);
    crypto_hash_sha256_final(&s.hash, out->hash);
    out->size = s.at;
    return e;
}

/* ── and back ── */

struct opening {
    int from, to;
    int64_t read, size;
    crypto_hash_sha256_state hash;
};

static err fetch(void *ctx, void *p, size_t n, size_t *got)
{
    struct opening *o = ctx;
    TRY(file_get(o->from, o->read, p, n, got));
    o->read += (int64_t)*got;
    return OK;
}

static err keep(void *ctx, const void *p, size_t n)
{
    struct opening *o = ctx;
    o->size += (int64_t)n;
    crypto_hash_sha256_update(&o->hash, p, n);
    return file_put(o->to, p, n);
}

static err open_into(const struct flow_file *f, struct opening *o)
{
    uint8_t hash[BLOB_HASH];
    crypto_hash_sha256_init(&o->hash);
    TRY(seal_stream_out(f->key, fetch, keep, o));
    crypto_hash_sha256_final(&o->hash, hash);
    return o->size == f->size && sodium_memcmp(hash, f->hash, sizeof hash) == 0 ? OK : ERR(INVALID);
}

err flow_file_open(str folder, const struct flow_file *f, int *fd)
{
    struct opening o = {0};
    TRY(blob_file_open(folder, &f->blob, &o.from));
    err e = blob_scratch(folder, &o.to);
    if (err_is(e)) {
        close(o.from);
        return e;
    }
    e = open_into(f, &o);
    close(o.from);
    if (err_is(e))
        close(o.to);
    else
        *fd = o.to;
    return e;
}
