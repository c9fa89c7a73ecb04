/* SPDX-License-Identifier: Apache-2.0 */
/* Reminders: every morning by the dates of the open surveys, by hand from the board, and when a
 * step opens. */
#include "survey/survey_remind.h"

#include "anchor/anchor.h"
#include "survey/survey_page.h"

enum { MORNING_HOUR = 8 }; /* JST: half an hour before the digest is made, so that it is of today */

/* ── words ── */

static const struct {
    enum remind_date date;
    const char *key, *name;
} date_words[] = {
    {REMIND_SHOWN, "shown", "団体に示された提出の期限"},
    {REMIND_SUBMISSION, "submission", "提出の受付の終わり"},
    {REMIND_CORRECTION, "correction", "訂正の受付の終わり"},
};

static const char *date_key(enum remind_date d)
{
    return date_words[d - REMIND_SHOWN].key;
}

static const char *date_name(enum remind_date d)
{
    return date_words[d - REMIND_SHOWN].name;
}

/* 「令和8年11月30日（月）24時まで」: a date means the end of its day. */
static str until(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(128);
    put_wareki_day(&b, day);
    buf_lit(&b, "24時まで");
    return str_dup(a, buf_view(&b));
}

static str days_left(struct arena *a, int days)
{
    return days ? str_fmt(a, "あと%d日", days) : S("今日まで");
}

/* ── the regular ones ── */

struct morning {
    struct tx *tx;
    const struct survey *survey;
    const struct remind_due *due;
    jday today;
};

static err queue_line(const struct morning *m, struct arena *a, person_id to, int64_t of,
    str subject, str text, str page)
{
    const struct survey *s = m->survey;
    struct mail mail = {.to = to,
        .kind = S("survey.remind"),
        .key = str_fmt(a, "survey.remind:%lld:%s:%d:%d:%lld:%lld", (long long)s->id.v,
            date_key(m->due->date), m->due->day, m->due->days, (long long)of, (long long)to.v),
        .subject = subject,
        .text = text,
        .path = str_fmt(a, "/surveys/%lld%.*s", (long long)s->id.v, STR_F(page)),
        .digest = true,
        .not_before = mail_morning(m->today),
        .not_after = usec_of_jday_end(m->today)};
    return arena_failed(a) ? ERR(NOMEM) : mail_queue(m->tx, a, &mail);
}

static err remind_body(const struct morning *m, const struct remind_row *row,
    const struct remind_step *step)
{
    struct person_ids people;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    str left = days_left(a, m->due->days), end = until(a, m->due->day);
    str subject = str_fmt(a, "%.*s：調査の期限は%.*s", STR_F(row->name), STR_F(left));
    str text = str_fmt(a, "「%.*s」の%sは、%.*sです（%.*s）。\n%.*sの回答は「%.*s」：%.*s\n",
        STR_F(m->survey->title), date_name(m->due->date), STR_F(end), STR_F(left),
        STR_F(row->name), STR_F(survey_response_state_name(row->state)), STR_F(step->doing));
    TRY(org_people_with_role(tx_db(m->tx), row->body, survey_remind_role(step, row->class),
        m->today, &people));
    for (size_t i = 0; i < people.n; i++)
        TRY(queue_line(m, a, people.v[i], row->body.v, subject, text, step->page));
    return OK;
}

/* What waits at an office: one line, whatever the number of bodies. */
struct waiting {
    const struct remind_row *first;
    uint32_t role;
    int64_t n;
};

static err remind_office(const struct morning *m, struct waiting *w)
{
    struct person_ids people;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    if (w->n == 0)
        return OK;
    str left = days_left(a, m->due->days), end = until(a, m->due->day);
    str subject = str_fmt(a, "確認を待つ団体が%lldあります（%.*s）", (long long)w->n, STR_F(left));
    str text = str_fmt(a, "「%.*s」の%sは、%.*sです（%.*s）。\n提出されて確認を待つ団体が%lldあります。"
                          "内容を確かめ、受理するか差し戻してください。\n",
        STR_F(m->survey->title), date_name(m->due->date), STR_F(end), STR_F(left),
        (long long)w->n);
    TRY(org_people_with_role(tx_db(m->tx), w->first->body, w->role, m->today, &people));
    for (size_t i = 0; i < people.n; i++)
        TRY(queue_line(m, a, people.v[i], w->role == ROLE_NATION ? 0 : w->first->pref, subject,
            text, S("/board")));
    w->n = 0;
    return OK;
}

/* Rows come by prefecture. */
static err remind_all(const struct morning *m, const struct remind_rows *rows)
{
    struct waiting pref = {.role = ROLE_PREF}, nation = {.role = ROLE_NATION};
    for (size_t i = 0; i < rows->n; i++) {
        const struct remind_row *row = &rows->v[i];
        const struct remind_step *step = survey_remind_step(row->state);
        uint32_t role = survey_remind_role(step, row->class);
        struct waiting *office = role == ROLE_PREF ? &pref : role == ROLE_NATION ? &nation : NULL;
        bool concerned = survey_remind_concerns(m->survey, m->due, row->state, row->correcting);
        if (concerned && office) {
            office->first = row;
            office->n++;
        } else if (concerned && role) {
            TRY(remind_body(m, row, step));
        }
        if (i + 1 == rows->n || rows->v[i + 1].pref != row->pref)
            TRY(remind_office(m, &pref));
    }
    return remind_office(m, &nation);
}

static err remind_survey(struct tx *tx, struct arena *a, const struct survey *s, jday today)
{
    struct remind_due due[3];
    struct remind_rows rows;
    bool first;
    size_t n = survey_remind_due(s, today, due);
    if (n == 0)
        return OK;
    TRY(survey_remind_day_begin(tx, s->id, today, &first));
    if (!first)
        return OK;
    TRY(survey_remind_rows(tx_db(tx), a, s->id, &rows));
    for (size_t i = 0; i < n; i++)
        TRY(remind_all(&(struct morning){tx, s, &due[i], today}, &rows));
    return OK;
}

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct survey_list all;
    jday today = jday_of_usec(tx_now(tx));
    (void)in, (void)out;
    if (tx_now(tx) < usec_of_jday_end(today - 1) + MORNING_HOUR * USEC_HOUR)
        return OK;
    TRY(survey_all(tx_db(tx), a, &all));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].state == SURVEY_OPEN)
            TRY(remind_survey(tx, a, &all.v[i], today));
    return OK;
}

const struct call survey_calls[] = {
    {"survey.tick", tick},
    {NULL, NULL},
};

/* ── when a step opens ── */

/* The submission stands in the trail by now: whoever keeps the mail can tell later whether it still
 * does (`yagura audit verify --against`). */
static err put_stamp(const struct writing *w, body_id body, str *out)
{
    str line;
    err e = anchor_line(tx_db(w->tx), w->a, tx_now(w->tx), body.v, &line);
    *out = STR_NONE;
    if (e.code == ERR_NOTFOUND)
        return OK; /* nothing is written yet */
    TRY(e);
    *out = str_fmt(w->a, "\n次の1行は、提出までの記録の印です。このメールを残しておくと、記録が後から書き換えられて"
                         "いないことを確かめられます。\n\n%.*s\n", STR_F(line));
    return out->n ? OK : ERR(NOMEM);
}

err survey_notify_step(
    const struct writing *w, survey_id id, body_id body, enum response_state to)
{
    struct survey s;
    struct response r;
    struct body b;
    struct person_ids people;
    struct db *db = tx_db(w->tx);
    const struct remind_step *step = survey_remind_step(to);
    str stamp = STR_NONE;
    if (step->opens.n == 0)
        return OK;
    if (step->stamped)
        TRY(put_stamp(w, body, &stamp));
    TRY(survey_get(db, w->a, id, &s));
    TRY(survey_response_get(db, w->scope, id, body, &r));
    TRY(org_body_get(db, w->a, w->scope, body, &b));
    TRY(org_people_with_role(db, body, survey_remind_role(step, b.class),
        jday_of_usec(tx_now(w->tx)), &people));
    for (size_t i = 0; i < people.n; i++) {
        struct mail m = {.to = people.v[i],
            .kind = S("survey.step"),
            .key = str_fmt(w->a, "survey.step:%lld:%lld:%d:%lld", (long long)r.id,
                (long long)r.version, (int)to, (long long)people.v[i].v),
            .subject = str_fmt(w->a, "%.*s：%.*s", STR_F(b.name), STR_F(step->opens)),
            .text = str_fmt(w->a, "「%.*s」\n%.*sの回答は、%.*s\n%.*s", STR_F(s.title),
                STR_F(b.name), STR_F(step->doing), STR_F(stamp)),
            .path = str_fmt(w->a, "/surveys/%lld%.*s", (long long)id.v, STR_F(step->page)),
            .digest = step->gathers};
        if (people.v[i].v != w->person)
            TRY(mail_queue(w->tx, w->a, &m));
    }
    return OK;
}

/* ── by hand ── */

struct by_hand {
    struct survey survey;
    struct body body;
    enum response_state state;
    bool correcting;
    jday day;
};

static err say_when(struct tx *tx, struct req *rq, const struct by_hand *h)
{
    struct reminded last;
    str by;
    TRY(survey_reminded_last(tx_db(tx), rq->who.scope, h->survey.id, h->body.id, &last));
    TRY(org_person_name(
        tx_db(tx), rq->a, rq->who.scope, (person_id){last.person}, &by));
    struct civil at = civil_of(last.at);
    req_say(rq, str_fmt(rq->a, "%.*sには、今日 %d:%02d に%.*sが送っています。次は明日から送れます。",
                    STR_F(h->body.name), at.hh, at.mm, STR_F(by)));
    return ERR(CONFLICT);
}

static err queue_by_hand(struct tx *tx, struct req *rq, const struct by_hand *h,
    const struct remind_step *step, person_id to)
{
    const struct survey *s = &h->survey;
    jday today = h->day, day = h->correcting ? s->last_correction
        : today <= s->shown_deadline  ? s->shown_deadline
        : today <= s->last_submission ? s->last_submission
                                      : s->last_correction;
    str end = until(rq->a, day);
    struct mail m = {.to = to,
        .kind = S("survey.remind"),
        .key = str_fmt(rq->a, "survey.remind.now:%lld:%lld:%d:%lld", (long long)s->id.v,
            (long long)h->body.id.v, today, (long long)to.v),
        .subject = str_fmt(rq->a, "%.*s：調査の回答についてのお願い", STR_F(h->body.name)),
        .text = str_fmt(rq->a, "%.*sからのお知らせです。\n「%.*s」の期限は、%.*sです。\n"
                               "%.*sの回答は「%.*s」：%.*s\n",
            STR_F(rq->who.org_name), STR_F(s->title), STR_F(end), STR_F(h->body.name),
            STR_F(survey_response_state_name(h->state)), STR_F(step->doing)),
        .path = str_fmt(rq->a, "/surveys/%lld%.*s", (long long)s->id.v, STR_F(step->page))};
    return mail_queue(tx, rq->a, &m);
}

static err by_hand_load(struct tx *tx, struct req *rq, struct by_hand *h)
{
    struct response r;
    survey_id id;
    body_id body;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(req_param_i64(rq, "body", &body.v));
    TRY(survey_get(tx_db(tx), rq->a, id, &h->survey));
    TRY(org_body_get(tx_db(tx), rq->a, rq->who.scope, body, &h->body));
    TRY(survey_response_get(tx_db(tx), rq->who.scope, id, body, &r));
    h->state = r.state;
    h->correcting = r.correcting;
    h->day = jday_of_usec(tx_now(tx));
    return OK;
}

static err remind_write(struct tx *tx, struct req *rq)
{
    struct by_hand h;
    struct person_ids people;
    TRY(by_hand_load(tx, rq, &h));
    const struct remind_step *step = survey_remind_step(h.state);
    if (h.survey.state != SURVEY_OPEN || survey_flow_turn(h.state) == 0) {
        req_say(rq, S("受理が済んでいるか、調査が締め切られているので、お知らせは要りません。"));
        return ERR(CONFLICT);
    }
    TRY(org_people_with_role(tx_db(tx), h.body.id, survey_remind_role(step, h.body.class), h.day, &people));
    if (people.n == 0) {
        req_say(rq, str_fmt(rq->a, "%.*sには、%.*sが登録されていません。電話などで伝えてください。",
                        STR_F(h.body.name), STR_F(step->who)));
        return ERR(CONFLICT);
    }
    err e = survey_reminder_add(tx, h.survey.id, h.body.id, h.day, rq->who.person);
    if (e.code == ERR_CONFLICT)
        return say_when(tx, rq, &h);
    TRY(e);
    for (size_t i = 0; i < people.n; i++)
        TRY(queue_by_hand(tx, rq, &h, step, people.v[i]));
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("survey.remind"),
        .object = str_fmt(rq->a, "survey:%lld/body:%lld", (long long)h.survey.id.v,
            (long long)h.body.id.v)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/board?ok=reminded",
                          (long long)h.survey.id.v));
}

const struct route survey_remind_routes[] = {
    {.method = POST, .path = "/surveys/{survey}/board/{body}/remind", .perm = &survey_p_board,
        .write = remind_write,
        .goes = PATHS("/surveys/{survey}/board")},
    {.path = NULL},
};
