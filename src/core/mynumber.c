/* SPDX-License-Identifier: Apache-2.0 */
/* Finding 個人番号 in text. */
#include "core/mynumber.h"

bool mynumber_is_valid(const char digits[12])
{
    int sum = 0;
    for (int n = 1; n <= 11; n++)
        sum += (digits[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
    int rest = sum % 11;
    return digits[11] - '0' == (rest <= 1 ? 0 : 11 - rest);
}

/* The digit at s, half- or full-width (U+FF10..U+FF19), and its bytes; -1: none. */
static int digit_at(str s, size_t *n)
{
    const uint8_t *p = (const uint8_t *)s.p;
    *n = 1;
    if (s.n > 0 && p[0] >= '0' && p[0] <= '9')
        return p[0] - '0';
    *n = 3;
    if (s.n >= 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99)
        return p[2] - 0x90;
    return -1;
}

/* One blank or hyphen between digits: ASCII, U+3000, U+2010, U+2212, U+FF0D. */
static size_t separator_at(str s)
{
    static const str wide[] = {S("　"), S("‐"), S("−"), S("－")};
    if (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '-'))
        return 1;
    for (size_t i = 0; i < COUNT_OF(wide); i++)
        if (str_starts(s, wide[i]))
            return wide[i].n;
    return 0;
}

/* Digits from the start of s on, at most 13 kept; how many bytes they and their separators take. */
static size_t run_at(str s, char digits[13], size_t *count)
{
    size_t at = 0, n;
    *count = 0;
    for (;;) {
        int d = digit_at(str_sub(s, at, s.n), &n);
        if (d < 0)
            return at;
        if (*count < 13)
            digits[(*count)++] = (char)('0' + d);
        at += n;
        size_t gap = separator_at(str_sub(s, at, s.n)), ignored;
        if (gap && digit_at(str_sub(s, at + gap, s.n), &ignored) >= 0)
            at += gap;
    }
}

bool mynumber_is_in(str text)
{
    char digits[13];
    size_t count;
    for (size_t at = 0; at < text.n;) {
        size_t n = run_at(str_sub(text, at, text.n), digits, &count);
        if (count == 12 && mynumber_is_valid(digits))
            return true;
        at += n ? n : 1;
    }
    return false;
}
