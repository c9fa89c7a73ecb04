/* SPDX-License-Identifier: Apache-2.0 */
/* Shared inside backup. */
#ifndef BACKUP_PRIVATE_H
#define BACKUP_PRIVATE_H

#include "backup/backup.h"
#include "backup/backup_entry.h"
#include "backup/backup_frame.h"
#include "store/snapshot.h"

/* The short name of a public key: BLAKE2b-128 of it. */
void backup_key_id(const uint8_t public_key[BACKUP_KEY], uint8_t out[BACKUP_KEY_ID]);

/* Did this installation write the backup of that id (64 hex digits)? */
bool backup_is_known(struct db *db, struct arena *a, str id);

extern const struct call backup_calls[];

#endif
