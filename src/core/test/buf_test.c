/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer: its maximum, its sticky failure, the edges of its numbers. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/buf.h"

static void what_is_written_up_to_the_maximum_stays(void **state)
{
    BUF_AUTO b = BUF(10);
    (void)state;
    assert_int_equal(buf_view(&b).n, 0);
    buf_lit(&b, "12345678");
    buf_char(&b, '9');
    buf_str(&b, S("A"));
    assert_int_equal(buf_status(&b).code, ERR_OK);
    buf_str(&b, STR_NONE);
    assert_int_equal(buf_status(&b).code, ERR_OK);
    buf_char(&b, 'B');
    assert_int_equal(buf_status(&b).code, ERR_LIMIT);
    assert_true(str_eq(buf_view(&b), S("123456789A")));
}

static void a_failure_stays_until_the_buffer_is_freed(void **state)
{
    BUF_AUTO b = BUF(4);
    (void)state;
    buf_lit(&b, "ab");
    buf_lit(&b, "cde"); /* nothing of it */
    buf_char(&b, 'c');  /* it would fit */
    assert_int_equal(buf_status(&b).code, ERR_LIMIT);
    assert_true(str_eq(buf_view(&b), S("ab")));
    assert_false(buf_reserve(&b, 0));
    buf_free(&b);
    buf_lit(&b, "abcd");
    assert_int_equal(buf_status(&b).code, ERR_OK);
    assert_int_equal(b.max, 4);
}

static void growing_keeps_every_byte(void **state)
{
    BUF_AUTO b = BUF(100000);
    (void)state;
    for (int i = 0; i < 100000; i++)
        buf_char(&b, (char)('a' + i % 26));
    assert_int_equal(buf_status(&b).code, ERR_OK);
    for (int i = 0; i < 100000; i++)
        if (b.p[i] != (char)('a' + i % 26))
            fail_msg("byte %d", i);
    assert_false(buf_reserve(&b, SIZE_MAX));
}

static void numbers_are_written_whole(void **state)
{
    static const struct {
        int64_t v;
        str text;
    } rows[] = {
        {0, S("0")}, {7, S("7")}, {10, S("10")}, {-1, S("-1")}, {-10, S("-10")},
        {INT64_MAX, S("9223372036854775807")}, {INT64_MIN, S("-9223372036854775808")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO b = BUF(64);
        buf_i64(&b, rows[i].v);
        if (!str_eq(buf_view(&b), rows[i].text))
            fail_msg("got '%.*s'", STR_F(buf_view(&b)));
    }
}

static void formats_are_for_short_pieces(void **state)
{
    BUF_AUTO b = BUF(10000);
    (void)state;
    buf_fmt(&b, "%511d", 1);
    assert_int_equal(b.n, 511);
    assert_int_equal(buf_status(&b).code, ERR_OK);
    buf_fmt(&b, "%512d", 1);
    assert_int_equal(buf_status(&b).code, ERR_LIMIT);
    assert_int_equal(b.n, 511);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_up_to_the_maximum_stays),
        cmocka_unit_test(a_failure_stays_until_the_buffer_is_freed),
        cmocka_unit_test(growing_keeps_every_byte),
        cmocka_unit_test(numbers_are_written_whole),
        cmocka_unit_test(formats_are_for_short_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
