/* SPDX-License-Identifier: Apache-2.0 */
/* Collects literal markup and lines of C in the order they will run. */
#include "code.h"

#include "htc.h"

struct code code_on(struct arena *a)
{
    /* A literal is never longer than the source plus a few newlines of the compiler's own. */
    return (struct code){.arena = a, .literal = BUF(2 * HTC_SOURCE_MAX)};
}

void code_done(struct code *c)
{
    buf_free(&c->literal);
}

static struct op *append(struct code *c, enum op_kind kind, str text)
{
    struct op *op = ARENA_NEW(c->arena, struct op);
    if (!op)
        return NULL;
    op->kind = kind;
    op->text = text;
    if (c->last)
        c->last->next = op;
    else
        c->first = op;
    c->last = op;
    return op;
}

void code_flush(struct code *c)
{
    if (c->literal.n > 0)
        append(c, OP_LITERAL, str_dup(c->arena, buf_view(&c->literal)));
    c->literal.n = 0;
    c->in_blanks = false;
}

void code_raw(struct code *c, str s)
{
    c->in_blanks = false;
    buf_str(&c->literal, s);
}

static void put_blank(struct code *c, char ch)
{
    if (!c->in_blanks) {
        c->in_blanks = true;
        c->blanks_from = c->literal.n;
        c->blanks_newline = false;
    }
    if (c->blanks_newline)
        return;
    if (ch == '\n') {
        c->literal.n = c->blanks_from;
        c->blanks_newline = true;
    }
    buf_char(&c->literal, ch);
}

void code_text(struct code *c, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n')
            put_blank(c, s.p[i]);
        else
            code_raw(c, str_sub(s, i, 1));
    }
}

struct op *code_add(struct code *c, enum op_kind kind, str line)
{
    code_flush(c);
    return append(c, kind, str_dup(c->arena, line));
}

struct op *code_addf(struct code *c, enum op_kind kind, const char *fmt, ...)
{
    char line[2048]; /* paths are at most 9 names of UNIT_NAME_MAX bytes */
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    BUG_IF(n < 0 || (size_t)n >= sizeof line);
    return code_add(c, kind, (str){line, (size_t)n});
}
