/* SPDX-License-Identifier: Apache-2.0 */
/* Between a child and its parent: records of a table, written there and read here.
 *   'r' line:u32 cells:u16 { bytes:u16 text }   a row
 *   'p' problem:u8 line:u32                     the end, with what is wrong
 *   'e'                                         the end
 * in the byte order of this machine, for they never leave it. */
#include "core/convert.h"

#include "core/csv_in.h"
#include "core/text_decode.h"

enum problem { NO_TEXT = CSV_IN_MEMORY + 1, TOO_MANY, NOTHING, PROBLEMS };

/* ── the child ── */

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_char(b, (char)(v >> 8 * i));
}

static void put_row(struct buf *out, const struct csv_in *c)
{
    buf_char(out, 'r');
    put_number(out, (uint64_t)c->line, 4);
    put_number(out, c->n, 2);
    for (size_t i = 0; i < c->n; i++) {
        put_number(out, c->cell[i].n, 2);
        buf_str(out, c->cell[i]);
    }
}

static void put_problem(struct buf *out, int problem, int line)
{
    buf_char(out, 'p');
    put_number(out, (uint64_t)problem, 1);
    put_number(out, (uint64_t)line, 4);
}

static void put_rows(struct buf *out, str text)
{
    struct csv_in c = csv_in_of(text);
    size_t rows = 0;
    while (csv_in_row(&c) && rows++ < CONVERT_ROWS)
        put_row(out, &c);
    if (c.problem != CSV_IN_OK)
        put_problem(out, c.problem, c.line);
    else if (rows == 0 || rows > CONVERT_ROWS)
        put_problem(out, rows ? TOO_MANY : NOTHING, c.line);
    else
        buf_char(out, 'e');
    csv_in_free(&c);
}

void convert_child_table(str raw, struct buf *out)
{
    ARENA_AUTO a = arena_new(8 * (size_t)CONVERT_FILE);
    str text;
    int line;
    err e = a ? text_decode(a, raw, &text, &line) : ERR(NOMEM);
    if (err_is(e))
        put_problem(out, e.code == ERR_INVALID ? NO_TEXT : CSV_IN_MEMORY, line);
    else
        put_rows(out, text);
}

/* ── the parent ── */

str convert_cell(const struct foreign_row *r, size_t i)
{
    return i < r->cell.n ? str_trim(r->cell.v[i]) : STR_NONE;
}

static str words_of(uint64_t problem)
{
    static const str words[PROBLEMS] = {
        [CSV_IN_OPEN] = S("「\"」の囲みが正しく閉じていません。"),
        [CSV_IN_WIDE] = S("列が多すぎます（64列まで）。"),
        [CSV_IN_LONG] = S("長すぎるセルがあります（4,000バイトまで）。"),
        [NO_TEXT] = S("文字として読めません。CSV UTF-8 か Shift_JIS（Excelの「CSV（コンマ区切り）」）で"
                      "保存したファイルにしてください。"),
        [TOO_MANY] = S("行が多すぎます（20,000行まで）。ファイルを分けてください。"),
        [NOTHING] = S("行がありません。"),
    };
    return problem < PROBLEMS ? words[problem] : STR_NONE;
}

struct reader {
    str rest;
    bool short_; /* something was missing */
};

static uint64_t take_number(struct reader *r, size_t bytes)
{
    uint64_t v = 0;
    r->short_ = r->short_ || r->rest.n < bytes;
    for (size_t i = 0; i < bytes && !r->short_; i++)
        v |= (uint64_t)(uint8_t)r->rest.p[i] << 8 * i;
    r->rest = str_sub(r->rest, bytes, r->rest.n);
    return v;
}

static str take_text(struct reader *r)
{
    size_t n = (size_t)take_number(r, 2);
    str s = str_sub(r->rest, 0, n);
    r->short_ = r->short_ || s.n < n || n > CSV_IN_CELL || !str_is_utf8(s);
    r->rest = str_sub(r->rest, n, r->rest.n);
    return s;
}

static err take_row(struct arena *a, struct reader *r, struct foreign_row *row)
{
    row->line = (int)(take_number(r, 4) & INT32_MAX);
    row->cell.n = (size_t)take_number(r, 2);
    if (r->short_ || row->cell.n == 0 || row->cell.n > CSV_IN_CELLS)
        return ERR(IO);
    row->cell.v = ARENA_ARRAY(a, str, row->cell.n);
    if (!row->cell.v)
        return ERR(NOMEM);
    for (size_t i = 0; i < row->cell.n; i++)
        row->cell.v[i] = take_text(r);
    return r->short_ ? ERR(IO) : OK;
}

static err take_problem(struct arena *a, struct reader *r, str *out)
{
    str words = words_of(take_number(r, 1));
    uint64_t line = take_number(r, 4);
    if (r->short_ || words.n == 0)
        return ERR(IO);
    *out = str_fmt(a, "%llu行目: %.*s", (unsigned long long)line, STR_F(words));
    return out->n ? OK : ERR(NOMEM);
}

err convert_table_read(struct arena *a, str records, struct foreign_table *out)
{
    enum { LEAST = 1 + 4 + 2 + 2 }; /* bytes of a row */
    struct reader r = {.rest = records};
    size_t most = records.n / LEAST + 1;
    most = most < CONVERT_ROWS ? most : CONVERT_ROWS;
    *out = (struct foreign_table){.v = ARENA_ARRAY(a, struct foreign_row, most)};
    if (!out->v)
        return ERR(NOMEM);
    while (r.rest.n) {
        char kind = (char)take_number(&r, 1);
        if (kind == 'r' && out->n < most)
            TRY(take_row(a, &r, &out->v[out->n++]));
        else if (kind == 'p')
            return take_problem(a, &r, &out->problem);
        else
            return kind == 'e' ? OK : ERR(IO);
    }
    return ERR(IO);
}
