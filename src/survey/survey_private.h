/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of survey. */
#ifndef SURVEY_PRIVATE_H
#define SURVEY_PRIVATE_H

#include "survey/survey_model.h"

struct survey {
    survey_id id, previous;
    catalog_id catalog;
    str title;
    int fiscal_year;
    jday as_of, shown_deadline, last_submission, last_correction;
    enum survey_state state;
};

struct response {
    int64_t id;
    survey_id survey;
    body_id body;
    enum response_state state;
    int64_t version;
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
/* The newest open one; NOTFOUND. */
MUST err survey_current(struct db *db, struct arena *a, struct survey *out);
MUST err survey_add(struct tx *tx, const struct new_survey *n, survey_id *out);

MUST err survey_state_set(struct tx *tx, survey_id id, enum survey_state state);

MUST err survey_response_get(
    struct db *db, const struct scope *s, survey_id id, body_id body, struct response *out);
MUST err survey_response_add(struct tx *tx, survey_id id, body_id body, int64_t *out);
MUST err survey_response_touch(struct tx *tx, int64_t response);
MUST err survey_response_withdraw(struct tx *tx, int64_t response);
MUST err survey_response_submit(struct tx *tx, int64_t response, int64_t submission);

MUST err survey_progress_add(struct tx *tx, int64_t response, str area, int64_t total,
    int64_t needed);
MUST err survey_progress_move(
    struct tx *tx, int64_t response, str area, int64_t by, int64_t needed_by);
MUST err survey_progress_get(
    struct db *db, struct arena *a, const struct scope *s, int64_t response, struct progress *out);

MUST err survey_comment_add(struct tx *tx, survey_id id, body_id body, question_id q,
    int64_t person, str text);

struct submission {
    int64_t id, response, horizon;
    int64_t class, pref, person;
    struct bytes hash;
};
MUST err survey_submission_add(struct tx *tx, const struct submission *s);

MUST err survey_cube_move(struct tx *tx, survey_id id, int64_t question_rev, int64_t pref,
    int64_t class, str answer, enum basis basis, int64_t n, int64_t total);

struct board_row {
    struct body body;
    enum response_state state;
    int64_t total, done;
    usec changed_at, submitted_at;
};
struct board {
    struct board_row *v;
    size_t n;
};
/* Responses in the scope, by code: progress only. */
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
MUST err survey_cube_sum(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    enum cube_by by, int64_t question_rev, int64_t class, int64_t pref, struct cube_rows *out);
/* Responses in force under the same filter. */
MUST err survey_submitted_count(struct db *db, const struct scope *s, survey_id id, int64_t class,
    int64_t pref, int64_t *submitted, int64_t *bodies);

/* survey_sheet.c: a response with everything known about its items. */
struct sheet {
    struct survey survey;
    struct response response;
    struct body body;
    const struct catalog *catalog;
    struct item *item; /* catalog->n_items */
};
/* Of another organisation only what was submitted: NOTFOUND before. */
MUST err survey_sheet_load(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, struct sheet *out);
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
void survey_sheet_hash(const struct sheet *sheet, uint8_t hash[32]);

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
};
/* STALE: newest holds what somebody else saved after seen. CONFLICT: already submitted. */
MUST err survey_write_answer(const struct writing *w, survey_id id, str code, str value,
    int64_t seen, struct fact *newest);
/* 「前年度から変更なし」 of one item, or of every carried one of an area. *n: how many. */
MUST err survey_write_confirm(const struct writing *w, survey_id id, str code, str area, int *n);
/* INVALID: *missing items stop it. */
MUST err survey_write_submit(const struct writing *w, survey_id id, struct sheet *sheet,
    int *missing);

/* An earlier answer of the same item and wording becomes the newest. NOTFOUND: no such fact. */
MUST err survey_write_restore(const struct writing *w, survey_id id, str code, int64_t fact,
    int64_t seen, struct fact *newest);
/* Takes a submission back: its answers leave the totals and may be changed again. */
MUST err survey_write_withdraw(const struct writing *w, survey_id id, str reason);
MUST err survey_write_comment(const struct writing *w, survey_id id, str code, str text);

/* survey_page.c, survey_board.c */
extern const struct route survey_routes[], survey_office_routes[];
extern const struct permission survey_p_answer, survey_p_board, survey_p_totals;
MUST err survey_next_step(struct req *rq, struct next_step *out);
MUST err survey_of(struct req *rq, struct survey *out); /* of {survey} in the path */

/* survey_release_store.c: after a response's submission came or went, in the same transaction. */
MUST err survey_release_step(struct tx *tx, survey_id id, int64_t response);

/* survey_check_store.c */
MUST err survey_check(struct db *db, struct arena *a, struct check_report *report);
/* survey_release_check_store.c: what was let out, from the facts. */
MUST err survey_release_check(struct db *db, const struct survey *s, struct check_report *report);

#endif
