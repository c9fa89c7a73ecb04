/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed bytes open with their key and for what they were sealed for, and with nothing else; the server's key
 * is made once. */
#include "test/fixture.h"

#include "store/vault.h"

#include <sodium.h>
#include <sys/stat.h>

static struct arena *a;
static char folder[] = "/tmp/yagura-vault-XXXXXX";

static int make(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return a && sodium_init() >= 0 && mkdtemp(folder) ? 0 : 1;
}

static int drop(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void a_seal_opens_for_its_purpose_alone(void **state)
{
    (void)state;
    uint8_t key[SEAL_KEY] = {1}, other[SEAL_KEY] = {2};
    struct bytes plain = {(const uint8_t *)"かな", 6}, sealed, out;
    assert_false(err_is(seal_in(a, key, S("case:1"), plain, &sealed)));
    assert_int_equal(sealed.n, 6 + SEAL_ADDS);
    assert_null(memmem(sealed.p, sealed.n, plain.p, plain.n));
    assert_false(err_is(seal_out(a, key, S("case:1"), sealed, &out)));
    assert_int_equal(out.n, 6);
    assert_memory_equal(out.p, plain.p, 6);
    assert_int_equal(seal_out(a, key, S("case:2"), sealed, &out).code, ERR_INVALID);
    assert_int_equal(seal_out(a, other, S("case:1"), sealed, &out).code, ERR_INVALID);
    for (size_t i = 0; i < sealed.n; i++) {
        uint8_t *bad = arena_alloc(a, sealed.n);
        memcpy(bad, sealed.p, sealed.n);
        bad[i] ^= 1;
        assert_int_equal(seal_out(a, key, S("case:1"), (struct bytes){bad, sealed.n}, &out).code, ERR_INVALID);
        assert_int_equal(seal_out(a, key, S("case:1"), (struct bytes){sealed.p, i}, &out).code, ERR_INVALID);
    }
}

static void the_key_is_made_once_and_read_by_nobody_else(void **state)
{
    (void)state;
    struct stat st;
    struct vault *v, *again;
    struct bytes plain = {(const uint8_t *)"x", 1}, sealed;
    uint8_t out[8];
    str file = str_fmt(a, "%s/a.keys", folder);
    assert_int_equal(vault_open(file, false, &v).code, ERR_NOTFOUND);
    assert_false(err_is(vault_open(file, true, &v)));
    assert_int_equal(stat(str_z(a, file), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 79);
    assert_false(err_is(vault_seal(v, a, S("w"), plain, &sealed)));
    assert_false(err_is(vault_open(file, true, &again)));
    assert_true(str_eq(vault_name(v, a), vault_name(again, a)));
    assert_false(err_is(vault_unseal(again, S("w"), sealed, out)));
    vault_free(again);
    assert_false(err_is(vault_open(str_fmt(a, "%s/b.keys", folder), true, &again)));
    assert_false(str_eq(vault_name(v, a), vault_name(again, a)));
    assert_int_equal(vault_unseal(again, S("w"), sealed, out).code, ERR_INVALID);
    vault_free(again);
    vault_free(v);
}

static void a_copy_is_the_same_key_and_never_over_another_file(void **state)
{
    (void)state;
    struct stat st;
    struct vault *v, *back, *other;
    str first = str_fmt(a, "%s/c.keys", folder), second = str_fmt(a, "%s/c.copy", folder);
    assert_false(err_is(vault_open(first, true, &v)));
    assert_false(err_is(vault_copy(v, second)));
    assert_int_equal(stat(str_z(a, second), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(err_is(vault_open(second, false, &back)));
    assert_true(str_eq(vault_name(v, a), vault_name(back, a)));
    vault_free(back);
    assert_false(err_is(vault_open(str_fmt(a, "%s/d.keys", folder), true, &other)));
    assert_int_equal(vault_copy(other, second).code, ERR_CONFLICT);
    assert_false(err_is(vault_open(second, false, &back)));
    assert_true(str_eq(vault_name(v, a), vault_name(back, a)));
    assert_true(err_is(vault_copy(v, str_fmt(a, "%s/nowhere/c.copy", folder))));
    vault_free(back);
    vault_free(other);
    vault_free(v);
}

static void what_is_no_key_is_refused(void **state)
{
    (void)state;
    struct vault *v;
    static const char *const texts[] = {"", "yagura-keys-1 ", "yagura-keys-2 00",
        "yagura-keys-1 zz00000000000000000000000000000000000000000000000000000000000000\n"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        str file = str_fmt(a, "%s/bad%zu.keys", folder, i);
        FILE *f = fopen(str_z(a, file), "w");
        assert_non_null(f);
        fputs(texts[i], f);
        fclose(f);
        assert_int_equal(vault_open(file, true, &v).code, ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_opens_for_its_purpose_alone),
        cmocka_unit_test(the_key_is_made_once_and_read_by_nobody_else),
        cmocka_unit_test(a_copy_is_the_same_key_and_never_over_another_file),
        cmocka_unit_test(what_is_no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
