/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of every type: what people type, the one form that is kept, the words shown. */
#include <setjmp.h>

#include <cmocka.h>

#include "form/form.h"

static int start(void **state)
{
    *state = arena_new(16 << 20);
    return 0;
}

static int stop(void **state)
{
    arena_free(*state);
    return 0;
}

static const struct question
    status = {.type = ANSWER_STATUS},
    status_na = {.type = ANSWER_STATUS, .allow_na = true},
    choice = {.type = ANSWER_CHOICE, .n_options = 3, .option = {S("甲"), S("乙"), S("丙")}},
    multi = {.type = ANSWER_MULTI, .n_options = 12, .option = {S("一"), S("二"), S("三"), S("四"),
        S("五"), S("六"), S("七"), S("八"), S("九"), S("十"), S("十一"), S("十二")}},
    number = {.type = ANSWER_NUMBER, .unit = S("人")},
    percent = {.type = ANSWER_PERCENT, .unit = S("%")},
    date = {.type = ANSWER_DATE},
    url = {.type = ANSWER_URL},
    text = {.type = ANSWER_TEXT};

struct row {
    const struct question *q;
    str typed, answer; /* answer NULL: refused */
    str words;
};
#define REFUSED STR_NONE

static const struct row rows[] = {
    {&status, S("done"), S("done"), S("実施済み")},
    {&status, S("　partial "), S("partial"), S("一部実施")},
    {&status, S("未実施"), S("none"), S("未実施")},
    {&status, S("実施済み"), S("done"), S("実施済み")},
    {&status, S("na"), REFUSED, S("")},
    {&status, S("該当なし"), REFUSED, S("")},
    {&status, S("Done"), REFUSED, S("")},
    {&status, S("don"), REFUSED, S("")},
    {&status, S("1"), REFUSED, S("")},
    {&status_na, S("na"), S("na"), S("該当なし")},
    {&status_na, S("該当なし"), S("na"), S("該当なし")},

    {&choice, S("1"), S("1"), S("甲")},
    {&choice, S("03"), S("3"), S("丙")},
    {&choice, S("0"), REFUSED, S("")},
    {&choice, S("4"), REFUSED, S("")},
    {&choice, S("甲"), REFUSED, S("")},
    {&choice, S("1,2"), REFUSED, S("")},
    {&choice, S("-1"), REFUSED, S("")},

    {&multi, S("3"), S("3"), S("三")},
    {&multi, S("12,2, 3"), S("2,3,12"), S("二、三、十二")},
    {&multi, S("1,1,1"), S("1"), S("一")},
    {&multi, S("1,13"), REFUSED, S("")},
    {&multi, S("0"), REFUSED, S("")},
    {&multi, S("1,,2"), REFUSED, S("")},
    {&multi, S(","), REFUSED, S("")},
    {&multi, S("1,x"), REFUSED, S("")},

    {&number, S("0"), S("0"), S("0人")},
    {&number, S("1,234人"), S("1234"), S("1,234人")},
    {&number, S("１，２３４ 人"), S("1234"), S("1,234人")},
    {&number, S(" 007 "), S("7"), S("7人")},
    {&number, S("1000000000000"), S("1000000000000"), S("1,000,000,000,000人")},
    {&number, S("1000000000001"), REFUSED, S("")},
    {&number, S("-1"), REFUSED, S("")},
    {&number, S("－１"), REFUSED, S("")},
    {&number, S("1.5"), REFUSED, S("")},
    {&number, S("人"), REFUSED, S("")},
    {&number, S("120件"), REFUSED, S("")},
    {&number, S("約120"), REFUSED, S("")},

    {&percent, S("0"), S("0.0"), S("0.0%")},
    {&percent, S("95.3"), S("95.3"), S("95.3%")},
    {&percent, S("９５．３％"), S("95.3"), S("95.3%")},
    {&percent, S("95."), S("95.0"), S("95.0%")},
    {&percent, S("100"), S("100.0"), S("100.0%")},
    {&percent, S("100.0"), S("100.0"), S("100.0%")},
    {&percent, S("99.9"), S("99.9"), S("99.9%")},
    {&percent, S("100.1"), REFUSED, S("")},
    {&percent, S("101"), REFUSED, S("")},
    {&percent, S("95.25"), REFUSED, S("")},
    {&percent, S(".5"), REFUSED, S("")},
    {&percent, S("-0.5"), REFUSED, S("")},
    {&percent, S("-1"), REFUSED, S("")},
    {&percent, S("1.2.3"), REFUSED, S("")},
    {&percent, S("1.-1"), REFUSED, S("")},
    {&percent, S("abc"), REFUSED, S("")},

    {&date, S("2026-11-20"), S("2026-11-20"), S("令和8年11月20日（金）")},
    {&date, S("令和８年１１月２０日"), S("2026-11-20"), S("令和8年11月20日（金）")},
    {&date, S("R8.1.2"), S("2026-01-02"), S("令和8年1月2日（金）")},
    {&date, S("平成31年5月1日"), REFUSED, S("")},
    {&date, S("2026-02-29"), REFUSED, S("")},
    {&date, S("20日"), REFUSED, S("")},

    {&url, S("https://www.city.example.jp/a?b=c#d"), S("https://www.city.example.jp/a?b=c#d"),
        S("https://www.city.example.jp/a?b=c#d")},
    {&url, S("http://a"), S("http://a"), S("http://a")},
    {&url, S("https://日本語.jp/方針"), S("https://日本語.jp/方針"), S("https://日本語.jp/方針")},
    {&url, S("https://"), REFUSED, S("")},
    {&url, S("http://"), REFUSED, S("")},
    {&url, S("ftp://a"), REFUSED, S("")},
    {&url, S("javascript:alert(1)//https://"), REFUSED, S("")},
    {&url, S("JAVASCRIPT:alert(1)"), REFUSED, S("")},
    {&url, S("data:text/html,https://"), REFUSED, S("")},
    {&url, S("//a"), REFUSED, S("")},
    {&url, S("https://a b"), REFUSED, S("")},
    {&url, S("https://a\nb"), REFUSED, S("")},
    {&url, S("https://a\"onmouseover=x"), REFUSED, S("")},
    {&url, S("https://a<b>"), REFUSED, S("")},
    {&url, S("https://a\\b"), REFUSED, S("")},
    {&url, S("https://a`b"), REFUSED, S("")},

    {&text, S("  二行\nの文  "), S("二行\nの文"), S("二行\nの文")},
    {&text, S("<script>alert('&')</script>"), S("<script>alert('&')</script>"),
        S("<script>alert('&')</script>")}, /* escaped where it is shown, not here */
};

static void check_row(struct arena *a, size_t i, const struct row *r)
{
    str typed[] = {r->typed}, out, why, again, why2;
    err e = form_answer_parse(a, r->q, &(struct strs){typed, 1}, &out, &why);
    if (e.code != (r->answer.p ? ERR_OK : ERR_INVALID) || !str_eq(out, r->answer) ||
        (why.n > 0) == (r->answer.p != NULL))
        fail_msg("row %zu '%.*s': %s '%.*s'", i, STR_F(r->typed), err_name(e), STR_F(out));
    if (!str_eq(form_answer_text(a, r->q, out), r->words))
        fail_msg("row %zu: '%.*s'", i, STR_F(form_answer_text(a, r->q, out)));
    if (r->answer.p) {
        e = form_answer_parse(a, r->q, &(struct strs){&out, 1}, &again, &why2);
        if (err_is(e) || !str_eq(again, out))
            fail_msg("row %zu is not kept when parsed again: '%.*s'", i, STR_F(again));
    }
}

static void every_type_has_one_form(void **state)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_row(*state, i, &rows[i]);
}

static void nothing_typed_is_the_empty_answer(void **state)
{
    static const struct question *const all[] = {
        &status, &choice, &multi, &number, &percent, &date, &url, &text};
    static str blank[] = {S(" 　\n")};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        str out = S("x"), why = S("x");
        assert_int_equal(form_answer_parse(*state, all[i], &(struct strs){NULL, 0}, &out, &why).code,
            ERR_OK);
        assert_int_equal(out.n + why.n, 0);
        out = S("x");
        assert_int_equal(form_answer_parse(*state, all[i], &(struct strs){blank, 1}, &out, &why).code,
            ERR_OK);
        assert_int_equal(out.n, 0);
        assert_int_equal(form_answer_text(*state, all[i], out).n, 0);
    }
}

static void several_values_fit_some_types(void **state)
{
    static const struct {
        const struct question *q;
        size_t n;
        str v[4];
        str answer;
    } many[] = {
        {&multi, 3, {S("12"), S(" 3"), S("1,4")}, S("1,3,4,12")},
        {&multi, 2, {S(""), S("2")}, S("2")},
        {&multi, 2, {S("2"), S("99")}, REFUSED},
        {&date, 3, {S("2026"), S("1"), S("2")}, S("2026-01-02")},
        {&date, 3, {S("２０２６"), S("１"), S("２")}, S("2026-01-02")},
        {&date, 3, {S("令和8"), S("1"), S("2")}, S("2026-01-02")},
        {&date, 3, {S("2026"), S("13"), S("2")}, REFUSED},
        {&date, 3, {S("2026"), S(""), S("2")}, REFUSED},
        {&date, 2, {S("2026-01-02"), S("1")}, REFUSED},
        {&date, 4, {S("2026-01-02"), S("1"), S("2"), S("3")}, REFUSED},
        {&status, 2, {S("done"), S("done")}, REFUSED},
        {&choice, 2, {S("1"), S("2")}, REFUSED},
        {&number, 2, {S("1"), S("")}, REFUSED},
        {&percent, 2, {S("1"), S("2")}, REFUSED},
        {&url, 2, {S("https://a"), S("https://b")}, REFUSED},
        {&text, 2, {S("a"), S("b")}, REFUSED},
    };
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        str v[4], out, why;
        memcpy(v, many[i].v, sizeof v);
        err e = form_answer_parse(*state, many[i].q, &(struct strs){v, many[i].n}, &out, &why);
        if (e.code != (many[i].answer.p ? ERR_OK : ERR_INVALID) || !str_eq(out, many[i].answer))
            fail_msg("row %zu: %s '%.*s'", i, err_name(e), STR_F(out));
    }
}

static str repeated(struct arena *a, const char *head, const char *c, size_t n)
{
    BUF_AUTO b = BUF(65536);
    buf_str(&b, str_of(head));
    for (size_t i = 0; i < n; i++)
        buf_str(&b, str_of(c));
    return str_dup(a, buf_view(&b));
}

static void long_answers_end_at_their_limit(void **state)
{
    const struct {
        const struct question *q;
        str typed;
        bool fits;
    } limits[] = {
        {&text, repeated(*state, "", "あ", FORM_TEXT_MAX), true},
        {&text, repeated(*state, "", "あ", FORM_TEXT_MAX + 1), false},
        {&url, repeated(*state, "https://", "a", 992), true},
        {&url, repeated(*state, "https://", "a", 993), false},
        {&number, repeated(*state, "", "9", 30000), false},
        {&date, repeated(*state, "2026-01-02", "0", 100), false},
    };
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        str typed[] = {limits[i].typed}, out, why;
        err e = form_answer_parse(*state, limits[i].q, &(struct strs){typed, 1}, &out, &why);
        if (e.code != (limits[i].fits ? ERR_OK : ERR_INVALID))
            fail_msg("row %zu: %s", i, err_name(e));
        assert_int_equal(out.n, limits[i].fits ? typed[0].n : 0);
        assert_int_equal(form_answer_text(*state, limits[i].q, out).n, out.n);
    }
}

static void options_are_found_by_number(void **state)
{
    (void)state;
    assert_true(form_answer_has_option(S("1,3,12"), 1));
    assert_true(form_answer_has_option(S("1,3,12"), 12));
    assert_false(form_answer_has_option(S("1,3,12"), 2));
    assert_false(form_answer_has_option(S("12"), 1));
    assert_false(form_answer_has_option(S("done"), 1));
    assert_false(form_answer_has_option(STR_NONE, 0));
}

static void where_an_answer_comes_from_has_four_names(void **state)
{
    static const struct {
        enum basis b;
        str key, name;
    } bases[] = {
        {BASIS_DECLARED, S("declared"), S("今年の回答")},
        {BASIS_CONFIRMED, S("confirmed"), S("確認済み")},
        {BASIS_MEASURED, S("measured"), S("測定値")},
        {BASIS_INHERITED, S("inherited"), S("他調査の回答")},
        {BASIS_CARRIED, S("carried"), S("前年度の回答")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        assert_true(str_eq(form_basis_key(bases[i].b), bases[i].key));
        assert_true(str_eq(form_basis_name(bases[i].b), bases[i].name));
    }
    assert_true(str_eq(form_status_name(S("partial")), S("一部実施")));
    assert_int_equal(form_status_name(S("x")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_one_form),
        cmocka_unit_test(nothing_typed_is_the_empty_answer),
        cmocka_unit_test(several_values_fit_some_types),
        cmocka_unit_test(long_answers_end_at_their_limit),
        cmocka_unit_test(options_are_found_by_number),
        cmocka_unit_test(where_an_answer_comes_from_has_four_names),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
