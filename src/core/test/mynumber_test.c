/* SPDX-License-Identifier: Apache-2.0 */
/* 個人番号: the check digit, and finding one in what people write. */
#include "core/mynumber.h"

#include <setjmp.h>

#include <cmocka.h>

/* The check digit worked out by hand: 12345678901 gives the sum
 * 1*2+0*3+9*4+8*5+7*6+6*7+5*2+4*3+3*4+2*5+1*6 = 212, 212 mod 11 = 3, 11 - 3 = 8. */
static const char known[] = "123456789018";

static void one_check_digit_fits_each_number(void **state)
{
    (void)state;
    char digits[12];
    memcpy(digits, known, 12);
    for (char d = '0'; d <= '9'; d++) {
        digits[11] = d;
        assert_int_equal(mynumber_is_valid(digits), d == '8');
    }
    /* Remainders 0 and 1 both give 0. */
    assert_true(mynumber_is_valid("000000000000"));
    assert_true(mynumber_is_valid("000000000060"));  /* 6*2 = 12, 12 mod 11 = 1 */
    assert_false(mynumber_is_valid("000000000600")); /* 6*3 = 18, 18 mod 11 = 7, so 4 */
    assert_true(mynumber_is_valid("000000000604"));
}

static void it_is_found_however_it_is_written(void **state)
{
    static const struct {
        const char *text;
        bool found;
    } rows[] = {
        {"123456789018", true},
        {"番号は123456789018です", true},
        {"1234 5678 9018", true},
        {"1234-5678-9018", true},
        {"１２３４５６７８９０１８", true},
        {"1234　5678　9018", true},
        {"１２３４－５６７８－９０１８", true},
        {"1234−5678‐9018", true},
        {"123456789017", false},
        {"1234567890187", false},  /* 13 digits: a 法人番号 or something else */
        {"0123456789018", false},
        {"12345678901", false},
        {"1234  5678  9018", false}, /* two blanks part numbers */
        {"1234/5678/9018", false},
        {"", false},
        {"電話 0267-92-2525", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mynumber_is_in(str_of(rows[i].text)) != rows[i].found)
            fail_msg("%s", rows[i].text);
}

static int64_t line_of(enum mynumber_code code, str text, size_t piece)
{
    struct mynumber_scan s = mynumber_scan_begin(code);
    for (size_t at = 0; at < text.n; at += piece)
        mynumber_scan_feed(&s, str_sub(text, at, piece));
    return mynumber_scan_end(&s);
}

/* Full-width digits of code page 932: 82 4F to 82 58. "あO" is 82 A0 4F there, E3 81 82 4F in UTF-8. */
static void it_is_found_in_pieces_and_both_codes(void **state)
{
    static const struct {
        enum mynumber_code code;
        str text;
        int64_t line;
    } rows[] = {
        {MYNUMBER_UTF8, S("氏名,番号\r\n甲,123456789018\r\n"), 2},
        {MYNUMBER_UTF8, S("1234\n５６７８\n\n１２３４　５６７８　９０１８"), 4},
        {MYNUMBER_UTF8, S("12345678901\n8"), 0},
        {MYNUMBER_UTF8, S("1234,5678,9018"), 0},
        {MYNUMBER_UTF8, S("あO23456789018"), 0},
        {MYNUMBER_CP932, S("\x8e\x81\n1234\x81\x7c" "5678\x81\x40" "9018"), 2},
        {MYNUMBER_CP932, S("\x82\x50\x82\x51\x82\x52\x82\x53\x82\x54\x82\x55\x82\x56\x82\x57"
                         "\x82\x58\x82\x4f\x82\x50\x82\x57"), 1},
        {MYNUMBER_CP932, S("\xb1\xb2" "123456789018\xb3"), 1}, /* half-width kana around it */
        {MYNUMBER_CP932, S("\x89\x82\x50" "23456789018"), 0},  /* 82 50 is half of two characters */
        {MYNUMBER_CP932, S("123456789017"), 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t piece = 1; piece <= rows[i].text.n; piece++)
            if (line_of(rows[i].code, rows[i].text, piece) != rows[i].line)
                fail_msg("row %zu in pieces of %zu", i, piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_check_digit_fits_each_number),
        cmocka_unit_test(it_is_found_however_it_is_written),
        cmocka_unit_test(it_is_found_in_pieces_and_both_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
