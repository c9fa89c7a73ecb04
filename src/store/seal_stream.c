/* SPDX-License-Identifier: Apache-2.0 */
/* Files, sealed piece by piece. */
#include "store/seal_stream.h"

#include <sodium.h>

enum { PIECE = 64 * 1024, ADDS = crypto_secretstream_xchacha20poly1305_ABYTES,
    HEAD = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    MORE = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, LAST = crypto_secretstream_xchacha20poly1305_TAG_FINAL };
_Static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == SEAL_KEY, "the size of a key");

struct pieces {
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t plain[PIECE], sealed[PIECE + ADDS];
};

static void done(struct pieces **p)
{
    if (*p)
        sodium_memzero(*p, sizeof **p);
    free(*p);
}
#define PIECES_AUTO struct pieces *p CLEANUP(done) = calloc(1, sizeof *p)

/* A piece that is not full is the last one; so a file of whole pieces ends with an empty one. */
err seal_stream_in(const uint8_t key[SEAL_KEY], seal_source *source, seal_sink *sink, void *ctx)
{
    uint8_t head[HEAD];
    PIECES_AUTO;
    if (!p)
        return ERR(NOMEM);
    crypto_secretstream_xchacha20poly1305_init_push(&p->state, head, key);
    TRY(sink(ctx, head, sizeof head));
    for (size_t got = PIECE; got == PIECE;) {
        TRY(source(ctx, p->plain, PIECE, &got));
        crypto_secretstream_xchacha20poly1305_push(
            &p->state, p->sealed, NULL, p->plain, got, NULL, 0, got == PIECE ? MORE : LAST);
        TRY(sink(ctx, p->sealed, got + ADDS));
    }
    return OK;
}

err seal_stream_out(const uint8_t key[SEAL_KEY], seal_source *source, seal_sink *sink, void *ctx)
{
    uint8_t head[HEAD];
    size_t got;
    unsigned char tag = MORE;
    PIECES_AUTO;
    if (!p)
        return ERR(NOMEM);
    TRY(source(ctx, head, sizeof head, &got));
    if (got != sizeof head || crypto_secretstream_xchacha20poly1305_init_pull(&p->state, head, key) != 0)
        return ERR(INVALID);
    while (tag != LAST) {
        unsigned long long n;
        TRY(source(ctx, p->sealed, sizeof p->sealed, &got));
        if (got < ADDS ||
            crypto_secretstream_xchacha20poly1305_pull(&p->state, p->plain, &n, &tag, p->sealed, got, NULL, 0) != 0)
            return ERR(INVALID);
        TRY(sink(ctx, p->plain, (size_t)n));
    }
    TRY(source(ctx, head, 1, &got));
    return got ? ERR(INVALID) : OK;
}
