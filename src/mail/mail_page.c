/* SPDX-License-Identifier: Apache-2.0 */
/* The queue as the system administrator sees it, and the part that says whether mail is sent. */
#include "mail/mail_private.h"

#include "core/csv.h"
#include "mail.ht.h"
#include "work.ht.h"

enum { LISTED = 100 };

err mail_work_view(struct db *db, usec now, bool admin, struct view_work *out)
{
    struct mail_status s;
    TRY(mail_work_status(db, now, &s));
    *out = (struct view_work){.running = s.running,
        .admin = admin,
        .seen = s.seen,
        .waiting = s.waiting,
        .oldest = s.oldest,
        .failed = s.failed};
    return OK;
}

static void put_row(const struct mail_row *m, struct view_mail_rows *row)
{
    *row = (struct view_mail_rows){.mail = m->id,
        .given_up = m->state == MAIL_FAILED,
        .kind = mail_kind_name(m->kind),
        .subject = m->subject,
        .person = m->person,
        .org = m->org,
        .attempts = m->attempts,
        .answer = m->answer,
        .tried_at = m->tried_at,
        .next_at = m->not_before};
}

static err mail_read(struct req *rq)
{
    struct mail_rows rows;
    int64_t counts[MAIL_DROPPED + 1];
    struct view_mail *v = ARENA_NEW(rq->a, struct view_mail);
    if (!v)
        return ERR(NOMEM);
    TRY(mail_count(rq->db, counts));
    TRY(mail_troubles(rq->db, rq->a, LISTED, &rows));
    TRY(mail_work_view(rq->db, rq->now, true, &v->work));
    v->more = rows.more;
    v->states.p = ARENA_ARRAY(rq->a, struct view_mail_states, MAIL_DROPPED);
    v->rows.p = ARENA_ARRAY(rq->a, struct view_mail_rows, rows.n);
    if (!v->states.p || !v->rows.p)
        return ERR(NOMEM);
    for (int s = MAIL_WAITING; s <= MAIL_DROPPED; s++) {
        v->total += counts[s];
        v->states.p[v->states.n++] =
            (struct view_mail_states){mail_state_name((enum mail_state)s), counts[s]};
    }
    for (size_t i = 0; i < rows.n; i++)
        put_row(&rows.v[i], &v->rows.p[v->rows.n++]);
    return req_show(rq, &view_mail_type, v);
}

static const struct column columns[] = {
    {"kind", "種類", COLUMN_TEXT, NEVER_EMPTY, "何のお知らせか"},
    {"subject", "件名", COLUMN_TEXT, NEVER_EMPTY, "メールの件名"},
    {"person", "宛先", COLUMN_TEXT, NEVER_EMPTY, "宛先の人の名前"},
    {"org", "宛先の機関", COLUMN_TEXT, NEVER_EMPTY, "宛先の人のいる機関"},
    {"again", "送り直す", COLUMN_YESNO, NEVER_EMPTY, "自動で送り直すか。「いいえ」は、やめたもの"},
    {"attempts", "試した回数", COLUMN_INT, NEVER_EMPTY, "送ろうとした回数", .unit = "回"},
    {"answer", "メールサーバーの答え", COLUMN_TEXT, MAY_BE_EMPTY, "最後に試したときの答え"},
    {"created_at", "作った日時", COLUMN_TIME, NEVER_EMPTY, "お知らせを作った日時"},
    {"tried_at", "最後に試した日時", COLUMN_TIME, MAY_BE_EMPTY, "最後に送ろうとした日時"},
    {"next_at", "次に試す日時", COLUMN_TIME, MAY_BE_EMPTY, "自動で送り直す日時。やめたものでは空欄"},
};
static const struct table table = {.title = "送れなかったメール",
    .about = "1行が、送れなかったか送り直しを待つ1通",
    .kind = "記録",
    TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct mail_rows rows;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(mail_troubles(rq->db, rq->a, CSV_ROWS, &rows));
    if (rows.more)
        return req_csv_too_long(rq);
    for (size_t i = 0; i < rows.n; i++) {
        const struct mail_row *m = &rows.v[i];
        bool again = m->state != MAIL_FAILED;
        csv_str(&c, mail_kind_name(m->kind));
        csv_str(&c, m->subject);
        csv_str(&c, m->person);
        csv_str(&c, m->org);
        csv_yes(&c, again);
        csv_i64(&c, m->attempts);
        csv_str(&c, m->answer);
        csv_time(&c, m->created_at);
        csv_time(&c, m->tried_at);
        csv_time(&c, again ? m->not_before : 0);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("送れなかったメール"));
}

static err again_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "mail", &id));
    err e = mail_again(tx, id);
    if (e.code == ERR_STALE)
        req_say(rq, S("このメールは、もう送ったか、送信を待っています。"));
    TRY(e);
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("mail.again"),
        .object = str_fmt(rq->a, "mail:%lld", (long long)id)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, S("/mail?ok=again"));
}

const struct route mail_routes[] = {
    {.method = GET, .path = "/mail", .perm = &mail_p_queue, .read = mail_read,
        .shows = VIEWS(&view_mail_type)},
    {.method = GET, .path = "/mail/csv", .perm = &mail_p_queue, .flags = ROUTE_FRESH,
        .journal = JOURNAL_EXPORT, .table = &table, .read = csv_read},
    {.method = POST, .path = "/mail/{mail}/again", .perm = &mail_p_queue, .write = again_write,
        .goes = PATHS("/mail")},
    {.path = NULL},
};
