/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about packs of rules; and a pack as a connection keeps it, read once. */
#include "incident/incident_pack.h"

#include <pthread.h>

/* ── kept ── */

struct kept {
    struct arena *a; /* in which it lies itself */
    struct rule_pack *pack;
};

static pthread_once_t read_once = PTHREAD_ONCE_INIT;
static struct arena *shipped_in; /* for as long as the program runs */
static struct rule_pack *shipped;

static void read_shipped(void)
{
    struct rule_problem why;
    shipped_in = arena_new(16 << 20);
    BUG_IF(!shipped_in || err_is(rule_pack_read(shipped_in, rule_pack_shipped(), &shipped, &why)));
}

static void drop(void *p)
{
    arena_free(((struct kept *)p)->a);
}

static err keep(struct db *db, int64_t id, const void *kind, struct kept **out)
{
    str json;
    struct rule_problem why;
    struct arena *a = arena_new(32 << 20);
    struct kept *k = a ? ARENA_NEW(a, struct kept) : NULL;
    err e = k ? incident_pack_json(db, a, id, &json) : ERR(NOMEM);
    if (!err_is(e))
        e = rule_pack_read(a, json, &k->pack, &why);
    if (err_is(e)) {
        arena_free(a);
        return e;
    }
    k->a = a;
    *out = k;
    return db_cache(db, kind, id, k, drop);
}

err incident_pack_read(struct db *db, int64_t id, const struct rule_pack **out)
{
    static const char kind;
    BUG_IF(pthread_once(&read_once, read_shipped) != 0);
    *out = shipped;
    if (id == 0)
        return OK;
    struct kept *k = db_cached(db, &kind, id);
    if (!k)
        TRY(keep(db, id, &kind, &k));
    *out = k->pack;
    return OK;
}

/* ── statements ── */

err incident_pack_now(struct db *db, const struct rule_pack **out)
{
    int64_t id;
    TRY(incident_pack_in_force(db, &id));
    return incident_pack_read(db, id, out);
}

err incident_pack_in_force(struct db *db, int64_t *id)
{
    *id = 0;
    DB_EACH(db, r, SQL("SELECT pack FROM incident_pack_use ORDER BY id DESC LIMIT 1"), V0)
    *id = row_i64(&r, 0);
    return db_status(db);
}

err incident_pack_json(struct db *db, struct arena *a, int64_t id, str *json)
{
    *json = rule_pack_shipped();
    if (id == 0)
        return OK;
    DB_ONE(db, r, SQL("SELECT json FROM incident_pack WHERE id=$1"), V(id));
    *json = row_str(a, &r, 0);
    return OK;
}

static err used_at(struct db *db, int64_t id, usec *at)
{
    DB_ONE(db, r, SQL("SELECT CAST(COALESCE(MAX(at), 0) AS BIGINT) FROM incident_pack_use WHERE pack=$1"), V(id));
    *at = row_i64(&r, 0);
    return OK;
}

err incident_packs_all(struct db *db, struct arena *a, struct incident_packs *out)
{
    enum { MOST = 100 };
    int64_t force;
    const struct rule_pack *base;
    *out = (struct incident_packs){ARENA_ARRAY(a, struct incident_pack_row, MOST + 1), 0};
    if (!out->v)
        return ERR(NOMEM);
    TRY(incident_pack_in_force(db, &force));
    TRY(incident_pack_read(db, 0, &base));
    DB_EACH(db, r, SQL("SELECT id, name, version, census, person, at FROM incident_pack ORDER BY id DESC LIMIT 100"), V0)
    out->v[out->n++] = (struct incident_pack_row){.id = row_i64(&r, 0), .name = row_str(a, &r, 1), .version = row_str(a, &r, 2),
        .census = row_str(a, &r, 3), .person = {row_i64(&r, 4)}, .at = row_i64(&r, 5)};
    TRY(db_status(db));
    out->v[out->n++] = (struct incident_pack_row){.name = rule_pack_name(base), .version = rule_pack_version(base)};
    for (size_t i = 0; i < out->n; i++) {
        out->v[i].in_force = out->v[i].id == force;
        TRY(used_at(db, out->v[i].id, &out->v[i].used_at));
    }
    return OK;
}

err incident_pack_add(struct tx *tx, const struct incident_pack_row *row, str json, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO incident_pack (id, name, version, json, census, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(*id, row->name, row->version, json, row->census, row->person.v, tx_now(tx)));
}

err incident_pack_use(struct tx *tx, int64_t id, int64_t person)
{
    return db_exec(tx, SQL("INSERT INTO incident_pack_use (id, pack, person, at) VALUES ($1, $2, $3, $4)"),
        V(tx_id(tx), id, person, tx_now(tx)));
}

err incident_pack_of_case(struct db *db, int64_t flow, int64_t *id)
{
    *id = 0;
    DB_EACH(db, r, SQL("SELECT pack FROM incident WHERE flow=$1"), V(flow))
    *id = row_i64(&r, 0);
    return db_status(db);
}

err incident_note_pack(struct tx *tx, int64_t flow, int64_t id)
{
    return db_exec(tx, SQL("UPDATE incident SET pack=$2 WHERE flow=$1"), V(flow, id));
}

err incident_dones(struct db *db, struct arena *a, int64_t flow, struct rule_dones *out)
{
    enum { MOST = 500 };
    *out = (struct rule_dones){ARENA_ARRAY(a, struct rule_done, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT subject, step, at FROM flow_delivery WHERE flow=$1 ORDER BY id LIMIT 500"), V(flow))
    out->v[out->n++] = (struct rule_done){row_str(a, &r, 0), (enum rule_step_kind)row_i64(&r, 1), row_i64(&r, 2)};
    return db_status(db);
}

err incident_cases_kept(struct db *db, int64_t most, incident_case_fn *fn, void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT c.id, c.number, b.id, b.name, i.pack FROM incident i JOIN flow_case c ON c.id=i.flow JOIN body b ON b.id=c.body"
            " JOIN flow_key k ON k.thing=c.id AND k.body=c.body WHERE i.drill=0 ORDER BY c.id DESC LIMIT $1"),
        V(most))
    {
        ARENA_AUTO a = arena_new(1 << 16);
        if (!a)
            return ERR(NOMEM);
        TRY(fn(ctx, row_i64(&r, 0), row_i64(&r, 1), (body_id){row_i64(&r, 2)}, row_str(a, &r, 3), row_i64(&r, 4)));
    }
    return db_status(db);
}
