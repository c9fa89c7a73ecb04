/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the function that says a view as a JSON object, and the table of what it says; fields in
 * the order of the head. */
#include "emit.h"

#include "quote.h"

#define EXPR_MAX ((UNIT_FIELD_DEPTH + 2) * (UNIT_NAME_MAX + 2))

struct json_out {
    struct buf *b;
    int indent;
    int loops;
};

static void put_fields(struct json_out *o, const struct field *first, const char *prefix);

static void line(struct json_out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line(struct json_out *o, const char *fmt, ...)
{
    char text[2 * EXPR_MAX];
    va_list args;
    quote_indent(o->b, o->indent);
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    BUG_IF(n < 0 || (size_t)n >= sizeof text);
    buf_put(o->b, text, (size_t)n);
    buf_char(o->b, '\n');
}

static bool is_said(const struct field *f)
{
    return !f->html_only && f->type != TYPE_HTML;
}

static bool has_said(const struct field *first)
{
    for (const struct field *f = first; f; f = f->next) {
        if (is_said(f))
            return true;
    }
    return false;
}

static void put_list(struct json_out *o, const struct field *f, const char *expr)
{
    char prefix[32];
    int n = ++o->loops;
    line(o, "json_begin_array(j);");
    line(o, "for (size_t i%d = 0; i%d < %s.n; i%d++) {", n, n, expr, n);
    o->indent++;
    if (f->view.n != 0) {
        line(o, "%.*s_json(j, &%s.p[i%d]);", STR_F(f->tag), expr, n);
    } else {
        if (has_said(f->kids))
            line(o, "const struct %.*s *e%d = &%s.p[i%d];", STR_F(f->tag), n, expr, n);
        snprintf(prefix, sizeof prefix, "e%d->", n);
        put_fields(o, f->kids, prefix);
    }
    o->indent--;
    line(o, "}");
    line(o, "json_end_array(j);");
    o->loops--;
}

static void put_field(struct json_out *o, const struct field *f, const char *prefix)
{
    static const char *const functions[TYPE_N] = {
        [TYPE_STR] = "json_str",   [TYPE_URL] = "json_str",   [TYPE_INT] = "json_i64",
        [TYPE_BOOL] = "json_bool", [TYPE_TIME] = "json_time", [TYPE_DAY] = "json_day",
        [TYPE_BP] = "json_bp",
    };
    char expr[EXPR_MAX];
    int n = snprintf(expr, sizeof expr, "%s%.*s%s", prefix, STR_F(f->name),
        f->type == TYPE_OBJ ? "." : "");
    BUG_IF(n < 0 || (size_t)n >= sizeof expr);
    line(o, "json_key(j, S(\"%.*s\"));", STR_F(f->name));
    if (f->type == TYPE_OBJ)
        put_fields(o, f->kids, expr);
    else if (f->type == TYPE_LIST)
        put_list(o, f, expr);
    else if (f->type == TYPE_VIEW)
        line(o, "%.*s_json(j, &%s);", STR_F(f->tag), expr);
    else
        line(o, "%s(j, %s);", functions[f->type], expr);
}

static void put_fields(struct json_out *o, const struct field *first, const char *prefix)
{
    line(o, "json_begin_object(j);");
    for (const struct field *f = first; f; f = f->next) {
        if (is_said(f))
            put_field(o, f, prefix);
    }
    line(o, "json_end_object(j);");
}

void emit_json(struct buf *b, const struct unit *u)
{
    struct json_out o = {.b = b, .indent = 1};
    buf_fmt(b, "\nvoid view_%.*s_json(struct json *j, const struct view_%.*s *v)\n{\n",
        STR_F(u->name), STR_F(u->name));
    if (!has_said(u->root.kids))
        line(&o, "(void)v;");
    put_fields(&o, u->root.kids, "v->");
    buf_lit(b, "}\n");
}

/* The tables inside come first. */
void emit_fields(struct buf *b, const struct field *of)
{
    static const char *const kinds[TYPE_N] = {
        [TYPE_STR] = "STR",   [TYPE_URL] = "URL",   [TYPE_INT] = "INT", [TYPE_BOOL] = "BOOL",
        [TYPE_TIME] = "TIME", [TYPE_DAY] = "DAY",   [TYPE_BP] = "BP",   [TYPE_OBJ] = "OBJECT",
        [TYPE_VIEW] = "OBJECT", [TYPE_LIST] = "LIST",
    };
    for (const struct field *f = of->kids; f; f = f->next) {
        if (f->kids && is_said(f))
            emit_fields(b, f);
    }
    buf_lit(b, "\nstatic const struct view_field fields_");
    buf_str(b, of->tag);
    buf_lit(b, "[] = {\n");
    for (const struct field *f = of->kids; f; f = f->next) {
        if (!is_said(f))
            continue;
        buf_fmt(b, "    {\"%.*s\", VIEW_%s, ", STR_F(f->name), kinds[f->type]);
        buf_str(b, f->kids ? S("fields_") : f->view.n ? S("NULL, &") : S("NULL, NULL},\n"));
        buf_str(b, f->tag);
        buf_str(b, f->kids ? S(", NULL},\n") : f->view.n ? S("_type},\n") : STR_NONE);
    }
    buf_lit(b, "    {NULL, VIEW_STR, NULL, NULL},\n};\n");
}
