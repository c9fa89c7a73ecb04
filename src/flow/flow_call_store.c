/* SPDX-License-Identifier: Apache-2.0 */
/* Calling the people on duty of an office until what was handed to it is opened (R57). */
#include "flow/flow_private.h"

err flow_duty_of(struct db *db, int64_t office, struct person_ids *out)
{
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT d.person FROM flow_duty d JOIN person p ON p.id=d.person WHERE d.office=$1 AND p.active=1 AND p.body=$1"
            " ORDER BY d.place LIMIT 100"),
        V(office))
    out->v[out->n++] = (person_id){row_i64(&r, 0)};
    return db_status(db);
}

err flow_duty_set(struct tx *tx, int64_t office, const struct person_ids *people)
{
    TRY(db_exec(tx, SQL("DELETE FROM flow_duty WHERE office=$1"), V(office)));
    for (size_t i = 0; i < people->n; i++)
        TRY(db_exec(tx, SQL("INSERT INTO flow_duty (office, place, person, at) VALUES ($1, $2, $3, $4)"),
            V(office, (int64_t)i + 1, people->v[i].v, tx_now(tx))));
    return OK;
}

err flow_call_begin(struct tx *tx, const struct flow_delivery *d)
{
    return db_exec(tx,
        SQL("INSERT INTO flow_call (delivery, office, began_at, calls) VALUES ($1, $2, $3, 0)"
            " ON CONFLICT (delivery) DO NOTHING"),
        V(d->id, d->office, tx_now(tx)));
}

err flow_call_end(struct tx *tx, int64_t delivery)
{
    return db_exec(tx, SQL("UPDATE flow_call SET done_at=$2 WHERE delivery=$1 AND done_at IS NULL"), V(delivery, tx_now(tx)));
}

enum { AT_ONCE = 200 };

/* The calls that are due, read before anything is written. */
static err due(struct db *db, usec now, struct flow_call *out, size_t *n)
{
    *n = 0;
    DB_EACH(db, r,
        SQL("SELECT c.delivery, c.office, c.began_at, c.calls FROM flow_call c WHERE c.done_at IS NULL"
            " AND (c.called_at IS NULL OR c.called_at<=$1) ORDER BY c.delivery LIMIT 200"),
        V(now - FLOW_CALL_EVERY))
    out[(*n)++] = (struct flow_call){.delivery = row_i64(&r, 0), .office = row_i64(&r, 1), .began_at = row_i64(&r, 2), .calls = row_i64(&r, 3)};
    return db_status(db);
}

/* The first on duty at once, and one more after each 15 minutes; nobody who was called is let off. */
static err call_one(struct tx *tx, struct flow_call *c, flow_call_fn *fn, void *ctx)
{
    struct person_ids all;
    usec gone = tx_now(tx) - c->began_at;
    TRY(flow_duty_of(tx_db(tx), c->office, &all));
    if (all.n == 0)
        TRY(org_receivers(tx_db(tx), (body_id){c->office}, &all));
    else if ((usec)all.n > 1 + gone / FLOW_CALL_NEXT)
        all.n = (size_t)(1 + gone / FLOW_CALL_NEXT);
    c->calls++;
    c->minutes = gone / USEC_MINUTE;
    TRY(db_exec(tx, SQL("UPDATE flow_call SET called_at=$2, calls=$3 WHERE delivery=$1"), V(c->delivery, tx_now(tx), c->calls)));
    for (size_t i = 0; i < all.n; i++)
        TRY(fn(ctx, tx, c, all.v[i]));
    return OK;
}

err flow_call_tick(struct tx *tx, struct arena *a, flow_call_fn *fn, void *ctx)
{
    size_t n;
    struct flow_call *all = ARENA_ARRAY(a, struct flow_call, AT_ONCE);
    if (!all)
        return ERR(NOMEM);
    TRY(due(tx_db(tx), tx_now(tx), all, &n));
    for (size_t i = 0; i < n; i++)
        TRY(call_one(tx, &all[i], fn, ctx));
    return OK;
}

err flow_calling(struct db *db, struct arena *a, const struct scope *s, struct flow_calls *out)
{
    *out = (struct flow_calls){ARENA_ARRAY(a, struct flow_call, AT_ONCE), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT c.delivery, c.office, c.began_at, c.calls, b.name FROM flow_call c JOIN body b ON b.id=c.office"
            " WHERE c.done_at IS NULL AND (c.office=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " ORDER BY c.began_at LIMIT 200"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct flow_call){.delivery = row_i64(&r, 0), .office = row_i64(&r, 1), .name = row_str(a, &r, 4),
        .began_at = row_i64(&r, 2), .calls = row_i64(&r, 3)};
    return db_status(db);
}
