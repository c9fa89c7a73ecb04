/* SPDX-License-Identifier: Apache-2.0 */
/* What is held of a body, for the body to take with it: what it was sent and answered, and what it wrote. */
#include "notice/notice_private.h"

#define RECORD .kind = "登録"

static const struct column receipt_columns[] = {
    {"notice", "お知らせ", COLUMN_INT, KEY_COLUMN, "お知らせの番号", .unit = "番"},
    {"office", "送った所", COLUMN_TEXT, NEVER_EMPTY, "送った国の機関か都道府県"},
    {"number", "号", COLUMN_INT, NEVER_EMPTY, "送った所の中の番号", .unit = "番"},
    COLUMN_AT("sent_at", "送られた日時"),
    COLUMN_AT("seen_at", "初めて開いた日時"),
    COLUMN_PERSON("seen_by", "初めて開いた人"),
    {"answer", "確認", COLUMN_INT, NEVER_EMPTY, "0 まだ、1 当てはまる・対応する、2 当てはまらない、3 調べている", .unit = "種"},
    {"note", "補足", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_AT("answered_at", "確認した日時"),
    COLUMN_PERSON("answered_by", "確認した人"),
};
static const struct table receipt_table = {.title = "届いたお知らせ", .about = "1行が、自団体に届いた一つのお知らせ。中身は、読める人が画面で読む",
    RECORD, TABLE_COLUMNS(receipt_columns)};

static struct rows receipt_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT r.notice, o.name, n.number, n.sent_at, r.seen_at, r.seen_by, r.answer, r.note, r.answered_at, r.answered_by"
            " FROM notice_receipt r JOIN notice n ON n.id=r.notice JOIN body o ON o.id=n.office WHERE r.body=$1 ORDER BY r.notice"),
        V(body));
}

static const struct column reader_columns[] = {
    {"notice", "お知らせ", COLUMN_INT, KEY_COLUMN, "お知らせの番号", .unit = "番"},
    {"person", "読める人", COLUMN_INT, KEY_COLUMN, "TLP:REDの、読める人の番号", .unit = "番"},
};
static const struct table reader_table = {.title = "名指しで届いたお知らせ", .about = "1行が、TLP:REDのお知らせを読める1人", RECORD,
    TABLE_COLUMNS(reader_columns)};

static struct rows reader_rows(struct db *db, int64_t body)
{
    return db_query(db, SQL("SELECT notice, person FROM notice_reader WHERE body=$1 ORDER BY notice, person"), V(body));
}

static const struct column written_columns[] = {
    COLUMN_ID,
    {"number", "号", COLUMN_INT, MAY_BE_EMPTY, "空は、下書き", .unit = "番"},
    {"tlp", "TLP", COLUMN_INT, NEVER_EMPTY, "0 未定、1 CLEAR、2 GREEN、3 AMBER、4 AMBER+STRICT、5 RED", .unit = "種"},
    {"urgency", "緊急度", COLUMN_INT, NEVER_EMPTY, "1 緊急、2 至急、3 通常、4 参考", .unit = "種"},
    {"drill", "訓練", COLUMN_YESNO, NEVER_EMPTY, "訓練のものか"},
    {"title", "題名", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"due", "確認の期限", COLUMN_DAY, MAY_BE_EMPTY, "ないときは空"},
    COLUMN_PERSON("person", "書き始めた人"),
    COLUMN_AT("at", "書き始めた日時"),
    COLUMN_AT("sent_at", "送った日時"),
    COLUMN_PERSON("sent_by", "送った人"),
};
static const struct table written_table = {.title = "書いたお知らせ", .about = "1行が、自分の所で書いた一つのお知らせ", RECORD,
    TABLE_COLUMNS(written_columns)};

static struct rows written_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, number, tlp, urgency, drill, title, due, person, at, sent_at, sent_by FROM notice WHERE office=$1 ORDER BY id"),
        V(body));
}

static const struct column part_columns[] = {
    {"notice", "お知らせ", COLUMN_INT, KEY_COLUMN, "「書いたお知らせ」の番号", .unit = "番"},
    {"key", "欄", COLUMN_TEXT, KEY_COLUMN, "欄の名前"},
    {"text", "文", COLUMN_TEXT, NEVER_EMPTY, "人が書いた文"},
};
static const struct table part_table = {.title = "書いたお知らせの文", .about = "1行が、一つの欄", RECORD, TABLE_COLUMNS(part_columns)};

static struct rows part_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT p.notice, p.key, p.text FROM notice_part p JOIN notice n ON n.id=p.notice WHERE n.office=$1"
            " ORDER BY p.notice, p.key"),
        V(body));
}

static const struct column wish_columns[] = {
    {"notice", "お知らせ", COLUMN_INT, KEY_COLUMN, "「書いたお知らせ」の番号", .unit = "番"},
    {"condition", "条件", COLUMN_TEXT, KEY_COLUMN, "条件の名前"},
    {"value", "値", COLUMN_TEXT, KEY_COLUMN, "条件の値"},
};
static const struct table wish_table = {.title = "書いたお知らせの宛先の条件", .about = "1行が、一つの条件", RECORD,
    TABLE_COLUMNS(wish_columns)};

static struct rows wish_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT w.notice, w.condition, w.value FROM notice_audience w JOIN notice n ON n.id=w.notice WHERE n.office=$1"
            " ORDER BY w.notice, w.condition, w.value"),
        V(body));
}

const struct takeout notice_takeouts[] = {
    {"notices_received", &receipt_table, receipt_rows},
    {"notices_named", &reader_table, reader_rows},
    {"notices_written", &written_table, written_rows},
    {"notice_parts", &part_table, part_rows},
    {"notice_audience", &wish_table, wish_rows},
    TAKEOUT_END,
};
