/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the data grow, from one size a day: pure. The sizes stand in one setting, "DAY BYTES DAY
 * BYTES …", the oldest first. */
#ifndef MAIN_INSPECT_MODEL_H
#define MAIN_INSPECT_MODEL_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/jtime.h"

enum {
    INSPECT_GROWTH_KEPT = 31,  /* days of which the size is kept */
    INSPECT_GROWTH_LEAST = 7,  /* days from which on a growth says something */
    INSPECT_GROWTH_FAR = 36500 /* days: nobody looks further */
};

struct inspect_sizes {
    struct inspect_size {
        jday day;
        int64_t bytes;
    } v[INSPECT_GROWTH_KEPT];
    size_t n;
};

/* INVALID: not what inspect_sizes_put writes; days that do not rise (a clock was set back). */
MUST err inspect_sizes_parse(str text, struct inspect_sizes *out);
void inspect_sizes_put(struct buf *b, const struct inspect_sizes *s);
/* The size of a day; false when it is there already. A day that is not after the last one begins
 * anew: the clock was wrong. Of too many the oldest goes. */
bool inspect_sizes_add(struct inspect_sizes *s, jday day, int64_t bytes);

struct inspect_growth {
    int64_t days;  /* between the first size and now; below INSPECT_GROWTH_LEAST the rest is 0 */
    int64_t bytes; /* grown in them; below 0: shrunk */
    int64_t left;  /* days until the free bytes are used up at this rate, at most INSPECT_GROWTH_FAR;
                    * -1: never */
};
struct inspect_growth inspect_growth_of(
    const struct inspect_sizes *s, jday today, int64_t bytes, int64_t room);

#endif
