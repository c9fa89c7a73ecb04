/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: bodies of forms. The first byte chooses the type of the body; what is accepted
 * keeps every promise of its field. */
#include "web/web_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct typed {
    str line, text, secret;
    int64_t number, any;
    bool flag;
    struct strs lines;
};

#define FIELD(name_, type_, ...) \
    {.name = #name_, .label = #name_, .type = type_, .offset = offsetof(struct typed, name_), \
        __VA_ARGS__}
static const struct web_field fields[] = {
    FIELD(line, FIELD_LINE, .required = true, .max = 20),
    FIELD(text, FIELD_TEXT, .max = 40),
    FIELD(secret, FIELD_SECRET, .max = 60),
    FIELD(number, FIELD_INT, .least = -5, .most = 1000),
    FIELD(any, FIELD_INT),
    FIELD(flag, FIELD_BOOL),
    FIELD(lines, FIELD_LINES, .max = 3),
};
static const struct web_form form = WEB_FORM(fields, typed);
static const struct route route = {.method = POST, .path = "/", .form = &form};

static void check_str(str s, size_t most, const char *controls)
{
    BUG_IF(!str_is_utf8(s) || str_chars(s) > most);
    for (size_t i = 0; controls && i < s.n; i++)
        BUG_IF((unsigned char)s.p[i] < 0x20 && !strchr(controls, s.p[i]));
}

static void check_typed(const struct typed *t)
{
    check_str(t->line, 20, "");
    BUG_IF(t->line.n == 0 || !str_eq(t->line, str_trim(t->line)));
    check_str(t->text, 40, "\n\t");
    check_str(t->secret, 60, NULL);
    BUG_IF(t->number < -5 || t->number > 1000);
    BUG_IF(t->lines.n > 3);
    for (size_t i = 0; i < t->lines.n; i++)
        check_str(t->lines.v[i], 4000, "\n\t");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const str types[] = {S("application/x-www-form-urlencoded"), S("application/json"),
        S("text/plain"), S("")};
    if (size == 0)
        return 0;
    ARENA_AUTO a = arena_new(8 << 20);
    BUF_AUTO body = BUF(HTTP_BODY_MAX);
    buf_put(&body, (const char *)data + 1, size - 1);
    struct http_exchange x = {.method = POST, .body = body, .arena = a, .n_headers = 1};
    x.headers[0] = (struct http_header){S("content-type"), types[data[0] % COUNT_OF(types)]};
    struct req_private p = {.rq = {.x = &x, .a = a, .route = &route}};
    p.rq.p = &p;
    err e = web_form_parse(&p);
    BUG_IF(!err_is(e) && p.n_errors > 0);
    BUG_IF(e.code == ERR_INVALID && p.n_errors == 0 && p.rq.form);
    if (!err_is(e) && !arena_failed(a))
        check_typed(p.rq.form);
    return 0;
}
