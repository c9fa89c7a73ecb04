/* SPDX-License-Identifier: Apache-2.0 */
/* 訓練: a clock that is moved on, recipients that are played, and what came late or was missed (R135). Nothing of it
 * leaves the body. */
#include "incident/incident_private.h"

#include "incident_drill.ht.h"

#define ANSWERS_AFTER (30 * USEC_MINUTE)

static const struct {
    struct word word;
    usec by;
} moves[] = {
    {{1, S("half-hour"), S("30分進める")}, 30 * USEC_MINUTE},
    {{2, S("three-hours"), S("3時間進める")}, 3 * USEC_HOUR},
    {{3, S("day"), S("1日進める")}, USEC_DAY},
    {{4, S("week"), S("1週間進める")}, 7 * USEC_DAY},
};

/* ── the recipients ── */

/* The first item a final report leaves empty; a first report says what is known and is taken as it is. */
static str empty_item(const struct flow_delivery *d, const struct incident_lines *lines)
{
    for (size_t i = 0; d->step == STEP_FINAL && d->sort != SORT_WITHDRAWAL && i < lines->n; i++)
        if (lines->v[i].text.n == 0)
            return lines->v[i].label;
    return STR_NONE;
}

static err play(struct tx *tx, struct req *rq, const struct flow_case *c, const struct flow_delivery *d)
{
    struct flow_delivery whole;
    struct incident_lines lines;
    const struct vault *v = store_vault(web_store(rq->web));
    str text;
    TRY(flow_delivery(tx_db(tx), rq->a, v, rq->who.scope, d->id, &whole, &text));
    TRY(incident_view_lines(rq->a, text, STR_NONE, &lines));
    str item = empty_item(d, &lines);
    if (item.n == 0)
        return flow_drill_answer(tx, rq->a, v, rq->who.scope, c, d, RECEIPT_ACCEPTED, STR_NONE);
    return flow_drill_answer(tx, rq->a, v, rq->who.scope, c, d, RECEIPT_RETURNED,
        str_fmt(rq->a, "確報の「%.*s」が空です。分かったことを答えて、続報をください。", STR_F(item)));
}

static err play_all(struct tx *tx, struct req *rq, const struct incident_case *c)
{
    for (size_t i = 0; i < c->handed.n; i++) {
        const struct flow_delivery *d = &c->handed.v[i];
        if (d->state == RECEIPT_WAITING && d->at + ANSWERS_AFTER <= flow_now(&c->flow, tx_now(tx)))
            TRY(play(tx, rq, &c->flow, d));
    }
    return OK;
}

static err move_write(struct tx *tx, struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    size_t i = 0;
    while (i < COUNT_OF(moves) && !str_eq(moves[i].word.key, req_param(rq, "move")))
        i++;
    if (i == COUNT_OF(moves))
        return ERR(NOTFOUND);
    TRY(incident_case_read(rq, tx_db(tx), &c));
    if (!c.flow.drill)
        return ERR(NOTFOUND);
    err e = flow_drill_move(tx, &c.flow, moves[i].by);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("訓練の時刻は、これより先には進められません。"));
    TRY(e);
    TRY(play_all(tx, rq, &c));
    TRY(incident_case_follow(tx, rq, &c));
    return incident_noted(tx, rq, &c, S("incident.drill.move"), "/drill?ok=saved");
}

/* ── what came late ── */

static void show_step(const struct req *rq, const struct incident_case *c, const struct obligation *o, const struct rule_due *d,
    struct view_incident_drill *v)
{
    usec at = incident_step_done_at(c, o->rule, d->kind), now = flow_now(&c->flow, rq->now), until = at ? at : now;
    int64_t late = d->due && until > d->due ? (until - d->due) / USEC_MINUTE : 0;
    if (!at && (!d->due || now <= d->due))
        v->ahead++; /* may still come in time */
    else if (!at)
        v->missed++;
    v->late_minutes += late;
    v->late += at && late > 0;
    v->in_time += at && late == 0;
    v->steps.p[v->steps.n++] = (struct view_incident_drill_steps){.recipient = o->rule->recipient->name,
        .law = o->rule->law, .step = WORD_OF(rule_step_kinds, d->kind)->name, .due = d->due, .due_text = incident_due_text(rq->a, d->due), .at = at, .late = late,
        .missed = !at && d->due && now > d->due};
}

/* Told though nothing called for it. */
static void count_needless(const struct incident_case *c, struct view_incident_drill *v)
{
    for (size_t i = 0; i < c->duties.n; i++)
        v->needless += c->duties.v[i].truth == RULE_NO && incident_is_told(c, c->duties.v[i].rule->id);
    for (size_t i = 0; i < c->handed.n; i++)
        v->questions += c->handed.v[i].state == RECEIPT_RETURNED;
}

static err drill_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct view_incident_drill *v = ARENA_NEW(rq->a, struct view_incident_drill);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    if (!c.flow.drill)
        return ERR(NOTFOUND);
    *v = (struct view_incident_drill){.incident = c.flow.id, .number = c.flow.number, .body = c.flow.body.name,
        .open = c.flow.state == INCIDENT_OPEN, .now = flow_now(&c.flow, rq->now)};
    v->moves.p = ARENA_ARRAY(rq->a, struct view_incident_drill_moves, COUNT_OF(moves));
    v->steps.p = ARENA_ARRAY(rq->a, struct view_incident_drill_steps, c.duties.n * RULE_STEPS);
    if (!v->moves.p || !v->steps.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(moves); i++)
        v->moves.p[v->moves.n++] = (struct view_incident_drill_moves){moves[i].word.key, moves[i].word.name};
    for (size_t i = 0; i < c.duties.n; i++) {
        const struct obligation *o = &c.duties.v[i];
        for (size_t k = 0; k < o->n_steps && incident_binds(&c, o); k++)
            show_step(rq, &c, o, &o->step[k], v);
    }
    count_needless(&c, v);
    return req_show(rq, &view_incident_drill_type, v);
}

const struct route incident_drill_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/drill", .perm = &incident_p_report, .read = drill_read,
        .shows = VIEWS(&view_incident_drill_type)},
    {.method = POST, .path = "/incidents/{incident}/drill/{move}", .perm = &incident_p_report, .read = drill_read,
        .write = move_write, .goes = PATHS("/incidents/{incident}/drill")},
    {.path = NULL},
};
