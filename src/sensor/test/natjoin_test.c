/* SPDX-License-Identifier: Apache-2.0 */
/* Who is named, how surely, and who is not. */
#include "sensor/natjoin.h"

#include <setjmp.h>
#include <cmocka.h>

#define T ((usec)1795933903000000)

static const struct address us = {0, ADDRESS_V4_MARK | 0xc633640a}, dark = {0, ADDRESS_V4_MARK | 0xcb007101};

static struct address inner(uint32_t n)
{
    return address_v4(0x0a000000 + n);
}

static struct natlog_line line(uint32_t host, usec t, uint16_t outer_port)
{
    return (struct natlog_line){.first = t, .last = t, .protocol = NATLOG_TCP, .has_dst = true, .has_outer = outer_port != 0,
        .inner = inner(host), .dst = dark, .outer = us, .inner_port = 40000, .dst_port = 445, .outer_port = outer_port};
}

/* One episode of two packets, a second apart, and these lines. */
static struct natjoin_episode joined(struct arena *a, const struct natlog_line *l, size_t n)
{
    struct natjoin_packet *p = ARENA_ARRAY(a, struct natjoin_packet, 2);
    struct natjoin_episode e = {.source = us, .packet = p, .packets = 2};
    struct natjoin *j;
    p[0] = (struct natjoin_packet){T, dark, 9244, 445, NATLOG_TCP};
    p[1] = (struct natjoin_packet){T + USEC_SECOND, dark, 9300, 445, NATLOG_TCP};
    assert_false(err_is(natjoin_new(a, &e, 1, 2 * USEC_SECOND, &j)));
    for (size_t i = 0; i < n; i++)
        natjoin_line(j, &l[i]);
    natjoin_judge(j);
    assert_false(err_is(natjoin_status(j)));
    return e;
}

static void test_grades(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(64 << 20);
    struct natlog_line l[] = {line(1, T, 0), line(2, T, 9244), line(2, T + USEC_SECOND, 9300), line(3, T, 9999), line(4, T + 60 * USEC_SECOND, 9244)};
    struct natjoin_episode e = joined(a, l, COUNT_OF(l));
    assert_int_equal(e.hosts, 2); /* 3 had another port, 4 another time */
    assert_true(address_eq(e.host[0].inner, inner(2)));
    assert_true(natjoin_is_certain(&e.host[0]));
    assert_int_equal(e.host[0].exact, 3);
    assert_int_equal(e.host[0].last - e.host[0].first, USEC_SECOND);
    assert_false(natjoin_is_certain(&e.host[1]));
}

static void test_other_things(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(64 << 20);
    struct natlog_line l[] = {line(1, T, 9244), line(1, T, 9244), line(1, T, 9244), line(1, T, 9244)};
    l[0].protocol = NATLOG_UDP;
    l[1].outer = address_v4(7);
    l[2].dst_port = 446;
    l[3].dst = address_v4(8);
    assert_int_equal(joined(a, l, COUNT_OF(l)).hosts, 0);
}

static void test_long_session_and_translation(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(64 << 20);
    struct natlog_line l[] = {line(1, T - 100 * USEC_SECOND, 9244), line(2, T, 9300)};
    l[0].last = T + 100 * USEC_SECOND; /* the packet lies within */
    l[1].has_dst = false;              /* only a translation was written */
    struct natjoin_episode e = joined(a, l, COUNT_OF(l));
    assert_int_equal(e.hosts, 2);
    assert_true(natjoin_is_certain(&e.host[0]));
    assert_false(natjoin_is_certain(&e.host[1]));
    assert_int_equal(e.host[1].packets, 2);
}

static void test_clocks(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(64 << 20);
    struct natlog_line l[] = {line(1, T - 9 * USEC_HOUR, 9244), line(2, T + USEC_HOUR, 0), line(3, T, 0)};
    struct natjoin_episode e = joined(a, l, 2);
    assert_int_equal(e.hosts, 1);
    assert_true(natjoin_clocks[e.host[0].clock] == -9 * USEC_HOUR);
    e = joined(a, l + 1, 2); /* the log's own clock goes before */
    assert_int_equal(e.hosts, 1);
    assert_int_equal(e.host[0].clock, 0);
    e = joined(a, l, 3); /* but not before a port that fits */
    assert_int_equal(e.hosts, 1);
    assert_true(address_eq(e.host[0].inner, inner(1)));
}

static void test_many_hosts(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(64 << 20);
    struct natlog_line l[NATJOIN_HOSTS + 5];
    for (uint32_t i = 0; i < COUNT_OF(l); i++)
        l[i] = line(i, T + 60 * USEC_SECOND * (i > 90), 0);
    struct natjoin_episode e = joined(a, l, COUNT_OF(l));
    assert_int_equal(e.hosts, NATJOIN_HOSTS);
    assert_int_equal(e.lost, 10); /* five lines, two packets each */
}

#define PACKET "{\"time\":\"2026-11-29T15:31:43.478+09:00\",\"protocol\":\"tcp\",\"source_port\":1,\"dark_address\":\"203.0.113.1\",\"port\":445}"
static void test_read(void **unused)
{
    (void)unused;
    static const struct { const char *json; size_t n; const char *why; } t[] = {
        {"{\"source\":\"198.51.100.10\",\"first_packets\":[" PACKET "]}\n{\"files\":[],\"frames\":1}\n", 1, NULL},
        {"[{\"source\":\"2001:db8::1\",\"first_packets\":[]},\n {\"source\":\"198.51.100.10\",\"first_packets\":[" PACKET "," PACKET "]}]", 2, NULL},
        {"", 0, "1件もありません"},
        {"{\"files\":[]}", 0, "1件もありません"},
        {"[7]", 0, "1 番目の検知の送信元"},
        {"{\"source\":\"198.51.100.10\"}", 0, "first_packets）がありません"},
        {"{\"source\":\"198.51.100.10\",\"first_packets\":[]} {\"source\":\"x\",\"first_packets\":[]}", 0, "2 番目の検知の送信元"},
        {"{\"source\":\"198.51.100.10\",\"first_packets\":[{}]}", 0, "時刻を読めません"},
        {"{\"source\":\"198.51.100.10\",\"first_packets\":[", 0, "途中で切れていないか"},
        {"{\"source\":\"198.51.100.10\",\"first_packets\":[" PACKET ",{\"time\":\"2026-02-30T00:00:00Z\"}]}", 0, "時刻を読めません"},
    };
    for (size_t i = 0; i < COUNT_OF(t); i++) {
        ARENA_AUTO a = arena_new(64 << 20);
        struct natjoin_episodes all;
        str why = STR_NONE;
        err e = natjoin_read(a, str_of(t[i].json), &all, &why);
        assert_int_equal(e.code, t[i].why ? ERR_INVALID : ERR_OK);
        if (t[i].why)
            assert_true(str_has(why, str_of(t[i].why)));
        else
            assert_int_equal(all.n, t[i].n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_grades), cmocka_unit_test(test_other_things),
        cmocka_unit_test(test_long_session_and_translation), cmocka_unit_test(test_clocks), cmocka_unit_test(test_many_hosts),
        cmocka_unit_test(test_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
