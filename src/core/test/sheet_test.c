/* SPDX-License-Identifier: Apache-2.0 */
/* Papers as the child of the forker makes them; that foreign programs read them is test/report_paper.test.mjs. */
#include "core/sheet_private.h"

#include "core/convert.h"

#include <setjmp.h>

#include <cmocka.h>

/* cairo 1.16 leaves a few bytes behind with a PDF surface; a child that draws one ends with it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libcairo";
}

static void describe(struct buf *b)
{
    sheet_line(b, SHEET_TITLE, S("ランサムウェア事案の共通様式"));
    sheet_line(b, SHEET_BAND, S("訓練　実際の報告ではありません"));
    sheet_line(b, SHEET_FOOT, S("第1号　総務省　様式未確認"));
    sheet_line(b, SHEET_AT, S("2026-11-29T09:00:00+09:00"));
    sheet_line(b, SHEET_HEAD, S("あさぎり市から総務省へ"));
    sheet_row(b, S("1 概要"), S("=1+1\n髙﨑 辻󠄀葛󠄀"));
}

static err make(enum sheet_form form, const struct buf *b, struct buf *out)
{
    return convert_sheet(form, buf_view(b), out);
}

static void both_forms_come_back_from_a_child(void **state)
{
    BUF_AUTO b = BUF(SHEET_BYTES);
    (void)state;
    describe(&b);
    BUF_AUTO pdf = BUF(SHEET_FILE);
    BUF_AUTO again = BUF(SHEET_FILE);
    BUF_AUTO xlsx = BUF(SHEET_FILE);
    assert_int_equal(make(SHEET_PDF, &b, &pdf).code, ERR_OK);
    assert_true(str_starts(buf_view(&pdf), S("%PDF-")));
    assert_true(str_ends(str_trim(buf_view(&pdf)), S("%%EOF")));
    assert_int_equal(make(SHEET_XLSX, &b, &xlsx).code, ERR_OK);
    assert_true(str_starts(buf_view(&xlsx), S("PK")));
    assert_true(str_has(buf_view(&xlsx), S("t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1")));
    assert_int_equal(make(SHEET_PDF, &b, &again).code, ERR_OK);
    assert_true(str_eq(buf_view(&pdf), buf_view(&again))); /* nothing of the clock or of chance is in it */
}

/* What no caller writes: cut at every byte, kinds and numbers that are not there, no text. */
static void a_description_that_is_none_is_refused(void **state)
{
    static const str none[] = {S(""), S("t"), S("t\1"), S("t\1\3\0\0\0ab"), S("t\2\1\0\0\0a\1\0\0\0b"), S("r\1\1\0\0\0a"),
        S("x\1\1\0\0\0a"), S("t\0"), S("t\1\1\0\0\0\x80"), S("c\377"), S("t\1\377\377\377\377"), S("l\11"), S("p\1\1\0\0\0a"),
        S("t\1\0\0\0\0"), S("t\1\1\0\0\0ac\2\1\0\0\0a\1\0\0\0bl\1\1\0\0\0a")};
    BUF_AUTO b = BUF(SHEET_BYTES);
    BUF_AUTO out = BUF(SHEET_FILE);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(none); i++)
        if (convert_sheet(SHEET_PDF, none[i], &out).code != ERR_INVALID)
            fail_msg("description %zu", i);
    describe(&b);
    struct sheet s;
    for (size_t n = 0; n < b.n; n++) {
        ARENA_AUTO a = arena_new(1 << 20);
        err e = sheet_read(a, str_sub(buf_view(&b), 0, n), &s);
        assert_true(e.code == ERR_OK || e.code == ERR_INVALID);
    }
    assert_int_equal(out.n, 0);
}

static void what_is_too_long_is_refused_whole(void **state)
{
    BUF_AUTO b = BUF(2 * SHEET_BYTES);
    BUF_AUTO out = BUF(SHEET_FILE);
    (void)state;
    describe(&b);
    for (int i = 0; i < SHEET_RECORDS; i++)
        sheet_line(&b, SHEET_TEXT, S("a"));
    assert_int_equal(make(SHEET_XLSX, &b, &out).code, ERR_LIMIT);
    b.n = 0;
    describe(&b);
    for (int i = 0; i < SHEET_RECORDS - 10; i++) /* more pages than a paper has */
        sheet_line(&b, SHEET_TEXT, S("\n\n\n\n\n\n\n\n\n"));
    assert_int_equal(make(SHEET_PDF, &b, &out).code, ERR_LIMIT);
    while (b.n <= SHEET_BYTES)
        sheet_line(&b, SHEET_TEXT, S("a"));
    assert_int_equal(make(SHEET_PDF, &b, &out).code, ERR_LIMIT);
    assert_int_equal(out.n, 0);
}

/* More than a cell of a spreadsheet or a page of A4 takes goes on in the next one. */
static void a_long_text_goes_on_and_nothing_of_it_is_lost(void **state)
{
    enum { LONG = 100000 };
    BUF_AUTO b = BUF(SHEET_BYTES);
    BUF_AUTO text = BUF(SHEET_BYTES);
    BUF_AUTO out = BUF(SHEET_FILE);
    size_t found = 0, rows = 0;
    (void)state;
    for (int i = 0; i < LONG; i++)
        buf_lit(&text, "あ");
    describe(&b);
    sheet_row(&b, S("\x01<&>\t"), buf_view(&text));
    assert_int_equal(make(SHEET_XLSX, &b, &out).code, ERR_OK);
    for (size_t i = 0; i + 4 < out.n; i++) {
        found += memcmp(out.p + i, "あ", 3) == 0;
        rows += memcmp(out.p + i, "<row ", 5) == 0;
    }
    assert_int_equal(found, LONG + 3); /* one stands in the head, one in the band, in its cell and over the page */
    assert_int_equal(rows, 4 + 4);     /* band, title, head, row; the long one is four */
    assert_true(str_has(buf_view(&out), S("> &lt;&amp;&gt; </t>")));
    out.n = 0;
    assert_int_equal(make(SHEET_PDF, &b, &out).code, ERR_OK);
}

/* ── where lines end ── */

static str broken(struct arena *a, double width, str text)
{
    struct sheet_lines l;
    BUF_AUTO b = BUF(4096);
    assert_int_equal(sheet_break(a, FACE_REGULAR, 10, width, text, &l).code, ERR_OK);
    for (size_t i = 0; i < l.n; i++) {
        assert_true(l.v[i].width <= width + 0.1 || l.v[i].n == 1);
        buf_fmt(&b, "%s%.*s", i ? "|" : "", STR_F(l.v[i].text));
    }
    return str_dup(a, buf_view(&b));
}

static void lines_end_where_japanese_lets_them(void **state)
{
    static const struct {
        double width;
        str text, lines;
    } cases[] = {
        {50, S("あいうえおかき"), S("あいうえお|かき")},
        {50, S("あいうえお、かき"), S("あいうえ|お、かき")},      /* 行頭禁則 */
        {50, S("あいうえ「かき」"), S("あいうえ|「かき」")},      /* 行末禁則 */
        {50, S("サーバーサーバー"), S("サーバー|サーバー")},
        {50, S("、、、、、、、"), S("、、、、、|、、")},          /* nowhere: then where it must */
        {46, S("あ word いう"), S("あ word |いう")},
        {60, S("あいうえ word"), S("あいうえ |word")},
        {50, S("aaaaaaaaaaaaaaaaaaaa"), S("aaaaaaaa|aaaaaaaa|aaaa")},
        {50, S("a\n\nb"), S("a||b")},
        {50, S(""), S("")},
        {30, S("葛󠄀葛󠄀葛󠄀葛󠄀"), S("葛󠄀葛󠄀葛󠄀|葛󠄀")},                  /* one character each */
        {5, S("大小"), S("大|小")},                               /* narrower than one */
    };
    ARENA_AUTO a = arena_new(1 << 20);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str got = broken(a, cases[i].width, cases[i].text);
        if (!str_eq(got, cases[i].lines))
            fail_msg("%.*s: %.*s", STR_F(cases[i].text), STR_F(got));
    }
}

/* A process without fonts makes XLSX, and says what a PDF lacks. */
static bool is_told_without_fonts(void)
{
    BUF_AUTO b = BUF(SHEET_BYTES);
    BUF_AUTO pdf = BUF(SHEET_FILE);
    BUF_AUTO xlsx = BUF(SHEET_FILE);
    describe(&b);
    return sheet_make(SHEET_PDF, buf_view(&b), &pdf).code == ERR_NOTFOUND && pdf.n == 0 &&
        sheet_make(SHEET_XLSX, buf_view(&b), &xlsx).code == ERR_OK;
}

static int start(void **state)
{
    (void)state;
    if (!is_told_without_fonts())
        return -1;
    return err_is(convert_start()) || !convert_has_fonts() || err_is(sheet_prepare());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_come_back_from_a_child),
        cmocka_unit_test(a_description_that_is_none_is_refused),
        cmocka_unit_test(what_is_too_long_is_refused_whole),
        cmocka_unit_test(a_long_text_goes_on_and_nothing_of_it_is_lost),
        cmocka_unit_test(lines_end_where_japanese_lets_them),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
