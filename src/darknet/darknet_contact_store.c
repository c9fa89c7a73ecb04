/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about the contacts for alerts. */
#include "darknet/darknet_private.h"

err darknet_contacts(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_contacts *out)
{
    *out = (struct darknet_contacts){0};
    DB_EACH(db, r,
        SQL("SELECT id, name, mail, phone, hours, language, machine, version FROM darknet_contact"
            " WHERE body=$1 AND (body=$2 OR CAST($3 AS BIGINT)=3) ORDER BY position, id LIMIT 20"),
        V(body.v, scope_body(s).v, scope_level(s)))
    out->v[out->n++] = (struct darknet_contact){row_i64(&r, 0), row_str(a, &r, 1),
        row_str(a, &r, 2), row_str(a, &r, 3), (enum darknet_hours)row_i64(&r, 4),
        row_str(a, &r, 5), row_i64(&r, 6) != 0, row_i64(&r, 7)};
    return db_status(db);
}

static err count(struct db *db, int64_t body, int64_t *n, int64_t *last)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*), COALESCE(MAX(position), 0) FROM darknet_contact WHERE body=$1"),
        V(body));
    *n = row_i64(&r, 0);
    *last = row_i64(&r, 1);
    return OK;
}

err darknet_contact_add(struct tx *tx, const struct scope *s, const struct darknet_contact *c)
{
    int64_t n, last;
    TRY(count(tx_db(tx), scope_body(s).v, &n, &last));
    if (n >= DARKNET_CONTACTS)
        return ERR(LIMIT);
    return db_exec(tx,
        SQL("INSERT INTO darknet_contact (id, body, position, name, mail, phone, hours, language,"
            " machine, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)"),
        V(tx_id(tx), scope_body(s).v, last + 1, c->name, c->mail, c->phone, c->hours, c->language,
            c->machine));
}

static err expect_version(struct tx *tx, const struct scope *s, int64_t id, int64_t seen)
{
    DB_ONE(tx_db(tx), r, SQL("SELECT version FROM darknet_contact WHERE id=$1 AND body=$2"),
        V(id, scope_body(s).v));
    return row_i64(&r, 0) == seen ? OK : ERR(STALE);
}

err darknet_contact_change(struct tx *tx, const struct scope *s, const struct darknet_contact *c)
{
    TRY(expect_version(tx, s, c->id, c->version));
    return db_exec(tx,
        SQL("UPDATE darknet_contact SET name=$3, mail=$4, phone=$5, hours=$6, language=$7,"
            " machine=$8, version=version+1 WHERE id=$1 AND body=$2"),
        V(c->id, scope_body(s).v, c->name, c->mail, c->phone, c->hours, c->language, c->machine));
}

err darknet_contact_remove(struct tx *tx, const struct scope *s, int64_t id, int64_t version)
{
    TRY(expect_version(tx, s, id, version));
    return db_exec(tx, SQL("DELETE FROM darknet_contact WHERE id=$1 AND body=$2"),
        V(id, scope_body(s).v));
}

err darknet_contacts_drop(struct tx *tx, body_id body)
{
    return db_exec(tx, SQL("DELETE FROM darknet_contact WHERE body=$1"), V(body.v));
}
