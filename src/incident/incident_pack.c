/* SPDX-License-Identifier: Apache-2.0 */
/* 決まりの表: packs of rules for the office that answers for them. One is loaded as a file or as text, examined, set beside
 * the one in force and replayed over what was reported; only then it may be used. */
#include "incident/incident_pack.h"

#include "incident_pack.ht.h"
#include "incident_packs.ht.h"

const struct permission incident_p_packs = {"incident.packs", ROLE_NATION | ROLE_SYSTEM};

/* ── the list, and loading one ── */

static err packs_read(struct req *rq)
{
    struct incident_packs all;
    struct view_incident_packs *v = ARENA_NEW(rq->a, struct view_incident_packs);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_packs_all(rq->db, rq->a, &all));
    *v = (struct view_incident_packs){.pack_typed = req_typed(rq, "pack", STR_NONE), .pack_error = req_error_of(rq, "pack")};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_packs_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct incident_pack_row *x = &all.v[i];
        v->rows.p[v->rows.n++] = (struct view_incident_packs_rows){.pack = x->id, .name = x->name, .version = x->version, .at = x->at,
            .used_at = x->used_at, .shipped = x->id == 0, .in_force = x->in_force};
    }
    return req_show(rq, &view_incident_packs_type, v);
}

struct load_form {
    str pack;
    struct incident_examined x; /* by prepare */
};
static const struct web_field load_fields[] = {{.name = "pack", .label = "決まりの表", .type = FIELD_TEXT,
    .offset = offsetof(struct load_form, pack), .max = PACK_BYTES / 3}};
static const struct web_form load_form = WEB_FORM(load_fields, load_form);
static const struct upload load_upload = {"file", "ファイル", PACK_BYTES};

static err load_text(struct req *rq, str *text)
{
    struct req_file file;
    size_t got;
    if (!req_file(rq, &file))
        return OK;
    char *p = arena_alloc(rq->a, (size_t)file.size + 1);
    if (!p)
        return ERR(NOMEM);
    TRY(req_file_read(rq, 0, p, (size_t)file.size, &got));
    *text = (str){p, got};
    return OK;
}

static err load_prepare(struct req *rq)
{
    struct load_form *f = rq->form;
    TRY(load_text(rq, &f->pack));
    if (f->pack.n == 0) {
        req_error(rq, "pack", S("ファイルを選ぶか、中身を貼り付けてください。"));
        return ERR(INVALID);
    }
    TRY(incident_pack_examine(rq->a, f->pack, &f->x));
    if (f->x.refused.n)
        req_error(rq, "pack", f->x.refused);
    return f->x.refused.n ? ERR(INVALID) : OK;
}

static err write_down(struct tx *tx, struct req *rq, str action, int64_t pack)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "incident_pack:%lld", (long long)pack)};
    return audit_append(tx, &e);
}

static err load_write(struct tx *tx, struct req *rq)
{
    const struct load_form *f = rq->form;
    struct incident_pack_row row = {.name = f->x.name, .version = f->x.version, .census = f->x.census, .person = {rq->who.person}};
    int64_t id;
    TRY(incident_pack_add(tx, &row, f->pack, &id));
    TRY(write_down(tx, rq, S("incident.pack_load"), id));
    return req_go(rq, str_fmt(rq->a, "/incidents/packs/%lld?ok=saved", (long long)id));
}

/* ── one, beside the one in force ── */

static const struct rule *rule_of(const struct rule_pack *p, str id)
{
    const struct rule *const *list, *found = NULL;
    size_t n = rule_pack_rules(p, &list);
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i]->id, id))
            found = list[i]; /* of several versions the last */
    return found;
}

static bool same(struct arena *a, const struct rule *x, const struct rule *y)
{
    return str_eq(x->recipient->key, y->recipient->key) && str_eq(x->form, y->form) && x->mark == y->mark && x->from == y->from &&
        x->to == y->to && x->voluntary == y->voluntary && str_eq(rule_when_text(a, x), rule_when_text(a, y)) &&
        str_eq(rule_steps_text(a, x), rule_steps_text(a, y));
}

static void add_rule(struct arena *a, struct view_incident_pack *v, const struct rule *r, str change)
{
    v->rules.p[v->rules.n++] = (struct view_incident_pack_rules){.rule = r->id,
        .change = change,
        .recipient = r->recipient->name,
        .law = str_fmt(a, "%.*s %.*s", STR_F(r->law), STR_F(r->article)),
        .when = rule_when_text(a, r),
        .steps = rule_steps_text(a, r),
        .mark_key = WORD_OF(rule_marks, r->mark)->key,
        .mark = WORD_OF(rule_marks, r->mark)->name};
}

/* Those of this pack, then those of the one in force that it does not have. */
static err show_rules(struct req *rq, const struct rule_pack *p, const struct rule_pack *force, struct view_incident_pack *v)
{
    const struct rule *const *mine, *const *other;
    size_t n = rule_pack_rules(p, &mine), m = rule_pack_rules(force, &other);
    v->rules.p = ARENA_ARRAY(rq->a, struct view_incident_pack_rules, n + m);
    if (!v->rules.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const struct rule *before = rule_of(force, mine[i]->id);
        bool is_same = p == force || (before && same(rq->a, before, mine[i]));
        add_rule(rq->a, v, mine[i], is_same ? STR_NONE : before ? S("変わる") : S("新しい"));
        v->differ += !is_same;
    }
    for (size_t i = 0; i < m; i++)
        if (!rule_of(p, other[i]->id)) {
            add_rule(rq->a, v, other[i], S("なくなる"));
            v->differ++;
        }
    return OK;
}

struct counting {
    struct req *rq;
    struct view_incident_pack *v;
};

/* Numbers and bodies: what was said is not for this office. */
static err count(void *ctx, struct arena *a, const struct incident_replayed *r)
{
    enum { BODIES = 200 };
    const struct counting *c = ctx;
    struct view_incident_pack *v = c->v;
    (void)a;
    size_t i = 0;
    while (i < v->bodies.n && v->bodies.p[i].body != r->body.v)
        i++;
    if (i == BODIES)
        return OK;
    if (i == v->bodies.n)
        v->bodies.p[v->bodies.n++] = (struct view_incident_pack_bodies){.body = r->body.v, .name = str_dup(c->rq->a, r->body_name)};
    struct view_incident_pack_bodies *row = &v->bodies.p[i];
    row->cases++;
    for (size_t k = 0; k < r->changes.n; k++) {
        enum incident_change_kind kind = r->changes.v[k].kind;
        row->fresh += kind == CHANGE_NEW;
        row->gone += kind == CHANGE_GONE;
        row->dates += kind == CHANGE_DATE || kind == CHANGE_RECIPIENT;
    }
    return OK;
}

/* The newest thousand: the command goes through all of them. */
static err show_replay(struct req *rq, const struct rule_pack *p, struct view_incident_pack *v)
{
    enum { MOST = 1000, BODIES = 200 };
    struct incident_replay sum;
    struct counting c = {rq, v};
    v->bodies.p = ARENA_ARRAY(rq->a, struct view_incident_pack_bodies, BODIES);
    if (!v->bodies.p)
        return ERR(NOMEM);
    TRY(incident_replay_run(rq->db, store_vault(web_store(rq->web)), p, rq->now, MOST, count, &c, &sum));
    v->cases = sum.cases;
    v->different = sum.different;
    v->shut = sum.shut;
    v->newest_only = sum.cases == MOST;
    return OK;
}

static err find_row(struct req *rq, struct db *db, struct incident_pack_row *out)
{
    struct incident_packs all;
    int64_t id;
    TRY(req_param_i64(rq, "pack", &id));
    TRY(incident_packs_all(db, rq->a, &all));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].id == id) {
            *out = all.v[i];
            return OK;
        }
    return ERR(NOTFOUND);
}

static err pack_read(struct req *rq)
{
    struct incident_pack_row row;
    const struct rule_pack *pack, *force;
    struct view_incident_pack *v = ARENA_NEW(rq->a, struct view_incident_pack);
    if (!v)
        return ERR(NOMEM);
    TRY(find_row(rq, rq->db, &row));
    *v = (struct view_incident_pack){.pack = row.id, .name = row.name, .version = row.version, .census = row.census, .at = row.at,
        .in_force = row.in_force, .shipped = row.id == 0};
    TRY(incident_pack_in_force(rq->db, &v->force));
    TRY(incident_pack_read(rq->db, row.id, &pack));
    TRY(incident_pack_read(rq->db, v->force, &force));
    v->force_version = rule_pack_version(force);
    TRY(show_rules(rq, pack, force, v));
    TRY(show_replay(rq, pack, v));
    return req_show(rq, &view_incident_pack_type, v);
}

struct use_form {
    int64_t force; /* which one was in force when the page was drawn */
};
static const struct web_field use_fields[] = {{.name = "force", .label = "いまの表", .type = FIELD_INT,
    .offset = offsetof(struct use_form, force), .required = true, .least = 0, .most = INT64_MAX}};
static const struct web_form use_form = WEB_FORM(use_fields, use_form);

static err use_write(struct tx *tx, struct req *rq)
{
    const struct use_form *f = rq->form;
    struct incident_pack_row row;
    int64_t force;
    TRY(find_row(rq, tx_db(tx), &row));
    TRY(incident_pack_in_force(tx_db(tx), &force));
    if (force != f->force) {
        req_say(rq, S("画面を開いた後に、ほかの表が使われ始めました。違いを確かめ直してください。"));
        return ERR(STALE);
    }
    TRY(incident_pack_use(tx, row.id, rq->who.person));
    TRY(write_down(tx, rq, S("incident.pack_use"), row.id));
    return req_go(rq, S("/incidents/packs?ok=saved"));
}

const struct route incident_pack_routes[] = {
    {.method = GET, .path = "/incidents/packs", .perm = &incident_p_packs, .read = packs_read,
        .shows = VIEWS(&view_incident_packs_type)},
    {.method = POST, .path = "/incidents/packs", .perm = &incident_p_packs, .flags = ROUTE_SLOW, .form = &load_form,
        .upload = &load_upload, .read = packs_read, .prepare = load_prepare, .write = load_write,
        .goes = PATHS("/incidents/packs/{pack}")},
    {.method = GET, .path = "/incidents/packs/{pack}", .perm = &incident_p_packs, .flags = ROUTE_SLOW, .read = pack_read,
        .shows = VIEWS(&view_incident_pack_type)},
    {.method = POST, .path = "/incidents/packs/{pack}/use", .perm = &incident_p_packs, .form = &use_form,
        .read = pack_read, .write = use_write, .goes = PATHS("/incidents/packs")},
    {.path = NULL},
};
