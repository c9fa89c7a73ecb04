/* SPDX-License-Identifier: Apache-2.0 */
/* A table that leaves the program: its columns are declared once, and the declaration gives the
 * head row, the check of every cell and the schema that a machine reads beside the file.
 *
 * The file is CSV as 総務省's rules for machine-readable tables and Excel both take it: UTF-8 with
 * a byte order mark, CRLF, RFC 4180 quotes, one value a cell, years of the Western calendar. Text
 * that a spreadsheet would take for a formula (= + - @, tab, CR at its head) gets an apostrophe in
 * front; numbers stay as they are. Codes keep their leading zeros as text. The last two columns of
 * every table are 基準日 and データの種類. The schema is CSV on the Web (W3C Recommendation,
 * Metadata Vocabulary for Tabular Data, 2015): doc/adr/0018-tables.md. */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include "core/json.h"

/* One cell of text, quoted and guarded where it must be. */
void csv_put_text(struct buf *b, str s);

enum column_type {
    COLUMN_TEXT,
    COLUMN_CODE,  /* text of a fixed form (pattern): 010006 stays 010006 */
    COLUMN_LIST,  /* several texts with 、 between them */
    COLUMN_INT,   /* a whole number of units */
    COLUMN_SHARE, /* per cent, one decimal place */
    COLUMN_DAY,   /* 2026-11-20 */
    COLUMN_TIME,  /* 2026-11-20T14:05:00+09:00 */
    COLUMN_YESNO  /* はい, いいえ */
};

enum column_need {
    MAY_BE_EMPTY,
    NEVER_EMPTY,
    KEY_COLUMN /* never empty; all of them together name a row. A table may have none */
};

struct column {
    const char *key;  /* for programs: "code6" */
    const char *head; /* Japanese, as in the head row; a unit in brackets is part of it */
    enum column_type type;
    enum column_need need;
    const char *about;   /* Japanese: what it means, when it is empty */
    const char *unit;    /* of an INT: "団体" */
    const char *pattern; /* of a CODE: a regular expression for the whole of it */
};

struct table {
    const char *title; /* Japanese */
    const char *about; /* Japanese: what one row is */
    const char *kind;  /* データの種類 of an installation that is no demonstration: "登録" */
    const struct column *columns;
    size_t n;
};
#define TABLE_COLUMNS(columns_) .columns = (columns_), .n = COUNT_OF(columns_)

/* Columns that several tables have. */
#define CODE6_PATTERN "[0-9]{6}"
#define COLUMN_CODE6(need_)                                                                      \
    {"code6", "団体コード", COLUMN_CODE, need_,                                                  \
        "全国地方公共団体コード。6桁の文字で、先頭の0も含む", .pattern = CODE6_PATTERN}
#define COLUMN_BODY                                                                              \
    {"body", "団体名", COLUMN_TEXT, NEVER_EMPTY, "団体の名称"}
#define COLUMN_PREF                                                                              \
    {"pref", "都道府県", COLUMN_TEXT, MAY_BE_EMPTY, "団体のある都道府県"}
#define COLUMN_CLASS                                                                             \
    {"class", "区分", COLUMN_TEXT, NEVER_EMPTY, "都道府県、政令指定都市、特別区、市、町、村など"}

struct csv {
    struct buf *out;
    const struct table *table;
    str kind;   /* the last cell of every row */
    jday as_of; /* the cell before it; may be set for the rows that follow */
    size_t at;  /* the column that comes next */
};

enum { CSV_MOST = 4 << 20, CSV_ROWS = 20000 }; /* bytes and rows of a file, at most */

/* Writes the byte order mark and the head row. The table lives longer than the csv. */
struct csv csv_on(struct buf *out, const struct table *t, jday as_of, str kind);
/* One cell each, in the order of the columns; a cell of another type than its column is a BUG. */
void csv_str(struct csv *c, str s);               /* TEXT, CODE, LIST */
void csv_i64(struct csv *c, int64_t v);
void csv_bp(struct csv *c, int64_t basis_points); /* SHARE: 9580 -> 95.8 */
void csv_day(struct csv *c, jday d);              /* empty for DAY_NONE */
void csv_time(struct csv *c, usec t);             /* empty for 0 */
void csv_yes(struct csv *c, bool yes);
void csv_none(struct csv *c, size_t n);           /* n empty cells of any type */
/* The last two cells, when all others are written. */
void csv_end_row(struct csv *c);

/* The schema as one JSON object; url: where the file is, as seen from the schema. */
void csv_schema(struct json *j, const struct table *t, str url);

#endif
