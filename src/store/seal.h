/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed bytes: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random nonce in front. What a seal is
 * for is bound into it, so that one can never be opened as another: a fact of one case not as that of
 * another, an organisation's key not as a case's. */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "core/arena.h"
#include "core/buf.h"

enum { SEAL_KEY = 32, SEAL_ADDS = 40 };

/* out: plain.n + SEAL_ADDS bytes. */
void seal_make(const uint8_t key[SEAL_KEY], str what, struct bytes plain, uint8_t *out);
/* out: sealed.n - SEAL_ADDS bytes. INVALID: not of this key, not for this, or changed. */
MUST err seal_open(const uint8_t key[SEAL_KEY], str what, struct bytes sealed, uint8_t *out);
/* The same into the arena. */
MUST err seal_in(struct arena *a, const uint8_t key[SEAL_KEY], str what, struct bytes plain, struct bytes *sealed);
MUST err seal_out(struct arena *a, const uint8_t key[SEAL_KEY], str what, struct bytes sealed, struct bytes *plain);

#endif
