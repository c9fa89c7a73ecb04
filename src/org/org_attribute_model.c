/* SPDX-License-Identifier: Apache-2.0 */
/* A pasted table of figures, read line by line: every wrong line says what is wrong with it. */
#include "org/org_body.h"

enum { CELLS = 4 };

/* The rest of a quoted cell, behind its first quote. False: the quotes do not close. */
static bool cut_quoted(struct arena *a, str *line, str *out)
{
    BUF_AUTO b = BUF(4096);
    for (size_t i = 1; i < line->n; i++) {
        if (line->p[i] != '"') {
            buf_char(&b, line->p[i]);
        } else if (i + 1 < line->n && line->p[i + 1] == '"') {
            buf_char(&b, line->p[i++]);
        } else {
            *line = str_sub(*line, i + 1, line->n);
            *out = str_dup(a, buf_view(&b));
            return !err_is(buf_status(&b));
        }
    }
    return false;
}

/* The cells of a line (RFC 4180 without lines in quotes), separated by commas or, as a spreadsheet
 * copies them, by tabs. */
static bool cut_cells(struct arena *a, str line, str cell[CELLS], size_t *n)
{
    char sep = str_has(line, S("\t")) ? '\t' : ',';
    *n = 0;
    for (;;) {
        str one = STR_NONE;
        if (line.n && line.p[0] == '"') {
            if (!cut_quoted(a, &line, &one) || (line.n && line.p[0] != sep))
                return false;
        } else {
            size_t k = 0;
            while (k < line.n && line.p[k] != sep)
                k++;
            one = str_sub(line, 0, k);
            line = str_sub(line, k, line.n);
        }
        if (*n < CELLS)
            cell[*n] = str_trim(one);
        ++*n;
        if (line.n == 0)
            break;
        line = str_sub(line, 1, line.n);
    }
    *n += sep == '\t' && *n == CELLS - 1; /* an empty cell at the end of the text was trimmed */
    return true;
}

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

static str problem_of(struct arena *a, str line, struct attribute_row *row)
{
    str cell[CELLS] = {0};
    size_t n;
    if (!cut_cells(a, line, cell, &n))
        return S("「\"」が閉じていません。");
    if (n != CELLS)
        return str_fmt(a, "列が%zuあります。団体コード、人口、中核市、類似団体の4列にしてください。", n);
    row->code6 = org_half(a, cell[0]);
    row->value.similar = cell[3];
    if (!org_code_is_valid(row->code6))
        return S("団体コードは6桁です。検査数字（最後の桁）も確かめてください。");
    if (err_is(number_of(a, org_half(a, cell[1]), &row->value.population)))
        return S("人口は0以上の数字で入力してください。");
    if (!yes_or_no(org_half(a, cell[2]), &row->value.core_city))
        return S("中核市の列は、1 か 0（または ○ か空欄）にしてください。");
    return str_chars(cell[3]) > 40 ? S("類似団体は40文字までにしてください。") : STR_NONE;
}

static str twice(struct arena *a, const struct attribute_rows *rows, const struct attribute_row *row)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_eq(rows->v[i].code6, row->code6))
            return str_fmt(a, "%d行目と同じ団体コードです。", rows->v[i].line);
    return STR_NONE;
}

static bool is_head(struct arena *a, str line)
{
    static const str names[CELLS] = {
        S("団体コード"), S("人口"), S("中核市"), S("類似団体")};
    str cell[CELLS] = {0};
    size_t n;
    if (!cut_cells(a, line, cell, &n) || n != CELLS)
        return false;
    for (size_t i = 0; i < CELLS; i++)
        if (!str_eq(cell[i], names[i]))
            return false;
    return true;
}

err org_attribute_parse(struct arena *a, str csv, struct attribute_rows *out)
{
    *out = (struct attribute_rows){.v = ARENA_ARRAY(a, struct attribute_row, ATTRIBUTE_ROWS)};
    if (!out->v)
        return ERR(NOMEM);
    int at = 0;
    bool headed = false;
    if (str_starts(csv, S("\xEF\xBB\xBF")))
        csv = str_sub(csv, 3, csv.n);
    for (str line; str_cut(&csv, '\n', &line);) {
        at++;
        if (str_trim(line).n == 0)
            continue;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!headed) {
            headed = is_head(a, line);
            if (!headed) {
                out->problem = S("1行目は「団体コード,人口,中核市,類似団体」にしてください。");
                return OK;
            }
            continue;
        }
        if (out->n == ATTRIBUTE_ROWS) {
            out->problem = S("行が多すぎます。2,000行までに分けてください。");
            return OK;
        }
        struct attribute_row row = {.line = at};
        row.problem = problem_of(a, line, &row);
        if (row.problem.n == 0)
            row.problem = twice(a, out, &row);
        out->problems += row.problem.n > 0;
        out->v[out->n++] = row;
    }
    if (out->n == 0)
        out->problem = S("表に行がありません。");
    return OK;
}
