/* SPDX-License-Identifier: Apache-2.0 */
/* What stays readable of a body's cases, for the body to take with it; what was said is sealed, and is taken
 * by opening the case. */
#include "flow/flow_private.h"

#define RECORD .kind = "登録"

static const struct column case_columns[] = {
    COLUMN_ID,
    {"kind", "種類", COLUMN_TEXT, NEVER_EMPTY, "incident は、インシデント"},
    {"number", "号", COLUMN_INT, NEVER_EMPTY, "団体の、その種類の中の番号", .unit = "番"},
    {"state", "状態", COLUMN_INT, NEVER_EMPTY, "1 対応中、2 終結", .unit = "種"},
    {"drill", "訓練", COLUMN_YESNO, NEVER_EMPTY, "訓練の事案か"},
    COLUMN_PERSON("person", "始めた人"),
    COLUMN_AT("at", "始めた日時"),
    COLUMN_AT("changed_at", "状態が変わった日時"),
};
static const struct table case_table = {.title = "事案", .about = "1行が一つの事案", RECORD, TABLE_COLUMNS(case_columns)};

static struct rows case_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, kind, number, state, drill, person, at, changed_at FROM flow_case WHERE body=$1 ORDER BY id"), V(body));
}

static const struct column delivery_columns[] = {
    COLUMN_ID,
    {"flow", "事案", COLUMN_INT, NEVER_EMPTY, "「事案」の番号", .unit = "番"},
    {"recipient", "宛先", COLUMN_TEXT, NEVER_EMPTY, "規則の表の、宛先の名前"},
    {"subject", "規則", COLUMN_TEXT, NEVER_EMPTY, "規則の表の、規則の名前"},
    {"step", "報告", COLUMN_INT, NEVER_EMPTY, "1 速報、2 中間報告、3 確報、4 本人への通知", .unit = "種"},
    {"number", "通", COLUMN_INT, NEVER_EMPTY, "その宛先への何通目か", .unit = "番"},
    {"state", "受取り", COLUMN_INT, NEVER_EMPTY, "1 届いた、2 開いた、3 受け付けた、4 問い合わせ、5 別の方法で伝えた", .unit = "種"},
    COLUMN_PERSON("person", "知らせた人"),
    COLUMN_AT("at", "知らせた日時"),
    COLUMN_AT("answered_at", "答えた日時"),
};
static const struct table delivery_table = {.title = "知らせた記録", .about = "1行が、一つの宛先への1通", RECORD,
    TABLE_COLUMNS(delivery_columns)};

static struct rows delivery_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT d.id, d.flow, d.recipient, d.subject, d.step, d.number, d.state, d.person, d.at, d.answered_at"
            " FROM flow_delivery d JOIN flow_case c ON c.id=d.flow WHERE c.body=$1 ORDER BY d.id"),
        V(body));
}

static const struct column erased_columns[] = {
    {"flow", "事案", COLUMN_INT, KEY_COLUMN, "「事案」の番号。ほかの団体の事案のこともある（そこから届いた報告の内容を消した）", .unit = "番"},
    COLUMN_PERSON("person", "消した人"),
    COLUMN_AT("at", "消した日時"),
};
static const struct table erased_table = {.title = "消した内容", .about = "1行が、内容を消した一つの事案", RECORD,
    TABLE_COLUMNS(erased_columns)};

static struct rows erased_rows(struct db *db, int64_t body)
{
    return db_query(db, SQL("SELECT flow, person, at FROM flow_erased WHERE body=$1 ORDER BY flow"), V(body));
}

static const struct column years_columns[] = {
    {"kind", "種類", COLUMN_TEXT, KEY_COLUMN, "incident は、インシデント"},
    {"years", "年数", COLUMN_INT, NEVER_EMPTY, "終結から内容を残す年数。行がなければ5年", .unit = "年"},
    COLUMN_PERSON("person", "決めた人"),
    COLUMN_AT("at", "決めた日時"),
};
static const struct table years_table = {.title = "保存する年数", .about = "1行が、団体が年数を決めた一つの種類", RECORD,
    TABLE_COLUMNS(years_columns)};

static struct rows years_rows(struct db *db, int64_t body)
{
    return db_query(db, SQL("SELECT kind, years, person, at FROM flow_years WHERE body=$1 ORDER BY kind"), V(body));
}

const struct takeout flow_takeouts[] = {
    {"cases", &case_table, case_rows},
    {"case_deliveries", &delivery_table, delivery_rows},
    {"case_erased", &erased_table, erased_rows},
    {"case_years", &years_table, years_rows},
    TAKEOUT_END,
};
