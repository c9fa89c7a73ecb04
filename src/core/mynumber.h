/* SPDX-License-Identifier: Apache-2.0 */
/* 個人番号 (My Number): twelve digits with a check digit (番号法; 行政手続における特定の個人を識別
 * するための番号の利用等に関する法律に規定する個人番号…に関する省令 第5条). The program never keeps
 * one: free text that seems to hold one is refused. */
#ifndef CORE_MYNUMBER_H
#define CORE_MYNUMBER_H

#include "core/str.h"

/* P_n: n-th digit from the right without the check digit; Q_n = n+1 (n<=6), n-5 (n>=7);
 * check = 11 - (sum P_n*Q_n mod 11), 0 where that is 10 or 11. */
bool mynumber_is_valid(const char digits[12]);

/* A run of exactly twelve digits, half- or full-width, in one piece or parted by single blanks or
 * hyphens, whose check digit fits. One in eleven other twelve-digit numbers fits by chance. */
bool mynumber_is_in(str text);

/* The same in a text that comes in pieces, however they are cut, in UTF-8 or in Microsoft's code
 * page 932. Of bytes that are not of the code nothing is said. */
enum mynumber_code { MYNUMBER_UTF8, MYNUMBER_CP932 };
struct mynumber_scan {
    enum mynumber_code code;
    char part[4]; /* of one character */
    size_t n_part, n_left;
    char digits[12];
    size_t n_digits; /* 13: more than twelve */
    bool gap;        /* a blank or hyphen came after the last digit */
    int64_t line, found;
};
struct mynumber_scan mynumber_scan_begin(enum mynumber_code code);
void mynumber_scan_feed(struct mynumber_scan *s, str piece);
/* The line of the first one, from 1 on; 0: none. */
int64_t mynumber_scan_end(struct mynumber_scan *s);

#endif
