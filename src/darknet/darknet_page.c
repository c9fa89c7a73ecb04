/* SPDX-License-Identifier: Apache-2.0 */
/* A body's own page of the observation, and the line at the top of every page. */
#include "darknet/darknet_alert.h"

#include "darknet/darknet_expect.h"
#include "darknet/darknet_fact.h"
#include "darknet_home.ht.h"

static str badge_of(enum darknet_state s)
{
    static const struct word badges[] = {
        {DARKNET_DRAFT, S("draft"), S("")}, {DARKNET_FILED, S("submitted"), S("")},
        {DARKNET_DESK, S("manager"), S("")}, {DARKNET_RETURNED, S("returned"), S("")},
        {DARKNET_OBSERVED, S("accepted"), S("")},
    };
    str key = WORD_OF(badges, s)->key;
    return key.n ? key : S("plain");
}

str darknet_badge(enum darknet_state s)
{
    return badge_of(s);
}

static err show_versions(struct req *rq, const struct darknet_applications *all,
    struct view_darknet_home *v)
{
    v->versions.p = ARENA_ARRAY(rq->a, struct view_darknet_home_versions, all->n);
    if (!v->versions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_application *d = &all->v[i];
        v->versions.p[v->versions.n++] = (struct view_darknet_home_versions){.id = d->id,
            .number = d->number,
            .state_key = darknet_state_key(d->state),
            .badge = badge_of(d->state),
            .state = darknet_state_name(d->state),
            .filed_at = d->filed_at,
            .from = d->observed_from,
            .to = d->observed_to};
    }
    return OK;
}

static err show_contacts(struct req *rq, struct view_darknet_home *v)
{
    struct darknet_contacts all;
    TRY(darknet_contacts(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &all));
    v->contacts.p = ARENA_ARRAY(rq->a, struct view_darknet_home_contacts, all.n);
    if (!v->contacts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->contacts.p[v->contacts.n++] = (struct view_darknet_home_contacts){all.v[i].name,
            all.v[i].mail, WORD_OF(darknet_hours_words, all.v[i].hours)->name};
    return OK;
}

/* The version at work counts before the one that is observed; both before what is over. */
static void show_state(const struct darknet_applications *all, struct view_darknet_home *v)
{
    const struct darknet_application *shown = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_application *d = &all->v[i];
        bool open = d->state < DARKNET_OBSERVED;
        if (d->state == DARKNET_OBSERVED) {
            v->observed = true;
            v->since = d->observed_from;
        }
        if (open)
            v->open = d->id;
        if (!shown || open || (d->state == DARKNET_OBSERVED && shown->state > DARKNET_OBSERVED))
            shown = d;
    }
    v->may_start = v->open == 0 && v->keeps;
    v->next = S("申込みを始め、アドレスの範囲と連絡先を登録してください。窓口が承認した時から観測します。");
    if (!shown)
        return;
    v->state_key = darknet_state_key(shown->state);
    v->state = darknet_state_name(shown->state);
    v->next = darknet_next_text(shown->state, false);
}

static err show_expected(struct req *rq, struct view_darknet_home *v)
{
    TRY(darknet_fact_watched(rq->db, rq->now - USEC_DAY, &v->watched));
    v->expected.p = ARENA_ARRAY(rq->a, struct view_darknet_home_expected, COUNT_OF(darknet_expect_rows));
    if (!v->expected.p)
        return ERR(NOMEM);
    for (size_t i = 0; v->watched && i < COUNT_OF(darknet_expect_rows); i++) {
        const struct expect_row *r = &darknet_expect_rows[i];
        usec span = darknet_expect_time(r, v->watched);
        v->expected.p[v->expected.n++] = (struct view_darknet_home_expected){
            r->who, darknet_expect_text(rq->a, span), span / USEC_SECOND, r->source};
    }
    return OK;
}

static err home_read(struct req *rq)
{
    struct darknet_applications all;
    struct darknet_claims now;
    struct view_darknet_home *v = ARENA_NEW(rq->a, struct view_darknet_home);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_darknet_home){.body = rq->who.org_name,
        .keeps = (darknet_p_use.roles & rq->who.roles) != 0,
        .statistics = (darknet_p_statistics.roles & rq->who.roles) != 0};
    TRY(darknet_applications(rq->db, rq->a, rq->who.scope, &all));
    TRY(darknet_ranges(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &now));
    TRY(darknet_alert_open_count(rq->db, rq->who.scope, &v->alerts_open));
    show_state(&all, v);
    v->n_ranges = (int64_t)now.n;
    v->inherited = now.n && !v->observed;
    TRY(darknet_ranges_view(rq, &now, 0, &v->ranges));
    TRY(show_expected(rq, v));
    TRY(show_contacts(rq, v));
    TRY(show_versions(rq, &all, v));
    return req_show(rq, &view_darknet_home_type, v);
}

/* ── starting ── */

static err start_write(struct tx *tx, struct req *rq)
{
    struct body b;
    int64_t id;
    TRY(org_body_get(tx_db(tx), rq->a, rq->who.scope, scope_body(rq->who.scope), &b));
    if (b.class == CLASS_OFFICE) {
        req_say(rq, S("申し込めるのは地方公共団体です。"));
        return ERR(CONFLICT);
    }
    err e = darknet_application_add(tx, rq->a, rq->who.scope, &id);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("進んでいる申込みがあります。それを直すか、取り下げてください。"));
    TRY(e);
    struct audit_entry entry = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("darknet.start"),
        .object = str_fmt(rq->a, "darknet:%lld", (long long)id)};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/darknet/applications/%lld", (long long)id));
}

const struct route darknet_routes[] = {
    {.method = GET, .path = "/darknet", .perm = &darknet_p_read, .read = home_read,
        .shows = VIEWS(&view_darknet_home_type)},
    {.method = POST, .path = "/darknet/applications", .perm = &darknet_p_use, .read = home_read,
        .write = start_write, .goes = PATHS("/darknet/applications/{application}")},
    {.path = NULL},
};

/* ── the line at the top ── */

static err next_of_body(struct req *rq, struct next_step *out)
{
    struct darknet_application d;
    int64_t open, grave;
    TRY(darknet_alert_grave_count(rq->db, rq->who.scope, &grave));
    if (grave) {
        *out = (struct next_step){
            str_fmt(rq->a, "重要度の高い、不審な通信の通知が %lld 件、確認を待っています。", (long long)grave),
            S("/darknet/alerts"), S("通知を見る"), true};
        return OK;
    }
    TRY(darknet_alert_open_count(rq->db, rq->who.scope, &open));
    if (open) {
        *out = (struct next_step){
            str_fmt(rq->a, "原因がまだ分からない、不審な通信の通知が %lld 件あります。", (long long)open),
            S("/darknet/alerts"), S("通知を見る"), false};
        return OK;
    }
    err e = darknet_application_in(
        rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), false, &d);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (!darknet_state_is_open(d.state))
        return OK;
    *out = (struct next_step){d.state == DARKNET_RETURNED
            ? S("ダークネット観測の申込みが差し戻されました。")
            : S("ダークネット観測の申込みが、まだ出されていません。"),
        str_fmt(rq->a, "/darknet/applications/%lld", (long long)d.id), S("申込みを開く")};
    return OK;
}

static err next_of_desk(struct req *rq, struct next_step *out)
{
    int64_t n;
    TRY(darknet_waiting(rq->db, rq->who.scope, &n));
    if (n)
        *out = (struct next_step){
            str_fmt(rq->a, "ダークネット観測の申込みが %lld 件、確認を待っています。", (long long)n),
            S("/darknet/desk"), S("申込みを見る")};
    return OK;
}

err darknet_next(struct req *rq, struct next_step *out)
{
    if (darknet_p_desk.roles & rq->who.roles)
        TRY(next_of_desk(rq, out));
    if (out->text.n == 0 && (darknet_p_use.roles & rq->who.roles))
        return next_of_body(rq, out);
    return OK;
}
