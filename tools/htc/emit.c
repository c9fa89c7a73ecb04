/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the header and the source of a compiled template. */
#include "emit.h"

#include "quote.h"

static void put_line(struct buf *b, int indent, str line)
{
    quote_indent(b, indent);
    buf_str(b, line);
    buf_char(b, '\n');
}

static void put_made_by(struct buf *b, const struct unit *u)
{
    buf_lit(b, "/* SPDX-License-Identifier: Apache-2.0 */\n");
    buf_fmt(b, "/* Made by htc from %.*s.ht: change that file instead. */\n", STR_F(u->name));
}

static void put_member(struct buf *b, const struct field *f)
{
    static const char *const types[TYPE_N] = {
        [TYPE_STR] = "str",     [TYPE_URL] = "str",   [TYPE_HTML] = "struct html",
        [TYPE_INT] = "int64_t", [TYPE_BOOL] = "bool", [TYPE_BP] = "int64_t",
        [TYPE_TIME] = "usec",   [TYPE_DAY] = "jday",
    };
    buf_lit(b, "    ");
    if (f->type == TYPE_LIST) {
        buf_lit(b, "struct {\n        struct ");
        buf_str(b, f->tag);
        buf_lit(b, " *p;\n        size_t n;\n    } ");
    } else if (types[f->type]) {
        buf_str(b, str_of(types[f->type]));
        buf_char(b, ' ');
    } else {
        buf_lit(b, "struct ");
        buf_str(b, f->tag);
        buf_char(b, ' ');
    }
    buf_str(b, f->name);
    buf_lit(b, ";\n");
}

/* The structs inside come first. */
static void put_struct(struct buf *b, const struct field *of)
{
    for (const struct field *f = of->kids; f; f = f->next) {
        if (f->kids)
            put_struct(b, f);
    }
    buf_lit(b, "\nstruct ");
    buf_str(b, of->tag);
    buf_lit(b, " {\n");
    for (const struct field *f = of->kids; f; f = f->next)
        put_member(b, f);
    if (!of->kids)
        buf_lit(b, "    char unused; /* no fields */\n");
    buf_lit(b, "};\n");
}

struct names {
    str seen[UNIT_FIELDS_MAX];
    size_t n;
};

/* Each used view once, in the order of first use. */
static void put_includes(struct buf *b, const struct field *first, struct names *names)
{
    for (const struct field *f = first; f; f = f->next) {
        put_includes(b, f->kids, names);
        bool seen = f->view.n == 0;
        for (size_t i = 0; i < names->n && !seen; i++)
            seen = str_eq(names->seen[i], f->view);
        if (seen)
            continue;
        names->seen[names->n++] = f->view;
        buf_fmt(b, "#include \"%.*s.ht.h\"\n", STR_F(f->view));
    }
}

static void put_guard(struct buf *b, const struct unit *u)
{
    buf_lit(b, "YG_VIEW_");
    for (size_t i = 0; i < u->name.n; i++)
        buf_char(b, (char)toupper((unsigned char)u->name.p[i]));
    buf_lit(b, "_HT_H");
}

void emit_header(struct buf *b, const struct unit *u)
{
    struct names names = {0};
    put_made_by(b, u);
    buf_lit(b, "#ifndef ");
    put_guard(b, u);
    buf_lit(b, "\n#define ");
    put_guard(b, u);
    buf_lit(b, "\n\n#include \"core/view.h\"\n");
    put_includes(b, u->root.kids, &names);
    put_struct(b, &u->root);
    buf_fmt(b, "\nvoid view_%.*s_html(struct buf *out, const struct html_ctx *c,\n"
        "    const struct view_%.*s *v);\n", STR_F(u->name), STR_F(u->name));
    buf_fmt(b, "void view_%.*s_json(struct json *j, const struct view_%.*s *v);\n", STR_F(u->name),
        STR_F(u->name));
    buf_fmt(b, "extern const struct view_type view_%.*s_type;\n\n#endif\n", STR_F(u->name));
}

static void put_ops(struct buf *b, const struct code *code)
{
    int indent = 1;
    for (const struct op *op = code->first; op; op = op->next) {
        if (op->unused)
            continue;
        if (op->kind == OP_CLOSE || op->kind == OP_MIDDLE)
            indent--;
        if (op->kind == OP_LITERAL)
            quote_writes(b, op->text, indent);
        else
            put_line(b, indent, op->text);
        if (op->kind == OP_OPEN || op->kind == OP_MIDDLE)
            indent++;
    }
}

static void put_html(struct buf *b, const struct unit *u, const struct code *body)
{
    buf_fmt(b, "\nvoid view_%.*s_html(struct buf *out, const struct html_ctx *c,\n"
        "    const struct view_%.*s *v)\n{\n", STR_F(u->name), STR_F(u->name));
    if (!body->first)
        buf_lit(b, "    (void)out;\n");
    if (!body->uses_ctx)
        buf_lit(b, "    (void)c;\n");
    if (!body->uses_view)
        buf_lit(b, "    (void)v;\n");
    put_ops(b, body);
    buf_lit(b, "}\n");
}

static void put_title(struct buf *b, const struct unit *u, const struct code *title)
{
    buf_lit(b, "\nstatic void title_any(struct buf *out, const void *view)\n{\n");
    if (!title->first)
        buf_lit(b, "    (void)out;\n");
    if (title->uses_view)
        buf_fmt(b, "    const struct view_%.*s *v = view;\n", STR_F(u->name));
    else
        buf_lit(b, "    (void)view;\n");
    put_ops(b, title);
    buf_lit(b, "}\n");
}

static void put_type(struct buf *b, const struct unit *u, bool has_title)
{
    buf_lit(b, "\nstatic void html_any(struct buf *out, const struct html_ctx *c, ");
    buf_fmt(b, "const void *view)\n{\n    view_%.*s_html(out, c, view);\n}\n", STR_F(u->name));
    buf_fmt(b, "\nstatic void json_any(struct json *j, const void *view)\n"
        "{\n    view_%.*s_json(j, view);\n}\n", STR_F(u->name));
    buf_fmt(b, "\nconst struct view_type view_%.*s_type = {\n", STR_F(u->name));
    buf_fmt(b, "    .name = \"%.*s\",\n", STR_F(u->name));
    buf_fmt(b, "    .size = sizeof(struct view_%.*s),\n", STR_F(u->name));
    buf_str(b, has_title ? S("    .title = title_any,\n") : S("    .title = NULL,\n"));
    buf_lit(b, "    .html = html_any,\n    .json = json_any,\n");
    buf_fmt(b, "    .fields = fields_view_%.*s,\n};\n", STR_F(u->name));
}

void emit_source(struct buf *b, const struct unit *u, const struct code *title,
    const struct code *body)
{
    put_made_by(b, u);
    buf_fmt(b, "#include \"%.*s.ht.h\"\n", STR_F(u->name));
    put_html(b, u, body);
    emit_json(b, u);
    if (title)
        put_title(b, u, title);
    emit_fields(b, &u->root);
    put_type(b, u, title != NULL);
}
