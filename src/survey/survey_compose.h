/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of composing a survey, as pure functions on values. */
#ifndef SURVEY_COMPOSE_H
#define SURVEY_COMPOSE_H

#include "survey/survey.h"

/* What is wrong with the condition of an item. */
enum condition_fault {
    CONDITION_OK, /* also: it has none */
    CONDITION_GONE,    /* on an item the survey does not have */
    CONDITION_CYCLE,   /* on itself, by whatever detour */
    CONDITION_FORWARD, /* on an item that comes later */
    CONDITION_OPEN,    /* on an item whose answer is not chosen from a list */
    CONDITION_VALUE,   /* on no answer, or one the item does not have */
    CONDITION_UNSEEN   /* on an item that is carried over without a look */
};
/* Of item[at], among the items in their order. */
enum condition_fault survey_condition_fault(const struct question *item, size_t n, size_t at);
str survey_condition_message(enum condition_fault f); /* what to do; empty for CONDITION_OK */

/* The values an answer can be chosen from, in their order: at most FORM_OPTIONS + 4. 0: it is not
 * chosen from a list. */
struct chosen_value {
    str value, label;
};
size_t survey_values_of(
    struct arena *a, const struct question *q, struct chosen_value out[FORM_OPTIONS + 4]);
/* 「ORG-01 が「実施済み」「一部実施」のとき」 */
str survey_condition_text(struct arena *a, const struct question *on, str values);

/* From any separators: codes of six digits. *bad: the first word that is none; empty: all are. */
size_t survey_codes_read(struct arena *a, str typed, str *codes, size_t most, str *bad);

#endif
