/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: every item names questions that exist, and at least 80 % of what a form asks is a choice, a number or a date and
 * no free text (R55). */
#include <setjmp.h>

#include <cmocka.h>

#include "incident/incident_private.h"

/* Fields of the form, and how many of them are free text. */
static void count(const struct incident_view *v, size_t *all, size_t *text)
{
    *all = *text = 0;
    for (size_t i = 0; i < v->n; i++) {
        str rest = str_of(v->rows[i].questions), key;
        while (str_cut(&rest, ' ', &key)) {
            int q = incident_question_of(key);
            if (q < 0)
                fail_msg("%s %s: there is no question %.*s", v->key, v->rows[i].number, STR_F(key));
            ++*all;
            *text += incident_questions[q].type == REPLY_TEXT;
        }
    }
}

static void four_of_five_fields_are_coded(void **state)
{
    size_t n, all, text;
    const struct incident_view *v = incident_views(&n);
    (void)state;
    assert_true(n >= 10);
    for (size_t i = 0; i < n; i++) {
        count(&v[i], &all, &text);
        print_message("%s: %zu of %zu fields coded\n", v[i].key, all - text, all);
        assert_true(all > 0 && (all - text) * 100 >= all * 80);
    }
}

static void every_form_of_the_rules_is_here(void **state)
{
    (void)state;
    const struct rule_pack *pack = incident_pack();
    const struct rule *const *rules;
    size_t n = rule_pack_rules(pack, &rules);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++)
        if (rules[i]->form.n)
            assert_true(incident_view_is_known(rules[i]->form));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_of_five_fields_are_coded),
        cmocka_unit_test(every_form_of_the_rules_is_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
