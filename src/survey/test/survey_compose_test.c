/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a survey asks, conditions that cannot be, and what conditions do to progress, submission
 * and totals on a real database. */
#include "test/fixture.h"

#include "survey/survey_draft.h"

/* ── whom it asks ── */

static void a_target_is_class_and_prefecture_or_by_name(void **state)
{
    static const str named[] = {S("203025")};
    static const struct body bodies[] = {
        {.code6 = S("480002"), .class = CLASS_PREFECTURE, .pref = 48},
        {.code6 = S("482013"), .class = CLASS_CITY, .pref = 48},
        {.code6 = S("483010"), .class = CLASS_TOWN, .pref = 48},
        {.code6 = S("203025"), .class = CLASS_TOWN, .pref = 20}};
    static const struct {
        struct survey_target t;
        bool has[4];
    } rows[] = {
        {{0}, {true, true, true, true}},
        {{.chosen = true}, {false, false, false, false}},
        {{.chosen = true, .classes = 1 << CLASS_TOWN}, {false, false, true, true}},
        {{.chosen = true, .prefs = (uint64_t)1 << 48}, {true, true, true, false}},
        {{.chosen = true, .classes = 1 << CLASS_TOWN | 1 << CLASS_CITY, .prefs = (uint64_t)1 << 48},
            {false, true, true, false}},
        {{.chosen = true, .code = named, .n_codes = 1}, {false, false, false, true}},
        {{.chosen = true, .classes = 1 << CLASS_CITY, .code = named, .n_codes = 1},
            {false, true, false, true}},
        {{.chosen = true, .prefs = (uint64_t)1 << 1}, {false, false, false, false}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(bodies); k++)
            if (survey_target_has(&rows[i].t, &bodies[k]) != rows[i].has[k])
                fail_msg("row %zu, body %zu", i, k);
}

static void codes_are_read_from_what_people_paste(void **state)
{
    str codes[4], bad;
    struct arena *a = arena_new(65536);
    (void)state;
    assert_int_equal(survey_codes_read(a, S("483010 小川町、４８２０１３\n,203025"), codes, 4, &bad), 3);
    assert_str(codes[1], S("482013"));
    assert_str(bad, STR_NONE);
    assert_int_equal(survey_codes_read(a, S("48301"), codes, 4, &bad), 0);
    assert_str(bad, S("48301"));
    survey_codes_read(a, S("111111 222222 333333 444444 555555"), codes, 4, &bad);
    assert_str(bad, S("555555"));
    assert_int_equal(survey_codes_read(a, STR_NONE, codes, 4, &bad), 0);
    arena_free(a);
}

/* ── conditions that cannot be ── */

static void a_condition_looks_back_at_a_chosen_answer(void **state)
{
    static const struct {
        int64_t on[4]; /* item 1..4 depends on which; 0 none */
        const char *values;
        size_t at;
        enum condition_fault fault;
    } rows[] = {
        {{0, 0, 0, 0}, "", 1, CONDITION_OK},
        {{0, 1, 0, 0}, "done", 1, CONDITION_OK},
        {{0, 1, 2, 0}, "1,2", 2, CONDITION_OK}, /* a chain */
        {{0, 1, 0, 0}, "done,late", 1, CONDITION_VALUE},
        {{0, 1, 0, 0}, "na", 1, CONDITION_VALUE}, /* not allowed there */
        {{0, 1, 0, 0}, "", 1, CONDITION_VALUE},
        {{0, 0, 2, 0}, "3", 2, CONDITION_VALUE},
        {{0, 0, 2, 0}, "0", 2, CONDITION_VALUE},
        {{0, 0, 0, 3}, "1", 3, CONDITION_OPEN},
        {{2, 0, 0, 0}, "1", 0, CONDITION_FORWARD},
        {{1, 0, 0, 0}, "done", 0, CONDITION_CYCLE},
        {{2, 1, 0, 0}, "1", 0, CONDITION_CYCLE},
        {{2, 4, 0, 1}, "1", 1, CONDITION_CYCLE},
        {{2, 1, 2, 0}, "1", 2, CONDITION_OK}, /* the circle is not its fault */
        {{0, 9, 0, 0}, "1", 1, CONDITION_GONE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct question q[4] = {{.id = {1}, .type = ANSWER_STATUS},
            {.id = {2}, .type = ANSWER_CHOICE, .n_options = 2}, {.id = {3}, .type = ANSWER_NUMBER},
            {.id = {4}, .type = ANSWER_MULTI, .n_options = 1}};
        for (size_t k = 0; k < 4; k++) {
            q[k].cond_question.v = rows[i].on[k];
            q[k].cond_values = str_of(rows[i].values);
        }
        enum condition_fault f = survey_condition_fault(q, 4, rows[i].at);
        if (f != rows[i].fault)
            fail_msg("row %zu: %d", i, (int)f);
        assert_int_equal(survey_condition_message(f).n > 0, f != CONDITION_OK);
    }
    struct question q[2] = {{.id = {1}, .type = ANSWER_STATUS, .carry = CARRY_AUTO},
        {.id = {2}, .cond_question = {1}, .cond_values = S("done")}};
    assert_int_equal(survey_condition_fault(q, 2, 1), CONDITION_UNSEEN);
}

/* ── on the database: A; B if A is done or partial; C if B is 2; D of its own, in another area ── */

static struct world {
    struct fix *f;
    survey_id id;
    question_id q[4];
    int64_t submitted;
} world;

static err run_open(struct tx *tx, void *arg)
{
    static const struct area areas[] = {{S("ORG"), S("体制")}, {S("TEC"), S("技術")}};
    static const str codes[] = {S("483010"), S("482013")};
    struct question q[4] = {
        {.text = S("A"), .type = ANSWER_STATUS, .area = S("ORG"), .essential = true},
        {.text = S("B"), .type = ANSWER_CHOICE, .option = {S("x"), S("y")}, .n_options = 2,
            .area = S("TEC"), .essential = true, .cond_values = S("done,partial")},
        {.text = S("C"), .type = ANSWER_NUMBER, .area = S("ORG"), .essential = true,
            .cond_values = S("2")},
        {.text = S("D"), .type = ANSWER_TEXT, .area = S("TEC")}};
    struct arena *a = world.f->a;
    catalog_id c;
    str code;
    (void)arg;
    for (size_t i = 0; i < 4; i++) {
        TRY(form_question_new(tx, a, S("ORG"), &code, &q[i].id));
        world.q[i] = q[i].id;
        if (i == 1 || i == 2)
            q[i].cond_question = q[i - 1].id;
        TRY(form_rev_put(tx, a, &q[i], &q[i].rev));
    }
    TRY(form_catalog_add(tx, &(struct new_catalog){S("survey"), S("臨時"), areas, 2, q, 4}, &c));
    struct new_survey n = {.catalog = c, .title = S("臨時"), .fiscal_year = 2026,
        .as_of = jday_of(2026, 10, 31), .shown_deadline = jday_of(2026, 12, 1),
        .last_submission = jday_of(2026, 12, 8), .last_correction = jday_of(2027, 1, 31),
        .target = {.chosen = true, .code = codes, .n_codes = 2}};
    return survey_open(tx, a, scope_system(), &n, &world.id);
}

static int setup(void **state)
{
    fix_people_setup(state);
    world.f = *state;
    fix_write(world.f, run_open, NULL);
    return 0;
}

struct act {
    const char *code, *value;
    int missing;
};

static err run_answer(struct tx *tx, void *arg)
{
    const struct act *act = arg;
    struct writing w = {tx, world.f->a, world.f->scope[P_TOWN], world.f->person[P_TOWN].v};
    struct fact newest;
    err e = survey_write_answer(&w, world.id, str_of(act->code), str_of(act->value), 0, &newest);
    return e.code == ERR_STALE ? survey_write_answer(&w, world.id, str_of(act->code),
                                     str_of(act->value), newest.id, &newest)
                               : e;
}

static err answer(const char *code, const char *value)
{
    struct act act = {code, value, 0};
    return fix_try(world.f, run_answer, &act);
}

static err run_submit(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = {tx, world.f->a, world.f->scope[P_TOWN], world.f->person[P_TOWN].v};
    struct sheet sheet;
    return survey_write_submit(&w, world.id, &sheet, &act->missing);
}

static struct sheet sheet_now(void)
{
    struct sheet s;
    assert_ok(survey_sheet_load(fix_db(world.f), world.f->a, world.f->scope[P_TOWN], world.id,
        (body_id){BODY_TOWN}, &s));
    return s;
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

static void counts_are(int64_t total, int64_t done, int64_t needed, int64_t needed_done)
{
    struct sheet s = sheet_now();
    struct progress p;
    assert_ok(survey_progress_get(
        fix_db(world.f), world.f->a, world.f->scope[P_TOWN], s.response.id, &p));
    if (p.total != total || p.done != done || p.needed != needed || p.needed_done != needed_done)
        fail_msg("%lld %lld %lld %lld", (long long)p.total, (long long)p.done, (long long)p.needed,
            (long long)p.needed_done);
    assert_int_equal(problems(), 0);
}

static void what_is_asked_is_what_is_counted(void **state)
{
    (void)state;
    counts_are(2, 0, 1, 0); /* A and D */
    assert_err(answer("ORG-N02", "2"), CONFLICT);
    assert_err(answer("ORG-N03", "12"), CONFLICT);
    assert_ok(answer("ORG-N01", "none"));
    counts_are(2, 1, 1, 1);
    assert_ok(answer("ORG-N01", "partial"));
    counts_are(3, 1, 2, 1);
    assert_ok(answer("ORG-N02", "2"));
    counts_are(4, 2, 3, 2);
    assert_ok(answer("ORG-N03", "12"));
    counts_are(4, 3, 3, 3);
    /* the root goes, and everything behind it */
    assert_ok(answer("ORG-N01", "none"));
    counts_are(2, 1, 1, 1);
    struct sheet s = sheet_now();
    assert_int_equal(s.item[1].state, ITEM_NOT_ASKED);
    assert_int_equal(s.item[2].state, ITEM_NOT_ASKED);
    assert_str(survey_item_value(&s.item[2]), STR_NONE);
    assert_false(survey_item_is_todo(&s.item[1]) || survey_item_blocks(&s.item[1]) ||
        survey_item_may_confirm(&s.item[1]));
    assert_err(answer("ORG-N03", "13"), CONFLICT);
    /* back again, with the answers given before */
    assert_ok(answer("ORG-N01", "done"));
    counts_are(4, 3, 3, 3);
    s = sheet_now();
    assert_str(survey_item_value(&s.item[2]), S("12"));
    assert_ok(answer("ORG-N02", ""));
    counts_are(3, 1, 2, 1);
}

static void a_submission_holds_what_is_asked(void **state)
{
    struct act act = {0};
    (void)state;
    assert_ok(answer("ORG-N01", "done"));
    assert_err(fix_try(world.f, run_submit, &act), INVALID);
    assert_int_equal(act.missing, 1); /* B */
    assert_ok(answer("ORG-N02", "2"));
    assert_ok(answer("ORG-N03", "12"));
    assert_ok(answer("ORG-N02", "1")); /* C is out again, with its answer behind it */
    fix_write(world.f, run_submit, &act);
    assert_int_equal(act.missing, 0);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM cube WHERE n<>0"), 2); /* A, B */
    assert_int_equal(problems(), 0);
    /* what the checks are worth */
    fix_sql(world.f, "UPDATE progress SET total=total+1 WHERE area='TEC'");
    assert_true(problems() > 0);
}

static void only_the_target_is_asked(void **state)
{
    (void)state;
    struct survey s;
    struct db *db = fix_db(world.f);
    static const struct {
        enum fix_person who;
        bool own, sees;
    } rows[] = {{P_TOWN, true, true}, {P_CITY, true, true}, {P_FAR, true, false},
        {P_PREF, true, false}, {P_PREF, false, true}, {P_NATION, false, true}};
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM response"), 2);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct scope *scope = world.f->scope[rows[i].who];
        err e = survey_current(db, world.f->a, scope, rows[i].own, jday_of(2026, 11, 20), &s);
        assert_int_equal(e.code, rows[i].sees ? ERR_OK : ERR_NOTFOUND);
        bool visible;
        struct survey_list all;
        assert_ok(survey_is_visible(db, scope, world.id, &visible));
        assert_ok(survey_visible(db, world.f->a, scope, &all));
        assert_int_equal(visible, rows[i].who != P_FAR);
        assert_int_equal(all.n, rows[i].who != P_FAR);
    }
}

static err run_open_nobody(struct tx *tx, void *arg)
{
    struct survey s;
    survey_id id;
    (void)arg;
    TRY(survey_get(tx_db(tx), world.f->a, world.id, &s));
    struct new_survey n = {.catalog = s.catalog, .title = S("無人"), .fiscal_year = 2026,
        .target = {.chosen = true, .prefs = (uint64_t)1 << 5}};
    return survey_open(tx, world.f->a, scope_system(), &n, &id);
}

static void nobody_is_no_target(void **state)
{
    (void)state;
    assert_err(fix_try(world.f, run_open_nobody, NULL), INVALID);
}

/* ── a draft that is full ── */

struct filling {
    int64_t id;
};

static err run_fill(struct tx *tx, void *arg)
{
    struct filling *f = arg;
    struct arena *a = world.f->a;
    struct draft d = {.title = S("満杯"), .fiscal_year = 2026, .person = 1};
    catalog_id catalog;
    TRY(form_catalog_publish(tx, a, 2026, &catalog));
    TRY(survey_draft_add(tx, &d, &f->id));
    for (int i = 0; i < FORM_ITEMS_MAX; i++) {
        struct draft_item it = {.kind = LINEAGE_NEW, .q = {.text = S("設問"), .why = S("理由"),
            .type = ANSWER_TEXT, .area = S("ORG"), .position = i + 1}};
        TRY(form_question_new(tx, a, S("ORG"), &it.q.code, &it.q.id));
        TRY(survey_draft_item_add(tx, f->id, &it));
        TRY(survey_draft_item_set(tx, a, f->id, &it));
    }
    return OK;
}

static int asked(enum http_method m, int64_t id, const char *tail, str body)
{
    struct ask q = {.method = m,
        .target = str_z(world.f->a,
            str_fmt(world.f->a, "/surveys/drafts/%lld%s", (long long)id, tail)),
        .body = body,
        .bearer = fix_token(world.f, P_NATION)};
    return fix_status(world.f, &q);
}

static void a_full_draft_takes_no_more_and_is_still_shown(void **state)
{
    struct filling f;
    (void)state;
    fix_write(world.f, run_fill, &f);
    fix_web(world.f);
    assert_int_equal(asked(GET, f.id, "", STR_NONE), 200);
    assert_int_equal(asked(GET, f.id, "/publish", STR_NONE), 200);
    assert_int_equal(asked(GET, f.id, "/pick", STR_NONE), 200);
    assert_int_equal(asked(GET, f.id, "/items/ORG-N600", STR_NONE), 200);
    assert_int_equal(asked(POST, f.id, "/pick", S("question=ORG-01")), 422);
    assert_int_equal(asked(POST, f.id, "/new",
        S("version=1&area=ORG&text=x&why=x&type=text&carry=never&sure=1")), 422);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM survey_draft_item"), 600);
    assert_int_equal(asked(POST, f.id, "/items/ORG-N600/remove", STR_NONE), 303);
    assert_int_equal(asked(POST, f.id, "/pick", S("question=ORG-01")), 303);
    assert_int_equal(asked(POST, f.id, "/items/ORG-N600/restore", STR_NONE), 409);
}

#define DB_TEST(name) cmocka_unit_test_setup_teardown(name, setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_class_and_prefecture_or_by_name),
        cmocka_unit_test(codes_are_read_from_what_people_paste),
        cmocka_unit_test(a_condition_looks_back_at_a_chosen_answer),
        DB_TEST(what_is_asked_is_what_is_counted),
        DB_TEST(a_submission_holds_what_is_asked),
        DB_TEST(only_the_target_is_asked),
        DB_TEST(nobody_is_no_target),
        DB_TEST(a_full_draft_takes_no_more_and_is_still_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
