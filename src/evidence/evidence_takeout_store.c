/* SPDX-License-Identifier: Apache-2.0 */
/* What evidence holds of a body, for the body to take with it. */
#include "evidence/evidence_private.h"

static const struct column columns[] = {
    COLUMN_ID,
    {"question", "項目", COLUMN_TEXT, NEVER_EMPTY, "項目の記号"},
    {"measure", "測るもの", COLUMN_TEXT, NEVER_EMPTY, "プログラムの中の名前"},
    {"value", "値", COLUMN_TEXT, MAY_BE_EMPTY, "分からないときは空"},
    COLUMN_AT("at", "測った日時"),
    {"source", "元", COLUMN_TEXT, NEVER_EMPTY, "元の行がある画面"},
};
static const struct table table = {.title = "測定値", .about = "1行が1回の測定", .kind = "測定",
    TABLE_COLUMNS(columns)};

static struct rows evidence_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, question, measure, value, at, source FROM evidence WHERE body=$1"
            " ORDER BY id"),
        V(body));
}

const struct takeout evidence_takeouts[] = {
    {"measurements", &table, evidence_rows},
    TAKEOUT_END,
};
