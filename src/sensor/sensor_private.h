/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the sensor. */
#ifndef SENSOR_SENSOR_PRIVATE_H
#define SENSOR_SENSOR_PRIVATE_H

#include "sensor/sensor.h"

struct sensor_clock {
    usec now, other; /* the latest believed; the last that was not */
    unsigned agree;  /* so many in a row were near other */
    bool set;
};

struct sensor {
    struct sensor_config c;
    struct track *track;
    struct facts *facts; /* NULL: not wanted, as the next */
    struct tuples *flows;
    struct sensor_clock clock;
    struct sensor_stats stats;
};

/* Rows of one source: each judged, those that mean the same told as one episode. */
void sensor_tell_rows(struct sensor *s, struct track_row *rows, size_t n, sensor_tell *fn, void *ctx);

#endif
