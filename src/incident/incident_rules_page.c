/* SPDX-License-Identifier: Apache-2.0 */
/* All rules in force, for whoever has to trust them; and which of the own incidents still run by an older pack. */
#include "incident/incident_pack.h"

#include "incident_rules.ht.h"

const struct permission incident_p_rules = {
    "incident.rules", ROLE_STAFF | ROLE_ADMIN | ROLE_CISO | ROLE_APPROVER | ROLE_PREF | ROLE_NATION | ROLE_SYSTEM};

/* ── the rules ── */

static bool fits(struct arena *a, const struct rule *r, str mark, str text)
{
    str all = str_fmt(a, "%.*s %.*s %.*s %.*s %.*s", STR_F(r->law), STR_F(r->article), STR_F(r->recipient->name), STR_F(r->note),
        STR_F(rule_when_text(a, r)));
    return (mark.n == 0 || str_eq(mark, WORD_OF(rule_marks, r->mark)->key)) && (text.n == 0 || str_has(all, text));
}

static err show_rules(struct req *rq, const struct rule_pack *p, struct view_incident_rules *v)
{
    const struct rule *const *list;
    size_t n = rule_pack_rules(p, &list);
    str mark = req_query(rq, "mark");
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_rules_rows, n);
    v->marks.p = ARENA_ARRAY(rq->a, struct view_incident_rules_marks, COUNT_OF(rule_marks));
    if (!v->rows.p || !v->marks.p)
        return ERR(NOMEM);
    for (size_t m = 0; m < COUNT_OF(rule_marks); m++)
        v->marks.p[v->marks.n++] = (struct view_incident_rules_marks){.key = rule_marks[m].key, .name = rule_marks[m].name,
            .chosen = str_eq(mark, rule_marks[m].key)};
    for (size_t i = 0; i < n; i++) {
        const struct rule *r = list[i];
        v->marks.p[WORD_OF(rule_marks, r->mark) - rule_marks].n++;
        if (fits(rq->a, r, mark, v->q))
            v->rows.p[v->rows.n++] = (struct view_incident_rules_rows){.rule = r->id, .recipient = r->recipient->name, .law = r->law,
                .article = r->article, .when = rule_when_text(rq->a, r), .steps = rule_steps_text(rq->a, r),
                .mark_key = WORD_OF(rule_marks, r->mark)->key, .mark = WORD_OF(rule_marks, r->mark)->name, .source = r->source,
                .note = r->note, .voluntary = r->voluntary};
    }
    return OK;
}

/* ── own incidents that run by another pack ── */

struct looking {
    struct req *rq;
    struct view_incident_rules *v;
    const struct rule_pack *force;
};

static err show_older(struct looking *l, const struct incident *x, int64_t force)
{
    struct req *rq = l->rq;
    FLOW_KEY_AUTO key = {0};
    const struct rule_pack *now;
    struct incident_facts *f = ARENA_NEW(rq->a, struct incident_facts);
    struct rule_dones done;
    struct incident_changes all;
    int64_t pack, newest;
    if (!f)
        return ERR(NOMEM);
    TRY(incident_pack_of_case(rq->db, x->flow.id, &pack));
    if (pack == force || x->flow.state == INCIDENT_CLOSED)
        return OK;
    err e = flow_key_open(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, x->flow.id, &key);
    if (err_is(e))
        return e.code == ERR_DENIED || e.code == ERR_GONE ? OK : e;
    TRY(incident_facts_load(rq->db, &key, x->flow.id, 0, rq->a, f, &newest));
    TRY(incident_pack_read(rq->db, pack, &now));
    TRY(incident_dones(rq->db, rq->a, x->flow.id, &done));
    TRY(incident_changes_of(rq->a, now, l->force, f, &done, rq->now, &all));
    struct view_incident_rules_cases *row = &l->v->cases.p[l->v->cases.n++];
    *row = (struct view_incident_rules_cases){.incident = x->flow.id, .number = x->flow.number, .drill = x->flow.drill,
        .version = rule_pack_version(now)};
    row->changes.p = ARENA_ARRAY(rq->a, struct view_incident_rules_cases_changes, all.n);
    if (!row->changes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        row->changes.p[row->changes.n++].text = incident_change_text(rq->a, &all.v[i]);
    return OK;
}

static err show_cases(struct req *rq, int64_t force, struct looking *l)
{
    struct incidents all;
    if (!(incident_p_report.roles & rq->who.roles))
        return OK;
    TRY(incident_all(rq->db, rq->a, rq->who.scope, &all));
    l->v->cases.p = ARENA_ARRAY(rq->a, struct view_incident_rules_cases, all.n);
    if (!l->v->cases.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        TRY(show_older(l, &all.v[i], force));
    return OK;
}

static err rules_read(struct req *rq)
{
    int64_t force;
    struct view_incident_rules *v = ARENA_NEW(rq->a, struct view_incident_rules);
    struct looking l = {.rq = rq, .v = v};
    if (!v)
        return ERR(NOMEM);
    TRY(incident_pack_in_force(rq->db, &force));
    TRY(incident_pack_read(rq->db, force, &l.force));
    *v = (struct view_incident_rules){.name = rule_pack_name(l.force), .version = rule_pack_version(l.force), .q = req_query(rq, "q"),
        .packs = (incident_p_packs.roles & rq->who.roles) != 0};
    TRY(show_rules(rq, l.force, v));
    TRY(show_cases(rq, force, &l));
    return req_show(rq, &view_incident_rules_type, v);
}

/* The body decides when its own incident follows the new pack: its clocks change under its eyes. */
static err follow_write(struct tx *tx, struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    TRY(incident_case_read(rq, tx_db(tx), &c));
    if (c.flow.state == INCIDENT_CLOSED) {
        req_say(rq, S("終結した事案の期限は、変わりません。"));
        return ERR(CONFLICT);
    }
    TRY(incident_case_follow(tx, rq, &c));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("incident.rules"),
        .object = str_fmt(rq->a, "incident:%lld/pack:%lld", (long long)c.flow.id, (long long)c.pack_id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/incidents/%lld?ok=saved", (long long)c.flow.id));
}

const struct route incident_rules_routes[] = {
    {.method = GET, .path = "/incidents/rules", .perm = &incident_p_rules, .read = rules_read,
        .shows = VIEWS(&view_incident_rules_type), .query = QUERY({"mark", "根拠の確認の度合いで絞る", false}, QUERY_Q)},
    {.method = POST, .path = "/incidents/{incident}/rules", .perm = &incident_p_report, .read = rules_read, .write = follow_write,
        .goes = PATHS("/incidents/{incident}")},
    {.path = NULL},
};
