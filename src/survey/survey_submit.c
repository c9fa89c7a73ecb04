/* SPDX-License-Identifier: Apache-2.0 */
/* The submission: what is missing, what changed, sending it, and taking it back. */
#include "survey/survey_page.h"

#include "submit.ht.h"
#include "withdraw.ht.h"

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
    case ITEM_NOT_ASKED:
        break;
    }
    if (survey_item_blocks(it))
        v->missing.p[v->missing.n++] = (struct view_submit_missing){it->q->code, it->q->text};
    if (it->state == ITEM_DECLARED && it->last.id && !str_eq(it->last.value, it->now.value))
        v->changes.p[v->changes.n++] = (struct view_submit_changes){it->q->code, it->q->text,
            form_answer_text(rq->a, it->q, it->last.value),
            form_answer_text(rq->a, it->q, it->now.value)};
}

err survey_submit_read(struct req *rq)
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
        .editable = survey_is_open(rq, &s, &sheet.response),
        .submitted = survey_response_is_counted(sheet.response.state),
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

err survey_submit_write(struct tx *tx, struct req *rq)
{
    struct writing w = survey_writing(tx, rq);
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

/* ── taking it back ── */

struct withdraw {
    str reason;
};

static const struct web_field withdraw_fields[] = {
    {.name = "reason", .label = "取り下げる理由", .type = FIELD_TEXT,
        .offset = offsetof(struct withdraw, reason), .required = true, .max = 1000},
};
const struct web_form survey_withdraw_form = WEB_FORM(withdraw_fields, withdraw);

err survey_withdraw_read(struct req *rq)
{
    struct survey s;
    struct response r;
    struct view_withdraw *v = ARENA_NEW(rq->a, struct view_withdraw);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(survey_response_get(rq->db, rq->who.scope, s.id, scope_body(rq->who.scope), &r));
    *v = (struct view_withdraw){.id = s.id.v,
        .title = s.title,
        .body = rq->who.org_name,
        .possible = survey_may_withdraw(rq, &s, &r),
        .reason = req_typed(rq, "reason", STR_NONE),
        .error = req_error_of(rq, "reason")};
    return req_show(rq, &view_withdraw_type, v);
}

err survey_withdraw_write(struct tx *tx, struct req *rq)
{
    const struct withdraw *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    err e = survey_write_withdraw(&w, id, f->reason);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("提出していないか、提出の期限を過ぎているため、取り下げられません。"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld?ok=withdrawn", (long long)id.v));
}
