/* SPDX-License-Identifier: Apache-2.0 */
/* A pack of rules in words, for the commands `yagura incident rules …`. */
#ifndef INCIDENT_INCIDENT_RULE_REPORT_H
#define INCIDENT_INCIDENT_RULE_REPORT_H

#include "core/arena.h"
#include "core/buf.h"

/* Why a pack was refused: line from 1, 0: of the whole. */
struct rule_refusal {
    int line;
    str text;
};

/* json: a pack; empty: the one the program carries. INVALID with the refusal; LIMIT: too much to look at, likewise. */
typedef err rule_report(struct arena *a, str json, struct buf *out, struct rule_refusal *why);
rule_report rule_report_check; /* proves it: the number of states, of rules by mark */
rule_report rule_report_show;  /* every rule: whom, when, by when, how well known */

#endif
