/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of sending, of reminders, and of the summary of a week. */
#include "notice/notice_private.h"

err notice_mark_sent(struct tx *tx, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, const uint8_t hash[NOTICE_HASH], int64_t bodies, int64_t *number)
{
    int64_t changed;
    DB_ONE(tx_db(tx), r, SQL("SELECT COALESCE(MAX(number), 0)+1 FROM notice WHERE kind=$1 AND office=$2"),
        V(str_of(k->name), n->office));
    *number = row_i64(&r, 0);
    TRY(db_exec_count(tx,
        SQL("UPDATE notice SET state=2, number=$3, sent_at=$4, sent_by=$5, hash=$6, bodies=$7, changed_at=$4, version=version+1"
            " WHERE id=$1 AND version=$2 AND state=1"),
        V(n->id, n->version, *number, tx_now(tx), who->person, ((struct bytes){hash, NOTICE_HASH}), bodies), &changed));
    return changed == 1 ? OK : ERR(STALE);
}

err notice_receipt_add(struct tx *tx, int64_t notice, int64_t body, int64_t readers)
{
    return db_exec(tx,
        SQL("INSERT INTO notice_receipt (notice, body, readers, answer, note) VALUES ($1, $2, $3, 0, '')"),
        V(notice, body, readers));
}

err notice_reader_add(struct tx *tx, int64_t notice, int64_t body, person_id p)
{
    return db_exec(tx, SQL("INSERT INTO notice_reader (notice, body, person) VALUES ($1, $2, $3)"), V(notice, body, p.v));
}

/* ── reminders ── */

static err persons_new(struct arena *a, size_t most, struct notice_persons *out)
{
    *out = (struct notice_persons){ARENA_ARRAY(a, struct role_holder, most), 0};
    return out->v ? OK : ERR(NOMEM);
}

err notice_unanswered(struct db *db, struct arena *a, int64_t notice, struct notice_persons *bodies)
{
    TRY(persons_new(a, 4000, bodies));
    DB_EACH(db, r,
        SQL("SELECT body FROM notice_receipt WHERE notice=$1 AND answered_at IS NULL ORDER BY body LIMIT 4000"), V(notice))
    bodies->v[bodies->n++] = (struct role_holder){row_i64(&r, 0), {0}};
    return db_status(db);
}

err notice_readers(struct db *db, struct arena *a, int64_t notice, struct notice_persons *out)
{
    TRY(persons_new(a, 20000, out));
    DB_EACH(db, r,
        SQL("SELECT p.body, p.person FROM notice_reader p WHERE p.notice=$1 ORDER BY p.body, p.person LIMIT 20000"), V(notice))
    out->v[out->n++] = (struct role_holder){row_i64(&r, 0), {row_i64(&r, 1)}};
    return db_status(db);
}

err notice_reminder_last(struct db *db, const struct notice *n, struct notice_reminder *out)
{
    *out = (struct notice_reminder){0};
    DB_EACH(db, r,
        SQL("SELECT id, person, bodies, at FROM notice_reminder WHERE notice=$1 ORDER BY id DESC LIMIT 1"), V(n->id))
    *out = (struct notice_reminder){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2), row_i64(&r, 3)};
    return db_status(db);
}

err notice_reminder_add(struct tx *tx, int64_t notice, int64_t person, int64_t bodies, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx, SQL("INSERT INTO notice_reminder (id, notice, person, bodies, at) VALUES ($1, $2, $3, $4, $5)"),
        V(*id, notice, person, bodies, tx_now(tx)));
}

err notice_due_around(struct db *db, struct arena *a, const struct notice_kind *k, jday today, struct notices *out)
{
    enum { MOST = 500, BEHIND = 40, AHEAD = 20 }; /* days: closed days are never that many in a row */
    *out = (struct notices){ARENA_ARRAY(a, struct notice, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT n.id, n.office, o.name, n.number, n.tlp, n.urgency, n.drill, n.due FROM notice n JOIN body o ON o.id=n.office"
            " WHERE n.kind=$1 AND n.state=2 AND n.due BETWEEN $2 AND $3 AND NOT EXISTS (SELECT 1 FROM notice f"
            " WHERE f.about=n.id AND f.state=2 AND f.relation IN (1, 2)) ORDER BY n.id LIMIT 500"),
        V(str_of(k->name), today - BEHIND, today + AHEAD))
    out->v[out->n++] = (struct notice){.id = row_i64(&r, 0), .office = row_i64(&r, 1), .office_name = row_str(a, &r, 2),
        .number = row_i64(&r, 3), .tlp = (enum tlp)row_i64(&r, 4), .urgency = (enum notice_urgency)row_i64(&r, 5),
        .drill = row_i64(&r, 6) != 0, .due = (jday)row_i64(&r, 7)};
    return db_status(db);
}

/* A later stage is told instead of an earlier one, never after it. */
err notice_told_add(struct tx *tx, int64_t notice, enum notice_stage stage, jday due, bool *first)
{
    int64_t added;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO notice_told (notice, stage, due, at) VALUES ($1, $2, $3, $4) ON CONFLICT (notice, stage, due) DO NOTHING"),
        V(notice, stage, due, tx_now(tx)), &added));
    *first = added == 1;
    return OK;
}

/* ── the week ── */

err notice_week_begin(struct tx *tx, const struct notice_kind *k, jday monday, bool *first)
{
    int64_t added;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO notice_week (kind, monday, at) VALUES ($1, $2, $3) ON CONFLICT (kind, monday) DO NOTHING"),
        V(str_of(k->name), monday, tx_now(tx)), &added));
    *first = added == 1;
    return OK;
}

#define TALLY                                                                                                           \
    ", CAST(SUM(CASE WHEN r.answered_at IS NULL THEN 1 ELSE 0 END) AS BIGINT),"                                         \
    " CAST(SUM(CASE WHEN n.sent_at>=$2 THEN 1 ELSE 0 END) AS BIGINT) FROM notice_receipt r JOIN notice n ON n.id=r.notice"
#define STANDS                                                                                                          \
    " n.kind=$1 AND n.sent_at>=$3 AND (r.answered_at IS NULL OR n.sent_at>=$2)"                                         \
    " AND NOT EXISTS (SELECT 1 FROM notice f WHERE f.about=n.id AND f.state=2 AND f.relation IN (1, 2))"

static err tally(struct db *db, struct arena *a, struct rows r, struct notice_tallies *out)
{
    enum { MOST = 20000 };
    *out = (struct notice_tallies){ARENA_ARRAY(a, struct notice_tally, MOST), 0};
    while (out->v && out->n < MOST && rows_next(&r))
        out->v[out->n++] = (struct notice_tally){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2)};
    rows_done(&r);
    return out->v ? db_status(db) : ERR(NOMEM);
}

err notice_tally_bodies(
    struct db *db, struct arena *a, const struct notice_kind *k, usec since, usec oldest, struct notice_tallies *out)
{
    return tally(db, a,
        db_query(db, SQL("SELECT r.body" TALLY " WHERE" STANDS " AND n.tlp<$4 GROUP BY r.body ORDER BY r.body"),
            V(str_of(k->name), since, oldest, TLP_RED)),
        out);
}

err notice_tally_named(
    struct db *db, struct arena *a, const struct notice_kind *k, usec since, usec oldest, struct notice_tallies *out)
{
    return tally(db, a,
        db_query(db,
            SQL("SELECT p.person" TALLY " JOIN notice_reader p ON p.notice=r.notice AND p.body=r.body WHERE" STANDS
                " AND n.tlp=$4 GROUP BY p.person ORDER BY p.person"),
            V(str_of(k->name), since, oldest, TLP_RED)),
        out);
}

err notice_titles(struct db *db, struct arena *a, const struct notice_kind *k, int64_t body, usec since, struct strs *out)
{
    enum { MOST = 20 };
    *out = (struct strs){ARENA_ARRAY(a, str, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT n.title, n.tlp FROM notice_receipt r JOIN notice n ON n.id=r.notice WHERE r.body=$1 AND n.kind=$2"
            " AND n.sent_at>=$3 AND n.tlp<$4 ORDER BY n.id LIMIT 20"),
        V(body, str_of(k->name), since, TLP_AMBER))
    if (notice_tlp_of((enum tlp)row_i64(&r, 1))->title_in_mail)
        out->v[out->n++] = row_str(a, &r, 0);
    return db_status(db);
}

err notice_quiet_all(struct db *db, struct arena *a, const struct notice_kind *k, struct notice_quiets *out)
{
    enum { MOST = 20000 };
    *out = (struct notice_quiets){ARENA_ARRAY(a, int64_t, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT person FROM notice_quiet WHERE kind=$1 ORDER BY person LIMIT 20000"), V(str_of(k->name)))
    out->v[out->n++] = row_i64(&r, 0);
    return db_status(db);
}

err notice_quiet_get(struct db *db, const struct notice_kind *k, const struct principal *who, bool *out)
{
    *out = false;
    DB_EACH(db, r, SQL("SELECT 1 FROM notice_quiet WHERE kind=$1 AND person=$2"), V(str_of(k->name), who->person))
    *out = true;
    return db_status(db);
}

err notice_quiet_set(struct tx *tx, const struct notice_kind *k, const struct principal *who, bool quiet)
{
    if (!quiet)
        return db_exec(tx, SQL("DELETE FROM notice_quiet WHERE kind=$1 AND person=$2"), V(str_of(k->name), who->person));
    return db_exec(tx,
        SQL("INSERT INTO notice_quiet (kind, person, at) VALUES ($1, $2, $3) ON CONFLICT (kind, person) DO NOTHING"),
        V(str_of(k->name), who->person, tx_now(tx)));
}
