/* SPDX-License-Identifier: Apache-2.0 */
/* A response from its first answer to the national totals, on a real database. */
#include "test/fixture.h"

#include "survey/survey_private.h"

/* Last year the town submitted everything, and the city never began; this year is open. */
static struct world {
    struct fix *f;
    survey_id last, now;
} world;

/* One thing somebody does on the writer. */
struct act {
    enum fix_person who;
    survey_id survey;
    const char *code, *value, *area;
    int64_t seen, fact;
    /* what came of it */
    struct fact newest;
    struct sheet sheet;
    int n;
};

static struct writing writing_of(struct tx *tx, const struct act *act)
{
    return (struct writing){tx, world.f->a, world.f->scope[act->who], world.f->person[act->who].v,
        ROLE_STAFF};
}

static err run_answer(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_write_answer(
        &w, act->survey, str_of(act->code), str_of(act->value), act->seen, &act->newest);
}

static err run_confirm(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    struct confirming what = {.code = str_of(act->code), .area = str_of(act->area)};
    return survey_write_confirm(&w, act->survey, &what, &act->n);
}

static err run_submit(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_write_submit(&w, act->survey, &act->sheet, &act->n);
}

static err run_withdraw(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    struct flow_result r;
    return survey_flow_act(&w, FLOW_BODY, act->survey, scope_body(w.scope), S("withdraw"),
        S("数え違い \"3\""), &r);
}

static err run_restore(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    struct restored r = {0};
    err e = survey_write_restore(&w, act->survey, str_of(act->code), act->fact, act->seen, &r);
    act->newest = r.newest;
    return e;
}

static err run_comment(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct writing w = writing_of(tx, act);
    return survey_write_comment(&w, act->survey, str_of(act->code), str_of(act->value));
}

static const char *sample_answer(enum answer_type t)
{
    static const char *const answers[] = {
        [ANSWER_STATUS] = "done", [ANSWER_CHOICE] = "1", [ANSWER_MULTI] = "1,3",
        [ANSWER_NUMBER] = "120", [ANSWER_PERCENT] = "95.3", [ANSWER_DATE] = "2025-10-31",
        [ANSWER_URL] = "https://www.example.jp/", [ANSWER_TEXT] = "特になし"};
    return answers[t];
}

/* Answers everything, or the essential items only. */
static err run_answer_all(struct tx *tx, void *arg)
{
    struct act *act = arg;
    struct survey s;
    const struct catalog *c;
    TRY(survey_get(tx_db(tx), world.f->a, act->survey, &s));
    TRY(form_catalog_get(tx_db(tx), s.catalog, &c));
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = &c->item[i];
        struct act one = *act;
        if (act->n && !q->essential)
            continue;
        one.code = str_z(world.f->a, q->code);
        one.value = sample_answer(q->type);
        TRY(run_answer(tx, &one));
    }
    return OK;
}

static struct act act_of(enum fix_person who)
{
    return (struct act){.who = who, .survey = world.now};
}

static err answer(enum fix_person who, const char *code, const char *value, int64_t seen)
{
    struct act act = act_of(who);
    act.code = code;
    act.value = value;
    act.seen = seen;
    return fix_try(world.f, run_answer, &act);
}

/* ── the world ── */

struct opening {
    int year;
    survey_id previous, id;
};

static err run_open(struct tx *tx, void *arg)
{
    struct opening *o = arg;
    catalog_id catalog;
    TRY(form_catalog_publish(tx, world.f->a, o->year, &catalog));
    struct new_survey n = {.catalog = catalog,
        .previous = o->previous,
        .title = S("調査"),
        .fiscal_year = o->year,
        .as_of = jday_of(o->year, 10, 31),
        .shown_deadline = jday_of(o->year, 11, 28),
        .last_submission = jday_of(o->year, 12, 1),
        .last_correction = jday_of(o->year, 12, 10)};
    return survey_open(tx, world.f->a, scope_system(), &n, &o->id);
}

static int setup(void **state)
{
    fix_people_setup(state);
    world.f = *state;
    struct opening last = {.year = 2025};
    world.f->now = usec_of_jday_end(jday_of(2025, 11, 19));
    fix_write(world.f, run_open, &last);
    world.last = last.id;
    struct act all = {.who = P_TOWN, .survey = last.id};
    fix_write(world.f, run_answer_all, &all);
    fix_write(world.f, run_submit, &all);
    world.f->now = usec_of_jday_end(jday_of(2026, 11, 19));
    struct opening now = {.year = 2026, .previous = last.id};
    fix_write(world.f, run_open, &now);
    world.now = now.id;
    return 0;
}

static struct sheet sheet_of(enum fix_person reader, int64_t body)
{
    struct sheet sheet;
    assert_ok(survey_sheet_load(fix_db(world.f), world.f->a, world.f->scope[reader], world.now,
        (body_id){body}, &sheet));
    return sheet;
}

static const struct item *item_of(const struct sheet *sheet, str code)
{
    const struct question *q = form_item(sheet->catalog, code);
    assert_non_null(q);
    return &sheet->item[q - sheet->catalog->item];
}

static struct progress progress_of(enum fix_person who, const struct sheet *sheet)
{
    struct progress p;
    assert_ok(survey_progress_get(
        fix_db(world.f), world.f->a, world.f->scope[who], sheet->response.id, &p));
    return p;
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

/* ── answers ── */

static void an_answer_is_kept_and_counted(void **state)
{
    (void)state;
    struct sheet before = sheet_of(P_CITY, BODY_CITY);
    assert_int_equal(before.response.state, RESPONSE_NOT_STARTED);
    assert_int_equal(item_of(&before, S("ORG-01"))->state, ITEM_MISSING);
    assert_ok(answer(P_CITY, "ORG-01", "partial", 0));
    struct sheet after = sheet_of(P_CITY, BODY_CITY);
    const struct item *it = item_of(&after, S("ORG-01"));
    assert_int_equal(it->state, ITEM_DECLARED);
    assert_str(it->now.value, S("partial"));
    assert_int_equal(it->now.person, world.f->person[P_CITY].v);
    assert_int_equal(it->now.at, world.f->now);
    assert_int_equal(after.response.state, RESPONSE_DRAFT);
    assert_int_equal(after.response.started_at, world.f->now);
    struct progress p = progress_of(P_CITY, &after);
    assert_int_equal(p.total, 128);
    assert_int_equal(p.needed, 110);
    assert_int_equal(p.done, 1);
    assert_int_equal(p.needed_done, 1);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM audit WHERE body=482013"
                                         " AND action='survey.answer'"), 1);
    assert_int_equal(problems(), 0);
}

static void progress_follows_every_change(void **state)
{
    (void)state;
    static const struct {
        const char *code, *value;
        int64_t done, needed;
    } rows[] = {
        {"ORG-01", "done", 1, 1}, {"ORG-01", "none", 1, 1}, {"ORG-01", "", 0, 0},
        {"ORG-01", "", 0, 0}, {"ORG-01", "done", 1, 1}, {"ORG-S7", "1,2", 2, 1},
        {"TEC-S1", "12", 2, 1}, /* exists, but is not counted (R26) */
        {"ORG-S7", "", 1, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sheet s = sheet_of(P_CITY, BODY_CITY);
        int64_t seen = item_of(&s, str_of(rows[i].code))->now.id;
        assert_ok(answer(P_CITY, rows[i].code, rows[i].value, seen));
        struct progress p = progress_of(P_CITY, &s);
        if (p.done != rows[i].done || p.needed_done != rows[i].needed)
            fail_msg("row %zu: %lld, %lld", i, (long long)p.done, (long long)p.needed_done);
    }
    assert_int_equal(problems(), 0);
}

static void a_colleague_who_was_first_is_not_overwritten(void **state)
{
    (void)state;
    struct act mine = act_of(P_CITY);
    mine.code = "ORG-01";
    mine.value = "none";
    assert_ok(answer(P_CITY, "ORG-01", "done", 0));
    assert_err(fix_try(world.f, run_answer, &mine), STALE);
    assert_str(mine.newest.value, S("done"));
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM fact WHERE body=482013"), 1);
    mine.seen = mine.newest.id; /* looked at, and changed all the same */
    assert_ok(fix_try(world.f, run_answer, &mine));
    struct sheet after = sheet_of(P_CITY, BODY_CITY);
    assert_str(item_of(&after, S("ORG-01"))->now.value, S("none"));
    assert_err(answer(P_CITY, "ORG-01", "done", mine.seen), STALE);
    assert_err(answer(P_CITY, "ORG-99", "done", 0), NOTFOUND);
}

/* ── confirming ── */

static void last_years_answers_are_shown_and_confirmed(void **state)
{
    (void)state;
    struct sheet s = sheet_of(P_TOWN, BODY_TOWN);
    struct act one = act_of(P_TOWN);
    assert_int_equal(item_of(&s, S("ORG-01"))->state, ITEM_CARRIED);
    assert_str(survey_item_value(item_of(&s, S("ORG-01"))), S("done"));
    assert_int_equal(item_of(&s, S("HUM-07"))->state, ITEM_REASK); /* reworded */
    assert_true(item_of(&s, S("HUM-07"))->reworded);
    assert_int_equal(item_of(&s, S("TEC-28"))->state, ITEM_MISSING); /* new */
    one.code = "ORG-01";
    fix_write(world.f, run_confirm, &one);
    assert_int_equal(one.n, 1);
    fix_write(world.f, run_confirm, &one);
    assert_int_equal(one.n, 0); /* pressed twice */
    one.code = "HUM-07";
    fix_write(world.f, run_confirm, &one);
    assert_int_equal(one.n, 0); /* another wording cannot be waved through */
    s = sheet_of(P_TOWN, BODY_TOWN);
    assert_int_equal(item_of(&s, S("ORG-01"))->state, ITEM_CONFIRMED);
    assert_int_equal(progress_of(P_TOWN, &s).done, 1);
    assert_int_equal(fix_number(world.f,
        "SELECT COUNT(*) FROM fact a JOIN fact b ON b.id=a.from_fact WHERE a.basis=2"
        " AND a.value=b.value AND a.question=b.question AND a.body=b.body AND b.basis=1"), 1);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM audit WHERE action='survey.confirm'"
                                         " AND detail='{\"items\":[\"ORG-01\"]}'"), 1);
}

static void an_area_is_confirmed_as_far_as_it_may_be(void **state)
{
    (void)state;
    int expected = 0;
    struct act area = act_of(P_TOWN);
    struct sheet s = sheet_of(P_TOWN, BODY_TOWN);
    for (size_t i = 0; i < s.catalog->n_items; i++)
        expected += str_eq(s.item[i].q->area, S("HUM")) && survey_item_may_confirm(&s.item[i]);
    area.area = "HUM";
    fix_write(world.f, run_confirm, &area);
    assert_true(expected > 5);
    assert_int_equal(area.n, expected);
    s = sheet_of(P_TOWN, BODY_TOWN);
    for (size_t i = 0; i < s.catalog->n_items; i++)
        assert_int_equal(s.item[i].state == ITEM_CONFIRMED,
            str_eq(s.item[i].q->area, S("HUM")) && s.item[i].now.id != 0);
    assert_int_equal(problems(), 0);
    struct act city = act_of(P_CITY);
    city.area = "HUM";
    fix_write(world.f, run_confirm, &city);
    assert_int_equal(city.n, 0); /* nothing to carry over */
}

/* ── submitting ── */

static void submit(enum fix_person who, bool essentials_only)
{
    struct act all = act_of(who);
    all.n = essentials_only;
    fix_write(world.f, run_answer_all, &all);
    fix_write(world.f, run_submit, &all);
    assert_int_equal(all.n, 0);
}

static void submit_essentials(enum fix_person who)
{
    submit(who, true);
}

static void a_submission_waits_for_what_is_missing(void **state)
{
    (void)state;
    struct act submit = act_of(P_CITY);
    assert_err(fix_try(world.f, run_submit, &submit), INVALID);
    assert_int_equal(submit.n, 110);
    assert_ok(answer(P_CITY, "ORG-01", "none", 0)); /* said is said, also when it is bad news */
    assert_err(fix_try(world.f, run_submit, &submit), INVALID);
    assert_int_equal(submit.n, 109);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM submission"), 1); /* last year's */
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM response WHERE state=2"), 1);
}

static void a_submission_is_frozen_with_its_hash(void **state)
{
    (void)state;
    uint8_t hash[32];
    char hex[64], sql[200];
    struct act act = act_of(P_CITY);
    submit_essentials(P_CITY);
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    assert_int_equal(s.response.state, RESPONSE_SUBMITTED);
    assert_int_equal(s.response.submitted_at, world.f->now);
    assert_int_equal(progress_of(P_CITY, &s).needed_done, 110);
    survey_sheet_hash(&s, hash);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM submission WHERE lower(hex(hash))='%.*s'"
                              " AND number=1 AND class=4 AND pref=48",
        STR_F(hex_of(hex, hash, sizeof hash)));
    assert_int_equal(fix_number(world.f, sql), 1);
    assert_err(fix_try(world.f, run_submit, &act), CONFLICT);
    assert_err(answer(P_CITY, "ORG-01", "none", item_of(&s, S("ORG-01"))->now.id), CONFLICT);
    assert_err(answer(P_CITY, "ORG-S7", "1", 0), CONFLICT);
    act.area = "ORG";
    assert_err(fix_try(world.f, run_confirm, &act), CONFLICT);
    assert_int_equal(problems(), 0);
}

/* Exactly one item may be carried over without a look. */
static void what_may_be_carried_silently_says_so(void **state)
{
    (void)state;
    submit_essentials(P_TOWN);
    struct sheet s = sheet_of(P_TOWN, BODY_TOWN);
    assert_int_equal(item_of(&s, S("ORG-S6"))->now.basis, BASIS_CARRIED);
    assert_int_equal(item_of(&s, S("ORG-S7"))->now.id, 0); /* not looked at: not said */
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM fact WHERE basis=5"
                                         " AND from_fact IS NOT NULL"), 1);
    assert_int_equal(progress_of(P_TOWN, &s).done, 111);
    assert_int_equal(problems(), 0);
}

static void the_deadline_is_the_end_of_its_day(void **state)
{
    (void)state;
    usec end = usec_of_jday_end(jday_of(2026, 12, 1));
    world.f->now = end - 1;
    assert_ok(answer(P_CITY, "ORG-01", "done", 0));
    world.f->now = end;
    assert_err(answer(P_CITY, "ORG-02", "done", 0), CONFLICT);
    struct act act = act_of(P_CITY);
    assert_err(fix_try(world.f, run_submit, &act), CONFLICT);
}

static err run_close(struct tx *tx, void *arg)
{
    (void)arg;
    return survey_state_set(tx, world.now, SURVEY_CLOSED);
}

static void a_closed_survey_takes_no_answer(void **state)
{
    (void)state;
    struct survey s;
    fix_write(world.f, run_close, NULL);
    assert_err(answer(P_CITY, "ORG-01", "done", 0), CONFLICT);
    assert_ok(survey_current(fix_db(world.f), world.f->a, world.f->scope[P_CITY], true,
        jday_of_usec(world.f->now), &s));
    assert_int_equal(s.id.v, world.last.v);
}

/* ── taking back ── */

static void a_submission_taken_back_leaves_no_trace_in_the_totals(void **state)
{
    (void)state;
    struct act act = act_of(P_CITY);
    assert_err(fix_try(world.f, run_withdraw, &act), CONFLICT); /* nothing to take back */
    submit_essentials(P_CITY);
    fix_write(world.f, run_withdraw, &act);
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    assert_int_equal(s.response.state, RESPONSE_DRAFT);
    assert_int_equal(s.response.horizon, 0);
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM cube c JOIN survey s ON s.id=c.survey"
                                         " WHERE s.fiscal_year=2026 AND (n<>0 OR total<>0)"), 0);
    assert_int_equal(problems(), 0);
    assert_err(fix_try(world.f, run_withdraw, &act), CONFLICT);
    struct sheet others;
    assert_err(survey_sheet_load(fix_db(world.f), world.f->a, world.f->scope[P_PREF], world.now,
                   (body_id){BODY_CITY}, &others), NOTFOUND); /* nobody else reads it meanwhile */
    assert_ok(answer(P_CITY, "ORG-01", "none", item_of(&s, S("ORG-01"))->now.id));
    fix_write(world.f, run_submit, &act);
    assert_int_equal(fix_number(world.f, "SELECT MAX(number) FROM submission"), 2);
    assert_int_equal(problems(), 0);
    world.f->now = usec_of_jday_end(jday_of(2026, 12, 1));
    assert_err(fix_try(world.f, run_withdraw, &act), CONFLICT); /* the deadline has passed */
}

/* A town that became a city meanwhile: it leaves the cells it was counted in. */
static void what_is_taken_back_is_what_was_given(void **state)
{
    (void)state;
    struct act act = act_of(P_CITY);
    submit_essentials(P_CITY);
    fix_sql(world.f, "UPDATE body SET class=2 WHERE id=482013");
    fix_write(world.f, run_withdraw, &act);
    assert_int_equal(problems(), 0);
}

static void an_earlier_answer_of_the_item_comes_back(void **state)
{
    (void)state;
    struct act act = act_of(P_CITY);
    assert_ok(answer(P_CITY, "ORG-01", "done", 0));
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    act.fact = item_of(&s, S("ORG-01"))->now.id;
    assert_ok(answer(P_CITY, "ORG-01", "none", act.fact));
    act.code = "ORG-01";
    act.seen = act.fact; /* meanwhile somebody changed it */
    assert_err(fix_try(world.f, run_restore, &act), STALE);
    act.seen = act.newest.id;
    act.code = "ORG-02"; /* another item's answer, whatever was seen */
    assert_err(fix_try(world.f, run_restore, &act), NOTFOUND);
    act.seen = 0;
    assert_err(fix_try(world.f, run_restore, &act), NOTFOUND);
    act.code = "ORG-01";
    act.seen = fix_number(world.f, "SELECT MAX(id) FROM fact");
    fix_write(world.f, run_restore, &act);
    s = sheet_of(P_CITY, BODY_CITY);
    assert_str(item_of(&s, S("ORG-01"))->now.value, S("done"));
    assert_int_equal(fix_number(world.f, "SELECT COUNT(*) FROM fact WHERE body=482013"), 3);
    assert_int_equal(problems(), 0);
}

static void words_among_colleagues_stay_among_them(void **state)
{
    static const size_t seen[PEOPLE] = {[P_CITY] = 1};
    (void)state;
    struct comment_list list;
    struct act act = act_of(P_CITY);
    act.code = "ORG-01";
    act.value = "財政課に確認中";
    fix_write(world.f, run_comment, &act);
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_ok(survey_comments(fix_db(world.f), world.f->a, world.f->scope[i], world.now,
            item_of(&s, S("ORG-01"))->q->id, &list));
        assert_int_equal(list.n, seen[i]);
    }
    act.code = "ORG-99";
    assert_err(fix_try(world.f, run_comment, &act), NOTFOUND);
}

/* ── totals ── */

static int64_t cell(enum fix_person who, const char *code, const char *option, int64_t class,
    int64_t pref, int64_t *total)
{
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    int64_t rev = item_of(&s, str_of(code))->q->rev, n = 0;
    struct cube_rows rows;
    *total = 0;
    assert_ok(survey_cube_sum(fix_db(world.f), world.f->a, world.f->scope[who], world.now,
        &(struct cube_filter){.class = class, .pref = pref}, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.v[i].question_rev == rev && str_eq(rows.v[i].answer, str_of(option))) {
            n += rows.v[i].n;
            *total += rows.v[i].total;
        }
    }
    return n;
}

static void totals_are_summed_inside_the_scope(void **state)
{
    static const struct {
        enum fix_person who;
        int64_t class, pref, n; /* of ORG-01 done */
    } rows[] = {
        {P_NATION, 0, 0, 3}, {P_NATION, CLASS_TOWN, 0, 2}, {P_NATION, CLASS_CITY, 0, 1},
        {P_NATION, CLASS_VILLAGE, 0, 0}, {P_NATION, 0, 48, 2}, {P_NATION, CLASS_TOWN, 20, 1},
        {P_PREF, 0, 0, 2}, {P_PREF, 0, 48, 2}, {P_PREF, 0, 20, 0}, {P_PREF, CLASS_TOWN, 0, 1},
        {P_TOWN, 0, 0, 0}, {P_TOWN, 0, 48, 0},
    };
    (void)state;
    int64_t total, submitted, bodies;
    assert_ok(answer(P_CITY, "ORG-S7", "1,3", 0));
    submit_essentials(P_CITY);
    submit_essentials(P_TOWN);
    submit_essentials(P_FAR);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t n = cell(rows[i].who, "ORG-01", "done", rows[i].class, rows[i].pref, &total);
        if (n != rows[i].n)
            fail_msg("row %zu: %lld", i, (long long)n);
    }
    assert_int_equal(cell(P_NATION, "ORG-S7", "#", 0, 0, &total), 1);
    assert_int_equal(cell(P_NATION, "ORG-S7", "3", 0, 0, &total), 1);
    assert_int_equal(cell(P_NATION, "ORG-S7", "2", 0, 0, &total), 0);
    assert_ok(survey_submitted_count(
        fix_db(world.f), world.f->scope[P_NATION], world.now, &(struct cube_filter){0},
        &submitted, &bodies));
    assert_int_equal(submitted, 3);
    assert_int_equal(bodies, 4);
    assert_ok(survey_submitted_count(
        fix_db(world.f), world.f->scope[P_PREF], world.now,
        &(struct cube_filter){.class = CLASS_TOWN}, &submitted, &bodies));
    assert_int_equal(submitted, 1);
    assert_int_equal(bodies, 1);
    assert_int_equal(problems(), 0);
}

static void totals_split_by_class_and_prefecture(void **state)
{
    (void)state;
    struct cube_rows rows;
    submit_essentials(P_CITY);
    submit_essentials(P_FAR);
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    int64_t rev = item_of(&s, S("ORG-01"))->q->rev;
    assert_ok(survey_cube_sum(fix_db(world.f), world.f->a, world.f->scope[P_NATION], world.now,
        &(struct cube_filter){.by = CUBE_BY_CLASS, .question_rev = rev}, &rows));
    assert_int_equal(rows.n, 2);
    assert_int_equal(rows.v[0].class + rows.v[1].class, CLASS_CITY + CLASS_TOWN);
    assert_ok(survey_cube_sum(fix_db(world.f), world.f->a, world.f->scope[P_PREF], world.now,
        &(struct cube_filter){.by = CUBE_BY_PREF, .question_rev = rev}, &rows));
    assert_int_equal(rows.n, 1);
    assert_int_equal(rows.v[0].pref, 48);
}

static void numbers_are_added_up(void **state)
{
    (void)state;
    int64_t total, numbers = 0, percents = 0;
    submit(P_CITY, false);
    submit(P_FAR, false);
    struct sheet s = sheet_of(P_CITY, BODY_CITY);
    for (size_t i = 0; i < s.catalog->n_items; i++) {
        const struct question *q = s.item[i].q;
        bool is_number = q->type == ANSWER_NUMBER, is_percent = q->type == ANSWER_PERCENT;
        if (!is_number && !is_percent)
            continue;
        int64_t n = cell(P_NATION, str_z(world.f->a, q->code), "#", 0, 0, &total);
        assert_int_equal(n, form_counts(q) ? 2 : 0);
        assert_int_equal(total, n * (is_number ? 120 : 953));
        numbers += is_number;
        percents += is_percent;
    }
    assert_true(numbers > 0 && percents > 0);
    assert_int_equal(problems(), 0);
}

/* ── what others may see ── */

static void others_see_nothing_before_and_the_frozen_after(void **state)
{
    (void)state;
    struct fix *f = world.f;
    struct sheet sheet;
    struct fact fact;
    assert_ok(answer(P_CITY, "ORG-01", "none", 0));
    struct sheet own = sheet_of(P_CITY, BODY_CITY);
    struct fact *slots = ARENA_ARRAY(f->a, struct fact, own.catalog->n_items);
    question_id q = item_of(&own, S("ORG-01"))->q->id;
    body_id city = {BODY_CITY};
    static const enum fix_person others[] = {P_PREF, P_TOWN, P_FAR, P_NATION};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const struct scope *s = f->scope[others[i]];
        bool above = others[i] == P_PREF || others[i] == P_NATION;
        assert_err(form_fact_newest(fix_db(f), f->a, s, world.now.v, city, q, 0, &fact), DENIED);
        assert_err(form_fact_all(fix_db(f), f->a, s, world.now.v, city, 0, own.catalog, slots),
            DENIED);
        assert_err(survey_sheet_load(fix_db(f), f->a, s, world.now, city, &sheet), NOTFOUND);
        err e = form_fact_newest(fix_db(f), f->a, s, world.now.v, city, q, INT64_MAX, &fact);
        assert_int_equal(e.code, above ? ERR_OK : ERR_NOTFOUND);
        assert_err(form_fact_newest(fix_db(f), f->a, s, world.now.v, city, q, -1, &fact), DENIED);
    }
    struct act all = act_of(P_CITY);
    assert_ok(answer(P_CITY, "ORG-01", "done", item_of(&own, S("ORG-01"))->now.id));
    all.n = 1;
    for (size_t i = 0; i < own.catalog->n_items; i++) {
        const struct question *item = own.item[i].q;
        if (item->essential && !str_eq(item->code, S("ORG-01")))
            assert_ok(answer(P_CITY, str_z(f->a, item->code), sample_answer(item->type), 0));
    }
    fix_write(f, run_submit, &all);
    sheet = sheet_of(P_PREF, BODY_CITY);
    assert_str(item_of(&sheet, S("ORG-01"))->now.value, S("done"));
    assert_err(survey_sheet_load(fix_db(f), f->a, f->scope[P_TOWN], world.now, city, &sheet),
        NOTFOUND);
}

static void the_board_shows_the_scope(void **state)
{
    static const size_t seen[PEOPLE] = {
        [P_PREF] = 3, [P_CITY] = 1, [P_TOWN] = 1, [P_FAR] = 1, [P_NATION] = 4};
    struct board board;
    (void)state;
    assert_ok(answer(P_CITY, "ORG-01", "done", 0));
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_ok(survey_board(
            fix_db(world.f), world.f->a, world.f->scope[i], world.now, &board));
        assert_int_equal(board.n, seen[i]);
        for (size_t k = 0; k < board.n; k++) {
            bool city = board.v[k].body.id.v == BODY_CITY;
            assert_int_equal(board.v[k].done, city);
            assert_int_equal(board.v[k].total, 128);
            assert_int_equal(board.v[k].state, city ? RESPONSE_DRAFT : RESPONSE_NOT_STARTED);
        }
    }
}

/* ── the check finds what it is for ── */

static void planted_differences_are_found(void **state)
{
    static const char *const plants[] = {
        "UPDATE cube SET n=n+1 WHERE rowid=(SELECT MIN(rowid) FROM cube)",
        "UPDATE cube SET total=total+1 WHERE answer='#'",
        "UPDATE cube SET basis=2 WHERE rowid=(SELECT MIN(rowid) FROM cube)",
        "UPDATE cube SET accepted=1 WHERE rowid=(SELECT MIN(rowid) FROM cube)",
        "UPDATE cube SET pref=1 WHERE rowid=(SELECT MAX(rowid) FROM cube)",
        "DELETE FROM cube WHERE rowid=(SELECT MAX(rowid) FROM cube)",
        "DELETE FROM cube",
        "INSERT INTO cube SELECT survey, question_rev, 1, 1, 'x', 1, 0, 1, 0 FROM cube LIMIT 1",
        "UPDATE progress SET done=done+1 WHERE area='ORG'",
        "UPDATE progress SET needed_done=needed_done-1 WHERE area='ORG' AND done>0",
        "DROP TRIGGER fact_keep_update;\
         UPDATE fact SET value='none' WHERE id=(SELECT MAX(id) FROM fact WHERE value='done')",
        "DROP TRIGGER fact_keep_delete; DELETE FROM fact WHERE id=(SELECT MAX(id) FROM fact)",
        "DROP TRIGGER submission_keep_update; UPDATE submission SET hash=zeroblob(32)",
        "DROP TRIGGER submission_keep_update; UPDATE submission SET horizon=horizon-200",
        "DROP TRIGGER submission_keep_update; UPDATE submission SET class=6",
        "UPDATE response SET state=1 WHERE state=2",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(plants); i++) {
        void *own;
        setup(&own);
        submit_essentials(P_CITY);
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
        WITH_WORLD(an_answer_is_kept_and_counted),
        WITH_WORLD(progress_follows_every_change),
        WITH_WORLD(a_colleague_who_was_first_is_not_overwritten),
        WITH_WORLD(last_years_answers_are_shown_and_confirmed),
        WITH_WORLD(an_area_is_confirmed_as_far_as_it_may_be),
        WITH_WORLD(a_submission_waits_for_what_is_missing),
        WITH_WORLD(a_submission_is_frozen_with_its_hash),
        WITH_WORLD(what_may_be_carried_silently_says_so),
        WITH_WORLD(the_deadline_is_the_end_of_its_day),
        WITH_WORLD(a_closed_survey_takes_no_answer),
        WITH_WORLD(a_submission_taken_back_leaves_no_trace_in_the_totals),
        WITH_WORLD(what_is_taken_back_is_what_was_given),
        WITH_WORLD(an_earlier_answer_of_the_item_comes_back),
        WITH_WORLD(words_among_colleagues_stay_among_them),
        WITH_WORLD(totals_are_summed_inside_the_scope),
        WITH_WORLD(totals_split_by_class_and_prefecture),
        WITH_WORLD(numbers_are_added_up),
        WITH_WORLD(others_see_nothing_before_and_the_frozen_after),
        WITH_WORLD(the_board_shows_the_scope),
        cmocka_unit_test(planted_differences_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
