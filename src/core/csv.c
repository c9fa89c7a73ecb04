/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV writer: every cell against its column. */
#include "core/csv.h"

#include "core/csv_private.h"
#include "core/html.h"

static const struct column csv_tail[CSV_TAIL] = {
    {"as_of", "基準日", COLUMN_DAY, NEVER_EMPTY,
        "この行の値がいつのものか。一覧では、ファイルを作った日"},
    {"data_kind", "データの種類", COLUMN_TEXT, NEVER_EMPTY,
        "「架空データ」は、見本の画面のための作り物で、実在の団体の値ではない"},
};

void csv_put_text(struct buf *b, str s);

struct csv csv_on(struct buf *out, const struct table *t, jday as_of, str kind)
{
    buf_lit(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < t->n + CSV_TAIL; i++) {
        if (i > 0)
            buf_char(out, ',');
        csv_put_text(out, str_of(csv_column(t, i)->head));
    }
    buf_lit(out, "\r\n");
    return (struct csv){.out = out, .table = t, .as_of = as_of, .kind = kind};
}

const struct column *csv_column(const struct table *t, size_t i)
{
    return i < t->n ? &t->columns[i] : &csv_tail[i - t->n];
}

#define TYPE(name) (1U << COLUMN_##name)

static void next_cell(struct csv *c, unsigned types)
{
    BUG_IF(c->at >= c->table->n + CSV_TAIL);
    BUG_IF(!(1U << csv_column(c->table, c->at)->type & types));
    if (c->at > 0)
        buf_char(c->out, ',');
    c->at++;
}

bool csv_is_formula(str s)
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

void csv_put_text(struct buf *b, str s)
{
    bool guard = csv_is_formula(s), quotes = guard || needs_quotes(s);
    if (quotes)
        buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    if (quotes)
        buf_char(b, '"');
}

void csv_str(struct csv *c, str s)
{
    next_cell(c, TYPE(TEXT) | TYPE(CODE) | TYPE(LIST));
    csv_put_text(c->out, s);
}

void csv_i64(struct csv *c, int64_t v)
{
    next_cell(c, TYPE(INT));
    buf_i64(c->out, v);
}

void csv_bp(struct csv *c, int64_t basis_points)
{
    next_cell(c, TYPE(SHARE));
    html_bp(c->out, basis_points);
}

void csv_day(struct csv *c, jday d)
{
    next_cell(c, TYPE(DAY));
    put_iso_day(c->out, d);
}

void csv_time(struct csv *c, usec t)
{
    next_cell(c, TYPE(TIME));
    if (t != 0)
        put_iso_time(c->out, t);
}

void csv_yes(struct csv *c, bool yes)
{
    next_cell(c, TYPE(YESNO));
    buf_str(c->out, yes ? S("はい") : S("いいえ"));
}

void csv_none(struct csv *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        next_cell(c, ~0U);
}

void csv_end_row(struct csv *c)
{
    BUG_IF(c->at != c->table->n);
    csv_day(c, c->as_of);
    csv_str(c, c->kind);
    buf_lit(c->out, "\r\n");
    c->at = 0;
}
