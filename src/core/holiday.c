/* SPDX-License-Identifier: Apache-2.0 */
/* Holidays and open days. */
#include "core/holiday.h"

int holiday_first_year(void)
{
    return holidays[0].y;
}

int holiday_last_year(void)
{
    return holidays[holidays_n - 1].y;
}

bool holiday_knows(jday d)
{
    int y = civil_of_jday(d).y;
    return y >= holiday_first_year() && y <= holiday_last_year();
}

str holiday_name(jday d)
{
    size_t from = 0, to = holidays_n;
    while (from < to) {
        size_t at = from + (to - from) / 2;
        jday one = jday_of(holidays[at].y, holidays[at].m, holidays[at].d);
        if (one == d)
            return holidays[at].name;
        if (one < d)
            from = at + 1;
        else
            to = at;
    }
    return STR_NONE;
}

static bool is_year_turn(struct civil c)
{
    return (c.m == 12 && c.d >= 29) || (c.m == 1 && c.d <= 3);
}

bool holiday_is_open(jday d)
{
    struct civil c = civil_of_jday(d);
    return c.wday != 0 && c.wday != 6 && !is_year_turn(c) && holiday_name(d).n == 0;
}

jday holiday_next_open(jday d)
{
    while (!holiday_is_open(d))
        d++;
    return d;
}

void put_closed_reason(struct buf *b, jday d)
{
    struct civil c = civil_of_jday(d);
    str name = holiday_name(d);
    if (name.n)
        buf_fmt(b, str_ends(name, S("休日")) ? "休日（%.*s）" : "祝日（%.*s）", STR_F(name));
    else if (is_year_turn(c))
        buf_lit(b, "年末年始の閉庁日");
    else if (c.wday == 0 || c.wday == 6)
        buf_str(b, c.wday == 0 ? S("日曜日") : S("土曜日"));
}
