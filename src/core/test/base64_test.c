/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, there and back. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/base64.h"

static const struct {
    str plain, text;
} pairs[] = { /* RFC 4648, section 10 */
    {S(""), S("")}, {S("f"), S("Zg==")}, {S("fo"), S("Zm8=")}, {S("foo"), S("Zm9v")},
    {S("foob"), S("Zm9vYg==")}, {S("fooba"), S("Zm9vYmE=")}, {S("foobar"), S("Zm9vYmFy")},
    {S("\xfb\xff\xfe"), S("+//+")},
};

static void it_goes_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        uint8_t out[8];
        size_t n;
        BUF_AUTO b = BUF(100);
        base64_put(&b, pairs[i].plain.p, pairs[i].plain.n);
        assert_true(str_eq(buf_view(&b), pairs[i].text));
        assert_false(err_is(base64_decode(pairs[i].text, out, sizeof out, &n)));
        assert_true(str_eq((str){(const char *)out, n}, pairs[i].plain));
    }
}

static void what_is_not_its_one_spelling_is_refused(void **state)
{
    (void)state;
    static const str wrong[] = {S("Zg"), S("Zg="), S("Zg=A"), S("=g=="), S("Zh=="), S("Zm9="), S("Zg==Zg=="),
        S("Zm9v\n"), S("Zm-v"), S("Z===")};
    uint8_t out[8];
    size_t n;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(base64_decode(wrong[i], out, sizeof out, &n).code, ERR_INVALID);
    assert_int_equal(base64_decode(S("Zm9v"), out, 2, &n).code, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_there_and_back),
        cmocka_unit_test(what_is_not_its_one_spelling_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
