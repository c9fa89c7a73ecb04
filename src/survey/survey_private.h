/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of survey. */
#ifndef SURVEY_PRIVATE_H
#define SURVEY_PRIVATE_H

#include "survey/survey_flow.h"

struct survey {
    survey_id id, previous;
    catalog_id catalog;
    str title;
    int fiscal_year;
    jday as_of, shown_deadline, last_submission, last_correction;
    enum survey_state state;
    str catalog_code; /* of what line its catalogue is */
    str purpose;      /* 調査の目的, shown to who answers; may be empty */
};

struct response {
    int64_t id;
    survey_id survey;
    body_id body;
    int64_t organ; /* 0: 長 */
    enum response_state state;
    int64_t version;
    bool correcting; /* sent back by the office: may be changed until the last correction */
    usec started_at, changed_at, submitted_at;
    int64_t submission, horizon; /* 0: none */
    int64_t class, pref;         /* of the body when it submitted */
};

struct survey_list {
    struct survey *v;
    size_t n;
};

struct area_progress {
    str area;
    int64_t total, done, needed, needed_done;
};

struct progress {
    struct area_progress area[16];
    size_t n;
    int64_t total, done, needed, needed_done; /* sums */
};

/* survey_store.c */
MUST err survey_get(struct db *db, struct arena *a, survey_id id, struct survey *out);
/* Newest first. */
MUST err survey_all(struct db *db, struct arena *a, struct survey_list *out);
/* Those that ask a body of the scope, the same order. */
MUST err survey_visible(
    struct db *db, struct arena *a, const struct scope *s, struct survey_list *out);
MUST err survey_is_visible(struct db *db, const struct scope *s, survey_id id, bool *out);
/* The one to turn to, an open one before any that is closed: own, of those that ask the own body,
 * first what it has not submitted and still may, by deadline; else the newest of those that ask a
 * body of the scope. NOTFOUND. */
MUST err survey_current(struct db *db, struct arena *a, const struct scope *s, bool own,
    jday today, struct survey *out);
MUST err survey_add(struct tx *tx, const struct new_survey *n, survey_id *out);

MUST err survey_state_set(struct tx *tx, survey_id id, enum survey_state state);

MUST err survey_response_get(
    struct db *db, const struct scope *s, survey_id id, body_id body, struct response *out);
MUST err survey_response_add(struct tx *tx, survey_id id, body_id body, int64_t *out);
MUST err survey_response_add_organ(
    struct tx *tx, survey_id id, body_id body, int64_t organ, int64_t *out);
/* A changed answer: not started becomes draft, returned stays returned. */
MUST err survey_response_touch(struct tx *tx, int64_t response);
MUST err survey_response_submit(struct tx *tx, int64_t response, int64_t submission);
/* Any other step; a response that is no longer counted loses its submission in force. */
MUST err survey_response_move(
    struct tx *tx, int64_t response, enum response_state to, bool correcting);

struct step {
    int64_t response, person, deputy_for, submission; /* submission 0: none */
    str act, reason;
    enum response_state from, to;
    usec at;
};
struct step_list {
    struct step *v;
    size_t n;
};
MUST err survey_step_add(struct tx *tx, const struct step *s);
/* Oldest first, the newest 200. */
MUST err survey_steps(struct db *db, struct arena *a, const struct scope *s,
    const struct response *r, struct step_list *out);
/* Has this person said something about an item of the response this year. */
MUST err survey_has_answered(
    struct db *db, const struct response *r, int64_t person, bool *answered);

/* ── checks of the office ── */

enum check_verdict { CHECK_GOOD = 1, CHECK_QUERY = 2 };
struct item_check {
    int64_t submission, person;
    question_id question;
    enum check_verdict verdict;
    str note;
    usec at;
};
struct check_list {
    struct item_check *v;
    size_t n;
};
MUST err survey_check_add(struct tx *tx, const struct item_check *c);
/* The newest of each item; of a submission in the scope. */
MUST err survey_checks(struct db *db, struct arena *a, const struct scope *s,
    int64_t submission, struct check_list *out);
/* The submission the office last sent back; 0: none. */
MUST err survey_returned_submission(
    struct db *db, const struct scope *s, const struct response *r, int64_t *out);

MUST err survey_progress_add(struct tx *tx, int64_t response, str area, int64_t total,
    int64_t needed);
MUST err survey_progress_move(
    struct tx *tx, int64_t response, str area, int64_t by, int64_t needed_by);
MUST err survey_progress_set(struct tx *tx, int64_t response, const struct area_progress *p);
MUST err survey_progress_get(
    struct db *db, struct arena *a, const struct scope *s, int64_t response, struct progress *out);

MUST err survey_comment_add(struct tx *tx, const struct response *r, question_id q,
    int64_t person, str text);

struct submission {
    int64_t id, response, horizon;
    int64_t class, pref, person;
    struct bytes hash;
};
MUST err survey_submission_add(struct tx *tx, const struct submission *s);

/* What a body may keep as proof of its submission in force. */
struct receipt {
    int64_t number; /* of the response's submissions: 1, 2, … */
    usec at;
    str hash;       /* hex: over the answers, as in the audit trail */
};
/* By the response's submission; NOTFOUND: there is none. */
MUST err survey_receipt_get(struct db *db, struct arena *a, int64_t submission, struct receipt *out);

MUST err survey_cube_move(struct tx *tx, survey_id id, int64_t question_rev, int64_t pref,
    int64_t class, str answer, enum basis basis, bool accepted, int64_t n, int64_t total);

/* Submitted and not yet accepted, where the acceptance is this scope's: its municipalities for a
 * prefecture, the prefectures for the national office. */
MUST err survey_waiting_count(
    struct db *db, const struct scope *s, survey_id id, int64_t *out);

struct board_row {
    struct body body;
    enum response_state state;
    int64_t total, done;
    int64_t staff; /* people who may answer for it */
    int64_t organ; /* 0: 長; the name says which */
    bool ended;    /* the body ended since, by a merger */
    usec changed_at, submitted_at;
};
struct board {
    struct board_row *v;
    size_t n;
};
/* Responses in the scope, by code: progress only. Names and classes of the survey's 基準日. */
MUST err survey_board(
    struct db *db, struct arena *a, const struct scope *s, survey_id id, struct board *out);

/* Sums of the cube. class 0 and pref 0: all that the scope may see. */
struct cube_row {
    int64_t question_rev, class, pref;
    str answer;
    int64_t n, total;
};
struct cube_rows {
    struct cube_row *v;
    size_t n;
};
enum cube_by { CUBE_BY_ITEM, CUBE_BY_CLASS, CUBE_BY_PREF };
/* CUBE_BY_ITEM: every item, question_rev 0. The others: one item split by class or prefecture. */
struct cube_filter {
    enum cube_by by;
    int64_t question_rev, class, pref; /* 0: all */
    bool accepted; /* accepted responses only; else all that are submitted */
};
MUST err survey_cube_sum(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    const struct cube_filter *f, struct cube_rows *out);
/* Responses in force under the same filter. */
MUST err survey_submitted_count(struct db *db, const struct scope *s, survey_id id,
    const struct cube_filter *f, int64_t *submitted, int64_t *bodies);

/* survey_edition_store.c: published figures, for the whole of a survey. */
struct edition {
    int64_t id, number, submitted, bodies, person;
    bool accepted; /* of accepted responses only */
    str reason;    /* of the correction; empty for the first */
    usec at;
};
struct edition_list {
    struct edition *v; /* by number, from 1 */
    size_t n;
};
MUST err survey_editions(
    struct db *db, struct arena *a, survey_id id, struct edition_list *out);
MUST err survey_edition_cells(
    struct db *db, struct arena *a, int64_t edition, struct cube_rows *out);
/* Whether something was submitted since the edition. */
MUST err survey_edition_is_behind(struct db *db, survey_id id, int64_t edition, bool *out);
/* Keeps the totals of this moment; sets e->id. */
MUST err survey_edition_add(
    struct tx *tx, const struct scope *s, survey_id id, struct edition *e);

/* survey_assign_store.c: items and areas given to sections of the body. */
struct assignment {
    int64_t section; /* 0: taken back */
    str area;        /* "ORG"; empty: an item */
    question_id question;
    jday due;        /* DAY_NONE: the survey's own deadline */
};
struct assignment_list {
    struct assignment *v;
    size_t n;
};
MUST err survey_assignments(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    struct assignment_list *out);
/* Replaces what was assigned for this area or item. */
MUST err survey_assign_put(
    struct tx *tx, const struct scope *s, survey_id id, const struct assignment *as);
/* Who holds an item: its own assignment, or its area's. NULL: nobody but the lead. */
const struct assignment *survey_assigned(
    const struct assignment_list *all, const struct question *q);

/* survey_sheet.c: a response with everything known about its items. */
struct sheet {
    struct survey survey;
    struct assignment_list assigned; /* of the own body; else empty */
    struct section_list sections;
    struct response response;
    struct body body;
    const struct catalog *catalog;
    struct item *item; /* catalog->n_items */
};
/* Of another organisation only what was submitted: NOTFOUND before. */
MUST err survey_sheet_load(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, struct sheet *out);
/* May this person see and answer the item: everything for the leads, else what the own sections
 * hold. */
bool survey_sheet_is_mine(const struct sheet *sheet, uint32_t roles, const struct question *q);
/* The submitted answers of one item in the surveys before, newest first. */
struct past {
    int fiscal_year;
    str value, basis;
};
struct past_list {
    struct past v[10];
    size_t n;
};
MUST err survey_past(struct db *db, struct arena *a, const struct scope *s,
    const struct sheet *sheet, const struct question *q, struct past_list *out);
/* survey_band_store.c: of each body in the scope its submitted answer to one item, no organ's. */
struct body_answer {
    body_id body;
    str value;
};
struct body_answers {
    struct body_answer *v;
    size_t n;
};
MUST err survey_answers_in_force(struct db *db, struct arena *a, const struct scope *s,
    survey_id id, question_id q, bool accepted, struct body_answers *out);
/* survey_merged.c: last year's answers of the bodies merged into this one. */
MUST err survey_merged_load(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *previous, const struct catalog *c, struct sheet *sheet);
void survey_sheet_hash(const struct sheet *sheet, uint8_t hash[32]);
/* What the table progress must say of these facts, area by area in the catalogue's order. */
void survey_progress_count(
    const struct catalog *c, const struct fact *facts, const bool *asked, struct progress *out);

/* Comments of an item, oldest first, up to 200. Own body only. */
struct item_comment {
    int64_t person;
    usec at;
    str text;
};
struct comment_list {
    struct item_comment *v;
    size_t n;
};
MUST err survey_comments(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    question_id q, struct comment_list *out);

/* survey_write.c: what changes a response, inside the writer's transaction. */
struct writing {
    struct tx *tx;
    struct arena *a;
    const struct scope *scope;
    int64_t person;
    uint32_t roles; /* for acts of the way */
    bool quiet;     /* nobody is told by mail: what a demonstration did in the past */
};
/* An answer that is this year's declared one already adds nothing. newest: the answer in force
 * afterwards. STALE: newest holds what somebody else saved after seen. CONFLICT: already submitted. */
MUST err survey_write_answer(const struct writing *w, survey_id id, str code, str value,
    int64_t seen, struct fact *newest);
/* 「前年度から変更なし」 of one item, of every carried one of an area, or, with neither, of every
 * carried one that waits for it, but those named. *n: how many. */
struct confirming {
    str code, area;
    const str *but;
    size_t n_but;
};
MUST err survey_write_confirm(
    const struct writing *w, survey_id id, const struct confirming *what, int *n);
/* Freezes the own response and puts it into the totals. INVALID: *missing items stop it. */
MUST err survey_write_submit(const struct writing *w, survey_id id, struct sheet *sheet,
    int *missing);
/* Takes what is in force out of the totals: its answers may be changed again. */
MUST err survey_write_uncount(
    const struct writing *w, struct sheet *sheet, enum response_state to, bool correcting);
/* In force and checked: its numbers move to those of the accepted. */
MUST err survey_write_accept(const struct writing *w, struct sheet *sheet);
/* May answers be changed now: state, and the last day. */
bool survey_write_is_in_time(
    const struct survey *s, const struct response *r, usec now);

/* An earlier answer of the same item and wording becomes the newest. NOTFOUND: no such fact.
 * STALE: out tells both values. */
struct restored {
    const struct question *question;
    str value; /* of the earlier answer */
    struct fact newest;
};
MUST err survey_write_restore(const struct writing *w, survey_id id, str code, int64_t fact,
    int64_t seen, struct restored *out);
/* An answer that speaks to a measurement: taken from it, or kept against it with a reason. */
struct based {
    str value;
    enum basis basis;
    int64_t evidence;
    str note;
};
MUST err survey_write_based(const struct writing *w, survey_id id, str code, int64_t seen,
    const struct based *b, struct fact *newest);
MUST err survey_write_comment(const struct writing *w, survey_id id, str code, str text);

/* survey_flow_write.c: one act of the table, with all it brings along. */
struct flow_result {
    const struct flow_row *row;
    struct sheet sheet;
    int missing;
    str why; /* for people, when it was refused */
};
/* NOTFOUND: not to be seen. DENIED: the role or a rule is against it. CONFLICT: the state or the
 * day does not allow it. INVALID: a reason or answers are missing. */
MUST err survey_flow_act(const struct writing *w, enum flow_side side, survey_id id, body_id body,
    str key, str reason, struct flow_result *out);
/* The office's word on one item; the first one begins the check. */
MUST err survey_flow_check(const struct writing *w, survey_id id, body_id body, str code,
    enum check_verdict verdict, str note, struct flow_result *out);

/* survey_page.c, survey_board.c, survey_flow_page.c */
extern const struct route survey_routes[], survey_office_routes[], survey_flow_routes[],
    survey_assign_routes[], survey_edition_routes[], survey_file_routes[];
extern const struct permission survey_p_lead, survey_p_step, survey_p_check, survey_p_answer, survey_p_read, survey_p_board, survey_p_totals;
MUST err survey_next_step(struct req *rq, struct next_step *out);
MUST err survey_of(struct req *rq, struct survey *out); /* of {survey} in the path */

/* survey_release_store.c: after a response's submission came or went, in the same transaction. */
MUST err survey_release_step(struct tx *tx, survey_id id, int64_t response);

/* survey_file_store.c */
struct question_ids {
    question_id *v;
    size_t n;
};
/* Questions with an evidence file whose last day is before today: they need a person. Own body
 * only; of others none. */
MUST err survey_files_expired(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, jday today, struct question_ids *out);

/* survey_check_store.c */
MUST err survey_check(struct db *db, struct arena *a, struct check_report *report);
/* survey_release_check_store.c: what was let out, from the facts. */
MUST err survey_release_check(struct db *db, const struct survey *s, struct check_report *report);

extern const struct takeout survey_takeouts[];

#endif
