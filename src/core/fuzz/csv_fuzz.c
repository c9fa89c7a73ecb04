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

enum { CELLS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct column columns[CELLS];
    const struct table table = {.title = "表", .about = "行", .kind = "登録", TABLE_COLUMNS(columns)};
    str rest = {(const char *)data, size}, cells[CELLS], head;
    size_t n = 0;
    BUF_AUTO out = BUF(16 << 20);
    BUF_AUTO cell = BUF(16 << 20);
    for (size_t i = 0; i < CELLS; i++)
        columns[i] = (struct column){"key", "見出し", COLUMN_TEXT, MAY_BE_EMPTY, "意味"};
    while (n < CELLS && str_cut(&rest, 0x1F, &cells[n]))
        n++;
    struct csv c = csv_on(&out, &table, 20000, S("登録"));
    for (size_t i = 0; i < n; i++)
        csv_str(&c, cells[i]);
    csv_none(&c, CELLS - n);
    csv_end_row(&c);
    str row = buf_view(&out);
    BUG_IF(!str_starts(row, S("\xEF\xBB\xBF")));
    BUG_IF(!str_cut(&row, '\n', &head));
    for (size_t i = 0; i < n; i++) {
        BUG_IF(!next_cell(&row, &cell));
        check_cell(buf_view(&cell), cells[i]);
    }
    return 0;
}
