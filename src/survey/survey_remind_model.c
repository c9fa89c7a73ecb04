/* SPDX-License-Identifier: Apache-2.0 */
/* Which day calls for a reminder, of which date, to whom. */
#include "survey/survey_remind.h"

/* Days before a date on which one is sent. */
static const int ahead[] = {14, 7, 3, 1, 0};

/* State of the response → what the person whose turn it is (survey_flow.c) reads. */
static const struct remind_step steps[] = {
    {RESPONSE_NOT_STARTED, S("担当者"),
        S("まだ始まっていません。前年度の回答を確かめることから始めてください。"), S(""), S(""),
        false, false},
    {RESPONSE_DRAFT, S("担当者"),
        S("回答の途中です。残りの項目に回答して、提出へ進めてください。"), S(""), S(""), false, false},
    {RESPONSE_RETURNED, S("担当者"),
        S("差し戻されています。理由を読み、直して、もう一度提出へ進めてください。"), S(""),
        S("調査の回答が差し戻されました"), false, false},
    {RESPONSE_MANAGER, S("所属長（課長）"),
        S("所属長の確認を待っています。内容を確かめ、進めるか差し戻してください。"), S(""),
        S("調査の回答を確認してください"), false, false},
    {RESPONSE_CISO, S("CISO"),
        S("CISOの承認を待っています。内容を確かめ、承認するか差し戻してください。"), S(""),
        S("調査の回答を承認してください"), false, false},
    {RESPONSE_SUBMITTED, S("都道府県の取りまとめ担当"),
        S("提出されました。内容を確かめ、受理するか差し戻してください。"), S("/board"),
        S("調査の回答が提出されました"), true, true},
    {RESPONSE_CHECKING, S("都道府県の取りまとめ担当"),
        S("確認の途中です。受理するか差し戻してください。"), S("/board"), S(""), false, false},
};

/* Date → the responses it concerns. */
#define BIT(s) (1u << (s))
enum {
    IN_THE_BODY = BIT(RESPONSE_NOT_STARTED) | BIT(RESPONSE_DRAFT) | BIT(RESPONSE_RETURNED) |
        BIT(RESPONSE_MANAGER) | BIT(RESPONSE_CISO),
    AT_THE_OFFICE = BIT(RESPONSE_SUBMITTED) | BIT(RESPONSE_CHECKING)
};
static const struct {
    enum remind_date date;
    unsigned states;
    bool correcting, any; /* any: whether it is being corrected does not matter */
    bool afterwards;      /* only once the last day of submissions is over */
} concerns[] = {
    {REMIND_SHOWN, IN_THE_BODY, false, false, false},
    {REMIND_SUBMISSION, IN_THE_BODY, false, false, false},
    {REMIND_CORRECTION, IN_THE_BODY, true, false, false},
    {REMIND_CORRECTION, AT_THE_OFFICE, false, true, true},
};

const struct remind_step *survey_remind_step(enum response_state state)
{
    static const struct remind_step nobody = {.state = RESPONSE_ACCEPTED};
    for (size_t i = 0; i < COUNT_OF(steps); i++)
        if (steps[i].state == state)
            return &steps[i];
    return &nobody;
}

uint32_t survey_remind_role(const struct remind_step *step, enum body_class class)
{
    uint32_t turn = survey_flow_turn(step->state);
    if (!(turn & ROLE_PREF))
        return turn;
    return class == CLASS_PREFECTURE ? ROLE_NATION : ROLE_PREF;
}

static bool is_ahead(int days)
{
    for (size_t i = 0; i < COUNT_OF(ahead); i++)
        if (ahead[i] == days)
            return true;
    return false;
}

size_t survey_remind_due(const struct survey *s, jday today, struct remind_due out[3])
{
    const struct remind_due dates[] = {{REMIND_SHOWN, s->shown_deadline, 0},
        {REMIND_SUBMISSION, s->last_submission, 0}, {REMIND_CORRECTION, s->last_correction, 0}};
    size_t n = 0;
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        bool last_of_day = i + 1 == COUNT_OF(dates) || dates[i + 1].day != dates[i].day;
        int days = dates[i].day == DAY_NONE ? -1 : (int)dates[i].day - (int)today;
        /* Two dates on one day are one: but corrections concern others than submissions do. */
        if (!last_of_day && dates[i].date == REMIND_SHOWN)
            continue;
        if (is_ahead(days)) {
            out[n] = dates[i];
            out[n++].days = days;
        }
    }
    return n;
}

bool survey_remind_concerns(const struct survey *s, const struct remind_due *due,
    enum response_state state, bool correcting)
{
    bool over = due->day - due->days > s->last_submission;
    for (size_t i = 0; i < COUNT_OF(concerns) && s->state == SURVEY_OPEN; i++)
        if (concerns[i].date == due->date && (concerns[i].states & BIT(state)) &&
            (concerns[i].any || concerns[i].correcting == correcting) &&
            (over || !concerns[i].afterwards))
            return true;
    return false;
}
