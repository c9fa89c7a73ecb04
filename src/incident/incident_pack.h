/* SPDX-License-Identifier: Apache-2.0 */
/* Packs of rules at run time: which one is in force, what another would change, and what may be loaded. Shared by the
 * files of incident (doc/adr/0035-rule-packs.md). */
#ifndef INCIDENT_INCIDENT_PACK_H
#define INCIDENT_INCIDENT_PACK_H

#include "incident/incident_private.h"

enum { PACK_BYTES = 1 << 20 };

/* ── incident_pack_store.c ── */

struct incident_pack_row {
    int64_t id; /* 0: the one that the program carries */
    str name, version, census;
    person_id person;
    usec at, used_at; /* used_at: when it was last taken into use; 0: never */
    bool in_force;
};
struct incident_packs {
    struct incident_pack_row *v;
    size_t n;
};
/* The newest first, up to 100. */
MUST err incident_packs_all(struct db *db, struct arena *a, struct incident_packs *out);
MUST err incident_pack_add(struct tx *tx, const struct incident_pack_row *row, str json, int64_t *id);
MUST err incident_pack_use(struct tx *tx, int64_t id, int64_t person);
/* The text of a pack. NOTFOUND. */
MUST err incident_pack_json(struct db *db, struct arena *a, int64_t id, str *json);
/* With which pack the clocks of an incident were set. */
MUST err incident_pack_of_case(struct db *db, int64_t flow, int64_t *id);
MUST err incident_note_pack(struct tx *tx, int64_t flow, int64_t id);
/* What was handed over from a case, as the rules want to know it. */
struct rule_dones {
    struct rule_done *v;
    size_t n;
};
MUST err incident_dones(struct db *db, struct arena *a, int64_t flow, struct rule_dones *out);
/* Cases that are no exercise and whose content is there, the newest first; open_only: that are not closed. */
typedef err incident_case_fn(void *ctx, int64_t flow, int64_t number, body_id body, str body_name, int64_t pack);
MUST err incident_cases_kept(struct db *db, int64_t most, incident_case_fn *fn, void *ctx);

/* ── incident_replay.c: what another pack would change ── */

enum incident_change_kind { CHANGE_NEW = 1, CHANGE_GONE, CHANGE_DATE, CHANGE_RECIPIENT };
struct incident_change {
    enum incident_change_kind kind;
    const struct rule *rule; /* of the other pack; of a duty that is gone, of the one that counts */
    enum rule_step_kind step; /* of a date */
    usec was, is;
};
struct incident_changes {
    struct incident_change *v;
    size_t n;
};
/* Of one case: what next says that now does not. Duties that bind, and their dates. */
MUST err incident_changes_of(struct arena *a, const struct rule_pack *now, const struct rule_pack *next,
    const struct incident_facts *f, const struct rule_dones *done, usec at, struct incident_changes *out);
str incident_change_text(struct arena *a, const struct incident_change *c);

struct incident_replayed {
    int64_t flow, number;
    body_id body;
    str body_name; /* until fn returns */
    struct incident_changes changes;
};
struct incident_replay {
    int64_t cases, different, shut; /* shut: that could not be opened */
};
typedef err incident_replay_fn(void *ctx, struct arena *a, const struct incident_replayed *r);
/* Every case whose facts the installation can open, up to most of them, against the pack each was derived with. */
MUST err incident_replay_run(struct db *db, const struct vault *v, const struct rule_pack *next, usec at, int64_t most,
    incident_replay_fn *fn, void *ctx, struct incident_replay *out);

/* ── incident_pack_check.c ── */

/* Read and proved in a process of its own. OK with refused empty: it may be loaded, and census says what was looked
 * at. */
struct incident_examined {
    str refused, census, name, version;
};
MUST err incident_pack_examine(struct arena *a, str json, struct incident_examined *out);

extern const struct permission incident_p_packs, incident_p_rules;
extern const struct route incident_pack_routes[], incident_rules_routes[];

#endif
