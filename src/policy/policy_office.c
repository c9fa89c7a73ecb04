/* SPDX-License-Identifier: Apache-2.0 */
/* The register as a prefecture and the nation read it, and the guidelines it speaks of. */
#include "policy/policy_private.h"

#include "core/csv.h"
#include "policies.ht.h"

enum { PAGE = 100 };

static void count(const struct policy *p, jday today, struct view_policies *v)
{
    v->bodies++;
    v->established += p->established != DAY_NONE;
    v->published += p->published != DAY_NONE;
    v->late += policy_is_late(p, today);
    v->outdated += p->outdated;
}

static struct view_policies_rows row_of(const struct policy *p, jday today)
{
    return (struct view_policies_rows){.code6 = p->body.code6,
        .name = p->body.name,
        .established = p->established,
        .revised = p->revised,
        .guideline = p->guideline_name,
        .outdated = p->outdated,
        .published = p->published,
        .address = p->address,
        .late = policy_is_late(p, today),
        .after_deadline = p->published != DAY_NONE && p->published > policy_deadline()};
}

static str page_query(struct req *rq, const struct view_policies *v, int64_t page)
{
    return page >= 1 && page <= v->pages ? str_fmt(rq->a, "%lld", (long long)page) : STR_NONE;
}

static err guideline_rows(struct req *rq, struct view_policies *v)
{
    struct guideline_list *all = ARENA_NEW(rq->a, struct guideline_list);
    if (!all)
        return ERR(NOMEM);
    TRY(policy_guidelines(rq->db, rq->a, all));
    v->guidelines.p = ARENA_ARRAY(rq->a, struct view_policies_guidelines, all->n);
    if (!v->guidelines.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++)
        v->guidelines.p[v->guidelines.n++] = (struct view_policies_guidelines){
            all->v[i].name, all->v[i].noticed, all->v[i].latest};
    v->may_add = (rq->who.roles & policy_p_guideline.roles) != 0;
    v->name = req_typed(rq, "name", STR_NONE);
    v->name_error = req_error_of(rq, "name");
    v->noticed = req_typed(rq, "noticed", STR_NONE);
    v->noticed_error = req_error_of(rq, "noticed");
    return OK;
}

static err policies_read(struct req *rq)
{
    struct policy_list all;
    jday today = jday_of_usec(rq->now);
    struct view_policies *v = ARENA_NEW(rq->a, struct view_policies);
    if (!v)
        return ERR(NOMEM);
    TRY(policy_register(rq->db, rq->a, rq->who.scope, &all));
    *v = (struct view_policies){.deadline = policy_deadline(),
        .show = req_query(rq, "show"),
        .q = req_query(rq, "q"),
        .page = req_page(rq)};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_policies_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        count(&all.v[i], today, v);
        if (!policy_is_shown(&all.v[i], policy_show_of(v->show), v->q, today))
            continue;
        if (v->found++ / PAGE == v->page - 1)
            v->rows.p[v->rows.n++] = row_of(&all.v[i], today);
    }
    v->pages = (v->found + PAGE - 1) / PAGE;
    v->before = page_query(rq, v, v->page - 1);
    v->after = page_query(rq, v, v->page + 1);
    TRY(guideline_rows(rq, v));
    return req_show(rq, &view_policies_type, v);
}

static const struct column columns[] = {
    COLUMN_CODE6(KEY_COLUMN),
    COLUMN_BODY,
    {"established", "策定日", COLUMN_DAY, MAY_BE_EMPTY, "方針を定めた日。登録がなければ空欄"},
    {"revised", "改定日", COLUMN_DAY, MAY_BE_EMPTY, "最後に改めた日"},
    {"guideline", "従っている指針・ガイドライン", COLUMN_TEXT, MAY_BE_EMPTY, "名前と版"},
    {"published", "公表日", COLUMN_DAY, MAY_BE_EMPTY, "方針を公表した日。公表していなければ空欄"},
    {"address", "公表先のアドレス", COLUMN_TEXT, MAY_BE_EMPTY, "方針を載せたページ"},
    {"late", "期限までに公表していない", COLUMN_YESNO, NEVER_EMPTY,
        "2026年4月1日（地方自治法第244条の6の施行）を過ぎて、公表していないか"},
    {"registered_at", "登録した日時", COLUMN_TIME, MAY_BE_EMPTY, "この内容を登録した日時"},
};
static const struct table table = {.title = "団体の方針",
    .about = "1行が1団体の、今登録されている方針",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct policy_list all;
    jday today = jday_of_usec(rq->now);
    enum policy_show show = policy_show_of(req_query(rq, "show"));
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(policy_register(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++) {
        const struct policy *p = &all.v[i];
        if (!policy_is_shown(p, show, req_query(rq, "q"), today))
            continue;
        csv_str(&c, p->body.code6);
        csv_str(&c, p->body.name);
        csv_day(&c, p->established);
        csv_day(&c, p->revised);
        csv_str(&c, p->guideline_name);
        csv_day(&c, p->published);
        csv_str(&c, p->address);
        csv_yes(&c, policy_is_late(p, today));
        csv_time(&c, p->at);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("団体の方針"));
}

/* ── guidelines ── */

struct new_guideline {
    str name, noticed;
    bool latest;
    jday day; /* by prepare */
};

static const struct web_field fields[] = {
    {.name = "name", .label = "名前と版", .type = FIELD_LINE,
        .offset = offsetof(struct new_guideline, name), .required = true, .max = 200},
    {.name = "noticed", .label = "通知の日", .type = FIELD_LINE,
        .offset = offsetof(struct new_guideline, noticed), .max = 40},
    {.name = "latest", .label = "最新の版", .type = FIELD_BOOL,
        .offset = offsetof(struct new_guideline, latest)},
};
static const struct web_form form = WEB_FORM(fields, new_guideline);

static err guideline_prepare(struct req *rq)
{
    struct new_guideline *f = rq->form;
    f->day = DAY_NONE;
    if (f->noticed.n && err_is(jday_parse(f->noticed, &f->day)))
        req_error(rq, "noticed", S("日付を確かめてください。例）2026年4月1日、令和8年4月1日"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err guideline_write(struct tx *tx, struct req *rq)
{
    const struct new_guideline *f = rq->form;
    struct guideline g = {.name = f->name, .noticed = f->day, .latest = f->latest};
    err e = policy_guideline_add(tx, rq->who.scope, &g);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("同じ名前の版が、もうあります。"));
    TRY(e);
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("policy.guideline.add"),
        .object = S("guideline")};
    TRY(audit_append(tx, &entry));
    return req_go(rq, S("/policies?ok=saved"));
}

static const struct web_query policies_query[] = {
    {"show", "表示を絞り込む鍵。選べるものは答えの中にある", false},
    QUERY_Q,
    QUERY_PAGE,
    {.name = NULL},
};

const struct route policy_office_routes[] = {
    {.method = GET, .path = "/policies", .perm = &policy_p_read, .read = policies_read,
        .query = policies_query, .shows = VIEWS(&view_policies_type)},
    {.method = GET, .path = "/policies/csv", .perm = &policy_p_read,
        .flags = ROUTE_FRESH, .table = &table,
        .read = csv_read,
        .query = policies_query},
    {.method = POST, .path = "/policies/guidelines", .perm = &policy_p_guideline, .form = &form,
        .read = policies_read, .prepare = guideline_prepare, .write = guideline_write,
        .goes = PATHS("/policies")},
    {.path = NULL},
};
