/* SPDX-License-Identifier: Apache-2.0 */
/* Whose files are in force when: now, in a submission, after a removal, in the year behind. */
#include "fixture.h"

#include "survey/survey_file.h"

struct world {
    survey_id last, now;
    question_id q, other;
};

static err open_one(struct tx *tx, struct fix *f, catalog_id c, int year, survey_id *id)
{
    struct new_survey n = {.catalog = c, .previous = *id, .title = S("調査"), .fiscal_year = year,
        .as_of = jday_of(year, 10, 31), .shown_deadline = jday_of(2026, 12, 31),
        .last_submission = jday_of(2026, 12, 31), .last_correction = jday_of(2027, 1, 31)};
    return survey_open(tx, f->a, f->scope[P_NATION], &n, id);
}

static err open_both(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    catalog_id c;
    survey_id id = {0};
    TRY(form_catalog_publish(tx, f->a, 2026, &c));
    TRY(open_one(tx, f, c, 2025, &id));
    return open_one(tx, f, c, 2026, &id);
}

static struct world begin(struct fix *f)
{
    struct world w;
    fix_write(f, open_both, f);
    w.last.v = fix_number(f, "SELECT id FROM survey WHERE fiscal_year=2025");
    w.now.v = fix_number(f, "SELECT id FROM survey WHERE fiscal_year=2026");
    w.q.v = fix_number(f, "SELECT id FROM question WHERE code='ORG-01'");
    w.other.v = fix_number(f, "SELECT id FROM question WHERE code='ORG-02'");
    return w;
}

struct adding {
    survey_id survey;
    struct item_file f;
    int64_t id;
};

static err add_run(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    return survey_file_add(tx, scope_system(), a->survey, &a->f, 0, &a->id);
}

/* A file whose content is this letter. */
static int64_t add(struct fix *f, survey_id survey, int64_t body, question_id q, char c, jday until)
{
    struct adding a = {.survey = survey,
        .f = {.body = {body}, .question = q, .blob = {.size = 10}, .name = S("a.pdf"),
            .media = S("application/pdf"), .note = S(""), .valid_until = until, .person = 1}};
    memset(a.f.blob.hash, c, BLOB_HASH);
    fix_write(f, add_run, &a);
    return a.id;
}

static err remove_run(struct tx *tx, void *arg)
{
    return survey_file_remove(tx, *(int64_t *)arg, 1);
}

/* As a submission does it: an id newer than all before. */
static err submit_run(struct tx *tx, void *arg)
{
    static const uint8_t hash[32];
    int64_t *v = arg; /* survey, body; and back: the horizon */
    struct db *db = tx_db(tx);
    int64_t response = 0, number = 0;
    DB_EACH(db, r, SQL("SELECT id FROM response WHERE survey=$1 AND body=$2"), V(v[0], v[1]))
    response = row_i64(&r, 0);
    DB_EACH(db, r, SQL("SELECT COUNT(*) FROM submission WHERE response=$1"), V(response))
    number = row_i64(&r, 0) + 1;
    v[2] = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO submission (id, response, number, horizon, class, pref, person, at, hash)"
            " VALUES ($1, $2, $3, $1, 5, 48, 1, 1, $4)"),
        V(v[2], response, number, ((struct bytes){hash, 32}))));
    return db_exec(
        tx, SQL("UPDATE response SET state=2, submission=$2 WHERE id=$1"), V(response, v[2]));
}

static int64_t submit(struct fix *f, survey_id survey, int64_t body)
{
    int64_t v[3] = {survey.v, body, 0};
    fix_write(f, submit_run, v);
    return v[2];
}

static size_t count(struct fix *f, enum fix_person p, survey_id s, int64_t body, question_id q,
    int64_t horizon)
{
    struct item_files all;
    err e = survey_files(fix_db(f), f->a, f->scope[p], s, (body_id){body}, q, horizon, &all);
    return e.code == ERR_NOTFOUND ? 0 : (assert_int_equal(e.code, ERR_OK), all.n);
}

static void a_submission_keeps_what_it_had(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    struct item_file got;
    int64_t before = add(f, w.now, BODY_TOWN, w.q, 'a', DAY_NONE);
    int64_t removed = add(f, w.now, BODY_TOWN, w.q, 'b', DAY_NONE);
    fix_write(f, remove_run, &removed);
    int64_t first = submit(f, w.now, BODY_TOWN);
    int64_t after = add(f, w.now, BODY_TOWN, w.q, 'c', DAY_NONE);
    fix_write(f, remove_run, &before);
    assert_int_equal(count(f, P_TOWN, w.now, BODY_TOWN, w.q, 0), 1);
    assert_int_equal(count(f, P_TOWN, w.now, BODY_TOWN, w.q, first), 1);
    assert_ok(survey_file_get(fix_db(f), f->a, f->scope[P_PREF], w.now, (body_id){BODY_TOWN},
        before, first, &got)); /* removed later: still what was submitted */
    assert_err(survey_file_get(fix_db(f), f->a, f->scope[P_PREF], w.now, (body_id){BODY_TOWN},
        after, first, &got), NOTFOUND);
    assert_err(survey_file_get(fix_db(f), f->a, f->scope[P_PREF], w.now, (body_id){BODY_TOWN},
        removed, first, &got), NOTFOUND);
    int64_t second = submit(f, w.now, BODY_TOWN);
    assert_ok(survey_file_get(fix_db(f), f->a, f->scope[P_PREF], w.now, (body_id){BODY_TOWN},
        after, second, &got));
    assert_err(survey_file_get(fix_db(f), f->a, f->scope[P_PREF], w.now, (body_id){BODY_TOWN},
        before, second, &got), NOTFOUND);
}

static void rows_are_only_added_or_removed(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    int64_t id = add(f, w.now, BODY_TOWN, w.q, 'a', DAY_NONE);
    assert_true(fix_sql_fails(f, "DELETE FROM item_file"));
    assert_true(fix_sql_fails(f, "UPDATE item_file SET name='b.pdf'"));
    assert_true(fix_sql_fails(f, "UPDATE item_file SET blob=x'00'"));
    fix_write(f, remove_run, &id);
    assert_true(fix_sql_fails(f, "UPDATE item_file SET removed=NULL"));
}

/* Rows of the scope alone: of others only with a horizon, and only where the scope reaches. */
static void others_are_out_of_sight(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    add(f, w.now, BODY_TOWN, w.q, 'a', DAY_NONE);
    add(f, w.now, BODY_FAR, w.q, 'b', DAY_NONE);
    static const enum fix_person others[] = {P_CITY, P_FAR, P_PREF, P_NATION};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_int_equal(count(f, others[i], w.now, BODY_TOWN, w.q, 0), 0);
    int64_t h = submit(f, w.now, BODY_TOWN);
    assert_int_equal(count(f, P_PREF, w.now, BODY_TOWN, w.q, h), 1);
    assert_int_equal(count(f, P_NATION, w.now, BODY_TOWN, (question_id){0}, h), 1);
    assert_int_equal(count(f, P_CITY, w.now, BODY_TOWN, w.q, h), 0);
    assert_int_equal(count(f, P_FAR, w.now, BODY_TOWN, w.q, h), 0);
    int64_t far = submit(f, w.now, BODY_FAR);
    assert_int_equal(count(f, P_PREF, w.now, BODY_FAR, w.q, far), 0);
    assert_int_equal(count(f, P_NATION, w.now, BODY_FAR, w.q, far), 1);
}

static void expired_ones_need_a_person(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    struct question_ids ids;
    body_id town = {BODY_TOWN};
    jday today = jday_of(2026, 11, 20);
    add(f, w.now, BODY_TOWN, w.q, 'a', DAY_NONE);
    add(f, w.now, BODY_TOWN, w.q, 'b', today);
    add(f, w.now, BODY_FAR, w.q, 'c', today - 1);
    assert_ok(survey_files_expired(fix_db(f), f->a, f->scope[P_TOWN], w.now, town, today, &ids));
    assert_int_equal(ids.n, 0);
    int64_t old = add(f, w.now, BODY_TOWN, w.other, 'd', today - 1);
    add(f, w.now, BODY_TOWN, w.other, 'e', today - 10);
    assert_ok(survey_files_expired(fix_db(f), f->a, f->scope[P_TOWN], w.now, town, today, &ids));
    assert_int_equal(ids.n, 1);
    assert_int_equal(ids.v[0].v, w.other.v);
    assert_ok(survey_files_expired(fix_db(f), f->a, f->scope[P_TOWN], w.now, town, today + 1, &ids));
    assert_int_equal(ids.n, 2);
    fix_write(f, remove_run, &old);
    assert_ok(survey_files_expired(fix_db(f), f->a, f->scope[P_TOWN], w.now, town, today - 5, &ids));
    assert_int_equal(ids.n, 1);
    assert_ok(survey_files_expired(fix_db(f), f->a, f->scope[P_NATION], w.now, town, today, &ids));
    assert_int_equal(ids.n, 0); /* the body's own business */
}

/* By the button: what was submitted last year, is still valid and is not here yet; once. */
static void last_years_files_are_taken_over(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    jday today = jday_of(2026, 11, 20);
    add(f, w.last, BODY_TOWN, w.q, 'a', DAY_NONE);
    add(f, w.last, BODY_TOWN, w.q, 'b', today - 1); /* expired */
    add(f, w.last, BODY_TOWN, w.other, 'c', DAY_NONE);
    int64_t gone = add(f, w.last, BODY_TOWN, w.q, 'd', DAY_NONE);
    fix_write(f, remove_run, &gone);
    add(f, w.last, BODY_TOWN, w.q, 'e', today + 400);
    submit(f, w.last, BODY_TOWN);
    add(f, w.last, BODY_TOWN, w.q, 'f', DAY_NONE); /* after the submission */
    add(f, w.now, BODY_TOWN, w.q, 'a', DAY_NONE);  /* here already */
    fix_web(f);
    struct ask q = {.method = POST, .bearer = fix_token(f, P_TOWN),
        .target = str_z(f->a, str_fmt(f->a, "/surveys/%lld/items/ORG-01/files/carry",
                                  (long long)w.now.v))};
    assert_int_equal(fix_status(f, &q), 303);
    assert_int_equal(count(f, P_TOWN, w.now, BODY_TOWN, w.q, 0), 2);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM item_file n JOIN item_file o"
                                   " ON o.id=n.from_file AND o.blob=n.blob"
                                   " AND o.valid_until=n.valid_until"), 1);
    assert_int_equal(fix_status(f, &q), 303);
    assert_int_equal(count(f, P_TOWN, w.now, BODY_TOWN, w.q, 0), 2);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM blob"), 6); /* no content twice */
    assert_int_equal(
        fix_number(f, "SELECT COUNT(*) FROM audit WHERE action='survey.file.carry'"), 1);
}

/* A page of another body shown again after a refused form waits for its row, as the page does. */
static void a_refused_form_of_another_body_is_a_reading_too(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    submit(f, w.now, BODY_TOWN);
    fix_web(f);
    str pref = fix_sign_in(f, P_PREF);
    struct ask q = {.method = POST, .cookie = pref,
        .body = str_fmt(f->a, "verdict=query&note=&csrf=%.*s", STR_F(fix_csrf(f, pref))),
        .target = str_z(f->a, str_fmt(f->a, "/surveys/%lld/board/%d/items/ORG-01/check",
                                  (long long)w.now.v, BODY_TOWN))};
    struct http_exchange *x = fix_ask(f, &q);
    assert_int_equal(x->status, 422);
    assert_true(str_has(fix_reply(x), S("見本町")));
    fix_done(x);
    assert_int_equal(
        fix_number(f, "SELECT COUNT(*) FROM journal WHERE kind=1 AND body=483010"), 1);
    fix_sql(f, "CREATE TRIGGER no_journal BEFORE INSERT ON journal"
               " BEGIN SELECT RAISE(ABORT, 'no'); END");
    x = fix_ask(f, &q);
    assert_int_equal(x->status, 409); /* as the trigger refuses */
    assert_false(str_has(fix_reply(x), S("見本町")));
    fix_done(x);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, fix_people_setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_submission_keeps_what_it_had),
        IN_WORLD(rows_are_only_added_or_removed),
        IN_WORLD(others_are_out_of_sight),
        IN_WORLD(expired_ones_need_a_person),
        IN_WORLD(last_years_files_are_taken_over),
        IN_WORLD(a_refused_form_of_another_body_is_a_reading_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
