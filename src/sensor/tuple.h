/* SPDX-License-Identifier: Apache-2.0 */
/* Tuples of single senders, as FlowTuple has them (CAIDA, version 3): the dark packets of an hour that are
 * alike in every field of tuple_key are one tuple, whoever sent them. Bounded: 131,072 tuples, in the order
 * their first packets came; when there is no room the oldest is told, and what comes of it later is
 * another tuple. So a tuple may occur more than once within an hour, and their sum is always right.
 *
 * A packet belongs to the hour of its own time; the times of one capture after another may be of any year.
 * What is told does not depend on how the packets were cut into captures or calls. */
#ifndef SENSOR_TUPLE_H
#define SENSOR_TUPLE_H

#include "sensor/mark.h"

enum { TUPLES_MOST = 1 << 17 };

struct tuple_key { /* no gaps: compared and hashed as bytes */
    struct address src, dst;
    int64_t hour;          /* hours since 1970 */
    uint32_t marks;        /* those of tuple_marks */
    uint16_t sport, dport; /* of ICMP: type and code */
    uint16_t size;         /* bytes of the IP packet */
    uint16_t window;       /* of a SYN; else 0, as header */
    uint8_t header;        /* bytes of the TCP header */
    uint8_t proto, ttl, flags, kind /* enum mark_kind */, zero[7];
};

struct tuple {
    struct tuple_key k;
    uint64_t packets;
    usec first, last;
};

struct tuples;
typedef void tuple_tell(void *ctx, const struct tuple *f);

/* most: a power of 2, 8 or more; 0: TUPLES_MOST. */
MUST err tuple_new(tuple_tell *tell, void *ctx, uint32_t most, struct tuples **out);
void tuple_free(struct tuples *f);
/* kind and marks: of mark_tool. The first packet of a later hour tells all that came before. */
void tuple_add(struct tuples *f, const struct packet *p, enum mark_kind kind, uint32_t marks);
/* Tells all there is, and forgets it. */
void tuple_flush(struct tuples *f);
size_t tuple_bytes(const struct tuples *f);

/* A line of CSV, and the line of names above (README.md; names and their order do not change). */
void tuple_put(struct buf *b, const struct tuple *f);
extern const char *const tuple_names;

#endif
