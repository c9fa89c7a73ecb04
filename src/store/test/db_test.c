/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: binding by name, errors that stay, one view per reading transaction. */
#include "test/fixture.h"

static err put_setting(struct tx *tx, void *arg)
{
    const str *pair = arg;
    return setting_put(tx, pair[0], pair[1]);
}

static void put(struct fix *f, const char *name, const char *value)
{
    str pair[] = {str_of(name), str_of(value)};
    fix_write(f, put_setting, pair);
}

/* ── values ── */

static void parameters_are_bound_by_their_number(void **state)
{
    struct db *db = fix_db(*state);
    struct fix *f = *state;
    int n = 0;
    DB_EACH(db, r, SQL("SELECT $2, $1, $3, $1, $4"),
        V(S("one"), 2, ((struct bytes){(const uint8_t *)"a\0b", 3}), VAL_NONE))
    {
        assert_int_equal(row_i64(&r, 0), 2);
        assert_str(row_str(f->a, &r, 1), S("one"));
        struct bytes b = row_bytes(f->a, &r, 2);
        assert_int_equal(b.n, 3);
        assert_memory_equal(b.p, "a\0b", 3);
        assert_str(row_view(&r, 3), S("one"));
        assert_true(row_is_null(&r, 4));
        assert_false(row_is_null(&r, 1));
        assert_int_equal(row_i64(&r, 4), 0);
        n++;
    }
    assert_int_equal(n, 1);
    assert_ok(db_status(db));
}

static void sixteen_parameters_and_every_kind_of_value(void **state)
{
    struct db *db = fix_db(*state);
    bool flag = true;
    unsigned u = UINT32_MAX;
    long long big = INT64_MIN;
    DB_EACH(db, r,
        SQL("SELECT $16, $15, $14, $13, $12, $11, $10, $9, $8, $7, $6, $5, $4, $3, $2, $1"),
        V(flag, u, big, -1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, STR_NONE, S("last")))
    {
        assert_str(row_view(&r, 0), S("last"));
        assert_false(row_is_null(&r, 1)); /* an empty text is no NULL */
        assert_int_equal(row_i64(&r, 2), 14);
        assert_int_equal(row_i64(&r, 12), -1);
        assert_true(row_i64(&r, 13) == INT64_MIN);
        assert_true(row_i64(&r, 14) == UINT32_MAX);
        assert_int_equal(row_i64(&r, 15), 1);
    }
    assert_ok(db_status(db));
}

/* A statement is kept prepared: nothing of its last values stays. */
static int64_t bound(struct db *db, struct val v)
{
    int64_t got = -1;
    DB_EACH(db, r, SQL("SELECT COALESCE($1, 77)"), V(v))
    got = row_i64(&r, 0);
    return got;
}

static void a_statement_runs_again_with_new_values(void **state)
{
    struct db *db = fix_db(*state);
    assert_int_equal(bound(db, val_int(5)), 5);
    assert_int_equal(bound(db, VAL_NONE), 77);
    assert_int_equal(bound(db, val_int(6)), 6);
}

/* ── errors ── */

static err take_one(struct db *db, str name, str *out, struct arena *a)
{
    return setting_get(db, a, name, out);
}

static void one_row_or_notfound(void **state)
{
    struct fix *f = *state;
    str value = STR_NONE;
    put(f, "a", "1");
    put(f, "a", "2"); /* written over */
    assert_ok(take_one(fix_db(f), S("a"), &value, f->a));
    assert_str(value, S("2"));
    assert_err(take_one(fix_db(f), S("b"), &value, f->a), NOTFOUND);
    assert_ok(db_status(fix_db(f))); /* absence is no failure of the connection */
}

static int count_settings(struct db *db)
{
    int n = 0;
    DB_EACH(db, r, SQL("SELECT name FROM setting"), V0)
    n++;
    return n;
}

static void a_failed_read_stays_until_the_next_transaction(void **state)
{
    struct fix *f = *state;
    struct db *db = fix_db(f);
    str value;
    put(f, "a", "1");
    assert_ok(db_read_begin(db));
    DB_EACH(db, r, SQL("SELECT absent FROM setting"), V0)
    fail();
    assert_err(db_status(db), IO);
    assert_int_equal(count_settings(db), 0); /* nothing is read on top of it */
    assert_err(take_one(db, S("a"), &value, f->a), IO); /* and it is not "not found" */
    assert_err(db_read_end(db), IO);
    assert_ok(db_read_begin(db));
    assert_int_equal(count_settings(db), 1);
    assert_ok(db_read_end(db));
}

static err insert_setting(struct tx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx, SQL("INSERT INTO setting (name, value) VALUES ($1, $2)"),
        V(S("a"), S("1")));
}

static err insert_null(struct tx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx, SQL("INSERT INTO setting (name, value) VALUES ($1, $2)"),
        V(S("b"), VAL_NONE));
}

static err insert_orphan(struct tx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx,
        SQL("INSERT INTO person_role (person, role, since) VALUES (4711, 1, 0)"), V0);
}

/* STRICT tables: a text is no number. */
static err insert_wrong_type(struct tx *tx, void *arg)
{
    (void)arg;
    return db_exec(tx, SQL("INSERT INTO audit_head (body, seq, hash) VALUES ($1, $2, $3)"),
        V(1, S("x"), ((struct bytes){NULL, 0})));
}

static void what_a_table_refuses_is_a_conflict(void **state)
{
    struct fix *f = *state;
    fix_write(f, insert_setting, NULL);
    assert_err(fix_try(f, insert_setting, NULL), CONFLICT); /* twice the same key */
    assert_err(fix_try(f, insert_null, NULL), CONFLICT);
    assert_err(fix_try(f, insert_orphan, NULL), CONFLICT); /* foreign keys are on */
    assert_err(fix_try(f, insert_wrong_type, NULL), CONFLICT);
    put(f, "a", "still works");
}

static err count_changed(struct tx *tx, void *arg)
{
    int64_t *n = arg;
    TRY(db_exec_count(tx, SQL("UPDATE setting SET value='x' WHERE name=$1"), V(S("a")), &n[0]));
    return db_exec_count(tx, SQL("UPDATE setting SET value='y' WHERE name=$1"), V(S("no")), &n[1]);
}

static void the_number_of_changed_rows_is_told(void **state)
{
    int64_t n[2] = {-1, -1};
    put(*state, "a", "1");
    fix_write(*state, count_changed, n);
    assert_int_equal(n[0], 1);
    assert_int_equal(n[1], 0);
}

/* ── reading is only reading ── */

static void a_reading_connection_cannot_write(void **state)
{
    struct fix *f = *state;
    struct db *db = fix_db(f);
    assert_err(db_script(db, "INSERT INTO setting (name, value) VALUES ('x', 'y')"), IO);
    assert_err(db_script(db, "CREATE TABLE t (a)"), IO);
    struct tx *tx = tx_new(db, fix_clock(f)); /* what no module can do */
    assert_err(insert_setting(tx, NULL), IO);
    tx_free(tx);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting"), 0);
}

static void a_reading_transaction_sees_one_moment(void **state)
{
    struct fix *f = *state;
    struct db *db = fix_db(f);
    put(f, "a", "1");
    assert_ok(db_read_begin(db));
    assert_int_equal(count_settings(db), 1);
    put(f, "b", "1"); /* committed meanwhile */
    assert_int_equal(count_settings(db), 1);
    assert_ok(db_read_end(db));
    assert_int_equal(count_settings(db), 2);
}

/* ── the connection's cache ── */

static int dropped;

static void drop(void *p)
{
    dropped += *(int *)p;
}

static void the_cache_is_by_kind_and_key_and_dropped_with_its_connection(void **state)
{
    struct fix *f = *state;
    static const char kind, other;
    struct db *db;
    static int one = 1, ten = 10;
    assert_ok(db_open(f->url, DB_READ, &db));
    assert_ok(db_cache(db, &kind, 1, &one, drop));
    assert_ok(db_cache(db, &other, 2, &ten, drop));
    assert_ptr_equal(db_cached(db, &kind, 1), &one);
    assert_null(db_cached(db, &kind, 2));
    assert_null(db_cached(db, &other, 1));
    db_close(db);
    assert_int_equal(dropped, 11);
}

static void urls_name_a_file(void **state)
{
    struct db *db;
    str file;
    (void)state;
    assert_ok(db_url_file(S("sqlite:a"), &file));
    assert_str(file, S("a"));
    assert_err(db_url_file(S("sqlite:"), &file), INVALID);
    assert_err(db_url_file(S("postgres:a"), &file), INVALID);
    assert_err(db_open(S("mysql:a"), DB_READ, &db), INVALID);
    assert_err(db_open(S("sqlite:/tmp/no/such/file"), DB_READ, &db), IO);
}

#define WITH_STORE(t) cmocka_unit_test_setup_teardown(t, fix_store_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(parameters_are_bound_by_their_number),
        WITH_STORE(sixteen_parameters_and_every_kind_of_value),
        WITH_STORE(a_statement_runs_again_with_new_values),
        WITH_STORE(one_row_or_notfound),
        WITH_STORE(a_failed_read_stays_until_the_next_transaction),
        WITH_STORE(what_a_table_refuses_is_a_conflict),
        WITH_STORE(the_number_of_changed_rows_is_told),
        WITH_STORE(a_reading_connection_cannot_write),
        WITH_STORE(a_reading_transaction_sees_one_moment),
        WITH_STORE(the_cache_is_by_kind_and_key_and_dropped_with_its_connection),
        cmocka_unit_test(urls_name_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
