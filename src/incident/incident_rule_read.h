/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a pack share: where they are, and how they refuse. */
#ifndef INCIDENT_INCIDENT_RULE_READ_H
#define INCIDENT_INCIDENT_RULE_READ_H

#include "incident/incident_rule_private.h"

#include <jansson.h>

struct rule_reading {
    struct arena *a;
    struct rule_pack *pack;
    struct rule_problem *why;
    str what; /* 「規則「jp.mic」」: of whom a refusal speaks */
    int line;
};

str rule_brief(str s); /* its beginning, in whole characters: for messages */
/* INVALID, with the line and what to do. */
MUST err rule_refuse(struct rule_reading *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* An object with no other keys than these (a blank between). */
MUST err rule_keys(struct rule_reading *r, json_t *o, const char *allowed);
/* A string, into the arena; empty when it is absent and need not be there. */
MUST err rule_text(struct rule_reading *r, const json_t *o, const char *key, bool must, str *out);
MUST err rule_number(struct rule_reading *r, const json_t *o, const char *key, int64_t most, int64_t *out); /* 0: absent */
MUST err rule_word(struct rule_reading *r, const json_t *o, const char *key, const struct word *words, size_t n, int *out);

MUST err rule_condition_read(struct rule_reading *r, json_t *o, int depth, struct condition **out);
MUST err rule_steps_read(struct rule_reading *r, const json_t *list, struct rule_inner *rule);
/* What can be seen only when all rules are read: times, steps that wait for what is not there or for
 * themselves. */
MUST err rule_pack_check(struct rule_reading *r);

#endif
