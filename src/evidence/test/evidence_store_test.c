/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring on a real database: rows come into being by measuring alone, and stay. */
#include "test/fixture.h"

struct step {
    struct fix *f;
    int64_t body, catalog;
    const char *question, *measure, *rule;
};

static err run_publish(struct tx *tx, void *arg)
{
    struct step *s = arg;
    catalog_id id;
    TRY(form_catalog_publish(tx, s->f->a, 2026, &id));
    s->catalog = id.v;
    return OK;
}

static err run_take(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return evidence_take_all(tx, s->f->a, s->body);
}

static err run_ciso(struct tx *tx, void *arg)
{
    struct step *s = arg;
    person_id ignored;
    struct new_person p = {.body = {s->body},
        .login = str_fmt(s->f->a, "ciso%lld", (long long)tx_id(tx)),
        .name = S("長官"),
        .roles = ROLE_CISO};
    return org_person_add(tx, &p, &ignored);
}

static err run_rule(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return evidence_rule_add(
        tx, 77, str_of(s->question), str_of(s->measure), str_of(s->rule));
}

static const char count_ciso[] =
    "SELECT COUNT(*) FROM evidence WHERE body=483010 AND question='ORG-01'";

static void add_ciso(struct fix *f, int64_t body)
{
    struct step s = {.f = f, .body = body};
    fix_write(f, run_ciso, &s);
}

static void take(struct fix *f, int64_t body)
{
    struct step s = {.f = f, .body = body};
    fix_write(f, run_take, &s);
}

static int64_t published(struct fix *f)
{
    struct step s = {.f = f};
    fix_write(f, run_publish, &s);
    return s.catalog;
}

static const struct evidence *found(const struct evidence_list *list, str question)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->v[i].question, question))
            return &list->v[i];
    fail();
    return NULL;
}

static void a_row_is_added_when_the_value_changed_or_a_day_has_passed(void **state)
{
    struct fix *f = *state;
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM evidence"), 0); /* nothing asks for it */
    published(f);
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, count_ciso), 1);
    take(f, BODY_TOWN);
    f->now += USEC_DAY - 1;
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, count_ciso), 1);
    f->now += 1;
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, count_ciso), 2);
    add_ciso(f, BODY_TOWN);
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, count_ciso), 3);
    add_ciso(f, BODY_TOWN);
    take(f, BODY_TOWN);
    assert_int_equal(fix_number(f, count_ciso), 4);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM evidence WHERE body<>483010"), 0);
}

static void the_newest_row_counts_and_suggests(void **state)
{
    struct fix *f = *state;
    int64_t catalog = published(f);
    struct evidence_list list;
    body_id town = {BODY_TOWN};
    take(f, BODY_TOWN);
    int64_t horizon = fix_number(f, "SELECT MAX(id) FROM evidence");
    add_ciso(f, BODY_TOWN);
    take(f, BODY_TOWN);
    assert_ok(evidence_all(fix_db(f), f->a, f->scope[P_TOWN], town, catalog, 0, &list));
    assert_int_equal(list.n, 6);
    const struct evidence *e = found(&list, S("ORG-01"));
    assert_str(str_of(e->measure->name), S("org.ciso_holder"));
    assert_true(e->value.known);
    assert_int_equal(e->value.value, 1);
    assert_str(e->suggests, S("done"));
    assert_str(e->source, S("/roles"));
    assert_int_equal(e->at, f->now);
    e = found(&list, S("ORG-10"));
    assert_false(e->value.known);
    assert_str(e->suggests, S("none"));
    assert_str(found(&list, S("TEC-16"))->suggests, S(""));
    /* what stood at a horizon stays what it was */
    assert_ok(evidence_all(fix_db(f), f->a, f->scope[P_TOWN], town, catalog, horizon, &list));
    assert_int_equal(found(&list, S("ORG-01"))->value.value, 0);
    /* another catalogue uses nothing */
    assert_ok(evidence_all(fix_db(f), f->a, f->scope[P_TOWN], town, catalog + 1, 0, &list));
    assert_int_equal(list.n, 0);
}

static void others_see_only_what_stood_at_a_submission(void **state)
{
    struct fix *f = *state;
    int64_t catalog = published(f);
    struct evidence_list list;
    body_id town = {BODY_TOWN};
    take(f, BODY_TOWN);
    for (int p = 0; p < PEOPLE; p++) {
        if (p == P_TOWN)
            continue;
        assert_err(evidence_all(fix_db(f), f->a, f->scope[p], town, catalog, 0, &list), DENIED);
    }
    assert_err(evidence_all(fix_db(f), f->a, f->scope[P_CITY], town, catalog, INT64_MAX, &list),
        NOTFOUND);
    assert_err(evidence_all(fix_db(f), f->a, f->scope[P_FAR], town, catalog, INT64_MAX, &list),
        NOTFOUND);
    assert_ok(evidence_all(fix_db(f), f->a, f->scope[P_PREF], town, catalog, INT64_MAX, &list));
    assert_ok(evidence_all(fix_db(f), f->a, f->scope[P_NATION], town, catalog, INT64_MAX, &list));
}

static void what_cannot_be_read_is_not_published(void **state)
{
    static const struct {
        const char *measure, *rule;
        enum err_code want;
    } rows[] = {
        {"org.ciso_holder", ">= 1 done, else none", ERR_OK},
        {"org.ciso_holder", "あり→実施済み", ERR_INVALID},
        {"org.ciso_holder", "", ERR_INVALID},
        {"org.nobody_measures_this", ">= 1 done, else none", ERR_INVALID},
        {"", ">= 1 done, else none", ERR_INVALID},
    };
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct step s = {.f = f, .question = "ORG-01", .measure = rows[i].measure,
            .rule = rows[i].rule};
        assert_int_equal(fix_try(f, run_rule, &s).code, rows[i].want);
    }
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM evidence_rule WHERE catalog_rev=77"), 1);
}

static void everybody_is_measured_step_by_step(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(64);
    published(f);
    const struct call *call = call_find(f->mods.calls, f->mods.n_calls, S("evidence.measure"));
    assert_non_null(call);
    assert_ok(call_run(store_writer(f->store), call, f->a, STR_NONE, &out));
    assert_int_equal(buf_view(&out).n, 0);
    assert_int_equal(fix_number(f, "SELECT COUNT(DISTINCT body) FROM evidence"), 4);
    assert_err(call_run(store_writer(f->store), call, f->a, S("x"), &out), INVALID);
}

static void rows_and_rules_are_kept(void **state)
{
    struct fix *f = *state;
    published(f);
    take(f, BODY_TOWN);
    assert_true(fix_sql_fails(f, "UPDATE evidence SET value='9'"));
    assert_true(fix_sql_fails(f, "DELETE FROM evidence"));
    assert_true(fix_sql_fails(f, "UPDATE evidence_rule SET rule='else done'"));
}

#define WITH_PEOPLE(t) cmocka_unit_test_setup_teardown(t, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_row_is_added_when_the_value_changed_or_a_day_has_passed),
        WITH_PEOPLE(the_newest_row_counts_and_suggests),
        WITH_PEOPLE(others_see_only_what_stood_at_a_submission),
        WITH_PEOPLE(what_cannot_be_read_is_not_published),
        WITH_PEOPLE(everybody_is_measured_step_by_step),
        WITH_PEOPLE(rows_and_rules_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
