/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV writer. */
#include "core/csv.h"

#include "core/html.h"

struct csv csv_on(struct buf *out)
{
    buf_lit(out, "\xEF\xBB\xBF");
    return (struct csv){.out = out};
}

static void next_cell(struct csv *c)
{
    if (c->inside)
        buf_char(c->out, ',');
    c->inside = true;
}

static bool looks_like_formula(str s)
{
    static const str heads[] = {
        S("="), S("+"), S("-"), S("@"), S("\t"), S("\r"), S("＝"), S("＋"), S("－"), S("＠")};
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (str_starts(s, heads[i]))
            return true;
    return false;
}

static bool needs_quotes(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr("\",\r\n", s.p[i]))
            return true;
    return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void csv_str(struct csv *c, str s)
{
    next_cell(c);
    bool guard = looks_like_formula(s), quotes = guard || needs_quotes(s);
    if (quotes)
        buf_char(c->out, '"');
    if (guard)
        buf_char(c->out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(c->out, '"');
        buf_char(c->out, s.p[i]);
    }
    if (quotes)
        buf_char(c->out, '"');
}

void csv_i64(struct csv *c, int64_t v)
{
    next_cell(c);
    buf_i64(c->out, v);
}

void csv_bp(struct csv *c, int64_t basis_points)
{
    next_cell(c);
    html_bp(c->out, basis_points);
}

void csv_day(struct csv *c, jday d)
{
    next_cell(c);
    put_iso_day(c->out, d);
}

void csv_time(struct csv *c, usec t)
{
    next_cell(c);
    if (t != 0)
        put_iso_time(c->out, t);
}

void csv_end_row(struct csv *c)
{
    buf_lit(c->out, "\r\n");
    c->inside = false;
}

void csv_row(struct csv *c, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        csv_str(c, str_of(cells[i]));
    csv_end_row(c);
}
