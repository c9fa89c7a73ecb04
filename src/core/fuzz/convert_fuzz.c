/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a foreign table. What the child says of any bytes is what its parent accepts;
 * and what the parent makes of bytes that no child said stays within its bounds. */
#include "core/buf.h"
#include "core/convert.h"
#include "core/csv_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const struct foreign_table *t)
{
    int line = 0;
    BUG_IF(t->n > CONVERT_ROWS);
    for (size_t i = 0; i < t->n; i++) {
        BUG_IF(t->v[i].cell.n == 0 || t->v[i].cell.n > CSV_IN_CELLS);
        for (size_t c = 0; c < t->v[i].cell.n; c++)
            BUG_IF(t->v[i].cell.v[c].n > CSV_IN_CELL || !str_is_utf8(t->v[i].cell.v[c]));
        BUG_IF(t->v[i].line < line);
        line = t->v[i].line;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str raw = {(const char *)data, size};
    struct foreign_table t;
    BUF_AUTO records = BUF(16 << 20);
    ARENA_AUTO a = arena_new(16 << 20);
    convert_child_table(raw, &records);
    BUG_IF(err_is(buf_status(&records)) || err_is(convert_table_read(a, buf_view(&records), &t)));
    check_rows(&t);
    ARENA_AUTO b = arena_new(16 << 20);
    IGNORE(convert_table_read(b, raw, &t));
    return 0;
}
