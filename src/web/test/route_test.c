/* SPDX-License-Identifier: Apache-2.0 */
/* From a raw path and query to a route and decoded parts. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/web_private.h"

static const struct route first[] = {
    {.method = GET, .path = "/"},
    {.method = GET, .path = "/surveys"},
    {.method = GET, .path = "/surveys/{survey}"},
    {.method = POST, .path = "/surveys/{survey}"},
    {.method = GET, .path = "/surveys/{survey}/items/{code}"},
    {.path = NULL},
};
static const struct route second[] = {
    {.method = POST, .path = "/sign-out"},
    {.method = GET, .path = "/many/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}"},
    {.method = GET, .path = "/more/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"},
    {.path = NULL},
};
static const struct route *const lists[] = {first, second};
static struct web web = {.config = {.routes = lists, .n_routes = COUNT_OF(lists)}};

static int start(void **state)
{
    *state = arena_new(1 << 20);
    return 0;
}

static int stop(void **state)
{
    arena_free(*state);
    return 0;
}

static void paths_find_their_row(void **state)
{
    static const struct {
        enum http_method m;
        str path;
        const char *route; /* NULL: none */
        const char *allow; /* the methods a path has that this is not one of */
    } rows[] = {
        {GET, S("/"), "/", NULL},
        {GET, S("/surveys"), "/surveys", NULL},
        {GET, S("/surveys/12"), "/surveys/{survey}", NULL},
        {POST, S("/surveys/12"), "/surveys/{survey}", NULL},
        {GET, S("/surveys/12/items/ORG-01"), "/surveys/{survey}/items/{code}", NULL},
        {POST, S("/sign-out"), "/sign-out", NULL},
        {GET, S("/sign-out"), NULL, "POST"},
        {POST, S("/"), NULL, "GET"},
        {HTTP_OTHER, S("/surveys"), NULL, "GET"},
        {HTTP_OTHER, S("/surveys/12"), NULL, "GET, POST"},
        {GET, S("/many/1/2/3/4/5/6/7/8"), "/many/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}", NULL},
        {GET, S("/more/1/2/3/4/5/6/7/8/9"), NULL, NULL}, /* beyond MAX_PARAMS */
        {GET, S(""), NULL, NULL},
        {GET, S("surveys"), NULL, NULL},
        {GET, S("/surveys/"), NULL, NULL},
        {GET, S("/surveys/12/"), NULL, NULL},
        {GET, S("//surveys"), NULL, NULL},
        {GET, S("//"), NULL, NULL},
        {GET, S("/surveys//items/ORG-01"), NULL, NULL},
        {GET, S("/surveys/12/items"), NULL, NULL},
        {GET, S("/surveys/12/items/ORG-01/more"), NULL, NULL},
        {GET, S("/Surveys"), NULL, NULL},
        {GET, S("/survey"), NULL, NULL},
        {GET, S("/surveysX"), NULL, NULL},
        {GET, S("/%73urveys"), NULL, NULL}, /* literal parts have one spelling */
        {GET, S("/surveys/%"), NULL, NULL},
        {GET, S("/surveys/%4"), NULL, NULL},
        {GET, S("/surveys/%zz"), NULL, NULL},
        {GET, S("/surveys/%00"), NULL, NULL},
        {GET, S("/surveys/%E3%81"), NULL, NULL},
        {GET, S("/surveys/\xFF"), NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct req_private p = {.rq = {.a = *state}};
        const char *allow = "unset";
        const struct route *r = route_match(&web, rows[i].m, rows[i].path, &p, &allow);
        bool fits = rows[i].route ? r && strcmp(r->path, rows[i].route) == 0 && r->method == rows[i].m
                                  : !r && str_eq(str_of(allow), str_of(rows[i].allow));
        if (!fits)
            fail_msg("row %zu: %.*s", i, STR_F(rows[i].path));
    }
}

static void parameters_are_decoded_once(void **state)
{
    static const struct {
        str raw, value;
        int64_t id; /* -1: no id */
    } rows[] = {
        {S("12"), S("12"), 12},
        {S("%31%32"), S("12"), 12},
        {S("a%2Fb"), S("a/b"), -1}, /* a slash that is data is no separator */
        {S("a%2fb"), S("a/b"), -1},
        {S("%2e%2e"), S(".."), -1},
        {S("%2541"), S("%41"), -1},
        {S("a+b"), S("a+b"), -1},
        {S("%E8%A6%8B"), S("見"), -1},
        {S("0"), S("0"), 0},
        {S("-1"), S("-1"), -1},
        {S("9223372036854775807"), S("9223372036854775807"), INT64_MAX},
        {S("9223372036854775808"), S("9223372036854775808"), -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct req_private p = {.rq = {.a = *state}};
        const char *allow;
        int64_t id = -1;
        p.rq.p = &p;
        str path = str_fmt(*state, "/surveys/%.*s", STR_F(rows[i].raw));
        assert_non_null(route_match(&web, GET, path, &p, &allow));
        if (!str_eq(req_param(&p.rq, "survey"), rows[i].value))
            fail_msg("%.*s", STR_F(rows[i].raw));
        err e = req_param_i64(&p.rq, "survey", &id);
        assert_int_equal(e.code, rows[i].id < 0 ? ERR_NOTFOUND : ERR_OK);
        assert_true(rows[i].id < 0 || id == rows[i].id);
        assert_int_equal(req_param(&p.rq, "code").n, 0);
    }
}

static void queries_are_split_and_decoded(void **state)
{
    static const struct {
        str query;
        const char *pairs; /* name=value; NULL: refused */
    } rows[] = {
        {S(""), ""},
        {S("a=1&b=2"), "a=1;b=2;"},
        {S("a=1&a=2"), "a=1;a=2;"},
        {S("a"), "a=;"},
        {S("a="), "a=;"},
        {S("&&a=1&"), "a=1;"},
        {S("a=b=c"), "a=b=c;"},
        {S("a=x+y%20z%2B"), "a=x y z+;"},
        {S("%E8%A6%8B=%26%3D"), "見=&=;"},
        {S("a=%C0%80"), NULL},
        {S("a=%00"), NULL},
        {S("a=%E3%81"), NULL},
        {S("a=%"), NULL},
        {S("a=%4"), NULL},
        {S("a=%4g"), NULL},
        {S("a=%g4"), NULL},
        {S("a=%-1"), NULL},
        {S("a=\xFF"), NULL},
        {S("%=1"), NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pairs out = {0};
        BUF_AUTO b = BUF(1024);
        err e = route_split_query(*state, rows[i].query, &out);
        for (size_t k = 0; !err_is(e) && k < out.n; k++)
            buf_fmt(&b, "%.*s=%.*s;", STR_F(out.v[k].name), STR_F(out.v[k].value));
        if (e.code != (rows[i].pairs ? ERR_OK : ERR_INVALID) ||
            (rows[i].pairs && !str_eq(buf_view(&b), str_of(rows[i].pairs))))
            fail_msg("row %zu: %s '%.*s'", i, err_name(e), STR_F(buf_view(&b)));
    }
}

static void a_plus_is_a_blank_in_forms_only(void **state)
{
    str out;
    assert_int_equal(url_decode(*state, S("a+%2B"), true, &out).code, ERR_OK);
    assert_true(str_eq(out, S("a +")));
    assert_int_equal(url_decode(*state, S("a+%2B"), false, &out).code, ERR_OK);
    assert_true(str_eq(out, S("a++")));
    assert_int_equal(url_decode(*state, S("%41"), false, &out).code, ERR_OK); /* up to the end */
    assert_true(str_eq(out, S("A")));
}

static str many_pairs(struct arena *a, int n)
{
    BUF_AUTO b = BUF(65536);
    for (int i = 0; i < n; i++)
        buf_fmt(&b, i ? "&a=%d" : "a=%d", i);
    return str_dup(a, buf_view(&b));
}

static void pairs_are_counted(void **state)
{
    struct pairs out = {0};
    assert_int_equal(route_split_query(*state, many_pairs(*state, MAX_PAIRS), &out).code, ERR_OK);
    assert_int_equal(out.n, MAX_PAIRS);
    out = (struct pairs){0};
    assert_int_equal(
        route_split_query(*state, many_pairs(*state, MAX_PAIRS + 1), &out).code, ERR_LIMIT);
}

static void a_page_number_is_from_1_and_never_an_error(void **state)
{
    static const struct {
        str value;
        int64_t page;
    } rows[] = {{S("1"), 1}, {S("7"), 7}, {S("0"), 1}, {S("-3"), 1}, {S("x"), 1}, {S(""), 1},
        {S("100000"), 100000}, {S("100001"), 1}};
    static const struct web_query query[] = {QUERY_PAGE, {.name = NULL}};
    const struct route row = {.query = query};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pair pair = {S("page"), rows[i].value};
        struct req_private p = {.query = {&pair, 1}};
        p.rq.p = &p;
        p.rq.route = &row;
        assert_int_equal(req_page(&p.rq), rows[i].page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_row),
        cmocka_unit_test(parameters_are_decoded_once),
        cmocka_unit_test(queries_are_split_and_decoded),
        cmocka_unit_test(a_plus_is_a_blank_in_forms_only),
        cmocka_unit_test(pairs_are_counted),
        cmocka_unit_test(a_page_number_is_from_1_and_never_an_error),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
