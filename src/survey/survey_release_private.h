/* SPDX-License-Identifier: Apache-2.0 */
/* Totals as they are released: shared by the step on the writer, the pages and the check. */
#ifndef SURVEY_RELEASE_PRIVATE_H
#define SURVEY_RELEASE_PRIVATE_H

#include "survey/survey_private.h"
#include "survey/survey_release.h"

/* Of a nation the classes add up to one total and the prefectures to another; both may be shown. */
enum release_total {
    TOTAL_CLASS = RELEASE_CLASS,
    TOTAL_PREF = RELEASE_PREF,
    TOTAL_NATION = 2, /* the sum of the classes; + RELEASE_PREF: of the prefectures */
    TOTAL_WAYS = 4
};

struct released_cell {
    str answer;
    int64_t n, total;
};

/* One item in a total. */
struct released_item {
    struct released_cell *cell;
    size_t n_cells;
    int64_t bodies; /* counted, with an answer or without */
};

/* A total: an item for every one of the catalogue. */
struct released {
    int64_t bodies;
    usec at; /* of its last step; 0: never released */
    struct released_item *item;
};
MUST err survey_released_init(struct arena *a, const struct catalog *c, struct released *out);
/* Adds one answer (sign +1) or takes it out (-1). */
MUST err survey_released_move(
    struct arena *a, struct released_item *it, const struct question *q, str value, int64_t sign);
/* The lines of some items, in the order of the catalogue; and back. only: NULL for the essential
 * ones. INVALID: not such lines. */
void survey_released_put(struct buf *b, const struct catalog *c, const struct released *t,
    const struct question *only);
MUST err survey_released_parse(
    struct arena *a, const struct catalog *c, str cells, struct released *out);

/* Answered by every body that submits: essential, and under no condition. */
bool survey_release_is_common(const struct question *q);
/* The panels of a catalogue: 0 the essential items, then each other item that counts. */
struct panels {
    const struct question **item; /* item[0] is NULL */
    size_t n;
};
MUST err survey_panels_of(struct arena *a, const struct catalog *c, struct panels *out);
bool survey_panel_has(const struct question *only, const struct question *q);

/* The answers of a submission, a value per item of the catalogue. */
MUST err survey_release_answers(
    struct db *db, struct arena *a, const struct catalog *c, int64_t submission, str *out);
/* "body:submission:answered …": n members with body as an index into the rising ids of bodies. */
MUST err survey_release_members_parse(struct arena *a, str text, const int64_t *bodies, size_t n_bodies,
    struct release_block *out);

/* A total as it may be shown to every body. TOTAL_NATION takes the larger of its two. */
MUST err survey_release_get(struct db *db, struct arena *a, survey_id id,
    const struct catalog *c, enum release_total way, int64_t grp, struct released *out);

#endif
