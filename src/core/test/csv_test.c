/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: what Excel and a parser of RFC 4180 both read as it was meant. */
#include "core/csv.h"

#include <setjmp.h>

#include <cmocka.h>

static void cells_are_quoted_only_where_they_must_be(void **state)
{
    static const struct {
        const char *text, *cell;
    } rows[] = {
        {"", ""},
        {"010006", "010006"},
        {"見本町", "見本町"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\r\nb", "\"a\r\nb\""},
        {" a", "\" a\""},
        {"=1+1", "\"'=1+1\""},
        {"+81", "\"'+81\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\tx", "\"'\tx\""},
        {"＝1", "\"'＝1\""},
        {"a=b", "a=b"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO b = BUF(1000);
        struct csv c = csv_on(&b);
        csv_str(&c, str_of(rows[i].text));
        str got = str_sub(buf_view(&b), 3, b.n);
        if (!str_eq(got, str_of(rows[i].cell)))
            fail_msg("%s gives %.*s", rows[i].text, STR_F(got));
    }
}

static void a_table_is_a_table(void **state)
{
    static const char *const head[] = {"コード", "n", "割合", "日", "時"};
    static const char want[] = "\xEF\xBB\xBFコード,n,割合,日,時\r\n"
                               "010006,-5,95.8,2026-11-20,1970-01-01T09:00:01+09:00\r\n"
                               "x,0,0.0,,\r\n";
    (void)state;
    BUF_AUTO b = BUF(1000);
    struct csv c = csv_on(&b);
    csv_row(&c, head, COUNT_OF(head));
    csv_str(&c, S("010006"));
    csv_i64(&c, -5);
    csv_bp(&c, 9580);
    csv_day(&c, jday_of(2026, 11, 20));
    csv_time(&c, USEC_SECOND);
    csv_end_row(&c);
    csv_str(&c, S("x"));
    csv_i64(&c, 0);
    csv_bp(&c, 0);
    csv_day(&c, DAY_NONE);
    csv_time(&c, 0);
    csv_end_row(&c);
    assert_true(str_eq(buf_view(&b), str_of(want)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_only_where_they_must_be),
        cmocka_unit_test(a_table_is_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
