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

/* Who wants to know. Either function may be NULL. */
struct migrate_watch {
    /* Once, when something is missing and nothing is wrong, before the first change: the last
     * chance to copy the file. An error ends it there, with its own *why. */
    err (*before)(void *ctx, int missing, str *why);
    /* After each one: the at-th of so many. Not kept before the whole is. */
    void (*applied)(void *ctx, const char *module, const char *name, int at, int missing);
    void *ctx;
};

/* Applies what is missing, all in one transaction: all or nothing.
 * why (arena text, for people, in Japanese) says what is wrong on CONFLICT: a changed or unknown
 * migration. watch: NULL for nobody. applied: how many ran. */
MUST err migrate_up(struct db *db, const struct migration_set *sets, size_t n, struct arena *a,
    usec now, const struct migrate_watch *watch, int *applied, str *why);
/* CONFLICT when anything is missing, changed or unknown; never writes. */
MUST err migrate_check(
    struct db *db, const struct migration_set *sets, size_t n, struct arena *a, str *why);

#endif
