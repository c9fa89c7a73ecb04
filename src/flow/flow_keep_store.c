/* SPDX-License-Identifier: Apache-2.0 */
/* How long what was said and delivered is kept, and the end of it: the wrapped keys are deleted, and the database
 * overwrites what it deletes (PRAGMA secure_delete). */
#include "flow/flow_private.h"

#define YEAR INT64_C(31557600000000) /* 365.25 days */

err flow_years(struct db *db, const struct flow_kind *kind, body_id body, int64_t *years)
{
    *years = FLOW_YEARS;
    DB_EACH(db, r, SQL("SELECT years FROM flow_years WHERE kind=$1 AND body=$2"), V(str_of(kind->name), body.v))
    *years = row_i64(&r, 0);
    return db_status(db);
}

err flow_years_set(struct tx *tx, const struct scope *s, const struct flow_kind *kind, int64_t years)
{
    return db_exec(tx,
        SQL("INSERT INTO flow_years (kind, body, years, person, at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (kind, body) DO UPDATE SET years=excluded.years, person=excluded.person, at=excluded.at"),
        V(str_of(kind->name), scope_body(s).v, years, scope_person(s).v, tx_now(tx)));
}

usec flow_years_end(usec over, int64_t years)
{
    return over + years * YEAR;
}

/* ── erasing ── */

/* All that the body holds of the case. What was said and delivered stays as bytes that nobody opens. */
static err destroy(struct tx *tx, int64_t flow, body_id body, int64_t person)
{
    TRY(db_exec(tx,
        SQL("DELETE FROM flow_key WHERE body=$2 AND (thing=$1 OR thing IN (SELECT d.id FROM flow_delivery d WHERE d.flow=$1))"),
        V(flow, body.v)));
    TRY(db_exec(tx, /* what opens with a word is a key too */
        SQL("DELETE FROM flow_envelope WHERE delivery IN (SELECT d.id FROM flow_delivery d JOIN flow_case c ON c.id=d.flow"
            " WHERE d.flow=$1 AND c.body=$2)"),
        V(flow, body.v)));
    return db_exec(tx,
        SQL("INSERT INTO flow_erased (flow, body, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT (flow, body) DO NOTHING"),
        V(flow, body.v, person, tx_now(tx)));
}

err flow_erase(struct tx *tx, const struct scope *s, const struct flow_kind *kind, const struct flow_case *c)
{
    if (c->erased_at)
        return ERR(GONE);
    return c->state == kind->over ? destroy(tx, c->id, c->body.id, scope_person(s).v) : ERR(CONFLICT);
}

/* Of a body that was merged the years of its successor count. */
static err due(struct tx *tx, const struct flow_kind *kind, struct flow_erased *out, size_t most, size_t *n)
{
    *n = 0;
    DB_EACH(tx_db(tx), r,
        SQL("SELECT c.id, c.number, x.body FROM (SELECT k.thing AS flow, k.body AS body FROM flow_key k"
            " JOIN flow_case f ON f.id=k.thing UNION SELECT d.flow AS flow, k.body AS body FROM flow_key k"
            " JOIN flow_delivery d ON d.id=k.thing) x JOIN flow_case c ON c.id=x.flow"
            " LEFT JOIN flow_years y ON y.kind=c.kind AND y.body=COALESCE((SELECT MAX(s.new_body) FROM body_successor s"
            " WHERE s.old_body=x.body), x.body) WHERE c.kind=$1 AND c.state=$2"
            " AND c.changed_at + COALESCE(y.years, CAST($3 AS BIGINT)) * 31557600000000 <= $4"
            " ORDER BY c.changed_at, c.id, x.body LIMIT 50"),
        V(str_of(kind->name), kind->over, FLOW_YEARS, tx_now(tx)))
    if (*n < most)
        out[(*n)++] = (struct flow_erased){row_i64(&r, 0), row_i64(&r, 1), {row_i64(&r, 2)}};
    return db_status(tx_db(tx));
}

/* The day on which all that was due was done. */
static err done_on(struct db *db, struct arena *a, str name, jday *day)
{
    str text;
    int64_t at;
    *day = DAY_NONE;
    err e = setting_get(db, a, name, &text);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    TRY(parse_i64(text, 0, INT32_MAX, &at));
    *day = (jday)at;
    return OK;
}

err flow_erase_tick(struct tx *tx, struct arena *a, const struct flow_kind *kind, flow_erased_fn *fn, void *ctx)
{
    enum { MOST = 50 };
    struct flow_erased all[MOST];
    str name = str_fmt(a, "erased_%s", kind->name);
    jday day, today = jday_of_usec(tx_now(tx));
    size_t n;
    TRY(done_on(tx_db(tx), a, name, &day));
    if (day == today)
        return OK;
    TRY(due(tx, kind, all, MOST, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(destroy(tx, all[i].flow, all[i].body, 0));
        TRY(fn(ctx, tx, &all[i]));
    }
    return n == MOST ? OK : setting_put(tx, name, str_fmt(a, "%d", (int)today));
}

/* ── what was erased ── */

err flow_is_erased(struct db *db, body_id body, int64_t thing)
{
    DB_EACH(db, r,
        SQL("SELECT 1 FROM flow_erased e WHERE (e.flow=$1 OR e.flow=(SELECT d.flow FROM flow_delivery d WHERE d.id=$1))"
            " AND" FLOW_OWN("e.body", 2) " LIMIT 1"),
        V(thing, body.v))
    return ERR(GONE);
    return db_status(db);
}

err flow_erased_for(struct db *db, struct arena *a, const struct scope *s, struct flow_ids *out)
{
    enum { MOST = 500 };
    *out = (struct flow_ids){ARENA_ARRAY(a, int64_t, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT DISTINCT e.flow FROM flow_erased e JOIN flow_delivery d ON d.flow=e.flow AND d.office=e.body"
            " WHERE e.body=$1 AND d.id IN (SELECT x.id FROM flow_delivery x WHERE x.office=$1 ORDER BY x.id DESC LIMIT 500)"
            " ORDER BY e.flow LIMIT 500"),
        V(scope_body(s).v))
    out->v[out->n++] = row_i64(&r, 0);
    return db_status(db);
}

bool flow_ids_have(const struct flow_ids *ids, int64_t id)
{
    size_t from = 0, to = ids->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (ids->v[mid] == id)
            return true;
        if (ids->v[mid] < id)
            from = mid + 1;
        else
            to = mid;
    }
    return false;
}
