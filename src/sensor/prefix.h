/* SPDX-License-Identifier: Apache-2.0 */
/* Whose address is it? Longest-prefix match over tens of thousands of ranges of both families, to
 * a small number; and the ranges of bodies as a file.
 *
 * IPv4: 65,536 first places by the upper half of the address, then a search without branches in the
 * few ranges of that half (the idea of DXR, Zec, Rizzo, Mikuc, CCR 2012): 20,000 ranges take 0.5 MB.
 * IPv6: a search without branches in all ranges. A table is never changed: a new one is built beside
 * it, and who looks things up takes the new pointer. */
#ifndef SENSOR_PREFIX_H
#define SENSOR_PREFIX_H

#include "core/arena.h"
#include "sensor/address.h"

enum { PREFIX_MOST = 1 << 20 }; /* ranges in one table; values below 1 << 31 */
#define PREFIX_ALL (1U << 31)

struct prefix_entry {
    struct net_range range;
    uint32_t value; /* 1 and above; 0 means nobody */
    uint32_t line;  /* of the file, for messages; 0: of none */
};

struct prefix_table;

/* Orders entries. LIMIT: too many. CONFLICT: one range stands there twice with different values;
 * *a and *b are the places in entries of the two. A range that stands there twice with one value
 * counts once. */
MUST err prefix_table_new(struct prefix_entry *entries, size_t n, struct prefix_table **out,
    size_t *a, size_t *b);
void prefix_table_free(struct prefix_table *t);
size_t prefix_table_bytes(const struct prefix_table *t);
/* Addresses of IPv4 in it, each once. */
uint64_t prefix_table_v4(const struct prefix_table *t);

struct prefix_range { uint64_t hi, lo; };

struct prefix_table {
    uint32_t *first; /* by the upper half: PREFIX_ALL | the one value of all of it, or a place below */
    uint16_t *start; /* at a place: how many ranges follow, less one; then where each begins */
    uint32_t *value; /* beside each start */
    size_t n4;
    struct prefix_range *start6;
    uint32_t *value6;
    size_t n6;
    uint64_t covered; /* addresses of IPv4 with a value */
};

static inline uint32_t prefix_find_v4(const struct prefix_table *t, uint32_t v4)
{
    uint32_t low = v4 & 0xffff, at = t->first[v4 >> 16];
    if (at & PREFIX_ALL)
        return at & ~PREFIX_ALL;
    uint32_t n = t->start[at++] + 1U;
    while (n > 1) { /* the last start that is not above low; the first of a half starts at 0 */
        uint32_t half = n / 2;
        at += t->start[at + half] <= low ? half : 0;
        n -= half;
    }
    return t->value[at];
}

static inline uint32_t prefix_find_v6(const struct prefix_table *t, struct address a)
{
    size_t at = 0, n = t->n6;
    while (n > 1) {
        size_t half = n / 2;
        const struct prefix_range *s = &t->start6[at + half];
        at += s->hi < a.hi || (s->hi == a.hi && s->lo <= a.lo) ? half : 0;
        n -= half;
    }
    return t->value6[at];
}

/* 0: nobody's. */
static inline uint32_t prefix_find(const struct prefix_table *t, struct address a)
{
    return address_is_v4(a) ? prefix_find_v4(t, (uint32_t)a.lo) : prefix_find_v6(t, a);
}

/* ── the ranges of bodies, as a file ── */

enum prefix_role {
    PREFIX_OWN,    /* the body's own addresses */
    PREFIX_EGRESS, /* shared by the bodies named: the exit of a prefecture's security cloud */
    PREFIX_VENDOR, /* a supplier's, who works for the bodies named */
    PREFIX_ROLES
};

struct prefix_owner {
    struct strs bodies; /* as written, each once, in the order of the file */
    enum prefix_role role;
};

struct prefix_owners {
    struct prefix_owner *v; /* v[value - 1] */
    size_t n;
    struct prefix_table *table;
};

const char *prefix_role_name(enum prefix_role r); /* "own" */

/* Lines "PREFIX BODY[,BODY…] [own|egress|vendor]"; blank lines and what follows # do not count.
 * INVALID, CONFLICT: *why says what is wrong and where, with both lines where two disagree. Ranges
 * may lie inside others: the smaller one counts. The table belongs to the caller, the rest to a. */
MUST err prefix_file_read(struct arena *a, str text, struct prefix_owners *out, str *why);
/* "192.0.2.0/24", "2001:db8::/32": all with the value 1. INVALID: *why names the one that is none. */
MUST err prefix_list_read(struct arena *a, struct strs list, struct prefix_table **out, str *why);

#endif
