/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of org. */
#include "org/org_private.h"

const struct module org_module = {
    .name = "org",
    .routes = (const struct route *const[]){org_routes, NULL},
    .calls = org_calls,
    .migrations = org_migrations,
};
