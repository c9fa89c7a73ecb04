/* SPDX-License-Identifier: Apache-2.0 */
/* Population, 中核市 and 類似団体 of bodies: an office sends a table, looks at it, and saves it. */
#include "org/org_body.h"

#include "attributes.ht.h"
#include "core/convert.h"

enum { SHOWN = 100, ATTRIBUTE_CHARS = 200000 };

const struct permission org_p_attribute = {"org.attribute", ROLE_NATION | ROLE_SYSTEM};

struct pasting {
    str as_of, source, csv;
    bool save;
    jday day;
    struct attribute_rows rows; /* by prepare */
};
static const struct web_field fields[] = {
    {.name = "as_of", .label = "いつの数字か", .type = FIELD_LINE,
        .offset = offsetof(struct pasting, as_of), .required = true, .max = 40},
    {.name = "source", .label = "出典", .type = FIELD_LINE,
        .offset = offsetof(struct pasting, source), .required = true, .max = 200},
    {.name = "csv", .label = "表", .type = FIELD_TEXT, .offset = offsetof(struct pasting, csv),
        .max = ATTRIBUTE_CHARS},
    {.name = "save", .label = "保存する", .type = FIELD_BOOL,
        .offset = offsetof(struct pasting, save)},
};
static const struct web_form pasting_form = WEB_FORM(fields, pasting);
static const struct upload figures_upload = {"file", "ファイル", CONVERT_FILE};

static err view_problems(struct req *rq, const struct attribute_rows *rows,
    struct view_attributes *v)
{
    v->problems.p = ARENA_ARRAY(rq->a, struct view_attributes_problems, SHOWN);
    if (!v->problems.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->v[i].problem.n && v->problems.n < SHOWN)
            v->problems.p[v->problems.n++] = (struct view_attributes_problems){
                rows->v[i].line, rows->v[i].code6, rows->v[i].problem};
    v->more = (int64_t)(rows->problems - v->problems.n);
    return OK;
}

static err attributes_view(struct req *rq, struct view_attributes *v)
{
    struct attribute_list held;
    *v = (struct view_attributes){.errors = req_has_errors(rq),
        .csv_error = req_error_of(rq, "csv"),
        .source = req_typed(rq, "source", STR_NONE),
        .source_error = req_error_of(rq, "source"),
        .as_of = req_typed(rq, "as_of", STR_NONE),
        .as_of_error = req_error_of(rq, "as_of"),
        .day = DAY_NONE};
    TRY(org_attribute_all(rq->db, rq->a, rq->who.scope, jday_of_usec(rq->now), &held));
    v->held = (int64_t)held.n;
    const struct pasting *f = rq->form;
    if (!req_is_redraw(rq) || !f)
        return OK;
    v->csv = f->csv;
    return view_problems(rq, &f->rows, v);
}

static err attributes_read(struct req *rq)
{
    struct view_attributes *v = ARENA_NEW(rq->a, struct view_attributes);
    if (!v)
        return ERR(NOMEM);
    TRY(attributes_view(rq, v));
    return req_show(rq, &view_attributes_type, v);
}

/* Every code must be a local government's that exists. */
static err look_up(struct req *rq, struct pasting *f)
{
    for (size_t i = 0; i < f->rows.n; i++) {
        struct attribute_row *row = &f->rows.v[i];
        struct body b;
        if (row->problem.n)
            continue;
        err e = org_body_by_code(rq->db, rq->a, rq->who.scope, row->code6, &b);
        if (e.code == ERR_NOTFOUND || (!err_is(e) && !org_class_is_local(b.class))) {
            row->problem = S("この団体コードの地方公共団体は、今はありません。");
            f->rows.problems++;
            continue;
        }
        TRY(e);
        row->body_name = b.name;
        row->value.body = b.id;
        row->value.as_of = f->day;
        row->value.source = f->source;
        if (row->value.core_city && b.class != CLASS_CITY) {
            row->problem = S("中核市になれるのは市だけです。");
            f->rows.problems++;
        }
    }
    return OK;
}

static err attributes_prepare(struct req *rq)
{
    struct pasting *f = rq->form;
    org_form_day(rq, "as_of", f->as_of, &f->day);
    struct foreign_table t;
    TRY(req_foreign(rq, "csv", &f->csv, &t));
    if (t.n == 0 || t.problem.n)
        return ERR(INVALID);
    TRY(org_attribute_parse(rq->a, &t, &f->rows));
    TRY(look_up(rq, f));
    if (f->rows.problem.n)
        req_error(rq, "csv", f->rows.problem);
    else if (f->rows.problems)
        req_error(rq, "csv",
            str_fmt(rq->a, "%zu行に誤りがあります。", f->rows.problems));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err show_preview(struct tx *tx, struct req *rq, const struct pasting *f)
{
    struct view_attributes *v = ARENA_NEW(rq->a, struct view_attributes);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_attributes){.preview = true, .csv = f->csv, .source = f->source,
        .as_of = f->as_of, .day = f->day, .n = (int64_t)f->rows.n};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_attributes_rows, f->rows.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < f->rows.n; i++) {
        const struct attribute_row *r = &f->rows.v[i];
        int64_t pref = 0;
        if (err_is(parse_i64(str_sub(r->code6, 0, 2), 1, 99, &pref)))
            pref = 0;
        v->rows.p[v->rows.n++] = (struct view_attributes_rows){.line = r->line,
            .code6 = r->code6,
            .name = r->body_name,
            .pref = org_pref_name(tx_db(tx), rq->a, pref),
            .population = r->value.population,
            .band = org_band_name(org_band_of_population(r->value.population)),
            .core_city = r->value.core_city,
            .similar = r->value.similar};
    }
    return req_show(rq, &view_attributes_type, v);
}

static err attributes_write(struct tx *tx, struct req *rq)
{
    const struct pasting *f = rq->form;
    if (!f->save)
        return show_preview(tx, rq, f);
    for (size_t i = 0; i < f->rows.n; i++)
        TRY(org_attribute_put(tx, &f->rows.v[i].value, rq->who.person));
    TRY(org_body_audit(tx, rq, (body_id){rq->who.org}, S("org.attribute.save"),
        str_fmt(rq->a, "{\"bodies\":%zu,\"as_of\":%lld}", f->rows.n, (long long)f->day)));
    return req_go(rq, S("/bodies/attributes?ok=saved"));
}

const struct route org_attribute_routes[] = {
    {.method = GET, .path = "/bodies/attributes", .perm = &org_p_attribute,
        .read = attributes_read,
        .shows = VIEWS(&view_attributes_type)},
    {.method = POST, .path = "/bodies/attributes", .perm = &org_p_attribute,
        .flags = ROUTE_SLOW, .form = &pasting_form, .upload = &figures_upload, .read = attributes_read, .prepare = attributes_prepare,
        .write = attributes_write,
        .shows = VIEWS(&view_attributes_type), .goes = PATHS("/bodies/attributes")},
    {.path = NULL},
};
