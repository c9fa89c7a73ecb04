/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of registration as pure functions on values: no I/O, no clock. */
#ifndef DARKNET_DARKNET_MODEL_H
#define DARKNET_DARKNET_MODEL_H

#include "core/word.h"
#include "darknet/darknet.h"

/* ── the way of an application ── */

enum darknet_state {
    DARKNET_DRAFT = 1,    /* 下書き */
    DARKNET_FILED = 2,    /* 申込 */
    DARKNET_DESK = 3,     /* 取りまとめ中 */
    DARKNET_RETURNED = 4, /* 差戻し */
    DARKNET_OBSERVED = 5, /* 観測中 */
    DARKNET_REPLACED = 6, /* 次の版に交代 */
    DARKNET_ENDED = 7,    /* 利用終了 */
    DARKNET_WITHDRAWN = 8 /* 取下げ */
};
str darknet_state_key(enum darknet_state s);
str darknet_state_name(enum darknet_state s);
enum darknet_state darknet_state_of_key(str key); /* 0 when unknown */
/* The body may change what it claims. */
bool darknet_state_is_open(enum darknet_state s);
/* Others than the body read its claims: not while it is at work on them. */
bool darknet_state_is_shown(enum darknet_state s);
/* What a person of the body, or of the desk, does next: a sentence. */
str darknet_next_text(enum darknet_state s, bool desk);

enum darknet_side { DARKNET_BODY = 1, DARKNET_OFFICE, DARKNET_PROGRAM };

enum darknet_rule {
    DARKNET_REASON = 1,   /* only with a reason */
    DARKNET_BACK = 2,     /* no way on: shown apart */
    DARKNET_COMPLETE = 4, /* ranges and a contact are there */
    DARKNET_CHECKED = 8   /* a reason too where another body's own range lies in the way */
};

struct darknet_flow {
    const char *key; /* "file": in addresses, in the log; for ever */
    enum darknet_state from, to;
    enum darknet_side side;
    unsigned rules;
    const char *name;   /* in the record: 「申込み」 */
    const char *button; /* 「この内容で申し込む」 */
    const char *tell;   /* subject of the mail to the other side; NULL: nobody is told */
    const char *text;   /* of the mail */
};
extern const struct darknet_flow darknet_flows[]; /* ends with key == NULL */
const struct darknet_flow *darknet_flow_find(
    str key, enum darknet_state from, enum darknet_side side); /* NULL: not possible */
bool darknet_flow_is_known(str key, enum darknet_side side);
str darknet_flow_name(str key, enum darknet_state from);

/* ── ranges ── */

struct darknet_claim {
    int64_t id, application;
    struct net_range net;
    enum darknet_role role;
    str holder, proof;
    struct body *with; /* who shares it, beside the body itself: by id */
    size_t n_with;
    usec from, to;     /* of a range that is or was in force */
};
enum { DARKNET_CLAIMS = 100, DARKNET_SHARERS = 200 };
struct darknet_claims {
    struct darknet_claim *v;
    size_t n;
};

enum darknet_role darknet_role_of_key(str key);
extern const struct word darknet_roles[3];

/* What a range is for. */
enum darknet_purpose { FOR_REGISTRATION, FOR_EXTERNAL, FOR_INTERNAL };
/* Why it is not taken, in Japanese; empty: it is. A demonstration takes the ranges of documents. */
str darknet_range_refusal(
    struct arena *a, const struct net_range *r, enum darknet_purpose purpose, bool demo);

struct net_ranges {
    struct net_range *v;
    size_t n;
};
/* One a line, full-width letters too. What is wrong with which line stands in *wrong, which is
 * empty when all were taken. */
MUST err darknet_ranges_parse(struct arena *a, str text, enum darknet_purpose purpose, bool demo,
    struct net_ranges *out, str *wrong);
/* Codes of bodies, by lines, blanks or commas. INVALID: one is no code; *wrong says
 * which: 「3番目」. */
MUST err darknet_codes_parse(struct arena *a, str text, struct strs *out, str *wrong);

/* The same range, role and sharers: it goes on as it is. */
bool darknet_claim_is_same(const struct darknet_claim *a, const struct darknet_claim *b);
/* The one with that range; NULL: none. */
const struct darknet_claim *darknet_claim_of(
    const struct darknet_claims *all, const struct net_range *r);

/* One registration of one body, for joining them to prefixes. */
struct darknet_holding {
    struct net_range net;
    enum darknet_role role;
    struct body body;
    usec from, to;
};
/* rows: in the order of addresses. */
MUST err darknet_prefixes_join(struct arena *a, const struct darknet_holding *rows, size_t n,
    struct darknet_prefixes *out);

/* ── what the desk looks at ── */

struct darknet_overlap {
    struct net_range mine, other;
    struct body body;
    enum darknet_role role, other_role;
    bool applied; /* asked for, not in force */
    usec since;
};
struct darknet_overlaps {
    struct darknet_overlap *v;
    size_t n;
};
/* Another body's own range in force: approved only with a reason. */
bool darknet_overlap_blocks(const struct darknet_overlap *o);
/* 「その内側の範囲」: how the first lies to the second. */
str darknet_relation_name(enum net_relation r);
/* Two bodies may share an egress: nothing to settle. */
bool darknet_overlap_is_shared(const struct darknet_overlap *o);

/* ── contacts ── */

enum darknet_hours { DARKNET_WEEKDAYS = 1, DARKNET_ALWAYS = 2 };
extern const struct word darknet_hours_words[2], darknet_languages[2];

/* ── use over time ── */

struct darknet_period {
    int64_t body, pref;
    usec from, to; /* to 0: open */
};
/* How many cover that instant. */
int64_t darknet_users_at(const struct darknet_period *v, size_t n, usec at);
/* The last day of the month that lies so many months before the day. */
jday darknet_month_end(jday day, int before);
enum { DARKNET_NUDGE_DAYS = 30 };
bool darknet_may_nudge(usec last, usec now); /* last 0: never */

#endif
