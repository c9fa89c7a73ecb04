/* SPDX-License-Identifier: Apache-2.0 */
/* How a pack looks inside, for the files incident_rule*.c alone. */
#ifndef INCIDENT_INCIDENT_RULE_PRIVATE_H
#define INCIDENT_INCIDENT_RULE_PRIVATE_H

#include "incident/incident_rule.h"

enum {
    RULE_RULES = 200,
    RULE_RECIPIENTS = 100,
    RULE_PACK_BYTES = 1 << 20,
    RULE_DEPTH = 16,      /* of a condition */
    RULE_PARTS = 32,      /* of "all" and "any" */
    RULE_CHOICES = 32,    /* of a question, as bits */
    RULE_OPEN_DAYS = 400, /* of a step, at most; with room for closed days it stays bounded */
    RULE_NUMBER_MOST = 3650,
    RULE_WORDS = 1 << 18  /* of one reason or derivation */
};

enum condition_op {
    CONDITION_ALL,
    CONDITION_ANY,
    CONDITION_NOT,
    CONDITION_SURE,      /* suspected is enough */
    CONDITION_CONFIRMED, /* YES only when confirmed, else NO: what frees of a duty must be certain */
    CONDITION_HAS,       /* any of the choices */
    CONDITION_OVER
};
struct condition {
    enum condition_op op;
    struct condition **part; /* ALL, ANY; NOT: one */
    size_t n;
    int question;            /* the others */
    uint32_t choices;        /* by place in the table of the question */
    int64_t over;
};

struct rule_period {
    enum rule_unit unit;
    int n;         /* hours, days; of SOON the later end of its soft range, 0: none */
    int soft_from; /* the earlier end */
};
/* When a step is due. */
struct rule_clock {
    int start;     /* a question of a time; -1: after a step */
    str after;     /* rule of that step */
    enum rule_step_kind after_kind;
    struct rule_period period;
    enum rule_first first;
    enum rule_roll roll;
    const struct condition *when; /* then this other period; NULL: there is none */
    struct rule_period other;
};
struct rule_step {
    enum rule_step_kind kind;
    struct rule_clock clock;
};

/* A rule with what only deriving needs; the public part comes first. */
struct rule_inner {
    struct rule r;
    const struct condition *when;
    struct rule_step step[RULE_STEPS];
    size_t n_steps;
};
struct rule_pack {
    str name, version;
    jday from; /* the pack says something from this day */
    struct rule_recipient *recipient;
    size_t n_recipients;
    struct rule_inner *rule;
    const struct rule **list; /* the public parts, in order */
    size_t n;
};

/* Truths that are possible, as bits: so that one evaluation serves both what is known (one bit) and
 * what is not decided yet (several). */
enum { CAN_NO = 1 << RULE_NO, CAN_OPEN = 1 << RULE_OPEN, CAN_YES = 1 << RULE_YES, CAN_ANY = CAN_NO | CAN_OPEN | CAN_YES };

/* decided: bits of the questions whose facts count; of the others everything is possible. */
unsigned rule_condition_can(const struct condition *c, const struct incident_facts *f, uint64_t decided);
enum rule_truth rule_condition_truth(const struct condition *c, const struct incident_facts *f);
/* What was written, into the arena; the arena fails when it was cut off. */
str rule_said(struct arena *a, const struct buf *b);
/* Why it is so, in words: the parts that decide; of OPEN the questions, 「個人番号」「本人の数」. */
str rule_condition_why(struct arena *a, const struct condition *c, const struct incident_facts *f, enum rule_truth truth);
/* "kind=ransomware malware", as the table of questions has it: its question, and the choices as bits
 * (0: it needs to be suspected). */
void rule_only(const char *only, int *question, uint32_t *choices);

/* One step: when, and how that was counted. start: 0 while it is not known. */
struct rule_due rule_clock_due(struct arena *a, const struct rule_clock *c, const struct incident_facts *f, usec start);
/* 「速やかに（3〜5日が目安）」 「30日」, and names of choices without what stands in brackets behind them. */
void rule_period_put(struct buf *b, const struct rule_period *p);
void rule_choices_put(struct buf *b, const struct incident_question *q, uint32_t choices);
/* rule_pack_prove with its own limit on what is looked at. */
MUST err rule_pack_prove_within(struct arena *a, const struct rule_pack *p, int64_t visits, struct rule_census *out,
    struct rule_problem *why);
bool rule_in_force(const struct rule *r, jday d);

#endif
