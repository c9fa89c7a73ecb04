/* SPDX-License-Identifier: Apache-2.0 */
/* A forker, its children, and what their parent believes. */
#include "core/convert.h"

#include "core/buf.h"

#include <setjmp.h>

#include <cmocka.h>

static str problem_of(struct arena *a, str raw)
{
    struct foreign_table t;
    err e = convert_table(a, raw, &t);
    assert_int_equal(e.code, ERR_OK);
    return t.problem;
}

static void a_table_comes_back_from_a_child(void **state)
{
    struct foreign_table t;
    ARENA_AUTO a = arena_new(64 << 20);
    (void)state;
    err e = convert_table(a, S("\x8E\x81\x96\xBC,b\r\n\r\n\"1\n2\",'=x\r\n"), &t);
    assert_int_equal(e.code, ERR_OK);
    assert_int_equal(t.problem.n, 0);
    assert_int_equal(t.n, 2);
    assert_true(str_eq(t.v[0].cell.v[0], S("氏名")));
    assert_int_equal(t.v[1].line, 3);
    assert_true(str_eq(t.v[1].cell.v[0], S("1\n2")));
    assert_true(str_eq(t.v[1].cell.v[1], S("=x")));
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    ARENA_AUTO a = arena_new(64 << 20);
    (void)state;
    assert_true(str_starts(problem_of(a, S("a\n\"b\n")), S("2行目: 「\"」の囲み")));
    assert_true(str_starts(problem_of(a, S("a\nb\n\xFD\xFF")), S("3行目: 文字として")));
    assert_true(str_starts(problem_of(a, S("")), S("1行目: 行がありません")));
    char *large = calloc(1, CONVERT_FILE + 1);
    assert_true(str_has(problem_of(a, (str){large, CONVERT_FILE + 1}), S("2MBまで")));
    memset(large, '\n', CONVERT_FILE);
    for (int i = 0; i <= CONVERT_ROWS; i++)
        large[2 * i] = 'x';
    assert_true(str_starts(problem_of(a, (str){large, CONVERT_FILE}), S("20001行目: 行が多すぎます")));
    free(large);
}

static void *many(void *arg)
{
    ARENA_AUTO a = arena_new(64 << 20);
    struct foreign_table t;
    for (int i = 0; i < 20; i++) {
        str raw = str_fmt(a, "%d,%d\n", *(int *)arg, i);
        BUG_IF(err_is(convert_table(a, raw, &t)) || t.n != 1);
        BUG_IF(!str_eq(t.v[0].cell.v[1], str_fmt(a, "%d", i)));
    }
    return NULL;
}

static void several_at_once_get_their_own_rows(void **state)
{
    enum { N = 8 };
    pthread_t threads[N];
    int numbers[N];
    (void)state;
    for (int i = 0; i < N; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, many, &numbers[i]), 0);
    }
    for (int i = 0; i < N; i++)
        pthread_join(threads[i], NULL);
}

static void a_child_that_lies_is_not_believed(void **state)
{
    static const str lies[] = {S(""), S("x"), S("r"), S("r\1\0\0\0\0\0e"), S("r\1\0\0\0\101\0e"),
        S("r\1\0\0\0\1\0\5\0abce"), S("r\1\0\0\0\1\0\1\0\x80" "e"), S("p\0\1\0\0\0"),
        S("p\77\1\0\0\0"), S("p\1"), S("r\1\0\0\0\1\0\1\0a"), S("r\1\0\0\0\1\0\377\377")};
    ARENA_AUTO a = arena_new(64 << 20);
    struct foreign_table t;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++)
        if (convert_table_read(a, lies[i], &t).code != ERR_IO)
            fail_msg("lie %zu", i);
    assert_int_equal(convert_table_read(a, S("r\1\0\0\0\1\0\1\0ae"), &t).code, ERR_OK);
}

static int start(void **state)
{
    (void)state;
    return err_is(convert_start());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_comes_back_from_a_child),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(several_at_once_get_their_own_rows),
        cmocka_unit_test(a_child_that_lies_is_not_believed),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
