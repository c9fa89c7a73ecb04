/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the two C files of a compiled template. */
#ifndef HTC_EMIT_H
#define HTC_EMIT_H

#include "code.h"
#include "unit.h"

/* name.ht.h: the structs of the view and the prototypes. */
void emit_header(struct buf *b, const struct unit *u);
/* name.ht.c: title (NULL for a part), HTML and JSON. */
void emit_source(struct buf *b, const struct unit *u, const struct code *title,
    const struct code *body);

/* The function view_name_json. */
void emit_json(struct buf *b, const struct unit *u);
/* Tables of struct view_field, of an object and all inside it: fields_view_name[]. */
void emit_fields(struct buf *b, const struct field *of);

#endif
