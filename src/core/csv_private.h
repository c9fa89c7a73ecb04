/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer of the file and the writer of its schema share. */
#ifndef CORE_CSV_PRIVATE_H
#define CORE_CSV_PRIVATE_H

#include "core/csv.h"

enum { CSV_TAIL = 2 }; /* columns that every table ends with */

/* i below t->n + CSV_TAIL. */
const struct column *csv_column(const struct table *t, size_t i);

/* What a spreadsheet would compute, by its first character. */
bool csv_is_formula(str s);

#endif
