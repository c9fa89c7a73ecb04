/* SPDX-License-Identifier: Apache-2.0 */
/* Base64: four signs are three bytes. */
#include "core/base64.h"

static int value_of(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A'
        : c >= 'a' && c <= 'z' ? c - 'a' + 26
        : c >= '0' && c <= '9' ? c - '0' + 52
        : c == '+'             ? 62
        : c == '/'             ? 63
                               : -1;
}

/* One group; pads: how many of its signs are '='. */
static bool group_of(const char *p, int pads, uint32_t *bits)
{
    *bits = 0;
    for (int i = 0; i < 4; i++) {
        int v = i < 4 - pads ? value_of(p[i]) : 0;
        if (v < 0)
            return false;
        *bits = *bits << 6 | (uint32_t)v;
    }
    return (*bits & ((1u << 8 * pads) - 1)) == 0;
}

err base64_decode(str s, uint8_t *out, size_t room, size_t *n)
{
    *n = 0;
    if (s.n % 4)
        return ERR(INVALID);
    for (size_t i = 0; i < s.n; i += 4) {
        bool last = i + 4 == s.n;
        int pads = !last || s.p[i + 3] != '=' ? 0 : s.p[i + 2] == '=' ? 2 : 1;
        uint32_t bits;
        if (!group_of(s.p + i, pads, &bits))
            return ERR(INVALID);
        for (int k = 0; k < 3 - pads; k++) {
            if (*n == room)
                return ERR(LIMIT);
            out[(*n)++] = (uint8_t)(bits >> (16 - 8 * k));
        }
    }
    return OK;
}

void base64_put(struct buf *b, const void *p, size_t n)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = p;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) |
            (i + 2 < n ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_char(b, i + k > n ? '=' : signs[bits >> (18 - 6 * k) & 63]);
    }
}
