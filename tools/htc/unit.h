/* SPDX-License-Identifier: Apache-2.0 */
/* One compilation: its source, its memory, the fields of its view, and how it reports errors. */
#ifndef HTC_UNIT_H
#define HTC_UNIT_H

#include "core/arena.h"
#include "htc.h"

#define UNIT_NAME_MAX 64   /* bytes of any name */
#define UNIT_FIELDS_MAX 512
#define UNIT_FIELD_DEPTH 8 /* lists and objects inside each other */
#define UNIT_BLOCKS_MAX 32 /* {{#each}} and {{#if}} inside each other */

enum type {
    TYPE_STR,
    TYPE_INT,
    TYPE_BOOL,
    TYPE_TIME,
    TYPE_DAY,
    TYPE_BP,
    TYPE_URL,
    TYPE_HTML,
    TYPE_OBJ,
    TYPE_LIST,
    TYPE_VIEW,
    TYPE_N
};

struct field {
    str name;
    enum type type;
    bool html_only; /* not in the JSON */
    str view;       /* the other template, of TYPE_VIEW and of a list of views; else empty */
    str tag;        /* C struct of an object, a view or a list's element: "view_page_rows" */
    size_t at;
    struct field *kids; /* of TYPE_OBJ, and of TYPE_LIST unless it is of views */
    struct field *next;
};

struct unit {
    str name;
    str source;
    struct arena *arena;
    struct htc_error *error;
    struct field root; /* TYPE_OBJ: the view itself */
};

/* Fills the error with the position of source byte `at`; always INVALID. */
err unit_fail(struct unit *u, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* For %.*s in a message: the beginning of a long text. */
#define SHOW(s) STR_F(str_sub((s), 0, 40))

/* UTF-8 without control bytes other than tab and newline, not too long. */
MUST err unit_check_source(struct unit *u);

/* [a-z][a-z0-9_]*, at most UNIT_NAME_MAX bytes. */
bool unit_is_name(str s);
/* A name C would misread as a member or variable: a keyword, a macro, a poisoned function. */
bool unit_is_reserved(str s);

const char *unit_type_name(enum type t);
const struct field *unit_field_find(const struct field *first, str name);

#endif
