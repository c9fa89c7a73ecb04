/* SPDX-License-Identifier: Apache-2.0 */
/* Cell by cell, row by row. */
#include "core/csv_in.h"

#include "core/csv_private.h"

enum { ROW_MOST = CSV_IN_CELLS * CSV_IN_CELL };

struct csv_in csv_in_of(str text)
{
    struct csv_in c = {.rest = text, .sep = ',', .line = 1, .next = 1, .text = BUF(ROW_MOST)};
    for (size_t i = 0; i < text.n && text.p[i] != '\n' && text.p[i] != '\r'; i++)
        if (text.p[i] == '\t')
            c.sep = '\t';
    return c;
}

void csv_in_free(struct csv_in *c)
{
    buf_free(&c->text);
}

static bool fail(struct csv_in *c, enum csv_in_problem problem)
{
    c->problem = problem;
    return false;
}

static char peek(const struct csv_in *c)
{
    return c->rest.n ? c->rest.p[0] : '\n'; /* the end of the text ends a line */
}

static void skip(struct csv_in *c, size_t n)
{
    c->rest = str_sub(c->rest, n, c->rest.n);
}

static bool is_line_end(char ch)
{
    return ch == '\n' || ch == '\r';
}

static void skip_line_end(struct csv_in *c)
{
    skip(c, str_starts(c->rest, S("\r\n")) ? 2 : 1);
    c->next++;
}

/* One character of a quoted cell, which may be a line end of any kind. */
static void take_quoted(struct csv_in *c)
{
    if (is_line_end(peek(c))) {
        buf_char(&c->text, '\n');
        skip_line_end(c);
    } else {
        buf_char(&c->text, peek(c));
        skip(c, 1);
    }
}

static bool read_quoted(struct csv_in *c)
{
    skip(c, 1);
    while (c->rest.n) {
        if (str_starts(c->rest, S("\"\""))) {
            buf_char(&c->text, '"');
            skip(c, 2);
        } else if (peek(c) == '"') {
            skip(c, 1);
            return peek(c) == c->sep || is_line_end(peek(c)) || fail(c, CSV_IN_OPEN);
        } else {
            take_quoted(c);
        }
    }
    return fail(c, CSV_IN_OPEN);
}

static void read_plain(struct csv_in *c)
{
    size_t n = 0;
    while (n < c->rest.n && c->rest.p[n] != c->sep && !is_line_end(c->rest.p[n]))
        n++;
    buf_str(&c->text, str_sub(c->rest, 0, n));
    skip(c, n);
}

static str without_guard(str cell)
{
    str rest = str_sub(cell, 1, cell.n);
    return cell.n && cell.p[0] == '\'' && csv_is_formula(rest) ? rest : cell;
}

/* The buffer may move while the row grows: its cells are set when it is whole. */
static void set_cells(struct csv_in *c, const size_t *ends)
{
    str all = buf_view(&c->text);
    for (size_t i = 0, from = 0; i < c->n; from = ends[i++])
        c->cell[i] = without_guard(str_sub(all, from, ends[i] - from));
}

static bool read_row(struct csv_in *c)
{
    size_t ends[CSV_IN_CELLS];
    c->n = 0;
    c->text.n = 0;
    c->line = c->next;
    for (;;) {
        size_t from = c->text.n;
        if (c->n == CSV_IN_CELLS)
            return fail(c, CSV_IN_WIDE);
        if (peek(c) == '"' && !read_quoted(c))
            return false;
        if (c->text.n == from)
            read_plain(c);
        if (err_is(buf_status(&c->text)))
            return fail(c, c->text.starved ? CSV_IN_MEMORY : CSV_IN_LONG);
        if (c->text.n - from > CSV_IN_CELL)
            return fail(c, CSV_IN_LONG);
        ends[c->n++] = c->text.n;
        if (c->rest.n == 0 || peek(c) != c->sep)
            break;
        skip(c, 1);
    }
    skip_line_end(c);
    set_cells(c, ends);
    return true;
}

bool csv_in_row(struct csv_in *c)
{
    while (c->rest.n && c->problem == CSV_IN_OK && read_row(c))
        if (c->n > 1 || c->cell[0].n)
            return true;
    return false;
}
