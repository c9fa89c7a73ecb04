/* SPDX-License-Identifier: Apache-2.0 */
/* How an item stands, what stops a submission, what an answer adds to the totals. */
#include <setjmp.h>

#include <cmocka.h>

#include "survey/survey_model.h"

/* ── states ── */

enum said { NOTHING, WITHDRAWN, DECLARED, CONFIRMED, CARRIED };

static struct fact fact_of(enum said s, str value)
{
    static const enum basis bases[] = {
        [WITHDRAWN] = BASIS_DECLARED, [DECLARED] = BASIS_DECLARED, [CONFIRMED] = BASIS_CONFIRMED,
        [CARRIED] = BASIS_CARRIED};
    return s == NOTHING ? (struct fact){0}
                        : (struct fact){.id = 5, .value = s == WITHDRAWN ? STR_NONE : value,
                              .basis = bases[s]};
}

static void the_state_follows_from_both_years(void **state)
{
    static const struct {
        enum said now, last;
        enum carry carry;
        bool reworded;
        enum item_state state;
        bool todo, may_confirm;
        str value;
    } rows[] = {
        /* this year's word counts, whatever was before */
        {DECLARED, NOTHING, CARRY_CONFIRM, false, ITEM_DECLARED, false, false, S("now")},
        {DECLARED, DECLARED, CARRY_REASK, true, ITEM_DECLARED, false, false, S("now")},
        {CONFIRMED, DECLARED, CARRY_CONFIRM, false, ITEM_CONFIRMED, false, false, S("now")},
        {CARRIED, DECLARED, CARRY_AUTO, false, ITEM_CARRIED, false, false, S("now")},
        {CARRIED, DECLARED, CARRY_CONFIRM, false, ITEM_CARRIED, true, false, S("now")},
        /* withdrawn on purpose: nothing is carried over it */
        {WITHDRAWN, DECLARED, CARRY_CONFIRM, false, ITEM_MISSING, true, false, S("")},
        {WITHDRAWN, DECLARED, CARRY_AUTO, false, ITEM_MISSING, true, false, S("")},
        /* last year's */
        {NOTHING, DECLARED, CARRY_CONFIRM, false, ITEM_CARRIED, true, true, S("last")},
        {NOTHING, CONFIRMED, CARRY_CONFIRM, false, ITEM_CARRIED, true, true, S("last")},
        {NOTHING, DECLARED, CARRY_AUTO, false, ITEM_CARRIED, false, true, S("last")},
        {NOTHING, DECLARED, CARRY_REASK, false, ITEM_REASK, true, false, S("")},
        {NOTHING, DECLARED, CARRY_NEVER, false, ITEM_MISSING, true, false, S("")},
        /* another wording is another question */
        {NOTHING, DECLARED, CARRY_CONFIRM, true, ITEM_REASK, true, false, S("")},
        {NOTHING, DECLARED, CARRY_AUTO, true, ITEM_REASK, true, false, S("")},
        {NOTHING, DECLARED, CARRY_NEVER, true, ITEM_MISSING, true, false, S("")},
        /* nothing at all */
        {NOTHING, NOTHING, CARRY_CONFIRM, false, ITEM_MISSING, true, false, S("")},
        {NOTHING, WITHDRAWN, CARRY_CONFIRM, false, ITEM_MISSING, true, false, S("")},
        {NOTHING, WITHDRAWN, CARRY_REASK, true, ITEM_MISSING, true, false, S("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct question q = {.carry = rows[i].carry};
        struct item it = {.q = &q, .now = fact_of(rows[i].now, S("now")),
            .last = fact_of(rows[i].last, S("last")), .reworded = rows[i].reworded};
        it.state = survey_item_state(&q, &it.now, &it.last, it.reworded);
        if (it.state != rows[i].state || survey_item_is_todo(&it) != rows[i].todo ||
            survey_item_may_confirm(&it) != rows[i].may_confirm ||
            !str_eq(survey_item_value(&it), rows[i].value))
            fail_msg("row %zu: %.*s '%.*s'", i, STR_F(survey_item_state_name(it.state)),
                STR_F(survey_item_value(&it)));
    }
}

static void only_essential_items_that_count_stop_a_submission(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        bool essential = bits & 1, is_pending = bits & 2, answered = bits & 4;
        struct question q = {.essential = essential, .pending = is_pending, .carry = CARRY_CONFIRM};
        struct item it = {.q = &q, .state = answered ? ITEM_DECLARED : ITEM_MISSING};
        assert_int_equal(survey_item_blocks(&it), essential && !is_pending && !answered);
    }
    struct question q = {.essential = true, .carry = CARRY_CONFIRM};
    assert_true(survey_item_blocks(&(struct item){.q = &q, .state = ITEM_CARRIED}));
    assert_true(survey_item_blocks(&(struct item){.q = &q, .state = ITEM_REASK}));
    q.carry = CARRY_AUTO;
    assert_false(survey_item_blocks(&(struct item){.q = &q, .state = ITEM_CARRIED}));
}

static void states_have_keys_and_names_of_their_own(void **state)
{
    static const struct {
        enum item_state s;
        str key;
    } items[] = {{ITEM_MISSING, S("missing")}, {ITEM_REASK, S("missing")},
        {ITEM_CARRIED, S("carried")}, {ITEM_CONFIRMED, S("confirmed")},
        {ITEM_DECLARED, S("declared")}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        str name = survey_item_state_name(items[i].s);
        assert_true(str_eq(survey_item_state_key(items[i].s), items[i].key));
        assert_true(name.n > 0);
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(name, survey_item_state_name(items[k].s)));
    }
    assert_true(str_eq(survey_response_state_key(RESPONSE_NOT_STARTED), S("notstarted")));
    assert_true(str_eq(survey_response_state_key(RESPONSE_DRAFT), S("draft")));
    assert_true(str_eq(survey_response_state_key(RESPONSE_SUBMITTED), S("submitted")));
    assert_true(str_eq(survey_response_state_name(RESPONSE_SUBMITTED), S("提出済み")));
}

/* ── the cube ── */

static void an_answer_adds_the_cells_of_its_type(void **state)
{
    static const struct {
        enum answer_type type;
        str value;
        const char *cells; /* answer=total, … */
    } rows[] = {
        {ANSWER_STATUS, S("partial"), "partial=0 "},
        {ANSWER_CHOICE, S("2"), "2=0 "},
        {ANSWER_MULTI, S("1,4,12"), "#=0 1=0 4=0 12=0 "},
        {ANSWER_MULTI, S("3"), "#=0 3=0 "},
        {ANSWER_NUMBER, S("120"), "#=120 "},
        {ANSWER_NUMBER, S("0"), "#=0 "},
        {ANSWER_NUMBER, S("1000000000000"), "#=1000000000000 "},
        {ANSWER_PERCENT, S("95.3"), "#=953 "},
        {ANSWER_PERCENT, S("100.0"), "#=1000 "},
        {ANSWER_PERCENT, S("0.1"), "#=1 "},
        {ANSWER_DATE, S("2026-11-20"), "#=0 "},
        {ANSWER_URL, S("https://a"), "#=0 "},
        {ANSWER_TEXT, S("120"), "#=0 "},
        {ANSWER_STATUS, S(""), ""},
        {ANSWER_MULTI, S(""), ""},
        {ANSWER_NUMBER, S(""), ""},
        {ANSWER_TEXT, S(""), ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct question q = {.type = rows[i].type, .n_options = 12};
        struct cube_cell cells[CUBE_CELLS];
        BUF_AUTO b = BUF(1024);
        size_t n = survey_cube_cells(&q, rows[i].value, cells);
        for (size_t k = 0; k < n; k++)
            buf_fmt(&b, "%.*s=%lld ", STR_F(cells[k].answer), (long long)cells[k].total);
        if (!str_eq(buf_view(&b), str_of(rows[i].cells)))
            fail_msg("row %zu: '%.*s'", i, STR_F(buf_view(&b)));
    }
}

/* All options chosen: the cells are full, not beyond. */
static void a_full_multi_select_fits(void **state)
{
    struct question q = {.type = ANSWER_MULTI, .n_options = FORM_OPTIONS};
    struct cube_cell cells[CUBE_CELLS];
    BUF_AUTO b = BUF(1024);
    (void)state;
    for (int i = 1; i <= FORM_OPTIONS + 5; i++)
        buf_fmt(&b, i > 1 ? ",%d" : "%d", i);
    assert_int_equal(survey_cube_cells(&q, buf_view(&b), cells), CUBE_CELLS);
    assert_true(str_eq(cells[CUBE_CELLS - 1].answer, S("24")));
}

/* To tenths of a percent, once: what is shown is what is kept. */
static void shares_are_rounded(void **state)
{
    static const struct {
        int64_t part, n, bp;
    } rows[] = {
        {0, 0, 0}, {5, 0, 0}, {0, 7, 0}, {7, 7, 10000}, {1, 3, 3330}, {2, 3, 6670}, {1, 2, 5000},
        {1, 2000, 10}, {1, 2001, 0}, {3, 2000, 20}, {1665, 1741, 9560}, {1, 1788, 10},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(survey_share_bp(rows[i].part, rows[i].n), rows[i].bp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_follows_from_both_years),
        cmocka_unit_test(only_essential_items_that_count_stop_a_submission),
        cmocka_unit_test(states_have_keys_and_names_of_their_own),
        cmocka_unit_test(an_answer_adds_the_cells_of_its_type),
        cmocka_unit_test(a_full_multi_select_fits),
        cmocka_unit_test(shares_are_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
