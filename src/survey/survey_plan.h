/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a body: what is done about an unmet item, by whom, until when, for how much (R8).
 * An entry belongs to a question and not to a survey, so it is still there when the next survey
 * opens. Nothing is overwritten: a change is a new version. Read by the own body alone. */
#ifndef SURVEY_PLAN_H
#define SURVEY_PLAN_H

#include "survey/survey_private.h"

enum plan_state {
    PLAN_PLANNED = 1, /* 計画中 */
    PLAN_WORKING = 2, /* 実施中 */
    PLAN_DONE = 3,    /* 完了 */
    PLAN_DROPPED = 4  /* 取りやめ: with a reason */
};

enum {
    PLAN_COST_NONE = -1, /* not known */
    PLAN_COST_MOST = 999999999,
    PLAN_MOST = 700,     /* entries of a body */
    PLAN_HISTORY = 100,  /* versions shown */
    PLAN_YEARS_AHEAD = 20
};

struct plan_item {
    question_id question;
    str code, asked;     /* of the question, in its newest wording */
    int64_t version;     /* 0: not in the plan */
    int since;           /* 年度 in which it came into the plan */
    str text;            /* what to do; empty: not written yet */
    int64_t section;     /* 0: none */
    str section_name, post;
    jday due;            /* DAY_NONE: not set */
    int64_t cost;        /* 千円, or PLAN_COST_NONE */
    enum plan_state state;
    str reason;
    int64_t person;
    usec at;
};
struct plan_list {
    struct plan_item *v;
    size_t n;
};

/* ── survey_plan.c: rules, pure ── */

str survey_plan_state_name(enum plan_state s);
str survey_plan_state_key(enum plan_state s); /* "planned" */
enum plan_state survey_plan_state_of(str key); /* 0: unknown */
bool survey_plan_is_open(enum plan_state s);   /* still to be done */
/* 1 in the year it was planned, 2 when carried into the next, …; 0: done or dropped. */
int survey_plan_years(const struct plan_item *p, int fiscal_year);
/* The year a new version counts from: a plan taken up again begins anew. */
int survey_plan_since(const struct plan_item *before, enum plan_state next, int fiscal_year);
/* Open, and its day is over. */
bool survey_plan_is_overdue(const struct plan_item *p, jday today);
/* Open, and nobody can say who does what until when. */
bool survey_plan_is_vague(const struct plan_item *p);

/* The answer as far as it is known: this year's, else last year's to the same wording. */
str survey_plan_answer(const struct item *it);
/* Essential, counted, and 未実施 or 一部実施. */
bool survey_plan_is_unmet(const struct item *it);
bool survey_plan_is_met(const struct item *it);

/* 千円 as typed: "1,200", full-width; empty gives PLAN_COST_NONE. INVALID otherwise. */
MUST err survey_plan_cost_parse(struct arena *a, str typed, int64_t *out);

/* What is dropped costs nothing; an unknown cost is counted, not guessed. */
struct plan_sum {
    int64_t n, cost, unknown, overdue, vague;
};
void survey_plan_add(struct plan_sum *sum, const struct plan_item *p, jday today);

/* By day, undated ones last, then by code. */
void survey_plan_sort(struct plan_item *v, size_t n);
struct plan_year {
    int fiscal_year; /* of the due day; 0: undated */
    size_t first, n; /* of the sorted items */
    struct plan_sum sum;
};
/* Years of sorted items. out has room for n. */
size_t survey_plan_by_year(
    const struct plan_item *v, size_t n, jday today, struct plan_year *out);

/* ── survey_plan_store.c ── */

/* The newest survey that asks the body; NOTFOUND. */
MUST err survey_plan_survey(struct db *db, const struct scope *s, survey_id *out);
/* The newest version of every entry of the own body, by code. */
MUST err survey_plan_all(
    struct db *db, struct arena *a, const struct scope *s, struct plan_list *out);
/* The newest version; version 0 when it is not in the plan. */
MUST err survey_plan_get(struct db *db, struct arena *a, const struct scope *s, question_id q,
    struct plan_item *out);
/* Newest first. */
MUST err survey_plan_history(struct db *db, struct arena *a, const struct scope *s,
    question_id q, struct plan_list *out);
/* CONFLICT when that version is there already. */
MUST err survey_plan_insert(struct tx *tx, const struct scope *s, const struct plan_item *p);

/* ── survey_plan_write.c ── */

/* The plan with what the newest survey says. */
struct plan {
    bool asked; /* there is a survey: sheet is filled */
    struct sheet sheet;
    struct body body;
    int fiscal_year; /* of that survey, or today's */
    struct plan_list list;
    struct section_list sections;
};
MUST err survey_plan_load(struct db *db, struct arena *a, const struct scope *s, usec now,
    struct plan *out);
/* The entry of a code: version 0 for an item of the survey that is not planned. NOTFOUND. */
MUST err survey_plan_find(const struct plan *plan, str code, struct plan_item *out);
/* The item of the newest survey; NULL when it is not asked any more. */
const struct item *survey_plan_asked(const struct plan *plan, question_id q);
/* May this person see it: people of a section see what is theirs to answer or to do. */
bool survey_plan_is_mine(const struct plan *plan, uint32_t roles, const struct plan_item *p);

/* STALE: *newest is what somebody saved since seen. INVALID: not a section of this body. */
MUST err survey_plan_put(const struct writing *w, str code, const struct plan_item *next,
    int64_t seen, struct plan_item *newest);
/* An item, or every unmet one of an area, comes into the plan. *n: how many were not there. */
MUST err survey_plan_take(const struct writing *w, str what, int *n);
/* 完了, everything else as it was. */
MUST err survey_plan_finish(const struct writing *w, str code, int64_t seen);

/* ── survey_plan_page.c, survey_plan_edit.c ── */

extern const struct route survey_plan_routes[];
extern const struct web_form survey_plan_edit_form, survey_plan_seen_form;
err survey_plan_edit_read(struct req *rq);
err survey_plan_edit_prepare(struct req *rq);
err survey_plan_edit_write(struct tx *tx, struct req *rq);
err survey_plan_finish_write(struct tx *tx, struct req *rq);
/* 「総務課 情報政策係長」 */
str survey_plan_owner(struct arena *a, const struct plan_item *p);

#endif
