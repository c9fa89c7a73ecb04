/* SPDX-License-Identifier: Apache-2.0 */
/* Nested ranges laid flat: each piece of the address space with the smallest range that holds it. */
#include "sensor/prefix.h"

enum { HALVES = 1 << 16, DEEP = 130 };

struct piece {
    struct address start;
    uint32_t value;
};

struct pieces {
    struct piece *v;
    size_t n;
};

static int by_range(const void *x, const void *y)
{
    const struct prefix_entry *a = x, *b = y;
    struct address fa, fb, last;
    address_bounds(&a->range, &fa, &last);
    address_bounds(&b->range, &fb, &last);
    int c = address_cmp(fa, fb);
    int na = a->range.bits + (a->range.size == 4 ? 96 : 0);
    int nb = b->range.bits + (b->range.size == 4 ? 96 : 0);
    if (c != 0)
        return c;
    if (na != nb)
        return na < nb ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static void add(struct pieces *p, struct address start, uint32_t value)
{
    if (p->n > 0 && address_eq(p->v[p->n - 1].start, start))
        p->n--; /* what began here is empty */
    if (p->n == 0 || p->v[p->n - 1].value != value)
        p->v[p->n++] = (struct piece){start, value};
}

/* False past the last address there is. */
static bool step(struct address *a)
{
    a->lo++;
    a->hi += a->lo == 0;
    return a->lo != 0 || a->hi != 0;
}

/* Entries in order. Ranges either lie in each other or apart, so a stack of open ones is enough. */
static void flatten(const struct prefix_entry *e, size_t n, struct pieces *out)
{
    struct { struct address last; uint32_t value; } open[DEEP];
    size_t deep = 0;
    add(out, (struct address){0, 0}, 0);
    for (size_t i = 0; i <= n; i++) {
        struct address first = {0}, last = {0};
        if (i < n)
            address_bounds(&e[i].range, &first, &last);
        while (deep > 0 && (i == n || address_cmp(open[deep - 1].last, first) < 0)) {
            struct address next = open[--deep].last;
            if (step(&next))
                add(out, next, deep > 0 ? open[deep - 1].value : 0);
        }
        if (i < n) {
            BUG_IF(deep == DEEP);
            open[deep].last = last;
            open[deep++].value = e[i].value;
            add(out, first, e[i].value);
        }
    }
}

static uint32_t piece_at(const struct pieces *p, size_t *at, struct address a)
{
    while (*at + 1 < p->n && address_cmp(p->v[*at + 1].start, a) <= 0)
        ++*at;
    return p->v[*at].value;
}

/* The ranges of one half: one value for all of it needs no place of its own. */
static size_t build_half(struct prefix_table *t, const struct pieces *p, uint32_t half, size_t *at, size_t cut)
{
    struct address from = address_v4(half << 16), last = address_v4(half << 16 | 0xffff);
    size_t n = 0;
    t->start[cut + 1] = 0;
    t->value[cut + 1] = piece_at(p, at, from);
    for (n = 1; *at + 1 < p->n && address_cmp(p->v[*at + 1].start, last) <= 0; ++*at, n++) {
        uint16_t start = (uint16_t)p->v[*at + 1].start.lo;
        t->covered += t->value[cut + n] ? (uint32_t)(start - t->start[cut + n]) : 0;
        t->start[cut + n + 1] = start;
        t->value[cut + n + 1] = p->v[*at + 1].value;
    }
    t->covered += t->value[cut + n] ? (uint32_t)(HALVES - t->start[cut + n]) : 0;
    t->first[half] = n == 1 ? PREFIX_ALL | t->value[cut + 1] : (uint32_t)cut;
    t->start[cut] = (uint16_t)(n - 1);
    return n == 1 ? cut : cut + n + 1;
}

static err build_v4(struct prefix_table *t, const struct pieces *p)
{
    size_t at = 0, cut = 0, most = 3 * p->n + 4;
    t->first = calloc(HALVES, sizeof *t->first);
    t->start = calloc(most, sizeof *t->start);
    t->value = calloc(most, sizeof *t->value);
    if (!t->first || !t->start || !t->value)
        return ERR(NOMEM);
    for (uint32_t half = 0; half < HALVES; half++)
        cut = build_half(t, p, half, &at, cut);
    t->n4 = cut;
    return OK;
}

static err build_v6(struct prefix_table *t, const struct pieces *p)
{
    t->start6 = calloc(p->n, sizeof *t->start6);
    t->value6 = calloc(p->n, sizeof *t->value6);
    if (!t->start6 || !t->value6)
        return ERR(NOMEM);
    for (size_t i = 0; i < p->n; i++) {
        if (address_is_v4(p->v[i].start) && p->v[i].start.lo > ADDRESS_V4_MARK)
            continue; /* found by the other way */
        t->start6[t->n6] = (struct prefix_range){p->v[i].start.hi, p->v[i].start.lo};
        t->value6[t->n6++] = p->v[i].value;
    }
    return OK;
}

/* Equal neighbours; the first of them stays. */
static err unite(struct prefix_entry *e, size_t *n, size_t *a, size_t *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        struct prefix_entry *last = kept > 0 ? &e[kept - 1] : NULL;
        bool same = last && last->range.size == e[i].range.size &&
            last->range.bits == e[i].range.bits &&
            memcmp(last->range.b, e[i].range.b, sizeof last->range.b) == 0;
        if (same && last->value != e[i].value) {
            *a = kept - 1;
            *b = i;
            return ERR(CONFLICT);
        }
        if (!same)
            e[kept++] = e[i];
    }
    *n = kept;
    return OK;
}

err prefix_table_new(struct prefix_entry *entries, size_t n, struct prefix_table **out, size_t *a,
    size_t *b)
{
    *out = NULL;
    if (n > PREFIX_MOST)
        return ERR(LIMIT);
    if (n > 0)
        qsort(entries, n, sizeof *entries, by_range);
    TRY(unite(entries, &n, a, b));
    struct pieces p = {calloc(2 * n + 2, sizeof(struct piece)), 0};
    struct prefix_table *t = calloc(1, sizeof *t);
    err e = p.v && t ? OK : ERR(NOMEM);
    if (!err_is(e)) {
        flatten(entries, n, &p);
        e = build_v4(t, &p);
    }
    if (!err_is(e))
        e = build_v6(t, &p);
    free(p.v);
    if (err_is(e))
        prefix_table_free(t);
    else
        *out = t;
    return e;
}

void prefix_table_free(struct prefix_table *t)
{
    if (!t)
        return;
    free(t->first);
    free(t->start);
    free(t->value);
    free(t->start6);
    free(t->value6);
    free(t);
}

size_t prefix_table_bytes(const struct prefix_table *t)
{
    return HALVES * sizeof *t->first + t->n4 * (sizeof *t->start + sizeof *t->value) +
        t->n6 * (sizeof *t->start6 + sizeof *t->value6);
}

uint64_t prefix_table_v4(const struct prefix_table *t)
{
    return t->covered;
}
