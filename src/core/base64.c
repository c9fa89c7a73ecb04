/* SPDX-License-Identifier: Apache-2.0 */
/* Three bytes are four letters. */
#include "core/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0U);
        char four[4] = {letters[v >> 18], letters[v >> 12 & 63], left > 1 ? letters[v >> 6 & 63] : '=',
            left > 2 ? letters[v & 63] : '='};
        buf_put(out, four, sizeof four);
    }
}

/* -1: not a letter. */
static int value_of(char c)
{
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

/* Four letters, of which the last one or two may be padding. */
static err read_four(struct buf *out, const char *p, bool last)
{
    size_t pads = !last || p[3] != '=' ? 0 : p[2] == '=' ? 2 : 1;
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        int one = i < 4 - pads ? value_of(p[i]) : 0;
        if (one < 0)
            return ERR(INVALID);
        v = v << 6 | (uint32_t)one;
    }
    if (v & ((1U << 8 * pads) - 1))
        return ERR(INVALID);
    const char three[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
    buf_put(out, three, sizeof three - pads);
    return OK;
}

err base64_read(struct buf *out, str text)
{
    if (text.n % 4 != 0)
        return ERR(INVALID);
    for (size_t i = 0; i < text.n; i += 4)
        TRY(read_four(out, text.p + i, i + 4 == text.n));
    return buf_status(out);
}
