/* SPDX-License-Identifier: Apache-2.0 */
/* Text views: a pointer and a length, never terminated, never owned. UTF-8 is checked once, at
 * the edge (str_is_utf8); inside the program every str is valid UTF-8 unless its name says raw. */
#ifndef CORE_STR_H
#define CORE_STR_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
    const char *p;
    size_t n;
} str;

struct strs {
    str *v;
    size_t n;
};

struct bytes {
    const uint8_t *p;
    size_t n;
};

#define S(lit) ((str){"" lit, sizeof(lit) - 1})
#define STR_NONE ((str){0})
/* For printf: printf("%.*s", STR_F(s)) */
#define STR_F(s) (int)(s).n, (s).p ? (s).p : ""

str str_of(const char *z); /* of a C string; NULL gives the empty str */
bool str_eq(str a, str b);
int str_cmp(str a, str b); /* by bytes; for UTF-8 this is code point order */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
str str_sub(str s, size_t from, size_t n); /* clamped to s */
str str_trim(str s);                       /* ASCII blanks and U+3000 at both ends */
bool str_has(str s, str part);

/* Cuts s at the first sep: *head is what stood before it, s becomes the rest.
 * False when s was empty; without sep the whole of s is the head. */
bool str_cut(str *s, char sep, str *head);

/* RFC 3629: shortest form, no surrogates, <= U+10FFFF; NUL counts as invalid here. */
bool str_is_utf8(str s);
size_t str_chars(str s); /* code points of valid UTF-8 */

/* Decimal, optional '-', no blanks, no '+': the whole of s. INVALID outside [min, max]. */
MUST err parse_i64(str s, int64_t min, int64_t max, int64_t *out);

/* Full-width digits, letters and the signs ．－／：＠ become ASCII; everything else stays.
 * For numbers, codes, dates and mail addresses typed by people; names stay as typed.
 * dst has room for s.n bytes; the result is never longer. */
str str_to_halfwidth(char *dst, str s);
/* A number as people type it, 「３，０００」: half-width, without commas and outer blanks. dst[raw.n]. */
str str_typed_number(char *dst, str raw);

/* Lower-case hex of n bytes into dst[2n]. */
str hex_of(char *dst, const void *p, size_t n);
/* The reverse; INVALID unless s is exactly 2n hex digits. */
MUST err hex_parse(str s, void *out, size_t n);

#endif
