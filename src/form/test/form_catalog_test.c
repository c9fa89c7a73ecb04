/* SPDX-License-Identifier: Apache-2.0 */
/* Publishing the catalogue year by year: questions stay, wordings become revisions. */
#include "test/fixture.h"

struct publishing {
    struct fix *f;
    int year;
    catalog_id id;
};

static err publish(struct tx *tx, void *arg)
{
    struct publishing *p = arg;
    return form_catalog_publish(tx, p->f->a, p->year, &p->id);
}

static catalog_id published(struct fix *f, int year)
{
    struct publishing p = {.f = f, .year = year};
    fix_write(f, publish, &p);
    return p.id;
}

static const struct catalog *catalog_of(struct fix *f, catalog_id id)
{
    const struct catalog *c = NULL;
    assert_ok(form_catalog_get(fix_db(f), id, &c));
    return c;
}

static size_t essential(const struct catalog *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_items; i++)
        n += c->item[i].essential;
    return n;
}

static size_t pending(const struct catalog *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_items; i++)
        n += !form_counts(&c->item[i]);
    return n;
}

/* ── one year ── */

static void the_catalogue_of_2026_has_132_items(void **state)
{
    struct fix *f = *state;
    const struct catalog *c = catalog_of(f, published(f, 2026));
    assert_int_equal(c->n_items, 132);
    assert_int_equal(essential(c), 110);
    assert_int_equal(pending(c), 4);
    assert_int_equal(c->n_areas, 8);
    assert_str(c->area[0].code, S("ORG"));
    assert_str(c->area[7].name, S("評価・見直し"));
    assert_true(c->title.n > 0);
}

static size_t area_index(const struct catalog *c, str area)
{
    for (size_t i = 0; i < c->n_areas; i++)
        if (str_eq(c->area[i].code, area))
            return i;
    fail();
    return 0;
}

static void items_stand_area_by_area_and_are_found(void **state)
{
    struct fix *f = *state;
    const struct catalog *c = catalog_of(f, published(f, 2026));
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = &c->item[i];
        assert_int_equal(q->position, i + 1);
        assert_true(q->text.n && q->why.n && q->subarea.n);
        assert_true(str_starts(q->code, q->area));
        assert_ptr_equal(form_item(c, q->code), q);
        assert_ptr_equal(form_item_by_id(c, q->id), q);
        if (i > 0)
            assert_true(area_index(c, c->item[i - 1].area) <= area_index(c, q->area));
    }
    assert_null(form_item(c, S("ORG-99")));
    assert_null(form_item_by_id(c, (question_id){0}));
    assert_null(form_item_by_id(c, (question_id){INT64_MAX}));
}

static void an_item_has_what_the_data_say(void **state)
{
    struct fix *f = *state;
    const struct catalog *c = catalog_of(f, published(f, 2026));
    const struct question *ciso = form_item(c, S("ORG-01")), *hard = form_item(c, S("ORG-S7"));
    assert_str(ciso->text, S("最高情報セキュリティ責任者（CISO）を任命していますか。"));
    assert_str(ciso->subarea, S("全庁的な組織体制の整備"));
    assert_str(ciso->shared_with, S("総務省、国家サイバー統括室（NCO）、個人情報保護委員会"));
    assert_int_equal(ciso->type, ANSWER_STATUS);
    assert_int_equal(ciso->carry, CARRY_CONFIRM);
    assert_true(ciso->essential && !ciso->allow_na && !ciso->pending);
    assert_int_equal(hard->type, ANSWER_MULTI);
    assert_int_equal(hard->n_options, 8);
    assert_str(hard->option[0], S("必要な人員が足りない"));
    assert_str(hard->option[7], S("その他"));
    assert_int_equal(form_item(c, S("ORG-S6"))->carry, CARRY_AUTO);
    assert_true(form_item(c, S("TEC-S1"))->pending);
}

static void published_rates_come_with_what_was_measured(void **state)
{
    struct fix *f = *state;
    const struct catalog *c = catalog_of(f, published(f, 2026));
    const struct question *ciso = form_item(c, S("ORG-01")), *hard = form_item(c, S("ORG-S7"));
    struct rate r;
    struct rate_list all;
    assert_ok(form_rate_get(fix_db(f), f->a, ciso->id, STR_NONE, &r));
    assert_true(r.known);
    assert_int_equal(r.bp, 9580);
    assert_int_equal(r.as_of, jday_of(2025, 10, 31));
    assert_str(r.measured_item, S("「CISOの任命」を実施"));
    assert_ok(form_rate_get(fix_db(f), f->a, hard->id, S("1"), &r));
    assert_int_equal(r.bp, 7120);
    assert_ok(form_rate_get(fix_db(f), f->a, hard->id, S("5"), &r));
    assert_int_equal(r.bp, 5230);
    assert_ok(form_rate_get(fix_db(f), f->a, hard->id, S("6"), &r));
    assert_false(r.known);
    assert_ok(form_rate_get(fix_db(f), f->a, hard->id, STR_NONE, &r));
    assert_false(r.known);
    assert_ok(form_rate_all(fix_db(f), f->a, &all));
    assert_int_equal(all.n, 16);
    assert_true(fix_number(f, "SELECT COUNT(*) FROM question_measure") > 0);
}

/* ── from year to year ── */

static bool is_reworded(str code)
{
    return str_eq(code, S("HUM-07")) || str_eq(code, S("TEC-16")) || str_eq(code, S("OUT-07"));
}

static void a_changed_wording_is_a_new_revision_of_the_same_question(void **state)
{
    struct fix *f = *state;
    catalog_id first = published(f, 2025), second = published(f, 2026), newest;
    const struct catalog *was = catalog_of(f, first), *is = catalog_of(f, second);
    assert_int_equal(was->n_items, 128);
    assert_int_equal(is->n_items, 132);
    for (size_t i = 0; i < was->n_items; i++) {
        const struct question *old = &was->item[i], *new = form_item(is, old->code);
        assert_non_null(new);
        assert_int_equal(new->id.v, old->id.v);
        assert_int_equal(new->rev != old->rev, is_reworded(old->code));
        assert_int_equal(!str_eq(new->text, old->text), is_reworded(old->code));
    }
    assert_str(form_item(was, S("HUM-07"))->text,
        S("全ての職員が、基礎的なセキュリティ研修を修了していますか。"));
    assert_null(form_item(was, S("TEC-28")));
    assert_ok(form_catalog_newest(fix_db(f), str_of(form_catalog_code), &newest));
    assert_int_equal(newest.v, second.v);
    assert_err(form_catalog_newest(fix_db(f), S("absent"), &newest), NOTFOUND);
}

static void the_lineage_tells_what_became_of_a_question(void **state)
{
    struct fix *f = *state;
    published(f, 2025);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM lineage"), 0);
    published(f, 2026);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM lineage"), 7);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM lineage l"
        " JOIN question_rev a ON a.id=l.from_rev JOIN question_rev b ON b.id=l.to_rev"
        " JOIN question q ON q.id=a.question WHERE l.kind=2 AND a.question=b.question"
        " AND b.number=a.number+1 AND l.carry IN (1, 2)"
        " AND q.code IN ('HUM-07', 'TEC-16', 'OUT-07')"), 3);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM lineage l"
        " JOIN question_rev b ON b.id=l.to_rev JOIN question q ON q.id=b.question"
        " WHERE l.kind=8 AND l.from_rev IS NULL AND l.carry=0"
        " AND q.code IN ('TEC-13', 'TEC-28', 'OUT-10', 'TEC-S6')"), 4);
}

static void publishing_the_same_year_again_makes_no_new_wording(void **state)
{
    struct fix *f = *state;
    static const char count[] = "SELECT (SELECT COUNT(*) FROM question) * 1000000"
        " + (SELECT COUNT(*) FROM question_rev) * 1000 + (SELECT COUNT(*) FROM lineage)";
    published(f, 2025);
    catalog_id first = published(f, 2026);
    int64_t before = fix_number(f, count);
    catalog_id second = published(f, 2026);
    assert_int_equal(before, 132 * 1000000 + 135 * 1000 + 7);
    assert_int_equal(fix_number(f, count), before);
    assert_true(second.v > first.v);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM catalog_rev"), 3);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM catalog_item a JOIN catalog_item b"
        " ON b.question_rev=a.question_rev AND b.position=a.position"
        " WHERE a.catalog_rev<b.catalog_rev AND a.catalog_rev<>(SELECT MIN(id) FROM catalog_rev)"),
        132);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM question_rate"), 16 + 5);
}

static void a_published_wording_cannot_be_changed(void **state)
{
    published(*state, 2026);
    assert_true(fix_sql_fails(*state, "UPDATE question_rev SET text='easier'"));
    assert_true(fix_sql_fails(*state, "PRAGMA foreign_keys=ON; DELETE FROM question_rev"));
}

#define WITH_STORE(t) cmocka_unit_test_setup_teardown(t, fix_store_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(the_catalogue_of_2026_has_132_items),
        WITH_STORE(items_stand_area_by_area_and_are_found),
        WITH_STORE(an_item_has_what_the_data_say),
        WITH_STORE(published_rates_come_with_what_was_measured),
        WITH_STORE(a_changed_wording_is_a_new_revision_of_the_same_question),
        WITH_STORE(the_lineage_tells_what_became_of_a_question),
        WITH_STORE(publishing_the_same_year_again_makes_no_new_wording),
        WITH_STORE(a_published_wording_cannot_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
