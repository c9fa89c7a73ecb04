/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions between items, and whom a survey asks. */
#include "survey/survey_compose.h"

/* ── conditions ── */

static size_t place_of(const struct question *item, size_t n, question_id id)
{
    size_t i = 0;
    while (i < n && item[i].id.v != id.v)
        i++;
    return i;
}

/* Does the chain from item[at] come back to it. */
static bool is_cycle(const struct question *item, size_t n, size_t at)
{
    size_t i = at;
    for (size_t steps = 0; steps < n; steps++) {
        if (item[i].cond_question.v == 0)
            return false;
        i = place_of(item, n, item[i].cond_question);
        if (i == n)
            return false;
        if (i == at)
            return true;
    }
    return false; /* a circle it only leads into: the fault of those in it */
}

static bool has_value(const struct question *q, str value)
{
    int64_t option;
    if (q->type == ANSWER_STATUS)
        return form_status_name(value).n > 0 && (q->allow_na || !str_eq(value, S("na")));
    return !err_is(parse_i64(value, 1, (int64_t)q->n_options, &option));
}

enum condition_fault survey_condition_fault(const struct question *item, size_t n, size_t at)
{
    const struct question *q = &item[at];
    if (q->cond_question.v == 0)
        return CONDITION_OK;
    size_t on = place_of(item, n, q->cond_question);
    if (on == n)
        return CONDITION_GONE;
    if (is_cycle(item, n, at))
        return CONDITION_CYCLE;
    if (on > at)
        return CONDITION_FORWARD;
    enum answer_type type = item[on].type;
    if (type != ANSWER_STATUS && type != ANSWER_CHOICE && type != ANSWER_MULTI)
        return CONDITION_OPEN;
    str rest = q->cond_values;
    if (rest.n == 0)
        return CONDITION_VALUE;
    for (str value; str_cut(&rest, ',', &value);)
        if (!has_value(&item[on], value))
            return CONDITION_VALUE;
    return item[on].carry == CARRY_AUTO ? CONDITION_UNSEEN : CONDITION_OK;
}

str survey_condition_message(enum condition_fault f)
{
    static const str messages[] = {
        [CONDITION_GONE] = S("条件に使う項目が、この調査にありません。条件を選び直してください。"),
        [CONDITION_CYCLE] = S("条件が輪になっています。この項目に戻らない項目を選んでください。"),
        [CONDITION_FORWARD] = S("条件に使う項目が、この項目より後にあります。前にある項目を選ぶか、"
                                "並べ替えてください。"),
        [CONDITION_OPEN] = S("条件に使えるのは、選択肢から選ぶ項目だけです。"),
        [CONDITION_VALUE] = S("条件にする回答を、その項目の選択肢から一つ以上選んでください。"),
        [CONDITION_UNSEEN] = S("条件に使う項目は、確認なしで引き継ぐ項目にできません。「確認してから"
                               "引き継ぐ」に変えてください。"),
    };
    return messages[f];
}

size_t survey_values_of(
    struct arena *a, const struct question *q, struct chosen_value out[FORM_OPTIONS + 4])
{
    static const str statuses[] = {S("done"), S("partial"), S("none"), S("na")};
    size_t n = 0;
    for (size_t i = 0; q->type == ANSWER_STATUS && i < (q->allow_na ? 4u : 3u); i++)
        out[n++] = (struct chosen_value){statuses[i], form_status_name(statuses[i])};
    bool listed = q->type == ANSWER_CHOICE || q->type == ANSWER_MULTI;
    for (size_t i = 0; listed && i < q->n_options; i++)
        out[n++] = (struct chosen_value){str_fmt(a, "%zu", i + 1), q->option[i]};
    return n;
}

str survey_condition_text(struct arena *a, const struct question *on, str values)
{
    struct chosen_value all[FORM_OPTIONS + 4];
    size_t n = survey_values_of(a, on, all);
    BUF_AUTO b = BUF(16384);
    buf_str(&b, on->code);
    buf_lit(&b, " が");
    for (size_t i = 0; i < n; i++)
        if (form_answer_has_any(all[i].value, values))
            buf_fmt(&b, "「%.*s」", STR_F(all[i].label));
    buf_lit(&b, "のとき");
    return str_dup(a, buf_view(&b));
}

/* ── whom it asks ── */

static bool is_marked(uint64_t marks, int64_t n)
{
    return marks == 0 || (n >= 0 && n < 64 && (marks & (uint64_t)1 << n));
}

bool survey_target_has(const struct survey_target *t, const struct body *b)
{
    if (!t->chosen)
        return true;
    for (size_t i = 0; i < t->n_codes; i++)
        if (str_eq(t->code[i], b->code6))
            return true;
    return (t->classes || t->prefs) && is_marked(t->classes, b->class) &&
        is_marked(t->prefs, b->pref);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t survey_codes_read(struct arena *a, str typed, str *codes, size_t most, str *bad)
{
    char *half = arena_alloc(a, typed.n);
    size_t n = 0;
    *bad = STR_NONE;
    if (!half)
        return 0;
    str s = str_to_halfwidth(half, typed);
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && is_digit(s.p[i]))
            i++;
        if (i == from) { /* blanks, commas, 「、」 and names between the codes are no codes */
            i++;
            continue;
        }
        str code = str_sub(s, from, i - from);
        if (code.n != 6 || n == most) {
            *bad = code;
            return n;
        }
        codes[n++] = code;
    }
    return n;
}
