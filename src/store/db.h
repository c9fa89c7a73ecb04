/* SPDX-License-Identifier: Apache-2.0 */
/* A database connection. A struct db reads; a struct tx, which only the writer hands out, writes.
 * So a function that has no tx cannot change anything.
 *
 * Errors of reading are sticky: loop with DB_EACH, then return db_status(db). The framework and
 * the writer check the status once more, so that a forgotten check cannot turn into an answer. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "core/arena.h"
#include "core/jtime.h"
#include "store/sql.h"

struct db;
struct tx;

enum db_mode {
    DB_READ,  /* query_only */
    DB_WRITE, /* the writer's: WAL, synchronous=FULL, foreign keys */
    DB_CREATE /* as DB_WRITE, making the file */
};

/* url: "sqlite:FILE". INVALID for another scheme, IO when it cannot be opened. */
MUST err db_open(str url, enum db_mode mode, struct db **out);
void db_close(struct db *db); /* NULL is allowed */
/* The file name inside a "sqlite:" url; INVALID otherwise. */
MUST err db_url_file(str url, str *file);

/* Bytes of all pages, those in the log included. */
MUST err db_bytes(struct db *db, int64_t *bytes);

/* One consistent view for all reads between; ends with the first error since, or OK. */
MUST err db_read_begin(struct db *db);
MUST err db_read_end(struct db *db);
MUST err db_status(const struct db *db);

struct rows {
    struct db *db;
    void *cursor; /* the engine's statement */
    bool done;
};

struct rows db_query(struct db *db, const struct stmt *stmt, struct vals vals);
bool rows_next(struct rows *r);
/* The first row, for queries that give one: NOTFOUND when there is none, IO on failure. */
MUST err rows_one(struct rows *r);
void rows_done(struct rows *r);
int64_t row_i64(const struct rows *r, int col); /* NULL gives 0 */
bool row_is_null(const struct rows *r, int col);
/* Copies; the empty value once the arena has failed. */
str row_str(struct arena *a, const struct rows *r, int col);
struct bytes row_bytes(struct arena *a, const struct rows *r, int col);
/* Valid until the next row: for comparing and writing on. */
str row_view(const struct rows *r, int col);

#define DB_EACH(db, r, stmt, vals)                                                               \
    for (struct rows r CLEANUP(rows_done) = db_query(db, stmt, vals); rows_next(&r);)
/* Declares r standing on the one row, or returns NOTFOUND. */
#define DB_ONE(db, r, stmt, vals)                                                                \
    struct rows r CLEANUP(rows_done) = db_query(db, stmt, vals);                                 \
    TRY(rows_one(&r))

/* Immutable things loaded once per connection (a catalogue revision): NULL when not there yet.
 * kind is any address of the module's own. drop runs when the connection closes. */
void *db_cached(const struct db *db, const void *kind, int64_t key);
MUST err db_cache(struct db *db, const void *kind, int64_t key, void *p, void (*drop)(void *));

/* ── writing ── */

/* CONFLICT when a unique key, check or reference refuses. changed may be NULL. */
MUST err db_exec(struct tx *tx, const struct stmt *stmt, struct vals vals);
MUST err db_exec_count(struct tx *tx, const struct stmt *stmt, struct vals vals, int64_t *changed);
struct db *tx_db(struct tx *tx); /* reading inside the transaction */
usec tx_now(const struct tx *tx);
/* A new id: time-ordered, unique in this database, below 2^53 so that JSON keeps it exact. */
int64_t tx_id(struct tx *tx);

/* ── for the store floor itself ── */

struct tx_clock {
    usec (*now)(void *ctx);
    void *ctx;
};
struct tx *tx_new(struct db *db, struct tx_clock clock); /* NULL without memory */
void tx_free(struct tx *tx);
MUST err tx_begin(struct tx *tx);
MUST err tx_commit(struct tx *tx);
void tx_rollback(struct tx *tx);
MUST err tx_savepoint(struct tx *tx);
MUST err tx_release(struct tx *tx);
void tx_rollback_to(struct tx *tx);
void tx_touch(struct tx *tx);                /* reads the clock: once per job */
int64_t tx_id_last(const struct tx *tx);       /* the last one given */
void tx_id_start(struct tx *tx, int64_t last); /* ids continue after last */
/* A text of several statements: migrations and pragmas only. */
MUST err db_script(struct db *db, const char *sql);

#endif
