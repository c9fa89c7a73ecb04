/* SPDX-License-Identifier: Apache-2.0 */
/* What the sensor reports: a JSON array of episodes and hours (src/sensor/README.md). */
#ifndef DARKNET_DARKNET_REPORT_H
#define DARKNET_DARKNET_REPORT_H

#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

/* Who says it may be in the hands of whoever sent the packets: nothing goes further than this. */
#define REPORT_COUNT ((int64_t)1 << 53)
enum { REPORT_WORD = 64, REPORT_TEXT = 2048 /* bytes */ };

/* INVALID: not an array of them, or one that says nothing, or more than these; an address that is none; text with
 * control characters. */
MUST err darknet_report_parse(struct arena *a, str json, struct alert_sightings *all, struct fact_hours *hours);

#endif
