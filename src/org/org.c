/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of org. */
#include "org/org_private.h"

static const struct permission *const permissions[] = {&org_p_people, &org_p_deputy, &org_p_section, &org_p_seen, NULL};

static const struct nav_item nav[] = {
    {"利用者", "/people", &org_p_people},
    {"代理", "/deputies", &org_p_deputy},
    {"課の一覧", "/sections", &org_p_section},
    {"閲覧記録", "/seen", &org_p_seen},
    {NULL, NULL, NULL},
};

const struct module org_module = {
    .name = "org",
    .routes = (const struct route *const[]){org_routes, org_people_routes, org_deputy_routes, org_section_routes,
        org_seen_routes, NULL},
    .permissions = permissions,
    .calls = org_calls,
    .migrations = org_migrations,
    .nav = nav,
};
