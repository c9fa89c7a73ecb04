/* SPDX-License-Identifier: Apache-2.0 */
/* What each recipient will see, side by side; and handing it over. */
#include "incident/incident_private.h"

#include "incident_delivery.ht.h"
#include "incident_report.ht.h"

/* The next step of an obligation that was not done; 0: all were. */
static enum rule_step_kind next_step_of(const struct incident_case *c, const struct obligation *o)
{
    for (size_t i = 0; i < o->n_steps; i++)
        if (!incident_step_done(c, o->rule, o->step[i].kind))
            return o->step[i].kind;
    return 0;
}

/* After the last step there may be more to say: 続報 in the name of the last. */
static enum rule_step_kind step_of(const struct incident_case *c, const struct obligation *o)
{
    enum rule_step_kind next = next_step_of(c, o);
    return next ? next : o->n_steps ? o->step[o->n_steps - 1].kind : STEP_FIRST;
}

static err show_lines(struct req *rq, const struct incident_lines *all, struct view_incident_report_views *row)
{
    row->lines.p = ARENA_ARRAY(rq->a, struct view_incident_report_views_lines, all->n);
    if (!row->lines.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++)
        row->lines.p[row->lines.n++] = (struct view_incident_report_views_lines){
            all->v[i].number, all->v[i].label, all->v[i].text, all->v[i].changed};
    return OK;
}

static bool was_chosen(const struct req *rq, str rule)
{
    struct strs typed = req_typed_list(rq, "rules");
    for (size_t i = 0; i < typed.n; i++)
        if (str_eq(typed.v[i], rule))
            return true;
    return false;
}

/* What the recipient would be told now, and what it was told before. */
static err write_next(struct req *rq, const struct incident_case *c, const struct obligation *o, str *text, str *before)
{
    struct flow_delivery next = {.flow = c->flow.id, .recipient = o->rule->recipient->key, .subject = o->rule->id, .number = INT64_MAX};
    TRY(incident_view_write(rq->a, incident_view_of(o->rule->form), c, o, step_of(c, o), c->flow.body.name, rq->now, text));
    return flow_delivery_before(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &next, before);
}

static err show_view(struct req *rq, const struct incident_case *c, const struct obligation *o,
    struct view_incident_report *v)
{
    const struct incident_view *form = incident_view_of(o->rule->form);
    enum rule_step_kind step = step_of(c, o);
    struct incident_lines lines;
    str text, before;
    int64_t office;
    TRY(write_next(rq, c, o, &text, &before));
    TRY(incident_view_lines(rq->a, text, before, &lines));
    TRY(incident_office_of(rq->db, o->rule->recipient->key, c->flow.body.pref, &office));
    struct view_incident_report_views *row = &v->views.p[v->views.n++];
    *row = (struct view_incident_report_views){.rule = o->rule->id,
        .recipient = o->rule->recipient->name,
        .form = str_of(form->key),
        .title = str_of(form->title),
        .step = WORD_OF(rule_step_kinds, step)->name,
        .law = lines.law,
        .official = form->official,
        .here = office != 0 && !c->flow.drill,
        .chosen = req_is_redraw(rq) ? was_chosen(rq, o->rule->id)
                                    : next_step_of(c, o) != 0 && !o->rule->voluntary && office != 0 &&
                !incident_waiver_of(&c->waivers, o->rule->id)};
    return show_lines(rq, &lines, row);
}

static err report_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct view_incident_report *v = ARENA_NEW(rq->a, struct view_incident_report);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    *v = (struct view_incident_report){.incident = c.flow.id,
        .number = c.flow.number,
        .body = c.flow.body.name,
        .drill = c.flow.drill,
        .errors = req_has_errors(rq),
        .rules_error = req_error_of(rq, "rules"),
        .seen = c.newest};
    v->views.p = ARENA_ARRAY(rq->a, struct view_incident_report_views, c.duties.n);
    if (!v->views.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c.duties.n; i++)
        if (c.duties.v[i].truth == RULE_YES)
            TRY(show_view(rq, &c, &c.duties.v[i], v));
    return req_show(rq, &view_incident_report_type, v);
}

/* ── handing over ── */

struct report_form {
    struct strs rules;
    int64_t seen; /* the newest entry of what was looked at */
};
static const struct web_field report_fields[] = {
    {.name = "rules", .label = "知らせる先", .type = FIELD_LINES, .offset = offsetof(struct report_form, rules)},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct report_form, seen), .required = true,
        .least = 0, .most = INT64_MAX}};
static const struct web_form report_form = WEB_FORM(report_fields, report_form);

static err report_prepare(struct req *rq)
{
    const struct report_form *f = rq->form;
    if (f->rules.n == 0)
        req_error(rq, "rules", S("知らせる先を一つ以上選んでください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

/* A mail is a postcard: it says that there is something to read, and where. */
static err tell_office(struct tx *tx, struct req *rq, const struct flow_delivery *d, bool grave)
{
    struct person_ids ids;
    TRY(org_receivers(tx_db(tx), (body_id){d->office}, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        struct web_mail m = {.to = ids.v[i].v,
            .kind = S("incident.report"),
            .key = str_fmt(rq->a, "incident.report:%lld:%lld", (long long)d->id, (long long)ids.v[i].v),
            .subject = grave ? S("【重大】インシデントの報告が届きました") : S("インシデントの報告が届きました"),
            .text = S("インシデントの報告が1件届いています。内容は、サインインしてから開いてください。\n"),
            .path = str_fmt(rq->a, "/incidents/received/%lld", (long long)d->id)};
        TRY(req_mail(tx, rq, &m));
    }
    return OK;
}

/* To one recipient, or to whom it goes through on its way there. */
static err hand_to(struct tx *tx, struct req *rq, const struct incident_case *c, const struct obligation *o, str recipient)
{
    struct flow_delivery d = {.recipient = recipient, .subject = o->rule->id, .step = (int)step_of(c, o)};
    str text;
    TRY(incident_office_of(tx_db(tx), d.recipient, c->flow.body.pref, &d.office));
    if (c->flow.drill)
        d.office = 0;
    TRY(incident_view_write(rq->a, incident_view_of(o->rule->form), c, o, (enum rule_step_kind)d.step, c->flow.body.name,
        tx_now(tx), &text));
    TRY(flow_hand(tx, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &c->flow, text, &d));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("incident.hand"),
        .object = str_fmt(rq->a, "incident:%lld/delivery:%lld", (long long)c->flow.id, (long long)d.id)};
    TRY(audit_append(tx, &e));
    return d.office ? tell_office(tx, rq, &d, str_eq(c->facts.known[Q_gravity].value, S("grave"))) : OK;
}

static err hand_one(struct tx *tx, struct req *rq, const struct incident_case *c, const struct obligation *o)
{
    int64_t through = 0;
    if (o->rule->recipient->via.n)
        TRY(incident_office_of(tx_db(tx), o->rule->recipient->via, c->flow.body.pref, &through));
    if (through && through != c->flow.body.id.v && !c->flow.drill)
        TRY(hand_to(tx, rq, c, o, o->rule->recipient->via));
    return hand_to(tx, rq, c, o, o->rule->recipient->key);
}

static const struct obligation *duty_of(const struct incident_case *c, str rule)
{
    for (size_t i = 0; i < c->duties.n; i++)
        if (c->duties.v[i].truth == RULE_YES && str_eq(c->duties.v[i].rule->id, rule))
            return &c->duties.v[i];
    return NULL;
}

static err report_write(struct tx *tx, struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    const struct report_form *f = rq->form;
    TRY(incident_case_read(rq, tx_db(tx), &c));
    if (f->seen != c.newest) {
        req_say(rq, S("画面を開いた後に、分かっていることが変わりました。内容を確かめてから、もう一度知らせてください。"));
        return ERR(STALE);
    }
    for (size_t i = 0; i < f->rules.n; i++) {
        const struct obligation *o = duty_of(&c, f->rules.v[i]);
        if (!o)
            return ERR(NOTFOUND);
        TRY(hand_one(tx, rq, &c, o));
    }
    if (!c.flow.drill)
        TRY(incident_note_reported(tx, c.flow.id));
    TRY(incident_case_follow(tx, rq, &c));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld?ok=sent", (long long)c.flow.id));
}

/* ── what was handed over, as either side has it ── */

err incident_delivery_show(struct req *rq, const struct flow_delivery *d, str text, str before, bool mine)
{
    struct incident_lines lines;
    struct view_incident_delivery *v = ARENA_NEW(rq->a, struct view_incident_delivery);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_view_lines(rq->a, text, before, &lines));
    *v = (struct view_incident_delivery){.delivery = d->id,
        .incident = mine ? d->flow : 0,
        .body = d->body.name,
        .case_number = d->case_number,
        .number = d->number,
        .drill = d->drill,
        .mine = mine,
        .answers = !mine && d->state <= RECEIPT_SEEN,
        .title = lines.title,
        .step = lines.step,
        .to = lines.to,
        .law = lines.law,
        .official = incident_view_of(lines.form)->official,
        .at = d->at,
        .receipt_key = WORD_OF(flow_receipts, d->state)->key,
        .receipt = WORD_OF(flow_receipts, d->state)->name};
    v->lines.p = ARENA_ARRAY(rq->a, struct view_incident_delivery_lines, lines.n);
    if (!v->lines.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < lines.n; i++)
        v->lines.p[v->lines.n++] = (struct view_incident_delivery_lines){
            lines.v[i].number, lines.v[i].label, lines.v[i].text, lines.v[i].changed};
    return req_show(rq, &view_incident_delivery_type, v);
}

err incident_chain_send(struct req *rq, int64_t delivery)
{
    BUF_AUTO out = BUF(8 << 20);
    TRY(flow_chain_file(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, delivery, &out));
    return req_send(rq, "application/json", S("reports.json"), &out);
}

/* {delivery} of {incident}, when it is of the own body. */
static err sent(struct req *rq, struct flow_delivery *d, str *text)
{
    int64_t incident, id;
    TRY(req_param_i64(rq, "incident", &incident));
    TRY(req_param_i64(rq, "delivery", &id));
    TRY(flow_delivery(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, id, d, text));
    return d->flow == incident && d->office != scope_body(rq->who.scope).v ? OK : ERR(NOTFOUND);
}

static err sent_read(struct req *rq)
{
    struct flow_delivery d;
    str text, before;
    TRY(sent(rq, &d, &text));
    TRY(flow_delivery_before(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &d, &before));
    return incident_delivery_show(rq, &d, text, before, true);
}

static err sent_chain_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(sent(rq, &d, &text));
    return incident_chain_send(rq, d.id);
}

static err sent_paper_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(sent(rq, &d, &text));
    return incident_paper_delivery(rq, &d, text);
}

/* What is about to be told, for an office that is told outside of this installation. */
static err next_paper_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    str text, before;
    TRY(incident_case_read(rq, rq->db, &c));
    const struct obligation *o = duty_of(&c, req_param(rq, "rule"));
    if (!o)
        return ERR(NOTFOUND);
    TRY(write_next(rq, &c, o, &text, &before));
    return incident_paper_send(rq, &(struct incident_paper){.text = text, .before = before, .body = c.flow.body.name,
        .case_number = c.flow.number, .drill = c.flow.drill, .at = rq->now});
}

const struct route incident_report_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/report", .perm = &incident_p_report, .read = report_read,
        .shows = VIEWS(&view_incident_report_type)},
    {.method = POST, .path = "/incidents/{incident}/report", .perm = &incident_p_report, .form = &report_form,
        .read = report_read, .prepare = report_prepare, .write = report_write, .goes = PATHS("/incidents/{incident}")},
    {.method = GET, .path = "/incidents/{incident}/sent/{delivery}", .perm = &incident_p_report, .read = sent_read,
        .shows = VIEWS(&view_incident_delivery_type)},
    {.method = GET, .path = "/incidents/{incident}/sent/{delivery}/reports.json", .perm = &incident_p_report,
        .read = sent_chain_read, .file = "application/json", .journal = JOURNAL_EXPORT},
    {.method = GET, .path = "/incidents/{incident}/sent/{delivery}/{paper}", .perm = &incident_p_report, .flags = ROUTE_SLOW,
        .read = sent_paper_read, .file = "*", .journal = JOURNAL_EXPORT},
    {.method = GET, .path = "/incidents/{incident}/report/{rule}/{paper}", .perm = &incident_p_report, .flags = ROUTE_SLOW,
        .read = next_paper_read, .file = "*", .journal = JOURNAL_EXPORT},
    {.path = NULL},
};
