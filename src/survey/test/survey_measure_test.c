/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer stands to what was measured. */
#include <setjmp.h>

#include <cmocka.h>

#include "survey/survey_measure.h"

static void an_answer_agrees_differs_or_is_explained(void **state)
{
    enum { DAY0 = 1000 };
    static const struct {
        const char *value, *note, *suggests;
        enum basis basis;
        enum answer_type type;
        int days;
        enum agreement want;
    } rows[] = {
        {"done", "", "done", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_SAME},
        {"done", "", "none", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        {"done", "", "none", BASIS_CONFIRMED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        {"done", "", "none", BASIS_CARRIED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        /* taken over once; measured otherwise since */
        {"done", "", "none", BASIS_MEASURED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        /* better than said is a difference, too */
        {"none", "", "done", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        {"na", "", "none", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_DIFFERS},
        {"done", "なぜなら", "none", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_EXPLAINED},
        {"done", "なぜなら", "done", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_SAME},
        {"done", "", "none", BASIS_DECLARED, ANSWER_STATUS, 7, AGREEMENT_DIFFERS},
        {"done", "", "none", BASIS_DECLARED, ANSWER_STATUS, 8, AGREEMENT_NONE},
        {"done", "", "", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_NONE},
        {"", "", "none", BASIS_DECLARED, ANSWER_STATUS, 0, AGREEMENT_NONE},
        {"12", "", "none", BASIS_DECLARED, ANSWER_NUMBER, 0, AGREEMENT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct question q = {.code = S("ORG-01"), .type = rows[i].type, .carry = CARRY_CONFIRM};
        struct item it = {.q = &q,
            .now = {.id = 5, .value = str_of(rows[i].value), .basis = rows[i].basis,
                .note = str_of(rows[i].note)}};
        struct evidence e = {.question = S("ORG-01"), .at = DAY0 * USEC_DAY,
            .suggests = str_of(rows[i].suggests)};
        struct measures m = {.all = {&e, 1}, .now = (DAY0 + rows[i].days) * USEC_DAY};
        it.state = survey_item_state(&q, &it.now, &it.last, false);
        if (survey_item_agreement(&m, &it) != rows[i].want)
            fail_msg("row %zu", i);
        assert_int_equal(survey_item_contradicts(&m, &it), rows[i].want == AGREEMENT_DIFFERS);
    }
}

static void an_answer_carried_over_is_compared_as_well(void **state)
{
    struct question q = {.code = S("ORG-01"), .type = ANSWER_STATUS, .carry = CARRY_CONFIRM};
    struct item it = {.q = &q, .last = {.id = 3, .value = S("done")}, .state = ITEM_CARRIED};
    struct evidence e[] = {
        {.id = 1, .question = S("ORG-02"), .suggests = S("none")},
        {.id = 2, .question = S("ORG-01"), .suggests = S("done")},
        {.id = 3, .question = S("ORG-01"), .suggests = S("none")},
    };
    struct measures m = {.all = {e, 1}};
    (void)state;
    assert_null(survey_item_measure(&m, &it));
    assert_int_equal(survey_item_agreement(&m, &it), AGREEMENT_NONE);
    m.all.n = 2;
    assert_int_equal(survey_item_measure(&m, &it)->id, 2);
    m.all.n = 3; /* of two measures the one that differs is shown */
    assert_int_equal(survey_item_measure(&m, &it)->id, 3);
    assert_true(survey_item_contradicts(&m, &it));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_agrees_differs_or_is_explained),
        cmocka_unit_test(an_answer_carried_over_is_compared_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
