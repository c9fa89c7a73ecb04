/* SPDX-License-Identifier: Apache-2.0 */
/* The yearly follow-up survey: answered from last year, submitted, added up for the nation.
 * Requirements R1–R6, R13, R15, R24, R33; model: doc/adr/0005-questions-and-facts.md. */
#ifndef SURVEY_SURVEY_H
#define SURVEY_SURVEY_H

#include "form/form.h"

typedef struct survey_id {
    int64_t v;
} survey_id;

/* Whom a survey asks. Not chosen: every local government. Else those of a class and prefecture
 * that are marked (no mark of one kind: all of that kind), and the bodies named one by one. */
struct survey_target {
    bool chosen;
    uint32_t classes; /* bit 1 << enum body_class */
    uint64_t prefs;   /* bit 1 << number */
    const str *code;  /* of single bodies, six digits each */
    size_t n_codes;
};
bool survey_target_has(const struct survey_target *t, const struct body *b);

struct new_survey {
    catalog_id catalog;
    survey_id previous; /* v 0: none */
    str title, purpose;
    int fiscal_year;
    jday as_of, shown_deadline, last_submission, last_correction;
    struct survey_target target;
};

/* Opens a survey for the local governments of the scope that its target has. INVALID: nobody. */
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
    /* What else a body did before it answered the current survey; or NULL. */
    err (*before)(struct tx *tx, size_t body, void *arg);
    void *arg;
};
MUST err survey_demo_make(struct writer *w, const struct survey_demo *d);

/* What the bodies of the scope last submitted to the item of that code, by body; who never did is not there. */
struct survey_answer {
    int64_t body;
    str value;
};
struct survey_answers {
    struct survey_answer *v;
    size_t n;
};
MUST err survey_answered(
    struct db *db, struct arena *a, const struct scope *s, question_id q, struct survey_answers *out);

extern const struct module survey_module;

#endif
