/* SPDX-License-Identifier: Apache-2.0 */
/* Mails: that there is something to read and where, never what it says. */
#include "notice/notice_private.h"

static str due_text(struct arena *a, jday due)
{
    BUF_AUTO b = BUF(200);
    if (due == DAY_NONE)
        return STR_NONE;
    buf_lit(&b, "確認の期限は、");
    put_wareki_day(&b, due);
    buf_lit(&b, "です。\n");
    return str_dup(a, buf_view(&b));
}

static str urgency_text(struct arena *a, enum notice_urgency u)
{
    return u <= URGENCY_DAY ? str_fmt(a, "【%.*s】", STR_F(WORD_OF(notice_urgencies, u)->name)) : STR_NONE;
}

err notice_tell(const struct notice_telling *t, person_id to)
{
    const struct notice *n = t->notice;
    ARENA_AUTO a = arena_new(1 << 16);
    if (!a)
        return ERR(NOMEM);
    struct mail m = {.to = to,
        .kind = str_fmt(a, "notice.%s", t->kind->name),
        .key = str_fmt(a, "notice.%s:%lld:%s:%lld", t->kind->name, (long long)n->id, t->event, (long long)to.v),
        .subject = str_fmt(a, "%s%.*s%s第%lld号%s（%.*s）", n->drill ? "【訓練】" : "", STR_F(urgency_text(a, n->urgency)),
            t->kind->word, (long long)n->number, t->phrase, STR_F(n->office_name)),
        .text = str_fmt(a, "%.*sの%s第%lld号について、お知らせします。\n内容は、メールには書いていません。サインインして読み、「確認した」を"
                           "押してください。\n%.*s",
            STR_F(n->office_name), t->kind->word, (long long)n->number, STR_F(due_text(a, n->due))),
        .path = str_fmt(a, "%s/%lld", t->kind->path, (long long)n->id),
        .digest = t->digest,
        .not_before = t->digest ? mail_morning(jday_of_usec(tx_now(t->tx))) : 0};
    return arena_failed(a) ? ERR(NOMEM) : mail_queue(t->tx, a, &m);
}

/* ── those who have not answered ── */

/* Of TLP:RED those who may read it; else who holds a role that is told, in the bodies listed. */
static err tell_missing(const struct notice_telling *t, struct arena *a, int64_t *bodies)
{
    struct notice_persons missing, named;
    struct role_holders all;
    struct db *db = tx_db(t->tx);
    bool red = notice_tlp_of(t->notice->tlp)->named;
    TRY(notice_unanswered(db, a, t->notice->id, &missing));
    *bodies = (int64_t)missing.n;
    if (red) {
        TRY(notice_readers(db, a, t->notice->id, &named));
        all = (struct role_holders){named.v, named.n};
    } else {
        TRY(org_role_holders(db, a, t->kind->told, jday_of_usec(tx_now(t->tx)), &all));
    }
    for (size_t i = 0, k = 0; i < all.n && k < missing.n; i++) { /* both by body */
        while (k < missing.n && missing.v[k].body < all.v[i].body)
            k++;
        if (k < missing.n && missing.v[k].body == all.v[i].body)
            TRY(notice_tell(t, all.v[i].person));
    }
    return OK;
}

err notice_remind(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, int64_t seen, int64_t *bodies)
{
    struct notice_reminder last;
    struct notice_persons missing;
    int64_t id;
    TRY(notice_reminder_last(tx_db(tx), n, &last));
    if (last.id != seen)
        return ERR(STALE);
    TRY(notice_unanswered(tx_db(tx), a, n->id, &missing));
    if (n->state != NOTICE_SENT || n->replaced_by || missing.n == 0)
        return ERR(CONFLICT);
    TRY(notice_reminder_add(tx, n->id, who->person, (int64_t)missing.n, &id));
    const char *event = str_z(a, str_fmt(a, "remind:%lld", (long long)id));
    if (!event)
        return ERR(NOMEM);
    return tell_missing(&(struct notice_telling){tx, k, n, event, "の確認をお願いします", false}, a, bodies);
}

/* ── by the calendar ── */

static err tick_dates(struct tx *tx, struct arena *a, const struct notice_kind *k, jday today)
{
    static const struct {
        const char *event, *phrase;
    } words[] = {[STAGE_BEFORE] = {"before", "の確認の期限が近づいています"}, [STAGE_AFTER] = {"after", "の確認の期限を過ぎました"}};
    struct notices due;
    TRY(notice_due_around(tx_db(tx), a, k, today, &due));
    for (size_t i = 0; i < due.n; i++) {
        enum notice_stage stage = notice_stage_on(due.v[i].due, today);
        int64_t bodies;
        bool first = false;
        if (stage != STAGE_NONE)
            TRY(notice_told_add(tx, due.v[i].id, stage, due.v[i].due, &first));
        ARENA_AUTO one = arena_new(8 << 20);
        if (!one)
            return ERR(NOMEM);
        if (first)
            TRY(tell_missing(
                &(struct notice_telling){tx, k, &due.v[i], words[stage].event, words[stage].phrase, true}, one, &bodies));
    }
    return OK;
}

/* ── the summary of a week ── */

struct week {
    struct tx *tx;
    const struct notice_kind *kind;
    jday monday, today;
    usec since;
    struct notice_tallies bodies, named;
    struct notice_quiets quiet;
};

static const struct notice_tally *tally_of(const struct notice_tallies *all, int64_t who)
{
    size_t from = 0, to = all->n;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (all->v[mid].who < who)
            from = mid + 1;
        else
            to = mid;
    }
    return from < all->n && all->v[from].who == who ? &all->v[from] : NULL;
}

static bool is_quiet(const struct notice_quiets *q, int64_t person)
{
    for (size_t i = 0; i < q->n; i++)
        if (q->v[i] == person)
            return true;
    return false;
}

static err week_tell(const struct week *w, struct arena *a, const struct role_holder *p, int64_t waiting, int64_t fresh)
{
    struct strs titles;
    const char *word = w->kind->word;
    BUF_AUTO text = BUF(MAIL_TEXT_MAX);
    TRY(notice_titles(tx_db(w->tx), a, w->kind, p->body, w->since, &titles));
    buf_fmt(&text, "この1週間に届いた%sは%lld件、確認していない%sは%lld件です。\n", word, (long long)fresh, word, (long long)waiting);
    for (size_t i = 0; i < titles.n; i++)
        buf_fmt(&text, "・%.*s\n", STR_F(titles.v[i]));
    if ((int64_t)titles.n < fresh)
        buf_fmt(&text, "%s%lld件の題名は、サインインして見てください。\n", titles.n ? "ほかの" : "", (long long)fresh - (long long)titles.n);
    struct mail m = {.to = p->person,
        .kind = str_fmt(a, "notice.%s.week", w->kind->name),
        .key = str_fmt(a, "notice.%s.week:%d:%lld", w->kind->name, w->monday, (long long)p->person.v),
        .subject = waiting ? str_fmt(a, "確認していない%sが%lld件あります", word, (long long)waiting)
                           : str_fmt(a, "この1週間に届いた%sは%lld件です", word, (long long)fresh),
        .text = buf_view(&text),
        .path = str_of(w->kind->path),
        .digest = true,
        .not_before = mail_morning(w->today)};
    return arena_failed(a) ? ERR(NOMEM) : mail_queue(w->tx, a, &m);
}

static err week_person(const struct week *w, const struct role_holder *p)
{
    const struct notice_tally *b = tally_of(&w->bodies, p->body), *n = tally_of(&w->named, p->person.v);
    int64_t waiting = (b ? b->waiting : 0) + (n ? n->waiting : 0), fresh = (b ? b->fresh : 0) + (n ? n->fresh : 0);
    ARENA_AUTO a = arena_new(1 << 16);
    if (!a)
        return ERR(NOMEM);
    return waiting + fresh == 0 || is_quiet(&w->quiet, p->person.v) ? OK : week_tell(w, a, p, waiting, fresh);
}

static err tick_week(struct tx *tx, struct arena *a, const struct notice_kind *k, jday today)
{
    enum { DAYS = 7, OLDEST_DAYS = 90 }; /* what is older and unanswered is the office's to ask for */
    struct week w = {.tx = tx, .kind = k, .monday = notice_monday(today), .today = today};
    struct role_holders told;
    bool first;
    TRY(notice_week_begin(tx, k, w.monday, &first));
    if (!first)
        return OK;
    usec begin = usec_of_jday_end(w.monday - 1);
    w.since = begin - DAYS * USEC_DAY;
    TRY(notice_tally_bodies(tx_db(tx), a, k, w.since, begin - OLDEST_DAYS * USEC_DAY, &w.bodies));
    TRY(notice_tally_named(tx_db(tx), a, k, w.since, begin - OLDEST_DAYS * USEC_DAY, &w.named));
    if (w.bodies.n + w.named.n == 0)
        return OK;
    TRY(notice_quiet_all(tx_db(tx), a, k, &w.quiet));
    TRY(org_role_holders(tx_db(tx), a, k->told | notice_tlp_of(TLP_RED)->roles, today, &told));
    for (size_t i = 0; i < told.n; i++)
        TRY(week_person(&w, &told.v[i]));
    return OK;
}

err notice_tick(struct tx *tx, const struct notice_kind *k)
{
    enum { MORNING_HOUR = 8 }; /* JST: half an hour before the digest is made, so that it is of today */
    jday today = jday_of_usec(tx_now(tx));
    ARENA_AUTO a = arena_new(32 << 20); /* everybody of the nation, which a call's own arena has no room for */
    if (!a)
        return ERR(NOMEM);
    if (tx_now(tx) < usec_of_jday_end(today - 1) + MORNING_HOUR * USEC_HOUR)
        return OK;
    TRY(tick_dates(tx, a, k, today));
    return tick_week(tx, a, k, today);
}
