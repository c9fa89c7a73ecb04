/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of sheet. */
#ifndef CORE_SHEET_PRIVATE_H
#define CORE_SHEET_PRIVATE_H

#include "core/arena.h"
#include "core/sheet.h"

struct sheet_record {
    enum sheet_kind kind;
    size_t n;
    str cell[SHEET_COLUMN];
};

struct sheet {
    struct sheet_record *v; /* what flows over the pages, in order */
    size_t n;
    str title, band, foot, at;
    size_t columns;         /* the most cells of a record */
};

/* Everything in a, the text of it without what cannot be printed. INVALID, LIMIT, NOMEM. */
MUST err sheet_read(struct arena *a, str description, struct sheet *out);

MUST err sheet_pdf(struct arena *a, const struct sheet *s, struct buf *out);
MUST err sheet_xlsx(struct arena *a, const struct sheet *s, struct buf *out);

/* ── sheet_text.c: lines of text ── */

enum sheet_face { FACE_REGULAR, FACE_BOLD, FACES };

typedef struct _cairo cairo_t; /* NOLINT: cairo's own name */
struct sheet_glyph {
    unsigned index; /* in the font */
    size_t from, n; /* the bytes of the text that it (with the next ones of the same bytes) draws */
    double dx, dy, width;
};
struct sheet_piece { /* one line */
    str text;
    const struct sheet_glyph *v;
    size_t n;
    double width;
};
struct sheet_lines {
    struct sheet_piece *v;
    size_t n;
};
/* The text broken into lines of that width by the rules of Japanese (行頭・行末禁則), sizes in points; at least one
 * line. Words of Latin letters and numbers stay whole where they can. */
MUST err sheet_break(
    struct arena *a, enum sheet_face face, double size, double width, str text, struct sheet_lines *out);
/* What is broken between these two can be drawn afterwards; nothing else can. */
void sheet_fonts_begin(void);
MUST err sheet_fonts_cut(void);
/* With its baseline at y. */
void sheet_draw(cairo_t *cr, enum sheet_face face, double size, double x, double y, const struct sheet_piece *l);

#endif
