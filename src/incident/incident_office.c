/* SPDX-License-Identifier: Apache-2.0 */
/* The other side: reports that came to an office, and its receipt. */
#include "incident/incident_private.h"

#include "incident_delivery.ht.h"
#include "incident_received.ht.h"

static err list_read(struct req *rq)
{
    struct flow_deliveries all;
    struct flow_ids erased;
    struct view_incident_received *v = ARENA_NEW(rq->a, struct view_incident_received);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_incident_received){.office = rq->who.org_name};
    TRY(flow_received(rq->db, rq->a, rq->who.scope, &all));
    TRY(flow_erased_for(rq->db, rq->a, rq->who.scope, &erased));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_received_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct flow_delivery *d = &all.v[i];
        v->waiting += d->state == RECEIPT_WAITING;
        v->rows.p[v->rows.n++] = (struct view_incident_received_rows){.delivery = d->id,
            .code6 = d->body.code6,
            .body = d->body.name,
            .case_number = d->case_number,
            .number = d->number,
            .subject = d->subject,
            .step = WORD_OF(rule_step_kinds, d->step)->name,
            .at = d->at,
            .receipt_key = WORD_OF(flow_receipts, d->state)->key,
            .receipt = WORD_OF(flow_receipts, d->state)->name,
            .erased = flow_ids_have(&erased, d->flow)};
    }
    return req_show(rq, &view_incident_received_type, v);
}

/* {delivery}, when it came to this office. */
static err received(struct req *rq, struct db *db, struct flow_delivery *d, str *text)
{
    int64_t id;
    TRY(req_param_i64(rq, "delivery", &id));
    TRY(flow_delivery(db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, id, d, text));
    return d->office == scope_body(rq->who.scope).v ? OK : ERR(NOTFOUND);
}

static err received_read(struct req *rq)
{
    struct flow_delivery d;
    str text, before;
    TRY(received(rq, rq->db, &d, &text));
    TRY(flow_delivery_before(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &d, &before));
    return incident_delivery_show(rq, &d, text, before, false);
}

static err answer_write(struct tx *tx, struct req *rq)
{
    const struct word *w = WORD_OF_KEY(flow_receipts, req_param(rq, "answer"));
    if (w->value != RECEIPT_SEEN && w->value != RECEIPT_ACCEPTED && w->value != RECEIPT_RETURNED)
        return ERR(NOTFOUND);
    struct flow_delivery d;
    str text;
    TRY(received(rq, tx_db(tx), &d, &text));
    err e = flow_answer(tx, rq->a, rq->who.scope, d.id, (enum flow_receipt)w->value);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("もう答えてあります。"));
    TRY(e);
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = str_fmt(rq->a, "incident.%.*s", STR_F(w->key)),
        .object = str_fmt(rq->a, "delivery:%lld", (long long)d.id)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/incidents/received/%lld?ok=saved", (long long)d.id));
}

static err chain_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(received(rq, rq->db, &d, &text));
    return incident_chain_send(rq, d.id);
}

const struct route incident_office_routes[] = {
    {.method = GET, .path = "/incidents/received/{delivery}/reports.json", .perm = &incident_p_receive, .read = chain_read,
        .file = "application/json", .journal = JOURNAL_EXPORT},
    {.method = GET, .path = "/incidents/received", .perm = &incident_p_receive, .read = list_read,
        .shows = VIEWS(&view_incident_received_type)},
    {.method = GET, .path = "/incidents/received/{delivery}", .perm = &incident_p_receive, .read = received_read,
        .shows = VIEWS(&view_incident_delivery_type)},
    {.method = POST, .path = "/incidents/received/{delivery}/answers/{answer}", .perm = &incident_p_receive,
        .read = received_read, .write = answer_write, .goes = PATHS("/incidents/received/{delivery}")},
    {.path = NULL},
};
