/* SPDX-License-Identifier: Apache-2.0 */
/* State stays bounded when everybody comes at once, and sets count right. */
#include "sensor/sensor.h"

#include <setjmp.h>
#include <cmocka.h>

enum { FRAME = 54, SOURCES = 50000 };

struct told {
    uint64_t episodes, packets;
    bool loud; /* the loud source was told, once, whole */
};

static void count(void *ctx, const struct sensor_episode *e)
{
    struct told *t = ctx;
    t->episodes++;
    t->packets += e->packets;
    t->loud = t->loud || (e->row->source.lo == address_v4(0x0a000001).lo && e->packets == 1000);
}

/* A SYN from 10.x.y.z to 203.0.113.n. */
static struct capture_frame syn(uint8_t *p, uint32_t source, uint32_t n)
{
    memset(p, 0, FRAME);
    memcpy(p + 12, "\x08\x00\x45", 3);
    p[17] = 40;
    p[22] = 60;
    p[23] = PROTO_TCP;
    for (int i = 0; i < 4; i++)
        p[26 + i] = (uint8_t)(source >> (24 - 8 * i));
    memcpy(p + 30, "\xcb\x00\x71", 3);
    p[33] = (uint8_t)n;
    memcpy(p + 34, "\x9c\x40\x01\xbd", 4);
    p[41] = (uint8_t)n;
    p[46] = 0x50;
    p[47] = TCP_SYN;
    return (struct capture_frame){p, FRAME, FRAME, 1790000000 * USEC_SECOND + n, LINK_ETHERNET};
}

static struct sensor *make(struct arena *a, struct told *told, uint32_t rows, struct prefix_owners *owners,
    struct prefix_table **dark)
{
    str why, list[] = {S("203.0.113.0/24")};
    struct sensor *s;
    assert_false(err_is(prefix_file_read(a, S("10.0.0.0/8 town\n"), owners, &why)));
    assert_false(err_is(prefix_list_read(a, (struct strs){list, 1}, dark, &why)));
    struct sensor_config c = {.owners = owners, .dark = *dark, .tell = count, .ctx = told, .rows = rows};
    assert_false(err_is(sensor_new(&c, &s)));
    return s;
}

/* 50,000 sources in 1,024 rows, and one that is loud all the while. */
static void test_storm(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(1 << 20);
    struct prefix_owners owners;
    struct prefix_table *dark;
    struct told told = {0}, rest = {0};
    struct sensor *s = make(a, &told, 1024, &owners, &dark);
    uint8_t bytes[FRAME];
    size_t before = sensor_bytes(s);
    for (uint32_t i = 0; i < SOURCES; i++) {
        struct capture_frame f = syn(bytes, 0x0a010000 + i, i);
        sensor_feed(s, &f, 1);
        if (i % 50 == 0) {
            f = syn(bytes, 0x0a000001, i / 50);
            sensor_feed(s, &f, 1);
        }
    }
    sensor_each(s, count, &rest);
    assert_int_equal(sensor_bytes(s), before);
    assert_true(rest.loud); /* what is seen often is not pushed out by what is seen once */
    assert_in_range(rest.episodes, 1, 1024);
    const struct sensor_stats *t = sensor_stats(s);
    assert_int_equal(t->matched, SOURCES + SOURCES / 50);
    sensor_free(s);
    prefix_table_free(owners.table);
    prefix_table_free(dark);
}

static void test_distinct(void **unused)
{
    struct pool p;
    (void)unused;
    assert_false(err_is(pool_init(&p, 1 << 16)));
    struct distinct d = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        assert_true(distinct_add(&p, &d, i * 2654435761U));
        assert_false(distinct_add(&p, &d, i * 2654435761U));
        assert_int_equal(distinct_count(&d), i + 1); /* exact */
    }
    for (uint32_t i = 3000; i < 50000; i++)
        distinct_add(&p, &d, i * 2654435761U);
    assert_in_range(distinct_count(&d), 49000, 51000); /* within 2 % */
    distinct_free(&p, &d);
    for (uint32_t i = 0; i < 20000; i++) { /* a used-up pool: still bounded, never less than 1 */
        struct distinct small = {0};
        distinct_add(&p, &small, i);
        assert_int_equal(distinct_count(&small), 1);
    }
    pool_done(&p);
}

/* The oldest packet makes room, and who asks for it is not given another's. */
static void test_ring(void **unused)
{
    (void)unused;
    enum { PLACES = 1000 };
    struct ring *r;
    uint8_t bytes[RING_BYTES + 40];
    memset(bytes, 7, sizeof bytes);
    assert_false(err_is(ring_new(PLACES * sizeof(struct ring_frame), &r)));
    assert_null(ring_get(r, 0, 0));
    uint32_t first = ring_put(r, 100, bytes, sizeof bytes, 1500), second = ring_put(r, 101, bytes, 40, 40);
    const struct ring_frame *f = ring_get(r, first, 100);
    assert_non_null(f);
    assert_int_equal(f->n, RING_BYTES);
    assert_int_equal(f->wire, 1500);
    assert_memory_equal(f->bytes, bytes, RING_BYTES);
    assert_null(ring_get(r, first, 101));
    for (usec t = 102; t < 100 + PLACES + 1; t++)
        assert_non_null(ring_get(r, ring_put(r, t, bytes, 40, 40), t));
    assert_null(ring_get(r, first, 100));
    assert_non_null(ring_get(r, second, 101));
    ring_free(r);
}

/* Other ranges: what has the same body goes on, what has another is told in the old one's name. */
static void test_swap(void **unused)
{
    (void)unused;
    ARENA_AUTO a = arena_new(1 << 20);
    struct prefix_owners old, new;
    struct prefix_table *dark;
    struct told told = {0}, rest = {0};
    str why;
    struct sensor *s = make(a, &told, 0, &old, &dark);
    assert_false(err_is(prefix_file_read(a, S("10.1.0.0/16 town\n10.2.0.0/16 city\n"), &new, &why)));
    uint8_t bytes[FRAME];
    for (uint32_t i = 0; i < 20; i++) {
        struct capture_frame f[2] = {syn(bytes, 0x0a010001, i)};
        sensor_feed(s, f, 1);
        f[0] = syn(bytes, 0x0a020001, i);
        sensor_feed(s, f, 1);
    }
    sensor_swap(s, &new, dark);
    assert_int_equal(told.packets, 20); /* of 10.2.0.1, which was town's */
    for (uint32_t i = 20; i < 50; i++) {
        struct capture_frame f = syn(bytes, i % 2 ? 0x0a010001 : 0x0a020001, i);
        sensor_feed(s, &f, 1);
    }
    sensor_each(s, count, &rest);
    assert_int_equal(rest.packets, 20 + 30);
    assert_int_equal(sensor_stats(s)->matched, 70);
    sensor_free(s);
    prefix_table_free(old.table);
    prefix_table_free(new.table);
    prefix_table_free(dark);
}

struct hours {
    struct facts_hour v[3];
    size_t n;
};

static void keep_hour(void *ctx, struct facts *f)
{
    struct hours *h = ctx;
    assert_true(h->n < COUNT_OF(h->v));
    facts_sum(f, &h->v[h->n++]);
}

/* An hour ends with the first packet of the next; more services than there is room for are told together. */
static void test_hours(void **unused)
{
    enum { PORTS = 20000 };
    (void)unused;
    static struct hours h;
    struct facts *f;
    struct packet p = {.t = 1790000000 * USEC_SECOND, .proto = PROTO_TCP};
    usec first = p.t / USEC_HOUR * USEC_HOUR;
    assert_false(err_is(facts_new(keep_hour, &h, &f)));
    for (uint32_t i = 0; i < 1000; i++) {
        p.dport = 23;
        facts_add(f, &p, address_v4(0x0a000000 + i), KIND_SYN, 1U << MARK_MIRAI);
    }
    facts_lose(f, (struct facts_lost){.seen = 1000, .dropped = 7});
    facts_flush(f);
    facts_flush(f); /* nothing new: nothing told */
    assert_int_equal(h.n, 1);
    assert_int_equal(h.v[0].hour, first);
    assert_int_equal(h.v[0].packets, 1000);
    assert_int_equal(h.v[0].lost.dropped, 7);
    assert_in_range(h.v[0].hosts, 950, 1050);
    assert_int_equal(h.v[0].n, 1);
    assert_int_equal(h.v[0].service[0].by, BY_MIRAI);
    assert_in_range(h.v[0].service[0].hosts, 600, 1400);
    assert_int_equal(facts_world(f, 10, GROUP_TELNET), 1000);
    p.t += USEC_HOUR;
    for (uint32_t i = 0; i < PORTS; i++) {
        p.dport = (uint16_t)(i + 1);
        facts_add(f, &p, address_v4(0x0b000001), KIND_SYN, 0);
    }
    facts_end(f);
    assert_int_equal(h.n, 2);
    uint64_t sum = 0;
    for (size_t i = 0; i < h.v[1].n; i++)
        sum += h.v[1].service[i].packets;
    assert_int_equal(sum, PORTS);
    assert_int_equal(h.v[1].packets, PORTS);
    assert_int_equal(h.v[1].lost.dropped, 0);
    facts_free(f);
}

struct tuples {
    uint64_t n, packets;
    bool ordered; /* they should be, by their first packets */
    usec before;  /* of the one before */
    bool loud;   /* the tuple that comes all the while: 1,000 packets, told once */
};

static void keep_tuple(void *ctx, const struct tuple *f)
{
    struct tuples *t = ctx;
    assert_int_equal(f->k.hour, f->first / USEC_HOUR);
    assert_int_equal(f->k.hour, f->last / USEC_HOUR);
    assert_true(!t->ordered || f->first >= t->before);
    t->before = f->first;
    t->n++;
    t->packets += f->packets;
    t->loud = t->loud || f->packets == 1000;
}

static struct packet tuple_of(uint32_t source, usec t)
{
    return (struct packet){.t = t, .src = address_v4(source), .dst = address_v4(0xcb007101), .proto = PROTO_TCP,
        .sport = 40000, .dport = 445, .size = 40, .ttl = 60, .flags = TCP_SYN, .window = 1024};
}

/* What is alike is one, each difference makes two, and an hour is told with the first packet of the next. */
static void test_tuples(void **unused)
{
    (void)unused;
    usec hour = 1790000000 / 3600 * USEC_HOUR, from = hour + 50 * USEC_MINUTE;
    struct tuples t = {0};
    struct tuples *f;
    assert_false(err_is(tuple_new(keep_tuple, &t, 0, &f)));
    for (uint32_t i = 0; i < 1000; i++) {
        struct packet p = tuple_of(1, from + i);
        tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN | 1U << MARK_ZMAP_WEAK);
    }
    struct packet p = tuple_of(1, from + 1000), other[] = {p, p, p, p, p, p, p, p, p};
    other[0].src = address_v4(2), other[1].dst = address_v4(2), other[2].sport = 2, other[3].dport = 2, other[4].size = 2;
    other[5].ttl = 2, other[6].flags = TCP_SYN | TCP_ECE, other[7].window = 2, other[8].proto = PROTO_UDP;
    for (size_t i = 0; i < COUNT_OF(other); i++)
        tuple_add(f, &other[i], KIND_SYN, 1U << MARK_MASSCAN);
    tuple_add(f, &p, KIND_ODD, 1U << MARK_MASSCAN);
    tuple_add(f, &p, KIND_SYN, 0);
    assert_int_equal(t.n, 0);
    p.t = hour + USEC_HOUR; /* the next */
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    assert_true(t.loud);
    assert_int_equal(t.n, 1 + COUNT_OF(other) + 2);
    p.t = hour + USEC_HOUR - 1; /* late: still of its own hour */
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    p.t = hour + USEC_HOUR + 1;
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    assert_int_equal(t.n, 1 + COUNT_OF(other) + 2);
    p.t = hour + 140 * USEC_HOUR; /* a clock that is wrong, and then right again */
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    assert_int_equal(t.n, 1 + COUNT_OF(other) + 2 + 2);
    p.t = hour + USEC_HOUR + 2;
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    p.t = hour + 2 * USEC_HOUR;
    tuple_add(f, &p, KIND_SYN, 1U << MARK_MASSCAN);
    assert_int_equal(t.n, 1 + COUNT_OF(other) + 2 + 2 + 2);
    tuple_flush(f);
    tuple_flush(f);
    assert_int_equal(t.n, 1 + COUNT_OF(other) + 2 + 2 + 3);
    assert_int_equal(t.packets, 1000 + COUNT_OF(other) + 2 + 3 + 3);
    tuple_free(f);
}

/* Three times as many as there is room for: the oldest go early, no packet is missing, none is counted twice. */
static void test_tuples_storm(void **unused)
{
    (void)unused;
    usec from = 1790000000 / 3600 * USEC_HOUR;
    struct tuples t = {.ordered = true};
    struct tuples *f;
    assert_false(err_is(tuple_new(keep_tuple, &t, 0, &f)));
    for (uint32_t i = 0; i < 3 * TUPLES_MOST; i++) {
        struct packet p = tuple_of(i, from + 2 * i), again = tuple_of(i / 2 * 2, from + 2 * i + 1);
        tuple_add(f, &p, KIND_SYN, 0);
        tuple_add(f, &again, KIND_SYN, 0); /* of this and of the one before */
    }
    assert_int_equal(t.n, 2 * TUPLES_MOST); /* the last are still there */
    tuple_flush(f);
    assert_int_equal(t.packets, 6 * TUPLES_MOST);
    assert_int_equal(t.n, 3 * TUPLES_MOST);
    tuple_free(f);
}

static void test_tuple_line(void **unused)
{
    (void)unused;
    struct tuple f = {{.src = address_v4(0xc6336401), .dst = {0x20010db800000000, 1}, .hour = 497222, .marks = 1U << MARK_MIRAI,
        .sport = 1, .dport = 65535, .size = 60, .window = 1024, .header = 40, .proto = 6, .ttl = 255, .flags = 2, .kind = KIND_SYN},
        3, 497222 * USEC_HOUR + 1, 497222 * USEC_HOUR + 2 * USEC_SECOND + 30};
    BUF_AUTO b = BUF(1024);
    tuple_put(&b, &f);
    buf_char(&b, 0);
    assert_string_equal(b.p, "1789999200,198.51.100.1,2001:db8::1,1,65535,6,255,2,60,40,1024,syn,0,0,1,0,0,3,180,"
                             "1789999200.000001,1789999202.000030\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tuples), cmocka_unit_test(test_tuples_storm),
        cmocka_unit_test(test_tuple_line), cmocka_unit_test(test_hours), cmocka_unit_test(test_swap), cmocka_unit_test(test_ring), cmocka_unit_test(test_storm), cmocka_unit_test(test_distinct)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
