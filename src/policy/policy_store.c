/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of policy. */
#include "policy/policy_private.h"

static jday day_of(const struct rows *r, int col)
{
    return row_is_null(r, col) ? DAY_NONE : (jday)row_i64(r, col);
}

static struct val val_day(jday d)
{
    return d == DAY_NONE ? VAL_NONE : val_int(d);
}

/* ── guidelines ── */

err policy_guidelines(struct db *db, struct arena *a, struct guideline_list *out)
{
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT id, name, noticed, latest FROM guideline"
            " ORDER BY latest DESC, noticed DESC NULLS LAST, id LIMIT 60"),
        V0)
    out->v[out->n++] = (struct guideline){
        row_i64(&r, 0), row_str(a, &r, 1), day_of(&r, 2), row_i64(&r, 3) != 0};
    return db_status(db);
}

err policy_guideline_add(struct tx *tx, const struct scope *s, const struct guideline *g)
{
    return db_exec(tx,
        SQL("INSERT INTO guideline (id, name, noticed, latest, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6)"),
        V(tx_id(tx), g->name, val_day(g->noticed), g->latest, scope_person(s).v, tx_now(tx)));
}

/* ── the register ── */

#define POLICY_COLUMNS                                                                           \
    "p.id, p.established, p.revised, p.published, p.guideline, COALESCE(g.name, ''),"            \
    " COALESCE(g.latest, 1), p.address, p.note, p.person, p.at"

static void policy_of_row(struct arena *a, const struct rows *r, struct policy *out)
{
    struct body b = out->body;
    *out = (struct policy){.id = row_i64(r, 0),
        .body = b,
        .established = day_of(r, 1),
        .revised = day_of(r, 2),
        .published = day_of(r, 3),
        .guideline = row_i64(r, 4),
        .guideline_name = row_str(a, r, 5),
        .outdated = row_i64(r, 6) == 0,
        .address = row_str(a, r, 7),
        .note = row_str(a, r, 8),
        .person = row_i64(r, 9),
        .at = row_i64(r, 10)};
}

err policy_history(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct policy_list *out)
{
    enum { MOST = 100 };
    struct body b;
    TRY(org_body_get(db, a, s, body, &b));
    *out = (struct policy_list){ARENA_ARRAY(a, struct policy, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " POLICY_COLUMNS " FROM policy p LEFT JOIN guideline g ON g.id=p.guideline"
            " WHERE p.body=$1 AND p.organ=0 ORDER BY p.id DESC LIMIT 100"),
        V(body.v))
    {
        out->v[out->n].body = b;
        policy_of_row(a, &r, &out->v[out->n++]);
    }
    return db_status(db);
}

static err newest(struct db *db, int64_t body, int64_t *out)
{
    DB_ONE(db, r, SQL("SELECT COALESCE(MAX(id), 0) FROM policy WHERE body=$1 AND organ=0"),
        V(body));
    *out = row_i64(&r, 0);
    return OK;
}

err policy_add(struct tx *tx, const struct scope *s, const struct policy *p, int64_t seen)
{
    int64_t last;
    TRY(newest(tx_db(tx), scope_body(s).v, &last));
    if (last != seen)
        return ERR(STALE);
    return db_exec(tx,
        SQL("INSERT INTO policy (id, body, organ, established, revised, guideline, published,"
            " address, note, person, at) VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10)"),
        V(tx_id(tx), scope_body(s).v, val_day(p->established), val_day(p->revised),
            p->guideline ? val_int(p->guideline) : VAL_NONE, val_day(p->published), p->address,
            p->note, scope_person(s).v, tx_now(tx)));
}

/* By rising body, as the bodies are found below. */
static struct policy *of_body(struct policy_list *list, int64_t body)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].body.id.v == body)
            return &list->v[i];
    return NULL;
}

err policy_register(
    struct db *db, struct arena *a, const struct scope *s, struct policy_list *out)
{
    struct body_list bodies;
    TRY(org_body_all(db, a, s, &bodies));
    *out = (struct policy_list){ARENA_ARRAY(a, struct policy, bodies.n), bodies.n};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < bodies.n; i++)
        out->v[i] = (struct policy){.body = bodies.v[i],
            .established = DAY_NONE,
            .revised = DAY_NONE,
            .published = DAY_NONE};
    struct policy_list rest = *out; /* rows and bodies come in the same order */
    DB_EACH(db, r,
        SQL("SELECT " POLICY_COLUMNS ", p.body FROM policy p JOIN body b ON b.id=p.body"
            " LEFT JOIN guideline g ON g.id=p.guideline WHERE p.organ=0 AND b.class<>9"
            " AND p.id=(SELECT MAX(x.id) FROM policy x WHERE x.body=p.body AND x.organ=0)"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " ORDER BY b.code6"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        struct policy *p = of_body(&rest, row_i64(&r, 11));
        if (!p)
            continue;
        policy_of_row(a, &r, p);
        rest = (struct policy_list){p + 1, (size_t)(out->v + out->n - p) - 1};
    }
    return db_status(db);
}

err policy_published(struct db *db, int64_t body, usec now, struct measured *out)
{
    (void)now;
    struct policy p = {.established = DAY_NONE, .published = DAY_NONE};
    DB_EACH(db, r,
        SQL("SELECT established, published, CASE WHEN address='' THEN 0 ELSE 1 END FROM policy"
            " WHERE body=$1 AND organ=0 ORDER BY id DESC LIMIT 1"),
        V(body))
    {
        p.established = day_of(&r, 0);
        p.published = day_of(&r, 1);
        p.address = row_i64(&r, 2) ? S("x") : STR_NONE;
    }
    *out = (struct measured){true, policy_recorded(&p)};
    return db_status(db);
}

err policy_sample(struct tx *tx, const struct scope *s, size_t n, jday today)
{
    jday published = jday_of(2026, 3, 1) + (jday)(n % 60);
    bool done = n % 5 != 0 && published < today;
    struct policy p = {.established = jday_of(2026, 2, 1),
        .revised = DAY_NONE,
        .published = done ? published : DAY_NONE,
        .guideline = n % 7 ? 2 : 3,
        .address = done ? S("https://www.example.jp/security-policy") : STR_NONE};
    return n % 11 == 0 || p.established >= today ? OK : policy_add(tx, s, &p, 0);
}
