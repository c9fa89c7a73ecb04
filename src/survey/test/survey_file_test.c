/* SPDX-License-Identifier: Apache-2.0 */
/* What may be an evidence file: names, and content looked at in pieces of any size. */
#include "fixture.h"

#include "survey/survey_file.h"

static void names(void **state)
{
    static const struct {
        str name;
        bool good;
    } cases[] = {
        {S("規程.pdf"), true}, {S("台帳 (2).XLSX"), true}, {S("a\"b'c&<d>.txt"), true},
        {S("画面.jpeg"), true}, {S("が.csv"), true}, {S("辻\xF3\xA0\x84\x80.pdf"), true}, /* a variant */
        {S("%0d%0aX: y.pdf"), true}, /* text, and stays text */
        {S(""), false}, {S("."), false}, {S(".."), false}, {S(".pdf"), false}, {S("pdf"), false},
        {S("a.html"), false}, {S("a.svg"), false}, {S("a.xlsm"), false}, {S("a.docm"), false},
        {S("a.js"), false}, {S("a.zip"), false}, {S("a.pdf.exe"), false}, {S("a.pdf "), false},
        {S("a/b.pdf"), false}, {S("a\\b.pdf"), false}, {S("a\nb.pdf"), false},
        {S("a\x7f.pdf"), false}, {S("a\xC2\x85.pdf"), false},
        {S("\xE2\x80\xAE" "fdp.exe.pdf"), false}, /* turned around */
        {S("a\xE2\x80\x8B.pdf"), false}, {S("a\xEF\xBB\xBF.pdf"), false},
        {S("123456789018.pdf"), false}, {S("１２３４-５６７８-９０１８.pdf"), false},
        {S("123456789012.pdf"), true}, /* twelve digits, another check digit */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str why;
        err e = survey_file_name_check(cases[i].name, &why);
        if (e.code != (cases[i].good ? ERR_OK : ERR_INVALID) || cases[i].good != (why.n == 0))
            fail_msg("%.*s: %s, %.*s", STR_F(cases[i].name), err_name(e), STR_F(why));
    }
    char name[300];
    str why;
    memset(name, 'x', sizeof name);
    memcpy(name + 251, ".pdf", 4);
    assert_ok(survey_file_name_check((str){name, 255}, &why));
    memcpy(name + 252, ".pdf", 4);
    assert_err(survey_file_name_check((str){name, 256}, &why), INVALID);
}

static struct arena *arena;

static err kind_of(const char *name, str content, size_t piece, str *media, str *why)
{
    struct file_kind k;
    survey_file_kind_begin(&k, str_of(name));
    for (size_t at = 0; at < content.n; at += piece) {
        str one = str_sub(content, at, piece);
        survey_file_kind_feed(&k, one.p, one.n);
    }
    return survey_file_kind_end(arena, &k, media, why);
}

static void is(const char *name, str content, const char *media)
{
    for (size_t piece = 1; piece <= content.n + 1; piece++) {
        str got, why;
        err e = kind_of(name, content, piece, &got, &why);
        if (media)
            assert_ok(e);
        else
            assert_err(e, INVALID);
        if (media)
            assert_str(got, str_of(media));
        else
            assert_true(why.n > 0);
    }
}

#define ZIP(n, name) "PK\x03\x04" "......................" n "\0" "\0\0" name
#define OOXML "application/vnd.openxmlformats-officedocument."

static void content_is_what_the_name_says(void **state)
{
    (void)state;
    is("a.pdf", S("%PDF-1.7\n..."), "application/pdf");
    is("a.PNG", S("\x89PNG\r\n\x1a\n..."), "image/png");
    is("a.jpg", S("\xff\xd8\xff\xe0..."), "image/jpeg");
    is("a.txt", S("hello\r\n"), "application/octet-stream");
    is("a.csv", S("\xEF\xBB\xBFか,き\r\n"), "application/octet-stream");
    is("a.csv", S("\x82\xa9,\x82\xab\xb1\r\n"), "application/octet-stream"); /* CP932 */
    is("a.txt", S("a < b\n"), "application/octet-stream");
    is("a.pdf", S("\x89PNG\r\n\x1a\n..."), NULL);
    is("a.pdf", S("%PDF"), NULL);
    is("a.pdf", S(" %PDF-1.7"), NULL);
    is("a.png", S("<svg>"), NULL);
    is("a.txt", S(""), NULL);
    is("a.exe", S("MZ"), NULL);
}

static void a_text_is_text(void **state)
{
    (void)state;
    is("a.txt", S("a\0b"), NULL);
    is("a.txt", S("\x1b[31m"), NULL);
    is("a.txt", S("\xff\xfe" "a\0"), NULL);        /* UTF-16 */
    is("a.txt", S("\xe3"), NULL);                  /* cut: neither */
    is("a.txt", S("\x82"), NULL);
    is("a.txt", S("\xf5\x80\x80\x80\xa0"), NULL);
    is("a.txt", S(" \r\n<!DOCTYPE html>"), NULL);
    is("a.txt", S("\xEF\xBB\xBF<html>"), NULL);
    is("a.csv", S("<SCRIPT>"), NULL);
    is("a.txt", S("<?xml version=\"1.0\"?>"), NULL);
    is("a.txt", S("#!/bin/sh\n"), NULL);
}

static void a_text_holds_no_mynumber(void **state)
{
    (void)state;
    str media, why;
    is("a.csv", S("甲,123456789018\r\n"), NULL);
    is("a.txt", S("１２３４ ５６７８ ９０１８"), NULL);
    is("a.txt", S("\x94\xd4 1234-5678-9018"), NULL); /* CP932 */
    is("a.txt", S("123456789017"), "application/octet-stream");
    is("a.pdf", S("%PDF-1.7 123456789018"), "application/pdf");
    assert_err(kind_of("a.csv", S("1\n2\n甲,123456789018\n"), 5, &media, &why), INVALID);
    assert_true(str_has(why, S("ファイルの3行目に、個人番号と思われる")));
}

static void office_files_have_no_macros(void **state)
{
    (void)state;
    is("a.xlsx", S(ZIP("\x13", "[Content_Types].xml") "..."), OOXML "spreadsheetml.sheet");
    is("a.docx", S(ZIP("\x0b", "_rels/.rels") "..."), OOXML "wordprocessingml.document");
    is("a.pptx", S(ZIP("\x10", "docProps/app.xml") "..."), OOXML "presentationml.presentation");
    is("a.xlsx", S(ZIP("\x05", "a.txt") "..."), NULL);
    is("a.xlsx", S("PK\x03\x04"), NULL);
    is("a.xlsx", S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."), NULL); /* with a password, or old */
    is("a.xlsx", S(ZIP("\x13", "[Content_Types].xml") "..xl/vbaProject.bin.."), NULL);
    is("a.docx", S(ZIP("\x13", "[Content_Types].xml") "..word/vVBAPROJECT.BIN.."), NULL);
}

static void ages(void **state)
{
    (void)state;
    assert_int_equal(survey_file_age(DAY_NONE, 100), FILE_CURRENT);
    assert_int_equal(survey_file_age(131, 100), FILE_CURRENT);
    assert_int_equal(survey_file_age(130, 100), FILE_SOON);
    assert_int_equal(survey_file_age(100, 100), FILE_SOON); /* its last day */
    assert_int_equal(survey_file_age(99, 100), FILE_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(content_is_what_the_name_says),
        cmocka_unit_test(a_text_is_text),
        cmocka_unit_test(a_text_holds_no_mynumber),
        cmocka_unit_test(office_files_have_no_macros),
        cmocka_unit_test(ages),
    };
    arena = arena_new(65536);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
