/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the way: complete, without traps, and never the same person twice. */
#include "test/fixture.h"

#include "survey/survey_flow.h"

enum { STATES = RESPONSE_ACCEPTED + 1 };

static void no_row_is_ambiguous(void **state)
{
    (void)state;
    for (const struct flow_row *a = survey_flow_rows; a->key; a++)
        for (const struct flow_row *b = a + 1; b->key; b++)
            if (a->from == b->from && a->side == b->side && strcmp(a->key, b->key) == 0)
                assert_int_equal(a->roles & b->roles, 0);
}

/* From every state there is a way to the acceptance, and from there a way back. */
static void every_state_leads_to_the_acceptance(void **state)
{
    (void)state;
    bool reaches[STATES] = {[RESPONSE_ACCEPTED] = true};
    for (int round = 0; round < STATES; round++)
        for (const struct flow_row *r = survey_flow_rows; r->key; r++)
            reaches[r->from] |= reaches[r->to];
    for (int s = 0; s < STATES; s++)
        if (!reaches[s])
            fail_msg("state %d leads nowhere", s);
    assert_non_null(survey_flow_find(
        S("correct"), RESPONSE_ACCEPTED, ROLE_PREF, FLOW_OFFICE));
}

/* Into force only by the CISO, complete and with fresh eyes; out of force only with a reason. */
static void what_changes_the_totals_is_guarded(void **state)
{
    (void)state;
    for (const struct flow_row *r = survey_flow_rows; r->key; r++) {
        bool was = survey_response_is_counted(r->from), will = survey_response_is_counted(r->to);
        if (!was && will) {
            assert_int_equal(r->roles, ROLE_CISO);
            assert_int_equal(r->rules, FLOW_FRESH_EYES | FLOW_COMPLETE);
        }
        if (was && !will)
            assert_true(r->rules & FLOW_REASON);
        if (r->side == FLOW_OFFICE)
            assert_true(was);
        if (survey_response_is_editable(r->to))
            assert_true(r->rules & FLOW_BACK);
    }
}

static void each_state_has_its_turn(void **state)
{
    static const struct {
        enum response_state s;
        uint32_t turn;
        const char *name;
    } rows[] = {
        {RESPONSE_NOT_STARTED, ROLE_STAFF, "担当"},
        {RESPONSE_DRAFT, ROLE_STAFF, "担当"},
        {RESPONSE_RETURNED, ROLE_STAFF, "担当"},
        {RESPONSE_MANAGER, ROLE_APPROVER, "課長"},
        {RESPONSE_CISO, ROLE_CISO, "CISO"},
        {RESPONSE_SUBMITTED, ROLE_PREF | ROLE_NATION, "都道府県の確認"},
        {RESPONSE_CHECKING, ROLE_PREF | ROLE_NATION, "都道府県の確認"},
        {RESPONSE_ACCEPTED, 0, "受理"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(survey_flow_turn(rows[i].s), rows[i].turn);
        assert_str(survey_flow_turn_name(rows[i].s, CLASS_TOWN), str_of(rows[i].name));
    }
}

static void the_picture_shows_one_place(void **state)
{
    (void)state;
    for (int s = 0; s < STATES; s++) {
        struct flow_station all[FLOW_STATIONS];
        int here = 0;
        survey_flow_stations((enum response_state)s, CLASS_TOWN, all);
        for (size_t i = 0; i < FLOW_STATIONS; i++) {
            here += all[i].place == PLACE_HERE;
            if (i > 0)
                assert_true(all[i].place <= all[i - 1].place); /* done, here, before */
        }
        assert_int_equal(here, s == RESPONSE_ACCEPTED ? 0 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_is_ambiguous),
        cmocka_unit_test(every_state_leads_to_the_acceptance),
        cmocka_unit_test(what_changes_the_totals_is_guarded),
        cmocka_unit_test(each_state_has_its_turn),
        cmocka_unit_test(the_picture_shows_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
