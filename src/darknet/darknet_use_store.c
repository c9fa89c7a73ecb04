/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about who uses the service since when, and who was told of it. */
#include "darknet/darknet_private.h"

#define IN_SCOPE                                                                                 \
    "(b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"

static err count(struct db *db, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_application WHERE observed_from IS NOT NULL"), V0);
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_periods(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_periods *out)
{
    int64_t most;
    TRY(count(db, &most));
    *out = (struct darknet_periods){ARENA_ARRAY(a, struct darknet_period, (size_t)most + 1), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT x.body, b.pref, x.observed_from, x.observed_to FROM darknet_application x"
            " JOIN body b ON b.id=x.body WHERE x.observed_from IS NOT NULL AND " IN_SCOPE
            " ORDER BY x.observed_from, x.id"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    if (out->n < (size_t)most)
        out->v[out->n++] = (struct darknet_period){
            row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2), row_i64(&r, 3)};
    return db_status(db);
}

static int of_id(const struct darknet_users *all, int64_t body)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].body.id.v == body)
            return (int)i;
    return -1;
}

err darknet_users(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_users *out)
{
    struct body_list bodies;
    TRY(org_body_all(db, a, s, &bodies));
    *out = (struct darknet_users){ARENA_ARRAY(a, struct darknet_user, bodies.n), bodies.n};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < bodies.n; i++)
        out->v[i] = (struct darknet_user){.body = bodies.v[i]};
    struct darknet_users rest = *out; /* both in the order of the codes */
    DB_EACH(db, r,
        SQL("SELECT b.id, (SELECT x.observed_from FROM darknet_application x WHERE x.body=b.id"
            " AND x.state=5), (SELECT COUNT(*) FROM darknet_range_body h JOIN darknet_range r"
            " ON r.id=h.range WHERE h.body=b.id AND r.valid_to IS NULL),"
            " (SELECT MAX(n.at) FROM darknet_nudge n WHERE n.body=b.id)"
            " FROM body b WHERE b.valid_to IS NULL AND b.class<9 AND " IN_SCOPE
            " AND (EXISTS (SELECT 1 FROM darknet_application x WHERE x.body=b.id)"
            " OR EXISTS (SELECT 1 FROM darknet_nudge n WHERE n.body=b.id)"
            " OR EXISTS (SELECT 1 FROM darknet_range_body h WHERE h.body=b.id)) ORDER BY b.code6"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        int at = of_id(&rest, row_i64(&r, 0));
        if (at < 0)
            continue;
        struct darknet_user *u = &rest.v[at];
        u->since = row_i64(&r, 1);
        u->covered = row_i64(&r, 2) > 0;
        u->nudged_at = row_i64(&r, 3);
        rest = (struct darknet_users){u + 1, (size_t)(out->v + out->n - u) - 1};
    }
    return db_status(db);
}

err darknet_is_observed(struct db *db, const struct scope *s, body_id body, bool *out)
{
    *out = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM darknet_application x JOIN body b ON b.id=x.body WHERE x.body=$4"
            " AND x.state=5 AND " IN_SCOPE),
        V(scope_body(s).v, scope_level(s), scope_pref(s), body.v))
    *out = true;
    return db_status(db);
}

err darknet_observed(struct db *db, int64_t body, usec now, struct measured *out)
{
    (void)now;
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_range r WHERE r.valid_to IS NULL AND (r.body=$1"
            " OR EXISTS (SELECT 1 FROM darknet_range_body h WHERE h.range=r.id AND h.body=$1))"),
        V(body));
    *out = (struct measured){true, row_i64(&r, 0)};
    return OK;
}

err darknet_nudge_add(struct tx *tx, const struct scope *s, body_id body)
{
    return db_exec(tx, SQL("INSERT INTO darknet_nudge (id, body, person, at) VALUES ($1, $2, $3, $4)"),
        V(tx_id(tx), body.v, scope_person(s).v, tx_now(tx)));
}

err darknet_nudge_last(struct db *db, body_id body, usec *at)
{
    *at = 0;
    DB_EACH(db, r, SQL("SELECT COALESCE(MAX(at), 0) FROM darknet_nudge WHERE body=$1"), V(body.v))
    *at = row_i64(&r, 0);
    return db_status(db);
}
