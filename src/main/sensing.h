/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the darknet sensor share. */
#ifndef MAIN_SENSING_H
#define MAIN_SENSING_H

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
};

/* --prefixes and --dark; says what is wrong with them. */
MUST err sensing_read_ranges(struct sensing *r, struct arena *a);
MUST err sensing_begin(struct sensing *r); /* the sensor, with these ranges */
void sensing_end(struct sensing *r);
/* One episode as a line into out; a sensor_tell. */
void sensing_tell(void *run, const struct sensor_episode *e);
MUST err sensing_flush(struct sensing *r);

#endif
