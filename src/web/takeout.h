/* SPDX-License-Identifier: Apache-2.0 */
/* What a module holds of a body, for the body to take with it: one row for each table. The module
 * "export" walks them; who adds a table about a body adds its row. */
#ifndef WEB_TAKEOUT_H
#define WEB_TAKEOUT_H

#include "core/csv.h"
#include "store/db.h"

/* A CODE of this pattern is read from 32 bytes of the database. */
#define HASH_PATTERN "[0-9a-f]{64}"

struct takeout {
    const char *name; /* of its files: "people" becomes people.csv and people.json */
    const struct table *table;
    /* Own rows and nothing else, a column for each of the table, in its order. NULL of the database
     * is an empty cell. */
    struct rows (*rows)(struct db *db, int64_t body);
    /* Or NULL: the files that these rows speak of, each once: hash, size, the name it was given. */
    struct rows (*files)(struct db *db, int64_t body);
};

#define TAKEOUT_END {.name = NULL}
/* The columns that begin and end many of them. */
#define COLUMN_ID {"id", "番号", COLUMN_INT, KEY_COLUMN, "この行の番号", .unit = "番"}
#define COLUMN_PERSON(key_, head_)                                                               \
    {key_, head_, COLUMN_INT, MAY_BE_EMPTY,                                                      \
        "人の番号。自団体の人は「人」の表にある。0はプログラム。ほかの団体の人のこともある", .unit = "番"}
#define COLUMN_AT(key_, head_) {key_, head_, COLUMN_TIME, MAY_BE_EMPTY, "日本時間。ないときは空"}

#endif
