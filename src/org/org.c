/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of org. */
#include "org/org_body.h"
#include "org/org_contact.h"
#include "org/org_import.h"
#include "org/org_passkey.h"
#include "org/org_retention.h"

static const struct permission *const permissions[] = {&org_p_people, &org_p_deputy, &org_p_section,
    &org_p_seen, &org_p_bodies, &org_p_register, &org_p_organ, &org_p_attribute, &org_p_roles,
    &org_p_contacts, &org_p_contacts_read, &org_p_retention, &org_p_allowed, NULL};

static const struct nav_item nav[] = {
    {"利用者", "/people", &org_p_people, NULL, 4},
    {"代理", "/deputies", &org_p_deputy, NULL, 4},
    {"課の一覧", "/sections", &org_p_section, NULL, 4},
    {"閲覧記録", "/seen", &org_p_seen, NULL, 3},
    {"団体", "/bodies", &org_p_bodies, NULL, 4},
    {"緊急連絡先", "/contacts", &org_p_contacts, NULL, 3, &org_p_contacts_read},
    {"団体の緊急連絡先", "/contacts/of", &org_p_contacts_read, "/contacts", 3, NULL},
    {NULL, NULL, NULL},
};

/* In an empty house nobody can begin a survey yet. */
static err org_next(struct req *rq, struct next_step *out)
{
    bool any;
    if (!(rq->who.roles & ROLE_SYSTEM))
        return OK;
    TRY(org_nation_is_there(rq->db, &any));
    if (!any)
        *out = (struct next_step){
            S("調査を始めるのは国の担当者です。はじめに、国の担当者を登録してください。"),
            S("/people"), S("利用者を登録する")};
    return OK;
}

const struct module org_module = {
    .name = "org",
    .label = "団体と人",
    .routes = (const struct route *const[]){org_routes, org_people_routes, org_import_routes, org_leave_routes, org_deputy_routes,
        org_section_routes, org_body_edit_routes, org_attribute_routes, org_organ_routes,
        org_body_routes, org_seen_routes, org_person_routes, org_contact_office_routes,
        org_contact_routes, org_privacy_routes, org_second_routes, org_factor_routes,
        org_account_routes, org_reset_routes,
        org_allowed_routes, org_passkey_routes, NULL},
    .permissions = permissions,
    .calls = org_calls,
    .migrations = org_migrations,
    .nav = nav,
    .next = org_next,
    .measures = org_measures,
    .tick = "org.tick",
    .takeouts = org_takeouts,
    .inspections = org_inspections,
};
