/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of one block, and sets in them. */
#include "sensor/pool.h"

#include <math.h>

static uint32_t words_of(unsigned size)
{
    return 16U << 2 * size;
}

err pool_init(struct pool *p, uint32_t words)
{
    *p = (struct pool){.words = words, .used = 16}; /* place 0 means none */
    p->word = calloc(words, sizeof *p->word);
    return p->word ? OK : ERR(NOMEM);
}

void pool_done(struct pool *p)
{
    free(p->word);
    *p = (struct pool){0};
}

uint32_t pool_take(struct pool *p, unsigned size)
{
    uint32_t place = p->free[size], n = words_of(size);
    if (place) {
        p->free[size] = p->word[place];
    } else {
        if (p->words - p->used < n)
            return 0;
        place = p->used;
        p->used += n;
    }
    memset(p->word + place, 0, n * sizeof *p->word);
    return place;
}

void pool_give(struct pool *p, uint32_t place, unsigned size)
{
    if (!place)
        return;
    p->word[place] = p->free[size];
    p->free[size] = place;
}

/* ── sets ── */

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bU;
    x ^= x >> 13;
    x *= 0xc2b2ae35U;
    return x ^ x >> 16;
}

/* The slot of a member, or the free one where it belongs. 0 marks a free slot, so the member 0 goes
 * by another name. */
static uint32_t slot(const uint32_t *set, uint32_t n, uint32_t member)
{
    uint32_t at = mix(member) & (n - 1);
    while (set[at] && set[at] != member)
        at = (at + 1) & (n - 1);
    return at;
}

static bool bit(uint32_t *set, uint32_t n, uint32_t member, bool put)
{
    uint32_t at = mix(member) & (n * 32 - 1), mask = 1U << (at & 31);
    bool was = set[at / 32] & mask;
    if (put)
        set[at / 32] |= mask;
    return was;
}

static void fill_rough(const struct pool *p, struct distinct *d, uint32_t place, unsigned size)
{
    uint32_t n = words_of(d->size), bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (p->word[d->place + i])
            bits += !bit(p->word + place, words_of(size), p->word[d->place + i], true);
    }
    d->n = bits;
}

/* Twice over: a larger place, or the same one as bits. Without a second place nothing can be moved:
 * then the set stays as it is, and what does not fit is not counted. */
static void grow(struct pool *p, struct distinct *d)
{
    bool rough = d->size + 1 == POOL_SIZES;
    unsigned size = rough ? d->size : d->size + 1U;
    uint32_t place = pool_take(p, size);
    if (!place) {
        size = d->size;
        rough = true;
        place = pool_take(p, size);
    }
    if (!place) {
        d->lost = true;
        return;
    }
    if (rough)
        fill_rough(p, d, place, size);
    else
        for (uint32_t i = 0, n = words_of(d->size); i < n; i++) {
            uint32_t m = p->word[d->place + i];
            if (m)
                p->word[place + slot(p->word + place, words_of(size), m)] = m;
        }
    pool_give(p, d->place, d->size);
    d->place = place;
    d->size = (uint8_t)size;
    d->rough = rough;
}

bool distinct_add(struct pool *p, struct distinct *d, uint32_t member)
{
    member += member == 0;
    if (!d->place) {
        d->place = d->lost ? 0 : pool_take(p, 0);
        d->lost = d->place == 0;
        if (d->lost) {
            d->n += d->n == 0;
            return false;
        }
    }
    uint32_t n = words_of(d->size);
    if (!d->rough) {
        uint32_t at = slot(p->word + d->place, n, member);
        if (p->word[d->place + at])
            return false;
        if (d->n + 1 <= n / 4 * 3) {
            p->word[d->place + at] = member;
            d->n++;
            return true;
        }
        if (d->lost)
            return false;
        grow(p, d);
        return d->lost ? false : distinct_add(p, d, member);
    }
    bool is_new = !bit(p->word + d->place, n, member, true);
    d->n += is_new;
    return is_new;
}

bool distinct_has(const struct pool *p, const struct distinct *d, uint32_t member)
{
    member += member == 0;
    if (!d->place)
        return false;
    uint32_t n = words_of(d->size);
    return d->rough ? bit(p->word + d->place, n, member, false)
                    : p->word[d->place + slot(p->word + d->place, n, member)] != 0;
}

uint64_t distinct_count(const struct distinct *d)
{
    double m = words_of(d->size) * 32.0;
    if (!d->rough)
        return d->n;
    if (d->n >= (uint32_t)m)
        return (uint64_t)(m * log(m)); /* all bits: as far as it can count */
    return (uint64_t)(-m * log(1 - d->n / m) + 0.5);
}

void distinct_free(struct pool *p, struct distinct *d)
{
    pool_give(p, d->place, d->size);
    *d = (struct distinct){0};
}

uint64_t distinct_union(const struct pool *p, const struct distinct *a, const struct distinct *b)
{
    uint64_t na = distinct_count(a), nb = distinct_count(b);
    if (a->rough || b->rough || !a->place || !b->place)
        return na > nb ? na : nb;
    for (uint32_t i = 0, n = words_of(b->size); i < n; i++) {
        uint32_t m = p->word[b->place + i];
        na += m && !distinct_has(p, a, m);
    }
    return na;
}
