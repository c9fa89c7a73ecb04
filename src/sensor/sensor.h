/* SPDX-License-Identifier: Apache-2.0 */
/* Darknet observation without a database: frames in, episodes out. Whoever sends a packet to an
 * address that nobody uses is looked up among the ranges of bodies; what each such source does is
 * remembered, judged and told as an episode.
 *
 * One thread, no clock of its own (the packets' times count), no file, no network: the same frames
 * give the same episodes, however they are cut into calls. State is bounded by sensor_bytes. */
#ifndef SENSOR_SENSOR_H
#define SENSOR_SENSOR_H

#include "core/json.h"
#include "sensor/capture.h"
#include "sensor/facts.h"
#include "sensor/tuple.h"
#include "sensor/judge.h"
#include "sensor/prefix.h"

enum { SENSOR_TOGETHER = FAMILIES };

struct sensor_episode {
    const struct track_row *row; /* the greatest of those that mean the same */
    struct judgement j;
    usec first, last;
    uint64_t packets, bytes, dark;
    struct track_port port[TRACK_PORTS * SENSOR_TOGETHER];
    size_t ports_n;
    uint16_t rate_most; /* packets in the fullest minute */
    bool victim; /* row->source is the victim */
};

struct sensor_stats {
    uint64_t frames, bytes;
    uint64_t read[PACKET_READS];
    uint64_t cut;              /* headers cut off by the capture */
    uint64_t tunnelled;        /* dark packets found inside another one */
    uint64_t elsewhere;        /* to addresses that are not dark */
    uint64_t dark, matched;    /* to dark ones; from (or about) bodies */
    uint64_t quotes_odd;       /* ICMP errors that quote a packet their receiver cannot have sent */
    uint64_t time_jumps;       /* packets whose time was not believed */
    uint64_t kind[MARK_KINDS], mark[MARKS]; /* of mark: those mark_tool knows */
    uint64_t episodes;
};

struct sensor;
typedef void sensor_tell(void *ctx, const struct sensor_episode *e);

struct sensor_config {
    const struct prefix_owners *owners;
    const struct prefix_table *dark;
    sensor_tell *tell; /* an episode that has ended or had to make room */
    facts_tell *facts; /* what an hour brought; NULL: nobody wants to know, and nothing is counted for it */
    tuple_tell *flow;   /* a tuple of a sender; NULL: none are made */
    void *ctx;
    uint32_t rows, tuples; /* see track.h and tuple.h; 0: as many as there are meant to be */
};

MUST err sensor_new(const struct sensor_config *c, struct sensor **out);
void sensor_free(struct sensor *s);
void sensor_feed(struct sensor *s, const struct capture_frame *f, size_t n);
/* Another capture begins: its times may be of any year. */
void sensor_next_capture(struct sensor *s);
/* Other ranges from now on, without losing a packet: what has the same bodies in both goes on, the rest is
 * told and begun anew. The old ones are the caller's again. */
void sensor_swap(struct sensor *s, const struct prefix_owners *owners, const struct prefix_table *dark);
/* What the kernel had, since the sensor began. */
void sensor_lost(struct sensor *s, uint64_t seen, uint64_t dropped);
/* What has come of this hour so far, to facts. */
void sensor_facts_now(struct sensor *s);
/* The tuples there are, to flow: at the end. */
void sensor_flows_end(struct sensor *s);
/* Every episode that is under way, to fn. */
void sensor_each(struct sensor *s, sensor_tell *fn, void *ctx);
/* Those that are new, or mean something else than when they were last given out here. */
void sensor_news(struct sensor *s, sensor_tell *fn, void *ctx);
const struct sensor_stats *sensor_stats(const struct sensor *s);
size_t sensor_bytes(const struct sensor *s);

/* One object; the names are documented in README.md and do not change. */
void sensor_put_episode(struct json *j, struct sensor *s, const struct sensor_episode *e);
void sensor_put_stats(struct json *j, const struct sensor *s);
/* One object, by README.md: an hour. */
void sensor_put_facts(struct json *j, const struct sensor *s, struct facts *f);

#endif
