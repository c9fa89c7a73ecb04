/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about what stays readable of incidents, and about who receives. */
#include "incident/incident_private.h"

err incident_add(struct tx *tx, const struct flow_case *c)
{
    return db_exec(tx,
        SQL("INSERT INTO incident (flow, body, drill, closed, kinds, causes, grave, stage, persons, reports)"
            " VALUES ($1, $2, $3, 0, '', '', 0, '', 0, 0)"),
        V(c->id, c->body.id.v, c->drill));
}

err incident_note_state(struct tx *tx, int64_t flow, bool closed)
{
    return db_exec(tx, SQL("UPDATE incident SET closed=$2 WHERE flow=$1"), V(flow, closed));
}

/* What was handed over, and which clock runs out first, as the engine has it. */
err incident_note_duties(struct tx *tx, int64_t flow)
{
    return db_exec(tx,
        SQL("UPDATE incident SET reports=(SELECT COUNT(*) FROM flow_delivery d WHERE d.flow=$1),"
            " next_due=(SELECT MIN(k.due_at) FROM flow_clock k WHERE k.flow=$1 AND k.done_at IS NULL) WHERE flow=$1"),
        V(flow));
}

static struct val time_of(const struct incident_known *k)
{
    return k->time ? val_int(k->time) : VAL_NONE;
}

err incident_note(struct tx *tx, int64_t flow, const struct incident_facts *f)
{
    const struct incident_known *k = f->known;
    return db_exec(tx,
        SQL("UPDATE incident SET kinds=$2, causes=$3, grave=$4, known_at=$5, occurred_at=$6, stage=$7, persons=$8,"
            " restored_at=CASE WHEN CAST($9 AS BIGINT)=1 THEN COALESCE(restored_at, $10) END WHERE flow=$1"),
        V(flow, k[Q_kind].value, k[Q_vector].value, str_eq(k[Q_gravity].value, S("grave")), time_of(&k[Q_known_at]),
            time_of(&k[Q_occurred_at]), k[Q_stage].value, k[Q_personal_persons].number,
            str_eq(k[Q_stage].value, S("restored")), tx_now(tx)));
}

err incident_note_steps(struct tx *tx, int64_t flow, int64_t in_time, int64_t too_late)
{
    return db_exec(tx, SQL("UPDATE incident SET in_time=$2, too_late=$3 WHERE flow=$1"), V(flow, in_time, too_late));
}

err incident_note_reported(struct tx *tx, int64_t flow)
{
    return db_exec(tx, SQL("UPDATE incident SET reported_at=$2 WHERE flow=$1 AND reported_at IS NULL"),
        V(flow, tx_now(tx)));
}

/* Every case has its row, and both come in the order of their ids. */
err incident_all(struct db *db, struct arena *a, const struct scope *s, struct incidents *out)
{
    struct flow_cases all;
    TRY(flow_all(db, a, s, &incident_kind, &all));
    *out = (struct incidents){ARENA_ARRAY(a, struct incident, all.n), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT flow, kinds, causes, grave, known_at, occurred_at, stage, persons, reported_at FROM incident"
            " WHERE body=$1 OR body IN (SELECT old_body FROM body_successor WHERE new_body=$1) ORDER BY flow DESC LIMIT 500"),
        V(scope_body(s).v))
    {
        if (out->n == all.n || all.v[out->n].id != row_i64(&r, 0))
            return ERR(BUG);
        out->v[out->n] = (struct incident){.flow = all.v[out->n], .kinds = row_str(a, &r, 1), .causes = row_str(a, &r, 2),
            .grave = row_i64(&r, 3) != 0, .known_at = row_i64(&r, 4), .occurred_at = row_i64(&r, 5),
            .stage = row_str(a, &r, 6), .persons = row_i64(&r, 7), .reported_at = row_i64(&r, 8)};
        out->n++;
    }
    return db_status(db);
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

err incident_offices(struct db *db, struct arena *a, struct body_list *out)
{
    enum { MOST = 100 };
    *out = (struct body_list){ARENA_ARRAY(a, struct body, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT id, name FROM body WHERE class=9 ORDER BY id LIMIT 100"), V0)
    out->v[out->n++] = (struct body){.id = {row_i64(&r, 0)}, .class = CLASS_OFFICE, .name = row_str(a, &r, 1)};
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

#define SEEN " (CAST($1 AS BIGINT)=3 OR i.body=$2 OR (CAST($1 AS BIGINT)=2 AND i.body IN (SELECT id FROM body WHERE pref=$3)))"

/* What is overdue is counted only where something is: of most the clock that runs out first has not. */
err incident_each(struct db *db, const struct scope *s, bool closed_too, usec now, incident_each_fn *fn, void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT i.flow, i.body, i.closed, i.kinds, i.grave, i.known_at, i.occurred_at, i.reported_at, i.persons,"
            " i.reports, i.next_due, i.causes, i.restored_at, i.in_time, i.too_late,"
            " CASE WHEN i.next_due<$5 THEN (SELECT COUNT(*) FROM flow_clock k WHERE k.flow=i.flow AND k.done_at IS NULL"
            " AND k.due_at<$5) ELSE 0 END FROM incident i WHERE i.reported_at IS NOT NULL AND i.drill=0"
            " AND (i.closed=0 OR CAST($4 AS BIGINT)=1) AND" SEEN " ORDER BY i.reported_at DESC"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), closed_too, now))
    {
        struct incident_seen x = {.flow = row_i64(&r, 0), .body = row_i64(&r, 1), .closed = row_i64(&r, 2) != 0,
            .kinds = row_view(&r, 3), .grave = row_i64(&r, 4) != 0, .known_at = row_i64(&r, 5), .occurred_at = row_i64(&r, 6),
            .reported_at = row_i64(&r, 7), .persons = row_i64(&r, 8), .reports = row_i64(&r, 9), .next_due = row_i64(&r, 10),
            .causes = row_view(&r, 11), .restored_at = row_i64(&r, 12), .in_time = row_i64(&r, 13), .too_late = row_i64(&r, 14),
            .overdue = row_i64(&r, 15)};
        TRY(fn(ctx, &x));
    }
    return db_status(db);
}

err incident_bodies_of(struct db *db, struct arena *a, const struct scope *s, str text, struct incident_bodies *out)
{
    *out = (struct incident_bodies){ARENA_ARRAY(a, struct body, INCIDENT_BODIES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana FROM body b"
            " WHERE EXISTS (SELECT 1 FROM incident i WHERE i.body=b.id) AND (CAST($1 AS BIGINT)=3 OR b.id=$2 OR (CAST($1 AS BIGINT)=2"
            " AND b.pref=$3)) ORDER BY b.id LIMIT 4000"),
        V(scope_level(s), scope_body(s).v, scope_pref(s)))
    {
        struct body b = {{row_i64(&r, 0)}, row_str(a, &r, 1), (enum body_class)row_i64(&r, 2), row_i64(&r, 3), row_str(a, &r, 4),
            row_str(a, &r, 5)};
        if (text.n == 0 || str_has(b.name, text) || str_eq(b.code6, text))
            out->v[out->n++] = b;
    }
    return db_status(db);
}

err incident_newest(struct db *db, const struct scope *s, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT CAST(COALESCE(MAX(i.reported_at), 0) + COALESCE(SUM(i.reports), 0) AS BIGINT) FROM incident i"
            " WHERE i.reported_at IS NOT NULL AND i.drill=0 AND" SEEN),
        V(scope_level(s), scope_body(s).v, scope_pref(s)));
    *out = row_i64(&r, 0);
    return OK;
}

err incident_bodies_with(struct db *db, struct arena *a, const struct scope *s, str kind, usec since,
    struct incident_body_ids *out)
{
    *out = (struct incident_body_ids){ARENA_ARRAY(a, int64_t, INCIDENT_BODIES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT DISTINCT i.body FROM incident i WHERE i.reported_at>=$5 AND i.drill=0"
            " AND REPLACE(' ' || i.kinds || ' ', ' ' || CAST($4 AS TEXT) || ' ', '')<>' ' || i.kinds || ' ' AND" SEEN
            " ORDER BY i.body LIMIT 4000"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), kind, since))
    out->v[out->n++] = row_i64(&r, 0);
    return db_status(db);
}

/* What a row repeats of its case, so that a board reads one table, is what the engine has. */
err incident_check(struct db *db, struct arena *a, struct check_report *report)
{
    (void)a;
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM flow_case c LEFT JOIN incident i ON i.flow=c.id WHERE c.kind='incident' AND"
            " (i.flow IS NULL OR i.body<>c.body OR i.drill<>c.drill OR i.closed<>CASE WHEN c.state=2 THEN 1 ELSE 0 END"
            " OR i.reports<>(SELECT COUNT(*) FROM flow_delivery d WHERE d.flow=c.id) OR COALESCE(i.next_due, 0)<>"
            " (SELECT COALESCE(MIN(k.due_at), 0) FROM flow_clock k WHERE k.flow=c.id AND k.done_at IS NULL))"),
        V0);
    int64_t wrong = row_i64(&r, 0);
    if (wrong)
        buf_fmt(report->lines, "incident: %lld incidents differ from their case\n", (long long)wrong);
    report->problems += wrong;
    return OK;
}
