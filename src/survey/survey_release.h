/* SPDX-License-Identifier: Apache-2.0 */
/* Which totals may be shown to other bodies: pure rules, no I/O (doc/adr/0011-disclosure.md).
 *
 * Totals are released by class and by prefecture, each in blocks: a block adds the answers of some
 * bodies to the total of their class, or of their prefecture. Take every block ever released, and
 * one more point, the ground, as the points of a graph. What a body submitted is an edge: from its
 * block of the class to its block of the prefecture, the ground standing for "not released there".
 * What somebody can compute from all totals of all moments are differences of potentials in this
 * graph; they speak of the edges of a cut. So nothing about fewer than RELEASE_LEAST bodies can be
 * computed exactly when no cut has 1 .. RELEASE_LEAST-1 bodies. A new block is safe when RELEASE_LEAST
 * paths without a common body lead from it to the ground, or none at all. */
#ifndef SURVEY_RELEASE_H
#define SURVEY_RELEASE_H

#include "core/arena.h"

enum { RELEASE_LEAST = 5, RELEASE_NONE = UINT32_MAX };
enum release_way { RELEASE_CLASS, RELEASE_PREF, RELEASE_WAYS };

/* What a body submitted, in force now. */
struct release_body {
    int64_t submission;            /* 0: nothing in force */
    int64_t group[RELEASE_WAYS];   /* its class, its prefecture: of the first submission */
    bool moved;                    /* submitted again from another group: waits for ever */
};

/* An edge: the first submission of a body (an arrival), or the change from one to the next. */
struct release_item {
    uint32_t body;
    uint32_t before;               /* item of the same body; RELEASE_NONE: an arrival */
    int64_t submission;            /* 0: taken back before it was released anywhere */
    uint32_t block[RELEASE_WAYS];  /* 0: waiting */
    bool answered;                 /* submission answers the panel's item */
};

/* Items that are answered by the same bodies: the essential ones together, every other alone. A
 * body that begins or ceases to answer by correcting stays in the totals as it was. */
struct release_panel {
    struct release_item *item;
    uint32_t n, cap;
    uint32_t *last;                /* of each body its newest item, or RELEASE_NONE */
    uint32_t blocks;               /* points of the graph beside the ground */
};

struct release {
    struct arena *a;               /* owns everything */
    struct release_body *body;
    size_t n_bodies;
    struct release_panel *panel;
    size_t n_panels;
    /* survey_release_is_safe; a test plants a weaker rule. */
    bool (*is_safe)(struct arena *scratch, const struct release_panel *p, uint32_t block);
};

MUST err survey_release_init(struct release *r, struct arena *a, size_t n_bodies, size_t n_panels);

/* A submission comes into force. answered: one bool for every panel. */
MUST err survey_release_submit(struct release *r, uint32_t body, int64_t class, int64_t pref,
    int64_t submission, const bool *answered);
/* It is taken back. What was released of it stays in the totals until the body submits again. */
void survey_release_withdraw(struct release *r, uint32_t body);

/* What a block adds to a total: the answers of submission, less those of before (0: none). */
struct release_member {
    uint32_t body;
    int64_t before, submission;
    bool answered; /* submission answers the panel's item */
};
struct release_block {
    struct release_member *v;
    size_t n;
    uint32_t point;
};
/* The bodies of a class or a prefecture that have something in force. */
struct release_group {
    enum release_way way;
    uint32_t *body;
    size_t n;
};
MUST err survey_release_group_of(const struct release *r, struct arena *a, enum release_way way,
    int64_t group, struct release_group *out);
/* Releases what waits in a group, if it is enough and safe; out->n 0: not yet. Arrivals first;
 * called again it tries the changes. scratch is used up. */
MUST err survey_release_next(struct release *r, struct arena *scratch, size_t panel,
    const struct release_group *g, struct release_block *out);
/* A block as it was released once: submission and answered of each member are given, before is
 * filled in. CONFLICT when that cannot have been. *safe: by the rule; NULL: not asked. */
MUST err survey_release_replay(struct release *r, struct arena *scratch, size_t panel,
    enum release_way way, struct release_block *block, bool *safe);
/* After blocks were replayed: the class and prefecture of a submission, which its body keeps if it
 * was released first by it. */
void survey_release_bind(
    struct release *r, uint32_t body, int64_t submission, int64_t class, int64_t pref);

/* The rule. */
bool survey_release_is_safe(struct arena *scratch, const struct release_panel *p, uint32_t block);

#endif
