/* SPDX-License-Identifier: Apache-2.0 */
/* Table definitions are written once, with type words, and expanded per engine:
 *   ID INT TIME BOOL   64-bit integer (ids; counts; µs UTC; 0/1)     TEXT JSON   text
 *   DAY                64-bit integer, days since 1970-01-01         BYTES      binary
 *   STRICT             kept for SQLite, dropped for PostgreSQL
 * A line "--@ sqlite" or "--@ postgres" starts lines for that engine only, "--@ all" ends them. */
#ifndef STORE_DDL_H
#define STORE_DDL_H

#include "core/buf.h"

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES };

void ddl_expand(struct buf *out, enum engine engine, str ddl);

#endif
