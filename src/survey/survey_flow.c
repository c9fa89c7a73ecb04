/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the way, and what is read off it. */
#include "survey/survey_flow.h"

#define OFFICE (ROLE_PREF | ROLE_NATION)

const struct flow_row survey_flow_rows[] = {
    {"ask", RESPONSE_NOT_STARTED, RESPONSE_MANAGER, ROLE_STAFF, FLOW_BODY, FLOW_COMPLETE,
        "課長に確認を依頼", "課長に確認を依頼する"},
    {"ask", RESPONSE_DRAFT, RESPONSE_MANAGER, ROLE_STAFF, FLOW_BODY, FLOW_COMPLETE,
        "課長に確認を依頼", "課長に確認を依頼する"},
    {"ask", RESPONSE_RETURNED, RESPONSE_MANAGER, ROLE_STAFF, FLOW_BODY, FLOW_COMPLETE,
        "直して、課長に確認を依頼", "直したので、課長に確認を依頼する"},
    {"approve", RESPONSE_MANAGER, RESPONSE_CISO, ROLE_APPROVER, FLOW_BODY, FLOW_FRESH_EYES,
        "課長が確認", "確認して、CISOへ回す"},
    {"submit", RESPONSE_CISO, RESPONSE_SUBMITTED, ROLE_CISO, FLOW_BODY,
        FLOW_FRESH_EYES | FLOW_COMPLETE, "CISOが承認して提出", "承認して提出する"},
    {"return", RESPONSE_MANAGER, RESPONSE_RETURNED, ROLE_APPROVER, FLOW_BODY,
        FLOW_REASON | FLOW_BACK, "課長が差戻し", "担当へ差し戻す"},
    {"return", RESPONSE_CISO, RESPONSE_RETURNED, ROLE_CISO, FLOW_BODY, FLOW_REASON | FLOW_BACK,
        "CISOが差戻し", "担当へ差し戻す"},
    {"recall", RESPONSE_MANAGER, RESPONSE_DRAFT, ROLE_STAFF, FLOW_BODY, FLOW_BACK,
        "担当が引き戻し", "依頼を引き戻して直す"},
    {"recall", RESPONSE_CISO, RESPONSE_DRAFT, ROLE_STAFF, FLOW_BODY, FLOW_BACK,
        "担当が引き戻し", "依頼を引き戻して直す"},
    {"withdraw", RESPONSE_SUBMITTED, RESPONSE_DRAFT, ROLE_STAFF, FLOW_BODY,
        FLOW_REASON | FLOW_BACK, "提出の取下げ", "提出を取り下げて直す"},
    {"withdraw", RESPONSE_CHECKING, RESPONSE_DRAFT, ROLE_STAFF, FLOW_BODY,
        FLOW_REASON | FLOW_BACK, "提出の取下げ", "提出を取り下げて直す"},
    {"check", RESPONSE_SUBMITTED, RESPONSE_CHECKING, OFFICE, FLOW_OFFICE, FLOW_QUIET,
        "確認を開始", "確認を始める"},
    {"accept", RESPONSE_SUBMITTED, RESPONSE_ACCEPTED, OFFICE, FLOW_OFFICE, 0, "受理", "受理する"},
    {"accept", RESPONSE_CHECKING, RESPONSE_ACCEPTED, OFFICE, FLOW_OFFICE, 0, "受理", "受理する"},
    {"return", RESPONSE_SUBMITTED, RESPONSE_RETURNED, OFFICE, FLOW_OFFICE,
        FLOW_REASON | FLOW_BACK, "確認の結果、差戻し", "団体へ差し戻す"},
    {"return", RESPONSE_CHECKING, RESPONSE_RETURNED, OFFICE, FLOW_OFFICE,
        FLOW_REASON | FLOW_BACK, "確認の結果、差戻し", "団体へ差し戻す"},
    {"correct", RESPONSE_ACCEPTED, RESPONSE_RETURNED, OFFICE, FLOW_OFFICE,
        FLOW_REASON | FLOW_BACK, "受理の後、訂正のため差戻し", "訂正のため差し戻す"},
    {.key = NULL},
};

const struct flow_row *survey_flow_find(
    str key, enum response_state from, uint32_t roles, enum flow_side side)
{
    for (const struct flow_row *r = survey_flow_rows; r->key; r++)
        if (r->from == from && r->side == side && (r->roles & roles) && str_eq(str_of(r->key), key))
            return r;
    return NULL;
}

const struct flow_row *survey_flow_next(
    enum response_state from, uint32_t roles, enum flow_side side)
{
    for (const struct flow_row *r = survey_flow_rows; r->key; r++)
        if (r->from == from && r->side == side && (r->roles & roles) &&
            !(r->rules & (FLOW_BACK | FLOW_QUIET)))
            return r;
    return NULL;
}

str survey_flow_name(str key, enum response_state from)
{
    for (const struct flow_row *r = survey_flow_rows; r->key; r++)
        if (r->from == from && str_eq(str_of(r->key), key))
            return str_of(r->name);
    return STR_NONE;
}

uint32_t survey_flow_turn(enum response_state s)
{
    for (const struct flow_row *r = survey_flow_rows; r->key; r++)
        if (r->from == s && !(r->rules & (FLOW_BACK | FLOW_QUIET)))
            return r->roles;
    return 0;
}

/* The stations, and the state in which a response stands at each. */
static const struct {
    const char *name;
    unsigned states;
} stations[FLOW_STATIONS] = {
    {"担当", 1u << RESPONSE_NOT_STARTED | 1u << RESPONSE_DRAFT | 1u << RESPONSE_RETURNED},
    {"課長", 1u << RESPONSE_MANAGER},
    {"CISO", 1u << RESPONSE_CISO},
    {"都道府県の確認", 1u << RESPONSE_SUBMITTED | 1u << RESPONSE_CHECKING},
    {"受理", 1u << RESPONSE_ACCEPTED},
};

static size_t station_of(enum response_state s)
{
    size_t i = 0;
    while (i < FLOW_STATIONS - 1 && !(stations[i].states & 1u << s))
        i++;
    return i;
}

/* A prefecture's own response is the national office's to check. */
static const char *name_of(size_t station, enum body_class class)
{
    bool office = (stations[station].states & 1u << RESPONSE_CHECKING) != 0;
    return office && class == CLASS_PREFECTURE ? "国の確認" : stations[station].name;
}

str survey_flow_turn_name(enum response_state s, enum body_class class)
{
    return str_of(name_of(station_of(s), class));
}

void survey_flow_stations(
    enum response_state s, enum body_class class, struct flow_station out[FLOW_STATIONS])
{
    size_t here = station_of(s);
    for (size_t i = 0; i < FLOW_STATIONS; i++)
        out[i] = (struct flow_station){name_of(i, class),
            i < here || s == RESPONSE_ACCEPTED ? PLACE_DONE
                : i == here                    ? PLACE_HERE
                                               : PLACE_BEFORE};
}

jday survey_flow_last_day(jday last_submission, jday last_correction, bool correcting)
{
    return correcting ? last_correction : last_submission;
}
