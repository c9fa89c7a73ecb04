/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of deputies. */
#include "org/org_private.h"

enum { MOST = 200 };

err org_role_count(struct db *db, const struct scope *s, enum role role, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM person p JOIN person_role x ON x.person=p.id"
            " WHERE p.body=$1 AND p.active=1 AND x.role=$2 AND p.organ=$3"),
        V(scope_body(s).v, role, scope_organ(s)));
    *out = row_i64(&r, 0);
    return OK;
}

err org_deputy_for(struct db *db, person_id p, uint32_t roles, jday today, person_id *out)
{
    out->v = 0;
    DB_EACH(db, r,
        SQL("SELECT d.principal FROM deputy d JOIN person_role y ON y.person=d.principal"
            " WHERE d.deputy=$1 AND d.ended_at IS NULL AND d.from_day<=$2 AND d.to_day>=$2"
            " AND y.role IN (2, 64) AND (y.role & CAST($3 AS BIGINT))<>0"
            " AND NOT EXISTS (SELECT 1 FROM person_role x WHERE x.person=$1"
            " AND (x.role & CAST($3 AS BIGINT))<>0) ORDER BY d.id DESC LIMIT 1"),
        V(p.v, today, roles))
    out->v = row_i64(&r, 0);
    return db_status(db);
}

err org_deputy_add(struct tx *tx, const struct scope *s, struct deputy *d)
{
    d->id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO deputy (id, principal, deputy, from_day, to_day, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(d->id, d->principal.v, d->deputy.v, d->from, d->to, scope_person(s).v, tx_now(tx)));
}

err org_deputy_end(struct tx *tx, const struct scope *s, bool any, int64_t id)
{
    int64_t changed;
    TRY(db_exec_count(tx,
        SQL("UPDATE deputy SET ended_at=$3 WHERE id=$1 AND ended_at IS NULL"
            " AND (principal=$4 OR CAST($5 AS BIGINT)=1) AND EXISTS (SELECT 1 FROM person p"
            " WHERE p.id=deputy.principal AND p.body=$2)"),
        V(id, scope_body(s).v, tx_now(tx), scope_person(s).v, any), &changed));
    return changed ? OK : ERR(NOTFOUND);
}

err org_deputy_all(struct db *db, struct arena *a, const struct scope *s, struct deputy_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct deputy, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT d.id, p.id, p.name, q.id, q.name, d.from_day, d.to_day,"
            " COALESCE(d.ended_at, 0) FROM deputy d JOIN person p ON p.id=d.principal"
            " JOIN person q ON q.id=d.deputy WHERE p.body=$1 ORDER BY d.id DESC LIMIT 200"),
        V(scope_body(s).v))
    out->v[out->n++] = (struct deputy){.id = row_i64(&r, 0),
        .principal = {row_i64(&r, 1)},
        .principal_name = row_str(a, &r, 2),
        .deputy = {row_i64(&r, 3)},
        .deputy_name = row_str(a, &r, 4),
        .from = (jday)row_i64(&r, 5),
        .to = (jday)row_i64(&r, 6),
        .ended_at = row_i64(&r, 7)};
    return db_status(db);
}
