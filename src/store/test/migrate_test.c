/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: forward only, all or nothing, and no other version's database. */
#include "test/fixture.h"

#define FILE_OF(name, text) {name, (const unsigned char *)(text), sizeof(text) - 1}

static const struct embedded first[] = {FILE_OF("0001_a.sql", "CREATE TABLE a (x INT) STRICT;"),
    {NULL, NULL, 0}};
static const struct embedded both[] = {FILE_OF("0001_a.sql", "CREATE TABLE a (x INT) STRICT;"),
    FILE_OF("0002_b.sql", "CREATE TABLE b (x BYTES) STRICT; INSERT INTO a (x) VALUES (1);"),
    {NULL, NULL, 0}};
static const struct embedded changed[] = {
    FILE_OF("0001_a.sql", "CREATE TABLE a (x INT) STRICT; "), {NULL, NULL, 0}};
static const struct embedded broken[] = {FILE_OF("0001_a.sql", "CREATE TABLE a (x INT) STRICT;"),
    FILE_OF("0002_b.sql", "CREATE TABLE b (x INT) STRICT; INSERT INTO absent VALUES (1);"),
    {NULL, NULL, 0}};
static const struct embedded other[] = {FILE_OF("0001_o.sql", "CREATE TABLE o (x INT) STRICT;"),
    {NULL, NULL, 0}};

static err up(struct fix *f, const struct embedded *m, const struct embedded *n, int *applied,
    str *why)
{
    const struct migration_set sets[] = {{"m", m}, {"n", n}};
    struct db *db;
    *why = STR_NONE;
    TRY(db_open(f->url, DB_CREATE, &db));
    err e = migrate_up(db, sets, n ? 2 : 1, f->a, f->now, NULL, applied, why);
    db_close(db);
    return e;
}

static err check(struct fix *f, const struct embedded *m, const struct embedded *n, str *why)
{
    const struct migration_set sets[] = {{"m", m}, {"n", n}};
    struct db *db;
    *why = STR_NONE;
    TRY(db_open(f->url, DB_READ, &db));
    err e = migrate_check(db, sets, n ? 2 : 1, f->a, why);
    db_close(db);
    return e;
}

static int64_t tables(const struct fix *f)
{
    return fix_number(f, "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('a', 'b', 'o')");
}

static void only_what_is_missing_is_applied(void **state)
{
    struct fix *f = *state;
    int applied;
    str why;
    assert_ok(up(f, first, NULL, &applied, &why));
    assert_int_equal(applied, 1);
    assert_ok(up(f, first, NULL, &applied, &why));
    assert_int_equal(applied, 0);
    assert_ok(up(f, both, other, &applied, &why));
    assert_int_equal(applied, 2);
    assert_ok(up(f, both, other, &applied, &why));
    assert_int_equal(applied, 0);
    assert_ok(check(f, both, other, &why));
    assert_int_equal(tables(f), 3);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM a"), 1);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM schema_migration WHERE"
                                   " (module, number, name) IN (('m', 1, '0001_a.sql'),"
                                   " ('m', 2, '0002_b.sql'), ('n', 1, '0001_o.sql'))"), 3);
}

static void a_missing_one_is_only_named_by_the_check(void **state)
{
    struct fix *f = *state;
    int applied;
    str why;
    assert_ok(up(f, first, NULL, &applied, &why));
    assert_err(check(f, both, NULL, &why), CONFLICT);
    assert_true(str_has(why, S("m/0002_b.sql")) && str_has(why, S("yagura migrate")));
    assert_int_equal(tables(f), 1);
}

static void a_changed_one_is_refused(void **state)
{
    struct fix *f = *state;
    int applied;
    str why;
    assert_ok(up(f, first, NULL, &applied, &why));
    assert_err(up(f, changed, other, &applied, &why), CONFLICT);
    assert_true(str_has(why, S("m/0001_a.sql")));
    assert_int_equal(tables(f), 1);
    assert_err(check(f, changed, NULL, &why), CONFLICT);
    assert_true(why.n > 0 && !str_has(why, S("yagura migrate")));
}

static void a_newer_database_is_refused(void **state)
{
    struct fix *f = *state;
    int applied;
    str why;
    assert_ok(up(f, both, NULL, &applied, &why));
    assert_err(up(f, first, other, &applied, &why), CONFLICT); /* a migration unknown here */
    assert_true(str_has(why, S("m 0002_b.sql")));
    assert_err(check(f, first, NULL, &why), CONFLICT);
    assert_int_equal(tables(f), 2);
    assert_ok(up(f, both, other, &applied, &why));
    assert_err(check(f, both, NULL, &why), CONFLICT); /* a module unknown here */
    assert_true(str_has(why, S("n 0001_o.sql")));
}

static void a_failing_one_leaves_nothing_behind(void **state)
{
    struct fix *f = *state;
    int applied;
    str why;
    assert_err(up(f, broken, other, &applied, &why), IO);
    assert_int_equal(tables(f), 0);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM schema_migration"), 0);
    assert_ok(up(f, both, other, &applied, &why));
    assert_int_equal(applied, 3);
}

struct seen {
    int before, applied, last, of;
    enum err_code answer;
};

static err note_before(void *ctx, int missing, str *why)
{
    struct seen *s = ctx;
    s->before++;
    s->of = missing;
    *why = S("not now");
    return (err){s->answer};
}

static void note_applied(void *ctx, const char *module, const char *name, int at, int missing)
{
    struct seen *s = ctx;
    (void)module, (void)name;
    s->applied++;
    s->last = at;
    BUG_IF(missing != s->of);
}

static void who_watches_is_asked_before_and_told_after(void **state)
{
    struct fix *f = *state;
    struct seen s = {.answer = ERR_BUSY};
    const struct migrate_watch watch = {note_before, note_applied, &s};
    const struct migration_set sets[] = {{"m", both}};
    struct db *db;
    int applied;
    str why = STR_NONE;
    assert_ok(db_open(f->url, DB_CREATE, &db));
    assert_err(migrate_up(db, sets, 1, f->a, f->now, &watch, &applied, &why), BUSY);
    assert_str(why, S("not now"));
    assert_int_equal(tables(f), 0);
    s = (struct seen){0};
    assert_ok(migrate_up(db, sets, 1, f->a, f->now, &watch, &applied, &why));
    assert_int_equal(s.before, 1);
    assert_int_equal(s.applied, 2);
    assert_int_equal(s.last, 2);
    assert_ok(migrate_up(db, sets, 1, f->a, f->now, &watch, &applied, &why));
    assert_int_equal(s.before, 1); /* nothing is missing: nobody is asked */
    db_close(db);
}

static void another_sort_of_file_is_refused(void **state)
{
    struct fix *f = *state;
    str why;
    fix_sql(f, "CREATE TABLE letters (x)");
    assert_true(err_is(check(f, first, NULL, &why)));
    assert_true(why.n > 0);
}

#define WITH_DIR(t) cmocka_unit_test_setup_teardown(t, fix_dir_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(only_what_is_missing_is_applied),
        WITH_DIR(a_missing_one_is_only_named_by_the_check),
        WITH_DIR(a_changed_one_is_refused),
        WITH_DIR(a_newer_database_is_refused),
        WITH_DIR(a_failing_one_leaves_nothing_behind),
        WITH_DIR(who_watches_is_asked_before_and_told_after),
        WITH_DIR(another_sort_of_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
