/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of incident. */
#ifndef INCIDENT_INCIDENT_PRIVATE_H
#define INCIDENT_INCIDENT_PRIVATE_H

#include "incident/incident.h"
#include "incident/incident_rule.h"

enum incident_state { INCIDENT_OPEN = 1, INCIDENT_CLOSED };
enum incident_entry { ENTRY_FACT = 1, ENTRY_DECISION, ENTRY_WAIVER /* "RULE\tREASON"; without a reason: taken back */,
    ENTRY_CHECK /* "KEY\tSTATE\tNOTE" */ };
extern const struct flow_kind incident_kind;

/* ── incident_fact.c: facts are a ledger; the newest word on a question counts ── */

/* As they stood after the entry until (0: now). newest: the last entry; 0: none. */
MUST err incident_facts_load(struct db *db, const struct flow_key *k, int64_t flow, int64_t until,
    struct arena *a, struct incident_facts *out, int64_t *newest);
/* Says k of the question, unless that is known already; *said: whether there was anything to say. */
MUST err incident_fact_say(struct tx *tx, struct arena *a, const struct flow_key *key, const struct flow_case *c,
    int64_t person, const struct incident_facts *now, size_t question, const struct incident_known *k, bool *said);
bool incident_known_same(const struct incident_known *x, const struct incident_known *y);
/* "personal\tsuspected\t0\ttyped\t": as it stands in an entry; and back. INVALID. */
str incident_known_text(struct arena *a, size_t question, const struct incident_known *k);
MUST err incident_known_parse(struct arena *a, str text, size_t *question, struct incident_known *out);
/* What was typed for a question: nothing means unknown. INVALID, with a sentence for people. */
MUST err incident_known_typed(
    struct arena *a, size_t question, const struct strs *typed, usec now, struct incident_known *out, str *why);

/* ── incident_store.c ── */

struct incident {
    struct flow_case flow;
    str kinds, causes, stage;
    bool grave;
    usec known_at, occurred_at, reported_at;
    int64_t persons;
};
struct incidents {
    struct incident *v;
    size_t n;
};
MUST err incident_add(struct tx *tx, const struct flow_case *c);
MUST err incident_note_state(struct tx *tx, int64_t flow, bool closed);
MUST err incident_note_duties(struct tx *tx, int64_t flow);
MUST err incident_note_steps(struct tx *tx, int64_t flow, int64_t in_time, int64_t too_late);
MUST err incident_check(struct db *db, struct arena *a, struct check_report *report);
/* What stays readable, from the facts. */
MUST err incident_note(struct tx *tx, int64_t flow, const struct incident_facts *f);
MUST err incident_note_reported(struct tx *tx, int64_t flow);
/* Of the own body, newest first, up to 500; sealed content is not needed. */
MUST err incident_all(struct db *db, struct arena *a, const struct scope *s, struct incidents *out);
/* The organisation here that receives for a recipient; 0: none. pref: of the body that reports. */
MUST err incident_office_of(struct db *db, str recipient, int64_t pref, int64_t *out);

/* National offices: who may receive. */
MUST err incident_offices(struct db *db, struct arena *a, struct body_list *out);

/* For boards: reported incidents of the scope's bodies, exercises aside, the newest report first. */
struct incident_seen {
    int64_t flow, body;
    bool closed;
    str kinds, causes; /* of the row, until fn returns */
    bool grave;
    usec known_at, occurred_at, reported_at, restored_at, next_due;
    int64_t persons, reports;
    int64_t in_time, too_late; /* reports that had a date, handed over by it, and after it */
    int64_t overdue;           /* that should have been, and were not yet */
};
typedef err incident_each_fn(void *ctx, const struct incident_seen *x);
MUST err incident_each(struct db *db, const struct scope *s, bool closed_too, usec now, incident_each_fn *fn, void *ctx);
/* Bodies of the scope that have incidents, by id; text: part of the name, or the code; empty: all. */
enum { INCIDENT_BODIES = 4000 };
struct incident_bodies {
    struct body *v;
    size_t n;
};
MUST err incident_bodies_of(struct db *db, struct arena *a, const struct scope *s, str text, struct incident_bodies *out);
/* A number that changes when something was reported in the scope. */
MUST err incident_newest(struct db *db, const struct scope *s, int64_t *out);
extern const struct route incident_board_routes[];

struct incident_case;

/* ── incident_word.c: what was decided, and what is not told, with its reason ── */

struct incident_word {
    str rule; /* of a waiver */
    str text;
    int64_t person;
    usec at;
};
struct incident_words {
    struct incident_word *v;
    size_t n;
};
enum { INCIDENT_WORDS = 500 };
/* Decisions, the oldest first. LIMIT: more than INCIDENT_WORDS. */
MUST err incident_decisions(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct incident_words *out);
/* Waivers that stand: the newest word on each rule, unless it was taken back. */
MUST err incident_waivers(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct incident_words *out);
const struct incident_word *incident_waiver_of(const struct incident_words *all, str rule); /* NULL: none */
/* Says it in an incident that is open, follows, and goes to its page with the rest of the address. CONFLICT: closed. */
MUST err incident_say(struct tx *tx, struct req *rq, struct incident_case *c, enum incident_entry kind, str text, str action,
    const char *rest);
/* The end of the same: in the audit trail, and on. */
MUST err incident_noted(struct tx *tx, struct req *rq, const struct incident_case *c, str action, const char *rest);
extern const struct route incident_word_routes[];

/* ── incident_check.c: what to do first (incident_check_list.h) ── */

MUST err incident_checks_count(struct db *db, struct arena *a, const struct incident_case *c, int64_t *done, int64_t *all);
extern const struct route incident_check_routes[], incident_file_routes[], incident_drill_routes[];

/* ── incident_case.c: one incident as a request means it ── */

struct incident_case {
    struct flow_case flow;
    struct flow_key key;
    struct incident_facts facts;
    int64_t newest; /* entry */
    struct obligations duties;
    struct flow_deliveries handed;
    struct incident_words waivers;
    int64_t pack_id; /* that its clocks were set with */
    const struct rule_pack *pack;
};
/* Of {incident} in the path: opened, its facts and what follows from them. Wipe with incident_case_done. */
MUST err incident_case_read(struct req *rq, struct db *db, struct incident_case *out);
void incident_case_done(struct incident_case *c);
#define INCIDENT_CASE_AUTO struct incident_case CLEANUP(incident_case_done)
/* Was that step of the rule handed over. */
bool incident_step_done(const struct incident_case *c, const struct rule *rule, enum rule_step_kind kind);
/* Has to be done: the facts say so, it is no offer, and nobody has said why it is not followed. */
bool incident_binds(const struct incident_case *c, const struct obligation *o);
/* Was anything handed over in the name of the rule that was not withdrawn. */
bool incident_is_told(const struct incident_case *c, str rule);
usec incident_step_done_at(const struct incident_case *c, const struct rule *rule, enum rule_step_kind kind); /* first; 0: no */
/* Derives anew by the pack in force, after facts were said: sets clocks and what stays readable. */
MUST err incident_case_follow(struct tx *tx, struct req *rq, struct incident_case *c);

/* ── incident_pack_store.c: the rest is in incident_pack.h ── */

/* The pack that new derivations use; 0: the one that the program carries. */
MUST err incident_pack_in_force(struct db *db, int64_t *id);
/* It lives as long as the connection. NOTFOUND. */
MUST err incident_pack_read(struct db *db, int64_t id, const struct rule_pack **out);
MUST err incident_pack_now(struct db *db, const struct rule_pack **out); /* the one in force */

/* ── incident_view.c: forms are views of the facts ── */

struct incident_view_row {
    const char *number, *label;
    const char *questions; /* keys, a space between */
};
struct incident_view {
    const char *key;       /* "ppc-8" */
    const char *title;
    const char *source;    /* what the items are taken from */
    bool official;         /* its layout is known from an official file */
    const struct incident_view_row *rows;
    size_t n;
};
str incident_sort_name(enum flow_sort sort); /* 「訂正」; empty for a report */
const struct incident_view *incident_views(size_t *n);
const struct incident_view *incident_view_of(str key); /* the common one when there is none */
/* What a report is beside its facts. */
struct incident_letter {
    const struct incident_view *view;
    const struct obligation *duty;
    enum rule_step_kind step;
    enum flow_sort sort;
    str reason; /* of a correction or withdrawal */
    str from;   /* name of the body */
    usec at;
};
/* What a recipient gets: JSON of nothing but the view's facts. */
MUST err incident_view_write(struct arena *a, const struct incident_case *c, const struct incident_letter *l, str *out);
struct incident_line {
    str number, label, text;
    bool changed; /* since what this recipient was told before */
};
struct incident_lines {
    struct incident_line *v;
    size_t n;
    str form, title, step, sort, reason, to, law;
    bool official;
};
/* For people, of what was written; before: what the same recipient was told before, or empty. */
MUST err incident_view_lines(struct arena *a, str written, str before, struct incident_lines *out);
/* The part incident_line.ht of each; NULL: no memory. */
struct view_incident_line *incident_lines_show(struct arena *a, const struct incident_lines *all);

/* ── incident_message.c ── */

/* {delivery} of {incident}, of the own body; and one that came to the own office. NOTFOUND. */
MUST err incident_sent(struct req *rq, struct db *db, struct flow_delivery *d, str *text);
MUST err incident_received(struct req *rq, struct db *db, struct flow_delivery *d, str *text);
MUST err incident_sent_page(struct req *rq);
extern const struct route incident_message_routes[], incident_envelope_routes[];

/* ── incident_tell.c: mails, which say nothing of what is in a case ── */

struct mail;
/* The person's number is put behind the key. */
MUST err incident_tell_office(struct tx *tx, struct arena *a, int64_t office, const struct mail *m);
MUST err incident_tell_body(struct tx *tx, struct arena *a, body_id body, const struct mail *m);
MUST err incident_tell_delivery(struct tx *tx, struct arena *a, const struct flow_delivery *d, bool grave);
MUST err incident_tell_message(struct tx *tx, struct arena *a, const struct flow_delivery *d, bool from_office);
MUST err incident_tell_call(void *ctx, struct tx *tx, const struct flow_call *c, person_id who); /* ctx: an arena */

/* ── incident_paper.c: reports as files ── */

struct incident_paper {
    str text, before;   /* what was written, and what the same recipient was told before, or empty */
    str body;           /* whose it is */
    int64_t case_number, number; /* number 0: not handed over */
    enum flow_sort sort;
    bool drill;
    usec at;
};
/* The rows of the three files of one report, below path_; read_ ends with incident_paper_send. */
#define INCIDENT_PAPER(path_, end_, media_, perm_, read_) \
    {.method = GET, .path = path_ "/report" end_, .perm = (perm_), .flags = ROUTE_SLOW, .read = (read_), .file = media_, \
        .journal = JOURNAL_EXPORT}
#define INCIDENT_PAPERS(path_, perm_, read_) \
    INCIDENT_PAPER(path_, ".pdf", "application/pdf", perm_, read_), \
    INCIDENT_PAPER(path_, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", perm_, read_), \
    INCIDENT_PAPER(path_, ".json", "application/json", perm_, read_)
/* As the row's path ends. */
MUST err incident_paper_send(struct req *rq, const struct incident_paper *p);
/* Of what was handed over, for either side. */
MUST err incident_paper_delivery(struct req *rq, const struct flow_delivery *d, str text);
/* What every paper of an incident begins with. */
void incident_sheet_begin(struct buf *b, str title, str foot, bool drill, usec at);
extern const struct route incident_paper_routes[], incident_brief_routes[], incident_persons_routes[];
/* 24:00 of a day is said as the day; empty for 0. */
str incident_due_text(struct arena *a, usec due);

MUST err incident_page(struct req *rq); /* one incident */
str incident_due_text(struct arena *a, usec due); /* 24:00 of a day is said as the day */

/* ── incident_keep.c: how long, and erasing ── */

/* That its content was erased, and why; empty: it is there. */
str incident_erased_text(const struct flow_case *c);
MUST err incident_keep_tick(struct tx *tx, struct arena *a);
extern const struct permission incident_p_keep;
extern const struct route incident_keep_routes[];

/* ── incident_remind.c ── */

MUST err incident_next(struct req *rq, struct next_step *out);
extern const struct call incident_calls[]; /* incident.tick */

/* All up to that delivery to its recipient, signed (flow_chain.h). */
MUST err incident_chain_send(struct req *rq, int64_t delivery);

extern const struct permission incident_p_report, incident_p_receive, incident_p_offices;
extern const struct route incident_routes[], incident_fact_routes[], incident_report_routes[],
    incident_office_routes[], incident_desk_routes[];

#endif
