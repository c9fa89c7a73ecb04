/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of {{#if}} and {{#elif}}: terms joined by "and" or by "or". */
#include "quote.h"
#include "scope.h"

#define TEXT_MAX 200
#define TERMS_MAX 64

struct cond {
    struct scope *s;
    str rest;
    size_t at; /* of rest in the source */
    struct buf out;
};

static err fail(const struct cond *c, const char *what)
{
    return unit_fail(c->s->u, c->at, "%s; a term is x, !x, x == 3, x != 3 or x == \"text\"", what);
}

static void advance(struct cond *c, size_t n)
{
    c->rest = str_sub(c->rest, n, c->rest.n);
    c->at += n;
}

static void skip_blanks(struct cond *c)
{
    while (str_starts(c->rest, S(" ")) || str_starts(c->rest, S("\t")))
        advance(c, 1);
}

static str take(struct cond *c, size_t n)
{
    str word = str_sub(c->rest, 0, n);
    advance(c, n);
    skip_blanks(c);
    return word;
}

static str take_word(struct cond *c)
{
    size_t n = 0;
    while (n < c->rest.n && !strchr(" \t!=\"", c->rest.p[n]))
        n++;
    return take(c, n);
}

/* What makes a value of each type false: expr + member == none. */
static const struct {
    const char *member, *none;
} falsehood[TYPE_N] = {
    [TYPE_STR] = {".n", "0"},  [TYPE_URL] = {".n", "0"}, [TYPE_HTML] = {".s.n", "0"},
    [TYPE_LIST] = {".n", "0"}, [TYPE_INT] = {"", "0"},   [TYPE_BP] = {"", "0"},
    [TYPE_TIME] = {"", "0"},   [TYPE_DAY] = {"", "DAY_NONE"},
};

static void put_bool(struct cond *c, str expr, bool negated)
{
    bool compares = str_has(expr, S(" ")); /* @first and @last */
    if (negated)
        buf_str(&c->out, compares ? S("!(") : S("!"));
    buf_str(&c->out, expr);
    if (negated && compares)
        buf_char(&c->out, ')');
}

static err put_truth(struct cond *c, struct value v, size_t at, bool negated)
{
    if (v.type == TYPE_BOOL) {
        put_bool(c, v.expr, negated);
        return OK;
    }
    if (!falsehood[v.type].none)
        return unit_fail(c->s->u, at, "a %s is neither true nor false; name one of its fields",
            unit_type_name(v.type));
    buf_str(&c->out, v.expr);
    buf_fmt(&c->out, "%s %s %s", falsehood[v.type].member, negated ? "==" : "!=",
        falsehood[v.type].none);
    return OK;
}

static err put_text_test(struct cond *c, struct value v, size_t at, bool equal)
{
    const char *end = c->rest.n > 1 ? memchr(c->rest.p + 1, '"', c->rest.n - 1) : NULL;
    if (!end)
        return fail(c, "the text has no closing quote");
    str text = {c->rest.p + 1, (size_t)(end - c->rest.p) - 1};
    if (text.n > TEXT_MAX)
        return fail(c, "the text is longer than 200 bytes");
    if (v.type != TYPE_STR && v.type != TYPE_URL)
        return unit_fail(c->s->u, at, "a %s cannot be compared with a text",
            unit_type_name(v.type));
    buf_str(&c->out, equal ? S("str_eq(") : S("!str_eq("));
    buf_str(&c->out, v.expr);
    buf_lit(&c->out, ", S(");
    quote_text(&c->out, text);
    buf_lit(&c->out, "))");
    take(c, text.n + 2);
    return OK;
}

static err put_number_test(struct cond *c, struct value v, size_t at, bool equal)
{
    int64_t number;
    size_t number_at = c->at;
    str word = take_word(c);
    if (err_is(parse_i64(word, INT64_MIN + 1, INT64_MAX, &number)))
        return unit_fail(c->s->u, number_at, "'%.*s' is neither a whole number nor a \"text\"",
            SHOW(word));
    if (v.type != TYPE_INT && v.type != TYPE_BP)
        return unit_fail(c->s->u, at, "a %s cannot be compared with a number",
            unit_type_name(v.type));
    buf_str(&c->out, v.expr);
    buf_fmt(&c->out, " %s INT64_C(%lld)", equal ? "==" : "!=", (long long)number);
    return OK;
}

static err put_term(struct cond *c)
{
    struct value v;
    bool negated = str_starts(c->rest, S("!"));
    if (negated)
        take(c, 1);
    size_t at = c->at;
    str path = take_word(c);
    if (path.n == 0)
        return fail(c, "a name is missing");
    TRY(scope_resolve(c->s, path, at, &v));
    bool equal = str_starts(c->rest, S("=="));
    if (!equal && !str_starts(c->rest, S("!=")))
        return put_truth(c, v, at, negated);
    if (negated)
        return fail(c, "! and a comparison together");
    take(c, 2);
    if (str_starts(c->rest, S("\"")))
        return put_text_test(c, v, at, equal);
    return put_number_test(c, v, at, equal);
}

static err put_terms(struct cond *c)
{
    str joined = STR_NONE;
    for (int terms = 1;; terms++) {
        TRY(put_term(c));
        if (c->rest.n == 0)
            return OK;
        if (terms == TERMS_MAX)
            return fail(c, "too many terms");
        str word = take_word(c);
        if (!str_eq(word, S("and")) && !str_eq(word, S("or")))
            return fail(c, "expected 'and', 'or' or the end");
        if (joined.n > 0 && !str_eq(joined, word))
            return fail(c, "'and' and 'or' cannot be mixed; use an {{#if}} inside");
        joined = word;
        buf_str(&c->out, str_eq(word, S("and")) ? S(" && ") : S(" || "));
    }
}

err scope_condition(struct scope *s, str cond, size_t at, str *out)
{
    struct cond c = {.s = s, .rest = cond, .at = at, .out = BUF(1 << 20)};
    skip_blanks(&c);
    err e = put_terms(&c);
    *out = str_dup(s->u->arena, buf_view(&c.out));
    buf_free(&c.out);
    return e;
}
