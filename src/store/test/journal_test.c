/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: it counts within a day, and forgets in time. */
#include "fixture.h"

static err add(struct tx *tx, void *arg)
{
    return journal_add(tx, arg);
}

static const struct journal_entry seen = {
    .person = 7, .org = 1, .kind = JOURNAL_SEEN, .object = S("回答：山田花子.pdf"),
    .address = S("GET /surveys/1"), .body = BODY_TOWN};

static void a_day_is_one_row_that_counts(void **state)
{
    struct fix *f = *state;
    struct journal_entry e = seen;
    fix_write(f, add, &e);
    f->now += USEC_HOUR;
    fix_write(f, add, &e);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), 1);
    assert_int_equal(fix_number(f, "SELECT n FROM journal"), 2);
    assert_int_equal(fix_number(f, "SELECT last_at-at FROM journal"), USEC_HOUR);
    f->now += USEC_DAY;
    fix_write(f, add, &e);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), 2);
    struct journal_entry others[] = {seen, seen, seen, seen};
    others[0].person = 8;
    others[1].kind = JOURNAL_EXPORT;
    others[2].object = S("根拠資料");
    others[3].body = BODY_CITY;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        fix_write(f, add, &others[i]);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), 6);
}

static void the_day_is_that_of_japan(void **state)
{
    struct fix *f = *state;
    struct journal_entry e = seen;
    f->now = usec_of_jday_end(jday_of(2026, 11, 20)) - USEC_SECOND;
    fix_write(f, add, &e);
    f->now += 2 * USEC_SECOND;
    fix_write(f, add, &e);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), 2);
    assert_int_equal(fix_number(f, "SELECT MAX(day)-MIN(day) FROM journal"), 1);
}

/* What the journal forgets, the trail of the body concerned keeps; refusals are no part of it. */
static void who_looked_is_in_the_trail_once_a_day(void **state)
{
    struct fix *f = *state;
    struct journal_entry e = seen, taken = seen, refused = seen;
    struct audit_report r;
    taken.kind = JOURNAL_EXPORT;
    taken.body = 0;
    refused.kind = JOURNAL_DENIED;
    for (int day = 0; day < 2; day++, f->now += USEC_DAY) {
        for (int i = 0; i < 3; i++) {
            fix_write(f, add, &e);
            fix_write(f, add, &taken);
            fix_write(f, add, &refused);
        }
    }
    fix_sql(f, "DELETE FROM journal");
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit"), 4);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE body=483010 AND person=7 AND"
                                   " action='journal.seen' AND object='GET /surveys/1'"),
        2);
    assert_int_equal(
        fix_number(f, "SELECT COUNT(*) FROM audit WHERE body=0 AND action='journal.export'"), 2);
    assert_ok(audit_verify(fix_db(f), &r));
}

static err keep_for(struct tx *tx, void *arg)
{
    return setting_put(tx, S("journal_days"), *(str *)arg);
}

/* How many of the rows of day 0, 99 and 100 are there on day 100 with this setting. */
static void kept(struct fix *f, str days, int64_t want)
{
    usec start = f->now;
    struct journal_entry e = seen;
    fix_sql(f, "DELETE FROM journal");
    fix_write(f, keep_for, &days);
    fix_write(f, add, &e);
    f->now = start + 99 * USEC_DAY;
    fix_write(f, add, &e);
    f->now = start + 100 * USEC_DAY;
    fix_write(f, add, &e);
    f->now = start;
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), want);
}

static void what_is_too_old_goes(void **state)
{
    struct fix *f = *state;
    kept(f, S("100"), 3);
    kept(f, S("99"), 2);
    kept(f, S("0"), 3); /* no number of days: as without a setting */
    kept(f, S("x"), 3);
}

struct pruning {
    int64_t most, n;
};

static err prune(struct tx *tx, void *arg)
{
    struct pruning *p = arg;
    return journal_prune(tx, p->most, &p->n);
}

static void pruning_is_bounded(void **state)
{
    struct fix *f = *state;
    struct journal_entry e = seen;
    for (int64_t i = 0; i < 10; i++) {
        e.person = 100 + i;
        fix_write(f, add, &e);
    }
    f->now += (JOURNAL_DAYS + 1) * USEC_DAY;
    struct pruning p = {.most = 4};
    fix_write(f, prune, &p);
    assert_int_equal(p.n, 4);
    fix_write(f, add, &e); /* adding takes the rest away */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), 1);
}

static err many_refusals(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    struct journal_entry e = seen;
    e.kind = JOURNAL_DENIED;
    for (int i = 0; i < JOURNAL_DENIED_A_DAY + 50; i++) {
        e.object = str_fmt(f->a, "GET /surveys/%d", i);
        TRY(journal_add(tx, &e));
    }
    e.person++;
    return journal_add(tx, &e);
}

static void one_person_cannot_fill_it_with_refusals(void **state)
{
    struct fix *f = *state;
    fix_write(f, many_refusals, f);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM journal"), JOURNAL_DENIED_A_DAY + 1);
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, fix_store_setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(a_day_is_one_row_that_counts),
        IN_STORE(the_day_is_that_of_japan),
        IN_STORE(who_looked_is_in_the_trail_once_a_day),
        IN_STORE(what_is_too_old_goes),
        IN_STORE(pruning_is_bounded),
        IN_STORE(one_person_cannot_fill_it_with_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
