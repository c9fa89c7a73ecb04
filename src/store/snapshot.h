/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the whole database as it stood at one moment, made while others write; and whether a
 * database file is sound. On PostgreSQL both are the server's own business. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "core/arena.h"
#include "core/buf.h"

/* Copies the database of url into the new file `to` by a reading connection of its own: the writer
 * is not kept waiting; only its write-ahead log grows meanwhile. The copy is not synced to the disk:
 * it is meant to be read and removed. CONFLICT: `to` exists. */
MUST err snapshot_take(str url, str to, struct arena *a);
/* Removes a copy and what SQLite may have laid beside it; nothing happens when there is none. */
void snapshot_drop(str file, struct arena *a);

/* The pages, the indexes, and that every reference has its row: a line of text for each of the
 * first findings, *problems counts them. */
MUST err snapshot_check(str url, struct arena *a, struct buf *lines, int64_t *problems);

#endif
