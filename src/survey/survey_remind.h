/* SPDX-License-Identifier: Apache-2.0 */
/* Reminders before the three dates of a survey, the one somebody sends by hand, and the mail to
 * the person whose step opens. Who that is follows from the state of the response alone. */
#ifndef SURVEY_REMIND_H
#define SURVEY_REMIND_H

#include "mail/mail.h"
#include "survey/survey_private.h"

/* ── the rules, pure ── */

enum remind_date { REMIND_SHOWN = 1, REMIND_SUBMISSION = 2, REMIND_CORRECTION = 3 };

struct remind_due {
    enum remind_date date;
    jday day;  /* the date itself: it means 24:00 JST of that day */
    int days;  /* 14, 7, 3, 1 or 0 */
};
/* What is due on that day: 0 to 3 rows. A day that was missed is not due later. */
size_t survey_remind_due(const struct survey *s, jday today, struct remind_due out[3]);
/* Whether a response is reminded of this date. correcting: the office sent it back, so that only
 * the last one holds; what waits at the office is told of once no more is submitted. */
bool survey_remind_concerns(const struct survey *s, const struct remind_due *due,
    enum response_state state, bool correcting);

/* What there is to do in a state, for whose turn it is. */
struct remind_step {
    enum response_state state;
    str who;           /* "担当者" */
    str doing;         /* what is to be done, a sentence */
    str page;          /* behind /surveys/{id} */
    str opens;         /* title of the mail when the step opens; empty: no mail */
    bool gathers;      /* that mail may wait for the morning: many bodies come to one person */
    bool stamped;      /* it carries the head of the body's trail: a witness in other hands */
};
const struct remind_step *survey_remind_step(enum response_state state); /* never NULL */
/* Whose turn it is (of org.h; ROLE_PREF: at the prefecture of the body; 0: nobody's) for a body of
 * that class: nobody checks itself, so what a prefecture gave is the nation's to check. */
uint32_t survey_remind_role(const struct remind_step *step, enum body_class class);

/* ── statements ── */

struct remind_row {
    body_id body;
    int64_t pref;
    enum body_class class;
    str name;
    enum response_state state;
    bool correcting;
};
struct remind_rows {
    struct remind_row *v;
    size_t n;
};
/* All responses of a survey, by prefecture and code: for the regular reminders, which tell each
 * body only of itself and each prefecture only of its own. */
MUST err survey_remind_rows(
    struct db *db, struct arena *a, survey_id id, struct remind_rows *out);
/* False: that day's reminders are queued already. */
MUST err survey_remind_day_begin(struct tx *tx, survey_id id, jday day, bool *first);
/* CONFLICT: one was sent to this body today. */
MUST err survey_reminder_add(
    struct tx *tx, survey_id id, body_id body, jday day, int64_t person);

/* When the bodies in the scope were last reminded by hand: for the board. */
struct reminded {
    body_id body;
    int64_t person;
    usec at;
    jday day;
};
struct reminded_list {
    struct reminded *v; /* by body */
    size_t n;
};
MUST err survey_reminded_all(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    struct reminded_list *out);
/* NULL: never. */
const struct reminded *survey_reminded_of(const struct reminded_list *list, body_id body);
/* NOTFOUND: never, or outside the scope. */
MUST err survey_reminded_last(struct db *db, const struct scope *s, survey_id id, body_id body,
    struct reminded *out);

/* ── mails ── */

/* Tells the people whose step a state opens: called in the transaction that moves the response,
 * after its row was changed. Who moved it is not told. */
MUST err survey_notify_step(
    const struct writing *w, survey_id id, body_id body, enum response_state to);

extern const struct call survey_calls[]; /* survey.tick */
extern const struct route survey_remind_routes[];

#endif
