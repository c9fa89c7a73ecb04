/* SPDX-License-Identifier: Apache-2.0 */
/* Tuples of single senders, as FlowTuple has them (CAIDA, version 3): the dark packets of an hour that are
 * alike in every field of flow_key are one tuple, whoever sent them. Bounded: 131,072 tuples, in the order
 * their first packets came; when there is no room the oldest is told, and what comes of it later is
 * another tuple. So a tuple may occur more than once within an hour, and their sum is always right.
 *
 * A packet belongs to the hour of its own time; the times of one capture after another may be of any year. What is told does not depend on how the packets were cut
 * into captures or calls. */
#ifndef SENSOR_FLOW_H
#define SENSOR_FLOW_H

#include "sensor/mark.h"

enum { FLOWS_MOST = 1 << 17 };

struct flow_key { /* no gaps: compared and hashed as bytes */
    struct address src, dst;
    int64_t hour;          /* hours since 1970 */
    uint32_t marks;        /* those of flow_marks */
    uint16_t sport, dport; /* of ICMP: type and code */
    uint16_t size;         /* bytes of the IP packet */
    uint16_t window;       /* of a SYN; else 0, as header */
    uint8_t header;        /* bytes of the TCP header */
    uint8_t proto, ttl, flags, kind /* enum mark_kind */, zero[7];
};

struct flow {
    struct flow_key k;
    uint64_t packets;
    usec first, last;
};

struct flows;
typedef void flow_tell(void *ctx, const struct flow *f);

/* most: a power of 2, 8 or more; 0: FLOWS_MOST. */
MUST err flow_new(flow_tell *tell, void *ctx, uint32_t most, struct flows **out);
void flow_free(struct flows *f);
/* kind and marks: of mark_tool. The first packet of a later hour tells all that came before. */
void flow_add(struct flows *f, const struct packet *p, enum mark_kind kind, uint32_t marks);
/* Tells all there is, and forgets it. */
void flow_flush(struct flows *f);
size_t flow_bytes(const struct flows *f);

/* A line of CSV, and the line of names above (README.md; names and their order do not change). */
void flow_put(struct buf *b, const struct flow *f);
extern const char *const flow_names;

#endif
