/* SPDX-License-Identifier: Apache-2.0 */
/* A table that comes in: the rows of a CSV file (RFC 4180) or of cells copied from a spreadsheet.
 *
 * Cells are separated by commas, or by tabs when the first row has one. A cell in quotes may hold
 * separators, line ends and doubled quotes. Lines end with LF, CR or CRLF. Lines without a cell are
 * left out. The apostrophe that core/csv.h puts before what looks like a formula is taken off, so
 * that a table that left comes back as it was. Everything is bounded. */
#ifndef CORE_CSV_IN_H
#define CORE_CSV_IN_H

#include "core/buf.h"

enum { CSV_IN_CELLS = 64, CSV_IN_CELL = 4000 }; /* most cells of a row; most bytes of a cell */

enum csv_in_problem {
    CSV_IN_OK,
    CSV_IN_OPEN,  /* a quote that is not closed, or more behind the closing one */
    CSV_IN_WIDE,  /* too many cells */
    CSV_IN_LONG,  /* too long a cell */
    CSV_IN_MEMORY
};

struct csv_in {
    str rest;
    char sep;
    int line; /* where the row begins, from 1 */
    int next; /* where the next one will */
    enum csv_in_problem problem;
    str cell[CSV_IN_CELLS]; /* of the row; valid until the next one */
    size_t n;
    struct buf text; /* what the cells point into */
};

/* text: valid UTF-8, borrowed. The caller ends with csv_in_free. */
struct csv_in csv_in_of(str text);
void csv_in_free(struct csv_in *c);

/* False: there is no more, or c->problem says why, of the row at c->line. */
bool csv_in_row(struct csv_in *c);

#endif
