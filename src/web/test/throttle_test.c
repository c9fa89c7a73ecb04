/* SPDX-License-Identifier: Apache-2.0 */
/* Misses: some are free, the next ones cost time. */
#include "test/fixture.h"

#include "web/web_throttle.h"

enum { NOW = 1000 };
static const usec now = NOW * USEC_DAY;

static void misses(struct throttle *t, enum throttle_kind kind, const char *target, int n, usec at)
{
    for (int i = 0; i < n; i++)
        throttle_miss(t, kind, str_of(target), at);
}

static void some_misses_are_free_and_the_next_ones_double(void **state)
{
    struct throttle *t;
    (void)state;
    assert_ok(throttle_new(&t));
    misses(t, THROTTLE_HERE, "a", 4, now);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now), 0);
    misses(t, THROTTLE_HERE, "a", 1, now);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now), 30 * USEC_SECOND);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now + 29 * USEC_SECOND), USEC_SECOND);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now + 30 * USEC_SECOND), 0);
    misses(t, THROTTLE_HERE, "a", 1, now);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now), USEC_MINUTE);
    misses(t, THROTTLE_HERE, "a", 2000, now);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now), 15 * USEC_MINUTE);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("b"), now), 0);
    assert_int_equal(throttle_wait(t, THROTTLE_DEVICE, S("a"), now), 0);
    throttle_forget(t, THROTTLE_HERE, S("a"));
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now), 0);
    throttle_free(t);
}

static void an_hour_without_a_miss_forgives(void **state)
{
    struct throttle *t;
    (void)state;
    assert_ok(throttle_new(&t));
    misses(t, THROTTLE_HERE, "a", 5, now);
    misses(t, THROTTLE_HERE, "a", 1, now + USEC_HOUR + 1);
    assert_int_equal(throttle_wait(t, THROTTLE_HERE, S("a"), now + USEC_HOUR + 1), 0);
    throttle_free(t);
}

static void a_full_table_makes_room_and_keeps_the_newest(void **state)
{
    struct throttle *t;
    char target[32];
    (void)state;
    assert_ok(throttle_new(&t));
    for (int i = 0; i < THROTTLE_SETS * THROTTLE_WAYS * 2; i++) {
        snprintf(target, sizeof target, "%d", i);
        misses(t, THROTTLE_SOURCE, target, 1, now + i);
    }
    misses(t, THROTTLE_HERE, "last", 5, now + USEC_MINUTE);
    assert_true(throttle_wait(t, THROTTLE_HERE, S("last"), now + USEC_MINUTE) > 0);
    throttle_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_misses_are_free_and_the_next_ones_double),
        cmocka_unit_test(an_hour_without_a_miss_forgives),
        cmocka_unit_test(a_full_table_makes_room_and_keeps_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
