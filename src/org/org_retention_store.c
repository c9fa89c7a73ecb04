/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about those who have left. */
#include "org/org_retention.h"
#include "org/org_sign_in.h"

err org_retention_get(struct db *db, int64_t body, int64_t *years)
{
    *years = RETENTION_YEARS;
    DB_EACH(db, r, SQL("SELECT years FROM retention WHERE body=$1"), V(body))
    *years = row_i64(&r, 0);
    return db_status(db);
}

err org_retention_set(struct tx *tx, int64_t body, int64_t years, person_id by)
{
    return db_exec(tx,
        SQL("INSERT INTO retention (body, years, person, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (body) DO UPDATE SET years=excluded.years, person=excluded.person,"
            " at=excluded.at"),
        V(body, years, by.v, tx_now(tx)));
}

err org_retention_note(struct tx *tx)
{
    TRY(db_exec(tx,
        SQL("INSERT INTO person_left (person, at) SELECT p.id, CAST($1 AS BIGINT) FROM person p"
            " WHERE p.active=0 AND NOT EXISTS (SELECT 1 FROM person_left l WHERE l.person=p.id)"),
        V(tx_now(tx))));
    return db_exec(tx,
        SQL("DELETE FROM person_left WHERE erased_at IS NULL AND person IN"
            " (SELECT p.id FROM person p WHERE p.active=1)"),
        V0);
}

/* A year has 365.25 days here: 31,557,600 seconds, in microseconds. */
err org_retention_due(struct db *db, usec now, person_id *who, body_id *body)
{
    DB_ONE(db, r,
        SQL("SELECT p.id, p.body FROM person_left l JOIN person p ON p.id=l.person"
            " LEFT JOIN retention k ON k.body=p.body"
            " WHERE l.erased_at IS NULL AND p.active=0"
            " AND l.at + COALESCE(k.years, CAST($2 AS BIGINT)) * 31557600000000 <= $1"
            " ORDER BY l.at, p.id LIMIT 1"),
        V(now, RETENTION_YEARS));
    *who = (person_id){row_i64(&r, 0)};
    *body = (body_id){row_i64(&r, 1)};
    return OK;
}

err org_retention_erase(struct tx *tx, person_id who)
{
    TRY(db_exec(tx,
        SQL("UPDATE person SET name=$2, mail='',"
            " login='erased-' || CAST(CAST($1 AS BIGINT) AS TEXT) WHERE id=$1 AND active=0"),
        V(who.v, S(RETENTION_ERASED))));
    TRY(db_exec(tx, SQL("DELETE FROM credential WHERE person=$1"), V(who.v)));
    TRY(org_factor_drop_all(tx, who));
    TRY(db_exec(tx, SQL("DELETE FROM session WHERE person=$1"), V(who.v)));
    TRY(db_exec(tx, SQL("DELETE FROM token WHERE person=$1"), V(who.v)));
    TRY(db_exec(tx, SQL("DELETE FROM invite WHERE person=$1"), V(who.v)));
    return db_exec(tx, SQL("UPDATE person_left SET erased_at=$2 WHERE person=$1"),
        V(who.v, tx_now(tx)));
}
