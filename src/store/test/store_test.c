/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store in each mode, its reading connections, the settings. */
#include "test/fixture.h"

static err try_open(struct fix *f, enum store_mode mode, str *why)
{
    struct store *s = NULL;
    err e = store_open(f->url, mode, &f->mods, fix_clock(f), f->a, &s, why);
    assert_true(err_is(e) == (s == NULL));
    assert_true(err_is(e) == (why->n > 0)); /* a person is told what to do */
    store_close(s);
    return e;
}

static void a_file_that_exists_is_not_created_again(void **state)
{
    struct fix *f = *state;
    str why;
    assert_ok(try_open(f, STORE_CREATE, &why));
    assert_int_equal(access(str_z(f->a, f->file), R_OK), 0);
    fix_sql(f, "INSERT INTO setting (name, value) VALUES ('mine', '1')");
    assert_err(try_open(f, STORE_CREATE, &why), CONFLICT);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting WHERE name='mine'"), 1);
}

static void a_file_that_is_missing_is_made_by_create_only(void **state)
{
    static const enum store_mode modes[] = {STORE_OWN, STORE_SERVE, STORE_READ, STORE_MIGRATE};
    struct fix *f = *state;
    str why;
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_err(try_open(f, modes[i], &why), NOTFOUND);
        assert_int_equal(access(str_z(f->a, f->file), F_OK), -1);
    }
}

static void other_places_are_refused(void **state)
{
    struct fix *f = *state;
    str why;
    f->url = S("postgres://localhost/x");
    assert_err(try_open(f, STORE_CREATE, &why), INVALID);
    f->url = S("sqlite:/no/such/folder/x.db");
    assert_err(try_open(f, STORE_CREATE, &why), NOTFOUND);
    assert_true(str_has(why, S("/no/such/folder")));
    f->url = S("sqlite:/");
    assert_true(err_is(try_open(f, STORE_READ, &why)));
}

static int files_of(const struct migration_set *set)
{
    int n = 0;
    while (set->files[n].name)
        n++;
    return n;
}

static void an_older_database_is_migrated_only_when_asked(void **state)
{
    static const enum store_mode modes[] = {STORE_OWN, STORE_SERVE, STORE_READ};
    struct fix *f = *state;
    size_t all = f->mods.n_migrations;
    int missing = 0;
    str why;
    for (size_t i = 1; i < all; i++)
        missing += files_of(&f->mods.migrations[i]);
    f->mods.n_migrations = 1;
    assert_ok(try_open(f, STORE_CREATE, &why));
    f->mods.n_migrations = all;
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_err(try_open(f, modes[i], &why), CONFLICT);
        assert_true(str_has(why, S("yagura migrate")));
    }
    fix_open_store(f, STORE_MIGRATE);
    assert_int_equal(store_applied(f->store), missing);
    fix_close_store(f);
    assert_ok(try_open(f, STORE_OWN, &why));
    f->mods.n_migrations = 1; /* and the older program refuses the newer file */
    assert_err(try_open(f, STORE_OWN, &why), CONFLICT);
}

static void a_file_of_another_kind_is_refused(void **state)
{
    static const enum store_mode modes[] = {STORE_OWN, STORE_READ, STORE_MIGRATE};
    struct fix *f = *state;
    str why;
    FILE *out = fopen(str_z(f->a, f->file), "w");
    assert_non_null(out);
    for (int i = 0; i < 10000; i++)
        fputs("a letter\n", out);
    fclose(out);
    for (size_t i = 0; i < COUNT_OF(modes); i++)
        assert_true(err_is(try_open(f, modes[i], &why)));
}

static void reading_comes_without_a_writer(void **state)
{
    struct fix *f = *state;
    fix_close_store(f);
    fix_open_store(f, STORE_READ);
    assert_null(store_writer(f->store));
    assert_ok(db_status(fix_db(f)));
    fix_close_store(f);
    fix_open_store(f, STORE_OWN);
    assert_non_null(store_writer(f->store));
    assert_int_equal(store_now(f->store), f->now);
}

/* ── reading connections ── */

struct reader {
    struct fix *f;
    struct db *first, *second;
    err e;
};

static void *take_reader(void *arg)
{
    struct reader *r = arg;
    r->e = store_reader(r->f->store, &r->first);
    if (!err_is(r->e))
        r->e = store_reader(r->f->store, &r->second);
    return NULL;
}

static void each_thread_has_its_own_up_to_64(void **state)
{
    struct reader readers[64] = {{.f = *state}};
    assert_ptr_equal(fix_db(*state), fix_db(*state));
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        pthread_t thread;
        readers[i].f = *state;
        assert_int_equal(pthread_create(&thread, NULL, take_reader, &readers[i]), 0);
        pthread_join(thread, NULL);
        assert_int_equal(readers[i].e.code, i < 63 ? ERR_OK : ERR_LIMIT);
        if (i < 63)
            assert_ptr_equal(readers[i].first, readers[i].second);
        assert_ptr_not_equal(readers[i].first, fix_db(*state));
    }
}

/* ── settings ── */

static err put_setting(struct tx *tx, void *arg)
{
    const str *pair = arg;
    return setting_put(tx, pair[0], pair[1]);
}

static void settings_are_kept_and_a_demo_stays_one(void **state)
{
    struct fix *f = *state;
    str secret[] = {S("secret"), S("1")}, demo[] = {S("demo"), S("1")}, off[] = {S("demo"), S("0")};
    str value;
    assert_err(setting_get(fix_db(f), f->a, S("secret"), &value), NOTFOUND);
    fix_write(f, put_setting, secret);
    secret[1] = S("二");
    fix_write(f, put_setting, secret);
    assert_ok(setting_get(fix_db(f), f->a, S("secret"), &value));
    assert_str(value, S("二"));
    fix_write(f, put_setting, demo);
    assert_err(fix_try(f, put_setting, off), CONFLICT);
    assert_ok(setting_get(fix_db(f), f->a, S("demo"), &value));
    assert_str(value, S("1"));
    assert_true(fix_sql_fails(f, "DELETE FROM setting WHERE name='demo'"));
}

#define WITH_DIR(t) cmocka_unit_test_setup_teardown(t, fix_dir_setup, fix_teardown)
#define WITH_STORE(t) cmocka_unit_test_setup_teardown(t, fix_store_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(a_file_that_exists_is_not_created_again),
        WITH_DIR(a_file_that_is_missing_is_made_by_create_only),
        WITH_DIR(other_places_are_refused),
        WITH_DIR(an_older_database_is_migrated_only_when_asked),
        WITH_DIR(a_file_of_another_kind_is_refused),
        WITH_STORE(reading_comes_without_a_writer),
        WITH_STORE(each_thread_has_its_own_up_to_64),
        WITH_STORE(settings_are_kept_and_a_demo_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
