/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about the dated ranges: what is in force, for whom it was at a time, what lies over
 * what. A row is opened and closed, nothing else. */
#include "darknet/darknet_private.h"

static err claim_of_row(
    struct arena *a, const struct rows *r, struct darknet_claim *c)
{
    *c = (struct darknet_claim){.id = row_i64(r, 0),
        .application = row_i64(r, 1),
        .role = (enum darknet_role)row_i64(r, 3),
        .holder = row_str(a, r, 4),
        .proof = row_str(a, r, 5),
        .from = row_i64(r, 6)};
    return net_range_parse(row_view(r, 2), &c->net);
}

static err load_sharers(struct db *db, struct arena *a, struct darknet_claim *c)
{
    c->with = ARENA_ARRAY(a, struct body, DARKNET_SHARERS);
    if (!c->with)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana"
            " FROM darknet_range_body s JOIN body b ON b.id=s.body WHERE s.range=$1 ORDER BY b.id"
            " LIMIT 200"),
        V(c->id))
    c->with[c->n_with++] = (struct body){{row_i64(&r, 0)}, row_str(a, &r, 1),
        (enum body_class)row_i64(&r, 2), row_i64(&r, 3), row_str(a, &r, 4), row_str(a, &r, 5)};
    return db_status(db);
}

err darknet_ranges(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_claims *out)
{
    enum { MOST = 1000 }; /* of a body and those it succeeded */
    *out = (struct darknet_claims){ARENA_ARRAY(a, struct darknet_claim, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, application, prefix, role, holder, proof, valid_from FROM darknet_range"
            " WHERE (body=$1 OR body IN (SELECT old_body FROM body_successor WHERE new_body=$1))"
            " AND valid_to IS NULL AND ($1=$2 OR CAST($3 AS BIGINT)=3)"
            " ORDER BY low, high, id LIMIT 1000"),
        V(body.v, scope_body(s).v, scope_level(s)))
    TRY(claim_of_row(a, &r, &out->v[out->n++]));
    TRY(db_status(db));
    for (size_t i = 0; i < out->n; i++)
        if (out->v[i].role == DARKNET_EGRESS)
            TRY(load_sharers(db, a, &out->v[i]));
    return OK;
}

err darknet_range_open(struct tx *tx, const struct darknet_application *d, const struct darknet_claim *c,
    usec from)
{
    int64_t id = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO darknet_range (id, body, application, prefix, low, high, role, holder,"
            " proof, valid_from) SELECT $1, $2, application, prefix, low, high, role, holder, proof,"
            " CAST($3 AS BIGINT) FROM darknet_claim WHERE id=$4"),
        V(id, d->body.id.v, from, c->id)));
    return db_exec(tx,
        SQL("INSERT INTO darknet_range_body (range, body) SELECT CAST($1 AS BIGINT), body"
            " FROM darknet_claim_body WHERE claim=$2"),
        V(id, c->id));
}

static err shut_range(struct tx *tx, int64_t id)
{
    return db_exec(tx, SQL("UPDATE darknet_range SET valid_to=$2 WHERE id=$1 AND valid_to IS NULL"),
        V(id, tx_now(tx)));
}

static err is_own(struct db *db, int64_t range, body_id body, bool *own)
{
    DB_ONE(db, r, SQL("SELECT body FROM darknet_range WHERE id=$1"), V(range));
    *own = row_i64(&r, 0) == body.v;
    return OK;
}

/* The other loop's ranges go on where they are the same and the body's own. */
static err keep_or_close(struct tx *tx, const struct darknet_application *d,
    const struct darknet_claims *claims, struct darknet_claims *now)
{
    size_t kept = 0;
    for (size_t i = 0; i < now->n; i++) {
        const struct darknet_claim *c = darknet_claim_of(claims, &now->v[i].net);
        bool own;
        TRY(is_own(tx_db(tx), now->v[i].id, d->body.id, &own));
        if (own && c && darknet_claim_is_same(c, &now->v[i]))
            now->v[kept++] = now->v[i];
        else
            TRY(shut_range(tx, now->v[i].id));
    }
    now->n = kept;
    return OK;
}

err darknet_ranges_follow(struct tx *tx, struct arena *a, const struct scope *s,
    const struct darknet_application *d)
{
    struct darknet_claims claims, now;
    TRY(darknet_claims(tx_db(tx), a, s, d, &claims));
    TRY(darknet_ranges(tx_db(tx), a, s, d->body.id, &now));
    TRY(keep_or_close(tx, d, &claims, &now));
    for (size_t i = 0; i < claims.n; i++)
        if (!darknet_claim_of(&now, &claims.v[i].net))
            TRY(darknet_range_open(tx, d, &claims.v[i], tx_now(tx)));
    return OK;
}

err darknet_ranges_close(struct tx *tx, body_id body)
{
    return db_exec(tx,
        SQL("UPDATE darknet_range SET valid_to=$2 WHERE body=$1 AND valid_to IS NULL"),
        V(body.v, tx_now(tx)));
}

/* ── what lies over what ── */

static err overlap_of_row(struct arena *a, const struct rows *r, bool applied,
    struct darknet_overlaps *out)
{
    struct darknet_overlap *o = &out->v[out->n++];
    *o = (struct darknet_overlap){.role = (enum darknet_role)row_i64(r, 1),
        .other_role = (enum darknet_role)row_i64(r, 3),
        .since = row_i64(r, 4),
        .body = {{row_i64(r, 5)}, row_str(a, r, 6), (enum body_class)row_i64(r, 7), row_i64(r, 8),
            row_str(a, r, 9), row_str(a, r, 10)},
        .applied = applied};
    TRY(net_range_parse(row_view(r, 0), &o->mine));
    return net_range_parse(row_view(r, 2), &o->other);
}

#define OTHER_BODY " b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana"

err darknet_overlaps(struct db *db, struct arena *a, const struct scope *s,
    const struct darknet_application *d, struct darknet_overlaps *out)
{
    enum { MOST = 200 };
    *out = (struct darknet_overlaps){ARENA_ARRAY(a, struct darknet_overlap, 2 * MOST), 0};
    if (scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, held,
        SQL("SELECT c.prefix, c.role, r.prefix, r.role, r.valid_from," OTHER_BODY
            " FROM darknet_claim c JOIN darknet_range r ON r.low<=c.high AND r.high>=c.low"
            " JOIN body b ON b.id=r.body WHERE c.application=$1 AND r.valid_to IS NULL"
            " AND r.body<>$2 AND r.body NOT IN (SELECT old_body FROM body_successor WHERE new_body=$2)"
            " ORDER BY CASE WHEN r.role=1 THEN 0 ELSE 1 END, c.low, r.low, r.id LIMIT 200"),
        V(d->id, d->body.id.v))
    TRY(overlap_of_row(a, &held, false, out));
    DB_EACH(db, asked,
        SQL("SELECT c.prefix, c.role, o.prefix, o.role, x.filed_at," OTHER_BODY
            " FROM darknet_claim c JOIN darknet_claim o ON o.low<=c.high AND o.high>=c.low"
            " JOIN darknet_application x ON x.id=o.application JOIN body b ON b.id=x.body"
            " WHERE c.application=$1 AND x.state IN (2, 3) AND x.body<>$2"
            " AND NOT EXISTS (SELECT 1 FROM darknet_range h WHERE h.body=x.body"
            " AND h.prefix=o.prefix AND h.valid_to IS NULL)"
            " ORDER BY c.low, o.low, o.id LIMIT 200"),
        V(d->id, d->body.id.v))
    TRY(overlap_of_row(a, &asked, true, out));
    return db_status(db);
}

/* ── for whom it is at a time ── */

/* The code a body had on that day. */
#define CODE_THEN                                                                                \
    "COALESCE((SELECT p.code6 FROM body_name p WHERE p.body=b.id AND p.until_day>=$2"            \
    " ORDER BY p.until_day LIMIT 1), b.code6, '')"

static err count_at(struct db *db, usec time, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*)+(SELECT COUNT(*) FROM darknet_range_body s JOIN darknet_range x"
            " ON x.id=s.range WHERE x.valid_from<=$1 AND (x.valid_to IS NULL OR x.valid_to>$1))"
            " FROM darknet_range WHERE valid_from<=$1 AND (valid_to IS NULL OR valid_to>$1)"),
        V(time));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_ranges_at(
    struct db *db, struct arena *a, const struct scope *s, usec time, struct darknet_prefixes *out)
{
    int64_t most;
    size_t n = 0;
    if (scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    TRY(count_at(db, time, &most));
    struct darknet_holding *rows = ARENA_ARRAY(a, struct darknet_holding, (size_t)most + 1);
    if (!rows)
        return ERR(NOMEM);
    DB_EACH(db, r,
        /* A body that has ended by then stands for its successor, also over several steps; without
         * one it keeps its own name. */
        SQL("WITH RECURSIVE held (prefix, low, high, role, body, valid_from, valid_to, hops) AS ("
            "SELECT r.prefix, r.low, r.high, r.role, r.body, r.valid_from, r.valid_to, 0"
            " FROM darknet_range r WHERE r.valid_from<=$1 AND (r.valid_to IS NULL OR r.valid_to>$1)"
            " UNION ALL SELECT r.prefix, r.low, r.high, r.role, s.body, r.valid_from, r.valid_to, 0"
            " FROM darknet_range r JOIN darknet_range_body s ON s.range=r.id"
            " WHERE r.valid_from<=$1 AND (r.valid_to IS NULL OR r.valid_to>$1)"
            " UNION ALL SELECT h.prefix, h.low, h.high, h.role, n.new_body, h.valid_from, h.valid_to,"
            " h.hops+1 FROM held h JOIN body_successor n ON n.old_body=h.body"
            " WHERE n.first_day<=$2 AND h.hops<10)"
            " SELECT h.prefix, h.role, b.id, " CODE_THEN ", b.class, b.pref, b.name, b.kana,"
            " h.valid_from, h.valid_to FROM held h JOIN body b ON b.id=h.body"
            " WHERE NOT EXISTS (SELECT 1 FROM body_successor n WHERE n.old_body=h.body"
            " AND n.first_day<=$2) ORDER BY h.low, h.high, h.role, b.id"),
        V(time, jday_of_usec(time)))
    {
        if (n == (size_t)most)
            return ERR(BUG); /* a body has one successor */
        struct darknet_holding *h = &rows[n++];
        *h = (struct darknet_holding){.role = (enum darknet_role)row_i64(&r, 1),
            .body = {{row_i64(&r, 2)}, row_str(a, &r, 3), (enum body_class)row_i64(&r, 4),
                row_i64(&r, 5), row_str(a, &r, 6), row_str(a, &r, 7)},
            .from = row_i64(&r, 8),
            .to = row_i64(&r, 9)};
        TRY(net_range_parse(row_view(&r, 0), &h->net));
    }
    TRY(db_status(db));
    return darknet_prefixes_join(a, rows, n, out);
}
