/* SPDX-License-Identifier: Apache-2.0 */
/* Whose address a request counts for: nobody chooses it by writing a header. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/http_peer.h"

#include <arpa/inet.h>
#include <sys/un.h>

static struct sockaddr_storage peer_of(const char *text)
{
    union {
        struct sockaddr_storage any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un un;
    } a = {0};
    if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1)
        a.v4.sin_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) == 1)
        a.v6.sin6_family = AF_INET6;
    else
        a.un.sun_family = AF_UNIX;
    return a.any;
}

static const struct {
    const char *trust, *peer;
    const char *forwarded[3]; /* X-Forwarded-For fields, in their order */
    const char *client;
} rows[] = {
    /* Nobody is trusted: the header is what anybody may write. */
    {"", "192.0.2.1", {NULL}, "192.0.2.1"},
    {"", "192.0.2.1", {"203.0.113.9"}, "192.0.2.1"},
    {"", "::1", {"203.0.113.9"}, "::1"},
    {"127.0.0.1", "192.0.2.1", {"203.0.113.9"}, "192.0.2.1"},
    {"127.0.0.1", "127.0.0.2", {"203.0.113.9"}, "127.0.0.2"},
    /* One proxy: what it added stands at the right. */
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
    {"127.0.0.1", "127.0.0.1", {NULL}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"10.9.9.9, 203.0.113.9"}, "203.0.113.9"},
    {"127.0.0.1", "127.0.0.1", {"127.0.0.1, 203.0.113.9"}, "203.0.113.9"},
    {"127.0.0.1", "127.0.0.1", {"10.9.9.9", "203.0.113.9"}, "203.0.113.9"},
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9", "x, 10.9.9.9"}, "10.9.9.9"},
    {"127.0.0.1", "127.0.0.1", {" \t203.0.113.9\t "}, "203.0.113.9"},
    {"127.0.0.1", "127.0.0.1", {"2001:db8::9"}, "2001:db8::9"},
    {"127.0.0.1", "127.0.0.1", {"2001:DB8:0:0::9"}, "2001:db8::9"},
    {"127.0.0.1", "127.0.0.1", {"::ffff:203.0.113.9"}, "203.0.113.9"},
    /* Two proxies; a list that is trusted to its end is the first of it. */
    {"127.0.0.1,10.1.0.0/16", "127.0.0.1", {"203.0.113.9, 10.1.7.7"}, "203.0.113.9"},
    {"127.0.0.1,10.1.0.0/16", "127.0.0.1", {"203.0.113.9, 10.2.0.1"}, "10.2.0.1"},
    {"127.0.0.1,10.1.0.0/16", "127.0.0.1", {"6.6.6.6, 203.0.113.9, 10.1.7.7"}, "203.0.113.9"},
    {"10.1.0.0/16", "10.1.0.1", {"10.1.0.3, 10.1.0.2"}, "10.1.0.3"},
    /* What is no address is believed no further. */
    {"127.0.0.1", "127.0.0.1", {"unknown"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9, "}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {","}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9:4711"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"[2001:db8::9]"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"fe80::1%eth0"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9;<script>"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"203.0.113.9 10.0.0.1"}, "127.0.0.1"},
    {"127.0.0.1", "127.0.0.1", {"0000000000000000000000000000000000000000000000203.0.113.9"},
        "127.0.0.1"},
    {"127.0.0.1,10.1.0.0/16", "127.0.0.1", {"203.0.113.9, oops, 10.1.7.7"}, "10.1.7.7"},
    /* IPv6, and IPv4 that arrives at an IPv6 socket. */
    {"::1", "::1", {"203.0.113.9"}, "203.0.113.9"},
    {"127.0.0.1", "::ffff:127.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
    {"", "::ffff:192.0.2.1", {NULL}, "192.0.2.1"},
    {"2001:db8::/33", "2001:db8:7fff::1", {"203.0.113.9"}, "203.0.113.9"},
    {"2001:db8::/33", "2001:db8:8000::1", {"203.0.113.9"}, "2001:db8:8000::1"},
    {"10.0.0.0/9", "10.127.255.255", {"203.0.113.9"}, "203.0.113.9"},
    {"10.0.0.0/9", "10.128.0.0", {"203.0.113.9"}, "10.128.0.0"},
    /* A unix socket has no address: only what its proxy says. */
    {"unix", "unix", {"203.0.113.9"}, "203.0.113.9"},
    {"unix", "unix", {NULL}, ""},
    {"", "unix", {"203.0.113.9"}, ""},
    {"127.0.0.1", "unix", {"203.0.113.9"}, ""},
    {"unix", "127.0.0.1", {"203.0.113.9"}, "127.0.0.1"},
};

static void only_a_trusted_proxy_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_trust t;
        struct http_header h[4] = {{S("Host"), S("a")}};
        char dst[HTTP_CLIENT];
        size_t n = 1;
        for (; n - 1 < COUNT_OF(rows[i].forwarded) && rows[i].forwarded[n - 1]; n++)
            h[n] = (struct http_header){
                n % 2 ? S("X-Forwarded-For") : S("x-forwarded-FOR"), str_of(rows[i].forwarded[n - 1])};
        assert_false(err_is(http_trust_parse(str_of(rows[i].trust), &t)));
        struct sockaddr_storage peer = peer_of(rows[i].peer);
        str client = http_peer_client(&t, (struct sockaddr *)&peer, h, n, dst);
        if (!str_eq(client, str_of(rows[i].client)))
            fail_msg("row %zu: %.*s", i, STR_F(client));
    }
}

static void the_way_back_has_an_end(void **state)
{
    char list[32 * 10 + 16] = "203.0.113.9", dst[HTTP_CLIENT];
    struct http_trust t;
    struct sockaddr_storage peer = peer_of("10.0.0.1");
    (void)state;
    assert_false(err_is(http_trust_parse(S("10.0.0.0/8"), &t)));
    size_t n = strlen(list);
    for (int i = 0; i < 32; i++, n += 10)
        memcpy(list + n, ",10.0.0.33", 10);
    struct http_header h = {S("X-Forwarded-For"), {list, n}};
    assert_true(str_eq(http_peer_client(&t, (struct sockaddr *)&peer, &h, 1, dst), S("10.0.0.33")));
    h.value.n -= 10; /* one hop less, and the list is read to its beginning */
    assert_true(
        str_eq(http_peer_client(&t, (struct sockaddr *)&peer, &h, 1, dst), S("203.0.113.9")));
}

static void a_slip_in_the_list_is_refused(void **state)
{
    static const char *const bad[] = {"localhost", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.0/33",
        "::1/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "127.0.0.1,", ",", "127.0.0.1,,::1",
        "UNIX", "127.0.0.1 ::1", "010.0.0.1",
        "::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::10,::11"};
    struct http_trust t;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (!err_is(http_trust_parse(str_of(bad[i]), &t)))
            fail_msg("taken: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_trusted_proxy_is_believed),
        cmocka_unit_test(the_way_back_has_an_end),
        cmocka_unit_test(a_slip_in_the_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
