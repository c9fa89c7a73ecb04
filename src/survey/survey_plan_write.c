/* SPDX-License-Identifier: Apache-2.0 */
/* The plan beside the newest survey, and what changes it inside the writer's transaction. */
#include "survey/survey_plan.h"

err survey_plan_load(struct db *db, struct arena *a, const struct scope *s, usec now,
    struct plan *out)
{
    survey_id id;
    *out = (struct plan){.fiscal_year = fiscal_year(jday_of_usec(now))};
    TRY(org_body_get(db, a, s, scope_body(s), &out->body));
    TRY(org_section_all(db, a, s, &out->sections));
    TRY(survey_plan_all(db, a, s, &out->list));
    err e = survey_plan_survey(db, s, &id);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    TRY(survey_sheet_load(db, a, s, id, scope_body(s), &out->sheet));
    out->asked = true;
    out->fiscal_year = out->sheet.survey.fiscal_year;
    return OK;
}

const struct item *survey_plan_asked(const struct plan *plan, question_id q)
{
    if (!plan->asked)
        return NULL;
    const struct question *found = form_item_by_id(plan->sheet.catalog, q);
    return found ? &plan->sheet.item[found - plan->sheet.catalog->item] : NULL;
}

static const struct plan_item *planned(const struct plan *plan, question_id q)
{
    for (size_t i = 0; i < plan->list.n; i++)
        if (plan->list.v[i].question.v == q.v)
            return &plan->list.v[i];
    return NULL;
}

static struct plan_item blank(const struct question *q)
{
    return (struct plan_item){.question = q->id,
        .code = q->code,
        .asked = q->text,
        .due = DAY_NONE,
        .cost = PLAN_COST_NONE,
        .state = PLAN_PLANNED};
}

err survey_plan_find(const struct plan *plan, str code, struct plan_item *out)
{
    for (size_t i = 0; i < plan->list.n; i++) {
        if (str_eq(plan->list.v[i].code, code)) {
            *out = plan->list.v[i];
            return OK;
        }
    }
    const struct question *q = plan->asked ? form_item(plan->sheet.catalog, code) : NULL;
    if (!q)
        return ERR(NOTFOUND);
    *out = blank(q);
    return OK;
}

bool survey_plan_is_mine(const struct plan *plan, uint32_t roles, const struct plan_item *p)
{
    if (roles & (ROLE_STAFF | ROLE_APPROVER | ROLE_CISO))
        return true;
    const struct item *it = survey_plan_asked(plan, p->question);
    if (it && survey_sheet_is_mine(&plan->sheet, roles, it->q))
        return true;
    for (size_t i = 0; i < plan->sections.n; i++)
        if (plan->sections.v[i].id == p->section)
            return plan->sections.v[i].mine;
    return false;
}

/* ── changes ── */

static err record(const struct writing *w, const char *action, const struct plan_item *p)
{
    struct audit_entry e = {.body = scope_body(w->scope).v,
        .person = w->person,
        .action = str_of(action),
        .object = str_fmt(w->a, "plan:%.*s", STR_F(p->code)),
        .detail = str_fmt(w->a, "{\"version\":%lld,\"state\":\"%.*s\"}", (long long)p->version,
            STR_F(survey_plan_state_key(p->state)))};
    return audit_append(w->tx, &e);
}

static bool is_own_section(const struct plan *plan, int64_t section)
{
    for (size_t i = 0; i < plan->sections.n; i++)
        if (plan->sections.v[i].id == section)
            return true;
    return section == 0;
}

static err add_version(const struct writing *w, const struct plan *plan, const char *action,
    const struct plan_item *before, struct plan_item *next)
{
    next->question = before->question;
    next->code = before->code;
    next->version = before->version + 1;
    next->since = survey_plan_since(before, next->state, plan->fiscal_year);
    TRY(survey_plan_insert(w->tx, w->scope, next));
    return record(w, action, next);
}

err survey_plan_put(const struct writing *w, str code, const struct plan_item *next,
    int64_t seen, struct plan_item *newest)
{
    struct plan plan;
    struct plan_item copy = *next;
    TRY(survey_plan_load(tx_db(w->tx), w->a, w->scope, tx_now(w->tx), &plan));
    TRY(survey_plan_find(&plan, code, newest));
    if (newest->version != seen)
        return ERR(STALE);
    if (!is_own_section(&plan, next->section))
        return ERR(INVALID);
    return add_version(w, &plan, "plan.save", newest, &copy);
}

err survey_plan_finish(const struct writing *w, str code, int64_t seen)
{
    struct plan plan;
    struct plan_item before;
    TRY(survey_plan_load(tx_db(w->tx), w->a, w->scope, tx_now(w->tx), &plan));
    TRY(survey_plan_find(&plan, code, &before));
    if (before.version == 0)
        return ERR(NOTFOUND);
    if (before.version != seen)
        return ERR(STALE);
    struct plan_item next = before;
    next.state = PLAN_DONE;
    return add_version(w, &plan, "plan.finish", &before, &next);
}

static err take_one(
    const struct writing *w, const struct plan *plan, const struct question *q, int *n)
{
    if (planned(plan, q->id))
        return OK;
    struct plan_item before = blank(q), next = before;
    ++*n;
    return add_version(w, plan, "plan.take", &before, &next);
}

err survey_plan_take(const struct writing *w, str what, int *n)
{
    struct plan plan;
    *n = 0;
    TRY(survey_plan_load(tx_db(w->tx), w->a, w->scope, tx_now(w->tx), &plan));
    if (!plan.asked)
        return ERR(NOTFOUND);
    const struct catalog *c = plan.sheet.catalog;
    const struct question *one = form_item(c, what);
    if (one)
        return take_one(w, &plan, one, n);
    if (survey_area_name(c, what).n == 0)
        return ERR(NOTFOUND);
    for (size_t i = 0; i < c->n_items; i++)
        if (str_eq(c->item[i].area, what) && survey_plan_is_unmet(&plan.sheet.item[i]))
            TRY(take_one(w, &plan, &c->item[i], n));
    return OK;
}
