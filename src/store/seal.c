/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed bytes, by libsodium. */
#include "store/seal.h"

#include <sodium.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };
_Static_assert(NONCE + TAG == SEAL_ADDS, "what a seal adds");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SEAL_KEY, "the size of a key");

void seal_make(const uint8_t key[SEAL_KEY], str what, struct bytes plain, uint8_t *out)
{
    randombytes_buf(out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + NONCE, NULL, plain.p, plain.n, (const uint8_t *)what.p, what.n, NULL, out, key);
}

err seal_open(const uint8_t key[SEAL_KEY], str what, struct bytes sealed, uint8_t *out)
{
    if (sealed.n < SEAL_ADDS)
        return ERR(INVALID);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p + NONCE, sealed.n - NONCE,
        (const uint8_t *)what.p, what.n, sealed.p, key);
    return bad ? ERR(INVALID) : OK;
}

err seal_in(struct arena *a, const uint8_t key[SEAL_KEY], str what, struct bytes plain, struct bytes *sealed)
{
    uint8_t *p = arena_alloc(a, plain.n + SEAL_ADDS);
    if (!p)
        return ERR(NOMEM);
    seal_make(key, what, plain, p);
    *sealed = (struct bytes){p, plain.n + SEAL_ADDS};
    return OK;
}

err seal_out(struct arena *a, const uint8_t key[SEAL_KEY], str what, struct bytes sealed, struct bytes *plain)
{
    uint8_t *p = arena_alloc(a, sealed.n + 1);
    if (!p)
        return ERR(NOMEM);
    TRY(seal_open(key, what, sealed, p));
    *plain = (struct bytes){p, sealed.n - SEAL_ADDS};
    return OK;
}
