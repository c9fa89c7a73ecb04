/* SPDX-License-Identifier: Apache-2.0 */
/* Names go when their time is over and not a day before; what they did stays, and no chain breaks. */
#include "test/fixture.h"

#include "org/org_private.h"
#include "org/org_retention.h"

enum { YEAR_SECONDS = 31557600 };

static err tick_write(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    BUF_AUTO out = BUF(64);
    return org_retention_tick(tx, f->a, STR_NONE, &out);
}

static void tick_at(struct fix *f, usec at)
{
    f->now = at;
    fix_write(f, tick_write, f);
}

static err act(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    struct audit_entry e = {.body = BODY_TOWN,
        .person = f->person[P_TOWN].v,
        .action = S("survey.answer"),
        .object = S("survey:1/ORG-01")};
    return audit_append(tx, &e);
}

static void stop(struct fix *f, enum fix_person p)
{
    fix_sql(f, str_z(f->a, str_fmt(f->a, "UPDATE person SET active=0 WHERE id=%lld",
                               (long long)f->person[p].v)));
}

static int64_t named(struct fix *f, enum fix_person p)
{
    return fix_number(f,
        str_z(f->a, str_fmt(f->a,
                        "SELECT COUNT(*) FROM person WHERE id=%lld AND name<>'" RETENTION_ERASED
                        "' AND mail<>'' AND login NOT LIKE 'erased-%%'",
                        (long long)f->person[p].v)));
}

static int64_t rows_of(struct fix *f, const char *table, enum fix_person p)
{
    return fix_number(f, str_z(f->a, str_fmt(f->a, "SELECT COUNT(*) FROM %s WHERE person=%lld",
                                         table, (long long)f->person[p].v)));
}

static void a_name_goes_after_its_years_and_not_a_day_before(void **state)
{
    struct fix *f = *state;
    struct audit_report r;
    usec start = f->now;
    fix_write(f, act, f);
    fix_sign_in(f, P_TOWN);
    fix_token(f, P_TOWN);
    stop(f, P_TOWN);
    tick_at(f, start);
    tick_at(f, start + RETENTION_YEARS * YEAR_SECONDS * USEC_SECOND - USEC_DAY);
    assert_int_equal(named(f, P_TOWN), 1);
    tick_at(f, start + RETENTION_YEARS * YEAR_SECONDS * USEC_SECOND);
    assert_int_equal(named(f, P_TOWN), 0);
    assert_int_equal(named(f, P_CITY), 1); /* who still works keeps the name */
    static const char *const gone[] = {"credential", "session", "token", "invite"};
    for (size_t i = 0; i < COUNT_OF(gone); i++)
        assert_int_equal(rows_of(f, gone[i], P_TOWN), 0);
    assert_int_equal(rows_of(f, "audit", P_TOWN), 1); /* by number */
    assert_int_equal(
        fix_number(f, "SELECT COUNT(*) FROM audit WHERE body=483010 AND action='org.person.erase'"), 1);
    assert_ok(audit_verify(fix_db(f), &r));
    tick_at(f, f->now + USEC_DAY); /* once is enough */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE action='org.person.erase'"), 1);
}

struct years {
    int64_t body, years;
};

static err decide(struct tx *tx, void *arg)
{
    const struct years *y = arg;
    return org_retention_set(tx, y->body, y->years, (person_id){1});
}

static void a_body_decides_for_its_own_people(void **state)
{
    struct fix *f = *state;
    usec start = f->now;
    int64_t years;
    struct years y = {BODY_TOWN, 1};
    fix_write(f, decide, &y);
    assert_ok(org_retention_get(fix_db(f), BODY_TOWN, &years));
    assert_int_equal(years, 1);
    assert_ok(org_retention_get(fix_db(f), BODY_CITY, &years));
    assert_int_equal(years, RETENTION_YEARS);
    stop(f, P_TOWN);
    stop(f, P_CITY);
    tick_at(f, start);
    tick_at(f, start + YEAR_SECONDS * USEC_SECOND);
    assert_int_equal(named(f, P_TOWN), 0);
    assert_int_equal(named(f, P_CITY), 1);
}

static void who_comes_back_begins_anew(void **state)
{
    struct fix *f = *state;
    usec start = f->now;
    stop(f, P_TOWN);
    tick_at(f, start);
    fix_sql(f, "UPDATE person SET active=1");
    tick_at(f, start + 4 * YEAR_SECONDS * USEC_SECOND);
    assert_int_equal(rows_of(f, "person_left", P_TOWN), 0);
    stop(f, P_TOWN);
    tick_at(f, start + 4 * YEAR_SECONDS * USEC_SECOND + USEC_DAY);
    tick_at(f, start + 6 * YEAR_SECONDS * USEC_SECOND);
    assert_int_equal(named(f, P_TOWN), 1);
}

/* Name, login and address stand in this one table: a canary in them is nowhere else afterwards. */
static void nothing_of_the_name_is_left_in_any_table(void **state)
{
    struct fix *f = *state;
    usec start = f->now;
    fix_sql(f, str_z(f->a, str_fmt(f->a,
                               "UPDATE person SET name='CANARYNAME', login='CANARYLOGIN',"
                               " mail='CANARYMAIL@example.jp' WHERE id=%lld",
                               (long long)f->person[P_TOWN].v)));
    fix_write(f, act, f);
    stop(f, P_TOWN);
    tick_at(f, start);
    tick_at(f, start + RETENTION_YEARS * YEAR_SECONDS * USEC_SECOND);
    fix_close_store(f);
    fix_sql(f, "VACUUM");
    FILE *file = fopen(str_z(f->a, f->file), "rb");
    assert_non_null(file);
    char *all = arena_alloc(f->a, 8 << 20);
    size_t n = fread(all, 1, 8 << 20, file);
    fclose(file);
    assert_true(n > 4096 && n < 8 << 20);
    assert_null(memmem(all, n, "CANARY", 6));
}

int main(void)
{
#define WITH_PEOPLE(test) cmocka_unit_test_setup_teardown(test, fix_people_setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_name_goes_after_its_years_and_not_a_day_before),
        WITH_PEOPLE(a_body_decides_for_its_own_people),
        WITH_PEOPLE(who_comes_back_begins_anew),
        WITH_PEOPLE(nothing_of_the_name_is_left_in_any_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
