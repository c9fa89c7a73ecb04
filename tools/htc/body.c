/* SPDX-License-Identifier: Apache-2.0 */
/* Reads statements, keeps the stack of blocks, and writes what each value needs. */
#include "body.h"

#include "markup.h"
#include "scope.h"

struct block {
    bool loop;
    bool has_else;
    str list; /* of a loop: C expression */
    struct branches branches;
};

struct body {
    struct unit *u;
    struct code *code;
    struct markup markup;
    struct scope scope;
    struct block blocks[UNIT_BLOCKS_MAX];
    int n;
};

struct statement {
    str text;  /* without the braces, trimmed */
    size_t at; /* of the braces */
    size_t end;
};

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n';
}

static str trim_blanks(str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Length of what stands before }}, which may be quoted in a condition; false: none on this line,
 * or in the file for a comment. */
static bool statement_length(str s, size_t *length)
{
    bool comment = str_starts(s, S("!"));
    bool quoted = false;
    for (size_t i = 0; i + 1 < s.n && (comment || s.p[i] != '\n'); i++) {
        quoted ^= !comment && s.p[i] == '"';
        if (!quoted && s.p[i] == '}' && s.p[i + 1] == '}') {
            *length = i;
            return true;
        }
    }
    return false;
}

static err read_statement(struct unit *u, size_t at, struct statement *st)
{
    size_t n;
    str inner = str_sub(u->source, at + 2, u->source.n);
    if (!statement_length(inner, &n))
        return unit_fail(u, at, "this {{ is not closed on its line; write }}");
    st->at = at;
    st->end = at + n + 4;
    st->text = trim_blanks(str_sub(inner, 0, n));
    return OK;
}

/* Offset of the next {{ or the end of the source. */
static size_t next_statement(const struct unit *u, size_t at)
{
    str rest = str_sub(u->source, at, u->source.n);
    const char *p = rest.n ? memmem(rest.p, rest.n, "{{", 2) : NULL;
    return p ? (size_t)(p - u->source.p) : u->source.n;
}

static const struct printer {
    enum type type;
    const char *filter;
    const char *function; /* function(out, value) */
    const char *none;     /* the value that prints nothing */
    bool url;             /* harmless in a URL as it is */
} printers[] = {
    {TYPE_INT, "", "buf_i64", NULL, true},
    {TYPE_INT, "group", "html_group", NULL, false},
    {TYPE_BP, "", "html_bp", NULL, false},
    {TYPE_TIME, "wareki", "put_wareki_time", "0", false},
    {TYPE_TIME, "iso", "put_iso_time", "0", false},
    {TYPE_DAY, "wareki", "put_wareki_day", "DAY_NONE", false},
    {TYPE_DAY, "iso", "put_iso_day", "DAY_NONE", true},
};

static err find_printer(struct body *b, struct value v, str filter, size_t at,
    const struct printer **out)
{
    for (size_t i = 0; i < COUNT_OF(printers); i++) {
        if (printers[i].type == v.type && str_eq(str_of(printers[i].filter), filter)) {
            *out = &printers[i];
            return OK;
        }
    }
    if (v.type == TYPE_TIME || v.type == TYPE_DAY)
        return unit_fail(b->u, at, "a %s is written {{x|wareki}} or {{x|iso}}",
            unit_type_name(v.type));
    if (v.type == TYPE_BOOL)
        return unit_fail(b->u, at, "a bool cannot be written; use {{#if x}}…{{/if}}");
    if (v.type == TYPE_OBJ || v.type == TYPE_LIST || v.type == TYPE_VIEW)
        return unit_fail(b->u, at, "a %s cannot be written; name one of its fields, "
            "use {{#each}}, or include a view with {{>name x}}", unit_type_name(v.type));
    return unit_fail(b->u, at, "no filter '%.*s' for %s (int: group; time and day: wareki, iso)",
        SHOW(filter), unit_type_name(v.type));
}

static void print_text(struct body *b, struct value v, enum where where)
{
    static const char *const functions[WHERE_N] = {
        [WHERE_TEXT] = "html_text",
        [WHERE_RCDATA] = "html_text",
        [WHERE_ATTR] = "html_attr",
        [WHERE_URL] = "html_url",
        [WHERE_URLPART] = "html_urlpart",
    };
    if (v.type == TYPE_HTML) {
        code_addf(b->code, OP_LINE,
            where == WHERE_RCDATA ? "html_title(out, %.*s);" : "buf_str(out, %.*s.s);",
            STR_F(v.expr));
        return;
    }
    b->code->uses_ctx |= where == WHERE_URL;
    code_addf(b->code, OP_LINE, "%s(out, %s%.*s);", functions[where],
        where == WHERE_URL ? "c, " : "", STR_F(v.expr));
}

static err print_other(struct body *b, struct value v, str filter, enum where where, size_t at)
{
    const struct printer *p;
    TRY(find_printer(b, v, filter, at, &p));
    if (where == WHERE_URLPART && !p->url)
        return unit_fail(b->u, at, "in a URL stand only str, url, a plain int, or a day with |iso");
    if (p->none)
        code_addf(b->code, OP_OPEN, "if (%.*s != %s) {", STR_F(v.expr), p->none);
    code_addf(b->code, OP_LINE, "%s(out, %.*s);", p->function, STR_F(v.expr));
    if (p->none)
        code_add(b->code, OP_CLOSE, S("}"));
    return OK;
}

static err do_value(struct body *b, struct statement st)
{
    str path = STR_NONE;
    str filter = st.text;
    struct value v;
    enum where where;
    bool filtered = memchr(filter.p, '|', filter.n) != NULL;
    str_cut(&filter, '|', &path);
    path = trim_blanks(path);
    filter = trim_blanks(filter);
    TRY(scope_resolve(&b->scope, path, st.at, &v));
    TRY(markup_value(&b->markup, st.at, v.type, &where));
    bool is_text = v.type == TYPE_STR || v.type == TYPE_URL || v.type == TYPE_HTML;
    if (!is_text || filtered)
        return print_other(b, v, filter, where, st.at);
    print_text(b, v, where);
    return OK;
}

/* The next word of s, blanks around it removed. */
static str take_word(str *s)
{
    str word = STR_NONE;
    *s = trim_blanks(*s);
    str_cut(s, ' ', &word);
    *s = trim_blanks(*s);
    return word;
}

static err push(struct body *b, struct statement st, bool loop)
{
    if (b->n == UNIT_BLOCKS_MAX)
        return unit_fail(b->u, st.at, "blocks nested deeper than %d", UNIT_BLOCKS_MAX);
    struct block *block = &b->blocks[b->n];
    *block = (struct block){.loop = loop};
    TRY(markup_block(&b->markup, st.at, loop, &block->branches));
    b->n++;
    return OK;
}

static err do_each(struct body *b, struct statement st, str rest)
{
    struct value list;
    str path = take_word(&rest);
    bool as = str_eq(take_word(&rest), S("as"));
    if (!as || rest.n == 0)
        return unit_fail(b->u, st.at, "write {{#each list as item}}");
    TRY(push(b, st, true));
    TRY(scope_resolve(&b->scope, path, st.at, &list));
    TRY(scope_loop_open(&b->scope, list, rest, st.at));
    b->blocks[b->n - 1].list = list.expr;
    return OK;
}

static err put_condition(struct body *b, str cond, enum op_kind kind, const char *before)
{
    str c;
    BUF_AUTO line = BUF(1 << 20);
    TRY(scope_condition(&b->scope, cond, (size_t)(cond.p - b->u->source.p), &c));
    buf_str(&line, str_of(before));
    buf_str(&line, c);
    buf_lit(&line, ") {");
    code_add(b->code, kind, buf_view(&line));
    return OK;
}

static err do_if(struct body *b, struct statement st, str rest)
{
    TRY(push(b, st, false));
    return put_condition(b, rest, OP_OPEN, "if (");
}

static err branch(struct body *b, struct statement st, struct block **block)
{
    if (b->n == 0)
        return unit_fail(b->u, st.at, "{{%.*s}} outside of a block", SHOW(st.text));
    *block = &b->blocks[b->n - 1];
    if ((*block)->has_else)
        return unit_fail(b->u, st.at, "{{%.*s}} behind {{#else}}", SHOW(st.text));
    return markup_branch(&b->markup, st.at, &(*block)->branches);
}

static err do_elif(struct body *b, struct statement st, str rest)
{
    struct block *block;
    TRY(branch(b, st, &block));
    if (block->loop)
        return unit_fail(b->u, st.at, "{{#elif}} in an {{#each}}");
    return put_condition(b, rest, OP_MIDDLE, "} else if (");
}

static err do_else(struct body *b, struct statement st, str rest)
{
    struct block *block;
    (void)rest;
    TRY(branch(b, st, &block));
    block->has_else = true;
    if (!block->loop) {
        code_add(b->code, OP_MIDDLE, S("} else {"));
        return OK;
    }
    scope_loop_close(&b->scope);
    code_addf(b->code, OP_OPEN, "if (%.*s.n == 0) {", STR_F(block->list));
    return OK;
}

static err do_end(struct body *b, struct statement st, bool loop)
{
    if (b->n == 0 || b->blocks[b->n - 1].loop != loop)
        return unit_fail(b->u, st.at, "{{%.*s}} closes nothing; blocks are closed in order",
            SHOW(st.text));
    struct block *block = &b->blocks[b->n - 1];
    TRY(markup_block_end(&b->markup, st.at, &block->branches, block->has_else && !loop));
    if (loop && !block->has_else)
        scope_loop_close(&b->scope);
    else
        code_add(b->code, OP_CLOSE, S("}"));
    b->n--;
    return OK;
}

static err do_end_each(struct body *b, struct statement st, str rest)
{
    (void)rest;
    return do_end(b, st, true);
}

static err do_end_if(struct body *b, struct statement st, str rest)
{
    (void)rest;
    return do_end(b, st, false);
}

static err do_include(struct body *b, struct statement st)
{
    struct value v;
    str rest = str_sub(st.text, 1, st.text.n);
    str name = take_word(&rest);
    TRY(markup_include(&b->markup, st.at));
    TRY(scope_resolve(&b->scope, rest.n ? rest : name, st.at, &v));
    if (v.type != TYPE_VIEW || !str_eq(v.field->view, name))
        return unit_fail(b->u, st.at,
            "{{>name field}} needs a field declared 'view name', or an item of 'list … view name'");
    code_addf(b->code, OP_LINE, "view_%.*s_html(out, c, %s%.*s);", STR_F(name),
        v.pointer ? "" : "&", STR_F(v.expr));
    b->code->uses_ctx = true;
    return OK;
}

static err do_csrf(struct body *b, struct statement st, str rest)
{
    (void)rest;
    TRY(markup_csrf(&b->markup, st.at));
    code_add(b->code, OP_OPEN, S("if (c->csrf.n != 0) {"));
    code_raw(b->code, S("<input type=\"hidden\" name=\"csrf\" value=\""));
    code_add(b->code, OP_LINE, S("html_attr(out, c->csrf);"));
    code_raw(b->code, S("\">"));
    code_add(b->code, OP_CLOSE, S("}"));
    b->code->uses_ctx = true;
    return OK;
}

static const struct keyword {
    const char *word;
    bool rest; /* something must follow; else nothing may */
    err (*run)(struct body *, struct statement, str);
} keywords[] = {
    {"#each", true, do_each},
    {"/each", false, do_end_each},
    {"#if", true, do_if},
    {"#elif", true, do_elif},
    {"#else", false, do_else},
    {"/if", false, do_end_if},
    {"csrf", false, do_csrf},
};

static err do_statement(struct body *b, struct statement st)
{
    if (str_starts(st.text, S("!")))
        return markup_note(&b->markup, st.at);
    if (str_starts(st.text, S(">")))
        return do_include(b, st);
    str rest = st.text;
    str word = take_word(&rest);
    for (size_t i = 0; i < COUNT_OF(keywords); i++) {
        if (!str_eq(word, str_of(keywords[i].word)))
            continue;
        if (keywords[i].rest != (rest.n > 0))
            return unit_fail(b->u, st.at, "{{%.*s}} %s", SHOW(word),
                rest.n ? "takes nothing behind it" : "needs something behind it");
        return keywords[i].run(b, st, rest);
    }
    if (st.text.n == 0 || st.text.p[0] == '#' || st.text.p[0] == '/')
        return unit_fail(b->u, st.at, "unknown statement '{{%.*s}}'", SHOW(st.text));
    return do_value(b, st);
}

/* Runs to {{/title}} (in_title) or to the end of the source; *at moves behind it. */
static err run(struct body *b, size_t *at, bool in_title)
{
    for (;;) {
        struct statement st;
        size_t mark = next_statement(b->u, *at);
        TRY(markup_literal(&b->markup, *at, mark));
        *at = mark;
        if (mark == b->u->source.n)
            break;
        TRY(read_statement(b->u, mark, &st));
        *at = st.end;
        if (in_title && str_eq(st.text, S("/title")))
            break;
        TRY(do_statement(b, st));
    }
    if (b->n > 0)
        return unit_fail(b->u, b->blocks[b->n - 1].branches.at,
            "this block is not closed; write %s",
            b->blocks[b->n - 1].loop ? "{{/each}}" : "{{/if}}");
    TRY(markup_end(&b->markup));
    code_flush(b->code);
    return OK;
}

static void skip_blanks(const struct unit *u, size_t *at)
{
    while (*at < u->source.n && is_blank(u->source.p[*at]))
        ++*at;
}

static struct body *body_new(struct unit *u, struct code *code)
{
    struct body *b = ARENA_NEW(u->arena, struct body);
    if (!b)
        return NULL;
    b->u = u;
    b->code = code;
    b->markup.u = u;
    b->markup.code = code;
    b->scope.u = u;
    b->scope.code = code;
    return b;
}

static err skip_notes(struct unit *u, size_t *at)
{
    struct statement st;
    skip_blanks(u, at);
    while (str_starts(str_sub(u->source, *at, u->source.n), S("{{!"))) {
        TRY(read_statement(u, *at, &st));
        *at = st.end;
        skip_blanks(u, at);
    }
    return OK;
}

err body_title(struct unit *u, size_t *at, struct code *code, bool *found)
{
    TRY(skip_notes(u, at));
    str rest = str_sub(u->source, *at, u->source.n);
    *found = str_starts(rest, S("{{title}}")) && str_has(rest, S("{{/title}}"));
    if (!*found)
        return OK;
    struct body *b = body_new(u, code);
    if (!b)
        return ERR(NOMEM);
    b->markup.plain = true;
    b->markup.now.state = IN_RCDATA;
    *at += S("{{title}}").n;
    return run(b, at, true);
}

err body_markup(struct unit *u, size_t at, struct code *code)
{
    struct body *b = body_new(u, code);
    if (!b)
        return ERR(NOMEM);
    skip_blanks(u, &at);
    return run(b, &at, false);
}
