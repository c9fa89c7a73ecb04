/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of policy. */
#ifndef POLICY_PRIVATE_H
#define POLICY_PRIVATE_H

#include "policy/policy.h"

struct guideline {
    int64_t id;
    str name;
    jday noticed; /* DAY_NONE */
    bool latest;
};
struct guideline_list {
    struct guideline v[60];
    size_t n;
};

/* A row of the register. Absent days are DAY_NONE, guideline 0: none said. */
struct policy {
    int64_t id; /* 0: the body has not registered anything */
    struct body body;
    jday established, revised, published;
    int64_t guideline;
    str guideline_name;
    bool outdated; /* follows a version that is not the latest */
    str address, note;
    int64_t person;
    usec at;
};
struct policy_list {
    struct policy *v;
    size_t n;
};

/* policy_model.c: pure. */
jday policy_deadline(void); /* 2026-04-01: the duty is in force */
/* Established, day of publication and address: how many of the three are recorded. */
int policy_recorded(const struct policy *p);
/* Not published by the deadline, though it is over. */
bool policy_is_late(const struct policy *p, jday today);
enum policy_show { POLICY_ALL, POLICY_NONE, POLICY_UNPUBLISHED, POLICY_LATE, POLICY_OUTDATED };
enum policy_show policy_show_of(str key);
bool policy_is_shown(const struct policy *p, enum policy_show show, str q, jday today);
/* https:// and a host; only its form is looked at. */
bool policy_address_is_valid(str address);

/* policy_store.c */
MUST err policy_guidelines(struct db *db, struct arena *a, struct guideline_list *out);
/* CONFLICT: the name is there already. */
MUST err policy_guideline_add(struct tx *tx, const struct scope *s, const struct guideline *g);
/* What a body of the scope has registered, newest first, up to 100. */
MUST err policy_history(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct policy_list *out);
/* STALE: a newer row than seen is there. */
MUST err policy_add(struct tx *tx, const struct scope *s, const struct policy *p, int64_t seen);
/* Every local government of the scope with its newest row. */
MUST err policy_register(
    struct db *db, struct arena *a, const struct scope *s, struct policy_list *out);
MUST err policy_published(struct db *db, int64_t body, usec now, struct measured *out);

/* policy_page.c, policy_office.c */
extern const struct route policy_routes[], policy_office_routes[];
extern const struct permission policy_p_keep, policy_p_read, policy_p_guideline;
extern const struct measure policy_measures[];

extern const struct takeout policy_takeouts[];

#endif
