/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read, what may be passed on, which day calls for a reminder, and that what was sent is known again. */
#include <setjmp.h>

#include <cmocka.h>

#include "notice/notice_private.h"

/* By hand from FIRST's definitions, not from the table: a letter for each TLP from CLEAR to RED that is read. */
static void each_tlp_is_read_by_whom_it_names(void **state)
{
    const struct {
        const char *who, *reads;
        struct notice_asker q;
    } rows[] = {
        {"nobody's role", "C", {0, false, false, false}},
        {"system", "C", {ROLE_SYSTEM, false, false, false}},
        {"system, in a body it was sent to", "C", {ROLE_SYSTEM, false, true, false}},
        {"a section elsewhere", "CG", {ROLE_SECTION, false, false, false}},
        {"a section", "CG", {ROLE_SECTION, false, true, false}},
        {"staff elsewhere", "CG", {ROLE_STAFF, false, false, false}},
        {"staff", "CGAS", {ROLE_STAFF, false, true, false}},
        {"approver", "CGAS", {ROLE_APPROVER, false, true, false}},
        {"a prefecture it was sent to", "CGAS", {ROLE_PREF, false, true, false}},
        {"CISO elsewhere", "CG", {ROLE_CISO, false, false, false}},
        {"CISO who came later", "CGAS", {ROLE_CISO, false, true, false}},
        {"CISO who was named", "CGASR", {ROLE_CISO, false, true, true}},
        {"named, and no CISO any more", "CGASR", {ROLE_STAFF, false, true, true}},
        {"named, and in another body now", "CG", {ROLE_CISO, false, false, true}},
        {"the source", "CGASR", {ROLE_NATION, true, false, false}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char reads[TLPS + 1] = "";
        size_t n = 0;
        for (enum tlp t = TLP_CLEAR; t <= TLP_RED; t++)
            if (notice_may_read(t, &rows[i].q))
                reads[n++] = "?CGASR"[t];
        reads[n] = 0;
        if (strcmp(reads, rows[i].reads) != 0)
            fail_msg("%s reads %s, not %s", rows[i].who, reads, rows[i].reads);
    }
    /* What has none yet is nobody's but its source's. */
    assert_false(notice_may_read(TLP_NONE, &(struct notice_asker){~0u, false, true, false}));
}

static void nothing_goes_out_wider_than_it_came(void **state)
{
    static const char *const goes[] = {"-----", "CGASR", "-GASR", "--ASR", "-----", "-----"};
    (void)state;
    for (enum tlp got = TLP_NONE; got <= TLP_RED; got++)
        for (enum tlp wanted = TLP_CLEAR; wanted <= TLP_RED; wanted++)
            assert_int_equal(notice_may_forward(got, wanted), goes[got][wanted - 1] != '-');
    for (enum tlp wanted = TLP_CLEAR; wanted <= TLP_RED; wanted++)
        assert_false(notice_may_forward(wanted, TLP_NONE));
}

static void words_of_tlp_are_those_of_first(void **state)
{
    static const char *const names[] = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};
    (void)state;
    for (size_t i = 0; i < TLPS; i++) {
        assert_int_equal(notice_tlps[i].tlp, i + 1);
        assert_true(str_eq(notice_tlps[i].name, str_of(names[i])));
        assert_int_equal(notice_tlp_of_key(notice_tlps[i].key), i + 1);
        assert_int_equal(notice_tlps[i].title_in_mail, i + 1 < TLP_AMBER);
    }
    assert_int_equal(notice_tlp_of_key(S("white")), TLP_NONE);
    assert_int_equal(notice_tlp_of_key(S("")), TLP_NONE);
}

/* Friday 27 November 2026; 23 November is a holiday; offices are closed from 29 December to 3 January. */
static void reminders_come_on_open_days(void **state)
{
    const struct {
        jday due, today;
        enum notice_stage stage;
    } rows[] = {
        {DAY_NONE, jday_of(2026, 11, 27), STAGE_NONE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 25), STAGE_NONE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 26), STAGE_BEFORE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 27), STAGE_BEFORE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 28), STAGE_NONE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 29), STAGE_NONE},
        {jday_of(2026, 11, 27), jday_of(2026, 11, 30), STAGE_AFTER},
        {jday_of(2026, 11, 27), jday_of(2027, 1, 30), STAGE_AFTER},
        {jday_of(2026, 11, 24), jday_of(2026, 11, 19), STAGE_NONE},
        {jday_of(2026, 11, 24), jday_of(2026, 11, 20), STAGE_BEFORE}, /* three closed days between */
        {jday_of(2026, 12, 28), jday_of(2027, 1, 3), STAGE_NONE},
        {jday_of(2026, 12, 28), jday_of(2027, 1, 4), STAGE_AFTER},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (notice_stage_on(rows[i].due, rows[i].today) != rows[i].stage)
            fail_msg("row %zu", i);
}

static void a_week_begins_on_monday(void **state)
{
    (void)state;
    assert_int_equal(notice_monday(jday_of(2026, 11, 23)), jday_of(2026, 11, 23));
    assert_int_equal(notice_monday(jday_of(2026, 11, 29)), jday_of(2026, 11, 23));
    assert_int_equal(notice_monday(jday_of(2026, 11, 30)), jday_of(2026, 11, 30));
    assert_int_equal(notice_monday(jday_of(2027, 1, 1)), jday_of(2026, 12, 28));
}

static bool same(const struct notice *x, const struct notice_parts *p, const struct notice *y, const struct notice_parts *q)
{
    uint8_t a[NOTICE_HASH], b[NOTICE_HASH];
    notice_hash(x, p, a);
    notice_hash(y, q, b);
    return memcmp(a, b, sizeof a) == 0;
}

static void what_was_sent_is_known_again(void **state)
{
    struct notice_part one[] = {{S("first"), S("ab")}, {S("later"), S("c")}}, other[] = {{S("first"), S("a")}, {S("later"), S("bc")}};
    struct notice_parts p = {one, 2}, q = {other, 2}, fewer = {one, 1};
    struct notice n = {.id = 7, .office = 3, .tlp = TLP_AMBER, .urgency = URGENCY_NOW, .title = S("題"), .due = DAY_NONE}, m = n;
    (void)state;
    assert_true(same(&n, &p, &m, &p));
    assert_false(same(&n, &p, &m, &q));
    assert_false(same(&n, &p, &m, &fewer));
    m.tlp = TLP_GREEN;
    assert_false(same(&n, &p, &m, &p));
    m = n;
    m.title = S("題名");
    assert_false(same(&n, &p, &m, &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tlp_is_read_by_whom_it_names),
        cmocka_unit_test(nothing_goes_out_wider_than_it_came),
        cmocka_unit_test(words_of_tlp_are_those_of_first),
        cmocka_unit_test(reminders_come_on_open_days),
        cmocka_unit_test(a_week_begins_on_monday),
        cmocka_unit_test(what_was_sent_is_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
