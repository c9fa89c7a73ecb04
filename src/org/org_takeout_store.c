/* SPDX-License-Identifier: Apache-2.0 */
/* What org holds of a body, for the body to take with it. */
#include "org/org_private.h"

#define RECORD .kind = "登録"

static const struct column people_columns[] = {
    COLUMN_ID,
    {"login", "ログイン名", COLUMN_TEXT, NEVER_EMPTY, "サインインのときの名前"},
    {"name", "氏名", COLUMN_TEXT, NEVER_EMPTY, "消去された人では、消去済みと書かれている"},
    {"mail", "メールアドレス", COLUMN_TEXT, MAY_BE_EMPTY, "ないときは空"},
    {"active", "使っている", COLUMN_YESNO, NEVER_EMPTY, "サインインできるか"},
    {"organ", "機関", COLUMN_INT, NEVER_EMPTY, "0は長の部局。ほかは「機関」の番号", .unit = "番"},
    COLUMN_AT("created_at", "登録した日時"),
    COLUMN_AT("left_at", "使わなくなった日時"),
    COLUMN_AT("erased_at", "氏名を消した日時"),
};
static const struct table people_table = {.title = "人", .about = "1行が1人の利用者", RECORD,
    TABLE_COLUMNS(people_columns)};

static struct rows people_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT p.id, p.login, p.name, p.mail, p.active, p.organ, p.created_at, l.at, l.erased_at"
            " FROM person p LEFT JOIN person_left l ON l.person=p.id WHERE p.body=$1 ORDER BY p.id"),
        V(body));
}

static const struct column roles_columns[] = {
    {"person", "人", COLUMN_INT, KEY_COLUMN, "人の番号", .unit = "番"},
    {"role", "役割", COLUMN_INT, KEY_COLUMN,
        "1 担当者、2 所属長、4 団体管理者、8 都道府県、16 国、32 システム管理者、64 CISO、128 各課",
        .unit = "種"},
    COLUMN_AT("since", "いつから"),
};
static const struct table roles_table = {.title = "役割", .about = "1行が1人の一つの役割", RECORD,
    TABLE_COLUMNS(roles_columns)};

static struct rows roles_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT r.person, r.role, r.since FROM person_role r JOIN person p ON p.id=r.person"
            " WHERE p.body=$1 ORDER BY r.person, r.role"),
        V(body));
}

static const struct column section_columns[] = {
    COLUMN_ID,
    {"name", "課", COLUMN_TEXT, NEVER_EMPTY, "課や係の名前"},
    {"active", "使っている", COLUMN_YESNO, NEVER_EMPTY, "今もあるか"},
};
static const struct table section_table = {.title = "課", .about = "1行が一つの課", RECORD,
    TABLE_COLUMNS(section_columns)};

static struct rows section_rows(struct db *db, int64_t body)
{
    return db_query(
        db, SQL("SELECT id, name, active FROM section WHERE body=$1 ORDER BY id"), V(body));
}

static const struct column member_columns[] = {
    {"section", "課", COLUMN_INT, KEY_COLUMN, "「課」の番号", .unit = "番"},
    {"person", "人", COLUMN_INT, KEY_COLUMN, "「人」の番号", .unit = "番"},
    COLUMN_AT("since", "いつから"),
};
static const struct table member_table = {.title = "課に属する人", .about = "1行が、ある課に属する1人",
    RECORD, TABLE_COLUMNS(member_columns)};

static struct rows member_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT m.section, m.person, m.since FROM section_member m JOIN section s"
            " ON s.id=m.section WHERE s.body=$1 ORDER BY m.section, m.person"),
        V(body));
}

static const struct column deputy_columns[] = {
    COLUMN_ID,
    {"principal", "本人", COLUMN_INT, NEVER_EMPTY, "「人」の番号", .unit = "番"},
    {"deputy", "代理", COLUMN_INT, NEVER_EMPTY, "「人」の番号", .unit = "番"},
    {"from_day", "初日", COLUMN_DAY, NEVER_EMPTY, "代理の初めの日"},
    {"to_day", "末日", COLUMN_DAY, NEVER_EMPTY, "代理の終わりの日"},
    COLUMN_PERSON("person", "登録した人"),
    COLUMN_AT("at", "登録した日時"),
    COLUMN_AT("ended_at", "早く終えた日時"),
};
static const struct table deputy_table = {.title = "代理", .about = "1行が1回の代理", RECORD,
    TABLE_COLUMNS(deputy_columns)};

static struct rows deputy_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT d.id, d.principal, d.deputy, d.from_day, d.to_day, d.person, d.at, d.ended_at"
            " FROM deputy d JOIN person p ON p.id=d.principal WHERE p.body=$1 ORDER BY d.id"),
        V(body));
}

static const struct column contact_columns[] = {
    COLUMN_ID,
    {"position", "順番", COLUMN_INT, NEVER_EMPTY, "連絡する順番", .unit = "番目"},
    {"kind", "種類", COLUMN_INT, NEVER_EMPTY,
        "1 平日・昼間、2 夜間・休日、3 CISO、4 CSIRT、5 委託先、6 その他", .unit = "種"},
    {"name", "氏名または役職", COLUMN_TEXT, MAY_BE_EMPTY, "連絡先の人や役職"},
    {"phone", "電話番号", COLUMN_TEXT, MAY_BE_EMPTY, "ないときは空"},
    {"mail", "メールアドレス", COLUMN_TEXT, MAY_BE_EMPTY, "ないときは空"},
    {"hours", "つながる時間", COLUMN_TEXT, MAY_BE_EMPTY, "ないときは空"},
    COLUMN_AT("changed_at", "変えた日時"),
};
static const struct table contact_table = {.title = "緊急連絡先", .about = "1行が一つの連絡先", RECORD,
    TABLE_COLUMNS(contact_columns)};

static struct rows contact_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, position, kind, name, phone, mail, hours, changed_at FROM contact"
            " WHERE body=$1 ORDER BY position, id"),
        V(body));
}

static const struct column contact_event_columns[] = {
    COLUMN_ID,
    {"kind", "種類", COLUMN_INT, NEVER_EMPTY, "プログラムの中の種類", .unit = "種"},
    COLUMN_PERSON("person", "した人"),
    COLUMN_AT("at", "日時"),
};
static const struct table contact_event_table = {.title = "緊急連絡先の確認",
    .about = "1行が、連絡先を変えたり確かめたりした1回", RECORD, TABLE_COLUMNS(contact_event_columns)};

static struct rows contact_event_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, kind, person, at FROM contact_event WHERE body=$1 ORDER BY id"), V(body));
}

static const struct column organ_columns[] = {
    {"number", "番号", COLUMN_INT, KEY_COLUMN, "団体の中の番号。長の部局は0で、行はない", .unit = "番"},
    {"kind", "種類", COLUMN_INT, NEVER_EMPTY,
        "1 議会、2 教育委員会、3 選挙管理委員会、4 人事・公平委員会、5 監査委員、6 農業委員会、"
        "7 固定資産評価審査委員会、8 公安委員会、9 病院、10 大学、11 公営企業、12 その他",
        .unit = "種"},
    {"name", "名称", COLUMN_TEXT, NEVER_EMPTY, "機関の名称"},
    {"in_scope", "対象", COLUMN_YESNO, NEVER_EMPTY, "調査の対象か"},
    {"reason", "理由", COLUMN_TEXT, MAY_BE_EMPTY, "対象とした、しなかった理由"},
    {"law", "根拠", COLUMN_TEXT, MAY_BE_EMPTY, "法令の条"},
    {"decided_by", "決めた人", COLUMN_TEXT, MAY_BE_EMPTY, "役職など"},
    {"decided_on", "決めた日", COLUMN_DAY, NEVER_EMPTY, "決めた日"},
    COLUMN_PERSON("person", "書いた人"),
    COLUMN_AT("at", "書いた日時"),
};
static const struct table organ_table = {.title = "機関", .about = "1行が、長のほかの一つの執行機関など",
    RECORD, TABLE_COLUMNS(organ_columns)};

static struct rows organ_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT number, kind, name, in_scope, reason, law, decided_by, decided_on, person, at"
            " FROM organ WHERE body=$1 ORDER BY number"),
        V(body));
}

static const struct column body_columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    {"kana", "よみ", COLUMN_TEXT, MAY_BE_EMPTY, "名称のよみ"},
    {"class", "区分", COLUMN_INT, NEVER_EMPTY,
        "1 都道府県、2 政令指定都市、3 特別区、4 市、5 町、6 村、9 国の機関、11から 特別の団体", .unit = "種"},
    {"until_day", "この名称の最後の日", COLUMN_DAY, MAY_BE_EMPTY, "今の名称では空"},
    {"retention_years", "氏名を残す年数", COLUMN_INT, MAY_BE_EMPTY, "団体が決めた年数。決めていなければ空",
        .unit = "年"},
};
static const struct table body_table = {.title = "団体",
    .about = "1行目が今の名称。次からは以前の名称", RECORD, TABLE_COLUMNS(body_columns)};

static struct rows body_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT b.code6, b.name, b.kana, b.class, CAST(NULL AS BIGINT) AS until_day, r.years"
            " FROM body b LEFT JOIN retention r ON r.body=b.id WHERE b.id=$1"
            " UNION ALL SELECT code6, name, kana, class, until_day, CAST(NULL AS BIGINT)"
            " FROM body_name WHERE body=$1 ORDER BY 5 DESC NULLS FIRST"),
        V(body));
}

static const struct column attribute_columns[] = {
    {"as_of_day", "いつの値か", COLUMN_DAY, KEY_COLUMN, "値の基準の日"},
    {"population", "人口", COLUMN_INT, NEVER_EMPTY, "人口", .unit = "人"},
    {"core_city", "中核市", COLUMN_YESNO, NEVER_EMPTY, "中核市か"},
    {"peer_group", "類似団体", COLUMN_TEXT, MAY_BE_EMPTY, "出典の書き方のまま"},
    {"source", "出典", COLUMN_TEXT, MAY_BE_EMPTY, "どこから取ったか"},
};
static const struct table attribute_table = {.title = "団体の属性", .about = "1行が、ある日の値", RECORD,
    TABLE_COLUMNS(attribute_columns)};

static struct rows attribute_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT as_of, population, core_city, peer_group, source FROM body_attribute"
            " WHERE body=$1 ORDER BY as_of"),
        V(body));
}

static const struct column allowed_columns[] = {
    {"range", "アドレスの範囲", COLUMN_TEXT, KEY_COLUMN, "サインインできるネットワーク"},
    {"note", "補足", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
};
static const struct table allowed_table = {.title = "サインインできるネットワーク",
    .about = "1行が一つの範囲。行がなければ、どこからでもサインインできる", RECORD,
    TABLE_COLUMNS(allowed_columns)};

static struct rows allowed_rows(struct db *db, int64_t body)
{
    return db_query(
        db, SQL("SELECT range, note FROM allowed WHERE body=$1 ORDER BY range"), V(body));
}

const struct takeout org_takeouts[] = {
    {"body", &body_table, body_rows},
    {"attributes", &attribute_table, attribute_rows},
    {"organs", &organ_table, organ_rows},
    {"people", &people_table, people_rows},
    {"roles", &roles_table, roles_rows},
    {"sections", &section_table, section_rows},
    {"section_members", &member_table, member_rows},
    {"deputies", &deputy_table, deputy_rows},
    {"contacts", &contact_table, contact_rows},
    {"contact_events", &contact_event_table, contact_event_rows},
    {"allowed_networks", &allowed_table, allowed_rows},
    TAKEOUT_END,
};
