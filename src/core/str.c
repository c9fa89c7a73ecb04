/* SPDX-License-Identifier: Apache-2.0 */
/* Text views: comparison, cutting, UTF-8, numbers, hexadecimal. */
#include "core/str.h"

str str_of(const char *z)
{
    return z ? (str){z, strlen(z)} : STR_NONE;
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq((str){s.p, prefix.n}, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, suffix.n), suffix);
}

str str_sub(str s, size_t from, size_t n)
{
    if (from >= s.n)
        return (str){s.p ? s.p + s.n : NULL, 0};
    if (n > s.n - from)
        n = s.n - from;
    return (str){s.p + from, n};
}

static const char wide_blank[] = "\xE3\x80\x80"; /* U+3000 */

static size_t blank_head(str s)
{
    if (s.n > 0 && (s.p[0] == ' ' || (s.p[0] >= '\t' && s.p[0] <= '\r')))
        return 1;
    return s.n >= 3 && memcmp(s.p, wide_blank, 3) == 0 ? 3 : 0;
}

static size_t blank_tail(str s)
{
    if (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r')))
        return 1;
    return s.n >= 3 && memcmp(s.p + s.n - 3, wide_blank, 3) == 0 ? 3 : 0;
}

str str_trim(str s)
{
    for (size_t k; (k = blank_head(s)) > 0;)
        s = (str){s.p + k, s.n - k};
    for (size_t k; (k = blank_tail(s)) > 0;)
        s.n -= k;
    return s;
}

bool str_has(str s, str part)
{
    return part.n == 0 || (s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL);
}

bool str_cut(str *s, char sep, str *head)
{
    if (s->n == 0)
        return false;
    const char *at = memchr(s->p, sep, s->n);
    size_t n = at ? (size_t)(at - s->p) : s->n;
    *head = (str){s->p, n};
    size_t skip = at ? n + 1 : n;
    *s = (str){s->p + skip, s->n - skip};
    return true;
}

/* Length of the sequence at p (n bytes left), 0 when it is not valid. RFC 3629 section 4. */
static size_t utf8_sequence(const uint8_t *p, size_t n)
{
    static const struct {
        uint8_t lo, hi, len, lo2, hi2; /* first byte, length, range of the second byte */
    } rows[] = {
        {0x01, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
        {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
        {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (p[0] < rows[i].lo || p[0] > rows[i].hi)
            continue;
        if (n < rows[i].len)
            return 0;
        if (rows[i].len > 1 && (p[1] < rows[i].lo2 || p[1] > rows[i].hi2))
            return 0;
        for (size_t k = 2; k < rows[i].len; k++)
            if ((p[k] & 0xC0) != 0x80)
                return 0;
        return rows[i].len;
    }
    return 0;
}

bool str_is_utf8(str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    for (size_t i = 0; i < s.n;) {
        size_t k = utf8_sequence(p + i, s.n - i);
        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

size_t str_chars(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
    return n;
}

err parse_i64(str s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == s.n)
        return ERR(INVALID);
    int64_t v = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR(INVALID);
        /* Built below zero, where there is one value more. */
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
            return ERR(INVALID);
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, v, &v))
        return ERR(INVALID);
    if (v < min || v > max)
        return ERR(INVALID);
    *out = v;
    return OK;
}

/* U+FF01..U+FF5E are ASCII 0x21..0x7E moved up; U+3000 is a blank. */
str str_to_halfwidth(char *dst, str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        const uint8_t *p = (const uint8_t *)s.p + i;
        size_t left = s.n - i;
        if (left >= 3 && p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD)) {
            unsigned cp = 0xF000U | (unsigned)(p[1] & 0x3F) << 6 | (p[2] & 0x3FU);
            if (cp >= 0xFF01 && cp <= 0xFF5E) {
                dst[n++] = (char)(cp - 0xFEE0);
                i += 3;
                continue;
            }
        }
        if (left >= 3 && memcmp(p, wide_blank, 3) == 0) {
            dst[n++] = ' ';
            i += 3;
            continue;
        }
        dst[n++] = s.p[i++];
    }
    return (str){dst, n};
}

str hex_of(char *dst, const void *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i++) {
        dst[2 * i] = digits[b[i] >> 4];
        dst[2 * i + 1] = digits[b[i] & 15];
    }
    return (str){dst, 2 * n};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

err hex_parse(str s, void *out, size_t n)
{
    uint8_t *b = out;
    if (s.n != 2 * n)
        return ERR(INVALID);
    for (size_t i = 0; i < n; i++) {
        int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return ERR(INVALID);
        b[i] = (uint8_t)(hi << 4 | lo);
    }
    return OK;
}

str str_typed_number(char *dst, str raw)
{
    str s = str_trim(str_to_halfwidth(dst, raw));
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            dst[n++] = s.p[i];
    return (str){dst, n};
}
