/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of cases. What was told is written down in the transaction of the telling, by the distance and the
 * date it was told of, so that it is told once whatever happens to the worker. */
#include "flow/flow_private.h"

err flow_clock_set(struct tx *tx, int64_t flow, str name, usec due, usec done)
{
    if (due == 0)
        return db_exec(tx, SQL("UPDATE flow_clock SET done_at=$3 WHERE flow=$1 AND name=$2 AND done_at IS NULL"),
            V(flow, name, tx_now(tx)));
    return db_exec(tx,
        SQL("INSERT INTO flow_clock (id, flow, name, due_at, done_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (flow, name) DO UPDATE SET due_at=excluded.due_at, done_at=excluded.done_at"),
        V(tx_id(tx), flow, name, due, done ? val_int(done) : VAL_NONE));
}

err flow_soonest(struct db *db, const struct scope *s, const struct flow_kind *kind, struct flow_soon *out)
{
    *out = (struct flow_soon){0};
    DB_EACH(db, r,
        SQL("SELECT c.id, c.number, k.due_at FROM flow_clock k JOIN flow_case c ON c.id=k.flow"
            " WHERE k.done_at IS NULL AND c.kind=$1 AND c.drill=0 AND" FLOW_OWN("c.body", 2) " ORDER BY k.due_at, k.id LIMIT 1"),
        V(str_of(kind->name), scope_body(s).v))
    *out = (struct flow_soon){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2)};
    return db_status(db);
}

/* One distance: those that have come as near, and were told of no nearer one for this date. */
static err tell_at(struct tx *tx, struct arena *a, const struct flow_kind *kind, int64_t distance, flow_due_fn *fn,
    void *ctx)
{
    enum { MOST = 200 };
    struct flow_due *due = ARENA_ARRAY(a, struct flow_due, MOST);
    size_t n = 0;
    if (!due)
        return ERR(NOMEM);
    DB_EACH(tx_db(tx), r,
        SQL("SELECT k.id, k.flow, k.name, k.due_at, c.drill, b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana"
            ", c.number FROM flow_clock k JOIN flow_case c ON c.id=k.flow JOIN body b ON b.id=c.body"
            " WHERE k.done_at IS NULL AND (k.due_at<=$1 OR (c.shift>0 AND k.due_at<=$1+c.shift)) AND c.kind=$3"
            " AND NOT EXISTS (SELECT 1 FROM flow_told t WHERE t.clock=k.id AND t.due_at=k.due_at AND t.distance>=$2)"
            " ORDER BY k.due_at, k.id LIMIT 200"),
        V(tx_now(tx) - distance * USEC_SECOND, distance, str_of(kind->name)))
    due[n++] = (struct flow_due){.clock = row_i64(&r, 0), .flow = row_i64(&r, 1), .name = row_str(a, &r, 2),
        .due = row_i64(&r, 3), .drill = row_i64(&r, 4) != 0, .distance = distance,
        .body = {{row_i64(&r, 5)}, row_str(a, &r, 6), (enum body_class)row_i64(&r, 7), row_i64(&r, 8),
            row_str(a, &r, 9), row_str(a, &r, 10)},
        .number = row_i64(&r, 11)};
    TRY(db_status(tx_db(tx)));
    for (size_t i = 0; i < n; i++) {
        TRY(db_exec(tx, SQL("INSERT INTO flow_told (clock, distance, due_at, at) VALUES ($1, $2, $3, $4)"),
            V(due[i].clock, distance, due[i].due, tx_now(tx))));
        TRY(fn(ctx, tx, &due[i]));
    }
    return OK;
}

/* The nearest first, so that what was slept through is not told afterwards. */
err flow_tick(struct tx *tx, struct arena *a, const struct flow_kind *kind, const int64_t *distances, size_t n,
    flow_due_fn *fn, void *ctx)
{
    for (size_t i = n; i-- > 0;)
        TRY(tell_at(tx, a, kind, distances[i], fn, ctx));
    return OK;
}
