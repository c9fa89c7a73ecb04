/* SPDX-License-Identifier: Apache-2.0 */
/* Questions, revisions, catalogues and facts: the engine under every questionnaire.
 * A question keeps its id for ever; a changed wording is a new revision with a lineage, so that
 * an answer never changes its meaning (doc/adr/0005-questions-and-facts.md; R2, R5, R11, R24). */
#ifndef FORM_FORM_H
#define FORM_FORM_H

#include "evidence/evidence.h"

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
    /* Asked only where that item of the same catalogue, which stands before it, was answered with
     * one of the values "done,partial", "1,3"; cond_question.v 0: asked of everybody. */
    question_id cond_question;
    str cond_values;
    bool decides; /* another item depends on its answer */
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

struct fact;

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
bool form_answer_has_any(str answer, str values);       /* "1,4" has one of "2,4" */
str form_basis_name(enum basis b); /* "今年の回答" */
str form_basis_key(enum basis b);  /* "declared" */
str form_status_name(str value);   /* "実施済み" of "done"; empty when none */

/* ── conditions: pure ── */

/* Which items these facts make the body answer: a slot of asked per item, as of facts. Only what
 * was said in the occasion itself decides, so that nothing a person has not seen asks or hides. */
void form_asked(const struct catalog *c, const struct fact *facts, bool *asked);

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

/* ── composing: a catalogue of chosen, reworded and new questions ── */

struct question_list {
    struct question *v;
    size_t n;
};
enum { FORM_ITEMS_MAX = 600, FORM_QUESTIONS_MAX = 1500 };

/* Every question with the wording, place and rules it had in the newest catalogue that has it, by
 * area and code, up to FORM_QUESTIONS_MAX. */
MUST err form_question_all(struct db *db, struct arena *a, struct question_list *out);
/* A question without a wording yet, under the next free code of the area: "ORG-N01". A code is
 * never given twice, also when the question is dropped before it was asked. */
MUST err form_question_new(struct tx *tx, struct arena *a, str area, str *code, question_id *out);
/* The revision of q->id that says exactly text, why, type, options, unit and allow_na of q: the one
 * that exists, or a new one. */
MUST err form_rev_put(struct tx *tx, struct arena *a, const struct question *q, int64_t *rev);
/* from 0: a new question. Once for a pair. */
MUST err form_lineage_put(
    struct tx *tx, int64_t from, int64_t to, enum lineage_kind kind, enum carry carry);

struct new_catalog {
    str code, title;
    const struct area *area; /* in their order, at most 16 */
    size_t n_areas;
    const struct question *item; /* in their order, with their revisions */
    size_t n_items;              /* at most FORM_ITEMS_MAX */
};
/* The next number of its code. LIMIT: too many items. */
MUST err form_catalog_add(struct tx *tx, const struct new_catalog *n, catalog_id *out);

/* Options as the table question_rev keeps them: a JSON list of texts. */
void form_options_read(struct arena *a, str json, struct question *q);
str form_options_json(struct arena *a, const struct question *q);

/* How alike two wordings are, in basis points: pairs of neighbouring characters they share, of all
 * they have (Dice), without blanks and punctuation. Pure. */
int64_t form_similarity(str a, str b);
enum { FORM_SIMILAR = 5 };
struct similar {
    const struct question *q;
    int64_t bp;
};
/* The most alike of all, best first, from least basis points on; how many. */
size_t form_similar(const struct question_list *all, str text, question_id except, int64_t least,
    struct similar best[FORM_SIMILAR]);

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
enum question_level form_level_of_key(str key); /* LEVEL_UNKNOWN when there is none */
MUST err form_level_put(struct tx *tx, question_id q, const struct level *l);

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
    int64_t evidence; /* 0: none; of basis measured its source, of another what it was kept against */
    str note;         /* why it was kept */
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
    int64_t organ;     /* 0: 長 */
    int64_t evidence;  /* 0: none */
    str note;
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
