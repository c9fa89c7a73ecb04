/* SPDX-License-Identifier: Apache-2.0 */
/* The multipart reader: what it accepts, what it refuses, and that pieces do not matter. */
#include "fixture.h"

#include "web/web_multipart.h"

#define TYPE "multipart/form-data; boundary=XX"

/* Everything that was told, as one text: "[name|file name|content]". */
struct told {
    struct buf text;
};

static err on_part(void *ctx, const struct multipart_part *part)
{
    struct told *t = ctx;
    buf_char(&t->text, '[');
    buf_str(&t->text, part->name);
    buf_char(&t->text, '|');
    if (part->is_file)
        buf_fmt(&t->text, "<%.*s>", STR_F(part->file_name));
    buf_char(&t->text, '|');
    return OK;
}

static err on_data(void *ctx, str piece)
{
    assert_true(piece.n > 0);
    buf_str(&((struct told *)ctx)->text, piece);
    return OK;
}

static err on_end(void *ctx)
{
    buf_char(&((struct told *)ctx)->text, ']');
    return OK;
}

/* Fed in pieces of this size. */
static err read_all(str type, str body, size_t piece, struct told *t)
{
    struct multipart *m = calloc(1, sizeof *m);
    struct multipart_sink sink = {t, on_part, on_data, on_end};
    assert_non_null(m);
    t->text = BUF(1 << 20);
    err e = multipart_init(m, type, sink);
    for (size_t at = 0; !err_is(e) && at < body.n; at += piece)
        e = multipart_feed(m, str_sub(body, at, piece));
    if (!err_is(e))
        e = multipart_finish(m);
    else if (err_is(m->failed))
        assert_int_equal(multipart_feed(m, S("--XX--")).code, e.code); /* an error stays */
    free(m);
    return e;
}

static void gives(str body, const char *want)
{
    for (size_t piece = 1; piece <= body.n; piece++) {
        struct told t;
        assert_ok(read_all(S(TYPE), body, piece, &t));
        assert_str(buf_view(&t.text), str_of(want));
        buf_free(&t.text);
    }
}

static void refuses(str body)
{
    static const size_t pieces[] = {1, 3, 1 << 20};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct told t;
        err e = read_all(S(TYPE), body, pieces[i], &t);
        if (e.code != ERR_INVALID)
            fail_msg("accepted: %.*s", STR_F(body));
        buf_free(&t.text);
    }
}

#define HEAD(rest) "--XX\r\nContent-Disposition: form-data; " rest "\r\n\r\n"
#define END "\r\n--XX--\r\n"

static void bodies_of_browsers_and_curl(void **state)
{
    (void)state;
    gives(S(HEAD("name=\"a\"") "1" END), "[a||1]");
    gives(S(HEAD("name=\"a\"") END), "[a||]");
    gives(S(HEAD("name=\"a\"") "1\r\n" HEAD("name=\"f\"; filename=\"x.pdf\"") "%PDF" END),
        "[a||1][f|<x.pdf>|%PDF]");
    gives(S("--XX\r\ncontent-disposition:form-data;name=a;filename=\"\"\r\n"
            "Content-Type: application/octet-stream\r\n\r\n\r\n--XX--"), "[a|<>|]");
    gives(S("--XX--\r\n"), "");
    gives(S(HEAD("name=\"f\"; filename=\"a%22b\\\"c\\\\d\\e.txt\"") "." END),
        "[f|<a\"b\"c\\d\\e.txt>|.]");
    gives(S(HEAD("name=\"f\"; filename=\"根拠.pdf\"") "." END), "[f|<根拠.pdf>|.]");
    gives(S(HEAD("name=\"f\"; filename=\"../../x\"") "." END), "[f|<../../x>|.]");
}

/* Everything that looks like the beginning of a boundary and is none. */
static void content_may_hold_anything_but_the_boundary(void **state)
{
    (void)state;
    gives(S(HEAD("name=\"a\"") "\r\n--X\r\n--XY\r\r\n-\r\n--\n--XX--\r" END),
        "[a||\r\n--X\r\n--XY\r\r\n-\r\n--\n--XX--\r]");
    gives(S(HEAD("name=\"a\"") "\r\n\r\n\r\n" END), "[a||\r\n\r\n\r\n]");
    gives(S(HEAD("name=\"a\"") "--XX--\r" END), "[a||--XX--\r]");
}

static void what_is_not_well_formed_is_refused(void **state)
{
    (void)state;
    refuses(S(""));
    refuses(S("--X"));
    refuses(S("--XX"));
    refuses(S("--XX\r\n"));
    refuses(S("\r\n--XX--\r\n"));                       /* a preamble */
    refuses(S("hello\r\n--XX--\r\n"));
    refuses(S("--XX--\r\nmore"));                       /* an epilogue */
    refuses(S("--XX--\r\n\r\n"));
    refuses(S("--XX--\r"));
    refuses(S("--XX  \r\n"));                           /* blanks behind the boundary */
    refuses(S(HEAD("name=\"a\"") "1"));                 /* no end */
    refuses(S(HEAD("name=\"a\"") "1\r\n--XX"));
    refuses(S(HEAD("name=\"a\"") "1\r\n--XXY\r\n"));    /* a longer boundary */
    refuses(S("--XX\r\n\r\nbody" END));                 /* no header */
    refuses(S("--XX\r\nContent-Type: text/plain\r\n\r\n1" END));
    refuses(S(HEAD("filename=\"x\"") "1" END));         /* no name */
    refuses(S(HEAD("name=\"\"") "1" END));
    refuses(S(HEAD("name=\"a\"; name=\"b\"") "1" END));
    refuses(S(HEAD("name=\"a\"; filename=\"x\"; filename=\"y\"") "1" END));
    refuses(S(HEAD("name=\"a\"; filename*=UTF-8''x") "1" END));
    refuses(S(HEAD("name=\"a") "1" END));               /* no closing quote */
    refuses(S(HEAD("name=\"a\" x") "1" END));
    refuses(S(HEAD("name=\"a\";") "1" END));
    refuses(S("--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1" END));
    refuses(S("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n"
              "Content-Disposition: form-data; name=\"b\"\r\n\r\n1" END));
    refuses(S("--XX\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1" END)); /* folded */
    refuses(S("--XX\nContent-Disposition: form-data; name=\"a\"\n\n1\n--XX--\n")); /* bare LF */
    refuses(S("--XX\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n1" END));
    refuses(S(HEAD("name=\"a\"\r\nContent-Type: multipart/mixed; boundary=Y") "1" END));
    refuses(S(HEAD("name=\"a\"\r\nContent-Transfer-Encoding: base64") "MQ==" END));
}

static void names_that_could_break_a_header_are_refused(void **state)
{
    (void)state;
    refuses(S(HEAD("name=\"f\"; filename=\"a\r\nSet-Cookie: x=y\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"a\rb\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"a\nb\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"a\0b\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"a\x7f\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"\xff\xfe\"") "1" END));
    refuses(S(HEAD("name=\"f\"; filename=\"\x8a\xc0.txt\"") "1" END)); /* Shift_JIS */
    refuses(S(HEAD("name=\"f\"; filename=\"\xed\xa0\x80\"") "1" END)); /* a surrogate */
}

static void the_type_names_one_boundary(void **state)
{
    static const struct {
        str type;
        bool good;
    } cases[] = {
        {S(TYPE), true},
        {S("Multipart/Form-Data;boundary=\"XX\""), true},
        {S("multipart/form-data; charset=utf-8; boundary=XX"), true},
        {S("multipart/form-data; boundary=XX; boundary=YY"), false},
        {S("multipart/form-data"), false},
        {S("multipart/form-data; boundary="), false},
        {S("multipart/form-data; boundary=\"\""), false},
        {S("multipart/form-data; boundary=\"XX \""), false},
        {S("multipart/form-data; boundary=\"X\r\nX\""), false},
        {S("multipart/form-data; boundary=\"X\0X\""), false},
        {S("multipart/form-data; boundary=XX; x"), false},
        {S("multipart/mixed; boundary=XX"), false},
        {S("text/plain"), false},
        {S(""), false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct told t;
        err e = read_all(cases[i].type, S("--XX--"), 100, &t);
        assert_int_equal(e.code, cases[i].good ? ERR_OK : ERR_INVALID);
        buf_free(&t.text);
    }
}

static void a_boundary_has_at_most_seventy_characters(void **state)
{
    (void)state;
    for (size_t n = 69; n <= 72; n++) {
        char type[200], body[200], xs[80];
        memset(xs, 'x', sizeof xs);
        snprintf(type, sizeof type, "multipart/form-data; boundary=%.*s", (int)n, xs);
        snprintf(body, sizeof body, "--%.*s--", (int)n, xs);
        struct told t;
        assert_int_equal(read_all(str_of(type), str_of(body), 7, &t).code,
            n <= MULTIPART_BOUNDARY ? ERR_OK : ERR_INVALID);
        buf_free(&t.text);
    }
}

/* n parts, or one part with a header of n bytes or lines. */
static err many(size_t parts, size_t bytes, size_t lines)
{
    BUF_AUTO b = BUF(1 << 20);
    struct told t;
    for (size_t i = 0; i < parts; i++) {
        buf_fmt(&b, "%s--XX\r\nContent-Disposition: form-data; name=a\r\n", i ? "\r\n" : "");
        for (size_t k = 1; k < lines; k++)
            buf_lit(&b, "X-A: b\r\n");
        for (size_t k = 0; k < bytes; k++)
            buf_char(&b, k == 0 ? 'X' : k == 1 ? ':' : 'y');
        buf_fmt(&b, "%s\r\n", bytes ? "\r\n" : "");
    }
    buf_lit(&b, END);
    err e = read_all(S(TYPE), buf_view(&b), 1000, &t);
    buf_free(&t.text);
    return e;
}

static void limits(void **state)
{
    (void)state;
    assert_ok(many(MULTIPART_PARTS, 0, 1));
    assert_err(many(MULTIPART_PARTS + 1, 0, 1), LIMIT);
    assert_ok(many(1, 0, MULTIPART_LINES));
    assert_err(many(1, 0, MULTIPART_LINES + 1), LIMIT);
    assert_ok(many(1, 4000, 1));
    assert_err(many(1, 5000, 1), LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_of_browsers_and_curl),
        cmocka_unit_test(content_may_hold_anything_but_the_boundary),
        cmocka_unit_test(what_is_not_well_formed_is_refused),
        cmocka_unit_test(names_that_could_break_a_header_are_refused),
        cmocka_unit_test(the_type_names_one_boundary),
        cmocka_unit_test(a_boundary_has_at_most_seventy_characters),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
