/* SPDX-License-Identifier: Apache-2.0 */
/* Organs of a body: the words, what the law says, and their statements. */
#include "org/org_body.h"

const struct word org_organ_kinds[12] = {
    {ORGAN_ASSEMBLY, S("assembly"), S("議会")},
    {ORGAN_EDUCATION, S("education"), S("教育委員会")},
    {ORGAN_ELECTION, S("election"), S("選挙管理委員会")},
    {ORGAN_PERSONNEL, S("personnel"), S("人事委員会・公平委員会")},
    {ORGAN_AUDIT, S("audit"), S("監査委員")},
    {ORGAN_FARMING, S("farming"), S("農業委員会")},
    {ORGAN_VALUATION, S("valuation"), S("固定資産評価審査委員会")},
    {ORGAN_SAFETY, S("safety"), S("公安委員会")},
    {ORGAN_HOSPITAL, S("hospital"), S("病院")},
    {ORGAN_UNIVERSITY, S("university"), S("大学")},
    {ORGAN_UTILITY, S("utility"), S("水道等の企業")},
    {ORGAN_OTHER, S("other"), S("その他")},
};

/* 地方自治法244条の6第3項・同施行令173条の7: the minister's guideline leaves 公安委員会 out. 警察法
 * 38条: it is an organ of a prefecture. */
const char *org_organ_refused(enum organ_kind kind, enum body_class class, bool in_scope)
{
    if (kind != ORGAN_SAFETY)
        return NULL;
    if (class != CLASS_PREFECTURE)
        return "公安委員会は、都道府県だけに置かれます。";
    return in_scope ? "公安委員会は、法令により対象にできません"
                      "（地方自治法第244条の6第3項、同法施行令第173条の7）。"
                    : NULL;
}

#define ORGAN_COLUMNS                                                                            \
    "o.body, o.number, o.kind, o.name, o.in_scope, o.reason, o.law, o.decided_by, o.decided_on"

static void organ_of_row(struct arena *a, const struct rows *r, struct organ *out)
{
    *out = (struct organ){.body = {row_i64(r, 0)},
        .number = row_i64(r, 1),
        .kind = (enum organ_kind)row_i64(r, 2),
        .name = row_str(a, r, 3),
        .in_scope = row_i64(r, 4) != 0,
        .reason = row_str(a, r, 5),
        .law = row_str(a, r, 6),
        .decided_by = row_str(a, r, 7),
        .decided_on = (jday)row_i64(r, 8)};
}

err org_organ_all(
    struct db *db, struct arena *a, const struct scope *s, body_id body, struct organ_list *out)
{
    *out = (struct organ_list){.v = ARENA_ARRAY(a, struct organ, ORGANS_MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " ORGAN_COLUMNS " FROM organ o JOIN body b ON b.id=o.body WHERE o.body=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY o.number LIMIT 50"),
        V(body.v, scope_body(s).v, scope_level(s), scope_pref(s)))
    organ_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err org_organ_in_scope(
    struct db *db, struct arena *a, const struct scope *s, struct organ_list *out)
{
    enum { MOST = 20000 };
    int64_t n = 0;
    DB_EACH(db, c, SQL("SELECT COUNT(*) FROM organ WHERE in_scope=1"), V0)
    n = row_i64(&c, 0);
    *out = (struct organ_list){.v = ARENA_ARRAY(a, struct organ, (size_t)n + 1)};
    if (n > MOST)
        return ERR(LIMIT);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " ORGAN_COLUMNS " FROM organ o JOIN body b ON b.id=o.body"
            " WHERE o.in_scope=1 AND b.valid_to IS NULL"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " ORDER BY o.body, o.number LIMIT 20000"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        if (out->n < (size_t)n)
            organ_of_row(a, &r, &out->v[out->n++]);
    }
    return db_status(db);
}

err org_organ_get(struct db *db, struct arena *a, const struct scope *s, body_id body,
    int64_t number, struct organ *out)
{
    DB_ONE(db, r,
        SQL("SELECT " ORGAN_COLUMNS " FROM organ o JOIN body b ON b.id=o.body"
            " WHERE o.body=$1 AND o.number=$2"
            " AND (b.id=$3 OR CAST($4 AS BIGINT)=3 OR (CAST($4 AS BIGINT)=2 AND b.pref=$5))"),
        V(body.v, number, scope_body(s).v, scope_level(s), scope_pref(s)));
    organ_of_row(a, &r, out);
    return OK;
}

str org_organ_name(struct db *db, struct arena *a, body_id body, int64_t number)
{
    str name = number == 0 ? S("長の部局") : STR_NONE;
    DB_EACH(db, r, SQL("SELECT name FROM organ WHERE body=$1 AND number=$2"), V(body.v, number))
    name = row_str(a, &r, 0);
    return name;
}

static err next_number(struct db *db, body_id body, int64_t *out)
{
    *out = 1;
    DB_EACH(db, r, SQL("SELECT COALESCE(MAX(number), 0)+1 FROM organ WHERE body=$1"), V(body.v))
    *out = row_i64(&r, 0);
    TRY(db_status(db));
    return *out <= ORGANS_MOST ? OK : ERR(LIMIT);
}

err org_organ_put(struct tx *tx, const struct organ *o, int64_t person, int64_t *number)
{
    *number = o->number;
    if (o->number == 0)
        TRY(next_number(tx_db(tx), o->body, number));
    return db_exec(tx,
        SQL("INSERT INTO organ (body, number, kind, name, in_scope, reason, law, decided_by,"
            " decided_on, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " ON CONFLICT (body, number) DO UPDATE SET name=excluded.name,"
            " in_scope=excluded.in_scope, reason=excluded.reason, law=excluded.law,"
            " decided_by=excluded.decided_by, decided_on=excluded.decided_on,"
            " person=excluded.person, at=excluded.at"),
        V(o->body.v, *number, o->kind, o->name, o->in_scope, o->reason, o->law, o->decided_by,
            o->decided_on, person, tx_now(tx)));
}

err org_person_organ(struct tx *tx, person_id p, int64_t organ)
{
    return db_exec(tx, SQL("UPDATE person SET organ=$2 WHERE id=$1"), V(p.v, organ));
}

err org_organ_people(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct organ_people *out)
{
    enum { MOST = 200 };
    *out = (struct organ_people){.v = ARENA_ARRAY(a, struct organ_person, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT p.id, p.name, p.login, p.organ FROM person p WHERE p.body=$1 AND p.active=1"
            " AND (p.body=$2 OR CAST($3 AS BIGINT)=3) AND NOT EXISTS (SELECT 1 FROM person_role x"
            " WHERE x.person=p.id AND x.role IN (8, 16, 32)) ORDER BY p.organ, p.login LIMIT 200"),
        V(body.v, scope_body(s).v, scope_level(s)))
    out->v[out->n++] = (struct organ_person){
        {row_i64(&r, 0)}, row_str(a, &r, 1), row_str(a, &r, 2), row_i64(&r, 3)};
    return db_status(db);
}
