/* SPDX-License-Identifier: Apache-2.0 */
/* Connections, statements and rows on SQLite. */
#include "store/db.h"

#include "core/log.h"

#include <sqlite3.h>

enum { MAX_PARAMS = 16 };

/* One prepared statement, kept for the life of its connection. */
struct prepared {
    sqlite3_stmt *st;
    bool busy;                 /* a cursor is open on it */
    uint8_t index[MAX_PARAMS]; /* SQLite's number of $1, $2, …: they are names there */
};

struct cached {
    struct cached *next;
    const void *kind;
    int64_t key;
    void *p;
    void (*drop)(void *);
};

struct db {
    sqlite3 *lite;
    struct cached *cached;
    struct prepared *prepared; /* one per registered statement */
    err status;
};

struct tx {
    struct db *db;
    struct tx_clock clock;
    usec now;
    int64_t last_id;
    bool spoilt; /* a job that failed could not be undone */
};

static err err_of(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_CONSTRAINT:
        return ERR(CONFLICT);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR(BUSY);
    case SQLITE_NOMEM:
        return ERR(NOMEM);
    case SQLITE_TOOBIG:
        return ERR(LIMIT);
    case SQLITE_FULL:
        return ERR(FULL);
    default:
        return ERR(IO);
    }
}

static err fail(struct db *db, int rc, const struct stmt *stmt)
{
    err e = err_of(rc);
    if (!err_is(db->status))
        db->status = e;
    log_event(LOG_WARN, "sql",
        (struct log_field[]){{"error", str_of(sqlite3_errmsg(db->lite))},
            {"file", str_of(stmt ? stmt->file : "")}, {"sql", str_of(stmt ? stmt->text : "")}},
        3);
    return e;
}

/* ── opening ── */

err db_url_file(str url, str *file)
{
    if (!str_starts(url, S("sqlite:")) || url.n == 7)
        return ERR(INVALID);
    *file = str_sub(url, 7, url.n);
    return OK;
}

static const char *pragmas_of(enum db_mode mode)
{
    return mode == DB_READ ? "PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
                             "PRAGMA cache_size=-4096; PRAGMA mmap_size=268435456;"
                           : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                             "PRAGMA cache_size=-32768; PRAGMA secure_delete=ON;";
}

err db_open(str url, enum db_mode mode, struct db **out)
{
    ARENA_AUTO a = arena_new(8192);
    str file;
    TRY(db_url_file(url, &file));
    char *path = a ? str_z(a, file) : NULL;
    struct db *db = calloc(1, sizeof *db);
    size_t n = (size_t)(__stop_yg_stmt - __start_yg_stmt);
    struct prepared *prepared = calloc(n ? n : 1, sizeof *prepared);
    if (!path || !db || !prepared) {
        free(db);
        free(prepared);
        return ERR(NOMEM);
    }
    db->prepared = prepared;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
        (mode == DB_CREATE ? SQLITE_OPEN_CREATE : 0);
    int rc = sqlite3_open_v2(path, &db->lite, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db->lite, pragmas_of(mode), NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        err e = err_of(rc);
        db_close(db);
        return e.code == ERR_BUSY ? e : ERR(IO);
    }
    *out = db;
    return OK;
}

err db_bytes(struct db *db, int64_t *bytes)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->lite,
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *bytes = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return rc == SQLITE_ROW ? OK : fail(db, rc, NULL);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (struct cached *c = db->cached, *next; c; c = next) {
        next = c->next;
        c->drop(c->p);
        free(c);
    }
    size_t n = (size_t)(__stop_yg_stmt - __start_yg_stmt);
    for (size_t i = 0; i < n; i++)
        sqlite3_finalize(db->prepared[i].st);
    sqlite3_close(db->lite);
    free(db->prepared);
    free(db);
}

err db_script(struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->lite, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : fail(db, rc, NULL);
}

void *db_cached(const struct db *db, const void *kind, int64_t key)
{
    for (const struct cached *c = db->cached; c; c = c->next)
        if (c->kind == kind && c->key == key)
            return c->p;
    return NULL;
}

err db_cache(struct db *db, const void *kind, int64_t key, void *p, void (*drop)(void *))
{
    struct cached *c = malloc(sizeof *c);
    if (!c) {
        drop(p);
        return ERR(NOMEM);
    }
    *c = (struct cached){db->cached, kind, key, p, drop};
    db->cached = c;
    return OK;
}

/* To end a transaction takes memory too. One that could not be ended is ended here, or every
 * request after it would fail. */
static err begin(struct db *db, const char *how)
{
    db->status = OK;
    if (!sqlite3_get_autocommit(db->lite))
        TRY(db_script(db, "ROLLBACK"));
    return db_script(db, how);
}

err db_read_begin(struct db *db)
{
    return begin(db, "BEGIN");
}

err db_read_end(struct db *db)
{
    err e = db->status;
    sqlite3_exec(db->lite, "ROLLBACK", NULL, NULL, NULL);
    return e;
}

err db_status(const struct db *db)
{
    return db->status;
}

/* ── statements ── */

static int prepare(struct db *db, const struct stmt *stmt, struct prepared *pr)
{
    int rc = sqlite3_prepare_v3(
        db->lite, stmt->text, -1, SQLITE_PREPARE_PERSISTENT, &pr->st, NULL);
    if (rc != SQLITE_OK)
        return rc;
    for (int i = 0; i < MAX_PARAMS; i++) {
        char name[8];
        snprintf(name, sizeof name, "$%d", i + 1);
        pr->index[i] = (uint8_t)sqlite3_bind_parameter_index(pr->st, name);
    }
    return SQLITE_OK;
}

static int bind_value(sqlite3_stmt *st, int index, const struct val *v)
{
    switch (v->kind) {
    case VAL_NULL:
        return sqlite3_bind_null(st, index);
    case VAL_INT:
        return sqlite3_bind_int64(st, index, v->i);
    case VAL_TEXT:
        return sqlite3_bind_text64(st, index, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
    case VAL_BYTES:
        return sqlite3_bind_blob64(st, index, v->p, v->n, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/* Prepared, bound and ready to step; NULL after an error. The same statement may not be open
 * twice on one connection: that is a BUG, as it would reset the outer loop. */
static struct prepared *ready(struct db *db, const struct stmt *stmt, struct vals vals, err *e)
{
    struct prepared *pr = &db->prepared[stmt - __start_yg_stmt];
    BUG_IF(vals.n > MAX_PARAMS || pr->busy);
    int rc = pr->st ? SQLITE_OK : prepare(db, stmt, pr);
    for (size_t i = 0; rc == SQLITE_OK && i < vals.n; i++) {
        BUG_IF(pr->index[i] == 0); /* a value without its $n */
        rc = bind_value(pr->st, pr->index[i], &vals.v[i]);
    }
    if (rc != SQLITE_OK) {
        *e = fail(db, rc, stmt);
        return NULL;
    }
    BUG_IF(sqlite3_bind_parameter_count(pr->st) != (int)vals.n);
    return pr;
}

struct rows db_query(struct db *db, const struct stmt *stmt, struct vals vals)
{
    err e = db->status;
    struct prepared *pr = err_is(e) ? NULL : ready(db, stmt, vals, &e);
    if (pr)
        pr->busy = true;
    return (struct rows){.db = db, .cursor = pr, .done = !pr};
}

bool rows_next(struct rows *r)
{
    if (r->done)
        return false;
    struct prepared *pr = r->cursor;
    int rc = sqlite3_step(pr->st);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        IGNORE(fail(r->db, rc, NULL)); /* kept in db->status */
    rows_done(r);
    return false;
}

err rows_one(struct rows *r)
{
    if (rows_next(r))
        return OK;
    return err_is(r->db->status) ? r->db->status : ERR(NOTFOUND);
}

void rows_done(struct rows *r)
{
    struct prepared *pr = r->cursor;
    r->done = true;
    r->cursor = NULL;
    if (!pr)
        return;
    sqlite3_reset(pr->st);
    sqlite3_clear_bindings(pr->st);
    pr->busy = false;
}

static sqlite3_stmt *stmt_of(const struct rows *r)
{
    return ((struct prepared *)r->cursor)->st;
}

int64_t row_i64(const struct rows *r, int col)
{
    return sqlite3_column_int64(stmt_of(r), col);
}

bool row_is_null(const struct rows *r, int col)
{
    return sqlite3_column_type(stmt_of(r), col) == SQLITE_NULL;
}

str row_view(const struct rows *r, int col)
{
    const void *p = sqlite3_column_text(stmt_of(r), col);
    return (str){p, (size_t)sqlite3_column_bytes(stmt_of(r), col)};
}

str row_str(struct arena *a, const struct rows *r, int col)
{
    return str_dup(a, row_view(r, col));
}

struct bytes row_bytes(struct arena *a, const struct rows *r, int col)
{
    const void *p = sqlite3_column_blob(stmt_of(r), col);
    str s = str_dup(a, (str){p, (size_t)sqlite3_column_bytes(stmt_of(r), col)});
    return (struct bytes){(const uint8_t *)s.p, s.n};
}

/* ── writing ── */

err db_exec_count(struct tx *tx, const struct stmt *stmt, struct vals vals, int64_t *changed)
{
    struct db *db = tx->db;
    if (err_is(db->status))
        return db->status;
    err e = OK;
    struct prepared *pr = ready(db, stmt, vals, &e);
    if (!pr)
        return e;
    int rc = sqlite3_step(pr->st);
    while (rc == SQLITE_ROW)
        rc = sqlite3_step(pr->st);
    if (rc != SQLITE_DONE)
        e = fail(db, rc, stmt);
    else if (changed)
        *changed = sqlite3_changes64(db->lite);
    sqlite3_reset(pr->st);
    sqlite3_clear_bindings(pr->st);
    return e;
}

err db_exec(struct tx *tx, const struct stmt *stmt, struct vals vals)
{
    return db_exec_count(tx, stmt, vals, NULL);
}

struct db *tx_db(struct tx *tx)
{
    return tx->db;
}

usec tx_now(const struct tx *tx)
{
    return tx->now;
}

/* Seconds since 2020-01-01T00:00Z, shifted over 20 bits of sequence: 53 bits last until 2292. */
int64_t tx_id(struct tx *tx)
{
    int64_t seconds = tx->now / USEC_SECOND - 1577836800;
    int64_t floor = seconds > 0 ? seconds << 20 : 0;
    tx->last_id = tx->last_id >= floor ? tx->last_id + 1 : floor;
    return tx->last_id;
}

int64_t tx_id_last(const struct tx *tx)
{
    return tx->last_id;
}

void tx_id_start(struct tx *tx, int64_t last)
{
    if (last > tx->last_id)
        tx->last_id = last;
}

struct tx *tx_new(struct db *db, struct tx_clock clock)
{
    struct tx *tx = calloc(1, sizeof *tx);
    if (tx)
        *tx = (struct tx){.db = db, .clock = clock, .now = clock.now(clock.ctx)};
    return tx;
}

void tx_free(struct tx *tx)
{
    free(tx);
}

void tx_touch(struct tx *tx)
{
    tx->now = tx->clock.now(tx->clock.ctx);
}

err tx_begin(struct tx *tx)
{
    tx->spoilt = false;
    return begin(tx->db, "BEGIN IMMEDIATE");
}

err tx_commit(struct tx *tx)
{
    return tx->spoilt ? ERR(IO) : db_script(tx->db, "COMMIT");
}

void tx_rollback(struct tx *tx)
{
    sqlite3_exec(tx->db->lite, "ROLLBACK", NULL, NULL, NULL);
    tx->db->status = OK;
}

err tx_savepoint(struct tx *tx)
{
    return db_script(tx->db, "SAVEPOINT job");
}

/* A job whose reads failed is not released, whatever it returned. */
err tx_release(struct tx *tx)
{
    return err_is(tx->db->status) ? tx->db->status : db_script(tx->db, "RELEASE job");
}

void tx_rollback_to(struct tx *tx)
{
    tx->db->status = OK;
    if (err_is(db_script(tx->db, "ROLLBACK TO job; RELEASE job")))
        tx->spoilt = true; /* what the job wrote is still there: nothing may be committed */
}
