/* SPDX-License-Identifier: Apache-2.0 */
/* The other side: reports that came to an office, and its receipt. */
#include "incident/incident_private.h"

#include "incident_received.ht.h"

static err list_read(struct req *rq)
{
    struct flow_deliveries all;
    struct flow_ids erased;
    struct view_incident_received *v = ARENA_NEW(rq->a, struct view_incident_received);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_incident_received){.office = rq->who.org_name, .nation = (rq->who.roles & ROLE_NATION) != 0};
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
            .sort = incident_sort_name(d->sort),
            .at = d->at,
            .receipt_key = WORD_OF(flow_receipts, d->state)->key,
            .receipt = WORD_OF(flow_receipts, d->state)->name,
            .erased = flow_ids_have(&erased, d->flow)};
    }
    return req_show(rq, &view_incident_received_type, v);
}

static err chain_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_received(rq, rq->db, &d, &text));
    return incident_chain_send(rq, d.id);
}

static err paper_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_received(rq, rq->db, &d, &text));
    return incident_paper_delivery(rq, &d, text);
}

const struct route incident_office_routes[] = {
    {.method = GET, .path = "/incidents/received/{delivery}/reports.json", .perm = &incident_p_receive, .read = chain_read,
        .file = "application/json", .journal = JOURNAL_EXPORT},
    INCIDENT_PAPERS("/incidents/received/{delivery}", &incident_p_receive, paper_read),
    {.method = GET, .path = "/incidents/received", .perm = &incident_p_receive, .read = list_read,
        .shows = VIEWS(&view_incident_received_type)},
    {.path = NULL},
};
