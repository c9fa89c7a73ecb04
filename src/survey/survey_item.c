/* SPDX-License-Identifier: Apache-2.0 */
/* One item: its page, saving it, its history and comments. */
#include "survey/survey_measure.h"
#include "survey/survey_compose.h"
#include "survey/survey_page.h"
#include "survey/survey_plan.h"

#include "conflict.ht.h"
#include "item.ht.h"
#include "presence.ht.h"

/* ── the page ── */

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
    bool again = req_is_redraw(rq) && rq->route->form == &survey_answer_form;
    if (again) {
        int64_t seen; /* what the person saw; a newer answer is still one they did not see */
        value = typed.n ? typed.v[0] : STR_NONE;
        if (!err_is(parse_i64(req_typed(rq, "seen", STR_NONE), 0, INT64_MAX, &seen)))
            v->seen = seen;
    }
    v->value = value;
    if (it->q->type == ANSWER_DATE && again) {
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
            survey_year_text(rq->a, past.v[v->past.n].fiscal_year), past.v[v->past.n].value,
            past.v[v->past.n].basis};
    return OK;
}

static err item_history(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    struct fact_list all;
    TRY(form_fact_history(rq->db, rq->a, rq->who.scope, sheet->survey.id.v, sheet->body.id,
        it->q->id, &all));
    v->history.p = ARENA_ARRAY(rq->a, struct view_item_history, all.n);
    if (!v->history.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_item_history *h = &v->history.p[v->history.n++];
        *h = (struct view_item_history){.fact = all.v[i].id,
            .value = form_answer_text(rq->a, it->q, all.v[i].value),
            .basis = form_basis_name(all.v[i].basis),
            .at = all.v[i].at,
            .note = all.v[i].note,
            .current = i == 0};
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &h->by));
    }
    return OK;
}

static err item_said(struct req *rq, const struct item *it, struct view_item *v)
{
    v->disputed = it->disputed;
    v->said.p = ARENA_ARRAY(rq->a, struct view_item_said, it->n_said + 1);
    if (!v->said.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < it->n_said; i++)
        v->said.p[v->said.n++] = (struct view_item_said){
            it->said[i].who, form_answer_text(rq->a, it->q, it->said[i].value)};
    return OK;
}

static err item_comments(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    struct comment_list all;
    TRY(survey_comments(rq->db, rq->a, rq->who.scope, sheet->survey.id, it->q->id, &all));
    v->comments.p = ARENA_ARRAY(rq->a, struct view_item_comments, all.n);
    if (!v->comments.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_item_comments *c = &v->comments.p[v->comments.n++];
        *c = (struct view_item_comments){.at = all.v[i].at, .text = all.v[i].text};
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &c->by));
    }
    v->comment = req_typed(rq, "text", STR_NONE);
    v->comment_error = req_error_of(rq, "text");
    return OK;
}

/* What is planned about it: carried over the years, whichever survey the page is of. */
static err item_plan(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    struct plan_item p;
    TRY(survey_plan_get(rq->db, rq->a, rq->who.scope, it->q->id, &p));
    v->planned = p.version > 0;
    v->plan_offered = !v->planned && survey_plan_is_unmet(it) && survey_may(rq, &survey_p_lead);
    v->plan_due = p.due;
    if (!v->planned)
        return OK;
    v->plan_text = p.text;
    v->plan_owner = survey_plan_owner(rq->a, &p);
    v->plan_state = survey_plan_state_name(p.state);
    v->plan_years = survey_plan_years(&p, sheet->survey.fiscal_year);
    v->plan_carried = v->plan_years > 1;
    return OK;
}

/* After a save by a script: the fact that holds it. */
static int64_t saved_fact(const struct req *rq)
{
    int64_t fact;
    return err_is(parse_i64(req_query(rq, "fact"), 1, INT64_MAX, &fact)) ? 0 : fact;
}

static void item_head(struct req *rq, const struct sheet *sheet, const struct item *it,
    struct view_item *v)
{
    const struct catalog *c = sheet->catalog;
    size_t i = (size_t)(it - sheet->item);
    *v = (struct view_item){.id = sheet->survey.id.v,
        .survey = sheet->survey.title,
        .code = it->q->code,
        .area = survey_area_name(c, it->q->area),
        .subarea = it->q->subarea,
        .question = it->q->text,
        .why = it->q->why,
        .shared_with = it->q->shared_with,
        .essential = it->q->essential,
        .pending = it->q->pending,
        .comparable = form_counts(it->q) && survey_may(rq, &survey_p_compare),
        .reworded = it->reworded,
        .not_asked = it->state == ITEM_NOT_ASKED,
        .editable = survey_may(rq, &survey_p_answer) && it->state != ITEM_NOT_ASKED &&
            survey_is_open(rq, &sheet->survey, &sheet->response),
        .state_key = survey_item_state_key(it->state),
        .state_name = survey_item_state_name(it->state),
        .answer = form_answer_text(rq->a, it->q, survey_item_value(it)),
        .type = item_field_type(it->q->type),
        .unit = it->q->unit,
        .seen = it->now.id,
        .saved = saved_fact(rq),
        .error = req_error_of(rq, "value"),
        .may_confirm = survey_item_may_confirm(it),
        .last_answer = form_answer_text(rq->a, it->q, it->last.value),
        .answered = it->now.id != 0,
        .answered_at = it->now.at,
        .before = i > 0 ? c->item[i - 1].code : STR_NONE,
        .after = i + 1 < c->n_items ? c->item[i + 1].code : STR_NONE};
    const struct question *on = form_item_by_id(c, it->q->cond_question);
    if (on)
        v->condition = survey_condition_text(rq->a, on, it->q->cond_values);
}

/* ── who else is here ── */

enum { OTHERS = 8 };

/* A response belongs to one body (and organ), so only colleagues meet under its id. */
static str presence_key(struct req *rq, const struct response *r)
{
    return str_fmt(rq->a, "response:%lld/%.*s", (long long)r->id, STR_F(req_param(rq, "code")));
}

/* Marks the person who asks, unless it is a program, and names the others. */
static err item_presence(
    struct req *rq, const struct response *r, struct view_presence *v)
{
    struct present others[OTHERS];
    str key = presence_key(rq, r);
    v->others.p = ARENA_ARRAY(rq->a, struct view_presence_others, OTHERS);
    if (!v->others.p || !key.n)
        return ERR(NOMEM);
    if (!rq->who.bearer)
        req_presence_mark(rq, key);
    size_t n = req_presence_others(rq, key, others, OTHERS);
    for (size_t i = 0; i < n; i++) {
        struct view_presence_others *o = &v->others.p[v->others.n++];
        BUF_AUTO at = BUF(64);
        put_iso_time(&at, others[i].at);
        o->at = str_dup(rq->a, str_sub(buf_view(&at), 11, 5)); /* 14:05 */
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){others[i].person}, &o->name));
    }
    return OK;
}

static err load_item(struct req *rq, struct sheet *sheet, const struct item **out)
{
    struct survey s;
    TRY(survey_of(rq, &s));
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s.id, scope_body(rq->who.scope), sheet));
    const struct question *q = form_item(sheet->catalog, req_param(rq, "code"));
    if (!q || !survey_sheet_is_mine(sheet, rq->who.roles, q))
        return ERR(NOTFOUND);
    *out = &sheet->item[q - sheet->catalog->item];
    return OK;
}

/* Answered from memory, and only to the script of the item's page. */
err survey_presence_read(struct req *rq)
{
    struct sheet sheet;
    const struct item *it;
    struct view_presence *v = ARENA_NEW(rq->a, struct view_presence);
    if (!v)
        return ERR(NOMEM);
    TRY(load_item(rq, &sheet, &it)); /* who may open the page; and no key that anybody can choose */
    TRY(item_presence(rq, &sheet.response, v));
    rq->json = true;
    return req_show(rq, &view_presence_type, v);
}

err survey_item_read(struct req *rq)
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
    struct level level;
    TRY(form_level_get(rq->db, rq->a, it->q->id, &level));
    v->level_key = form_level_key(level.level);
    v->level_name = form_level_name(level.level);
    v->law = level.law;
    struct left left = survey_sheet_left(&sheet, rq->who.roles);
    v->left_needed = left.needed;
    v->left_optional = left.optional;
    TRY(item_field(rq, it, v));
    TRY(item_past(rq, &sheet, it, v));
    TRY(item_said(rq, it, v));
    TRY(item_history(rq, &sheet, it, v));
    TRY(item_comments(rq, &sheet, it, v));
    TRY(item_plan(rq, &sheet, it, v));
    TRY(survey_rate_view(rq, it->q, &v->rate));
    TRY(survey_files_view(rq, &sheet, it->q, v->editable, &v->files));
    TRY(item_presence(rq, &sheet.response, &v->presence));
    TRY(survey_measure_view(rq, &sheet, it, &v->measure));
    return req_show(rq, &view_item_type, v);
}

/* ── saving ── */

struct answer {
    struct strs value;
    int64_t seen;
    str then; /* "next": not back to the item, but on to the next one that waits */
    str parsed; /* by prepare */
    const struct question *q;
    survey_id survey;
};

static const struct web_field answer_fields[] = {
    {.name = "value", .label = "回答", .type = FIELD_LINES,
        .offset = offsetof(struct answer, value), .max = FORM_OPTIONS},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct answer, seen),
        .least = 0, .most = INT64_MAX},
    {.name = "then", .label = "保存の後", .type = FIELD_LINE,
        .offset = offsetof(struct answer, then)},
};
const struct web_form survey_answer_form = WEB_FORM(answer_fields, answer);

err survey_item_prepare(struct req *rq)
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

err survey_item_words(struct req *rq, str *what, str *text)
{
    struct survey s;
    const struct catalog *c;
    str parsed, why;
    TRY(survey_of(rq, &s));
    TRY(form_catalog_get(rq->db, s.catalog, &c));
    const struct question *q = form_item(c, req_param(rq, "code"));
    if (!q)
        return ERR(NOTFOUND);
    struct strs typed = req_typed_list(rq, "value");
    *what = str_fmt(rq->a, "%.*s %.*s", STR_F(q->code), STR_F(q->text));
    if (!err_is(form_answer_parse(rq->a, q, &typed, &parsed, &why))) {
        *text = form_answer_text(rq->a, q, parsed);
        return OK;
    }
    *text = STR_NONE; /* not an answer yet: as it was typed */
    for (size_t i = 0; i < typed.n; i++)
        *text = str_fmt(rq->a, "%.*s%s%.*s", STR_F(*text), i ? " " : "", STR_F(typed.v[i]));
    return OK;
}

static err go_to_item(struct req *rq, survey_id id, str code, const char *tail)
{
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s%s", (long long)id.v,
                          STR_F(code), tail));
}

/* Two values and a choice. mine: the survey, and what this person wanted. */
static err show_conflict(struct tx *tx, struct req *rq, const struct question *q,
    const struct fact *newest, struct view_conflict mine)
{
    struct view_conflict *v = ARENA_NEW(rq->a, struct view_conflict);
    if (!v)
        return ERR(NOMEM);
    *v = mine;
    /* q may be of the writer's catalogue; the page is made on another thread. */
    v->code = str_dup(rq->a, q->code);
    v->question = str_dup(rq->a, q->text);
    v->mine = str_dup(rq->a, form_answer_text(rq->a, q, mine.mine_value));
    v->theirs = str_dup(rq->a, form_answer_text(rq->a, q, newest->value));
    v->theirs_value = newest->value;
    v->theirs_at = newest->at;
    v->seen = newest->id;
    TRY(org_person_name(tx_db(tx), rq->a, rq->who.scope, (person_id){newest->person},
        &v->theirs_by));
    TRY(req_show(rq, &view_conflict_type, v));
    return ERR(STALE);
}

err survey_item_write(struct tx *tx, struct req *rq)
{
    const struct answer *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    struct fact newest;
    err e = survey_write_answer(&w, f->survey, f->q->code, f->parsed, f->seen, &newest);
    if (e.code == ERR_STALE)
        return show_conflict(tx, rq, f->q, &newest,
            (struct view_conflict){.id = f->survey.v, .mine_value = f->parsed});
    TRY(survey_say_closed(rq, e));
    if (!rq->json && str_eq(f->then, S("next")))
        return survey_go_on(tx, rq, f->survey, f->q->code, "saved");
    if (!rq->json)
        return go_to_item(rq, f->survey, f->q->code, "?ok=saved");
    /* The page is read after the commit, when a colleague may have saved again: saved tells which
     * answer was this one, so that a script does not take for seen what nobody looked at. */
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s?fact=%lld", (long long)f->survey.v,
                          STR_F(f->q->code), (long long)newest.id));
}

/* ── an earlier answer ── */

struct restore {
    int64_t fact, seen;
};

static const struct web_field restore_fields[] = {
    {.name = "fact", .label = "戻す回答", .type = FIELD_INT,
        .offset = offsetof(struct restore, fact), .required = true, .least = 1,
        .most = INT64_MAX},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct restore, seen),
        .least = 0, .most = INT64_MAX},
};
const struct web_form survey_restore_form = WEB_FORM(restore_fields, restore);

err survey_item_restore_write(struct tx *tx, struct req *rq)
{
    const struct restore *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    struct restored r;
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    str code = req_param(rq, "code");
    err e = survey_write_restore(&w, id, code, f->fact, f->seen, &r);
    if (e.code == ERR_STALE)
        return show_conflict(tx, rq, r.question, &r.newest,
            (struct view_conflict){.id = id.v, .fact = f->fact, .mine_value = r.value});
    TRY(survey_say_closed(rq, e));
    return go_to_item(rq, id, code, "?ok=saved");
}

/* ── comments ── */

struct remark {
    str text;
};

static const struct web_field remark_fields[] = {
    {.name = "text", .label = "連絡", .type = FIELD_TEXT, .offset = offsetof(struct remark, text),
        .required = true, .max = 1000},
};
const struct web_form survey_remark_form = WEB_FORM(remark_fields, remark);

err survey_item_comment_write(struct tx *tx, struct req *rq)
{
    const struct remark *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    str code = req_param(rq, "code");
    TRY(survey_write_comment(&w, id, code, f->text));
    return go_to_item(rq, id, code, "?ok=saved#comments");
}
