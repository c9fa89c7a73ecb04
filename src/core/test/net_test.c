/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges as text. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/net.h"

static const struct {
    str text, again; /* again: empty for what is refused */
} texts[] = {
    {S("192.0.2.1"), S("192.0.2.1")},
    {S("192.0.2.0/24"), S("192.0.2.0/24")},
    {S("0.0.0.0/0"), S("0.0.0.0/0")},
    {S("192.0.2.1/32"), S("192.0.2.1")},
    {S("2001:DB8::1"), S("2001:db8::1")},
    {S("2001:db8::/56"), S("2001:db8::/56")},
    {S("::ffff:192.0.2.1"), S("192.0.2.1")},
    {S("192.0.2.7/24"), S("")},
    {S("192.0.2.0/33"), S("")},
    {S("192.0.2.0/-1"), S("")},
    {S("192.0.2.0/"), S("")},
    {S("192.0.2"), S("")},
    {S("192.0.2.256"), S("")},
    {S("192.0.2.1 "), S("")},
    {S("fe80::1%lo"), S("")},
    {S("2001:db8::/129"), S("")},
    {S("192.0.2.1\0"), S("")},
    {S("/8"), S("")},
    {S(""), S("")},
    {S("1111111111111111111111111111111111111111111111111"), S("")},
};

static void text_is_read_strictly_and_written_as_it_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct net_range r;
        BUF_AUTO b = BUF(100);
        err e = net_range_parse(texts[i].text, &r);
        if (!err_is(e))
            net_put(&b, &r);
        if (!str_eq(buf_view(&b), texts[i].again))
            fail_msg("%zu: %.*s", i, STR_F(buf_view(&b)));
        assert_int_equal(err_is(e), texts[i].again.n == 0);
    }
}

static const struct {
    const char *range, *addr;
    bool inside;
} pairs[] = {
    {"192.0.2.0/24", "192.0.2.255", true}, {"192.0.2.0/24", "192.0.3.0", false},
    {"192.0.2.128/25", "192.0.2.127", false}, {"192.0.2.128/25", "192.0.2.128", true},
    {"0.0.0.0/0", "203.0.113.9", true}, {"0.0.0.0/0", "::1", false},
    {"2001:db8:0:100::/56", "2001:db8:0:1ff::1", true},
    {"2001:db8:0:100::/56", "2001:db8:0:200::1", false},
    {"192.0.2.1", "::ffff:192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false},
};

static void a_range_has_its_addresses_and_no_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct net_range r, a;
        assert_false(err_is(net_range_parse(str_of(pairs[i].range), &r)));
        assert_false(err_is(net_addr_parse(str_of(pairs[i].addr), &a)));
        if (net_range_has(&r, &a) != pairs[i].inside)
            fail_msg("%s in %s", pairs[i].addr, pairs[i].range);
    }
    struct net_range none = {.size = 0};
    assert_false(net_range_has(&none, &none));
}

static void neighbours_come_from_one_source(void **state)
{
    static const struct {
        const char *addr, *source;
    } rows[] = {{"192.0.2.77", "192.0.2.0/24"}, {"2001:db8:1:2ff::7", "2001:db8:1:200::/56"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct net_range a;
        BUF_AUTO b = BUF(100);
        assert_false(err_is(net_addr_parse(str_of(rows[i].addr), &a)));
        struct net_range s = net_source(&a);
        net_put(&b, &s);
        assert_true(str_eq(buf_view(&b), str_of(rows[i].source)));
    }
}

static const struct {
    const char *a, *b;
    enum net_relation relation;
} relations[] = {
    {"192.0.2.0/24", "192.0.2.0/24", NET_SAME}, {"192.0.2.0/25", "192.0.2.0/24", NET_INSIDE},
    {"192.0.2.0/24", "192.0.2.128/25", NET_AROUND}, {"192.0.2.0/25", "192.0.2.128/25", NET_APART},
    {"192.0.2.1", "192.0.2.0/31", NET_INSIDE}, {"0.0.0.0/0", "::/0", NET_APART},
    {"2001:db8::/32", "2001:db8:1::/48", NET_AROUND}, {"::ffff:192.0.2.1", "192.0.2.1", NET_SAME},
};

static void ranges_lie_to_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(relations); i++) {
        struct net_range a, b;
        assert_false(err_is(net_range_parse(str_of(relations[i].a), &a)));
        assert_false(err_is(net_range_parse(str_of(relations[i].b), &b)));
        if (net_relate(&a, &b) != relations[i].relation)
            fail_msg("%s to %s: %d", relations[i].a, relations[i].b, (int)net_relate(&a, &b));
    }
    struct net_range none = {.size = 0};
    assert_int_equal(net_relate(&none, &none), NET_APART);
}

static void keys_sort_like_the_addresses(void **state)
{
    static const char *const rising[] = {"1.2.3.0/24", "1.2.4.0/23", "9.0.0.0/8", "223.0.0.1",
        "::1", "2001:db8::/32", "2001:db8:1::/48"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rising); i++) {
        struct net_range a, b;
        uint8_t first[NET_KEY], last[NET_KEY], next[NET_KEY];
        assert_false(err_is(net_range_parse(str_of(rising[i]), &a)));
        net_first(&a, first);
        net_last(&a, last);
        assert_true(memcmp(first, last, NET_KEY) <= 0);
        assert_int_equal(memcmp(first, last, NET_KEY) == 0, a.bits == a.size * 8);
        if (i + 1 == COUNT_OF(rising))
            break;
        assert_false(err_is(net_range_parse(str_of(rising[i + 1]), &b)));
        net_first(&b, next);
        if (memcmp(first, next, NET_KEY) >= 0)
            fail_msg("%s before %s", rising[i], rising[i + 1]);
    }
}

static void what_was_meant_is_suggested(void **state)
{
    static const struct {
        const char *text, *meant;
        bool loose;
    } rows[] = {{"192.0.2.7/24", "192.0.2.0/24", true}, {"192.0.2.0/24", "192.0.2.0/24", false},
        {"2001:db8::1/32", "2001:db8::/32", true}, {"192.0.2.7", "192.0.2.7", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct net_range r;
        bool loose;
        BUF_AUTO b = BUF(100);
        assert_false(err_is(net_range_read(str_of(rows[i].text), &r, &loose)));
        net_put(&b, &r);
        assert_true(str_eq(buf_view(&b), str_of(rows[i].meant)));
        assert_int_equal(loose, rows[i].loose);
    }
}

static const struct {
    const char *range;
    enum net_use use;
} uses[] = {
    {"1.0.0.0/24", NET_PUBLIC}, {"9.255.255.255", NET_PUBLIC}, {"10.0.0.0/24", NET_PRIVATE},
    {"11.0.0.0", NET_PUBLIC}, {"172.31.255.0/24", NET_PRIVATE}, {"172.32.0.0/16", NET_PUBLIC},
    {"192.168.1.0/24", NET_PRIVATE}, {"100.127.0.0/16", NET_PRIVATE}, {"100.128.0.0/16", NET_PUBLIC},
    {"192.0.2.0/24", NET_DOCUMENTATION}, {"198.19.0.0/16", NET_DOCUMENTATION},
    {"198.20.0.0/16", NET_PUBLIC}, {"127.0.0.1", NET_SPECIAL}, {"169.254.0.0/24", NET_SPECIAL},
    {"224.0.0.1", NET_SPECIAL}, {"255.255.255.255", NET_SPECIAL}, {"223.255.255.0/24", NET_PUBLIC},
    {"0.0.0.0/0", NET_PRIVATE}, {"192.0.0.0/16", NET_DOCUMENTATION},
    {"2400::/32", NET_PUBLIC}, {"2001:200::/32", NET_PUBLIC}, {"2001::/32", NET_SPECIAL},
    {"2001:db8:1::/48", NET_DOCUMENTATION}, {"2002:102::/32", NET_SPECIAL}, {"fd00::/32", NET_PRIVATE},
    {"fe80::/64", NET_SPECIAL}, {"::1", NET_SPECIAL}, {"4000::/32", NET_SPECIAL},
};

static void what_addresses_are_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        struct net_range r;
        assert_false(err_is(net_range_parse(str_of(uses[i].range), &r)));
        if (net_use_of(&r) != uses[i].use)
            fail_msg("%s: %d", uses[i].range, (int)net_use_of(&r));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_lie_to_each_other),
        cmocka_unit_test(keys_sort_like_the_addresses),
        cmocka_unit_test(what_was_meant_is_suggested),
        cmocka_unit_test(what_addresses_are_for),
        cmocka_unit_test(text_is_read_strictly_and_written_as_it_is_read),
        cmocka_unit_test(a_range_has_its_addresses_and_no_others),
        cmocka_unit_test(neighbours_come_from_one_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
