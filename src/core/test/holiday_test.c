/* SPDX-License-Identifier: Apache-2.0 */
/* Holidays and open days, by days looked up by hand. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/holiday.h"

static void days_are_what_the_calendar_says(void **state)
{
    static const struct {
        int y, m, d;
        const char *name, *closed;
    } rows[] = {
        {2025, 2, 23, "天皇誕生日", "祝日（天皇誕生日）"}, /* a Sunday: the holiday is the better reason */
        {2025, 2, 24, "振替休日", "休日（振替休日）"},
        {2025, 11, 24, "振替休日", "休日（振替休日）"},
        {2026, 5, 6, "振替休日", "休日（振替休日）"}, /* three days after its Sunday */
        {2027, 3, 22, "振替休日", "休日（振替休日）"},
        {2026, 9, 22, "国民の休日", "休日（国民の休日）"}, /* between two holidays */
        {2026, 1, 1, "元日", "祝日（元日）"},
        {2027, 11, 23, "勤労感謝の日", "祝日（勤労感謝の日）"},
        {2026, 12, 29, "", "年末年始の閉庁日"},
        {2027, 1, 2, "", "年末年始の閉庁日"}, /* a Saturday */
        {2027, 1, 3, "", "年末年始の閉庁日"},
        {2026, 11, 21, "", "土曜日"},
        {2026, 11, 22, "", "日曜日"},
        {2026, 11, 20, "", ""},
        {2026, 12, 28, "", ""},
        {2027, 1, 4, "", ""},
        {2024, 2, 29, "", ""},
        {2026, 5, 7, "", ""},
        {2028, 1, 10, "", ""}, /* 成人の日, but that year is not in the table */
        {2028, 1, 3, "", "年末年始の閉庁日"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        jday d = jday_of(rows[i].y, rows[i].m, rows[i].d);
        BUF_AUTO b = BUF(256);
        put_closed_reason(&b, d);
        str why = buf_view(&b);
        if (!str_eq(holiday_name(d), str_of(rows[i].name)) || !str_eq(why, str_of(rows[i].closed)))
            fail_msg("%d-%d-%d: %.*s", rows[i].y, rows[i].m, rows[i].d, STR_F(why));
        assert_int_equal(holiday_is_open(d), rows[i].closed[0] == '\0');
    }
}

static void the_next_open_day_skips_what_is_closed(void **state)
{
    static const struct {
        int y, m, d, to_y, to_m, to_d;
    } rows[] = {
        {2026, 12, 19, 2026, 12, 21},
        {2026, 12, 28, 2026, 12, 28},
        {2026, 12, 29, 2027, 1, 4},
        {2026, 9, 19, 2026, 9, 24}, /* five days: Saturday, Sunday, three holidays */
        {2026, 5, 2, 2026, 5, 7},
        {2025, 12, 27, 2026, 1, 5},
        {2024, 12, 28, 2025, 1, 6},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(holiday_next_open(jday_of(rows[i].y, rows[i].m, rows[i].d)),
            jday_of(rows[i].to_y, rows[i].to_m, rows[i].to_d));
}

static void the_table_is_whole_years_in_order(void **state)
{
    (void)state;
    assert_int_equal(holiday_first_year(), 2024);
    assert_int_equal(holiday_last_year(), 2027);
    for (size_t i = 0; i < holidays_n; i++) {
        assert_true(date_is_valid(holidays[i].y, holidays[i].m, holidays[i].d));
        assert_true(holidays[i].name.n > 0);
    }
    assert_true(holiday_knows(jday_of(2027, 12, 31)));
    assert_false(holiday_knows(jday_of(2028, 1, 1)));
    assert_false(holiday_knows(jday_of(2023, 12, 31)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_what_the_calendar_says),
        cmocka_unit_test(the_next_open_day_skips_what_is_closed),
        cmocka_unit_test(the_table_is_whole_years_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
