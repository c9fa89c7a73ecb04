/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the plan: its form, its history, and what happens when two save it. */
#include "core/mynumber.h"
#include "survey/survey_page.h"
#include "survey/survey_plan.h"

#include "plan_conflict.ht.h"
#include "plan_edit.ht.h"

/* ── the page ── */

static str day_text(struct arena *a, jday d)
{
    BUF_AUTO b = BUF(64);
    if (d != DAY_NONE)
        put_iso_day(&b, d);
    return str_dup(a, buf_view(&b));
}

static str cost_text(struct arena *a, int64_t cost)
{
    return cost == PLAN_COST_NONE ? STR_NONE : str_fmt(a, "%lld", (long long)cost);
}

static err edit_choices(struct req *rq, const struct plan *plan, struct view_plan_edit *v)
{
    v->states.p = ARENA_ARRAY(rq->a, struct view_plan_edit_states, PLAN_DROPPED);
    v->sections.p = ARENA_ARRAY(rq->a, struct view_plan_edit_sections, plan->sections.n + 1);
    if (!v->states.p || !v->sections.p)
        return ERR(NOMEM);
    for (int s = PLAN_PLANNED; s <= PLAN_DROPPED; s++) {
        str key = survey_plan_state_key((enum plan_state)s);
        v->states.p[v->states.n++] = (struct view_plan_edit_states){
            key, survey_plan_state_name((enum plan_state)s), str_eq(key, v->state)};
    }
    for (size_t i = 0; i < plan->sections.n; i++) {
        const struct section *k = &plan->sections.v[i];
        if (k->active || k->id == v->section)
            v->sections.p[v->sections.n++] =
                (struct view_plan_edit_sections){k->id, k->name, k->id == v->section};
    }
    return OK;
}

static err edit_history(struct req *rq, question_id q, struct view_plan_edit *v)
{
    struct plan_list all;
    TRY(survey_plan_history(rq->db, rq->a, rq->who.scope, q, &all));
    v->history.p = ARENA_ARRAY(rq->a, struct view_plan_edit_history, all.n + 1);
    if (!v->history.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct plan_item *p = &all.v[i];
        struct view_plan_edit_history *h = &v->history.p[v->history.n++];
        *h = (struct view_plan_edit_history){.version = p->version,
            .at = p->at,
            .text = p->text,
            .owner = survey_plan_owner(rq->a, p),
            .due = p->due,
            .has_cost = p->cost != PLAN_COST_NONE,
            .cost = p->cost != PLAN_COST_NONE ? p->cost : 0,
            .state_name = survey_plan_state_name(p->state),
            .reason = p->reason};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){p->person}, &h->by));
    }
    return OK;
}

static void edit_fields(struct req *rq, const struct plan_item *p, struct view_plan_edit *v)
{
    v->text = req_typed(rq, "text", p->text);
    v->post = req_typed(rq, "post", p->post);
    v->due = req_typed(rq, "due", day_text(rq->a, p->due));
    v->cost = req_typed(rq, "cost", cost_text(rq->a, p->cost));
    v->state = req_typed(rq, "state", survey_plan_state_key(p->state));
    v->reason = req_typed(rq, "reason", p->reason);
    v->section = p->section;
    if (req_is_redraw(rq))
        IGNORE(parse_i64(req_typed(rq, "section", STR_NONE), 0, INT64_MAX, &v->section));
    v->text_error = req_error_of(rq, "text");
    v->section_error = req_error_of(rq, "section");
    v->post_error = req_error_of(rq, "post");
    v->due_error = req_error_of(rq, "due");
    v->cost_error = req_error_of(rq, "cost");
    v->state_error = req_error_of(rq, "state");
    v->reason_error = req_error_of(rq, "reason");
    v->errors = req_has_errors(rq);
}

err survey_plan_edit_read(struct req *rq)
{
    static const str badges[] = {[PLAN_PLANNED] = S("notstarted"), [PLAN_WORKING] = S("draft"),
        [PLAN_DONE] = S("accepted"), [PLAN_DROPPED] = S("plain")};
    struct plan plan;
    struct plan_item p;
    struct view_plan_edit *v = ARENA_NEW(rq->a, struct view_plan_edit);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_plan_load(rq->db, rq->a, rq->who.scope, rq->now, &plan));
    TRY(survey_plan_find(&plan, req_param(rq, "code"), &p));
    if (!survey_plan_is_mine(&plan, rq->who.roles, &p))
        return ERR(NOTFOUND);
    const struct item *it = survey_plan_asked(&plan, p.question);
    *v = (struct view_plan_edit){.code = p.code,
        .question = p.asked,
        .body = plan.body.name,
        .survey_id = plan.sheet.survey.id.v,
        .asked = it != NULL,
        .answer = it ? form_answer_text(rq->a, it->q, survey_plan_answer(it)) : STR_NONE,
        .lead = survey_may(rq, &survey_p_lead),
        .version = p.version,
        .years = survey_plan_years(&p, plan.fiscal_year),
        .state_key = survey_plan_state_key(p.state),
        .badge = badges[p.state],
        .state_name = survey_plan_state_name(p.state),
        .overdue = survey_plan_is_overdue(&p, jday_of_usec(rq->now))};
    v->carried = v->years > 1;
    edit_fields(rq, &p, v);
    TRY(edit_choices(rq, &plan, v));
    TRY(edit_history(rq, p.question, v));
    return req_show(rq, &view_plan_edit_type, v);
}

/* ── saving ── */

struct edit {
    str text, post, due, cost, state, reason;
    int64_t section, seen;
    struct plan_item next; /* by prepare */
};

static const struct web_field edit_form_fields[] = {
    {.name = "text", .label = "すること", .type = FIELD_TEXT, .offset = offsetof(struct edit, text),
        .required = true, .max = 1000},
    {.name = "section", .label = "担当の課", .type = FIELD_INT,
        .offset = offsetof(struct edit, section), .least = 0, .most = INT64_MAX},
    {.name = "post", .label = "担当の職・係", .type = FIELD_LINE,
        .offset = offsetof(struct edit, post), .max = 100},
    {.name = "due", .label = "期限", .type = FIELD_LINE, .offset = offsetof(struct edit, due),
        .max = 40},
    {.name = "cost", .label = "費用", .type = FIELD_LINE, .offset = offsetof(struct edit, cost),
        .max = 40},
    {.name = "state", .label = "状態", .type = FIELD_LINE, .offset = offsetof(struct edit, state),
        .required = true, .max = 20},
    {.name = "reason", .label = "取りやめる理由", .type = FIELD_TEXT,
        .offset = offsetof(struct edit, reason), .max = 500},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct edit, seen),
        .least = 0, .most = INT64_MAX},
};
const struct web_form survey_plan_edit_form = WEB_FORM(edit_form_fields, edit);

static void parse_due(struct req *rq, const struct edit *f, struct plan_item *next)
{
    int today = fiscal_year(jday_of_usec(rq->now));
    next->due = DAY_NONE;
    if (f->due.n == 0)
        return;
    if (err_is(jday_parse(f->due, &next->due)))
        req_error(rq, "due", S("日付を確かめてください。例）令和9年9月30日"));
    else if (fiscal_year(next->due) < 2000 || fiscal_year(next->due) > today + PLAN_YEARS_AHEAD)
        req_error(rq, "due", S("年を確かめてください。20年先までの日を記入できます。"));
}

err survey_plan_edit_prepare(struct req *rq)
{
    struct edit *f = rq->form;
    struct plan_item *next = &f->next;
    *next = (struct plan_item){.text = f->text, .section = f->section, .post = f->post,
        .state = survey_plan_state_of(f->state)};
    parse_due(rq, f, next);
    err e = survey_plan_cost_parse(rq->a, f->cost, &next->cost);
    if (e.code == ERR_INVALID)
        req_error(rq, "cost",
            S("千円単位の整数で、999,999,999 までで記入してください。分からなければ空欄にします。"));
    else
        TRY(e);
    if (mynumber_is_in(f->post))
        req_error(rq, "post",
            S("担当の職・係に個人番号と思われる12桁の数字があります。消してから送ってください。"));
    if (!next->state)
        req_error(rq, "state", S("状態を選んでください。"));
    if (next->state == PLAN_DROPPED && f->reason.n == 0)
        req_error(rq, "reason", S("取りやめる理由を書いてください。"));
    if (next->state == PLAN_DROPPED)
        next->reason = f->reason;
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

/* ── two at once ── */

static str section_name(const struct section_list *all, int64_t id)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].id == id)
            return all->v[i].name;
    return STR_NONE;
}

static void conflict_row(struct view_plan_conflict *v, str label, str mine, str theirs)
{
    v->rows.p[v->rows.n++] =
        (struct view_plan_conflict_rows){label, mine, theirs, !str_eq(mine, theirs)};
}

static err conflict_rows(
    struct req *rq, str section, const struct plan_item *theirs, struct view_plan_conflict *v)
{
    const struct edit *f = rq->form;
    const struct plan_item *mine = &f->next;
    v->rows.p = ARENA_ARRAY(rq->a, struct view_plan_conflict_rows, 7);
    if (!v->rows.p)
        return ERR(NOMEM);
    conflict_row(v, S("すること"), mine->text, theirs->text);
    conflict_row(v, S("担当の課"), section, theirs->section_name);
    conflict_row(v, S("担当の職・係"), mine->post, theirs->post);
    conflict_row(v, S("期限"), day_text(rq->a, mine->due), day_text(rq->a, theirs->due));
    conflict_row(
        v, S("費用（千円）"), cost_text(rq->a, mine->cost), cost_text(rq->a, theirs->cost));
    conflict_row(v, S("状態"), survey_plan_state_name(mine->state),
        survey_plan_state_name(theirs->state));
    conflict_row(v, S("取りやめる理由"), mine->reason, theirs->reason);
    return OK;
}

static err show_plan_conflict(struct tx *tx, struct req *rq, const struct plan_item *theirs)
{
    const struct edit *f = rq->form;
    struct section_list sections;
    struct view_plan_conflict *v = ARENA_NEW(rq->a, struct view_plan_conflict);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_plan_conflict){.code = theirs->code,
        .question = theirs->asked,
        .seen = theirs->version,
        .theirs_at = theirs->at,
        .text = f->text,
        .section = f->section,
        .post = f->post,
        .due = f->due,
        .cost = f->cost,
        .state = f->state,
        .reason = f->next.reason};
    TRY(org_section_all(tx_db(tx), rq->a, rq->who.scope, &sections));
    TRY(conflict_rows(rq, section_name(&sections, f->section), theirs, v));
    TRY(org_person_name(
        tx_db(tx), rq->a, rq->who.scope, (person_id){theirs->person}, &v->theirs_by));
    TRY(req_show(rq, &view_plan_conflict_type, v));
    return ERR(STALE);
}

err survey_plan_edit_write(struct tx *tx, struct req *rq)
{
    const struct edit *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    struct plan_item newest;
    err e = survey_plan_put(&w, req_param(rq, "code"), &f->next, f->seen, &newest);
    if (e.code == ERR_STALE)
        return show_plan_conflict(tx, rq, &newest);
    if (e.code == ERR_INVALID)
        req_error(rq, "section", S("課を選んでください。"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/plan/%.*s?ok=saved", STR_F(newest.code)));
}

/* ── 完了にする ── */

struct seen {
    int64_t seen;
};
static const struct web_field seen_fields[] = {
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct seen, seen),
        .required = true, .least = 0, .most = INT64_MAX},
};
const struct web_form survey_plan_seen_form = WEB_FORM(seen_fields, seen);

err survey_plan_finish_write(struct tx *tx, struct req *rq)
{
    const struct seen *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    str code = req_param(rq, "code");
    err e = survey_plan_finish(&w, code, f->seen);
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、ほかの人がこの計画を保存しました。開き直して、"
                      "内容を確かめてから、もう一度選んでください。"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/plan?ok=plan-done#plan-%.*s", STR_F(code)));
}
