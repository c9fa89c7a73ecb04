/* SPDX-License-Identifier: Apache-2.0 */
/* The board of a prefecture or the nation, and the routes of the offices. */
#include "survey/survey_page.h"

#include "board.ht.h"
#include "mail/mail.h"

enum { PAGE = 100 };

static bool row_is_shown(const struct board_row *r, str show, str q)
{
    if (show.n && !str_eq(survey_response_state_key(r->state), show))
        return false;
    return q.n == 0 || str_has(r->body.name, q) || str_has(r->body.kana, q) ||
        str_starts(r->body.code6, q);
}

static void board_counts(const struct board *b, struct view_board *v)
{
    for (size_t i = 0; i < b->n; i++) {
        v->bodies++;
        v->submitted += survey_response_is_counted(b->v[i].state);
        v->draft += b->v[i].state == RESPONSE_DRAFT;
        v->notstarted += b->v[i].state == RESPONSE_NOT_STARTED;
    }
}

/* The rows in code order follow their prefecture, so its name is the last one of class 1. */
static void board_rows(const struct board *b, struct view_board *v)
{
    int64_t from = (v->page - 1) * PAGE, at = 0;
    str pref = STR_NONE;
    for (size_t i = 0; i < b->n; i++) {
        const struct board_row *r = &b->v[i];
        if (r->body.class == CLASS_PREFECTURE)
            pref = r->body.name;
        if (!row_is_shown(r, v->show, v->q))
            continue;
        if (at >= from && v->rows.n < PAGE)
            v->rows.p[v->rows.n++] = (struct view_board_rows){.body = r->body.id.v,
                .code6 = r->body.code6,
                .name = r->body.name,
                .class = org_class_name(r->body.class),
                .pref = r->body.class == CLASS_PREFECTURE ? STR_NONE : pref,
                .state_key = survey_response_state_key(r->state),
                .state_name = survey_response_state_name(r->state),
                .done = r->done,
                .total = r->total,
                .percent = r->total ? r->done * 100 / r->total : 0,
                .changed_at = r->changed_at,
                .submitted_at = survey_response_is_counted(r->state) ? r->submitted_at : 0};
        at++;
    }
    v->pages = at > 0 ? (at + PAGE - 1) / PAGE : 1;
}

static str page_query(struct req *rq, const struct view_board *v, int64_t page)
{
    BUF_AUTO b = BUF(4096);
    buf_fmt(&b, "page=%lld&show=", (long long)page);
    html_urlpart(&b, v->show);
    buf_lit(&b, "&q=");
    html_urlpart(&b, v->q);
    return str_dup(rq->a, buf_view(&b));
}

static err board_read(struct req *rq)
{
    struct survey s;
    struct board b;
    struct view_board *v = ARENA_NEW(rq->a, struct view_board);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(survey_board(rq->db, rq->a, rq->who.scope, s.id, &b));
    *v = (struct view_board){.id = s.id.v,
        .title = s.title,
        .deadline = s.shown_deadline,
        .show = req_query(rq, "show"),
        .q = req_query(rq, "q"),
        .national = scope_level(rq->who.scope) == SCOPE_NATION,
        .page = req_page(rq)};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_board_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    TRY(mail_work_view(rq->db, rq->now, false, &v->work));
    board_counts(&b, v);
    board_rows(&b, v);
    if (v->page > 1)
        v->previous_query = page_query(rq, v, v->page - 1);
    if (v->page < v->pages)
        v->next_query = page_query(rq, v, v->page + 1);
    return req_show(rq, &view_board_type, v);
}

static err board_csv_read(struct req *rq)
{
    static const char *const head[] = {"団体コード", "団体名", "区分", "状態", "回答した項目数",
        "項目数", "最後の変更", "提出日時", "基準日", "データの種類"};
    struct survey s;
    struct board b;
    BUF_AUTO out = BUF(4 << 20);
    struct csv c = csv_on(&out);
    TRY(survey_of(rq, &s));
    TRY(survey_board(rq->db, rq->a, rq->who.scope, s.id, &b));
    csv_row(&c, head, COUNT_OF(head));
    for (size_t i = 0; i < b.n; i++) {
        const struct board_row *r = &b.v[i];
        if (!row_is_shown(r, req_query(rq, "show"), req_query(rq, "q")))
            continue;
        csv_str(&c, r->body.code6);
        csv_str(&c, r->body.name);
        csv_str(&c, org_class_name(r->body.class));
        csv_str(&c, survey_response_state_name(r->state));
        csv_i64(&c, r->done);
        csv_i64(&c, r->total);
        csv_time(&c, r->changed_at);
        csv_time(&c, survey_response_is_counted(r->state) ? r->submitted_at : 0);
        survey_csv_tail(rq, &c, &s);
    }
    return survey_csv_send(rq, &s, "団体ごとの状況", &out);
}

/* ── the addresses in the menu ── */

static err go_current(struct req *rq, const char *page)
{
    struct survey s;
    err e = survey_current(rq->db, rq->a, &s);
    if (e.code == ERR_NOTFOUND)
        return req_go(rq, S("/"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/%s", (long long)s.id.v, page));
}

static err board_current_read(struct req *rq)
{
    return go_current(rq, "board");
}

static err totals_current_read(struct req *rq)
{
    return go_current(rq, "totals");
}

const struct route survey_office_routes[] = {
    {.method = GET, .path = "/surveys/new", .perm = &survey_p_open, .read = survey_open_read},
    {.method = POST, .path = "/surveys/new", .perm = &survey_p_open,
        .form = &survey_opening_form, .read = survey_open_read, .prepare = survey_open_prepare,
        .write = survey_open_write},
    {.method = POST, .path = "/surveys/{survey}/close", .perm = &survey_p_open,
        .write = survey_close_write},
    {.method = POST, .path = "/surveys/{survey}/reopen", .perm = &survey_p_open,
        .write = survey_reopen_write},
    {.method = GET, .path = "/board", .perm = &survey_p_board, .read = board_current_read},
    {.method = GET, .path = "/totals", .perm = &survey_p_totals, .read = totals_current_read},
    {.method = GET, .path = "/surveys/{survey}/board", .perm = &survey_p_board,
        .read = board_read},
    {.method = GET, .path = "/surveys/{survey}/board/csv", .perm = &survey_p_board,
        .read = board_csv_read},
    {.method = GET, .path = "/surveys/{survey}/totals/csv", .perm = &survey_p_totals,
        .read = survey_totals_csv_read},
    {.method = GET, .path = "/surveys/{survey}/totals/{code}/csv", .perm = &survey_p_totals,
        .read = survey_total_csv_read},
    {.method = GET, .path = "/surveys/{survey}/totals", .perm = &survey_p_totals,
        .read = survey_totals_read},
    {.method = GET, .path = "/surveys/{survey}/totals/{code}", .perm = &survey_p_totals,
        .read = survey_total_read},
    {.path = NULL},
};
