/* SPDX-License-Identifier: Apache-2.0 */
/* Mails about incidents. A mail is a postcard: it says that there is something to read, and where; nothing of what
 * was said. */
#include "incident/incident_private.h"

#include "mail/mail.h"

static err tell_all(struct tx *tx, struct arena *a, const struct person_ids *ids, const struct mail *m)
{
    for (size_t i = 0; i < ids->n; i++) {
        struct mail one = *m;
        one.to = ids->v[i];
        one.key = str_fmt(a, "%.*s:%lld", STR_F(m->key), (long long)one.to.v);
        TRY(mail_queue(tx, a, &one));
    }
    return OK;
}

err incident_tell_office(struct tx *tx, struct arena *a, int64_t office, const struct mail *m)
{
    struct person_ids ids;
    TRY(org_receivers(tx_db(tx), (body_id){office}, &ids));
    return tell_all(tx, a, &ids, m);
}

/* Who holds several roles is told once: the key of the mail is the same. */
err incident_tell_body(struct tx *tx, struct arena *a, body_id body, const struct mail *m)
{
    static const uint32_t roles[] = {ROLE_STAFF, ROLE_ADMIN, ROLE_CISO};
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        struct person_ids ids;
        TRY(org_people_with_role(tx_db(tx), body, roles[i], jday_of_usec(tx_now(tx)), &ids));
        TRY(tell_all(tx, a, &ids, m));
    }
    return OK;
}

err incident_tell_delivery(struct tx *tx, struct arena *a, const struct flow_delivery *d, bool grave)
{
    struct mail m = {.kind = S("incident.report"),
        .key = str_fmt(a, "incident.report:%lld", (long long)d->id),
        .subject = grave ? S("【重大】インシデントの報告が届きました") : S("インシデントの報告が届きました"),
        .text = S("インシデントの報告が1件届いています。内容は、サインインしてから開いてください。\n"),
        .path = str_fmt(a, "/incidents/received/%lld", (long long)d->id)};
    return incident_tell_office(tx, a, d->office, &m);
}

err incident_tell_message(struct tx *tx, struct arena *a, const struct flow_delivery *d, bool from_office)
{
    struct mail m = {.kind = S("incident.message"),
        .key = str_fmt(a, "incident.message:%lld:%lld", (long long)d->id, (long long)tx_now(tx)),
        .text = S("内容は、サインインしてから開いてください。\n")};
    if (from_office) {
        m.subject = str_fmt(a, "インシデント第%lld号の報告に、問い合わせが届きました", (long long)d->case_number);
        m.path = str_fmt(a, "/incidents/%lld/sent/%lld", (long long)d->flow, (long long)d->id);
        return incident_tell_body(tx, a, d->body.id, &m);
    }
    if (d->office == 0)
        return OK; /* whoever has the link sees it there */
    m.subject = S("インシデントの報告への問い合わせに、返事が届きました");
    m.path = str_fmt(a, "/incidents/received/%lld", (long long)d->id);
    return incident_tell_office(tx, a, d->office, &m);
}

err incident_tell_call(void *ctx, struct tx *tx, const struct flow_call *c, person_id who)
{
    struct arena *a = ctx;
    struct mail m = {.to = who,
        .kind = S("incident.call"),
        .key = str_fmt(a, "incident.call:%lld:%lld:%lld", (long long)c->delivery, (long long)c->calls, (long long)who.v),
        .subject = str_fmt(a, "【重大】呼出し%lld回目：インシデントの報告を開いてください", (long long)c->calls),
        .text = str_fmt(a, "重大なインシデントの報告が、%lld分前に届きました。まだだれも開いていません。\n"
            "だれかが開くまで、5分ごとに呼び出します。15分ごとに、次の当番も呼び出します。\n", (long long)c->minutes),
        .path = str_fmt(a, "/incidents/received/%lld", (long long)c->delivery)};
    return mail_queue(tx, a, &m);
}
