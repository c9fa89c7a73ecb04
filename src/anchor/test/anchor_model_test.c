/* SPDX-License-Identifier: Apache-2.0 */
/* The tree against the definition of RFC 6962, word by word; every path; every byte of a line. */
#include "test/fixture.h"

#include "anchor/anchor_model.h"

#include <sodium.h>

static struct anchor_leaf leaf_at(size_t i)
{
    struct anchor_leaf l = {.body = (int64_t)(i * 10 + 1), .seq = (int64_t)i + 1};
    memset(l.hash, (int)(i & 0xff), ANCHOR_HASH);
    return l;
}

static void big_endian(uint8_t *p, int64_t v)
{
    for (int i = 7; i >= 0; i--, v >>= 8)
        p[i] = (uint8_t)(v & 0xff);
}

/* MTH(D[n]): "k is the largest power of two smaller than n". */
static void root_by_definition(size_t from, size_t n, uint8_t out[ANCHOR_HASH])
{
    uint8_t text[1 + 2 * ANCHOR_HASH];
    if (n == 1) {
        uint8_t leaf[1 + 16 + ANCHOR_HASH] = {0};
        struct anchor_leaf l = leaf_at(from);
        big_endian(leaf + 1, l.body);
        big_endian(leaf + 9, l.seq);
        memcpy(leaf + 17, l.hash, ANCHOR_HASH);
        crypto_hash_sha256(out, leaf, sizeof leaf);
        return;
    }
    size_t k = 1;
    while (2 * k < n)
        k *= 2;
    text[0] = 1;
    root_by_definition(from, k, text + 1);
    root_by_definition(from + k, n - k, text + 1 + ANCHOR_HASH);
    crypto_hash_sha256(out, text, sizeof text);
}

static struct anchor_tree *tree_of(struct arena *a, size_t n)
{
    struct anchor_tree *t = anchor_tree_new(a);
    assert_non_null(t);
    for (size_t i = 0; i < n; i++) { /* not in order: 7 has no factor in common with n + 1 … */
        struct anchor_leaf l = leaf_at((i * 7 + 3) % n);
        assert_ok(anchor_tree_set(t, &l));
    }
    return t;
}

static void the_root_is_that_of_the_definition(void **state)
{
    static const uint8_t nothing[] = {0xe3, 0xb0, 0xc4, 0x42};
    uint8_t got[ANCHOR_HASH], want[ANCHOR_HASH];
    (void)state;
    for (size_t n = 1; n < 70; n++) {
        if (n % 7 == 0)
            continue; /* the order above would meet some leaves twice */
        ARENA_AUTO a = arena_new(8 << 20);
        anchor_tree_root(tree_of(a, n), got);
        root_by_definition(0, n, want);
        assert_memory_equal(got, want, sizeof got);
    }
    ARENA_AUTO a = arena_new(8 << 20);
    anchor_tree_root(anchor_tree_new(a), got);
    assert_memory_equal(got, nothing, sizeof nothing);
}

static void a_changed_leaf_changes_the_root_as_if_made_anew(void **state)
{
    uint8_t before[ANCHOR_HASH], got[ANCHOR_HASH];
    (void)state;
    for (size_t i = 0; i < 11; i++) {
        ARENA_AUTO a = arena_new(8 << 20);
        struct anchor_tree *t = tree_of(a, 11);
        struct anchor_leaf l = leaf_at(i);
        anchor_tree_root(t, before);
        l.seq += 100;
        assert_ok(anchor_tree_set(t, &l));
        anchor_tree_root(t, got);
        assert_memory_not_equal(before, got, sizeof got);
        l.seq -= 100;
        assert_ok(anchor_tree_set(t, &l));
        anchor_tree_root(t, got);
        assert_memory_equal(before, got, sizeof got);
    }
}

static void every_path_leads_to_the_root_and_no_other_does(void **state)
{
    uint8_t root[ANCHOR_HASH], got[ANCHOR_HASH];
    struct anchor_path p;
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        if (n % 7 == 0)
            continue;
        ARENA_AUTO a = arena_new(8 << 20);
        struct anchor_tree *t = tree_of(a, n);
        anchor_tree_root(t, root);
        for (size_t i = 0; i < n; i++) {
            assert_ok(anchor_tree_path(t, leaf_at(i).body, &p));
            assert_ok(anchor_path_root(&p, got));
            assert_memory_equal(got, root, sizeof got);
            p.leaf.seq++;
            assert_ok(anchor_path_root(&p, got));
            assert_memory_not_equal(got, root, sizeof got);
            p.leaf.seq--;
            p.length++;
            assert_err(anchor_path_root(&p, got), INVALID);
            p.length -= 2;
            if (n > 1)
                assert_err(anchor_path_root(&p, got), INVALID);
        }
        assert_err(anchor_tree_path(t, 2, &p), NOTFOUND);
    }
}

static void chains_are_bounded(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(8 << 20);
    struct anchor_tree *t = anchor_tree_new(a);
    for (size_t i = 0; i < ANCHOR_BODIES; i++) {
        struct anchor_leaf l = leaf_at(i);
        assert_ok(anchor_tree_set(t, &l));
    }
    uint8_t got[ANCHOR_HASH], want[ANCHOR_HASH];
    anchor_tree_root(t, got);
    root_by_definition(0, ANCHOR_BODIES, want);
    assert_memory_equal(got, want, sizeof got);
    struct anchor_leaf one_more = leaf_at(ANCHOR_BODIES);
    assert_err(anchor_tree_set(t, &one_more), LIMIT);
}

static void every_byte_of_a_line_counts(void **state)
{
    struct sign_key key;
    struct anchor_witness w = {.body = 131016, .seq = 42, .chains = 1789, .has_root = true}, got;
    BUF_AUTO b = BUF(2000);
    (void)state;
    crypto_sign_keypair(key.public_key, key.secret_key);
    memset(w.hash, 0xab, ANCHOR_HASH);
    memset(w.root, 0xcd, ANCHOR_HASH);
    for (int with_root = 0; with_root < 2; with_root++) {
        b.n = 0;
        w.has_root = with_root;
        anchor_witness_put(&b, &w, 1795766400000000, &key);
        str line = buf_view(&b);
        assert_ok(anchor_witness_parse(line, &got));
        assert_int_equal(got.body, 131016);
        assert_int_equal(got.seq, 42);
        assert_int_equal(got.chains, 1789);
        assert_int_equal(got.has_root, with_root);
        assert_memory_equal(got.hash, w.hash, ANCHOR_HASH);
        for (size_t at = 0; at < line.n; at++) {
            for (int bit = 0; bit < 8; bit++) {
                bool digit = bit == 5 && ((line.p[at] >= 'a' && line.p[at] <= 'f'));
                b.p[at] ^= (char)(1 << bit);
                /* A hex digit in upper case is the same digit: in the signature it means the same. */
                if (!err_is(anchor_witness_parse(line, &got)) && !digit)
                    fail_msg("byte %zu, bit %d", at, bit);
                b.p[at] ^= (char)(1 << bit);
            }
        }
        for (size_t n = 0; n < line.n; n++)
            assert_true(err_is(anchor_witness_parse(str_sub(line, 0, n), &got)));
    }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_that_of_the_definition),
        cmocka_unit_test(a_changed_leaf_changes_the_root_as_if_made_anew),
        cmocka_unit_test(every_path_leads_to_the_root_and_no_other_does),
        cmocka_unit_test(chains_are_bounded),
        cmocka_unit_test(every_byte_of_a_line_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
