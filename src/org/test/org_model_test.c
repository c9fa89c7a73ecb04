/* SPDX-License-Identifier: Apache-2.0 */
/* The list of bodies as it was built in, and the rules of their codes. */
#include <setjmp.h>

#include <cmocka.h>

#include "org/org.h"

static bool in_list(const struct body_seed *list, const char *code6, const char *name)
{
    for (; list->code6; list++)
        if (strcmp(list->code6, code6) == 0)
            return strcmp(list->name, name) == 0;
    return false;
}

/* Figures of 1 October 2024: 47 prefectures, 20 designated cities, 23 wards, 772 cities, 743 towns,
 * 183 villages (the six of the Northern Territories not counted). */
static void the_whole_nation_is_in_the_list(void **state)
{
    int n[10] = {0}, total = 0;
    (void)state;
    for (const struct body_seed *b = org_bodies; b->code6; b++, total++) {
        assert_true(b->class >= CLASS_PREFECTURE && b->class <= CLASS_VILLAGE);
        n[b->class]++;
        assert_true(b->name[0] && b->kana[0]);
        assert_true(str_is_utf8(str_of(b->name)) && str_is_utf8(str_of(b->kana)));
    }
    assert_int_equal(total, 1788);
    assert_int_equal(n[CLASS_PREFECTURE], 47);
    assert_int_equal(n[CLASS_DESIGNATED], 20);
    assert_int_equal(n[CLASS_WARD], 23);
    assert_int_equal(n[CLASS_CITY], 772);
    assert_int_equal(n[CLASS_TOWN], 743);
    assert_int_equal(n[CLASS_VILLAGE], 183);
}

static void every_code_is_valid_rises_and_names_its_prefecture(void **state)
{
    const char *before = "";
    (void)state;
    for (const struct body_seed *b = org_bodies; b->code6; b++) {
        int64_t pref;
        if (!org_code_is_valid(str_of(b->code6)) || strcmp(before, b->code6) >= 0)
            fail_msg("%s %s", b->code6, b->name);
        assert_int_equal(parse_i64(str_sub(str_of(b->code6), 0, 2), 1, 47, &pref).code, ERR_OK);
        assert_int_equal(strncmp(b->code6 + 2, "000", 3) == 0, b->class == CLASS_PREFECTURE);
        before = b->code6;
    }
}

static void the_northern_territories_are_not_in_the_list(void **state)
{
    (void)state;
    for (const struct body_seed *b = org_bodies; b->code6; b++)
        assert_true(strncmp(b->code6, "01695", 5) < 0 || strncmp(b->code6, "01700", 5) > 0);
}

/* A name is no key: 府中市 is in 東京都 and in 広島県. */
static void names_occur_more_than_once(void **state)
{
    int names = 0;
    (void)state;
    for (const struct body_seed *b = org_bodies; b->code6; b++) {
        int earlier = 0, later = 0;
        for (const struct body_seed *o = org_bodies; o->code6; o++) {
            bool same = o != b && strcmp(o->name, b->name) == 0;
            earlier += same && o < b;
            later += same && o > b;
        }
        names += earlier == 0 && later > 0;
    }
    assert_int_equal(names, 25);
    assert_true(in_list(org_bodies, "132063", "府中市"));
    assert_true(in_list(org_bodies, "342084", "府中市"));
    assert_true(in_list(org_bodies, "394050", "梼原町"));
    assert_true(in_list(org_bodies, "011002", "札幌市"));
    assert_true(in_list(org_bodies, "131016", "千代田区"));
}

static void the_sample_prefecture_is_valid_and_fictitious(void **state)
{
    int n = 0;
    (void)state;
    for (const struct body_seed *b = org_sample_bodies; b->code6; b++, n++) {
        assert_true(org_code_is_valid(str_of(b->code6)));
        assert_true(strncmp(b->code6, "48", 2) == 0);
        assert_false(in_list(org_bodies, b->code6, b->name));
    }
    assert_int_equal(n, 10);
}

static void check_digits_follow_the_ministrys_rule(void **state)
{
    static const struct {
        str five;
        int digit;
    } rows[] = {
        {S("01100"), 2}, {S("13101"), 6}, {S("13000"), 1}, {S("47000"), 7}, {S("48000"), 2},
        {S("39405"), 0}, {S("01202"), 5}, /* the sums 0 and 1 mod 11 give 1 and 0 */
        {S("00000"), 1}, {S("1310"), -1}, {S("131016"), -1}, {S("1310a"), -1}, {S("1310/"), -1},
        {S("1310:"), -1}, {S(""), -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (org_code_check_digit(rows[i].five) != rows[i].digit)
            fail_msg("'%.*s' gives %d", STR_F(rows[i].five), org_code_check_digit(rows[i].five));
    assert_true(org_code_is_valid(S("131016")));
    static const str bad[] = {S("131017"), S("131015"), S("13101"), S("1310160"), S("13101a"),
        S("a31016"), S("311016"), S("")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(org_code_is_valid(bad[i]));
}

static void classes_have_names_and_keys(void **state)
{
    static const struct {
        enum body_class class;
        str name, key;
    } rows[] = {
        {CLASS_PREFECTURE, S("都道府県"), S("prefecture")},
        {CLASS_DESIGNATED, S("政令指定都市"), S("designated")},
        {CLASS_WARD, S("特別区"), S("ward")}, {CLASS_CITY, S("市"), S("city")},
        {CLASS_TOWN, S("町"), S("town")}, {CLASS_VILLAGE, S("村"), S("village")},
        {CLASS_OFFICE, S("国の機関"), S("office")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(str_eq(org_class_name(rows[i].class), rows[i].name));
        assert_true(str_eq(org_class_key(rows[i].class), rows[i].key));
        assert_int_equal(org_class_of_key(rows[i].key), rows[i].class);
    }
    assert_int_equal(org_class_of_key(S("")), 0);
    assert_int_equal(org_class_of_key(S("tow")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_nation_is_in_the_list),
        cmocka_unit_test(every_code_is_valid_rises_and_names_its_prefecture),
        cmocka_unit_test(the_northern_territories_are_not_in_the_list),
        cmocka_unit_test(names_occur_more_than_once),
        cmocka_unit_test(the_sample_prefecture_is_valid_and_fictitious),
        cmocka_unit_test(check_digits_follow_the_ministrys_rule),
        cmocka_unit_test(classes_have_names_and_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
