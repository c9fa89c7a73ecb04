/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as text and back; text that nobody wrote so is refused. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/base64.h"

static void assert_pair(const void *bytes, size_t n, str text)
{
    BUF_AUTO out = BUF(4096);
    BUF_AUTO back = BUF(4096);
    base64_put(&out, bytes, n);
    if (!str_eq(buf_view(&out), text))
        fail_msg("got '%.*s', expected '%.*s'", STR_F(buf_view(&out)), STR_F(text));
    assert_int_equal(base64_read(&back, text).code, ERR_OK);
    assert_int_equal(back.n, n);
    if (n)
        assert_memory_equal(back.p, bytes, n);
}

static void the_vectors_of_the_rfc_both_ways(void **unused)
{
    (void)unused;
    static const char *const rows[] = {"", "", "f", "Zg==", "fo", "Zm8=", "foo", "Zm9v", "foob", "Zm9vYg==",
        "fooba", "Zm9vYmE=", "foobar", "Zm9vYmFy"}; /* RFC 4648, 10 */
    for (size_t i = 0; i < COUNT_OF(rows); i += 2)
        assert_pair(rows[i], strlen(rows[i]), str_of(rows[i + 1]));
    assert_pair("\0\xff\xfe\xfb\xef", 5, S("AP/+++8="));
}

static void every_byte_at_every_length_comes_back(void **unused)
{
    (void)unused;
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 167);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        BUF_AUTO out = BUF(4096);
        base64_put(&out, bytes, n);
        assert_pair(bytes, n, buf_view(&out));
        assert_int_equal(out.n, (n + 2) / 3 * 4);
    }
}

static void other_text_is_refused(void **unused)
{
    (void)unused;
    static const char *const rows[] = {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "====", "Zm 9", "Zm9v\n",
        "Zm-_", "=m9v", "Zm=v"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO out = BUF(64);
        if (base64_read(&out, str_of(rows[i])).code != ERR_INVALID)
            fail_msg("'%s' was read", rows[i]);
    }
    BUF_AUTO zero = BUF(64);
    assert_int_equal(base64_read(&zero, (str){"Zg\0=", 4}).code, ERR_INVALID);
    BUF_AUTO small = BUF(2);
    assert_int_equal(base64_read(&small, S("Zm9v")).code, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_both_ways),
        cmocka_unit_test(every_byte_at_every_length_comes_back),
        cmocka_unit_test(other_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
