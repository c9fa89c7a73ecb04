/* SPDX-License-Identifier: Apache-2.0 */
/* How long it takes, on the average, until dark space shows what a body's address does (4.3). A packet to an
 * address drawn from all of IPv4 falls into it with the share of addresses that are watched; the
 * wait for the n-th such packet is n times the mean wait (Moore et al., Network Telescopes, CAIDA 2004). */
#ifndef DARKNET_DARKNET_EXPECT_H
#define DARKNET_DARKNET_EXPECT_H

#include "core/jtime.h"

struct expect_row {
    str who;     /* in Japanese */
    int64_t rate; /* packets a second, each to another address of IPv4 */
    int needed;  /* packets in dark space before it is judged; 0: what the sequential test wants (ADR 0030) */
    str source;  /* of the rate */
};
extern const struct expect_row darknet_expect_rows[4];

/* 0: nothing is watched. watched: dark IPv4 addresses. */
usec darknet_expect_time(const struct expect_row *r, int64_t watched);
/* "1分かからず", "およそ3時間". */
str darknet_expect_text(struct arena *a, usec span);

#endif
