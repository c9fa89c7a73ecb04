/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign files are parsed, and papers are drawn (core/sheet.h), in a process of their own. A forker is started first of all; for every
 * file it makes one child, which gets one descriptor (the file comes in, rows go out), enters the
 * sandbox "convert" (core/sandbox.h) and ends. A child that does what it may not is killed by the
 * kernel; nothing but its file is lost. What a child says is not believed either: its rows are
 * bounded and checked again here. Source of the rule: issue 3.6; doc/adr/0029-convert.md. */
#ifndef CORE_CONVERT_H
#define CORE_CONVERT_H

#include "core/arena.h"
#include "core/sheet.h"

enum { CONVERT_FILE = 2 << 20, CONVERT_ROWS = 20000 }; /* most bytes of a file; most rows */

struct foreign_row {
    int line; /* where it begins, from 1 */
    struct strs cell;
};

struct foreign_table {
    struct foreign_row *v;
    size_t n;
    str problem; /* Japanese, with its line: what is wrong with the file; empty: all of it was read */
};

/* The i-th cell without blanks around it. Empty also behind the last one: a spreadsheet leaves out the
 * cells at the end of a row that hold nothing. */
str convert_cell(const struct foreign_row *r, size_t i);

/* Once in a process, before its first thread and before its own sandbox. */
MUST err convert_start(void);

/* Whether there is somebody to make children. IO: the forker has ended, and nobody makes another but
 * the next start of this process; BUG: convert_start was not called. */
MUST err convert_status(void);

/* Whether there were fonts to draw a PDF with when it was started. */
bool convert_has_fonts(void);

/* The rows of a CSV file or of cells copied from a spreadsheet, whatever the encoding; all in a.
 * From any thread; takes up to PATIENCE of convert.c, so never on a thread that serves others.
 * OK with out->problem: the file is not right. BUG: convert_start was not called. IO: the child or
 * the forker was killed. */
MUST err convert_table(struct arena *a, str raw, struct foreign_table *out);

/* A paper of its description, into out, which is BUF(SHEET_FILE). As convert_table. INVALID: no description; LIMIT: too
 * long for a paper; NOTFOUND: the fonts of a PDF are not installed; IO: the child was killed, or said what is no such
 * file. */
MUST err convert_sheet(enum sheet_form form, str description, struct buf *out);
/* Another kind of foreign text, which a floor above this one reads: its function runs in the child, on all the bytes,
 * and what it writes (at most 64 KiB) is the answer, which whoever asks checks again. Named before convert_start. */
struct buf;
typedef void convert_child(str raw, struct buf *out);
void convert_text_is(convert_child *child);
/* As convert_table. LIMIT: more than CONVERT_FILE bytes. */
MUST err convert_text(struct arena *a, str raw, str *answer);

/* What the child does with the bytes of a table: the same records into out. For the fuzzer too. */
void convert_child_table(str raw, struct buf *out);
/* The reverse, as the parent reads it; cells are views of records. IO: not what a child would say. */
MUST err convert_table_read(struct arena *a, str records, struct foreign_table *out);

#endif
