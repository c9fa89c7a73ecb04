/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the CSV writer. The cells (cut at 0x1F) are read back by RFC 4180 as they were,
 * but for the apostrophe in front of what a spreadsheet would compute. */
#include "core/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next cell of one row, unquoted; false at its end. */
static bool next_cell(str *row, struct buf *cell)
{
    cell->n = 0;
    if (row->n == 0)
        return false;
    bool quoted = row->p[0] == '"';
    size_t i = quoted;
    for (; i < row->n; i++) {
        if (quoted ? row->p[i] == '"' : row->p[i] == ',' || row->p[i] == '\r') {
            if (!quoted || i + 1 == row->n || row->p[i + 1] != '"')
                break;
            i++;
        }
        buf_char(cell, row->p[i]);
    }
    BUG_IF(i >= row->n); /* a row ends with CR LF */
    i += quoted;
    BUG_IF(i >= row->n || (row->p[i] != ',' && !str_eq(str_sub(*row, i, row->n), S("\r\n"))));
    *row = str_sub(*row, row->p[i] == ',' ? i + 1 : row->n, row->n);
    return true;
}

static void check_cell(str got, str want)
{
    static const char heads[] = "=+-@\t\r";
    bool formula = want.n && want.p[0] && strchr(heads, want.p[0]);
    BUG_IF(got.n && got.p[0] && strchr(heads, got.p[0]));
    if (got.n == want.n + 1 && got.p[0] == '\'')
        got = str_sub(got, 1, got.n);
    else
        BUG_IF(formula);
    BUG_IF(!str_eq(got, want));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str input = {(const char *)data, size}, rest = input, want;
    BUF_AUTO out = BUF(16 << 20);
    BUF_AUTO cell = BUF(16 << 20);
    if (size == 0)
        return 0;
    struct csv c = csv_on(&out);
    while (str_cut(&rest, 0x1F, &want))
        csv_str(&c, want);
    csv_end_row(&c);
    str row = buf_view(&out);
    BUG_IF(!str_starts(row, S("\xEF\xBB\xBF")));
    row = str_sub(row, 3, row.n);
    for (rest = input; str_cut(&rest, 0x1F, &want);) {
        BUG_IF(!next_cell(&row, &cell) && want.n);
        check_cell(buf_view(&cell), want);
    }
    BUG_IF(row.n && !str_eq(row, S("\r\n")));
    return 0;
}
