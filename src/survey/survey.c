/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of survey. */
#include "survey/survey_measure.h"
#include "survey/survey_draft.h"
#include "survey/survey_page.h"
#include "survey/survey_remind.h"
#include "survey/survey_plan.h"

extern const struct embedded survey_migrations[];

const struct permission survey_p_answer = {"survey.answer", ROLE_STAFF | ROLE_SECTION};
const struct permission survey_p_lead = {"survey.lead", ROLE_STAFF};
const struct permission survey_p_read = {"survey.read",
    ROLE_STAFF | ROLE_SECTION | ROLE_APPROVER | ROLE_CISO};
/* Not for those who see the items of their section only. */
const struct permission survey_p_compare = {"survey.compare",
    ROLE_STAFF | ROLE_APPROVER | ROLE_CISO};
const struct permission survey_p_board = {"survey.board", ROLE_PREF | ROLE_NATION};
const struct permission survey_p_totals = {"survey.totals", ROLE_PREF | ROLE_NATION};

static const struct permission *const permissions[] = {
    &survey_p_answer, &survey_p_lead, &survey_p_read, &survey_p_compare, &survey_p_step,
    &survey_p_check, &survey_p_board, &survey_p_totals, &survey_p_open, NULL};

static const struct nav_item nav[] = {
    {"自団体の調査", "/surveys", &survey_p_read, "/surveys/{survey}", 1},
    {"対策の計画", "/plan", &survey_p_read, NULL, 1},
    {"団体ごとの状況", "/board", &survey_p_board, "/surveys/{survey}/board", 1},
    {"項目ごとの集計", "/totals", &survey_p_totals, "/surveys/{survey}/totals", 1},
    {"調査の開始", "/surveys/new", &survey_p_open, NULL, 1},
    {"調査の下書き", "/surveys/drafts", &survey_p_open, NULL, 1},
    {NULL, NULL, NULL},
};

const struct module survey_module = {
    .name = "survey",
    .label = "調査",
    /* The first row that fits counts: drafts before {survey}. */
    .routes = (const struct route *const[]){survey_office_routes, survey_draft_routes,
        survey_flow_routes, survey_assign_routes, survey_edition_routes, survey_routes,
        survey_file_routes, survey_measure_routes, survey_remind_routes, survey_plan_routes, NULL},
    .permissions = permissions,
    .migrations = survey_migrations,
    .takeouts = survey_takeouts,
    .nav = nav,
    .next = survey_next_step,
    .check = survey_check,
    .calls = survey_calls,
    .tick = "survey.tick",
};
