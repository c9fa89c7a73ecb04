/* SPDX-License-Identifier: Apache-2.0 */
/* Obligations: who must be told by when, and why. Rules are dated data (a pack, JSON), never code: law,
 * article, the time they are in force, a condition over facts, a recipient, and steps with clocks that
 * carry their own convention of counting. What is derived says how, in words (R54, R64, R65).
 *
 * A condition has three values, for a question nobody could answer yet decides nothing: YES as soon as it is
 * suspected (おそれ), NO when it is not so, OPEN in between (Kleene). Where conventions are disputed
 * the earliest reading is shown. */
#ifndef INCIDENT_INCIDENT_RULE_H
#define INCIDENT_INCIDENT_RULE_H

#include "incident/incident_question.h"

enum rule_truth { RULE_NO, RULE_OPEN, RULE_YES };
enum rule_mark { MARK_VERIFIED, MARK_SECOND_HAND, MARK_UNVERIFIED }; /* how well its text is known */
enum rule_unit {
    UNIT_AT_ONCE,      /* 直ちに: due when it begins */
    UNIT_SOON,         /* 速やかに, without a number */
    UNIT_HOUR,
    UNIT_DAY,          /* calendar days */
    UNIT_OPEN_DAY      /* 開庁日: no Saturday, Sunday, holiday, 12/29–1/3 (行政機関の休日に関する法律1条) */
};
enum rule_first { FIRST_COUNTS, FIRST_NOT, FIRST_DISPUTED }; /* is the day it begins day 1; 民法140条: not */
enum rule_roll { ROLL_NONE, ROLL_NEXT_OPEN, ROLL_DISPUTED }; /* when it ends on a day that is not open */
enum rule_step_kind { STEP_FIRST = 1 /* 速報 */, STEP_INTERIM /* 中間 */, STEP_FINAL /* 確報 */, STEP_PERSONS /* 本人通知 */ };
extern const struct word rule_step_kinds[4], rule_units[5], rule_marks[3];

struct rule_recipient {
    str key;     /* "ppc" */
    str name;    /* 「個人情報保護委員会」 */
    str via;     /* key of whom it goes through, 「都道府県」 for 総務省; empty */
    str contact; /* where it takes reports, as its own papers say; empty */
};

struct rule_pack; /* made by rule_pack_read, lives in its arena */
struct rule {
    str id, law, article, version;
    jday from, to;       /* in force from, and before; DAY_NONE: open */
    enum rule_mark mark;
    str source, note;
    const struct rule_recipient *recipient;
    str form;            /* the view it is reported in; "" : any */
    bool voluntary;      /* nothing obliges: 「相談できます」 */
    int line;            /* of the pack's text */
};

/* One step of an obligation, as it stands now. */
struct rule_due {
    enum rule_step_kind kind;
    usec due;      /* 0: not running yet, or without a number */
    usec from;     /* of a soft range (3–5日): its earliest end; 0 otherwise */
    bool disputed; /* other readings end later */
    str text;      /* the derivation: 「11月20日（金）を1日目として30日目は12月19日（土）。…」 */
};
enum { RULE_STEPS = 4 };
struct obligation {
    const struct rule *rule;
    enum rule_truth truth;
    str why;       /* 「個人番号：おそれがある」 ; of NO: why not; of OPEN: 「個人番号」「本人の数」に答えると決まります */
    struct rule_due step[RULE_STEPS];
    size_t n_steps;
};
struct obligations {
    struct obligation *v;
    size_t n;
};

/* What was wrong with a pack, and where. */
struct rule_problem {
    int line; /* from 1; 0: of the whole */
    str text; /* in Japanese: what to do */
};

/* INVALID, with why: not JSON, an unknown key, question, choice, recipient or form, a step that waits for itself,
 * times that contradict, two rules of one id in force together. NOMEM. */
MUST err rule_pack_read(struct arena *a, str json, struct rule_pack **out, struct rule_problem *why);
str rule_pack_name(const struct rule_pack *p);
str rule_pack_version(const struct rule_pack *p);
size_t rule_pack_rules(const struct rule_pack *p, const struct rule *const **out);
jday rule_pack_from(const struct rule_pack *p); /* it claims to be whole from this day; DAY_NONE: always */
str rule_pack_shipped(void); /* the text of data/rules/jp.json, which the program carries */
const struct rule_recipient *rule_pack_recipients(const struct rule_pack *p, size_t *n);
const struct rule_recipient *rule_pack_recipient(const struct rule_pack *p, str key); /* NULL: none */

/* A rule of a pack in words, for who has to trust it: 「個人情報の漏えい等がある かつ 起きた所が「病院・診療所、大学」のどれか …」,
 * and 「速報：速やかに（3〜5日が目安）、確報：30日（不正の目的があるなら、60日）」. */
str rule_when_text(struct arena *a, const struct rule *r);
str rule_steps_text(struct arena *a, const struct rule *r);

/* When a step was done: what later steps may begin at. */
struct rule_done {
    str rule; /* id */
    enum rule_step_kind kind;
    usec at;
};

/* incident_view.c: a form that a rule may name. */
bool incident_view_is_known(str key);

/* All rules in force on the day the incident was known of (or today, while that is unknown), in the
 * order of the pack. Takes less than a millisecond and touches no database. */
MUST err rule_derive(struct arena *a, const struct rule_pack *p, const struct incident_facts *f,
    const struct rule_done *done, size_t n_done, usec now, struct obligations *out);

/* Enumerates what the facts that rules speak of can be, taken as far apart as rules can tell, for each span
 * of time with the same rules. Proves: whoever suspects a breach of personal data has an owner and a recipient
 * with a clock, whatever else is not known yet; each rule can be met and can be not met. INVALID with the
 * first state that is a hole, in words. LIMIT: too much to look at. */
struct rule_census {
    int64_t states;   /* that can be reached by answering, of all times with the same rules; INT64_MAX: at least */
    int64_t breaches; /* of these, with a suspected breach */
    int64_t visited;  /* what had to be looked at: the rest was decided before */
    size_t times;     /* spans of time with the same rules, from the day the pack claims to be whole */
};
MUST err rule_pack_prove(struct arena *a, const struct rule_pack *p, struct rule_census *out, struct rule_problem *why);

#endif
