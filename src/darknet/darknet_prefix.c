/* SPDX-License-Identifier: Apache-2.0 */
/* What is observed at a time: as a page, as a table, and as the file the sensor reads. */
#include "darknet/darknet_private.h"

#include "core/csv.h"
#include "darknet_prefixes.ht.h"

enum { PAGE = 200, FILE_MOST = 8 << 20 };

/* The end of the day asked for, or now; a day that cannot be read is said, and means now. */
static usec time_of(struct req *rq, str *wrong)
{
    jday day;
    str typed = req_query(rq, "day");
    *wrong = STR_NONE;
    if (typed.n == 0)
        return rq->now;
    if (err_is(jday_parse(typed, &day))) {
        *wrong = S("日付を確かめてください。例）2026年11月20日、令和8年11月20日");
        return rq->now;
    }
    usec end = usec_of_jday_end(day) - 1;
    return end < rq->now ? end : rq->now;
}

static str codes_text(struct arena *a, const struct darknet_prefix *p)
{
    BUF_AUTO b = BUF(16384);
    for (size_t i = 0; i < p->n_bodies; i++) {
        if (i)
            buf_lit(&b, "、");
        darknet_put_body(&b, &p->bodies[i]);
    }
    return str_dup(a, buf_view(&b));
}

static str names_text(struct arena *a, const struct darknet_prefix *p)
{
    BUF_AUTO b = BUF(65536);
    for (size_t i = 0; i < p->n_bodies; i++) {
        if (i)
            buf_lit(&b, "、");
        buf_str(&b, p->bodies[i].name);
    }
    return str_dup(a, buf_view(&b));
}

static str page_of(struct arena *a, int64_t page, int64_t pages)
{
    return page < 1 || page > pages ? STR_NONE : str_fmt(a, "%lld", (long long)page);
}

static err prefixes_read(struct req *rq)
{
    struct darknet_prefixes all;
    str wrong;
    usec at = time_of(rq, &wrong);
    struct view_darknet_prefixes *v = ARENA_NEW(rq->a, struct view_darknet_prefixes);
    if (!v)
        return ERR(NOMEM);
    TRY(darknet_ranges_at(rq->db, rq->a, rq->who.scope, at, &all));
    *v = (struct view_darknet_prefixes){.at = at,
        .typed = req_query(rq, "day"),
        .typed_error = wrong,
        .found = (int64_t)all.n,
        .page = req_page(rq),
        .pages = ((int64_t)all.n + PAGE - 1) / PAGE};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_prefixes_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_prefix *p = &all.v[i];
        if ((int64_t)i / PAGE != v->page - 1)
            continue;
        v->rows.p[v->rows.n++] = (struct view_darknet_prefixes_rows){
            darknet_net_text(rq->a, &p->net), darknet_role_key(p->role),
            darknet_role_name(p->role), codes_text(rq->a, p), names_text(rq->a, p), p->from};
    }
    v->before = page_of(rq->a, v->page - 1, v->pages);
    v->after = page_of(rq->a, v->page + 1, v->pages);
    return req_show(rq, &view_darknet_prefixes_type, v);
}

static const struct column columns[] = {
    {"prefix", "範囲", COLUMN_TEXT, KEY_COLUMN, "アドレスの範囲。CIDRの形"},
    {"role", "役割", COLUMN_TEXT, NEVER_EMPTY, "団体の範囲、共用出口、委託先の範囲"},
    {"codes", "団体コード", COLUMN_LIST, NEVER_EMPTY,
        "この範囲を使う団体。コードのない団体は、Bと番号"},
    {"bodies", "団体", COLUMN_LIST, NEVER_EMPTY, "この範囲を使う団体の名称"},
    {"observed_from", "観測の始まり", COLUMN_TIME, NEVER_EMPTY, "この範囲の観測が始まった日時"},
};
static const struct table table = {.title = "観測している範囲",
    .about = "1行が、その時点で観測している一つの範囲",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct darknet_prefixes all;
    str wrong;
    usec at = time_of(rq, &wrong);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(darknet_ranges_at(rq->db, rq->a, rq->who.scope, at, &all));
    if (all.n > CSV_ROWS)
        return req_csv_too_long(rq);
    c.as_of = jday_of_usec(at);
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_prefix *p = &all.v[i];
        csv_str(&c, darknet_net_text(rq->a, &p->net));
        csv_str(&c, darknet_role_name(p->role));
        csv_str(&c, codes_text(rq->a, p));
        csv_str(&c, names_text(rq->a, p));
        csv_time(&c, p->from);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("観測している範囲"));
}

static err txt_read(struct req *rq)
{
    struct darknet_prefixes all;
    str wrong;
    BUF_AUTO out = BUF(FILE_MOST);
    TRY(darknet_ranges_at(rq->db, rq->a, rq->who.scope, time_of(rq, &wrong), &all));
    darknet_put_prefixes(&out, &all);
    return req_send(rq, "text/plain; charset=utf-8", S("prefixes.txt"), &out);
}

#define DAY {"day", "この日の終わりの時点。なければ今", false}

const struct route darknet_prefix_routes[] = {
    {.method = GET, .path = "/darknet/prefixes", .perm = &darknet_p_desk, .read = prefixes_read,
        .query = QUERY(DAY, QUERY_PAGE), .shows = VIEWS(&view_darknet_prefixes_type)},
    {.method = GET, .path = "/darknet/prefixes/csv", .perm = &darknet_p_desk, .table = &table,
        .read = csv_read, .query = QUERY(DAY)},
    {.method = GET, .path = "/darknet/prefixes.txt", .perm = &darknet_p_desk,
        .file = "text/plain", .journal = JOURNAL_EXPORT, .read = txt_read, .query = QUERY(DAY)},
    {.path = NULL},
};
