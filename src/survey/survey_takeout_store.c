/* SPDX-License-Identifier: Apache-2.0 */
/* What survey holds of a body, for the body to take with it. */
#include "survey/survey_private.h"

#define COLUMN_SURVEY {"survey", "調査", COLUMN_INT, NEVER_EMPTY, "「調査」の番号", .unit = "番"}
#define COLUMN_RESPONSE                                                                          \
    {"response", "回答票", COLUMN_INT, NEVER_EMPTY, "「回答票」の番号", .unit = "番"}
#define COLUMN_ORGAN                                                                             \
    {"organ", "機関", COLUMN_INT, NEVER_EMPTY, "0は長の部局。ほかは「機関」の番号", .unit = "番"}
#define COLUMN_QUESTION {"question", "項目", COLUMN_TEXT, NEVER_EMPTY, "項目の記号"}
#define STATES                                                                                   \
    "0 未着手、1 回答中、2 提出済み、3 課長の確認待ち、4 CISOの承認待ち、5 差戻し、6 確認中、7 受理"

static const struct column survey_columns[] = {
    COLUMN_ID,
    {"title", "調査の名前", COLUMN_TEXT, NEVER_EMPTY, "調査の名前"},
    {"fiscal_year", "年度", COLUMN_INT, NEVER_EMPTY, "年度", .unit = "年度"},
    {"as_of_day", "調査の基準日", COLUMN_DAY, NEVER_EMPTY, "いつの状況を答えるか"},
    {"shown_deadline", "期限", COLUMN_DAY, NEVER_EMPTY, "回答する人に示した期限"},
    {"last_submission", "提出できる最後の日", COLUMN_DAY, NEVER_EMPTY, "この日まで"},
};
static const struct table survey_table = {.title = "調査", .about = "1行が、自団体に尋ねた一つの調査",
    .kind = "調査", TABLE_COLUMNS(survey_columns)};

static struct rows survey_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, title, fiscal_year, as_of, shown_deadline, last_submission FROM survey"
            " WHERE id IN (SELECT survey FROM response WHERE body=$1) ORDER BY id"),
        V(body));
}

static const struct column response_columns[] = {
    COLUMN_ID,
    COLUMN_SURVEY,
    COLUMN_ORGAN,
    {"state", "状態", COLUMN_INT, NEVER_EMPTY, STATES, .unit = "種"},
    COLUMN_AT("started_at", "始めた日時"),
    COLUMN_AT("changed_at", "変えた日時"),
    COLUMN_AT("submitted_at", "提出した日時"),
    {"submission", "今の提出", COLUMN_INT, MAY_BE_EMPTY, "「提出」の番号", .unit = "番"},
};
static const struct table response_table = {.title = "回答票",
    .about = "1行が、一つの調査への一つの機関の回答", .kind = "回答", TABLE_COLUMNS(response_columns)};

static struct rows response_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT id, survey, organ, state, started_at, changed_at, submitted_at, submission"
            " FROM response WHERE body=$1 ORDER BY id"),
        V(body));
}

static const struct column submission_columns[] = {
    COLUMN_ID,
    COLUMN_RESPONSE,
    {"number", "何回目か", COLUMN_INT, NEVER_EMPTY, "1から", .unit = "回目"},
    {"horizon", "区切り", COLUMN_INT, NEVER_EMPTY,
        "「回答の履歴」と「根拠資料」のうち、番号がこれ以下のものが、この提出の内容", .unit = "番"},
    COLUMN_PERSON("person", "提出した人"),
    COLUMN_AT("at", "提出した日時"),
    {"hash", "ハッシュ値", COLUMN_CODE, NEVER_EMPTY, "提出した回答の、項目の順の SHA-256。控えの値と同じ",
        .pattern = HASH_PATTERN},
};
static const struct table submission_table = {.title = "提出", .about = "1行が1回の提出",
    .kind = "提出", TABLE_COLUMNS(submission_columns)};

static struct rows submission_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT s.id, s.response, s.number, s.horizon, s.person, s.at, s.hash FROM submission s"
            " JOIN response r ON r.id=s.response WHERE r.body=$1 ORDER BY s.id"),
        V(body));
}

static const struct column step_columns[] = {
    COLUMN_ID,
    COLUMN_RESPONSE,
    {"act", "操作", COLUMN_TEXT, NEVER_EMPTY, "プログラムの中の名前"},
    {"from_state", "前の状態", COLUMN_INT, NEVER_EMPTY, STATES, .unit = "種"},
    {"to_state", "後の状態", COLUMN_INT, NEVER_EMPTY, STATES, .unit = "種"},
    COLUMN_PERSON("person", "した人"),
    COLUMN_PERSON("deputy_for", "誰の代理か"),
    COLUMN_AT("at", "日時"),
    {"reason", "理由", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"submission", "提出", COLUMN_INT, MAY_BE_EMPTY, "「提出」の番号", .unit = "番"},
};
static const struct table step_table = {.title = "確認・承認・差戻しの履歴", .about = "1行が1回の操作",
    .kind = "記録", TABLE_COLUMNS(step_columns)};

static struct rows step_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT s.id, s.response, s.act, s.from_state, s.to_state, s.person, s.deputy_for, s.at,"
            " s.reason, s.submission FROM response_step s JOIN response r ON r.id=s.response"
            " WHERE r.body=$1 ORDER BY s.id"),
        V(body));
}

static const struct column comment_columns[] = {
    COLUMN_ID,
    COLUMN_SURVEY,
    COLUMN_QUESTION,
    COLUMN_PERSON("person", "書いた人"),
    COLUMN_AT("at", "日時"),
    {"text", "文", COLUMN_TEXT, NEVER_EMPTY, "人が書いた文"},
    COLUMN_ORGAN,
};
static const struct table comment_table = {.title = "項目の意見", .about = "1行が一つの書き込み",
    .kind = "記録", TABLE_COLUMNS(comment_columns)};

static struct rows comment_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT c.id, c.survey, q.code, c.person, c.at, c.text, c.organ FROM item_comment c"
            " JOIN question q ON q.id=c.question WHERE c.body=$1 ORDER BY c.id"),
        V(body));
}

static const struct column assignment_columns[] = {
    COLUMN_ID,
    COLUMN_SURVEY,
    {"area", "分野", COLUMN_TEXT, MAY_BE_EMPTY, "分野の記号。項目のときは空"},
    {"question", "項目", COLUMN_TEXT, MAY_BE_EMPTY, "項目の記号。分野のときは空"},
    {"section", "課", COLUMN_INT, MAY_BE_EMPTY, "「課」の番号。割り当てを外したときは空", .unit = "番"},
    {"due", "期限", COLUMN_DAY, MAY_BE_EMPTY, "課への期限"},
    COLUMN_PERSON("person", "割り当てた人"),
    COLUMN_AT("at", "日時"),
};
static const struct table assignment_table = {.title = "課への割り当て", .about = "1行が1回の割り当て",
    .kind = "記録", TABLE_COLUMNS(assignment_columns)};

static struct rows assignment_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT a.id, a.survey, a.area, q.code, a.section, a.due, a.person, a.at"
            " FROM assignment a LEFT JOIN question q ON q.id=a.question WHERE a.body=$1"
            " ORDER BY a.id"),
        V(body));
}

static const struct column plan_columns[] = {
    COLUMN_ID,
    COLUMN_ORGAN,
    COLUMN_QUESTION,
    {"version", "版", COLUMN_INT, NEVER_EMPTY, "1から。大きいものが新しい", .unit = "番"},
    {"since", "計画した年度", COLUMN_INT, NEVER_EMPTY, "年度", .unit = "年度"},
    {"text", "内容", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"section", "課", COLUMN_INT, MAY_BE_EMPTY, "「課」の番号", .unit = "番"},
    {"post", "担当", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"due", "期限", COLUMN_DAY, MAY_BE_EMPTY, "ないときは空"},
    {"cost", "費用（千円）", COLUMN_INT, MAY_BE_EMPTY, "分からないときは空", .unit = "千円"},
    {"state", "状態", COLUMN_INT, NEVER_EMPTY, "1 計画中、2 実施中、3 完了、4 取りやめ", .unit = "種"},
    {"reason", "理由", COLUMN_TEXT, MAY_BE_EMPTY, "取りやめた理由"},
    COLUMN_PERSON("person", "書いた人"),
    COLUMN_AT("at", "日時"),
};
static const struct table plan_table = {.title = "対応の計画", .about = "1行が、一つの項目の計画の一つの版",
    .kind = "計画", TABLE_COLUMNS(plan_columns)};

static struct rows plan_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT p.id, p.organ, q.code, p.version, p.since, p.text, p.section, p.post, p.due,"
            " p.cost, p.state, p.reason, p.person, p.at FROM plan_item p"
            " JOIN question q ON q.id=p.question WHERE p.body=$1 ORDER BY p.id"),
        V(body));
}

static const struct column file_columns[] = {
    COLUMN_ID,
    COLUMN_SURVEY,
    COLUMN_ORGAN,
    COLUMN_QUESTION,
    {"hash", "ハッシュ値", COLUMN_CODE, NEVER_EMPTY, "中身の SHA-256。files の中のファイルの名前",
        .pattern = HASH_PATTERN},
    {"size", "大きさ", COLUMN_INT, NEVER_EMPTY, "中身の大きさ", .unit = "バイト"},
    {"name", "元の名前", COLUMN_TEXT, NEVER_EMPTY, "添付したときの名前"},
    {"note", "補足", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"valid_until", "有効期限", COLUMN_DAY, MAY_BE_EMPTY, "期限がないときは空"},
    {"from_file", "引き継いだ資料", COLUMN_INT, MAY_BE_EMPTY, "前の調査での番号", .unit = "番"},
    COLUMN_PERSON("person", "添付した人"),
    COLUMN_AT("at", "添付した日時"),
    COLUMN_AT("removed_at", "外した日時"),
    COLUMN_PERSON("removed_by", "外した人"),
};
static const struct table file_table = {.title = "根拠資料", .about = "1行が、一つの項目への一つの添付",
    .kind = "記録", TABLE_COLUMNS(file_columns)};

static struct rows file_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT f.id, f.survey, f.organ, q.code, f.blob, b.size, f.name, f.note, f.valid_until,"
            " f.from_file, f.person, f.at, f.removed_at, f.removed_by FROM item_file f"
            " JOIN question q ON q.id=f.question JOIN blob b ON b.hash=f.blob"
            " WHERE f.body=$1 ORDER BY f.id"),
        V(body));
}

static struct rows file_contents(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT f.blob, b.size, MIN(f.name) FROM item_file f JOIN blob b ON b.hash=f.blob"
            " WHERE f.body=$1 GROUP BY f.blob, b.size ORDER BY f.blob"),
        V(body));
}

static const struct column check_columns[] = {
    COLUMN_ID,
    {"submission", "提出", COLUMN_INT, NEVER_EMPTY, "「提出」の番号", .unit = "番"},
    COLUMN_QUESTION,
    {"verdict", "結果", COLUMN_INT, NEVER_EMPTY, "プログラムの中の種類", .unit = "種"},
    {"note", "指摘", COLUMN_TEXT, MAY_BE_EMPTY, "確かめた人が書いた文"},
    COLUMN_PERSON("person", "確かめた人"),
    COLUMN_AT("at", "日時"),
};
static const struct table check_table = {.title = "提出への指摘", .about = "1行が、一つの項目の1回の確認",
    .kind = "記録", TABLE_COLUMNS(check_columns)};

/* What the office wrote is the body's own once it was sent back or accepted, as on its pages. */
static struct rows check_rows(struct db *db, int64_t body)
{
    return db_query(db,
        SQL("SELECT c.id, c.submission, q.code, c.verdict, c.note, c.person, c.at FROM item_check c"
            " JOIN question q ON q.id=c.question JOIN submission s ON s.id=c.submission"
            " JOIN response r ON r.id=s.response WHERE r.body=$1 AND EXISTS (SELECT 1"
            " FROM response_step t WHERE t.response=r.id AND t.to_state IN (5, 7)"
            " AND t.id>c.id AND t.submission=c.submission) ORDER BY c.id"),
        V(body));
}

const struct takeout survey_takeouts[] = {
    {"surveys", &survey_table, survey_rows},
    {"responses", &response_table, response_rows},
    {"submissions", &submission_table, submission_rows},
    {"steps", &step_table, step_rows},
    {"checks", &check_table, check_rows},
    {"comments", &comment_table, comment_rows},
    {"assignments", &assignment_table, assignment_rows},
    {"plan", &plan_table, plan_rows},
    {"files", &file_table, file_rows, file_contents},
    TAKEOUT_END,
};
