/* SPDX-License-Identifier: Apache-2.0 */
/* What policy holds of a body, for the body to take with it. */
#include "policy/policy_private.h"

static const struct column columns[] = {
    COLUMN_ID,
    {"organ", "機関", COLUMN_INT, NEVER_EMPTY, "0は長の部局", .unit = "番"},
    {"established", "策定日", COLUMN_DAY, MAY_BE_EMPTY, "ないときは空"},
    {"revised", "改定日", COLUMN_DAY, MAY_BE_EMPTY, "ないときは空"},
    {"guideline", "指針", COLUMN_TEXT, MAY_BE_EMPTY, "どの指針に沿っているか"},
    {"published", "公表日", COLUMN_DAY, MAY_BE_EMPTY, "ないときは空"},
    {"address", "公表先", COLUMN_TEXT, MAY_BE_EMPTY, "公表したページのアドレス"},
    {"note", "補足", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_PERSON("person", "登録した人"),
    COLUMN_AT("at", "登録した日時"),
};
static const struct table table = {.title = "方針", .about = "1行が1回の登録。最後の行が今のもの",
    .kind = "登録", TABLE_COLUMNS(columns)};

static struct rows policy_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT p.id, p.organ, p.established, p.revised, g.name, p.published, p.address,"
            " p.note, p.person, p.at FROM policy p LEFT JOIN guideline g ON g.id=p.guideline"
            " WHERE p.body=$1 ORDER BY p.id"),
        V(body));
}

const struct takeout policy_takeouts[] = {
    {"policy", &table, policy_rows},
    TAKEOUT_END,
};
