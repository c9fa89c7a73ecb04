/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: who was refused, who saw whose data, who took a file of it. Appended by the web
 * framework alone, before the reply; kept for a number of days, and bounded. What was seen or taken
 * is also a row of the audit trail, which is never shortened: once per person, object and day. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/db.h"

enum journal_kind {
    JOURNAL_NONE = 0,
    JOURNAL_SEEN = 1,   /* data of another organisation was shown */
    JOURNAL_EXPORT = 2, /* a table was taken as a file */
    JOURNAL_DENIED = 3
};

struct journal_entry {
    int64_t person, org;
    enum journal_kind kind;
    str object;   /* for people: "令和8年度の調査：回答" */
    str address;  /* for the trail, which never forgets: no names, only numbers */
    int64_t body; /* whose data; 0: not one body's */
};

/* Kept 400 days, or what the setting "journal_days" says. */
enum { JOURNAL_DAYS = 400, JOURNAL_DENIED_A_DAY = 1000 };

/* The same person, kind, object and JST day: one row that counts. Of refusals only the first
 * JOURNAL_DENIED_A_DAY objects of a person and a day. Removes some of what is too old. */
MUST err journal_add(struct tx *tx, const struct journal_entry *e);
/* Removes up to most rows that are too old; *n: how many. */
MUST err journal_prune(struct tx *tx, int64_t most, int64_t *n);

#endif
