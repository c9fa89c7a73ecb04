/* SPDX-License-Identifier: Apache-2.0 */
/* The rule language: what it accepts, what it refuses, what it suggests. */
#include <setjmp.h>

#include <cmocka.h>

#include "evidence/evidence.h"

static void a_rule_suggests_by_its_first_clause_that_fits(void **state)
{
    static const struct {
        const char *rule;
        struct measured value;
        const char *answer;
    } rows[] = {
        {">= 1 done, else none", {true, 0}, "none"},
        {">= 1 done, else none", {true, 1}, "done"},
        {">= 1 done, else none", {true, INT64_MAX}, "done"},
        {">= 1 done, else none", {false, 0}, "none"},
        {">= 95 done, >= 50 partial, else none", {true, 95}, "done"},
        {">= 95 done, >= 50 partial, else none", {true, 94}, "partial"},
        {">= 95 done, >= 50 partial, else none", {true, 50}, "partial"},
        {">= 95 done, >= 50 partial, else none", {true, 49}, "none"},
        {"<= 183 done, absent none, else partial", {true, 183}, "done"},
        {"<= 183 done, absent none, else partial", {true, 184}, "partial"},
        {"<= 183 done, absent none, else partial", {false, 0}, "none"},
        {"> 3 none, < 3 partial, = 3 done, else -", {true, 3}, "done"},
        {"> 3 none, < 3 partial, = 3 done, else -", {true, 4}, "none"},
        {"> 3 none, < 3 partial, = 3 done, else -", {true, -9}, "partial"},
        {"> 3 none, < 3 partial, = 3 done, else -", {false, 3}, ""},
        {"else -", {true, 100}, ""},
        {"absent -, else none", {false, 0}, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct evidence_rule r;
        assert_int_equal(evidence_rule_parse(str_of(rows[i].rule), &r).code, ERR_OK);
        str got = evidence_rule_answer(&r, rows[i].value);
        if (!str_eq(got, str_of(rows[i].answer)))
            fail_msg("%s: %.*s, not %s", rows[i].rule, STR_F(got), rows[i].answer);
    }
}

static void nonsense_is_refused(void **state)
{
    static const char *const bad[] = {"", " ", ",", "else", "else ", "else perhaps", "done",
        ">= 1 done", ">= 1 done,", ">= 1 done, ", ">= 1 done,else none", ">= 1  done, else none",
        ">= 1 done,  else none", " >= 1 done, else none", ">= 1 done, else none ",
        ">= x done, else none", ">= -1 done, else none", ">= 1.5 done, else none",
        ">= 9999999999 done, else none", ">= 1 na, else none", ">= done, else none",
        "absent 1 none, else done", "else none, >= 1 done", "else none, else done",
        "=> 1 done, else none", "あり→実施済み", "95%以上→実施済み、1%以上→一部実施",
        /* a clause that can never speak is a mistake of whoever wrote it */
        ">= 50 partial, >= 95 done, else none", "absent none, absent done, else partial",
        ">= 0 done, < 0 partial, absent none, else done",
        "= 1 done, = 2 done, = 3 done, = 4 done, = 5 done, = 6 done, = 7 done, = 8 done, else none"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct evidence_rule r;
        if (evidence_rule_parse(str_of(bad[i]), &r).code != ERR_INVALID)
            fail_msg("accepted: %s", bad[i]);
    }
}

static void a_rule_is_no_longer_than_allowed(void **state)
{
    char text[RULE_TEXT + 64];
    struct evidence_rule r;
    (void)state;
    memset(text, '0', sizeof text);
    memcpy(text, ">= ", 3);
    memcpy(text + sizeof text - 18, "1 done, else none", 18);
    assert_int_equal(evidence_rule_parse(str_of(text), &r).code, ERR_INVALID);
    memcpy(text, ">= 1 done, else none", 21);
    assert_int_equal(evidence_rule_parse(str_of(text), &r).code, ERR_OK);
}

static void a_measurement_speaks_for_a_week(void **state)
{
    usec at = 1000 * USEC_DAY;
    (void)state;
    assert_true(evidence_is_fresh(at, at));
    assert_true(evidence_is_fresh(at, at + 7 * USEC_DAY));
    assert_false(evidence_is_fresh(at, at + 7 * USEC_DAY + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_suggests_by_its_first_clause_that_fits),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_rule_is_no_longer_than_allowed),
        cmocka_unit_test(a_measurement_speaks_for_a_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
