/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: sums and years as pure rules, versions and scope on a real database. */
#include "test/fixture.h"

#include "survey/survey_plan.h"

/* ── rules ── */

static struct plan_item entry(const char *code, jday due, int64_t cost, enum plan_state state)
{
    return (struct plan_item){.code = str_of(code), .version = 1, .since = 2026, .due = due,
        .cost = cost, .state = state, .text = S("更新する"), .post = S("係長")};
}

static void names_and_keys_fit(void **state)
{
    (void)state;
    for (int s = PLAN_PLANNED; s <= PLAN_DROPPED; s++) {
        str key = survey_plan_state_key((enum plan_state)s);
        assert_int_equal(survey_plan_state_of(key), s);
        assert_true(survey_plan_state_name((enum plan_state)s).n > 0);
        assert_int_equal(survey_plan_is_open((enum plan_state)s), s <= PLAN_WORKING);
    }
    assert_int_equal(survey_plan_state_of(S("")), 0);
    assert_int_equal(survey_plan_state_of(S("Done")), 0);
}

static void years_are_counted_while_it_is_open(void **state)
{
    (void)state;
    static const struct {
        enum plan_state state;
        int64_t version;
        int now, years;
    } rows[] = {
        {PLAN_PLANNED, 1, 2026, 1}, {PLAN_PLANNED, 1, 2027, 2}, {PLAN_WORKING, 4, 2029, 4},
        {PLAN_PLANNED, 1, 2025, 1}, /* seen from an older survey */
        {PLAN_DONE, 2, 2027, 0}, {PLAN_DROPPED, 2, 2027, 0}, {PLAN_PLANNED, 0, 2027, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct plan_item p = {.version = rows[i].version, .since = 2026, .state = rows[i].state};
        if (survey_plan_years(&p, rows[i].now) != rows[i].years)
            fail_msg("row %zu: %d", i, survey_plan_years(&p, rows[i].now));
    }
}

static void a_plan_taken_up_again_begins_anew(void **state)
{
    (void)state;
    struct plan_item none = {0}, p = {.version = 3, .since = 2024, .state = PLAN_WORKING};
    assert_int_equal(survey_plan_since(&none, PLAN_PLANNED, 2026), 2026);
    assert_int_equal(survey_plan_since(&p, PLAN_PLANNED, 2026), 2024);
    assert_int_equal(survey_plan_since(&p, PLAN_DONE, 2026), 2024);
    p.state = PLAN_DONE;
    assert_int_equal(survey_plan_since(&p, PLAN_DROPPED, 2026), 2024);
    assert_int_equal(survey_plan_since(&p, PLAN_PLANNED, 2026), 2026);
}

static void overdue_begins_when_the_day_is_over(void **state)
{
    (void)state;
    jday due = jday_of(2027, 3, 31);
    struct plan_item p = entry("A-01", due, 0, PLAN_PLANNED);
    assert_false(survey_plan_is_overdue(&p, due));
    assert_true(survey_plan_is_overdue(&p, due + 1));
    p.state = PLAN_DONE;
    assert_false(survey_plan_is_overdue(&p, due + 1));
    p = entry("A-01", DAY_NONE, 0, PLAN_PLANNED);
    assert_false(survey_plan_is_overdue(&p, due));
}

static void vague_is_what_lacks_what_who_or_when(void **state)
{
    (void)state;
    struct plan_item p = entry("A-01", jday_of(2027, 3, 31), PLAN_COST_NONE, PLAN_WORKING);
    assert_false(survey_plan_is_vague(&p));
    p.post = STR_NONE;
    assert_true(survey_plan_is_vague(&p));
    p.section = 7;
    assert_false(survey_plan_is_vague(&p));
    p.due = DAY_NONE;
    assert_true(survey_plan_is_vague(&p));
    p.state = PLAN_DROPPED;
    assert_false(survey_plan_is_vague(&p));
    p = entry("A-01", 20000, 0, PLAN_PLANNED);
    p.text = STR_NONE;
    assert_true(survey_plan_is_vague(&p));
}

static void unmet_is_essential_and_said(void **state)
{
    (void)state;
    struct question q = {.type = ANSWER_STATUS, .essential = true};
    struct item it = {.q = &q, .last = {.id = 1, .value = S("none")}};
    assert_true(survey_plan_is_unmet(&it)); /* last year's, as long as nothing newer is known */
    it.reworded = true;
    assert_false(survey_plan_is_unmet(&it));
    it.now = (struct fact){.id = 2, .value = S("partial")};
    assert_true(survey_plan_is_unmet(&it));
    assert_false(survey_plan_is_met(&it));
    it.now.value = S("done");
    assert_false(survey_plan_is_unmet(&it));
    assert_true(survey_plan_is_met(&it));
    it.now.value = S("na");
    assert_false(survey_plan_is_unmet(&it) || survey_plan_is_met(&it));
    it.now.value = S("none");
    q.pending = true;
    assert_false(survey_plan_is_unmet(&it));
    q.pending = false;
    q.essential = false;
    assert_false(survey_plan_is_unmet(&it));
    q.essential = true;
    it.state = ITEM_NOT_ASKED; /* its condition leaves it out */
    assert_false(survey_plan_is_unmet(&it));
    it.state = ITEM_DECLARED;
    assert_true(survey_plan_is_unmet(&it));
    q.type = ANSWER_TEXT; /* somebody who writes the word "none" */
    assert_false(survey_plan_is_unmet(&it));
}

static void costs_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *typed;
        enum err_code code;
        int64_t cost;
    } rows[] = {
        {"", ERR_OK, PLAN_COST_NONE}, {"　", ERR_OK, PLAN_COST_NONE}, {"0", ERR_OK, 0},
        {"1200", ERR_OK, 1200}, {"1,200", ERR_OK, 1200}, {" １２００ ", ERR_OK, 1200},
        {"999,999,999", ERR_OK, PLAN_COST_MOST}, {"1000000000", ERR_INVALID, 0},
        {"-1", ERR_INVALID, 0}, {"1.5", ERR_INVALID, 0}, {"約100", ERR_INVALID, 0},
        {",", ERR_INVALID, 0}, {"99999999999999999999", ERR_INVALID, 0},
    };
    ARENA_AUTO a = arena_new(1 << 16);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t cost = -7;
        err e = survey_plan_cost_parse(a, str_of(rows[i].typed), &cost);
        if (e.code != rows[i].code || (e.code == ERR_OK && cost != rows[i].cost))
            fail_msg("'%s': %d, %lld", rows[i].typed, (int)e.code, (long long)cost);
    }
}

static void years_are_summed_and_unknown_costs_counted_apart(void **state)
{
    (void)state;
    jday today = jday_of(2026, 11, 20);
    struct plan_item v[] = {
        entry("B-02", DAY_NONE, 50, PLAN_PLANNED),
        entry("A-03", jday_of(2027, 4, 1), 100, PLAN_PLANNED),
        entry("A-02", jday_of(2027, 3, 31), 7, PLAN_DONE),
        entry("A-04", jday_of(2027, 3, 31), PLAN_COST_NONE, PLAN_WORKING),
        entry("A-01", jday_of(2026, 11, 19), 30, PLAN_PLANNED),
        entry("A-05", jday_of(2027, 3, 31), 9000, PLAN_DROPPED),
        entry("A-06", jday_of(2027, 2, 1), PLAN_COST_NONE, PLAN_DROPPED),
        entry("B-01", DAY_NONE, PLAN_COST_NONE, PLAN_PLANNED),
    };
    static const char *const order[] = {
        "A-01", "A-06", "A-02", "A-04", "A-05", "A-03", "B-01", "B-02"};
    struct plan_year y[COUNT_OF(v)];
    survey_plan_sort(v, COUNT_OF(v));
    for (size_t i = 0; i < COUNT_OF(v); i++)
        assert_str(v[i].code, str_of(order[i]));
    assert_int_equal(survey_plan_by_year(v, COUNT_OF(v), today, y), 3);
    assert_int_equal(y[0].fiscal_year, 2026);
    assert_int_equal(y[0].first, 0);
    assert_int_equal(y[0].n, 5);
    assert_int_equal(y[0].sum.cost, 37); /* what is dropped costs nothing */
    assert_int_equal(y[0].sum.unknown, 1);
    assert_int_equal(y[0].sum.overdue, 1);
    assert_int_equal(y[1].fiscal_year, 2027);
    assert_int_equal(y[1].first, 5);
    assert_int_equal(y[1].sum.cost, 100);
    assert_int_equal(y[2].fiscal_year, 0);
    assert_int_equal(y[2].n, 2);
    assert_int_equal(y[2].sum.cost, 50);
    assert_int_equal(y[2].sum.unknown, 1);
    assert_int_equal(y[2].sum.vague, 2);
    assert_int_equal(survey_plan_by_year(v, 0, today, y), 0);
    survey_plan_sort(v, 0);
}

/* ── on a database ── */

static struct world {
    struct fix *f;
    survey_id now;
} world;

struct act {
    enum fix_person who;
    const char *code, *value;
    struct plan_item next, newest;
    int64_t seen;
    int n;
    /* opening */
    int year;
    survey_id previous, id;
};

static struct writing writing_of(struct tx *tx, const struct act *act)
{
    return (struct writing){tx, world.f->a, world.f->scope[act->who], world.f->person[act->who].v,
        ROLE_STAFF};
}

static err run_open(struct tx *tx, void *arg)
{
    struct act *o = arg;
    catalog_id catalog;
    TRY(form_catalog_publish(tx, world.f->a, o->year, &catalog));
    struct new_survey n = {.catalog = catalog, .previous = o->previous, .title = S("調査"),
        .fiscal_year = o->year, .as_of = jday_of(o->year, 10, 31),
        .shown_deadline = jday_of(o->year, 11, 28), .last_submission = jday_of(o->year, 12, 1),
        .last_correction = jday_of(o->year, 12, 10)};
    return survey_open(tx, world.f->a, scope_system(), &n, &o->id);
}

static err run_answer(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    struct fact newest;
    return survey_write_answer(&w, world.now, str_of(act->code), str_of(act->value), 0, &newest);
}

static err run_take(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_plan_take(&w, str_of(act->code), &act->n);
}

static err run_put(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_plan_put(&w, str_of(act->code), &act->next, act->seen, &act->newest);
}

static err run_finish(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_plan_finish(&w, str_of(act->code), act->seen);
}

static int setup(void **state)
{
    fix_people_setup(state);
    world.f = *state;
    struct act now = {.year = 2026};
    fix_write(world.f, run_open, &now);
    world.now = now.id;
    return 0;
}

static void said(enum fix_person who, const char *code, const char *value)
{
    struct act act = {.who = who, .code = code, .value = value};
    fix_write(world.f, run_answer, &act);
}

static int taken(enum fix_person who, const char *what)
{
    struct act act = {.who = who, .code = what};
    fix_write(world.f, run_take, &act);
    return act.n;
}

static struct plan plan_of(enum fix_person who)
{
    struct plan plan;
    assert_ok(survey_plan_load(
        fix_db(world.f), world.f->a, world.f->scope[who], world.f->now, &plan));
    return plan;
}

static struct act change(enum fix_person who, const char *code, int64_t seen, const char *text)
{
    return (struct act){.who = who, .code = code, .seen = seen,
        .next = {.text = str_of(text), .due = jday_of(2027, 9, 30), .cost = 1200,
            .state = PLAN_WORKING, .post = S("情報係長")}};
}

static void unmet_items_come_in_once(void **state)
{
    (void)state;
    struct act nope = {.who = P_TOWN, .code = "NOPE-1"};
    said(P_TOWN, "ORG-01", "none");
    said(P_TOWN, "ORG-02", "partial");
    said(P_TOWN, "ORG-03", "done");
    said(P_TOWN, "HUM-01", "none");
    assert_int_equal(taken(P_TOWN, "ORG"), 2);
    assert_int_equal(taken(P_TOWN, "ORG"), 0); /* pressed twice */
    assert_int_equal(taken(P_TOWN, "HUM-01"), 1);
    assert_int_equal(taken(P_TOWN, "HUM-01"), 0);
    assert_err(fix_try(world.f, run_take, &nope), NOTFOUND);
    struct plan plan = plan_of(P_TOWN);
    assert_int_equal(plan.list.n, 3);
    assert_str(plan.list.v[1].code, S("ORG-01"));
    assert_int_equal(plan.list.v[1].version, 1);
    assert_int_equal(plan.list.v[1].since, 2026);
    assert_int_equal(plan.list.v[1].due, DAY_NONE);
    assert_int_equal(plan.list.v[1].cost, PLAN_COST_NONE);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM audit WHERE body=483010"
                                         " AND action='plan.take'"), 3);
}

static void a_change_is_a_version_and_nothing_is_overwritten(void **state)
{
    (void)state;
    struct plan_list history;
    struct act first = change(P_TOWN, "ORG-01", 0, "規程を作る");
    struct act stale = change(P_TOWN, "ORG-01", 0, "別の案");
    fix_write(world.f, run_put, &first);
    assert_err(fix_try(world.f, run_put, &stale), STALE);
    assert_str(stale.newest.text, S("規程を作る"));
    assert_int_equal(stale.newest.cost, 1200);
    stale.seen = stale.newest.version;
    fix_write(world.f, run_put, &stale);
    struct act done = {.who = P_TOWN, .code = "ORG-01", .seen = 1};
    assert_err(fix_try(world.f, run_finish, &done), STALE);
    done.seen = 2;
    fix_write(world.f, run_finish, &done);
    struct plan plan = plan_of(P_TOWN);
    assert_int_equal(plan.list.n, 1);
    assert_int_equal(plan.list.v[0].state, PLAN_DONE);
    assert_str(plan.list.v[0].text, S("別の案"));
    assert_ok(survey_plan_history(fix_db(world.f), world.f->a, world.f->scope[P_TOWN],
        plan.list.v[0].question, &history));
    assert_int_equal(history.n, 3);
    assert_str(history.v[2].text, S("規程を作る"));
    assert_int_equal(history.v[2].person, world.f->person[P_TOWN].v);
    assert_true(fix_sql_fails(world.f, "UPDATE plan_item SET text='x'"));
    assert_true(fix_sql_fails(world.f, "DELETE FROM plan_item"));
    done.code = "ORG-02"; /* not in the plan */
    done.seen = 0;
    assert_err(fix_try(world.f, run_finish, &done), NOTFOUND);
}

/* Not the neighbour, not the prefecture, not the nation. */
static void a_plan_is_read_by_its_own_body_alone(void **state)
{
    (void)state;
    struct act act = change(P_TOWN, "ORG-01", 0, "規程を作る");
    fix_write(world.f, run_put, &act);
    question_id q = act.newest.question;
    for (int p = 0; p < PEOPLE; p++) {
        struct plan_list list, history;
        struct plan_item one;
        const struct scope *s = world.f->scope[p];
        int own = p == P_TOWN;
        assert_ok(survey_plan_all(fix_db(world.f), world.f->a, s, &list));
        assert_ok(survey_plan_history(fix_db(world.f), world.f->a, s, q, &history));
        assert_ok(survey_plan_get(fix_db(world.f), world.f->a, s, q, &one));
        assert_int_equal(list.n, own);
        assert_int_equal(history.n, own);
        assert_int_equal(one.version, own);
    }
    struct act theirs = change(P_CITY, "ORG-01", 0, "市の計画");
    fix_write(world.f, run_put, &theirs); /* version 1 of their own */
    assert_str(plan_of(P_TOWN).list.v[0].text, S("規程を作る"));
}

static void a_section_of_another_body_owns_nothing_here(void **state)
{
    (void)state;
    fix_sql(world.f, "INSERT INTO section (id, body, name, active) VALUES"
                     " (71, 483010, '総務課', 1), (72, 482013, '市の課', 1)");
    struct act act = change(P_TOWN, "ORG-01", 0, "規程を作る");
    act.next.section = 72;
    assert_err(fix_try(world.f, run_put, &act), INVALID);
    act.next.section = 73;
    assert_err(fix_try(world.f, run_put, &act), INVALID);
    act.next.section = 71;
    fix_write(world.f, run_put, &act);
    assert_str(plan_of(P_TOWN).list.v[0].section_name, S("総務課"));
}

/* Of one section: what it is to answer or to do; nothing was assigned to it here. */
static void people_of_a_section_see_their_own_work(void **state)
{
    (void)state;
    char sql[200];
    fix_sql(world.f, "INSERT INTO section (id, body, name, active) VALUES"
                     " (71, 483010, '総務課', 1), (72, 483010, '税務課', 1)");
    snprintf(sql, sizeof sql, "INSERT INTO section_member (section, person, since)"
                              " VALUES (71, %lld, 0)", (long long)world.f->person[P_TOWN].v);
    fix_sql(world.f, sql);
    struct act mine = change(P_TOWN, "ORG-01", 0, "規程"), other = change(P_TOWN, "ORG-02", 0, "他");
    mine.next.section = 71;
    other.next.section = 72;
    fix_write(world.f, run_put, &mine);
    fix_write(world.f, run_put, &other);
    struct plan plan = plan_of(P_TOWN);
    assert_true(survey_plan_is_mine(&plan, ROLE_SECTION, &plan.list.v[0]));
    assert_false(survey_plan_is_mine(&plan, ROLE_SECTION, &plan.list.v[1]));
    assert_true(survey_plan_is_mine(&plan, ROLE_SECTION | ROLE_CISO, &plan.list.v[1]));
}

static void the_next_survey_finds_it_still_there(void **state)
{
    (void)state;
    struct act act = change(P_TOWN, "ORG-01", 0, "規程を作る");
    fix_write(world.f, run_put, &act);
    assert_int_equal(survey_plan_years(&plan_of(P_TOWN).list.v[0], plan_of(P_TOWN).fiscal_year), 1);
    struct act next = {.year = 2027, .previous = world.now};
    fix_write(world.f, run_open, &next);
    struct plan plan = plan_of(P_TOWN);
    assert_int_equal(plan.fiscal_year, 2027);
    assert_int_equal(plan.sheet.survey.id.v, next.id.v);
    assert_int_equal(plan.list.v[0].since, 2026);
    assert_int_equal(survey_plan_years(&plan.list.v[0], plan.fiscal_year), 2);
    assert_non_null(survey_plan_asked(&plan, plan.list.v[0].question));
}

/* Without any survey there is no list of unmet items, and no error. */
static void a_body_that_nobody_asked_has_an_empty_plan(void **state)
{
    world.f = *state;
    struct plan plan = plan_of(P_TOWN);
    struct plan_item none;
    assert_false(plan.asked);
    assert_int_equal(plan.list.n, 0);
    assert_int_equal(plan.fiscal_year, 2026);
    assert_err(survey_plan_find(&plan, S("ORG-01"), &none), NOTFOUND);
}

#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_keys_fit),
        cmocka_unit_test(years_are_counted_while_it_is_open),
        cmocka_unit_test(a_plan_taken_up_again_begins_anew),
        cmocka_unit_test(overdue_begins_when_the_day_is_over),
        cmocka_unit_test(vague_is_what_lacks_what_who_or_when),
        cmocka_unit_test(unmet_is_essential_and_said),
        cmocka_unit_test(costs_are_read_as_people_write_them),
        cmocka_unit_test(years_are_summed_and_unknown_costs_counted_apart),
        WITH_WORLD(unmet_items_come_in_once),
        WITH_WORLD(a_change_is_a_version_and_nothing_is_overwritten),
        WITH_WORLD(a_plan_is_read_by_its_own_body_alone),
        WITH_WORLD(a_section_of_another_body_owns_nothing_here),
        WITH_WORLD(people_of_a_section_see_their_own_work),
        WITH_WORLD(the_next_survey_finds_it_still_there),
        cmocka_unit_test_setup_teardown(
            a_body_that_nobody_asked_has_an_empty_plan, fix_people_setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
