/* SPDX-License-Identifier: Apache-2.0 */
/* What a module can measure about a body: one row per measure in the module's descriptor. It
 * stands on this floor so that every module can export it; evidence keeps the results. */
#ifndef WEB_MEASURE_H
#define WEB_MEASURE_H

#include "store/db.h"

/* A whole number in the measure's unit; not known: there was nothing to measure. */
struct measured {
    bool known;
    int64_t value;
};

struct measure {
    const char *name;   /* "org.ciso_holder": module, dot, what; for ever */
    const char *label;  /* Japanese */
    const char *unit;   /* "人", "%", "日" */
    const char *source; /* path of the page that shows a body its rows */
    /* Computed from the rows as they stand, nothing else. */
    err (*compute)(struct db *db, int64_t body, usec now, struct measured *out);
};

#endif
