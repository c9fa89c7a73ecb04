/* SPDX-License-Identifier: Apache-2.0 */
/* What the floor below the modules holds of a body: the audit trail and who read what. */
#include "export/export_private.h"

static const struct column audit_columns[] = {
    {"seq", "連なりの番号", COLUMN_INT, KEY_COLUMN, "1から続く番号。抜けはない", .unit = "番"},
    COLUMN_ID,
    {"body", "団体の番号", COLUMN_INT, NEVER_EMPTY, "自団体の番号。どの行も同じ", .unit = "番"},
    {"at_usec", "時刻（マイクロ秒）", COLUMN_INT, NEVER_EMPTY,
        "1970年1月1日（協定世界時）から数えた時刻。ハッシュ値の計算に使う", .unit = "マイクロ秒"},
    COLUMN_AT("at", "日時"),
    COLUMN_PERSON("person", "した人"),
    {"action", "操作", COLUMN_TEXT, NEVER_EMPTY, "何をしたか。プログラムの中の名前"},
    {"object", "対象", COLUMN_TEXT, MAY_BE_EMPTY, "何に対してしたか。番号で書かれる"},
    {"detail", "詳細", COLUMN_TEXT, MAY_BE_EMPTY, "JSON。ないときは空"},
    {"hash", "ハッシュ値", COLUMN_CODE, NEVER_EMPTY,
        "前の行のハッシュ値と、この行の全ての欄から計算した値。計算の方法は README.txt にある",
        .pattern = HASH_PATTERN},
};
static const struct table audit_table = {.title = "操作の記録", .about = "1行が1回の操作",
    .kind = "記録", TABLE_COLUMNS(audit_columns)};

static struct rows audit_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT seq, id, body, at, at, person, action, object, detail, hash FROM audit"
            " WHERE body=$1 ORDER BY seq"),
        V(body));
}

static const struct column journal_columns[] = {
    COLUMN_ID,
    COLUMN_AT("at", "初めての日時"),
    COLUMN_AT("last_at", "最後の日時"),
    {"times", "回数", COLUMN_INT, NEVER_EMPTY, "その日に何回か", .unit = "回"},
    {"org", "団体", COLUMN_TEXT, MAY_BE_EMPTY, "見た人の所属する団体"},
    {"kind", "種類", COLUMN_INT, NEVER_EMPTY, "1 画面で見た、2 ファイルで持ち出した", .unit = "種"},
    {"object", "見たもの", COLUMN_TEXT, NEVER_EMPTY, "画面やファイルの名前"},
};
static const struct table journal_table = {.title = "閲覧記録",
    .about = "1行が、ある人がある日に自団体の一つのものを見たこと", .kind = "記録",
    TABLE_COLUMNS(journal_columns)};

static struct rows journal_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT j.id, j.at, j.last_at, j.n, b.name, j.kind, j.object FROM journal j"
            " LEFT JOIN body b ON b.id=j.org WHERE j.body=$1 ORDER BY j.id"),
        V(body));
}

const struct takeout export_takeouts[] = {
    {"audit", &audit_table, audit_rows},
    {"journal", &journal_table, journal_rows},
    TAKEOUT_END,
};
