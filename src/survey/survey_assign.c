/* SPDX-License-Identifier: Apache-2.0 */
/* Which section answers which area or item, until when, and what each has left. */
#include "survey/survey_page.h"

#include "assign.ht.h"

static err section_options(
    struct req *rq, const struct sheet *sheet, struct view_assign *v)
{
    v->sections.p = ARENA_ARRAY(rq->a, struct view_assign_sections, sheet->sections.n);
    if (!v->sections.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct section *k = &sheet->sections.v[i];
        if (!k->active)
            continue;
        struct view_assign_sections *row = &v->sections.p[v->sections.n++];
        *row = (struct view_assign_sections){.id = k->id, .name = k->name, .people = k->people,
            .due = DAY_NONE};
        for (size_t j = 0; j < sheet->catalog->n_items; j++) {
            const struct item *it = &sheet->item[j];
            const struct assignment *as = survey_assigned(&sheet->assigned, it->q);
            if (!as || as->section != k->id)
                continue;
            row->items++;
            row->left += survey_item_is_todo(it);
            if (as->due != DAY_NONE && (row->due == DAY_NONE || as->due < row->due))
                row->due = as->due;
        }
    }
    return OK;
}

/* What was assigned to this very area, or this very item. */
static const struct assignment *own_row(
    const struct sheet *sheet, str area, const struct question *q)
{
    for (size_t i = 0; i < sheet->assigned.n; i++) {
        const struct assignment *as = &sheet->assigned.v[i];
        if (as->section && (q ? as->question.v == q->id.v
                              : as->question.v == 0 && str_eq(as->area, area)))
            return as;
    }
    return NULL;
}

static str section_of(const struct sheet *sheet, int64_t id)
{
    for (size_t i = 0; i < sheet->sections.n; i++)
        if (sheet->sections.v[i].id == id)
            return sheet->sections.v[i].name;
    return STR_NONE;
}

static err assigned_rows(struct req *rq, const struct sheet *sheet, struct view_assign *v)
{
    const struct catalog *c = sheet->catalog;
    v->areas.p = ARENA_ARRAY(rq->a, struct view_assign_areas, c->n_areas);
    v->items.p = ARENA_ARRAY(rq->a, struct view_assign_items, c->n_items);
    if (!v->areas.p || !v->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_areas; i++) {
        const struct assignment *as = own_row(sheet, c->area[i].code, NULL);
        v->areas.p[v->areas.n++] = (struct view_assign_areas){c->area[i].code, c->area[i].name,
            as ? section_of(sheet, as->section) : STR_NONE, as ? as->due : DAY_NONE};
    }
    for (size_t i = 0; i < c->n_items; i++) {
        const struct assignment *as = own_row(sheet, STR_NONE, &c->item[i]);
        if (as)
            v->items.p[v->items.n++] = (struct view_assign_items){c->item[i].code,
                c->item[i].text, section_of(sheet, as->section), as->due};
    }
    return OK;
}

static err assign_read(struct req *rq)
{
    struct survey s;
    struct sheet sheet;
    struct view_assign *v = ARENA_NEW(rq->a, struct view_assign);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s.id, scope_body(rq->who.scope), &sheet));
    *v = (struct view_assign){.id = s.id.v,
        .title = s.title,
        .deadline = s.shown_deadline,
        .what = req_is_redraw(rq) ? req_typed(rq, "what", STR_NONE) : req_query(rq, "what"),
        .what_error = req_error_of(rq, "what"),
        .due = req_typed(rq, "due", STR_NONE),
        .due_error = req_error_of(rq, "due"),
        .section_error = req_error_of(rq, "section"),
        .errors = req_has_errors(rq)};
    TRY(section_options(rq, &sheet, v));
    TRY(assigned_rows(rq, &sheet, v));
    return req_show(rq, &view_assign_type, v);
}

/* ── assigning ── */

struct assign {
    str what; /* code of an area or an item */
    int64_t section; /* 0: take back */
    str due;
    jday due_day; /* by prepare */
};

static const struct web_field assign_fields[] = {
    {.name = "what", .label = "分野か項目の番号", .type = FIELD_LINE,
        .offset = offsetof(struct assign, what), .required = true, .max = 20},
    {.name = "section", .label = "課", .type = FIELD_INT,
        .offset = offsetof(struct assign, section), .least = 0, .most = INT64_MAX},
    {.name = "due", .label = "課の期限", .type = FIELD_LINE,
        .offset = offsetof(struct assign, due), .max = 40},
};
static const struct web_form assign_form = WEB_FORM(assign_fields, assign);

static err assign_prepare(struct req *rq)
{
    struct assign *f = rq->form;
    struct survey s;
    TRY(survey_of(rq, &s));
    f->due_day = DAY_NONE;
    if (f->due.n && err_is(jday_parse(f->due, &f->due_day)))
        req_error(rq, "due", S("日付を確かめてください。例）令和8年12月10日"));
    else if (f->due.n && f->due_day > s.shown_deadline)
        req_error(rq, "due", S("調査の期限と同じか、前の日にしてください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err find_target(struct req *rq, const struct sheet *sheet, const struct assign *f,
    struct assignment *as)
{
    const struct question *q = form_item(sheet->catalog, f->what);
    as->question.v = q ? q->id.v : 0;
    as->area = q ? STR_NONE : f->what;
    if (!q && survey_area_name(sheet->catalog, f->what).n == 0)
        req_error(rq, "what", S("この番号の分野や項目はありません。例）ORG、TEC-05"));
    for (size_t i = 0; i < sheet->sections.n; i++)
        if (sheet->sections.v[i].id == f->section && sheet->sections.v[i].active)
            as->section = f->section;
    if (f->section && !as->section)
        req_error(rq, "section", S("課を選んでください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err assign_write(struct tx *tx, struct req *rq)
{
    const struct assign *f = rq->form;
    struct sheet sheet;
    survey_id id;
    const struct scope *s = rq->who.scope;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_sheet_load(tx_db(tx), rq->a, s, id, scope_body(s), &sheet));
    struct assignment as = {.due = f->due_day};
    TRY(find_target(rq, &sheet, f, &as));
    TRY(survey_assign_put(tx, s, id, &as));
    struct audit_entry e = {.body = scope_body(s).v,
        .person = rq->who.person,
        .action = S("survey.assign"),
        .object = str_fmt(rq->a, "survey:%lld/%.*s", (long long)id.v, STR_F(f->what)),
        .detail = str_fmt(rq->a, "{\"section\":%lld}", (long long)as.section)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/assign?ok=saved", (long long)id.v));
}

const struct route survey_assign_routes[] = {
    {.method = GET, .path = "/surveys/{survey}/assign", .perm = &survey_p_lead,
        .read = assign_read,
        .query = QUERY({"what", "初めに選んでおく範囲。分野か項目の符号", false}), .shows = VIEWS(&view_assign_type)},
    {.method = POST, .path = "/surveys/{survey}/assign", .perm = &survey_p_lead,
        .form = &assign_form, .read = assign_read, .prepare = assign_prepare,
        .write = assign_write,
        .goes = PATHS("/surveys/{survey}/assign")},
    {.path = NULL},
};
