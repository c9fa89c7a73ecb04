/* SPDX-License-Identifier: Apache-2.0 */
/* A message of an office to an audience: written as a draft, sent once, read by those its TLP names,
 * acknowledged by each body it was sent to. Features give what it says (parts), to whom it may be addressed
 * (conditions) and its words; none of theirs stands here.
 *
 * Whom it was sent to is resolved when it is sent, and is a fact from then on. What was sent is not changed:
 * it is corrected or withdrawn by another one. TLP is enforced by who can read: FIRST, Traffic Light Protocol
 * (TLP) version 2.0, 2022; doc/adr/0034-notices.md. */
#ifndef NOTICE_NOTICE_H
#define NOTICE_NOTICE_H

#include "core/holiday.h"
#include "core/word.h"
#include "org/org.h"

/* ── TLP: who may read ── */

enum tlp { TLP_NONE, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED }; /* rising: to fewer */
struct notice_tlp {
    enum tlp tlp;
    str key, name;       /* "amber-strict", "TLP:AMBER+STRICT", as FIRST writes it in every language */
    str reach;           /* Japanese: who reads it here */
    str beyond;          /* Japanese: to whom a reader may pass it on */
    uint32_t roles;      /* one of them is needed to read; 0: everybody who is signed in */
    bool addressed;      /* only in bodies it was sent to */
    bool named;          /* only persons who held one of the roles when it was sent */
    bool title_in_mail;  /* the title may stand in a mail */
    bool forwards;       /* a prefecture that got it may pass it on to its bodies */
};
enum { TLPS = 5 };
extern const struct notice_tlp notice_tlps[TLPS]; /* from CLEAR */
const struct notice_tlp *notice_tlp_of(enum tlp t);   /* never NULL: of TLP_NONE the row of RED, without words */
enum tlp notice_tlp_of_key(str key);                  /* TLP_NONE: there is no such */

/* Who asks, as far as that decides. */
struct notice_asker {
    uint32_t roles;
    bool source;    /* works for the office that wrote it, and may write */
    bool addressed; /* it was sent to the own body */
    bool named;     /* it was sent to this person */
};
bool notice_may_read(enum tlp t, const struct notice_asker *q);
/* May what came with one TLP go out again with another: never wider. */
bool notice_may_forward(enum tlp got, enum tlp wanted);

/* ── words ── */

enum notice_state { NOTICE_DRAFT = 1, NOTICE_SENT };
enum notice_urgency { URGENCY_NOW = 1, URGENCY_DAY, URGENCY_USUAL, URGENCY_INFO };
extern const struct word notice_urgencies[4];
enum notice_answer { ACK_NONE, ACK_APPLIES, ACK_NOT, ACK_CHECKING };
extern const struct word notice_answers[3];

enum notice_relation { RELATION_NONE, RELATION_CORRECTION, RELATION_WITHDRAWAL, RELATION_FORWARD, RELATION_RELEASE };
struct notice_follow {
    enum notice_relation relation;
    str key, name;     /* "correction", 「訂正」 */
    bool own;          /* of what the own office sent; else of what it received */
    bool replaces;     /* the older one waits for no answer any more, and its audience gets this one */
    bool copies;       /* begins with the same text */
};
extern const struct notice_follow notice_follows[4];
const struct notice_follow *notice_follow_of(enum notice_relation r); /* NULL: RELATION_NONE */

/* ── to whom ── */

struct notice_body {
    struct body body;
    str pref_name;
    int band; /* of population; 0: no figure */
};
struct notice_bodies {
    struct notice_body *v; /* in the order of codes */
    size_t n;
};
struct notice_option {
    str value, label;
};
struct notice_options {
    struct notice_option *v;
    size_t n;
};
/* What is asked of a condition: to mark, among all, the bodies that a value means. */
struct notice_marking {
    struct db *db;
    struct arena *a;
    const struct scope *scope;
    usec now;
    const struct notice_bodies *all;
    bool *in; /* a slot for each of all */
};
void notice_mark_body(const struct notice_marking *m, int64_t body); /* nothing, when it is not among all */
struct notice_condition {
    const char *key, *label, *help;
    /* What may be chosen; NULL: values are typed, or set by the program. */
    err (*options)(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out);
    err (*mark)(const struct notice_marking *m, str value);
};
/* What the register knows; a feature lists them beside its own. received: bodies another notice was sent to. */
extern const struct notice_condition notice_to_all, notice_to_pref, notice_to_class, notice_to_band, notice_to_body,
    notice_to_received;

struct notice_wish {
    str condition, value;
};
enum { NOTICE_WISHES = 400 };
struct notice_wishes {
    struct notice_wish *v;
    size_t n;
};

/* ── a kind of notices ── */

struct notice_kind {
    const char *name, *word, *path;  /* "alert", 「注意喚起」, "/alerts" */
    const struct permission *send;   /* who writes for an office */
    uint32_t told;                   /* roles of those who get the mails, TLP:RED aside */
    const struct notice_condition *const *conditions; /* ends with NULL */
};

struct notice_receipt {
    int64_t body; /* 0: it was not sent to this body */
    usec seen_at, answered_at;
    int64_t seen_by, answered_by;
    enum notice_answer answer;
    str note;
};
struct notice {
    int64_t id;
    int64_t office;
    str office_name;
    int64_t number; /* 0: a draft */
    enum notice_state state;
    enum tlp tlp;
    enum notice_urgency urgency;
    bool drill;
    str title;
    jday due; /* DAY_NONE */
    enum notice_relation relation;
    int64_t about;
    int64_t person;
    usec at, changed_at, sent_at;
    int64_t version;
    int64_t replaced_by; /* 0: it stands */
    enum notice_relation replaced_as;
    bool source;         /* of the asker's own office */
    bool named;
    struct notice_receipt mine;
};
struct notices {
    struct notice *v;
    size_t n;
};
struct notice_part {
    str key, text;
};
enum { NOTICE_PARTS = 40 };
struct notice_parts {
    struct notice_part *v;
    size_t n;
};

/* ── reading ── */

/* A sent one the asker may read, or a draft of the own office. NOTFOUND. */
MUST err notice_get(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, int64_t id,
    struct notice *out);
/* The same, of the own office only. NOTFOUND. */
MUST err notice_get_own(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, int64_t id,
    struct notice *out);
MUST err notice_parts_of(struct db *db, struct arena *a, const struct notice *n, struct notice_parts *out);
str notice_part_text(const struct notice_parts *parts, str key); /* empty: there is none */
/* What others sent and the asker may read, newest first, up to 500; q: part of title or text; empty: any. */
MUST err notice_received(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who, str q,
    struct notices *out);
/* What waits for this person's body: not answered, still standing. */
struct notice_waiting {
    int64_t n, id; /* the most urgent of them */
    enum notice_urgency urgency;
    jday due;      /* of it */
};
MUST err notice_waiting(struct db *db, const struct notice_kind *k, const struct principal *who, struct notice_waiting *out);

/* ── a body's answer ── */

/* It was opened; nothing when it was before, or was not sent to this body. */
MUST err notice_note_seen(struct tx *tx, const struct principal *who, const struct notice *n);
/* NOTFOUND: it was not sent to this body. The newest answer counts. */
MUST err notice_note_answer(
    struct tx *tx, const struct principal *who, const struct notice *n, enum notice_answer answer, str note);

/* ── writing ── */

MUST err notice_draft_new(
    struct tx *tx, const struct notice_kind *k, const struct principal *who, int64_t *id);
/* One that follows another (notice_follows). CONFLICT: its TLP does not let it be passed on, or it was replaced. */
MUST err notice_draft_follow(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *about, enum notice_relation r, int64_t *id);
MUST err notice_wishes_of(struct db *db, struct arena *a, int64_t id, struct notice_wishes *out);
struct notice_draft {
    const struct notice *head; /* tlp, urgency, drill, title, due; of version */
    struct notice_parts parts;
    struct notice_wishes wishes;
};
/* All of it at once. STALE: it is not of that version any more; CONFLICT: it was sent. */
MUST err notice_draft_put(struct tx *tx, const struct notice_draft *d);
MUST err notice_draft_drop(struct tx *tx, const struct notice *n);
/* Whom it would be sent to now; the own office is never among them. */
MUST err notice_audience_now(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who,
    usec now, const struct notice_wishes *w, struct notice_bodies *out);
/* How many of those have nobody who would be told. */
MUST err notice_unread_bodies(struct db *db, struct arena *a, const struct notice_kind *k, enum tlp t, usec now,
    const struct notice_bodies *to, int64_t *out);
/* Sends version of a draft: number, receipts and mails in one transaction. INVALID: no title, no TLP or nobody;
 * CONFLICT: it would go wider than it came; STALE. */
MUST err notice_send(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, int64_t version);

/* Drafts and sent ones of the own office, newest first, from offset, with what became of them. */
struct notice_count {
    struct notice notice;
    int64_t bodies, seen, answered;
};
struct notice_counts {
    struct notice_count *v;
    size_t n;
};
MUST err notice_written(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who,
    int64_t offset, int64_t limit, struct notice_counts *out);

/* ── who has and who has not ── */

struct notice_reception {
    struct body body;
    str pref_name;
    int64_t readers;
    struct notice_receipt receipt;
};
struct notice_receptions {
    struct notice_reception *v; /* in the order of codes */
    size_t n;
};
/* n: of the own office (notice_get_own). */
MUST err notice_receptions(struct db *db, struct arena *a, const struct notice *n, struct notice_receptions *out);
/* The newest reminder by hand: id 0: none yet. */
struct notice_reminder {
    int64_t id, person, bodies;
    usec at;
};
MUST err notice_reminder_last(struct db *db, const struct notice *n, struct notice_reminder *out);
/* A mail to each person of the bodies that have not answered. STALE: somebody did since seen (an id of the
 * above); CONFLICT: all have answered, or it was replaced. */
MUST err notice_remind(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, int64_t seen, int64_t *bodies);

/* ── by the calendar ── */

/* Reminders on the open day before the date and on the one after it, and on Monday the summary of the week; each
 * exactly once, from 08:00 JST on. A worker that was away does not tell what it slept through. */
MUST err notice_tick(struct tx *tx, const struct notice_kind *k);
/* No summary of the week for this person. */
MUST err notice_quiet_get(struct db *db, const struct notice_kind *k, const struct principal *who, bool *out);
MUST err notice_quiet_set(struct tx *tx, const struct notice_kind *k, const struct principal *who, bool quiet);

extern const struct module notice_module;

#endif
