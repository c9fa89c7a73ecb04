/* SPDX-License-Identifier: Apache-2.0 */
/* A table of figures, row by row: every wrong row says what is wrong with it. */
#include "core/convert.h"
#include "org/org_body.h"

enum { CELLS = 4 };

/* "12,345人" is written by people; a quoted comma inside a number is taken out. */
static err number_of(struct arena *a, str s, int64_t *out)
{
    char *digits = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (!digits)
        return ERR(NOMEM);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            digits[n++] = s.p[i];
    return parse_i64((str){digits, n}, 0, 20000000, out);
}

static bool yes_or_no(str s, bool *out)
{
    static const struct {
        str word;
        bool yes;
    } words[] = {{S(""), false}, {S("0"), false}, {S("-"), false}, {S("いいえ"), false},
        {S("該当しない"), false}, {S("1"), true}, {S("はい"), true}, {S("○"), true},
        {S("〇"), true}, {S("該当"), true}, {S("中核市"), true}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_eq(words[i].word, s)) {
            *out = words[i].yes;
            return true;
        }
    }
    return false;
}

static str problem_of(struct arena *a, const struct foreign_row *r, struct attribute_row *row)
{
    if (r->cell.n > CELLS || r->cell.n < CELLS - 1)
        return str_fmt(a, "列が%zuあります。団体コード、人口、中核市、類似団体の4列にしてください。",
            r->cell.n);
    row->code6 = org_half(a, convert_cell(r, 0));
    row->value.similar = convert_cell(r, 3);
    if (!org_code_is_valid(row->code6))
        return S("団体コードは6桁です。検査数字（最後の桁）も確かめてください。");
    if (err_is(number_of(a, org_half(a, convert_cell(r, 1)), &row->value.population)))
        return S("人口は0以上の数字で入力してください。");
    if (!yes_or_no(org_half(a, convert_cell(r, 2)), &row->value.core_city))
        return S("中核市の列は、1 か 0（または ○ か空欄）にしてください。");
    return str_chars(row->value.similar) > 40 ? S("類似団体は40文字までにしてください。") : STR_NONE;
}

static str twice(struct arena *a, const struct attribute_rows *rows, const struct attribute_row *row)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_eq(rows->v[i].code6, row->code6))
            return str_fmt(a, "%d行目と同じ団体コードです。", rows->v[i].line);
    return STR_NONE;
}

static bool is_head(const struct foreign_row *r)
{
    static const str names[CELLS] = {
        S("団体コード"), S("人口"), S("中核市"), S("類似団体")};
    bool same = r->cell.n == CELLS;
    for (size_t i = 0; i < CELLS && same; i++)
        same = str_eq(convert_cell(r, i), names[i]);
    return same;
}

static str problem_of_table(const struct foreign_table *t)
{
    return t->problem.n                   ? t->problem
        : t->n == 0 || !is_head(&t->v[0]) ? S("1行目は「団体コード,人口,中核市,類似団体」にしてください。")
        : t->n == 1                       ? S("表に行がありません。")
        : t->n > ATTRIBUTE_ROWS + 1       ? S("行が多すぎます。2,000行までに分けてください。")
                                          : STR_NONE;
}

err org_attribute_parse(
    struct arena *a, const struct foreign_table *t, struct attribute_rows *out)
{
    *out = (struct attribute_rows){.problem = problem_of_table(t)};
    if (out->problem.n)
        return OK;
    out->v = ARENA_ARRAY(a, struct attribute_row, t->n);
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 1; i < t->n; i++) {
        struct attribute_row row = {.line = t->v[i].line};
        row.problem = problem_of(a, &t->v[i], &row);
        if (row.problem.n == 0)
            row.problem = twice(a, out, &row);
        out->problems += row.problem.n > 0;
        out->v[out->n++] = row;
    }
    return OK;
}
