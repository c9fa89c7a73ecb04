/* SPDX-License-Identifier: Apache-2.0 */
/* Longest-prefix match against looking at every range, on ranges drawn to nest and to touch. */
#include "sensor/prefix.h"

#include <setjmp.h>
#include <cmocka.h>

enum { RANGES = 600, ASKED = 20000 };

static uint64_t state = 42;

static uint32_t draw(uint32_t n) /* splitmix64 */
{
    return (uint32_t)(address_mix(state += 0x9e3779b97f4a7c15U) % n);
}

/* Small numbers, so that ranges meet: 10.0.0.0/8 and 2001:db8::/32 in few places. */
static struct net_range range(bool six)
{
    static const int bits4[] = {0, 8, 14, 16, 17, 20, 24, 28, 31, 32}, bits6[] = {0, 32, 48, 56, 64, 65, 127, 128};
    struct net_range r = {.size = six ? 16 : 4};
    r.bits = six ? bits6[draw(COUNT_OF(bits6))] : bits4[draw(COUNT_OF(bits4))];
    for (int i = 0; i < r.size; i++)
        r.b[i] = (uint8_t)(i == 0 ? (six ? 0x20 : 10) : draw(4) * 85);
    for (int i = r.bits; i < r.size * 8; i++)
        r.b[i / 8] &= (uint8_t)~(0x80 >> i % 8);
    return r;
}

static uint32_t by_hand(const struct prefix_entry *e, size_t n, struct address a)
{
    uint32_t value = 0;
    int best = -1;
    for (size_t i = 0; i < n; i++) {
        struct address first, last;
        address_bounds(&e[i].range, &first, &last);
        int bits = e[i].range.bits + (e[i].range.size == 4 ? 96 : 0);
        if (address_is_v4(a) == (e[i].range.size == 4) && address_cmp(first, a) <= 0 && address_cmp(a, last) <= 0 && bits > best) {
            best = bits;
            value = e[i].value;
        }
    }
    return value;
}

static size_t draw_ranges(struct prefix_entry *e)
{
    size_t n = 0;
    for (size_t i = 0; i < RANGES; i++) {
        struct prefix_entry one = {range(draw(3) == 0), 1 + draw(50), (uint32_t)i};
        bool there = false;
        for (size_t k = 0; k < n && !there; k++)
            there = e[k].range.size == one.range.size && e[k].range.bits == one.range.bits &&
                memcmp(e[k].range.b, one.range.b, 16) == 0;
        if (!there)
            e[n++] = one;
    }
    return n;
}

static void test_match(void **unused)
{
    static struct prefix_entry e[RANGES], sorted[RANGES];
    (void)unused;
    for (int round = 0; round < 20; round++) {
        size_t n = draw_ranges(e), x, y;
        struct prefix_table *t;
        memcpy(sorted, e, sizeof e);
        assert_false(err_is(prefix_table_new(sorted, n, &t, &x, &y)));
        for (int i = 0; i < ASKED / 20; i++) {
            struct address first, last;
            address_bounds(&e[draw((uint32_t)n)].range, &first, &last);
            struct address near[] = {first, last, {first.hi, first.lo - 1}, {last.hi, last.lo + 1},
                address_v4(draw(UINT32_MAX)), {draw(UINT32_MAX), draw(UINT32_MAX)}};
            for (size_t k = 0; k < COUNT_OF(near); k++)
                assert_int_equal(prefix_find(t, near[k]), by_hand(e, n, near[k]));
        }
        prefix_table_free(t);
    }
}

static void test_size(void **unused)
{
    static struct prefix_entry e[20000];
    (void)unused;
    for (uint32_t i = 0; i < COUNT_OF(e); i++) {
        uint32_t at = (0x1000U + 2 * i) << 16 | draw(65536);
        e[i] = (struct prefix_entry){.range = {.size = 4, .bits = 24, .b = {(uint8_t)(at >> 24), (uint8_t)(at >> 16), (uint8_t)(at >> 8)}}, .value = i + 1};
    }
    size_t x, y;
    struct prefix_table *t;
    assert_false(err_is(prefix_table_new(e, COUNT_OF(e), &t, &x, &y)));
    assert_int_equal(prefix_table_v4(t), 20000 * 256);
    assert_in_range(prefix_table_bytes(t), 1, 1 << 20); /* 20,000 ranges in less than 1 MB */
    prefix_table_free(t);
}

static void test_conflict(void **unused)
{
    struct prefix_entry e[] = {{{.size = 4, .bits = 8, .b = {10}}, 1, 7}, {{.size = 4, .bits = 9, .b = {10}}, 2, 8},
        {{.size = 4, .bits = 8, .b = {10}}, 2, 9}};
    size_t x, y;
    struct prefix_table *t;
    (void)unused;
    assert_int_equal(prefix_table_new(e, COUNT_OF(e), &t, &x, &y).code, ERR_CONFLICT);
    assert_int_equal(e[x].line, 7);
    assert_int_equal(e[y].line, 9);
    assert_false(err_is(prefix_table_new(NULL, 0, &t, &x, &y)));
    assert_int_equal(prefix_find(t, address_v4(1)), 0);
    prefix_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_match), cmocka_unit_test(test_size), cmocka_unit_test(test_conflict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
