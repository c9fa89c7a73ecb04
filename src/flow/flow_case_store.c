/* SPDX-License-Identifier: Apache-2.0 */
/* Cases, their way, and what is said in them. */
#include "flow/flow_private.h"

#define CASE                                                                                     \
    " c.id, c.number, c.state, c.drill, c.person, c.at, c.changed_at, c.version, b.id,"           \
    " COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, c.shift FROM flow_case c JOIN body b ON b.id=c.body"

static struct flow_case case_of_row(struct arena *a, const struct rows *r)
{
    return (struct flow_case){.id = row_i64(r, 0), .number = row_i64(r, 1), .state = (int)row_i64(r, 2),
        .drill = row_i64(r, 3) != 0, .person = row_i64(r, 4), .at = row_i64(r, 5), .changed_at = row_i64(r, 6),
        .version = row_i64(r, 7),
        .body = {{row_i64(r, 8)}, row_str(a, r, 9), (enum body_class)row_i64(r, 10), row_i64(r, 11), row_str(a, r, 12),
            row_str(a, r, 13)},
        .shift = row_i64(r, 14)};
}

err flow_get(struct db *db, struct arena *a, const struct scope *s, const struct flow_kind *kind, int64_t id,
    struct flow_case *out)
{
    DB_ONE(db, r, SQL("SELECT" CASE " WHERE c.id=$1 AND c.kind=$2 AND" FLOW_OWN("c.body", 3)),
        V(id, str_of(kind->name), scope_body(s).v));
    *out = case_of_row(a, &r);
    return OK;
}

err flow_all(struct db *db, struct arena *a, const struct scope *s, const struct flow_kind *kind,
    struct flow_cases *out)
{
    enum { MOST = 500 };
    *out = (struct flow_cases){ARENA_ARRAY(a, struct flow_case, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT" CASE " WHERE c.kind=$1 AND" FLOW_OWN("c.body", 2) " ORDER BY c.id DESC LIMIT 500"),
        V(str_of(kind->name), scope_body(s).v))
    out->v[out->n++] = case_of_row(a, &r);
    return db_status(db);
}

static err next_number(struct db *db, const struct flow_kind *kind, body_id body, int64_t *out)
{
    DB_ONE(db, r, SQL("SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM flow_case WHERE kind=$1 AND body=$2"),
        V(str_of(kind->name), body.v));
    *out = row_i64(&r, 0) + 1;
    return OK;
}

err flow_open(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_kind *kind, bool drill, struct flow_case *out, struct flow_key *key)
{
    int64_t id = tx_id(tx), number;
    body_id body = scope_body(s);
    if (!v)
        return ERR(DENIED);
    TRY(next_number(tx_db(tx), kind, body, &number));
    TRY(db_exec(tx,
        SQL("INSERT INTO flow_case (id, kind, body, number, state, drill, person, at, changed_at, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)"),
        V(id, str_of(kind->name), body.v, number, kind->states[0].value, drill, scope_person(s).v, tx_now(tx))));
    flow_key_new(key);
    TRY(flow_key_share(tx, a, v, key, id, body));
    return flow_get(tx_db(tx), a, s, kind, id, out);
}

static const struct flow_act *act_of(const struct flow_kind *kind, str key)
{
    for (size_t i = 0; i < kind->n_acts; i++)
        if (str_eq(str_of(kind->acts[i].key), key))
            return &kind->acts[i];
    return NULL;
}

err flow_move(struct tx *tx, const struct scope *s, const struct flow_kind *kind, const struct flow_case *c, str act,
    int64_t version)
{
    int64_t n;
    const struct flow_act *step = act_of(kind, act);
    if (!step)
        return ERR(NOTFOUND);
    if (c->version != version)
        return ERR(STALE);
    if (c->state != step->from)
        return ERR(CONFLICT);
    TRY(db_exec_count(tx,
        SQL("UPDATE flow_case SET state=$2, changed_at=$3, version=version+1 WHERE id=$1 AND version=$4"),
        V(c->id, step->to, tx_now(tx), version), &n));
    if (n != 1)
        return ERR(STALE);
    return db_exec(tx,
        SQL("INSERT INTO flow_step (id, flow, act, from_state, to_state, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(tx_id(tx), c->id, act, step->from, step->to, scope_person(s).v, tx_now(tx)));
}

/* ── what is said ── */

/* What the seal of an entry is for: it opens nowhere else. */
static str entry_text(struct arena *a, int64_t flow, int64_t id, int kind)
{
    return str_fmt(a, "flow-entry:%lld:%lld:%d", (long long)flow, (long long)id, kind);
}

err flow_say(struct tx *tx, struct arena *a, const struct flow_key *k, const struct flow_case *c, int kind,
    int64_t person, str text, int64_t *id)
{
    struct bytes sealed;
    *id = tx_id(tx);
    TRY(seal_in(a, k->v, entry_text(a, c->id, *id, kind), (struct bytes){(const uint8_t *)text.p, text.n}, &sealed));
    return db_exec(tx,
        SQL("INSERT INTO flow_entry (id, flow, kind, person, at, sealed) VALUES ($1, $2, $3, $4, $5, $6)"),
        V(*id, c->id, kind, person, flow_now(c, tx_now(tx)), sealed));
}

err flow_said(struct db *db, const struct flow_key *k, int64_t flow, int kind, int64_t until, flow_each *fn, void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT id, person, at, sealed FROM flow_entry WHERE flow=$1 AND kind=$2 AND id<=$3 ORDER BY id"),
        V(flow, kind, until ? until : INT64_MAX))
    {
        struct bytes plain;
        ARENA_AUTO a = arena_new(1 << 20);
        if (!a)
            return ERR(NOMEM);
        struct flow_entry e = {.id = row_i64(&r, 0), .person = row_i64(&r, 1), .kind = kind, .at = row_i64(&r, 2)};
        TRY(seal_out(a, k->v, entry_text(a, flow, e.id, kind), row_bytes(a, &r, 3), &plain));
        e.text = (str){(const char *)plain.p, plain.n};
        TRY(fn(ctx, &e));
    }
    return db_status(db);
}
