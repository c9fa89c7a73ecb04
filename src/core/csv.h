/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as 総務省's rules for machine-readable tables and Excel both take it: UTF-8 with a byte
 * order mark, CRLF, RFC 4180 quotes, one value a cell. Text that a spreadsheet would take for a
 * formula (= + - @, tab, CR at its head) gets an apostrophe in front; numbers go through csv_i64
 * and stay as they are. Codes keep their leading zeros as text. */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include "core/jtime.h"

struct csv {
    struct buf *out;
    bool inside; /* a cell of this row is written already */
};

struct csv csv_on(struct buf *out); /* writes the byte order mark */
void csv_str(struct csv *c, str s);
void csv_i64(struct csv *c, int64_t v);
void csv_bp(struct csv *c, int64_t basis_points); /* 9580 -> 95.8 */
void csv_day(struct csv *c, jday d);   /* 2026-11-20, empty for DAY_NONE */
void csv_time(struct csv *c, usec t);  /* 2026-11-20T14:05:00+09:00, empty for 0 */
void csv_end_row(struct csv *c);
/* A row of texts: the head of the table. */
void csv_row(struct csv *c, const char *const *cells, size_t n);

#endif
