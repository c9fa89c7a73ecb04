/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: tables, options before the file, and what a mistake is answered with. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/conf.h"

struct town {
    str name, level, folder, secret;
    int64_t floors;
    bool tower;
    struct strs wells;
    int64_t days;
};

static bool fits_name(str v)
{
    return !str_has(v, S("bad"));
}

static const char *const levels[] = {"low", "high", NULL};
static const struct conf_key town_keys[] = {
    {"name", CONF_IN(TEXT, struct town, name), "名前", "NAME", .example = "x", .fits = fits_name,
        .flags = CONF_NEEDED},
    {"town.level", CONF_IN(TEXT, struct town, level), "高さ", .initial = "low", .words = levels},
    {"town.folder", CONF_IN(PATH, struct town, folder), "場所"},
    {"town.secret-file", CONF_IN(SECRET, struct town, secret), "秘密"},
    {"town.floors", CONF_IN(NUMBER, struct town, floors), "階", .initial = "2", .unit = "階",
        .least = 1, .most = 9},
    {"town.tower", CONF_IN(YES, struct town, tower), "塔"},
    {"town.wells", CONF_IN(LIST, struct town, wells), "井戸", .fits = fits_name},
    {"days", CONF_IN(NUMBER, struct town, days), "一度だけ", .initial = "7", .least = 0,
        .most = 99, .flags = CONF_OPTION},
    {NULL},
};
static const struct conf_table town_table = {"町", town_keys, sizeof(struct town)};

struct ship {
    str sail;
};
static const struct conf_key ship_keys[] = {
    {"ship.sail", CONF_IN(TEXT, struct ship, sail), "帆"},
    {NULL},
};
static const struct conf_table ship_table = {"船", ship_keys, sizeof(struct ship)};

static int setup(void **state)
{
    *state = arena_new(16 << 20);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static struct conf *fresh(struct arena *a)
{
    static const struct conf_table *const tables[] = {&town_table, &ship_table};
    struct conf *c;
    assert_int_equal(conf_new(a, tables, 2, &c).code, ERR_OK);
    return c;
}

static const struct town *town_of(const struct conf *c)
{
    return conf_of(c, &town_table);
}

static void check_str(str got, str want, const char *of)
{
    if (!str_eq(got, want))
        fail_msg("%s: got '%.*s', expected '%.*s'", of, STR_F(got), STR_F(want));
}

static void a_file_fills_the_structs_of_all_modules(void **state)
{
    struct conf *c = fresh(*state);
    BUF_AUTO problems = BUF(4096);
    assert_int_equal(conf_file(c, S("t.conf"),
                         S("\xEF\xBB\xBF# 説明 = 何でも\r\n\r\n  name = 見本町 = 町 \r\n"
                           "town.level=high\ntown.folder = /a b\ntown.floors = 9\n"
                           "town.tower = yes\ntown.wells = a, 井,c d\nship.sail=#1b"
                           "\n　# 全角の空白の後\n"),
                         &problems)
                         .code,
        ERR_INVALID); /* a value that begins like a comment */
    check_str(buf_view(&problems),
        S("t.conf:9: 値の後ろに説明は書けません。説明は別の行にして、先頭に # を付けてください。\n"),
        "problems");
    c = fresh(*state);
    assert_int_equal(conf_file(c, S("t.conf"),
                         S("\xEF\xBB\xBF# 説明 = 何でも\r\n\r\n  name = 見本町 = 町 \r\n"
                           "town.level=high\ntown.folder = /a b\ntown.floors = 9\n"
                           "town.tower = yes\ntown.wells = a, 井,c d\nship.sail=x#1"),
                         &problems)
                         .code,
        ERR_OK);
    const struct town *t = town_of(c);
    check_str(t->name, S("見本町 = 町"), "name");
    check_str(t->level, S("high"), "level");
    check_str(t->folder, S("/a b"), "folder");
    assert_int_equal(t->floors, 9);
    assert_true(t->tower);
    assert_int_equal(t->wells.n, 3);
    check_str(t->wells.v[1], S("井"), "wells");
    check_str(t->wells.v[2], S("c d"), "wells");
    assert_int_equal(t->days, 7);
    check_str(((const struct ship *)conf_of(c, &ship_table))->sail, S("x#1"), "sail");
}

static void an_option_goes_before_the_file(void **state)
{
    struct conf *c = fresh(*state);
    BUF_AUTO problems = BUF(4096);
    BUF_AUTO shown = BUF(4096);
    str why;
    int used;
    assert_int_equal(conf_option(c, S("--floors"), "5", &used, &why).code, ERR_OK);
    assert_int_equal(used, 2);
    assert_int_equal(conf_option(c, S("--tower"), "5", &used, &why).code, ERR_OK);
    assert_int_equal(used, 1);
    assert_int_equal(
        conf_file(c, S("f"), S("name = n\ntown.floors = 3\ntown.tower = no\n"), &problems).code,
        ERR_OK);
    assert_int_equal(town_of(c)->floors, 5);
    assert_true(town_of(c)->tower);
    assert_int_equal(conf_option(c, S("--wells"), "a,b", &used, &why).code, ERR_OK);
    assert_int_equal(conf_option(c, S("--wells"), "c d", &used, &why).code, ERR_OK); /* a list grows */
    assert_int_equal(town_of(c)->wells.n, 3);
    check_str(town_of(c)->wells.v[0], S("a"), "wells");
    check_str(town_of(c)->wells.v[2], S("c d"), "wells");
    conf_show(c, &shown);
    assert_true(str_has(buf_view(&shown), S("# f:1\nname = n\n")));
    assert_true(str_has(buf_view(&shown), S("# 命令の --floors\ntown.floors = 5\n")));
    assert_true(str_has(buf_view(&shown), S("# 既定値\ntown.level = low\n")));
    assert_true(str_has(buf_view(&shown), S("# 未設定\n# ship.sail = \n")));
    assert_false(str_has(buf_view(&shown), S("days")));
    c = fresh(*state); /* what the option hides must be right all the same */
    assert_int_equal(conf_option(c, S("--floors"), "5", &used, &why).code, ERR_OK);
    assert_int_equal(conf_file(c, S("f"), S("town.floors = 30\n"), &problems).code, ERR_INVALID);
    assert_int_equal(town_of(c)->floors, 5);
}

static void a_mistake_in_the_file_is_answered_with_what_to_write(void **state)
{
    static const struct {
        str text, says;
    } rows[] = {
        {S("nmae = x"), S("f:1: 「nmae」という項目はありません。「name」ではありませんか。\n")},
        {S("\nfloors = 3"), S("f:2: 「floors」という項目はありません。「town.floors」")},
        {S("town.flors = 3"), S("「town.floors」ではありませんか。")},
        {S("town.folder-of-the-moon = 3"), S("書ける項目は「yagura conf example」で分かります。")},
        {S("zzzz = 3"), S("書ける項目は")},
        {S("= 3"), S("「」という項目はありません。")},
        {S("days = 3"), S("「days」は設定ファイルには書けません。命令の後ろに --days で")},
        {S("name"), S("f:1: 「項目 = 値」の形で")},
        {S("name ＝ x"), S("（= は半角）")},
        {S("name ="), S("「name」には、NAME の形の値を書いてください。値がありません。")},
        {S("name = a bad one"), S("いまの値: 「a bad one」")},
        {S("name = a\nname = b"), S("f:2: 「name」は 1 行目にもあります。")},
        {S("name = bad\nname = b"), S("f:2: 「name」は 1 行目にもあります。")},
        {S("name = a # b"), S("値の後ろに説明は書けません。")},
        {S("name = a\x01z"), S("「name」には")},
        {S("name = \xff"), S("文字コードが UTF-8 ではありません。")},
        {S("name = a\0b"), S("文字コードが")},
        {S("town.level = LOW"), S("low、high のどれかを書いてください。いまの値: 「LOW」")},
        {S("town.floors = 10"), S("1 から 9 までの数（階）を書いてください。")},
        {S("town.floors = ９"), S("1 から 9 までの数（階）")},
        {S("town.tower = はい"), S("yes か no のどちらかを書いてください。")},
        {S("town.folder = a/b"), S("/ から始まるファイル名を書いてください。")},
        {S("town.wells = a,,b"), S("「,」で区切った 256 個までの値")},
        {S("town.wells = a,bad"), S("「,」で区切った 256 個までの値")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO problems = BUF(4096);
        err e = conf_file(fresh(*state), S("f"), rows[i].text, &problems);
        if (e.code != ERR_INVALID || !str_has(buf_view(&problems), rows[i].says))
            fail_msg("row %zu gives %s and '%.*s'", i, err_name(e), STR_F(buf_view(&problems)));
    }
}

/* A password typed where its file belongs must not get into the log of the service. */
static void a_secret_is_never_repeated(void **state)
{
    BUF_AUTO b = BUF(1 << 16);
    struct conf *c = fresh(*state);
    str why = STR_NONE;
    int used;
    assert_int_equal(conf_file(c, S("f"),
                         S("town.secret-file = hunter2\ntown.secret = hunter2\n"), &b)
                         .code,
        ERR_INVALID);
    assert_int_equal(conf_option(c, S("--secret-file"), "hunter2\x01", &used, &why).code,
        ERR_INVALID);
    buf_str(&b, why);
    assert_false(str_has(buf_view(&b), S("hunter2")));
    c = fresh(*state);
    assert_int_equal(conf_file(c, S("f"), S("name = smtp://me:hunter2@host:25/a:b@c\n"
                                            "town.wells = x://a@b, y://u:hunter2@h"),
                         &b)
                         .code,
        ERR_OK);
    conf_show(c, &b);
    assert_false(str_has(buf_view(&b), S("hunter2")));
    assert_true(str_has(buf_view(&b), S("name = smtp://me:***@host:25/a:b@c\n")));
    assert_true(str_has(buf_view(&b), S("town.wells = x://a@b, y://u:***@h\n")));
}

static void what_is_too_much_is_refused_and_the_list_of_mistakes_ends(void **state)
{
    BUF_AUTO text = BUF(1 << 20);
    BUF_AUTO problems = BUF(1 << 16);
    for (int i = 0; i < 25; i++)
        buf_lit(&text, "nonsense\n");
    assert_int_equal(conf_file(fresh(*state), S("f"), buf_view(&text), &problems).code,
        ERR_INVALID);
    assert_true(str_ends(buf_view(&problems), S("\nほかにも 5 か所あります。\n")));
    assert_true(str_has(buf_view(&problems), S("f:20: ")));
    assert_false(str_has(buf_view(&problems), S("f:21: ")));
    while (text.n <= CONF_FILE_MAX)
        buf_lit(&text, "# still a comment\n");
    assert_int_equal(conf_file(fresh(*state), S("f"), buf_view(&text), &problems).code,
        ERR_INVALID);
    assert_true(str_has(buf_view(&problems), S("64 KiB まで")));
}

static void options_are_bounded_like_the_file(void **state)
{
    static const struct {
        str option;
        const char *value;
        enum err_code code;
    } rows[] = {
        {S("--name"), "x", ERR_OK},
        {S("--name"), "", ERR_INVALID},
        {S("--name"), NULL, ERR_INVALID},
        {S("--name"), "a\nb", ERR_INVALID},
        {S("--folder"), "relative/is/fine", ERR_OK},
        {S("--days"), "99", ERR_OK},
        {S("--days"), "100", ERR_INVALID},
        {S("--town.floors"), "3", ERR_NOTFOUND},
        {S("-name"), "x", ERR_NOTFOUND},
        {S("--"), "x", ERR_NOTFOUND},
        {S("name"), "x", ERR_NOTFOUND},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        str why = STR_NONE;
        int used;
        err e = conf_option(fresh(*state), rows[i].option, rows[i].value, &used, &why);
        if (e.code != rows[i].code || (e.code == ERR_INVALID) != (why.n > 0))
            fail_msg("row %zu gives %s and '%.*s'", i, err_name(e), STR_F(why));
    }
}

/* Uncommented as a whole the example is a file, and what is shown is one too. */
static void the_example_and_what_is_shown_can_be_read_again(void **state)
{
    BUF_AUTO text = BUF(1 << 16);
    BUF_AUTO problems = BUF(4096);
    struct conf *c = fresh(*state);
    assert_string_equal(conf_missing(c)->name, "name");
    conf_example(c, &text);
    assert_true(str_has(buf_view(&text), S("# ── 町 ──\n")));
    assert_true(str_has(buf_view(&text), S("\n#town.floors = 2\n")));
    assert_int_equal(conf_file(c, S("e"), buf_view(&text), &problems).code, ERR_OK);
    assert_null(conf_missing(c));
    check_str(town_of(c)->name, S("x"), "name");
    text.n = 0;
    conf_show(c, &text);
    c = fresh(*state);
    assert_int_equal(conf_file(c, S("e"), buf_view(&text), &problems).code, ERR_OK);
    check_str(town_of(c)->name, S("x"), "name");
}

static void paths_say_where_they_were_named(void **state)
{
    BUF_AUTO problems = BUF(4096);
    struct conf *c = fresh(*state);
    const struct conf_key *k;
    str value, where, why;
    size_t at = 0;
    int used;
    assert_int_equal(conf_option(c, S("--folder"), "here", &used, &why).code, ERR_OK);
    assert_int_equal(
        conf_file(c, S("f"), S("name = /n\n\ntown.secret-file = /s\n"), &problems).code, ERR_OK);
    assert_true(conf_next_path(c, &at, &k, &value, &where));
    check_str(value, S("here"), "folder");
    check_str(where, S("--folder"), "folder");
    assert_true(conf_next_path(c, &at, &k, &value, &where));
    assert_int_equal(k->type, CONF_SECRET);
    check_str(where, S("f:3"), "secret");
    assert_false(conf_next_path(c, &at, &k, &value, &where));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_fills_the_structs_of_all_modules, setup, teardown),
        cmocka_unit_test_setup_teardown(an_option_goes_before_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_mistake_in_the_file_is_answered_with_what_to_write, setup, teardown),
        cmocka_unit_test_setup_teardown(a_secret_is_never_repeated, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_too_much_is_refused_and_the_list_of_mistakes_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(options_are_bounded_like_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_example_and_what_is_shown_can_be_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(paths_say_where_they_were_named, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
