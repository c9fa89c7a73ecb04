/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts: what the sensor saw of a body's addresses, told once, followed until its cause is known
 * (R73, R74, R76, R79). An episode is one source of one set of bodies with one behaviour; an alert is
 * an episode as it concerns one body. The rules are pure functions on values. */
#ifndef DARKNET_DARKNET_ALERT_H
#define DARKNET_DARKNET_ALERT_H

#include "darknet/darknet_private.h"
#include "mail/mail.h"

/* In the order of what counts more: a judgement gives way to a higher one only. */
enum alert_class {
    ALERT_UNKNOWN = 1,
    ALERT_SPOOFED,
    ALERT_MISCONFIGURATION,
    ALERT_BACKSCATTER,
    ALERT_SCAN,
    ALERT_WORM
};
enum alert_family { FAMILY_AROUND = 1, FAMILY_FLOOD, FAMILY_MISTAKE };
enum alert_confidence { ALERT_POSSIBLE = 1, ALERT_LIKELY, ALERT_CERTAIN };
enum alert_severity { SEVERITY_LOW = 1, SEVERITY_MIDDLE, SEVERITY_HIGH };
enum alert_state { ALERT_ACTIVE = 1, ALERT_OVER = 2 };
enum alert_event {
    EVENT_NEW = 1,
    EVENT_ESCALATED,
    EVENT_CONTINUING,
    EVENT_ENDED,
    EVENT_REOPENED,
    EVENT_ACKNOWLEDGED,
    EVENT_CAUSE,
    EVENT_PREFECTURE,
    EVENT_SUPPRESSED
};
enum alert_way {
    WAY_NONE = 0,   /* nothing to tell */
    WAY_MAIL,       /* at once */
    WAY_DIGEST,     /* with what a person gets in the morning */
    WAY_CAPPED,     /* would have been a mail: in the morning too, and counted in the next mail */
    WAY_SUPPRESSED  /* the body does not want it */
};
extern const struct word darknet_alert_classes[6], darknet_alert_confidences[3], darknet_alert_severities[3], darknet_alert_states[2],
    darknet_alert_events[9], darknet_alert_ways[5], darknet_alert_causes[8];
enum { ALERT_PACKETS = 12, ALERT_FRAME = 160 };

struct alert_packet {
    usec at;
    str protocol, dark;
    int64_t source_port, port;
    struct bytes frame; /* from its IP header, up to ALERT_FRAME bytes; empty: not kept */
    int64_t wire;       /* its length on the wire; 0: not known */
};
/* What the sensor says of a source, as in the README of sensor. */
struct alert_sighting {
    struct strs bodies; /* codes, or B and an id */
    str source, tool, victim, services, rule, reason;
    enum darknet_role role;
    enum alert_class class;
    enum alert_confidence confidence;
    bool infected;
    usec first, last;
    int64_t packets, dark, pps, rate_most;
    struct alert_packet packet[ALERT_PACKETS];
    size_t n_packets;
};
struct alert_sightings {
    struct alert_sighting *v;
    size_t n;
};

struct alert_episode {
    int64_t id;
    str bodies, source, tool, victim, services, rule, reason;
    enum alert_family family;
    enum darknet_role role;
    enum alert_class class;
    enum alert_confidence confidence;
    bool infected;
    usec first, last;
    int64_t packets, dark, pps, rate_most; /* of the fullest minute; 0: not known */
    enum alert_severity severity;
    enum alert_state state;
    usec run_first;
    int64_t before_run;
    enum alert_class told_class;
    bool told_infected;
    int64_t told_rate;
    str told_services;
    usec told_at, reported_at;
};

/* One row: the hours and numbers that decide. */
struct alert_limits {
    usec quiet, quiet_flood; /* without packets: ended */
    usec pause;              /* between two escalations of an episode */
    int64_t rate_factor;
    int64_t mails_an_hour;   /* to one body */
    usec unread;             /* until the prefecture is told */
    usec continuing;         /* between two words on what goes on */
};
extern const struct alert_limits darknet_alert_limits;

enum alert_family darknet_alert_family_of(enum alert_class c);
enum alert_severity darknet_alert_severity_of(enum alert_class c, enum alert_confidence how, bool infected);
/* Packets a minute: of the fullest one, or over all of its time where that is not known. */
int64_t darknet_alert_rate(const struct alert_episode *e);
/* What becomes of an episode (old NULL: none yet) by what was seen. EVENT_CONTINUING: more of the
 * same; 0: nothing that was not known, so that what is reported twice is told once. */
enum alert_event darknet_alert_follow(struct arena *a, const struct alert_episode *old,
    const struct alert_sighting *s, usec now, struct alert_episode *out);
/* Without packets for long enough. */
bool darknet_alert_is_over(const struct alert_episode *e, usec now);
enum alert_way darknet_alert_way_of(
    enum alert_event event, const struct alert_episode *e, bool suppressed, int64_t mails_last_hour);
/* When a contact of these hours reads it: now, or the next morning of a working week. */
usec darknet_alert_reading_time(enum darknet_hours hours, enum alert_severity severity, usec now);

/* ── what is said ──
 * language: "en", or Japanese. */

struct alert_story {
    const struct alert_episode *e;
    const struct alert_packet *packet;
    size_t n_packets;
    str body;
    int64_t sharers;  /* other bodies behind the same address */
    int64_t held_back; /* alerts that were not mailed since the last mail */
};
str darknet_alert_subject(struct arena *a, str language, enum alert_event event, const struct alert_story *s);
str darknet_alert_text(struct arena *a, str language, enum alert_event event, const struct alert_story *s);
str darknet_alert_machine_text(struct arena *a, enum alert_event event, const struct alert_story *s);
/* What it looks like, and what to do first: a sentence each. */
str darknet_alert_looks(struct arena *a, const struct alert_episode *e);
str darknet_alert_first_steps(const struct alert_episode *e);
/* 「送信元ポート 40001 宛先 198.19.0.1 ポート 445 …」: to be pasted into a search of a NAT log. */
void darknet_alert_put_search(struct buf *b, str source, const struct alert_packet *p);

/* ── darknet_alert_store.c: what the program writes ── */

MUST err darknet_alert_episode_of(struct db *db, struct arena *a, str bodies, str source,
    enum alert_family family, struct alert_episode *out);
MUST err darknet_alert_episode_add(struct tx *tx, struct alert_episode *e);
MUST err darknet_alert_episode_save(struct tx *tx, const struct alert_episode *e);
MUST err darknet_alert_packets_add(struct tx *tx, int64_t episode, const struct alert_sighting *s);
/* Those before then, of episodes that ended before then. */
MUST err darknet_alert_packets_drop(struct tx *tx, usec before);
MUST err darknet_alert_packets(struct db *db, struct arena *a, int64_t episode, struct alert_packet *out,
    size_t *n);
MUST err darknet_alert_body_of(struct db *db, str code, int64_t *body);
/* The alert of that body, made when there is none; again: what was done with it is to be done anew. */
MUST err darknet_alert_open(struct tx *tx, int64_t episode, int64_t body, bool again, int64_t *alert);
MUST err darknet_alert_event_add(struct tx *tx, int64_t alert, enum alert_event kind, enum alert_way way,
    int64_t person, str text, int64_t *id);
MUST err darknet_alert_mails_since(struct db *db, int64_t body, usec since, int64_t *n);
MUST err darknet_alert_held_back(struct db *db, int64_t body, int64_t *n);
MUST err darknet_alert_is_suppressed(struct db *db, int64_t body, str source, str services, usec now, bool *out);
struct alert_ids {
    int64_t *v;
    size_t n;
};
/* Episodes reported last before those times and active; up to 200. */
MUST err darknet_alert_quiet(struct db *db, struct arena *a, usec before, usec before_flood, struct alert_ids *out);
MUST err darknet_alert_going_on(struct db *db, struct arena *a, usec told_before, struct alert_ids *out);
MUST err darknet_alert_episode_get(struct db *db, struct arena *a, int64_t id, struct alert_episode *out);
/* Of an episode's bodies, as it names them. */
MUST err darknet_alert_bodies_of_key(struct db *db, struct arena *a, str key, struct body_list *out);
MUST err darknet_alert_of(struct db *db, struct arena *a, int64_t alert, struct alert_episode *e, struct body *b);
/* answers: who applied last; 0: nobody. */
MUST err darknet_alert_contacts(struct db *db, struct arena *a, body_id body, struct darknet_contacts *out,
    person_id *answers);
/* Alerts told by mail before then, of which nobody has taken notice and no prefecture was told. */
MUST err darknet_alert_unread(struct db *db, struct arena *a, usec before, struct alert_ids *out);
MUST err darknet_alert_mark_prefecture(struct tx *tx, int64_t alert);

/* ── darknet_alert_tell.c ── */

/* Every body of the episode: its alert, the event, and the mail if there is to be one. */
MUST err darknet_alert_tell(struct tx *tx, struct arena *a, const struct alert_episode *e,
    enum alert_event event);
MUST err darknet_alert_tell_prefecture(struct tx *tx, struct arena *a, int64_t alert);

/* ── darknet_alert_read_store.c: what people read and do ── */

struct alert {
    int64_t id, episode;
    struct body body;
    struct alert_episode e;
    int64_t sharers;
    bool own; /* of the scope's body: it acts, and knows the dark addresses */
    usec at, acked_at, closed_at;
    int64_t acked_by, closed_by, version;
    int cause;
    str note;
};
enum alert_show {
    SHOW_OPEN = 1, /* without a cause */
    SHOW_GOING_ON,
    SHOW_ALL
};
/* What is zero does not count. */
struct alert_filter {
    enum alert_show show;
    str text;               /* part of the address, the body's name, its code, the tool */
    struct net_range range; /* the address lies in it */
    int64_t port;
    usec from, to;          /* packets from the one on, and before the other */
    size_t skip, most;      /* of those that fit */
};
/* One that fits. Its words are of the arena, or without one of the row, until this returns. */
typedef err darknet_alert_each(void *ctx, const struct alert *x);
/* Of bodies of the scope; what needs a person first. found: how many fit. */
MUST err darknet_alerts_find(struct db *db, struct arena *a, const struct scope *s, const struct alert_filter *f,
    darknet_alert_each *fn, void *ctx, int64_t *found);
MUST err darknet_alert_get(struct db *db, struct arena *a, const struct scope *s, int64_t id, struct alert *out);
struct alert_step {
    enum alert_event kind;
    enum alert_way way;
    int64_t person;
    str text;
    usec at;
};
struct alert_steps {
    struct alert_step *v;
    size_t n;
};
MUST err darknet_alert_steps(struct db *db, struct arena *a, const struct scope *s, int64_t alert,
    struct alert_steps *out);
/* Of the own body. STALE: changed since version. */
MUST err darknet_alert_acknowledge(struct tx *tx, const struct scope *s, int64_t id, int64_t version);
MUST err darknet_alert_close(struct tx *tx, const struct scope *s, int64_t id, int64_t version, int cause, str note);
/* What a report of an incident asks for, a line each: no dark address, nothing of another body. */
str darknet_alert_facts(struct arena *a, const struct alert *x);
struct alert_suppression {
    int64_t id, port, person;
    str source, reason;
    usec at, until;
};
struct alert_suppressions {
    struct alert_suppression *v;
    size_t n;
};
/* Of the own body, in force. */
MUST err darknet_alert_suppressions(struct db *db, struct arena *a, const struct scope *s, usec now,
    struct alert_suppressions *out);
/* It stands in the record of the alert it came from. */
MUST err darknet_alert_suppress(
    struct tx *tx, const struct scope *s, int64_t alert, const struct alert_suppression *p);
MUST err darknet_alert_suppression_end(struct tx *tx, const struct scope *s, int64_t id);
/* Packets with their dark addresses taken out where the scope may not know them, out of the frames too. */
MUST err darknet_alert_packets_for(struct db *db, struct arena *a, const struct scope *s, const struct alert *x,
    struct alert_packet *out, size_t *n);
/* A number that changes whenever something happens to an alert of the scope. */
MUST err darknet_alert_newest(struct db *db, const struct scope *s, int64_t *out);
/* How many have no cause yet: of the own body, and of all of the scope. */
MUST err darknet_alert_open_count(struct db *db, const struct scope *s, int64_t *n);
/* Of the own body: of high severity, and nobody has noticed it yet. */
MUST err darknet_alert_grave_count(struct db *db, const struct scope *s, int64_t *n);
MUST err darknet_alert_open_in_scope(struct db *db, const struct scope *s, int64_t *n);
MUST err darknet_alert_cause_days(struct db *db, int64_t body, usec now, struct measured *out);

/* ── darknet_alert_takeout_store.c: rows of darknet_takeouts ── */

extern const struct table darknet_alert_table, darknet_alert_packet_table, darknet_alert_event_table,
    darknet_suppression_table;
struct rows darknet_alert_rows(struct db *db, int64_t body);
struct rows darknet_alert_packet_rows(struct db *db, int64_t body);
struct rows darknet_alert_event_rows(struct db *db, int64_t body);
struct rows darknet_suppression_rows(struct db *db, int64_t body);

/* ── darknet_keep.c: for how many days first packets are kept ── */

MUST err darknet_keep_days(struct db *db, struct arena *a, int64_t *days);
MUST err darknet_keep_pass(struct tx *tx, struct arena *a);
extern const struct route darknet_keep_routes[];

extern const struct permission darknet_p_alerts;
MUST err darknet_alerts_page(struct req *rq); /* the list */
extern const struct route darknet_alert_routes[], darknet_alert_file_routes[];
extern const struct call darknet_calls[]; /* darknet.report, darknet.tick */

#endif
