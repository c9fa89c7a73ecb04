/* SPDX-License-Identifier: Apache-2.0 */
/* The board of a prefecture or the nation, and the routes of the offices. */
#include "survey/survey_page.h"
#include "survey/survey_remind.h"

#include "board.ht.h"
#include "open.ht.h"
#include "total.ht.h"
#include "totals.ht.h"
#include "mail/mail.h"

enum { PAGE = 100 };

#define STATE(s) (1u << RESPONSE_##s)

/* What the list can be narrowed to. */
static const struct {
    str key;
    unsigned states;
    const char *name;
} filters[] = {
    {S("notstarted"), STATE(NOT_STARTED), "未着手"},
    {S("draft"), STATE(DRAFT), "回答中"},
    {S("approval"), STATE(MANAGER) | STATE(CISO), "庁内で承認中"},
    {S("returned"), STATE(RETURNED), "差戻し"},
    {S("submitted"), STATE(SUBMITTED) | STATE(CHECKING), "提出済み"},
    {S("accepted"), STATE(ACCEPTED), "受理"},
};

/* Its acceptance is this office's: a prefecture's municipalities, the nation's prefectures. */
static bool waits_for(const struct board_row *r, const struct scope *s)
{
    bool submitted = (1u << r->state & (STATE(SUBMITTED) | STATE(CHECKING))) != 0;
    return submitted && (scope_level(s) == SCOPE_NATION) == (r->body.class == CLASS_PREFECTURE);
}

struct narrow {
    str show, q;
    const struct scope *scope;
    const struct survey *survey;
    jday today;
    struct reminded_list reminded;
};

static unsigned needs_of(const struct board_row *r, const struct narrow *n)
{
    return survey_needs(&(struct standing){.state = r->state,
        .class = r->body.class,
        .staff = r->staff,
        .done = r->done,
        .total = r->total,
        .days_left = n->survey->shown_deadline - n->today});
}

static bool is_in_state(const struct board_row *r, const struct narrow *n)
{
    if (n->show.n == 0)
        return true;
    if (str_eq(n->show, S("waiting")))
        return waits_for(r, n->scope);
    if (str_eq(n->show, S("help")))
        return (needs_of(r, n) & NEED_TIME) != 0;
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        if (str_eq(filters[i].key, n->show))
            return (filters[i].states & 1u << r->state) != 0;
    return false;
}

static bool row_is_shown(const struct board_row *r, const struct narrow *n)
{
    return is_in_state(r, n) && (n->q.n == 0 || str_has(r->body.name, n->q) ||
        str_has(r->body.kana, n->q) || str_starts(r->body.code6, n->q));
}

static struct narrow narrow_of(struct req *rq, const struct survey *s)
{
    return (struct narrow){.show = req_query(rq, "show"),
        .q = req_query(rq, "q"),
        .scope = rq->who.scope,
        .survey = s,
        .today = jday_of_usec(rq->now)};
}

/* It ended before it submitted: nobody is left to answer. */
static bool has_left(const struct board_row *r)
{
    return r->ended && !survey_response_is_counted(r->state);
}

static str turn_of(const struct board_row *r)
{
    return r->state == RESPONSE_ACCEPTED || has_left(r) ? STR_NONE
        : survey_flow_turn_name(r->state, r->body.class);
}

static err board_counts(
    struct req *rq, const struct board *b, const struct narrow *n, struct view_board *v)
{
    v->counts.p = ARENA_ARRAY(rq->a, struct view_board_counts, COUNT_OF(filters));
    if (!v->counts.p)
        return ERR(NOMEM);
    v->counts.n = COUNT_OF(filters);
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        v->counts.p[i] = (struct view_board_counts){filters[i].key, str_of(filters[i].name), 0,
            str_eq(filters[i].key, v->show)};
    for (size_t k = 0; k < b->n; k++) {
        v->organs += b->v[k].organ != 0;
        v->waiting += waits_for(&b->v[k], n->scope);
        if (b->v[k].organ || has_left(&b->v[k]))
            continue; /* what is counted is bodies that can still answer, or did */
        v->bodies++;
        v->help += (needs_of(&b->v[k], n) & NEED_TIME) != 0;
        for (size_t i = 0; i < COUNT_OF(filters); i++)
            v->counts.p[i].n += (filters[i].states & 1u << b->v[k].state) != 0;
    }
    return OK;
}

static str need_text(struct req *rq, unsigned needs)
{
    BUF_AUTO b = BUF(1024);
    for (unsigned bit = 1; bit <= needs; bit <<= 1) {
        if (!(needs & bit))
            continue;
        if (b.n > 0)
            buf_lit(&b, "、");
        buf_str(&b, survey_need_name(bit));
    }
    return str_dup(rq->a, buf_view(&b));
}

/* The rows in code order follow their prefecture, so its name is the last one of class 1. */
static void board_rows(
    struct req *rq, const struct board *b, const struct narrow *n, struct view_board *v)
{
    int64_t from = (v->page - 1) * PAGE, at = 0;
    str pref = STR_NONE;
    for (size_t i = 0; i < b->n; i++) {
        const struct board_row *r = &b->v[i];
        if (r->body.class == CLASS_PREFECTURE && r->organ == 0)
            pref = r->body.name;
        if (!row_is_shown(r, n))
            continue;
        const struct reminded *last = survey_reminded_of(&n->reminded, r->body.id);
        bool today = last && last->day == n->today;
        if (at >= from && v->rows.n < PAGE)
            v->rows.p[v->rows.n++] = (struct view_board_rows){.body = r->body.id.v,
                .organ = r->organ,
                .code6 = r->body.code6,
                .name = r->body.name,
                .class = org_class_name(r->body.class),
                .pref = r->body.class == CLASS_PREFECTURE ? STR_NONE : pref,
                .state_key = survey_response_state_key(r->state),
                .state_name = survey_response_state_name(r->state),
                .open = survey_response_is_counted(r->state),
                .turn = turn_of(r),
                .needs = has_left(r) ? S("合併などで終わった団体") : need_text(rq, needs_of(r, n)),
                .remind = r->organ == 0 && !today && !has_left(r) &&
                    n->survey->state == SURVEY_OPEN && r->state != RESPONSE_ACCEPTED &&
                    !survey_response_is_counted(r->state),
                .reminded_at = r->organ == 0 && last ? last->at : 0,
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
    struct narrow n = narrow_of(rq, &s);
    *v = (struct view_board){.id = s.id.v,
        .title = s.title,
        .deadline = s.shown_deadline,
        .show = n.show,
        .q = n.q,
        .national = scope_level(rq->who.scope) == SCOPE_NATION,
        .page = req_page(rq)};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_board_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    TRY(survey_reminded_all(rq->db, rq->a, rq->who.scope, s.id, &n.reminded));
    TRY(mail_work_view(rq->db, rq->now, false, &v->work));
    TRY(board_counts(rq, &b, &n, v));
    board_rows(rq, &b, &n, v);
    if (v->page > 1)
        v->previous_query = page_query(rq, v, v->page - 1);
    if (v->page < v->pages)
        v->next_query = page_query(rq, v, v->page + 1);
    return req_show(rq, &view_board_type, v);
}

static const struct column board_columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    COLUMN_CLASS,
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "未着手、回答中、提出済みなど"},
    {"answered", "回答した項目数", COLUMN_INT, NEVER_EMPTY, "答えた項目の数", .unit = "項目"},
    {"items", "項目数", COLUMN_INT, NEVER_EMPTY, "答える項目の数", .unit = "項目"},
    {"turn", "次の番", COLUMN_TEXT, MAY_BE_EMPTY, "次に手を動かす人"},
    {"need", "気になること", COLUMN_LIST, MAY_BE_EMPTY, "手を貸したほうがよい理由"},
    {"changed_at", "最後の変更", COLUMN_TIME, MAY_BE_EMPTY, "回答が最後に変わった日時"},
    {"submitted_at", "提出日時", COLUMN_TIME, MAY_BE_EMPTY, "提出した日時。提出していなければ空欄"},
};
static const struct table board_table = {.title = "団体ごとの状況",
    .about = "1行が、調査の対象の1団体（機関が別に答えるときは1機関）",
    .kind = "回答",
    TABLE_COLUMNS(board_columns)};

static err board_csv_read(struct req *rq)
{
    struct survey s;
    struct board b;
    BUF_AUTO out = BUF(CSV_MOST);
    TRY(survey_of(rq, &s));
    TRY(survey_board(rq->db, rq->a, rq->who.scope, s.id, &b));
    struct csv c = survey_csv(rq, &s, &out);
    struct narrow n = narrow_of(rq, &s);
    for (size_t i = 0; i < b.n; i++) {
        const struct board_row *r = &b.v[i];
        if (!row_is_shown(r, &n))
            continue;
        csv_str(&c, r->body.code6);
        csv_str(&c, r->body.name);
        csv_str(&c, org_class_name(r->body.class));
        csv_str(&c, survey_response_state_name(r->state));
        csv_i64(&c, r->done);
        csv_i64(&c, r->total);
        csv_str(&c, turn_of(r));
        csv_str(&c, has_left(r) ? S("合併などで終わった団体") : need_text(rq, needs_of(r, &n)));
        csv_time(&c, r->changed_at);
        csv_time(&c, survey_response_is_counted(r->state) ? r->submitted_at : 0);
        csv_end_row(&c);
    }
    return survey_csv_send(rq, &s, &c);
}

/* ── the addresses in the menu ── */

static err go_current(struct req *rq, const char *page)
{
    struct survey s;
    err e = survey_current(
        rq->db, rq->a, rq->who.scope, false, jday_of_usec(rq->now), &s);
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

static const struct web_query board_query[] = {
    {"show", "表示を絞り込む鍵。選べるものは答えの中にある", false},
    QUERY_Q,
    QUERY_PAGE,
    {.name = NULL},
};
static const struct web_query totals_query[] = {
    {"pref", "都道府県の番号。1から47", true},
    {"class", "団体の区分の鍵", false},
    {"only", "accepted: 受理済みだけ", false},
    {.name = NULL},
};

const struct route survey_office_routes[] = {
    {.method = GET, .path = "/surveys/new", .perm = &survey_p_open, .read = survey_open_read,
        .shows = VIEWS(&view_open_type)},
    {.method = POST, .path = "/surveys/new", .perm = &survey_p_open,
        .form = &survey_opening_form, .read = survey_open_read, .prepare = survey_open_prepare,
        .write = survey_open_write,
        .goes = PATHS("/surveys/{survey}/board")},
    {.method = POST, .path = "/surveys/{survey}/close", .perm = &survey_p_open,
        .write = survey_close_write,
        .goes = PATHS("/surveys/new")},
    {.method = POST, .path = "/surveys/{survey}/reopen", .perm = &survey_p_open,
        .write = survey_reopen_write,
        .goes = PATHS("/surveys/new")},
    {.method = GET, .path = "/board", .perm = &survey_p_board, .read = board_current_read,
        .goes = PATHS("/", "/surveys/{survey}/board")},
    {.method = GET, .path = "/totals", .perm = &survey_p_totals, .read = totals_current_read,
        .goes = PATHS("/", "/surveys/{survey}/totals")},
    {.method = GET, .path = "/surveys/{survey}/board", .perm = &survey_p_board,
        .read = board_read,
        .query = board_query, .shows = VIEWS(&view_board_type)},
    {.method = GET, .path = "/surveys/{survey}/board/csv", .perm = &survey_p_board,
        .flags = ROUTE_FRESH, .journal = JOURNAL_EXPORT, .table = &board_table, .read = board_csv_read,
        .query = board_query},
    {.method = GET, .path = "/surveys/{survey}/totals/csv", .perm = &survey_p_totals,
        .flags = ROUTE_FRESH, .journal = JOURNAL_EXPORT, .table = &survey_totals_table,
        .read = survey_totals_csv_read,
        .query = totals_query},
    {.method = GET, .path = "/surveys/{survey}/totals/{code}/csv", .perm = &survey_p_totals,
        .flags = ROUTE_FRESH, .journal = JOURNAL_EXPORT, .table = &survey_total_table,
        .read = survey_total_csv_read,
        .query = totals_query},
    {.method = GET, .path = "/surveys/{survey}/totals", .perm = &survey_p_totals,
        .read = survey_totals_read,
        .query = totals_query, .shows = VIEWS(&view_totals_type)},
    {.method = GET, .path = "/surveys/{survey}/totals/{code}", .perm = &survey_p_totals,
        .read = survey_total_read,
        .query = totals_query, .shows = VIEWS(&view_total_type)},
    {.path = NULL},
};
