/* SPDX-License-Identifier: Apache-2.0 */
/* A body's own page of the register. */
#include "policy/policy_private.h"

#include "core/mynumber.h"
#include "policy.ht.h"

struct registration {
    str established, revised, published, address, note;
    int64_t guideline, seen;
    struct policy parsed; /* by prepare */
};

#define TEXT_FIELD(field, label_, type_, max_)                                                   \
    {.name = #field, .label = label_, .type = type_,                                             \
        .offset = offsetof(struct registration, field), .max = max_}

static const struct web_field fields[] = {
    TEXT_FIELD(established, "策定日", FIELD_LINE, 40),
    TEXT_FIELD(revised, "改定日", FIELD_LINE, 40),
    TEXT_FIELD(published, "公表日", FIELD_LINE, 40),
    TEXT_FIELD(address, "公表先のアドレス", FIELD_LINE, 1000),
    TEXT_FIELD(note, "備考", FIELD_TEXT, 1000),
    {.name = "guideline", .label = "従っている指針・ガイドライン", .type = FIELD_INT,
        .offset = offsetof(struct registration, guideline), .least = 0, .most = INT64_MAX},
    {.name = "seen", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct registration, seen), .least = 0, .most = INT64_MAX},
};
static const struct web_form form = WEB_FORM(fields, registration);

/* ── the page ── */

static str day_text(struct arena *a, jday d)
{
    BUF_AUTO b = BUF(32);
    if (d != DAY_NONE)
        put_iso_day(&b, d);
    return str_dup(a, buf_view(&b));
}

static err guideline_options(struct req *rq, int64_t chosen, struct view_policy *v)
{
    struct guideline_list *all = ARENA_NEW(rq->a, struct guideline_list);
    if (!all)
        return ERR(NOMEM);
    TRY(policy_guidelines(rq->db, rq->a, all));
    str typed = req_typed(rq, "guideline", str_fmt(rq->a, "%lld", (long long)chosen));
    v->guidelines.p = ARENA_ARRAY(rq->a, struct view_policy_guidelines, all->n);
    if (!v->guidelines.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct guideline *g = &all->v[i];
        v->guidelines.p[v->guidelines.n++] = (struct view_policy_guidelines){g->id, g->name,
            g->noticed, g->latest,
            str_eq(typed, str_fmt(rq->a, "%lld", (long long)g->id))};
    }
    return OK;
}

static err history_rows(struct req *rq, const struct policy_list *list, struct view_policy *v)
{
    v->history.p = ARENA_ARRAY(rq->a, struct view_policy_history, list->n);
    if (!v->history.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list->n; i++) {
        const struct policy *p = &list->v[i];
        struct view_policy_history *h = &v->history.p[v->history.n++];
        *h = (struct view_policy_history){.at = p->at,
            .established = p->established,
            .revised = p->revised,
            .guideline = p->guideline_name,
            .published = p->published,
            .address = p->address,
            .note = p->note};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){p->person}, &h->by));
    }
    return OK;
}

static err policy_read(struct req *rq)
{
    struct policy_list list;
    struct view_policy *v = ARENA_NEW(rq->a, struct view_policy);
    if (!v)
        return ERR(NOMEM);
    TRY(policy_history(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &list));
    struct policy none = {
        .established = DAY_NONE, .revised = DAY_NONE, .published = DAY_NONE};
    const struct policy *p = list.n ? &list.v[0] : &none;
    *v = (struct view_policy){.body = rq->who.org_name,
        .known = p->id != 0,
        .late = policy_is_late(p, jday_of_usec(rq->now)),
        .outdated = p->outdated,
        .deadline = policy_deadline(),
        .seen = p->id,
        .established = req_typed(rq, "established", day_text(rq->a, p->established)),
        .revised = req_typed(rq, "revised", day_text(rq->a, p->revised)),
        .published = req_typed(rq, "published", day_text(rq->a, p->published)),
        .address = req_typed(rq, "address", p->address),
        .note = req_typed(rq, "note", p->note),
        .established_error = req_error_of(rq, "established"),
        .revised_error = req_error_of(rq, "revised"),
        .published_error = req_error_of(rq, "published"),
        .address_error = req_error_of(rq, "address"),
        .note_error = req_error_of(rq, "note"),
        .guideline_error = req_error_of(rq, "guideline"),
        .errors = req_has_errors(rq)};
    TRY(guideline_options(rq, p->guideline, v));
    TRY(history_rows(rq, &list, v));
    return req_show(rq, &view_policy_type, v);
}

/* ── registering ── */

static void parse_day(struct req *rq, const char *name, str typed, jday *out)
{
    *out = DAY_NONE;
    if (typed.n && err_is(jday_parse(typed, out)))
        req_error(rq, name, S("日付を確かめてください。例）2026年4月1日、令和8年4月1日"));
    else if (*out != DAY_NONE && *out > jday_of_usec(rq->now))
        req_error(rq, name, S("これから先の日は入力できません。その日が来てから登録してください。"));
}

static void check_order(struct req *rq, const struct policy *p)
{
    if (p->established == DAY_NONE && (p->revised != DAY_NONE || p->published != DAY_NONE))
        req_error(rq, "established", S("策定日を入力してください。"));
    if (p->established == DAY_NONE)
        return;
    if (p->revised != DAY_NONE && p->revised < p->established)
        req_error(rq, "revised", S("策定日と同じか、後の日にしてください。"));
    if (p->published != DAY_NONE && p->published < p->established)
        req_error(rq, "published", S("策定日と同じか、後の日にしてください。"));
}

static err check_guideline(struct req *rq, int64_t id)
{
    struct guideline_list *all = ARENA_NEW(rq->a, struct guideline_list);
    bool known = id == 0;
    if (!all)
        return ERR(NOMEM);
    TRY(policy_guidelines(rq->db, rq->a, all));
    for (size_t i = 0; i < all->n; i++)
        known = known || all->v[i].id == id;
    if (!known)
        req_error(rq, "guideline", S("一覧から選んでください。"));
    return OK;
}

static err policy_prepare(struct req *rq)
{
    struct registration *f = rq->form;
    struct policy *p = &f->parsed;
    *p = (struct policy){.guideline = f->guideline, .address = f->address, .note = f->note};
    parse_day(rq, "established", f->established, &p->established);
    parse_day(rq, "revised", f->revised, &p->revised);
    parse_day(rq, "published", f->published, &p->published);
    if (f->address.n && !policy_address_is_valid(f->address))
        req_error(rq, "address", S("https:// から始まるアドレスを入力してください。"));
    if (!req_has_errors(rq))
        check_order(rq, p);
    TRY(check_guideline(rq, f->guideline));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err policy_write(struct tx *tx, struct req *rq)
{
    const struct registration *f = rq->form;
    err e = policy_add(tx, rq->who.scope, &f->parsed, f->seen);
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、ほかの人が登録しました。開き直してください。"));
    TRY(e);
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("policy.register"),
        .object = S("policy")};
    TRY(audit_append(tx, &entry));
    TRY(req_measure(tx, rq, rq->who.org, &policy_measures[0]));
    return req_go(rq, S("/policy?ok=saved"));
}

const struct route policy_routes[] = {
    {.method = GET, .path = "/policy", .perm = &policy_p_keep, .read = policy_read,
        .shows = VIEWS(&view_policy_type)},
    {.method = POST, .path = "/policy", .perm = &policy_p_keep, .form = &form,
        .read = policy_read, .prepare = policy_prepare, .write = policy_write,
        .goes = PATHS("/policy")},
    {.path = NULL},
};
