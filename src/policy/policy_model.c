/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the register as pure functions. */
#include "policy/policy_private.h"

#include "core/word.h"

/* 地方自治法第244条の6（令和6年法律第65号）: in force on 1 April 2026. */
jday policy_deadline(void)
{
    return jday_of(2026, 4, 1);
}

int policy_recorded(const struct policy *p)
{
    return (p->established != DAY_NONE) + (p->published != DAY_NONE) + (p->address.n > 0);
}

bool policy_is_late(const struct policy *p, jday today)
{
    return today > policy_deadline() && p->published == DAY_NONE;
}

enum policy_show policy_show_of(str key)
{
    static const struct word shows[] = {
        {POLICY_NONE, S("none"), S("")},
        {POLICY_UNPUBLISHED, S("unpublished"), S("")},
        {POLICY_LATE, S("late"), S("")},
        {POLICY_OUTDATED, S("outdated"), S("")},
    };
    return (enum policy_show)WORD_OF_KEY(shows, key)->value;
}

static bool fits(const struct policy *p, enum policy_show show, jday today)
{
    switch (show) {
    case POLICY_ALL:
        return true;
    case POLICY_NONE:
        return p->established == DAY_NONE;
    case POLICY_UNPUBLISHED:
        return p->published == DAY_NONE;
    case POLICY_LATE:
        return policy_is_late(p, today);
    case POLICY_OUTDATED:
        return p->outdated;
    }
    return false;
}

bool policy_is_shown(const struct policy *p, enum policy_show show, str q, jday today)
{
    return fits(p, show, today) &&
        (q.n == 0 || str_has(p->body.name, q) || str_has(p->body.kana, q) ||
            str_starts(p->body.code6, q));
}

bool policy_address_is_valid(str s)
{
    str host, rest = str_sub(s, 8, s.n);
    if (!str_starts(s, S("https://")) || !str_cut(&rest, '/', &host) || !str_has(host, S(".")) ||
        str_has(host, S("@")) || str_starts(host, S(".")))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || strchr("\"<>\\^`{|}", s.p[i]))
            return false;
    return true;
}
