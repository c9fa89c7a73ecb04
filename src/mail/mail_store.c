/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of mail. */
#include "mail/mail_private.h"

#include <sodium.h>

/* ── queueing ── */

static str one_line(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n);
    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < s.n; i++)
        p[i] = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i];
    return (str){p, s.n};
}

/* Unique over all installations: by id here, by chance elsewhere. */
static str new_message_id(struct arena *a, int64_t id)
{
    uint8_t chance[8];
    char hex[16];
    randombytes_buf(chance, sizeof chance);
    str h = hex_of(hex, chance, sizeof chance);
    return str_fmt(a, "%lld.%.*s@yagura.invalid", (long long)id, STR_F(h));
}

static err insert(struct tx *tx, struct arena *a, const struct mail *m, int64_t *id)
{
    str subject = one_line(a, m->subject);
    *id = tx_id(tx);
    str message_id = new_message_id(a, *id);
    if (arena_failed(a))
        return ERR(NOMEM);
    int64_t added;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO outbox (id, person, kind, key, subject, text, path, digest, message_id,"
            " state, created_at, not_before, not_after, attempts, lease_until, answer, address)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, 0, 0, '', $13)"
            " ON CONFLICT (key) DO NOTHING"),
        V(*id, m->to.v, m->kind, m->key, subject, m->text, m->path, m->digest, message_id,
            tx_now(tx), m->not_before ? m->not_before : tx_now(tx), m->not_after, m->address),
        &added));
    if (added == 0)
        *id = 0;
    return OK;
}

err mail_queue(struct tx *tx, struct arena *a, const struct mail *m)
{
    int64_t id;
    if (m->subject.n > MAIL_SUBJECT_MAX || m->text.n > MAIL_TEXT_MAX || m->path.n > 500)
        return ERR(LIMIT);
    BUG_IF(m->key.n == 0 || m->kind.n == 0 || m->to.v == 0);
    BUG_IF(m->digest && m->address.n); /* a digest is a person's */
    return insert(tx, a, m, &id);
}

err mail_sample(struct tx *tx)
{
    return db_exec(tx, SQL("DELETE FROM outbox"), V0);
}

/* ── claiming ── */

static err close_mail(struct tx *tx, int64_t id, enum mail_state state, str why)
{
    return db_exec(tx,
        SQL("UPDATE outbox SET state=$2, lease_until=0, done_at=$3, answer=$4 WHERE id=$1"),
        V(id, state, tx_now(tx), why));
}

/* Those that cannot be sent any more are closed here, so that the queue comes to an end. */
static err unsendable(struct tx *tx, const struct outgoing *m, bool active, usec not_after,
    bool *closed)
{
    enum mail_state state = MAIL_WAITING;
    str why = STR_NONE;
    if (!active) {
        state = MAIL_DROPPED;
        why = S("利用を止められた人です。");
    } else if (not_after && tx_now(tx) > not_after) {
        state = MAIL_DROPPED;
        why = S("知らせる時期を過ぎました。");
    } else if (!mail_address_is_valid(m->address)) {
        state = MAIL_FAILED;
        why = S("メールアドレスの形になっていません。");
    } else if (mail_pause(m->attempt) == 0 && m->attempt > 0) {
        state = MAIL_FAILED; /* its last attempt ended without a word */
        why = S("送信の途中で止まりました。");
    }
    *closed = state != MAIL_WAITING;
    return *closed ? close_mail(tx, m->id, state, why) : OK;
}

err mail_claim(struct tx *tx, struct arena *a, struct outgoing *out)
{
    enum { MOST = 10000 };
    for (int i = 0; i < MOST; i++) {
        bool active, closed;
        usec not_after;
        {
            DB_ONE(tx_db(tx), r,
                SQL("SELECT o.id, o.attempts, CASE WHEN o.address<>'' THEN o.address ELSE p.mail END,"
                    " o.subject, o.text, o.path, o.message_id, o.kind,"
                    " CASE WHEN o.address<>'' THEN 1 ELSE p.active END, o.not_after,"
                    " (SELECT COUNT(*) FROM outbox l WHERE l.part_of=o.id)"
                    " FROM outbox o JOIN person p ON p.id=o.person"
                    " WHERE o.digest=0 AND ((o.state=1 AND o.not_before<=$1)"
                    " OR (o.state=2 AND o.lease_until<=$1))"
                    " ORDER BY o.not_before, o.id LIMIT 1"),
                V(tx_now(tx)));
            *out = (struct outgoing){.id = row_i64(&r, 0),
                .attempt = row_i64(&r, 1),
                .address = row_str(a, &r, 2),
                .subject = row_str(a, &r, 3),
                .text = row_str(a, &r, 4),
                .path = row_str(a, &r, 5),
                .message_id = row_str(a, &r, 6),
                .kind = row_str(a, &r, 7),
                .lines = row_i64(&r, 10)};
            active = row_i64(&r, 8) != 0;
            not_after = row_i64(&r, 9);
        }
        TRY(unsendable(tx, out, active, not_after, &closed));
        if (closed)
            continue;
        out->attempt++;
        return db_exec(tx,
            SQL("UPDATE outbox SET state=2, attempts=$2, tried_at=$3, lease_until=$4"
                " WHERE id=$1"),
            V(out->id, out->attempt, tx_now(tx), tx_now(tx) + MAIL_LEASE_MINUTES * USEC_MINUTE));
    }
    return ERR(NOTFOUND);
}

err mail_lines(struct db *db, struct arena *a, int64_t digest, struct mail_line *out, size_t most,
    size_t *n)
{
    *n = 0;
    DB_EACH(db, r,
        SQL("SELECT subject, text, path FROM outbox WHERE part_of=$1 ORDER BY id LIMIT $2"),
        V(digest, (int64_t)most))
    out[(*n)++] = (struct mail_line){row_str(a, &r, 0), row_str(a, &r, 1), row_str(a, &r, 2)};
    return db_status(db);
}

err mail_settle(struct tx *tx, int64_t id, int64_t attempt, enum mail_result r, str answer)
{
    usec pause = mail_pause(attempt);
    bool given_up = r == MAIL_RESULT_REFUSED || pause == 0;
    if (r == MAIL_RESULT_SENT)
        return db_exec(tx,
            SQL("UPDATE outbox SET state=3, lease_until=0, done_at=$2, answer=$3"
                " WHERE id=$1 AND state<>3"),
            V(id, tx_now(tx), answer));
    return db_exec(tx,
        SQL("UPDATE outbox SET state=$3, lease_until=0, not_before=$4, done_at=$5, answer=$6"
            " WHERE id=$1 AND state=2 AND attempts=$2"),
        V(id, attempt, given_up ? MAIL_FAILED : MAIL_WAITING, tx_now(tx) + pause,
            given_up ? val_int(tx_now(tx)) : VAL_NONE, answer));
}

err mail_release(struct tx *tx)
{
    return db_exec(tx, SQL("UPDATE outbox SET lease_until=0 WHERE state=2"), V0);
}

/* ── the digest ── */

static err close_lines(struct tx *tx, usec hour)
{
    return db_exec(tx,
        SQL("UPDATE outbox SET state=6, done_at=$1, answer='知らせる時期を過ぎました。'"
            " WHERE state=1 AND digest=1 AND not_before<=$2 AND not_after>0 AND not_after<$1"),
        V(tx_now(tx), hour));
}

static str subject_of(struct db *db, struct arena *a, int64_t id)
{
    str subject = STR_NONE;
    DB_EACH(db, r, SQL("SELECT subject FROM outbox WHERE id=$1"), V(id))
    subject = row_str(a, &r, 0);
    return subject;
}

static err collect_person(struct tx *tx, struct arena *a, usec hour, int64_t person,
    int64_t lines, int64_t first)
{
    int64_t id;
    str day = str_fmt(a, "mail.digest:%lld:%d", (long long)person, jday_of_usec(hour));
    str subject = lines == 1
        ? subject_of(tx_db(tx), a, first)
        : str_fmt(a, "お知らせ %lld 件（櫓 Yagura）", (long long)lines);
    struct mail m = {.to = {person}, .kind = S("mail.digest"), .key = day, .subject = subject,
        .text = S(""), .path = S("")};
    TRY(insert(tx, a, &m, &id));
    if (id == 0)
        return OK; /* had today's: the lines wait for tomorrow's */
    return db_exec(tx,
        SQL("UPDATE outbox SET state=5, part_of=$1, done_at=$2 WHERE person=$3 AND digest=1"
            " AND state=1 AND not_before<=$4"),
        V(id, tx_now(tx), person, hour));
}

err mail_collect(struct tx *tx, struct arena *a)
{
    enum { MOST = 5000 };
    usec hour = mail_digest_hour(tx_now(tx));
    struct due {
        int64_t person, lines, first;
    } *due = ARENA_ARRAY(a, struct due, MOST);
    size_t n = 0;
    if (!due)
        return ERR(NOMEM);
    TRY(close_lines(tx, hour));
    DB_EACH(tx_db(tx), r,
        SQL("SELECT person, COUNT(*), MIN(id) FROM outbox WHERE state=1 AND digest=1"
            " AND not_before<=$1 GROUP BY person ORDER BY person LIMIT 5000"),
        V(hour))
    due[n++] = (struct due){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2)};
    TRY(db_status(tx_db(tx)));
    for (size_t i = 0; i < n; i++)
        TRY(collect_person(tx, a, hour, due[i].person, due[i].lines, due[i].first));
    return OK;
}

/* ── forgetting ── */

/* Lines come before the mail they were collected into, which has the greater id. */
err mail_forget(struct tx *tx)
{
    return db_exec(tx,
        SQL("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at<$1"
            " ORDER BY done_at, id LIMIT 500)"),
        V(tx_now(tx) - MAIL_KEPT_DAYS * USEC_DAY));
}

/* ── sign of life ── */

err mail_beat(struct tx *tx)
{
    return db_exec(tx,
        SQL("INSERT INTO mail_beat (id, at) VALUES (1, $1)"
            " ON CONFLICT (id) DO UPDATE SET at=excluded.at"),
        V(tx_now(tx)));
}

err mail_work_status(struct db *db, usec now, struct mail_status *out)
{
    *out = (struct mail_status){0};
    DB_EACH(db, b, SQL("SELECT at FROM mail_beat WHERE id=1"), V0)
    out->seen = row_i64(&b, 0);
    out->running = out->seen > 0 && now - out->seen < MAIL_BEAT_MINUTES * USEC_MINUTE;
    DB_EACH(db, w,
        SQL("SELECT COUNT(*), COALESCE(MIN(CASE WHEN not_before<=$1 THEN not_before END), 0)"
            " FROM outbox WHERE state IN (1, 2) AND digest=0"),
        V(now))
    {
        out->waiting = row_i64(&w, 0);
        out->oldest = row_i64(&w, 1);
    }
    DB_EACH(db, f, SQL("SELECT COUNT(*) FROM outbox WHERE state=4"), V0)
    out->failed = row_i64(&f, 0);
    return db_status(db);
}

err mail_is_demo(struct db *db, struct arena *a, bool *demo)
{
    str mark;
    err e = setting_get(db, a, S("demo"), &mark);
    *demo = !err_is(e);
    return e.code == ERR_NOTFOUND ? OK : e;
}

/* ── the page ── */

err mail_count(struct db *db, int64_t counts[MAIL_DROPPED + 1])
{
    memset(counts, 0, sizeof(int64_t) * (MAIL_DROPPED + 1));
    DB_EACH(db, r, SQL("SELECT state, COUNT(*) FROM outbox GROUP BY state"), V0)
    if (row_i64(&r, 0) >= MAIL_WAITING && row_i64(&r, 0) <= MAIL_DROPPED)
        counts[row_i64(&r, 0)] = row_i64(&r, 1);
    return db_status(db);
}

err mail_troubles(struct db *db, struct arena *a, size_t most, struct mail_rows *out)
{
    *out = (struct mail_rows){.v = ARENA_ARRAY(a, struct mail_row, most)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT o.id, o.state, o.attempts, o.kind, o.subject, p.name, b.name, o.answer,"
            " o.created_at, COALESCE(o.tried_at, 0), o.not_before"
            " FROM outbox o JOIN person p ON p.id=o.person JOIN body b ON b.id=p.body"
            " WHERE o.state=4 OR (o.state=1 AND o.attempts>0)"
            " ORDER BY o.state DESC, o.id DESC LIMIT CAST($1 AS BIGINT)"),
        V((int64_t)most + 1))
    {
        out->more = out->n == most;
        if (out->n < most)
            out->v[out->n++] = (struct mail_row){.id = row_i64(&r, 0),
                .state = (enum mail_state)row_i64(&r, 1),
                .attempts = row_i64(&r, 2),
                .kind = row_str(a, &r, 3),
                .subject = row_str(a, &r, 4),
                .person = row_str(a, &r, 5),
                .org = row_str(a, &r, 6),
                .answer = row_str(a, &r, 7),
                .created_at = row_i64(&r, 8),
                .tried_at = row_i64(&r, 9),
                .not_before = row_i64(&r, 10)};
    }
    return db_status(db);
}

err mail_again(struct tx *tx, int64_t id)
{
    int64_t changed;
    DB_ONE(tx_db(tx), r, SQL("SELECT state FROM outbox WHERE id=$1"), V(id));
    TRY(db_exec_count(tx,
        SQL("UPDATE outbox SET state=1, attempts=0, not_before=$2, not_after=0, done_at=NULL"
            " WHERE id=$1 AND (state=4 OR (state=1 AND attempts>0))"),
        V(id, tx_now(tx)), &changed));
    return changed == 1 ? OK : ERR(STALE);
}

/* ── yagura check ── */

err mail_check(struct db *db, struct arena *a, struct check_report *report)
{
    (void)a;
    int64_t rows = 0, odd = 0;
    DB_EACH(db, r,
        SQL("SELECT COUNT(*), CAST(COALESCE(SUM(CASE"
            " WHEN state=5 AND (digest=0 OR part_of IS NULL) THEN 1"
            " WHEN state<>5 AND part_of IS NOT NULL THEN 1"
            " WHEN state IN (2, 3) AND (digest=1 OR attempts=0) THEN 1"
            " WHEN state IN (3, 4, 5, 6) AND done_at IS NULL THEN 1"
            " WHEN state IN (1, 2) AND done_at IS NOT NULL THEN 1"
            " ELSE 0 END), 0) AS BIGINT) FROM outbox"),
        V0)
    {
        rows = row_i64(&r, 0);
        odd = row_i64(&r, 1);
    }
    report->problems += odd;
    buf_fmt(report->lines, "mail: %lld in the outbox, %lld in a state that cannot be\n",
        (long long)rows, (long long)odd);
    return db_status(db);
}
