/* SPDX-License-Identifier: Apache-2.0 */
/* A paper on pages of A4. It is laid out twice: once to know how many pages there are, once to draw them. */
#include "core/sheet_private.h"

#include <cairo-pdf.h>

/* Points. */
static const double page_width = 595.276, page_height = 841.89, margin = 56.7, foot_height = 30, pad = 4,
                    label_width = 130;

/* How each kind of text is set. */
struct style {
    enum sheet_face face;
    double size, line, above, below; /* line: from one baseline to the next */
};
static const struct style title_style = {FACE_BOLD, 16, 24, 0, 4}, head_style = {FACE_REGULAR, 9.5, 15, 0, 0},
                          section_style = {FACE_BOLD, 12, 19, 12, 3}, text_style = {FACE_REGULAR, 10.5, 17.5, 2, 2},
                          label_style = {FACE_BOLD, 9.5, 15, 0, 0}, cell_style = {FACE_REGULAR, 10, 16, 0, 0},
                          band_style = {FACE_BOLD, 11, 17, 0, 8}, foot_style = {FACE_REGULAR, 8, 10, 0, 0};

struct layout {
    struct arena *a;
    const struct sheet *s;
    cairo_t *cr;   /* NULL: only counted */
    double y;      /* the next line begins here */
    int page, pages;
    const struct sheet_record *columns; /* of the table that is being drawn */
    double width[SHEET_COLUMN];         /* of its columns */
};

static double bottom(void)
{
    return page_height - margin - foot_height;
}

static double inner(void)
{
    return page_width - 2 * margin;
}

/* One line of a text, its top at y. */
static void put_piece(const struct layout *p, const struct style *st, double x, double y, const struct sheet_piece *l)
{
    if (!p->cr || l->n == 0)
        return;
    sheet_draw(p->cr, st->face, st->size, x, y + st->line / 2 + st->size * 0.38, l);
}

static void put_box(const struct layout *p, double x, double y, double w, double h, double grey)
{
    if (!p->cr)
        return;
    if (grey < 1) {
        cairo_set_source_rgb(p->cr, grey, grey, grey);
        cairo_rectangle(p->cr, x, y, w, h);
        cairo_fill(p->cr);
    }
    cairo_set_source_rgb(p->cr, 0.35, 0.35, 0.35);
    cairo_set_line_width(p->cr, 0.5);
    cairo_rectangle(p->cr, x, y, w, h);
    cairo_stroke(p->cr);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
}

/* ── pages ── */

static err put_foot(struct layout *p)
{
    struct sheet_lines left, right;
    double y = page_height - margin - foot_style.line;
    str number = str_fmt(p->a, "%d / %d", p->page, p->pages);
    TRY(sheet_break(p->a, foot_style.face, foot_style.size, inner() - 60, p->s->foot, &left));
    TRY(sheet_break(p->a, foot_style.face, foot_style.size, 60, number, &right));
    put_piece(p, &foot_style, margin, y, &left.v[0]);
    put_piece(p, &foot_style, page_width - margin - right.v[0].width, y, &right.v[0]);
    return OK;
}

static err put_band(struct layout *p)
{
    struct sheet_lines l;
    if (p->s->band.n == 0)
        return OK;
    TRY(sheet_break(p->a, band_style.face, band_style.size, inner() - 2 * pad, p->s->band, &l));
    double h = band_style.line * (double)l.n + 2 * pad;
    put_box(p, margin, p->y, inner(), h, 0.88);
    for (size_t i = 0; i < l.n; i++)
        put_piece(p, &band_style, margin + (inner() - l.v[i].width) / 2, p->y + pad + band_style.line * (double)i, &l.v[i]);
    p->y += h + band_style.below;
    return OK;
}

static err begin_page(struct layout *p)
{
    if (p->page > 0 && p->cr)
        cairo_show_page(p->cr);
    if (++p->page > SHEET_PAGES)
        return ERR(LIMIT);
    p->y = margin;
    TRY(put_foot(p));
    return put_band(p);
}

/* A new page when less than that is left on this one. */
static err want(struct layout *p, double height)
{
    return p->y + height > bottom() ? begin_page(p) : OK;
}

/* ── what stands on them ── */

static err put_text(struct layout *p, const struct style *st, str text, bool right)
{
    struct sheet_lines l;
    TRY(sheet_break(p->a, st->face, st->size, inner(), text, &l));
    p->y += st->above;
    for (size_t i = 0; i < l.n; i++) {
        TRY(want(p, st->line));
        put_piece(p, st, right ? page_width - margin - l.v[i].width : margin, p->y, &l.v[i]);
        p->y += st->line;
    }
    p->y += st->below;
    return OK;
}

/* A row of boxes: texts side by side, that go on over as many pages as they need. */
struct boxes {
    size_t n;
    const struct style *style[SHEET_COLUMN];
    double width[SHEET_COLUMN], grey[SHEET_COLUMN];
    struct sheet_lines lines[SHEET_COLUMN];
    bool named;  /* the first one names the row: again on each page it goes on to */
    size_t most; /* lines of the longest */
    double line; /* height of one */
};

/* Lines from..from+n of each. */
static void put_part(struct layout *p, const struct boxes *b, size_t from, size_t n)
{
    double x = margin, h = b->line * (double)n + 2 * pad;
    for (size_t c = 0; c < b->n; c++) {
        size_t first = b->named && c == 0 ? 0 : from;
        put_box(p, x, p->y, b->width[c], h, b->grey[c]);
        for (size_t i = first; i < first + n && i < b->lines[c].n; i++)
            put_piece(p, b->style[c], x + pad, p->y + pad + b->line * (double)(i - first), &b->lines[c].v[i]);
        x += b->width[c];
    }
    p->y += h;
}

static err break_boxes(struct layout *p, const struct sheet_record *r, struct boxes *b)
{
    b->n = r->n;
    for (size_t c = 0; c < r->n; c++) {
        const struct style *st = b->style[c];
        TRY(sheet_break(p->a, st->face, st->size, b->width[c] - 2 * pad, r->cell[c], &b->lines[c]));
        b->most = b->lines[c].n > b->most ? b->lines[c].n : b->most;
        b->line = st->line > b->line ? st->line : b->line;
    }
    return OK;
}

static err put_heads(struct layout *p)
{
    struct boxes b = {0};
    if (!p->columns)
        return OK;
    for (size_t c = 0; c < SHEET_COLUMN; c++) {
        b.style[c] = &label_style;
        b.width[c] = p->width[c];
        b.grey[c] = 0.92;
    }
    TRY(break_boxes(p, p->columns, &b));
    put_part(p, &b, 0, b.most < 4 ? b.most : 4);
    return OK;
}

static err put_boxes(struct layout *p, const struct boxes *b)
{
    enum { TOGETHER = 3 }; /* lines that are not left alone at the end of a page */
    for (size_t from = 0; from < b->most;) {
        size_t left = b->most - from, least = left < TOGETHER ? left : TOGETHER;
        if (p->y + b->line * (double)least + 2 * pad > bottom()) {
            TRY(begin_page(p));
            TRY(put_heads(p));
        }
        double room = (bottom() - p->y - 2 * pad) / b->line;
        size_t n = room < 1 ? 1 : (size_t)room;
        n = n < left ? n : left;
        put_part(p, b, from, n);
        from += n;
    }
    return OK;
}

static err put_row(struct layout *p, const struct sheet_record *r)
{
    struct boxes b = {.style = {&label_style, &cell_style}, .width = {label_width, inner() - label_width}, .grey = {0.94, 1}, .named = true};
    TRY(break_boxes(p, r, &b));
    return put_boxes(p, &b);
}

static err put_cells(struct layout *p, const struct sheet_record *r)
{
    struct boxes b = {0};
    for (size_t c = 0; c < SHEET_COLUMN; c++) {
        b.style[c] = &cell_style;
        b.width[c] = p->columns && c < p->columns->n ? p->width[c] : inner() / (double)r->n;
        b.grey[c] = 1;
    }
    if (p->columns && r->n != p->columns->n)
        return ERR(INVALID);
    TRY(break_boxes(p, r, &b));
    return put_boxes(p, &b);
}

/* A column is as wide as its longest text asks, between narrow and wide. */
static void measure(struct layout *p, const struct sheet_record *head)
{
    double share[SHEET_COLUMN] = {0}, sum = 0;
    const struct sheet_record *end = p->s->v + p->s->n;
    for (size_t c = 0; c < head->n; c++) {
        size_t most = 4;
        for (const struct sheet_record *r = head; r < end && (r == head || r->kind == SHEET_CELLS); r++) {
            size_t n = c < r->n ? str_chars(r->cell[c]) : 0;
            most = n > most ? n : most;
        }
        share[c] = most < 30 ? (double)most : 30;
        sum += share[c];
    }
    for (size_t c = 0; c < head->n; c++)
        p->width[c] = inner() * share[c] / sum;
}

static err put_columns(struct layout *p, const struct sheet_record *r)
{
    p->columns = r;
    measure(p, r);
    TRY(want(p, 5 * cell_style.line));
    return put_heads(p);
}

static err put_record(struct layout *p, const struct sheet_record *r)
{
    if (r->kind != SHEET_CELLS && r->kind != SHEET_COLUMNS)
        p->columns = NULL;
    switch (r->kind) {
    case SHEET_HEAD:
        return put_text(p, &head_style, r->cell[0], false);
    case SHEET_RIGHT:
        return put_text(p, &text_style, r->cell[0], true);
    case SHEET_SECTION: /* never alone at the end of a page */
        TRY(want(p, section_style.above + section_style.line + 4 * text_style.line));
        return put_text(p, &section_style, r->cell[0], false);
    case SHEET_TEXT:
        return put_text(p, &text_style, r->cell[0], false);
    case SHEET_ROW:
        return put_row(p, r);
    case SHEET_COLUMNS:
        return put_columns(p, r);
    case SHEET_CELLS:
        return put_cells(p, r);
    case SHEET_TITLE:
    case SHEET_BAND:
    case SHEET_FOOT:
    case SHEET_AT:
        break;
    }
    return OK;
}

static err lay_out(struct layout *p)
{
    TRY(begin_page(p));
    TRY(put_text(p, &title_style, p->s->title, false));
    for (size_t i = 0; i < p->s->n; i++) {
        enum sheet_kind now = p->s->v[i].kind, before = i ? p->s->v[i - 1].kind : now;
        if (now != before && (before == SHEET_HEAD || before == SHEET_TEXT || before == SHEET_ROW))
            p->y += 6;
        TRY(put_record(p, &p->s->v[i]));
    }
    return OK;
}

/* ── the file ── */

/* The pages' numbers are known only when all are counted. */
static err put_digits(struct arena *a)
{
    struct sheet_lines l;
    return sheet_break(a, foot_style.face, foot_style.size, 60, S("0123456789"), &l);
}

static cairo_status_t keep(void *out, const unsigned char *p, unsigned n)
{
    struct buf *b = out;
    buf_put(b, (const char *)p, n);
    return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void say_about(cairo_surface_t *surface, struct arena *a, const struct sheet *s)
{
    const char *title = str_z(a, s->title), *at = str_z(a, s->at);
    if (title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    if (at && s->at.n) {
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, at);
    }
}

err sheet_pdf(struct arena *a, const struct sheet *s, struct buf *out)
{
    struct layout counted = {.a = a, .s = s};
    if (!sheet_has_fonts())
        return ERR(NOTFOUND);
    sheet_fonts_begin();
    TRY(lay_out(&counted));
    TRY(put_digits(a));
    TRY(sheet_fonts_cut());
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, out, page_width, page_height);
    say_about(surface, a, s);
    struct layout drawn = {.a = a, .s = s, .cr = cairo_create(surface), .pages = counted.page};
    err e = lay_out(&drawn);
    cairo_show_page(drawn.cr);
    cairo_status_t made = cairo_status(drawn.cr);
    cairo_destroy(drawn.cr);
    cairo_surface_finish(surface);
    made = made ? made : cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    TRY(e);
    TRY(buf_status(out));
    return made == CAIRO_STATUS_SUCCESS ? OK : ERR(NOMEM);
}
