/* SPDX-License-Identifier: Apache-2.0 */
/* The queue as the system administrator sees it, and the part that says whether mail is sent. */
#include "mail/mail_private.h"

#include "mail.ht.h"
#include "work.ht.h"

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
    TRY(mail_troubles(rq->db, rq->a, &rows));
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
    {.method = POST, .path = "/mail/{mail}/again", .perm = &mail_p_queue, .write = again_write,
        .goes = PATHS("/mail")},
    {.path = NULL},
};
