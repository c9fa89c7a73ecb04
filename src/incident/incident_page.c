/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents of the own body, and one of them. */
#include "incident/incident_private.h"

#include "darknet/darknet.h"
#include "incident.ht.h"
#include "incidents.ht.h"

/* ── the list ── */

static err list_read(struct req *rq)
{
    struct incidents all;
    struct view_incidents *v = ARENA_NEW(rq->a, struct view_incidents);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_incidents){.body = rq->who.org_name, .sealed = store_vault(web_store(rq->web)) == NULL,
        .keeps = (incident_p_keep.roles & rq->who.roles) != 0,
        .receives = (incident_p_receive.roles & rq->who.roles) != 0};
    TRY(incident_all(rq->db, rq->a, rq->who.scope, &all));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incidents_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct incident *x = &all.v[i];
        const struct word *state = word_of(incident_kind.states, incident_kind.n_states, x->flow.state);
        v->open += x->flow.state == INCIDENT_OPEN && !x->flow.drill;
        v->rows.p[v->rows.n++] = (struct view_incidents_rows){.incident = x->flow.id,
            .number = x->flow.number,
            .drill = x->flow.drill,
            .kinds = incident_kinds_text(rq->a, x->kinds),
            .grave = x->grave,
            .state_key = state->key,
            .state = state->name,
            .known_at = x->known_at,
            .reported_at = x->reported_at,
            .persons = x->persons,
            .at = x->flow.at,
            .erased = incident_erased_text(&x->flow)};
    }
    return req_show(rq, &view_incidents_type, v);
}

struct new_form {
    bool drill;
    int64_t alert; /* of darknet observation, which it begins with; 0: none */
};
static const struct web_field new_fields[] = {
    {.name = "drill", .label = "訓練", .type = FIELD_BOOL, .offset = offsetof(struct new_form, drill)},
    {.name = "alert", .label = "通知", .type = FIELD_INT, .offset = offsetof(struct new_form, alert), .least = 0,
        .most = INT64_MAX}};
static const struct web_form new_form = WEB_FORM(new_fields, new_form);

static err say(struct tx *tx, struct req *rq, const struct incident_case *c, size_t question, struct incident_known k)
{
    bool said;
    k.at = tx_now(tx);
    k.sure = k.sure ? k.sure : SURE_CONFIRMED;
    return incident_fact_say(tx, rq->a, &c->key, &c->flow, rq->who.person, &c->facts, question, &k, &said);
}

/* What an instrument has measured is not typed again. */
static err say_alert(struct tx *tx, struct req *rq, const struct incident_case *c, int64_t alert)
{
    struct darknet_story s;
    TRY(darknet_alert_story(tx_db(tx), rq->a, rq->who.scope, alert, &s));
    str source = str_fmt(rq->a, "darknet:%lld", (long long)alert);
    TRY(say(tx, rq, c, Q_known_at, (struct incident_known){.time = s.at / USEC_MINUTE * USEC_MINUTE, .source = source}));
    TRY(say(tx, rq, c, Q_occurred_at, (struct incident_known){.time = s.first, .source = source}));
    TRY(say(tx, rq, c, Q_found_by, (struct incident_known){.value = S("darknet"), .source = source}));
    TRY(say(tx, rq, c, Q_indicator, (struct incident_known){.value = s.source, .source = source}));
    TRY(say(tx, rq, c, Q_other, (struct incident_known){.value = s.text, .source = source}));
    if (s.infected || s.flooded)
        TRY(say(tx, rq, c, Q_kind, (struct incident_known){.value = s.flooded ? S("ddos") : S("malware"), .source = source}));
    return OK;
}

/* Noticed just now, until somebody says otherwise: the clocks run from the first tap. */
static err new_write(struct tx *tx, struct req *rq)
{
    const struct new_form *f = rq->form;
    INCIDENT_CASE_AUTO c = {0};
    err e = flow_open(tx, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &incident_kind, f->drill, &c.flow, &c.key);
    if (e.code == ERR_DENIED)
        req_say(rq, S("サーバーの鍵のファイルがないため、記録できません。システム管理者に知らせてください。"));
    TRY(e);
    TRY(incident_add(tx, &c.flow));
    if (f->alert)
        TRY(say_alert(tx, rq, &c, f->alert));
    else
        TRY(say(tx, rq, &c, Q_known_at, (struct incident_known){.time = tx_now(tx) / USEC_MINUTE * USEC_MINUTE}));
    TRY(incident_case_follow(tx, rq, &c));
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = f->drill ? S("incident.drill") : S("incident.open"),
        .object = str_fmt(rq->a, "incident:%lld", (long long)c.flow.id)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld/facts/first", (long long)c.flow.id));
}

/* ── one ── */

str incident_due_text(struct arena *a, usec due)
{
    BUF_AUTO b = BUF(200);
    if (due == 0)
        return STR_NONE;
    if (due == usec_of_jday_end(jday_of_usec(due - 1)))
        put_wareki_day(&b, jday_of_usec(due - 1));
    else
        put_wareki_time(&b, due);
    return str_dup(a, buf_view(&b));
}

static err show_steps(struct req *rq, const struct incident_case *c, const struct obligation *o,
    struct view_incident_duties *row)
{
    row->steps.p = ARENA_ARRAY(rq->a, struct view_incident_duties_steps, o->n_steps);
    if (!row->steps.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < o->n_steps; i++) {
        const struct rule_due *d = &o->step[i];
        bool done = incident_step_done(c, o->rule, d->kind);
        row->steps.p[row->steps.n++] = (struct view_incident_duties_steps){WORD_OF(rule_step_kinds, d->kind)->name, d->due,
            incident_due_text(rq->a, d->due), d->text, d->disputed, done, !done && d->due && d->due < flow_now(&c->flow, rq->now)};
    }
    return OK;
}

static err show_duty(struct req *rq, const struct incident_case *c, const struct obligation *o, struct view_incident *v)
{
    const struct rule_recipient *via = rule_pack_recipient(c->pack, o->rule->recipient->via);
    struct view_incident_duties *row = &v->duties.p[v->duties.n++];
    *row = (struct view_incident_duties){.rule = o->rule->id,
        .recipient = o->rule->recipient->name,
        .law = o->rule->law,
        .article = o->rule->article,
        .why = o->why,
        .mark_key = WORD_OF(rule_marks, o->rule->mark)->key,
        .mark = WORD_OF(rule_marks, o->rule->mark)->name,
        .source = o->rule->source,
        .note = o->rule->note,
        .voluntary = o->rule->voluntary,
        .via = via ? via->name : STR_NONE};
    const struct incident_word *waiver = incident_waiver_of(&c->waivers, o->rule->id);
    if (waiver)
        row->waived = waiver->text;
    TRY(show_steps(rq, c, o, row));
    for (size_t i = 0; i < row->steps.n && !waiver; i++)
        if (!row->steps.p[i].done) {
            v->waiting++;
            break;
        }
    return OK;
}

static err show_duties(struct req *rq, const struct incident_case *c, struct view_incident *v)
{
    size_t n = c->duties.n;
    v->duties.p = ARENA_ARRAY(rq->a, struct view_incident_duties, n);
    v->open_duties.p = ARENA_ARRAY(rq->a, struct view_incident_open_duties, n);
    v->none_duties.p = ARENA_ARRAY(rq->a, struct view_incident_none_duties, n);
    if (!v->duties.p || !v->open_duties.p || !v->none_duties.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const struct obligation *o = &c->duties.v[i];
        str law = str_fmt(rq->a, "%.*s %.*s", STR_F(o->rule->law), STR_F(o->rule->article));
        if (o->truth == RULE_YES)
            TRY(show_duty(rq, c, o, v));
        else if (o->truth == RULE_OPEN)
            v->open_duties.p[v->open_duties.n++] = (struct view_incident_open_duties){o->rule->recipient->name, law, o->why};
        else
            v->none_duties.p[v->none_duties.n++] = (struct view_incident_none_duties){o->rule->recipient->name, law, o->why};
    }
    return OK;
}

static err show_parts(struct req *rq, const struct incident_case *c, struct view_incident *v)
{
    v->parts.p = ARENA_ARRAY(rq->a, struct view_incident_parts, PART_PARTS);
    if (!v->parts.p)
        return ERR(NOMEM);
    for (size_t p = 0; p < PART_PARTS; p++) {
        struct view_incident_parts *row = &v->parts.p[v->parts.n++];
        *row = (struct view_incident_parts){.key = incident_parts[p].key, .name = incident_parts[p].name};
        for (size_t q = 0; q < incident_questions_n; q++)
            if ((size_t)incident_questions[q].part == p + 1 && incident_is_asked(&c->facts, q)) {
                row->asked++;
                row->answered += c->facts.known[q].at != 0;
            }
    }
    return OK;
}

static err show_handed(struct req *rq, const struct incident_case *c, struct view_incident *v)
{
    v->handed.p = ARENA_ARRAY(rq->a, struct view_incident_handed, c->handed.n);
    if (!v->handed.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->handed.n; i++) {
        const struct flow_delivery *d = &c->handed.v[i];
        const struct rule_recipient *to = rule_pack_recipient(c->pack, d->recipient);
        v->handed.p[v->handed.n++] = (struct view_incident_handed){d->id, to ? to->name : d->recipient,
            WORD_OF(rule_step_kinds, d->step)->name, incident_sort_name(d->sort), d->at, WORD_OF(flow_receipts, d->state)->key,
            WORD_OF(flow_receipts, d->state)->name, d->seen_at, d->answered_at};
    }
    return OK;
}

static err show_decisions(struct req *rq, const struct incident_case *c, struct view_incident *v)
{
    struct incident_words all;
    TRY(incident_decisions(rq->db, rq->a, &c->key, c->flow.id, &all));
    v->decisions.p = ARENA_ARRAY(rq->a, struct view_incident_decisions, all.n);
    if (!v->decisions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_incident_decisions *row = &v->decisions.p[v->decisions.n++];
        *row = (struct view_incident_decisions){.at = all.v[i].at, .text = all.v[i].text};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &row->by));
    }
    return OK;
}

static err show_acts(struct req *rq, const struct incident_case *c, struct view_incident *v)
{
    v->acts.p = ARENA_ARRAY(rq->a, struct view_incident_acts, incident_kind.n_acts);
    if (!v->acts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < incident_kind.n_acts; i++)
        if (incident_kind.acts[i].from == c->flow.state)
            v->acts.p[v->acts.n++] = (struct view_incident_acts){
                str_of(incident_kind.acts[i].key), str_of(incident_kind.acts[i].label)};
    return OK;
}

err incident_page(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct view_incident *v = ARENA_NEW(rq->a, struct view_incident);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    const struct word *state = word_of(incident_kind.states, incident_kind.n_states, c.flow.state);
    *v = (struct view_incident){.incident = c.flow.id,
        .number = c.flow.number,
        .version = c.flow.version,
        .body = c.flow.body.name,
        .drill = c.flow.drill,
        .drill_now = c.flow.drill ? flow_now(&c.flow, rq->now) : 0,
        .grave = str_eq(c.facts.known[Q_gravity].value, S("grave")),
        .state_key = state->key,
        .state = state->name,
        .summary = c.facts.known[Q_summary].value,
        .open = c.flow.state == INCIDENT_OPEN,
        .decision_typed = req_typed(rq, "decision", STR_NONE),
        .decision_error = req_error_of(rq, "decision"),
        .pack = str_fmt(rq->a, "%.*s（%.*s版）", STR_F(rule_pack_name(c.pack)), STR_F(rule_pack_version(c.pack)))};
    TRY(show_parts(rq, &c, v));
    TRY(incident_checks_count(rq->db, rq->a, &c, &v->checked, &v->checks));
    TRY(flow_file_count(rq->db, c.flow.id, &v->files));
    TRY(show_duties(rq, &c, v));
    TRY(show_handed(rq, &c, v));
    TRY(show_decisions(rq, &c, v));
    TRY(show_acts(rq, &c, v));
    return req_show(rq, &view_incident_type, v);
}

struct act_form {
    int64_t version;
};
static const struct web_field act_fields[] = {{.name = "version", .label = "版", .type = FIELD_INT,
    .offset = offsetof(struct act_form, version), .required = true, .least = 1, .most = INT64_MAX}};
static const struct web_form act_form = WEB_FORM(act_fields, act_form);

static err act_write(struct tx *tx, struct req *rq)
{
    const struct act_form *f = rq->form;
    struct flow_case c;
    int64_t id;
    str act = req_param(rq, "act");
    TRY(req_param_i64(rq, "incident", &id));
    TRY(flow_get(tx_db(tx), rq->a, rq->who.scope, &incident_kind, id, &c));
    err e = flow_move(tx, rq->who.scope, &incident_kind, &c, act, f->version);
    if (e.code == ERR_STALE || e.code == ERR_CONFLICT)
        req_say(rq, S("画面を開いた後に、状態が変わりました。開き直して、確かめてください。"));
    TRY(e);
    TRY(incident_note_state(tx, id, str_eq(act, S("close"))));
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = str_fmt(rq->a, "incident.%.*s", STR_F(act)),
        .object = str_fmt(rq->a, "incident:%lld", (long long)id)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld?ok=saved", (long long)id));
}

const struct route incident_routes[] = {
    {.method = GET, .path = "/incidents", .perm = &incident_p_report, .read = list_read,
        .shows = VIEWS(&view_incidents_type)},
    {.method = POST, .path = "/incidents", .perm = &incident_p_report, .form = &new_form, .read = list_read,
        .write = new_write, .goes = PATHS("/incidents/{incident}/facts/{part}")},
    {.method = GET, .path = "/incidents/{incident}", .perm = &incident_p_report, .read = incident_page,
        .shows = VIEWS(&view_incident_type)},
    {.method = POST, .path = "/incidents/{incident}/acts/{act}", .perm = &incident_p_report, .form = &act_form,
        .read = incident_page, .write = act_write, .goes = PATHS("/incidents/{incident}")},
    {.path = NULL},
};
