/* SPDX-License-Identifier: Apache-2.0 */
/* Days on which offices are closed. The holidays are data/holidays.csv (国民の祝日に関する法律, as the
 * Cabinet Office lists them); whole years, of which the first and the last are known. */
#ifndef CORE_HOLIDAY_H
#define CORE_HOLIDAY_H

#include "core/jtime.h"

struct holiday {
    int y, m, d;
    str name; /* 「勤労感謝の日」, 「振替休日」 */
};
extern const struct holiday holidays[]; /* in order of time */
extern const size_t holidays_n;

int holiday_first_year(void);
int holiday_last_year(void);   /* later years: only Saturdays, Sundays and the turn of the year are known */
bool holiday_knows(jday d);    /* is its year in the table */
str holiday_name(jday d);      /* empty: no holiday, or a year that is not in the table */

/* 開庁日: no Saturday, Sunday, holiday, 12/29–1/3 (行政機関の休日に関する法律1条1項; 地方自治法4条の2). */
bool holiday_is_open(jday d);
jday holiday_next_open(jday d); /* d itself when it is open */
/* Why it is not open: 「土曜日」 「祝日（元日）」 「休日（振替休日）」 「年末年始の閉庁日」; empty when it is. */
void put_closed_reason(struct buf *b, jday d);

#endif
