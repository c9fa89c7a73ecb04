/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the darknet sensor share. */
#ifndef MAIN_SENSING_H
#define MAIN_SENSING_H

#include "core/sandbox.h"
#include "main/main.h"
#include "sensor/sensor.h"

enum { SENSING_LINES = 1 << 20 };

struct sensing {
    const struct options *o;
    struct prefix_owners owners;
    struct prefix_table *dark;
    struct sensor *sensor;
    struct buf out;
    err said; /* of writing */
    uint64_t skipped; /* records of interfaces a capture never described */
    int to;   /* where lines go: standard output, or the process that reports them */
    int stop; /* -1, or a pipe: its end means stop */
};

/* Either --db or both others; says so when not. */
MUST err sensing_is_asked(const struct options *o);
/* Nothing from here on but open files; OK without a sandbox in builds with sanitizers. */
MUST err sensing_confine(enum sandbox_kind kind);
/* Says what about which file; gives e back. */
err sensing_say_file(struct arena *a, const char *what, str name, err e);
/* --prefixes and --dark; says what is wrong with them. */
MUST err sensing_read_ranges(struct sensing *r, struct arena *a);
MUST err sensing_begin(struct sensing *r); /* the sensor, with these ranges */
void sensing_end(struct sensing *r);
/* One episode as a line into out; a sensor_tell. */
void sensing_tell(void *run, const struct sensor_episode *e);
MUST err sensing_flush(struct sensing *r);

/* ── with a database (darknet_report.c) ── */

/* Ranges of bodies in force at that time, an empty line, what is dark (external), one a line; empty
 * when there is nothing to look for, which is said. */
MUST err sensing_ranges_at(const struct options *o, usec at, struct buf *b);
/* That text into owners and dark. */
MUST err sensing_read_text(struct arena *a, str text, struct prefix_owners *owners, struct prefix_table **dark);
/* Episodes, a JSON array, into the database; what came of them on standard output. Nothing is told twice,
 * however often it is reported. */
MUST err sensing_report(const struct options *o, const struct store_modules *mods, str episodes);

/* ── watch --db: between the watching process and the database (darknet_relay.c) ── */

/* Lines of `from` into the database until their end. What could not be reported waits in a file beside
 * the database, also for the next process; stop: closed when *asked is set. */
MUST err relay_run(const struct options *o, struct arena *a, int from, int *stop, const volatile int *asked);

#endif
