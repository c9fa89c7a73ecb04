/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: what instruments measure, beside which the survey shows what is declared. A module
 * exports measures in its descriptor (web/measure.h); a catalogue says by data which control uses
 * which and what a value suggests; every result is kept as a row that is never changed (R13,
 * doc/adr/0016-evidence.md). */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include "org/org.h"

/* ── rules: pure ── */

/* A rule is clauses with commas between; the first one that fits says the answer:
 *     rule   = clause *(", " clause) ", else " answer
 *     clause = (">=" | "<=" | ">" | "<" | "=") number answer | "absent" answer
 *     answer = "done" | "partial" | "none" | "-"
 * "absent" is for nothing to measure, which no number fits; "-" suggests nothing. */
enum rule_op { RULE_GE, RULE_LE, RULE_GT, RULE_LT, RULE_EQ, RULE_ABSENT, RULE_ELSE };
enum { RULE_CLAUSES = 8, RULE_TEXT = 200, RULE_NUMBER = 999999999 };

struct rule_clause {
    enum rule_op op;
    int64_t limit;
    str answer; /* static; empty for "-" */
};

struct evidence_rule {
    struct rule_clause clause[RULE_CLAUSES];
    size_t n;
};

/* INVALID: not this language, longer than RULE_TEXT, without an end, or with a clause that can
 * never speak. */
MUST err evidence_rule_parse(str text, struct evidence_rule *out);
/* Its one spelling. */
void evidence_rule_put(struct buf *b, const struct evidence_rule *r);
/* "done", "partial", "none", or empty: nothing is suggested. */
str evidence_rule_answer(const struct evidence_rule *r, struct measured value);

/* ── rows ── */

enum { EVIDENCE_FRESH_DAYS = 7 };

struct evidence {
    int64_t id;
    str question;             /* code */
    const struct measure *measure;
    struct measured value;
    usec at;
    str source;               /* path of the page with its rows */
    str suggests;             /* by the catalogue's rule; empty: nothing */
};

struct evidence_list {
    struct evidence *v;
    size_t n;
};

/* As it stands in a row: the empty text is a measurement, too, that found nothing to measure. */
struct measured evidence_value_parse(str text);
/* Measured not longer ago than EVIDENCE_FRESH_DAYS: an older one is shown, but speaks no more. */
bool evidence_is_fresh(usec at, usec now);
/* "3人", "なし" when nothing could be measured. */
str evidence_value_text(struct arena *a, const struct measure *m, struct measured value);

/* A measure of any module; NULL when no module has it. */
const struct measure *evidence_measure_find(str name);
/* For publishing a catalogue. INVALID: an unknown measure, or a rule that evidence_rule_parse
 * refuses. */
MUST err evidence_rule_add(struct tx *tx, int64_t catalog, str question, str measure, str rule);
/* The rules of a control in one catalogue, for another that asks it in the same words. */
MUST err evidence_rule_copy(struct tx *tx, int64_t from, int64_t to, str question);
/* The newest row of every question and measure that the catalogue uses, by question. horizon: only
 * rows up to this id, 0: all. Of another body only with a horizon (DENIED), and inside the scope. */
MUST err evidence_all(struct db *db, struct arena *a, const struct scope *s, body_id body,
    int64_t catalog, int64_t horizon, struct evidence_list *out);

/* Measures now, and adds a row for each control that uses m where the newest differs or is a day
 * old. The one way a row comes into being. */
MUST err evidence_take(struct tx *tx, struct arena *a, int64_t body, const struct measure *m);
/* Every measure of every module. */
MUST err evidence_take_all(struct tx *tx, struct arena *a, int64_t body);

extern const struct module evidence_module;

#endif
