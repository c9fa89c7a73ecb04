/* SPDX-License-Identifier: Apache-2.0 */
/* Seals: what a page carries for the program and nobody else may read or make, under a key of the
 * installation's own, one for each purpose. */
#include "web/web_private.h"

#include "store/seal.h"

#include <sodium.h>

enum { BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

/* No purpose is as long as a session's hash, which the same key signs elsewhere. */
static void seal_key(
    const struct web *w, const char *purpose, uint8_t key[crypto_auth_hmacsha256_BYTES])
{
    size_t n = strlen(purpose);
    BUG_IF(n == 0 || n >= WEB_SECRET_HASH);
    crypto_auth_hmacsha256(key, (const uint8_t *)purpose, n, w->csrf_key);
}

str req_seal(struct req *rq, const char *purpose, struct bytes plain)
{
    uint8_t key[crypto_auth_hmacsha256_BYTES];
    size_t n = plain.n + SEAL_ADDS, text_n = sodium_base64_encoded_len(n, BASE64);
    uint8_t *box = arena_alloc(rq->a, n);
    char *text = arena_alloc(rq->a, text_n);
    if (!box || !text)
        return STR_NONE;
    seal_key(rq->web, purpose, key);
    seal_make(key, STR_NONE, plain, box);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(text, text_n, box, n, BASE64);
    return str_of(text);
}

err req_unseal(struct req *rq, const char *purpose, str text, struct bytes *plain)
{
    uint8_t key[crypto_auth_hmacsha256_BYTES];
    size_t n;
    uint8_t *box = arena_alloc(rq->a, text.n + 1);
    uint8_t *out = arena_alloc(rq->a, text.n + 1);
    if (!box || !out)
        return ERR(NOMEM);
    if (sodium_base642bin(box, text.n + 1, text.p ? text.p : "", text.n, NULL, &n, NULL,
            BASE64) != 0 || n < SEAL_ADDS)
        return ERR(INVALID);
    seal_key(rq->web, purpose, key);
    err e = seal_open(key, STR_NONE, (struct bytes){box, n}, out);
    sodium_memzero(key, sizeof key);
    *plain = (struct bytes){out, n - SEAL_ADDS};
    return e;
}
