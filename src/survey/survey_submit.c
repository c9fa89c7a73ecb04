/* SPDX-License-Identifier: Apache-2.0 */
/* Before a submission: whose turn it is, what is missing, what changed. */
#include "survey/survey_measure.h"

#include "anchor/anchor.h"
#include "submit.ht.h"

static void count_item(struct req *rq, const struct item *it, struct view_submit *v)
{
    switch (it->state) {
    case ITEM_DECLARED:
        v->declared++;
        break;
    case ITEM_CONFIRMED:
        v->confirmed++;
        break;
    case ITEM_MEASURED:
        v->measured++;
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

/* Answers that differ from what was measured do not stop a submission, but are named. */
static err name_differing(struct req *rq, const struct sheet *sheet, struct view_submit *v)
{
    struct measures m;
    TRY(survey_measures_load(rq, sheet, &m));
    v->differs.p = ARENA_ARRAY(rq->a, struct view_submit_differs, sheet->catalog->n_items);
    if (!v->differs.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        const struct item *it = &sheet->item[i];
        enum agreement a = survey_item_agreement(&m, it);
        if (a >= AGREEMENT_DIFFERS)
            v->differs.p[v->differs.n++] = (struct view_submit_differs){it->q->code, it->q->text,
                survey_agreement_name(a), it->now.note};
    }
    return OK;
}

/* Number and hash of what was submitted, and the heads of the trail it stands in: on paper they are
 * witnesses in other hands (`yagura audit verify --against`). */
static err put_receipt(struct req *rq, const struct response *r, struct view_submit *v)
{
    struct receipt got;
    if (r->submission == 0 || v->before)
        return OK;
    TRY(survey_receipt_get(rq->db, rq->a, r->submission, &got));
    v->receipt = true;
    v->receipt_number = got.number;
    v->receipt_at = got.at;
    v->receipt_hash = got.hash;
    TRY(anchor_line(rq->db, rq->a, rq->now, r->body.v, &v->receipt_body));
    err e = anchor_line(rq->db, rq->a, rq->now, 0, &v->receipt_nation);
    return e.code == ERR_NOTFOUND ? OK : e; /* an installation that has written nothing yet */
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
        .state_key = survey_response_state_key(sheet.response.state),
        .state_name = survey_response_state_name(sheet.response.state),
        .before = !survey_response_is_counted(sheet.response.state),
        .deadline = s.shown_deadline};
    v->missing.p = ARENA_ARRAY(rq->a, struct view_submit_missing, n);
    v->changes.p = ARENA_ARRAY(rq->a, struct view_submit_changes, n);
    if (!v->missing.p || !v->changes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        count_item(rq, &sheet.item[i], v);
    TRY(name_differing(rq, &sheet, v));
    TRY(put_receipt(rq, &sheet.response, v));
    TRY(survey_way_view(rq, &sheet, FLOW_BODY, &v->way));
    return req_show(rq, &view_submit_type, v);
}
