/* SPDX-License-Identifier: Apache-2.0 */
/* Who is where just now: in memory, bounded, forgotten after a minute. Not worth a write to the
 * disk, and a GET could not do one. Any thread may call. */
#ifndef WEB_WEB_PRESENCE_H
#define WEB_WEB_PRESENCE_H

#include "web/web.h"

enum {
    PRESENCE_SETS = 256,
    PRESENCE_WAYS = 16, /* people at one thing; also of things that share a set */
    PRESENCE_SECONDS = 60
};

struct presence;

MUST err presence_new(struct presence **out);
void presence_free(struct presence *p);
/* In a full set the one not seen for longest makes room. */
void presence_mark(struct presence *p, str key, int64_t person, usec now);
/* All but person, newest first. */
size_t presence_others(struct presence *p, str key, int64_t person, usec now,
    struct present *out, size_t most);

#endif
