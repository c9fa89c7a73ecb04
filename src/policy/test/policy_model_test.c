/* SPDX-License-Identifier: Apache-2.0 */
/* Who is late, what is shown, which addresses look like one. */
#include <setjmp.h>

#include <cmocka.h>

#include "policy/policy_private.h"

static void late_begins_the_day_after_the_deadline(void **state)
{
    const struct {
        jday published, today;
        bool late;
    } rows[] = {
        {DAY_NONE, jday_of(2026, 3, 31), false},
        {DAY_NONE, jday_of(2026, 4, 1), false},
        {DAY_NONE, jday_of(2026, 4, 2), true},
        {jday_of(2026, 3, 31), jday_of(2026, 4, 2), false},
        {jday_of(2026, 6, 1), jday_of(2026, 6, 2), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct policy p = {.established = DAY_NONE, .published = rows[i].published};
        assert_int_equal(policy_is_late(&p, rows[i].today), rows[i].late);
    }
}

static void three_things_are_recorded_or_not(void **state)
{
    jday d = jday_of(2026, 3, 1);
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        struct policy p = {.established = bits & 1 ? d : DAY_NONE,
            .published = bits & 2 ? d : DAY_NONE,
            .address = bits & 4 ? S("https://a.jp") : STR_NONE};
        assert_int_equal(policy_recorded(&p), (bits & 1) + (bits >> 1 & 1) + (bits >> 2));
    }
}

static void filters_and_words_narrow_the_list(void **state)
{
    jday today = jday_of(2026, 11, 20), d = jday_of(2026, 3, 1);
    struct body b = {.code6 = S("483010"), .name = S("見本町"), .kana = S("みほんまち")};
    struct policy none = {.body = b, .established = DAY_NONE, .published = DAY_NONE};
    struct policy old = {.body = b, .established = d, .published = DAY_NONE, .outdated = true};
    struct policy done = {.body = b, .established = d, .published = d};
    const struct {
        const char *show;
        bool none, old, done;
    } rows[] = {
        {"", true, true, true}, {"none", true, false, false}, {"unpublished", true, true, false},
        {"late", true, true, false}, {"outdated", false, true, false}, {"x", true, true, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum policy_show show = policy_show_of(str_of(rows[i].show));
        assert_int_equal(policy_is_shown(&none, show, STR_NONE, today), rows[i].none);
        assert_int_equal(policy_is_shown(&old, show, STR_NONE, today), rows[i].old);
        assert_int_equal(policy_is_shown(&done, show, STR_NONE, today), rows[i].done);
    }
    assert_true(policy_is_shown(&done, POLICY_ALL, S("見本"), today));
    assert_true(policy_is_shown(&done, POLICY_ALL, S("みほん"), today));
    assert_true(policy_is_shown(&done, POLICY_ALL, S("4830"), today));
    assert_false(policy_is_shown(&done, POLICY_ALL, S("3010"), today));
    assert_false(policy_is_shown(&none, POLICY_OUTDATED, S("見本"), today));
}

static void an_address_is_https_with_a_host(void **state)
{
    static const char *const good[] = {"https://a.jp", "https://www.town.example.jp/x?y=1#z",
        "https://www.example.jp/方針"};
    static const char *const bad[] = {"", "https://", "https:///x", "http://a.jp", "ftp://a.jp",
        "javascript:alert(1)", "https://a.jp/ x", "https://a.jp/\"", "https://u:p@a.jp/",
        "https://localhost", "https://.jp", "https://a.jp/<x>", "//a.jp", "HTTPS://a.jp"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!policy_address_is_valid(str_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (policy_address_is_valid(str_of(bad[i])))
            fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_begins_the_day_after_the_deadline),
        cmocka_unit_test(three_things_are_recorded_or_not),
        cmocka_unit_test(filters_and_words_narrow_the_list),
        cmocka_unit_test(an_address_is_https_with_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
