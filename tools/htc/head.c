/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the declarations of a view into a tree of fields. */
#include "head.h"

struct word {
    str text; /* a run of name characters, or one other byte; empty at the end */
    size_t at;
};

struct head {
    struct unit *u;
    size_t at, end;
    struct field *open[UNIT_FIELD_DEPTH + 1]; /* the root, and the lists and objects around */
    struct field *last[UNIT_FIELD_DEPTH + 1]; /* the field added last to each */
    int depth;
    int fields;
};

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n';
}

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

static str rest_of(const struct unit *u, size_t at)
{
    return str_sub(u->source, at, u->source.n);
}

/* Offset behind the next `mark`, or 0. */
static size_t after(const struct unit *u, size_t at, str mark)
{
    str rest = rest_of(u, at);
    const char *p = rest.n ? memmem(rest.p, rest.n, mark.p, mark.n) : NULL;
    return p ? (size_t)(p - u->source.p) + mark.n : 0;
}

static err skip_comments(struct unit *u, size_t *at)
{
    for (;;) {
        while (*at < u->source.n && is_blank(u->source.p[*at]))
            ++*at;
        bool ours = str_starts(rest_of(u, *at), S("{{!"));
        if (!ours && !str_starts(rest_of(u, *at), S("<!--")))
            return OK;
        size_t behind = after(u, *at, ours ? S("}}") : S("-->"));
        if (behind == 0)
            return unit_fail(u, *at, "this comment is not closed; write %s",
                ours ? "}}" : "-->");
        *at = behind;
    }
}

static struct word next_word(struct head *h)
{
    const char *p = h->u->source.p;
    while (h->at < h->end && (is_blank(p[h->at]) || p[h->at] == '#')) {
        if (p[h->at] == '#') {
            while (h->at < h->end && p[h->at] != '\n')
                h->at++;
        } else {
            h->at++;
        }
    }
    size_t from = h->at;
    while (h->at < h->end && is_word(p[h->at]))
        h->at++;
    if (h->at == from && h->at < h->end)
        h->at++;
    return (struct word){{p + from, h->at - from}, from};
}

static err expect_name(struct head *h, str *name, const char *what)
{
    struct word w = next_word(h);
    if (!unit_is_name(w.text))
        return unit_fail(h->u, w.at, "expected the name of a %s (a-z, 0-9, _; at most %d)", what,
            UNIT_NAME_MAX);
    *name = w.text;
    return OK;
}

static err type_of(struct head *h, struct word w, enum type *type)
{
    for (int t = 0; t < TYPE_N; t++) {
        if (str_eq(w.text, str_of(unit_type_name((enum type)t)))) {
            *type = (enum type)t;
            return OK;
        }
    }
    return unit_fail(h->u, w.at,
        "unknown type '%.*s'; use str, int, bool, time, day, bp, url, html, list, obj or view",
        SHOW(w.text));
}

static err check_new_name(struct head *h, const struct field *f)
{
    if (unit_is_reserved(f->name))
        return unit_fail(h->u, f->at, "'%.*s' is a reserved word; choose another name",
            SHOW(f->name));
    if (unit_field_find(h->open[h->depth]->kids, f->name))
        return unit_fail(h->u, f->at, "the field '%.*s' is declared twice", SHOW(f->name));
    if (++h->fields > UNIT_FIELDS_MAX)
        return unit_fail(h->u, f->at, "more than %d fields; split the view", UNIT_FIELDS_MAX);
    return OK;
}

static void add(struct head *h, struct field *f)
{
    if (h->last[h->depth])
        h->last[h->depth]->next = f;
    else
        h->open[h->depth]->kids = f;
    h->last[h->depth] = f;
}

static err open_braces(struct head *h, struct field *f)
{
    struct word w = next_word(h);
    if (!str_eq(w.text, S("{")))
        return unit_fail(h->u, w.at, "expected { behind '%.*s'", SHOW(f->name));
    if (h->depth == UNIT_FIELD_DEPTH)
        return unit_fail(h->u, w.at, "lists and objects nested deeper than %d", UNIT_FIELD_DEPTH);
    f->tag = str_fmt(h->u->arena, "%.*s_%.*s", STR_F(h->open[h->depth]->tag), STR_F(f->name));
    h->depth++;
    h->open[h->depth] = f;
    h->last[h->depth] = NULL;
    return OK;
}

static err close_braces(struct head *h, size_t at)
{
    if (h->depth == 0)
        return unit_fail(h->u, at, "} without a list or obj to close");
    if (!h->open[h->depth]->kids)
        return unit_fail(h->u, at, "'%.*s' has no fields; declare one",
            SHOW(h->open[h->depth]->name));
    h->depth--;
    return OK;
}

static err other_view(struct head *h, struct field *f)
{
    TRY(expect_name(h, &f->view, "template"));
    f->tag = str_fmt(h->u->arena, "view_%.*s", STR_F(f->view));
    if (str_eq(f->view, h->u->name))
        return unit_fail(h->u, f->at, "a view cannot contain itself");
    return OK;
}

static bool is_view_next(struct head *h)
{
    size_t at = h->at;
    bool is = str_eq(next_word(h).text, S("view"));
    if (!is)
        h->at = at;
    return is;
}

static err parse_field(struct head *h, struct word w)
{
    struct field *f = ARENA_NEW(h->u->arena, struct field);
    if (!f)
        return ERR(NOMEM);
    f->html_only = str_eq(w.text, S("~"));
    if (f->html_only)
        w = next_word(h);
    TRY(type_of(h, w, &f->type));
    f->at = w.at;
    if (f->type == TYPE_VIEW)
        TRY(other_view(h, f));
    TRY(expect_name(h, &f->name, "field"));
    TRY(check_new_name(h, f));
    add(h, f);
    if (f->type == TYPE_LIST && is_view_next(h))
        return other_view(h, f);
    if (f->type == TYPE_LIST || f->type == TYPE_OBJ)
        return open_braces(h, f);
    return OK;
}

/* Two paths can spell the same struct (a_b and a { b }), or that of another view. */
static err check_tags(struct head *h, const struct field *f, const struct field *all)
{
    for (const struct field *g = all; g; g = g->next) {
        bool views = f->view.n != 0 && g->view.n != 0;
        if (f != g && f->tag.n != 0 && !views && str_eq(f->tag, g->tag))
            return unit_fail(h->u, f->at, "'%.*s' gives a second struct %.*s; choose another name",
                SHOW(f->name), STR_F(f->tag));
        if (g->kids)
            TRY(check_tags(h, f, g->kids));
    }
    return OK;
}

static err check_all_tags(struct head *h, const struct field *first)
{
    for (const struct field *f = first; f; f = f->next) {
        TRY(check_tags(h, f, h->u->root.kids));
        TRY(check_all_tags(h, f->kids));
    }
    return OK;
}

static err parse_fields(struct head *h)
{
    for (;;) {
        struct word w = next_word(h);
        if (w.text.n == 0)
            break;
        if (str_eq(w.text, S("}")))
            TRY(close_braces(h, w.at));
        else
            TRY(parse_field(h, w));
    }
    if (h->depth > 0)
        return unit_fail(h->u, h->open[h->depth]->at, "'%.*s' is not closed; write }",
            SHOW(h->open[h->depth]->name));
    return check_all_tags(h, h->u->root.kids);
}

err head_parse(struct unit *u, size_t *end)
{
    size_t at = 0;
    TRY(skip_comments(u, &at));
    if (!str_starts(rest_of(u, at), S("{{view}}")))
        return unit_fail(u, at, "a template begins with {{view}} and the fields of its view");
    size_t behind = after(u, at, S("{{/view}}"));
    if (behind == 0)
        return unit_fail(u, at, "{{view}} is not closed; write {{/view}}");
    u->root = (struct field){.type = TYPE_OBJ, .name = u->name, .at = at};
    u->root.tag = str_fmt(u->arena, "view_%.*s", STR_F(u->name));
    struct head h = {.u = u, .at = at + S("{{view}}").n, .end = behind - S("{{/view}}").n};
    h.open[0] = &u->root;
    TRY(parse_fields(&h));
    *end = behind;
    return OK;
}
