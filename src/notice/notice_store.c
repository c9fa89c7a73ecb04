/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that read notices, and what a body answers. */
#include "notice/notice_private.h"

/* $1: the asker's body, $2: the asker. Of a body that came out of others, also what those were sent. */
#define NOTICE_COLUMNS                                                                                                  \
    "n.id, n.office, o.name, COALESCE(n.number, 0), n.state, n.tlp, n.urgency, n.drill, n.title, n.due, n.relation,"     \
    " COALESCE(n.about, 0), n.person, n.at, n.changed_at, COALESCE(n.sent_at, 0), n.version, COALESCE(f.id, 0),"         \
    " COALESCE(f.relation, 0), CASE WHEN EXISTS (SELECT 1 FROM notice_reader p WHERE p.notice=n.id AND p.person=$2"      \
    " AND p.body=r.body) THEN 1 ELSE 0 END, COALESCE(r.body, 0), COALESCE(r.seen_at, 0), COALESCE(r.seen_by, 0),"        \
    " COALESCE(r.answered_at, 0), COALESCE(r.answered_by, 0), COALESCE(r.answer, 0), COALESCE(r.note, '')"
enum { NOTICE_NEXT = 27 }; /* the column behind them */
#define NOTICE_FROM                                                                                                     \
    " FROM notice n JOIN body o ON o.id=n.office"                                                                       \
    " LEFT JOIN notice_receipt r ON r.notice=n.id AND r.body=COALESCE("                                                 \
    "(SELECT x.body FROM notice_receipt x WHERE x.notice=n.id AND x.body=$1), (SELECT MAX(y.body) FROM notice_receipt y" \
    " WHERE y.notice=n.id AND y.body IN (SELECT old_body FROM body_successor WHERE new_body=$1)))"                       \
    " LEFT JOIN notice f ON f.id=(SELECT MAX(g.id) FROM notice g WHERE g.about=n.id AND g.state=2 AND g.relation IN (1, 2))"

static void notice_of_row(struct arena *a, const struct rows *r, struct notice *out)
{
    *out = (struct notice){.id = row_i64(r, 0),
        .office = row_i64(r, 1),
        .office_name = row_str(a, r, 2),
        .number = row_i64(r, 3),
        .state = (enum notice_state)row_i64(r, 4),
        .tlp = (enum tlp)row_i64(r, 5),
        .urgency = (enum notice_urgency)row_i64(r, 6),
        .drill = row_i64(r, 7) != 0,
        .title = row_str(a, r, 8),
        .due = row_is_null(r, 9) ? DAY_NONE : (jday)row_i64(r, 9),
        .relation = (enum notice_relation)row_i64(r, 10),
        .about = row_i64(r, 11),
        .person = row_i64(r, 12),
        .at = row_i64(r, 13),
        .changed_at = row_i64(r, 14),
        .sent_at = row_i64(r, 15),
        .version = row_i64(r, 16),
        .replaced_by = row_i64(r, 17),
        .replaced_as = (enum notice_relation)row_i64(r, 18),
        .named = row_i64(r, 19) != 0,
        .mine = {row_i64(r, 20), row_i64(r, 21), row_i64(r, 23), row_i64(r, 22), row_i64(r, 24),
            (enum notice_answer)row_i64(r, 25), row_str(a, r, 26)}};
}

static bool is_source(const struct notice_kind *k, const struct principal *who, const struct notice *n)
{
    return n->office == who->org && (who->roles & k->send->roles);
}

static bool may_read(const struct principal *who, const struct notice *n)
{
    struct notice_asker q = notice_asker_of(who, n);
    return n->state == NOTICE_SENT ? notice_may_read(n->tlp, &q) : n->source;
}

err notice_get(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, int64_t id,
    struct notice *out)
{
    DB_ONE(db, r, SQL("SELECT " NOTICE_COLUMNS NOTICE_FROM " WHERE n.id=$3 AND n.kind=$4"),
        V(who->org, who->person, id, str_of(k->name)));
    notice_of_row(a, &r, out);
    out->source = is_source(k, who, out);
    return may_read(who, out) ? OK : ERR(NOTFOUND);
}

err notice_get_own(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, int64_t id,
    struct notice *out)
{
    TRY(notice_get(db, a, k, who, id, out));
    return out->source ? OK : ERR(NOTFOUND);
}

err notice_parts_of(struct db *db, struct arena *a, const struct notice *n, struct notice_parts *out)
{
    *out = (struct notice_parts){ARENA_ARRAY(a, struct notice_part, NOTICE_PARTS), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT key, text FROM notice_part WHERE notice=$1 ORDER BY key LIMIT 40"), V(n->id))
    out->v[out->n++] = (struct notice_part){row_str(a, &r, 0), row_str(a, &r, 1)};
    return db_status(db);
}

/* What could be read by its TLP alone comes beside what was sent here; notice_may_read() decides about each. */
err notice_received(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, str q,
    struct notices *out)
{
    enum { MOST = 500 };
    *out = (struct notices){ARENA_ARRAY(a, struct notice, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " NOTICE_COLUMNS NOTICE_FROM " WHERE n.kind=$3 AND n.state=2 AND n.id IN ("
            "SELECT t.notice FROM notice_receipt t WHERE t.body=$1 OR t.body IN (SELECT old_body FROM body_successor"
            " WHERE new_body=$1) UNION SELECT u.id FROM notice u WHERE u.kind=$3 AND u.state=2 AND u.tlp<$4)"
            " AND (CAST($5 AS TEXT)='' OR REPLACE(n.title, CAST($5 AS TEXT), '')<>n.title OR EXISTS (SELECT 1"
            " FROM notice_part v WHERE v.notice=n.id AND REPLACE(v.text, CAST($5 AS TEXT), '')<>v.text))"
            " ORDER BY n.sent_at DESC, n.id DESC LIMIT 500"),
        V(who->org, who->person, str_of(k->name), TLP_AMBER, q))
    {
        struct notice *n = &out->v[out->n];
        notice_of_row(a, &r, n);
        out->n += !is_source(k, who, n) && may_read(who, n);
    }
    return db_status(db);
}

err notice_waiting(struct db *db, const struct notice_kind *k, const struct principal *who, struct notice_waiting *out)
{
    *out = (struct notice_waiting){.due = DAY_NONE};
    DB_EACH(db, r,
        SQL("SELECT n.id, n.urgency, n.due, n.tlp, CASE WHEN EXISTS (SELECT 1 FROM notice_reader p WHERE p.notice=n.id"
            " AND p.body=r.body AND p.person=$2) THEN 1 ELSE 0 END FROM notice_receipt r JOIN notice n ON n.id=r.notice"
            " WHERE r.body=$1 AND r.answered_at IS NULL AND n.kind=$3 AND NOT EXISTS (SELECT 1 FROM notice f"
            " WHERE f.about=n.id AND f.state=2 AND f.relation IN (1, 2))"
            " ORDER BY n.urgency, n.due NULLS LAST, n.id LIMIT 500"),
        V(who->org, who->person, str_of(k->name)))
    {
        struct notice_asker q = {who->roles, false, true, row_i64(&r, 4) != 0};
        if (!notice_may_read((enum tlp)row_i64(&r, 3), &q))
            continue;
        if (out->n++ == 0) {
            out->id = row_i64(&r, 0);
            out->urgency = (enum notice_urgency)row_i64(&r, 1);
            out->due = row_is_null(&r, 2) ? DAY_NONE : (jday)row_i64(&r, 2);
        }
    }
    return db_status(db);
}

err notice_bodies_received(const struct notice_marking *m, int64_t notice)
{
    DB_EACH(m->db, r,
        SQL("SELECT r.body FROM notice_receipt r JOIN notice n ON n.id=r.notice WHERE n.id=$1 AND n.office=$2 ORDER BY r.body"),
        V(notice, scope_body(m->scope).v))
    notice_mark_body(m, row_i64(&r, 0));
    return db_status(m->db);
}

/* ── a body's answer ── */

/* What lists show of all receipts is counted as they change, and counted again by `yagura check`. */
err notice_note_seen(struct tx *tx, const struct principal *who, const struct notice *n)
{
    int64_t first;
    if (n->mine.body == 0)
        return OK;
    TRY(db_exec_count(tx,
        SQL("UPDATE notice_receipt SET seen_at=$3, seen_by=$4 WHERE notice=$1 AND body=$2 AND seen_at IS NULL"),
        V(n->id, n->mine.body, tx_now(tx), who->person), &first));
    return first ? db_exec(tx, SQL("UPDATE notice SET seen=seen+1 WHERE id=$1"), V(n->id)) : OK;
}

err notice_note_answer(
    struct tx *tx, const struct principal *who, const struct notice *n, enum notice_answer answer, str note)
{
    if (n->mine.body == 0)
        return ERR(NOTFOUND);
    TRY(notice_note_seen(tx, who, n));
    if (n->mine.answered_at == 0)
        TRY(db_exec(tx, SQL("UPDATE notice SET answered=answered+1 WHERE id=$1"), V(n->id)));
    return db_exec(tx,
        SQL("UPDATE notice_receipt SET answer=$3, note=$4, answered_at=$5, answered_by=$6 WHERE notice=$1 AND body=$2"),
        V(n->id, n->mine.body, answer, note, tx_now(tx), who->person));
}

/* ── who has and who has not ── */

err notice_receptions(struct db *db, struct arena *a, const struct notice *n, struct notice_receptions *out)
{
    enum { MOST = 4000 };
    *out = (struct notice_receptions){ARENA_ARRAY(a, struct notice_reception, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, COALESCE((SELECT p.name FROM body p"
            " WHERE p.pref=b.pref AND p.class=1 ORDER BY p.valid_to DESC NULLS FIRST LIMIT 1), ''), r.readers,"
            " COALESCE(r.seen_at, 0), COALESCE(r.answered_at, 0), COALESCE(r.seen_by, 0), COALESCE(r.answered_by, 0),"
            " r.answer, r.note FROM notice_receipt r JOIN body b ON b.id=r.body WHERE r.notice=$1"
            " ORDER BY COALESCE(b.code6, 'x'), b.id LIMIT 4000"),
        V(n->id))
    out->v[out->n++] = (struct notice_reception){
        .body = {{row_i64(&r, 0)}, row_str(a, &r, 1), (enum body_class)row_i64(&r, 2), row_i64(&r, 3), row_str(a, &r, 4),
            row_str(a, &r, 5)},
        .pref_name = row_str(a, &r, 6),
        .readers = row_i64(&r, 7),
        .receipt = {row_i64(&r, 0), row_i64(&r, 8), row_i64(&r, 9), row_i64(&r, 10), row_i64(&r, 11),
            (enum notice_answer)row_i64(&r, 12), row_str(a, &r, 13)}};
    return db_status(db);
}

err notice_written(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who,
    int64_t offset, int64_t limit, struct notice_counts *out)
{
    *out = (struct notice_counts){ARENA_ARRAY(a, struct notice_count, (size_t)limit), 0};
    if (!out->v)
        return ERR(NOMEM);
    if (!(who->roles & k->send->roles))
        return OK;
    DB_EACH(db, r,
        SQL("SELECT " NOTICE_COLUMNS ", n.bodies, n.seen, n.answered" NOTICE_FROM
            " WHERE n.office=$1 AND n.kind=$3 ORDER BY n.state, n.id DESC LIMIT CAST($4 AS BIGINT) OFFSET CAST($5 AS BIGINT)"),
        V(who->org, who->person, str_of(k->name), limit, offset))
    {
        struct notice_count *c = &out->v[out->n++];
        notice_of_row(a, &r, &c->notice);
        c->notice.source = true;
        c->bodies = row_i64(&r, NOTICE_NEXT);
        c->seen = row_i64(&r, NOTICE_NEXT + 1);
        c->answered = row_i64(&r, NOTICE_NEXT + 2);
    }
    return db_status(db);
}

/* ── yagura check ── */

static err check_one(struct db *db, struct arena *a, const struct notice *n, struct bytes hash, int64_t *wrong)
{
    uint8_t want[NOTICE_HASH];
    struct notice_parts parts;
    TRY(notice_parts_of(db, a, n, &parts));
    notice_hash(n, &parts, want);
    *wrong += hash.n != sizeof want || memcmp(hash.p, want, sizeof want) != 0;
    return OK;
}

/* What was sent is what was hashed then; who reads TLP:RED was sent it. */
err notice_check(struct db *db, struct arena *a, struct check_report *report)
{
    int64_t last = 0, wrong = 0, stray = 0, miscounted = 0;
    (void)a;
    for (bool more = true; more;) {
        ARENA_AUTO one = arena_new(4 << 20);
        struct notice n;
        struct bytes hash = {0};
        if (!one)
            return ERR(NOMEM);
        more = false;
        DB_EACH(db, r,
            SQL("SELECT " NOTICE_COLUMNS ", n.hash" NOTICE_FROM " WHERE n.state=2 AND n.id>$3 ORDER BY n.id LIMIT 1"),
            V((int64_t)0, (int64_t)0, last))
        {
            notice_of_row(one, &r, &n);
            hash = row_bytes(one, &r, NOTICE_NEXT);
            more = true;
        }
        TRY(db_status(db));
        if (!more)
            break;
        last = n.id;
        TRY(check_one(db, one, &n, hash, &wrong));
    }
    DB_ONE(db, s,
        SQL("SELECT COUNT(*) FROM notice_reader p WHERE NOT EXISTS (SELECT 1 FROM notice_receipt r WHERE r.notice=p.notice"
            " AND r.body=p.body)"),
        V0);
    stray = row_i64(&s, 0);
    DB_ONE(db, t,
        SQL("SELECT COUNT(*) FROM notice n WHERE n.bodies<>(SELECT COUNT(*) FROM notice_receipt a WHERE a.notice=n.id)"
            " OR n.seen<>(SELECT COUNT(*) FROM notice_receipt b WHERE b.notice=n.id AND b.seen_at IS NOT NULL)"
            " OR n.answered<>(SELECT COUNT(*) FROM notice_receipt c WHERE c.notice=n.id AND c.answered_at IS NOT NULL)"),
        V0);
    miscounted = row_i64(&t, 0);
    if (wrong || stray || miscounted)
        buf_fmt(report->lines, "notice: %lld are not what was sent, %lld readers without a receipt, %lld miscounted\n",
            (long long)wrong, (long long)stray, (long long)miscounted);
    report->problems += wrong + stray + miscounted;
    return OK;
}
