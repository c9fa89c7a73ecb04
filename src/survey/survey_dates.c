/* SPDX-License-Identifier: Apache-2.0 */
/* The dates of a survey that is out: the national office moves them later, and says why. */
#include "survey/survey_draft.h"

#include "survey_dates.ht.h"

struct dating {
    str shown_deadline, last_submission, last_correction, reason;
    survey_id survey; /* by prepare */
    struct date_change change;
};

#define DAY_FIELD(name_, label_)                                                                 \
    {.name = #name_, .label = label_, .type = FIELD_LINE,                                        \
        .offset = offsetof(struct dating, name_), .required = true, .max = 40}

static const struct web_field dating_fields[] = {
    DAY_FIELD(shown_deadline, "団体に示す期限"),
    DAY_FIELD(last_submission, "提出を受け付ける最後の日"),
    DAY_FIELD(last_correction, "訂正を受け付ける最後の日"),
    {.name = "reason", .label = "延ばす理由", .type = FIELD_TEXT,
        .offset = offsetof(struct dating, reason), .required = true, .max = 500},
};
const struct web_form survey_dates_form = WEB_FORM(dating_fields, dating);

static str day_text(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    put_iso_day(&b, day);
    return str_dup(a, buf_view(&b));
}

static err change_rows(struct req *rq, survey_id id, struct view_survey_dates *v)
{
    struct date_change_list all;
    TRY(survey_dates_all(rq->db, rq->a, id, &all));
    v->changes.p = ARENA_ARRAY(rq->a, struct view_survey_dates_changes, all.n);
    if (!v->changes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_survey_dates_changes *row = &v->changes.p[v->changes.n++];
        *row = (struct view_survey_dates_changes){.shown_deadline = all.v[i].shown_deadline,
            .last_submission = all.v[i].last_submission,
            .last_correction = all.v[i].last_correction,
            .reason = all.v[i].reason,
            .at = all.v[i].at};
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &row->by));
    }
    return OK;
}

err survey_dates_read(struct req *rq)
{
    struct survey s;
    struct view_survey_dates *v = ARENA_NEW(rq->a, struct view_survey_dates);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    *v = (struct view_survey_dates){.id = s.id.v,
        .title = s.title,
        .reason = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason"),
        .errors = req_has_errors(rq)};
    v->days.p = ARENA_ARRAY(rq->a, struct view_survey_dates_days, 3);
    if (!v->days.p)
        return ERR(NOMEM);
    const struct {
        const char *name;
        str label;
        jday day;
    } days[] = {{"shown_deadline", S("団体に示す期限"), s.shown_deadline},
        {"last_submission", S("提出を受け付ける最後の日"), s.last_submission},
        {"last_correction", S("訂正を受け付ける最後の日"), s.last_correction}};
    for (size_t i = 0; i < COUNT_OF(days); i++)
        v->days.p[v->days.n++] = (struct view_survey_dates_days){str_of(days[i].name),
            days[i].label, days[i].day, req_typed(rq, days[i].name, day_text(rq->a, days[i].day)),
            req_error_of(rq, days[i].name)};
    TRY(change_rows(rq, s.id, v));
    return req_show(rq, &view_survey_dates_type, v);
}

static void not_before(struct req *rq, const char *field, jday day, jday was)
{
    if (day < was)
        req_error(rq, field, S("今の日より前にはできません。期限は、延ばすことだけができます。"));
}

err survey_dates_prepare(struct req *rq)
{
    struct dating *f = rq->form;
    struct date_change *c = &f->change;
    struct survey s;
    TRY(survey_of(rq, &s));
    f->survey = s.id;
    survey_day_read(rq, "shown_deadline", f->shown_deadline, &c->shown_deadline);
    survey_day_read(rq, "last_submission", f->last_submission, &c->last_submission);
    survey_day_read(rq, "last_correction", f->last_correction, &c->last_correction);
    c->reason = f->reason;
    if (req_has_errors(rq))
        return ERR(INVALID);
    not_before(rq, "shown_deadline", c->shown_deadline, s.shown_deadline);
    not_before(rq, "last_submission", c->last_submission, s.last_submission);
    not_before(rq, "last_correction", c->last_correction, s.last_correction);
    if (c->last_submission < c->shown_deadline)
        req_error(rq, "last_submission", S("団体に示す期限と同じか、後の日にしてください。"));
    if (c->last_correction < c->last_submission)
        req_error(rq, "last_correction", S("提出を受け付ける最後の日と同じか、後の日にしてください。"));
    if (c->shown_deadline == s.shown_deadline && c->last_submission == s.last_submission &&
        c->last_correction == s.last_correction && !req_has_errors(rq))
        req_error(rq, "shown_deadline", S("どの日も変わっていません。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

err survey_dates_write(struct tx *tx, struct req *rq)
{
    const struct dating *f = rq->form;
    struct survey s;
    TRY(survey_get(tx_db(tx), rq->a, f->survey, &s));
    if (f->change.shown_deadline < s.shown_deadline ||
        f->change.last_submission < s.last_submission ||
        f->change.last_correction < s.last_correction) {
        req_say(rq, S("ほかの人が先に期限を延ばしました。開き直してください。"));
        return ERR(CONFLICT);
    }
    TRY(survey_dates_move(tx, f->survey, &f->change, rq->who.person));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("survey.dates"),
        .object = str_fmt(rq->a, "survey:%lld", (long long)f->survey.v)};
    TRY(audit_append(tx, &e));
    return req_go(
        rq, str_fmt(rq->a, "/surveys/%lld/dates?ok=extended", (long long)f->survey.v));
}
