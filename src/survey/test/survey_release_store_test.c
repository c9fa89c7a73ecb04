/* SPDX-License-Identifier: Apache-2.0 */
/* Totals let out by real submissions on a real database: by five, and as the facts say. */
#include "test/fixture.h"

#include "survey/survey_release_private.h"

enum { TOWNS = 12, PREF = 48 };

static struct world {
    struct fix *f;
    survey_id survey;
    const struct scope *scope[TOWNS];
    person_id person[TOWNS];
} world;

static struct body_seed seeds[TOWNS + 1];
static char codes[TOWNS][8];

static err run_open(struct tx *tx, void *arg)
{
    (void)arg;
    catalog_id catalog;
    TRY(org_seed_bodies(tx, seeds));
    for (int i = 0; i < TOWNS; i++) {
        int64_t id;
        TRY(parse_i64(str_of(codes[i]), 0, INT64_MAX, &id));
        TRY(org_person_add(tx,
            &(struct new_person){{id}, str_fmt(world.f->a, "p%d", i), S("人"), STR_NONE, ROLE_STAFF,
                STR_NONE},
            &world.person[i]));
        TRY(org_scope_load(tx_db(tx), world.f->a, world.person[i], &world.scope[i]));
    }
    TRY(form_catalog_publish(tx, world.f->a, 2026, &catalog));
    struct new_survey n = {.catalog = catalog, .title = S("調査"), .fiscal_year = 2026,
        .as_of = jday_of(2026, 10, 31), .shown_deadline = jday_of(2026, 11, 28),
        .last_submission = jday_of(2026, 12, 1), .last_correction = jday_of(2026, 12, 10)};
    return survey_open(tx, world.f->a, scope_system(), &n, &world.survey);
}

static int setup(void **state)
{
    fix_people_setup(state);
    world.f = *state;
    for (int i = 0; i < TOWNS; i++) {
        char five[6];
        snprintf(five, sizeof five, "48%03d", 601 + i);
        snprintf(codes[i], sizeof codes[i], "%s%d", five, org_code_check_digit(str_of(five)));
        seeds[i] = (struct body_seed){codes[i], CLASS_TOWN, "町", "まち"};
    }
    world.f->now = usec_of_jday_end(jday_of(2026, 11, 19));
    fix_write(world.f, run_open, NULL);
    return 0;
}

/* One town answers the essential items and perhaps the number of its staff, and submits. */
struct act {
    int town;
    const char *staff; /* ORG-S1; NULL: unanswered */
    const char *status;
    bool fail; /* at the end, so that everything is undone */
};

static struct writing writing_of(struct tx *tx, const struct act *act)
{
    return (struct writing){
        tx, world.f->a, world.scope[act->town], world.person[act->town].v, ROLE_STAFF};
}

static err answer_one(const struct writing *w, const struct item *it, const struct act *act)
{
    struct fact newest;
    const char *value = str_eq(it->q->code, S("ORG-S1")) ? act->staff
        : !it->q->essential              ? NULL
        : it->q->type == ANSWER_STATUS   ? act->status
        : it->q->type == ANSWER_PERCENT  ? "95.3"
        : it->q->type == ANSWER_DATE     ? "2025-10-31"
        : it->q->type == ANSWER_URL      ? "https://www.example.jp/"
                                         : "1";
    return value ? survey_write_answer(
                       w, world.survey, it->q->code, str_of(value), it->now.id, &newest)
                 : OK;
}

static err run_submit(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    struct sheet sheet;
    int missing;
    TRY(survey_sheet_load(
        tx_db(tx), world.f->a, w.scope, world.survey, scope_body(w.scope), &sheet));
    for (size_t i = 0; i < sheet.catalog->n_items; i++)
        TRY(answer_one(&w, &sheet.item[i], act));
    TRY(survey_write_submit(&w, world.survey, &sheet, &missing));
    return act->fail ? ERR(CONFLICT) : OK;
}

static err run_withdraw(struct tx *tx, void *arg)
{
    struct writing w = writing_of(tx, arg);
    struct flow_result r;
    return survey_flow_act(
        &w, FLOW_BODY, world.survey, scope_body(w.scope), S("withdraw"), S("誤り"), &r);
}

static void submits(int town, const char *status, const char *staff)
{
    struct act act = {.town = town, .status = status, .staff = staff};
    fix_write(world.f, run_submit, &act);
}

static void withdraws(int town)
{
    struct act act = {.town = town};
    fix_write(world.f, run_withdraw, &act);
}

static int64_t problems(void)
{
    BUF_AUTO lines = BUF(1 << 20);
    struct check_report report = {.lines = &lines};
    ARENA_AUTO a = arena_new(16 << 20);
    assert_ok(db_read_begin(fix_db(world.f)));
    assert_ok(survey_check(fix_db(world.f), a, &report));
    assert_ok(db_read_end(fix_db(world.f)));
    return report.problems;
}

static const struct catalog *catalog(void)
{
    struct survey s;
    const struct catalog *c;
    assert_ok(survey_get(fix_db(world.f), world.f->a, world.survey, &s));
    assert_ok(form_catalog_get(fix_db(world.f), s.catalog, &c));
    return c;
}

/* n of one answer of one item in a total that may be shown; its bodies. */
static int64_t shown(enum release_total way, int64_t grp, const char *code, const char *answer,
    int64_t *bodies, int64_t *total)
{
    struct released r;
    const struct catalog *c = catalog();
    const struct question *q = form_item(c, str_of(code));
    int64_t n = 0;
    assert_ok(survey_release_get(fix_db(world.f), world.f->a, world.survey, c, way, grp, &r));
    const struct released_item *it = &r.item[q - c->item];
    *bodies = it->bodies;
    *total = 0;
    for (size_t i = 0; i < it->n_cells; i++) {
        if (str_eq(it->cell[i].answer, str_of(answer))) {
            n = it->cell[i].n;
            *total = it->cell[i].total;
        }
    }
    return n;
}

static void nothing_is_out_before_five(void **state)
{
    (void)state;
    int64_t bodies, total;
    for (int i = 0; i < 4; i++)
        submits(i, "done", "10");
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM release_total"), 0);
    submits(4, "none", "1000");
    static const enum release_total ways[] = {TOTAL_CLASS, TOTAL_PREF, TOTAL_NATION};
    static const int64_t groups[] = {CLASS_TOWN, PREF, 0};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        assert_int_equal(shown(ways[i], groups[i], "ORG-01", "done", &bodies, &total), 4);
        assert_int_equal(bodies, 5);
        assert_int_equal(shown(ways[i], groups[i], "ORG-S1", "#", &bodies, &total), 5);
        assert_int_equal(total, 1040);
    }
    for (int i = 5; i < 9; i++)
        submits(i, "done", NULL);
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "done", &bodies, &total), 4);
    submits(9, "done", NULL);
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "done", &bodies, &total), 9);
    assert_int_equal(problems(), 0);
}

/* Five submit, but only one of them says how many people work there. */
static void few_respondents_are_hidden_among_many_bodies(void **state)
{
    (void)state;
    int64_t bodies, total;
    for (int i = 0; i < 10; i++)
        submits(i, "done", i % 3 == 0 ? "7" : NULL); /* four of ten */
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "done", &bodies, &total), 10);
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-S1", "#", &bodies, &total), 0);
    assert_int_equal(bodies, 0);
    assert_int_equal(shown(TOTAL_NATION, 0, "ORG-S1", "#", &bodies, &total), 0);
    submits(10, "done", "7"); /* the fifth one */
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-S1", "#", &bodies, &total), 5);
    assert_int_equal(bodies, 11);
    assert_int_equal(total, 35);
    assert_int_equal(problems(), 0);
}

static void corrections_change_a_total_together(void **state)
{
    (void)state;
    int64_t bodies, total;
    for (int i = 0; i < 10; i++)
        submits(i, "none", "1");
    for (int i = 0; i < 4; i++) {
        withdraws(i);
        submits(i, "done", "2");
    }
    assert_int_equal(shown(TOTAL_CLASS, CLASS_TOWN, "ORG-01", "none", &bodies, &total), 10);
    withdraws(4);
    assert_int_equal(shown(TOTAL_CLASS, CLASS_TOWN, "ORG-01", "none", &bodies, &total), 10);
    assert_int_equal(problems(), 0);
    submits(4, "done", "2");
    assert_int_equal(shown(TOTAL_CLASS, CLASS_TOWN, "ORG-01", "done", &bodies, &total), 5);
    assert_int_equal(shown(TOTAL_CLASS, CLASS_TOWN, "ORG-01", "none", &bodies, &total), 5);
    assert_int_equal(bodies, 10);
    shown(TOTAL_CLASS, CLASS_TOWN, "ORG-S1", "#", &bodies, &total);
    assert_int_equal(total, 15);
    assert_int_equal(problems(), 0);
}

/* What a job did that was undone, the writer must not remember; nor forget at a new start. */
static void undone_jobs_and_new_starts_change_nothing(void **state)
{
    (void)state;
    int64_t bodies, total;
    for (int i = 0; i < 4; i++)
        submits(i, "done", "1");
    struct act act = {.town = 4, .status = "none", .staff = "99", .fail = true};
    assert_err(fix_try(world.f, run_submit, &act), CONFLICT);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM release_total"), 0);
    submits(5, "done", "1"); /* the fifth, without the one that was undone */
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "done", &bodies, &total), 5);
    assert_int_equal(problems(), 0);
    fix_close_store(world.f);
    fix_open_store(world.f, STORE_SERVE);
    for (int i = 6; i < 10; i++)
        submits(i, "partial", "1");
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "partial", &bodies, &total), 0);
    submits(10, "partial", "1");
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "partial", &bodies, &total), 5);
    assert_int_equal(problems(), 0);
    fix_close_store(world.f);
    fix_open_store(world.f, STORE_SERVE);
    for (int i = 6; i < 11; i++) { /* corrections of what was released before the start */
        withdraws(i);
        submits(i, "none", "1");
    }
    assert_int_equal(shown(TOTAL_PREF, PREF, "ORG-01", "none", &bodies, &total), 5);
    assert_int_equal(shown(TOTAL_CLASS, CLASS_TOWN, "ORG-01", "partial", &bodies, &total), 0);
    assert_int_equal(bodies, 10);
    assert_int_equal(problems(), 0);
}

static void planted_differences_are_found(void **state)
{
    static const char *const plants[] = {
        "UPDATE release_total SET bodies=bodies+1 WHERE way=1 AND question=0",
        "UPDATE release_total SET cells=replace(cells, 'done 4', 'done 5') WHERE question=0",
        "UPDATE release_total SET grp=1 WHERE way=0",
        "DELETE FROM release_total WHERE way=2 AND question=0",
        "DROP TRIGGER release_block_keep_delete;\
         DELETE FROM release_block WHERE id=(SELECT MAX(id) FROM release_block)",
        "DROP TRIGGER release_block_keep_update;\
         UPDATE release_block SET members=substr(members, instr(members, ' ')+1) WHERE question=0",
        "DROP TRIGGER release_block_keep_update;\
         UPDATE release_block SET members=replace(members, ':1', ':0') WHERE question<>0",
        "DROP TRIGGER release_block_keep_update; UPDATE release_block SET grp=6 WHERE way=0",
        "DROP TRIGGER release_block_keep_update; UPDATE release_block SET question=5",
        "INSERT INTO release_block SELECT id+1000000, survey, question, way, grp, at, members"
        " FROM release_block WHERE question=0 AND way=0",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(plants); i++) {
        void *own;
        setup(&own);
        for (int t = 0; t < 5; t++)
            submits(t, t ? "done" : "none", "5");
        assert_int_equal(problems(), 0);
        fix_sql(own, plants[i]);
        if (problems() == 0)
            fail_msg("not found: %s", plants[i]);
        fix_teardown(&own);
    }
}

#define WITH_WORLD(t) cmocka_unit_test_setup_teardown(t, setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(nothing_is_out_before_five),
        WITH_WORLD(few_respondents_are_hidden_among_many_bodies),
        WITH_WORLD(corrections_change_a_total_together),
        WITH_WORLD(undone_jobs_and_new_starts_change_nothing),
        cmocka_unit_test(planted_differences_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
