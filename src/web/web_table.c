/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as files, and the schema that stands beside each. */
#include "web/web_private.h"

#include "core/csv.h"

/* A schema names the very file it describes, its filter included: readers of CSV on the Web ignore
 * one that does not (Model for Tabular Data, section 5). */
static void put_query(struct buf *b, const struct pairs *query)
{
    for (size_t i = 0; i < query->n; i++) {
        buf_char(b, i == 0 ? '?' : '&');
        html_urlpart(b, query->v[i].name);
        buf_char(b, '=');
        html_urlpart(b, query->v[i].value);
    }
}

static str beside(struct req *rq, const char *where)
{
    BUF_AUTO b = BUF(HTTP_BODY_MAX);
    buf_str(&b, str_of(where));
    put_query(&b, &rq->p->query);
    return str_dup(rq->a, buf_view(&b));
}

struct csv req_csv(struct req *rq, struct buf *out)
{
    const struct table *t = rq->route->table;
    BUG_IF(!t);
    return csv_on(out, t, jday_of_usec(rq->now),
        web_is_demo(rq->web) ? S("架空データ") : str_of(t->kind));
}

err req_csv_too_long(struct req *rq)
{
    req_say(rq, S("行が多すぎて、一つのファイルにできません。画面で絞り込んでから、もう一度保存してください。"));
    return ERR(LIMIT);
}

err req_send_csv(struct req *rq, const struct csv *c, str name)
{
    if (err_is(buf_status(c->out)))
        return req_csv_too_long(rq);
    rq->p->described_by = beside(rq, "csv/schema");
    return req_send(rq, "text/csv; charset=utf-8; header=present",
        str_fmt(rq->a, "%.*s.csv", STR_F(name)), c->out);
}

err table_schema_read(struct req *rq)
{
    const struct table *t = rq->route->table;
    BUF_AUTO out = BUF(HTTP_REPLY_MAX);
    struct json j = json_on(&out);
    csv_schema(&j, t, beside(rq, "../csv"));
    TRY(json_finish(&j));
    return req_send(rq, "application/csvm+json", str_fmt(rq->a, "%s_列の説明.json", t->title), &out);
}
