/* SPDX-License-Identifier: Apache-2.0 */
/* Appending to the journal, and forgetting in time. */
#include "store/journal.h"

#include "store/audit.h"

enum { SWEEP = 64 };

/* A setting that is no number of days keeps what the default keeps. */
static jday oldest_day(struct tx *tx)
{
    int64_t days = JOURNAL_DAYS;
    DB_EACH(tx_db(tx), r, SQL("SELECT value FROM setting WHERE name='journal_days'"), V0)
    if (err_is(parse_i64(row_view(&r, 0), 1, 36500, &days)))
        days = JOURNAL_DAYS;
    return jday_of_usec(tx_now(tx)) - (jday)days;
}

err journal_prune(struct tx *tx, int64_t most, int64_t *n)
{
    return db_exec_count(tx,
        SQL("DELETE FROM journal WHERE id IN"
            " (SELECT id FROM journal WHERE day<$1 ORDER BY day LIMIT $2)"),
        V(oldest_day(tx), most), n);
}

/* Somebody who tries many addresses fills no disk. */
static bool is_flood(struct tx *tx, const struct journal_entry *e, jday today)
{
    int64_t n = 0;
    if (e->kind != JOURNAL_DENIED)
        return false;
    DB_EACH(tx_db(tx), r,
        SQL("SELECT COUNT(*) FROM journal WHERE person=$1 AND day=$2 AND kind=3"),
        V(e->person, today))
    n = row_i64(&r, 0);
    return n >= JOURNAL_DENIED_A_DAY;
}

static bool is_noted(struct tx *tx, const struct journal_entry *e, jday today)
{
    bool noted = false;
    DB_EACH(tx_db(tx), r,
        SQL("SELECT 1 FROM journal WHERE person=$1 AND day=$2 AND kind=$3 AND body=$4 AND object=$5"),
        V(e->person, today, (int)e->kind, e->body, e->object))
    noted = true;
    return noted;
}

/* The journal forgets; the trail of the body concerned keeps who looked and who took. */
static err audit_first(struct tx *tx, const struct journal_entry *e)
{
    struct audit_entry row = {.body = e->body,
        .person = e->person,
        .action = e->kind == JOURNAL_SEEN ? S("journal.seen") : S("journal.export"),
        .object = e->address};
    return audit_append(tx, &row);
}

err journal_add(struct tx *tx, const struct journal_entry *e)
{
    int64_t pruned;
    jday today = jday_of_usec(tx_now(tx));
    TRY(journal_prune(tx, SWEEP, &pruned));
    if (is_flood(tx, e, today))
        return OK;
    if (e->kind != JOURNAL_DENIED && !is_noted(tx, e, today))
        TRY(audit_first(tx, e));
    return db_exec(tx,
        SQL("INSERT INTO journal (id, day, at, last_at, n, person, org, kind, object, body)"
            " VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7, $8)"
            " ON CONFLICT (person, day, kind, body, object)"
            " DO UPDATE SET n=journal.n+1, last_at=excluded.last_at"),
        V(tx_id(tx), today, tx_now(tx), e->person, e->org, (int)e->kind, e->object, e->body));
}
