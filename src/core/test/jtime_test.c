/* SPDX-License-Identifier: Apache-2.0 */
/* Days, eras, fiscal years and the clock of Japan. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/jtime.h"

static void assert_written(struct buf *b, str want)
{
    if (!str_eq(buf_view(b), want))
        fail_msg("got '%.*s', expected '%.*s'", STR_F(buf_view(b)), STR_F(want));
    buf_free(b);
}

/* ── days ── */

static int days_in(int y, int m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return days[m - 1] + (m == 2 && leap);
}

static void check_texts(jday day)
{
    BUF_AUTO iso = BUF(64);
    BUF_AUTO wareki = BUF(64);
    jday back;
    put_iso_day(&iso, day);
    assert_int_equal(jday_parse_iso(buf_view(&iso), &back).code, ERR_OK);
    assert_int_equal(back, day);
    assert_int_equal(jday_parse(buf_view(&iso), &back).code, ERR_OK);
    assert_int_equal(back, day);
    put_wareki_day(&wareki, day);
    str text = buf_view(&wareki);
    text.n -= S("（金）").n;
    assert_int_equal(jday_parse(text, &back).code, ERR_OK);
    assert_int_equal(back, day);
}

/* Counted on by hand from a known Wednesday. */
static void every_day_from_1868_to_2200_goes_there_and_back(void **state)
{
    jday day = -37255;
    int wday = 3;
    (void)state;
    assert_int_equal(jday_of(1970, 1, 1), 0);
    for (int y = 1868; y <= 2200; y++) {
        for (int m = 1; m <= 12; m++) {
            for (int d = 1; d <= days_in(y, m); d++, day++, wday = (wday + 1) % 7) {
                struct civil c = civil_of_jday(day);
                if (jday_of(y, m, d) != day || c.y != y || c.m != m || c.d != d || c.wday != wday)
                    fail_msg("%d-%d-%d", y, m, d);
                check_texts(day);
            }
            assert_false(date_is_valid(y, m, days_in(y, m) + 1));
        }
    }
}

static void days_as_people_type_them(void **state)
{
    static const struct {
        str typed;
        int y, m, d; /* y 0: refused */
    } rows[] = {
        {S("2026-11-20"), 2026, 11, 20},
        {S("2026/11/20"), 2026, 11, 20},
        {S("2026.1.2"), 2026, 1, 2},
        {S("2026年11月20日"), 2026, 11, 20},
        {S("２０２６－１１－２０"), 2026, 11, 20},
        {S("　２０２６／１１／２０ "), 2026, 11, 20},
        {S("R8.11.20"), 2026, 11, 20},
        {S("r8/11/20"), 2026, 11, 20},
        {S("Ｒ８．１１．２０"), 2026, 11, 20},
        {S("令和8年11月20日"), 2026, 11, 20},
        {S("令和８年１１月２０日"), 2026, 11, 20},
        {S("令和元年5月1日"), 2019, 5, 1},
        {S("令和1年5月1日"), 2019, 5, 1},
        {S("平成31年4月30日"), 2019, 4, 30},
        {S("平成元年1月8日"), 1989, 1, 8},
        {S("昭和64年1月7日"), 1989, 1, 7},
        {S("昭和元年12月25日"), 1926, 12, 25},
        {S("大正15年12月24日"), 1926, 12, 24},
        {S("大正元年7月30日"), 1912, 7, 30},
        {S("明治45年7月29日"), 1912, 7, 29},
        {S("明治6年1月1日"), 1873, 1, 1},
        {S("2024-02-29"), 2024, 2, 29},
        {S("2000-02-29"), 2000, 2, 29},
        {S("0001-01-01"), 1, 1, 1},
        {S("9999-12-31"), 9999, 12, 31},
        /* outside their era */
        {S("令和元年4月30日"), 0, 0, 0},
        {S("平成31年5月1日"), 0, 0, 0},
        {S("平成元年1月7日"), 0, 0, 0},
        {S("昭和64年1月8日"), 0, 0, 0},
        {S("昭和元年12月24日"), 0, 0, 0},
        {S("大正15年12月25日"), 0, 0, 0},
        {S("明治45年7月30日"), 0, 0, 0},
        {S("明治5年12月31日"), 0, 0, 0},
        {S("令和0年1月1日"), 0, 0, 0},
        {S("R0.5.1"), 0, 0, 0},
        /* no such day */
        {S("2026-02-29"), 0, 0, 0},
        {S("1900-02-29"), 0, 0, 0},
        {S("2026年13月1日"), 0, 0, 0},
        {S("2026-00-01"), 0, 0, 0},
        {S("2026-01-00"), 0, 0, 0},
        {S("2026-04-31"), 0, 0, 0},
        {S("0000-01-01"), 0, 0, 0},
        {S("10000-01-01"), 0, 0, 0},
        {S("99999999999999999999-01-01"), 0, 0, 0},
        /* no day at all */
        {S(""), 0, 0, 0},
        {S("元年5月1日"), 0, 0, 0},
        {S("2026-11"), 0, 0, 0},
        {S("2026-11-"), 0, 0, 0},
        {S("2026-11-20x"), 0, 0, 0},
        {S("2026-11-20 10:00"), 0, 0, 0},
        {S("2026年11月20日日"), 0, 0, 0},
        {S("X8.11.20"), 0, 0, 0},
        {S("-2026-11-20"), 0, 0, 0},
        {S("2026--11-20"), 0, 0, 0},
        {S("20261120"), 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        jday day = DAY_NONE;
        err e = jday_parse(rows[i].typed, &day);
        if (e.code != (rows[i].y ? ERR_OK : ERR_INVALID) ||
            (rows[i].y && day != jday_of(rows[i].y, rows[i].m, rows[i].d)))
            fail_msg("'%.*s' gives %s and %d", STR_F(rows[i].typed), err_name(e), day);
    }
    char longer[65];
    jday day;
    memset(longer, ' ', sizeof longer);
    assert_int_equal(jday_parse((str){longer, sizeof longer}, &day).code, ERR_INVALID);
}

static void the_iso_form_is_taken_as_it_is_written(void **state)
{
    static const str bad[] = {S("2026-1-02"), S("2026/11/20"), S("2026-11/20"), S("026-11-20"),
        S("2026-11-2"), S("2026-11-200"), S("2026--1-20"), S("2026-11--1"), S("2026-02-29"),
        S("R8.11.20"), S("２026-11-20"), S("")};
    jday day = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(jday_parse_iso(bad[i], &day).code, ERR_INVALID);
    assert_int_equal(jday_parse_iso(S("2026-11-20"), &day).code, ERR_OK);
    assert_int_equal(day, 20777);
}

/* ── fiscal years ── */

static void a_fiscal_year_begins_on_the_first_of_april(void **state)
{
    static const struct {
        int fy;
        str name;
    } rows[] = {
        {2026, S("令和8年度")}, {2019, S("令和元年度")}, {2018, S("平成30年度")},
        {1989, S("平成元年度")}, {1988, S("昭和63年度")}, {1926, S("大正15年度")},
        {1870, S("1870年度")},
    };
    (void)state;
    assert_int_equal(fiscal_year(jday_of(2026, 3, 31)), 2025);
    assert_int_equal(fiscal_year(jday_of(2026, 4, 1)), 2026);
    assert_int_equal(fiscal_year(jday_of(2026, 12, 31)), 2026);
    assert_int_equal(fiscal_year(jday_of(2027, 1, 1)), 2026);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf b = BUF(64);
        put_wareki_year(&b, rows[i].fy);
        assert_written(&b, rows[i].name);
    }
}

/* ── the clock ── */

static void a_deadline_is_the_end_of_its_day_in_japan(void **state)
{
    usec end = usec_of_jday_end(jday_of(2026, 11, 20));
    (void)state;
    assert_int_equal(end, 1795186800 * USEC_SECOND); /* 2026-11-20T15:00:00Z */
    assert_int_equal(jday_of_usec(end - 1), jday_of(2026, 11, 20));
    assert_int_equal(jday_of_usec(end), jday_of(2026, 11, 21));
}

static void instants_are_shown_in_japan(void **state)
{
    static const struct {
        usec t;
        str iso, wareki;
    } rows[] = {
        {1795186800 * USEC_SECOND - 1, S("2026-11-20T23:59:59+09:00"),
            S("令和8年11月20日（金）23:59")},
        {1795186800 * USEC_SECOND, S("2026-11-21T00:00:00+09:00"), S("令和8年11月21日（土）0:00")},
        {1795151100 * USEC_SECOND, S("2026-11-20T14:05:00+09:00"),
            S("令和8年11月20日（金）14:05")},
        {0, S("1970-01-01T09:00:00+09:00"), S("昭和45年1月1日（木）9:00")},
        {-9 * USEC_HOUR - 1, S("1969-12-31T23:59:59+09:00"), S("昭和44年12月31日（水）23:59")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf iso = BUF(64), wareki = BUF(64);
        struct civil c = civil_of(rows[i].t);
        put_iso_time(&iso, rows[i].t);
        assert_written(&iso, rows[i].iso);
        put_wareki_time(&wareki, rows[i].t);
        assert_written(&wareki, rows[i].wareki);
        usec rest = ((rows[i].t % USEC_SECOND) + USEC_SECOND) % USEC_SECOND;
        assert_int_equal(usec_of_civil(c), rows[i].t - rest);
    }
}

static void no_day_is_written_as_nothing(void **state)
{
    struct buf b = BUF(64);
    (void)state;
    put_iso_day(&b, DAY_NONE);
    put_wareki_day(&b, DAY_NONE);
    assert_written(&b, S(""));
}

static void the_clocks_run(void **state)
{
    usec now = usec_now(), mono = usec_mono();
    (void)state;
    assert_true(now > usec_of_jday_end(jday_of(2020, 1, 1)));
    assert_true(now < usec_of_jday_end(jday_of(2200, 1, 1)));
    assert_true(usec_mono() >= mono && mono > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_1868_to_2200_goes_there_and_back),
        cmocka_unit_test(days_as_people_type_them),
        cmocka_unit_test(the_iso_form_is_taken_as_it_is_written),
        cmocka_unit_test(a_fiscal_year_begins_on_the_first_of_april),
        cmocka_unit_test(a_deadline_is_the_end_of_its_day_in_japan),
        cmocka_unit_test(instants_are_shown_in_japan),
        cmocka_unit_test(no_day_is_written_as_nothing),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
