/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: paths and queries. What is decoded is valid UTF-8, never longer than it came,
 * and a parameter of a route that matched is never empty. */
#include "web/web_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route routes[] = {
    {.method = GET, .path = "/"},
    {.method = GET, .path = "/surveys/{survey}"},
    {.method = POST, .path = "/surveys/{survey}/items/{code}"},
    {.method = GET, .path = "/m/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"},
    {.path = NULL},
};
static const struct route *const lists[] = {routes};
static const struct web web = {.config = {.routes = lists, .n_routes = 1}};

static void check_part(str decoded, size_t most)
{
    BUG_IF(!str_is_utf8(decoded) || decoded.n > most);
}

static void check_decode(struct arena *a, str s)
{
    str out;
    for (int plus = 0; plus <= 1; plus++)
        if (!err_is(url_decode(a, s, plus, &out)))
            check_part(out, s.n);
}

static void check_query(struct arena *a, str s)
{
    struct pairs pairs = {0};
    if (err_is(route_split_query(a, s, &pairs)))
        return;
    BUG_IF(pairs.n > MAX_PAIRS);
    for (size_t i = 0; i < pairs.n; i++) {
        check_part(pairs.v[i].name, s.n);
        check_part(pairs.v[i].value, s.n);
    }
}

static void check_match(struct arena *a, str s, enum http_method m)
{
    struct req_private p = {.rq = {.a = a}};
    const char *allow;
    const struct route *r = route_match(&web, m, s, &p, &allow);
    BUG_IF(r && allow);
    BUG_IF(r && r->method != m);
    for (size_t i = 0; r && i < p.n_params; i++) {
        check_part(p.params[i].value, s.n);
        BUG_IF(p.params[i].name.n == 0 || p.params[i].value.n == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO a = arena_new(8 << 20);
    str s = {(const char *)data, size};
    if (!a)
        return 0;
    check_decode(a, s);
    check_query(a, s);
    check_match(a, s, GET);
    check_match(a, s, POST);
    return 0;
}
