/* SPDX-License-Identifier: Apache-2.0 */
/* The products of a body, for the body to take with it. */
#include "product/product_private.h"

static const struct column columns[] = {
    COLUMN_ID,
    {"name", "製品", COLUMN_TEXT, NEVER_EMPTY, "会社と製品の名前"},
    {"version", "版", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"place", "使っている所", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_PERSON("person", "登録した人"),
    COLUMN_AT("at", "登録した日時"),
};
static const struct table table = {.title = "使っている製品", .about = "1行が一つの製品の一つの版", .kind = "登録", TABLE_COLUMNS(columns)};

static struct rows rows(struct db *db, int64_t body)
{
    return db_query(db, SQL("SELECT id, name, version, place, person, at FROM product WHERE body=$1 ORDER BY id"), V(body));
}

const struct takeout product_takeouts[] = {{"products", &table, rows}, TAKEOUT_END};
