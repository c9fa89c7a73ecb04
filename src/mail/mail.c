/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of mail. */
#include "mail/mail_private.h"

extern const struct embedded mail_migrations[];

const struct permission mail_p_queue = {"mail.queue", ROLE_SYSTEM};

static const struct permission *const permissions[] = {&mail_p_queue, NULL};

static const struct nav_item nav[] = {
    {"メールの送信", "/mail", &mail_p_queue, NULL, 5},
    {NULL, NULL, NULL},
};

const struct module mail_module = {
    .name = "mail",
    .label = "メール",
    .routes = (const struct route *const[]){mail_routes, NULL},
    .permissions = permissions,
    .calls = mail_calls,
    .migrations = mail_migrations,
    .nav = nav,
    .check = mail_check,
    .tick = "mail.tick",
};
