/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of evidence. */
#ifndef EVIDENCE_PRIVATE_H
#define EVIDENCE_PRIVATE_H

#include "evidence/evidence.h"

enum { EVIDENCE_STEP = 50, EVIDENCE_USES = 64 };

struct str_list {
    str *v;
    size_t n;
};

struct evidence_last {
    int64_t id; /* 0: never measured */
    struct measured value;
    usec at;
};

/* evidence_store.c */
/* Codes of the controls that use a measure, in any catalogue. */
MUST err evidence_questions(struct db *db, struct arena *a, str measure, struct str_list *out);
MUST err evidence_newest(
    struct db *db, int64_t body, str question, str measure, struct evidence_last *out);
MUST err evidence_add(struct tx *tx, int64_t body, str question, const struct measure *m,
    struct measured value);
/* Local governments behind an id, in order, up to EVIDENCE_STEP. */
MUST err evidence_bodies(struct db *db, int64_t after, int64_t body[EVIDENCE_STEP], size_t *n);

extern const struct takeout evidence_takeouts[];

#endif
