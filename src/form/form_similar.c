/* SPDX-License-Identifier: Apache-2.0 */
/* How alike two wordings are: pairs of neighbouring characters, which needs no dictionary. */
#include "form/form.h"

enum { PAIRS = 512 };

/* The next character of valid UTF-8. */
static uint32_t next_char(str s, size_t *at)
{
    uint8_t c = (uint8_t)s.p[(*at)++];
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    uint32_t v = more == 0 ? c : c & (0x3Fu >> more);
    for (; more > 0 && *at < s.n; more--)
        v = v << 6 | ((uint8_t)s.p[(*at)++] & 0x3Fu);
    return v;
}

/* Blanks, ASCII and CJK punctuation, and the full-width forms of ASCII punctuation say nothing. */
static bool is_silent(uint32_t c)
{
    return c <= 0x2F || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
        (c >= 0x7B && c <= 0xA0) || (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x3004) ||
        (c >= 0x3008 && c <= 0x301F) || c == 0x30FB || (c >= 0xFF01 && c <= 0xFF0F) ||
        (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) || (c >= 0xFF5B && c <= 0xFF65);
}

static int by_value(const void *x, const void *y)
{
    const uint64_t *p = x, *q = y;
    return (*p > *q) - (*p < *q);
}

/* Sorted. A text of one character is one pair with nothing. */
static size_t pairs_of(str s, uint64_t *out)
{
    size_t n = 0;
    uint64_t before = 0;
    for (size_t at = 0; at < s.n && n < PAIRS;) {
        uint32_t c = next_char(s, &at);
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        if (is_silent(c))
            continue;
        if (before)
            out[n++] = before << 32 | c;
        before = c;
    }
    if (n == 0 && before)
        out[n++] = before;
    qsort(out, n, sizeof *out, by_value);
    return n;
}

static int64_t share(const uint64_t *x, size_t nx, const uint64_t *y, size_t ny)
{
    size_t i = 0, k = 0, both = 0;
    while (i < nx && k < ny) {
        if (x[i] == y[k]) {
            both++;
            i++;
            k++;
        } else if (x[i] < y[k]) {
            i++;
        } else {
            k++;
        }
    }
    return nx + ny ? (int64_t)(20000 * both / (nx + ny)) : 0;
}

int64_t form_similarity(str a, str b)
{
    uint64_t x[PAIRS], y[PAIRS];
    size_t nx = pairs_of(a, x);
    return share(x, nx, y, pairs_of(b, y));
}

size_t form_similar(const struct question_list *all, str text, question_id except, int64_t least,
    struct similar best[FORM_SIMILAR])
{
    uint64_t x[PAIRS], y[PAIRS];
    size_t nx = pairs_of(text, x), n = 0;
    for (size_t i = 0; i < all->n; i++) {
        int64_t bp = share(x, nx, y, pairs_of(all->v[i].text, y));
        if (bp < least || all->v[i].id.v == except.v)
            continue;
        size_t at = n < FORM_SIMILAR ? n++ : FORM_SIMILAR;
        for (; at > 0 && best[at - 1].bp < bp; at--)
            if (at < FORM_SIMILAR)
                best[at] = best[at - 1];
        if (at < FORM_SIMILAR)
            best[at] = (struct similar){&all->v[i], bp};
    }
    return n;
}
