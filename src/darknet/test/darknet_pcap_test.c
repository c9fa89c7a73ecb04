/* SPDX-License-Identifier: Apache-2.0 */
/* Frames without the dark address: nothing that tells it is left, and the file is one that opens. */
#include "test/fixture.h"

#include "darknet/darknet_pcap.h"

static const uint8_t dark4[] = {198, 19, 0, 5};

static bool has(const uint8_t *p, size_t n, const void *what, size_t len)
{
    for (size_t i = 0; i + len <= n; i++)
        if (memcmp(p + i, what, len) == 0)
            return true;
    return false;
}

static void nothing_tells_the_address(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t left;
    } rows[] = {
        /* TCP of Mirai: the sequence number is the destination */
        {"450000280001000040066aa5c6120107c6130005c0000017c613000500000000500239081a2b0000", 40},
        /* UDP that spells it: "sip:100@198.19.0.5", and an end that is cut off within it */
        {"4500003a0001000040116aa5c6120107c613000513c413c400261a2b7369703a31303040"
         "3139382e31392e302e352031", 0},
        /* ICMP: port unreachable, quotes a UDP packet that came from the dark address */
        {"450000380001000040016aa5c6120107c61300050301abcd00000000"
         "4500001c00010000401155aac6130005c6120107003512340008beef", 56},
        /* GRE: what is behind it is cut off */
        {"4500002800010000402f6aa5c6120107c6130005000008004500001c", 20},
        {"4500", 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t f[ALERT_FRAME];
        size_t n = strlen(rows[i].hex) / 2;
        assert_false(err_is(hex_parse(str_of(rows[i].hex), f, n)));
        size_t left = darknet_pcap_mask(f, n, S("198.19.0.5"));
        assert_int_equal(left, i == 1 ? n : rows[i].left);
        assert_false(has(f, left, dark4, sizeof dark4));
        assert_false(has(f, left, "198.19", 6));
        assert_true(left < 20 || (f[10] == 0 && f[11] == 0));
    }
}

static void checksums_over_it_are_gone(void **state)
{
    (void)state;
    uint8_t f[56];
    assert_false(err_is(hex_parse(S("450000380001000040016aa5c6120107c61300050301abcd00000000"
                                    "4500001c00010000401155aac6130005c6120107003512340008beef"), f, 56)));
    assert_int_equal(darknet_pcap_mask(f, 56, S("198.19.0.5")), 56);
    static const size_t at[] = {10, 22, 38, 54}; /* IP, ICMP, the quoted IP, the quoted UDP */
    for (size_t i = 0; i < COUNT_OF(at); i++)
        assert_int_equal(f[at[i]] | f[at[i] + 1], 0);
    assert_int_equal(f[12], 198); /* whose it was stays */
    assert_int_equal(f[48] << 8 | f[49], 0x0035);
}

static void ipv6_is_masked_too(void **state)
{
    (void)state;
    uint8_t f[60];
    assert_false(err_is(hex_parse(S("6000000000140640" "20010db8000100000000000000000001"
                                    "20010db8000200000000000000000005"
                                    "c0000017000000010000000050020000abcd0000"), f, 60)));
    assert_int_equal(darknet_pcap_mask(f, 60, S("2001:db8:2::5")), 60);
    for (size_t i = 24; i < 40; i++)
        assert_int_equal(f[i], 0);
    assert_int_equal(f[56] | f[57], 0);
    assert_int_equal(darknet_pcap_mask(f, 60, S("")), 0); /* not known what to hide: nothing is left */
}

static void whatever_stands_there_stays_within_its_bytes(void **state)
{
    (void)state;
    uint32_t x = 1;
    for (int i = 0; i < 20000; i++) {
        size_t n = (size_t)i % (ALERT_FRAME + 1);
        uint8_t *f = malloc(n ? n : 1);
        assert_non_null(f);
        for (size_t k = 0; k < n; k++)
            f[k] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
        if (n)
            f[0] = i & 1 ? 0x45 : 0x60;
        if (n > 9)
            f[i & 1 ? 9 : 6] = (uint8_t[]){1, 4, 6, 17, 41, 58, 0, 44}[i / 2 % 8];
        assert_true(darknet_pcap_mask(f, n, S("198.19.0.5")) <= n);
        free(f);
    }
}

static void the_file_has_its_header_and_records(void **state)
{
    (void)state;
    BUF_AUTO b = BUF(200);
    struct alert_packet p = {.at = 1795130000123456, .frame = {dark4, 4}, .wire = 40}, none = {.at = 1};
    darknet_pcap_begin(&b);
    darknet_pcap_put(&b, &none);
    darknet_pcap_put(&b, &p);
    static const uint8_t head[] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0};
    static const uint8_t sizes[] = {0x40, 0xe2, 1, 0, 4, 0, 0, 0, 40, 0, 0, 0, 198, 19, 0, 5};
    assert_int_equal(b.n, 24 + 16 + 4);
    assert_memory_equal(b.p, head, sizeof head);
    assert_memory_equal(b.p + 28, sizes, sizeof sizes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_tells_the_address),
        cmocka_unit_test(checksums_over_it_are_gone),
        cmocka_unit_test(ipv6_is_masked_too),
        cmocka_unit_test(whatever_stands_there_stays_within_its_bytes),
        cmocka_unit_test(the_file_has_its_header_and_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
