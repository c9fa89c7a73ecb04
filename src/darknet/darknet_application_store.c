/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about applications, what they claim, and the record of their steps. */
#include "darknet/darknet_private.h"

#define COLUMNS                                                                                  \
    "a.id, a.body, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, a.number, a.version," \
    " a.state, a.person, a.at, a.changed_at, a.filed_at, a.observed_from, a.observed_to"

static struct darknet_application of_row(struct arena *a, const struct rows *r)
{
    return (struct darknet_application){.id = row_i64(r, 0),
        .body = {{row_i64(r, 1)}, row_str(a, r, 2), (enum body_class)row_i64(r, 3), row_i64(r, 4),
            row_str(a, r, 5), row_str(a, r, 6)},
        .number = row_i64(r, 7),
        .version = row_i64(r, 8),
        .state = (enum darknet_state)row_i64(r, 9),
        .person = row_i64(r, 10),
        .at = row_i64(r, 11),
        .changed_at = row_i64(r, 12),
        .filed_at = row_i64(r, 13),
        .observed_from = row_i64(r, 14),
        .observed_to = row_i64(r, 15)};
}

err darknet_application_get(struct db *db, struct arena *a, const struct scope *s, int64_t id,
    struct darknet_application *out)
{
    DB_ONE(db, r,
        SQL("SELECT " COLUMNS " FROM darknet_application a JOIN body b ON b.id=a.body"
            " WHERE a.id=$1 AND (a.body=$2 OR (CAST($3 AS BIGINT)=3 AND a.filed_at IS NOT NULL))"),
        V(id, scope_body(s).v, scope_level(s)));
    *out = of_row(a, &r);
    return OK;
}

err darknet_applications(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_applications *out)
{
    enum { MOST = 100 };
    *out = (struct darknet_applications){ARENA_ARRAY(a, struct darknet_application, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " COLUMNS " FROM darknet_application a JOIN body b ON b.id=a.body"
            " WHERE a.body=$1 ORDER BY a.number DESC LIMIT 100"),
        V(scope_body(s).v))
    out->v[out->n++] = of_row(a, &r);
    return db_status(db);
}

err darknet_applications_filed(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_applications *out)
{
    enum { MOST = 4000 };
    *out = (struct darknet_applications){ARENA_ARRAY(a, struct darknet_application, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " COLUMNS " FROM darknet_application a JOIN body b ON b.id=a.body"
            " WHERE CAST($1 AS BIGINT)=3 AND a.filed_at IS NOT NULL AND a.number=(SELECT"
            " MAX(x.number) FROM darknet_application x WHERE x.body=a.body AND x.filed_at IS NOT NULL)"
            " ORDER BY COALESCE(b.code6, '999999'), b.id LIMIT 4000"),
        V(scope_level(s)))
    out->v[out->n++] = of_row(a, &r);
    return db_status(db);
}

err darknet_waiting(struct db *db, const struct scope *s, int64_t *n)
{
    if (scope_level(s) != SCOPE_NATION)
        return ERR(DENIED);
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM darknet_application WHERE state IN (2, 3)"), V0);
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_application_in(struct db *db, struct arena *a, const struct scope *s, body_id body,
    bool observed, struct darknet_application *out)
{
    DB_ONE(db, r,
        SQL("SELECT " COLUMNS " FROM darknet_application a JOIN body b ON b.id=a.body"
            " WHERE a.body=$1 AND (a.body=$2 OR CAST($3 AS BIGINT)=3)"
            " AND ((CAST($4 AS BIGINT)=1 AND a.state=5) OR (CAST($4 AS BIGINT)=0 AND a.state<5))"),
        V(body.v, scope_body(s).v, scope_level(s), observed));
    *out = of_row(a, &r);
    return OK;
}

err darknet_applications_before(struct db *db, struct arena *a, const struct scope *s,
    body_id body, struct darknet_applications *out)
{
    enum { MOST = 20 };
    *out = (struct darknet_applications){ARENA_ARRAY(a, struct darknet_application, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " COLUMNS " FROM darknet_application a JOIN body b ON b.id=a.body"
            " WHERE (a.body=$1 OR a.body IN (SELECT old_body FROM body_successor WHERE new_body=$1))"
            " AND a.state=5 AND ($1=$2 OR CAST($3 AS BIGINT)=3) ORDER BY a.id LIMIT 20"),
        V(body.v, scope_body(s).v, scope_level(s)))
    out->v[out->n++] = of_row(a, &r);
    return db_status(db);
}

static err last_number(struct db *db, body_id body, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT COALESCE(MAX(number), 0) FROM darknet_application WHERE body=$1"), V(body.v));
    *out = row_i64(&r, 0);
    return OK;
}

err darknet_application_add(struct tx *tx, struct arena *a, const struct scope *s, int64_t *id)
{
    int64_t number;
    struct darknet_claims now;
    struct darknet_application d = {.id = tx_id(tx), .body.id = scope_body(s)};
    TRY(last_number(tx_db(tx), d.body.id, &number));
    TRY(darknet_ranges(tx_db(tx), a, s, d.body.id, &now));
    TRY(db_exec(tx,
        SQL("INSERT INTO darknet_application (id, body, number, state, version, person, at,"
            " changed_at) VALUES ($1, $2, $3, 1, 1, $4, $5, $5)"),
        V(d.id, d.body.id.v, number + 1, scope_person(s).v, tx_now(tx))));
    for (size_t i = 0; i < now.n; i++)
        if (!darknet_claim_of(&(struct darknet_claims){now.v, i}, &now.v[i].net))
            TRY(darknet_claim_add(tx, &d, &now.v[i]));
    *id = d.id;
    return OK;
}

err darknet_application_move(
    struct tx *tx, const struct darknet_application *d, enum darknet_state to)
{
    return db_exec(tx,
        SQL("UPDATE darknet_application SET state=$2, version=version+1, changed_at=$3,"
            " filed_at=CASE WHEN filed_at IS NULL AND CAST($2 AS BIGINT)=2 THEN $3 ELSE filed_at END,"
            " observed_from=CASE WHEN CAST($2 AS BIGINT)=5 THEN $3 ELSE observed_from END,"
            " observed_to=CASE WHEN CAST($2 AS BIGINT) IN (6, 7) THEN $3 ELSE observed_to END"
            " WHERE id=$1"),
        V(d->id, to, tx_now(tx)));
}

/* ── claims ── */

static struct darknet_claim *claim_of_id(struct darknet_claims *all, int64_t id)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].id == id)
            return &all->v[i];
    return NULL;
}

/* Who shares each: all in one array, in the order of claims. */
static err load_sharers(
    struct db *db, struct arena *a, int64_t application, struct darknet_claims *all)
{
    size_t n = 0, most = 0;
    DB_EACH(db, count,
        SQL("SELECT COUNT(*) FROM darknet_claim_body s JOIN darknet_claim c ON c.id=s.claim"
            " WHERE c.application=$1"),
        V(application))
    most = (size_t)row_i64(&count, 0);
    struct body *bodies = ARENA_ARRAY(a, struct body, most + 1);
    if (!bodies)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT s.claim, b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana"
            " FROM darknet_claim_body s JOIN darknet_claim c ON c.id=s.claim"
            " JOIN body b ON b.id=s.body WHERE c.application=$1 ORDER BY s.claim, b.id"),
        V(application))
    {
        struct darknet_claim *c = claim_of_id(all, row_i64(&r, 0));
        if (!c || n == most)
            continue;
        if (c->n_with++ == 0)
            c->with = bodies + n;
        bodies[n++] = (struct body){{row_i64(&r, 1)}, row_str(a, &r, 2),
            (enum body_class)row_i64(&r, 3), row_i64(&r, 4), row_str(a, &r, 5),
            row_str(a, &r, 6)};
    }
    return db_status(db);
}

err darknet_claims(struct db *db, struct arena *a, const struct scope *s,
    const struct darknet_application *d, struct darknet_claims *out)
{
    *out = (struct darknet_claims){ARENA_ARRAY(a, struct darknet_claim, DARKNET_CLAIMS), 0};
    if (!out->v)
        return ERR(NOMEM);
    if (d->body.id.v != scope_body(s).v &&
        (scope_level(s) != SCOPE_NATION || !darknet_state_is_shown(d->state)))
        return OK;
    DB_EACH(db, r,
        SQL("SELECT id, prefix, role, holder, proof FROM darknet_claim WHERE application=$1"
            " ORDER BY low, high LIMIT 100"),
        V(d->id))
    {
        struct darknet_claim *c = &out->v[out->n++];
        *c = (struct darknet_claim){.id = row_i64(&r, 0),
            .application = d->id,
            .role = (enum darknet_role)row_i64(&r, 2),
            .holder = row_str(a, &r, 3),
            .proof = row_str(a, &r, 4)};
        TRY(net_range_parse(row_view(&r, 1), &c->net));
    }
    TRY(db_status(db));
    return load_sharers(db, a, d->id, out);
}

static err touch(struct tx *tx, const struct darknet_application *d)
{
    return db_exec(tx,
        SQL("UPDATE darknet_application SET version=version+1, changed_at=$2 WHERE id=$1"),
        V(d->id, tx_now(tx)));
}

static err count_claims(struct db *db, int64_t application, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM darknet_claim WHERE application=$1"), V(application));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_claim_add(
    struct tx *tx, const struct darknet_application *d, const struct darknet_claim *c)
{
    int64_t n, id = tx_id(tx);
    uint8_t low[NET_KEY], high[NET_KEY];
    BUF_AUTO prefix = BUF(80);
    TRY(count_claims(tx_db(tx), d->id, &n));
    if (n >= DARKNET_CLAIMS)
        return ERR(LIMIT);
    net_put(&prefix, &c->net);
    net_first(&c->net, low);
    net_last(&c->net, high);
    TRY(db_exec(tx,
        SQL("INSERT INTO darknet_claim (id, application, prefix, low, high, role, holder, proof)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(id, d->id, buf_view(&prefix), ((struct bytes){low, NET_KEY}),
            ((struct bytes){high, NET_KEY}), c->role, c->holder, c->proof)));
    for (size_t i = 0; i < c->n_with; i++)
        TRY(db_exec(tx, SQL("INSERT INTO darknet_claim_body (claim, body) VALUES ($1, $2)"),
            V(id, c->with[i].id.v)));
    return touch(tx, d);
}

err darknet_claim_remove(struct tx *tx, const struct darknet_application *d, int64_t claim)
{
    int64_t n;
    TRY(db_exec(tx,
        SQL("DELETE FROM darknet_claim_body WHERE claim IN (SELECT id FROM darknet_claim"
            " WHERE id=$1 AND application=$2)"),
        V(claim, d->id)));
    TRY(db_exec_count(tx, SQL("DELETE FROM darknet_claim WHERE id=$1 AND application=$2"),
        V(claim, d->id), &n));
    return n ? touch(tx, d) : ERR(NOTFOUND);
}

err darknet_body_of_code(struct db *db, struct arena *a, str code6, struct body *out)
{
    DB_ONE(db, r,
        SQL("SELECT id, code6, class, pref, name, kana FROM body WHERE code6=$1"
            " AND valid_to IS NULL"),
        V(code6));
    *out = (struct body){{row_i64(&r, 0)}, row_str(a, &r, 1), (enum body_class)row_i64(&r, 2),
        row_i64(&r, 3), row_str(a, &r, 4), row_str(a, &r, 5)};
    return OK;
}

/* ── steps ── */

err darknet_steps(struct db *db, struct arena *a, const struct scope *s, int64_t application,
    struct darknet_steps *out)
{
    enum { MOST = 200 };
    *out = (struct darknet_steps){ARENA_ARRAY(a, struct darknet_step, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT t.act, t.from_state, t.to_state, t.person, t.reason, t.at FROM darknet_step t"
            " JOIN darknet_application a ON a.id=t.application WHERE t.application=$1"
            " AND (a.body=$2 OR CAST($3 AS BIGINT)=3) ORDER BY t.id LIMIT 200"),
        V(application, scope_body(s).v, scope_level(s)))
    out->v[out->n++] = (struct darknet_step){row_str(a, &r, 0), (enum darknet_state)row_i64(&r, 1),
        (enum darknet_state)row_i64(&r, 2), row_i64(&r, 3), row_str(a, &r, 4), row_i64(&r, 5)};
    return db_status(db);
}

err darknet_step_add(struct tx *tx, int64_t application, const struct darknet_step *step)
{
    return db_exec(tx,
        SQL("INSERT INTO darknet_step (id, application, act, from_state, to_state, person, reason,"
            " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(tx_id(tx), application, step->act, step->from, step->to, step->person, step->reason,
            tx_now(tx)));
}
