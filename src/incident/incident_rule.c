/* SPDX-License-Identifier: Apache-2.0 */
/* Obligations from facts: which rules are met, why, and when each step is due. */
#include "incident/incident_rule_private.h"

#include "store/migrate.h"

extern const struct embedded incident_rule_data[];

const struct word rule_step_kinds[4] = {
    {STEP_FIRST, S("first"), S("速報")},
    {STEP_INTERIM, S("interim"), S("中間報告")},
    {STEP_FINAL, S("final"), S("確報")},
    {STEP_PERSONS, S("persons"), S("本人への通知")},
};
const struct word rule_units[5] = {
    {UNIT_AT_ONCE, S("at-once"), S("直ちに")},
    {UNIT_SOON, S("soon"), S("速やかに")},
    {UNIT_HOUR, S("hour"), S("時間")},
    {UNIT_DAY, S("day"), S("日")},
    {UNIT_OPEN_DAY, S("open-day"), S("開庁日")},
};
const struct word rule_marks[3] = {
    {MARK_VERIFIED, S("verified"), S("原文で確認")},
    {MARK_SECOND_HAND, S("second-hand"), S("二次資料で確認")},
    {MARK_UNVERIFIED, S("unverified"), S("未確認")},
};

str rule_pack_shipped(void)
{
    return (str){(const char *)incident_rule_data[0].data, incident_rule_data[0].n};
}

str rule_pack_name(const struct rule_pack *p)
{
    return p->name;
}

str rule_pack_version(const struct rule_pack *p)
{
    return p->version;
}

jday rule_pack_from(const struct rule_pack *p)
{
    return p->from;
}

size_t rule_pack_rules(const struct rule_pack *p, const struct rule *const **out)
{
    *out = p->list;
    return p->n;
}

const struct rule_recipient *rule_pack_recipients(const struct rule_pack *p, size_t *n)
{
    *n = p->n_recipients;
    return p->recipient;
}

const struct rule_recipient *rule_pack_recipient(const struct rule_pack *p, str key)
{
    for (size_t i = 0; i < p->n_recipients; i++)
        if (str_eq(p->recipient[i].key, key))
            return &p->recipient[i];
    return NULL;
}

bool rule_in_force(const struct rule *r, jday d)
{
    return (r->from == DAY_NONE || r->from <= d) && (r->to == DAY_NONE || d < r->to);
}

/* ── deriving ── */

struct deriving {
    struct arena *a;
    const struct incident_facts *f;
    const struct rule_done *done;
    size_t n_done;
};

static usec time_of_question(const struct incident_facts *f, int q)
{
    const struct incident_known *k = &f->known[q];
    return k->sure >= SURE_SUSPECTED ? k->time : 0;
}

/* The first time the step was done: a later version of a report does not put off what follows it. */
static usec time_of_step(const struct deriving *d, str rule, enum rule_step_kind kind)
{
    usec first = 0;
    for (size_t i = 0; i < d->n_done; i++) {
        const struct rule_done *s = &d->done[i];
        if (s->kind == kind && str_eq(s->rule, rule) && (first == 0 || s->at < first))
            first = s->at;
    }
    return first;
}

static void derive_one(const struct deriving *d, const struct rule_inner *rule, struct obligation *out)
{
    *out = (struct obligation){.rule = &rule->r, .truth = rule_condition_truth(rule->when, d->f)};
    out->why = rule_condition_why(d->a, rule->when, d->f, out->truth);
    if (out->truth == RULE_OPEN)
        out->why = str_fmt(d->a, "%.*sに答えると決まります", STR_F(out->why));
    for (size_t i = 0; i < rule->n_steps && out->truth != RULE_NO; i++) {
        const struct rule_clock *c = &rule->step[i].clock;
        usec start = c->start >= 0 ? time_of_question(d->f, c->start) : time_of_step(d, c->after, c->after_kind);
        struct rule_due *due = &out->step[out->n_steps++];
        *due = rule_clock_due(d->a, c, d->f, start);
        due->kind = rule->step[i].kind;
    }
}

err rule_derive(struct arena *a, const struct rule_pack *p, const struct incident_facts *f,
    const struct rule_done *done, size_t n_done, usec now, struct obligations *out)
{
    struct deriving d = {a, f, done, n_done};
    int known = incident_question_of(S("known_at"));
    usec at = known >= 0 ? time_of_question(f, known) : 0;
    jday day = jday_of_usec(at ? at : now);
    *out = (struct obligations){ARENA_ARRAY(a, struct obligation, p->n), 0};
    for (size_t i = 0; i < p->n && out->v; i++)
        if (rule_in_force(&p->rule[i].r, day))
            derive_one(&d, &p->rule[i], &out->v[out->n++]);
    return arena_failed(a) ? ERR(NOMEM) : OK;
}
