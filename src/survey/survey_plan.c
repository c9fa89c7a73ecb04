/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the plan. */
#include "survey/survey_plan.h"

#include <stdlib.h>

static const struct {
    str key, name;
    bool open;
} plan_states[] = {
    [PLAN_PLANNED] = {S("planned"), S("計画中"), true},
    [PLAN_WORKING] = {S("working"), S("実施中"), true},
    [PLAN_DONE] = {S("done"), S("完了"), false},
    [PLAN_DROPPED] = {S("dropped"), S("取りやめ"), false},
};

str survey_plan_state_name(enum plan_state s)
{
    return plan_states[s].name;
}

str survey_plan_state_key(enum plan_state s)
{
    return plan_states[s].key;
}

enum plan_state survey_plan_state_of(str key)
{
    for (size_t i = PLAN_PLANNED; i < COUNT_OF(plan_states); i++)
        if (str_eq(plan_states[i].key, key))
            return (enum plan_state)i;
    return (enum plan_state)0;
}

bool survey_plan_is_open(enum plan_state s)
{
    return plan_states[s].open;
}

int survey_plan_years(const struct plan_item *p, int fiscal_year)
{
    if (p->version == 0 || !survey_plan_is_open(p->state))
        return 0;
    return fiscal_year > p->since ? fiscal_year - p->since + 1 : 1;
}

int survey_plan_since(const struct plan_item *before, enum plan_state next, int fiscal_year)
{
    bool again = before->version && !survey_plan_is_open(before->state) &&
        survey_plan_is_open(next);
    return before->version && !again ? before->since : fiscal_year;
}

bool survey_plan_is_overdue(const struct plan_item *p, jday today)
{
    return survey_plan_is_open(p->state) && p->due != DAY_NONE && p->due < today;
}

bool survey_plan_is_vague(const struct plan_item *p)
{
    return survey_plan_is_open(p->state) &&
        (p->text.n == 0 || p->due == DAY_NONE || (p->section == 0 && p->post.n == 0));
}

/* ── answers ── */

str survey_plan_answer(const struct item *it)
{
    if (it->now.id)
        return it->now.value;
    return it->reworded || it->disputed ? STR_NONE : it->last.value;
}

bool survey_plan_is_unmet(const struct item *it)
{
    str answer = survey_plan_answer(it);
    return it->state != ITEM_NOT_ASKED && it->q->type == ANSWER_STATUS && it->q->essential &&
        form_counts(it->q) &&
        (str_eq(answer, S("none")) || str_eq(answer, S("partial")));
}

bool survey_plan_is_met(const struct item *it)
{
    return it->q->type == ANSWER_STATUS && str_eq(survey_plan_answer(it), S("done"));
}

err survey_plan_cost_parse(struct arena *a, str typed, int64_t *out)
{
    char *half = arena_alloc(a, typed.n + 1);
    size_t n = 0;
    if (!half)
        return ERR(NOMEM);
    str s = str_trim(str_to_halfwidth(half, typed));
    *out = PLAN_COST_NONE;
    if (s.n == 0)
        return OK;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            half[n++] = s.p[i];
    return parse_i64((str){half, n}, 0, PLAN_COST_MOST, out);
}

/* ── sums ── */

void survey_plan_add(struct plan_sum *sum, const struct plan_item *p, jday today)
{
    sum->n++;
    sum->overdue += survey_plan_is_overdue(p, today);
    sum->vague += survey_plan_is_vague(p);
    if (p->state == PLAN_DROPPED)
        return;
    if (p->cost == PLAN_COST_NONE)
        sum->unknown++;
    else
        sum->cost += p->cost;
}

static int by_day_and_code(const void *x, const void *y)
{
    const struct plan_item *a = x, *b = y;
    if (a->due == b->due)
        return str_cmp(a->code, b->code);
    if (a->due == DAY_NONE || b->due == DAY_NONE)
        return a->due == DAY_NONE ? 1 : -1;
    return a->due < b->due ? -1 : 1;
}

void survey_plan_sort(struct plan_item *v, size_t n)
{
    if (n)
        qsort(v, n, sizeof *v, by_day_and_code);
}

size_t survey_plan_by_year(
    const struct plan_item *v, size_t n, jday today, struct plan_year *out)
{
    size_t years = 0;
    for (size_t i = 0; i < n; i++) {
        int year = v[i].due == DAY_NONE ? 0 : fiscal_year(v[i].due);
        if (years == 0 || out[years - 1].fiscal_year != year)
            out[years++] = (struct plan_year){.fiscal_year = year, .first = i};
        out[years - 1].n++;
        survey_plan_add(&out[years - 1].sum, &v[i], today);
    }
    return years;
}
