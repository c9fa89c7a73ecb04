/* SPDX-License-Identifier: Apache-2.0 */
/* What darknet holds of a body, for the body to take with it. */
#include "darknet/darknet_alert.h"

#define RECORD .kind = "登録"
#define PREFIX_COLUMN {"prefix", "アドレスの範囲", COLUMN_TEXT, NEVER_EMPTY, "CIDRの形"}
#define ROLE_COLUMN                                                                              \
    {"role", "役割", COLUMN_INT, NEVER_EMPTY, "1 団体の範囲、2 共用出口、3 委託先の範囲", .unit = "種"}
#define HELD_COLUMNS                                                                             \
    {"holder", "委託先", COLUMN_TEXT, MAY_BE_EMPTY, "委託先の範囲のときの、委託先の名称"},       \
    {"proof", "保有を示すもの", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"}
#define APPLICATION_COLUMN                                                                       \
    {"application", "申込み", COLUMN_INT, NEVER_EMPTY, "「観測の申込み」の番号", .unit = "番"}

static const struct column application_columns[] = {
    COLUMN_ID,
    {"number", "版", COLUMN_INT, NEVER_EMPTY, "1から", .unit = "版"},
    {"state", "状態", COLUMN_INT, NEVER_EMPTY,
        "1 下書き、2 申込、3 取りまとめ中、4 差戻し、5 観測中、6 次の版に交代、7 利用終了、8 取下げ",
        .unit = "種"},
    COLUMN_PERSON("person", "始めた人"),
    COLUMN_AT("at", "始めた日時"),
    COLUMN_AT("filed_at", "初めて申し込んだ日時"),
    COLUMN_AT("observed_from", "観測の始まり"),
    COLUMN_AT("observed_to", "観測の終わり"),
};
static const struct table application_table = {.title = "観測の申込み",
    .about = "1行がダークネット観測の一つの申込み", RECORD, TABLE_COLUMNS(application_columns)};

static struct rows application_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, number, state, person, at, filed_at, observed_from, observed_to"
            " FROM darknet_application WHERE body=$1 ORDER BY number"),
        V(body));
}

static const struct column claim_columns[] = {
    COLUMN_ID,
    APPLICATION_COLUMN,
    PREFIX_COLUMN,
    ROLE_COLUMN,
    HELD_COLUMNS,
};
static const struct table claim_table = {.title = "申込みの範囲",
    .about = "1行が一つの申込みの一つの範囲", RECORD, TABLE_COLUMNS(claim_columns)};

static struct rows claim_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT c.id, c.application, c.prefix, c.role, c.holder, c.proof FROM darknet_claim c"
            " JOIN darknet_application a ON a.id=c.application WHERE a.body=$1 ORDER BY c.id"),
        V(body));
}

static const struct column range_columns[] = {
    COLUMN_ID,
    APPLICATION_COLUMN,
    PREFIX_COLUMN,
    ROLE_COLUMN,
    HELD_COLUMNS,
    COLUMN_AT("valid_from", "観測の始まり"),
    COLUMN_AT("valid_to", "観測の終わり"),
};
static const struct table range_table = {.title = "観測の範囲",
    .about = "1行が、観測している（していた）一つの範囲", RECORD, TABLE_COLUMNS(range_columns)};

static struct rows range_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, application, prefix, role, holder, proof, valid_from, valid_to"
            " FROM darknet_range WHERE body=$1 ORDER BY id"),
        V(body));
}

static const struct column sharer_columns[] = {
    {"application", "申込み", COLUMN_INT, KEY_COLUMN, "「観測の申込み」の番号", .unit = "番"},
    {"prefix", "アドレスの範囲", COLUMN_TEXT, KEY_COLUMN, "CIDRの形"},
    {"body", "団体", COLUMN_TEXT, NEVER_EMPTY, "共に使う団体の名称"},
    {"body_id", "団体の番号", COLUMN_INT, KEY_COLUMN, "共に使う団体", .unit = "番"},
};
static const struct table sharer_table = {.title = "共用出口を共に使う団体",
    .about = "1行が、申込みの一つの範囲を共に使う一つの団体", RECORD, TABLE_COLUMNS(sharer_columns)};

static struct rows sharer_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT c.application, c.prefix, b.name, b.id FROM darknet_claim_body s"
            " JOIN darknet_claim c ON c.id=s.claim JOIN darknet_application a ON a.id=c.application"
            " JOIN body b ON b.id=s.body WHERE a.body=$1 ORDER BY c.id, b.id"),
        V(body));
}

static const struct column step_columns[] = {
    COLUMN_ID,
    APPLICATION_COLUMN,
    {"act", "したこと", COLUMN_TEXT, NEVER_EMPTY, "手続の鍵"},
    {"from_state", "前の状態", COLUMN_INT, NEVER_EMPTY, "「観測の申込み」の状態と同じ", .unit = "種"},
    {"to_state", "後の状態", COLUMN_INT, NEVER_EMPTY, "「観測の申込み」の状態と同じ", .unit = "種"},
    COLUMN_PERSON("person", "した人"),
    {"reason", "理由", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_AT("at", "日時"),
};
static const struct table step_table = {.title = "申込みの経過", .about = "1行が一つの手続", RECORD,
    TABLE_COLUMNS(step_columns)};

static struct rows step_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT t.id, t.application, t.act, t.from_state, t.to_state, t.person, t.reason, t.at"
            " FROM darknet_step t JOIN darknet_application a ON a.id=t.application"
            " WHERE a.body=$1 ORDER BY t.id"),
        V(body));
}

static const struct column contact_columns[] = {
    COLUMN_ID,
    {"position", "順", COLUMN_INT, NEVER_EMPTY, "1から", .unit = "番目"},
    {"name", "名前", COLUMN_TEXT, NEVER_EMPTY, "人か係の名前"},
    {"mail", "メール", COLUMN_TEXT, NEVER_EMPTY, "メールアドレス"},
    {"phone", "電話", COLUMN_TEXT, MAY_BE_EMPTY, "先頭の0も含む文字"},
    {"hours", "時間", COLUMN_INT, NEVER_EMPTY, "1 平日日中、2 終日", .unit = "種"},
    {"language", "言葉", COLUMN_TEXT, NEVER_EMPTY, "ja、en"},
    {"machine", "プログラムが読む", COLUMN_YESNO, NEVER_EMPTY, "JSONでほしいか"},
};
static const struct table contact_table = {.title = "観測のお知らせの連絡先",
    .about = "1行が一つの連絡先", RECORD, TABLE_COLUMNS(contact_columns)};

static struct rows contact_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, position, name, mail, phone, hours, language, machine FROM darknet_contact"
            " WHERE body=$1 ORDER BY position, id"),
        V(body));
}

static const struct column dark_columns[] = {
    COLUMN_ID,
    PREFIX_COLUMN,
    {"note", "説明", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_PERSON("person", "登録した人"),
    COLUMN_AT("valid_from", "始まり"),
    COLUMN_AT("valid_to", "終わり"),
};
static const struct table dark_table = {.title = "内部の未使用アドレス",
    .about = "1行が、団体の内側の使っていない一つの範囲", RECORD, TABLE_COLUMNS(dark_columns)};

/* External ones are not a body's. */
static struct rows dark_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, prefix, note, person, valid_from, valid_to FROM darknet_dark"
            " WHERE body=$1 AND kind=2 ORDER BY id"),
        V(body));
}

const struct takeout darknet_takeouts[] = {
    {"darknet_applications", &application_table, application_rows},
    {"darknet_claims", &claim_table, claim_rows},
    {"darknet_sharers", &sharer_table, sharer_rows},
    {"darknet_ranges", &range_table, range_rows},
    {"darknet_steps", &step_table, step_rows},
    {"darknet_contacts", &contact_table, contact_rows},
    {"darknet_internal", &dark_table, dark_rows},
    {"darknet_alerts", &darknet_alert_table, darknet_alert_rows},
    {"darknet_alert_packets", &darknet_alert_packet_table, darknet_alert_packet_rows},
    {"darknet_alert_events", &darknet_alert_event_table, darknet_alert_event_rows},
    {"darknet_suppressions", &darknet_suppression_table, darknet_suppression_rows},
    TAKEOUT_END,
};
