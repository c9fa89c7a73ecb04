/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes (vectors of RFC 6238, appendix B), recovery codes, QR codes, names of browsers. */
#include <setjmp.h>

#include <cmocka.h>

#include "org/org_sign_in.h"

static const struct bytes secret = {(const uint8_t *)"12345678901234567890", 20};

/* The last six of the eight digits in the RFC. */
static const struct {
    int64_t seconds;
    const char *code;
} vectors[] = {
    {59, "287082"},         {1111111109, "081804"},  {1111111111, "050471"},
    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};

static bool fits(int64_t seconds, int64_t last, const char *code, int64_t *step)
{
    return org_totp_fits(secret, seconds * USEC_SECOND, last, str_of(code), step);
}

static void codes_are_those_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        int64_t step;
        if (!fits(vectors[i].seconds, 0, vectors[i].code, &step))
            fail_msg("%s", vectors[i].code);
        assert_int_equal(step, vectors[i].seconds / 30);
    }
}

static void a_code_passes_one_step_early_or_late_and_once(void **state)
{
    const char *code = "005924"; /* of step 41152263 */
    int64_t begin = 41152263LL * 30, step;
    (void)state;
    assert_true(fits(begin - 1, 0, code, &step));
    assert_int_equal(step, 41152263);
    assert_true(fits(begin + 59, 0, code, &step));
    assert_int_equal(step, 41152263);
    assert_false(fits(begin - 31, 0, code, &step));
    assert_false(fits(begin + 60, 0, code, &step));
    assert_false(fits(begin, 41152263, code, &step));
    assert_true(fits(begin, 41152262, code, &step));
}

static void what_is_no_code_never_fits(void **state)
{
    static const char *const wrong[] = {"", "28708", "2870820", "28708x", "+87082", " 87082", "000000"};
    int64_t step;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(fits(59, 0, wrong[i], &step));
}

static void the_secret_reads_as_apps_take_it(void **state)
{
    ARENA_AUTO a = arena_new(1 << 20);
    (void)state;
    assert_true(str_eq(org_totp_text(a, secret), S("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")));
    assert_true(str_eq(org_totp_uri(a, secret, S("a b&c@example.jp")),
        S("otpauth://totp/Yagura:a%20b%26c%40example.jp?secret="
          "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Yagura")));
}

static void a_recovery_code_is_known_however_it_is_typed(void **state)
{
    ARENA_AUTO a = arena_new(1 << 20);
    uint8_t want[32], got[32], other[32];
    str text, second;
    (void)state;
    assert_false(err_is(org_recovery_new(a, &text, want)));
    assert_false(err_is(org_recovery_new(a, &second, other)));
    assert_int_equal(text.n, 19);
    assert_false(str_eq(text, second));
    assert_memory_not_equal(want, other, 32);
    char small[64];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '-')
            small[n++] = text.p[i] >= 'A' ? (char)(text.p[i] + 32) : text.p[i];
    assert_false(err_is(org_recovery_hash((str){small, n}, got)));
    assert_memory_equal(want, got, 32);
    assert_true(err_is(org_recovery_hash((str){small, n - 1}, got)));
    assert_true(err_is(org_recovery_hash(S("ABCD-EFGH-JKLM-NPQ1"), got)));
    assert_true(err_is(org_recovery_hash(S("ABCD-EFGH-JKLM-NPQR-S"), got)));
    assert_true(err_is(org_recovery_hash(STR_NONE, got)));
}

static void a_qr_code_has_its_three_corners(void **state)
{
    ARENA_AUTO a = arena_new(4 << 20);
    int64_t side;
    str path;
    (void)state;
    assert_false(err_is(org_qr(a, org_totp_uri(a, secret, S("town@example.jp")), &side, &path)));
    assert_true(side >= 21 + 8 && (side - 8 - 21) % 4 == 0);
    assert_true(str_starts(path, S("M4 4h1v1h-1z")));
    assert_true(str_has(path, str_fmt(a, "M%lld 4h1v1h-1z", (long long)side - 5)));
    assert_true(str_has(path, str_fmt(a, "M4 %lldh1v1h-1z", (long long)side - 5)));
    assert_false(str_has(path, str_fmt(a, "M%lld %lldh1v1h-1z", (long long)side - 5,
                                 (long long)side - 4)));
    char *much = arena_alloc(a, 5000);
    memset(much, 'a', 5000);
    assert_true(err_is(org_qr(a, (str){much, 5000}, &side, &path)));
}

static void a_browser_gets_a_name_of_our_own_words(void **state)
{
    ARENA_AUTO a = arena_new(1 << 20);
    static const struct {
        str said, name;
    } rows[] = {
        {S("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 "
           "Edg/130.0"), S("Edge（Windows）")},
        {S("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"),
            S("Safari（iPhone）")},
        {S("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
            S("Firefox（Linux）")},
        {S("<script>alert(1)</script>"), S("分からない端末")},
        {S(""), S("分からない端末")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_true(str_eq(org_device_name(a, rows[i].said), rows[i].name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfc),
        cmocka_unit_test(a_code_passes_one_step_early_or_late_and_once),
        cmocka_unit_test(what_is_no_code_never_fits),
        cmocka_unit_test(the_secret_reads_as_apps_take_it),
        cmocka_unit_test(a_recovery_code_is_known_however_it_is_typed),
        cmocka_unit_test(a_qr_code_has_its_three_corners),
        cmocka_unit_test(a_browser_gets_a_name_of_our_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
