/* SPDX-License-Identifier: Apache-2.0 */
/* What each recipient will see, side by side; and handing it over. */
#include "incident/incident_private.h"

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

/* Does it hold: the facts say so, and nobody has said why it is not followed. */
static bool holds(const struct incident_case *c, const struct obligation *o)
{
    return o->truth == RULE_YES && !incident_waiver_of(&c->waivers, o->rule->id);
}

/* What may go out in the name of a rule: a report where the facts call for one; a correction where one went out;
 * a withdrawal where one went out and the duty holds no longer. */
static bool may(const struct incident_case *c, const struct obligation *o, enum flow_sort sort)
{
    bool told = incident_is_told(c, o->rule->id);
    switch (sort) {
    case SORT_REPORT: return o->truth == RULE_YES;
    case SORT_CORRECTION: return told && o->truth == RULE_YES;
    case SORT_WITHDRAWAL: return told && !holds(c, o);
    }
    return false;
}

static bool was_chosen(const struct req *rq, const char *field, str value)
{
    struct strs typed = req_typed_list(rq, field);
    for (size_t i = 0; i < typed.n; i++)
        if (str_eq(typed.v[i], value))
            return true;
    return false;
}

/* "jp.mic=correction" */
static str sort_value(struct arena *a, str rule, enum flow_sort sort)
{
    return str_fmt(a, "%.*s=%.*s", STR_F(rule), STR_F(WORD_OF(flow_sorts, sort)->key));
}

/* Nothing to choose where only a first report is possible. */
static err show_sorts(struct req *rq, const struct incident_case *c, const struct obligation *o, struct view_incident_report_views *row)
{
    if (!incident_is_told(c, o->rule->id))
        return OK;
    row->sorts.p = ARENA_ARRAY(rq->a, struct view_incident_report_views_sorts, COUNT_OF(flow_sorts));
    if (!row->sorts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(flow_sorts); i++) {
        enum flow_sort sort = (enum flow_sort)flow_sorts[i].value;
        str value = sort_value(rq->a, o->rule->id, sort);
        if (may(c, o, sort))
            row->sorts.p[row->sorts.n++] = (struct view_incident_report_views_sorts){value,
                sort == SORT_REPORT ? S("続報") : flow_sorts[i].name, was_chosen(rq, "sorts", value)};
    }
    return OK;
}

/* Waits for its next step, or was told what is now known otherwise. */
static bool is_wanting(const struct incident_case *c, const struct obligation *o, const struct incident_lines *lines)
{
    bool changed = false;
    for (size_t i = 0; i < lines->n; i++)
        changed = changed || lines->v[i].changed;
    return holds(c, o) && ((next_step_of(c, o) && !o->rule->voluntary) || (changed && incident_is_told(c, o->rule->id)));
}

static err show_view(struct req *rq, const struct incident_case *c, const struct obligation *o, struct view_incident_report *v)
{
    struct incident_letter letter = {.view = incident_view_of(o->rule->form), .duty = o, .step = step_of(c, o),
        .sort = may(c, o, SORT_REPORT) ? SORT_REPORT : SORT_WITHDRAWAL, .from = c->flow.body.name, .at = flow_now(&c->flow, rq->now)};
    struct incident_lines lines;
    str text, before;
    int64_t office;
    TRY(incident_view_write(rq->a, c, &letter, &text));
    struct flow_delivery next = {.flow = c->flow.id, .recipient = o->rule->recipient->key, .subject = o->rule->id, .number = INT64_MAX};
    TRY(flow_delivery_before(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &next, &before));
    TRY(incident_view_lines(rq->a, text, before, &lines));
    TRY(incident_office_of(rq->db, o->rule->recipient->key, c->flow.body.pref, &office));
    struct view_incident_report_views *row = &v->views.p[v->views.n++];
    *row = (struct view_incident_report_views){.rule = o->rule->id,
        .recipient = o->rule->recipient->name,
        .form = str_of(letter.view->key),
        .title = str_of(letter.view->title),
        .step = WORD_OF(rule_step_kinds, letter.step)->name,
        .law = lines.law,
        .official = letter.view->official,
        .here = office != 0 && !c->flow.drill,
        .ended = letter.sort == SORT_WITHDRAWAL,
        .chosen = req_is_redraw(rq) ? was_chosen(rq, "rules", o->rule->id) : office != 0 && is_wanting(c, o, &lines)};
    TRY(show_sorts(rq, c, o, row));
    v->sorts = v->sorts || row->sorts.n;
    row->lines.p = incident_lines_show(rq->a, &lines);
    row->lines.n = lines.n;
    return row->lines.p ? OK : ERR(NOMEM);
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
        .reason_typed = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason"),
        .seen = c.newest};
    v->views.p = ARENA_ARRAY(rq->a, struct view_incident_report_views, c.duties.n);
    if (!v->views.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c.duties.n; i++)
        if (may(&c, &c.duties.v[i], SORT_REPORT) || may(&c, &c.duties.v[i], SORT_WITHDRAWAL))
            TRY(show_view(rq, &c, &c.duties.v[i], v));
    return req_show(rq, &view_incident_report_type, v);
}

/* ── handing over ── */

struct report_form {
    struct strs rules, sorts; /* sorts: "jp.mic=correction" */
    str reason;
    int64_t seen; /* the newest entry of what was looked at */
};
static const struct web_field report_fields[] = {
    {.name = "rules", .label = "知らせる先", .type = FIELD_LINES, .offset = offsetof(struct report_form, rules)},
    {.name = "sorts", .label = "報告の別", .type = FIELD_LINES, .offset = offsetof(struct report_form, sorts)},
    {.name = "reason", .label = "訂正・取下げの理由", .type = FIELD_TEXT, .offset = offsetof(struct report_form, reason), .max = 1000},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct report_form, seen), .required = true,
        .least = 0, .most = INT64_MAX}};
static const struct web_form report_form = WEB_FORM(report_fields, report_form);

/* What was chosen for the rule; without a choice, a report. */
static enum flow_sort sort_of(struct arena *a, const struct report_form *f, str rule)
{
    for (size_t i = 0; i < COUNT_OF(flow_sorts); i++)
        for (size_t k = 0; k < f->sorts.n; k++)
            if (str_eq(f->sorts.v[k], sort_value(a, rule, (enum flow_sort)flow_sorts[i].value)))
                return (enum flow_sort)flow_sorts[i].value;
    return SORT_REPORT;
}

static err report_prepare(struct req *rq)
{
    const struct report_form *f = rq->form;
    if (f->rules.n == 0)
        req_error(rq, "rules", S("知らせる先を一つ以上選んでください。"));
    for (size_t i = 0; i < f->rules.n; i++)
        if (sort_of(rq->a, f, f->rules.v[i]) != SORT_REPORT && f->reason.n == 0) {
            req_error(rq, "reason", S("訂正や取下げの理由を入力してください。"));
            break;
        }
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

/* To one recipient, or to whom it goes through on its way there. */
static err hand_to(struct tx *tx, struct req *rq, const struct incident_case *c, const struct incident_letter *l, str recipient)
{
    struct flow_delivery d = {.recipient = recipient, .subject = l->duty->rule->id, .step = (int)l->step, .sort = l->sort};
    bool grave = str_eq(c->facts.known[Q_gravity].value, S("grave")) && l->sort != SORT_WITHDRAWAL;
    str text;
    TRY(incident_office_of(tx_db(tx), d.recipient, c->flow.body.pref, &d.office));
    if (c->flow.drill)
        d.office = 0;
    TRY(incident_view_write(rq->a, c, l, &text));
    TRY(flow_hand(tx, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &c->flow, text, &d));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = l->sort == SORT_REPORT ? S("incident.hand") : str_fmt(rq->a, "incident.hand.%.*s", STR_F(WORD_OF(flow_sorts, l->sort)->key)),
        .object = str_fmt(rq->a, "incident:%lld/delivery:%lld", (long long)c->flow.id, (long long)d.id)};
    TRY(audit_append(tx, &e));
    if (d.office == 0)
        return OK;
    if (grave)
        TRY(flow_call_begin(tx, &d));
    return incident_tell_delivery(tx, rq->a, &d, grave);
}

static err hand_one(struct tx *tx, struct req *rq, const struct incident_case *c, const struct obligation *o)
{
    const struct report_form *f = rq->form;
    int64_t through = 0;
    struct incident_letter l = {.view = incident_view_of(o->rule->form), .duty = o, .step = step_of(c, o),
        .sort = sort_of(rq->a, f, o->rule->id), .from = c->flow.body.name, .at = flow_now(&c->flow, tx_now(tx))};
    if (l.sort != SORT_REPORT)
        l.reason = f->reason;
    if (!may(c, o, l.sort)) {
        req_say(rq, S("その宛先には、いまはその種類の報告を出せません。開き直して、選び直してください。"));
        return ERR(CONFLICT);
    }
    if (o->rule->recipient->via.n)
        TRY(incident_office_of(tx_db(tx), o->rule->recipient->via, c->flow.body.pref, &through));
    if (through && through != c->flow.body.id.v && !c->flow.drill)
        TRY(hand_to(tx, rq, c, &l, o->rule->recipient->via));
    return hand_to(tx, rq, c, &l, o->rule->recipient->key);
}

static const struct obligation *duty_of(const struct incident_case *c, str rule)
{
    for (size_t i = 0; i < c->duties.n; i++)
        if (str_eq(c->duties.v[i].rule->id, rule) && (c->duties.v[i].truth == RULE_YES || incident_is_told(c, rule)))
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
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld?ok=told", (long long)c.flow.id));
}

/* ── what was handed over, as a file ── */

err incident_chain_send(struct req *rq, int64_t delivery)
{
    BUF_AUTO out = BUF(8 << 20);
    TRY(flow_chain_file(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, delivery, &out));
    return req_send(rq, "application/json", S("reports.json"), &out);
}

static err sent_chain_read(struct req *rq)
{
    struct flow_delivery d;
    str text;
    TRY(incident_sent(rq, rq->db, &d, &text));
    return incident_chain_send(rq, d.id);
}

const struct route incident_report_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/report", .perm = &incident_p_report, .read = report_read,
        .shows = VIEWS(&view_incident_report_type)},
    {.method = POST, .path = "/incidents/{incident}/report", .perm = &incident_p_report, .form = &report_form,
        .read = report_read, .prepare = report_prepare, .write = report_write, .goes = PATHS("/incidents/{incident}")},
    {.method = GET, .path = "/incidents/{incident}/sent/{delivery}/reports.json", .perm = &incident_p_report,
        .read = sent_chain_read, .file = "application/json", .journal = JOURNAL_EXPORT},
    {.path = NULL},
};
