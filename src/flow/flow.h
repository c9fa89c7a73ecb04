/* SPDX-License-Identifier: Apache-2.0 */
/* A case: it has a state of a table, what is said in it one after the other, what was handed to whom with
 * their receipt, and clocks. Features give the tables and the meaning (incident; later consultation, finding,
 * dispatch); no word of theirs stands here.
 *
 * All that is said is sealed with the case's own key, which is wrapped for each organisation that may read
 * it; what was handed over has a key of its own, for a recipient reads that and no more. Their keys are
 * sealed with the server's (store/vault.h). Destroying the wrapped keys destroys the content; copies of the
 * database made before are not reached. doc/adr/0032-sealed-cases.md. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "core/word.h"
#include "org/org.h"

/* ── keys ── */

struct flow_key {
    uint8_t v[SEAL_KEY];
};
void flow_key_done(struct flow_key *k); /* wipes it */
#define FLOW_KEY_AUTO struct flow_key CLEANUP(flow_key_done)

/* Of a case or of what was delivered, for the scope's own body and those it succeeded. NOTFOUND: it has
 * none; GONE: it was erased; DENIED: the server's key is not there (v NULL). */
MUST err flow_key_open(struct db *db, struct arena *a, const struct vault *v, const struct scope *s,
    int64_t thing, struct flow_key *out);

/* The same for a body, where there is nobody who asks: the replay of rules. */
MUST err flow_key_open_of(
    struct db *db, struct arena *a, const struct vault *v, body_id body, int64_t thing, struct flow_key *out);

/* ── cases ── */

struct flow_act {
    const char *key, *label; /* "close", 「終結する」 */
    int from, to;            /* states */
};
struct flow_kind {
    const char *name; /* "incident" */
    const struct word *states;
    size_t n_states;
    const struct flow_act *acts;
    size_t n_acts;
    int over; /* the state of a case that is over: its years run from there */
};

struct flow_case {
    int64_t id;
    struct body body;
    int64_t number;
    int state;
    bool drill;
    int64_t person;
    usec at, changed_at;
    int64_t version;
    usec erased_at; /* its content, for its body; 0: it is there */
    int64_t erased_by; /* who asked for it; 0: its years were over */
};
struct flow_cases {
    struct flow_case *v;
    size_t n;
};
/* Of the own body; its key is made and opened. DENIED: no server's key. */
MUST err flow_open(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_kind *kind, bool drill, struct flow_case *out, struct flow_key *key);
/* Of the own body and those it succeeded; others have what was delivered to them. NOTFOUND. */
MUST err flow_get(struct db *db, struct arena *a, const struct scope *s, const struct flow_kind *kind, int64_t id,
    struct flow_case *out);
/* The same, newest first, up to 500. */
MUST err flow_all(struct db *db, struct arena *a, const struct scope *s, const struct flow_kind *kind,
    struct flow_cases *out);
/* One act of the kind's table. NOTFOUND: no such act; CONFLICT: not from this state; STALE; GONE: it was erased. */
MUST err flow_move(struct tx *tx, const struct scope *s, const struct flow_kind *kind, const struct flow_case *c,
    str act, int64_t version);

/* ── what is said ── */

struct flow_entry {
    int64_t id, person;
    int kind; /* of the feature */
    usec at;
    str text;
};
/* *id grows: what was said later has a greater one. */
MUST err flow_say(struct tx *tx, struct arena *a, const struct flow_key *k, const struct flow_case *c, int kind,
    int64_t person, str text, int64_t *id);
/* In the order they were said, up to and with the entry of that id (0: all). The text lives until fn
 * returns. INVALID: damaged, or of another key. */
typedef err flow_each(void *ctx, const struct flow_entry *e);
MUST err flow_said(struct db *db, const struct flow_key *k, int64_t flow, int kind, int64_t until,
    flow_each *fn, void *ctx);

/* ── what is handed over ── */

enum flow_receipt {
    RECEIPT_WAITING = 1, /* handed over, not opened */
    RECEIPT_SEEN,
    RECEIPT_ACCEPTED,
    RECEIPT_RETURNED,    /* the office has a question: it asks by telephone, for there are no messages yet */
    RECEIPT_BY_HAND      /* told outside of this installation, by a person who says so */
};
extern const struct word flow_receipts[5];

struct flow_delivery {
    int64_t id, flow;
    str recipient, subject;
    int64_t office;
    int step;
    int64_t number;
    enum flow_receipt state;
    int64_t person;
    usec at, seen_at, answered_at;
    int64_t answered_by;
    struct body body; /* whose case it is */
    int64_t case_number;
    bool drill;
};
struct flow_deliveries {
    struct flow_delivery *v;
    size_t n;
};
/* d: recipient, office, subject, step; the rest is filled. CONFLICT: an exercise never goes to an office. */
MUST err flow_hand(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_case *c, str text, struct flow_delivery *d);
/* Of a case of the own body, in order, up to 500. */
MUST err flow_handed(struct db *db, struct arena *a, const struct scope *s, int64_t flow, struct flow_deliveries *out);
/* Those whose office is the scope's body, newest first, up to 500. */
MUST err flow_received(struct db *db, struct arena *a, const struct scope *s, struct flow_deliveries *out);
/* One of either side, with its text. NOTFOUND. */
MUST err flow_delivery(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t id,
    struct flow_delivery *out, str *text);
/* The text of the one before d to the same recipient in the same subject; empty: there is none. */
MUST err flow_delivery_before(struct db *db, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_delivery *d, str *text);
/* All that one recipient of that case was handed, up to and with that delivery, as a file (flow_chain.h); for
 * either side. NOTFOUND. */
MUST err flow_chain_file(
    struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t delivery, struct buf *out);
/* The office's answer: SEEN, ACCEPTED or RETURNED. CONFLICT: it was answered. */
MUST err flow_answer(struct tx *tx, struct arena *a, const struct scope *s, int64_t id, enum flow_receipt answer);

/* ── clocks ── */

/* The same name again: another date, or done. due 0: it no longer runs. */
MUST err flow_clock_set(struct tx *tx, int64_t flow, str name, usec due, usec done);
/* The clock of the own body's cases that runs out first, exercises aside; flow 0: none runs. */
struct flow_soon {
    int64_t flow, number;
    usec due;
};
MUST err flow_soonest(struct db *db, const struct scope *s, const struct flow_kind *kind, struct flow_soon *out);
/* None of them runs: before they are set anew by other rules. */
MUST err flow_clocks_stop(struct tx *tx, int64_t flow);
/* What waits for the scope's body as an office, unopened. */
MUST err flow_waiting(struct db *db, const struct scope *s, int64_t *n);
struct flow_due {
    int64_t flow, clock;
    struct body body;
    int64_t number; /* of the case */
    str name;
    usec due;
    int64_t distance; /* seconds from due at which it is told: -86400 is a day before */
    bool drill;
};
/* Each clock of that kind that has come as near as a distance it was not told of: the nearest of them, once.
 * A worker that was away tells the latest and not those it slept through. */
typedef err flow_due_fn(void *ctx, struct tx *tx, const struct flow_due *d);
MUST err flow_tick(struct tx *tx, struct arena *a, const struct flow_kind *kind, const int64_t *distances, size_t n,
    flow_due_fn *fn, void *ctx);

/* ── how long (flow_keep_store.c) ── */

/* An organisation that holds keys of a case or of what was delivered from it keeps them for so many years after the
 * case was over; then they are destroyed, and with them what it could read. What others hold of the same case goes
 * by their years. */
enum { FLOW_YEARS = 5, FLOW_YEARS_LEAST = 1, FLOW_YEARS_MOST = 30 };
MUST err flow_years(struct db *db, const struct flow_kind *kind, body_id body, int64_t *years);
MUST err flow_years_set(struct tx *tx, const struct scope *s, const struct flow_kind *kind, int64_t years);
usec flow_years_end(usec over, int64_t years); /* when they are over */
struct flow_erased {
    int64_t flow, number;
    body_id body; /* whose keys went */
};
typedef err flow_erased_fn(void *ctx, struct tx *tx, const struct flow_erased *e);
/* Once a day, some at a time, those whose years are over. */
MUST err flow_erase_tick(struct tx *tx, struct arena *a, const struct flow_kind *kind, flow_erased_fn *fn, void *ctx);
/* Before its years are over: of the own body. CONFLICT: it is not over; GONE: it was erased. */
MUST err flow_erase(struct tx *tx, const struct scope *s, const struct flow_kind *kind, const struct flow_case *c);
/* Which of the cases that were delivered from are erased for the scope's body: ids in order. */
struct flow_ids {
    int64_t *v;
    size_t n;
};
MUST err flow_erased_for(struct db *db, struct arena *a, const struct scope *s, struct flow_ids *out);
bool flow_ids_have(const struct flow_ids *ids, int64_t id);

extern const struct module flow_module;

#endif
