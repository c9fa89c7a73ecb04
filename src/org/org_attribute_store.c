/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the figures about bodies. */
#include "org/org_body.h"

#define ATTRIBUTE_COLUMNS "t.body, t.as_of, t.population, t.core_city, t.peer_group, t.source"

static void attribute_of_row(struct arena *a, const struct rows *r, struct attribute *out)
{
    *out = (struct attribute){.body = {row_i64(r, 0)},
        .as_of = (jday)row_i64(r, 1),
        .population = row_i64(r, 2),
        .core_city = row_i64(r, 3) != 0,
        .similar = row_str(a, r, 4),
        .source = row_str(a, r, 5)};
}

err org_attribute_all(
    struct db *db, struct arena *a, const struct scope *s, jday day, struct attribute_list *out)
{
    int64_t n = 0;
    DB_EACH(db, c, SQL("SELECT COUNT(DISTINCT body) FROM body_attribute"), V0)
    n = row_i64(&c, 0);
    *out = (struct attribute_list){.v = ARENA_ARRAY(a, struct attribute, (size_t)n + 1)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " ATTRIBUTE_COLUMNS " FROM body_attribute t JOIN body b ON b.id=t.body"
            " WHERE t.as_of=(SELECT MAX(x.as_of) FROM body_attribute x WHERE x.body=t.body"
            " AND x.as_of<=$4)"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " ORDER BY t.body LIMIT 10000"),
        V(scope_body(s).v, scope_level(s), scope_pref(s), day))
    {
        if (out->n < (size_t)n)
            attribute_of_row(a, &r, &out->v[out->n++]);
    }
    return db_status(db);
}

err org_attribute_get(struct db *db, struct arena *a, const struct scope *s, body_id body,
    jday day, struct attribute *out)
{
    DB_ONE(db, r,
        SQL("SELECT " ATTRIBUTE_COLUMNS " FROM body_attribute t JOIN body b ON b.id=t.body"
            " WHERE t.body=$1 AND t.as_of<=$5"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY t.as_of DESC LIMIT 1"),
        V(body.v, scope_body(s).v, scope_level(s), scope_pref(s), day));
    attribute_of_row(a, &r, out);
    return OK;
}

err org_attribute_put(struct tx *tx, const struct attribute *v, int64_t person)
{
    return db_exec(tx,
        SQL("INSERT INTO body_attribute (body, as_of, population, core_city, peer_group, source,"
            " person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            " ON CONFLICT (body, as_of) DO UPDATE SET population=excluded.population,"
            " core_city=excluded.core_city, peer_group=excluded.peer_group, source=excluded.source,"
            " person=excluded.person, at=excluded.at"),
        V(v->body.v, v->as_of, v->population, v->core_city, v->similar, v->source, person,
            tx_now(tx)));
}
