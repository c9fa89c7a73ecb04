/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the register of bodies: what is written, and the one form all its pages use. */
#ifndef ORG_ORG_BODY_H
#define ORG_ORG_BODY_H

#include "core/word.h"
#include "org/org_private.h"

/* ── org_body_store.c ── */

struct new_body {
    str code6; /* empty: none */
    enum body_class class;
    int64_t pref;
    str name, kana;
    jday from;
};
/* CONFLICT: the code is another body's. */
MUST err org_body_add(struct tx *tx, const struct new_body *n, body_id *out);
/* The code is somebody's, also of a body that ended. */
MUST err org_code_is_taken(struct db *db, str code6, bool *taken);

struct body_rename {
    struct body body; /* as it is from now on */
    jday day;         /* the first of the new name */
    int64_t person;
};
/* STALE: a name with a later day is there already. */
MUST err org_body_rename(struct tx *tx, const struct body_rename *r);

struct past_name {
    jday until;
    struct body body;
};
struct past_names {
    struct past_name *v;
    size_t n;
};
/* Newest first. */
MUST err org_body_names(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct past_names *out);

/* Ends a body after last; its successor begins the day after. */
MUST err org_body_end(struct tx *tx, body_id id, jday last);
MUST err org_successor_add(struct tx *tx, body_id old, body_id new, jday first);
/* People of a body that ended: to the successor, or stopped with everything that signs them in. */
MUST err org_people_move(struct tx *tx, body_id from, body_id to, int64_t *n);
MUST err org_people_stop(struct tx *tx, body_id of, int64_t *n);

struct decision {
    enum scope_decision decision;
    bool lgwan;
    str reason;
    jday day;
    int64_t person;
    usec at;
};
struct decision_list {
    struct decision *v;
    size_t n;
};
MUST err org_decision_add(struct tx *tx, body_id id, const struct decision *d);
/* Newest first, up to 50. */
MUST err org_decision_all(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct decision_list *out);
str org_decision_name(enum scope_decision d); /* "対象" */
extern const struct word org_decisions[3];

/* Members of a union, unions of a member, predecessors, successors. */
enum link_kind { LINK_MEMBERS, LINK_UNIONS, LINK_OLD, LINK_NEW };
struct body_link {
    struct body body;
    str pref_name;
    jday from, to; /* DAY_NONE: none */
};
struct body_links {
    struct body_link *v;
    size_t n;
};
MUST err org_body_links(struct db *db, struct arena *a, const struct scope *s, body_id id,
    enum link_kind kind, struct body_links *out);
/* CONFLICT: a member already. */
MUST err org_member_add(struct tx *tx, body_id of, body_id member, jday from);
/* NOTFOUND: no member now. */
MUST err org_member_end(struct tx *tx, body_id of, body_id member, jday last);

/* ── org_organ_store.c ── */

MUST err org_organ_get(struct db *db, struct arena *a, const struct scope *s, body_id body,
    int64_t number, struct organ *out);
/* number 0: the next free one, which is returned. */
MUST err org_organ_put(struct tx *tx, const struct organ *o, int64_t person, int64_t *number);
MUST err org_person_organ(struct tx *tx, person_id p, int64_t organ);
struct organ_person {
    person_id id;
    str name, login;
    int64_t organ;
};
struct organ_people {
    struct organ_person *v;
    size_t n;
};
/* Active people of a body who may work for an organ: those without a role beyond the body. */
MUST err org_organ_people(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct organ_people *out);
extern const struct word org_organ_kinds[12];
/* 公安委員会 can never be put in scope, and only a prefecture has one. NULL: fine; otherwise what
 * to say to the person. */
const char *org_organ_refused(enum organ_kind kind, enum body_class class, bool in_scope);

/* ── org_attribute_model.c: a table that was pasted ── */

struct attribute_row {
    int line;
    str code6;
    struct attribute value; /* body is set when the code is known */
    str body_name, problem; /* problem empty: fine */
};
struct attribute_rows {
    struct attribute_row *v;
    size_t n;
    size_t problems;
    str problem; /* of the table as a whole; empty: none */
};
enum { ATTRIBUTE_ROWS = 2000 };
/* Rows of 団体コード,人口,中核市,類似団体 behind a head that says so. Codes are not looked up. Cells of
 * t stay in use. */
struct foreign_table;
MUST err org_attribute_parse(
    struct arena *a, const struct foreign_table *t, struct attribute_rows *out);
/* ── org_attribute_store.c ── */
MUST err org_attribute_put(struct tx *tx, const struct attribute *v, int64_t person);

/* ── org_form.c: a form as a table ── */

enum asked_kind { ASKED_LINE, ASKED_AREA, ASKED_CHOICE };
struct asked {
    const char *name, *label, *support;
    enum asked_kind kind;
    bool required;
    const struct word *words; /* ASKED_CHOICE */
    size_t n_words;
    str value; /* before anything was typed */
};
struct asked_form {
    str title, lead, back, back_name, action, button;
    struct asked *field;
    size_t n;
};
MUST err org_form_show(struct req *rq, const struct asked_form *f);
/* A day as typed; a message beside the field when it is none, or lies after today. */
void org_form_day(struct req *rq, const char *field, str typed, jday *out);
/* Full-width digits become ASCII. */
str org_half(struct arena *a, str s);
/* The body of {body}, by the scope. */
MUST err org_body_of(struct req *rq, struct db *db, struct body_entry *out);
str org_body_path(struct arena *a, body_id id, const char *rest); /* "/bodies/482013…" */
MUST err org_body_audit(struct tx *tx, struct req *rq, body_id body, str action, str detail);

/* org_merge.c, in the routes of org_body_edit.c */
extern const struct web_form org_merge_form;
extern const struct word org_local_kinds[5];
MUST err org_merge_read(struct req *rq);
MUST err org_merge_prepare(struct req *rq);
MUST err org_merge_write(struct tx *tx, struct req *rq);

extern const struct permission org_p_bodies, org_p_register, org_p_organ, org_p_attribute;
extern const struct route org_body_routes[], org_body_edit_routes[], org_organ_routes[],
    org_attribute_routes[];

#endif
