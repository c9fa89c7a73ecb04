/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of sections and their people. */
#include "org/org_private.h"

enum { MOST = 200, MEMBERS = 2000 };

err org_section_all(
    struct db *db, struct arena *a, const struct scope *s, struct section_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct section, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT k.id, k.name, k.active, (SELECT COUNT(*) FROM section_member m"
            " WHERE m.section=k.id AND m.person=$2), (SELECT COUNT(*) FROM section_member m"
            " JOIN person p ON p.id=m.person WHERE m.section=k.id AND p.active=1)"
            " FROM section k WHERE k.body=$1 ORDER BY k.active DESC, k.name, k.id LIMIT 200"),
        V(scope_body(s).v, scope_person(s).v))
    out->v[out->n++] = (struct section){.id = row_i64(&r, 0),
        .name = row_str(a, &r, 1),
        .active = row_i64(&r, 2) != 0,
        .mine = row_i64(&r, 3) != 0,
        .people = row_i64(&r, 4)};
    return db_status(db);
}

err org_section_add(struct tx *tx, const struct scope *s, str name, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO section (id, body, name, active) VALUES ($1, $2, $3, 1)"),
        V(*id, scope_body(s).v, name));
}

err org_section_end(struct tx *tx, const struct scope *s, int64_t id, bool active)
{
    int64_t changed;
    TRY(db_exec_count(tx, SQL("UPDATE section SET active=$3 WHERE id=$1 AND body=$2"),
        V(id, scope_body(s).v, active), &changed));
    return changed ? OK : ERR(NOTFOUND);
}

err org_section_join(
    struct tx *tx, const struct scope *s, int64_t section, int64_t person, bool member)
{
    int64_t changed;
    if (!member)
        return db_exec(tx,
            SQL("DELETE FROM section_member WHERE section=$1 AND person=$2"
                " AND EXISTS (SELECT 1 FROM section k WHERE k.id=$1 AND k.body=$3)"),
            V(section, person, scope_body(s).v));
    TRY(db_exec_count(tx,
        SQL("INSERT INTO section_member (section, person, since) SELECT k.id, p.id, $4"
            " FROM section k JOIN person p ON p.body=k.body"
            " WHERE k.id=$1 AND p.id=$2 AND k.body=$3 AND p.active=1"
            " ON CONFLICT (section, person) DO UPDATE SET since=excluded.since"),
        V(section, person, scope_body(s).v, tx_now(tx)), &changed));
    return changed ? OK : ERR(NOTFOUND);
}

err org_section_members(
    struct db *db, struct arena *a, const struct scope *s, struct member_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct member, MEMBERS);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT m.section, m.person FROM section_member m JOIN section k ON k.id=m.section"
            " WHERE k.body=$1 ORDER BY m.section, m.person LIMIT 2000"),
        V(scope_body(s).v))
    out->v[out->n++] = (struct member){row_i64(&r, 0), row_i64(&r, 1)};
    return db_status(db);
}
