/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and cells of a table that comes in. */
#include "core/csv_in.h"

#include <setjmp.h>

#include <cmocka.h>

/* Read, as "line:cell|cell" with a / behind each row, and ! with the problem at the end. */
static const struct {
    const char *text, *read;
} rows[] = {
    {"", ""},
    {"\n\r\n\r", ""},
    {"a,b", "1:a|b/"},
    {"a,b\n", "1:a|b/"},
    {"a,b\r\nc,d\re", "1:a|b/2:c|d/3:e/"},
    {"a,,\n,", "1:a||/2:|/"},
    {"\n\na", "3:a/"},
    {"\"a,b\",c", "1:a,b|c/"},
    {"\"a\"\"b\",\"\"", "1:a\"b|/"},
    {"\"a\r\nb\rc\",d\ne", "1:a\nb\nc|d/4:e/"},
    {"a\tb,c\nd\te", "1:a|b,c/2:d|e/"},
    {"a,b\nc\td,e", "1:a|b/2:c\td|e/"},
    {"a\"b,c\"", "1:a\"b|c\"/"},
    {"'=1+1,'x,'", "1:=1+1|'x|'/"},
    {"a\n\"b\nc", "1:a/!1 2"},
    {"\"a\"b", "!1 1"},
    {" \"a\"", "1: \"a\"/"},
};

static void put_row(struct buf *out, const struct csv_in *c)
{
    buf_fmt(out, "%d:", c->line);
    for (size_t i = 0; i < c->n; i++)
        buf_fmt(out, "%s%.*s", i ? "|" : "", STR_F(c->cell[i]));
    buf_char(out, '/');
}

static void a_table_is_read_as_it_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO out = BUF(10000);
        struct csv_in c = csv_in_of(str_of(rows[i].text));
        while (csv_in_row(&c))
            put_row(&out, &c);
        if (c.problem)
            buf_fmt(&out, "!%d %d", (int)c.problem, c.line);
        csv_in_free(&c);
        if (!str_eq(buf_view(&out), str_of(rows[i].read)))
            fail_msg("row %zu: '%.*s'", i, STR_F(buf_view(&out)));
    }
}

/* A row of so many cells, each so long. */
static enum csv_in_problem read_one(size_t cells, size_t bytes, size_t *n)
{
    BUF_AUTO text = BUF(10 << 20);
    for (size_t i = 0; i < cells; i++) {
        for (size_t b = 0; b < bytes; b++)
            buf_char(&text, 'x');
        buf_char(&text, i + 1 < cells ? ',' : '\n');
    }
    struct csv_in c = csv_in_of(buf_view(&text));
    *n = csv_in_row(&c) ? c.n : 0;
    csv_in_free(&c);
    return c.problem;
}

static void a_table_is_bounded(void **state)
{
    size_t n;
    (void)state;
    assert_int_equal(read_one(CSV_IN_CELLS, CSV_IN_CELL, &n), CSV_IN_OK);
    assert_int_equal(n, CSV_IN_CELLS);
    assert_int_equal(read_one(CSV_IN_CELLS + 1, 1, &n), CSV_IN_WIDE);
    assert_int_equal(read_one(2, CSV_IN_CELL + 1, &n), CSV_IN_LONG);
    assert_int_equal(read_one(1, 5 << 20, &n), CSV_IN_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_as_it_was_meant),
        cmocka_unit_test(a_table_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
