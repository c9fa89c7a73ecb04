/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of alert. */
#include "alert/alert_private.h"

const struct permission alert_p_send = {"alert.send", ROLE_PREF | ROLE_NATION};
const struct permission alert_p_answer = {
    "alert.answer", ROLE_STAFF | ROLE_APPROVER | ROLE_ADMIN | ROLE_CISO | ROLE_PREF};

static const struct permission *const permissions[] = {&alert_p_send, &alert_p_answer, NULL};

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)a, (void)in, (void)out;
    return notice_tick(tx, &alert_kind);
}

const struct call alert_calls[] = {{"alert.tick", tick}, {NULL, NULL}};

static const struct permission nation = {"alert.send", ROLE_NATION};

/* Whoever may read some; the nation comes to the list of its own. */
static const struct permission reader = {
    "alert.read", ROLE_STAFF | ROLE_APPROVER | ROLE_ADMIN | ROLE_CISO | ROLE_SECTION | ROLE_PREF | ROLE_SYSTEM};

static const struct nav_item nav[] = {
    {"注意喚起", "/alerts", &reader, NULL, 1},
    {"注意喚起", "/alerts/office", &nation, "/alerts", 1},
    {NULL, NULL, NULL},
};

const struct module alert_module = {
    .name = "alert",
    .label = "注意喚起",
    .routes = (const struct route *const[]){alert_office_routes, alert_draft_routes, alert_routes, NULL},
    .permissions = permissions,
    .calls = alert_calls,
    .tick = "alert.tick",
    .nav = nav,
    .next = alert_next,
};
