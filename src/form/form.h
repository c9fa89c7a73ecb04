/* SPDX-License-Identifier: Apache-2.0 */
/* Questions, revisions, catalogues and facts: the engine under every questionnaire.
 * A question keeps its id for ever; a changed wording is a new revision with a lineage, so that
 * an answer never changes its meaning (doc/adr/0005-questions-and-facts.md; R2, R5, R11, R24). */
#ifndef FORM_FORM_H
#define FORM_FORM_H

#include "org/org.h"

typedef struct question_id {
    int64_t v;
} question_id;

typedef struct catalog_id {
    int64_t v; /* of a catalogue revision */
} catalog_id;

enum answer_type {
    ANSWER_STATUS = 1,  /* done | partial | none | na */
    ANSWER_CHOICE = 2,  /* number of one option, from 1 */
    ANSWER_MULTI = 3,   /* numbers of options, rising, "1,4" */
    ANSWER_NUMBER = 4,  /* whole number from 0 */
    ANSWER_PERCENT = 5, /* 0..100 with one decimal, "95.3" */
    ANSWER_DATE = 6,    /* 2026-11-20 */
    ANSWER_URL = 7,
    ANSWER_TEXT = 8     /* at most FORM_TEXT_MAX characters */
};

enum { FORM_TEXT_MAX = 2000, FORM_OPTIONS = 24 };

enum carry { CARRY_NEVER = 0, CARRY_REASK = 1, CARRY_CONFIRM = 2, CARRY_AUTO = 3 };

/* Where an answer comes from: different things in the data and on the screen. */
enum basis {
    BASIS_DECLARED = 1,  /* 今年の回答 */
    BASIS_CONFIRMED = 2, /* 確認済み: said again this year to be unchanged */
    BASIS_MEASURED = 3,  /* 測定値 */
    BASIS_INHERITED = 4, /* from another survey or organisation */
    BASIS_CARRIED = 5    /* 前年度の回答, not looked at */
};

enum lineage_kind {
    LINEAGE_SAME = 1,
    LINEAGE_WORDING = 2,
    LINEAGE_NARROWED = 3,
    LINEAGE_WIDENED = 4,
    LINEAGE_SPLIT = 5,
    LINEAGE_MERGED = 6,
    LINEAGE_DROPPED = 7,
    LINEAGE_NEW = 8
};

struct question {
    question_id id;
    int64_t rev;
    str code, text, why;
    enum answer_type type;
    str option[FORM_OPTIONS];
    size_t n_options;
    str unit;
    bool allow_na;
    /* its place in a catalogue */
    int64_t position;
    str area, subarea, shared_with;
    bool essential, pending;
    enum carry carry;
};

struct area {
    str code, name;
};

struct catalog {
    catalog_id id;
    str title;
    struct area area[16];
    size_t n_areas;
    struct question *item; /* in order */
    const struct question **by_id; /* the same, by rising id */
    size_t n_items;
};

/* Item by code; NULL when the catalogue does not have it. */
const struct question *form_item(const struct catalog *c, str code);
const struct question *form_item_by_id(const struct catalog *c, question_id id);
bool form_counts(const struct question *q); /* in progress and totals: not pending */

/* ── answers: pure ── */

/* What was typed, made canonical. Empty input gives the empty answer, which is valid.
 * INVALID with *why: what to do, in Japanese (static or in the arena). */
MUST err form_answer_parse(
    struct arena *a, const struct question *q, const struct strs *typed, str *out, str *why);
/* The canonical answer for people: "実施済み", "1,234人", "令和8年11月20日（金）". */
void form_answer_put(struct buf *b, const struct question *q, str answer);
str form_answer_text(struct arena *a, const struct question *q, str answer);
bool form_answer_has_option(str answer, size_t option); /* of multi and choice */
str form_basis_name(enum basis b); /* "今年の回答" */
str form_basis_key(enum basis b);  /* "declared" */
str form_status_name(str value);   /* "実施済み" of "done"; empty when none */

/* ── catalogues ── */

/* Loads a revision, from the connection's cache once loaded: revisions are immutable. The result
 * lives as long as the connection. */
MUST err form_catalog_get(struct db *db, catalog_id id, const struct catalog **out);
/* The newest revision of a catalogue. NOTFOUND: none yet. */
MUST err form_catalog_newest(struct db *db, str code, catalog_id *out);
/* Publishes the embedded catalogue as it stood in a fiscal year: new questions, revisions where
 * the wording changed, lineage from the revision before. */
MUST err form_catalog_publish(struct tx *tx, struct arena *a, int fiscal_year, catalog_id *out);
extern const char form_catalog_code[];

struct rate {
    bool known;
    int64_t bp;
    jday as_of;
    str measured_item, source;
};
MUST err form_rate_get(struct db *db, struct arena *a, question_id q, str option, struct rate *out);
/* How far a question binds (R25). */
enum question_level { LEVEL_UNKNOWN, LEVEL_BINDING, LEVEL_ADVISORY, LEVEL_PENDING, LEVEL_NONE };
struct level {
    enum question_level level;
    str law; /* where it says so, for people */
};
/* LEVEL_UNKNOWN for a question nobody has classed. */
MUST err form_level_get(struct db *db, struct arena *a, question_id q, struct level *out);
str form_level_name(enum question_level l); /* "義務（省令の案）" */
str form_level_key(enum question_level l);  /* "binding" */

struct rate_list {
    struct question_rate {
        question_id question;
        int64_t bp;
    } *v;
    size_t n;
};
/* Rates of 実施済み for all questions that have one. */
MUST err form_rate_all(struct db *db, struct arena *a, struct rate_list *out);

/* ── facts ── */

struct fact {
    int64_t id; /* 0: no answer */
    question_id question;
    str value;
    enum basis basis;
    int64_t person;
    usec at;
};

struct new_fact {
    body_id body;
    question_id question;
    int64_t question_rev;
    int64_t occasion;
    str value;
    enum basis basis;
    int64_t person;
    int64_t from_fact; /* 0: none */
};
MUST err form_fact_add(struct tx *tx, const struct new_fact *f, int64_t *id);
/* The newest fact of a question in an occasion, up to horizon (0: no limit). */
MUST err form_fact_newest(struct db *db, struct arena *a, const struct scope *s, int64_t occasion,
    body_id body, question_id q, int64_t horizon, struct fact *out);
/* The newest of every question: one slot per item of the catalogue, in its order. */
MUST err form_fact_all(struct db *db, struct arena *a, const struct scope *s, int64_t occasion,
    body_id body, int64_t horizon, const struct catalog *c, struct fact *slots);

struct fact_list {
    struct fact *v;
    size_t n;
};
/* Every fact of a question in an occasion, newest first, up to 100. Own body only. */
MUST err form_fact_history(struct db *db, struct arena *a, const struct scope *s,
    int64_t occasion, body_id body, question_id q, struct fact_list *out);

extern const struct module form_module;

#endif
