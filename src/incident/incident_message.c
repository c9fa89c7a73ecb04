/* SPDX-License-Identifier: Apache-2.0 */
/* A report as either side has it: what it says, what was asked about it, and what was answered. */
#include "incident/incident_private.h"

#include "incident_delivery.ht.h"

static const struct vault *vault_of(const struct req *rq)
{
    return store_vault(web_store(rq->web));
}

/* {delivery} of {incident}, when it is of the own body. */
err incident_sent(struct req *rq, struct db *db, struct flow_delivery *d, str *text)
{
    int64_t incident, id;
    TRY(req_param_i64(rq, "incident", &incident));
    TRY(req_param_i64(rq, "delivery", &id));
    TRY(flow_delivery(db, rq->a, vault_of(rq), rq->who.scope, id, d, text));
    return d->flow == incident && d->office != scope_body(rq->who.scope).v ? OK : ERR(NOTFOUND);
}

/* {delivery}, when it came to this office. */
err incident_received(struct req *rq, struct db *db, struct flow_delivery *d, str *text)
{
    int64_t id;
    TRY(req_param_i64(rq, "delivery", &id));
    TRY(flow_delivery(db, rq->a, vault_of(rq), rq->who.scope, id, d, text));
    return d->office == scope_body(rq->who.scope).v ? OK : ERR(NOTFOUND);
}

/* ── shown ── */

static err show_messages(struct req *rq, const struct flow_delivery *d, struct view_incident_delivery *v)
{
    struct flow_messages all;
    TRY(flow_message_all(rq->db, rq->a, vault_of(rq), rq->who.scope, d->id, &all));
    v->messages.p = ARENA_ARRAY(rq->a, struct view_incident_talk, all.n);
    if (!v->messages.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_incident_talk *row = &v->messages.p[v->messages.n++];
        *row = (struct view_incident_talk){.office = all.v[i].office, .at = all.v[i].at, .text = all.v[i].text};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &row->by));
    }
    return OK;
}

/* What was sent by link to somebody without an account. */
static err show_envelope(struct req *rq, const struct flow_delivery *d, struct view_incident_delivery *v)
{
    struct flow_envelope e;
    TRY(flow_envelope_of(rq->db, d->id, &e));
    v->encloses = v->mine && d->office == 0 && !d->drill;
    v->enclosed = e.at != 0;
    v->envelope_at = e.at;
    v->envelope_ends = e.ends_at;
    v->talks = d->office != 0 || e.at != 0 || d->drill;
    v->address_typed = req_typed(rq, "address", STR_NONE);
    v->address_error = req_error_of(rq, "address");
    return OK;
}

static err show(struct req *rq, const struct flow_delivery *d, str text, bool mine)
{
    struct incident_lines lines;
    str before;
    struct view_incident_delivery *v = ARENA_NEW(rq->a, struct view_incident_delivery);
    if (!v)
        return ERR(NOMEM);
    TRY(flow_delivery_before(rq->db, rq->a, vault_of(rq), rq->who.scope, d, &before));
    TRY(incident_view_lines(rq->a, text, before, &lines));
    *v = (struct view_incident_delivery){.delivery = d->id,
        .incident = mine ? d->flow : 0,
        .body = d->body.name,
        .case_number = d->case_number,
        .number = d->number,
        .drill = d->drill,
        .mine = mine,
        .waiting = !mine && d->state == RECEIPT_WAITING,
        .answers = !mine && (d->state <= RECEIPT_SEEN || d->state == RECEIPT_RETURNED),
        .returns = !mine && d->state <= RECEIPT_SEEN,
        .title = lines.title,
        .step = lines.step,
        .sort_key = WORD_OF(flow_sorts, d->sort)->key,
        .sort = incident_sort_name(d->sort),
        .reason = lines.reason,
        .to = lines.to,
        .law = lines.law,
        .official = incident_view_of(lines.form)->official,
        .at = d->at,
        .receipt_key = WORD_OF(flow_receipts, d->state)->key,
        .receipt = WORD_OF(flow_receipts, d->state)->name,
        .typed = req_typed(rq, "message", STR_NONE),
        .error = req_error_of(rq, "message")};
    TRY(show_messages(rq, d, v));
    TRY(show_envelope(rq, d, v));
    v->lines.p = incident_lines_show(rq->a, &lines);
    v->lines.n = lines.n;
    if (!v->lines.p)
        return ERR(NOMEM);
    return req_show(rq, &view_incident_delivery_type, v);
}

err incident_sent_page(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_sent(rq, rq->db, &d, &text));
    return show(rq, &d, text, true);
}

static err received_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_received(rq, rq->db, &d, &text));
    return show(rq, &d, text, false);
}

/* ── said ── */

struct message_form {
    str message;
};
static const struct web_field message_fields[] = {{.name = "message", .label = "内容", .type = FIELD_TEXT,
    .offset = offsetof(struct message_form, message), .required = true, .max = 2000}};
static const struct web_form message_form = WEB_FORM(message_fields, message_form);
/* With an answer it is needed only where the answer is a question. */
static const struct web_field answer_fields[] = {{.name = "message", .label = "問い合わせの内容", .type = FIELD_TEXT,
    .offset = offsetof(struct message_form, message), .max = 2000}};
static const struct web_form answer_form = WEB_FORM(answer_fields, message_form);

static err note(struct tx *tx, struct req *rq, const char *what, const struct flow_delivery *d)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = str_fmt(rq->a, "incident.%s", what),
        .object = str_fmt(rq->a, "delivery:%lld", (long long)d->id)};
    return audit_append(tx, &e);
}

static err write_message(struct tx *tx, struct req *rq, const struct flow_delivery *d, bool from_office)
{
    const struct message_form *f = rq->form;
    TRY(flow_message_add(tx, rq->a, vault_of(rq), rq->who.scope, d, f->message));
    return incident_tell_message(tx, rq->a, d, from_office);
}

static err sent_message_write(struct tx *tx, struct req *rq)
{
    struct flow_delivery d;
    str text;
    struct flow_envelope by_link;
    TRY(incident_sent(rq, tx_db(tx), &d, &text));
    TRY(flow_envelope_of(tx_db(tx), d.id, &by_link));
    if (d.office == 0 && by_link.at == 0 && !d.drill) {
        req_say(rq, S("この宛先は、ここではやりとりできません。電話などで伝えてください。"));
        return ERR(CONFLICT);
    }
    TRY(write_message(tx, rq, &d, false));
    TRY(note(tx, rq, "message", &d));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld/sent/%lld?ok=sent", (long long)d.flow, (long long)d.id));
}

static err received_message_write(struct tx *tx, struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_received(rq, tx_db(tx), &d, &text));
    TRY(write_message(tx, rq, &d, true));
    TRY(note(tx, rq, "message", &d));
    return req_go(rq, str_fmt(rq->a, "/incidents/received/%lld?ok=sent", (long long)d.id));
}

static err answer_prepare(struct req *rq)
{
    const struct message_form *f = rq->form;
    const struct word *w = WORD_OF_KEY(flow_receipts, req_param(rq, "answer"));
    if (w->value != RECEIPT_SEEN && w->value != RECEIPT_ACCEPTED && w->value != RECEIPT_RETURNED)
        return ERR(NOTFOUND);
    if (w->value == RECEIPT_RETURNED && f->message.n == 0)
        req_error(rq, "message", S("何を知りたいかを、入力してください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err answer_write(struct tx *tx, struct req *rq)
{
    const struct message_form *f = rq->form;
    const struct word *w = WORD_OF_KEY(flow_receipts, req_param(rq, "answer"));
    struct flow_delivery d;
    str text;
    TRY(incident_received(rq, tx_db(tx), &d, &text));
    err e = flow_answer(tx, rq->a, rq->who.scope, d.id, (enum flow_receipt)w->value);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("もう答えてあります。"));
    TRY(e);
    if (f->message.n)
        TRY(write_message(tx, rq, &d, true));
    TRY(note(tx, rq, w->key.p, &d));
    return req_go(rq, str_fmt(rq->a, "/incidents/received/%lld?ok=saved", (long long)d.id));
}

const struct route incident_message_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/sent/{delivery}", .perm = &incident_p_report, .read = incident_sent_page,
        .shows = VIEWS(&view_incident_delivery_type)},
    {.method = POST, .path = "/incidents/{incident}/sent/{delivery}/messages", .perm = &incident_p_report, .form = &message_form,
        .read = incident_sent_page, .write = sent_message_write, .goes = PATHS("/incidents/{incident}/sent/{delivery}")},
    {.method = GET, .path = "/incidents/received/{delivery}", .perm = &incident_p_receive, .read = received_read,
        .shows = VIEWS(&view_incident_delivery_type)},
    {.method = POST, .path = "/incidents/received/{delivery}/messages", .perm = &incident_p_receive, .form = &message_form,
        .read = received_read, .write = received_message_write, .goes = PATHS("/incidents/received/{delivery}")},
    {.method = POST, .path = "/incidents/received/{delivery}/answers/{answer}", .perm = &incident_p_receive, .form = &answer_form,
        .read = received_read, .prepare = answer_prepare, .write = answer_write, .goes = PATHS("/incidents/received/{delivery}")},
    {.path = NULL},
};
