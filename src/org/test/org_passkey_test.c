/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys without a device: keys and signatures made here, and everything that may be wrong. */
#include <setjmp.h>

#include <cmocka.h>

#include "org/org_passkey.h"

#include <sodium.h>

enum { EDDSA = -8 };

/* An authenticator of one key, bound to localhost. */
struct device {
    struct arena *a;
    uint8_t pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
    uint8_t auth[200];
    size_t auth_n;
    char client[600];
    uint8_t signature[crypto_sign_BYTES];
    struct passkey_wanted wanted;
    struct factor factor;
};

static void write_client(struct device *d, const char *type, const char *origin, const char *more)
{
    char text[64];
    sodium_bin2base64(text, sizeof text, d->wanted.challenge, PASSKEY_CHALLENGE,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(d->client, sizeof d->client,
        "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\"%s}", type, text, origin, more);
}

static void write_auth(struct device *d, const char *domain, uint8_t flags, uint8_t counter)
{
    crypto_hash_sha256(d->auth, (const uint8_t *)domain, strlen(domain));
    d->auth[32] = flags;
    memset(d->auth + 33, 0, 4);
    d->auth[36] = counter;
    d->auth_n = 37;
}

/* AAGUID, a credential id of 16 bytes, and a COSE key: {1: 1, 3: -8, -1: 6, -2: the key}. */
static void write_key(struct device *d)
{
    static const uint8_t cose[] = {0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20};
    uint8_t *p = d->auth + d->auth_n;
    memset(p, 0, 16);
    p[16] = 0;
    p[17] = 16;
    memset(p + 18, 7, 16);
    memcpy(p + 34, cose, sizeof cose);
    memcpy(p + 34 + sizeof cose, d->pk, sizeof d->pk);
    d->auth_n += 34 + sizeof cose + sizeof d->pk;
}

static void sign(struct device *d)
{
    uint8_t what[300];
    memcpy(what, d->auth, d->auth_n);
    crypto_hash_sha256(what + d->auth_n, (const uint8_t *)d->client, strlen(d->client));
    crypto_sign_detached(d->signature, NULL, what, d->auth_n + 32, d->sk);
}

static struct passkey_shown shown(const struct device *d)
{
    return (struct passkey_shown){{(const uint8_t *)d->client, strlen(d->client)},
        {d->auth, d->auth_n}, {d->signature, sizeof d->signature}};
}

static err created(struct device *d)
{
    struct passkey_shown s = shown(d);
    d->wanted.act = PASSKEY_CREATE;
    return org_passkey_created(d->a, &d->wanted, &s, &d->factor);
}

static err proved(struct device *d, int64_t *counter)
{
    struct passkey_shown s = shown(d);
    d->wanted.act = PASSKEY_GET;
    return org_passkey_proved(&d->wanted, &s, &d->factor, counter);
}

static int setup(void **state)
{
    struct device *d = calloc(1, sizeof *d);
    assert_true(d && sodium_init() >= 0);
    d->a = arena_new(1 << 20);
    crypto_sign_keypair(d->pk, d->sk);
    memset(d->wanted.challenge, 9, PASSKEY_CHALLENGE);
    d->wanted.host = S("localhost:8080");
    write_client(d, "webauthn.create", "http://localhost:8080", "");
    write_auth(d, "localhost", 0x45, 1);
    write_key(d);
    assert_false(err_is(created(d)));
    write_client(d, "webauthn.get", "http://localhost:8080", ",\"crossOrigin\":false");
    write_auth(d, "localhost", 0x05, 2);
    sign(d);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    arena_free(((struct device *)*state)->a);
    free(*state);
    return 0;
}

static void a_key_that_was_created_proves_itself(void **state)
{
    struct device *d = *state;
    int64_t counter = 0;
    assert_int_equal(d->factor.alg, EDDSA);
    assert_int_equal(d->factor.counter, 1);
    assert_int_equal(d->factor.credential.n, 16);
    assert_memory_equal(d->factor.secret.p, d->pk, sizeof d->pk);
    assert_false(err_is(proved(d, &counter)));
    assert_int_equal(counter, 2);
}

static void one_bit_less_proves_nothing(void **state)
{
    struct device *d = *state;
    int64_t counter;
    for (size_t i = 0; i < d->auth_n; i++) {
        d->auth[i] ^= 1;
        assert_true(err_is(proved(d, &counter)));
        d->auth[i] ^= 1;
    }
    for (size_t i = 0; i < sizeof d->signature; i += 5) {
        d->signature[i] ^= 1;
        assert_true(err_is(proved(d, &counter)));
        d->signature[i] ^= 1;
    }
    for (size_t n = 0; n < d->auth_n; n++) {
        size_t whole = d->auth_n;
        d->auth_n = n;
        assert_true(err_is(proved(d, &counter)));
        d->auth_n = whole;
    }
    assert_false(err_is(proved(d, &counter)));
}

/* Rightly signed, but for another act, page, challenge or domain, or of nobody verified. */
static void a_right_signature_of_the_wrong_thing_is_refused(void **state)
{
    static const struct {
        const char *what, *type, *origin, *more, *domain;
        uint8_t flags;
    } rows[] = {
        {"the act", "webauthn.create", "http://localhost:8080", "", "localhost", 5},
        {"the page", "webauthn.get", "http://localhost:8081", "", "localhost", 5},
        {"a longer page", "webauthn.get", "http://localhost:8080.evil.jp", "", "localhost", 5},
        {"no scheme", "webauthn.get", "localhost:8080", "", "localhost", 5},
        {"a frame", "webauthn.get", "http://localhost:8080", ",\"crossOrigin\":true", "localhost", 5},
        {"twice", "webauthn.get", "http://localhost:8080", ",\"type\":\"webauthn.get\"", "localhost", 5},
        {"the domain", "webauthn.get", "http://localhost:8080", "", "evil.jp", 5},
        {"nobody there", "webauthn.get", "http://localhost:8080", "", "localhost", 4},
        {"not verified", "webauthn.get", "http://localhost:8080", "", "localhost", 1},
    };
    struct device *d = *state;
    int64_t counter;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        write_client(d, rows[i].type, rows[i].origin, rows[i].more);
        write_auth(d, rows[i].domain, rows[i].flags, 3);
        sign(d);
        if (!err_is(proved(d, &counter)))
            fail_msg("%s", rows[i].what);
    }
    write_client(d, "webauthn.get", "http://localhost:8080", "");
    write_auth(d, "localhost", 5, 3);
    sign(d);
    assert_false(err_is(proved(d, &counter)));
    d->wanted.challenge[0] ^= 1;
    assert_true(err_is(proved(d, &counter)));
}

static void what_is_no_key_is_not_kept(void **state)
{
    struct device *d = *state;
    write_client(d, "webauthn.create", "http://localhost:8080", "");
    write_auth(d, "localhost", 0x45, 1);
    write_key(d);
    size_t whole = d->auth_n;
    for (size_t n = 0; n < whole; n++) {
        d->auth_n = n;
        assert_true(err_is(created(d)));
    }
    d->auth_n = whole;
    d->auth[37 + 16] = 0xff; /* an id longer than all there is */
    assert_true(err_is(created(d)));
    d->auth[37 + 16] = 0;
    assert_false(err_is(created(d)));
    snprintf(d->client, sizeof d->client, "[]");
    assert_true(err_is(created(d)));
}

static void a_domain_is_a_host_without_its_port(void **state)
{
    (void)state;
    assert_true(str_eq(org_passkey_domain(S("localhost:8080")), S("localhost")));
    assert_true(str_eq(org_passkey_domain(S("yagura.example.jp")), S("yagura.example.jp")));
    assert_true(str_eq(org_passkey_domain(S("web1")), S("web1")));
    assert_int_equal(org_passkey_domain(STR_NONE).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_that_was_created_proves_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(one_bit_less_proves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_right_signature_of_the_wrong_thing_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_key_is_not_kept, setup, teardown),
        cmocka_unit_test(a_domain_is_a_host_without_its_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
