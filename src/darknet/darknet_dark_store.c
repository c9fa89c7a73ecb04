/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about the dark ranges, which are secret: external ones are the national offices',
 * internal ones the body's own, and nobody else's. */
#include "darknet/darknet_private.h"

static err read_darks(struct db *db, struct arena *a, enum darknet_dark_kind kind, body_id body,
    struct darknet_darks *out)
{
    enum { MOST = 2000 };
    *out = (struct darknet_darks){ARENA_ARRAY(a, struct darknet_dark, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, prefix, note, person, valid_from, valid_to FROM darknet_dark WHERE kind=$1"
            " AND (kind=1 OR body=$2) ORDER BY CASE WHEN valid_to IS NULL THEN 0 ELSE 1 END, low, id"
            " LIMIT 2000"),
        V(kind, body.v))
    {
        struct darknet_dark *d = &out->v[out->n++];
        *d = (struct darknet_dark){.id = row_i64(&r, 0),
            .note = row_str(a, &r, 2),
            .person = row_i64(&r, 3),
            .from = row_i64(&r, 4),
            .to = row_i64(&r, 5)};
        TRY(net_range_parse(row_view(&r, 1), &d->net));
    }
    return db_status(db);
}

err darknet_darks(struct db *db, struct arena *a, const struct scope *s,
    enum darknet_dark_kind kind, struct darknet_darks *out)
{
    if (kind == DARKNET_EXTERNAL && scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    return read_darks(db, a, kind, scope_body(s), out);
}

err darknet_darks_inside(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_darks *out)
{
    return scope_level(s) == SCOPE_NATION ? read_darks(db, a, DARKNET_INTERNAL, body, out) : ERR(DENIED);
}

static err is_free(struct tx *tx, const struct scope *s, enum darknet_dark_kind kind,
    struct bytes low, struct bytes high)
{
    int64_t n = 0;
    DB_EACH(tx_db(tx), r,
        SQL("SELECT COUNT(*) FROM darknet_dark WHERE kind=$1 AND (kind=1 OR body=$2)"
            " AND valid_to IS NULL AND low<=$4 AND high>=$3"),
        V(kind, scope_body(s).v, low, high))
    n = row_i64(&r, 0);
    TRY(db_status(tx_db(tx)));
    return n ? ERR(CONFLICT) : OK;
}

err darknet_dark_add(struct tx *tx, const struct scope *s, enum darknet_dark_kind kind,
    const struct net_range *r, str note)
{
    uint8_t low[NET_KEY], high[NET_KEY];
    struct bytes from = {low, NET_KEY}, to = {high, NET_KEY};
    BUF_AUTO prefix = BUF(80);
    if (kind == DARKNET_EXTERNAL && scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    net_put(&prefix, r);
    net_first(r, low);
    net_last(r, high);
    TRY(is_free(tx, s, kind, from, to));
    return db_exec(tx,
        SQL("INSERT INTO darknet_dark (id, kind, body, prefix, low, high, note, person, valid_from)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        V(tx_id(tx), kind, scope_body(s).v, buf_view(&prefix), from, to, note, scope_person(s).v,
            tx_now(tx)));
}

err darknet_dark_end(
    struct tx *tx, const struct scope *s, enum darknet_dark_kind kind, int64_t id)
{
    int64_t n;
    if (kind == DARKNET_EXTERNAL && scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    TRY(db_exec_count(tx,
        SQL("UPDATE darknet_dark SET valid_to=$4 WHERE id=$1 AND kind=$2 AND (kind=1 OR body=$3)"
            " AND valid_to IS NULL"),
        V(id, kind, scope_body(s).v, tx_now(tx)), &n));
    return n ? OK : ERR(NOTFOUND);
}
