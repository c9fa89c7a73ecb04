/* SPDX-License-Identifier: Apache-2.0 */
/* Misses, counted by what they were aimed at: a bounded table in memory, which a restart forgets.
 * After a number of free misses each further one makes the next try wait, twice as long as the
 * last; an hour without a miss forgives all. */
#ifndef WEB_THROTTLE_H
#define WEB_THROTTLE_H

#include "core/jtime.h"

struct throttle;

/* The kinds of targets differ in how many misses are free and how long one waits at most. */
enum throttle_kind {
    THROTTLE_HERE,   /* one name from one source */
    THROTTLE_DEVICE, /* one name from one browser that was right before */
    THROTTLE_SOURCE, /* whatever name from one source */
    THROTTLE_NAME    /* one name from wherever, browsers that were right before apart */
};

enum { THROTTLE_SETS = 2048, THROTTLE_WAYS = 8 };

MUST err throttle_new(struct throttle **out);
void throttle_free(struct throttle *t);
/* How long until the next try; 0: now. */
usec throttle_wait(struct throttle *t, enum throttle_kind kind, str target, usec now);
void throttle_miss(struct throttle *t, enum throttle_kind kind, str target, usec now);
void throttle_forget(struct throttle *t, enum throttle_kind kind, str target);

#endif
