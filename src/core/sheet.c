/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of papers: a record is
 *   kind:u8 cells:u8 { bytes:u32 text }
 * in the byte order of this machine, which they never leave. */
#include "core/sheet_private.h"

static const struct {
    const char *media;
    str end;
    err (*make)(struct arena *a, const struct sheet *s, struct buf *out);
} forms[] = {
    [SHEET_PDF] = {"application/pdf", S(".pdf"), sheet_pdf},
    [SHEET_XLSX] = {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", S(".xlsx"), sheet_xlsx},
};

const char *sheet_media(enum sheet_form form)
{
    return forms[form].media;
}

str sheet_end(enum sheet_form form)
{
    return forms[form].end;
}

/* ── written ── */

void sheet_put(struct buf *b, enum sheet_kind kind, const str *cells, size_t n)
{
    BUG_IF(n == 0 || n > SHEET_COLUMN);
    buf_char(b, (char)kind);
    buf_char(b, (char)n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bytes = (uint32_t)cells[i].n;
        buf_put(b, (const char *)&bytes, sizeof bytes);
        buf_str(b, cells[i]);
    }
}

void sheet_line(struct buf *b, enum sheet_kind kind, str text)
{
    sheet_put(b, kind, &text, 1);
}

void sheet_row(struct buf *b, str label, str text)
{
    sheet_put(b, SHEET_ROW, (str[]){label, text}, 2);
}

/* ── read ── */

/* Fewest and most cells. */
static bool cells_fit(char kind, size_t n)
{
    switch ((enum sheet_kind)kind) {
    case SHEET_TITLE:
    case SHEET_BAND:
    case SHEET_FOOT:
    case SHEET_AT:
    case SHEET_HEAD:
    case SHEET_RIGHT:
    case SHEET_SECTION:
    case SHEET_TEXT:
        return n == 1;
    case SHEET_ROW:
        return n == 2;
    case SHEET_COLUMNS:
    case SHEET_CELLS:
        return n > 0 && n <= SHEET_COLUMN;
    }
    return false;
}

/* CR, tabs and other controls, C1 ones too, are blanks; U+FFFE and U+FFFF no XML may hold. */
static str printable(struct arena *a, str raw)
{
    char *p = arena_alloc(a, raw.n + 1);
    for (size_t i = 0; p && i < raw.n; i++) {
        unsigned char c = (unsigned char)raw.p[i], next = i + 1 < raw.n ? (unsigned char)raw.p[i + 1] : 0;
        bool c1 = c == 0xC2 && next < 0xA0;
        bool none = c == 0xEF && next == 0xBF && i + 2 < raw.n && (unsigned char)raw.p[i + 2] >= 0xBE;
        size_t blanks = c1 ? 2 : none ? 3 : (c < 0x20 && c != '\n') || c == 0x7F ? 1 : 0;
        if (blanks == 0)
            p[i] = raw.p[i];
        for (size_t k = 0; k < blanks; k++)
            p[i + k] = ' ';
        i += blanks > 1 ? blanks - 1 : 0;
    }
    return p ? (str){p, raw.n} : STR_NONE;
}

/* False: it ends too early, or is no text. */
static bool take_cell(struct arena *a, str *rest, str *out)
{
    uint32_t bytes;
    if (rest->n < sizeof bytes)
        return false;
    memcpy(&bytes, rest->p, sizeof bytes);
    *rest = str_sub(*rest, sizeof bytes, rest->n);
    str raw = str_sub(*rest, 0, bytes);
    if (raw.n < bytes || !str_is_utf8(raw))
        return false;
    *rest = str_sub(*rest, bytes, rest->n);
    *out = printable(a, raw);
    return true;
}

static bool take_record(struct arena *a, str *rest, struct sheet_record *out)
{
    if (rest->n < 2 || !cells_fit(rest->p[0], (unsigned char)rest->p[1]))
        return false;
    *out = (struct sheet_record){.kind = (enum sheet_kind)rest->p[0], .n = (unsigned char)rest->p[1]};
    *rest = str_sub(*rest, 2, rest->n);
    for (size_t i = 0; i < out->n; i++)
        if (!take_cell(a, rest, &out->cell[i]))
            return false;
    return true;
}

/* What stands on every page is kept apart from what flows. */
static str *place_of(struct sheet *s, enum sheet_kind kind)
{
    return kind == SHEET_TITLE ? &s->title
        : kind == SHEET_BAND   ? &s->band
        : kind == SHEET_FOOT   ? &s->foot
        : kind == SHEET_AT     ? &s->at
                               : NULL;
}

err sheet_read(struct arena *a, str description, struct sheet *out)
{
    *out = (struct sheet){.v = ARENA_ARRAY(a, struct sheet_record, SHEET_RECORDS), .columns = 2};
    if (description.n > SHEET_BYTES)
        return ERR(LIMIT);
    while (out->v && description.n) {
        struct sheet_record *r = &out->v[out->n];
        if (out->n + 1 == SHEET_RECORDS)
            return ERR(LIMIT);
        if (!take_record(a, &description, r))
            return ERR(INVALID);
        str *place = place_of(out, r->kind);
        if (place && r->kind == SHEET_BAND && place->n)
            *place = str_fmt(a, "%.*s\n%.*s", STR_F(*place), STR_F(r->cell[0]));
        else if (place)
            *place = r->cell[0];
        else
            out->n++;
        out->columns = r->n > out->columns ? r->n : out->columns;
    }
    if (arena_failed(a))
        return ERR(NOMEM);
    return out->title.n ? OK : ERR(INVALID);
}

err sheet_make(enum sheet_form form, str description, struct buf *out)
{
    struct sheet s;
    ARENA_AUTO a = arena_new(256 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(sheet_read(a, description, &s));
    TRY(forms[form].make(a, &s, out));
    return buf_status(out);
}
