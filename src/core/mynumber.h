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

#endif
