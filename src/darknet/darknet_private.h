/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of darknet. */
#ifndef DARKNET_DARKNET_PRIVATE_H
#define DARKNET_DARKNET_PRIVATE_H

#include "darknet/darknet_model.h"

/* ── darknet_application_store.c ── */

struct darknet_application {
    int64_t id;
    struct body body;
    int64_t number, version;
    enum darknet_state state;
    int64_t person;
    usec at, changed_at, filed_at, observed_from, observed_to;
};
struct darknet_applications {
    struct darknet_application *v;
    size_t n;
};
/* Of the own body; for the nation every one that was filed. NOTFOUND. */
MUST err darknet_application_get(struct db *db, struct arena *a, const struct scope *s, int64_t id,
    struct darknet_application *out);
/* Of the own body, newest first, up to 100. */
MUST err darknet_applications(struct db *db, struct arena *a, const struct scope *s,
    struct darknet_applications *out);
/* The newest of each body that was filed, in the order of the codes: for the nation. */
MUST err darknet_applications_filed(struct db *db, struct arena *a, const struct scope *s,
    struct darknet_applications *out);
/* Filed or at the desk: how many wait for it. DENIED below the nation. */
MUST err darknet_waiting(struct db *db, const struct scope *s, int64_t *n);
/* A draft that claims what is in force. CONFLICT: one is under way already. */
MUST err darknet_application_add(struct tx *tx, struct arena *a, const struct scope *s, int64_t *id);
MUST err darknet_application_move(struct tx *tx, const struct darknet_application *d,
    enum darknet_state to);
/* The one of that body that is observed, or open; NOTFOUND. */
MUST err darknet_application_in(struct db *db, struct arena *a, const struct scope *s, body_id body,
    bool observed, struct darknet_application *out);
/* Those observed of the body and of the bodies it succeeded, up to 20. */
MUST err darknet_applications_before(struct db *db, struct arena *a, const struct scope *s,
    body_id body, struct darknet_applications *out);

/* By address. Of others only what they handed in. */
MUST err darknet_claims(struct db *db, struct arena *a, const struct scope *s,
    const struct darknet_application *d, struct darknet_claims *out);
/* CONFLICT: that range is there; LIMIT: DARKNET_CLAIMS are. */
MUST err darknet_claim_add(struct tx *tx, const struct darknet_application *d,
    const struct darknet_claim *c);
MUST err darknet_claim_remove(struct tx *tx, const struct darknet_application *d, int64_t claim);
/* The body of a code that exists now, whosever it is: everybody may know that. */
MUST err darknet_body_of_code(struct db *db, struct arena *a, str code6, struct body *out);

struct darknet_step {
    str act;
    enum darknet_state from, to;
    int64_t person;
    str reason;
    usec at;
};
struct darknet_steps {
    struct darknet_step *v;
    size_t n;
};
MUST err darknet_steps(struct db *db, struct arena *a, const struct scope *s, int64_t application,
    struct darknet_steps *out);
MUST err darknet_step_add(struct tx *tx, int64_t application, const struct darknet_step *step);

/* ── darknet_range_store.c ── */

/* Of the body and those it succeeded, in force now, by address. */
MUST err darknet_ranges(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_claims *out);
/* What is in force becomes what d claims: the same goes on, the rest is closed, the new begins. */
MUST err darknet_ranges_follow(struct tx *tx, struct arena *a, const struct scope *s,
    const struct darknet_application *d);
/* One claim of d is in force from then on. */
MUST err darknet_range_open(struct tx *tx, const struct darknet_application *d, const struct darknet_claim *c,
    usec from);
MUST err darknet_ranges_close(struct tx *tx, body_id body);
/* What others hold or ask for where d claims. For the nation. */
MUST err darknet_overlaps(struct db *db, struct arena *a, const struct scope *s,
    const struct darknet_application *d, struct darknet_overlaps *out);

/* ── darknet_contact_store.c ── */

enum { DARKNET_CONTACTS = 20 };
struct darknet_contact {
    int64_t id;
    str name, mail, phone;
    enum darknet_hours hours;
    str language;
    bool machine;
    int64_t version;
};
struct darknet_contacts {
    struct darknet_contact v[DARKNET_CONTACTS];
    size_t n;
};
/* Of a body of the scope. */
MUST err darknet_contacts(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_contacts *out);
/* Own body. LIMIT; STALE: changed since version; NOTFOUND. */
MUST err darknet_contact_add(struct tx *tx, const struct scope *s, const struct darknet_contact *c);
MUST err darknet_contact_change(
    struct tx *tx, const struct scope *s, const struct darknet_contact *c);
MUST err darknet_contact_remove(struct tx *tx, const struct scope *s, int64_t id, int64_t version);
MUST err darknet_contacts_drop(struct tx *tx, body_id body);

/* ── darknet_dark_store.c ── */

/* CONFLICT: it lies over one that is in force. */
MUST err darknet_dark_add(struct tx *tx, const struct scope *s, enum darknet_dark_kind kind,
    const struct net_range *r, str note);
/* NOTFOUND: none of the scope's is in force. */
MUST err darknet_dark_end(
    struct tx *tx, const struct scope *s, enum darknet_dark_kind kind, int64_t id);

/* ── darknet_use_store.c ── */

struct darknet_periods {
    struct darknet_period *v;
    size_t n;
};
/* All times of observation of bodies in the scope. */
MUST err darknet_periods(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_periods *out);
struct darknet_user {
    struct body body;
    usec since;     /* observed; 0: not */
    bool covered;   /* stands behind somebody's shared egress */
    usec nudged_at; /* 0: never */
};
struct darknet_users {
    struct darknet_user *v;
    size_t n;
};
/* Local governments of the scope, by code; since: by the version in force. */
MUST err darknet_users(
    struct db *db, struct arena *a, const struct scope *s, struct darknet_users *out);
/* Of a body in the scope. */
MUST err darknet_is_observed(struct db *db, const struct scope *s, body_id body, bool *out);
/* Ranges in force that stand for it: its own, and exits it shares. */
MUST err darknet_observed(struct db *db, int64_t body, usec now, struct measured *out);
MUST err darknet_nudge_add(struct tx *tx, const struct scope *s, body_id body);
MUST err darknet_nudge_last(struct db *db, body_id body, usec *at);

/* ── darknet_check_store.c, darknet_takeout_store.c ── */

MUST err darknet_check(struct db *db, struct arena *a, struct check_report *report);
extern const struct takeout darknet_takeouts[];

/* ── darknet_act.c ── */

struct darknet_act {
    const struct darknet_flow *flow;
    struct darknet_application application;
    str why; /* what a person should read when it failed */
    bool reason_needed;
};
/* One act of the table in the writer's transaction: rules, effect, record, mails. */
MUST err darknet_act_do(struct tx *tx, struct req *rq, enum darknet_side side, int64_t application,
    str key, str reason, int64_t version, struct darknet_act *out);
/* One mail to each who works on it: people of the body, or of the desk. */
MUST err darknet_tell(struct tx *tx, struct req *rq, body_id body, uint32_t roles,
    const struct web_mail *m);

/* ── darknet.c: what stands beside answers of the survey ── */

enum { DARKNET_MEASURE_CAUSE, DARKNET_MEASURE_OBSERVED };
extern const struct measure darknet_measures[];

/* ── pages ── */

extern const struct permission darknet_p_read, darknet_p_use, darknet_p_desk, darknet_p_statistics;
extern const struct route darknet_routes[], darknet_application_routes[], darknet_contact_routes[],
    darknet_internal_routes[], darknet_desk_routes[], darknet_case_routes[], darknet_prefix_routes[],
    darknet_dark_routes[], darknet_use_routes[];

/* One step of either side: the reason and the version that was seen. */
struct darknet_step_form {
    str reason;
    int64_t version;
};
extern const struct web_form darknet_step_form;
MUST err darknet_step_write(struct tx *tx, struct req *rq, enum darknet_side side);
str darknet_badge(enum darknet_state s); /* name of the mark, of the style sheet */
str darknet_net_text(struct arena *a, const struct net_range *r);
/* 「窓口が、理由を…」: rows of the record and buttons, in the part darknet_way. */
struct view_darknet_way;
MUST err darknet_way_view(struct req *rq, const struct darknet_application *d,
    enum darknet_side side, struct view_darknet_way *out);
/* The ranges as a table, in the part darknet_ranges. removable: with a button. */
struct view_darknet_ranges;
MUST err darknet_ranges_view(struct req *rq, const struct darknet_claims *all, int64_t removable,
    struct view_darknet_ranges *out);
MUST err darknet_next(struct req *rq, struct next_step *out);

#endif
