/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the demonstration share. */
#ifndef MAIN_DEMO_H
#define MAIN_DEMO_H

#include "main/sensing.h"

struct demo_darknet {
    const struct options *o;
    const struct body *bodies; /* by code */
    size_t n_bodies;
    const person_id *staff;    /* one per body */
    int64_t pref;              /* the prefecture that visitors look at, */
    body_id town;              /* its town, */
    person_id visitor;         /* and who signs in there */
    person_id nation;          /* somebody of the national office */
    usec now, *clock;          /* simulated time, moved on to now */
};
/* Registrations eleven days before now, what was seen and done since then, and the hours of four weeks. */
MUST err demo_darknet_make(struct writer *w, const struct demo_darknet *d);

#endif
