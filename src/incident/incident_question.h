/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of plain questions about an incident: facts are stated once, as answers to them, and every
 * form, rule and figure is derived from these (R54, R55, R67). A key is for ever: what was stored
 * under it keeps its meaning; a question that is dropped is marked, not removed. */
#ifndef INCIDENT_INCIDENT_QUESTION_H
#define INCIDENT_INCIDENT_QUESTION_H

#include "core/jtime.h"
#include "core/word.h"

/* How sure it is. 法 speaks of 「おそれ」, so suspected is a value and no note (個人情報保護法26条・68条). */
enum incident_sure {
    SURE_UNKNOWN = 0, /* nobody has said anything, or 「分からない」 was said */
    SURE_NONE,        /* it is not so */
    SURE_SUSPECTED,   /* おそれ */
    SURE_CONFIRMED
};
extern const struct word incident_sures[4];

enum incident_reply_type {
    REPLY_SURE,   /* how sure alone */
    REPLY_ONE,    /* the key of one choice */
    REPLY_MANY,   /* keys of choices, in the order of the table, a space between */
    REPLY_NUMBER, /* digits; estimate or actual */
    REPLY_TIME,   /* an instant */
    REPLY_TEXT    /* free: few, for words cannot be counted or carried over */
};

enum incident_part {
    PART_WHAT = 1, /* 何が起きたか */
    PART_NOW,      /* いまの状態 */
    PART_PERSONAL, /* 個人情報 */
    PART_ATTACK,   /* 攻撃のこと */
    PART_RESPONSE, /* 対応と相談 */
    PART_PARTS = PART_RESPONSE
};
extern const struct word incident_parts[5];

struct incident_question {
    const char *key;   /* "personal.number" */
    enum incident_part part;
    enum incident_reply_type type;
    const char *label; /* 「個人番号が含まれますか」 */
    const char *name;  /* in reasons and forms: 「個人番号」 */
    const char *help;  /* or NULL */
    const struct word *choices;
    size_t n_choices;
    /* Asked only when that question is suspected or confirmed, or has one of these choices
     * ("kind=ransomware malware"); NULL: always. What is not asked counts as what was said of it. */
    const char *only;
    bool first;        /* belongs to the first report: asked before the rest */
};
extern const struct incident_question incident_questions[]; /* incident_question_list.h */
extern const size_t incident_questions_n;

/* Their numbers: Q_kind, Q_personal_number … */
#define Q(id, ...) Q_##id,
enum incident_number {
#include "incident/incident_question_list.h"
    INCIDENT_QUESTIONS
};
#undef Q

/* Number of the question; -1: there is none. */
int incident_question_of(str key);

/* What is known of one question. A choice or number that was said is SUSPECTED or CONFIRMED beside
 * its value; without a value only how sure counts. */
struct incident_known {
    enum incident_sure sure;
    str value;      /* of REPLY_ONE, REPLY_MANY, REPLY_TEXT */
    int64_t number; /* of REPLY_NUMBER */
    usec time;      /* of REPLY_TIME */
    bool estimate;  /* of REPLY_NUMBER: not counted yet */
    usec at;        /* when it was said; 0: never */
    int64_t by;     /* person; 0: the program, as source says */
    str source;     /* "darknet:4400": the alert it was taken from; empty: it was typed */
};
struct incident_facts {
    struct incident_known known[INCIDENT_QUESTIONS]; /* by number of the question */
};

/* Is the question to be asked, as far as is known. */
bool incident_is_asked(const struct incident_facts *f, size_t question);
bool incident_has_choice(const struct incident_known *k, str choice);
/* 「ランサムウェア（暗号化・脅迫）、委託先の事故」 of the keys of Q_kind; empty for none. */
str incident_kinds_text(struct arena *a, str kinds);
str incident_causes_text(struct arena *a, str causes); /* likewise, of the question vector */
/* 「おそれがある」 「ランサムウェア、情報の公開」 「約3,000人」: for reasons and forms. */
str incident_answer_text(struct arena *a, size_t question, const struct incident_known *k);

#endif
