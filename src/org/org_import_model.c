/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a table of people, before anything is looked up. */
#include "core/convert.h"
#include "org/org_body.h"
#include "org/org_import.h"

enum column_of { LOGIN, NAME, ROLES, CODE, STATE, COLUMNS };

static const struct {
    str head;
    bool needed;
} columns[COLUMNS] = {
    [LOGIN] = {S("ログイン名"), true},
    [NAME] = {S("名前"), true},
    [ROLES] = {S("役割"), true},
    [CODE] = {S("団体コード"), false},
    [STATE] = {S("状態"), false},
};

enum { ABSENT = SIZE_MAX >> 1 };

/* Where each column stands. The problem, if one is missing or there twice. */
static str find_columns(struct arena *a, const struct foreign_row *head, size_t at[COLUMNS])
{
    for (size_t c = 0; c < COLUMNS; c++) {
        size_t found = 0;
        at[c] = ABSENT;
        for (size_t i = 0; i < head->cell.n; i++) {
            if (str_eq(str_trim(head->cell.v[i]), columns[c].head)) {
                at[c] = i;
                found++;
            }
        }
        if (found > 1 || (found == 0 && columns[c].needed))
            return str_fmt(a, found ? "1行目に「%.*s」の列が二つあります。"
                                    : "1行目に「%.*s」の列がありません。1行目は「ログイン名,名前,役割」にして"
                                      "ください。",
                STR_F(columns[c].head));
    }
    return STR_NONE;
}

static bool has_control(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20)
            return true;
    return false;
}

str org_login_problem(str login)
{
    return login.n == 0 ? S("ログイン名を入力してください。")
        : !str_has(login, S("@")) || str_has(login, S(" ")) || has_control(login)
        ? S("ログイン名は、メールアドレスの形で入力してください。")
        : str_chars(login) > 254 ? S("ログイン名は254文字までにしてください。") : STR_NONE;
}

static str name_problem(str name)
{
    return name.n == 0         ? S("名前を入力してください。")
        : has_control(name)    ? S("名前は1行で入力してください。")
        : str_chars(name) > 100 ? S("名前は100文字までにしてください。") : STR_NONE;
}

static str roles_problem(struct arena *a, str cell, struct import_row *row)
{
    str unknown;
    if (err_is(org_roles_parse(cell, &row->roles, &unknown)))
        return str_fmt(a, "「%.*s」という役割はありません。", STR_F(str_sub(unknown, 0, 60)));
    return row->roles == 0 && !row->stop ? S("役割を入力してください。例）担当者、団体管理者") : STR_NONE;
}

static str state_problem(str cell, bool *stop)
{
    *stop = str_eq(cell, S("停止中")) || str_eq(cell, S("停止"));
    return *stop || cell.n == 0 || str_eq(cell, S("利用中")) || str_eq(cell, S("パスワード未設定"))
        ? STR_NONE : S("状態は、空欄か「停止中」にしてください。");
}

static str problem_of(struct arena *a, const struct foreign_row *r, const size_t at[COLUMNS],
    struct import_row *row)
{
    row->login = org_half(a, convert_cell(r, at[LOGIN]));
    row->name = convert_cell(r, at[NAME]);
    row->code6 = org_half(a, convert_cell(r, at[CODE]));
    str problem = state_problem(convert_cell(r, at[STATE]), &row->stop);
    if (problem.n == 0 && row->login.n == 0)
        problem = org_login_problem(row->login);
    if (problem.n == 0)
        problem = name_problem(row->name);
    return problem.n ? problem : roles_problem(a, convert_cell(r, at[ROLES]), row);
}

static str twice(struct arena *a, const struct import *im, str login)
{
    for (size_t i = 0; i < im->n; i++)
        if (str_eq(im->v[i].login, login))
            return str_fmt(a, "%d行目と同じログイン名です。", im->v[i].line);
    return STR_NONE;
}

err org_import_parse(struct arena *a, const struct foreign_table *t, struct import *out)
{
    size_t at[COLUMNS];
    *out = (struct import){.problem = t->problem};
    if (t->problem.n)
        return OK;
    out->problem = find_columns(a, &t->v[0], at);
    if (out->problem.n == 0 && (t->n == 1 || t->n > IMPORT_ROWS + 1))
        out->problem = t->n == 1 ? S("表に行がありません。")
                                 : S("行が多すぎます。1,000行までに分けてください。");
    if (out->problem.n)
        return OK;
    out->v = ARENA_ARRAY(a, struct import_row, t->n);
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 1; i < t->n; i++) {
        struct import_row row = {.line = t->v[i].line};
        row.problem = problem_of(a, &t->v[i], at, &row);
        if (row.problem.n == 0)
            row.problem = twice(a, out, row.login);
        out->problems += row.problem.n > 0;
        out->v[out->n++] = row;
    }
    return OK;
}
