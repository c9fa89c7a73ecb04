/* SPDX-License-Identifier: Apache-2.0 */
/* The store: one database, its writer when this process owns it, and one reading connection per
 * thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/audit.h"
#include "store/blob.h"
#include "store/handoff.h"
#include "store/journal.h"
#include "store/migrate.h"
#include "store/vault.h"

struct store;

/* What the store is told by main: of the modules from the one list, and where the server's key is. */
struct store_modules {
    const struct migration_set *migrations;
    size_t n_migrations;
    const struct call_list *calls;
    size_t n_calls;
    const struct migrate_watch *watch; /* STORE_MIGRATE; or NULL */
    str keys; /* the file of the server's key (vault.h); empty: FILE.keys beside the database */
};

enum store_mode {
    STORE_CREATE, /* a new file: CONFLICT when it exists; applies all migrations, owns the writer.
                   * Nothing is left of it when that fails */
    STORE_OWN,    /* an existing one, owning the writer: BUSY when another process does */
    STORE_SERVE,  /* as OWN, and takes calls of other processes */
    STORE_TAKE_OVER, /* as SERVE, and waits for the process before it to end, 30 seconds at most */
    STORE_READ,   /* reading only */
    STORE_MIGRATE /* as OWN, applying missing migrations first */
};

/* why: what to tell the person, in Japanese, in arena a. clock.now NULL: the wall clock. */
MUST err store_open(str url, enum store_mode mode, const struct store_modules *mods,
    struct tx_clock clock, struct arena *a, struct store **out, str *why);
/* Drains the writer, then closes everything. */
void store_close(struct store *s);

/* This thread's reading connection; made at first use, closed by store_close. */
MUST err store_reader(struct store *s, struct db **out);
struct writer *store_writer(struct store *s); /* NULL with STORE_READ */
str store_blobs(const struct store *s);      /* the folder of its blobs */
/* NULL: its file is not there, or is another than what things were sealed with (setting STORE_VAULT, which is
 * put when the first thing is sealed). Whoever serves does not start with another key in its place: without one
 * all that is not sealed is served. */
const struct vault *store_vault(const struct store *s);
#define STORE_VAULT "vault"
enum store_keys {
    KEYS_FIT = 1,  /* of the key that things are sealed with */
    KEYS_UNUSED,   /* there, and nothing is sealed yet */
    KEYS_NONE,     /* not there, and nothing is sealed yet */
    KEYS_MISSING,  /* not there, but things are sealed */
    KEYS_OTHER,    /* of another key */
    KEYS_UNREADABLE /* no such file, or not to be read by this user */
};
struct store_keys_state {
    enum store_keys state;
    str file;
    str name, sealed; /* of the key that is there, and of the one that is needed; empty: none */
};
MUST err store_keys(struct store *s, struct db *db, struct arena *a, struct store_keys_state *out);
/* Makes the key while nothing is sealed yet and none is there: for a place that a server may not write to. */
MUST err store_keys_make(struct store *s, struct arena *a);
usec store_now(struct store *s);
int store_applied(const struct store *s); /* migrations applied at opening */

/* A named write from a process that may not own the writer: handed over, or done here. */
MUST err store_call(str url, const struct store_modules *mods, const char *name, str in,
    struct buf *out, struct arena *a, str *why);

/* Settings of the installation; NOTFOUND when absent. */
MUST err setting_get(struct db *db, struct arena *a, str name, str *value);
MUST err setting_put(struct tx *tx, str name, str value);

#endif
