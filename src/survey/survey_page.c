/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of the body that answers: home, the survey, one item, the submission. */
#include "survey/survey_private.h"

#include "conflict.ht.h"
#include "home.ht.h"
#include "item.ht.h"
#include "submit.ht.h"
#include "survey.ht.h"

err survey_of(struct req *rq, struct survey *out)
{
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    return survey_get(rq->db, rq->a, id, out);
}

static bool may(const struct req *rq, const struct permission *p)
{
    return (rq->who.roles & p->roles) != 0;
}

static str year_text(struct arena *a, int fiscal_year)
{
    BUF_AUTO b = BUF(64);
    put_wareki_year(&b, fiscal_year);
    return str_dup(a, buf_view(&b));
}

static str day_text(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    put_wareki_day(&b, day);
    return str_dup(a, buf_view(&b));
}

static int64_t percent(int64_t part, int64_t n)
{
    return n > 0 ? part * 100 / n : 0;
}

static bool is_open(const struct req *rq, const struct survey *s, const struct response *r)
{
    return s->state == SURVEY_OPEN && r->state != RESPONSE_SUBMITTED &&
        rq->now < usec_of_jday_end(s->last_submission);
}

/* ── what to do next ── */

static void say_left(struct req *rq, const struct survey *s, int64_t left, struct next_step *out)
{
    str year = year_text(rq->a, s->fiscal_year), deadline = day_text(rq->a, s->shown_deadline);
    if (left > 0) {
        out->text = str_fmt(rq->a, "%.*sの調査は、あと %lld 項目の回答か確認で提出できます。"
                                   "期限は%.*sです。",
            STR_F(year), (long long)left, STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld?show=todo", (long long)s->id.v);
        out->label = S("対応が必要な項目を開く");
    } else {
        out->text = str_fmt(rq->a, "%.*sの調査は、必須の項目がそろいました。期限は%.*sです。",
            STR_F(year), STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
        out->label = S("内容を確かめて提出する");
    }
}

static err own_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct response r;
    struct progress p;
    err e = survey_response_get(rq->db, rq->who.scope, s->id, scope_body(rq->who.scope), &r);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (is_open(rq, s, &r)) {
        TRY(survey_progress_get(rq->db, rq->a, rq->who.scope, r.id, &p));
        say_left(rq, s, p.needed - p.needed_done, out);
    } else if (r.state == RESPONSE_SUBMITTED) {
        out->text = str_fmt(rq->a, "%.*sの調査は提出済みです。今、することはありません。",
            STR_F(year_text(rq->a, s->fiscal_year)));
    }
    return OK;
}

static err office_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    int64_t submitted, bodies;
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, 0, 0, &submitted, &bodies));
    out->text = str_fmt(rq->a, "%.*sの調査は、%lld 団体のうち %lld 団体がまだ提出していません。",
        STR_F(year_text(rq->a, s->fiscal_year)), (long long)bodies,
        (long long)(bodies - submitted));
    out->href = str_fmt(rq->a, "/surveys/%lld/board", (long long)s->id.v);
    out->label = S("団体ごとの状況を見る");
    return OK;
}

err survey_next_step(struct req *rq, struct next_step *out)
{
    struct survey s;
    err e = survey_current(rq->db, rq->a, &s);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (may(rq, &survey_p_board))
        return office_next(rq, &s, out);
    return may(rq, &survey_p_answer) ? own_next(rq, &s, out) : OK;
}

/* ── home ── */

static err home_own(struct req *rq, const struct survey *s, struct view_home *v)
{
    struct response r;
    struct progress p;
    err e = survey_response_get(rq->db, rq->who.scope, s->id, scope_body(rq->who.scope), &r);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    TRY(survey_progress_get(rq->db, rq->a, rq->who.scope, r.id, &p));
    v->own.p[v->own.n++] = (struct view_home_own){.id = s->id.v,
        .title = s->title,
        .as_of = s->as_of,
        .deadline = s->shown_deadline,
        .state_key = survey_response_state_key(r.state),
        .state_name = survey_response_state_name(r.state),
        .done = p.done,
        .total = p.total,
        .percent = percent(p.done, p.total),
        .needed_left = p.needed - p.needed_done,
        .open = is_open(rq, s, &r),
        .submitted_at = r.submitted_at};
    return OK;
}

static err home_office(struct req *rq, const struct survey *s, struct view_home *v)
{
    int64_t submitted, bodies;
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, 0, 0, &submitted, &bodies));
    v->offices.p[v->offices.n++] = (struct view_home_offices){.id = s->id.v,
        .title = s->title,
        .submitted = submitted,
        .bodies = bodies,
        .percent = percent(submitted, bodies),
        .board = may(rq, &survey_p_board),
        .totals = may(rq, &survey_p_totals)};
    return OK;
}

static err home_read(struct req *rq)
{
    struct survey_list surveys;
    struct view_home *v = ARENA_NEW(rq->a, struct view_home);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_all(rq->db, rq->a, &surveys));
    v->org = rq->who.org_name;
    v->own.p = ARENA_ARRAY(rq->a, struct view_home_own, surveys.n);
    v->offices.p = ARENA_ARRAY(rq->a, struct view_home_offices, surveys.n);
    if (!v->own.p || !v->offices.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < surveys.n; i++) {
        if (may(rq, &survey_p_answer))
            TRY(home_own(rq, &surveys.v[i], v));
        if (may(rq, &survey_p_board))
            TRY(home_office(rq, &surveys.v[i], v));
    }
    return req_show(rq, &view_home_type, v);
}

static err current_read(struct req *rq)
{
    struct survey s;
    err e = survey_current(rq->db, rq->a, &s);
    if (e.code == ERR_NOTFOUND)
        return req_go(rq, S("/"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld", (long long)s.id.v));
}

/* ── the survey ── */

struct survey_filter {
    str show, q;
};

static bool item_is_shown(const struct item *it, const struct survey_filter *f)
{
    if (str_eq(f->show, S("todo")) && !survey_item_is_todo(it))
        return false;
    if (str_eq(f->show, S("essential")) && !it->q->essential)
        return false;
    return f->q.n == 0 || str_has(it->q->text, f->q) || str_has(it->q->code, f->q) ||
        str_has(it->q->why, f->q);
}

static void item_row(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_survey_areas_items *row)
{
    str value = survey_item_value(it);
    *row = (struct view_survey_areas_items){.code = it->q->code,
        .question = it->q->text,
        .answer = form_answer_text(rq->a, it->q, value),
        .state_key = survey_item_state_key(it->state),
        .state_name = survey_item_state_name(it->state),
        .todo = survey_item_is_todo(it),
        .essential = it->q->essential,
        .pending = it->q->pending,
        .may_confirm = survey_item_may_confirm(it),
        .reworded = it->reworded,
        .fresh = sheet->survey.previous.v && !it->last.id && it->state == ITEM_MISSING};
}

static err area_row(struct req *rq, const struct sheet *sheet, const struct area *area,
    const struct progress *p, const struct survey_filter *f, struct view_survey_areas *row)
{
    size_t n = sheet->catalog->n_items;
    *row = (struct view_survey_areas){.code = area->code, .name = area->name};
    row->items.p = ARENA_ARRAY(rq->a, struct view_survey_areas_items, n);
    if (!row->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const struct item *it = &sheet->item[i];
        if (!str_eq(it->q->area, area->code))
            continue;
        row->confirmable += survey_item_may_confirm(it);
        if (item_is_shown(it, f))
            item_row(rq, sheet, it, &row->items.p[row->items.n++]);
    }
    for (size_t i = 0; i < p->n; i++) {
        if (str_eq(p->area[i].area, area->code)) {
            row->done = p->area[i].done;
            row->total = p->area[i].total;
        }
    }
    return OK;
}

static struct view_survey *survey_view(
    struct req *rq, const struct sheet *sheet, const struct progress *p)
{
    struct view_survey *v = ARENA_NEW(rq->a, struct view_survey);
    if (!v)
        return NULL;
    bool own = scope_body(rq->who.scope).v == sheet->body.id.v;
    *v = (struct view_survey){.id = sheet->survey.id.v,
        .title = sheet->survey.title,
        .body = sheet->body.name,
        .code6 = sheet->body.code6,
        .own = own,
        .editable = own && may(rq, &survey_p_answer) &&
            is_open(rq, &sheet->survey, &sheet->response),
        .state_key = survey_response_state_key(sheet->response.state),
        .state_name = survey_response_state_name(sheet->response.state),
        .as_of = sheet->survey.as_of,
        .deadline = sheet->survey.shown_deadline,
        .submitted_at = sheet->response.submitted_at,
        .done = p->done,
        .total = p->total,
        .percent = percent(p->done, p->total),
        .needed_left = p->needed - p->needed_done,
        .show = req_query(rq, "show"),
        .q = req_query(rq, "q")};
    return v;
}

static err show_survey(struct req *rq, survey_id id, body_id body)
{
    struct sheet sheet;
    struct progress p;
    TRY(survey_sheet_load(rq->db, rq->a, rq->who.scope, id, body, &sheet));
    TRY(survey_progress_get(rq->db, rq->a, rq->who.scope, sheet.response.id, &p));
    struct view_survey *v = survey_view(rq, &sheet, &p);
    if (!v)
        return ERR(NOMEM);
    struct survey_filter f = {v->show, v->q};
    v->areas.p = ARENA_ARRAY(rq->a, struct view_survey_areas, sheet.catalog->n_areas);
    if (!v->areas.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < sheet.catalog->n_areas; i++) {
        struct view_survey_areas *row = &v->areas.p[v->areas.n];
        TRY(area_row(rq, &sheet, &sheet.catalog->area[i], &p, &f, row));
        v->shown += (int64_t)row->items.n;
        v->areas.n += row->items.n > 0;
    }
    return req_show(rq, &view_survey_type, v);
}

static err survey_read(struct req *rq)
{
    struct survey s;
    TRY(survey_of(rq, &s));
    return show_survey(rq, s.id, scope_body(rq->who.scope));
}

/* What another body submitted: the same page, without its forms. */
static err board_body_read(struct req *rq)
{
    struct survey s;
    body_id body;
    TRY(survey_of(rq, &s));
    TRY(req_param_i64(rq, "body", &body.v));
    return show_survey(rq, s.id, body);
}

/* ── one item ── */

static str item_field_type(enum answer_type t)
{
    static const str names[] = {
        [ANSWER_STATUS] = S("option"),
        [ANSWER_CHOICE] = S("option"),
        [ANSWER_MULTI] = S("multi"),
        [ANSWER_NUMBER] = S("number"),
        [ANSWER_PERCENT] = S("number"),
        [ANSWER_DATE] = S("date"),
        [ANSWER_URL] = S("url"),
        [ANSWER_TEXT] = S("text"),
    };
    return names[t];
}

static bool is_chosen(const struct question *q, str value, str option)
{
    int64_t n;
    if (q->type == ANSWER_STATUS)
        return str_eq(value, option);
    return !err_is(parse_i64(option, 1, FORM_OPTIONS, &n)) &&
        form_answer_has_option(value, (size_t)n);
}

static err item_options(struct req *rq, const struct question *q, str value, struct view_item *v)
{
    static const str statuses[] = {S("done"), S("partial"), S("none"), S("na")};
    v->options.p = ARENA_ARRAY(rq->a, struct view_item_options, FORM_OPTIONS + 4);
    if (!v->options.p)
        return ERR(NOMEM);
    for (size_t i = 0; q->type == ANSWER_STATUS && i < (q->allow_na ? 4u : 3u); i++)
        v->options.p[v->options.n++] =
            (struct view_item_options){statuses[i], form_status_name(statuses[i]), false};
    for (size_t i = 0; i < q->n_options; i++)
        v->options.p[v->options.n++] =
            (struct view_item_options){str_fmt(rq->a, "%zu", i + 1), q->option[i], false};
    for (size_t i = 0; i < v->options.n; i++)
        v->options.p[i].chosen = is_chosen(q, value, v->options.p[i].value);
    return OK;
}

/* The field shows what was typed after a refusal, else the answer in force or carried over. */
static err item_field(struct req *rq, const struct item *it, struct view_item *v)
{
    str value = survey_item_value(it);
    struct strs typed = req_typed_list(rq, "value");
    if (req_is_redraw(rq))
        value = typed.n ? typed.v[0] : STR_NONE;
    v->value = value;
    if (it->q->type == ANSWER_DATE && req_is_redraw(rq)) {
        v->year = typed.n > 0 ? typed.v[0] : STR_NONE;
        v->month = typed.n > 1 ? typed.v[1] : STR_NONE;
        v->date = typed.n > 2 ? typed.v[2] : STR_NONE;
    } else if (it->q->type == ANSWER_DATE && value.n == 10) {
        v->year = str_sub(value, 0, 4);
        v->month = str_sub(value, 5, 2);
        v->date = str_sub(value, 8, 2);
    }
    return item_options(rq, it->q, value, v);
}

static err item_past(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    struct past_list past;
    TRY(survey_past(rq->db, rq->a, rq->who.scope, sheet, it->q, &past));
    v->past.p = ARENA_ARRAY(rq->a, struct view_item_past, past.n);
    if (!v->past.p)
        return ERR(NOMEM);
    for (; v->past.n < past.n; v->past.n++)
        v->past.p[v->past.n] = (struct view_item_past){
            year_text(rq->a, past.v[v->past.n].fiscal_year), past.v[v->past.n].value,
            past.v[v->past.n].basis};
    return OK;
}

static err item_rate(struct req *rq, const struct question *q, struct view_item *v)
{
    struct rate rate;
    TRY(form_rate_get(rq->db, rq->a, q->id, STR_NONE, &rate));
    v->has_rate = rate.known;
    v->rate = rate.bp;
    v->rate_as_of = rate.as_of;
    v->rate_item = rate.measured_item;
    v->rate_source = rate.source;
    return OK;
}

static str area_name(const struct catalog *c, str code)
{
    for (size_t i = 0; i < c->n_areas; i++)
        if (str_eq(c->area[i].code, code))
            return c->area[i].name;
    return STR_NONE;
}

static void item_head(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    const struct catalog *c = sheet->catalog;
    size_t i = (size_t)(it - sheet->item);
    *v = (struct view_item){.id = sheet->survey.id.v,
        .survey = sheet->survey.title,
        .code = it->q->code,
        .area = area_name(c, it->q->area),
        .subarea = it->q->subarea,
        .question = it->q->text,
        .why = it->q->why,
        .shared_with = it->q->shared_with,
        .essential = it->q->essential,
        .pending = it->q->pending,
        .reworded = it->reworded,
        .editable = may(rq, &survey_p_answer) && is_open(rq, &sheet->survey, &sheet->response),
        .state_key = survey_item_state_key(it->state),
        .state_name = survey_item_state_name(it->state),
        .answer = form_answer_text(rq->a, it->q, survey_item_value(it)),
        .type = item_field_type(it->q->type),
        .unit = it->q->unit,
        .seen = it->now.id,
        .error = req_error_of(rq, "value"),
        .may_confirm = survey_item_may_confirm(it),
        .last_answer = form_answer_text(rq->a, it->q, it->last.value),
        .answered = it->now.id != 0,
        .answered_at = it->now.at,
        .before = i > 0 ? c->item[i - 1].code : STR_NONE,
        .after = i + 1 < c->n_items ? c->item[i + 1].code : STR_NONE};
}

static err load_item(struct req *rq, struct sheet *sheet, const struct item **out)
{
    struct survey s;
    TRY(survey_of(rq, &s));
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s.id, scope_body(rq->who.scope), sheet));
    const struct question *q = form_item(sheet->catalog, req_param(rq, "code"));
    if (!q)
        return ERR(NOTFOUND);
    *out = &sheet->item[q - sheet->catalog->item];
    return OK;
}

static err item_read(struct req *rq)
{
    struct sheet sheet;
    const struct item *it;
    TRY(load_item(rq, &sheet, &it));
    struct view_item *v = ARENA_NEW(rq->a, struct view_item);
    if (!v)
        return ERR(NOMEM);
    item_head(rq, &sheet, it, v);
    if (it->now.id)
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){it->now.person}, &v->answered_by));
    TRY(item_field(rq, it, v));
    TRY(item_past(rq, &sheet, it, v));
    TRY(item_rate(rq, it->q, v));
    return req_show(rq, &view_item_type, v);
}

/* ── saving ── */

struct answer {
    struct strs value;
    int64_t seen;
    str parsed; /* by prepare */
    const struct question *q;
    survey_id survey;
};

static const struct web_field answer_fields[] = {
    {.name = "value", .label = "回答", .type = FIELD_LINES,
        .offset = offsetof(struct answer, value), .max = FORM_OPTIONS},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct answer, seen),
        .least = 0, .most = INT64_MAX},
};
static const struct web_form answer_form = WEB_FORM(answer_fields, answer);

static err item_prepare(struct req *rq)
{
    struct answer *f = rq->form;
    struct survey s;
    const struct catalog *c;
    str why;
    TRY(survey_of(rq, &s));
    TRY(form_catalog_get(rq->db, s.catalog, &c));
    f->survey = s.id;
    const struct question *q = form_item(c, req_param(rq, "code"));
    if (!q)
        return ERR(NOTFOUND);
    /* The catalogue belongs to this connection; the writer has its own. */
    struct question *copy = ARENA_NEW(rq->a, struct question);
    if (!copy)
        return ERR(NOMEM);
    *copy = *q;
    f->q = copy;
    err e = form_answer_parse(rq->a, q, &f->value, &f->parsed, &why);
    if (e.code == ERR_INVALID)
        req_error(rq, "value", why);
    return e;
}

static struct writing writing_of(struct tx *tx, struct req *rq)
{
    return (struct writing){tx, rq->a, rq->who.scope, rq->who.person};
}

static err show_conflict(struct tx *tx, struct req *rq, const struct fact *newest)
{
    const struct answer *f = rq->form;
    struct view_conflict *v = ARENA_NEW(rq->a, struct view_conflict);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_conflict){.id = f->survey.v,
        .code = f->q->code,
        .question = f->q->text,
        .mine = form_answer_text(rq->a, f->q, f->parsed),
        .mine_value = f->parsed,
        .theirs = form_answer_text(rq->a, f->q, newest->value),
        .theirs_value = newest->value,
        .theirs_at = newest->at,
        .seen = newest->id};
    TRY(org_person_name(tx_db(tx), rq->a, rq->who.scope, (person_id){newest->person},
        &v->theirs_by));
    TRY(req_show(rq, &view_conflict_type, v));
    return ERR(STALE);
}

static err item_write(struct tx *tx, struct req *rq)
{
    const struct answer *f = rq->form;
    struct writing w = writing_of(tx, rq);
    struct fact newest;
    err e = survey_write_answer(&w, f->survey, f->q->code, f->parsed, f->seen, &newest);
    if (e.code == ERR_STALE)
        return show_conflict(tx, rq, &newest);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("提出済みか、期限を過ぎているため、回答を変更できません。"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s?ok=saved",
                          (long long)f->survey.v, STR_F(f->q->code)));
}

static err confirm(struct tx *tx, struct req *rq, str code, str area)
{
    struct writing w = writing_of(tx, rq);
    survey_id id;
    int n;
    TRY(req_param_i64(rq, "survey", &id.v));
    err e = survey_write_confirm(&w, id, code, area, &n);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("提出済みか、期限を過ぎているため、回答を変更できません。"));
    TRY(e);
    return req_go(rq, code.n ? str_fmt(rq->a, "/surveys/%lld?ok=confirmed#item-%.*s",
                                   (long long)id.v, STR_F(code))
                             : str_fmt(rq->a, "/surveys/%lld?ok=confirmed#area-%.*s",
                                   (long long)id.v, STR_F(area)));
}

static err item_confirm_write(struct tx *tx, struct req *rq)
{
    return confirm(tx, rq, req_param(rq, "code"), STR_NONE);
}

static err area_confirm_write(struct tx *tx, struct req *rq)
{
    return confirm(tx, rq, STR_NONE, req_param(rq, "area"));
}

/* ── submission ── */

static void count_item(struct req *rq, const struct item *it, struct view_submit *v)
{
    switch (it->state) {
    case ITEM_DECLARED:
        v->declared++;
        break;
    case ITEM_CONFIRMED:
        v->confirmed++;
        break;
    case ITEM_CARRIED:
        v->carried++;
        break;
    case ITEM_MISSING:
    case ITEM_REASK:
        v->blank++;
        break;
    }
    if (survey_item_blocks(it))
        v->missing.p[v->missing.n++] = (struct view_submit_missing){it->q->code, it->q->text};
    if (it->state == ITEM_DECLARED && it->last.id && !str_eq(it->last.value, it->now.value))
        v->changes.p[v->changes.n++] = (struct view_submit_changes){it->q->code, it->q->text,
            form_answer_text(rq->a, it->q, it->last.value),
            form_answer_text(rq->a, it->q, it->now.value)};
}

static err submit_read(struct req *rq)
{
    struct survey s;
    struct sheet sheet;
    struct view_submit *v = ARENA_NEW(rq->a, struct view_submit);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s.id, scope_body(rq->who.scope), &sheet));
    size_t n = sheet.catalog->n_items;
    *v = (struct view_submit){.id = s.id.v,
        .title = s.title,
        .body = sheet.body.name,
        .editable = is_open(rq, &s, &sheet.response),
        .submitted = sheet.response.state == RESPONSE_SUBMITTED,
        .deadline = s.shown_deadline};
    v->missing.p = ARENA_ARRAY(rq->a, struct view_submit_missing, n);
    v->changes.p = ARENA_ARRAY(rq->a, struct view_submit_changes, n);
    if (!v->missing.p || !v->changes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        count_item(rq, &sheet.item[i], v);
    return req_show(rq, &view_submit_type, v);
}

static void name_missing(struct req *rq, const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->catalog->n_items; i++)
        if (survey_item_blocks(&sheet->item[i]))
            req_error(rq, str_z(rq->a, sheet->item[i].q->code),
                S("回答か確認が必要です。"));
}

static err submit_write(struct tx *tx, struct req *rq)
{
    struct writing w = writing_of(tx, rq);
    struct sheet sheet;
    survey_id id;
    int missing;
    TRY(req_param_i64(rq, "survey", &id.v));
    err e = survey_write_submit(&w, id, &sheet, &missing);
    if (e.code == ERR_INVALID)
        name_missing(rq, &sheet);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("すでに提出済みか、期限を過ぎています。"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld?ok=submitted", (long long)id.v));
}

const struct route survey_routes[] = {
    {.method = GET, .path = "/", .read = home_read},
    {.method = GET, .path = "/surveys", .perm = &survey_p_answer, .read = current_read},
    {.method = GET, .path = "/surveys/{survey}", .perm = &survey_p_answer, .read = survey_read},
    {.method = GET, .path = "/surveys/{survey}/items/{code}", .perm = &survey_p_answer,
        .read = item_read},
    {.method = POST, .path = "/surveys/{survey}/items/{code}", .perm = &survey_p_answer,
        .form = &answer_form, .read = item_read, .prepare = item_prepare, .write = item_write},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/confirm", .perm = &survey_p_answer,
        .write = item_confirm_write},
    {.method = POST, .path = "/surveys/{survey}/areas/{area}/confirm", .perm = &survey_p_answer,
        .write = area_confirm_write},
    {.method = GET, .path = "/surveys/{survey}/submit", .perm = &survey_p_answer,
        .read = submit_read},
    {.method = POST, .path = "/surveys/{survey}/submit", .perm = &survey_p_answer,
        .read = submit_read, .write = submit_write},
    {.method = GET, .path = "/surveys/{survey}/board/{body}", .perm = &survey_p_board,
        .read = board_body_read},
    {.path = NULL},
};
