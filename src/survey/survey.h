/* SPDX-License-Identifier: Apache-2.0 */
/* The yearly follow-up survey: answered from last year, submitted, added up for the nation.
 * Requirements R1–R6, R13, R15, R24, R33; model: doc/adr/0005-questions-and-facts.md. */
#ifndef SURVEY_SURVEY_H
#define SURVEY_SURVEY_H

#include "form/form.h"

typedef struct survey_id {
    int64_t v;
} survey_id;

struct new_survey {
    catalog_id catalog;
    survey_id previous; /* v 0: none */
    str title;
    int fiscal_year;
    jday as_of, shown_deadline, last_submission, last_correction;
};

/* Opens a survey for every local government of the scope. */
MUST err survey_open(struct tx *tx, struct arena *a, const struct scope *s,
    const struct new_survey *n, survey_id *out);

/* What a demonstration is made of. Deterministic in seed; progress() is told 0..100. */
struct survey_demo {
    uint64_t seed;
    int years;        /* 1..10, the last one half answered */
    int fiscal_year;  /* of the current survey */
    const struct scope *scope; /* everything */
    const person_id *staff, *chief, *ciso; /* one of each per body, in the order of the codes */
    const struct body *bodies;
    size_t n_bodies;
    usec today;       /* 00:00 JST of the day it is made for */
    usec *clock;      /* simulated time, moved on by the demo, never beyond today */
    void (*progress)(int percent);
};
MUST err survey_demo_make(struct writer *w, const struct survey_demo *d);

extern const struct module survey_module;

#endif
