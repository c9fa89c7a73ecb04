/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be done soon: the line at the top of every page, and mails before and after a deadline. They
 * say when and of which case, and nothing of what is in it. */
#include "incident/incident_private.h"

#include "mail/mail.h"

/* Seconds from the deadline: a day before, three hours before, at it, a day after. */
static const int64_t distances[] = {-86400, -3 * 3600, 0, 86400};

static const char *distance_text(int64_t distance)
{
    return distance <= -86400 ? "まで、あと1日です" : distance < 0 ? "まで、あと3時間です" : distance == 0 ? "になりました" : "を1日過ぎました";
}

/* Several duties with one deadline are one mail: the key says which. */
static err tell(void *ctx, struct tx *tx, const struct flow_due *d)
{
    struct arena *a = ctx;
    BUF_AUTO when = BUF(200);
    put_wareki_time(&when, d->due - 1);
    struct mail m = {.kind = S("incident.due"),
        .key = str_fmt(a, "incident.due:%lld:%lld:%lld", (long long)d->flow, (long long)d->distance, (long long)d->due),
        .subject = str_fmt(a, "%sインシデント第%lld号：報告の期限%s", d->drill ? "【訓練】" : "", (long long)d->number, distance_text(d->distance)),
        .text = str_fmt(a, "まだ済んでいない報告があります。期限は%.*sです。だれに、何を知らせるかは、サインインして確かめてください。\n",
            STR_F(buf_view(&when))),
        .path = str_fmt(a, "/incidents/%lld", (long long)d->flow)};
    return incident_tell_body(tx, a, d->body.id, &m);
}

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)in, (void)out;
    TRY(flow_tick(tx, a, &incident_kind, distances, COUNT_OF(distances), tell, a));
    return flow_call_tick(tx, a, incident_tell_call, a);
}

const struct call incident_calls[] = {{"incident.tick", tick}, {NULL, NULL}};

/* ── the line at the top ── */

static err next_of_office(struct req *rq, struct next_step *out)
{
    int64_t n;
    TRY(flow_waiting(rq->db, rq->who.scope, &n));
    if (n)
        *out = (struct next_step){str_fmt(rq->a, "インシデントの報告が %lld 件、届いています。", (long long)n),
            S("/incidents/received"), S("報告を開く"), true};
    return OK;
}

static err next_of_body(struct req *rq, struct next_step *out)
{
    struct flow_soon soon;
    int64_t flow, delivery;
    BUF_AUTO b = BUF(400);
    TRY(flow_asked(rq->db, rq->who.scope, &incident_kind, &flow, &delivery));
    if (delivery) {
        *out = (struct next_step){S("インシデントの報告に、問い合わせが届いています。"),
            str_fmt(rq->a, "/incidents/%lld/sent/%lld", (long long)flow, (long long)delivery), S("問い合わせを開く"), true};
        return OK;
    }
    TRY(flow_soonest(rq->db, rq->who.scope, &incident_kind, &soon));
    if (soon.flow == 0)
        return OK;
    buf_fmt(&b, "インシデント第%lld号の報告の期限は、", (long long)soon.number);
    put_wareki_time(&b, soon.due - 1);
    buf_str(&b, soon.due < rq->now ? S("でした。") : S("です。"));
    *out = (struct next_step){str_dup(rq->a, buf_view(&b)), str_fmt(rq->a, "/incidents/%lld", (long long)soon.flow),
        S("事案を開く"), soon.due < rq->now + 3 * USEC_DAY};
    return OK;
}

err incident_next(struct req *rq, struct next_step *out)
{
    if (incident_p_receive.roles & rq->who.roles)
        TRY(next_of_office(rq, out));
    if (out->text.n == 0 && (incident_p_report.roles & rq->who.roles))
        return next_of_body(rq, out);
    return OK;
}
