/* SPDX-License-Identifier: Apache-2.0 */
/* What darknet holds of a body's alerts, for the body to take with it. */
#include "darknet/darknet_alert.h"

#define RECORD .kind = "登録"

static const struct column alert_columns[] = {
    COLUMN_ID,
    {"source", "アドレス", COLUMN_TEXT, NEVER_EMPTY, "通信を送った（攻撃を受けているときは受けている）アドレス"},
    {"class", "何に見えるか", COLUMN_INT, NEVER_EMPTY,
        "1 分からない、2 送信元の偽装、3 設定の誤り、4 攻撃を受けている、5 探索、6 ワームの広がり", .unit = "種"},
    {"tool", "道具", COLUMN_TEXT, MAY_BE_EMPTY, "通信の特徴から分かった道具か不正プログラム"},
    {"confidence", "確かさ", COLUMN_INT, NEVER_EMPTY, "1 可能性がある、2 おそらく確か、3 確か", .unit = "種"},
    {"infected", "感染", COLUMN_YESNO, NEVER_EMPTY, "機器が感染していると考えられるか"},
    {"severity", "重要度", COLUMN_INT, NEVER_EMPTY, "1 低、2 中、3 高", .unit = "種"},
    {"services", "あて先の種類", COLUMN_TEXT, MAY_BE_EMPTY, "プロトコルとポート"},
    {"packets", "パケット数", COLUMN_INT, NEVER_EMPTY, "見つかった数", .unit = "個"},
    {"rate_most", "最も多い1分の数", COLUMN_INT, NEVER_EMPTY, "0は分からない", .unit = "個"},
    COLUMN_AT("first", "初めのパケット"),
    COLUMN_AT("last", "最後のパケット"),
    COLUMN_AT("at", "通知の日時"),
    COLUMN_AT("acked_at", "確認した日時"),
    COLUMN_PERSON("acked_by", "確認した人"),
    {"cause", "原因", COLUMN_INT, NEVER_EMPTY,
        "0 まだ、1 感染、2 設定の誤り、3 検査、4 攻撃、5 偽装、6 別の団体、7 管理しない機器、8 不明", .unit = "種"},
    {"note", "説明", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    COLUMN_AT("closed_at", "原因を記録した日時"),
    COLUMN_PERSON("closed_by", "原因を記録した人"),
};
const struct table darknet_alert_table = {.title = "不審な通信の通知", .about = "1行が一つの通知", RECORD,
    TABLE_COLUMNS(alert_columns)};

struct rows darknet_alert_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT m.id, e.source, e.class, e.tool, e.confidence, e.infected, e.severity, e.services,"
            " e.packets, e.rate_most, e.first_at, e.last_at, m.at, m.acked_at, m.acked_by, m.cause, m.note, m.closed_at,"
            " m.closed_by FROM darknet_alert m JOIN darknet_episode e ON e.id=m.episode WHERE m.body=$1"
            " ORDER BY m.id"),
        V(body));
}

#define ALERT_COLUMN {"alert", "通知", COLUMN_INT, NEVER_EMPTY, "「不審な通信の通知」の番号", .unit = "番"}

static const struct column packet_columns[] = {
    COLUMN_ID,
    ALERT_COLUMN,
    COLUMN_AT("at", "日時"),
    {"protocol", "種類", COLUMN_TEXT, NEVER_EMPTY, "tcp、udp、icmp など"},
    {"source_port", "送信元ポート", COLUMN_INT, NEVER_EMPTY, "0はない", .unit = "番"},
    {"dark", "あて先", COLUMN_TEXT, NEVER_EMPTY, "使われていないアドレス。秘密"},
    {"port", "あて先ポート", COLUMN_INT, NEVER_EMPTY, "0はない", .unit = "番"},
    {"wire", "長さ", COLUMN_INT, NEVER_EMPTY,
        "IPヘッダーからの長さ。0は分からない。中身は通知の画面からpcapで保存する", .unit = "B"},
};
const struct table darknet_alert_packet_table = {.title = "通知の初めのパケット",
    .about = "1行が一つのパケット", RECORD, TABLE_COLUMNS(packet_columns)};

struct rows darknet_alert_packet_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT p.id, m.id, p.at, p.protocol, p.source_port, p.dark, p.port, p.wire FROM darknet_packet p"
            " JOIN darknet_alert m ON m.episode=p.episode WHERE m.body=$1 ORDER BY p.id"),
        V(body));
}

static const struct column event_columns[] = {
    COLUMN_ID,
    ALERT_COLUMN,
    {"kind", "こと", COLUMN_INT, NEVER_EMPTY,
        "1 見つかった、2 激しくなった、3 続いている、4 収まった、5 再び始まった、6 確認した、7 原因を記録した、8 都道府県に知らせた",
        .unit = "種"},
    {"way", "知らせ方", COLUMN_INT, NEVER_EMPTY,
        "0 なし、1 すぐにメール、2 朝のまとめ、3 上限を超えて朝のまとめ、4 止めている", .unit = "種"},
    COLUMN_PERSON("person", "した人"),
    {"text", "内容", COLUMN_TEXT, MAY_BE_EMPTY, "記録した原因など"},
    COLUMN_AT("at", "日時"),
};
const struct table darknet_alert_event_table = {.title = "通知の経過", .about = "1行が一つの出来事", RECORD,
    TABLE_COLUMNS(event_columns)};

struct rows darknet_alert_event_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT v.id, v.alert, v.kind, v.way, v.person, v.text, v.at FROM darknet_event v"
            " JOIN darknet_alert m ON m.id=v.alert WHERE m.body=$1 ORDER BY v.id"),
        V(body));
}

static const struct column suppression_columns[] = {
    COLUMN_ID,
    {"source", "アドレス", COLUMN_TEXT, MAY_BE_EMPTY, "空は全て"},
    {"port", "ポート", COLUMN_INT, NEVER_EMPTY, "0は全て", .unit = "番"},
    {"reason", "理由", COLUMN_TEXT, NEVER_EMPTY, "人が書いた文"},
    COLUMN_PERSON("person", "止めた人"),
    COLUMN_AT("at", "止めた日時"),
    COLUMN_AT("until", "いつまで"),
};
const struct table darknet_suppression_table = {.title = "止めている通知",
    .about = "1行が一つの止め方", RECORD, TABLE_COLUMNS(suppression_columns)};

struct rows darknet_suppression_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, source, port, reason, person, at, until FROM darknet_suppression WHERE body=$1"
            " ORDER BY id"),
        V(body));
}
