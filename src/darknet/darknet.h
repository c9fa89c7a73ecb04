/* SPDX-License-Identifier: Apache-2.0 */
/* Darknet observation: which addresses of whom are observed since when (R75, R77, R78), and which
 * ranges are dark. What the sensor and the judgement of alerts need of it stands here. */
#ifndef DARKNET_DARKNET_H
#define DARKNET_DARKNET_H

#include "core/net.h"
#include "org/org.h"

enum darknet_role {
    DARKNET_OWN = 1,    /* 団体の範囲 */
    DARKNET_EGRESS = 2, /* 自治体情報セキュリティクラウドなどの共用出口 */
    DARKNET_VENDOR = 3  /* 委託先の範囲 */
};
str darknet_role_key(enum darknet_role r);  /* "own", as in the sensor's file */
str darknet_role_name(enum darknet_role r); /* 「団体の範囲」 */

/* ── what is observed ── */

/* One prefix with all bodies it stands for. */
struct darknet_prefix {
    struct net_range net;
    enum darknet_role role; /* where registrations differ: DARKNET_EGRESS, as nobody holds it alone */
    struct body *bodies;    /* by code; each once. Of a merged body from then on its successor */
    size_t n_bodies;
    usec from, to;          /* of the longest registration in force; to 0: open */
};
struct darknet_prefixes {
    struct darknet_prefix *v;
    size_t n;
};
/* In force at that time, in the order of the addresses, each prefix once. DENIED below the nation. */
MUST err darknet_ranges_at(
    struct db *db, struct arena *a, const struct scope *s, usec time, struct darknet_prefixes *out);
/* A body as the sensor's file names it: its code, or "B" and its id where it has none. */
void darknet_put_body(struct buf *b, const struct body *body);
/* "PREFIX BODY[,BODY…] own|egress|vendor" and a newline for each. */
void darknet_put_prefixes(struct buf *b, const struct darknet_prefixes *all);

/* ── what is dark ── */

enum darknet_dark_kind {
    DARKNET_EXTERNAL = 1, /* of the observation network: for national offices alone */
    DARKNET_INTERNAL = 2  /* a body's own unused addresses: for that body alone */
};
struct darknet_dark {
    int64_t id;
    struct net_range net;
    str note;
    int64_t person;
    usec from, to; /* to 0: still dark */
};
struct darknet_darks {
    struct darknet_dark *v;
    size_t n;
};
/* All there ever were, those in force first; internal ones are those of the scope's own body.
 * DENIED: external ones below the nation. */
MUST err darknet_darks(struct db *db, struct arena *a, const struct scope *s,
    enum darknet_dark_kind kind, struct darknet_darks *out);
/* A body's internal ones, for the sensor that stands inside it: scope_system alone. */
MUST err darknet_darks_inside(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct darknet_darks *out);

/* ── what a demonstration shows ── */

enum { DARKNET_SAMPLE_EXIT = 4095 };
/* Of the n-th body, n below DARKNET_SAMPLE_EXIT; of that number itself: the shared exit. */
struct net_range darknet_sample_range(size_t n);
bool darknet_sample_is_observed(size_t n);
struct darknet_sample {
    size_t n;
    bool shown;          /* observed whatever n says: visitors look at it */
    struct body *shares; /* with whom its exit is shared; n_shares 0: it has none */
    size_t n_shares;
};
/* The body becomes observed before now, or waits at the desk, or nothing. scope: of somebody in it. */
MUST err darknet_sample(struct tx *tx, const struct scope *s, const struct darknet_sample *p);
/* The addresses that are dark, for the sensor's list; since now. scope: of a national office. */
#define DARKNET_SAMPLE_DARK "198.19.0.0/16"
MUST err darknet_sample_dark(struct tx *tx, const struct scope *s);
/* What somebody does with the own body's alert of that source: takes notice of it, or with a cause (a
 * key of darknet_alert_causes) records that; until > 0: does not want to hear of it until then.
 * NOTFOUND: there is no such alert. */
struct darknet_sample_step {
    str source, cause, text;
    usec until;
};
MUST err darknet_sample_handle(
    struct tx *tx, struct arena *a, const struct scope *s, const struct darknet_sample_step *p);
/* Four weeks of hours up to now, the one under way included: the rhythm of days, and in the last days one
 * service that rises, one that falls and one that was never seen. */
MUST err darknet_sample_hours(struct tx *tx, struct arena *a, uint64_t seed);

/* An alert as others may tell of it: no dark address, nothing of another body. */
struct darknet_story {
    str source;     /* the address */
    usec at, first; /* told; the first packet */
    bool infected;  /* a machine behind it is */
    bool flooded;   /* it is the victim of a flood */
    str text;       /* what a report asks for, a line each */
};
/* Of the own body and those it succeeded. NOTFOUND. */
MUST err darknet_alert_story(
    struct db *db, struct arena *a, const struct scope *s, int64_t alert, struct darknet_story *out);

extern const struct module darknet_module;

#endif
