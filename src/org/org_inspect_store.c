/* SPDX-License-Identifier: Apache-2.0 */
/* Counts over all people, for the system administrator. */
#include "org/org_private.h"

err org_without_second_factor(struct db *db, int64_t *all, int64_t *without)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN k.n<2 THEN 1 ELSE 0 END), 0) AS BIGINT)"
            " FROM (SELECT p.id AS person, COUNT(DISTINCT c.kind) AS n FROM person p"
            " JOIN person_role x ON x.person=p.id LEFT JOIN credential c ON c.person=p.id"
            " WHERE p.active=1 AND x.role IN ($1, $2, $3) GROUP BY p.id) k"),
        V(ROLE_SYSTEM, ROLE_NATION, ROLE_ADMIN));
    *all = row_i64(&r, 0);
    *without = row_i64(&r, 1);
    return OK;
}

err org_invites_expired(struct db *db, usec now, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(DISTINCT p.id) FROM person p JOIN invite i ON i.person=p.id"
            " WHERE p.active=1 AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.person=p.id)"
            " AND NOT EXISTS (SELECT 1 FROM invite j WHERE j.person=p.id AND j.used_at IS NULL"
            " AND j.expires_at>$1)"),
        V(now));
    *out = row_i64(&r, 0);
    return OK;
}
