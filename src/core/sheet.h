/* SPDX-License-Identifier: Apache-2.0 */
/* A paper: what stands on it, said once, and made into a PDF (A4, to print and to send) or an XLSX (to copy
 * from) by a child of the forker (core/convert.h). Who describes a paper knows nothing of points, fonts and
 * cells; who draws it knows nothing of incidents. Source of the rule: issue 6 (5.3); doc/adr/0033-papers.md.
 *
 * A description is a list of records, written by sheet_put() and read by the child alone. What is too large is
 * LIMIT when it is made into a file, never cut. */
#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include "core/buf.h"

enum sheet_kind {
    SHEET_TITLE = 't',   /* one, first */
    SHEET_BAND = 'b',    /* on every page, in a frame: 「訓練　実際の報告ではありません」; a line each */
    SHEET_FOOT = 'f',    /* on every page, beside its number */
    SHEET_AT = 'a',      /* when it was made, 2026-11-20T14:05:00+09:00: into the file's own data */
    SHEET_HEAD = 'h',    /* a small line under the title */
    SHEET_RIGHT = 'd',   /* a line at the right: a letter's date and sender */
    SHEET_SECTION = 's', /* a heading */
    SHEET_TEXT = 'p',    /* paragraphs, a line each */
    SHEET_ROW = 'r',     /* two cells: what it is, and what is said of it */
    SHEET_COLUMNS = 'c', /* heads of a table, again on every page it goes on to */
    SHEET_CELLS = 'l'    /* a row of that table */
};
enum sheet_form { SHEET_PDF, SHEET_XLSX };
enum {
    SHEET_BYTES = 1 << 20,   /* of a description */
    SHEET_RECORDS = 5000,
    SHEET_COLUMN = 8,        /* cells of a record */
    SHEET_PAGES = 200,
    SHEET_FILE = 16 << 20    /* bytes of what is made */
};

/* The media type, and the end of a file's name: ".pdf". */
const char *sheet_media(enum sheet_form form);
str sheet_end(enum sheet_form form);

/* One record. Text is UTF-8 of any length and with line ends; what else is not printable becomes a blank.
 * b is BUF(SHEET_BYTES), sticky as every buf. */
void sheet_put(struct buf *b, enum sheet_kind kind, const str *cells, size_t n);
void sheet_line(struct buf *b, enum sheet_kind kind, str text);
void sheet_row(struct buf *b, str label, str text);

/* ── in the child ── */

/* Loads the fonts into this process, so that a child without files has them. NOTFOUND: they are not installed:
 * then papers are made as XLSX only. Once, in the forker, before its sandbox. */
MUST err sheet_prepare(void);
bool sheet_is_installed(void); /* whether they are there to be loaded */
bool sheet_has_fonts(void);
/* The file of a description, into out. INVALID: no description; LIMIT: too long; NOTFOUND: no fonts. */
MUST err sheet_make(enum sheet_form form, str description, struct buf *out);

#endif
