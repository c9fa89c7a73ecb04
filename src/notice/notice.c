/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of notice: an engine, without pages of its own. */
#include "notice/notice_private.h"

extern const struct embedded notice_migrations[];

const struct module notice_module = {
    .name = "notice",
    .label = "お知らせ",
    .migrations = notice_migrations,
    .takeouts = notice_takeouts,
    .check = notice_check,
};
