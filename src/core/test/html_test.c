/* SPDX-License-Identifier: Apache-2.0 */
/* What the escapers let through: every byte, and URLs as hostile people write them. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/html.h"

static const struct html_ctx ctx = {.base = {"/pre\"fix", 8}};

static void assert_buf(struct buf *b, str expected)
{
    assert_false(err_is(buf_status(b)));
    if (!str_eq(buf_view(b), expected))
        fail_msg("got '%.*s', expected '%.*s'", STR_F(buf_view(b)), STR_F(expected));
    buf_free(b);
}

static str escaped_text(const char *byte)
{
    return *byte == '&' ? S("&amp;") : *byte == '<' ? S("&lt;") : *byte == '>' ? S("&gt;")
                                                                : (str){byte, 1};
}

static str escaped_attr(const char *byte)
{
    return *byte == '"' ? S("&quot;") : *byte == '\'' ? S("&#39;") : escaped_text(byte);
}

static void escapes_every_byte(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        const char byte = (char)i;
        struct buf text = BUF(16);
        struct buf attr = BUF(16);
        html_text(&text, (str){&byte, 1});
        html_attr(&attr, (str){&byte, 1});
        assert_buf(&text, escaped_text(&byte));
        assert_buf(&attr, escaped_attr(&byte));
    }
}

static void keeps_what_stands_around(void **state)
{
    struct buf b = BUF(100);
    (void)state;
    html_text(&b, S("a<b>&\"あ'"));
    assert_buf(&b, S("a&lt;b&gt;&amp;\"あ'"));
    html_attr(&b, S("<\"x'&"));
    assert_buf(&b, S("&lt;&quot;x&#39;&amp;"));
    html_title(&b, (html){S("</title>&amp;\"'")});
    assert_buf(&b, S("&lt;/title&gt;&amp;\"'"));
    html_attr(&b, STR_NONE);
    assert_buf(&b, S(""));
}

static void percent_encodes_every_byte(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        char expected[8];
        const char byte = (char)i;
        bool plain = i < 0x80 && (isalnum(i) || i == '-' || i == '.' || i == '_' || i == '~');
        snprintf(expected, sizeof expected, plain ? "%c" : "%%%02X", i);
        struct buf b = BUF(16);
        html_urlpart(&b, (str){&byte, 1});
        assert_buf(&b, str_of(expected));
    }
}

static const struct {
    const char *in, *out;
} urls[] = {
    {"", "#"},
    {"/", "/pre&quot;fix/"},
    {"/a/b?c=d&e=%41#f", "/pre&quot;fix/a/b?c=d&amp;e=%41#f"},
    {"#frag", "#frag"},
    {"?q=1&r=2", "?q=1&amp;r=2"},
    {"http://example.jp/", "http://example.jp/"},
    {"HTTPS://example.jp:8443/", "HTTPS://example.jp:8443/"},
    {"https://[::1]/", "https://[::1]/"},
    {"/役場", "/pre&quot;fix/%E5%BD%B9%E5%A0%B4"},
    {"/a b\"c'd<e>f`g{h}i|j^k", "/pre&quot;fix/a%20b%22c%27d%3Ce%3Ef%60g%7Bh%7Di%7Cj%5Ek"},
    {"/100%/%4/%zz/%", "/pre&quot;fix/100%25/%254/%25zz/%25"},
    {"/:javascript:alert(1)", "/pre&quot;fix/:javascript:alert(1)"},
    {"//example.jp", "#"},
    {"///example.jp", "#"},
    {"/\\example.jp", "#"},
    {"\\\\example.jp", "#"},
    {"/\t/example.jp", "#"},
    {"/\n/example.jp", "#"},
    {"/a\x7f", "#"},
    {"javascript:alert(1)", "#"},
    {"JaVaScRiPt:alert(1)", "#"},
    {" javascript:alert(1)", "#"},
    {"\x01javascript:alert(1)", "#"},
    {"java\tscript:alert(1)", "#"},
    {"java\nscript:alert(1)", "#"},
    {"java%0ascript:alert(1)", "#"},
    {"javascript&colon;alert(1)", "#"},
    {"\xe3\x80\x80javascript:alert(1)", "#"},
    {"\xc2\xa0/a", "#"},
    {"data:text/html,x", "#"},
    {"vbscript:x", "#"},
    {"ftp://example.jp/", "#"},
    {"http:example.jp", "#"},
    {"http:/example.jp", "#"},
    {"http:///example.jp", "#"},
    {"https://?x", "#"},
    {"https://", "#"},
    {"http", "#"},
    {" /a", "#"},
    {"a/b", "#"},
    {"./a", "#"},
};

static void lets_only_harmless_urls_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct buf b = BUF(200);
        html_url(&b, &ctx, str_of(urls[i].in));
        assert_buf(&b, str_of(urls[i].out));
    }
    struct buf b = BUF(200);
    html_url(&b, &ctx, (str){"#%41", 3});
    assert_buf(&b, S("#%254"));
}

/* No byte in front of, inside of or behind a scheme makes a browser see it. */
static void no_byte_revives_a_scheme(void **state)
{
    static const char scheme[] = "javascript:alert(1)";
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        for (size_t at = 0; at <= strlen("javascript:"); at++) {
            char url[40];
            snprintf(url, sizeof url, "%.*s%c%s", (int)at, scheme, byte, scheme + at);
            bool here = at == 0 && (byte == '#' || byte == '?');
            struct buf b = BUF(200);
            html_url(&b, &(struct html_ctx){0}, str_of(url));
            assert_true(at == 0 && byte == '/' ? b.p[0] == '/' : here || b.n == 1);
            buf_free(&b);
        }
    }
}

static void writes_numbers_for_people(void **state)
{
    static const struct {
        int64_t v;
        const char *group, *bp;
    } numbers[] = {
        {0, "0", "0.0"},
        {4, "4", "0.0"},
        {-4, "-4", "0.0"},
        {5, "5", "0.1"},
        {-5, "-5", "-0.1"},
        {999, "999", "10.0"},
        {1000, "1,000", "10.0"},
        {-1000, "-1,000", "-10.0"},
        {9574, "9,574", "95.7"},
        {9575, "9,575", "95.8"},
        {-9575, "-9,575", "-95.8"},
        {1234567, "1,234,567", "12345.7"},
        {INT64_MAX, "9,223,372,036,854,775,807", "92233720368547758.1"},
        {INT64_MIN, "-9,223,372,036,854,775,808", "-92233720368547758.1"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct buf b = BUF(100);
        html_group(&b, numbers[i].v);
        assert_buf(&b, str_of(numbers[i].group));
        html_bp(&b, numbers[i].v);
        assert_buf(&b, str_of(numbers[i].bp));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_every_byte),
        cmocka_unit_test(keeps_what_stands_around),
        cmocka_unit_test(percent_encodes_every_byte),
        cmocka_unit_test(lets_only_harmless_urls_pass),
        cmocka_unit_test(no_byte_revives_a_scheme),
        cmocka_unit_test(writes_numbers_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
