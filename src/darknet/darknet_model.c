/* SPDX-License-Identifier: Apache-2.0 */
/* The way of an application, contacts, and use over time. */
#include "darknet/darknet_model.h"

static const struct word states[] = {
    {DARKNET_DRAFT, S("draft"), S("下書き")},
    {DARKNET_FILED, S("filed"), S("申込")},
    {DARKNET_DESK, S("desk"), S("取りまとめ中")},
    {DARKNET_RETURNED, S("returned"), S("差戻し")},
    {DARKNET_OBSERVED, S("observed"), S("観測中")},
    {DARKNET_REPLACED, S("replaced"), S("次の版に交代")},
    {DARKNET_ENDED, S("ended"), S("利用終了")},
    {DARKNET_WITHDRAWN, S("withdrawn"), S("取下げ")},
};

str darknet_state_key(enum darknet_state s)
{
    return WORD_OF(states, s)->key;
}

str darknet_state_name(enum darknet_state s)
{
    return WORD_OF(states, s)->name;
}

enum darknet_state darknet_state_of_key(str key)
{
    return (enum darknet_state)WORD_OF_KEY(states, key)->value;
}

bool darknet_state_is_open(enum darknet_state s)
{
    return s == DARKNET_DRAFT || s == DARKNET_RETURNED;
}

bool darknet_state_is_shown(enum darknet_state s)
{
    return s == DARKNET_FILED || s == DARKNET_DESK || s == DARKNET_OBSERVED ||
        s == DARKNET_REPLACED || s == DARKNET_ENDED;
}

static const struct word body_next[] = {
    {DARKNET_DRAFT, S(""), S("アドレスの範囲と連絡先を登録して、申し込んでください。")},
    {DARKNET_FILED, S(""), S("窓口が確認を始めるのを待っています。することはありません。")},
    {DARKNET_DESK, S(""), S("窓口が内容を確認しています。することはありません。")},
    {DARKNET_RETURNED, S(""), S("窓口から差し戻されました。理由を読み、直して、もう一度申し込んでください。")},
    {DARKNET_OBSERVED, S(""), S("観測しています。範囲が変わったら、変更を申し込んでください。")},
    {DARKNET_REPLACED, S(""), S("次の版に代わりました。")},
    {DARKNET_ENDED, S(""), S("利用を終了しました。もう一度使うときは、新しく申し込んでください。")},
    {DARKNET_WITHDRAWN, S(""), S("取り下げました。もう一度申し込むときは、新しく始めてください。")},
};

static const struct word desk_next[] = {
    {DARKNET_FILED, S(""), S("あなたの番です。確認を始めてください。")},
    {DARKNET_DESK, S(""), S("あなたの番です。下の確認事項を見て、承認するか、理由を書いて差し戻してください。")},
    {DARKNET_RETURNED, S(""), S("団体が直すのを待っています。")},
    {DARKNET_OBSERVED, S(""), S("観測しています。")},
    {DARKNET_REPLACED, S(""), S("次の版に代わりました。")},
    {DARKNET_ENDED, S(""), S("利用は終わっています。")},
    {DARKNET_WITHDRAWN, S(""), S("団体が取り下げました。")},
};

str darknet_next_text(enum darknet_state s, bool desk)
{
    return desk ? WORD_OF(desk_next, s)->name : WORD_OF(body_next, s)->name;
}

/* ── the table of the way ── */

#define TO_DESK "ダークネット観測の申込みについて、窓口の確認をお願いします。\n"
#define WITHDRAWN_TEXT "団体が申込みを取り下げました。することはありません。\n"
#define ENDED_TEXT "終了の時から、この団体のアドレスは観測されません。\n"

const struct darknet_flow darknet_flows[] = {
    {"file", DARKNET_DRAFT, DARKNET_FILED, DARKNET_BODY, DARKNET_COMPLETE, "申込み",
        "この内容で申し込む", "ダークネット観測の申込みがありました", TO_DESK},
    {"file", DARKNET_RETURNED, DARKNET_FILED, DARKNET_BODY, DARKNET_COMPLETE, "直して、再び申込み",
        "直したので、もう一度申し込む", "ダークネット観測の申込みが直されました", TO_DESK},
    {"take", DARKNET_FILED, DARKNET_DESK, DARKNET_OFFICE, 0, "窓口が確認を開始", "確認を始める",
        "ダークネット観測の申込みの確認を始めました",
        "窓口が内容を確認しています。終わるとお知らせします。\n"},
    {"approve", DARKNET_DESK, DARKNET_OBSERVED, DARKNET_OFFICE, DARKNET_CHECKED, "窓口が承認、観測を開始",
        "承認して観測を始める", "ダークネット観測を始めました",
        "申込みが承認され、今から観測しています。登録した範囲から不審な通信が見つかると、連絡先にお知らせします。\n"},
    {"return", DARKNET_FILED, DARKNET_RETURNED, DARKNET_OFFICE, DARKNET_REASON | DARKNET_BACK,
        "窓口が差戻し", "理由を書いて差し戻す", "ダークネット観測の申込みが差し戻されました",
        "画面で理由を読み、直して、もう一度申し込んでください。\n"},
    {"return", DARKNET_DESK, DARKNET_RETURNED, DARKNET_OFFICE, DARKNET_REASON | DARKNET_BACK,
        "窓口が差戻し", "理由を書いて差し戻す", "ダークネット観測の申込みが差し戻されました",
        "画面で理由を読み、直して、もう一度申し込んでください。\n"},
    {"withdraw", DARKNET_DRAFT, DARKNET_WITHDRAWN, DARKNET_BODY, DARKNET_BACK, "取下げ",
        "この下書きをやめる", NULL, NULL},
    {"withdraw", DARKNET_RETURNED, DARKNET_WITHDRAWN, DARKNET_BODY, DARKNET_BACK, "取下げ",
        "申込みを取り下げる", "ダークネット観測の申込みが取り下げられました", WITHDRAWN_TEXT},
    {"withdraw", DARKNET_FILED, DARKNET_WITHDRAWN, DARKNET_BODY, DARKNET_BACK, "取下げ",
        "申込みを取り下げる", "ダークネット観測の申込みが取り下げられました", WITHDRAWN_TEXT},
    {"withdraw", DARKNET_DESK, DARKNET_WITHDRAWN, DARKNET_BODY, DARKNET_BACK, "取下げ",
        "申込みを取り下げる", "ダークネット観測の申込みが取り下げられました", WITHDRAWN_TEXT},
    {"leave", DARKNET_OBSERVED, DARKNET_ENDED, DARKNET_BODY, DARKNET_REASON | DARKNET_BACK,
        "利用を終了", "利用を終了する", "ダークネット観測の利用が終了しました", ENDED_TEXT},
    {"end", DARKNET_OBSERVED, DARKNET_ENDED, DARKNET_OFFICE, DARKNET_REASON | DARKNET_BACK,
        "窓口が観測を終了", "理由を書いて観測を終了する", "ダークネット観測が終了しました", ENDED_TEXT},
    {"replace", DARKNET_OBSERVED, DARKNET_REPLACED, DARKNET_PROGRAM, 0, "次の版に交代", "", NULL, NULL},
    {.key = NULL},
};

const struct darknet_flow *darknet_flow_find(
    str key, enum darknet_state from, enum darknet_side side)
{
    for (const struct darknet_flow *f = darknet_flows; f->key; f++)
        if (f->from == from && f->side == side && str_eq(str_of(f->key), key))
            return f;
    return NULL;
}

bool darknet_flow_is_known(str key, enum darknet_side side)
{
    for (const struct darknet_flow *f = darknet_flows; f->key; f++)
        if (f->side == side && str_eq(str_of(f->key), key))
            return true;
    return false;
}

str darknet_flow_name(str key, enum darknet_state from)
{
    for (const struct darknet_flow *f = darknet_flows; f->key; f++)
        if (f->from == from && str_eq(str_of(f->key), key))
            return str_of(f->name);
    return STR_NONE;
}

/* ── contacts ── */

const struct word darknet_hours_words[2] = {
    {DARKNET_WEEKDAYS, S("weekdays"), S("平日日中")},
    {DARKNET_ALWAYS, S("always"), S("終日")},
};
const struct word darknet_languages[2] = {
    {1, S("ja"), S("日本語")},
    {2, S("en"), S("英語")},
};

/* ── use over time ── */

int64_t darknet_users_at(const struct darknet_period *v, size_t n, usec at)
{
    int64_t users = 0;
    for (size_t i = 0; i < n; i++)
        users += v[i].from <= at && (v[i].to == 0 || v[i].to > at);
    return users;
}

jday darknet_month_end(jday day, int before)
{
    struct civil c = civil_of_jday(day);
    int month = c.y * 12 + c.m - before; /* from 0, of the month after */
    return jday_of(month / 12, month % 12 + 1, 1) - 1;
}

bool darknet_may_nudge(usec last, usec now)
{
    return last == 0 || now - last >= DARKNET_NUDGE_DAYS * USEC_DAY;
}
