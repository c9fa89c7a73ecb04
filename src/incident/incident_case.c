/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as a request means it: opened, its facts, and what follows from them. */
#include "incident/incident_private.h"

#include <pthread.h>

static const struct word states[] = {
    {INCIDENT_OPEN, S("open"), S("対応中")},
    {INCIDENT_CLOSED, S("closed"), S("終結")},
};
static const struct flow_act acts[] = {
    {"close", "終結する", INCIDENT_OPEN, INCIDENT_CLOSED},
    {"reopen", "再び開く", INCIDENT_CLOSED, INCIDENT_OPEN},
};
const struct flow_kind incident_kind = {"incident", states, COUNT_OF(states), acts, COUNT_OF(acts)};

/* ── the rules: read once, for as long as the program runs ── */

static pthread_once_t read_once = PTHREAD_ONCE_INIT;
static struct rule_pack *pack;

static void read_pack(void)
{
    struct rule_problem why;
    struct arena *a = arena_new(16 << 20);
    BUG_IF(!a || err_is(rule_pack_read(a, rule_pack_shipped(), &pack, &why)));
}

const struct rule_pack *incident_pack(void)
{
    BUG_IF(pthread_once(&read_once, read_pack) != 0);
    return pack;
}

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
    return rule_derive(a, incident_pack(), &c->facts, done, n, now, &c->duties);
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
    return derive(rq->a, out, flow_now(&out->flow, rq->now));
}

void incident_case_done(struct incident_case *c)
{
    flow_key_done(&c->key);
}

bool incident_step_done(const struct incident_case *c, const struct rule *rule, enum rule_step_kind kind)
{
    for (size_t i = 0; i < c->handed.n; i++)
        if (str_eq(c->handed.v[i].subject, rule->id) && c->handed.v[i].step == (int)kind && counts(&c->handed, i))
            return true;
    return false;
}

bool incident_is_told(const struct incident_case *c, str rule)
{
    for (size_t i = 0; i < c->handed.n; i++)
        if (str_eq(c->handed.v[i].subject, rule) && counts(&c->handed, i))
            return true;
    return false;
}

static str clock_name(struct arena *a, const struct rule *rule, enum rule_step_kind kind)
{
    return str_fmt(a, "%.*s/%.*s", STR_F(rule->id), STR_F(WORD_OF(rule_step_kinds, kind)->key));
}

/* A step that is due has a clock; one that is due no more has none. A duty that holds no longer names no steps. */
static err set_clocks(struct tx *tx, struct arena *a, const struct incident_case *c)
{
    for (size_t i = 0; i < c->duties.n; i++) {
        const struct obligation *o = &c->duties.v[i];
        bool binds = o->truth == RULE_YES && !o->rule->voluntary && !incident_waiver_of(&c->waivers, o->rule->id);
        for (size_t k = 0; !binds && k < COUNT_OF(rule_step_kinds); k++)
            TRY(flow_clock_set(tx, c->flow.id, clock_name(a, o->rule, (enum rule_step_kind)rule_step_kinds[k].value), 0, 0));
        for (size_t k = 0; binds && k < o->n_steps; k++) {
            const struct rule_due *d = &o->step[k];
            TRY(flow_clock_set(tx, c->flow.id, clock_name(a, o->rule, d->kind), d->due,
                incident_step_done(c, o->rule, d->kind) ? tx_now(tx) : 0));
        }
    }
    return OK;
}

err incident_case_follow(struct tx *tx, struct req *rq, struct incident_case *c)
{
    TRY(incident_facts_load(tx_db(tx), &c->key, c->flow.id, 0, rq->a, &c->facts, &c->newest));
    TRY(flow_handed(tx_db(tx), rq->a, rq->who.scope, c->flow.id, &c->handed));
    TRY(incident_waivers(tx_db(tx), rq->a, &c->key, c->flow.id, &c->waivers));
    TRY(derive(rq->a, c, flow_now(&c->flow, tx_now(tx))));
    TRY(incident_note(tx, c->flow.id, &c->facts));
    TRY(set_clocks(tx, rq->a, c));
    return incident_note_duties(tx, c->flow.id);
}
