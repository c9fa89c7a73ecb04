/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of incident. */
#include "incident/incident_private.h"

extern const struct embedded incident_migrations[];
extern const struct takeout incident_takeouts[];

const struct permission incident_p_report = {
    "incident.report", ROLE_STAFF | ROLE_ADMIN | ROLE_CISO | ROLE_APPROVER};
const struct permission incident_p_receive = {"incident.receive", ROLE_PREF | ROLE_NATION};
const struct permission incident_p_offices = {"incident.offices", ROLE_NATION};

static const struct permission *const permissions[] = {&incident_p_report, &incident_p_receive, &incident_p_offices, NULL};

/* The menu of a prefecture is full: it comes to what it received by its own page and the line at the top. */
static const struct permission nation = {"incident.receive", ROLE_NATION};

static const struct nav_item nav[] = {
    {"インシデント", "/incidents", &incident_p_report, NULL, 1},
    {"インシデント", "/incidents/received", &nation, "/incidents", 1},
    {NULL, NULL, NULL},
};

const struct module incident_module = {
    .name = "incident",
    .label = "インシデント",
    .routes = (const struct route *const[]){incident_board_routes, incident_desk_routes, incident_office_routes, incident_routes, incident_fact_routes,
        incident_report_routes, incident_message_routes, incident_word_routes, incident_check_routes,
        incident_file_routes, incident_drill_routes,
        incident_envelope_routes, NULL},
    .permissions = permissions,
    .calls = incident_calls,
    .tick = "incident.tick",
    .migrations = incident_migrations,
    .takeouts = incident_takeouts,
    .nav = nav,
    .next = incident_next,
    .check = incident_check,
};
