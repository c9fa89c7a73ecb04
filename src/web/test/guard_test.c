/* SPDX-License-Identifier: Apache-2.0 */
/* The header guard: what a proxy could read in another way does not get in. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/http.h"

#define H(name, value) {S(name), S(value)}

/* Headers end with the first that has no name at all. */
static const struct {
    const char *what;
    bool passes;
    struct http_header h[5];
} sets[] = {
    {"a plain request", true, {H("Host", "a"), H("Accept", "*/*")}},
    {"a length", true, {H("HOST", "a"), H("content-LENGTH", "0")}},
    {"18 digits", true, {H("Host", "a"), H("Content-Length", "999999999999999999")}},
    {"chunked", true, {H("Host", "a"), H("Transfer-Encoding", "chunked")}},
    {"Chunked", true, {H("Host", "a"), H("transfer-encoding", "ChunkED")}},
    {"an empty value", true, {H("Host", "a"), H("X", "")}},
    {"a tab in a value", true, {H("Host", "a"), H("X", "a\tb")}},
    {"every sign of a token", true, {H("Host", "a"), H("aZ09!#$%&'*+-.^_`|~", "b")}},

    {"two lengths", false, {H("Host", "a"), H("Content-Length", "5"), H("Content-Length", "6")}},
    {"the same length twice", false, {H("Host", "a"), H("Content-Length", "5"),
        H("content-length", "5")}},
    {"length and chunked", false, {H("Host", "a"), H("Content-Length", "5"),
        H("Transfer-Encoding", "chunked")}},
    {"chunked and length", false, {H("Host", "a"), H("Transfer-Encoding", "chunked"),
        H("Content-Length", "5")}},
    {"chunked twice", false, {H("Host", "a"), H("Transfer-Encoding", "chunked"),
        H("Transfer-Encoding", "chunked")}},
    {"xchunked", false, {H("Host", "a"), H("Transfer-Encoding", "xchunked")}},
    {"chunkedx", false, {H("Host", "a"), H("Transfer-Encoding", "chunkedx")}},
    {"gzip, chunked", false, {H("Host", "a"), H("Transfer-Encoding", "gzip, chunked")}},
    {"identity", false, {H("Host", "a"), H("Transfer-Encoding", "identity")}},
    {"an empty encoding", false, {H("Host", "a"), H("Transfer-Encoding", "")}},
    {"a blank before chunked", false, {H("Host", "a"), H("Transfer-Encoding", "\tchunked")}},
    {"+16", false, {H("Host", "a"), H("Content-Length", "+16")}},
    {"-1", false, {H("Host", "a"), H("Content-Length", "-1")}},
    {"16 abc", false, {H("Host", "a"), H("Content-Length", "16 abc")}},
    {"0x10", false, {H("Host", "a"), H("Content-Length", "0x10")}},
    {"5, 5", false, {H("Host", "a"), H("Content-Length", "5, 5")}},
    {"an empty length", false, {H("Host", "a"), H("Content-Length", "")}},
    {"19 digits", false, {H("Host", "a"), H("Content-Length", "1000000000000000000")}},
    {"a slash in a length", false, {H("Host", "a"), H("Content-Length", "1/")}},
    {"a colon in a length", false, {H("Host", "a"), H("Content-Length", "1:")}},
    {"no host", false, {H("Accept", "*/*")}},
    {"two hosts", false, {H("Host", "a"), H("host", "a")}},
    {"a blank before the colon", false, {H("Host", "a"), H("Content-Length ", "5")}},
    {"a blank before the name", false, {H("Host", "a"), H(" Content-Length", "5")}},
    {"an empty name", false, {H("Host", "a"), H("", "5")}},
    {"NUL in a name", false, {H("Host", "a"), H("X\0Y", "5")}},
    {"NUL in a value", false, {H("Host", "a"), H("X", "a\0b")}},
    {"NUL at the end of a value", false, {H("Host", "a"), H("X", "a\0")}},
    {"a carriage return in a value", false, {H("Host", "a"), H("X", "a\rY: b")}},
    {"DEL in a value", false, {H("Host", "a"), H("X", "a\x7F")}},
    {"a tab in a name", false, {H("Host", "a"), H("X\tY", "5")}},
    {"a colon in a name", false, {H("Host", "a"), H("X:Y", "5")}},
    {"a quote in a name", false, {H("Host", "a"), H("X\"Y", "5")}},
    {"a byte above ASCII in a name", false, {H("Host", "a"), H("X\xC3\xA9", "5")}},
};

static void hostile_headers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        size_t n = 0;
        while (n < COUNT_OF(sets[i].h) && sets[i].h[n].name.p)
            n++;
        err e = http_guard(sets[i].h, n);
        if (e.code != (sets[i].passes ? ERR_OK : ERR_INVALID))
            fail_msg("%s: %s", sets[i].what, err_name(e));
    }
    assert_int_equal(http_guard(NULL, 0).code, ERR_INVALID);
}

static void headers_are_found_by_name_whatever_its_case(void **state)
{
    struct http_exchange x = {.headers = {H("Host", "a"), H("X-One", "1"), H("x-one", "2")},
        .n_headers = 3};
    (void)state;
    assert_true(str_eq(http_header(&x, "x-ONE"), S("1")));
    assert_int_equal(http_header(&x, "x-on").n, 0);
    assert_int_equal(http_header(&x, "x-ones").n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_headers_are_refused),
        cmocka_unit_test(headers_are_found_by_name_whatever_its_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
