/* SPDX-License-Identifier: Apache-2.0 */
/* Deriving the key, signing and checking. */
#include "store/sign.h"

#include <sodium.h>

err sign_key_load(struct db *db, struct sign_key *out)
{
    uint8_t secret[crypto_kdf_KEYBYTES], seed[crypto_sign_SEEDBYTES];
    DB_ONE(db, r, SQL("SELECT value FROM setting WHERE name='secret'"), V0);
    TRY(hex_parse(row_view(&r, 0), secret, sizeof secret));
    crypto_kdf_derive_from_key(seed, sizeof seed, 1, "YG-SIGN1", secret);
    crypto_sign_seed_keypair(out->public_key, out->secret_key, seed);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(seed, sizeof seed);
    return OK;
}

void sign_key_done(struct sign_key *k)
{
    sodium_memzero(k, sizeof *k);
}

void sign_make(const struct sign_key *k, str text, uint8_t out[SIGN_BYTES])
{
    crypto_sign_detached(out, NULL, (const unsigned char *)text.p, text.n, k->secret_key);
}

bool sign_is_good(
    const uint8_t public_key[SIGN_PUBLIC], str text, const uint8_t signature[SIGN_BYTES])
{
    return crypto_sign_verify_detached(
               signature, (const unsigned char *)text.p, text.n, public_key) == 0;
}
