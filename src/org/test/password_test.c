/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: argon2id with the parameters promised, and no way in without one. */
#include <setjmp.h>

#include <cmocka.h>

#include "org/org_private.h"

#include <sodium.h>

static int start(void **state)
{
    *state = arena_new(1 << 20);
    return sodium_init() < 0;
}

static int stop(void **state)
{
    arena_free(*state);
    return 0;
}

static void a_hash_opens_to_its_password_only(void **state)
{
    static const str wrong[] = {S("correct horse battery stapl"), S("correct horse battery staple "),
        S("Correct horse battery staple"), S(""), S("correct horse battery staple\0")};
    str password = S("correct horse battery staple"), hash = STR_NONE;
    assert_int_equal(org_password_hash(*state, password, &hash).code, ERR_OK);
    assert_true(str_starts(hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_true(org_password_verify(hash, password));
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(org_password_verify(hash, wrong[i]));
}

static void two_hashes_of_one_password_differ_but_not_with_one_salt(void **state)
{
    static const uint8_t salt[16] = "sixteen bytes ok", other[16] = "sixteen bytes 2!";
    str a, b, c, d, e, password = S("ひみつの合言葉");
    assert_int_equal(org_password_hash(*state, password, &a).code, ERR_OK);
    assert_int_equal(org_password_hash(*state, password, &b).code, ERR_OK);
    assert_int_equal(org_password_hash_salted(*state, password, salt, &c).code, ERR_OK);
    assert_int_equal(org_password_hash_salted(*state, password, salt, &d).code, ERR_OK);
    assert_int_equal(org_password_hash_salted(*state, password, other, &e).code, ERR_OK);
    assert_false(str_eq(a, b));
    assert_true(str_eq(c, d));
    assert_false(str_eq(c, e));
    assert_true(str_starts(c, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_true(org_password_verify(c, password));
    assert_false(org_password_verify(c, S("ひみつの合言葉。")));
}

/* No hash, a broken one, one that is too long: never a way in, and never quicker. */
static void nobody_gets_in(void **state)
{
    static const str passwords[] = {S(""), S("password"), S("\0\0\0\0")};
    char longer[300];
    (void)state;
    memset(longer, '$', sizeof longer);
    const str hashes[] = {STR_NONE, S("x"), S("$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"),
        S("$2a$10$abcdefghijklmnopqrstuv"), {longer, 127}, {longer, 128}, {longer, sizeof longer}};
    for (size_t i = 0; i < COUNT_OF(hashes); i++)
        for (size_t k = 0; k < COUNT_OF(passwords); k++)
            assert_false(org_password_verify(hashes[i], passwords[k]));
}

static void somebody_unknown_takes_as_long(void **state)
{
    str hash;
    assert_int_equal(org_password_hash(*state, S("a password"), &hash).code, ERR_OK);
    usec began = usec_mono();
    assert_false(org_password_verify(hash, S("another")));
    usec known = usec_mono() - began;
    began = usec_mono();
    assert_false(org_password_verify(STR_NONE, S("another")));
    usec unknown = usec_mono() - began;
    if (unknown * 4 < known) /* generous: machines are busy */
        fail_msg("%lld µs for nobody, %lld µs for somebody", (long long)unknown, (long long)known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_opens_to_its_password_only),
        cmocka_unit_test(two_hashes_of_one_password_differ_but_not_with_one_salt),
        cmocka_unit_test(nobody_gets_in),
        cmocka_unit_test(somebody_unknown_takes_as_long),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
