/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a render function while it is being made: literal markup and lines of C. */
#ifndef HTC_CODE_H
#define HTC_CODE_H

#include "core/arena.h"
#include "core/buf.h"

enum op_kind {
    OP_LITERAL, /* text: bytes of markup */
    OP_LINE,    /* text: one line of C */
    OP_OPEN,    /* text: a line that opens a block, "if (x) {" */
    OP_MIDDLE,  /* text: "} else {" */
    OP_CLOSE,   /* "}" */
    OP_N
};

struct op {
    enum op_kind kind;
    bool unused; /* a declaration nothing refers to: left out */
    str text;
    struct op *next;
};

struct code {
    struct arena *arena;
    struct op *first, *last;
    bool uses_ctx, uses_view;
    struct buf literal;  /* markup not yet made an op */
    bool in_blanks;      /* the literal ends in a run of whitespace … */
    size_t blanks_from;  /* … that starts here */
    bool blanks_newline; /* … and has become one newline */
};

struct code code_on(struct arena *a);
void code_done(struct code *c);

/* Literal markup, verbatim. */
void code_raw(struct code *c, str s);
/* Literal text: a run of whitespace with a newline in it becomes one newline. */
void code_text(struct code *c, str s);
/* Ends the literal and adds a line of C, which is copied; NULL when the arena is full. */
struct op *code_add(struct code *c, enum op_kind kind, str line);
struct op *code_addf(struct code *c, enum op_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
void code_flush(struct code *c);

#endif
