/* SPDX-License-Identifier: Apache-2.0 */
/* States of items, rows of the cube, shares. */
#include "survey/survey_model.h"

#include "core/word.h"

enum item_state survey_item_state(const struct question *q, const struct fact *now,
    const struct fact *last, bool reworded)
{
    if (now->id != 0 && now->value.n > 0)
        return now->basis == BASIS_CONFIRMED ? ITEM_CONFIRMED
            : now->basis == BASIS_CARRIED    ? ITEM_CARRIED
            : now->basis == BASIS_MEASURED   ? ITEM_MEASURED
                                             : ITEM_DECLARED;
    if (now->id != 0 || last->id == 0 || last->value.n == 0 || q->carry == CARRY_NEVER)
        return ITEM_MISSING; /* now->id: withdrawn on purpose this year */
    return q->carry == CARRY_REASK || reworded ? ITEM_REASK : ITEM_CARRIED;
}

str survey_item_value(const struct item *it)
{
    switch (it->state) {
    case ITEM_CARRIED:
        return it->now.id ? it->now.value : it->last.value;
    case ITEM_CONFIRMED:
    case ITEM_DECLARED:
    case ITEM_MEASURED:
        return it->now.value;
    case ITEM_MISSING:
    case ITEM_REASK:
    case ITEM_NOT_ASKED:
        break;
    }
    return STR_NONE;
}

bool survey_item_is_todo(const struct item *it)
{
    return it->state == ITEM_MISSING || it->state == ITEM_REASK ||
        (it->state == ITEM_CARRIED && it->q->carry != CARRY_AUTO);
}

bool survey_item_may_confirm(const struct item *it)
{
    return it->state == ITEM_CARRIED && it->now.id == 0;
}

bool survey_item_blocks(const struct item *it)
{
    return it->q->essential && !it->q->pending && survey_item_is_todo(it);
}

static const struct word item_states[] = {
    {ITEM_MISSING, S("missing"), S("未回答")},
    {ITEM_REASK, S("missing"), S("今年の回答が必要")},
    {ITEM_CARRIED, S("carried"), S("前年度の回答")},
    {ITEM_CONFIRMED, S("confirmed"), S("確認済み")},
    {ITEM_DECLARED, S("declared"), S("今年の回答")},
    {ITEM_MEASURED, S("measured"), S("測定値")},
    {ITEM_NOT_ASKED, S("notasked"), S("対象外（条件により）")},
};

static const struct word response_states[] = {
    {RESPONSE_NOT_STARTED, S("notstarted"), S("未着手")},
    {RESPONSE_DRAFT, S("draft"), S("回答中")},
    {RESPONSE_SUBMITTED, S("submitted"), S("提出済み")},
    {RESPONSE_MANAGER, S("manager"), S("課長の確認待ち")},
    {RESPONSE_CISO, S("ciso"), S("CISOの承認待ち")},
    {RESPONSE_RETURNED, S("returned"), S("差戻し")},
    {RESPONSE_CHECKING, S("checking"), S("都道府県の確認中")},
    {RESPONSE_ACCEPTED, S("accepted"), S("受理")},
};

bool survey_response_is_editable(enum response_state s)
{
    return s == RESPONSE_NOT_STARTED || s == RESPONSE_DRAFT || s == RESPONSE_RETURNED;
}

bool survey_response_is_counted(enum response_state s)
{
    return s == RESPONSE_SUBMITTED || s == RESPONSE_CHECKING || s == RESPONSE_ACCEPTED;
}

str survey_item_state_name(enum item_state s)
{
    return WORD_OF(item_states, s)->name;
}

str survey_item_state_key(enum item_state s)
{
    return WORD_OF(item_states, s)->key;
}

str survey_response_state_name(enum response_state s)
{
    return WORD_OF(response_states, s)->name;
}

str survey_response_state_key(enum response_state s)
{
    return WORD_OF(response_states, s)->key;
}

unsigned survey_needs(const struct standing *s)
{
    unsigned needs = 0;
    if (survey_response_is_counted(s->state))
        return 0;
    if (s->days_left < 0)
        needs |= NEED_OVERDUE;
    else if (s->days_left <= 14 && s->done * 2 < s->total)
        needs |= NEED_LATE;
    if (s->staff <= 1)
        needs |= NEED_ALONE;
    if (s->class == CLASS_TOWN || s->class == CLASS_VILLAGE)
        needs |= NEED_SMALL;
    return needs;
}

static const struct word needs_words[] = {
    {NEED_OVERDUE, S("overdue"), S("期限を過ぎた")},
    {NEED_LATE, S("late"), S("遅れている")},
    {NEED_ALONE, S("alone"), S("担当者が一人")},
    {NEED_SMALL, S("small"), S("町村")},
};

str survey_need_name(unsigned need)
{
    return WORD_OF(needs_words, need)->name;
}

static int64_t number_in(str value, bool tenths)
{
    str whole;
    int64_t n = 0, t = 0;
    if (!str_cut(&value, '.', &whole) || err_is(parse_i64(whole, 0, INT64_MAX / 10, &n)))
        return 0;
    if (tenths && err_is(parse_i64(value, 0, 9, &t)))
        t = 0;
    return tenths ? n * 10 + t : n;
}

size_t survey_cube_cells(
    const struct question *q, str value, struct cube_cell cells[CUBE_CELLS])
{
    size_t n = 0;
    if (value.n == 0)
        return 0;
    switch (q->type) {
    case ANSWER_STATUS:
    case ANSWER_CHOICE:
        cells[n++] = (struct cube_cell){value, 0};
        break;
    case ANSWER_MULTI:
        cells[n++] = (struct cube_cell){S("#"), 0};
        for (str one; n < CUBE_CELLS && str_cut(&value, ',', &one);)
            cells[n++] = (struct cube_cell){one, 0};
        break;
    case ANSWER_NUMBER:
    case ANSWER_PERCENT:
        cells[n++] = (struct cube_cell){S("#"), number_in(value, q->type == ANSWER_PERCENT)};
        break;
    case ANSWER_DATE:
    case ANSWER_URL:
    case ANSWER_TEXT:
        cells[n++] = (struct cube_cell){S("#"), 0};
        break;
    }
    return n;
}

str survey_area_name(const struct catalog *c, str code)
{
    for (size_t i = 0; i < c->n_areas; i++)
        if (str_eq(c->area[i].code, code))
            return c->area[i].name;
    return STR_NONE;
}

int64_t survey_share_bp(int64_t part, int64_t n)
{
    return n > 0 ? (part * 2000 + n) / (2 * n) * 10 : 0;
}
