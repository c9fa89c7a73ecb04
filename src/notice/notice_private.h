/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of notice. */
#ifndef NOTICE_PRIVATE_H
#define NOTICE_PRIVATE_H

#include "mail/mail.h"
#include "notice/notice.h"

/* notice_model.c: pure */
enum notice_stage { STAGE_NONE, STAGE_BEFORE, STAGE_AFTER };
/* What the calendar calls for on that day: the open day before due until due itself, or from the open day after it
 * on; nothing between. */
enum notice_stage notice_stage_on(jday due, jday today);
jday notice_monday(jday d); /* of its week */
struct notice_asker notice_asker_of(const struct principal *who, const struct notice *n);
/* What was sent, as it is hashed. */
enum { NOTICE_HASH = 32 };
void notice_hash(const struct notice *n, const struct notice_parts *parts, uint8_t out[NOTICE_HASH]);

/* notice_condition.c */
MUST err notice_all_bodies(
    struct db *db, struct arena *a, const struct scope *s, usec now, struct notice_bodies *out);

/* notice_store.c */
MUST err notice_bodies_received(const struct notice_marking *m, int64_t notice);
MUST err notice_check(struct db *db, struct arena *a, struct check_report *report);

/* notice_send_store.c */
MUST err notice_mark_sent(struct tx *tx, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, const uint8_t hash[NOTICE_HASH], int64_t bodies, int64_t *number);
MUST err notice_receipt_add(struct tx *tx, int64_t notice, int64_t body, int64_t readers);
MUST err notice_reader_add(struct tx *tx, int64_t notice, int64_t body, person_id p);

/* notice_send_store.c: reminders, the week */
/* Bodies whose answer is missing; and who alone reads TLP:RED; both by body. */
struct notice_persons {
    struct role_holder *v;
    size_t n;
};
MUST err notice_unanswered(struct db *db, struct arena *a, int64_t notice, struct notice_persons *bodies);
MUST err notice_readers(struct db *db, struct arena *a, int64_t notice, struct notice_persons *out);
MUST err notice_reminder_add(struct tx *tx, int64_t notice, int64_t person, int64_t bodies, int64_t *id);
MUST err notice_due_around(struct db *db, struct arena *a, const struct notice_kind *k, jday today, struct notices *out);
MUST err notice_told_add(struct tx *tx, int64_t notice, enum notice_stage stage, jday due, bool *first);
MUST err notice_week_begin(struct tx *tx, const struct notice_kind *k, jday monday, bool *first);
/* For the summary: of each body what waits and what is new, TLP:RED aside; of each person the same of TLP:RED. */
struct notice_tally {
    int64_t who; /* body or person */
    int64_t waiting, fresh;
};
struct notice_tallies {
    struct notice_tally *v; /* by who */
    size_t n;
};
MUST err notice_tally_bodies(
    struct db *db, struct arena *a, const struct notice_kind *k, usec since, usec oldest, struct notice_tallies *out);
MUST err notice_tally_named(
    struct db *db, struct arena *a, const struct notice_kind *k, usec since, usec oldest, struct notice_tallies *out);
/* Titles sent to that body since, whose TLP lets them stand in a mail. */
MUST err notice_titles(struct db *db, struct arena *a, const struct notice_kind *k, int64_t body, usec since, struct strs *out);
struct notice_quiets {
    int64_t *v; /* persons, rising */
    size_t n;
};
MUST err notice_quiet_all(struct db *db, struct arena *a, const struct notice_kind *k, struct notice_quiets *out);

/* notice_tell.c */
struct notice_telling {
    struct tx *tx;
    const struct notice_kind *kind;
    const struct notice *notice;
    const char *event;  /* of the key: "sent", "remind:12" */
    const char *phrase; /* behind the word: 「が届きました」 */
    bool digest;
};
MUST err notice_tell(const struct notice_telling *t, person_id to);

extern const struct takeout notice_takeouts[];

#endif
