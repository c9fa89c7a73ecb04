/* SPDX-License-Identifier: Apache-2.0 */
/* JST, the Japanese eras and fiscal years. */
#include "core/jtime.h"

#define JST (9 * USEC_HOUR)

/* 元号: dates of the Cabinet orders; 明治 counts from the adoption of the Gregorian calendar. */
static const struct era {
    str name;
    char letter;
    int y, m, d;    /* first day */
    int first_year; /* Gregorian year of 元年 */
} eras[] = {
    {S("令和"), 'R', 2019, 5, 1, 2019},   {S("平成"), 'H', 1989, 1, 8, 1989},
    {S("昭和"), 'S', 1926, 12, 25, 1926}, {S("大正"), 'T', 1912, 7, 30, 1912},
    {S("明治"), 'M', 1873, 1, 1, 1868},
};

static usec clock_usec(clockid_t id)
{
    struct timespec ts;
    BUG_IF(clock_gettime(id, &ts) != 0);
    return (usec)ts.tv_sec * USEC_SECOND + ts.tv_nsec / 1000;
}

usec usec_now(void)
{
    return clock_usec(CLOCK_REALTIME);
}

usec usec_mono(void)
{
    return clock_usec(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days from civil and back: the era-of-400-years method, exact for the proleptic calendar. */
jday jday_of(int y, int m, int d)
{
    int64_t yy = y - (m <= 2);
    int64_t cycle = floor_div(yy, 400);
    int64_t yoc = yy - cycle * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doc = yoc * 365 + yoc / 4 - yoc / 100 + doy;
    return (jday)(cycle * 146097 + doc - 719468);
}

struct civil civil_of_jday(jday day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t cycle = floor_div(z, 146097);
    int64_t doc = z - cycle * 146097;
    int64_t yoc = (doc - doc / 1460 + doc / 36524 - doc / 146096) / 365;
    int64_t doy = doc - (365 * yoc + yoc / 4 - yoc / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int m = (int)(mp + (mp < 10 ? 3 : -9));
    int64_t wday = (((int64_t)day + 4) % 7 + 7) % 7;
    return (struct civil){.y = (int)(yoc + cycle * 400 + (m <= 2)),
        .m = m,
        .d = (int)(doy - (153 * mp + 2) / 5 + 1),
        .wday = (int)wday};
}

jday jday_of_usec(usec t)
{
    return (jday)floor_div(t + JST, USEC_DAY);
}

struct civil civil_of(usec t)
{
    jday day = jday_of_usec(t);
    struct civil c = civil_of_jday(day);
    int s = (int)((t + JST - (usec)day * USEC_DAY) / USEC_SECOND);
    c.hh = s / 3600;
    c.mm = s / 60 % 60;
    c.ss = s % 60;
    return c;
}

usec usec_of_civil(struct civil c)
{
    return (usec)jday_of(c.y, c.m, c.d) * USEC_DAY + c.hh * USEC_HOUR + c.mm * USEC_MINUTE +
        c.ss * USEC_SECOND - JST;
}

usec usec_of_jday_end(jday d)
{
    return ((usec)d + 1) * USEC_DAY - JST;
}

bool date_is_valid(int y, int m, int d)
{
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    struct civil c = civil_of_jday(jday_of(y, m, d));
    return c.y == y && c.m == m && c.d == d;
}

int fiscal_year(jday d)
{
    struct civil c = civil_of_jday(d);
    return c.m >= 4 ? c.y : c.y - 1;
}

static const struct era *era_of(jday d)
{
    for (size_t i = 0; i < COUNT_OF(eras); i++)
        if (d >= jday_of(eras[i].y, eras[i].m, eras[i].d))
            return &eras[i];
    return NULL;
}

/* ── parsing ── */

static bool take_number(str *s, int64_t *out)
{
    size_t n = 0;
    while (n < s->n && n < 5 && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (n == 0 || err_is(parse_i64((str){s->p, n}, 0, 9999, out)))
        return false;
    *s = str_sub(*s, n, s->n);
    return true;
}

static bool take(str *s, str what)
{
    if (!str_starts(*s, what))
        return false;
    *s = str_sub(*s, what.n, s->n);
    return true;
}

static bool take_separator(str *s, str word)
{
    return take(s, word) || take(s, S("-")) || take(s, S("/")) || take(s, S("."));
}

static const struct era *take_era(str *s)
{
    for (size_t i = 0; i < COUNT_OF(eras); i++) {
        char lower = (char)(eras[i].letter + 'a' - 'A');
        if (take(s, eras[i].name) || take(s, (str){&eras[i].letter, 1}) || take(s, (str){&lower, 1}))
            return &eras[i];
    }
    return NULL;
}

static err date_checked(int64_t y, int64_t m, int64_t d, jday *out)
{
    if (!date_is_valid((int)y, (int)m, (int)d))
        return ERR(INVALID);
    *out = jday_of((int)y, (int)m, (int)d);
    return OK;
}

err jday_parse_iso(str s, jday *out)
{
    int64_t y, m, d;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return ERR(INVALID);
    TRY(parse_i64(str_sub(s, 0, 4), 1, 9999, &y));
    TRY(parse_i64(str_sub(s, 5, 2), 1, 12, &m));
    TRY(parse_i64(str_sub(s, 8, 2), 1, 31, &d));
    return date_checked(y, m, d, out);
}

err jday_parse(str typed, jday *out)
{
    char half[64];
    if (typed.n > sizeof half)
        return ERR(INVALID);
    str s = str_trim(str_to_halfwidth(half, typed));
    const struct era *era = take_era(&s);
    int64_t y, m, d;
    if (era && take(&s, S("元")))
        y = 1;
    else if (!take_number(&s, &y))
        return ERR(INVALID);
    if (!take_separator(&s, S("年")) || !take_number(&s, &m) || !take_separator(&s, S("月")) ||
        !take_number(&s, &d))
        return ERR(INVALID);
    if (!take(&s, S("日")) && s.n > 0)
        return ERR(INVALID);
    if (s.n > 0 || (era && y < 1))
        return ERR(INVALID);
    TRY(date_checked(era ? era->first_year + y - 1 : y, m, d, out));
    return era && era_of(*out) != era ? ERR(INVALID) : OK;
}

/* ── writing ── */

static void put_padded(struct buf *b, int v, int width)
{
    buf_fmt(b, "%0*d", width, v);
}

static void put_date(struct buf *b, struct civil c)
{
    put_padded(b, c.y, 4);
    buf_char(b, '-');
    put_padded(b, c.m, 2);
    buf_char(b, '-');
    put_padded(b, c.d, 2);
}

void put_iso_day(struct buf *b, jday d)
{
    if (d != DAY_NONE)
        put_date(b, civil_of_jday(d));
}

void put_iso_time(struct buf *b, usec t)
{
    struct civil c = civil_of(t);
    put_date(b, c);
    buf_fmt(b, "T%02d:%02d:%02d+09:00", c.hh, c.mm, c.ss);
}

static void put_ms(struct buf *b, usec t, const char *zone)
{
    usec within = ((t % USEC_SECOND) + USEC_SECOND) % USEC_SECOND;
    struct civil c = civil_of(t - within);
    put_date(b, c);
    buf_fmt(b, "T%02d:%02d:%02d.%03d%s", c.hh, c.mm, c.ss, (int)(within / 1000), zone);
}

void put_iso_ms(struct buf *b, usec t)
{
    put_ms(b, t, "+09:00");
}

void put_utc_ms(struct buf *b, usec t)
{
    enum { AHEAD = 9 }; /* JST */
    put_ms(b, t - AHEAD * USEC_HOUR, "Z");
}

static void put_era_year(struct buf *b, const struct era *era, int y)
{
    if (!era) {
        buf_i64(b, y);
        return;
    }
    buf_str(b, era->name);
    if (y == era->first_year)
        buf_lit(b, "元");
    else
        buf_i64(b, y - era->first_year + 1);
}

void put_wareki_day(struct buf *b, jday d)
{
    static const str wdays[] = {S("日"), S("月"), S("火"), S("水"), S("木"), S("金"), S("土")};
    if (d == DAY_NONE)
        return;
    struct civil c = civil_of_jday(d);
    put_era_year(b, era_of(d), c.y);
    buf_fmt(b, "年%d月%d日（", c.m, c.d);
    buf_str(b, wdays[c.wday]);
    buf_lit(b, "）");
}

void put_wareki_time(struct buf *b, usec t)
{
    struct civil c = civil_of(t);
    put_wareki_day(b, jday_of_usec(t));
    buf_fmt(b, "%d:%02d", c.hh, c.mm);
}

/* A fiscal year is named by the era of its last month but for 元年 of an era that began in it:
 * 2019年度 is 令和元年度 (the custom of the ministries), which the era on 1 May gives. */
void put_wareki_year(struct buf *b, int fy)
{
    put_era_year(b, era_of(jday_of(fy, 5, 1)), fy);
    buf_lit(b, "年度");
}
