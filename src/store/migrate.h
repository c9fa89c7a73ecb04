/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: numbered, forward only, embedded in the program, each with a checksum that is
 * compared at every start. A database that is newer or changed is refused with the reason. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/* A file taken into the program at build time (tools/embed). Lists end with name == NULL. */
struct embedded {
    const char *name;
    const unsigned char *data;
    size_t n;
};

/* One module's migrations; "0001_what.sql", "0002_…": numbers rise by one. */
struct migration_set {
    const char *module;
    const struct embedded *files;
};

/* Applies what is missing, all in one transaction: all or nothing.
 * why (arena text, for people, in Japanese) says what is wrong on CONFLICT: a changed or unknown
 * migration. applied: how many ran. */
MUST err migrate_up(struct db *db, const struct migration_set *sets, size_t n, struct arena *a,
    usec now, int *applied, str *why);
/* CONFLICT when anything is missing, changed or unknown; never writes. */
MUST err migrate_check(
    struct db *db, const struct migration_set *sets, size_t n, struct arena *a, str *why);

#endif
