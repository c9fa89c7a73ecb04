/* SPDX-License-Identifier: Apache-2.0 */
/* What another pack of rules would change: case by case, the duties that bind and their dates by both. */
#include "incident/incident_pack.h"

/* ── one case ── */

static bool binds(const struct obligation *o)
{
    return o && o->truth == RULE_YES && !o->rule->voluntary;
}

static const struct obligation *of_rule(const struct obligations *all, str id)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].rule->id, id))
            return &all->v[i];
    return NULL;
}

static usec due_of(const struct obligation *o, enum rule_step_kind kind)
{
    for (size_t i = 0; i < o->n_steps; i++)
        if (o->step[i].kind == kind)
            return o->step[i].due;
    return 0;
}

static void compare(const struct obligation *was, const struct obligation *is, struct incident_changes *out)
{
    if (!str_eq(was->rule->recipient->key, is->rule->recipient->key))
        out->v[out->n++] = (struct incident_change){.kind = CHANGE_RECIPIENT, .rule = is->rule};
    for (size_t i = 0; i < COUNT_OF(rule_step_kinds); i++) {
        enum rule_step_kind kind = (enum rule_step_kind)rule_step_kinds[i].value;
        usec before = due_of(was, kind), after = due_of(is, kind);
        if (before != after)
            out->v[out->n++] = (struct incident_change){CHANGE_DATE, is->rule, kind, before, after};
    }
}

err incident_changes_of(struct arena *a, const struct rule_pack *now, const struct rule_pack *next,
    const struct incident_facts *f, const struct rule_dones *done, usec at, struct incident_changes *out)
{
    enum { PER_RULE = COUNT_OF(rule_step_kinds) + 1 };
    struct obligations was, is;
    *out = (struct incident_changes){0};
    if (now == next)
        return OK;
    TRY(rule_derive(a, now, f, done->v, done->n, at, &was));
    TRY(rule_derive(a, next, f, done->v, done->n, at, &is));
    out->v = ARENA_ARRAY(a, struct incident_change, was.n + PER_RULE * is.n + 1);
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < is.n; i++) {
        const struct obligation *before = of_rule(&was, is.v[i].rule->id);
        if (binds(&is.v[i]) && binds(before))
            compare(before, &is.v[i], out);
        else if (binds(&is.v[i]))
            out->v[out->n++] = (struct incident_change){.kind = CHANGE_NEW, .rule = is.v[i].rule};
    }
    for (size_t i = 0; i < was.n; i++)
        if (binds(&was.v[i]) && !binds(of_rule(&is, was.v[i].rule->id)))
            out->v[out->n++] = (struct incident_change){.kind = CHANGE_GONE, .rule = was.v[i].rule};
    return OK;
}

static void put_due(struct buf *b, usec due)
{
    if (due)
        put_wareki_time(b, due - 1);
    else
        buf_lit(b, "期限なし");
}

str incident_change_text(struct arena *a, const struct incident_change *c)
{
    BUF_AUTO b = BUF(PACK_BYTES);
    static const char *const heads[] = {[CHANGE_NEW] = "新しく知らせる", [CHANGE_GONE] = "知らせなくてよくなる",
        [CHANGE_DATE] = "期限が変わる", [CHANGE_RECIPIENT] = "宛先が変わる"};
    buf_fmt(&b, "%s：", heads[c->kind]);
    buf_str(&b, c->rule->recipient->name);
    buf_lit(&b, "（");
    buf_str(&b, c->rule->law);
    buf_char(&b, ' ');
    buf_str(&b, c->rule->article);
    buf_lit(&b, "）");
    if (c->kind == CHANGE_DATE) {
        buf_fmt(&b, "の%.*s　", STR_F(WORD_OF(rule_step_kinds, c->step)->name));
        put_due(&b, c->was);
        buf_lit(&b, " → ");
        put_due(&b, c->is);
    }
    return str_dup(a, buf_view(&b));
}

/* ── all of them ── */

struct replaying {
    struct db *db;
    const struct vault *v;
    const struct rule_pack *next;
    usec at;
    incident_replay_fn *fn;
    void *ctx;
    struct incident_replay *out;
};

static err facts_of(const struct replaying *r, struct arena *a, int64_t flow, body_id body, struct incident_facts *f)
{
    FLOW_KEY_AUTO key = {0};
    int64_t newest;
    TRY(flow_key_open_of(r->db, a, r->v, body, flow, &key));
    return incident_facts_load(r->db, &key, flow, 0, a, f, &newest);
}

static err replay_one(void *ctx, int64_t flow, int64_t number, body_id body, str body_name, int64_t pack)
{
    struct replaying *r = ctx;
    const struct rule_pack *now;
    struct rule_dones done;
    ARENA_AUTO a = arena_new(16 << 20);
    struct incident_facts *f = a ? ARENA_NEW(a, struct incident_facts) : NULL;
    struct incident_replayed one = {.flow = flow, .number = number, .body = body, .body_name = body_name};
    if (!f)
        return ERR(NOMEM);
    r->out->cases++;
    err e = facts_of(r, a, flow, body, f);
    if (e.code == ERR_DENIED || e.code == ERR_INVALID || e.code == ERR_GONE) {
        r->out->shut++;
        return OK;
    }
    TRY(e);
    TRY(incident_pack_read(r->db, pack, &now));
    TRY(incident_dones(r->db, a, flow, &done));
    TRY(incident_changes_of(a, now, r->next, f, &done, r->at, &one.changes));
    if (one.changes.n == 0)
        return OK;
    r->out->different++;
    return r->fn(r->ctx, a, &one);
}

err incident_replay_run(struct db *db, const struct vault *v, const struct rule_pack *next, usec at, int64_t most,
    incident_replay_fn *fn, void *ctx, struct incident_replay *out)
{
    struct replaying r = {db, v, next, at, fn, ctx, out};
    *out = (struct incident_replay){0};
    return incident_cases_kept(db, most, replay_one, &r);
}

/* ── for the command ── */

struct telling {
    struct buf *out;
};

static err tell(void *ctx, struct arena *a, const struct incident_replayed *r)
{
    struct telling *t = ctx;
    for (size_t i = 0; i < r->changes.n; i++) {
        buf_fmt(t->out, "%.*s 第%lld号：", STR_F(r->body_name), (long long)r->number);
        buf_str(t->out, incident_change_text(a, &r->changes.v[i]));
        buf_char(t->out, '\n');
    }
    return buf_status(t->out);
}

err incident_replay_report(struct db *db, struct arena *a, const struct vault *v, str json, usec at, struct buf *out, str *why)
{
    enum { ALL = 1 << 30 };
    struct incident_examined x;
    struct incident_replay sum;
    struct rule_pack *next;
    struct rule_problem problem;
    struct telling t = {out};
    TRY(incident_pack_examine(a, json, &x));
    *why = x.refused;
    if (why->n)
        return ERR(INVALID);
    TRY(rule_pack_read(a, json, &next, &problem));
    TRY(incident_replay_run(db, v, next, at, ALL, tell, &t, &sum));
    buf_fmt(out, "調べた事案 %lld件、扱いが変わる事案 %lld件、開けない事案 %lld件\n", (long long)sum.cases,
        (long long)sum.different, (long long)sum.shut);
    return buf_status(out);
}
