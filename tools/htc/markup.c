/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the literal parts of a template through the states of HTML. */
#include "markup.h"

#include "rules.h"

static str ahead(const struct markup *m)
{
    return str_sub(m->u->source, m->at, m->end - m->at);
}

static bool next_is(const struct markup *m, char ch)
{
    return m->at < m->end && m->u->source.p[m->at] == ch;
}

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n';
}

static bool is_name_byte(char ch)
{
    return isalnum((unsigned char)ch) || (ch != '\0' && strchr("-_:.", ch));
}

static size_t name_length(str s)
{
    size_t n = 0;
    while (n < s.n && is_name_byte(s.p[n]))
        n++;
    return n;
}

static size_t blanks_length(str s)
{
    size_t n = 0;
    while (n < s.n && is_blank(s.p[n]))
        n++;
    return n;
}

static void emit_raw(struct markup *m, size_t n)
{
    code_raw(m->code, str_sub(m->u->source, m->at, n));
    m->at += n;
}

static bool keeps_blanks(const struct markup *m)
{
    for (int i = 0; i < m->now.n_open; i++) {
        if (rules_keeps_blanks(m->open[i].name))
            return true;
    }
    return false;
}

static bool in_foreign(const struct markup *m)
{
    for (int i = 0; i < m->now.n_open; i++) {
        if (rules_is_foreign(m->open[i].name))
            return true;
    }
    return false;
}

/* Text up to the next < or the end. */
static void emit_text(struct markup *m)
{
    str s = ahead(m);
    const char *lt = memchr(s.p, '<', s.n);
    size_t n = lt ? (size_t)(lt - s.p) : s.n;
    if (keeps_blanks(m))
        code_raw(m->code, str_sub(s, 0, n));
    else
        code_text(m->code, str_sub(s, 0, n));
    m->at += n;
}

static err end_tag(struct markup *m)
{
    str s = ahead(m);
    str name = str_sub(s, 2, name_length(str_sub(s, 2, s.n)));
    if (name.n == 0 && s.n == 2 && m->end < m->u->source.n)
        return unit_fail(m->u, m->at, "a value cannot stand in a tag name");
    if (name.n == 0 || name.n + 2 >= s.n || s.p[name.n + 2] != '>')
        return unit_fail(m->u, m->at, "an end tag is written </name>, without blanks or values");
    if (rules_is_void(name) && !in_foreign(m))
        return unit_fail(m->u, m->at, "<%.*s> has no end tag; remove it", SHOW(name));
    if (m->now.n_open == 0)
        return unit_fail(m->u, m->at, "</%.*s> closes nothing", SHOW(name));
    const struct open *o = &m->open[m->now.n_open - 1];
    if (!rules_same(o->name, name))
        return unit_fail(m->u, m->at, "</%.*s> where </%.*s> is needed; close elements in order",
            SHOW(name), SHOW(o->name));
    if (o->block != m->block)
        return unit_fail(m->u, m->at, "<%.*s> was opened in another {{#if}} or {{#each}} block",
            SHOW(name));
    if (o->post && !o->csrf)
        return unit_fail(m->u, o->at,
            "a form with method=\"post\" needs {{csrf}} in it, outside of {{#if}} and {{#each}}");
    m->now.n_open--;
    m->now.state = IN_TEXT;
    m->now.tag_at = 0;
    emit_raw(m, name.n + 3);
    return OK;
}

static err start_tag(struct markup *m)
{
    str s = ahead(m);
    str name = str_sub(s, 1, name_length(str_sub(s, 1, s.n)));
    if (name.n > UNIT_NAME_MAX)
        return unit_fail(m->u, m->at, "the name of this tag is too long");
    TRY(rules_element(m, name, m->at));
    m->tag.name = name;
    m->tag.at = m->at;
    m->tag.block = m->block;
    m->tag.n = 0;
    m->now = (struct place){.state = IN_TAG, .tight = true, .tag_at = m->at,
        .n_open = m->now.n_open};
    m->in_name = true;
    emit_raw(m, name.n + 1);
    return OK;
}

static err doctype(struct markup *m)
{
    str s = str_sub(ahead(m), 0, S("<!doctype html>").n);
    if (!rules_same(s, S("<!doctype html>")))
        return unit_fail(m->u, m->at, "only <!doctype html> and <!-- comments --> begin with <!");
    emit_raw(m, s.n);
    return OK;
}

static err less_than(struct markup *m)
{
    str s = ahead(m);
    if (str_starts(s, S("<!--"))) {
        m->now.state = IN_COMMENT;
        m->now.tag_at = m->at;
        emit_raw(m, 4);
        return OK;
    }
    if (str_starts(s, S("<!")))
        return doctype(m);
    if (str_starts(s, S("</")))
        return end_tag(m);
    if (s.n == 1 && m->end < m->u->source.n)
        return unit_fail(m->u, m->at, "a value cannot stand in a tag name");
    if (s.n == 1 || !isalpha((unsigned char)s.p[1]))
        return unit_fail(m->u, m->at, "this < begins no tag; write &lt;");
    return start_tag(m);
}

static err in_text(struct markup *m)
{
    if (next_is(m, '<'))
        return less_than(m);
    emit_text(m);
    return OK;
}

static err in_rcdata(struct markup *m)
{
    if (!next_is(m, '<')) {
        emit_text(m);
        return OK;
    }
    if (m->plain)
        return unit_fail(m->u, m->at, "{{title}} is text without markup; write &lt; for <");
    str s = ahead(m);
    const struct open *o = &m->open[m->now.n_open - 1];
    if (!str_starts(s, S("</")) || !rules_same(str_sub(s, 2, o->name.n), o->name))
        return unit_fail(m->u, m->at, "no markup in <%.*s>; write &lt; for <", SHOW(o->name));
    return end_tag(m);
}

static err in_script(struct markup *m)
{
    str s = ahead(m);
    size_t blanks = blanks_length(s);
    if (blanks > 0) {
        emit_raw(m, blanks);
        return OK;
    }
    if (!rules_same(str_sub(s, 0, 9), S("</script>")))
        return unit_fail(m->u, m->at, "<script src> must be empty; put the code into the file");
    return end_tag(m);
}

static err in_comment(struct markup *m)
{
    str s = ahead(m);
    bool first = m->at == m->now.tag_at + 4;
    if (str_starts(s, S("-->"))) {
        m->now.state = IN_TEXT;
        m->now.tag_at = 0;
        emit_raw(m, 3);
        return OK;
    }
    bool early = first && (str_starts(s, S(">")) || str_starts(s, S("->")));
    if (early || str_starts(s, S("--!>")) || str_starts(s, S("<!--")))
        return unit_fail(m->u, m->at, "browsers disagree where this comment ends; rewrite it");
    emit_raw(m, 1);
    return OK;
}

static err push(struct markup *m)
{
    if (m->now.n_open == MARKUP_OPEN_MAX)
        return unit_fail(m->u, m->tag.at, "elements nested deeper than %d", MARKUP_OPEN_MAX);
    m->open[m->now.n_open++] = (struct open){.name = m->tag.name, .at = m->tag.at,
        .block = m->block};
    return OK;
}

/* A browser drops a newline right behind <textarea> or <pre>, so a value that begins with one
 * would lose it on each round trip through the form. */
static void guard_newline(struct markup *m)
{
    if (rules_keeps_blanks(m->tag.name) && m->at == m->end)
        code_raw(m->code, S("\n"));
}

static err finish_tag(struct markup *m, bool closed)
{
    str name = m->tag.name;
    if (m->block != m->tag.block)
        return unit_fail(m->u, m->at, "this > closes a tag opened outside of the block");
    bool is_void = rules_is_void(name) && !in_foreign(m);
    if (closed && !is_void && !in_foreign(m))
        return unit_fail(m->u, m->at, "<%.*s/> is not closed for a browser; write <%.*s></%.*s>",
            SHOW(name), SHOW(name), SHOW(name));
    m->now.state = IN_TEXT;
    if (!is_void && !closed) {
        TRY(push(m));
        if (rules_is_rcdata(name))
            m->now.state = IN_RCDATA;
        else if (rules_same(name, S("script")))
            m->now.state = IN_SCRIPT;
    }
    TRY(rules_start_tag(m));
    m->now.tag_at = m->now.state == IN_TEXT ? 0 : m->tag.at;
    emit_raw(m, closed ? 2 : 1);
    if (!closed)
        guard_newline(m);
    return OK;
}

static err add_attr(struct markup *m, str name)
{
    struct tag *t = &m->tag;
    for (int i = 0; i < t->n; i++) {
        if (!t->attrs[i].other_branch && rules_same(t->attrs[i].name, name))
            return unit_fail(m->u, m->at, "the attribute '%.*s' stands twice in this tag",
                SHOW(name));
    }
    if (t->n == MARKUP_ATTRS_MAX)
        return unit_fail(m->u, m->at, "more than %d attributes in a tag", MARKUP_ATTRS_MAX);
    t->attrs[t->n++] = (struct attr){.name = name, .at = m->at, .block = m->block};
    return OK;
}

static err attr_name(struct markup *m)
{
    size_t n = name_length(ahead(m));
    str name = str_sub(ahead(m), 0, n);
    if (n == 0 || !isalpha((unsigned char)name.p[0]))
        return unit_fail(m->u, m->at,
            "expected an attribute name=\"value\" without blanks around =, or >");
    if (m->now.tight)
        return unit_fail(m->u, m->at,
            "put a blank before this attribute (or a quote is missing before it)");
    TRY(rules_attr(m, name, m->at));
    TRY(add_attr(m, name));
    m->now.attr_at = m->at;
    emit_raw(m, n);
    m->now.tight = true;
    if (next_is(m, '=')) {
        m->now.state = IN_EQUALS;
        emit_raw(m, 1);
    }
    return OK;
}

static err in_tag(struct markup *m)
{
    str s = ahead(m);
    size_t blanks = blanks_length(s);
    if (blanks > 0) {
        emit_raw(m, blanks);
        m->now.tight = false;
        m->in_name = false;
        return OK;
    }
    if (next_is(m, '>'))
        return finish_tag(m, false);
    if (str_starts(s, S("/>")))
        return finish_tag(m, true);
    return attr_name(m);
}

static err in_equals(struct markup *m)
{
    if (next_is(m, '\''))
        return unit_fail(m->u, m->at, "single-quoted attribute value; use double quotes");
    if (!next_is(m, '"'))
        return unit_fail(m->u, m->at, "unquoted attribute value; use double quotes");
    struct attr *a = &m->tag.attrs[m->tag.n - 1];
    a->has_value = true;
    m->now.state = IN_VALUE;
    m->now.url = rules_is_url(a->name) ? URL_START : URL_NOT;
    emit_raw(m, 1);
    m->value_at = m->at;
    return OK;
}

static void value_end(struct markup *m)
{
    struct attr *a = &m->tag.attrs[m->tag.n - 1];
    a->raw = str_sub(m->u->source, m->value_at, m->at - m->value_at);
    m->now.state = IN_TAG; /* still tight */
    m->now.url = URL_NOT;
    emit_raw(m, 1);
}

static err url_literal(struct markup *m)
{
    bool base = false;
    TRY(url_byte(m, m->at, &base));
    if (base) {
        code_add(m->code, OP_LINE, S("html_attr(out, c->base);"));
        m->code->uses_ctx = true;
    }
    emit_raw(m, 1);
    return OK;
}

static err in_value(struct markup *m)
{
    if (next_is(m, '"')) {
        value_end(m);
        return OK;
    }
    if (next_is(m, '<'))
        return unit_fail(m->u, m->at,
            "< in an attribute value: a closing quote is missing, or write &lt;");
    if (m->now.url != URL_NOT)
        return url_literal(m);
    emit_raw(m, 1);
    return OK;
}

err markup_literal(struct markup *m, size_t from, size_t to)
{
    static err (*const step[STATE_N])(struct markup *) = {
        [IN_TEXT] = in_text,
        [IN_RCDATA] = in_rcdata,
        [IN_SCRIPT] = in_script,
        [IN_COMMENT] = in_comment,
        [IN_TAG] = in_tag,
        [IN_EQUALS] = in_equals,
        [IN_VALUE] = in_value,
    };
    m->at = from;
    m->end = to;
    while (m->at < m->end)
        TRY(step[m->now.state](m));
    return OK;
}

static err refuse(struct markup *m, size_t at, const char *what)
{
    static const char *const places[STATE_N] = {
        [IN_TEXT] = "in text",
        [IN_RCDATA] = "in <title> or <textarea>",
        [IN_SCRIPT] = "in <script>",
        [IN_COMMENT] = "in a comment",
        [IN_TAG] = "in an attribute name",
        [IN_EQUALS] = "in an unquoted attribute value; use double quotes",
        [IN_VALUE] = "in an attribute value",
    };
    bool in_name = m->now.state == IN_TAG && m->in_name;
    return unit_fail(m->u, at, "%s cannot stand %s", what,
        in_name ? "in a tag name" : places[m->now.state]);
}

/* Between <title> and </title>: escaped text may stand there, see html_title(). */
static bool in_title(const struct markup *m)
{
    return m->now.state == IN_RCDATA && !m->plain &&
        rules_same(m->open[m->now.n_open - 1].name, S("title"));
}

err markup_value(struct markup *m, size_t at, enum type type, enum where *where)
{
    static const enum where places[STATE_N] = {
        [IN_TEXT] = WHERE_TEXT, [IN_RCDATA] = WHERE_RCDATA, [IN_VALUE] = WHERE_ATTR};
    bool allowed = m->now.state == IN_TEXT || m->now.state == IN_RCDATA ||
        m->now.state == IN_VALUE;
    if (!allowed)
        return refuse(m, at, "a value");
    if (type == TYPE_HTML && m->now.state != IN_TEXT && !in_title(m))
        return refuse(m, at, "a value of type html");
    if (m->now.url != URL_NOT)
        return url_value(m, at, type, where);
    *where = places[m->now.state];
    return OK;
}

err markup_include(struct markup *m, size_t at)
{
    return m->now.state == IN_TEXT ? OK : refuse(m, at, "another template");
}

err markup_csrf(struct markup *m, size_t at)
{
    if (m->now.state != IN_TEXT)
        return refuse(m, at, "{{csrf}}");
    for (int i = m->now.n_open; i-- > 0;) {
        struct open *o = &m->open[i];
        if (!o->post)
            continue;
        o->csrf |= o->block == m->block;
        return OK;
    }
    return unit_fail(m->u, at, "{{csrf}} cannot stand outside of <form method=\"post\">");
}

err markup_note(struct markup *m, size_t at)
{
    return m->now.state == IN_COMMENT ? refuse(m, at, "a statement") : OK;
}

err markup_end(struct markup *m)
{
    static const char *const open[STATE_N] = {
        [IN_SCRIPT] = "<script> is not closed; write </script>",
        [IN_COMMENT] = "this comment is not closed; write -->",
        [IN_TAG] = "this tag is not closed; write >",
        [IN_EQUALS] = "this tag ends in =; write =\"\"",
        [IN_VALUE] = "this attribute value has no closing quote; write \"",
    };
    if (m->plain)
        return OK;
    if (open[m->now.state])
        return unit_fail(m->u, m->now.state == IN_VALUE ? m->now.attr_at : m->now.tag_at, "%s",
            open[m->now.state]);
    if (m->now.n_open > 0) {
        const struct open *o = &m->open[m->now.n_open - 1];
        return unit_fail(m->u, o->at, "<%.*s> is not closed; write </%.*s>", SHOW(o->name),
            SHOW(o->name));
    }
    return rules_labels(m);
}

static bool same_place(struct place a, struct place b)
{
    return a.state == b.state && a.n_open == b.n_open && a.tag_at == b.tag_at &&
        (a.state != IN_VALUE || a.attr_at == b.attr_at);
}

/* URL_SLASH is the stricter twin of URL_REST: what is safe behind it is safe behind both. */
static bool join_url(enum url *a, enum url b)
{
    bool slash_a = *a == URL_SLASH || *a == URL_REST;
    bool slash_b = b == URL_SLASH || b == URL_REST;
    if (*a == b)
        return true;
    *a = URL_SLASH;
    return slash_a && slash_b;
}

/* Behind the block we are in `p`, too. */
static err join(struct markup *m, size_t at, struct branches *b, struct place p)
{
    if (!b->has_after) {
        b->has_after = true;
        b->after = p;
        return OK;
    }
    b->after.tight |= p.tight;
    if (!join_url(&b->after.url, p.url))
        return unit_fail(m->u, at, "the URL is not at the same point in all branches; "
            "write the whole attribute in each branch");
    return OK;
}

err markup_block(struct markup *m, size_t at, bool loop, struct branches *b)
{
    bool allowed = m->now.state == IN_TEXT || m->now.state == IN_RCDATA ||
        m->now.state == IN_VALUE || (m->now.state == IN_TAG && !loop);
    if (!allowed)
        return refuse(m, at, loop ? "{{#each}}" : "{{#if}}");
    *b = (struct branches){.at = at, .start = m->now, .attrs = m->tag.n};
    m->block++;
    return OK;
}

static err end_of_branch(struct markup *m, size_t at, struct branches *b)
{
    if (m->now.n_open > b->start.n_open) {
        const struct open *o = &m->open[m->now.n_open - 1];
        return unit_fail(m->u, o->at, "<%.*s> is not closed in the block it was opened in",
            SHOW(o->name));
    }
    if (!same_place(m->now, b->start))
        return unit_fail(m->u, at, "the block ends in another place of the markup than it began");
    return join(m, at, b, m->now);
}

err markup_branch(struct markup *m, size_t at, struct branches *b)
{
    TRY(end_of_branch(m, at, b));
    m->now = b->start;
    for (int i = b->attrs; i < m->tag.n; i++)
        m->tag.attrs[i].other_branch = true;
    return OK;
}

err markup_block_end(struct markup *m, size_t at, struct branches *b, bool always)
{
    TRY(end_of_branch(m, at, b));
    if (!always)
        TRY(join(m, at, b, b->start));
    m->now = b->after;
    m->block--;
    for (int i = b->attrs; m->now.state == IN_TAG && i < m->tag.n; i++)
        m->tag.attrs[i].other_branch = false;
    return OK;
}
