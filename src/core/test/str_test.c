/* SPDX-License-Identifier: Apache-2.0 */
/* Text views: numbers, UTF-8, blanks, widths, cutting, hexadecimal. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/str.h"

static void assert_str(str got, str want)
{
    if (!str_eq(got, want))
        fail_msg("got '%.*s', expected '%.*s'", STR_F(got), STR_F(want));
}

/* ── numbers ── */

static void numbers_are_parsed_whole_and_inside_their_range(void **state)
{
    static const struct {
        str s;
        int64_t min, max;
        bool fits;
        int64_t v;
    } rows[] = {
        {S("0"), INT64_MIN, INT64_MAX, true, 0},
        {S("-0"), INT64_MIN, INT64_MAX, true, 0},
        {S("007"), 0, 7, true, 7},
        {S("9223372036854775807"), INT64_MIN, INT64_MAX, true, INT64_MAX},
        {S("9223372036854775808"), INT64_MIN, INT64_MAX, false, 0},
        {S("-9223372036854775808"), INT64_MIN, INT64_MAX, true, INT64_MIN},
        {S("-9223372036854775809"), INT64_MIN, INT64_MAX, false, 0},
        {S("18446744073709551617"), INT64_MIN, INT64_MAX, false, 0},
        {S("99999999999999999999999999"), INT64_MIN, INT64_MAX, false, 0},
        {S("5"), 5, 5, true, 5},
        {S("4"), 5, 9, false, 0},
        {S("10"), 5, 9, false, 0},
        {S("-5"), -5, -5, true, -5},
        {S("-6"), -5, 5, false, 0},
        {S(""), INT64_MIN, INT64_MAX, false, 0},
        {S("-"), INT64_MIN, INT64_MAX, false, 0},
        {S("--1"), INT64_MIN, INT64_MAX, false, 0},
        {S("+1"), INT64_MIN, INT64_MAX, false, 0},
        {S(" 1"), INT64_MIN, INT64_MAX, false, 0},
        {S("1 "), INT64_MIN, INT64_MAX, false, 0},
        {S("1\0"), INT64_MIN, INT64_MAX, false, 0},
        {S("1/"), INT64_MIN, INT64_MAX, false, 0}, /* one below '0' */
        {S("1:"), INT64_MIN, INT64_MAX, false, 0}, /* one above '9' */
        {S("0x1"), INT64_MIN, INT64_MAX, false, 0},
        {S("１"), INT64_MIN, INT64_MAX, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t v = 4711;
        err e = parse_i64(rows[i].s, rows[i].min, rows[i].max, &v);
        if ((e.code == ERR_OK) != rows[i].fits || v != (rows[i].fits ? rows[i].v : 4711))
            fail_msg("'%.*s' gives %s and %lld", STR_F(rows[i].s), err_name(e), (long long)v);
    }
}

/* ── UTF-8 ── */

static void utf8_of_one_and_two_bytes_is_exact(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        char one = (char)a;
        assert_int_equal(str_is_utf8((str){&one, 1}), a >= 1 && a <= 0x7F);
        for (unsigned b = 0; b < 256; b++) {
            const char two[2] = {(char)a, (char)b};
            bool ascii = a >= 1 && a <= 0x7F && b >= 1 && b <= 0x7F;
            bool pair = a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF;
            if (str_is_utf8((str){two, 2}) != (ascii || pair))
                fail_msg("%02x %02x", a, b);
        }
    }
}

static void longer_utf8_follows_rfc_3629(void **state)
{
    static const struct {
        str s;
        bool valid;
    } rows[] = {
        {S(""), true},
        {S("\xE0\xA0\x80"), true}, /* U+0800 */
        {S("\xE0\x9F\xBF"), false}, /* overlong U+07FF */
        {S("\xE0\x80\x80"), false},
        {S("\xED\x9F\xBF"), true}, /* U+D7FF */
        {S("\xED\xA0\x80"), false}, /* U+D800, a surrogate */
        {S("\xED\xBF\xBF"), false}, /* U+DFFF */
        {S("\xEE\x80\x80"), true}, /* U+E000 */
        {S("\xEF\xBF\xBF"), true}, /* U+FFFF */
        {S("\xF0\x90\x80\x80"), true}, /* U+10000 */
        {S("\xF0\x8F\xBF\xBF"), false}, /* overlong U+FFFF */
        {S("\xF4\x8F\xBF\xBF"), true}, /* U+10FFFF */
        {S("\xF4\x90\x80\x80"), false}, /* U+110000 */
        {S("\xF5\x80\x80\x80"), false},
        {S("\xE3\x81"), false}, /* cut */
        {S("\xE3\x81" "a"), false},
        {S("\xE3" "a\x81"), false},
        {S("\xF0\x90\x80"), false},
        {S("\xF0\x90\x80" "a"), false},
        {S("\xF0\x90" "a\x80"), false},
        {S("あ\xE3\x81"), false},
        {S("a\0b"), false},
        {S("ア亜𠮷"), true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_is_utf8(rows[i].s) != rows[i].valid)
            fail_msg("row %zu", i);
    assert_int_equal(str_chars(S("aア亜𠮷")), 4);
}

/* ── views ── */

static void blanks_go_from_both_ends_only(void **state)
{
    (void)state;
    assert_str(str_trim(S(" \t\r\n\v\f　a　b　 ")), S("a　b"));
    assert_str(str_trim(S("　 　")), S(""));
    assert_str(str_trim(STR_NONE), S(""));
    assert_str(str_trim(S("\x1F" "a\x08")), S("\x1F" "a\x08")); /* controls are no blanks */
    assert_str(str_trim(S("\x80\x80")), S("\x80\x80"));
}

static void full_width_signs_become_half_width(void **state)
{
    static const struct {
        str from, to;
    } rows[] = {
        {S("２０２６－１１／２０"), S("2026-11/20")},
        {S("ａｚＡＺ．：＠，％"), S("azAZ.:@,%")},
        {S("\xEF\xBC\x81\xEF\xBD\x9E"), S("!~")}, /* U+FF01, U+FF5E: first and last */
        {S("\xEF\xBC\x80"), S("\xEF\xBC\x80")},   /* U+FF00 and U+FF5F stay */
        {S("\xEF\xBD\x9F"), S("\xEF\xBD\x9F")},
        {S("ｱ１　é"), S("ｱ1 é")},
        {S("\xEF\xBC"), S("\xEF\xBC")}, /* cut off: taken as it is */
        {S(""), S("")},
    };
    char dst[64];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_str(str_to_halfwidth(dst, rows[i].from), rows[i].to);
}

static void cutting_takes_the_head_and_leaves_the_rest(void **state)
{
    str s = S("a,,b,"), head;
    (void)state;
    static const str heads[] = {S("a"), S(""), S("b")};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        assert_true(str_cut(&s, ',', &head));
        assert_str(head, heads[i]);
    }
    assert_false(str_cut(&s, ',', &head)); /* nothing after the last separator */
    s = S("whole");
    assert_true(str_cut(&s, ',', &head));
    assert_str(head, S("whole"));
    assert_int_equal(s.n, 0);
}

static void parts_are_clamped_and_compared_by_bytes(void **state)
{
    (void)state;
    assert_str(str_sub(S("abc"), 1, 1), S("b"));
    assert_str(str_sub(S("abc"), 1, SIZE_MAX), S("bc"));
    assert_str(str_sub(S("abc"), 3, 1), S(""));
    assert_str(str_sub(S("abc"), 9, 1), S(""));
    assert_true(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("ab"), S("a")) > 0);
    assert_true(str_cmp(S("b"), S("ab")) > 0 && str_cmp(S("ab"), S("ab")) == 0);
    assert_true(str_cmp(S("\x7F"), S("\xC2\x80")) < 0); /* unsigned */
    assert_true(str_starts(S("ab"), S("a")) && !str_starts(S("a"), S("ab")));
    assert_true(str_ends(S("ab"), S("b")) && !str_ends(S("b"), S("ab")));
    assert_false(str_ends(S("ab"), S("a")));
    assert_true(str_has(S("abc"), S("bc")) && str_has(S("abc"), S("")));
    assert_false(str_has(S("abc"), S("cb")) || str_has(S("b"), S("bb")));
    assert_false(str_eq(S("a"), S("b")) || str_eq(S("a"), S("ab")));
    assert_true(str_eq(STR_NONE, S("")));
}

/* ── hexadecimal ── */

static void hex_goes_there_and_back_and_takes_nothing_else(void **state)
{
    static const str bad[] = {S(""), S("0"), S("00010"), S("0001g0"), S("000 10"), S("0001/0"),
        S("0001:0"), S("0001@0"), S("0001`0"), S("0001G0")};
    uint8_t all[256], back[256];
    char text[512];
    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    str hex = hex_of(text, all, sizeof all);
    assert_str(str_sub(hex, 2 * 0x9A, 4), S("9a9b"));
    assert_int_equal(hex_parse(hex, back, sizeof back).code, ERR_OK);
    assert_memory_equal(all, back, sizeof all);
    assert_int_equal(hex_parse(S("aAfF09"), back, 3).code, ERR_OK);
    assert_memory_equal(back, "\xAA\xFF\x09", 3);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(hex_parse(bad[i], back, 3).code, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_parsed_whole_and_inside_their_range),
        cmocka_unit_test(utf8_of_one_and_two_bytes_is_exact),
        cmocka_unit_test(longer_utf8_follows_rfc_3629),
        cmocka_unit_test(blanks_go_from_both_ends_only),
        cmocka_unit_test(full_width_signs_become_half_width),
        cmocka_unit_test(cutting_takes_the_head_and_leaves_the_rest),
        cmocka_unit_test(parts_are_clamped_and_compared_by_bytes),
        cmocka_unit_test(hex_goes_there_and_back_and_takes_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
