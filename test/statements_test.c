/* SPDX-License-Identifier: Apache-2.0 */
/* Every migration applied and every SQL() literal of the program prepared, on SQLite and on the
 * PostgreSQL that PGHOST and PGPORT name: script/test runs it under pg_virtualenv. */
#include <setjmp.h>

#include <cmocka.h>

#include "main/main.h"
#include "store/ddl.h"

#include <libpq-fe.h>
#include <sqlite3.h>

/* The one table the migrations do not make themselves (store/migrate.c). */
static const char schema_migration[] =
    "CREATE TABLE schema_migration (module TEXT NOT NULL, number INT NOT NULL,"
    " name TEXT NOT NULL, checksum BYTES NOT NULL, applied_at TIME NOT NULL,"
    " PRIMARY KEY (module, number)) STRICT;";

static struct world {
    struct arena *a;
    struct store_modules mods;
    sqlite3 *lite;
    PGconn *pg;
    char schema[64];
    int failures;
} world;

static void complain(const char *file, long line, const char *engine, const char *what)
{
    world.failures++;
    print_error("%s:%ld: %s: %s\n", file, line, engine, what);
}

/* ── the two engines ── */

static bool pg_run(const char *sql)
{
    PGresult *r = PQexec(world.pg, sql);
    ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool lite_run(const char *sql)
{
    return sqlite3_exec(world.lite, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static const struct engine_ops {
    const char *name;
    enum engine engine;
    bool (*run)(const char *sql);
} engines[] = {
    {"SQLite", ENGINE_SQLITE, lite_run},
    {"PostgreSQL", ENGINE_POSTGRES, pg_run},
};

static const char *message_of(const struct engine_ops *e)
{
    return e->engine == ENGINE_SQLITE ? sqlite3_errmsg(world.lite) : PQerrorMessage(world.pg);
}

/* A literal of one zero byte. */
static str blob_of(const struct engine_ops *e)
{
    return e->engine == ENGINE_SQLITE ? S("x'00'") : S("'\\x00'");
}

static void apply(const struct engine_ops *e, const char *name, str ddl)
{
    BUF_AUTO sql = BUF(1 << 20);
    ddl_expand(&sql, e->engine, ddl);
    buf_char(&sql, '\0');
    assert_false(sql.failed);
    if (!e->run(sql.p))
        complain(name, 0, e->name, message_of(e));
}

static void connect_postgres(void)
{
    if (!getenv("PGHOST") || !getenv("PGPORT"))
        fail_msg("no PostgreSQL: run this as  pg_virtualenv -v 15 meson test --suite statements");
    world.pg = PQconnectdb("");
    if (PQstatus(world.pg) != CONNECTION_OK)
        fail_msg("PostgreSQL: %s", PQerrorMessage(world.pg));
    snprintf(world.schema, sizeof world.schema, "yagura_test_%d", (int)getpid());
    BUF_AUTO sql = BUF(1024);
    buf_fmt(&sql, "SET client_min_messages=warning; CREATE SCHEMA %s; SET search_path TO %s",
        world.schema, world.schema);
    buf_char(&sql, '\0');
    if (!pg_run(sql.p))
        fail_msg("PostgreSQL: %s", PQerrorMessage(world.pg));
}

static int open_world(void **state)
{
    (void)state;
    world.a = arena_new(1 << 20);
    world.mods = modules_store(world.a);
    assert_int_equal(sqlite3_open(":memory:", &world.lite), SQLITE_OK);
    assert_true(lite_run("PRAGMA foreign_keys=ON"));
    connect_postgres();
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        apply(&engines[i], "schema_migration", str_of(schema_migration));
        for (size_t m = 0; m < world.mods.n_migrations; m++)
            for (const struct embedded *f = world.mods.migrations[m].files; f->name; f++)
                apply(&engines[i], f->name, (str){(const char *)f->data, f->n});
    }
    return world.failures;
}

static int close_world(void **state)
{
    (void)state;
    BUF_AUTO sql = BUF(256);
    buf_fmt(&sql, "DROP SCHEMA %s CASCADE", world.schema);
    buf_char(&sql, '\0');
    if (world.pg && world.schema[0])
        pg_run(sql.p);
    PQfinish(world.pg);
    sqlite3_close(world.lite);
    arena_free(world.a);
    return 0;
}

/* ── tables ── */

/* The schema a table of this name would be found in counts its rows: no table is an error. */
static void require_table(const char *migration, str table)
{
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        BUF_AUTO sql = BUF(256);
        buf_lit(&sql, "SELECT COUNT(*) FROM ");
        buf_str(&sql, table);
        buf_char(&sql, '\0');
        if (!engines[i].run(sql.p))
            complain(migration, 0, engines[i].name, message_of(&engines[i]));
    }
}

static int tables_of(const struct embedded *f)
{
    int n = 0;
    str text = {(const char *)f->data, f->n}, word = S("CREATE TABLE "), name;
    for (str line; str_cut(&text, '\n', &line);) {
        if (!str_starts(line, word))
            continue;
        line = str_sub(line, word.n, line.n);
        assert_true(str_cut(&line, ' ', &name));
        require_table(f->name, name);
        n++;
    }
    return n;
}

static void every_migration_gives_its_tables_on_both(void **state)
{
    int n = 0;
    (void)state;
    world.failures = 0;
    for (size_t m = 0; m < world.mods.n_migrations; m++)
        for (const struct embedded *f = world.mods.migrations[m].files; f->name; f++)
            n += tables_of(f);
    assert_true(n >= 20);
    assert_int_equal(world.failures, 0);
}

/* ── statements ── */

/* Ids, counts and times are 64 bits wide, on both sides of a statement. */
static bool is_our_type(Oid type)
{
    enum { BYTEA = 17, INT8 = 20, TEXT = 25 };
    return type == BYTEA || type == INT8 || type == TEXT;
}

static void check_types(const struct stmt *s, int params)
{
    PGresult *d = PQdescribePrepared(world.pg, "");
    char what[128];
    if (PQnparams(d) != params)
        complain(s->file, s->line, "PostgreSQL", "other parameters than on SQLite");
    for (int i = 0; i < PQnparams(d); i++) {
        snprintf(what, sizeof what, "$%d has type oid %u: CAST it", i + 1, PQparamtype(d, i));
        if (!is_our_type(PQparamtype(d, i)))
            complain(s->file, s->line, "PostgreSQL", what);
    }
    for (int i = 0; i < PQnfields(d); i++) {
        enum { INT4 = 23 }; /* a written constant */
        snprintf(what, sizeof what, "column %d has type oid %u: CAST it", i, PQftype(d, i));
        if (!is_our_type(PQftype(d, i)) && PQftype(d, i) != INT4)
            complain(s->file, s->line, "PostgreSQL", what);
    }
    PQclear(d);
}

/* Number of parameters, which must be named $1 to $n; -1 after a failure. */
static int prepare_lite(const struct stmt *s)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(world.lite, s->text, -1, &st, NULL) != SQLITE_OK) {
        complain(s->file, s->line, "SQLite", sqlite3_errmsg(world.lite));
        return -1;
    }
    int n = sqlite3_bind_parameter_count(st);
    for (int i = 1; i <= n; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i);
        if (sqlite3_bind_parameter_index(st, name) == 0)
            complain(s->file, s->line, "SQLite", "a parameter between $1 and the last is missing");
    }
    if (n > 16)
        complain(s->file, s->line, "SQLite", "more than 16 parameters");
    sqlite3_finalize(st);
    return n;
}

static void every_statement_prepares_on_both(void **state)
{
    int n = 0;
    (void)state;
    world.failures = 0;
    for (const struct stmt *s = __start_yg_stmt; s < __stop_yg_stmt; s++, n++) {
        int params = prepare_lite(s);
        PGresult *r = PQprepare(world.pg, "", s->text, 0, NULL);
        bool prepared = PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
        if (!prepared)
            complain(s->file, s->line, "PostgreSQL", PQerrorMessage(world.pg));
        else if (params >= 0)
            check_types(s, params);
    }
    print_message("%d statements on SQLite %s and PostgreSQL %d\n", n, sqlite3_libversion(),
        PQserverVersion(world.pg));
    assert_true(n > 60);
    assert_int_equal(world.failures, 0);
}

/* ── what the database itself refuses ── */

/* @ stands for a blob literal. */
static const char *const rows[] = {
    "INSERT INTO setting (name, value) VALUES ('demo', '1'), ('secret', 'aa')",
    "INSERT INTO audit (id, body, seq, at, person, action, object, detail, hash)"
    " VALUES (1, 0, 1, 0, 0, 'a', 'o', '', @)",
    "INSERT INTO body (id, code6, class, pref, name, kana, valid_from)"
    " VALUES (1, '483010', 5, 48, 'n', 'k', 0)",
    "INSERT INTO question (id, code) VALUES (1, 'ORG-01')",
    "INSERT INTO question_rev (id, question, number, text, why, type, options, unit, allow_na,"
    " hash) VALUES (1, 1, 1, 't', 'w', 1, '[]', '', 0, @)",
    "INSERT INTO catalog_rev (id, code, number, title, created_at) VALUES (1, 'c', 1, 't', 0)",
    "INSERT INTO fact (id, body, organ, question, question_rev, occasion, value, basis, person, at)"
    " VALUES (1, 1, 0, 1, 1, 0, 'done', 1, 0, 0)",
    "INSERT INTO survey (id, catalog_rev, title, fiscal_year, as_of, shown_deadline,"
    " last_submission, last_correction, state, created_at)"
    " VALUES (1, 1, 't', 2026, 0, 0, 0, 0, 1, 0)",
    "INSERT INTO response (id, survey, body, organ, state, version) VALUES (1, 1, 1, 0, 2, 1)",
    "INSERT INTO submission (id, response, number, horizon, class, pref, person, at, hash)"
    " VALUES (1, 1, 1, 1, 5, 48, 0, 0, @)",
};

static const struct {
    const char *sql;
    bool refused;
} changes[] = {
    {"UPDATE audit SET action='b'", true},
    {"DELETE FROM audit", true},
    {"UPDATE fact SET value='none'", true},
    {"DELETE FROM fact", true},
    {"UPDATE question_rev SET text='u'", true},
    {"UPDATE submission SET horizon=2", true},
    {"DELETE FROM submission", true},
    {"UPDATE setting SET value='0' WHERE name='demo'", true},
    {"UPDATE setting SET name='was-demo' WHERE name='demo'", true},
    {"INSERT INTO setting (name, value) VALUES ('demo', '0')"
     " ON CONFLICT (name) DO UPDATE SET value=excluded.value",
        true},
    {"DELETE FROM setting WHERE name='demo'", true},
    {"UPDATE setting SET value='bb' WHERE name='secret'", false},
    {"DELETE FROM setting WHERE name='secret'", false},
    {"INSERT INTO response (id, survey, body, organ, state, version) VALUES (2, 9, 1, 1, 0, 0)",
        true}, /* no such survey: references are enforced */
    {"UPDATE response SET version=2", false},
};

static bool run_both(const struct engine_ops *e, const char *sql)
{
    BUF_AUTO b = BUF(4096);
    for (const char *p = sql; *p; p++) {
        if (*p == '@')
            buf_str(&b, blob_of(e));
        else
            buf_char(&b, *p);
    }
    buf_char(&b, '\0');
    return e->run(b.p);
}

static void both_keep_what_must_not_change(void **state)
{
    (void)state;
    world.failures = 0;
    for (size_t i = 0; i < COUNT_OF(engines); i++) {
        const struct engine_ops *e = &engines[i];
        for (size_t k = 0; k < COUNT_OF(rows); k++)
            if (!run_both(e, rows[k]))
                complain(rows[k], 0, e->name, message_of(e));
        for (size_t k = 0; k < COUNT_OF(changes); k++)
            if (run_both(e, changes[k].sql) == changes[k].refused)
                complain(changes[k].sql, 0, e->name,
                    changes[k].refused ? "was not refused" : message_of(e));
    }
    assert_int_equal(world.failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_migration_gives_its_tables_on_both),
        cmocka_unit_test(every_statement_prepares_on_both),
        cmocka_unit_test(both_keep_what_must_not_change),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
