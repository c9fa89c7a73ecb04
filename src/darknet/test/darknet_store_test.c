/* SPDX-License-Identifier: Apache-2.0 */
/* Dark ranges are secret; ranges are dated and never changed. On a real database. */
#include "test/fixture.h"

#include "darknet/darknet_private.h"

static struct net_range net(const char *text)
{
    struct net_range r;
    assert_ok(net_range_parse(str_of(text), &r));
    return r;
}

/* ── dark ranges ── */

struct dark_job {
    const struct scope *s;
    enum darknet_dark_kind kind;
    const char *range;
    int64_t end; /* instead of adding */
};

static err dark_write(struct tx *tx, void *arg)
{
    const struct dark_job *j = arg;
    if (j->end)
        return darknet_dark_end(tx, j->s, j->kind, j->end);
    struct net_range r = net(j->range);
    return darknet_dark_add(tx, j->s, j->kind, &r, S("説明"));
}

static size_t darks_seen(struct fix *f, enum fix_person p, enum darknet_dark_kind kind,
    struct darknet_darks *out)
{
    struct db *db = fix_db(f);
    err e = darknet_darks(db, f->a, f->scope[p], kind, out);
    if (e.code == ERR_DENIED)
        return 0;
    assert_ok(e);
    return out->n;
}

static void dark_ranges_are_seen_by_whose_they_are(void **state)
{
    struct fix *f = *state;
    struct darknet_darks all;
    struct dark_job external = {f->scope[P_NATION], DARKNET_EXTERNAL, "1.2.3.0/24", 0};
    struct dark_job internal = {f->scope[P_TOWN], DARKNET_INTERNAL, "10.9.0.0/16", 0};
    fix_write(f, dark_write, &external);
    fix_write(f, dark_write, &internal);
    for (enum fix_person p = 0; p < PEOPLE; p++) {
        assert_int_equal(darks_seen(f, p, DARKNET_EXTERNAL, &all), p == P_NATION);
        assert_int_equal(darks_seen(f, p, DARKNET_INTERNAL, &all), p == P_TOWN);
    }
    darks_seen(f, P_TOWN, DARKNET_INTERNAL, &all);
    for (enum fix_person p = 0; p < PEOPLE; p++) {
        struct dark_job add = {f->scope[p], DARKNET_EXTERNAL, "1.9.9.0/24", 0};
        struct dark_job end = {f->scope[p], DARKNET_INTERNAL, NULL, all.v[0].id};
        if (p != P_NATION)
            assert_err(fix_try(f, dark_write, &add), DENIED);
        if (p != P_TOWN)
            assert_err(fix_try(f, dark_write, &end), NOTFOUND);
    }
    /* Of another kind it is not ended either. */
    struct dark_job other = {f->scope[P_NATION], DARKNET_EXTERNAL, NULL, all.v[0].id};
    assert_err(fix_try(f, dark_write, &other), NOTFOUND);
}

static void dark_ranges_are_dated_and_do_not_lie_over_each_other(void **state)
{
    struct fix *f = *state;
    struct darknet_darks all;
    struct dark_job add = {f->scope[P_TOWN], DARKNET_INTERNAL, "10.9.0.0/16", 0};
    struct dark_job inside = {f->scope[P_TOWN], DARKNET_INTERNAL, "10.9.1.0/24", 0};
    struct dark_job elsewhere = {f->scope[P_FAR], DARKNET_INTERNAL, "10.9.1.0/24", 0};
    fix_write(f, dark_write, &add);
    assert_err(fix_try(f, dark_write, &inside), CONFLICT);
    fix_write(f, dark_write, &elsewhere); /* private addresses are each body's own */
    darks_seen(f, P_TOWN, DARKNET_INTERNAL, &all);
    struct dark_job end = {f->scope[P_TOWN], DARKNET_INTERNAL, NULL, all.v[0].id};
    fix_write(f, dark_write, &end);
    assert_err(fix_try(f, dark_write, &end), NOTFOUND);
    fix_write(f, dark_write, &inside);
    assert_int_equal(darks_seen(f, P_TOWN, DARKNET_INTERNAL, &all), 2);
    assert_int_equal(all.v[0].to, 0);
    assert_true(all.v[1].to > 0);
    assert_true(fix_sql_fails(f, "UPDATE darknet_dark SET valid_to=NULL WHERE valid_to IS NOT NULL"));
    assert_true(fix_sql_fails(f, "DELETE FROM darknet_dark"));
}

/* ── registrations ── */

struct claim_job {
    struct fix *f;
    const struct scope *s;
    const char *range;
    enum darknet_role role;
    int64_t id;
};

/* What a page would do in four requests: a draft, a range, handed in, approved. */
static err approve_write(struct tx *tx, void *arg)
{
    struct claim_job *j = arg;
    struct arena *a = j->f->a;
    struct darknet_application d;
    struct darknet_claims was;
    struct darknet_applications before;
    struct darknet_claim c = {.net = net(j->range), .role = j->role};
    const struct scope *desk = j->f->scope[P_NATION];
    TRY(darknet_application_add(tx, a, j->s, &j->id));
    TRY(darknet_application_get(tx_db(tx), a, j->s, j->id, &d));
    TRY(darknet_claims(tx_db(tx), a, j->s, &d, &was));
    for (size_t i = 0; i < was.n; i++)
        TRY(darknet_claim_remove(tx, &d, was.v[i].id));
    TRY(darknet_claim_add(tx, &d, &c));
    TRY(darknet_application_move(tx, &d, DARKNET_FILED));
    TRY(darknet_applications_before(tx_db(tx), a, desk, d.body.id, &before));
    for (size_t i = 0; i < before.n; i++)
        TRY(darknet_application_move(tx, &before.v[i], DARKNET_REPLACED));
    d.state = DARKNET_DESK;
    TRY(darknet_ranges_follow(tx, a, desk, &d));
    return darknet_application_move(tx, &d, DARKNET_OBSERVED);
}

static str at(struct fix *f, usec time)
{
    struct darknet_prefixes all;
    BUF_AUTO b = BUF(4096);
    assert_ok(darknet_ranges_at(fix_db(f), f->a, f->scope[P_NATION], time, &all));
    darknet_put_prefixes(&b, &all);
    return str_dup(f->a, buf_view(&b));
}

static void an_old_packet_is_judged_by_who_held_the_address_then(void **state)
{
    struct fix *f = *state;
    struct claim_job j = {f, f->scope[P_TOWN], "1.2.3.0/24", DARKNET_OWN, 0};
    usec start = f->now, day = USEC_DAY;
    fix_write(f, approve_write, &j);
    f->now += 10 * day;
    j.range = "1.2.4.0/24";
    fix_write(f, approve_write, &j);
    f->now += 10 * day;
    j = (struct claim_job){f, f->scope[P_FAR], "1.2.3.0/24", DARKNET_OWN, 0};
    fix_write(f, approve_write, &j);
    assert_str(at(f, start - 1), S(""));
    assert_str(at(f, start), S("1.2.3.0/24 483010 own\n"));
    assert_str(at(f, start + 10 * day - 1), S("1.2.3.0/24 483010 own\n"));
    assert_str(at(f, start + 10 * day), S("1.2.4.0/24 483010 own\n"));
    assert_str(at(f, start + 20 * day), S("1.2.3.0/24 203025 own\n1.2.4.0/24 483010 own\n"));
    assert_true(fix_sql_fails(f, "UPDATE darknet_range SET valid_to=NULL WHERE valid_to IS NOT NULL"));
    assert_true(fix_sql_fails(f, "UPDATE darknet_range SET body=203025"));
    assert_true(fix_sql_fails(f, "DELETE FROM darknet_range"));
}

static void a_merged_body_stands_for_its_successor_from_that_day_on(void **state)
{
    struct fix *f = *state;
    struct claim_job j = {f, f->scope[P_TOWN], "1.2.3.0/24", DARKNET_OWN, 0};
    usec start = f->now;
    fix_write(f, approve_write, &j);
    jday first = jday_of_usec(start) + 5;
    fix_sql(f, str_z(f->a, str_fmt(f->a,
        "INSERT INTO body_successor VALUES (%d, %d, %d); UPDATE body SET valid_to=%d WHERE id=%d",
        BODY_TOWN, BODY_CITY, (int)first, (int)first - 1, BODY_TOWN)));
    assert_str(at(f, usec_of_jday_end(first - 1) - 1), S("1.2.3.0/24 483010 own\n"));
    assert_str(at(f, usec_of_jday_end(first - 1)), S("1.2.3.0/24 482013 own\n"));
}

static void the_table_is_the_nations(void **state)
{
    struct fix *f = *state;
    struct darknet_prefixes all;
    for (enum fix_person p = 0; p < PEOPLE; p++)
        if (p != P_NATION)
            assert_err(darknet_ranges_at(fix_db(f), f->a, f->scope[p], f->now, &all), DENIED);
}

static void a_draft_is_its_bodys_alone(void **state)
{
    struct fix *f = *state;
    struct claim_job j = {f, f->scope[P_TOWN], "1.2.3.0/24", DARKNET_OWN, 0};
    struct darknet_application d;
    struct darknet_claims claims;
    fix_write(f, approve_write, &j);
    fix_sql(f, "UPDATE darknet_application SET state=4, observed_from=NULL");
    assert_ok(darknet_application_get(fix_db(f), f->a, f->scope[P_NATION], j.id, &d));
    assert_ok(darknet_claims(fix_db(f), f->a, f->scope[P_NATION], &d, &claims));
    assert_int_equal(claims.n, 0);
    assert_ok(darknet_claims(fix_db(f), f->a, f->scope[P_TOWN], &d, &claims));
    assert_int_equal(claims.n, 1);
    for (enum fix_person p = 0; p < PEOPLE; p++)
        if (p != P_NATION && p != P_TOWN)
            assert_err(darknet_application_get(fix_db(f), f->a, f->scope[p], j.id, &d), NOTFOUND);
    fix_sql(f, "UPDATE darknet_application SET state=1, filed_at=NULL");
    assert_err(darknet_application_get(fix_db(f), f->a, f->scope[P_NATION], j.id, &d), NOTFOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dark_ranges_are_seen_by_whose_they_are),
        TEST(dark_ranges_are_dated_and_do_not_lie_over_each_other),
        TEST(an_old_packet_is_judged_by_who_held_the_address_then),
        TEST(a_merged_body_stands_for_its_successor_from_that_day_on),
        TEST(the_table_is_the_nations),
        TEST(a_draft_is_its_bodys_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
