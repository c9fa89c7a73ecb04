/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes day by day: what is kept, what is refused, and when the disk will be full. */
#include "main/inspect_model.h"

#include "fixture.h"

#define MIB (1 << 20)

static void sizes_are_read_as_they_are_written(void **state)
{
    struct inspect_sizes s, again;
    BUF_AUTO b = BUF(4096);
    (void)state;
    assert_ok(inspect_sizes_parse(S("20000 1 20001 5 20030 2"), &s));
    assert_int_equal(s.n, 3);
    assert_int_equal(s.v[2].day, 20030);
    assert_int_equal(s.v[2].bytes, 2);
    inspect_sizes_put(&b, &s);
    assert_true(str_eq(buf_view(&b), S("20000 1 20001 5 20030 2")));
    assert_ok(inspect_sizes_parse(STR_NONE, &again));
    assert_int_equal(again.n, 0);
    const str bad[] = {S("20000"), S("20000 x"), S("20000 1 20000 2"), S("20001 1 20000 2"),
        S("20000 -1"), S("what is this")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_err(inspect_sizes_parse(bad[i], &again), INVALID);
}

static void one_size_a_day_and_a_month_of_them(void **state)
{
    struct inspect_sizes s = {.n = 0}, again;
    BUF_AUTO b = BUF(4096);
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_true(inspect_sizes_add(&s, 20000 + i, i));
        assert_false(inspect_sizes_add(&s, 20000 + i, 1000));
    }
    assert_int_equal(s.n, INSPECT_GROWTH_KEPT);
    assert_int_equal(s.v[0].day, 20050 - INSPECT_GROWTH_KEPT);
    assert_int_equal(s.v[s.n - 1].bytes, 49);
    inspect_sizes_put(&b, &s);
    assert_ok(inspect_sizes_parse(buf_view(&b), &again));
    assert_true(inspect_sizes_add(&s, 20010, 7)); /* the clock was ahead: begins anew */
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].day, 20010);
}

static void growth_and_when_the_disk_is_full(void **state)
{
    static const struct {
        const char *sizes;
        int64_t now, room, days, bytes, left;
    } rows[] = {
        {"", 100 * MIB, 100 * MIB, 0, 0, 0},
        {"20024 1048576", 100 * MIB, 100 * MIB, 6, 0, 0}, /* not long enough */
        {"20031 1048576", 100 * MIB, 100 * MIB, 0, 0, 0}, /* after today */
        {"20020 1048576", 11 * MIB, 100 * MIB, 10, 10 * MIB, 100},
        {"20020 1048576 20029 99999999", 11 * MIB, 10 * MIB, 10, 10 * MIB, 10}, /* from the first */
        {"20020 1048576", 11 * MIB, 0, 10, 10 * MIB, 0},
        {"20020 1048576", 1 * MIB, 100 * MIB, 10, 0, -1},
        {"20020 2097152", 1 * MIB, 100 * MIB, 10, -1 * MIB, -1},
        {"20020 0", 1, INT64_MAX / 2, 10, 1, INSPECT_GROWTH_FAR},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct inspect_sizes s;
        assert_ok(inspect_sizes_parse(str_of(rows[i].sizes), &s));
        struct inspect_growth g = inspect_growth_of(&s, 20030, rows[i].now, rows[i].room);
        assert_int_equal(g.days, rows[i].days);
        assert_int_equal(g.bytes, rows[i].bytes);
        assert_true(g.left == rows[i].left);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read_as_they_are_written),
        cmocka_unit_test(one_size_a_day_and_a_month_of_them),
        cmocka_unit_test(growth_and_when_the_disk_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
