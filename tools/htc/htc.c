/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a compilation. */
#include "htc.h"

#include "body.h"
#include "emit.h"
#include "head.h"

#define MEMORY_MAX ((size_t)256 << 20)

static err compile_body(struct unit *u, struct code *title, struct code *body, bool *has_title)
{
    size_t at;
    TRY(head_parse(u, &at));
    TRY(body_title(u, &at, title, has_title));
    TRY(body_markup(u, at, body));
    if (arena_failed(u->arena))
        return ERR(NOMEM);
    return OK;
}

static err compile(struct unit *u, struct buf *h, struct buf *c)
{
    bool has_title;
    if (!unit_is_name(u->name))
        return unit_fail(u, 0, "a template file is named [a-z][a-z0-9_]*.ht, at most %d bytes",
            UNIT_NAME_MAX);
    TRY(unit_check_source(u));
    struct code title = code_on(u->arena);
    struct code body = code_on(u->arena);
    err e = compile_body(u, &title, &body, &has_title);
    code_done(&title);
    code_done(&body);
    TRY(e);
    emit_header(h, u);
    emit_source(c, u, has_title ? &title : NULL, &body);
    TRY(buf_status(h));
    return buf_status(c);
}

err htc_compile(str name, str source, struct buf *h, struct buf *c, struct htc_error *e)
{
    ARENA_AUTO arena = arena_new(MEMORY_MAX);
    struct unit u = {.name = name, .source = source, .arena = arena, .error = e};
    *e = (struct htc_error){0};
    err result = arena ? compile(&u, h, c) : ERR(NOMEM);
    if (err_is(result) && e->text[0] == '\0')
        IGNORE(unit_fail(&u, 0, "the template is too large; split it")); /* memory or buffers */
    return result;
}
