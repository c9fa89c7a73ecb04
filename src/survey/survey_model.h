/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the survey as pure functions on values. */
#ifndef SURVEY_MODEL_H
#define SURVEY_MODEL_H

#include "survey/survey.h"

enum survey_state { SURVEY_OPEN = 1, SURVEY_CLOSED = 2 };
/* 担当 → 課長 → CISO → 提出 → 都道府県の確認 → 受理 (R6). */
enum response_state {
    RESPONSE_NOT_STARTED = 0,
    RESPONSE_DRAFT = 1,
    RESPONSE_SUBMITTED = 2,
    RESPONSE_MANAGER = 3,  /* 課長の確認待ち */
    RESPONSE_CISO = 4,     /* CISOの承認待ち */
    RESPONSE_RETURNED = 5, /* 差戻し: answers may be changed again */
    RESPONSE_CHECKING = 6, /* the office checks it */
    RESPONSE_ACCEPTED = 7  /* 受理 */
};
/* Answers may be changed. */
bool survey_response_is_editable(enum response_state s);
/* Submitted and in force: in the totals, and to be read by the offices entitled to it. */
bool survey_response_is_counted(enum response_state s);

/* How an item stands for the body that answers it. */
enum item_state {
    ITEM_MISSING,  /* nothing, and nothing to carry over */
    ITEM_REASK,    /* last year's answer is shown, this year's is asked for */
    ITEM_CARRIED,  /* 前年度の回答: filled in, waiting for a look */
    ITEM_CONFIRMED,
    ITEM_DECLARED,
    ITEM_MEASURED, /* 測定値: the suggestion of a measurement, taken over */
    ITEM_NOT_ASKED /* 対象外: its condition does not hold; an earlier answer waits behind it */
};

/* What a body before a merger said last year; value empty: nothing. */
struct item_said {
    str who, value;
};

/* One item of a response, with what is known about it. */
struct item {
    const struct question *q;
    struct fact now;   /* this survey's; id 0: none */
    struct fact last;  /* the submitted one of the survey before; id 0: none */
    bool reworded;     /* its wording is not last year's */
    bool fresh;        /* last year's survey did not ask it */
    bool disputed;     /* the bodies merged into this one did not say the same */
    struct item_said *said; /* what each of them said */
    size_t n_said;
    enum item_state state;
};

enum item_state survey_item_state(const struct question *q, const struct fact *now,
    const struct fact *last, bool reworded);
/* The answer shown in the field: this year's, or last year's where it is carried. */
str survey_item_value(const struct item *it);
/* Needs a person: nothing valid for this year yet. */
bool survey_item_is_todo(const struct item *it);
/* May 「前年度から変更なし」 be said: something to carry over, and not answered this year. */
bool survey_item_may_confirm(const struct item *it);
/* Stops a submission. */
bool survey_item_blocks(const struct item *it);
str survey_item_state_name(enum item_state s); /* "前年度の回答" */
str survey_item_state_key(enum item_state s);  /* "carried": class of the badge */

str survey_response_state_name(enum response_state s);
str survey_response_state_key(enum response_state s);

/* Why a body may need help with its survey: from progress and size alone, never from an answer. */
struct standing {
    enum response_state state;
    enum body_class class;
    int64_t staff;       /* people who may answer */
    int64_t done, total;
    int64_t days_left;   /* to the shown deadline; below 0: past */
};
enum standing_need {
    NEED_OVERDUE = 1, /* past the deadline and not submitted */
    NEED_LATE = 2,    /* two weeks or less, and less than half answered */
    NEED_ALONE = 4,   /* one person, or nobody, to answer */
    NEED_SMALL = 8,   /* 町村 */
    NEED_TIME = NEED_OVERDUE | NEED_LATE
};
unsigned survey_needs(const struct standing *s);
str survey_need_name(unsigned need); /* of one bit: 「期限を過ぎた」 */

/* Rows of the cube an answer makes. '#' counts who answered where the options do not: numbers,
 * texts, and beside the options of a multi-select, whose shares are of those who answered it. */
enum { CUBE_CELLS = FORM_OPTIONS + 1 };
struct cube_cell {
    str answer;
    int64_t total;
};
size_t survey_cube_cells(
    const struct question *q, str value, struct cube_cell cells[CUBE_CELLS]);

str survey_area_name(const struct catalog *c, str code);

/* part of n in basis points, rounded to tenths of a percent, as it is shown; 0 for n = 0. */
int64_t survey_share_bp(int64_t part, int64_t n);

#endif
