/* SPDX-License-Identifier: Apache-2.0 */
/* Small pieces of memory of five sizes out of one block that never grows, and sets of numbers that
 * live in them: exact up to 3,072 members, by linear counting (Whang et al., TODS 1990; about 1 %
 * off up to half a million) beyond, or from the moment the block is used up. */
#ifndef SENSOR_POOL_H
#define SENSOR_POOL_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_SIZES = 5 };

struct pool {
    uint32_t *word;
    uint32_t words, used;
    uint32_t free[POOL_SIZES]; /* first word of a chain; 0: none */
};

MUST err pool_init(struct pool *p, uint32_t words);
void pool_done(struct pool *p);
/* A place of 16 << 2 * size words, all 0; 0: no room. */
uint32_t pool_take(struct pool *p, unsigned size);
void pool_give(struct pool *p, uint32_t place, unsigned size);

struct distinct { /* all 0: empty */
    uint32_t place; /* in the pool */
    uint32_t n;     /* members; of a rough set: bits set */
    uint8_t size;
    bool rough;     /* counts by bits */
    bool lost;      /* there was no room at all: n is a lower bound */
};

/* True when it was not in it (of a rough set: as far as it can be seen). */
bool distinct_add(struct pool *p, struct distinct *d, uint32_t member);
bool distinct_has(const struct pool *p, const struct distinct *d, uint32_t member);
uint64_t distinct_count(const struct distinct *d);
void distinct_free(struct pool *p, struct distinct *d);
/* Members of b go into a; both exact, else the greater of the two counts. */
uint64_t distinct_union(const struct pool *p, const struct distinct *a, const struct distinct *b);

#endif
