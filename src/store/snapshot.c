/* SPDX-License-Identifier: Apache-2.0 */
/* Copying by SQLite's backup interface, and SQLite's own checks. */
#include "store/snapshot.h"

#include "store/db.h"

#include <sqlite3.h>

enum { STEP_PAGES = 256, PATIENCE_MS = 10000 };

static err open_lite(str file, int flags, struct arena *a, sqlite3 **out)
{
    char *path = str_z(a, file);
    if (!path)
        return ERR(NOMEM);
    int rc = sqlite3_open_v2(
        path, out, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(*out, PATIENCE_MS);
    return rc == SQLITE_OK ? OK : ERR(IO);
}

static err run(sqlite3 *db, const char *pragma)
{
    return sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK ? OK : ERR(IO);
}

/* With a read transaction held on the source, commits of others do not make the copy start anew. */
static err copy(sqlite3 *from, sqlite3 *to)
{
    TRY(run(from, "BEGIN; PRAGMA schema_version"));
    TRY(run(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"));
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return ERR(IO);
    int rc = sqlite3_backup_step(b, STEP_PAGES);
    while (rc == SQLITE_OK)
        rc = sqlite3_backup_step(b, STEP_PAGES);
    int ended = sqlite3_backup_finish(b);
    return rc == SQLITE_DONE && ended == SQLITE_OK ? OK : ERR(IO);
}

err snapshot_take(str url, str to, struct arena *a)
{
    sqlite3 *from_db = NULL, *to_db = NULL;
    str from;
    char *path = str_z(a, to);
    TRY(db_url_file(url, &from));
    if (!path)
        return ERR(NOMEM);
    if (access(path, F_OK) == 0)
        return ERR(CONFLICT);
    err e = open_lite(from, SQLITE_OPEN_READWRITE, a, &from_db);
    if (!err_is(e))
        e = open_lite(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, a, &to_db);
    if (!err_is(e))
        e = copy(from_db, to_db);
    sqlite3_close(to_db);
    sqlite3_close(from_db);
    if (err_is(e))
        snapshot_drop(to, a);
    return e;
}

void snapshot_drop(str file, struct arena *a)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT_OF(beside); i++) {
        str one = str_fmt(a, "%.*s%s", STR_F(file), beside[i]);
        char *path = str_z(a, one);
        if (path)
            unlink(path);
    }
}

/* ── the check ── */

struct findings {
    struct buf *lines;
    int64_t n;
};

static int find_page(void *ctx, int columns, char **text, char **names)
{
    struct findings *f = ctx;
    (void)names;
    if (columns > 0 && text[0] && strcmp(text[0], "ok") != 0) {
        f->n++;
        buf_fmt(f->lines, "database: %s\n", text[0]);
    }
    return 0;
}

static int find_reference(void *ctx, int columns, char **text, char **names)
{
    enum { LISTED = 50 };
    struct findings *f = ctx;
    (void)names;
    if (++f->n <= LISTED && columns > 2)
        buf_fmt(f->lines, "database: row %s of %s refers to a row of %s that is gone\n",
            text[1] ? text[1] : "?", text[0], text[2]);
    return 0;
}

err snapshot_check(str url, struct arena *a, struct buf *lines, int64_t *problems)
{
    sqlite3 *db = NULL;
    str file;
    struct findings f = {lines, 0};
    TRY(db_url_file(url, &file));
    err e = open_lite(file, SQLITE_OPEN_READWRITE, a, &db);
    if (!err_is(e))
        e = run(db, "PRAGMA query_only=ON");
    int rc = err_is(e) ? SQLITE_OK
                       : sqlite3_exec(db, "PRAGMA quick_check(50)", find_page, &f, NULL);
    if (!err_is(e) && rc == SQLITE_OK && f.n == 0)
        rc = sqlite3_exec(db, "PRAGMA foreign_key_check", find_reference, &f, NULL);
    sqlite3_close(db);
    TRY(e);
    if (rc != SQLITE_OK && f.n == 0) {
        f.n++;
        buf_lit(lines, "database: it cannot be read to its end\n");
    }
    *problems += f.n;
    return OK;
}
