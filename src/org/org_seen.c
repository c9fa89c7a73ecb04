/* SPDX-License-Identifier: Apache-2.0 */
/* 閲覧記録: who of other organisations read what of one's own body. */
#include "org/org_private.h"

#include "core/csv.h"
#include "seen.ht.h"

enum { PAGE = 50, MONTHS = 36 };

const struct permission org_p_seen = {
    "org.seen", ROLE_STAFF | ROLE_APPROVER | ROLE_CISO | ROLE_ADMIN};

struct month {
    int y, m;
};

static struct month month_before(struct month at)
{
    return at.m > 1 ? (struct month){at.y, at.m - 1} : (struct month){at.y - 1, 12};
}

static struct month month_of(const struct req *rq)
{
    struct civil c = civil_of(rq->now);
    return (struct month){c.y, c.m};
}

/* "2026-11". Anything else means all months. */
static bool asked_month(const struct req *rq, struct month *out)
{
    str s = req_query(rq, "month");
    int64_t y, m;
    if (s.n != 7 || s.p[4] != '-' || err_is(parse_i64(str_sub(s, 0, 4), 1000, 9998, &y)) ||
        err_is(parse_i64(str_sub(s, 5, 2), 1, 12, &m)))
        return false;
    *out = (struct month){(int)y, (int)m};
    return true;
}

static str month_value(struct arena *a, struct month at)
{
    return str_fmt(a, "%04d-%02d", at.y, at.m);
}

static err readings_of(struct req *rq, int64_t from, size_t most, struct reading_list *out)
{
    struct month at;
    jday first = DAY_NONE, last = INT32_MAX;
    if (asked_month(rq, &at)) {
        first = jday_of(at.y, at.m, 1);
        last = (at.m == 12 ? jday_of(at.y + 1, 1, 1) : jday_of(at.y, at.m + 1, 1)) - 1;
    }
    return org_readings(rq->db, rq->a, rq->who.scope, first, last, from, most, out);
}

/* The months the journal can hold, newest first. */
static err seen_months(struct req *rq, struct view_seen *v)
{
    struct month at = month_of(rq), asked;
    int64_t n = v->days / 28 + 2;
    n = n < MONTHS ? n : MONTHS;
    if (asked_month(rq, &asked))
        v->month = month_value(rq->a, asked);
    v->months.p = ARENA_ARRAY(rq->a, struct view_seen_months, (size_t)n);
    if (!v->months.p)
        return ERR(NOMEM);
    for (; (int64_t)v->months.n < n; at = month_before(at)) {
        str value = month_value(rq->a, at);
        v->months.p[v->months.n++] = (struct view_seen_months){value,
            str_fmt(rq->a, "%d年%d月", at.y, at.m), str_eq(value, v->month)};
    }
    return OK;
}

static str how_text(enum journal_kind kind)
{
    return kind == JOURNAL_EXPORT ? S("CSVで保存") : S("閲覧");
}

static err seen_read(struct req *rq)
{
    struct reading_list list;
    struct view_seen *v = ARENA_NEW(rq->a, struct view_seen);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_seen){.body = rq->who.org_name,
        .days = org_journal_days(rq->db, rq->a),
        .page = req_page(rq)};
    TRY(seen_months(rq, v));
    TRY(readings_of(rq, (v->page - 1) * PAGE, PAGE + 1, &list));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_seen_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n && i < PAGE; i++) {
        const struct reading *r = &list.v[i];
        v->rows.p[v->rows.n++] = (struct view_seen_rows){
            r->org, r->object, how_text(r->kind), r->at, r->last_at, r->n};
    }
    v->previous = v->page - 1;
    v->next = list.n > PAGE ? v->page + 1 : 0;
    return req_show(rq, &view_seen_type, v);
}

static const struct column seen_columns[] = {
    {"first_at", "最初の日時", COLUMN_TIME, NEVER_EMPTY, "その日に初めて見た日時"},
    {"last_at", "最後の日時", COLUMN_TIME, NEVER_EMPTY, "その日に最後に見た日時"},
    {"times", "回数", COLUMN_INT, NEVER_EMPTY, "その日に見た回数", .unit = "回"},
    {"org", "見た機関", COLUMN_TEXT, NEVER_EMPTY, "見た人のいる機関。人の名前は示さない"},
    {"object", "見たもの", COLUMN_TEXT, NEVER_EMPTY, "自団体の何を見たか"},
    {"how", "見方", COLUMN_TEXT, NEVER_EMPTY, "閲覧か、CSVで保存か"},
};
static const struct table seen_table = {.title = "閲覧記録",
    .about = "1行が、ある日の、一つの機関の、一つのものの閲覧",
    .kind = "記録",
    TABLE_COLUMNS(seen_columns)};

static err seen_csv_read(struct req *rq)
{
    struct reading_list list;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(readings_of(rq, 0, CSV_ROWS + 1, &list));
    if (list.n > CSV_ROWS)
        return req_csv_too_long(rq);
    for (size_t i = 0; i < list.n; i++) {
        const struct reading *r = &list.v[i];
        csv_time(&c, r->at);
        csv_time(&c, r->last_at);
        csv_i64(&c, r->n);
        csv_str(&c, r->org);
        csv_str(&c, r->object);
        csv_str(&c, how_text(r->kind));
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("閲覧記録"));
}

static const struct web_query seen_query[] = {
    {"month", "この月だけ。2026-11 の形", false},
    QUERY_PAGE,
    {.name = NULL},
};

const struct route org_seen_routes[] = {
    {.method = GET, .path = "/seen", .perm = &org_p_seen, .read = seen_read,
        .query = seen_query, .shows = VIEWS(&view_seen_type)},
    {.method = GET, .path = "/seen/csv", .perm = &org_p_seen, .table = &seen_table,
        .read = seen_csv_read,
        .query = seen_query},
    {.path = NULL},
};
