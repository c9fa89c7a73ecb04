/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about second factors and recovery codes. */
#include "org/org_sign_in.h"

#include "core/word.h"

static const struct word kinds[] = {
    {FACTOR_TOTP, S("totp"), S("")},
    {FACTOR_PASSKEY, S("passkey"), S("")},
};

#define FACTOR_COLUMNS                                                                           \
    "id, person, kind, name, secret, credential, alg, counter, created_at, used_at"

static void factor_of_row(struct arena *a, const struct rows *r, struct factor *out)
{
    *out = (struct factor){.id = row_i64(r, 0),
        .person = {row_i64(r, 1)},
        .kind = (enum factor_kind)WORD_OF_KEY(kinds, row_view(r, 2))->value,
        .name = row_str(a, r, 3),
        .secret = row_bytes(a, r, 4),
        .credential = row_bytes(a, r, 5),
        .alg = row_i64(r, 6),
        .counter = row_i64(r, 7),
        .created_at = row_i64(r, 8),
        .used_at = row_i64(r, 9)};
}

err org_factor_all(struct db *db, struct arena *a, person_id p, struct factor_list *out)
{
    *out = (struct factor_list){ARENA_ARRAY(a, struct factor, ORG_FACTORS), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " FACTOR_COLUMNS " FROM factor WHERE person=$1 ORDER BY id LIMIT 10"), V(p.v))
    factor_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err org_factor_by_credential(
    struct db *db, struct arena *a, struct bytes credential, struct factor *out)
{
    DB_ONE(db, r, SQL("SELECT " FACTOR_COLUMNS " FROM factor WHERE credential=$1"), V(credential));
    factor_of_row(a, &r, out);
    return OK;
}

static err count_of(struct db *db, person_id p, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM factor WHERE person=$1"), V(p.v));
    *n = row_i64(&r, 0);
    return OK;
}

err org_factor_add(struct tx *tx, struct factor *f)
{
    int64_t n;
    TRY(count_of(tx_db(tx), f->person, &n));
    if (n >= ORG_FACTORS)
        return ERR(LIMIT);
    f->id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO factor (" FACTOR_COLUMNS ")"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)"),
        V(f->id, f->person.v, WORD_OF(kinds, f->kind)->key, f->name, f->secret,
            f->credential.n ? val_bytes(f->credential) : VAL_NONE, f->alg, f->counter, tx_now(tx)));
}

/* Authenticators that do not count say 0 for ever (WebAuthn, 7.2). */
err org_factor_use(struct tx *tx, const struct factor *f, int64_t counter)
{
    int64_t n;
    TRY(db_exec_count(tx,
        SQL("UPDATE factor SET counter=$2, used_at=$3 WHERE id=$1"
            " AND (counter<$2 OR (kind='passkey' AND counter=0 AND CAST($2 AS BIGINT)=0))"),
        V(f->id, counter, tx_now(tx)), &n));
    return n == 1 ? OK : ERR(STALE);
}

err org_factor_drop(struct tx *tx, person_id p, int64_t id)
{
    int64_t n;
    TRY(db_exec_count(tx, SQL("DELETE FROM factor WHERE person=$1 AND id=$2"), V(p.v, id), &n));
    if (n != 1)
        return ERR(NOTFOUND);
    TRY(count_of(tx_db(tx), p, &n));
    return n ? OK : db_exec(tx, SQL("DELETE FROM recovery WHERE person=$1"), V(p.v));
}

err org_factor_drop_all(struct tx *tx, person_id p)
{
    TRY(db_exec(tx, SQL("DELETE FROM factor WHERE person=$1"), V(p.v)));
    return db_exec(tx, SQL("DELETE FROM recovery WHERE person=$1"), V(p.v));
}

err org_challenge_use(struct tx *tx, struct bytes chance, usec expires)
{
    TRY(db_exec(tx, SQL("DELETE FROM challenge WHERE expires_at<$1"), V(tx_now(tx))));
    return db_exec(tx, SQL("INSERT INTO challenge (chance, expires_at) VALUES ($1, $2)"),
        V(chance, expires));
}

/* ── recovery codes ── */

err org_recovery_left(struct db *db, person_id p, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM recovery WHERE person=$1 AND used_at IS NULL"), V(p.v));
    *n = row_i64(&r, 0);
    return OK;
}

err org_recovery_put(struct tx *tx, person_id p, const uint8_t (*hash)[32], size_t n)
{
    TRY(db_exec(tx, SQL("DELETE FROM recovery WHERE person=$1"), V(p.v)));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(tx,
            SQL("INSERT INTO recovery (person, hash, created_at) VALUES ($1, $2, $3)"),
            V(p.v, ((struct bytes){hash[i], 32}), tx_now(tx))));
    return OK;
}

err org_recovery_is(struct db *db, person_id p, struct bytes hash, bool *out)
{
    *out = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM recovery WHERE person=$1 AND hash=$2 AND used_at IS NULL"),
        V(p.v, hash))
    *out = true;
    return db_status(db);
}

err org_recovery_use(struct tx *tx, person_id p, struct bytes hash)
{
    int64_t n;
    TRY(db_exec_count(tx,
        SQL("UPDATE recovery SET used_at=$3 WHERE person=$1 AND hash=$2 AND used_at IS NULL"),
        V(p.v, hash, tx_now(tx)), &n));
    return n == 1 ? OK : ERR(STALE);
}

/* ── passwords and links ── */

err org_password_of(struct db *db, struct arena *a, person_id p, str *hash)
{
    *hash = STR_NONE;
    DB_EACH(db, r, SQL("SELECT secret FROM credential WHERE person=$1 AND kind='password'"), V(p.v))
    *hash = row_str(a, &r, 0);
    return db_status(db);
}

err org_invite_count(struct db *db, person_id p, usec since, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM invite WHERE person=$1 AND created_at>$2"),
        V(p.v, since));
    *n = row_i64(&r, 0);
    return OK;
}
