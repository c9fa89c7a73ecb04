/* SPDX-License-Identifier: Apache-2.0 */
/* What the sensor reports: a JSON array of episodes and hours (src/sensor/README.md). */
#ifndef DARKNET_DARKNET_REPORT_H
#define DARKNET_DARKNET_REPORT_H

#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

/* INVALID: not an array of them, or one that says nothing. */
MUST err darknet_report_parse(struct arena *a, str json, struct alert_sightings *all, struct fact_hours *hours);

#endif
