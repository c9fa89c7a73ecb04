/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: append-only, one chain of hashes per organisation (body 0: the installation).
 * hash = SHA-256 over the previous hash and every field, each with its length in front. Persons
 * stand in it by id only. Deleting or changing is refused by the database, and found by verify. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/db.h"

struct audit_entry {
    int64_t body;   /* whose chain */
    int64_t person; /* who did it; 0: the program */
    str action;     /* "survey.answer" */
    str object;     /* "survey:12/ORG-01" */
    str detail;     /* small JSON object or empty */
};

MUST err audit_append(struct tx *tx, const struct audit_entry *e);

struct audit_report {
    int64_t chains, rows;
    int64_t bad_body, bad_seq; /* the first break; bad_body -1: none */
};

/* Recomputes every chain. CONFLICT at the first row that does not fit. */
MUST err audit_verify(struct db *db, struct audit_report *report);

#endif
