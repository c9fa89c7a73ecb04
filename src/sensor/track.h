/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of the sources that belong to bodies: a table of fixed size, one row for each
 * source and family of behaviour. The table is full in a storm, which is a normal case: then the row
 * with the fewest packets of its bucket makes room, and what it held is given out or counted. */
#ifndef SENSOR_TRACK_H
#define SENSOR_TRACK_H

#include "sensor/mark.h"
#include "sensor/pool.h"
#include "sensor/ring.h"

enum track_family {
    FAMILY_PROBE,   /* asks: any service */
    FAMILY_SERVICE, /* asks a service that machines are set up to ask (mark_service_of) */
    FAMILY_MIRAI,   /* carries the mark of Mirai, which nothing leaves by chance */
    FAMILY_ANSWER,  /* answers nobody dark has asked for: the source is a flood's victim */
    FAMILIES
};

enum {
    TRACK_WAYS = 8,     /* rows of a bucket */
    TRACK_PORTS = 12,   /* ports counted by name */
    TRACK_SAMPLES = 6,  /* first packets kept, to be looked up in logs */
    TRACK_PAIR_BITS = 512,
};

struct track_port {
    uint32_t n;
    uint16_t port;
    uint8_t proto; /* 0: free */
};

struct track_sample {
    usec t;
    struct address dark;
    uint32_t seq;
    uint16_t sport, dport;
    uint8_t proto, flags, ttl, type;
    uint32_t frame; /* number in the ring of frames */
};

struct track_row {
    struct address source; /* whom it is about: the sender; of an ICMP error, the quoted destination */
    usec first, last;
    uint64_t bytes;
    uint32_t owner;       /* value of the prefix table */
    uint32_t packets;
    uint32_t kind[MARK_KINDS], mark[MARKS];
    struct distinct dark; /* dark addresses */
    struct track_port port[TRACK_PORTS];
    uint32_t samples;     /* place in the pool of those behind the first; 0: none */
    struct track_sample sample; /* the first */
    uint64_t pair[TRACK_PAIR_BITS / 64], flow[TRACK_PAIR_BITS / 64]; /* seen: address and port; these and the sender's number */
    uint64_t ports[TRACK_PAIR_BITS / 64];
    float odds;           /* logarithm of the likelihood ratio scan : mistake */
    uint32_t load;        /* bits: payloads that were known */
    uint32_t stamp;       /* last TCP timestamp */
    uint32_t stamps, stamps_good, ids_good, sports_good; /* in step with the packet before */
    uint16_t id, sport;
    uint16_t rate_now, rate_most; /* packets in one minute: current, most */
    int64_t minute;
    uint8_t family, samples_n, hop_least, hop_most, ttl_least, ttl_most;
    bool decided;         /* the odds have crossed the limit once */
    uint16_t told;        /* what was last told of it (sensor_news); 0: nothing */
};

struct track;
typedef void track_gone(void *ctx, struct track_row *rows, size_t n); /* rows of one source */

struct track_config {
    uint32_t rows;        /* a power of 2; 0: 65,536 (41 MB with the pool) */
    uint64_t dark_v4;     /* addresses watched: the limits depend on it */
    track_gone *gone;     /* a row makes room for another */
    void *ctx;
};

MUST err track_new(const struct track_config *c, struct track **out);
void track_free(struct track *t);
size_t track_bytes(const struct track *t);

struct track_hit {
    struct address source, dark;
    uint32_t owner;
    uint32_t marks;
    unsigned load;
    enum mark_kind kind;
    uint16_t sport, dport; /* of an answer: dport is the service's own */
    uint8_t proto;
};

/* So many addresses are watched from now on. */
void track_watch(struct track *t, uint64_t dark_v4);
/* Whose each source is now; 0: the row is given out and forgotten. */
typedef uint32_t track_owner(void *ctx, const struct track_row *r);
void track_reown(struct track *t, track_owner *fn, void *ctx);
/* Prefetches what track_add will touch. */
void track_touch(const struct track *t, struct address source);
void track_add(struct track *t, const struct packet *p, const struct track_hit *hit);
/* All rows, those of one source together, in the order of buckets. */
void track_each(struct track *t, track_gone *fn, void *ctx);
/* The row in the table that a copy was made of. */
struct track_row *track_row_of(struct track *t, const struct track_row *copy);
/* Sources that had to make room with a single packet: seen, and not judged. */
uint64_t track_unjudged(const struct track *t);

struct pool *track_pool(struct track *t);
const struct track_sample *track_sample(struct track *t, const struct track_row *r, unsigned i);
/* The packet itself as far as it was kept; NULL: later ones have taken its place. */
const struct ring_frame *track_frame(const struct track *t, const struct track_sample *s);
/* Logarithm of the limit of the sequential test. */
float track_limit(const struct track *t);
/* Different ports asked for; counted by bits, exact for few. */
uint32_t track_ports(const struct track_row *r);

#endif
