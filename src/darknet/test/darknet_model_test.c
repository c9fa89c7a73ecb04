/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of registration. */
#include "test/fixture.h"

#include "darknet/darknet_model.h"

static struct arena *arena(void)
{
    static struct arena *a;
    if (!a)
        a = arena_new(16 << 20);
    assert_non_null(a);
    return a;
}

static struct net_range net(const char *text)
{
    struct net_range r;
    assert_ok(net_range_parse(str_of(text), &r));
    return r;
}

/* ── the way ── */

static void the_way_goes_as_the_table_says(void **state)
{
    static const struct {
        const char *key;
        enum darknet_state from;
        enum darknet_side side;
        enum darknet_state to; /* 0: not possible */
    } rows[] = {
        {"file", DARKNET_DRAFT, DARKNET_BODY, DARKNET_FILED},
        {"file", DARKNET_RETURNED, DARKNET_BODY, DARKNET_FILED},
        {"file", DARKNET_DRAFT, DARKNET_OFFICE, 0},
        {"file", DARKNET_FILED, DARKNET_BODY, 0},
        {"take", DARKNET_FILED, DARKNET_OFFICE, DARKNET_DESK},
        {"take", DARKNET_FILED, DARKNET_BODY, 0},
        {"approve", DARKNET_DESK, DARKNET_OFFICE, DARKNET_OBSERVED},
        {"approve", DARKNET_FILED, DARKNET_OFFICE, 0},
        {"approve", DARKNET_DESK, DARKNET_BODY, 0},
        {"return", DARKNET_DESK, DARKNET_OFFICE, DARKNET_RETURNED},
        {"return", DARKNET_OBSERVED, DARKNET_OFFICE, 0},
        {"withdraw", DARKNET_DESK, DARKNET_BODY, DARKNET_WITHDRAWN},
        {"withdraw", DARKNET_OBSERVED, DARKNET_BODY, 0},
        {"leave", DARKNET_OBSERVED, DARKNET_BODY, DARKNET_ENDED},
        {"leave", DARKNET_ENDED, DARKNET_BODY, 0},
        {"end", DARKNET_OBSERVED, DARKNET_OFFICE, DARKNET_ENDED},
        {"replace", DARKNET_OBSERVED, DARKNET_OFFICE, 0},
        {"", DARKNET_DRAFT, DARKNET_BODY, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct darknet_flow *f =
            darknet_flow_find(str_of(rows[i].key), rows[i].from, rows[i].side);
        if ((f ? f->to : 0) != rows[i].to)
            fail_msg("%s from %d: %d", rows[i].key, (int)rows[i].from, f ? (int)f->to : 0);
    }
}

static void a_way_back_needs_a_reason_where_somebody_else_reads_it(void **state)
{
    (void)state;
    for (const struct darknet_flow *f = darknet_flows; f->key; f++) {
        bool reason = (f->rules & DARKNET_REASON) != 0;
        bool wanted = f->to == DARKNET_RETURNED || f->to == DARKNET_ENDED;
        assert_int_equal(reason, wanted);
        assert_true(darknet_state_name(f->from).n > 0 && darknet_state_name(f->to).n > 0);
        assert_true(darknet_flow_name(str_of(f->key), f->from).n > 0);
        assert_int_equal(f->tell != NULL, f->text != NULL);
    }
}

static void work_in_hand_is_nobody_elses(void **state)
{
    (void)state;
    for (enum darknet_state s = DARKNET_DRAFT; s <= DARKNET_WITHDRAWN; s++) {
        assert_str(darknet_state_name(darknet_state_of_key(darknet_state_key(s))),
            darknet_state_name(s));
        assert_false(darknet_state_is_open(s) && darknet_state_is_shown(s));
    }
    assert_false(darknet_state_is_shown(DARKNET_WITHDRAWN));
    assert_true(darknet_state_is_shown(DARKNET_DESK));
    assert_int_equal(darknet_state_of_key(S("nope")), 0);
}

/* ── ranges ── */

static void what_is_refused_by_purpose(void **state)
{
    static const struct {
        const char *range;
        bool registration, external, internal, in_demo;
    } rows[] = {
        {"1.2.0.0/16", true, true, true, true}, {"1.2.3.4", true, true, true, true},
        {"1.2.0.0/15", false, true, true, false}, {"1.0.0.0/8", false, true, true, false},
        {"10.1.0.0/16", false, false, true, false}, {"10.0.0.0/8", false, false, true, false},
        {"192.168.1.0/24", false, false, true, false}, {"203.0.113.0/24", false, false, false, true},
        {"127.0.0.0/24", false, false, false, false}, {"224.1.0.0/16", false, false, false, false},
        {"2400:1::/32", true, true, true, true}, {"2400::/31", false, true, false, false},
        {"fd00:1:2::/48", false, false, true, false}, {"2001:db8::/32", false, false, false, true},
        {"::/0", false, false, false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct net_range r = net(rows[i].range);
        bool got[4] = {
            darknet_range_refusal(arena(), &r, FOR_REGISTRATION, false).n == 0,
            darknet_range_refusal(arena(), &r, FOR_EXTERNAL, false).n == 0,
            darknet_range_refusal(arena(), &r, FOR_INTERNAL, false).n == 0,
            darknet_range_refusal(arena(), &r, FOR_REGISTRATION, true).n == 0,
        };
        bool want[4] = {
            rows[i].registration, rows[i].external, rows[i].internal, rows[i].in_demo};
        for (size_t k = 0; k < 4; k++)
            if (got[k] != want[k])
                fail_msg("%s, purpose %zu: %d", rows[i].range, k, got[k]);
    }
}

static void lines_are_read_and_what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *wrong; /* a part of it; NULL: nothing */
    } rows[] = {
        {"1.2.3.0/24\n2400:1::/32\n", 2, NULL},
        {"１．２．３．０／２４", 1, NULL},
        {"\n  1.2.3.0/24  \n\n", 1, NULL},
        {"1.2.3.7/24", 0, "1行目：範囲の先頭ではありません。1.2.3.0/24 ではありませんか。"},
        {"1.2.3.0/24\n1.2.3.0/24", 1, "2行目"},
        {"1.2.3.0/24\n10.0.0.0/24", 1, "プライベートアドレス"},
        {"1.2.3.0-1.2.3.9", 0, "読めません"},
        {"1.2.3.0/24,1.2.4.0/24", 0, "読めません"},
        {"2400:1::1/32", 0, "2400:1::/32 ではありませんか"},
        {"1.2.0.0/15", 0, "広すぎます。/16"},
        {"x\nx\nx\nx\nx\nx\nx", 0, "ほかにも 2 行"},
        {"", 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct net_ranges got;
        str wrong;
        assert_ok(darknet_ranges_parse(
            arena(), str_of(rows[i].text), FOR_REGISTRATION, false, &got, &wrong));
        assert_int_equal(got.n, rows[i].n);
        if (rows[i].wrong ? !str_has(wrong, str_of(rows[i].wrong)) : wrong.n > 0)
            fail_msg("%zu: %.*s", i, STR_F(wrong));
    }
}

static void more_ranges_than_an_application_takes_are_said(void **state)
{
    (void)state;
    BUF_AUTO b = BUF(8192);
    for (int i = 0; i <= DARKNET_CLAIMS; i++)
        buf_fmt(&b, "1.2.%d.0/24\n", i);
    struct net_ranges got;
    str wrong;
    assert_ok(darknet_ranges_parse(arena(), buf_view(&b), FOR_REGISTRATION, false, &got, &wrong));
    assert_int_equal(got.n, DARKNET_CLAIMS);
    assert_true(str_has(wrong, S("101行目")));
}

static void codes_are_read(void **state)
{
    static const struct {
        const char *text;
        size_t n;
        const char *wrong;
    } rows[] = {
        {"483010 203025\n482013", 3, ""}, {"４８３０１０，203025", 2, ""},
        {"483010,483010", 1, ""}, {"", 0, ""}, {" \n,, ", 0, ""}, {"483010 483011", 0, "2番目"},
        {"483010,,483010 203025 見本町", 0, "4番目"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct strs got;
        str wrong;
        err e = darknet_codes_parse(arena(), str_of(rows[i].text), &got, &wrong);
        assert_str(wrong, str_of(rows[i].wrong));
        assert_int_equal(err_is(e), rows[i].wrong[0] != 0);
        if (!err_is(e))
            assert_int_equal(got.n, rows[i].n);
    }
}

static void the_same_registration_goes_on(void **state)
{
    (void)state;
    struct body with[2] = {{.id = {1}}, {.id = {2}}}, other[2] = {{.id = {1}}, {.id = {3}}};
    struct darknet_claim a = {.net = net("1.2.3.0/24"), .role = DARKNET_EGRESS, .with = with, .n_with = 2};
    struct darknet_claim b = a;
    b.proof = S("ほかの書類");
    assert_true(darknet_claim_is_same(&a, &b));
    b.with = other;
    assert_false(darknet_claim_is_same(&a, &b));
    b = a;
    b.n_with = 1;
    assert_false(darknet_claim_is_same(&a, &b));
    b = a;
    b.role = DARKNET_OWN;
    assert_false(darknet_claim_is_same(&a, &b));
    b = a;
    b.net = net("1.2.3.0/25");
    assert_false(darknet_claim_is_same(&a, &b));
    b = a;
    b.holder = S("委託先");
    assert_false(darknet_claim_is_same(&a, &b));
}

static void registrations_join_to_prefixes(void **state)
{
    (void)state;
    struct body a = {.id = {1}, .code6 = S("483010")}, b = {.id = {2}, .code6 = S("203025")},
                none = {.id = {7000001}};
    struct darknet_holding rows[] = {
        {net("1.2.3.0/24"), DARKNET_OWN, a, 20, 0},
        {net("1.2.3.0/25"), DARKNET_VENDOR, b, 10, 0},
        {net("1.2.4.0/24"), DARKNET_EGRESS, a, 10, 0},
        {net("1.2.4.0/24"), DARKNET_EGRESS, a, 30, 0},
        {net("1.2.4.0/24"), DARKNET_EGRESS, b, 30, 0},
        {net("1.2.5.0/24"), DARKNET_OWN, none, 30, 0},
        {net("1.2.5.0/24"), DARKNET_VENDOR, a, 5, 40},
    };
    struct darknet_prefixes all;
    BUF_AUTO out = BUF(4096);
    assert_ok(darknet_prefixes_join(arena(), rows, COUNT_OF(rows), &all));
    darknet_put_prefixes(&out, &all);
    assert_str(buf_view(&out),
        S("1.2.3.0/24 483010 own\n1.2.3.0/25 203025 vendor\n"
          "1.2.4.0/24 203025,483010 egress\n1.2.5.0/24 B7000001,483010 egress\n"));
    assert_int_equal(all.v[2].from, 10);
    assert_int_equal(all.v[3].to, 0);
}

static void anothers_own_range_blocks(void **state)
{
    (void)state;
    struct darknet_overlap o = {.role = DARKNET_EGRESS, .other_role = DARKNET_OWN};
    assert_true(darknet_overlap_blocks(&o));
    o.applied = true;
    assert_false(darknet_overlap_blocks(&o));
    o = (struct darknet_overlap){.role = DARKNET_EGRESS, .other_role = DARKNET_EGRESS};
    assert_false(darknet_overlap_blocks(&o));
    assert_true(darknet_overlap_is_shared(&o));
    o.role = DARKNET_OWN;
    assert_false(darknet_overlap_is_shared(&o));
}

/* ── use ── */

static void users_are_counted_at_an_instant(void **state)
{
    static const struct darknet_period all[] = {{1, 1, 10, 20}, {1, 1, 20, 0}, {2, 1, 15, 30}};
    static const struct {
        usec at;
        int64_t n;
    } rows[] = {{9, 0}, {10, 1}, {15, 2}, {19, 2}, {20, 2}, {29, 2}, {30, 1}, {1000, 1}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(darknet_users_at(all, COUNT_OF(all), rows[i].at), rows[i].n);
}

static void months_end_where_they_end(void **state)
{
    static const struct {
        int y, m, d, before, ey, em, ed;
    } rows[] = {
        {2026, 11, 29, 0, 2026, 11, 30}, {2026, 11, 29, 11, 2025, 12, 31},
        {2026, 11, 29, 10, 2026, 1, 31}, {2024, 3, 31, 1, 2024, 2, 29},
        {2026, 12, 1, 0, 2026, 12, 31}, {2026, 1, 1, 23, 2024, 2, 29},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(darknet_month_end(jday_of(rows[i].y, rows[i].m, rows[i].d), rows[i].before),
            jday_of(rows[i].ey, rows[i].em, rows[i].ed));
}

static void a_body_is_told_once_in_thirty_days(void **state)
{
    (void)state;
    usec now = 100 * USEC_DAY;
    assert_true(darknet_may_nudge(0, now));
    assert_false(darknet_may_nudge(now - 30 * USEC_DAY + 1, now));
    assert_true(darknet_may_nudge(now - 30 * USEC_DAY, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_way_goes_as_the_table_says),
        cmocka_unit_test(a_way_back_needs_a_reason_where_somebody_else_reads_it),
        cmocka_unit_test(work_in_hand_is_nobody_elses),
        cmocka_unit_test(what_is_refused_by_purpose),
        cmocka_unit_test(lines_are_read_and_what_is_wrong_is_said),
        cmocka_unit_test(more_ranges_than_an_application_takes_are_said),
        cmocka_unit_test(codes_are_read),
        cmocka_unit_test(the_same_registration_goes_on),
        cmocka_unit_test(registrations_join_to_prefixes),
        cmocka_unit_test(anothers_own_range_blocks),
        cmocka_unit_test(users_are_counted_at_an_instant),
        cmocka_unit_test(months_end_where_they_end),
        cmocka_unit_test(a_body_is_told_once_in_thirty_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
