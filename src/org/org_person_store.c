/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about one person's name and roles, and about who works in a body. */
#include "org/org_private.h"

err org_person_rename(struct tx *tx, person_id p, str name)
{
    return db_exec(tx, SQL("UPDATE person SET name=$2 WHERE id=$1"), V(p.v, name));
}

/* A role that stays keeps the day it was given. */
err org_roles_set(struct tx *tx, person_id p, uint32_t roles)
{
    for (int64_t bit = 1; bit <= ROLE_SECTION; bit <<= 1) {
        if (roles & (uint32_t)bit)
            TRY(db_exec(tx,
                SQL("INSERT INTO person_role (person, role, since) VALUES ($1, $2, $3)"
                    " ON CONFLICT (person, role) DO NOTHING"),
                V(p.v, bit, tx_now(tx))));
        else
            TRY(db_exec(tx, SQL("DELETE FROM person_role WHERE person=$1 AND role=$2"),
                V(p.v, bit)));
    }
    return OK;
}

err org_staff(struct db *db, struct arena *a, const struct scope *s, struct staff_list *out)
{
    enum { MOST = 500 };
    *out = (struct staff_list){ARENA_ARRAY(a, struct staff, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT p.name, CAST(COALESCE((SELECT SUM(role) FROM person_role x"
            " WHERE x.person=p.id), 0) AS BIGINT),"
            " (SELECT COUNT(DISTINCT c.kind) FROM credential c WHERE c.person=p.id)"
            " + CASE WHEN EXISTS (SELECT 1 FROM factor f WHERE f.person=p.id) THEN 1 ELSE 0 END"
            " FROM person p WHERE p.body=$1 AND p.active=1 ORDER BY p.name, p.id LIMIT 500"),
        V(scope_body(s).v))
    out->v[out->n++] =
        (struct staff){row_str(a, &r, 0), (uint32_t)row_i64(&r, 1), row_i64(&r, 2)};
    return db_status(db);
}

/* ── leaving ── */

err org_sections_of(struct db *db, struct arena *a, person_id p, struct strs *names)
{
    enum { MOST = 50 };
    *names = (struct strs){ARENA_ARRAY(a, str, MOST), 0};
    if (!names->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT k.name FROM section_member m JOIN section k ON k.id=m.section"
            " WHERE m.person=$1 AND k.active=1 ORDER BY k.name, k.id LIMIT 50"),
        V(p.v))
    names->v[names->n++] = row_str(a, &r, 0);
    return db_status(db);
}

err org_sections_hand_over(struct tx *tx, person_id from, person_id to)
{
    TRY(db_exec(tx,
        SQL("INSERT INTO section_member (section, person, since)"
            " SELECT m.section, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM section_member m"
            " WHERE m.person=$1 ON CONFLICT (section, person) DO NOTHING"),
        V(from.v, to.v, tx_now(tx))));
    return db_exec(tx, SQL("DELETE FROM section_member WHERE person=$1"), V(from.v));
}

err org_deputies_end(struct tx *tx, person_id p)
{
    return db_exec(tx,
        SQL("UPDATE deputy SET ended_at=$2"
            " WHERE (principal=$1 OR deputy=$1) AND ended_at IS NULL AND to_day>=$3"),
        V(p.v, tx_now(tx), jday_of_usec(tx_now(tx))));
}

err org_person_by_any_login(struct db *db, str login, person_id *out)
{
    DB_ONE(db, r, SQL("SELECT id FROM person WHERE login=$1"), V(login));
    out->v = row_i64(&r, 0);
    return OK;
}

err org_login_free(struct tx *tx, struct arena *a, person_id p, str login)
{
    return db_exec(tx, SQL("UPDATE person SET login=$2 WHERE id=$1"),
        V(p.v, str_fmt(a, "%.*s#%lld", STR_F(login), (long long)p.v)));
}

err org_invites_of_body(struct db *db, body_id body, usec since, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM invite i JOIN person p ON p.id=i.person"
            " WHERE p.body=$1 AND i.created_at>$2"),
        V(body.v, since));
    *n = row_i64(&r, 0);
    return OK;
}

/* ── measures ── */

err org_ciso_holder(struct db *db, int64_t body, usec now, struct measured *out)
{
    (void)now;
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM person p JOIN person_role x ON x.person=p.id"
            " WHERE p.body=$1 AND p.active=1 AND x.role=$2"),
        V(body, ROLE_CISO));
    *out = (struct measured){true, row_i64(&r, 0)};
    return OK;
}

/* Of those with a password, who shows a second factor too. Rounded down, so that 100 % means
 * everybody. */
err org_two_factor_share(struct db *db, int64_t body, usec now, struct measured *out)
{
    (void)now;
    DB_ONE(db, r,
        SQL("SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM factor f"
            " WHERE f.person=p.id) THEN 1 ELSE 0 END), 0) AS BIGINT) FROM person p"
            " JOIN credential c ON c.person=p.id AND c.kind='password'"
            " WHERE p.body=$1 AND p.active=1"),
        V(body));
    int64_t all = row_i64(&r, 0);
    *out = (struct measured){all > 0, all > 0 ? row_i64(&r, 1) * 100 / all : 0};
    return OK;
}

err org_nation_is_there(struct db *db, bool *out)
{
    *out = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM person_role x JOIN person p ON p.id=x.person"
            " WHERE x.role=16 AND p.active=1 LIMIT 1"),
        V0)
    *out = true;
    return db_status(db);
}
