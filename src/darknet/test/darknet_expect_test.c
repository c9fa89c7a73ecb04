/* SPDX-License-Identifier: Apache-2.0 */
/* The wait for dark space to show what an address does. */
#include "test/fixture.h"

#include "darknet/darknet_expect.h"

/* 65,536 of 2^32 addresses: one packet of 65,536 falls into it. */
static void waits_are_as_long_as_the_share_is_small(void **state)
{
    (void)state;
    struct expect_row one = {.rate = 1, .needed = 1}, scan = {.rate = 1, .needed = 0}, fast = {.rate = 160, .needed = 2};
    assert_int_equal(darknet_expect_time(&one, 65536), 65536 * USEC_SECOND);
    assert_int_equal(darknet_expect_time(&one, 131072), 32768 * USEC_SECOND);
    assert_int_equal(darknet_expect_time(&scan, 65536), 3 * 65536 * USEC_SECOND);
    assert_int_equal(darknet_expect_time(&scan, 131072), 4 * 32768 * USEC_SECOND);
    assert_int_equal(darknet_expect_time(&fast, 262144), 204800000);
    assert_int_equal(darknet_expect_time(&fast, 0), 0);
}

static void spans_are_said_roughly(void **state)
{
    static const struct {
        usec span;
        const char *text;
    } rows[] = {
        {30 * USEC_SECOND, "1分かからず"}, {USEC_MINUTE, "およそ1分"}, {205 * USEC_SECOND, "およそ3分"},
        {89 * USEC_MINUTE, "およそ89分"}, {90 * USEC_MINUTE, "およそ2時間"}, {35 * USEC_HOUR, "およそ35時間"},
        {60 * USEC_HOUR, "およそ3日"}, {90 * USEC_DAY, "およそ90日"},
    };
    (void)state;
    ARENA_AUTO a = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        str said = darknet_expect_text(a, rows[i].span);
        assert_true(str_eq(said, (str){rows[i].text, strlen(rows[i].text)}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_are_as_long_as_the_share_is_small),
        cmocka_unit_test(spans_are_said_roughly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
