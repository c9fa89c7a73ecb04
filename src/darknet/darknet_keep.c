/* SPDX-License-Identifier: Apache-2.0 */
/* For how long first packets are kept: the desk says it, for everybody. They go when neither they nor
 * anything of their episode is younger; what was judged stays. */
#include "darknet/darknet_alert.h"

#include "darknet_alerts.ht.h"

#define SETTING S("darknet_packet_days")

enum { DAYS = 400, LEAST = 30, MOST = 3650 };

err darknet_keep_days(struct db *db, struct arena *a, int64_t *days)
{
    str v;
    *days = DAYS;
    err e = setting_get(db, a, SETTING, &v);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    return parse_i64(v, LEAST, MOST, days);
}

err darknet_keep_pass(struct tx *tx, struct arena *a)
{
    int64_t days;
    TRY(darknet_keep_days(tx_db(tx), a, &days));
    return darknet_alert_packets_drop(tx, tx_now(tx) - days * USEC_DAY);
}

struct keep_form {
    int64_t days;
};
static const struct web_field fields[] = {{.name = "days", .label = "残す日数", .type = FIELD_INT,
    .offset = offsetof(struct keep_form, days), .required = true, .least = LEAST, .most = MOST}};
static const struct web_form form = WEB_FORM(fields, keep_form);

static err keep_write(struct tx *tx, struct req *rq)
{
    const struct keep_form *f = rq->form;
    str days = str_fmt(rq->a, "%lld", (long long)f->days);
    TRY(setting_put(tx, SETTING, days));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("darknet.packets.keep"),
        .object = str_fmt(rq->a, "darknet.packets.days:%.*s", STR_F(days))};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/darknet/alerts?ok=saved"));
}

const struct route darknet_keep_routes[] = {
    {.method = POST, .path = "/darknet/packets/keep", .perm = &darknet_p_desk, .form = &form,
        .read = darknet_alerts_page, .write = keep_write, .shows = VIEWS(&view_darknet_alerts_type),
        .goes = PATHS("/darknet/alerts")},
    {.path = NULL},
};
