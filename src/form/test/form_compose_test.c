/* SPDX-License-Identifier: Apache-2.0 */
/* How alike wordings are, what a condition asks, and a catalogue composed on a real database. */
#include "test/fixture.h"

/* ── wordings ── */

static void alike_is_measured_without_blanks_and_marks(void **state)
{
    static const struct {
        str a, b;
        int64_t least, most;
    } rows[] = {
        {S("バックアップを取得していますか。"), S("バックアップを取得していますか"), 10000, 10000},
        {S("VPN 装置の更新"), S("ｖｐｎ装置の更新"), 5000, 9000}, /* full-width letters differ */
        {S("Vpn装置"), S("VPN 装置"), 10000, 10000},
        {S("庁内の職員に研修を実施していますか。"), S("職員に研修を実施していますか。"), 7000, 9900},
        {S("庁内の職員に研修を実施していますか。"), S("端末の台数"), 0, 500},
        {S(""), S(""), 0, 0}, {S("。"), S("、"), 0, 0}, {S("あ"), S("あ"), 10000, 10000},
        {S("あ"), S(""), 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t bp = form_similarity(rows[i].a, rows[i].b);
        if (bp < rows[i].least || bp > rows[i].most)
            fail_msg("row %zu: %lld", i, (long long)bp);
        assert_int_equal(bp, form_similarity(rows[i].b, rows[i].a));
    }
    char big[6000];
    memset(big, 'x', sizeof big);
    assert_int_equal(form_similarity((str){big, sizeof big}, (str){big, sizeof big}), 10000);
}

static void the_best_five_come_in_order(void **state)
{
    (void)state;
    struct question q[8] = {
        {.id = {1}, .text = S("端末の台数")}, {.id = {2}, .text = S("研修を実施していますか")},
        {.id = {3}, .text = S("職員に研修を実施していますか")},
        {.id = {4}, .text = S("職員に研修を毎年実施していますか")},
        {.id = {5}, .text = S("職員研修を実施")}, {.id = {6}, .text = S("研修を実施")},
        {.id = {7}, .text = S("研修の実施")}, {.id = {8}, .text = S("職員に研修を実施していますか")}};
    struct question_list all = {q, COUNT_OF(q)};
    struct similar best[FORM_SIMILAR];
    size_t n = form_similar(&all, S("職員に研修を実施していますか"), (question_id){8}, 3000, best);
    assert_int_equal(n, FORM_SIMILAR);
    assert_int_equal(best[0].q->id.v, 3);
    assert_int_equal(best[0].bp, 10000);
    for (size_t i = 1; i < n; i++)
        assert_true(best[i].bp <= best[i - 1].bp && best[i].bp >= 3000);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(best[i].q->id.v, 8);
    assert_int_equal(form_similar(&all, S("予算の額"), (question_id){0}, 3000, best), 0);
}

/* ── conditions ── */

static void what_is_asked_follows_the_answers(void **state)
{
    (void)state;
    struct question q[4] = {{.id = {11}, .type = ANSWER_STATUS},
        {.id = {12}, .type = ANSWER_MULTI, .n_options = 3, .cond_question = {11},
            .cond_values = S("done,partial")},
        {.id = {13}, .cond_question = {12}, .cond_values = S("2,3")},
        {.id = {14}, .cond_question = {99}, .cond_values = S("1")}};
    const struct question *by_id[] = {&q[0], &q[1], &q[2], &q[3]};
    struct catalog c = {.item = q, .by_id = by_id, .n_items = 4};
    static const struct {
        str first, second;
        bool asked[4];
    } rows[] = {
        {S(""), S(""), {true, false, false, false}},
        {S("none"), S("2"), {true, false, false, false}}, /* an answer behind does not count */
        {S("done"), S(""), {true, true, false, false}},
        {S("partial"), S("1"), {true, true, false, false}},
        {S("partial"), S("1,3"), {true, true, true, false}},
        {S("done"), S("2"), {true, true, true, false}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fact facts[4] = {{.id = 1, .value = rows[i].first}, {.id = 2, .value = rows[i].second}};
        bool asked[4];
        form_asked(&c, facts, asked);
        for (size_t k = 0; k < 4; k++)
            if (asked[k] != rows[i].asked[k])
                fail_msg("row %zu, item %zu", i, k);
    }
}

/* ── a catalogue ── */

struct composing {
    struct fix *f;
    catalog_id base, made;
    struct question item[3];
    int64_t rev, again;
};

static err run_compose(struct tx *tx, void *arg)
{
    static const struct area areas[] = {{S("ORG"), S("体制")}};
    struct composing *c = arg;
    struct arena *a = c->f->a;
    const struct catalog *base;
    str code, second;
    question_id none;
    TRY(form_catalog_publish(tx, a, 2026, &c->base));
    TRY(form_catalog_get(tx_db(tx), c->base, &base));
    c->item[0] = *form_item(base, S("ORG-01"));
    TRY(form_rev_put(tx, a, &c->item[0], &c->again)); /* the same words are the same revision */
    struct question *q = &c->item[1];
    *q = (struct question){.text = S("「新しい\"設問\"」"), .why = S("理由"), .type = ANSWER_CHOICE,
        .option = {S("はい"), S("いいえ\\")}, .n_options = 2, .area = S("ORG"),
        .cond_question = c->item[0].id, .cond_values = S("done"), .essential = true};
    TRY(form_question_new(tx, a, S("ORG"), &code, &q->id));
    TRY(form_question_new(tx, a, S("ORG"), &second, &none));
    assert_str(code, S("ORG-N01"));
    assert_str(second, S("ORG-N02"));
    TRY(form_rev_put(tx, a, q, &q->rev));
    TRY(form_rev_put(tx, a, q, &c->rev));
    TRY(form_lineage_put(tx, 0, q->rev, LINEAGE_NEW, CARRY_NEVER));
    TRY(form_lineage_put(tx, c->item[0].rev, q->rev, LINEAGE_NARROWED, CARRY_REASK));
    return form_catalog_add(tx,
        &(struct new_catalog){S("survey"), S("臨時調査"), areas, 1, c->item, 2}, &c->made);
}

static void a_catalogue_is_composed_with_a_condition(void **state)
{
    struct composing c = {.f = *state};
    const struct catalog *made;
    fix_write(c.f, run_compose, &c);
    assert_int_equal(c.rev, c.item[1].rev);
    assert_int_equal(c.again, c.item[0].rev);
    assert_ok(form_catalog_get(fix_db(c.f), c.made, &made));
    assert_int_equal(made->n_items, 2);
    const struct question *on = form_item(made, S("ORG-01")), *q = form_item(made, S("ORG-N01"));
    assert_true(on && q);
    assert_true(on->decides);
    assert_false(q->decides);
    assert_int_equal(q->cond_question.v, on->id.v);
    assert_str(q->cond_values, S("done"));
    assert_str(q->text, S("「新しい\"設問\"」"));
    assert_str(q->option[1], S("いいえ\\"));
    struct question_list all;
    assert_ok(form_question_all(fix_db(c.f), c.f->a, &all));
    assert_int_equal(all.n, 133); /* the newest catalogue's, and the new one: each once */
    assert_int_equal(fix_number(c.f, "SELECT COUNT(*) FROM lineage WHERE kind=3"), 1);
}

static err run_too_many(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    catalog_id id;
    struct question *q = ARENA_ARRAY(f->a, struct question, FORM_ITEMS_MAX + 1);
    return form_catalog_add(tx,
        &(struct new_catalog){.code = S("survey"), .item = q, .n_items = FORM_ITEMS_MAX + 1}, &id);
}

static void a_catalogue_has_at_most_600_items(void **state)
{
    assert_err(fix_try(*state, run_too_many, *state), LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike_is_measured_without_blanks_and_marks),
        cmocka_unit_test(the_best_five_come_in_order),
        cmocka_unit_test(what_is_asked_follows_the_answers),
        cmocka_unit_test_setup_teardown(
            a_catalogue_is_composed_with_a_condition, fix_people_setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_catalogue_has_at_most_600_items, fix_people_setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
