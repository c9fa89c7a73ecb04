/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (RFC 3174) of a space and a name, and its first 16 bytes as a UUID. */
#include "core/uuid.h"

enum { BLOCK = 64 };

struct sha1 {
    uint32_t h[5];
    uint8_t block[BLOCK];
    size_t n; /* bytes in block */
    uint64_t total;
};

static uint32_t turn(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static uint32_t mix(int i, uint32_t b, uint32_t c, uint32_t d)
{
    return i < 20 ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40  ? (b ^ c ^ d) + 0x6ed9eba1
        : i < 60  ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                  : (b ^ c ^ d) + 0xca62c1d6;
}

static void take_block(struct sha1 *s)
{
    uint32_t w[80], v[5];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
            (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (size_t i = 16; i < 80; i++)
        w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint32_t next = turn(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + w[i];
        v[4] = v[3], v[3] = v[2], v[2] = turn(v[1], 30), v[1] = v[0], v[0] = next;
    }
    for (size_t i = 0; i < 5; i++)
        s->h[i] += v[i];
    s->n = 0;
}

static void take(struct sha1 *s, const void *p, size_t n)
{
    const uint8_t *in = p;
    for (size_t i = 0; i < n; i++) {
        s->block[s->n++] = in[i];
        if (s->n == BLOCK)
            take_block(s);
    }
    s->total += n;
}

static void finish(struct sha1 *s)
{
    uint64_t bits = s->total * 8;
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    take(s, "\x80", 1);
    while (s->n != BLOCK - sizeof length)
        take(s, "", 1);
    take(s, length, sizeof length);
}

struct uuid uuid_of_name(const struct uuid *space, str name)
{
    struct sha1 s = {.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
    struct uuid u;
    take(&s, space->b, sizeof space->b);
    take(&s, name.p, name.n);
    finish(&s);
    for (size_t i = 0; i < sizeof u.b; i++)
        u.b[i] = (uint8_t)(s.h[i / 4] >> (24 - 8 * (i % 4)));
    u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x50);
    u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
    return u;
}

void uuid_put(struct buf *b, const struct uuid *u)
{
    for (size_t i = 0; i < sizeof u->b; i++)
        buf_fmt(b, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u->b[i]);
}
