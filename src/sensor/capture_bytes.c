/* SPDX-License-Identifier: Apache-2.0 */
/* Plain, gzip (RFC 1952) or zstd (RFC 8878), by the first four bytes. */
#include "sensor/capture_bytes.h"

#include <zlib.h>
#include <zstd.h>

enum { CHUNK = 256 * 1024, WINDOW_MOST = 27 /* zstd: at most 128 MiB of history */ };

struct capture_bytes {
    int fd;
    err (*read)(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n);
    uint8_t *in; /* CHUNK bytes of the file */
    size_t at, n;
    bool end;    /* of the file */
    bool within; /* a compressed stream has begun and not ended */
    z_stream gz;
    ZSTD_DStream *zstd;
};

/* More of the file behind what is there. */
static err fill(struct capture_bytes *b)
{
    if (b->at == b->n)
        b->at = b->n = 0;
    while (!b->end && b->n < CHUNK) {
        ssize_t got = read(b->fd, b->in + b->n, CHUNK - b->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR(IO);
        b->end = got == 0;
        b->n += (size_t)got;
        return OK;
    }
    return OK;
}

static err read_plain(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n)
{
    *n = 0;
    if (b->at < b->n) { /* what was looked at to see the kind */
        *n = b->n - b->at < room ? b->n - b->at : room;
        memcpy(p, b->in + b->at, *n);
        b->at += *n;
        return OK;
    }
    while (!b->end) {
        ssize_t got = read(b->fd, p, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR(IO);
        b->end = got == 0;
        *n = (size_t)got;
        return OK;
    }
    return OK;
}

/* A file may hold several streams one after the other. */
static err read_gzip(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n)
{
    *n = 0;
    while (*n == 0) {
        if (b->at == b->n)
            TRY(fill(b));
        if (b->at == b->n)
            return b->within ? ERR(INVALID) : OK;
        b->gz.next_in = b->in + b->at;
        b->gz.avail_in = (uInt)(b->n - b->at);
        b->gz.next_out = p;
        b->gz.avail_out = (uInt)room;
        b->within = true;
        int rc = inflate(&b->gz, Z_NO_FLUSH);
        b->at = b->n - b->gz.avail_in;
        *n = room - b->gz.avail_out;
        if (rc == Z_STREAM_END) {
            b->within = false;
            if (inflateReset(&b->gz) != Z_OK)
                return ERR(INVALID);
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            return ERR(INVALID);
        }
    }
    return OK;
}

static err read_zstd(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n)
{
    *n = 0;
    while (*n == 0) {
        if (b->at == b->n)
            TRY(fill(b));
        if (b->at == b->n && !b->within)
            return OK;
        ZSTD_inBuffer in = {b->in, b->n, b->at};
        ZSTD_outBuffer out = {p, room, 0};
        size_t rc = ZSTD_decompressStream(b->zstd, &out, &in);
        bool stuck = in.pos == b->at && out.pos == 0 && b->end;
        if (ZSTD_isError(rc) || stuck)
            return ERR(INVALID);
        b->at = in.pos;
        b->within = rc != 0;
        *n = out.pos;
    }
    return OK;
}

static err choose(struct capture_bytes *b)
{
    static const uint8_t gzip[2] = {0x1f, 0x8b}, zstd[4] = {0x28, 0xb5, 0x2f, 0xfd};
    while (b->n < sizeof zstd && !b->end)
        TRY(fill(b));
    b->read = read_plain;
    if (b->n >= sizeof gzip && memcmp(b->in, gzip, sizeof gzip) == 0) {
        b->read = read_gzip;
        return inflateInit2(&b->gz, 16 + MAX_WBITS) == Z_OK ? OK : ERR(NOMEM);
    }
    if (b->n >= sizeof zstd && memcmp(b->in, zstd, sizeof zstd) == 0) {
        b->read = read_zstd;
        b->zstd = ZSTD_createDStream();
        if (!b->zstd || ZSTD_isError(ZSTD_DCtx_setParameter(b->zstd, ZSTD_d_windowLogMax, WINDOW_MOST)))
            return ERR(NOMEM);
    }
    return OK;
}

err capture_bytes_new(int fd, struct capture_bytes **out)
{
    struct capture_bytes *b = calloc(1, sizeof *b);
    *out = NULL;
    if (!b)
        return ERR(NOMEM);
    b->fd = fd;
    b->in = calloc(1, CHUNK);
    err e = b->in ? choose(b) : ERR(NOMEM);
    if (err_is(e))
        capture_bytes_free(b);
    else
        *out = b;
    return e;
}

void capture_bytes_free(struct capture_bytes *b)
{
    if (!b)
        return;
    if (b->read == read_gzip)
        inflateEnd(&b->gz);
    ZSTD_freeDStream(b->zstd);
    free(b->in);
    free(b);
}

err capture_bytes_read(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n)
{
    return b->read(b, p, room, n);
}
