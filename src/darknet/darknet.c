/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of darknet. */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

extern const struct embedded darknet_migrations[];

const struct permission darknet_p_read = {"darknet.read", ROLE_STAFF | ROLE_ADMIN | ROLE_PREF};
const struct permission darknet_p_use = {"darknet.use", ROLE_STAFF | ROLE_ADMIN};
const struct permission darknet_p_alerts = {
    "darknet.alerts", ROLE_STAFF | ROLE_ADMIN | ROLE_PREF | ROLE_NATION};
const struct permission darknet_p_desk = {"darknet.desk", ROLE_NATION};
const struct permission darknet_p_statistics = {"darknet.statistics", ROLE_PREF | ROLE_NATION};

static const struct permission *const permissions[] = {
    &darknet_p_read, &darknet_p_use, &darknet_p_alerts, &darknet_p_desk, &darknet_p_statistics, NULL};

const struct measure darknet_measures[] = {
    [DARKNET_MEASURE_CAUSE] = {"darknet.cause_days", "不審な通信の通知から、原因の記録までの日数", "日",
        "/darknet/alerts", darknet_alert_cause_days},
    [DARKNET_MEASURE_OBSERVED] = {"darknet.observed", "ダークネット観測で観測しているアドレスの範囲", "件",
        "/darknet", darknet_observed},
    {.name = NULL},
};

static const struct nav_item nav[] = {
    {"ダークネット観測", "/darknet", &darknet_p_read, NULL, 2},
    {"ダークネット観測", "/darknet/desk", &darknet_p_desk, "/darknet", 2},
    {NULL, NULL, NULL},
};

const struct module darknet_module = {
    .name = "darknet",
    .label = "ダークネット観測",
    .routes = (const struct route *const[]){darknet_routes, darknet_application_routes,
        darknet_contact_routes, darknet_internal_routes, darknet_desk_routes, darknet_case_routes,
        darknet_prefix_routes, darknet_dark_routes, darknet_use_routes, darknet_alert_routes,
        darknet_keep_routes, darknet_board_routes, darknet_trend_routes, darknet_alert_file_routes, NULL},
    .permissions = permissions,
    .calls = darknet_calls,
    .tick = "darknet.tick",
    .measures = darknet_measures,
    .migrations = darknet_migrations,
    .takeouts = darknet_takeouts,
    .nav = nav,
    .next = darknet_next,
    .check = darknet_check,
};
