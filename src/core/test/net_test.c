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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read_strictly_and_written_as_it_is_read),
        cmocka_unit_test(a_range_has_its_addresses_and_no_others),
        cmocka_unit_test(neighbours_come_from_one_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
