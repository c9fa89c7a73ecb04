/* SPDX-License-Identifier: Apache-2.0 */
/* Personal data of those who have left: kept for as many years as their body decides, then erased
 * where it stands, in one table. Every other table names people by id, so no chain breaks and no
 * history is lost. Decision: doc/adr/0027-personal-data.md. */
#ifndef ORG_RETENTION_H
#define ORG_RETENTION_H

#include "org/org.h"

enum { RETENTION_YEARS = 5, RETENTION_LEAST = 1, RETENTION_MOST = 30 };
#define RETENTION_ERASED "（氏名は消去済み）"

/* ── org_retention_store.c ── */

/* What the body decided, or RETENTION_YEARS. */
MUST err org_retention_get(struct db *db, int64_t body, int64_t *years);
MUST err org_retention_set(struct tx *tx, int64_t body, int64_t years, person_id by);
/* Who was stopped and is not noted yet is noted from now on; who came back is noted no more. */
MUST err org_retention_note(struct tx *tx);
/* Somebody whose time is over, in order of leaving; NOTFOUND: nobody. */
MUST err org_retention_due(struct db *db, usec now, person_id *who, body_id *body);
/* Takes name, login, address, password, keys and sessions. The row and its id stay. */
MUST err org_retention_erase(struct tx *tx, person_id who);

extern const struct route org_privacy_routes[];
extern const struct permission org_p_retention;

/* The call "org.tick": notes, and erases at most so many at a time. */
enum { RETENTION_AT_A_TIME = 50 };
MUST err org_retention_tick(struct tx *tx, struct arena *a, str in, struct buf *out);

#endif
