/* SPDX-License-Identifier: Apache-2.0 */
/* Which passwords are refused, and that those people should choose are not. */
#include "org/org_private.h"
#include "test/fixture.h"

static const struct {
    const char *password;
    bool good;
} rows[] = {
    /* short */
    {"x7Kq92mLp0a", false},
    {"あいうえおかきくけこさ", false},
    /* common words, dressed up */
    {"password1234", false},
    {"Password2026!", false},
    {"P@ssw0rd1234!!", false},
    {"qwertyuiop123", false},
    {"1qaz2wsx3edc", false},
    {"iloveyou2026", false},
    {"adminadminadmin", false},
    {"dragon-monkey-", false},
    /* runs, digits, repetition */
    {"aaaaaaaaaaaaaaaa", false},
    {"abcdefghijklmnop", false},
    {"098765432109", false},
    {"202604012027", false},
    {"abababababab", false},
    {"x7x7x7x7x7x7", false},
    /* the person's own */
    {"hanako.mihon1", false},
    {"mihon-town-2026", false},
    {"yagura-yagura-", false},
    {"Yagura-Mihon-2026", false},
    /* what one should choose */
    {"correct horse battery staple", true},
    {"x7Kq92mLp0aZ", true},
    {"a long pass phrase", true},
    {"夕焼けの坂道で猫が欠伸する", true},
    {"umi-ni-ochiru-hoshi", true},
    {"k3;Rv!9tzWq_p", true},
};

static void passwords(void **state)
{
    str own[] = {S("hanako@town.mihon.lg.jp"), S("見本 花子"), S("見本町")};
    struct strs about = {own, COUNT_OF(own)};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ARENA_AUTO a = arena_new(1 << 20);
        str why;
        assert_int_equal(org_password_check(a, str_of(rows[i].password), &about, &why).code, OK.code);
        if ((why.n == 0) != rows[i].good)
            fail_msg("%s is %s", rows[i].password, rows[i].good ? "refused" : "let through");
    }
}

/* The search finds what is there, at both ends and in the middle, and nothing else. */
static void the_table(void **state)
{
    (void)state;
    assert_true(org_common_n > 20000);
    for (size_t i = 0; i < org_common_n; i++) {
        size_t from = org_common_starts[i];
        str word = {org_common_text + from, org_common_starts[i + 1] - from};
        assert_true(org_password_is_common_word(word));
    }
    assert_false(org_password_is_common_word(S("")));
    assert_false(org_password_is_common_word(S("zzzzzzzzzzzzzzzzzzzzzzz")));
    assert_false(org_password_is_common_word(S("umi-ni-ochiru-hoshi")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passwords), cmocka_unit_test(the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
