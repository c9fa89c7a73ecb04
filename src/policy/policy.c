/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of policy. */
#include "policy/policy_private.h"

extern const struct embedded policy_migrations[];

const struct permission policy_p_keep = {"policy.keep", ROLE_STAFF};
const struct permission policy_p_read = {"policy.read", ROLE_PREF | ROLE_NATION};
const struct permission policy_p_guideline = {"policy.guideline", ROLE_NATION};

static const struct permission *const permissions[] = {
    &policy_p_keep, &policy_p_read, &policy_p_guideline, NULL};

static const struct nav_item nav[] = {
    {"自団体の方針", "/policy", &policy_p_keep, NULL, 2},
    {"団体の方針", "/policies", &policy_p_read, NULL, 2},
    {NULL, NULL, NULL},
};

const struct measure policy_measures[] = {
    {"policy.published", "方針の策定日・公表日・公表先のうち、登録したもの", "件", "/policy",
        policy_published},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct module policy_module = {
    .name = "policy",
    .label = "方針",
    .routes = (const struct route *const[]){policy_routes, policy_office_routes, NULL},
    .permissions = permissions,
    .migrations = policy_migrations,
    .takeouts = policy_takeouts,
    .nav = nav,
    .measures = policy_measures,
};
