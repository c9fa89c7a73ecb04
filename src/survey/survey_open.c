/* SPDX-License-Identifier: Apache-2.0 */
/* The national office opens a survey from the newest catalogue, and closes it. */
#include "survey/survey_draft.h"

#include "open.ht.h"

const struct permission survey_p_open = {"survey.open", ROLE_NATION};

struct opening {
    str title;
    int64_t fiscal_year;
    str as_of, shown_deadline, last_submission, last_correction;
    struct new_survey survey; /* by prepare */
};

#define DAY_FIELD(name_, label_)                                                                 \
    {.name = #name_, .label = label_, .type = FIELD_LINE,                                        \
        .offset = offsetof(struct opening, name_), .required = true, .max = 40}

static const struct web_field opening_fields[] = {
    {.name = "title", .label = "調査の名前", .type = FIELD_LINE,
        .offset = offsetof(struct opening, title), .required = true, .max = 100},
    {.name = "fiscal_year", .label = "年度", .type = FIELD_INT,
        .offset = offsetof(struct opening, fiscal_year), .required = true, .least = 2020,
        .most = 2100},
    DAY_FIELD(as_of, "基準日"),
    DAY_FIELD(shown_deadline, "団体に示す期限"),
    DAY_FIELD(last_submission, "提出を受け付ける最後の日"),
    DAY_FIELD(last_correction, "訂正を受け付ける最後の日"),
};
const struct web_form survey_opening_form = WEB_FORM(opening_fields, opening);

/* ── the page ── */

static void typed_fields(struct req *rq, struct view_open *v)
{
    int year = fiscal_year(jday_of_usec(rq->now));
    str name = str_fmt(rq->a, "%.*s 情報セキュリティ対策 フォローアップ調査",
        STR_F(survey_year_text(rq->a, year)));
    v->title = req_typed(rq, "title", name);
    v->fiscal_year = req_typed(rq, "fiscal_year", str_fmt(rq->a, "%d", year));
    v->as_of = req_typed(rq, "as_of", STR_NONE);
    v->shown_deadline = req_typed(rq, "shown_deadline", STR_NONE);
    v->last_submission = req_typed(rq, "last_submission", STR_NONE);
    v->last_correction = req_typed(rq, "last_correction", STR_NONE);
    v->title_error = req_error_of(rq, "title");
    v->fiscal_year_error = req_error_of(rq, "fiscal_year");
    v->as_of_error = req_error_of(rq, "as_of");
    v->shown_deadline_error = req_error_of(rq, "shown_deadline");
    v->last_submission_error = req_error_of(rq, "last_submission");
    v->last_correction_error = req_error_of(rq, "last_correction");
    v->errors = req_has_errors(rq);
}

static err list_surveys(struct req *rq, struct view_open *v)
{
    struct survey_list all;
    TRY(survey_all(rq->db, rq->a, &all));
    v->surveys.p = ARENA_ARRAY(rq->a, struct view_open_surveys, all.n);
    if (!v->surveys.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->surveys.p[v->surveys.n++] = (struct view_open_surveys){all.v[i].id.v, all.v[i].title,
            all.v[i].state == SURVEY_OPEN, all.v[i].last_submission};
    return OK;
}

err survey_open_read(struct req *rq)
{
    catalog_id id;
    const struct catalog *c;
    struct body_list bodies;
    struct view_open *v = ARENA_NEW(rq->a, struct view_open);
    if (!v)
        return ERR(NOMEM);
    TRY(form_catalog_newest(rq->db, str_of(form_catalog_code), &id));
    TRY(form_catalog_get(rq->db, id, &c));
    TRY(org_body_all(rq->db, rq->a, rq->who.scope, &bodies));
    v->catalog = c->title;
    v->items = (int64_t)c->n_items;
    for (size_t i = 0; i < c->n_items; i++)
        v->needed += c->item[i].essential && form_counts(&c->item[i]);
    v->bodies = (int64_t)bodies.n;
    TRY(list_surveys(rq, v));
    typed_fields(rq, v);
    return req_show(rq, &view_open_type, v);
}

/* ── opening ── */

void survey_day_read(struct req *rq, const char *field, str typed, jday *out)
{
    if (typed.n && err_is(jday_parse(typed, out)))
        req_error(rq, field, S("日付を確かめてください。例）令和8年10月31日"));
}

static void check_order(struct req *rq, const struct new_survey *n)
{
    jday today = jday_of_usec(rq->now);
    if (n->shown_deadline < today)
        req_error(rq, "shown_deadline", S("今日より後の日にしてください。"));
    if (n->last_submission < n->shown_deadline)
        req_error(rq, "last_submission", S("団体に示す期限と同じか、後の日にしてください。"));
    if (n->last_correction < n->last_submission)
        req_error(rq, "last_correction", S("提出を受け付ける最後の日と同じか、後の日にしてください。"));
}

err survey_open_prepare(struct req *rq)
{
    struct opening *f = rq->form;
    struct new_survey *n = &f->survey;
    struct survey_list all;
    n->title = f->title;
    n->fiscal_year = (int)f->fiscal_year;
    survey_day_read(rq, "as_of", f->as_of, &n->as_of);
    survey_day_read(rq, "shown_deadline", f->shown_deadline, &n->shown_deadline);
    survey_day_read(rq, "last_submission", f->last_submission, &n->last_submission);
    survey_day_read(rq, "last_correction", f->last_correction, &n->last_correction);
    if (!req_has_errors(rq))
        check_order(rq, n);
    TRY(form_catalog_newest(rq->db, str_of(form_catalog_code), &n->catalog));
    TRY(survey_all(rq->db, rq->a, &all));
    for (size_t i = 0; i < all.n; i++) {
        if (!str_eq(all.v[i].catalog_code, str_of(form_catalog_code)))
            continue; /* a composed survey: another line of questions */
        if (n->previous.v == 0)
            n->previous = all.v[i].id; /* the newest: its answers are carried over */
        if (all.v[i].fiscal_year == n->fiscal_year && all.v[i].state == SURVEY_OPEN)
            req_error(rq, "fiscal_year", S("この年度の調査は、もう始まっています。"));
    }
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

err survey_open_write(struct tx *tx, struct req *rq)
{
    const struct opening *f = rq->form;
    survey_id id;
    TRY(survey_open(tx, rq->a, rq->who.scope, &f->survey, &id));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/board?ok=opened", (long long)id.v));
}

/* ── closing, and opening again: nothing is lost by either ── */

static err move_state(struct tx *tx, struct req *rq, enum survey_state to, str action, str ok)
{
    struct survey s;
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_get(tx_db(tx), rq->a, id, &s));
    if (s.state == to) {
        req_say(rq, to == SURVEY_CLOSED ? S("この調査は、もう締め切られています。")
                                        : S("この調査は、今も受け付けています。"));
        return ERR(CONFLICT);
    }
    TRY(survey_state_set(tx, id, to));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "survey:%lld", (long long)id.v)};
    TRY(audit_append(tx, &e));
    return req_go(rq, ok);
}

err survey_close_write(struct tx *tx, struct req *rq)
{
    return move_state(tx, rq, SURVEY_CLOSED, S("survey.close"), S("/surveys/new?ok=closed"));
}

err survey_reopen_write(struct tx *tx, struct req *rq)
{
    return move_state(tx, rq, SURVEY_OPEN, S("survey.reopen"), S("/surveys/new?ok=reopened"));
}
