/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of alert. */
#ifndef ALERT_PRIVATE_H
#define ALERT_PRIVATE_H

#include "alert/alert.h"
#include "alert_text.ht.h"

/* alert_kind.c */
struct alert_part {
    const char *key, *label, *help;
    size_t most; /* characters */
    int rows;
};
enum { ALERT_PARTS = 7, ALERT_SUMMARY_LINES = 3 };
extern const struct alert_part alert_parts[ALERT_PARTS];
#define ALERT_IMPORTANCE "importance" /* one more part: a key of these words */
extern const struct word alert_importances[3];
extern const struct notice_kind alert_kind;
/* What is missing before it can be sent, a sentence each; in the arena. */
MUST err alert_problems(struct arena *a, const struct notice *n, const struct notice_parts *parts, int64_t bodies,
    jday today, struct strs *out);
/* 「総務省 第3号」; of a draft 「総務省 下書き」. */
str alert_name(struct arena *a, const struct notice *n);

/* alert_page.c: what an alert says, as everybody reads it. */
MUST err alert_text(struct req *rq, struct db *db, const struct notice *n, struct view_alert_text *out);
/* {notice} of the path, for whoever may read it; for the office that wrote it. */
MUST err alert_of(struct req *rq, struct db *db, struct notice *out);
MUST err alert_own(struct req *rq, struct db *db, struct notice *out);
MUST err alert_audit(struct tx *tx, struct req *rq, const char *action, int64_t notice);
MUST err alert_next(struct req *rq, struct next_step *out);

extern const struct permission alert_p_answer, alert_p_send;
extern const struct route alert_routes[], alert_draft_routes[], alert_office_routes[];
extern const struct call alert_calls[]; /* alert.tick */

#endif
