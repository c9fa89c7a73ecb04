/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a response: 担当 → 課長 → CISO → 提出 → 都道府県の確認 → 受理, and every way back, as a
 * table of states and acts. Pure: no I/O, no clock. R6; doc/adr/0010-approval.md. */
#ifndef SURVEY_FLOW_H
#define SURVEY_FLOW_H

#include "survey/survey_model.h"

/* On whose side of the submission an act is done. */
enum flow_side {
    FLOW_BODY,  /* inside the body that answers */
    FLOW_OFFICE /* the prefecture for its municipalities; the national office for all */
};

enum flow_rule {
    FLOW_REASON = 1,     /* only with a reason */
    FLOW_FRESH_EYES = 2, /* not by somebody who answered an item of it */
    FLOW_COMPLETE = 4,   /* nothing is missing */
    FLOW_BACK = 8,       /* a way back: shown apart from the way on */
    FLOW_QUIET = 16      /* no button: done by another act */
};

struct flow_row {
    const char *key;   /* "ask": in addresses and in the log */
    enum response_state from, to;
    uint32_t roles;    /* any of these */
    enum flow_side side;
    unsigned rules;    /* of enum flow_rule */
    const char *name;  /* of the step in the record: 「課長に確認を依頼」 */
    const char *button; /* 「課長に確認を依頼する」 */
};

/* The row of an act in a state for somebody with these roles; NULL: not possible. */
const struct flow_row *survey_flow_find(
    str key, enum response_state from, uint32_t roles, enum flow_side side);
/* The way on from a state for these roles; NULL: it is not this person's turn. */
const struct flow_row *survey_flow_next(
    enum response_state from, uint32_t roles, enum flow_side side);
/* All rows: ends with key == NULL. */
extern const struct flow_row survey_flow_rows[];
/* Name of an act in the record; empty when unknown. */
str survey_flow_name(str key, enum response_state from);
/* Whose turn it is in a state: bits of enum role; 0: nobody's. */
uint32_t survey_flow_turn(enum response_state s);
str survey_flow_turn_name(enum response_state s, enum body_class class); /* 「課長」 */

/* The last day of changes: a response the office sent back has until the last correction. */
jday survey_flow_last_day(jday last_submission, jday last_correction, bool correcting);

/* The steps of the way, in order, for a picture of how far it is. */
enum flow_place { PLACE_BEFORE, PLACE_HERE, PLACE_DONE };
struct flow_station {
    const char *name; /* 「担当」 */
    enum flow_place place;
};
enum { FLOW_STATIONS = 5 };
void survey_flow_stations(
    enum response_state s, enum body_class class, struct flow_station out[FLOW_STATIONS]);

#endif
