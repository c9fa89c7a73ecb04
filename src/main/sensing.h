/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the darknet sensor share. */
#ifndef MAIN_SENSING_H
#define MAIN_SENSING_H

#include "core/sandbox.h"
#include "main/main.h"
#include "sensor/sensor.h"

enum { SENSING_LINES = 1 << 20, SENSING_RANGES = 64 << 20 /* bytes */ };

/* Whose addresses, and what is dark; strings in the arena of the whole, which is its own. */
struct sensing_ranges {
    struct arena *a;
    struct prefix_owners owners;
    struct prefix_table *dark;
};

struct sensing_flows {
    int fd; /* open when there is --flows */
    struct buf lines;
    err said; /* of writing; from the first that is none nothing is written any more */
};

struct sensing {
    const struct options *o;
    struct sensing_ranges ranges;
    struct sensor *sensor; /* NULL: no ranges yet */
    struct buf out;
    err said; /* of writing */
    struct sensing_flows flows;
    uint64_t skipped; /* records of interfaces a capture never described */
    int to;   /* where lines go: standard output, or the process that reports them */
    int from; /* -1, or a pipe on which that process gives ranges; its end means stop */
    struct buf heard;
    bool over; /* it has ended */
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
/* The open files, one after the other, in the sandbox from here on; what is under way at the end is told. */
MUST err sensing_replay(struct sensing *r, struct arena *a, const int *fd);
/* One episode as a line into out; a sensor_tell. */
void sensing_tell(void *run, const struct sensor_episode *e);
MUST err sensing_flush(struct sensing *r);

/* ── --flows (darknet_tuple.c) ── */

/* Before the sandbox, and before sensing_begin. more: a table that is there is continued; else CONFLICT. Says why not. */
MUST err sensing_flows_open(struct sensing *r, struct arena *a, bool more);
void sensing_flow(void *run, const struct tuple *f); /* a tuple_tell */
void sensing_flows_put(struct sensing *r); /* what has gathered, into the file; says so when it cannot */
/* All the rest; what became of it as a whole. */
MUST err sensing_flows_end(struct sensing *r);

/* What an hour brought, as a line; a facts_tell. */
void sensing_hour(void *run, struct facts *f);

/* ── with a database: a child looks at packets, and has nothing but what it reads and two pipes; the
 * parent, which may write into the database, never sees one (darknet_child.c) ── */

struct sensing_child {
    pid_t pid;
    int lines; /* what it says; each line a JSON object, or "@" and a time it wants the ranges of */
    int words; /* what it is told: ranges, in frames; -1: closed, it ends */
};
typedef err sensing_work(struct sensing *r, struct arena *a, void *ctx);
MUST err sensing_child_start(struct sensing *r, struct arena *a, sensing_work *work, void *ctx,
    struct sensing_child *out);
/* Waits for its end; IO when it did not end well. */
MUST err sensing_child_end(struct sensing_child *c);
/* A frame of what sensing_ranges_at wrote, to be put on words. */
void sensing_put_frame(struct buf *b, str ranges);
/* That text: the sensor is made, or its ranges are swapped. */
MUST err sensing_take(struct sensing *r, str ranges);
/* In the child: takes what frames have come; wait: until there is one. INVALID: nonsense came. */
MUST err sensing_hear(struct sensing *r, bool wait);

/* ── the parent (darknet_report.c) ── */

/* Ranges of bodies in force at that time, an empty line, what is dark, one a line: the external ranges, or
 * with --inside a body's own internal ones, where every sender is that body. Empty when there is
 * nothing to look for, which is said if say. */
MUST err sensing_ranges_at(const struct options *o, usec at, bool say, struct buf *b);
/* Episodes and hours, a JSON array, into the database; what came of them on standard output. Nothing is
 * told twice, however often it is reported. What is wrong is said if say. */
MUST err sensing_report(const struct options *o, const struct store_modules *mods, str lines, bool say);

/* ── watch --db: between the child and the database (darknet_relay.c) ── */

/* What the child says into the database until its end, and ranges that have changed to the child. What could
 * not be reported waits in a file (main/spool.h), FILE.darknet beside the database or --spool, also for the next
 * process; what the database refuses for good is put aside. *asked: the child is to end; ten seconds later this
 * ends too. An error: not everything is in the database. */
MUST err relay_run(const struct options *o, struct arena *a, struct sensing_child *c, const volatile int *asked);

#endif
