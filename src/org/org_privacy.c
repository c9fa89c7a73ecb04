/* SPDX-License-Identifier: Apache-2.0 */
/* 個人情報の取扱い: what is held of people, why and how long, from doc/personal-data.csv; how long
 * the own body keeps the names of those who left; and the tick that erases them. */
#include "org/org_retention.h"

#include "privacy.ht.h"

extern const struct embedded org_personal[];

const struct permission org_p_retention = {"org.retention", ROLE_ADMIN};

/* ── the tick ── */

err org_retention_tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)in;
    (void)out;
    TRY(org_retention_note(tx));
    for (int i = 0; i < RETENTION_AT_A_TIME; i++) {
        person_id who;
        body_id body;
        err e = org_retention_due(tx_db(tx), tx_now(tx), &who, &body);
        if (e.code == ERR_NOTFOUND)
            return OK;
        TRY(e);
        TRY(org_retention_erase(tx, who));
        struct audit_entry row = {.body = body.v,
            .action = S("org.person.erase"),
            .object = str_fmt(a, "person:%lld", (long long)who.v)};
        TRY(audit_append(tx, &row));
    }
    return OK;
}

/* ── the page ── */

enum { COLUMNS = 7, ROWS_MOST = 100 };

/* The file is our own: no quotes, no commas inside a cell (test/personal.test.mjs holds it to that). */
static bool cells_of(str line, str cell[COLUMNS])
{
    size_t n = 0;
    while (n < COLUMNS && str_cut(&line, ',', &cell[n]))
        n++;
    return n == COLUMNS;
}

static err put_rows(struct req *rq, struct view_privacy *v)
{
    str text = {(const char *)org_personal[0].data, org_personal[0].n}, line, cell[COLUMNS];
    v->rows.p = ARENA_ARRAY(rq->a, struct view_privacy_rows, ROWS_MOST);
    if (!v->rows.p || !str_cut(&text, '\n', &line))
        return ERR(NOMEM);
    while (str_cut(&text, '\n', &line) && v->rows.n < ROWS_MOST)
        if (cells_of(line, cell) && str_eq(cell[2], S("personal")))
            v->rows.p[v->rows.n++] = (struct view_privacy_rows){
                .what = cell[3], .why = cell[4], .how_long = cell[5], .erased = cell[6]};
    return OK;
}

static err privacy_read(struct req *rq)
{
    struct view_privacy *v = ARENA_NEW(rq->a, struct view_privacy);
    if (!v)
        return ERR(NOMEM);
    TRY(put_rows(rq, v));
    v->usual = RETENTION_YEARS;
    v->may_set = (rq->who.roles & org_p_retention.roles) != 0;
    if (rq->who.person) {
        v->has_own = true;
        TRY(org_retention_get(rq->db, scope_body(rq->who.scope).v, &v->own));
    }
    v->years = req_typed(rq, "years", str_fmt(rq->a, "%lld", (long long)v->own));
    v->years_error = req_error_of(rq, "years");
    return req_show(rq, &view_privacy_type, v);
}

struct retention_form {
    int64_t years;
};
static const struct web_field retention_fields[] = {
    {.name = "years", .label = "年数", .type = FIELD_INT,
        .offset = offsetof(struct retention_form, years), .required = true,
        .least = RETENTION_LEAST, .most = RETENTION_MOST},
};
static const struct web_form retention_form = WEB_FORM(retention_fields, retention_form);

static err retention_write(struct tx *tx, struct req *rq)
{
    const struct retention_form *f = rq->form;
    int64_t body = scope_body(rq->who.scope).v;
    TRY(org_retention_set(tx, body, f->years, (person_id){rq->who.person}));
    struct audit_entry e = {.body = body,
        .person = rq->who.person,
        .action = S("org.retention"),
        .object = str_fmt(rq->a, "years:%lld", (long long)f->years)};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/privacy?ok=saved"));
}

const struct route org_privacy_routes[] = {
    {.method = GET, .path = "/privacy", .flags = ROUTE_PUBLIC, .read = privacy_read,
        .shows = VIEWS(&view_privacy_type)},
    {.method = POST, .path = "/privacy", .perm = &org_p_retention, .form = &retention_form,
        .read = privacy_read, .write = retention_write, .goes = PATHS("/privacy")},
    {.path = NULL},
};
