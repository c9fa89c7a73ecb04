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
#include "store/blob.h"

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
    usec shift; /* of an exercise: its clock is so far ahead; else 0 */
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

/* ── exercises ── */

#define FLOW_DRILL_MOST (400 * USEC_DAY)
/* What the clock of that case says: what is said, handed over and told is dated by it. */
usec flow_now(const struct flow_case *c, usec now);
/* Moves it on. CONFLICT: no exercise, not onwards, or further than FLOW_DRILL_MOST. */
MUST err flow_drill_move(struct tx *tx, struct flow_case *c, usec by);

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
    RECEIPT_RETURNED,    /* the office has a question, which is a message */
    RECEIPT_BY_HAND      /* told outside of this installation, by a person who says so; never of an exercise */
};
extern const struct word flow_receipts[5];

/* What it is beside what went to the same recipient before. */
enum flow_sort {
    SORT_REPORT = 1,
    SORT_CORRECTION, /* what was said before was wrong */
    SORT_WITHDRAWAL  /* what was said before no longer holds */
};
extern const struct word flow_sorts[3];

struct flow_delivery {
    int64_t id, flow;
    str recipient, subject;
    int64_t office;
    int step;
    enum flow_sort sort;
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
/* d: recipient, office, subject, step, sort; the rest is filled. CONFLICT: an exercise never goes to an office. */
MUST err flow_hand(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_case *c, str text, struct flow_delivery *d);
/* Of a case of the own body, in order, up to 500. */
MUST err flow_handed(struct db *db, struct arena *a, const struct scope *s, int64_t flow, struct flow_deliveries *out);
/* Those whose office is the scope's body, newest first, up to 500. */
MUST err flow_received(struct db *db, struct arena *a, const struct scope *s, struct flow_deliveries *out);
/* One of either side, with its text. NOTFOUND. */
MUST err flow_delivery(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t id,
    struct flow_delivery *out, str *text);
/* What a played recipient of an exercise answers: ACCEPTED, or RETURNED with its question. CONFLICT: no exercise. */
MUST err flow_drill_answer(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_case *c,
    const struct flow_delivery *d, enum flow_receipt answer, str question);
/* The text of the one before d to the same recipient in the same subject; empty: there is none. */
MUST err flow_delivery_before(struct db *db, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_delivery *d, str *text);
/* All that one recipient of that case was handed, up to and with that delivery, as a file (flow_chain.h); for
 * either side. NOTFOUND. */
MUST err flow_chain_file(
    struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t delivery, struct buf *out);
/* The office's answer: SEEN, ACCEPTED or RETURNED; after RETURNED it may still be ACCEPTED. NOTFOUND: not of that
 * office; CONFLICT: it was answered. Whoever is called for it is called no longer. */
MUST err flow_answer(struct tx *tx, struct arena *a, const struct scope *s, int64_t id, enum flow_receipt answer);

/* ── questions and answers about what was handed over ── */

struct flow_message {
    int64_t id;
    bool office; /* the office wrote it; else the case's body */
    int64_t person;
    usec at;
    str text;
};
enum { FLOW_MESSAGES = 200 };
struct flow_messages {
    struct flow_message *v;
    size_t n;
};
/* By either side; d as flow_delivery gave it. Sealed with the delivery's key. */
MUST err flow_message_add(
    struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_delivery *d, str text);
/* The oldest first, up to FLOW_MESSAGES. */
MUST err flow_message_all(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t delivery,
    struct flow_messages *out);
/* The same for whoever holds its key. */
MUST err flow_message_list(struct db *db, struct arena *a, const struct flow_key *key, int64_t delivery, struct flow_messages *out);
/* The oldest question to the scope's body that has no answer; 0: none. */
MUST err flow_asked(struct db *db, const struct scope *s, const struct flow_kind *kind, int64_t *flow, int64_t *delivery);

/* ── envelopes: for those without an account, opened with a word that is told by telephone ── */

#define FLOW_ENVELOPE_LASTS (30 * USEC_DAY)
enum { FLOW_WORD = 24 };
struct flow_envelope {
    usec at, ends_at, opened_at; /* at 0: there is none */
};
/* A new one for what was told by hand; the one before opens no more. link: hash of what stands in the link. The word is
 * kept nowhere. CONFLICT: an office of this installation has it. */
MUST err flow_envelope_make(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_delivery *d, struct bytes link, char word[FLOW_WORD]);
bool flow_envelope_is(struct db *db, struct bytes link, usec now);
MUST err flow_envelope_of(struct db *db, int64_t delivery, struct flow_envelope *out);
/* NOTFOUND: no such link, or it has ended; DENIED: not the word. */
MUST err flow_envelope_open(struct db *db, struct arena *a, struct bytes link, str word, usec now, struct flow_delivery *d,
    struct flow_key *key, str *text);
/* SEEN, ACCEPTED, or RETURNED with a question. CONFLICT: it was answered. */
MUST err flow_envelope_answer(struct tx *tx, struct arena *a, const struct flow_key *key, const struct flow_delivery *d,
    enum flow_receipt answer, str question);

/* ── calling the people on duty (R57) ── */

#define FLOW_CALL_EVERY (5 * USEC_MINUTE)
#define FLOW_CALL_NEXT (15 * USEC_MINUTE) /* after it the next person is called too */
/* In the order they are called. */
MUST err flow_duty_of(struct db *db, int64_t office, struct person_ids *out);
MUST err flow_duty_set(struct tx *tx, int64_t office, const struct person_ids *people);
/* From now on, until flow_answer or flow_call_end. */
MUST err flow_call_begin(struct tx *tx, const struct flow_delivery *d);
MUST err flow_call_end(struct tx *tx, int64_t delivery);
struct flow_call {
    int64_t delivery, office;
    str name;        /* of the office; of flow_calling alone */
    usec began_at;
    int64_t calls;   /* so far; in the function the one that is made */
    int64_t minutes; /* since it began, in the function */
};
struct flow_calls {
    struct flow_call *v;
    size_t n;
};
/* One person who is to be called now; without a duty list, everybody who receives for the office. A worker that was
 * away calls once and does not make up for what it slept through. */
typedef err flow_call_fn(void *ctx, struct tx *tx, const struct flow_call *c, person_id who);
MUST err flow_call_tick(struct tx *tx, struct arena *a, flow_call_fn *fn, void *ctx);
/* Calls that go on, of the own office; of all below for a prefecture and the nation. */
MUST err flow_calling(struct db *db, struct arena *a, const struct scope *s, struct flow_calls *out);

/* ── files of a case: by the hash of their content, with the list of who had them in hands ── */

/* Neither content nor name lies open anywhere but in the nameless file of an upload (store/blob.h), which no backup
 * takes. */
enum { FLOW_FILES = 50, FLOW_CUSTODY = 200 };

/* Content that was sealed, and is not yet a file of a case. */
struct flow_content {
    struct blob blob; /* of what is sealed */
    uint8_t hash[BLOB_HASH], key[SEAL_KEY]; /* of the content; wipe it with flow_content_done */
    int64_t size;
};
void flow_content_done(struct flow_content *c);

/* Reads the content from the source, seals it into the blobs. Slow. FULL, IO. */
typedef err flow_read(void *ctx, int64_t from, void *p, size_t n, size_t *got);
MUST err flow_content_seal(str folder, flow_read *source, void *ctx, struct flow_content *out);

struct flow_file {
    int64_t id, size, person;
    usec at;
    str name, note;
    uint8_t hash[BLOB_HASH];
    struct blob blob;
    uint8_t key[SEAL_KEY];
};
struct flow_files {
    struct flow_file *v;
    size_t n;
};
/* LIMIT: there are FLOW_FILES. */
MUST err flow_file_add(struct tx *tx, struct arena *a, const struct flow_key *k, const struct flow_case *c, int64_t person,
    const struct flow_content *content, str name, str note, int64_t *id);
/* The oldest first. */
MUST err flow_file_all(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct flow_files *out);
MUST err flow_file_get(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, int64_t id, struct flow_file *out);
MUST err flow_file_count(struct db *db, int64_t flow, int64_t *n);
/* The content, opened into a nameless file of the folder, and held to its hash. The caller closes *fd. INVALID: damaged. */
MUST err flow_file_open(str folder, const struct flow_file *f, int *fd);

/* Who had it: "handed", to whom, why. */
MUST err flow_custody_say(struct tx *tx, struct arena *a, const struct flow_key *k, int64_t file, int64_t person, str text);
/* The oldest first, up to FLOW_CUSTODY. */
struct flow_custody {
    int64_t person;
    usec at;
    str text;
};
struct flow_custodies {
    struct flow_custody *v;
    size_t n;
};
MUST err flow_custody_all(struct db *db, struct arena *a, const struct flow_key *k, int64_t file, struct flow_custodies *out);

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
