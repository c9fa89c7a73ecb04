/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of the register, drawn from tables of fields, and what their handlers share. */
#include "org/org_body.h"

#include "asked.ht.h"

static err choices_of(struct req *rq, const struct asked *q, struct view_asked_fields *f)
{
    str chosen = req_typed(rq, q->name, q->value);
    f->options.p = ARENA_ARRAY(rq->a, struct view_asked_fields_options, q->n_words);
    if (!f->options.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < q->n_words; i++)
        f->options.p[f->options.n++] = (struct view_asked_fields_options){
            q->words[i].key, q->words[i].name, str_eq(q->words[i].key, chosen)};
    return OK;
}

err org_form_show(struct req *rq, const struct asked_form *form)
{
    struct view_asked *v = ARENA_NEW(rq->a, struct view_asked);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_asked){.title = form->title,
        .lead = form->lead,
        .back = form->back,
        .back_name = form->back_name,
        .action = form->action,
        .button = form->button,
        .errors = req_has_errors(rq)};
    v->fields.p = ARENA_ARRAY(rq->a, struct view_asked_fields, form->n);
    if (!v->fields.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < form->n; i++) {
        const struct asked *q = &form->field[i];
        struct view_asked_fields *f = &v->fields.p[v->fields.n++];
        *f = (struct view_asked_fields){.name = str_of(q->name),
            .label = str_of(q->label),
            .support = str_of(q->support),
            .value = req_typed(rq, q->name, q->value),
            .error = req_error_of(rq, q->name),
            .required = q->required,
            .area = q->kind == ASKED_AREA,
            .choice = q->kind == ASKED_CHOICE};
        if (f->choice)
            TRY(choices_of(rq, q, f));
    }
    return req_show(rq, &view_asked_type, v);
}

void org_form_day(struct req *rq, const char *field, str typed, jday *out)
{
    *out = DAY_NONE;
    if (typed.n == 0)
        return; /* the form says that it is missing */
    if (err_is(jday_parse(typed, out)))
        req_error(rq, field, S("日付を確かめてください。例）令和8年4月1日"));
    else if (*out > jday_of_usec(rq->now))
        req_error(rq, field, S("今日か、今日より前の日にしてください。"));
}

str org_half(struct arena *a, str s)
{
    char *half = arena_alloc(a, s.n + 1);
    return half ? str_trim(str_to_halfwidth(half, s)) : STR_NONE;
}

err org_body_of(struct req *rq, struct db *db, struct body_entry *out)
{
    body_id id;
    TRY(req_param_i64(rq, "body", &id.v));
    return org_body_entry(db, rq->a, rq->who.scope, id, out);
}

str org_body_path(struct arena *a, body_id id, const char *rest)
{
    return str_fmt(a, "/bodies/%lld%s", (long long)id.v, rest);
}

err org_body_audit(struct tx *tx, struct req *rq, body_id body, str action, str detail)
{
    struct audit_entry e = {.body = body.v,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "body:%lld", (long long)body.v),
        .detail = detail};
    return audit_append(tx, &e);
}
