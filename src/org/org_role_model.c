/* SPDX-License-Identifier: Apache-2.0 */
/* Roles in words, and back. */
#include "org/org_private.h"

#include "core/word.h"

static const struct word names[] = {
    {ROLE_STAFF, S(""), S("担当者")},
    {ROLE_SECTION, S(""), S("各課の回答者")},
    {ROLE_APPROVER, S(""), S("所属長")},
    {ROLE_CISO, S(""), S("CISO")},
    {ROLE_ADMIN, S(""), S("団体管理者")},
    {ROLE_PREF, S(""), S("都道府県の取りまとめ")},
    {ROLE_NATION, S(""), S("国の担当")},
    {ROLE_SYSTEM, S(""), S("システム管理者")},
};

str org_role_names(struct arena *a, uint32_t roles)
{
    BUF_AUTO b = BUF(1024);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!(roles & (uint32_t)names[i].value))
            continue;
        if (b.n > 0)
            buf_lit(&b, "、");
        buf_str(&b, names[i].name);
    }
    return str_dup(a, buf_view(&b));
}

static bool add_role(str name, uint32_t *out)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_eq(names[i].name, name)) {
            *out |= (uint32_t)names[i].value;
            return true;
        }
    }
    return false;
}

/* Where one name of a list ends: the index of its separator, whose length goes into *n. */
static size_t end_of_name(str s, size_t *n)
{
    static const str seps[] = {S("、"), S("，"), S(","), S("・"), S("／"), S("/"), S("\n")};
    for (size_t i = 0; i < s.n; i++) {
        for (size_t k = 0; k < COUNT_OF(seps); k++) {
            if (str_starts(str_sub(s, i, s.n), seps[k])) {
                *n = seps[k].n;
                return i;
            }
        }
    }
    *n = 0;
    return s.n;
}

err org_roles_parse(str list, uint32_t *out, str *unknown)
{
    *out = 0;
    while (list.n) {
        size_t sep, end = end_of_name(list, &sep);
        str name = str_trim(str_sub(list, 0, end));
        list = str_sub(list, end + sep, list.n);
        if (name.n && !add_role(name, out)) {
            *unknown = name;
            return ERR(INVALID);
        }
    }
    return OK;
}
