/* SPDX-License-Identifier: Apache-2.0 */
/* Who approves in whose place, and when: written by the one who is away, or by the administrator
 * of the body. */
#include "org/org_private.h"

#include "core/csv.h"
#include "deputies.ht.h"

enum { MOST = 200 };

const struct permission org_p_deputy = {"org.deputy", ROLE_APPROVER | ROLE_CISO | ROLE_ADMIN};

/* ── the page ── */

static bool is_admin(const struct req *rq)
{
    return (rq->who.roles & ROLE_ADMIN) != 0;
}

/* Approvers for the first choice, everybody active of the body for the second. */
static err list_people(struct req *rq, struct view_deputies *v)
{
    int64_t chosen_for = 0, chosen = 0;
    IGNORE(parse_i64(req_typed(rq, "principal", STR_NONE), 1, INT64_MAX, &chosen_for)); /* 0: none */
    IGNORE(parse_i64(req_typed(rq, "deputy", STR_NONE), 1, INT64_MAX, &chosen));
    v->principals.p = ARENA_ARRAY(rq->a, struct view_deputies_principals, MOST);
    v->people.p = ARENA_ARRAY(rq->a, struct view_deputies_people, MOST);
    if (!v->principals.p || !v->people.p)
        return ERR(NOMEM);
    struct person_list all;
    TRY(org_person_colleagues(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++) {
        int64_t id = all.v[i].id.v;
        str name = all.v[i].name;
        v->people.p[v->people.n++] = (struct view_deputies_people){id, name, id == chosen};
        if ((all.v[i].roles & (ROLE_APPROVER | ROLE_CISO)) && (is_admin(rq) || id == rq->who.person))
            v->principals.p[v->principals.n++] =
                (struct view_deputies_principals){id, name, id == chosen_for};
    }
    return OK;
}

static bool has_ended(const struct req *rq, const struct deputy *d)
{
    return d->ended_at != 0 || d->to < jday_of_usec(rq->now);
}

static bool is_now(const struct req *rq, const struct deputy *d)
{
    return !has_ended(rq, d) && d->from <= jday_of_usec(rq->now);
}

static err list_deputies(struct req *rq, struct view_deputies *v)
{
    v->rows.p = ARENA_ARRAY(rq->a, struct view_deputies_rows, MOST);
    if (!v->rows.p)
        return ERR(NOMEM);
    struct deputy_list all;
    TRY(org_deputy_all(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++) {
        const struct deputy *d = &all.v[i];
        bool ended = has_ended(rq, d);
        v->rows.p[v->rows.n++] = (struct view_deputies_rows){.id = d->id,
            .principal = d->principal_name,
            .deputy = d->deputy_name,
            .from = d->from,
            .to = d->to,
            .ended = ended,
            .now = is_now(rq, d),
            .may_end = !ended && (is_admin(rq) || d->principal.v == rq->who.person)};
    }
    return OK;
}

static err deputies_read(struct req *rq)
{
    struct view_deputies *v = ARENA_NEW(rq->a, struct view_deputies);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_deputies){.from = req_typed(rq, "from", STR_NONE),
        .from_error = req_error_of(rq, "from"),
        .to = req_typed(rq, "to", STR_NONE),
        .to_error = req_error_of(rq, "to"),
        .principal_error = req_error_of(rq, "principal"),
        .deputy_error = req_error_of(rq, "deputy"),
        .errors = req_has_errors(rq)};
    TRY(list_people(rq, v));
    TRY(list_deputies(rq, v));
    return req_show(rq, &view_deputies_type, v);
}

/* ── the list as a file ── */

static const struct column deputies_columns[] = {
    {"principal", "不在になる人", COLUMN_TEXT, NEVER_EMPTY, "代わってもらう人の名前"},
    {"deputy", "代理の人", COLUMN_TEXT, NEVER_EMPTY, "代わりに確認・承認する人の名前"},
    {"from", "始まる日", COLUMN_DAY, NEVER_EMPTY, "代理の初めの日"},
    {"to", "終わる日", COLUMN_DAY, NEVER_EMPTY, "決めたときの、代理の最後の日"},
    {"ended_at", "途中で終えた日時", COLUMN_TIME, MAY_BE_EMPTY, "終わる日より前に終えたときの日時"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "代理中、これから、終わったのどれか"},
};
static const struct table deputies_table = {.title = "代理",
    .about = "1行が1つの代理の期間",
    .kind = "登録",
    TABLE_COLUMNS(deputies_columns)};

static err deputies_csv_read(struct req *rq)
{
    struct deputy_list all;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(org_deputy_all(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++) {
        const struct deputy *d = &all.v[i];
        csv_str(&c, d->principal_name);
        csv_str(&c, d->deputy_name);
        csv_day(&c, d->from);
        csv_day(&c, d->to);
        csv_time(&c, d->ended_at);
        csv_str(&c, is_now(rq, d) ? S("代理中") : has_ended(rq, d) ? S("終わった") : S("これから"));
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("代理"));
}

/* ── writing one down, and its end ── */

struct naming {
    int64_t principal, deputy;
    str from, to;
    jday from_day, to_day; /* by prepare */
};

static const struct web_field naming_fields[] = {
    {.name = "principal", .label = "不在になる人", .type = FIELD_INT,
        .offset = offsetof(struct naming, principal), .required = true, .least = 1,
        .most = INT64_MAX},
    {.name = "deputy", .label = "代理の人", .type = FIELD_INT,
        .offset = offsetof(struct naming, deputy), .required = true, .least = 1,
        .most = INT64_MAX},
    {.name = "from", .label = "始まる日", .type = FIELD_LINE,
        .offset = offsetof(struct naming, from), .required = true, .max = 40},
    {.name = "to", .label = "終わる日", .type = FIELD_LINE, .offset = offsetof(struct naming, to),
        .required = true, .max = 40},
};
static const struct web_form naming_form = WEB_FORM(naming_fields, naming);

static err check_people(struct req *rq, const struct naming *f)
{
    struct person p, d;
    err e = org_person_get(rq->db, rq->a, rq->who.scope, (person_id){f->principal}, &p);
    bool own = !err_is(e) && p.body.v == scope_body(rq->who.scope).v && p.active;
    if (!own || !(p.roles & (ROLE_APPROVER | ROLE_CISO)) ||
        (!is_admin(rq) && f->principal != rq->who.person))
        req_error(rq, "principal", S("自団体の所属長かCISOを選んでください。"));
    e = org_person_get(rq->db, rq->a, rq->who.scope, (person_id){f->deputy}, &d);
    if (err_is(e) || d.body.v != scope_body(rq->who.scope).v || !d.active)
        req_error(rq, "deputy", S("自団体の、利用中の人を選んでください。"));
    else if (f->deputy == f->principal)
        req_error(rq, "deputy", S("本人ではない人を選んでください。"));
    return OK;
}

static err naming_prepare(struct req *rq)
{
    struct naming *f = rq->form;
    static const char wrong[] = "日付を確かめてください。例）令和8年11月20日";
    TRY(check_people(rq, f));
    bool from = !err_is(jday_parse(f->from, &f->from_day));
    bool to = !err_is(jday_parse(f->to, &f->to_day));
    if (f->from.n && !from)
        req_error(rq, "from", str_of(wrong));
    if (f->to.n && !to)
        req_error(rq, "to", str_of(wrong));
    if (from && to && f->to_day < f->from_day)
        req_error(rq, "to", S("始まる日と同じか、後の日にしてください。"));
    else if (to && f->to_day < jday_of_usec(rq->now))
        req_error(rq, "to", S("今日か、後の日にしてください。"));
    else if (from && to && f->to_day - f->from_day > 366)
        req_error(rq, "to", S("1年以内の日にしてください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err audit_deputy(struct tx *tx, struct req *rq, str action, int64_t object)
{
    struct audit_entry e = {.body = scope_body(rq->who.scope).v,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "deputy:%lld", (long long)object)};
    return audit_append(tx, &e);
}

static err naming_write(struct tx *tx, struct req *rq)
{
    const struct naming *f = rq->form;
    struct deputy d = {.principal = {f->principal},
        .deputy = {f->deputy},
        .from = f->from_day,
        .to = f->to_day};
    TRY(org_deputy_add(tx, rq->who.scope, &d));
    TRY(audit_deputy(tx, rq, S("org.deputy.add"), d.id));
    return req_go(rq, S("/deputies?ok=saved"));
}

static err ending_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "deputy", &id));
    TRY(org_deputy_end(tx, rq->who.scope, is_admin(rq), id));
    TRY(audit_deputy(tx, rq, S("org.deputy.end"), id));
    return req_go(rq, S("/deputies?ok=saved"));
}

const struct route org_deputy_routes[] = {
    {.method = GET, .path = "/deputies", .perm = &org_p_deputy, .read = deputies_read,
        .shows = VIEWS(&view_deputies_type)},
    {.method = GET, .path = "/deputies/csv", .perm = &org_p_deputy, .table = &deputies_table,
        .read = deputies_csv_read},
    {.method = POST, .path = "/deputies", .perm = &org_p_deputy, .form = &naming_form,
        .read = deputies_read, .prepare = naming_prepare, .write = naming_write,
        .goes = PATHS("/deputies")},
    {.method = POST, .path = "/deputies/{deputy}/end", .perm = &org_p_deputy,
        .write = ending_write,
        .goes = PATHS("/deputies")},
    {.path = NULL},
};
