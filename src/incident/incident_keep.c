/* SPDX-License-Identifier: Apache-2.0 */
/* How long an organisation keeps incidents and reports, and erasing what is over: keys are destroyed, class, cause,
 * dates and numbers stay (doc/adr/0032-sealed-cases.md). */
#include "incident/incident_private.h"

#include "incident_keep.ht.h"

const struct permission incident_p_keep = {"incident.keep", ROLE_ADMIN | ROLE_CISO | ROLE_PREF | ROLE_NATION};

/* ── by themselves ── */

static err write_down(void *ctx, struct tx *tx, const struct flow_erased *x)
{
    struct arena *a = ctx;
    struct audit_entry e = {.body = x->body.v,
        .action = S("incident.erase"),
        .object = str_fmt(a, "incident:%lld", (long long)x->flow)};
    return audit_append(tx, &e);
}

str incident_erased_text(const struct flow_case *c)
{
    if (!c->erased_at)
        return STR_NONE;
    return c->erased_by ? S("団体の判断で、内容を消しました") : S("保存期間が過ぎ、内容を消しました");
}

err incident_keep_tick(struct tx *tx, struct arena *a)
{
    return flow_erase_tick(tx, a, &incident_kind, write_down, a);
}

/* ── the page ── */

static err show_rows(struct req *rq, int64_t years, struct view_incident_keep *v)
{
    struct incidents all;
    TRY(incident_all(rq->db, rq->a, rq->who.scope, &all));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_keep_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct flow_case *c = &all.v[i].flow;
        if (c->state == INCIDENT_CLOSED)
            v->rows.p[v->rows.n++] = (struct view_incident_keep_rows){.incident = c->id,
                .number = c->number,
                .drill = c->drill,
                .kinds = incident_kinds_text(rq->a, all.v[i].kinds),
                .closed_at = c->changed_at,
                .until = flow_years_end(c->changed_at, years),
                .erased = incident_erased_text(c)};
    }
    return OK;
}

static err keep_read(struct req *rq)
{
    int64_t years;
    struct view_incident_keep *v = ARENA_NEW(rq->a, struct view_incident_keep);
    if (!v)
        return ERR(NOMEM);
    TRY(flow_years(rq->db, &incident_kind, scope_body(rq->who.scope), &years));
    *v = (struct view_incident_keep){.body = rq->who.org_name,
        .reports = (incident_p_report.roles & rq->who.roles) != 0,
        .now = years,
        .usual = FLOW_YEARS,
        .least = FLOW_YEARS_LEAST,
        .most = FLOW_YEARS_MOST,
        .years = req_typed(rq, "years", str_fmt(rq->a, "%lld", (long long)years)),
        .years_error = req_error_of(rq, "years"),
        .erase_error = req_error_of(rq, "reason").n ? req_error_of(rq, "reason") : req_error_of(rq, "sure")};
    TRY(show_rows(rq, years, v));
    return req_show(rq, &view_incident_keep_type, v);
}

struct keep_form {
    int64_t years;
};
static const struct web_field keep_fields[] = {{.name = "years", .label = "保存する年数", .type = FIELD_INT,
    .offset = offsetof(struct keep_form, years), .required = true, .least = FLOW_YEARS_LEAST, .most = FLOW_YEARS_MOST}};
static const struct web_form keep_form = WEB_FORM(keep_fields, keep_form);

static err keep_write(struct tx *tx, struct req *rq)
{
    const struct keep_form *f = rq->form;
    TRY(flow_years_set(tx, rq->who.scope, &incident_kind, f->years));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("incident.keep"),
        .object = str_fmt(rq->a, "years:%lld", (long long)f->years)};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/incidents/keep?ok=saved"));
}

/* ── early ── */

struct erase_form {
    bool sure;
    str reason;
};
static const struct web_field erase_fields[] = {
    {.name = "sure", .label = "元に戻せないことの確認", .type = FIELD_BOOL, .offset = offsetof(struct erase_form, sure)},
    {.name = "reason", .label = "消す理由", .type = FIELD_LINE, .offset = offsetof(struct erase_form, reason), .required = true,
        .max = 200}};
static const struct web_form erase_form = WEB_FORM(erase_fields, erase_form);

static err erase_prepare(struct req *rq)
{
    const struct erase_form *f = rq->form;
    if (!f->sure)
        req_error(rq, "sure", S("元に戻せないことを確かめて、印を付けてください。"));
    return f->sure ? OK : ERR(INVALID);
}

static err erase_write(struct tx *tx, struct req *rq)
{
    const struct erase_form *f = rq->form;
    struct flow_case c;
    int64_t id;
    TRY(req_param_i64(rq, "incident", &id));
    TRY(flow_get(tx_db(tx), rq->a, rq->who.scope, &incident_kind, id, &c));
    err e = flow_erase(tx, rq->who.scope, &incident_kind, &c);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("対応中の事案は消せません。終結してから、消してください。"));
    TRY(e);
    BUF_AUTO detail = BUF(4096);
    struct json j = json_on(&detail);
    json_begin_object(&j);
    json_key(&j, S("reason"));
    json_str(&j, f->reason);
    json_end_object(&j);
    TRY(json_finish(&j));
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("incident.erase"),
        .object = str_fmt(rq->a, "incident:%lld", (long long)id),
        .detail = buf_view(&detail)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, S("/incidents/keep?ok=saved"));
}

const struct route incident_keep_routes[] = {
    {.method = GET, .path = "/incidents/keep", .perm = &incident_p_keep, .read = keep_read,
        .shows = VIEWS(&view_incident_keep_type)},
    {.method = POST, .path = "/incidents/keep", .perm = &incident_p_keep, .form = &keep_form, .read = keep_read,
        .write = keep_write, .goes = PATHS("/incidents/keep")},
    {.method = POST, .path = "/incidents/{incident}/erase", .perm = &incident_p_keep, .form = &erase_form,
        .read = keep_read, .prepare = erase_prepare, .write = erase_write, .goes = PATHS("/incidents/keep")},
    {.path = NULL},
};
