/* SPDX-License-Identifier: Apache-2.0 */
/* What the two pages of comparison share: the own years, and the totals that may be shown. */
#ifndef SURVEY_COMPARE_H
#define SURVEY_COMPARE_H

#include "survey/survey_page.h"
#include "survey/survey_release_private.h"

enum { COMPARE_YEARS = 10, COMPARE_GROUPS = 3 };

/* What the own body submitted in one survey. */
struct own_year {
    struct survey survey;
    const struct catalog *catalog;
    struct fact *facts; /* a slot per item */
    bool *same;         /* essential, and worded alike in every year that is compared */
    int64_t class, pref; /* of the submission */
};

/* A group the body is compared with. */
struct peer {
    str name;
    struct released total;
};

struct comparison {
    struct survey asked;             /* of the address */
    struct body body;
    struct own_year year[COMPARE_YEARS]; /* that were submitted, newest first */
    size_t n_years;
    struct survey survey;            /* compared in: the newest the body has submitted, or asked */
    const struct catalog *catalog;
    struct peer peer[COMPARE_GROUPS]; /* nation, class, prefecture */
};
MUST err survey_comparison_load(struct req *rq, struct comparison *out);
/* One of the essential items that ask 実施済み or not: what the shares are of. */
bool survey_comparison_has(const struct question *q);
/* Sums of one item in a group; false: it may not be shown. */
bool survey_comparison_tally(
    const struct comparison *c, const struct peer *p, const struct question *q, struct tally *out);

#endif
