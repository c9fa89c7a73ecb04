/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: zeroed and aligned memory up to a limit, and a failure that stays. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/arena.h"

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

/* Sizes around the first block and the largest: none overlaps another. */
static void memory_is_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4000, 4096, 5000, 262144, 300000, 1, 7};
    unsigned char *p[COUNT_OF(sizes)];
    ARENA_AUTO a = arena_new(1 << 20);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        p[i] = arena_alloc(a, sizes[i]);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
        assert_true(is_zero(p[i], sizes[i]));
        memset(p[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(p[i][k], i + 1);
    assert_false(arena_failed(a));
}

static void the_limit_is_exact_and_a_failure_stays(void **state)
{
    ARENA_AUTO a = arena_new(64);
    (void)state;
    assert_non_null(arena_alloc(a, 48));
    assert_non_null(arena_alloc(a, 16));
    assert_int_equal(arena_used(a), 64);
    assert_false(arena_failed(a));
    assert_null(arena_alloc(a, 1));
    assert_true(arena_failed(a));
    assert_int_equal(arena_used(a), 64);

    ARENA_AUTO b = arena_new(64);
    assert_null(arena_alloc(b, 65));
    assert_null(arena_alloc(b, 1)); /* it would fit */
    assert_true(arena_failed(b));
}

static void sizes_that_overflow_are_refused(void **state)
{
    ARENA_AUTO a = arena_new(SIZE_MAX);
    (void)state;
    assert_null(arena_array(a, SIZE_MAX / 2 + 1, 2)); /* 0 after wrapping */
    assert_true(arena_failed(a));
    ARENA_AUTO b = arena_new(1024);
    assert_null(arena_alloc(b, SIZE_MAX));
    ARENA_AUTO c = arena_new(1024);
    assert_null(arena_alloc(c, SIZE_MAX - 15));
    ARENA_AUTO d = arena_new(1024);
    assert_null(str_z(d, (str){"", SIZE_MAX}));
}

static void copies_are_copies(void **state)
{
    char text[] = "abc";
    ARENA_AUTO a = arena_new(1024);
    (void)state;
    str s = str_dup(a, (str){text, 3});
    char *z = str_z(a, (str){text, 2});
    text[0] = 'x';
    assert_true(str_eq(s, S("abc")));
    assert_string_equal(z, "ab");
    assert_true(str_eq(str_fmt(a, "%d-%s", 7, "あ"), S("7-あ")));
    assert_int_equal(str_dup(a, STR_NONE).n, 0);
    assert_false(arena_failed(a));
}

static void copies_are_empty_after_a_failure(void **state)
{
    ARENA_AUTO a = arena_new(16);
    (void)state;
    assert_int_equal(str_fmt(a, "%032d", 1).n, 0);
    assert_true(arena_failed(a));
    assert_int_equal(str_dup(a, S("abc")).n, 0);
    assert_null(str_z(a, S("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(the_limit_is_exact_and_a_failure_stays),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(copies_are_copies),
        cmocka_unit_test(copies_are_empty_after_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
