/* SPDX-License-Identifier: Apache-2.0 */
/* Words of an incident beside its facts: what was decided by whom and when (R68), and that a duty is not followed, with
 * the reason. */
#include "incident/incident_private.h"

#include "incident.ht.h"

struct gathering {
    struct arena *a;
    struct incident_words *out;
};

static err add_decision(void *ctx, const struct flow_entry *e)
{
    struct gathering *g = ctx;
    if (g->out->n == INCIDENT_WORDS)
        return ERR(LIMIT);
    g->out->v[g->out->n++] = (struct incident_word){STR_NONE, str_dup(g->a, e->text), e->person, e->at};
    return OK;
}

err incident_decisions(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct incident_words *out)
{
    struct gathering g = {a, out};
    *out = (struct incident_words){ARENA_ARRAY(a, struct incident_word, INCIDENT_WORDS), 0};
    return out->v ? flow_said(db, k, flow, ENTRY_DECISION, 0, add_decision, &g) : ERR(NOMEM);
}

static err add_waiver(void *ctx, const struct flow_entry *e)
{
    struct gathering *g = ctx;
    str reason = e->text, rule;
    size_t i = 0;
    if (!str_cut(&reason, '\t', &rule))
        return ERR(INVALID);
    while (i < g->out->n && !str_eq(g->out->v[i].rule, rule))
        i++;
    if (i == INCIDENT_WORDS)
        return ERR(LIMIT);
    g->out->v[i] = (struct incident_word){str_dup(g->a, rule), str_dup(g->a, reason), e->person, e->at};
    g->out->n += i == g->out->n;
    return OK;
}

err incident_waivers(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct incident_words *out)
{
    struct gathering g = {a, out};
    *out = (struct incident_words){ARENA_ARRAY(a, struct incident_word, INCIDENT_WORDS), 0};
    return out->v ? flow_said(db, k, flow, ENTRY_WAIVER, 0, add_waiver, &g) : ERR(NOMEM);
}

const struct incident_word *incident_waiver_of(const struct incident_words *all, str rule)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].rule, rule) && all->v[i].text.n)
            return &all->v[i];
    return NULL;
}

/* ── saying them ── */

err incident_noted(struct tx *tx, struct req *rq, const struct incident_case *c, str action, const char *rest)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "incident:%lld", (long long)c->flow.id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld%s", (long long)c->flow.id, rest));
}

err incident_say(struct tx *tx, struct req *rq, struct incident_case *c, enum incident_entry kind, str text, str action,
    const char *rest)
{
    int64_t id;
    if (c->flow.state == INCIDENT_CLOSED) {
        req_say(rq, S("終結した事案です。書き足すには、再び開いてください。"));
        return ERR(CONFLICT);
    }
    TRY(flow_say(tx, rq->a, &c->key, &c->flow, (int)kind, rq->who.person, text, &id));
    TRY(incident_case_follow(tx, rq, c));
    return incident_noted(tx, rq, c, action, rest);
}

struct decision_form {
    str decision;
};
static const struct web_field decision_fields[] = {{.name = "decision", .label = "決めたこと", .type = FIELD_TEXT,
    .offset = offsetof(struct decision_form, decision), .required = true, .max = 1000}};
static const struct web_form decision_form = WEB_FORM(decision_fields, decision_form);

static err decision_write(struct tx *tx, struct req *rq)
{
    const struct decision_form *f = rq->form;
    INCIDENT_CASE_AUTO c;
    TRY(incident_case_read(rq, tx_db(tx), &c));
    return incident_say(tx, rq, &c, ENTRY_DECISION, f->decision, S("incident.decision"), "?ok=saved");
}

struct waiver_form {
    str rule, waiver;
};
static const struct web_field waiver_fields[] = {
    {.name = "rule", .label = "規則", .type = FIELD_LINE, .offset = offsetof(struct waiver_form, rule), .required = true, .max = 80},
    {.name = "waiver", .label = "知らせない理由", .type = FIELD_LINE, .offset = offsetof(struct waiver_form, waiver), .max = 300}};
static const struct web_form waiver_form = WEB_FORM(waiver_fields, waiver_form);

/* Only of a duty that there is; without a reason only where a waiver stands, which is then taken back. */
static err waiver_write(struct tx *tx, struct req *rq)
{
    const struct waiver_form *f = rq->form;
    INCIDENT_CASE_AUTO c;
    bool there = false;
    TRY(incident_case_read(rq, tx_db(tx), &c));
    for (size_t i = 0; i < c.duties.n; i++)
        there = there || (c.duties.v[i].truth == RULE_YES && str_eq(c.duties.v[i].rule->id, f->rule));
    if (!there)
        return ERR(NOTFOUND);
    if (f->waiver.n == 0 && !incident_waiver_of(&c.waivers, f->rule)) {
        req_say(rq, S("知らせない理由を入力してください。"));
        return ERR(CONFLICT);
    }
    return incident_say(tx, rq, &c, ENTRY_WAIVER, str_fmt(rq->a, "%.*s\t%.*s", STR_F(f->rule), STR_F(f->waiver)),
        S("incident.waiver"), "?ok=saved");
}

const struct route incident_word_routes[] = {
    {.method = POST, .path = "/incidents/{incident}/decisions", .perm = &incident_p_report, .form = &decision_form,
        .read = incident_page, .write = decision_write, .shows = VIEWS(&view_incident_type), .goes = PATHS("/incidents/{incident}")},
    {.method = POST, .path = "/incidents/{incident}/waivers", .perm = &incident_p_report, .form = &waiver_form,
        .read = incident_page, .write = waiver_write, .shows = VIEWS(&view_incident_type), .goes = PATHS("/incidents/{incident}")},
    {.path = NULL},
};
