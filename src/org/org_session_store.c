/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about sessions, and who stands behind a session or a token. */
#include "org/org_sign_in.h"

/* ── sessions ── */

err org_session_add(struct tx *tx, const struct new_session *s)
{
    TRY(db_exec(tx, SQL("DELETE FROM session WHERE expires_at<$1"), V(tx_now(tx))));
    return db_exec(tx,
        SQL("INSERT INTO session (hash, id, person, created_at, expires_at, seen_at, fresh_at,"
            " factors, device, address) VALUES ($1, $2, $3, $4, $5, $4, $4, $6, $7, $8)"),
        V(s->hash, tx_id(tx), s->person.v, tx_now(tx), tx_now(tx) + s->life, s->factors,
            s->device, s->address));
}

err org_session_touch(struct tx *tx, struct bytes hash)
{
    return db_exec(tx, SQL("UPDATE session SET seen_at=$2 WHERE hash=$1 AND seen_at<=$3"),
        V(hash, tx_now(tx), tx_now(tx) - USEC_MINUTE));
}

err org_session_prove(struct tx *tx, struct bytes hash)
{
    return db_exec(tx, SQL("UPDATE session SET fresh_at=$2, seen_at=$2 WHERE hash=$1"),
        V(hash, tx_now(tx)));
}

err org_session_count(struct db *db, usec now, int64_t *out)
{
    *out = 0;
    DB_EACH(db, r, SQL("SELECT COUNT(*) FROM session WHERE expires_at>=$1"), V(now))
    *out = row_i64(&r, 0);
    return db_status(db);
}

err org_session_drop(struct tx *tx, struct bytes hash)
{
    return db_exec(tx, SQL("DELETE FROM session WHERE hash=$1"), V(hash));
}

err org_session_drop_all(struct tx *tx, person_id p)
{
    return db_exec(tx, SQL("DELETE FROM session WHERE person=$1"), V(p.v));
}

err org_session_drop_others(struct tx *tx, person_id p, struct bytes hash)
{
    return db_exec(tx, SQL("DELETE FROM session WHERE person=$1 AND hash<>$2"), V(p.v, hash));
}

err org_session_drop_id(struct tx *tx, person_id p, int64_t id)
{
    int64_t n;
    TRY(db_exec_count(
        tx, SQL("DELETE FROM session WHERE person=$1 AND id=$2"), V(p.v, id), &n));
    return n == 1 ? OK : ERR(NOTFOUND);
}

err org_session_all(struct db *db, struct arena *a, person_id p, usec now, struct bytes here,
    struct session_list *out)
{
    enum { MOST = 50 };
    *out = (struct session_list){ARENA_ARRAY(a, struct session, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, CASE WHEN hash=$3 THEN 1 ELSE 0 END, created_at, seen_at, factors, device,"
            " address FROM session WHERE person=$1 AND expires_at>$2 AND seen_at>$4"
            " ORDER BY seen_at DESC, id DESC LIMIT 50"),
        V(p.v, now, here, now - ORG_IDLE_MINUTES * USEC_MINUTE))
    out->v[out->n++] = (struct session){.id = row_i64(&r, 0),
        .here = row_i64(&r, 1) != 0,
        .created_at = row_i64(&r, 2),
        .seen_at = row_i64(&r, 3),
        .factors = row_i64(&r, 4),
        .device = row_str(a, &r, 5),
        .address = row_str(a, &r, 6)};
    return db_status(db);
}

/* ── who it is ── */

/* The roles held, and those of approval held by whom the person stands in for today. */
#define PRINCIPAL_ROLES(today)                                                                   \
    "CAST(COALESCE((SELECT SUM(role) FROM (SELECT x.role FROM person_role x WHERE x.person=p.id" \
    " UNION SELECT y.role FROM deputy d JOIN person_role y ON y.person=d.principal"              \
    " JOIN person q ON q.id=d.principal WHERE d.deputy=p.id AND y.role IN (2, 64)"               \
    " AND q.active=1 AND q.body=p.body AND d.ended_at IS NULL AND d.from_day<=" today            \
    " AND d.to_day>=" today ") AS held), 0) AS BIGINT)"

#define PRINCIPAL_COLUMNS(today)                                                                 \
    "p.id, p.body, p.name, b.name, b.pref, " PRINCIPAL_ROLES(today) ", p.organ,"                 \
    " COALESCE((SELECT o.name FROM organ o WHERE o.body=p.body AND o.number=p.organ), ''),"      \
    " (SELECT COUNT(*) FROM allowed l WHERE l.body=p.body)"

static err principal_of_row(struct arena *a, const struct rows *r, struct principal *out)
{
    *out = (struct principal){.person = row_i64(r, 0),
        .org = row_i64(r, 1),
        .person_name = row_str(a, r, 2),
        .org_name = row_str(a, r, 3),
        .roles = (uint32_t)row_i64(r, 5)};
    out->scope = scope_of_organ(a,
        scope_new(
            a, (person_id){out->person}, (body_id){out->org}, row_i64(r, 4), out->roles),
        row_i64(r, 6));
    if (row_i64(r, 6))
        out->org_name =
            str_fmt(a, "%.*s　%.*s", STR_F(out->org_name), STR_F(row_view(r, 7)));
    if (out->scope)
        return OK;
    *out = (struct principal){0}; /* nobody, rather than somebody without a scope */
    return ERR(NOMEM);
}

/* Who has a second factor shows it; who holds a role that demands one sets it up first. */
static enum sign_in_step step_of(uint32_t roles, bool two, bool enrolled, bool demo)
{
    if (two)
        return STEP_DONE;
    if (enrolled)
        return STEP_FACTOR;
    return !demo && (roles & ORG_TWO_FACTORS) ? STEP_ENROL : STEP_DONE;
}

static err by_token(struct db *db, struct arena *a, const struct web_asking *q,
    struct principal *out, bool *listed)
{
    DB_ONE(db, r,
        SQL("SELECT " PRINCIPAL_COLUMNS("$3")
            " FROM token t JOIN person p ON p.id=t.person JOIN body b ON b.id=p.body"
            " WHERE t.hash=$1 AND t.expires_at>$2 AND p.active=1"),
        V(q->hash, q->now, jday_of_usec(q->now)));
    *listed = row_i64(&r, 8) > 0;
    return principal_of_row(a, &r, out);
}

static err by_session(struct db *db, struct arena *a, const struct web_asking *q,
    struct principal *out, bool *listed)
{
    DB_ONE(db, r,
        SQL("SELECT " PRINCIPAL_COLUMNS("$3") ", s.factors, s.fresh_at, s.seen_at,"
            " CASE WHEN EXISTS (SELECT 1 FROM factor f WHERE f.person=p.id) THEN 1 ELSE 0 END,"
            " CASE WHEN EXISTS (SELECT 1 FROM setting z WHERE z.name='demo') THEN 1 ELSE 0 END"
            " FROM session s JOIN person p ON p.id=s.person JOIN body b ON b.id=p.body"
            " WHERE s.hash=$1 AND s.expires_at>$2 AND s.seen_at>$4 AND p.active=1"),
        V(q->hash, q->now, jday_of_usec(q->now), q->now - ORG_IDLE_MINUTES * USEC_MINUTE));
    *listed = row_i64(&r, 8) > 0;
    TRY(principal_of_row(a, &r, out));
    out->fresh_at = row_i64(&r, 10);
    out->seen_at = row_i64(&r, 11);
    out->step = step_of(
        out->roles, row_i64(&r, 9) >= 2, row_i64(&r, 12) != 0, row_i64(&r, 13) != 0);
    return OK;
}

err org_principal_load(
    struct db *db, struct arena *a, const struct web_asking *q, struct principal *out)
{
    bool listed;
    TRY((q->bearer ? by_token : by_session)(db, a, q, out, &listed));
    if (out->step != STEP_DONE) {
        out->roles = 0;
        out->scope = NULL;
    }
    return listed ? org_allowed_refuses(db, a, (body_id){out->org}, q->client, &out->outside) : OK;
}
