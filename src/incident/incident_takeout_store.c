/* SPDX-License-Identifier: Apache-2.0 */
/* What stays readable of a body's incidents, for the body to take with it; the rest is opened page by page. */
#include "incident/incident_private.h"

static const struct column columns[] = {
    {"flow", "事案", COLUMN_INT, KEY_COLUMN, "「事案」の番号", .unit = "番"},
    {"kinds", "種類", COLUMN_TEXT, MAY_BE_EMPTY, "質問「何が起きましたか」の鍵。空白で区切る"},
    {"causes", "原因", COLUMN_TEXT, MAY_BE_EMPTY, "質問「どこから入られましたか」の鍵。空白で区切る"},
    {"grave", "重大", COLUMN_YESNO, NEVER_EMPTY, "重大と答えたか"},
    COLUMN_AT("known_at", "気付いた日時"),
    COLUMN_AT("occurred_at", "起きた日時"),
    {"stage", "いまの状態", COLUMN_TEXT, MAY_BE_EMPTY, "質問「いまは」の鍵"},
    {"persons", "本人の数", COLUMN_INT, NEVER_EMPTY, "0は、答えていないか、ない", .unit = "人"},
    {"reports", "報告", COLUMN_INT, NEVER_EMPTY, "知らせた数", .unit = "通"},
    COLUMN_AT("next_due", "次の期限"),
    COLUMN_AT("reported_at", "初めの報告"),
    COLUMN_AT("restored_at", "復旧した日時"),
    {"in_time", "期限内", COLUMN_INT, NEVER_EMPTY, "期限のある報告のうち、期限までに知らせた数", .unit = "通"},
    {"too_late", "期限後", COLUMN_INT, NEVER_EMPTY, "期限の後に知らせた数", .unit = "通"},
    {"pack", "決まりの表", COLUMN_INT, NEVER_EMPTY, "期限を計算した決まりの表。0は、プログラムに付属するもの", .unit = "番"},
};
static const struct table table = {.title = "インシデント", .about = "1行が一つのインシデント", .kind = "登録", TABLE_COLUMNS(columns)};

static struct rows rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT flow, kinds, causes, grave, known_at, occurred_at, stage, persons, reports, next_due, reported_at, restored_at,"
            " in_time, too_late, pack"
            " FROM incident WHERE body=$1 ORDER BY flow"),
        V(body));
}

const struct takeout incident_takeouts[] = {{"incidents", &table, rows}, TAKEOUT_END};
