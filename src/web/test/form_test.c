/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies become the struct of the route, or messages beside the fields. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/web_private.h"

struct typed {
    str line, text, secret;
    int64_t number, any;
    bool flag;
    struct strs lines;
};

static const struct web_field fields[] = {
    {.name = "line", .label = "行", .type = FIELD_LINE, .offset = offsetof(struct typed, line),
        .max = 5},
    {.name = "text", .label = "文", .type = FIELD_TEXT, .offset = offsetof(struct typed, text)},
    {.name = "secret", .label = "秘密", .type = FIELD_SECRET,
        .offset = offsetof(struct typed, secret), .max = 8},
    {.name = "number", .label = "数", .type = FIELD_INT, .offset = offsetof(struct typed, number),
        .least = 1, .most = 1000},
    {.name = "any", .label = "任意", .type = FIELD_INT, .offset = offsetof(struct typed, any)},
    {.name = "flag", .label = "旗", .type = FIELD_BOOL, .offset = offsetof(struct typed, flag)},
    {.name = "lines", .label = "列", .type = FIELD_LINES, .offset = offsetof(struct typed, lines),
        .max = 3},
};
static const struct web_form form = WEB_FORM(fields, typed);

static const struct web_field needed[] = {
    {.name = "line", .label = "行", .type = FIELD_LINE, .offset = offsetof(struct typed, line),
        .required = true},
    {.name = "secret", .label = "秘密", .type = FIELD_SECRET,
        .offset = offsetof(struct typed, secret), .required = true},
    {.name = "any", .label = "任意", .type = FIELD_INT, .offset = offsetof(struct typed, any),
        .required = true},
    {.name = "lines", .label = "列", .type = FIELD_LINES, .offset = offsetof(struct typed, lines),
        .required = true},
};
static const struct web_form needed_form = WEB_FORM(needed, typed);

/* One request's parse, kept until done. */
struct parse {
    struct arena *a;
    struct http_exchange x;
    struct route route;
    struct req_private p;
    err e;
};

static void parse_with(struct parse *t, const struct web_form *f, const char *type, str body)
{
    *t = (struct parse){.a = arena_new(8 << 20), .route = {.form = f}};
    t->x = (struct http_exchange){.body = BUF(HTTP_BODY_MAX), .arena = t->a, .n_headers = 1};
    t->x.headers[0] = (struct http_header){S("Content-Type"), str_of(type)};
    buf_str(&t->x.body, body);
    t->p.rq = (struct req){.x = &t->x, .a = t->a, .route = &t->route, .p = &t->p};
    t->e = web_form_parse(&t->p);
}

static void done(struct parse *t)
{
    buf_free(&t->x.body);
    arena_free(t->a);
}

static const char urlencoded[] = "application/x-www-form-urlencoded";
static const char json[] = "application/json; charset=utf-8";

/* What a form became, in one line. */
static void put_typed(struct buf *b, const struct typed *f)
{
    buf_fmt(b, "%.*s|%.*s|%.*s|%lld|%lld|%d|", STR_F(f->line), STR_F(f->text), STR_F(f->secret),
        (long long)f->number, (long long)f->any, f->flag);
    for (size_t i = 0; i < f->lines.n; i++)
        buf_fmt(b, "[%.*s]", STR_F(f->lines.v[i]));
}

static void good_bodies_become_the_struct(void **state)
{
    static const struct {
        const char *type;
        str body;
        const char *form;
    } rows[] = {
        {urlencoded, S(""), "|||0|0|0|"},
        {"", S(""), "|||0|0|0|"}, /* nothing sent has no type */
        {urlencoded, S("csrf=abc"), "|||0|0|0|"},
        {urlencoded, S("line=%E3%80%80a+b%E3%80%80"), "a b|||0|0|0|"},
        {urlencoded, S("line=%E3%81%82%E3%81%82%E3%81%82%E3%81%82%E3%81%82"),
            "あああああ|||0|0|0|"}, /* characters, not bytes */
        {urlencoded, S("line=1&line=2"), "2|||0|0|0|"},
        {urlencoded, S("text=+a%0D%0Ab%09c%0D%0A"), "|a\nb\tc||0|0|0|"},
        {urlencoded, S("secret=+%0D%0A+"), "|| \r\n |0|0|0|"}, /* untouched */
        {urlencoded, S("number=%EF%BC%91%2C%EF%BC%90%EF%BC%90%EF%BC%90"), "|||1000|0|0|"},
        {urlencoded, S("number=1"), "|||1|0|0|"},
        {urlencoded, S("number=+"), "|||0|0|0|"},
        {urlencoded, S("any=-9223372036854775808"), "|||0|-9223372036854775808|0|"},
        {urlencoded, S("flag=on"), "|||0|0|1|"},
        {urlencoded, S("flag="), "|||0|0|0|"},
        {urlencoded, S("flag=0"), "|||0|0|0|"},
        {urlencoded, S("flag=false"), "|||0|0|0|"},
        {urlencoded, S("lines=a&lines=&lines=b&lines=+&lines=c"), "|||0|0|0|[a][b][c]"},
        {json, S("{}"), "|||0|0|0|"},
        {json, S("{\"line\":\"a\",\"text\":\"x\\r\\ny\",\"secret\":\" s \",\"number\":7,"
                 "\"any\":-5,\"flag\":true,\"lines\":[\"a\",\"b\"],\"csrf\":\"c\"}"),
            "a|x\ny| s |7|-5|1|[a][b]"},
        {json, S("{\"any\":9223372036854775807,\"flag\":false,\"line\":null,\"lines\":[]}"),
            "|||0|9223372036854775807|0|"},
        {json, S("{\"lines\":\"a\",\"number\":\"１２\",\"line\":12}"), "12|||12|0|0|[a]"},
        {"application/json", S(" {\"line\":\"\\u3042\"} "), "あ|||0|0|0|"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct parse t;
        BUF_AUTO b = BUF(4096);
        parse_with(&t, &form, rows[i].type, rows[i].body);
        if (!err_is(t.e))
            put_typed(&b, t.p.rq.form);
        if (err_is(t.e) || !str_eq(buf_view(&b), str_of(rows[i].form)))
            fail_msg("row %zu: %s '%.*s' %.*s", i, err_name(t.e), STR_F(buf_view(&b)),
                STR_F(t.p.say));
        done(&t);
    }
}

static void bad_fields_have_their_message(void **state)
{
    static const struct {
        const char *type;
        str body;
        const char *field;
        str hint; /* part of the message */
    } rows[] = {
        {urlencoded, S("line=abcdef"), "line", S("行は5文字まで")},
        {urlencoded, S("line=a%0Ab"), "line", S("使えない文字")},
        {urlencoded, S("line=a%09b"), "line", S("使えない文字")},
        {urlencoded, S("line=a%1Fb"), "line", S("使えない文字")},
        {urlencoded, S("text=a%01b"), "text", S("使えない文字")},
        {urlencoded, S("secret=123456789"), "secret", S("秘密は8文字まで")},
        {urlencoded, S("number=0"), "number", S("1以上1000以下")},
        {urlencoded, S("number=1001"), "number", S("1以上1000以下")},
        {urlencoded, S("number=1.5"), "number", S("1以上1000以下")},
        {urlencoded, S("number=1x"), "number", S("1以上1000以下")},
        {urlencoded, S("any=9223372036854775808"), "any", S("数字で入力")},
        {urlencoded, S("any=-"), "any", S("数字で入力")},
        {urlencoded, S("lines=a&lines=b&lines=c&lines=d"), "lines", S("多すぎます")},
        {urlencoded, S("lines=a%02"), "lines", S("使えない文字")},
        {json, S("{\"number\":1.5}"), "number", S("1以上1000以下")},
        {json, S("{\"number\":true,\"any\":\"x\"}"), "any", S("数字で入力")},
        {json, S("{\"line\":\"a\\u0001\"}"), "line", S("使えない文字")},
        {json, S("{\"lines\":[\"a\",\"b\",\"c\",1]}"), "lines", S("多すぎます")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct parse t;
        parse_with(&t, &form, rows[i].type, rows[i].body);
        str message = req_error_of(&t.p.rq, rows[i].field);
        if (t.e.code != ERR_INVALID || !str_has(message, rows[i].hint) || t.p.n_errors != 1)
            fail_msg("row %zu: %s '%.*s'", i, err_name(t.e), STR_F(message));
        done(&t);
    }
}

static void required_fields_are_asked_for_one_by_one(void **state)
{
    struct parse t;
    (void)state;
    parse_with(&t, &needed_form, urlencoded, S("line=+&secret=&any=&lines=&lines=+"));
    assert_int_equal(t.e.code, ERR_INVALID);
    assert_int_equal(t.p.n_errors, 4);
    assert_true(str_eq(req_error_of(&t.p.rq, "line"), S("行を入力してください。")));
    assert_true(str_eq(req_error_of(&t.p.rq, "lines"), S("列を選んでください。")));
    done(&t);
    parse_with(&t, &needed_form, urlencoded, S("line=a&secret=+&any=0&lines=b"));
    assert_int_equal(t.e.code, ERR_OK);
    done(&t);
}

static str nested(struct arena *a, const char *open, size_t n, const char *head)
{
    BUF_AUTO b = BUF(1 << 20);
    buf_str(&b, str_of(head));
    for (size_t i = 0; i < n; i++)
        buf_str(&b, str_of(open));
    return str_dup(a, buf_view(&b));
}

/* Bodies that cannot be read: a message for all, none beside a field. */
static void broken_bodies_are_refused_whole(void **state)
{
    ARENA_AUTO a = arena_new(8 << 20);
    const struct {
        const char *type;
        str body;
    } rows[] = {
        {urlencoded, S("unknown=1")},
        {urlencoded, S("line=a&Line=b")},
        {urlencoded, S("=a")},
        {urlencoded, S("line=%")},
        {urlencoded, S("line=%00")},
        {urlencoded, S("line=%FF")},
        {urlencoded, S("line=\xE3\x81")},
        {json, S("[]")},
        {json, S("\"line\"")},
        {json, S("1")},
        {json, S("null")},
        {json, S("{\"line\":\"a\"")},
        {json, S("{\"line\":\"a\"} x")},
        {json, S("{\"line\":\"a\",\"line\":\"b\"}")},
        {json, S("{\"unknown\":1}")},
        {json, S("{\"line\":{\"a\":1}}")},
        {json, S("{\"lines\":[[1]]}")},
        {json, S("{\"lines\":[{}]}")},
        {json, S("{\"line\":\"\\u0000\"}")},
        {json, S("{\"l\\u0000ine\":\"\"}")},
        {json, S("{\"line\":\"\\ud800\"}")},
        {json, S("{\"line\":\"\xFF\"}")},
        {json, S("{\"any\":9223372036854775808}")},
        {json, S("{\"any\":1e400}")},
        {json, S("{'line':1}")},
        {json, S("{\"line\":1,}")},
        {json, S("\xEF\xBB\xBF{}")},
        {json, nested(a, "[", 100000, "{\"lines\":")},
        {json, nested(a, "{\"a\":", 100000, "")},
        {"text/plain", S("line=a")},
        {"multipart/form-data; boundary=x", S("--x--")},
        {"", S("line=a")},
        {"application/xml", S("<line>a</line>")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct parse t;
        parse_with(&t, &form, rows[i].type, rows[i].body);
        if (t.e.code != ERR_INVALID || t.p.n_errors != 0)
            fail_msg("row %zu: %s", i, err_name(t.e));
        done(&t);
    }
}

static void there_is_a_limit_to_what_one_body_holds(void **state)
{
    ARENA_AUTO a = arena_new(8 << 20);
    struct parse t;
    (void)state;
    parse_with(&t, &form, urlencoded, nested(a, "lines=a&", MAX_PAIRS + 1, ""));
    assert_int_equal(t.e.code, ERR_LIMIT);
    done(&t);
    str list = nested(a, "1,", MAX_PAIRS, "{\"lines\":[");
    parse_with(&t, &form, json, str_fmt(a, "%.*s1]}", STR_F(list)));
    assert_int_equal(t.e.code, ERR_LIMIT);
    done(&t);
}

static void a_route_without_a_form_takes_the_token_only(void **state)
{
    struct parse t;
    (void)state;
    parse_with(&t, NULL, urlencoded, S("csrf=abc"));
    assert_int_equal(t.e.code, ERR_OK);
    done(&t);
    parse_with(&t, NULL, urlencoded, S("line=a"));
    assert_int_equal(t.e.code, ERR_INVALID);
    done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_bodies_become_the_struct),
        cmocka_unit_test(bad_fields_have_their_message),
        cmocka_unit_test(required_fields_are_asked_for_one_by_one),
        cmocka_unit_test(broken_bodies_are_refused_whole),
        cmocka_unit_test(there_is_a_limit_to_what_one_body_holds),
        cmocka_unit_test(a_route_without_a_form_takes_the_token_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
