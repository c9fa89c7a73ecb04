/* SPDX-License-Identifier: Apache-2.0 */
/* Hours come back out of their columns as they went in, damage is seen, and what is unusual is told. */
#include "test/fixture.h"

#include "darknet/darknet_report.h"

static struct arena *a;

static int make(void **state)
{
    (void)state;
    a = arena_new(8 << 20);
    return a ? 0 : 1;
}

static int drop(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define HOUR                                                                                     \
    "[{\"hour\":\"2026-11-27T08:00:00.000+09:00\",\"begin\":\"2026-11-27T08:00:01.000+09:00\","              \
    "\"end\":\"2026-11-27T08:59:00.000+09:00\",\"watched\":65536,\"packets\":400,\"hosts\":9,"             \
    "\"kernel_seen\":500,\"kernel_dropped\":3,\"malformed\":2,\"services\":"
#define WORLD ",\"world\":[[10,0,300],[256,10,100]]}]"

static void columns_keep_what_the_sensor_says(void **state)
{
    (void)state;
    struct alert_sightings none;
    struct fact_hours all;
    struct fact_hour back = {0};
    BUF_AUTO services = BUF(4096);
    BUF_AUTO world = BUF(4096);
    assert_false(err_is(darknet_report_parse(a,
        S(HOUR "[[\"udp\",53,\"any\",70000000000,3],[\"tcp\",23,\"mirai\",300,9],[\"tcp\",23,\"mirai\",1,1]]" WORLD), &none, &all)));
    assert_int_equal(none.n, 0);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.v[0].dropped, 3);
    darknet_fact_pack(&all.v[0], &services, &world);
    assert_int_equal(services.n, 20);
    assert_int_equal(world.n, 8);
    assert_false(err_is(darknet_fact_unpack(a, buf_view(&services), buf_view(&world), &back)));
    assert_int_equal(back.n, 2);
    assert_int_equal(back.service[0].key, fact_key(2, 1, 23));
    assert_int_equal(back.service[0].packets, 301); /* what stands there twice is one */
    assert_int_equal(back.service[1].packets, 70000000000);
    assert_int_equal(back.cells, 2);
    assert_int_equal(back.world[1].at, 256 * FACT_GROUPS + 10);
    for (size_t n = 0; n < services.n; n++)
        assert_int_equal(darknet_fact_unpack(a, (str){services.p, n}, buf_view(&world), &back).code, ERR_INVALID);
    for (size_t n = 0; n < world.n; n++)
        assert_int_equal(darknet_fact_unpack(a, buf_view(&services), (str){world.p, n}, &back).code, ERR_INVALID);
    buf_char(&world, 0);
    assert_int_equal(darknet_fact_unpack(a, buf_view(&services), buf_view(&world), &back).code, ERR_INVALID);
    assert_int_equal(darknet_fact_unpack(a, S("\1\377\377\377\377\377\377\377\377\177"), S("\1\0"), &back).code, ERR_INVALID);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {HOUR "[[\"tcp\",65536,\"any\",1,1]]" WORLD, HOUR "[[\"tcp\",1,\"any\",-1,1]]" WORLD,
        HOUR "[[\"tcp\",1]]" WORLD, HOUR "[]" ",\"world\":[[257,0,1]]}]", HOUR "[]" ",\"world\":[[1,11,1]]}]",
        HOUR "[]" ",\"world\":[[2,0,1],[1,0,1]]}]", "[{\"hour\":\"2026-11-27T08:30:00.000+09:00\",\"packets\":1}]", "[{\"hour\":1}]"};
    struct alert_sightings none;
    struct fact_hours all;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(darknet_report_parse(a, str_of(bad[i]), &none, &all).code, ERR_INVALID);
}

/* Four weeks of a day's wave with some noise: 100 an hour by night, 200 by day. */
static void four_weeks(int64_t *count)
{
    uint32_t noise = 1;
    for (int h = 0; h < FACT_HOURS; h++) {
        noise = noise * 1664525 + 1013904223;
        count[h] = (h % 24 < 12 ? 100 : 200) + (int64_t)(noise >> 28) - 8;
    }
}

static void what_is_unusual_is_told(void **state)
{
    (void)state;
    int64_t count[FACT_HOURS];
    four_weeks(count);
    struct fact_change c = darknet_fact_change(count);
    assert_int_equal(c.kind, CHANGE_STEADY);
    assert_in_range(c.usual, 3000, 4200);
    for (int h = FACT_HOURS - 5; h < FACT_HOURS; h++)
        count[h] *= 3;
    c = darknet_fact_change(count);
    assert_int_equal(c.kind, CHANGE_UP);
    assert_int_equal(c.since, 5);
    four_weeks(count);
    for (int h = FACT_HOURS - 10; h < FACT_HOURS; h++)
        count[h] /= 5;
    assert_int_equal(darknet_fact_change(count).kind, CHANGE_DOWN);
    four_weeks(count); /* one hour that was over before long is not how it is now */
    count[FACT_HOURS - 20] *= 2;
    assert_int_equal(darknet_fact_change(count).kind, CHANGE_STEADY);
}

static void what_cannot_be_compared_is_not(void **state)
{
    (void)state;
    int64_t count[FACT_HOURS];
    for (int h = 0; h < FACT_HOURS; h++)
        count[h] = h < FACT_HOURS - 24 ? -1 : 500;
    assert_int_equal(darknet_fact_change(count).kind, CHANGE_UNKNOWN);
    assert_int_equal(darknet_fact_change(count).day, 12000);
    for (int h = 0; h < FACT_HOURS; h++)
        count[h] = h < FACT_HOURS - 3 ? 0 : 40;
    assert_int_equal(darknet_fact_change(count).kind, CHANGE_FIRST);
    assert_int_equal(darknet_fact_change(count).since, 3);
}

static void a_port_has_one_place(void **state)
{
    (void)state;
    static struct fact_ports p;
    for (unsigned i = 0; i < FACT_PORTS; i++)
        assert_int_equal(darknet_fact_place(&p, fact_key(2, 0, i * 7)), i);
    for (unsigned i = 0; i < FACT_PORTS; i++)
        assert_int_equal(darknet_fact_place(&p, fact_key(2, 0, i * 7)), i);
    assert_int_equal(darknet_fact_place(&p, fact_key(3, 0, 1)), FACT_NO_PLACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_keep_what_the_sensor_says, make, drop),
        cmocka_unit_test_setup_teardown(nonsense_is_refused, make, drop),
        cmocka_unit_test(what_is_unusual_is_told),
        cmocka_unit_test(what_cannot_be_compared_is_not),
        cmocka_unit_test(a_port_has_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
