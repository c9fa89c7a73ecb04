/* SPDX-License-Identifier: Apache-2.0 */
/* Time: instants are int64 microseconds since 1970-01-01T00:00Z; people see Japan Standard Time
 * (UTC+9, no daylight saving), the Japanese era (元号) and the fiscal year (年度, 1 April to
 * 31 March). No locale is used. Eras: 元号法 and the orders under it. */
#ifndef CORE_JTIME_H
#define CORE_JTIME_H

#include "core/arena.h"
#include "core/buf.h"

typedef int64_t usec; /* an instant, or a span */

#define USEC_SECOND ((usec)1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)

/* A calendar day as days since 1970-01-01, in JST. Absent: DAY_NONE. */
typedef int32_t jday;
#define DAY_NONE INT32_MIN

struct civil {
    int y, m, d;        /* proleptic Gregorian */
    int hh, mm, ss;     /* JST */
    int wday;           /* 0 = Sunday */
};

usec usec_now(void);                  /* the wall clock; only main and the writer call it */
usec usec_mono(void);                 /* monotonic, for spans */
struct civil civil_of(usec t);        /* JST */
usec usec_of_civil(struct civil c);   /* JST; wday is ignored */
jday jday_of(int y, int m, int d);    /* y 1..9999; not validated */
jday jday_of_usec(usec t);            /* the JST day of an instant */
struct civil civil_of_jday(jday d);   /* at 00:00 */
usec usec_of_jday_end(jday d);        /* 24:00 JST of that day: the deadline meant by a date */
bool date_is_valid(int y, int m, int d);

int fiscal_year(jday d);              /* 2026 for 2026-04-01..2027-03-31 */

/* Accepts 2026-11-20, 2026/11/20, R8.11.20, 令和8年11月20日, 令和元年5月1日, full-width digits.
 * INVALID otherwise, and for a day outside its era. */
MUST err jday_parse(str s, jday *out);
/* 2026-11-20 only. */
MUST err jday_parse_iso(str s, jday *out);

void put_iso_day(struct buf *b, jday d);      /* 2026-11-20 */
void put_iso_time(struct buf *b, usec t);     /* 2026-11-20T14:05:00+09:00 */
void put_iso_ms(struct buf *b, usec t);       /* 2026-11-20T14:05:00.123+09:00 */
void put_utc_ms(struct buf *b, usec t);       /* 2026-11-20T05:05:00.123Z (RFC 3339) */
void put_wareki_day(struct buf *b, jday d);   /* 令和8年11月20日（金） */
void put_wareki_time(struct buf *b, usec t);  /* 令和8年11月20日（金）14:05 */
void put_wareki_year(struct buf *b, int fy);  /* 令和8年度 of fiscal year 2026 */

#endif
