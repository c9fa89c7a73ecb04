/* SPDX-License-Identifier: Apache-2.0 */
/* Which day calls for which reminder, and whose step each state is. */
#include "test/fixture.h"

#include "survey/survey_remind.h"

static const struct survey *a_survey(void)
{
    static struct survey s;
    s = (struct survey){.state = SURVEY_OPEN,
        .shown_deadline = jday_of(2026, 11, 30),
        .last_submission = jday_of(2026, 12, 31),
        .last_correction = jday_of(2027, 3, 1)};
    return &s;
}

/* Every day of four months: exactly these, and no other day. */
static void reminders_fall_on_these_days(void **state)
{
    static const struct {
        int y, m, d;
        enum remind_date date;
        int days;
    } rows[] = {{2026, 11, 16, REMIND_SHOWN, 14}, {2026, 11, 23, REMIND_SHOWN, 7},
        {2026, 11, 27, REMIND_SHOWN, 3}, {2026, 11, 29, REMIND_SHOWN, 1},
        {2026, 11, 30, REMIND_SHOWN, 0}, {2026, 12, 17, REMIND_SUBMISSION, 14},
        {2026, 12, 24, REMIND_SUBMISSION, 7}, {2026, 12, 28, REMIND_SUBMISSION, 3},
        {2026, 12, 30, REMIND_SUBMISSION, 1}, {2026, 12, 31, REMIND_SUBMISSION, 0},
        {2027, 2, 15, REMIND_CORRECTION, 14}, {2027, 2, 22, REMIND_CORRECTION, 7},
        {2027, 2, 26, REMIND_CORRECTION, 3}, {2027, 2, 28, REMIND_CORRECTION, 1},
        {2027, 3, 1, REMIND_CORRECTION, 0}};
    (void)state;
    struct remind_due due[3];
    size_t at = 0;
    for (jday d = jday_of(2026, 11, 1); d < jday_of(2027, 4, 1); d++) {
        size_t n = survey_remind_due(a_survey(), d, due);
        assert_true(n <= 1);
        if (n == 0)
            continue;
        assert_true(at < COUNT_OF(rows));
        assert_int_equal(d, jday_of(rows[at].y, rows[at].m, rows[at].d));
        assert_int_equal(due[0].date, rows[at].date);
        assert_int_equal(due[0].days, rows[at].days);
        assert_int_equal(due[0].day - d, rows[at].days);
        at++;
    }
    assert_int_equal(at, COUNT_OF(rows));
}

static void dates_that_meet_are_told_as_they_are(void **state)
{
    (void)state;
    struct remind_due due[3];
    struct survey s = *a_survey();
    s.last_submission = s.shown_deadline; /* one date: one reminder */
    assert_int_equal(survey_remind_due(&s, s.shown_deadline, due), 1);
    assert_int_equal(due[0].date, REMIND_SUBMISSION);
    s.last_submission = s.shown_deadline + 7; /* two dates on one morning */
    assert_int_equal(survey_remind_due(&s, s.shown_deadline, due), 2);
    assert_int_equal(due[0].days, 0);
    assert_int_equal(due[1].days, 7);
    s.last_correction = s.last_submission + 14;
    assert_int_equal(survey_remind_due(&s, s.last_submission, due), 2);
    assert_int_equal(due[1].date, REMIND_CORRECTION);
    /* What waits at the office waits for the last submissions; a correction does not. */
    assert_false(survey_remind_concerns(&s, &due[1], RESPONSE_SUBMITTED, false));
    assert_true(survey_remind_concerns(&s, &due[1], RESPONSE_RETURNED, true));
    s.last_submission -= 1;
    assert_int_equal(survey_remind_due(&s, s.last_submission + 1, due), 1);
    assert_true(survey_remind_concerns(&s, &due[0], RESPONSE_SUBMITTED, false));
}

static void each_date_concerns_those_who_are_behind(void **state)
{
    static const struct {
        enum response_state state;
        bool shown, submission, correction; /* of a response that was never sent back */
        bool corrected;                     /* of one that was: of the last date only */
        uint32_t role;
        bool told; /* when the step opens */
    } rows[] = {
        {RESPONSE_NOT_STARTED, true, true, false, true, ROLE_STAFF, false},
        {RESPONSE_DRAFT, true, true, false, true, ROLE_STAFF, false},
        {RESPONSE_RETURNED, true, true, false, true, ROLE_STAFF, true},
        {RESPONSE_MANAGER, true, true, false, true, ROLE_APPROVER, true},
        {RESPONSE_CISO, true, true, false, true, ROLE_CISO, true},
        {RESPONSE_SUBMITTED, false, false, true, true, ROLE_PREF, true},
        {RESPONSE_CHECKING, false, false, true, true, ROLE_PREF, false},
        {RESPONSE_ACCEPTED, false, false, false, false, 0, false},
    };
    (void)state;
    struct survey closed = *a_survey();
    closed.state = SURVEY_CLOSED;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const bool want[] = {rows[i].shown, rows[i].submission, rows[i].correction};
        for (int d = 0; d < 3; d++) {
            struct remind_due due = {.date = (enum remind_date)(REMIND_SHOWN + d),
                .day = a_survey()->last_correction};
            bool corrected = d == 2 && rows[i].corrected;
            if (survey_remind_concerns(a_survey(), &due, rows[i].state, false) != want[d] ||
                survey_remind_concerns(a_survey(), &due, rows[i].state, true) != corrected)
                fail_msg("state %d, date %d", rows[i].state, d);
            assert_false(survey_remind_concerns(&closed, &due, rows[i].state, d == 2));
        }
        const struct remind_step *step = survey_remind_step(rows[i].state);
        assert_int_equal(survey_flow_turn(step->state) == 0, rows[i].role == 0);
        assert_int_equal(survey_flow_turn(step->state) & rows[i].role, rows[i].role);
        assert_int_equal(survey_remind_role(step, CLASS_TOWN), rows[i].role);
        assert_int_equal(survey_remind_role(step, CLASS_PREFECTURE),
            rows[i].role == ROLE_PREF ? ROLE_NATION : rows[i].role);
        assert_int_equal(step->opens.n > 0, rows[i].told);
        assert_int_equal(step->doing.n > 0, rows[i].role != 0);
    }
}

/* ── when a step opens ── */

struct occasion {
    struct fix *f;
    survey_id survey;
    enum response_state to;
    enum fix_person who;
};

static err run_open(struct tx *tx, void *arg)
{
    struct occasion *n = arg;
    struct new_survey s = {.title = S("調査"), .fiscal_year = 2026};
    TRY(form_catalog_publish(tx, n->f->a, 2026, &s.catalog));
    return survey_open(tx, n->f->a, n->f->scope[P_NATION], &s, &n->survey);
}

static err run_notify(struct tx *tx, void *arg)
{
    struct occasion *n = arg;
    struct writing w = {tx, n->f->a, n->f->scope[n->who], n->f->person[n->who].v};
    return survey_notify_step(&w, n->survey, (body_id){BODY_TOWN}, n->to);
}

static void the_next_person_is_told_once(void **state)
{
    struct fix *f = *state;
    struct occasion n = {.f = f, .to = RESPONSE_SUBMITTED, .who = P_TOWN};
    fix_write(f, run_open, &n);
    fix_write(f, run_notify, &n); /* the town submits: its prefecture, not the town itself */
    fix_write(f, run_notify, &n);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox o JOIN person p ON p.id=o.person"
                                   " WHERE p.login='pref' AND digest=1"), 1);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 1);
    n.to = RESPONSE_RETURNED;
    n.who = P_PREF;
    fix_write(f, run_notify, &n); /* the prefecture returns it: the town, not others */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox o JOIN person p ON p.id=o.person"
                                   " WHERE p.login='town' AND digest=0"), 1);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 2);
    fix_sql(f, "UPDATE response SET version=version+1");
    fix_write(f, run_notify, &n); /* returned a second time: told a second time */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 3);
    n.to = RESPONSE_MANAGER; /* nobody holds the role: nobody is told, nothing fails */
    n.who = P_TOWN;
    fix_write(f, run_notify, &n);
    n.to = RESPONSE_ACCEPTED;
    fix_write(f, run_notify, &n);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 3);
    n.who = P_FAR; /* no mail about a body one does not see */
    n.to = RESPONSE_RETURNED;
    assert_err(fix_try(f, run_notify, &n), NOTFOUND);
}

static err run_reminder(struct tx *tx, void *arg)
{
    struct occasion *n = arg;
    return survey_reminder_add(tx, n->survey, (body_id){BODY_TOWN}, jday_of_usec(tx_now(tx)),
        n->f->person[P_PREF].v);
}

static void the_last_reminder_is_known_inside_the_scope(void **state)
{
    static const size_t seen[PEOPLE] = {[P_PREF] = 1, [P_TOWN] = 1, [P_NATION] = 1};
    struct fix *f = *state;
    struct occasion n = {.f = f};
    struct reminded_list list;
    struct reminded last;
    fix_write(f, run_open, &n);
    fix_write(f, run_reminder, &n);
    assert_err(fix_try(f, run_reminder, &n), CONFLICT);
    f->now += USEC_DAY;
    fix_write(f, run_reminder, &n);
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_ok(survey_reminded_all(fix_db(f), f->a, f->scope[i], n.survey, &list));
        assert_int_equal(list.n, seen[i]);
        const struct reminded *r = survey_reminded_of(&list, (body_id){BODY_TOWN});
        assert_int_equal(r != NULL, seen[i]);
        assert_null(survey_reminded_of(&list, (body_id){BODY_CITY}));
        err e = survey_reminded_last(
            fix_db(f), f->scope[i], n.survey, (body_id){BODY_TOWN}, &last);
        assert_int_equal(e.code, seen[i] ? ERR_OK : ERR_NOTFOUND);
        if (seen[i]) {
            assert_int_equal(r->at, f->now);
            assert_int_equal(last.at, f->now);
            assert_int_equal(last.person, f->person[P_PREF].v);
        }
    }
}

#define WITH_PEOPLE(t) cmocka_unit_test_setup_teardown(t, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reminders_fall_on_these_days),
        cmocka_unit_test(dates_that_meet_are_told_as_they_are),
        cmocka_unit_test(each_date_concerns_those_who_are_behind),
        WITH_PEOPLE(the_next_person_is_told_once),
        WITH_PEOPLE(the_last_reminder_is_known_inside_the_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
