/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is before anything is done to it, in words a person can act on. SQLite only: a
 * PostgreSQL server says such things by itself. */
#ifndef STORE_EXAMINE_H
#define STORE_EXAMINE_H

#include "core/arena.h"
#include "core/buf.h"

/* OK: a database of this program that can be written to. NOTFOUND: there is none; CONFLICT: not
 * ours, or visibly damaged; BUSY, DENIED, IO. Reads a page or two and never changes the file. why:
 * Japanese, in a; set unless OK. */
MUST err examine_file(str file, struct arena *a, str *why);

/* CONFLICT when a page or an index is damaged: reads the whole file, some seconds for each GB. */
MUST err examine_pages(str file, struct arena *a, str *why);

/* Before a file is made: DENIED or NOTFOUND with why when its folder cannot take it. */
MUST err examine_folder(str file, struct arena *a, str *why);

/* A copy of the database before it is changed, on the disk for good when this returns. to: empty
 * for FILE.before-VERSION, with a number behind it when that is taken; *made is its name.
 * CONFLICT: `to` is there already. */
MUST err examine_copy(str file, str to, str version, struct arena *a, str *made, str *why);

#endif
