/* SPDX-License-Identifier: Apache-2.0 */
/* The plan as a page and as a file, and items coming into it. */
#include "survey/survey_page.h"
#include "survey/survey_plan.h"

#include "plan.ht.h"
#include "plan_conflict.ht.h"
#include "plan_edit.ht.h"

/* ── what is shown ── */

struct plan_filter {
    enum plan_state state; /* 0: all */
    int64_t section;       /* 0: all */
    str area, q;
};

static struct plan_filter filter_of(const struct req *rq)
{
    struct plan_filter f = {.state = survey_plan_state_of(req_query(rq, "state")),
        .area = req_query(rq, "area"),
        .q = req_query(rq, "q")};
    IGNORE(parse_i64(req_query(rq, "section"), 1, INT64_MAX, &f.section)); /* 0: all */
    return f;
}

/* "ORG" of "ORG-01": an item that is no longer asked still belongs to its area. */
static str area_of(const struct plan *plan, const struct plan_item *p)
{
    const struct item *it = survey_plan_asked(plan, p->question);
    str rest = p->code, head = STR_NONE;
    if (it)
        return it->q->area;
    str_cut(&rest, '-', &head);
    return head;
}

static bool is_shown(
    const struct plan *plan, const struct plan_item *p, const struct plan_filter *f)
{
    if (f->state && p->state != f->state)
        return false;
    if (f->section && p->section != f->section)
        return false;
    if (f->area.n && !str_eq(area_of(plan, p), f->area))
        return false;
    return f->q.n == 0 || str_has(p->code, f->q) || str_has(p->asked, f->q) ||
        str_has(p->text, f->q) || str_has(p->post, f->q) || str_has(p->section_name, f->q);
}

/* The entries this person may see, into list; *all counts those the filter leaves out too. */
static err choose(struct req *rq, const struct plan *plan, const struct plan_filter *f,
    struct plan_list *list, int64_t *all)
{
    *list = (struct plan_list){ARENA_ARRAY(rq->a, struct plan_item, plan->list.n + 1), 0};
    *all = 0;
    if (!list->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < plan->list.n; i++) {
        const struct plan_item *p = &plan->list.v[i];
        if (!survey_plan_is_mine(plan, rq->who.roles, p))
            continue;
        ++*all;
        if (is_shown(plan, p, f))
            list->v[list->n++] = *p;
    }
    survey_plan_sort(list->v, list->n);
    return OK;
}

str survey_plan_owner(struct arena *a, const struct plan_item *p)
{
    return p->section && p->post.n
        ? str_fmt(a, "%.*s %.*s", STR_F(p->section_name), STR_F(p->post))
        : p->section ? p->section_name
                     : p->post;
}

/* ── what should come in ── */

static bool is_candidate(const struct req *rq, const struct plan *plan, const struct item *it)
{
    if (!survey_plan_is_unmet(it) || !survey_sheet_is_mine(&plan->sheet, rq->who.roles, it->q))
        return false;
    for (size_t i = 0; i < plan->list.n; i++)
        if (plan->list.v[i].question.v == it->q->id.v)
            return false;
    return true;
}

static err candidates(struct req *rq, const struct plan *plan, struct view_plan *v)
{
    const struct catalog *c = plan->sheet.catalog;
    v->areas.p = ARENA_ARRAY(rq->a, struct view_plan_areas, c->n_areas);
    if (!v->areas.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_areas; i++) {
        struct view_plan_areas *area = &v->areas.p[v->areas.n];
        *area = (struct view_plan_areas){.code = c->area[i].code, .name = c->area[i].name};
        area->items.p = ARENA_ARRAY(rq->a, struct view_plan_areas_items, c->n_items);
        if (!area->items.p)
            return ERR(NOMEM);
        for (size_t k = 0; k < c->n_items; k++) {
            const struct item *it = &plan->sheet.item[k];
            if (str_eq(it->q->area, area->code) && is_candidate(rq, plan, it))
                area->items.p[area->items.n++] = (struct view_plan_areas_items){it->q->code,
                    it->q->text, form_answer_text(rq->a, it->q, survey_plan_answer(it))};
        }
        v->unmet += (int64_t)area->items.n;
        v->areas.n += area->items.n > 0;
    }
    return OK;
}

/* ── the plan, year by year ── */

static void item_row(struct req *rq, const struct plan *plan, const struct plan_item *p,
    struct view_plan_years_items *row)
{
    static const str badges[] = {[PLAN_PLANNED] = S("notstarted"), [PLAN_WORKING] = S("draft"),
        [PLAN_DONE] = S("accepted"), [PLAN_DROPPED] = S("plain")};
    const struct item *it = survey_plan_asked(plan, p->question);
    *row = (struct view_plan_years_items){.code = p->code,
        .question = p->asked,
        .asked = it != NULL,
        .answer = it ? form_answer_text(rq->a, it->q, survey_plan_answer(it)) : STR_NONE,
        .met = it && survey_plan_is_met(it) && survey_plan_is_open(p->state),
        .version = p->version,
        .years = survey_plan_years(p, plan->fiscal_year),
        .text = p->text,
        .owner = survey_plan_owner(rq->a, p),
        .due = p->due,
        .overdue = survey_plan_is_overdue(p, jday_of_usec(rq->now)),
        .has_cost = p->cost != PLAN_COST_NONE,
        .cost = p->cost != PLAN_COST_NONE ? p->cost : 0,
        .state_key = survey_plan_state_key(p->state),
        .badge = badges[p->state],
        .state_name = survey_plan_state_name(p->state),
        .reason = p->reason};
    row->carried = row->years > 1;
}

static err plan_years(
    struct req *rq, const struct plan *plan, const struct plan_list *list, struct view_plan *v)
{
    struct plan_year *years = ARENA_ARRAY(rq->a, struct plan_year, list->n + 1);
    v->years.p = ARENA_ARRAY(rq->a, struct view_plan_years, list->n + 1);
    if (!years || !v->years.p)
        return ERR(NOMEM);
    size_t n = survey_plan_by_year(list->v, list->n, v->today, years);
    for (size_t i = 0; i < n; i++) {
        const struct plan_year *y = &years[i];
        struct view_plan_years *row = &v->years.p[v->years.n++];
        *row = (struct view_plan_years){
            .year = y->fiscal_year ? survey_year_text(rq->a, y->fiscal_year) : S("期限が未定"),
            .key = str_fmt(rq->a, "%d", y->fiscal_year),
            .n = (int64_t)y->n,
            .cost = y->sum.cost,
            .unknown = y->sum.unknown};
        row->items.p = ARENA_ARRAY(rq->a, struct view_plan_years_items, y->n);
        if (!row->items.p)
            return ERR(NOMEM);
        for (size_t k = 0; k < y->n; k++)
            item_row(rq, plan, &list->v[y->first + k], &row->items.p[row->items.n++]);
        v->n += row->n;
        v->cost += row->cost;
        v->unknown += row->unknown;
        v->overdue += y->sum.overdue;
        v->vague += y->sum.vague;
    }
    return OK;
}

static err choices(struct req *rq, const struct plan *plan, const struct plan_filter *f,
    struct view_plan *v)
{
    size_t n_areas = plan->asked ? plan->sheet.catalog->n_areas : 0;
    v->states.p = ARENA_ARRAY(rq->a, struct view_plan_states, PLAN_DROPPED);
    v->sections.p = ARENA_ARRAY(rq->a, struct view_plan_sections, plan->sections.n + 1);
    v->plan_areas.p = ARENA_ARRAY(rq->a, struct view_plan_plan_areas, n_areas + 1);
    if (!v->states.p || !v->sections.p || !v->plan_areas.p)
        return ERR(NOMEM);
    for (int s = PLAN_PLANNED; s <= PLAN_DROPPED; s++)
        v->states.p[v->states.n++] =
            (struct view_plan_states){survey_plan_state_key((enum plan_state)s),
                survey_plan_state_name((enum plan_state)s), f->state == (enum plan_state)s};
    for (size_t i = 0; i < plan->sections.n; i++)
        v->sections.p[v->sections.n++] = (struct view_plan_sections){plan->sections.v[i].id,
            plan->sections.v[i].name, plan->sections.v[i].id == f->section};
    for (size_t i = 0; i < n_areas; i++) {
        const struct area *area = &plan->sheet.catalog->area[i];
        v->plan_areas.p[v->plan_areas.n++] =
            (struct view_plan_plan_areas){area->code, area->name, str_eq(area->code, f->area)};
    }
    return OK;
}

static err plan_read(struct req *rq)
{
    struct plan plan;
    struct plan_list list;
    struct plan_filter f = filter_of(rq);
    struct view_plan *v = ARENA_NEW(rq->a, struct view_plan);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_plan_load(rq->db, rq->a, rq->who.scope, rq->now, &plan));
    *v = (struct view_plan){.body = plan.body.name,
        .today = jday_of_usec(rq->now),
        .lead = survey_may(rq, &survey_p_lead),
        .asked = plan.asked,
        .survey = plan.sheet.survey.title,
        .survey_id = plan.sheet.survey.id.v,
        .state = f.state ? survey_plan_state_key(f.state) : STR_NONE,
        .section = f.section,
        .area = f.area,
        .q = f.q};
    if (plan.asked)
        TRY(candidates(rq, &plan, v));
    TRY(choose(rq, &plan, &f, &list, &v->all));
    TRY(choices(rq, &plan, &f, v));
    TRY(plan_years(rq, &plan, &list, v));
    v->filtered = v->n != v->all;
    return req_show(rq, &view_plan_type, v);
}

/* ── as a file ── */

static const struct column plan_columns[] = {
    COLUMN_CODE6(KEY_COLUMN),
    COLUMN_BODY,
    {"due_year", "期限の年度", COLUMN_INT, MAY_BE_EMPTY, "期限の日のある年度（西暦）", .unit = "年度"},
    COLUMN_ITEM(KEY_COLUMN),
    COLUMN_QUESTION,
    {"answer", "今の回答", COLUMN_TEXT, MAY_BE_EMPTY, "今の調査での回答を言葉で"},
    {"text", "すること", COLUMN_TEXT, MAY_BE_EMPTY, "計画した対策"},
    {"section", "担当の課", COLUMN_TEXT, MAY_BE_EMPTY, "課の名前"},
    {"post", "担当の職・係", COLUMN_TEXT, MAY_BE_EMPTY, "職か係の名前"},
    {"due", "期限", COLUMN_DAY, MAY_BE_EMPTY, "いつまでに行うか"},
    {"cost", "費用（千円）", COLUMN_INT, MAY_BE_EMPTY, "見込む費用。まだ分からなければ空欄",
        .unit = "千円"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "計画、実施中、完了、取りやめなど"},
    {"reason", "取りやめた理由", COLUMN_TEXT, MAY_BE_EMPTY, "取りやめたときの理由"},
    {"since", "計画した年度", COLUMN_INT, NEVER_EMPTY, "計画に入れた年度（西暦）", .unit = "年度"},
    {"years", "何年目", COLUMN_INT, NEVER_EMPTY, "計画に入れてから何年目か", .unit = "年目"},
    {"changed", "更新日", COLUMN_DAY, NEVER_EMPTY, "最後に書き換えた日"},
};
static const struct table plan_table = {.title = "対策の計画",
    .about = "1行が、計画に入れた1項目",
    .kind = "計画",
    TABLE_COLUMNS(plan_columns)};

static void csv_entry(
    struct req *rq, const struct plan *plan, const struct plan_item *p, struct csv *c)
{
    const struct item *it = survey_plan_asked(plan, p->question);
    csv_str(c, plan->body.code6);
    csv_str(c, plan->body.name);
    if (p->due != DAY_NONE)
        csv_i64(c, fiscal_year(p->due));
    else
        csv_none(c, 1);
    csv_str(c, p->code);
    csv_str(c, p->asked);
    csv_str(c, it ? form_answer_text(rq->a, it->q, survey_plan_answer(it)) : STR_NONE);
    csv_str(c, p->text);
    csv_str(c, p->section_name);
    csv_str(c, p->post);
    csv_day(c, p->due);
    if (p->cost != PLAN_COST_NONE)
        csv_i64(c, p->cost);
    else
        csv_none(c, 1);
    csv_str(c, survey_plan_state_name(p->state));
    csv_str(c, p->reason);
    csv_i64(c, p->since);
    csv_i64(c, survey_plan_years(p, plan->fiscal_year));
    csv_day(c, jday_of_usec(p->at));
    csv_end_row(c);
}

static err plan_csv_read(struct req *rq)
{
    struct plan plan;
    struct plan_list list;
    int64_t all;
    struct plan_filter f = filter_of(rq);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(survey_plan_load(rq->db, rq->a, rq->who.scope, rq->now, &plan));
    TRY(choose(rq, &plan, &f, &list, &all));
    for (size_t i = 0; i < list.n; i++)
        csv_entry(rq, &plan, &list.v[i], &c);
    return req_send_csv(rq, &c, str_fmt(rq->a, "対策の計画_%d年度", plan.fiscal_year));
}

/* ── coming in ── */

struct take {
    str what; /* code of an item, or of an area */
};
static const struct web_field take_fields[] = {
    {.name = "what", .label = "項目か分野の番号", .type = FIELD_LINE,
        .offset = offsetof(struct take, what), .required = true, .max = 20},
};
static const struct web_form take_form = WEB_FORM(take_fields, take);

static err take_write(struct tx *tx, struct req *rq)
{
    const struct take *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    int n;
    TRY(survey_plan_take(&w, f->what, &n));
    return req_go(rq, n ? S("/plan?ok=planned#plan") : S("/plan?ok=planned-already#plan"));
}

static const struct web_query plan_query[] = {
    {"state", "進み具合の鍵", false},
    {"area", "分野の符号", false},
    {"section", "担当の課の番号", true},
    QUERY_Q,
    {.name = NULL},
};

const struct route survey_plan_routes[] = {
    {.method = GET, .path = "/plan", .perm = &survey_p_read, .read = plan_read,
        .query = plan_query, .shows = VIEWS(&view_plan_type)},
    {.method = POST, .path = "/plan", .perm = &survey_p_lead, .form = &take_form,
        .read = plan_read, .write = take_write,
        .goes = PATHS("/plan")},
    {.method = GET, .path = "/plan/list/csv", .perm = &survey_p_read, .table = &plan_table,
        .read = plan_csv_read,
        .query = plan_query},
    {.method = GET, .path = "/plan/{code}", .perm = &survey_p_read,
        .read = survey_plan_edit_read,
        .shows = VIEWS(&view_plan_edit_type)},
    {.method = POST, .path = "/plan/{code}", .perm = &survey_p_lead,
        .form = &survey_plan_edit_form, .read = survey_plan_edit_read,
        .prepare = survey_plan_edit_prepare, .write = survey_plan_edit_write,
        .clash = &view_plan_conflict_type, .goes = PATHS("/plan/{code}")},
    {.method = POST, .path = "/plan/{code}/finish", .perm = &survey_p_lead,
        .form = &survey_plan_seen_form, .write = survey_plan_finish_write,
        .goes = PATHS("/plan")},
    {.path = NULL},
};
