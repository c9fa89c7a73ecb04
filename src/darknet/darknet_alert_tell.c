/* SPDX-License-Identifier: Apache-2.0 */
/* An event becomes a line of the record and a mail, in one transaction. */
#include "darknet/darknet_alert.h"

struct telling {
    struct tx *tx;
    struct arena *a;
    enum alert_event event;
    enum alert_way way;
    int64_t alert, id; /* the id of the event names the mail, so that it is queued once */
    struct alert_story story;
};

static err queue(const struct telling *t, struct mail *m, str language, int64_t to)
{
    m->kind = S("darknet.alert");
    m->key = str_fmt(t->a, "darknet.alert:%lld:%lld", (long long)t->id, (long long)to);
    m->subject = darknet_alert_subject(t->a, language, t->event, &t->story);
    m->path = str_fmt(t->a, "/darknet/alerts/%lld", (long long)t->alert);
    return arena_failed(t->a) ? ERR(NOMEM) : mail_queue(t->tx, t->a, m);
}

static err tell_people(const struct telling *t, body_id body)
{
    static const uint32_t told[] = {ROLE_STAFF, ROLE_ADMIN};
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct person_ids ids;
        TRY(org_people_with_role(tx_db(t->tx), body, told[i], jday_of_usec(tx_now(t->tx)), &ids));
        for (size_t k = 0; k < ids.n; k++) {
            bool digest = t->way != WAY_MAIL;
            struct mail m = {.to = ids.v[k], .digest = digest};
            m.text = digest ? str_fmt(t->a, "%.*s%lld パケット。\n", STR_F(darknet_alert_looks(t->a, t->story.e)),
                                  (long long)t->story.e->packets)
                            : darknet_alert_text(t->a, S("ja"), t->event, &t->story);
            TRY(queue(t, &m, S("ja"), ids.v[k].v));
        }
    }
    return OK;
}

/* Contacts are addresses, not accounts: whoever applied answers for them. */
static err tell_contacts(
    const struct telling *t, const struct darknet_contacts *all, person_id answers)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_contact *c = &all->v[i];
        struct mail m = {.to = answers,
            .address = c->mail,
            .text = c->machine ? darknet_alert_machine_text(t->a, t->event, &t->story)
                               : darknet_alert_text(t->a, c->language, t->event, &t->story),
            .not_before = darknet_alert_reading_time(c->hours, t->story.e->severity, tx_now(t->tx))};
        TRY(queue(t, &m, c->language, c->id));
    }
    return OK;
}

static err tell_body(const struct telling *t, body_id body)
{
    struct darknet_contacts contacts;
    person_id answers = {0};
    if (t->way == WAY_DIGEST || t->way == WAY_CAPPED)
        return tell_people(t, body);
    if (t->way != WAY_MAIL)
        return OK;
    TRY(darknet_alert_contacts(tx_db(t->tx), t->a, body, &contacts, &answers));
    if (contacts.n == 0 || answers.v == 0)
        return tell_people(t, body);
    return tell_contacts(t, &contacts, answers);
}

static err begin(struct telling *t, const struct alert_episode *e, const struct body *b)
{
    struct db *db = tx_db(t->tx);
    bool suppressed;
    int64_t mails;
    TRY(darknet_alert_is_suppressed(db, b->id.v, e->source, e->services, tx_now(t->tx), &suppressed));
    TRY(darknet_alert_mails_since(db, b->id.v, tx_now(t->tx) - USEC_HOUR, &mails));
    TRY(darknet_alert_held_back(db, b->id.v, &t->story.held_back));
    t->way = darknet_alert_way_of(t->event, e, suppressed, mails);
    t->story.body = b->name;
    TRY(darknet_alert_open(t->tx, e->id, b->id.v, t->event == EVENT_REOPENED, &t->alert));
    return darknet_alert_event_add(t->tx, t->alert, t->event, t->way, 0, STR_NONE, &t->id);
}

err darknet_alert_tell(struct tx *tx, struct arena *a, const struct alert_episode *e, enum alert_event event)
{
    struct alert_packet packet[ALERT_PACKETS];
    struct body_list bodies;
    struct telling t = {.tx = tx, .a = a, .event = event, .story = {.e = e, .packet = packet}};
    TRY(darknet_alert_packets(tx_db(tx), a, e->id, packet, &t.story.n_packets));
    TRY(darknet_alert_bodies_of_key(tx_db(tx), a, e->bodies, &bodies));
    t.story.sharers = (int64_t)bodies.n - 1;
    for (size_t i = 0; i < bodies.n; i++) {
        TRY(begin(&t, e, &bodies.v[i]));
        TRY(tell_body(&t, bodies.v[i].id));
    }
    return OK;
}

/* Without dark addresses: they are for the body itself. */
err darknet_alert_tell_prefecture(struct tx *tx, struct arena *a, int64_t alert)
{
    struct alert_episode e;
    struct body b;
    struct person_ids ids;
    int64_t event;
    TRY(darknet_alert_of(tx_db(tx), a, alert, &e, &b));
    TRY(darknet_alert_mark_prefecture(tx, alert));
    TRY(darknet_alert_event_add(tx, alert, EVENT_PREFECTURE, WAY_NONE, 0, STR_NONE, &event));
    TRY(org_people_with_role(tx_db(tx), b.id, ROLE_PREF, jday_of_usec(tx_now(tx)), &ids));
    for (size_t i = 0; i < ids.n; i++) {
        struct mail m = {.to = ids.v[i],
            .kind = S("darknet.prefecture"),
            .key = str_fmt(a, "darknet.prefecture:%lld:%lld", (long long)event, (long long)ids.v[i].v),
            .subject = str_fmt(a, "%.*s：不審な通信の通知が確認されていません", STR_F(b.name)),
            .text = str_fmt(a, "%.*sのアドレス %.*s から不審な通信が見つかり、メールで知らせましたが、24時間"
                               "たっても確認されていません。電話などで伝えてください。\n%.*s\n",
                STR_F(b.name), STR_F(e.source), STR_F(darknet_alert_looks(a, &e))),
            .path = str_fmt(a, "/darknet/alerts/%lld", (long long)alert)};
        TRY(arena_failed(a) ? ERR(NOMEM) : mail_queue(tx, a, &m));
    }
    return OK;
}
