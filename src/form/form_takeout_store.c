/* SPDX-License-Identifier: Apache-2.0 */
/* What form holds of a body, for the body to take with it: every answer there ever was, and the
 * wording that each was an answer to. */
#include "form/form.h"

static const struct column fact_columns[] = {
    COLUMN_ID,
    {"question", "項目", COLUMN_TEXT, NEVER_EMPTY, "項目の記号"},
    {"revision", "設問の版", COLUMN_INT, NEVER_EMPTY, "設問の番号。文は「設問」の表にある", .unit = "番"},
    {"survey", "調査", COLUMN_INT, NEVER_EMPTY, "どの調査で答えたか。調査の外では0", .unit = "番"},
    {"organ", "機関", COLUMN_INT, NEVER_EMPTY, "0は長の部局。ほかは「機関」の番号", .unit = "番"},
    {"value", "答え", COLUMN_TEXT, MAY_BE_EMPTY, "空は、答えを取り消したこと。選択肢は番号で書かれる"},
    {"basis", "根拠の種類", COLUMN_INT, NEVER_EMPTY,
        "1 今年の回答、2 前年から変更なしと確認、3 測定値、4 ほかの調査や団体から、5 前年度の回答のまま",
        .unit = "種"},
    COLUMN_PERSON("person", "答えた人"),
    COLUMN_AT("at", "日時"),
    {"from_fact", "元の回答", COLUMN_INT, MAY_BE_EMPTY, "引き継いだ回答の番号", .unit = "番"},
    {"measurement", "測定", COLUMN_INT, MAY_BE_EMPTY, "根拠にした「測定値」の番号", .unit = "番"},
    {"note", "補足", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
};
static const struct table fact_table = {.title = "回答の履歴",
    .about = "1行が1回の回答。同じ調査・機関・項目では、番号の大きいものが新しい", .kind = "回答",
    TABLE_COLUMNS(fact_columns)};

static struct rows fact_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT f.id, q.code, f.question_rev, f.occasion, f.organ, f.value, f.basis, f.person,"
            " f.at, f.from_fact, f.evidence, f.note FROM fact f JOIN question q ON q.id=f.question"
            " WHERE f.body=$1 ORDER BY f.id"),
        V(body));
}

static const struct column question_columns[] = {
    {"revision", "設問の版", COLUMN_INT, KEY_COLUMN, "「回答の履歴」の設問の版", .unit = "番"},
    {"question", "項目", COLUMN_TEXT, NEVER_EMPTY, "項目の記号"},
    {"text", "設問", COLUMN_TEXT, NEVER_EMPTY, "設問の文"},
    {"type", "答え方", COLUMN_INT, NEVER_EMPTY,
        "1 実施状況、2 一つを選ぶ、3 いくつか選ぶ、4 数、5 割合、6 日付、7 アドレス、8 文", .unit = "種"},
    {"options", "選択肢", COLUMN_TEXT, MAY_BE_EMPTY, "JSON の配列。答えの番号は1から"},
    {"unit", "単位", COLUMN_TEXT, MAY_BE_EMPTY, "数の単位"},
};
static const struct table question_table = {.title = "設問", .about = "1行が、自団体が答えた一つの設問",
    .kind = "設問", TABLE_COLUMNS(question_columns)};

static struct rows question_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT r.id, q.code, r.text, r.type, r.options, r.unit FROM question_rev r"
            " JOIN question q ON q.id=r.question"
            " WHERE r.id IN (SELECT question_rev FROM fact WHERE body=$1) ORDER BY r.id"),
        V(body));
}

const struct takeout form_takeouts[] = {
    {"questions", &question_table, question_rows},
    {"answers", &fact_table, fact_rows},
    TAKEOUT_END,
};
