/* SPDX-License-Identifier: Apache-2.0 */
/* What is measured beside what is answered: the newest measurements of a body for the items of a
 * catalogue, and whether an answer agrees with them. */
#ifndef SURVEY_MEASURE_H
#define SURVEY_MEASURE_H

#include "survey/survey_page.h"

enum agreement {
    AGREEMENT_NONE,      /* not measured, too old, nothing suggested, or no answer yet */
    AGREEMENT_SAME,
    AGREEMENT_DIFFERS,   /* 測定と違う */
    AGREEMENT_EXPLAINED  /* 理由あり: kept with a reason */
};

/* Loads once what survey_item_agreement asks for every item. A response in force is compared with
 * what was measured up to its submission, by the clock of that moment. */
struct measures {
    struct evidence_list all;
    usec now;
};
MUST err survey_measures_load(struct req *rq, const struct sheet *sheet, struct measures *out);
/* Of an item: the one that differs, else the first. NULL: none. */
const struct evidence *survey_item_measure(const struct measures *m, const struct item *it);
/* Pure. How an answer stands to one measurement, and to all of its item. */
enum agreement survey_agreement(const struct item *it, const struct evidence *e, usec now);
enum agreement survey_item_agreement(const struct measures *m, const struct item *it);
bool survey_item_contradicts(const struct measures *m, const struct item *it);
str survey_agreement_name(enum agreement a); /* "測定と違う"; empty for NONE and SAME */
str survey_agreement_key(enum agreement a);  /* class of the badge */

/* Of responses in force, inside the scope: declared against measured, at the time of submission. */
struct measure_count {
    const struct measure *measure;
    int64_t both, same, differs, explained; /* explained: of those that differ */
};
struct measure_counts {
    struct measure_count v[8];
    size_t n;
};
MUST err survey_measured_count(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *survey, const struct question *q, struct measure_counts *out);

/* Five cells: value, time, suggestion, agreement, reason; empty where nothing was measured. */
void survey_measure_csv(
    struct arena *a, struct csv *c, const struct measures *m, const struct item *it);

/* The card of the item's page. */
struct view_measure;
MUST err survey_measure_view(
    struct req *rq, const struct sheet *sheet, const struct item *it, struct view_measure *out);

extern const struct route survey_measure_routes[];

#endif
