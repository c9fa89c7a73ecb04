/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as a request means it: opened, its facts, and what follows from them. */
#include "incident/incident_pack.h"

static const struct word states[] = {
    {INCIDENT_OPEN, S("open"), S("対応中")},
    {INCIDENT_CLOSED, S("closed"), S("終結")},
};
static const struct flow_act acts[] = {
    {"close", "終結する", INCIDENT_OPEN, INCIDENT_CLOSED},
    {"reopen", "再び開く", INCIDENT_CLOSED, INCIDENT_OPEN},
};
const struct flow_kind incident_kind = {"incident", states, COUNT_OF(states), acts, COUNT_OF(acts), INCIDENT_CLOSED};

/* Does what was handed over count: it is no withdrawal, and was not withdrawn. */
static bool counts(const struct flow_deliveries *all, size_t at)
{
    for (size_t i = at; i < all->n; i++)
        if (all->v[i].sort == SORT_WITHDRAWAL && str_eq(all->v[i].subject, all->v[at].subject))
            return false;
    return true;
}

/* Which steps of which rules were done, by what was handed over. */
static err derive(struct arena *a, struct incident_case *c, usec now)
{
    size_t n = 0;
    struct rule_done *done = ARENA_ARRAY(a, struct rule_done, c->handed.n);
    if (!done)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->handed.n; i++)
        if (counts(&c->handed, i))
            done[n++] = (struct rule_done){c->handed.v[i].subject, (enum rule_step_kind)c->handed.v[i].step, c->handed.v[i].at};
    return rule_derive(a, c->pack, &c->facts, done, n, now, &c->duties);
}

err incident_case_read(struct req *rq, struct db *db, struct incident_case *out)
{
    int64_t id;
    const struct vault *v = store_vault(web_store(rq->web));
    *out = (struct incident_case){0};
    TRY(req_param_i64(rq, "incident", &id));
    TRY(flow_get(db, rq->a, rq->who.scope, &incident_kind, id, &out->flow));
    err e = flow_key_open(db, rq->a, v, rq->who.scope, id, &out->key);
    if (e.code == ERR_DENIED)
        req_say(rq, S("サーバーの鍵のファイルがないため、開けません。システム管理者に知らせてください。"));
    TRY(e);
    TRY(incident_facts_load(db, &out->key, id, 0, rq->a, &out->facts, &out->newest));
    TRY(flow_handed(db, rq->a, rq->who.scope, id, &out->handed));
    TRY(incident_waivers(db, rq->a, &out->key, id, &out->waivers));
    TRY(incident_pack_of_case(db, id, &out->pack_id));
    TRY(incident_pack_read(db, out->pack_id, &out->pack));
    return derive(rq->a, out, flow_now(&out->flow, rq->now));
}

void incident_case_done(struct incident_case *c)
{
    flow_key_done(&c->key);
}

usec incident_step_done_at(const struct incident_case *c, const struct rule *rule, enum rule_step_kind kind)
{
    for (size_t i = 0; i < c->handed.n; i++)
        if (str_eq(c->handed.v[i].subject, rule->id) && c->handed.v[i].step == (int)kind && counts(&c->handed, i))
            return c->handed.v[i].at;
    return 0;
}

bool incident_step_done(const struct incident_case *c, const struct rule *rule, enum rule_step_kind kind)
{
    return incident_step_done_at(c, rule, kind) != 0;
}

bool incident_is_told(const struct incident_case *c, str rule)
{
    for (size_t i = 0; i < c->handed.n; i++)
        if (str_eq(c->handed.v[i].subject, rule) && counts(&c->handed, i))
            return true;
    return false;
}

bool incident_binds(const struct incident_case *c, const struct obligation *o)
{
    return o->truth == RULE_YES && !o->rule->voluntary && !incident_waiver_of(&c->waivers, o->rule->id);
}

/* A step that is due has a clock; one that is due no more, or that no rule speaks of any more, has none. */
static err set_clocks(struct tx *tx, struct arena *a, const struct incident_case *c)
{
    TRY(flow_clocks_stop(tx, c->flow.id));
    for (size_t i = 0; i < c->duties.n; i++) {
        const struct obligation *o = &c->duties.v[i];
        for (size_t k = 0; k < o->n_steps && incident_binds(c, o); k++) {
            const struct rule_due *d = &o->step[k];
            str name = str_fmt(a, "%.*s/%.*s", STR_F(o->rule->id), STR_F(WORD_OF(rule_step_kinds, d->kind)->key));
            TRY(flow_clock_set(tx, c->flow.id, name, d->due, incident_step_done_at(c, o->rule, d->kind)));
        }
    }
    return OK;
}

/* How many reports that had a date kept it. What is due at once has none that could be kept. */
static err note_steps(struct tx *tx, const struct incident_case *c)
{
    int64_t in_time = 0, too_late = 0;
    for (size_t i = 0; i < c->duties.n; i++) {
        const struct obligation *o = &c->duties.v[i];
        for (size_t k = 0; k < o->n_steps && incident_binds(c, o); k++) {
            usec due = o->step[k].due, done = incident_step_done_at(c, o->rule, o->step[k].kind);
            bool counts = due && done && due != c->facts.known[Q_known_at].time;
            in_time += counts && done <= due;
            too_late += counts && done > due;
        }
    }
    return incident_note_steps(tx, c->flow.id, in_time, too_late);
}

err incident_case_follow(struct tx *tx, struct req *rq, struct incident_case *c)
{
    TRY(incident_facts_load(tx_db(tx), &c->key, c->flow.id, 0, rq->a, &c->facts, &c->newest));
    TRY(flow_handed(tx_db(tx), rq->a, rq->who.scope, c->flow.id, &c->handed));
    TRY(incident_waivers(tx_db(tx), rq->a, &c->key, c->flow.id, &c->waivers));
    TRY(incident_pack_in_force(tx_db(tx), &c->pack_id));
    TRY(incident_pack_read(tx_db(tx), c->pack_id, &c->pack));
    TRY(derive(rq->a, c, flow_now(&c->flow, tx_now(tx))));
    TRY(incident_note_pack(tx, c->flow.id, c->pack_id));
    TRY(incident_note(tx, c->flow.id, &c->facts));
    TRY(set_clocks(tx, rq->a, c));
    TRY(note_steps(tx, c));
    return incident_note_duties(tx, c->flow.id);
}
