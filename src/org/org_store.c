/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of org. */
#include "org/org_sign_in.h"

#include <sodium.h>

/* ── bodies ── */

static void body_of_row(struct arena *a, const struct rows *r, struct body *out)
{
    *out = (struct body){.id = {row_i64(r, 0)},
        .code6 = row_str(a, r, 1),
        .class = (enum body_class)row_i64(r, 2),
        .pref = row_i64(r, 3),
        .name = row_str(a, r, 4),
        .kana = row_str(a, r, 5)};
}

err org_body_get(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body *out)
{
    DB_ONE(db, r,
        SQL("SELECT id, code6, class, pref, name, kana FROM body WHERE id=$1"
            " AND (id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND pref=$4)"
            " OR EXISTS (SELECT 1 FROM body_successor x WHERE x.old_body=body.id"
            " AND x.new_body=$2))"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)));
    body_of_row(a, &r, out);
    return OK;
}

err org_body_by_code(
    struct db *db, struct arena *a, const struct scope *s, str code6, struct body *out)
{
    DB_ONE(db, r,
        SQL("SELECT id, code6, class, pref, name, kana FROM body WHERE code6=$1 AND valid_to IS NULL"
            " AND (id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND pref=$4))"),
        V(code6, scope_body(s).v, scope_level(s), scope_pref(s)));
    body_of_row(a, &r, out);
    return OK;
}

err org_body_all(struct db *db, struct arena *a, const struct scope *s, struct body_list *out)
{
    enum { MOST = 4000 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct body, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, code6, class, pref, name, kana FROM body WHERE class<=6"
            " AND valid_to IS NULL"
            " AND (id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND pref=$3))"
            " ORDER BY code6 LIMIT 4000"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    body_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err org_pref_all(struct db *db, struct arena *a, struct body_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct body, 60);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, code6, class, pref, name, kana FROM body WHERE class=1"
            " AND valid_to IS NULL ORDER BY code6 LIMIT 60"),
        V0)
    body_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

str org_pref_name(struct db *db, struct arena *a, int64_t pref)
{
    str name = STR_NONE;
    DB_EACH(db, r, SQL("SELECT name FROM body WHERE pref=$1 AND class=1"), V(pref))
    name = row_str(a, &r, 0);
    return name;
}

static err body_add(struct tx *tx, int64_t id, struct val code6, enum body_class class,
    int64_t pref, str name, str kana)
{
    return db_exec(tx,
        SQL("INSERT INTO body (id, code6, class, pref, name, kana, valid_from)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(id, code6, class, pref, name, kana, ORG_FIRST_DAY));
}

err org_seed_bodies(struct tx *tx, const struct body_seed *seeds)
{
    for (const struct body_seed *s = seeds; s->code6; s++) {
        int64_t code;
        str code6 = str_of(s->code6);
        TRY(parse_i64(code6, 1, 999999, &code));
        TRY(body_add(tx, code, val_str(code6), (enum body_class)s->class, code / 10000,
            str_of(s->name), str_of(s->kana)));
    }
    return OK;
}

err org_seed_office(struct tx *tx, int64_t id, str name)
{
    return body_add(tx, id, VAL_NONE, CLASS_OFFICE, 0, name, STR_NONE);
}

/* ── people ── */

err org_person_add(struct tx *tx, const struct new_person *p, person_id *out)
{
    out->v = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO person (id, body, login, name, mail, active, created_at)"
            " VALUES ($1, $2, $3, $4, $5, 1, $6)"),
        V(out->v, p->body.v, p->login, p->name, p->mail, tx_now(tx))));
    for (int64_t bit = 1; bit <= ROLE_SECTION; bit <<= 1)
        if (p->roles & (uint32_t)bit)
            TRY(db_exec(tx,
                SQL("INSERT INTO person_role (person, role, since) VALUES ($1, $2, $3)"),
                V(out->v, bit, tx_now(tx))));
    return p->password_hash.n ? org_credential_put(tx, *out, p->password_hash) : OK;
}

err org_person_by_login(struct db *db, str login, person_id *out)
{
    DB_ONE(db, r, SQL("SELECT id FROM person WHERE login=$1 AND active=1"), V(login));
    out->v = row_i64(&r, 0);
    return OK;
}

err org_people_with_role(
    struct db *db, body_id body, uint32_t role, jday today, struct person_ids *out)
{
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT p.id FROM person p JOIN body b ON b.id=p.body WHERE p.active=1 AND (p.body=$1"
            " OR CAST($2 AS BIGINT)=16"
            " OR (CAST($2 AS BIGINT)=8 AND b.pref=(SELECT pref FROM body WHERE id=$1)))"
            " AND (EXISTS (SELECT 1 FROM person_role x WHERE x.person=p.id AND x.role=$2)"
            " OR EXISTS (SELECT 1 FROM deputy d JOIN person_role y ON y.person=d.principal"
            " JOIN person q ON q.id=d.principal WHERE d.deputy=p.id AND y.role=$2"
            " AND y.role IN (2, 64) AND q.active=1 AND q.body=p.body AND d.ended_at IS NULL"
            " AND d.from_day<=$3 AND d.to_day>=$3)) ORDER BY p.id LIMIT 100"),
        V(body.v, role, today))
    out->v[out->n++] = (person_id){row_i64(&r, 0)};
    return db_status(db);
}

err org_receivers(struct db *db, body_id office, struct person_ids *out)
{
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT p.id FROM person p WHERE p.active=1 AND p.body=$1"
            " AND EXISTS (SELECT 1 FROM person_role x WHERE x.person=p.id AND x.role IN (8, 16)) ORDER BY p.id LIMIT 100"),
        V(office.v))
    out->v[out->n++] = (person_id){row_i64(&r, 0)};
    return db_status(db);
}

err org_role_holders(struct db *db, struct arena *a, uint32_t roles, jday today, struct role_holders *out)
{
    enum { MOST = 60000 };
    *out = (struct role_holders){ARENA_ARRAY(a, struct role_holder, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT p.body, p.id FROM person p WHERE p.active=1"
            " AND (EXISTS (SELECT 1 FROM person_role x WHERE x.person=p.id AND (x.role & CAST($1 AS BIGINT))<>0)"
            " OR EXISTS (SELECT 1 FROM deputy d JOIN person_role y ON y.person=d.principal"
            " JOIN person q ON q.id=d.principal WHERE d.deputy=p.id AND (y.role & CAST($1 AS BIGINT))<>0"
            " AND y.role IN (2, 64) AND q.active=1 AND q.body=p.body AND d.ended_at IS NULL"
            " AND d.from_day<=$2 AND d.to_day>=$2)) ORDER BY p.body, p.id LIMIT 60001"),
        V(roles, today))
    {
        if (out->n == MOST)
            return ERR(LIMIT);
        out->v[out->n++] = (struct role_holder){row_i64(&r, 0), {row_i64(&r, 1)}};
    }
    return db_status(db);
}

#define PERSON_COLUMNS                                                                           \
    "p.id, p.body, p.login, p.name, b.name, COALESCE(b.code6, ''), p.active,"                    \
    " CAST(COALESCE((SELECT SUM(role) FROM person_role x WHERE x.person=p.id), 0) AS BIGINT),"   \
    " (SELECT COUNT(*) FROM credential c WHERE c.person=p.id)"

static void person_of_row(struct arena *a, const struct rows *r, struct person *out)
{
    *out = (struct person){.id = {row_i64(r, 0)},
        .body = {row_i64(r, 1)},
        .login = row_str(a, r, 2),
        .name = row_str(a, r, 3),
        .org_name = row_str(a, r, 4),
        .code6 = row_str(a, r, 5),
        .active = row_i64(r, 6) != 0,
        .roles = (uint32_t)row_i64(r, 7),
        .has_password = row_i64(r, 8) != 0};
}

err org_person_get(
    struct db *db, struct arena *a, const struct scope *s, person_id id, struct person *out)
{
    DB_ONE(db, r,
        SQL("SELECT " PERSON_COLUMNS " FROM person p JOIN body b ON b.id=p.body WHERE p.id=$1"
            " AND (p.body=$2 OR CAST($3 AS BIGINT)=3)"),
        V(id.v, scope_body(s).v, scope_level(s)));
    person_of_row(a, &r, out);
    return OK;
}

err org_person_self(struct db *db, struct arena *a, person_id p, struct person *out)
{
    DB_ONE(db, r,
        SQL("SELECT " PERSON_COLUMNS " FROM person p JOIN body b ON b.id=p.body WHERE p.id=$1"),
        V(p.v));
    person_of_row(a, &r, out);
    return OK;
}

err org_person_find(struct db *db, struct arena *a, const struct scope *s, str q, size_t most,
    struct person_list *out)
{
    *out = (struct person_list){.v = ARENA_ARRAY(a, struct person, most)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " PERSON_COLUMNS " FROM person p JOIN body b ON b.id=p.body"
            " WHERE (p.body=$1 OR CAST($2 AS BIGINT)=3)"
            " AND (CAST($3 AS TEXT)='' OR REPLACE(p.name || ' ' || p.login || ' ' || b.name,"
            " CAST($3 AS TEXT), '') <> p.name || ' ' || p.login || ' ' || b.name)"
            " ORDER BY p.active DESC, b.class DESC, b.code6, p.login"
            " LIMIT CAST($4 AS BIGINT)"),
        V(scope_body(s).v, scope_level(s), q, (int64_t)most + 1))
    {
        if (out->n == most)
            out->more = true;
        else
            person_of_row(a, &r, &out->v[out->n++]);
    }
    return db_status(db);
}

err org_person_of_body(struct db *db, struct arena *a, body_id body, struct person_list *out)
{
    enum { MOST = 200 };
    *out = (struct person_list){.v = ARENA_ARRAY(a, struct person, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " PERSON_COLUMNS " FROM person p JOIN body b ON b.id=p.body"
            " WHERE p.body=$1 AND p.active=1 ORDER BY p.name, p.id LIMIT 200"),
        V(body.v))
    person_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err org_person_colleagues(
    struct db *db, struct arena *a, const struct scope *s, struct person_list *out)
{
    return org_person_of_body(db, a, scope_body(s), out);
}

err org_login_is_taken(struct db *db, str login, bool *taken)
{
    *taken = false;
    DB_EACH(db, r, SQL("SELECT 1 FROM person WHERE login=$1"), V(login))
    *taken = true;
    return db_status(db);
}

err org_person_lock(struct tx *tx, person_id p)
{
    TRY(db_exec(tx, SQL("DELETE FROM credential WHERE person=$1"), V(p.v)));
    TRY(db_exec(tx, SQL("DELETE FROM token WHERE person=$1"), V(p.v)));
    TRY(org_factor_drop_all(tx, p));
    /* Not deleted: how many there were is limited. */
    TRY(db_exec(tx,
        SQL("UPDATE invite SET expires_at=$2 WHERE person=$1 AND used_at IS NULL AND expires_at>$2"),
        V(p.v, tx_now(tx))));
    return org_session_drop_all(tx, p);
}

err org_person_activate(struct tx *tx, person_id p, bool active)
{
    return db_exec(tx, SQL("UPDATE person SET active=$2 WHERE id=$1"), V(p.v, active));
}

err org_office_first(struct db *db, struct arena *a, struct body *out)
{
    DB_ONE(db, r,
        SQL("SELECT id, COALESCE(code6, ''), class, pref, name, kana FROM body WHERE class=9"
            " ORDER BY id LIMIT 1"),
        V0);
    body_of_row(a, &r, out);
    return OK;
}

err org_person_name(
    struct db *db, struct arena *a, const struct scope *s, person_id p, str *out)
{
    *out = S("プログラム");
    DB_EACH(db, r,
        SQL("SELECT p.name, b.name, b.id FROM person p JOIN body b ON b.id=p.body WHERE p.id=$1"),
        V(p.v))
    *out = row_str(a, &r, row_i64(&r, 2) == scope_body(s).v ? 0 : 1);
    return db_status(db);
}

err org_person_body(struct db *db, person_id p, body_id *out)
{
    DB_ONE(db, r, SQL("SELECT body FROM person WHERE id=$1"), V(p.v));
    out->v = row_i64(&r, 0);
    return OK;
}

err org_credential_get(struct db *db, struct arena *a, str login, struct credential *out)
{
    DB_ONE(db, r,
        SQL("SELECT p.id, p.body, c.secret FROM person p JOIN credential c ON c.person=p.id"
            " WHERE p.login=$1 AND p.active=1 AND c.kind='password'"),
        V(login));
    *out = (struct credential){{row_i64(&r, 0)}, {row_i64(&r, 1)}, row_str(a, &r, 2)};
    return OK;
}

err org_credential_put(struct tx *tx, person_id p, str hash)
{
    return db_exec(tx,
        SQL("INSERT INTO credential (person, kind, secret, changed_at)"
            " VALUES ($1, 'password', $2, $3) ON CONFLICT (person, kind)"
            " DO UPDATE SET secret=excluded.secret, changed_at=excluded.changed_at"),
        V(p.v, hash, tx_now(tx)));
}

/* ── tokens, invitations ── */

err org_token_add(struct tx *tx, person_id p, struct bytes hash, str label, usec life)
{
    return db_exec(tx,
        SQL("INSERT INTO token (hash, person, label, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5)"),
        V(hash, p.v, label, tx_now(tx), tx_now(tx) + life));
}

err org_invite_add(struct tx *tx, struct arena *a, person_id p, usec life, str *path)
{
    uint8_t secret[WEB_SECRET], hash[WEB_SECRET_HASH];
    randombytes_buf(secret, sizeof secret);
    str text = web_secret_text(a, secret);
    TRY(web_secret_hash(text, hash));
    *path = str_fmt(a, "/invite/%.*s", STR_F(text));
    return db_exec(tx,
        SQL("INSERT INTO invite (hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)"),
        V(((struct bytes){hash, sizeof hash}), p.v, tx_now(tx), tx_now(tx) + life));
}

err org_invite_get(
    struct db *db, struct arena *a, usec now, struct bytes hash, struct invited *out)
{
    DB_ONE(db, r,
        SQL("SELECT p.id, p.body, p.name, p.login FROM invite i JOIN person p ON p.id=i.person"
            " WHERE i.hash=$1 AND i.expires_at>$2 AND i.used_at IS NULL AND p.active=1"),
        V(hash, now));
    *out = (struct invited){
        {row_i64(&r, 0)}, {row_i64(&r, 1)}, row_str(a, &r, 2), row_str(a, &r, 3)};
    return OK;
}

err org_invite_use(struct tx *tx, struct bytes hash)
{
    int64_t changed;
    TRY(db_exec_count(tx, SQL("UPDATE invite SET used_at=$2 WHERE hash=$1 AND used_at IS NULL"),
        V(hash, tx_now(tx)), &changed));
    return changed == 1 ? OK : ERR(STALE);
}

/* ── scopes ── */

err org_scope_load(struct db *db, struct arena *a, person_id p, const struct scope **out)
{
    DB_ONE(db, r,
        SQL("SELECT p.body, b.pref, CAST(COALESCE((SELECT SUM(role) FROM person_role x"
            " WHERE x.person=p.id), 0) AS BIGINT), p.organ"
            " FROM person p JOIN body b ON b.id=p.body WHERE p.id=$1 AND p.active=1"),
        V(p.v));
    *out = scope_of_organ(a,
        scope_new(a, p, (body_id){row_i64(&r, 0)}, row_i64(&r, 1), (uint32_t)row_i64(&r, 2)),
        row_i64(&r, 3));
    return *out ? OK : ERR(NOMEM);
}

/* ── what others read of this body ── */

err org_readings(struct db *db, struct arena *a, const struct scope *s, jday first, jday last,
    int64_t from, size_t most, struct reading_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct reading, most);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.name, j.object, j.kind, j.at, j.last_at, j.n FROM journal j"
            " JOIN body b ON b.id=j.org"
            " WHERE j.body=$1 AND j.org<>$1 AND j.kind IN (1, 2) AND j.day BETWEEN $2 AND $3"
            " ORDER BY j.id DESC LIMIT $4 OFFSET $5"),
        V(scope_body(s).v, first, last, (int64_t)most, from))
    out->v[out->n++] = (struct reading){.org = row_str(a, &r, 0),
        .object = row_str(a, &r, 1),
        .kind = (enum journal_kind)row_i64(&r, 2),
        .at = row_i64(&r, 3),
        .last_at = row_i64(&r, 4),
        .n = row_i64(&r, 5)};
    return db_status(db);
}

int64_t org_journal_days(struct db *db, struct arena *a)
{
    str text;
    int64_t days;
    bool set = !err_is(setting_get(db, a, S("journal_days"), &text)) &&
        !err_is(parse_i64(text, 1, 36500, &days));
    return set ? days : JOURNAL_DAYS;
}
