/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: argon2id by libsodium. */
#include "org/org_private.h"

#include <sodium.h>

enum { MEMORY = 19 << 20, PASSES = 2, KEY = 32 };

err org_password_hash(struct arena *a, str password, str *out)
{
    char text[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(text, password.p, password.n, PASSES, MEMORY) != 0)
        return ERR(NOMEM);
    *out = str_dup(a, str_of(text));
    return out->n ? OK : ERR(NOMEM);
}

err org_password_hash_salted(struct arena *a, str password, const uint8_t salt[16], str *out)
{
    enum { VARIANT = sodium_base64_VARIANT_ORIGINAL_NO_PADDING };
    uint8_t key[KEY];
    char salt64[sodium_base64_ENCODED_LEN(crypto_pwhash_SALTBYTES, VARIANT)];
    char key64[sodium_base64_ENCODED_LEN(KEY, VARIANT)];
    if (crypto_pwhash(key, sizeof key, password.p, password.n, salt, PASSES, MEMORY,
            crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ERR(NOMEM);
    sodium_bin2base64(salt64, sizeof salt64, salt, crypto_pwhash_SALTBYTES, VARIANT);
    sodium_bin2base64(key64, sizeof key64, key, sizeof key, VARIANT);
    *out = str_fmt(a, "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", MEMORY / 1024, PASSES, salt64, key64);
    return out->n ? OK : ERR(NOMEM);
}

/* Somebody who does not exist costs the same time: checked against a hash nobody can meet. */
bool org_password_verify(str hash, str password)
{
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char text[crypto_pwhash_STRBYTES] = {0};
    bool known = hash.n > 0 && hash.n < sizeof text;
    memcpy(text, known ? hash.p : nobody, known ? hash.n : sizeof nobody);
    bool fits = crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
    return fits && known;
}
