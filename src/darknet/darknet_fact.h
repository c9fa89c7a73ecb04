/* SPDX-License-Identifier: Apache-2.0 */
/* What an hour brought to dark space, and how it differs from what is usual. A fact tells of no body: it
 * holds numbers by service, tool and upper eight bits of the sender, and no dark address. */
#ifndef DARKNET_DARKNET_FACT_H
#define DARKNET_DARKNET_FACT_H

#include "darknet/darknet_private.h"

/* As the sensor numbers and names them (sensor/facts.h). */
enum { FACT_BY = 6, FACT_GROUPS = 11, FACT_NETS = 257, FACT_PROTOS = 4, FACT_SERVICES = 600 };
extern const struct word darknet_fact_by[FACT_BY], darknet_fact_groups[FACT_GROUPS], darknet_fact_protos[FACT_PROTOS];

struct fact_service {
    uint32_t key; /* protocol, tool, port */
    int64_t packets, hosts;
};
static inline uint32_t fact_key(unsigned proto, unsigned by, unsigned port)
{
    return proto << 24 | by << 16 | port;
}
static inline unsigned fact_proto(uint32_t key) { return key >> 24; }
static inline unsigned fact_by(uint32_t key) { return key >> 16 & 0xff; }
static inline unsigned fact_port(uint32_t key) { return key & 0xffff; }

struct fact_cell {
    uint32_t at; /* net * FACT_GROUPS + group */
    int64_t packets;
};
struct fact_hour {
    usec hour, begin, end;
    int64_t watched, packets, hosts, seen, dropped, malformed;
    struct fact_service *service; /* in the order of key, each once */
    size_t n;
    struct fact_cell *world;      /* in the order of at, each once */
    size_t cells;
};
struct fact_hours {
    struct fact_hour *v;
    size_t n;
};

/* ── compact columns: 1, a count, differences of keys, then packets, then hosts; all as LEB128 ── */

void darknet_fact_pack(const struct fact_hour *f, struct buf *services, struct buf *world);
/* INVALID: damaged. */
MUST err darknet_fact_unpack(struct arena *a, str services, str world, struct fact_hour *out);

/* ── what is usual ── */

enum fact_change_kind { CHANGE_UNKNOWN, CHANGE_STEADY, CHANGE_UP, CHANGE_DOWN, CHANGE_FIRST };
struct fact_change {
    enum fact_change_kind kind;
    int64_t day, usual; /* packets of the last 24 hours; of what is usual in these */
    int since;          /* hours ago: when it began to differ */
};
enum { FACT_WEEK = 7 * 24, FACT_HOURS = 4 * FACT_WEEK };
/* count: FACT_HOURS hours, the oldest first, -1 where nothing was observed. Usual is the median of the
 * same hour in the three weeks before; the difference of Anscombe's roots (Biometrika 1948), in
 * units of their own spread, is summed up (CUSUM, Page, Biometrika 1954; k = 1, h = 8). */
struct fact_change darknet_fact_change(const int64_t *count);

/* "TCP 445（Windows共有）"; of port 0 what is left. */
str darknet_fact_name(struct arena *a, uint32_t key);
/* What was asked for, without the tool; an answer was not. */
static inline uint32_t fact_port_key(uint32_t key) { return fact_key(fact_proto(key), 0, fact_port(key)); }
static inline bool fact_is_asked(uint32_t key) { return fact_by(key) != FACT_BY - 1; }

/* Places for ports, FACT_PORTS at most; the same port has the same place. */
enum { FACT_PORTS = 4096, FACT_NO_PLACE = -1 };
struct fact_ports {
    uint32_t key[FACT_PORTS];     /* by place */
    int n;
    int16_t slot[2 * FACT_PORTS]; /* place + 1; 0: free */
};
/* FACT_NO_PLACE: there is no room for another. */
int darknet_fact_place(struct fact_ports *p, uint32_t key);

/* ── statements ── */

/* Takes the place of what the same run told before of the hour, unless that was more. */
MUST err darknet_fact_save(struct tx *tx, const struct fact_hour *f);
/* Facts from that hour on, the oldest first; rows of one hour stand beside each other. */
typedef err darknet_fact_each(void *ctx, const struct fact_hour *f);
MUST err darknet_facts_since(struct db *db, usec from, usec until, darknet_fact_each *fn, void *ctx);
/* The most dark IPv4 addresses a sensor watched in an hour since then; 0: none. */
MUST err darknet_fact_watched(struct db *db, usec since, int64_t *n);
/* When the newest was told; 0: there is none. */
MUST err darknet_fact_newest(struct db *db, usec *at);

extern const struct route darknet_board_routes[], darknet_trend_routes[];

#endif
