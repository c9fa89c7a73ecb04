/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled templates render exactly: hostile values in every place, and every statement. */
#include <setjmp.h>

#include <cmocka.h>

#include "bare.ht.h"
#include "contexts.ht.h"
#include "limits.ht.h"
#include "literals.ht.h"
#include "page.ht.h"

#define SIZE_MAX_OUT 20000

static const struct html_ctx ctx = {.base = {"/y", 2}, .csrf = {"t\"k", 3}};

static void assert_buf(struct buf *b, str expected)
{
    assert_false(err_is(buf_status(b)));
    if (!str_eq(buf_view(b), expected))
        fail_msg("got:\n%.*s\nexpected:\n%.*s\n", STR_F(buf_view(b)), STR_F(expected));
    buf_free(b);
}

/* One value, and what it must look like in each place. */
static const struct hostile {
    const char *in;
    const char *text, *attr, *url, *part, *json;
} hostiles[] = {
    {
        "\"><script>alert(1)</script>",
        "\"&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
        "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
        "#",
        "%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E",
        "\\\"\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    },
    {
        "' onmouseover=alert(1) x='",
        "' onmouseover=alert(1) x='",
        "&#39; onmouseover=alert(1) x=&#39;",
        "#",
        "%27%20onmouseover%3Dalert%281%29%20x%3D%27",
        "' onmouseover=alert(1) x='",
    },
    {
        "javascript:alert(1)",
        "javascript:alert(1)",
        "javascript:alert(1)",
        "#",
        "javascript%3Aalert%281%29",
        "javascript:alert(1)",
    },
    {
        "</title></textarea>]]>--!>",
        "&lt;/title&gt;&lt;/textarea&gt;]]&gt;--!&gt;",
        "&lt;/title&gt;&lt;/textarea&gt;]]&gt;--!&gt;",
        "#",
        "%3C%2Ftitle%3E%3C%2Ftextarea%3E%5D%5D%3E--%21%3E",
        "\\u003c/title\\u003e\\u003c/textarea\\u003e]]\\u003e--!\\u003e",
    },
    {
        "&amp;&#x22;",
        "&amp;amp;&amp;#x22;",
        "&amp;amp;&amp;#x22;",
        "#",
        "%26amp%3B%26%23x22%3B",
        "\\u0026amp;\\u0026#x22;",
    },
    {
        "/a?b=\"c&d#é",
        "/a?b=\"c&amp;d#é",
        "/a?b=&quot;c&amp;d#é",
        "/y/a?b=%22c&amp;d#%C3%A9",
        "%2Fa%3Fb%3D%22c%26d%23%C3%A9",
        "/a?b=\\\"c\\u0026d#é",
    },
    {
        "\n\x01\x1b\x7f\t",
        "\n\x01\x1b\x7f\t",
        "\n\x01\x1b\x7f\t",
        "#",
        "%0A%01%1B%7F%09",
        "\\u000a\\u0001\\u001b\x7f\\u0009",
    },
    {
        "\xe2\x80\xa8𠮷😀",
        "\xe2\x80\xa8𠮷😀",
        "\xe2\x80\xa8𠮷😀",
        "#",
        "%E2%80%A8%F0%A0%AE%B7%F0%9F%98%80",
        "\\u2028𠮷😀",
    },
    {"//evil.example", "//evil.example", "//evil.example", "#", "%2F%2Fevil.example",
        "//evil.example"},
    {"https://example.jp/?a&b", "https://example.jp/?a&amp;b", "https://example.jp/?a&amp;b",
        "https://example.jp/?a&amp;b", "https%3A%2F%2Fexample.jp%2F%3Fa%26b",
        "https://example.jp/?a\\u0026b"},
    {"", "", "", "#", "", ""},
};

static void escapes_by_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostiles); i++) {
        const struct hostile *h = &hostiles[i];
        struct view_contexts v = {.s = str_of(h->in), .u = str_of(h->in)};
        struct buf out = BUF(SIZE_MAX_OUT);
        char want[2000];
        view_contexts_html(&out, &ctx, &v);
        snprintf(want, sizeof want,
            "<title>%s</title>\n"
            "<p title=\"%s\">%s</p>\n"
            "<textarea aria-label=\"s\">\n%s</textarea>\n"
            "<a href=\"%s\">%s</a>\n"
            "<a href=\"/y/p?s=%s&amp;u=%s\">p</a>\n",
            h->text, h->attr, h->text, h->text, h->url, h->text, h->part, h->part);
        assert_buf(&out, str_of(want));
        view_contexts_type.title(&out, &v);
        assert_buf(&out, str_of(h->text));
        struct json j = json_on(&out);
        view_contexts_type.json(&j, &v);
        assert_int_equal(json_finish(&j).code, ERR_OK);
        snprintf(want, sizeof want, "{\"s\":\"%s\",\"u\":\"%s\"}", h->json, h->json);
        assert_buf(&out, str_of(want));
    }
}

static str read_file(struct buf *b, const char *dir, const char *name)
{
    char path[1000];
    char part[1000];
    size_t n;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_put(b, part, n);
    fclose(f);
    return buf_view(b);
}

static struct view_page full_page(void)
{
    static struct view_page_rows_tags tags[] = {{{"α", 2}}, {{"<b>", 3}}};
    static struct view_page_rows_only only[] = {{{{"<i>raw</i>", 10}}}};
    static struct view_page_rows rows[] = {
        {.name = {"一", 3}, .n = -1, .tags = {tags, 2}, .only = {only, 1}},
        {.name = {"二", 3}, .n = 2},
    };
    static struct view_page_quiet quiet[3];
    static struct view_badge items[] = {{{"low", 3}, 1}, {{"high", 4}, 3}};
    return (struct view_page){
        .title = S("<調査>"), .css = S("a b.css"), .next = S("/next?a&b"), .q = S("\"q\"?/&"),
        .id = 3, .big = 1234567, .open = true,
        .at = usec_of_civil((struct civil){2026, 11, 20, 14, 5}),
        .due = jday_of(2026, 11, 20), .rate = 9580, .note = {S("<b>note</b>&amp;")},
        .rows = {rows, 2}, .body = {S("京都"), {42, S("javascript:x")}},
        .status = {S("&"), 3}, .items = {items, 2}, .quiet = {quiet, 3},
    };
}

static void render(const struct view_page *v, const struct html_ctx *c, struct buf *page,
    struct buf *json)
{
    struct json j = json_on(json);
    view_page_type.html(page, c, v);
    view_page_type.json(&j, v);
    assert_int_equal(json_finish(&j).code, ERR_OK);
    buf_char(json, '\n');
}

static void assert_page(const struct view_page *v, const struct html_ctx *c, const char *dir,
    const char *html_file, const char *json_file)
{
    struct buf page = BUF(SIZE_MAX_OUT);
    struct buf json = BUF(SIZE_MAX_OUT);
    struct buf want_html = BUF(SIZE_MAX_OUT);
    struct buf want_json = BUF(SIZE_MAX_OUT);
    render(v, c, &page, &json);
    assert_buf(&page, read_file(&want_html, dir, html_file));
    assert_buf(&json, read_file(&want_json, dir, json_file));
    buf_free(&want_html);
    buf_free(&want_json);
}

static void runs_every_statement(void **state)
{
    struct view_page v = full_page();
    assert_page(&v, &ctx, *state, "page_full.html", "page_full.json");
}

static void leaves_out_what_is_absent(void **state)
{
    struct view_page v = {.due = DAY_NONE};
    assert_page(&v, &(struct html_ctx){0}, *state, "page_empty.html", "page_empty.json");
}

/* Beside the emitted text, what a compiler and a browser make of it. */
static void keeps_literals(void **state)
{
    struct view_literals v = {.on = true};
    struct buf want = BUF(SIZE_MAX_OUT);
    struct buf out = BUF(SIZE_MAX_OUT);
    view_literals_html(&out, &ctx, &v);
    assert_buf(&out, read_file(&want, *state, "literals.html"));
    buf_free(&want);
    view_literals_type.title(&out, &v);
    assert_buf(&out, S("定型?\?/\""));
    view_limits_type.title(&out, &(struct view_limits){0});
    assert_buf(&out, S(""));
}

/* The four arms of the {{#if}} in page.ht, by the letter they print. */
static void takes_the_first_true_branch(void **state)
{
    static const struct {
        int64_t id;
        const char *q;
        bool open;
        int64_t rate;
        usec at;
        char letter;
    } cases[] = {
        {3, "", true, 0, 1, 'A'},        {3, "x?\\", false, 0, 1, 'B'}, {4, "", false, 0, 1, 'B'},
        {4, "", true, 9580, 1, 'B'},     {3, "x?\\", true, 0, 1, 'C'},  {4, "", true, 9579, 0, 'D'},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct view_page v = full_page();
        char want[] = "\n?\n...\n<form";
        v.id = cases[i].id;
        v.q = str_of(cases[i].q);
        v.open = cases[i].open;
        v.rate = cases[i].rate;
        v.at = cases[i].at;
        want[1] = cases[i].letter;
        struct buf out = BUF(SIZE_MAX_OUT);
        view_page_html(&out, &ctx, &v);
        if (!str_has(buf_view(&out), str_of(want)))
            fail_msg("case %zu does not print %c", i, cases[i].letter);
        buf_free(&out);
    }
}

static void describes_its_view(void **state)
{
    (void)state;
    assert_string_equal(view_page_type.name, "page");
    assert_int_equal(view_page_type.size, sizeof(struct view_page));
    assert_non_null(view_page_type.title);
    assert_null(view_bare_type.title);
    struct view_page v = full_page();
    struct buf out = BUF(SIZE_MAX_OUT);
    view_page_type.title(&out, &v);
    assert_buf(&out, S("&lt;調査&gt; (1,234,567) — 自治体"));
    view_bare_type.html(&out, &ctx, &(struct view_bare){0});
    assert_buf(&out, S(""));
}

int main(int argc, char **argv)
{
    char here[] = ".";
    void *dir = argc > 1 ? argv[1] : here;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_by_place),
        cmocka_unit_test_prestate(runs_every_statement, dir),
        cmocka_unit_test_prestate(leaves_out_what_is_absent, dir),
        cmocka_unit_test_prestate(keeps_literals, dir),
        cmocka_unit_test(takes_the_first_true_branch),
        cmocka_unit_test(describes_its_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
