/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of org. */
#ifndef ORG_PRIVATE_H
#define ORG_PRIVATE_H

#include "org/org.h"

/* org_password_weak.c */
enum { ORG_PASSWORD_LEAST = 12 }; /* characters */
/* The table of common words: word i is text[starts[i]] to text[starts[i+1]], sorted by bytes. */
extern const char org_common_text[];
extern const uint32_t org_common_starts[];
extern const size_t org_common_n;
bool org_password_is_common_word(str word);
/* why: empty when it may be used; else what to tell the person. about: login, name, organisation,
 * whose parts do not make a password strong. (OWASP ASVS 5.0, V6.2.1, V6.2.4, V6.2.11; NIST SP
 * 800-63B, 3.1.1.2) */
MUST err org_password_check(struct arena *a, str password, const struct strs *about, str *why);

/* org_store.c */
struct credential {
    person_id person;
    body_id body;
    str hash;
};
/* NOTFOUND: no such active person, or no password. */
MUST err org_credential_get(struct db *db, struct arena *a, str login, struct credential *out);
MUST err org_credential_put(struct tx *tx, person_id p, str hash);
MUST err org_token_add(struct tx *tx, person_id p, struct bytes hash, str label, usec life);
struct invited {
    person_id person;
    body_id body;
    str name, login;
};
/* NOTFOUND: unknown, used or too old. */
MUST err org_invite_get(
    struct db *db, struct arena *a, usec now, struct bytes hash, struct invited *out);
MUST err org_invite_use(struct tx *tx, struct bytes hash);
MUST err org_person_body(struct db *db, person_id p, body_id *out);

/* People in the scope; of other organisations nobody is found. */
struct person {
    person_id id;
    body_id body;
    str login, name, org_name, code6;
    uint32_t roles;
    bool active, has_password;
};
struct person_list {
    struct person *v;
    size_t n;
    bool more; /* beyond those listed */
};
MUST err org_person_find(struct db *db, struct arena *a, const struct scope *s, str q, size_t most,
    struct person_list *out);
/* The active people of the own body, by name. */
MUST err org_person_colleagues(
    struct db *db, struct arena *a, const struct scope *s, struct person_list *out);
MUST err org_person_get(
    struct db *db, struct arena *a, const struct scope *s, person_id id, struct person *out);
/* Also of people who left: a login is given once. */
MUST err org_login_is_taken(struct db *db, str login, bool *taken);
/* No password, no second factor, no session, no token, no open link any more. */
MUST err org_person_lock(struct tx *tx, person_id p);
MUST err org_person_activate(struct tx *tx, person_id p, bool active);
MUST err org_nation_is_there(struct db *db, bool *out);
/* The first national office. */
MUST err org_office_first(struct db *db, struct arena *a, struct body *out);

/* What others read of the own body, newest first: rows from..from+most-1 of the days from first
 * to last. */
struct reading {
    str org, object;
    enum journal_kind kind;
    usec at, last_at;
    int64_t n;
};
struct reading_list {
    struct reading *v;
    size_t n;
};
MUST err org_readings(struct db *db, struct arena *a, const struct scope *s, jday first, jday last,
    int64_t from, size_t most, struct reading_list *out);
/* How many days the journal is kept. */
int64_t org_journal_days(struct db *db, struct arena *a);

/* org_seen.c */
extern const struct route org_seen_routes[];
extern const struct permission org_p_seen;
/* org_person_store.c */
MUST err org_person_rename(struct tx *tx, person_id p, str name);
MUST err org_roles_set(struct tx *tx, person_id p, uint32_t roles);
struct staff {
    str name;
    uint32_t roles;
    int64_t kinds; /* of credentials: 0 no account, 1 a password, 2 and more two factors */
};
struct staff_list {
    struct staff *v;
    size_t n;
};
/* Active people of one's own body, up to 500. */
MUST err org_staff(
    struct db *db, struct arena *a, const struct scope *s, struct staff_list *out);
MUST err org_ciso_holder(struct db *db, int64_t body, usec now, struct measured *out);
MUST err org_two_factor_share(struct db *db, int64_t body, usec now, struct measured *out);

/* org_person.c */
enum { ORG_MEASURE_CISO, ORG_MEASURE_TWO_FACTOR, ORG_MEASURE_CONTACTS, ORG_MEASURES };
extern const struct measure org_measures[];
extern const struct route org_person_routes[];
extern const struct permission org_p_roles;
/* After roles, accounts or credentials of a body have changed: measured again. */
MUST err org_people_changed(struct tx *tx, struct req *rq, body_id body);

/* org_inspect.c, org_inspect_store.c */
extern const struct inspection org_inspections[];
/* Active people who manage something, and how many of them have a password only. */
MUST err org_without_second_factor(struct db *db, int64_t *all, int64_t *without);
/* Active people who never had a password, and whose links are all too old. */
MUST err org_invites_expired(struct db *db, usec now, int64_t *out);

/* org_role_model.c */
/* INVALID: *unknown is no role. Names as org_role_names writes them, in any order. */
MUST err org_roles_parse(str list, uint32_t *out, str *unknown);

/* org_import_model.c, org_import_write.c: what is wrong; empty: nothing */
str org_login_problem(str login);
str org_place_problem(uint32_t roles, enum body_class c);

/* Invitations: a link lives so many days, and is used once. */
enum { INVITE_DAYS = 7, INVITES_OF_PERSON = 5, INVITES_OF_BODY = 300 }; /* the latter: a day */
/* A new link, by mail. */
MUST err org_invite_mail(struct tx *tx, struct req *rq, person_id p, str org);
/* Links made for people of the body since. */
MUST err org_invites_of_body(struct db *db, body_id body, usec since, int64_t *n);

/* org_leave.c, and its statements in org_person_store.c */
extern const struct route org_leave_routes[];
/* The active people of a body, which the caller may see, by name: at most 200. */
MUST err org_person_of_body(
    struct db *db, struct arena *a, body_id body, struct person_list *out);
MUST err org_sections_of(struct db *db, struct arena *a, person_id p, struct strs *names);
MUST err org_sections_hand_over(struct tx *tx, person_id from, person_id to);
/* Those of this person, and those in which this person stands in. */
MUST err org_deputies_end(struct tx *tx, person_id p);
/* Also of somebody who left. NOTFOUND. */
MUST err org_person_by_any_login(struct db *db, str login, person_id *out);
/* The login of somebody who moved becomes free for the new account. */
MUST err org_login_free(struct tx *tx, struct arena *a, person_id p, str login);

/* org_people.c */
/* The person of the address. CONFLICT: oneself, for nobody locks the door from inside. DENIED:
 * somebody with a wider role. */
MUST err org_other_person(struct db *db, struct req *rq, struct person *out);
bool org_may_give(const struct req *rq, uint32_t roles);
extern const struct route org_people_routes[];
extern const struct permission org_p_people;

/* org_deputy_store.c, org_deputy.c */
struct deputy {
    int64_t id;
    person_id principal, deputy;
    str principal_name, deputy_name;
    jday from, to;
    usec ended_at; /* 0: not ended before its last day */
};
struct deputy_list {
    struct deputy *v;
    size_t n;
};
/* Of the own body, newest first, up to 200. */
MUST err org_deputy_all(
    struct db *db, struct arena *a, const struct scope *s, struct deputy_list *out);
MUST err org_deputy_add(struct tx *tx, const struct scope *s, struct deputy *d); /* sets d->id */
/* any: also somebody else's of the own body. NOTFOUND. */
MUST err org_deputy_end(struct tx *tx, const struct scope *s, bool any, int64_t id);
extern const struct route org_deputy_routes[];
extern const struct permission org_p_deputy;

/* org_section_store.c, org_section.c */
MUST err org_section_add(struct tx *tx, const struct scope *s, str name, int64_t *id);
/* NOTFOUND: not of the own body. */
MUST err org_section_end(struct tx *tx, const struct scope *s, int64_t id, bool active);
MUST err org_section_join(
    struct tx *tx, const struct scope *s, int64_t section, int64_t person, bool member);
struct member {
    int64_t section, person;
};
struct member_list {
    struct member *v;
    size_t n;
};
MUST err org_section_members(
    struct db *db, struct arena *a, const struct scope *s, struct member_list *out);
extern const struct route org_section_routes[];
extern const struct permission org_p_section;

/* org_scope.c */
const struct scope *scope_new(
    struct arena *a, person_id person, body_id body, int64_t pref, uint32_t roles);

/* The same scope for somebody who works for an organ; NULL without memory. */
const struct scope *scope_of_organ(struct arena *a, const struct scope *s, int64_t organ);

/* org_password.c: never earlier than a real check would be, also without a hash. */
bool org_password_verify(str hash, str password);

/* org_page.c */
extern const struct route org_routes[];

/* org_call.c */
extern const struct call org_calls[];

extern const struct embedded org_migrations[];

extern const struct takeout org_takeouts[];

#endif
