/* SPDX-License-Identifier: Apache-2.0 */
/* The register: identity over time, links, organs, figures, and whom the scope lets see them. */
#include "test/fixture.h"

#include "core/convert.h"

#include "org/org_body.h"

static const jday first = 20000, later = 20400;

struct step {
    struct fix *f;
    body_id body, other;
    struct body_rename rename;
    struct organ organ;
    struct attribute figures;
    jday day;
    int64_t n;
};

static err rename_body(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return org_body_rename(tx, &s->rename);
}

static err end_body(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    TRY(org_body_end(tx, s->body, s->day));
    return org_successor_add(tx, s->body, s->other, s->day + 1);
}

static err move_people(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return org_people_move(tx, s->body, s->other, &s->n);
}

static err stop_people(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return org_people_stop(tx, s->body, &s->n);
}

static err put_organ(struct tx *tx, void *arg)
{
    struct step *s = arg;
    return org_organ_put(tx, &s->organ, 0, &s->n);
}

static err put_figures(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return org_attribute_put(tx, &s->figures, 0);
}

static err join(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return org_member_add(tx, s->body, s->other, s->day);
}

static err leave(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    return org_member_end(tx, s->body, s->other, s->day);
}

static struct body body_on(struct fix *f, jday day)
{
    struct body b;
    assert_ok(org_body_on(fix_db(f), f->a, scope_system(), (body_id){BODY_TOWN}, day, &b));
    return b;
}

static void a_name_holds_for_its_days(void **state)
{
    struct fix *f = *state;
    struct step s = {.rename = {.body = {.id = {BODY_TOWN}, .code6 = S("482048"),
                                    .class = CLASS_CITY, .name = S("新市"), .kana = S("しんし")},
                         .day = first}};
    fix_write(f, rename_body, &s);
    assert_str(body_on(f, first - 1).name, S("見本町"));
    assert_str(body_on(f, first - 1).code6, S("483010"));
    assert_int_equal(body_on(f, first - 1).class, CLASS_TOWN);
    assert_str(body_on(f, first).name, S("新市"));
    assert_int_equal(body_on(f, first).class, CLASS_CITY);
    s.rename.body.name = S("別市");
    assert_err(fix_try(f, rename_body, &s), STALE); /* on the same day */
    s.rename.day = first - 10;
    assert_err(fix_try(f, rename_body, &s), STALE);
    s.rename.day = later;
    fix_write(f, rename_body, &s);
    assert_str(body_on(f, first - 1).name, S("見本町"));
    assert_str(body_on(f, later - 1).name, S("新市"));
    assert_str(body_on(f, later).name, S("別市"));
}

static void a_body_that_ended_is_asked_no_more(void **state)
{
    struct fix *f = *state;
    struct body_list all;
    struct body b;
    struct step s = {.body = {BODY_TOWN}, .other = {BODY_CITY}, .day = first};
    const struct scope *city = f->scope[P_CITY];
    assert_err(org_body_get(fix_db(f), f->a, city, s.body, &b), NOTFOUND);
    fix_write(f, end_body, &s);
    assert_err(fix_try(f, end_body, &s), CONFLICT); /* it ends once */
    assert_ok(org_body_all(fix_db(f), f->a, scope_system(), &all));
    for (size_t i = 0; i < all.n; i++)
        assert_true(all.v[i].id.v != BODY_TOWN);
    assert_err(org_body_by_code(fix_db(f), f->a, scope_system(), S("483010"), &b), NOTFOUND);
    /* What it left is its successor's, and nobody else's. */
    assert_ok(org_body_get(fix_db(f), f->a, city, s.body, &b));
    assert_err(org_body_get(fix_db(f), f->a, f->scope[P_FAR], s.body, &b), NOTFOUND);
    assert_ok(org_body_predecessors(fix_db(f), f->a, city, s.other, &all));
    assert_int_equal(all.n, 1);
    assert_int_equal(all.v[0].id.v, BODY_TOWN);
    assert_err(
        org_body_predecessors(fix_db(f), f->a, f->scope[P_FAR], s.other, &all), NOTFOUND);
}

static void its_people_are_moved_or_stopped(void **state)
{
    struct fix *f = *state;
    struct body_entry e;
    struct step s = {.body = {BODY_TOWN}, .other = {BODY_CITY}};
    const struct scope *scope;
    str cookie = fix_sign_in(f, P_FAR);
    fix_sql(f, "UPDATE person SET organ=3 WHERE body=483010");
    fix_write(f, move_people, &s);
    assert_int_equal(s.n, 1);
    assert_ok(org_scope_load(fix_db(f), f->a, f->person[P_TOWN], &scope));
    assert_int_equal(scope_body(scope).v, BODY_CITY);
    assert_int_equal(scope_organ(scope), 0);
    s.body.v = BODY_FAR;
    fix_write(f, stop_people, &s);
    assert_int_equal(s.n, 1);
    assert_err(org_scope_load(fix_db(f), f->a, f->person[P_FAR], &scope), NOTFOUND);
    assert_true(cookie.n > 0);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM session"), 0);
    assert_ok(org_body_entry(fix_db(f), f->a, scope_system(), (body_id){BODY_FAR}, &e));
    assert_int_equal(e.to, DAY_NONE);
}

static void members_come_and_go(void **state)
{
    struct fix *f = *state;
    struct body_links links;
    struct step s = {.body = {BODY_CITY}, .other = {BODY_TOWN}, .day = first};
    fix_write(f, join, &s);
    assert_err(fix_try(f, join, &s), CONFLICT);
    s.day = first - 1;
    assert_err(fix_try(f, leave, &s), NOTFOUND); /* before it came */
    s.day = later;
    fix_write(f, leave, &s);
    assert_err(fix_try(f, leave, &s), NOTFOUND);
    assert_err(fix_try(f, join, &s), CONFLICT); /* that day it was one still */
    s.day = later + 1;
    fix_write(f, join, &s);
    assert_ok(org_body_links(fix_db(f), f->a, scope_system(), s.body, LINK_MEMBERS, &links));
    assert_int_equal(links.n, 2);
    assert_int_equal(links.v[0].to, later);
    assert_int_equal(links.v[1].to, DAY_NONE);
    assert_err(
        org_body_links(fix_db(f), f->a, f->scope[P_FAR], s.body, LINK_MEMBERS, &links), NOTFOUND);
}

static struct organ organ(int64_t body, enum organ_kind kind, bool in_scope)
{
    return (struct organ){.body = {body}, .kind = kind, .name = S("機関"), .in_scope = in_scope,
        .reason = S("理由"), .law = S(""), .decided_by = S("町長"), .decided_on = first};
}

static void organs_are_numbered_and_kept_apart(void **state)
{
    struct fix *f = *state;
    struct organ_list all;
    struct organ one;
    struct step s = {.organ = organ(BODY_TOWN, ORGAN_ASSEMBLY, true)};
    fix_write(f, put_organ, &s);
    assert_int_equal(s.n, 1);
    s.organ = organ(BODY_TOWN, ORGAN_EDUCATION, false);
    fix_write(f, put_organ, &s);
    assert_int_equal(s.n, 2);
    s.organ = organ(BODY_FAR, ORGAN_ASSEMBLY, true);
    fix_write(f, put_organ, &s);
    assert_int_equal(s.n, 1); /* of its own body */
    assert_ok(org_organ_all(fix_db(f), f->a, f->scope[P_TOWN], (body_id){BODY_TOWN}, &all));
    assert_int_equal(all.n, 2);
    assert_ok(org_organ_all(fix_db(f), f->a, f->scope[P_CITY], (body_id){BODY_TOWN}, &all));
    assert_int_equal(all.n, 0);
    assert_err(
        org_organ_get(fix_db(f), f->a, f->scope[P_FAR], (body_id){BODY_TOWN}, 1, &one), NOTFOUND);
    assert_ok(org_organ_in_scope(fix_db(f), f->a, scope_system(), &all));
    assert_int_equal(all.n, 2);
    assert_ok(org_organ_in_scope(fix_db(f), f->a, f->scope[P_PREF], &all));
    assert_int_equal(all.n, 1);
    assert_int_equal(all.v[0].body.v, BODY_TOWN);
    fix_sql(f, "UPDATE body SET valid_to=20000 WHERE id=483010");
    assert_ok(org_organ_in_scope(fix_db(f), f->a, scope_system(), &all));
    assert_int_equal(all.n, 1);
    assert_str(org_organ_name(fix_db(f), f->a, (body_id){BODY_TOWN}, 0), S("長の部局"));
    assert_str(org_organ_name(fix_db(f), f->a, (body_id){BODY_TOWN}, 2), S("機関"));
    assert_str(org_organ_name(fix_db(f), f->a, (body_id){BODY_TOWN}, 9), STR_NONE);
}

static void the_law_keeps_one_organ_out(void **state)
{
    (void)state;
    assert_non_null(org_organ_refused(ORGAN_SAFETY, CLASS_PREFECTURE, true));
    assert_null(org_organ_refused(ORGAN_SAFETY, CLASS_PREFECTURE, false));
    assert_non_null(org_organ_refused(ORGAN_SAFETY, CLASS_CITY, false));
    for (int k = ORGAN_ASSEMBLY; k <= ORGAN_OTHER; k++)
        if (k != ORGAN_SAFETY)
            assert_null(org_organ_refused((enum organ_kind)k, CLASS_TOWN, true));
}

static void figures_hold_from_their_day(void **state)
{
    struct fix *f = *state;
    struct attribute at;
    struct attribute_list all;
    struct step s = {.figures = {.body = {BODY_TOWN}, .as_of = first, .population = 8000,
                         .similar = S("V-1"), .source = S("表")}};
    assert_ok(org_attribute_all(fix_db(f), f->a, scope_system(), later, &all));
    assert_int_equal(all.n, 0);
    fix_write(f, put_figures, &s);
    s.figures.as_of = later;
    s.figures.population = 7000;
    fix_write(f, put_figures, &s);
    s.figures.population = 7500; /* put right */
    fix_write(f, put_figures, &s);
    assert_err(org_attribute_get(
                   fix_db(f), f->a, scope_system(), s.figures.body, first - 1, &at), NOTFOUND);
    assert_ok(
        org_attribute_get(fix_db(f), f->a, scope_system(), s.figures.body, later - 1, &at));
    assert_int_equal(at.population, 8000);
    assert_ok(org_attribute_get(fix_db(f), f->a, f->scope[P_TOWN], s.figures.body, later, &at));
    assert_int_equal(at.population, 7500);
    assert_err(
        org_attribute_get(fix_db(f), f->a, f->scope[P_FAR], s.figures.body, later, &at), NOTFOUND);
    assert_ok(org_attribute_all(fix_db(f), f->a, f->scope[P_FAR], later, &all));
    assert_int_equal(all.n, 0);
    assert_ok(org_attribute_all(fix_db(f), f->a, f->scope[P_PREF], later, &all));
    assert_int_equal(all.n, 1);
}

static void bands_meet_without_a_gap(void **state)
{
    static const struct {
        int64_t people;
        int band;
    } rows[] = {{-1, 0}, {0, 1}, {4999, 1}, {5000, 2}, {9999, 2}, {10000, 3}, {29999, 3},
        {30000, 4}, {50000, 5}, {99999, 5}, {100000, 6}, {299999, 6}, {300000, 7},
        {14000000, 7}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(org_band_of_population(rows[i].people), rows[i].band);
    for (int i = 1; i <= BANDS; i++)
        assert_true(org_band_name(i).n > 0);
    assert_int_equal(org_band_name(0).n, 0);
    assert_int_equal(org_band_name(BANDS + 1).n, 0);
}

#define HEAD "団体コード,人口,中核市,類似団体\n"

/* As it comes back from the child that reads tables. */
static void parse(struct fix *f, str csv, struct attribute_rows *out)
{
    struct foreign_table t;
    BUF_AUTO records = BUF(1 << 20);
    convert_child_table(csv, &records);
    err e = convert_table_read(f->a, str_dup(f->a, buf_view(&records)), &t);
    assert_ok(e);
    assert_ok(org_attribute_parse(f->a, &t, out));
}

/* One line behind the head: its problem, or nothing. */
static void lines_say_what_is_wrong_with_them(void **state)
{
    static const struct {
        str line;
        bool fine;
        int64_t people;
        bool core;
    } rows[] = {
        {S("483010,8000,0,V-1"), true, 8000, false},
        {S("４８３０１０,\"８，０００\",○,"), true, 8000, true},
        {S("\"483010\",0,,\"a,\"\"b\"\"\""), true, 0, false},
        {S(" 483010 , 5 , 0 , x "), true, 5, false},
        {S("483011,8000,0,V-1"), false, 0, false},
        {S("48301,8000,0,"), false, 0, false},
        {S("483010,-1,0,"), false, 0, false},
        {S("483010,,0,"), false, 0, false},
        {S("483010,1e3,0,"), false, 0, false},
        {S("483010,20000001,0,"), false, 0, false},
        {S("483010,8000,たぶん,"), false, 0, false},
        {S("483010,8000,0"), true, 8000, false}, /* a spreadsheet leaves out what is empty */
        {S("483010,8000"), false, 0, false},
        {S("483010,8,000,0,V-1"), false, 0, false},
        {S("483010,8000,0,あああああああああああああああああああああああああああああああああああああああああ"),
            false, 0, false},
    };
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct attribute_rows out;
        parse(f, str_fmt(f->a, HEAD "\n%.*s\r\n", STR_F(rows[i].line)), &out);
        assert_int_equal(out.problem.n, 0);
        assert_int_equal(out.n, 1);
        assert_int_equal(out.v[0].line, 3);
        if ((out.v[0].problem.n == 0) != rows[i].fine || out.problems != !rows[i].fine)
            fail_msg("'%.*s': '%.*s'", STR_F(rows[i].line), STR_F(out.v[0].problem));
        if (rows[i].fine) {
            assert_int_equal(out.v[0].value.population, rows[i].people);
            assert_int_equal(out.v[0].value.core_city, rows[i].core);
            assert_str(out.v[0].code6, S("483010"));
        }
    }
}

static void cells_of_a_spreadsheet_are_read_too(void **state)
{
    struct attribute_rows out;
    parse(*state, S("団体コード\t人口\t中核市\t類似団体\r\n483010\t12,345\t1\tV-2\r\n482013\t100\t0"),
        &out);
    assert_int_equal(out.problem.n + out.problems, 0);
    assert_int_equal(out.v[0].value.population, 12345);
    assert_str(out.v[0].value.similar, S("V-2"));
    assert_int_equal(out.v[1].value.population, 100);
}

static void a_table_is_refused_as_a_whole(void **state)
{
    struct fix *f = *state;
    struct attribute_rows out;
    static const str bad[] = {S(""), S("\n\n"), S("団体コード,人口,中核市,類似団体"),
        S("483010,8000,0,V-1\n"), S("団体コード,人口,中核市\n483010,8000,0\n"),
        S("人口,団体コード,中核市,類似団体\n8000,483010,0,\n"),
        S(HEAD "483010,8000,0,\"V\n"), S(HEAD "483010,8000,0,\"V\"x\n")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        parse(f, bad[i], &out);
        assert_true(out.problem.n > 0);
    }
    parse(f, S("\xEF\xBB\xBF" HEAD "483010,1,0,\n482013,1,0,\n483010,2,0,\n"), &out);
    assert_int_equal(out.problem.n, 0);
    assert_int_equal(out.problems, 1);
    assert_str(out.v[2].problem, S("2行目と同じ団体コードです。"));
    BUF_AUTO b = BUF(1 << 20);
    buf_lit(&b, HEAD);
    for (int i = 0; i <= ATTRIBUTE_ROWS; i++)
        buf_lit(&b, "483010,1,0,\n");
    parse(f, buf_view(&b), &out);
    assert_true(out.problem.n > 0);
}

#define WITH_PEOPLE(t) cmocka_unit_test_setup_teardown(t, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_name_holds_for_its_days),
        WITH_PEOPLE(a_body_that_ended_is_asked_no_more),
        WITH_PEOPLE(its_people_are_moved_or_stopped),
        WITH_PEOPLE(members_come_and_go),
        WITH_PEOPLE(organs_are_numbered_and_kept_apart),
        cmocka_unit_test(the_law_keeps_one_organ_out),
        WITH_PEOPLE(figures_hold_from_their_day),
        cmocka_unit_test(bands_meet_without_a_gap),
        WITH_PEOPLE(lines_say_what_is_wrong_with_them),
        WITH_PEOPLE(cells_of_a_spreadsheet_are_read_too),
        WITH_PEOPLE(a_table_is_refused_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
