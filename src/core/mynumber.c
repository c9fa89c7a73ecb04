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

/* U+FF10..U+FF19, in UTF-8 and in code page 932. -1: no digit. */
static int digit_of(enum mynumber_code code, str c)
{
    const uint8_t *p = (const uint8_t *)c.p;
    if (c.n == 1)
        return p[0] >= '0' && p[0] <= '9' ? p[0] - '0' : -1;
    if (code == MYNUMBER_CP932)
        return c.n == 2 && p[0] == 0x82 && p[1] >= 0x4F && p[1] <= 0x58 ? p[1] - 0x4F : -1;
    return c.n == 3 && p[0] == 0xEF && p[1] == 0xBC && p[2] >= 0x90 && p[2] <= 0x99 ? p[2] - 0x90
                                                                                    : -1;
}

/* A blank or hyphen that may stand between digits: ASCII, U+3000, U+2010, U+2212, U+FF0D. */
static bool is_separator(enum mynumber_code code, str c)
{
    static const str wide[][2] = {[MYNUMBER_UTF8] = {S("　"), S("‐")},
        [MYNUMBER_CP932] = {S("\x81\x40"), S("\x81\x5D")}};
    static const str minus[][2] = {[MYNUMBER_UTF8] = {S("−"), S("－")},
        [MYNUMBER_CP932] = {S("\x81\x7C"), S("\x81\x7C")}};
    if (str_eq(c, S(" ")) || str_eq(c, S("-")))
        return true;
    for (size_t i = 0; i < 2; i++)
        if (str_eq(c, wide[code][i]) || str_eq(c, minus[code][i]))
            return true;
    return false;
}

static void end_run(struct mynumber_scan *s)
{
    if (s->n_digits == sizeof s->digits && s->found == 0 && mynumber_is_valid(s->digits))
        s->found = s->line;
    s->n_digits = 0;
    s->gap = false;
}

static void take_char(struct mynumber_scan *s, str c)
{
    int digit = digit_of(s->code, c);
    if (digit >= 0) {
        if (s->n_digits < sizeof s->digits)
            s->digits[s->n_digits] = (char)('0' + digit);
        s->n_digits += s->n_digits <= sizeof s->digits;
        s->gap = false;
    } else if (s->n_digits > 0 && !s->gap && is_separator(s->code, c)) {
        s->gap = true;
    } else {
        end_run(s);
        s->line += str_eq(c, S("\n"));
    }
}

static size_t length_of(enum mynumber_code code, uint8_t first)
{
    if (code == MYNUMBER_CP932)
        return first >= 0x81 && first <= 0xFC && !(first >= 0xA1 && first <= 0xDF) ? 2 : 1;
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

struct mynumber_scan mynumber_scan_begin(enum mynumber_code code)
{
    return (struct mynumber_scan){.code = code, .line = 1};
}

void mynumber_scan_feed(struct mynumber_scan *s, str piece)
{
    for (size_t i = 0; i < piece.n; i++) {
        if (s->n_left == 0) {
            s->n_part = 0;
            s->n_left = length_of(s->code, (uint8_t)piece.p[i]);
        }
        s->part[s->n_part++] = piece.p[i];
        if (--s->n_left == 0)
            take_char(s, (str){s->part, s->n_part});
    }
}

int64_t mynumber_scan_end(struct mynumber_scan *s)
{
    end_run(s);
    return s->found;
}

bool mynumber_is_in(str text)
{
    struct mynumber_scan s = mynumber_scan_begin(MYNUMBER_UTF8);
    mynumber_scan_feed(&s, text);
    return mynumber_scan_end(&s) != 0;
}
