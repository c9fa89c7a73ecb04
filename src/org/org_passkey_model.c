/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticators by libfido2, which checks signatures; challenge, origin, type, domain and flags
 * are ours to check. */
#include "org/org_passkey.h"

#include <fido/err.h>
#include <fido/param.h>
#include <fido/types.h>
#include <jansson.h>
#include <sodium.h>

/* As fido.h and its parts declare them: they bring OpenSSL's headers along, in which names stand
 * that do not compile here. */
fido_cred_t *fido_cred_new(void);
void fido_cred_free(fido_cred_t **);
int fido_cred_set_type(fido_cred_t *, int);
int fido_cred_set_authdata_raw(fido_cred_t *, const unsigned char *, size_t);
size_t fido_cred_id_len(const fido_cred_t *);
const unsigned char *fido_cred_id_ptr(const fido_cred_t *);
size_t fido_cred_pubkey_len(const fido_cred_t *);
const unsigned char *fido_cred_pubkey_ptr(const fido_cred_t *);
fido_assert_t *fido_assert_new(void);
void fido_assert_free(fido_assert_t **);
int fido_assert_set_clientdata_hash(fido_assert_t *, const unsigned char *, size_t);
int fido_assert_set_rp(fido_assert_t *, const char *);
int fido_assert_set_up(fido_assert_t *, fido_opt_t);
int fido_assert_set_uv(fido_assert_t *, fido_opt_t);
int fido_assert_set_count(fido_assert_t *, size_t);
int fido_assert_set_authdata_raw(fido_assert_t *, size_t, const unsigned char *, size_t);
int fido_assert_set_sig(fido_assert_t *, size_t, const unsigned char *, size_t);
int fido_assert_verify(const fido_assert_t *, size_t, int, const void *);
es256_pk_t *es256_pk_new(void);
void es256_pk_free(es256_pk_t **pk);
int es256_pk_from_ptr(es256_pk_t *pk, const void *p, size_t n);
eddsa_pk_t *eddsa_pk_new(void);
void eddsa_pk_free(eddsa_pk_t **pk);
int eddsa_pk_from_ptr(eddsa_pk_t *pk, const void *p, size_t n);
rs256_pk_t *rs256_pk_new(void);
void rs256_pk_free(rs256_pk_t **pk);
int rs256_pk_from_ptr(rs256_pk_t *pk, const void *p, size_t n);

enum { FLAGS_AT = 32, COUNTER_AT = 33, HEAD = 37, PRESENT = 1, VERIFIED = 4, HAS_KEY = 64 };

str org_passkey_domain(str host)
{
    size_t n = host.n;
    while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
        n--;
    return n > 0 && n < host.n && host.p[n - 1] == ':' ? str_sub(host, 0, n - 1) : host;
}

static bool says(const json_t *o, const char *name, str want)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) &&
        str_eq((str){json_string_value(v), json_string_length(v)}, want);
}

static bool origin_fits(const json_t *o, str host)
{
    const json_t *v = json_object_get(o, "origin");
    str s = {json_string_value(v), json_string_length(v)};
    static const str schemes[] = {S("https://"), S("http://")};
    for (size_t i = 0; s.p && i < COUNT_OF(schemes); i++)
        if (str_starts(s, schemes[i]))
            return str_eq(str_sub(s, schemes[i].n, s.n), host);
    return false;
}

static bool client_fits(const struct passkey_wanted *w, struct bytes client)
{
    enum { BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    char challenge[sodium_base64_ENCODED_LEN(PASSKEY_CHALLENGE, BASE64)];
    json_error_t why;
    if (client.n == 0 || client.n > PASSKEY_CLIENT)
        return false;
    sodium_bin2base64(challenge, sizeof challenge, w->challenge, sizeof w->challenge, BASE64);
    json_t *o = json_loadb((const char *)client.p, client.n, JSON_REJECT_DUPLICATES, &why);
    bool fits = json_is_object(o) &&
        says(o, "type", w->act == PASSKEY_CREATE ? S("webauthn.create") : S("webauthn.get")) &&
        says(o, "challenge", str_of(challenge)) && origin_fits(o, w->host) &&
        !json_is_true(json_object_get(o, "crossOrigin"));
    json_decref(o);
    return fits;
}

static bool auth_fits(const struct passkey_wanted *w, struct bytes auth)
{
    uint8_t domain[crypto_hash_sha256_BYTES];
    str name = org_passkey_domain(w->host);
    int flags = PRESENT | VERIFIED | (w->act == PASSKEY_CREATE ? HAS_KEY : 0);
    if (auth.n < HEAD || auth.n > PASSKEY_AUTH || name.n == 0)
        return false;
    crypto_hash_sha256(domain, (const uint8_t *)name.p, name.n);
    return memcmp(domain, auth.p, sizeof domain) == 0 && (auth.p[FLAGS_AT] & flags) == flags;
}

static int64_t counter_of(struct bytes auth)
{
    const uint8_t *p = auth.p + COUNTER_AT;
    return (int64_t)p[0] << 24 | (int64_t)p[1] << 16 | (int64_t)p[2] << 8 | p[3];
}

static struct bytes copy(struct arena *a, const unsigned char *p, size_t n)
{
    uint8_t *to = arena_alloc(a, n);
    if (to)
        memcpy(to, p, n);
    return (struct bytes){to, to ? n : 0};
}

/* libfido2 wants to know the kind of key before it reads it. */
static bool read_key(struct arena *a, struct bytes auth, int alg, struct factor *out)
{
    fido_cred_t *c = fido_cred_new();
    bool found = c && fido_cred_set_type(c, alg) == FIDO_OK &&
        fido_cred_set_authdata_raw(c, auth.p, auth.n) == FIDO_OK && fido_cred_id_len(c) > 0 &&
        fido_cred_id_len(c) <= 1023 && fido_cred_pubkey_len(c) > 0;
    if (found) {
        out->alg = alg;
        out->credential = copy(a, fido_cred_id_ptr(c), fido_cred_id_len(c));
        out->secret = copy(a, fido_cred_pubkey_ptr(c), fido_cred_pubkey_len(c));
    }
    fido_cred_free(&c);
    return found;
}

err org_passkey_created(struct arena *a, const struct passkey_wanted *w,
    const struct passkey_shown *s, struct factor *out)
{
    static const int algs[] = {COSE_ES256, COSE_EDDSA, COSE_RS256};
    bool found = false;
    if (!client_fits(w, s->client_data) || !auth_fits(w, s->auth_data))
        return ERR(INVALID);
    for (size_t i = 0; i < COUNT_OF(algs) && !found; i++)
        found = read_key(a, s->auth_data, algs[i], out);
    out->counter = counter_of(s->auth_data);
    return !found ? ERR(INVALID) : arena_failed(a) ? ERR(NOMEM) : OK;
}

/* ── the signature ── */

static bool signed_by(fido_assert_t *proof, const struct factor *f)
{
    const unsigned char *key = f->secret.p;
    bool good = false;
    if (f->alg == COSE_ES256) {
        es256_pk_t *pk = es256_pk_new();
        good = pk && es256_pk_from_ptr(pk, key, f->secret.n) == FIDO_OK &&
            fido_assert_verify(proof, 0, COSE_ES256, pk) == FIDO_OK;
        es256_pk_free(&pk);
    } else if (f->alg == COSE_EDDSA) {
        eddsa_pk_t *pk = eddsa_pk_new();
        good = pk && eddsa_pk_from_ptr(pk, key, f->secret.n) == FIDO_OK &&
            fido_assert_verify(proof, 0, COSE_EDDSA, pk) == FIDO_OK;
        eddsa_pk_free(&pk);
    } else if (f->alg == COSE_RS256) {
        rs256_pk_t *pk = rs256_pk_new();
        good = pk && rs256_pk_from_ptr(pk, key, f->secret.n) == FIDO_OK &&
            fido_assert_verify(proof, 0, COSE_RS256, pk) == FIDO_OK;
        rs256_pk_free(&pk);
    }
    return good;
}

err org_passkey_proved(const struct passkey_wanted *w, const struct passkey_shown *s,
    const struct factor *f, int64_t *counter)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    char domain[256];
    str name = org_passkey_domain(w->host);
    if (!client_fits(w, s->client_data) || !auth_fits(w, s->auth_data) ||
        name.n >= sizeof domain || s->signature.n == 0)
        return ERR(INVALID);
    memcpy(domain, name.p, name.n);
    domain[name.n] = '\0';
    crypto_hash_sha256(hash, s->client_data.p, s->client_data.n);
    fido_assert_t *proof = fido_assert_new();
    bool good = proof && fido_assert_set_clientdata_hash(proof, hash, sizeof hash) == FIDO_OK &&
        fido_assert_set_rp(proof, domain) == FIDO_OK &&
        fido_assert_set_up(proof, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_uv(proof, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_count(proof, 1) == FIDO_OK &&
        fido_assert_set_authdata_raw(proof, 0, s->auth_data.p, s->auth_data.n) == FIDO_OK &&
        fido_assert_set_sig(proof, 0, s->signature.p, s->signature.n) == FIDO_OK &&
        signed_by(proof, f);
    fido_assert_free(&proof);
    *counter = counter_of(s->auth_data);
    return good ? OK : ERR(INVALID);
}
