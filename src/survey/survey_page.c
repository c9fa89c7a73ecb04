/* SPDX-License-Identifier: Apache-2.0 */
/* The survey of one body, every item of it; and the routes of those who answer. */
#include "survey/survey_measure.h"
#include "survey/survey_draft.h"

#include "compare.ht.h"
#include "compare_item.ht.h"
#include "conflict.ht.h"
#include "home.ht.h"
#include "item.ht.h"
#include "presence.ht.h"
#include "rate.ht.h"
#include "survey.ht.h"
#include "way.ht.h"

err survey_of(struct req *rq, struct survey *out)
{
    survey_id id;
    bool visible;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_is_visible(rq->db, rq->who.scope, id, &visible));
    return visible ? survey_get(rq->db, rq->a, id, out) : ERR(NOTFOUND);
}

bool survey_may(const struct req *rq, const struct permission *p)
{
    return (rq->who.roles & p->roles) != 0;
}

str survey_year_text(struct arena *a, int fiscal_year)
{
    BUF_AUTO b = BUF(64);
    put_wareki_year(&b, fiscal_year);
    return str_dup(a, buf_view(&b));
}

int64_t survey_percent(int64_t part, int64_t n)
{
    return n > 0 ? part * 100 / n : 0;
}

bool survey_is_open(const struct req *rq, const struct survey *s, const struct response *r)
{
    return survey_response_is_editable(r->state) && survey_write_is_in_time(s, r, rq->now);
}

struct writing survey_writing(struct tx *tx, struct req *rq)
{
    return (struct writing){tx, rq->a, rq->who.scope, rq->who.person, rq->who.roles, false};
}

/* ── the survey ── */

struct survey_filter {
    str show, q;
    struct measures measures;
    struct question_ids expired; /* items with an expired evidence file */
    int64_t section; /* 0: all */
};

static bool has_expired(const struct survey_filter *f, const struct item *it)
{
    for (size_t i = 0; i < f->expired.n; i++)
        if (f->expired.v[i].v == it->q->id.v)
            return true;
    return false;
}

/* A new or reworded question, one never answered, a measurement that contradicts, expired evidence. */
static bool needs_person(const struct survey_filter *f, const struct item *it)
{
    return survey_item_is_todo(it) || survey_item_contradicts(&f->measures, it) ||
        has_expired(f, it);
}

static bool item_is_shown(
    const struct item *it, const struct assignment *as, const struct survey_filter *f)
{
    if (str_eq(f->show, S("todo")) && !needs_person(f, it))
        return false;
    if (str_eq(f->show, S("essential")) && !it->q->essential)
        return false;
    if (f->section && (!as || as->section != f->section))
        return false;
    return f->q.n == 0 || str_has(it->q->text, f->q) || str_has(it->q->code, f->q) ||
        str_has(it->q->why, f->q);
}

/* The office's word on an item: of the submission in force, or of the one it sent back. */
static const struct item_check *check_of(const struct check_list *checks, const struct question *q)
{
    for (size_t i = 0; i < checks->n; i++)
        if (checks->v[i].question.v == q->id.v)
            return &checks->v[i];
    return NULL;
}

static void item_row(struct req *rq, const struct item *it, enum agreement agreement,
    const struct item_check *check,
    struct view_survey_areas_items *row)
{
    str value = survey_item_value(it);
    *row = (struct view_survey_areas_items){.code = it->q->code,
        .question = it->q->text,
        .answer = form_answer_text(rq->a, it->q, value),
        .state_key = survey_item_state_key(it->state),
        .state_name = survey_item_state_name(it->state),
        .measure_key = survey_agreement_key(agreement),
        .measure_name = survey_agreement_name(agreement),
        .essential = it->q->essential,
        .pending = it->q->pending,
        .may_confirm = survey_item_may_confirm(it),
        .reworded = it->reworded,
        .fresh = it->fresh,
        .check_key = !check                       ? STR_NONE
            : check->verdict == CHECK_GOOD ? S("good")
                                           : S("query"),
        .check_note = check ? check->note : STR_NONE};
}

static str section_name(const struct sheet *sheet, const struct assignment *as)
{
    for (size_t i = 0; as && i < sheet->sections.n; i++)
        if (sheet->sections.v[i].id == as->section)
            return sheet->sections.v[i].name;
    return STR_NONE;
}

static err area_row(struct req *rq, const struct sheet *sheet, const struct area *area,
    const struct progress *p, const struct check_list *checks, const struct survey_filter *f,
    struct view_survey_areas *row)
{
    size_t n = sheet->catalog->n_items;
    *row = (struct view_survey_areas){.code = area->code, .name = area->name};
    row->items.p = ARENA_ARRAY(rq->a, struct view_survey_areas_items, n);
    if (!row->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const struct item *it = &sheet->item[i];
        if (!str_eq(it->q->area, area->code) || !survey_sheet_is_mine(sheet, rq->who.roles, it->q))
            continue;
        const struct assignment *as = survey_assigned(&sheet->assigned, it->q);
        row->confirmable += survey_item_may_confirm(it);
        if (!item_is_shown(it, as, f))
            continue;
        struct view_survey_areas_items *shown = &row->items.p[row->items.n++];
        row->waiting += survey_item_may_confirm(it) && survey_item_is_todo(it);
        item_row(rq, it, survey_item_agreement(&f->measures, it), check_of(checks, it->q), shown);
        shown->section = section_name(sheet, as);
        shown->due = as ? as->due : DAY_NONE;
        shown->expired = has_expired(f, it);
        shown->todo = needs_person(f, it);
    }
    for (size_t i = 0; i < p->n; i++) {
        if (str_eq(p->area[i].area, area->code)) {
            row->done = p->area[i].done;
            row->total = p->area[i].total;
        }
    }
    return OK;
}

static struct view_survey *survey_view(
    struct req *rq, const struct sheet *sheet, const struct progress *p)
{
    struct view_survey *v = ARENA_NEW(rq->a, struct view_survey);
    if (!v)
        return NULL;
    bool own = scope_is_own(rq->who.scope, sheet->body.id);
    *v = (struct view_survey){.id = sheet->survey.id.v,
        .body_id = sheet->body.id.v,
        .organ = sheet->response.organ,
        .title = sheet->survey.title,
        .body = sheet->body.name,
        .code6 = sheet->body.code6,
        .own = own,
        .comparable = own && survey_may(rq, &survey_p_compare),
        .editable = own && survey_may(rq, &survey_p_answer) &&
            survey_is_open(rq, &sheet->survey, &sheet->response),
        .correcting = sheet->response.correcting,
        .state_key = survey_response_state_key(sheet->response.state),
        .state_name = survey_response_state_name(sheet->response.state),
        .as_of = sheet->survey.as_of,
        .deadline = sheet->survey.shown_deadline,
        .submitted_at = sheet->response.submitted_at,
        .purpose = sheet->survey.purpose,
        .done = p->done,
        .total = p->total,
        .percent = survey_percent(p->done, p->total),
        .needed_left = p->needed - p->needed_done,
        .show = req_query(rq, "show"),
        .q = req_query(rq, "q")};
    return v;
}

/* Why the deadline is a later one than it was. */
static err extensions(struct req *rq, survey_id id, struct view_survey *v)
{
    struct date_change_list all;
    TRY(survey_dates_all(rq->db, rq->a, id, &all));
    v->extended.p = ARENA_ARRAY(rq->a, struct view_survey_extended, all.n);
    if (!v->extended.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->extended.p[v->extended.n++] = (struct view_survey_extended){
            all.v[i].shown_deadline, all.v[i].reason, all.v[i].at};
    return OK;
}

static err section_choices(struct req *rq, const struct sheet *sheet, struct survey_filter *f,
    struct view_survey *v)
{
    IGNORE(parse_i64(req_query(rq, "section"), 1, INT64_MAX, &f->section)); /* 0: all */
    v->lead = v->own && survey_may(rq, &survey_p_lead);
    v->sections.p = ARENA_ARRAY(rq->a, struct view_survey_sections, sheet->sections.n);
    if (!v->sections.p)
        return ERR(NOMEM);
    for (size_t i = 0; v->lead && i < sheet->sections.n; i++) {
        const struct section *k = &sheet->sections.v[i];
        v->sections.p[v->sections.n++] =
            (struct view_survey_sections){k->id, k->name, k->id == f->section};
    }
    return OK;
}

static err show_survey(struct req *rq, survey_id id, body_id body)
{
    struct sheet sheet;
    struct progress p;
    TRY(survey_sheet_load(rq->db, rq->a, rq->who.scope, id, body, &sheet));
    TRY(survey_progress_get(rq->db, rq->a, rq->who.scope, sheet.response.id, &p));
    struct view_survey *v = survey_view(rq, &sheet, &p);
    if (!v)
        return ERR(NOMEM);
    TRY(extensions(rq, id, v));
    struct survey_filter f = {.show = v->show, .q = v->q};
    TRY(survey_measures_load(rq, &sheet, &f.measures));
    if (v->own)
        TRY(survey_files_expired(rq->db, rq->a, rq->who.scope, id, body, jday_of_usec(rq->now),
            &f.expired));
    TRY(section_choices(rq, &sheet, &f, v));
    struct check_list checks = {0};
    int64_t submission = sheet.response.submission;
    if (!submission)
        TRY(survey_returned_submission(rq->db, rq->who.scope, &sheet.response, &submission));
    if (submission)
        TRY(survey_checks(rq->db, rq->a, rq->who.scope, submission, &checks));
    v->checking = !v->own && survey_response_is_counted(sheet.response.state) &&
        sheet.response.state != RESPONSE_ACCEPTED;
    TRY(survey_way_view(rq, &sheet, v->own ? FLOW_BODY : FLOW_OFFICE, &v->way));
    v->turn = v->way.turn;
    v->areas.p = ARENA_ARRAY(rq->a, struct view_survey_areas, sheet.catalog->n_areas);
    if (!v->areas.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < sheet.catalog->n_areas; i++) {
        struct view_survey_areas *row = &v->areas.p[v->areas.n];
        TRY(area_row(rq, &sheet, &sheet.catalog->area[i], &p, &checks, &f, row));
        v->shown += (int64_t)row->items.n;
        v->waiting += row->waiting;
        v->areas.n += row->items.n > 0;
    }
    v->whole = f.q.n == 0 && f.section == 0 && !str_eq(f.show, S("essential"));
    return req_show(rq, &view_survey_type, v);
}

static err survey_read(struct req *rq)
{
    struct survey s;
    TRY(survey_of(rq, &s));
    return show_survey(rq, s.id, scope_body(rq->who.scope));
}

err survey_look(struct req *rq)
{
    int64_t organ;
    if (err_is(parse_i64(req_query(rq, "organ"), 1, ORGANS_MOST, &organ)))
        return OK;
    rq->who.scope = org_scope_look(rq->a, rq->who.scope, organ);
    return rq->who.scope ? OK : ERR(NOMEM);
}

/* What another body submitted: the same page, without its forms. */
err survey_board_body_read(struct req *rq)
{
    struct survey s;
    body_id body;
    TRY(survey_look(rq));
    TRY(survey_of(rq, &s));
    TRY(req_param_i64(rq, "body", &body.v));
    req_journal_body(rq, body.v, str_fmt(rq->a, "%.*s：回答", STR_F(s.title)));
    return show_survey(rq, s.id, body);
}

/* ── a published rate ── */

err survey_rate_view(struct req *rq, const struct question *q, struct view_rate *out)
{
    struct rate rate;
    TRY(form_rate_get(rq->db, rq->a, q->id, STR_NONE, &rate));
    *out = (struct view_rate){
        rate.known, rate.bp, rate.as_of, rate.measured_item, rate.source};
    return OK;
}

/* ── the survey as a file ── */

struct csv survey_csv(struct req *rq, const struct survey *s, struct buf *out)
{
    struct csv c = req_csv(rq, out);
    c.as_of = s->as_of;
    return c;
}

err survey_csv_send(struct req *rq, const struct survey *s, const struct csv *c)
{
    return req_send_csv(
        rq, c, str_fmt(rq->a, "%s_%d年度", c->table->title, s->fiscal_year));
}

static const struct column answers_columns[] = {
    COLUMN_CODE6(KEY_COLUMN),
    COLUMN_BODY,
    COLUMN_ITEM(KEY_COLUMN),
    COLUMN_AREA,
    {"subarea", "中項目", COLUMN_TEXT, MAY_BE_EMPTY, "分野の中の区分"},
    COLUMN_QUESTION,
    {"essential", "必須", COLUMN_TEXT, NEVER_EMPTY, "必須の項目か、任意の項目か"},
    {"answer", "回答", COLUMN_TEXT, MAY_BE_EMPTY, "回答を言葉で。まだなければ空欄"},
    {"value", "回答の値", COLUMN_TEXT, MAY_BE_EMPTY,
        "回答を記号か数字で（done 実施済み、partial 一部実施、none 未実施、na 該当なし、選択肢の番号、数、西暦の日付）"},
    {"unit", "単位", COLUMN_TEXT, MAY_BE_EMPTY, "回答が数のときの単位"},
    {"state", "区別", COLUMN_TEXT, NEVER_EMPTY, "回答が、自分の記入か、前年度からの引き継ぎか、など"},
    {"last_answer", "前年度の回答", COLUMN_TEXT, MAY_BE_EMPTY, "前の調査での回答を言葉で"},
    {"measured", "測定値", COLUMN_TEXT, MAY_BE_EMPTY, "測った値と単位。測るものがない項目では空欄"},
    {"measured_at", "測定した日時", COLUMN_TIME, MAY_BE_EMPTY, "測った日時"},
    {"suggested", "測定値が示す回答", COLUMN_TEXT, MAY_BE_EMPTY, "測定値からみた回答"},
    {"agreement", "測定との関係", COLUMN_TEXT, MAY_BE_EMPTY, "回答と測定値が合っているか"},
    {"reason", "理由", COLUMN_TEXT, MAY_BE_EMPTY, "測定値と違う回答をした理由"},
};
static const struct table answers_table = {.title = "調査の回答",
    .about = "1行が1団体の1項目の回答",
    .kind = "回答",
    TABLE_COLUMNS(answers_columns)};

static err survey_csv_read(struct req *rq)
{
    struct survey s;
    struct sheet sheet;
    BUF_AUTO out = BUF(CSV_MOST);
    struct measures m;
    TRY(survey_of(rq, &s));
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s.id, scope_body(rq->who.scope), &sheet));
    TRY(survey_measures_load(rq, &sheet, &m));
    struct csv c = survey_csv(rq, &s, &out);
    for (size_t i = 0; i < sheet.catalog->n_items; i++) {
        const struct item *it = &sheet.item[i];
        if (!survey_sheet_is_mine(&sheet, rq->who.roles, it->q))
            continue;
        csv_str(&c, sheet.body.code6);
        csv_str(&c, sheet.body.name);
        csv_str(&c, it->q->code);
        csv_str(&c, survey_area_name(sheet.catalog, it->q->area));
        csv_str(&c, it->q->subarea);
        csv_str(&c, it->q->text);
        csv_str(&c, it->q->essential ? S("必須") : S("任意"));
        csv_str(&c, form_answer_text(rq->a, it->q, survey_item_value(it)));
        csv_str(&c, survey_item_value(it));
        csv_str(&c, it->q->unit);
        csv_str(&c, survey_item_state_name(it->state));
        csv_str(&c, form_answer_text(rq->a, it->q, it->last.value));
        survey_measure_csv(rq->a, &c, &m, it);
        csv_end_row(&c);
    }
    return survey_csv_send(rq, &s, &c);
}

#define SHEET_QUERY                                                                              \
    {"show", "表示を絞り込む鍵。選べるものは答えの中にある", false},                             \
    {"section", "担当の課の番号", true}, QUERY_Q, {.name = NULL}

static const struct web_query sheet_query[] = {SHEET_QUERY};
const struct web_query survey_board_body_query[] = {
    {"organ", "機関の番号。省くと首長部局", true}, SHEET_QUERY};

const struct route survey_routes[] = {
    {.method = GET, .path = "/", .read = survey_home_read,
        .shows = VIEWS(&view_home_type)},
    {.method = GET, .path = "/surveys", .perm = &survey_p_read, .read = survey_current_read,
        .goes = PATHS("/", "/surveys/{survey}")},
    {.method = GET, .path = "/surveys/{survey}", .perm = &survey_p_read, .read = survey_read,
        .query = sheet_query, .shows = VIEWS(&view_survey_type)},
    {.method = GET, .path = "/surveys/{survey}/csv", .perm = &survey_p_read,
        .table = &answers_table, .read = survey_csv_read},
    {.method = GET, .path = "/surveys/{survey}/items/{code}", .perm = &survey_p_read,
        .read = survey_item_read,
        .query = QUERY({"fact", "この回答を保存した直後の画面として開く", true}), .shows = VIEWS(&view_item_type)},
    {.method = POST, .path = "/surveys/{survey}/items/{code}", .perm = &survey_p_answer,
        .form = &survey_answer_form, .read = survey_item_read, .prepare = survey_item_prepare, .write = survey_item_write,
        .words = survey_item_words,
        .clash = &view_conflict_type,
        .goes = PATHS("/surveys/{survey}/items/{code}", "/surveys/{survey}/submit")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/presence",
        .perm = &survey_p_read, .flags = ROUTE_QUIET,
        .read = survey_presence_read,
        .shows = VIEWS(&view_presence_type)},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/confirm", .perm = &survey_p_answer,
        .write = survey_item_confirm_write,
        .goes = PATHS("/surveys/{survey}")},
    {.method = POST, .path = "/surveys/{survey}/areas/{area}/confirm", .perm = &survey_p_answer,
        .write = survey_area_confirm_write,
        .goes = PATHS("/surveys/{survey}")},
    {.method = POST, .path = "/surveys/{survey}/confirm", .perm = &survey_p_answer,
        .form = &survey_marked_form, .read = survey_read, .write = survey_confirm_write,
        .goes = PATHS("/surveys/{survey}/items/{code}", "/surveys/{survey}/submit")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/restore", .perm = &survey_p_answer,
        .form = &survey_restore_form, .read = survey_item_read,
        .write = survey_item_restore_write, .clash = &view_conflict_type,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/comments", .perm = &survey_p_answer,
        .form = &survey_remark_form, .read = survey_item_read,
        .write = survey_item_comment_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = GET, .path = "/surveys/{survey}/compare", .perm = &survey_p_compare,
        .read = survey_compare_read,
        .shows = VIEWS(&view_compare_type)},
    {.method = GET, .path = "/surveys/{survey}/compare/csv", .perm = &survey_p_compare,
        .table = &survey_compare_table, .read = survey_compare_csv_read},
    {.method = GET, .path = "/surveys/{survey}/compare/{code}", .perm = &survey_p_compare,
        .read = survey_compare_item_read,
        .shows = VIEWS(&view_compare_item_type)},
    {.method = GET, .path = "/surveys/{survey}/compare/{code}/csv", .perm = &survey_p_compare,
        .table = &survey_compare_item_table, .read = survey_compare_item_csv_read},
    {.method = GET, .path = "/surveys/{survey}/board/{body}", .perm = &survey_p_board,
        .journal = JOURNAL_SEEN, .read = survey_board_body_read,
        .query = survey_board_body_query, .shows = VIEWS(&view_survey_type)},
    {.path = NULL},
};
