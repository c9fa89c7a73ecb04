/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the pages of survey: small helpers, and the handlers the route rows name. */
#ifndef SURVEY_PAGE_H
#define SURVEY_PAGE_H

#include "core/csv.h"
#include "survey/survey_private.h"

bool survey_may(const struct req *rq, const struct permission *p);
str survey_year_text(struct arena *a, int fiscal_year); /* "令和8年度" */
int64_t survey_percent(int64_t part, int64_t n);        /* rounded down; 0 for n = 0 */
/* May the response still be changed: open, not submitted, before the last day is over. */
bool survey_is_open(const struct req *rq, const struct survey *s, const struct response *r);
/* survey_next.c: the own response and its progress; r->id 0: the survey does not ask this body. */
MUST err survey_own_response(
    struct req *rq, const struct survey *s, struct response *r, struct progress *p);
struct writing survey_writing(struct tx *tx, struct req *rq);

/* The published rate of 実施済み, as the part rate.ht shows it. */
struct view_rate;
err survey_rate_view(struct req *rq, const struct question *q, struct view_rate *out);

/* The sums of one item: rows of the cube or of a released total added up. */
struct tally {
    int64_t done, partial, none, na, n, total; /* total: sum of numbers */
    int64_t option[FORM_OPTIONS + 1];
};
void survey_tally_add(struct tally *t, const struct question *q, const struct cube_row *r);
/* One line for items that have no 実施済み: the mean, or the commonest option. */
str survey_tally_summary(struct arena *a, const struct question *q, const struct tally *t);

/* How far a response is, and what this person can do, as the part way.ht shows it. */
struct view_way;
err survey_way_view(
    struct req *rq, const struct sheet *sheet, enum flow_side side, struct view_way *out);

/* ?organ= of an office's address: the scope then looks at that organ of the body asked for. */
MUST err survey_look(struct req *rq);

/* Columns that several tables of the survey have. */
#define COLUMN_ITEM(need_)                                                                       \
    {"item", "番号", COLUMN_CODE, need_, "項目の番号。調査をまたいで変わらない",                 \
        .pattern = "[A-Z]{3}-[A-Z]?[0-9]+"}
#define COLUMN_AREA {"area", "分野", COLUMN_TEXT, NEVER_EMPTY, "項目の分野"}
#define COLUMN_QUESTION {"question", "設問", COLUMN_TEXT, NEVER_EMPTY, "設問の文言"}
#define COLUMN_FISCAL_YEAR(need_) {"year", "年度", COLUMN_TEXT, need_, "調査の年度"}
#define COLUMN_N                                                                                 \
    {"n", "n", COLUMN_INT, NEVER_EMPTY, "数えた団体の数。割合の分母", .unit = "団体"}

/* Tables of a survey as files: 基準日 is the survey's, the name is the table's with the year. */
struct csv survey_csv(struct req *rq, const struct survey *s, struct buf *out);
err survey_csv_send(struct req *rq, const struct survey *s, const struct csv *c);

/* survey_board.c: what another body submitted. */
err survey_board_body_read(struct req *rq);
extern const struct web_query survey_board_body_query[]; /* what it and the acts on it read */

/* survey_open.c */
extern const struct permission survey_p_open;
extern const struct web_form survey_opening_form;
err survey_open_read(struct req *rq);
err survey_open_prepare(struct req *rq);
err survey_open_write(struct tx *tx, struct req *rq);
err survey_close_write(struct tx *tx, struct req *rq);
err survey_reopen_write(struct tx *tx, struct req *rq);

/* survey_home.c */
err survey_home_read(struct req *rq);
err survey_current_read(struct req *rq);

/* survey_item.c */
extern const struct web_form survey_answer_form;
err survey_item_read(struct req *rq);
err survey_item_prepare(struct req *rq);
err survey_item_words(struct req *rq, str *what, str *text);
err survey_presence_read(struct req *rq);
err survey_item_write(struct tx *tx, struct req *rq);
extern const struct web_form survey_restore_form, survey_remark_form;
err survey_item_restore_write(struct tx *tx, struct req *rq);
err survey_item_comment_write(struct tx *tx, struct req *rq);

/* survey_confirm.c */
extern const struct web_form survey_marked_form;
err survey_item_confirm_write(struct tx *tx, struct req *rq);
err survey_area_confirm_write(struct tx *tx, struct req *rq);
err survey_confirm_write(struct tx *tx, struct req *rq);
/* After a write: to the next item that waits for this person, or to the submission. ok: the notice. */
MUST err survey_go_on(struct tx *tx, struct req *rq, survey_id id, str code, const char *ok);
/* How many items wait for somebody with these roles; needed: before the submission. */
struct left {
    int64_t needed, optional;
};
struct left survey_sheet_left(const struct sheet *sheet, uint32_t roles);
MUST err survey_say_closed(struct req *rq, err e);

/* survey_file.c: 「根拠資料」 on the page of an item. */
struct view_files;
err survey_files_view(struct req *rq, const struct sheet *sheet, const struct question *q,
    bool editable, struct view_files *v);

/* survey_totals.c */
err survey_totals_read(struct req *rq);
err survey_total_read(struct req *rq);
extern const struct table survey_totals_table, survey_total_table;
err survey_totals_csv_read(struct req *rq);
err survey_total_csv_read(struct req *rq);

/* survey_band.c: two more splits of one item; none without figures. */
struct view_total;
MUST err survey_band_groups(
    struct req *rq, const struct survey *s, const struct question *q, struct view_total *v);
/* survey_compare.c, survey_compare_item.c */
extern const struct permission survey_p_compare;
err survey_compare_read(struct req *rq);
extern const struct table survey_compare_table, survey_compare_item_table;
err survey_compare_csv_read(struct req *rq);
err survey_compare_item_read(struct req *rq);
err survey_compare_item_csv_read(struct req *rq);

/* survey_submit.c */
err survey_submit_read(struct req *rq);

#endif
