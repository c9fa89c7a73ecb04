/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about what stays readable of incidents, and about who receives. */
#include "incident/incident_private.h"

err incident_add(struct tx *tx, int64_t flow)
{
    return db_exec(tx,
        SQL("INSERT INTO incident (flow, kinds, causes, grave, stage, persons) VALUES ($1, '', '', 0, '', 0)"), V(flow));
}

static struct val time_of(const struct incident_known *k)
{
    return k->time ? val_int(k->time) : VAL_NONE;
}

err incident_note(struct tx *tx, int64_t flow, const struct incident_facts *f)
{
    const struct incident_known *k = f->known;
    return db_exec(tx,
        SQL("UPDATE incident SET kinds=$2, causes=$3, grave=$4, known_at=$5, occurred_at=$6, stage=$7, persons=$8"
            " WHERE flow=$1"),
        V(flow, k[Q_kind].value, k[Q_vector].value, str_eq(k[Q_gravity].value, S("grave")), time_of(&k[Q_known_at]),
            time_of(&k[Q_occurred_at]), k[Q_stage].value, k[Q_personal_persons].number));
}

err incident_note_reported(struct tx *tx, int64_t flow)
{
    return db_exec(tx, SQL("UPDATE incident SET reported_at=$2 WHERE flow=$1 AND reported_at IS NULL"),
        V(flow, tx_now(tx)));
}

err incident_all(struct db *db, struct arena *a, const struct scope *s, struct incidents *out)
{
    struct flow_cases all;
    size_t n = 0;
    TRY(flow_all(db, a, s, &incident_kind, &all));
    *out = (struct incidents){ARENA_ARRAY(a, struct incident, all.n), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (; n < all.n; n++) {
        DB_ONE(db, r,
            SQL("SELECT kinds, causes, grave, known_at, occurred_at, stage, persons, reported_at FROM incident WHERE flow=$1"),
            V(all.v[n].id));
        out->v[out->n++] = (struct incident){.flow = all.v[n], .kinds = row_str(a, &r, 0), .causes = row_str(a, &r, 1),
            .grave = row_i64(&r, 2) != 0, .known_at = row_i64(&r, 3), .occurred_at = row_i64(&r, 4),
            .stage = row_str(a, &r, 5), .persons = row_i64(&r, 6), .reported_at = row_i64(&r, 7)};
    }
    return OK;
}

/* The prefecture of the body stands for 「都道府県」 without being told so. */
err incident_office_of(struct db *db, str recipient, int64_t pref, int64_t *out)
{
    *out = 0;
    DB_EACH(db, r,
        SQL("SELECT o.office FROM incident_office o WHERE o.recipient=$1 UNION ALL"
            " SELECT b.id FROM body b WHERE $1='pref' AND b.class=1 AND b.pref=$2 LIMIT 1"),
        V(recipient, pref))
    *out = row_i64(&r, 0);
    return db_status(db);
}

err incident_office_people(struct db *db, int64_t office, struct person_ids *out)
{
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT p.id FROM person p WHERE p.active=1 AND p.body=$1"
            " AND EXISTS (SELECT 1 FROM person_role x WHERE x.person=p.id AND x.role IN (8, 16)) ORDER BY p.id LIMIT 100"),
        V(office))
    out->v[out->n++] = (person_id){row_i64(&r, 0)};
    return db_status(db);
}

err incident_office_set(struct tx *tx, str recipient, int64_t office, int64_t person)
{
    if (office == 0)
        return db_exec(tx, SQL("DELETE FROM incident_office WHERE recipient=$1"), V(recipient));
    return db_exec(tx,
        SQL("INSERT INTO incident_office (recipient, office, person, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (recipient) DO UPDATE SET office=excluded.office, person=excluded.person, at=excluded.at"),
        V(recipient, office, person, tx_now(tx)));
}

#define SEEN " c.drill=0 AND (CAST($1 AS BIGINT)=3 OR c.body=$2 OR (CAST($1 AS BIGINT)=2 AND b.pref=$3))"

err incident_each(struct db *db, const struct scope *s, usec now, incident_each_fn *fn, void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, c.number, c.state, i.kinds, i.grave,"
            " i.known_at, i.occurred_at, i.reported_at, i.persons,"
            " (SELECT COUNT(*) FROM flow_delivery d WHERE d.flow=c.id),"
            " (SELECT COUNT(*) FROM flow_clock k WHERE k.flow=c.id AND k.done_at IS NULL AND k.due_at<$4)"
            " FROM incident i JOIN flow_case c ON c.id=i.flow JOIN body b ON b.id=c.body"
            " WHERE i.reported_at IS NOT NULL AND" SEEN " ORDER BY i.reported_at DESC, c.id DESC"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), now))
    {
        struct incident_seen x = {.body = {{row_i64(&r, 0)}, row_view(&r, 1), (enum body_class)row_i64(&r, 2), row_i64(&r, 3),
                                      row_view(&r, 4), row_view(&r, 5)},
            .number = row_i64(&r, 6), .state = (int)row_i64(&r, 7), .kinds = row_view(&r, 8), .grave = row_i64(&r, 9) != 0,
            .known_at = row_i64(&r, 10), .occurred_at = row_i64(&r, 11), .reported_at = row_i64(&r, 12),
            .persons = row_i64(&r, 13), .reports = row_i64(&r, 14), .late = row_i64(&r, 15)};
        TRY(fn(ctx, &x));
    }
    return db_status(db);
}

err incident_newest(struct db *db, const struct scope *s, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT CAST(COALESCE(MAX(d.id), 0) AS BIGINT) FROM flow_delivery d JOIN flow_case c ON c.id=d.flow"
            " JOIN body b ON b.id=c.body WHERE" SEEN),
        V(scope_level(s), scope_body(s).v, scope_pref(s)));
    *out = row_i64(&r, 0);
    return OK;
}
