/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: facts are stated once, who must be told by when is derived from them, and each is told what
 * concerns it in its own form (R52–R57, R61, R64–R67, R70, R71). */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "flow/flow.h"

/* Who of this installation receives what rules mean for a recipient ("mic"); office 0: nobody does. The
 * prefecture of a body receives what is for "pref" without being told so. */
MUST err incident_office_set(struct tx *tx, str recipient, int64_t office, int64_t person);

/* Before convert_start, where packs of rules may come from outside: a child will read them. */
void incident_packs_prepare(void);
/* Which incidents that pack would treat differently, in words; why: the refusal of the pack (INVALID). Needs convert_start,
 * and the server's key: what cannot be opened is counted. */
MUST err incident_replay_report(
    struct db *db, struct arena *a, const struct vault *v, str json, usec at, struct buf *out, str *why);
/* The kinds of incidents ("ransomware"), in the order in which they are asked for. */
const struct word *incident_kind_words(size_t *n);
/* The bodies of the scope that reported one of that kind since, exercises aside, each once, rising. */
struct incident_body_ids {
    int64_t *v;
    size_t n;
};
MUST err incident_bodies_with(struct db *db, struct arena *a, const struct scope *s, str kind, usec since,
    struct incident_body_ids *out);

extern const struct module incident_module;

#endif
