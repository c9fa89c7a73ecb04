/* SPDX-License-Identifier: Apache-2.0 */
/* What names mean: a path like row.name becomes a C expression with a type. */
#ifndef HTC_SCOPE_H
#define HTC_SCOPE_H

#include "code.h"
#include "unit.h"

struct loop {
    str var;
    struct value {
        const struct field *field; /* NULL for the builtins */
        enum type type;
        str expr;     /* C: "v->rows", "row_1->name", "(int64_t)i1" */
        bool pointer; /* the element of a loop itself: expr points to it */
    } list;
    struct op *declaration; /* of the pointer to the element */
};

struct scope {
    struct unit *u;
    struct code *code; /* is told what the expressions use */
    struct loop loops[UNIT_BLOCKS_MAX];
    int n;
};

/* Looks up "a", "a.b", "@first", "@last" or "@index"; at: where the path stands in the source. */
MUST err scope_resolve(struct scope *s, str path, size_t at, struct value *out);

/* Begins a loop over a list and writes its opening lines; var is the element's name inside. */
MUST err scope_loop_open(struct scope *s, struct value list, str var, size_t at);
void scope_loop_close(struct scope *s);

/* "x and !y and z == 3" as a C expression in the arena. */
MUST err scope_condition(struct scope *s, str cond, size_t at, str *out);

#endif
