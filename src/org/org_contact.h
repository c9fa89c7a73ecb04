/* SPDX-License-Identifier: Apache-2.0 */
/* The emergency contacts of a body: shared by the files of org. */
#ifndef ORG_CONTACT_H
#define ORG_CONTACT_H

#include "org/org_private.h"

enum contact_kind {
    CONTACT_DAY = 1,    /* 平日・昼間 */
    CONTACT_NIGHT = 2,  /* 夜間・休日 */
    CONTACT_CISO = 3,
    CONTACT_CSIRT = 4,
    CONTACT_VENDOR = 5, /* 委託先 */
    CONTACT_OTHER = 6
};

enum { CONTACTS_MOST = 40 };

struct contact {
    int64_t id;
    enum contact_kind kind;
    str name, phone, mail, hours;
    int64_t version;
};

struct contact_list {
    struct contact v[CONTACTS_MOST];
    size_t n;
    usec confirmed_at, changed_at; /* 0: never */
    int64_t confirmed_by;
};

/* org_contact_store.c */
/* Of a body in the scope; NOTFOUND outside. */
MUST err org_contacts(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct contact_list *out);
/* LIMIT: the list is full. */
MUST err org_contact_add(struct tx *tx, const struct scope *s, const struct contact *c);
/* Own body only. STALE: somebody changed it after c->version; NOTFOUND. */
MUST err org_contact_change(struct tx *tx, const struct scope *s, const struct contact *c);
MUST err org_contact_remove(struct tx *tx, const struct scope *s, int64_t id, int64_t version);
/* One place up. */
MUST err org_contact_raise(struct tx *tx, const struct scope *s, int64_t id);
/* NOTFOUND: there is nothing to confirm. */
MUST err org_contacts_confirm(struct tx *tx, const struct scope *s);
MUST err org_contacts_age(struct db *db, int64_t body, usec now, struct measured *out);

struct contact_state {
    struct body body;
    int64_t n;
    usec confirmed_at;
};
struct contact_states {
    struct contact_state *v;
    size_t n;
};
/* Local governments of the scope. */
MUST err org_contact_states(
    struct db *db, struct arena *a, const struct scope *s, struct contact_states *out);

/* org_contact.c, org_contact_office.c */
extern const struct route org_contact_routes[], org_contact_office_routes[];
extern const struct permission org_p_contacts, org_p_contacts_read;
str org_contact_kind_name(enum contact_kind k);
extern const struct table org_contacts_table;
err org_contacts_csv(struct req *rq, const struct body *b, const struct contact_list *list);

#endif
