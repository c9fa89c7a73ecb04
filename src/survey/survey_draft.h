/* SPDX-License-Identifier: Apache-2.0 */
/* A survey that is being composed: shared by the files of drafts. */
#ifndef SURVEY_DRAFT_H
#define SURVEY_DRAFT_H

#include "survey/survey_compose.h"
#include "survey/survey_page.h"

enum draft_state { DRAFT_OPEN = 1, DRAFT_PUBLISHED = 2, DRAFT_DELETED = 3 };
enum { DRAFT_CODES = 2000 };

struct draft {
    int64_t id;
    str title, purpose;
    int64_t fiscal_year;
    jday as_of, shown_deadline, last_submission, last_correction; /* DAY_NONE: not said yet */
    survey_id previous;
    bool chosen;
    int64_t classes, prefs;
    str codes; /* as typed */
    enum draft_state state;
    survey_id survey; /* v 0: not published */
    int64_t version, person;
    usec changed_at;
    int64_t n_items; /* in lists only */
};

struct draft_list {
    struct draft *v;
    size_t n;
};

/* q.rev 0: the wording is the draft's own. */
struct draft_item {
    struct question q;
    int64_t base_rev; /* 0: a new question */
    enum lineage_kind kind;
    struct level level; /* of a new question; a known one keeps its own */
};

/* Everything about one draft. The items stand area by area, in the order of the areas. */
struct drafting {
    struct draft draft;
    const struct catalog *catalog; /* the newest national one: its areas */
    struct draft_item *item;
    size_t n;
    struct question *q; /* the same items, for the rules */
    struct draft_item *removed;
    size_t n_removed;
    struct survey_target target;
    struct body_list asked; /* by the target */
};

/* survey_draft_store.c */
MUST err survey_draft_all(struct db *db, struct arena *a, struct draft_list *out);
MUST err survey_draft_add(struct tx *tx, const struct draft *d, int64_t *id);
/* Title, purpose, year, dates, previous survey and target. */
MUST err survey_draft_set(struct tx *tx, const struct draft *d);
MUST err survey_draft_state_set(struct tx *tx, int64_t id, enum draft_state state, survey_id survey);
/* Counts a change: who and when. */
MUST err survey_draft_touch(struct tx *tx, int64_t id, int64_t person);
MUST err survey_draft_item_add(struct tx *tx, int64_t draft, const struct draft_item *it);
/* Wording, rules and condition of an item. */
MUST err survey_draft_item_set(struct tx *tx, struct arena *a, int64_t draft,
    const struct draft_item *it);
MUST err survey_draft_item_place(struct tx *tx, int64_t draft, question_id q, int64_t position,
    bool removed);
/* NOTFOUND: no such draft. scope: the office's, for the bodies it asks. */
MUST err survey_drafting_load(
    struct db *db, struct arena *a, const struct scope *s, int64_t id, struct drafting *out);

struct date_change {
    jday shown_deadline, last_submission, last_correction;
    str reason;
    int64_t person;
    usec at;
};
struct date_change_list {
    struct date_change *v;
    size_t n;
};
MUST err survey_dates_move(
    struct tx *tx, survey_id id, const struct date_change *c, int64_t person);
/* Newest first, up to 20. */
MUST err survey_dates_all(
    struct db *db, struct arena *a, survey_id id, struct date_change_list *out);

/* survey_draft_write.c: each changes an open draft of that version (0: whichever it is), counts
 * the change and appends it to the audit trail. STALE: somebody else was first. CONFLICT: it is
 * published or deleted. */
struct draft_writing {
    struct tx *tx;
    struct arena *a;
    const struct scope *scope;
    int64_t person, org;
    int64_t draft, version;
};
MUST err survey_drafting_begin(const struct draft_writing *w, struct drafting *out);
MUST err survey_drafting_end(const struct draft_writing *w, str action, str object);
/* from: what it is copied from; NULL: nothing. */
MUST err survey_draft_make(struct tx *tx, struct arena *a, const struct draft *d,
    const struct catalog *from, int64_t org, int64_t *id);
/* The catalogue, the survey and its responses, in one transaction. INVALID: something is missing. */
MUST err survey_draft_publish(const struct draft_writing *w, survey_id *out);

/* What stands between a draft and its publication: messages for people, each with its page. */
struct draft_problem {
    str text, href;
};
struct draft_problems {
    struct draft_problem *v;
    size_t n;
};
MUST err survey_draft_problems(
    struct arena *a, const struct drafting *d, jday today, struct draft_problems *out);
const struct draft_item *survey_draft_item(const struct drafting *d, str code);

/* survey_draft_page.c, survey_draft_item.c, survey_dates.c: of {draft} in the path */
extern const struct route survey_draft_routes[];
MUST err survey_drafting_of(struct req *rq, struct drafting *out);
struct draft_writing survey_draft_writing(struct tx *tx, struct req *rq, int64_t version);
err survey_draft_say(struct req *rq, err e); /* STALE and CONFLICT in words */
str survey_type_name(enum answer_type t);
str survey_carry_name(enum carry c);
str survey_options_text(struct arena *a, const struct question *q); /* a line each */

extern const struct web_form survey_pick_form, survey_question_form, survey_condition_form,
    survey_move_form;
err survey_pick_read(struct req *rq);
err survey_pick_prepare(struct req *rq);
err survey_pick_write(struct tx *tx, struct req *rq);
err survey_question_new_read(struct req *rq);
err survey_question_new_prepare(struct req *rq);
err survey_question_new_write(struct tx *tx, struct req *rq);
err survey_question_read(struct req *rq);
err survey_question_prepare(struct req *rq);
err survey_question_write(struct tx *tx, struct req *rq);
err survey_condition_prepare(struct req *rq);
err survey_condition_write(struct tx *tx, struct req *rq);
err survey_move_write(struct tx *tx, struct req *rq);
err survey_remove_write(struct tx *tx, struct req *rq);
err survey_unremove_write(struct tx *tx, struct req *rq);

/* survey_draft_conflict.c: STALE, with the page of both values; the form is that of the route. */
MUST err survey_head_conflict(
    struct tx *tx, struct req *rq, const struct draft *now, const struct draft *mine);
MUST err survey_target_conflict(
    struct tx *tx, struct req *rq, const struct draft *now, const struct draft *mine);
MUST err survey_question_conflict(
    struct tx *tx, struct req *rq, const struct drafting *now, const struct draft_item *mine);
MUST err survey_condition_conflict(
    struct tx *tx, struct req *rq, const struct drafting *now, const struct draft_item *mine);

extern const struct web_form survey_dates_form;
err survey_dates_read(struct req *rq);
err survey_dates_prepare(struct req *rq);
err survey_dates_write(struct tx *tx, struct req *rq);

/* survey_open.c: days as people type them, and what holds between the dates of a survey. */
void survey_day_read(struct req *rq, const char *field, str typed, jday *out);

#endif
