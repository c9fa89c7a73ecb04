/* SPDX-License-Identifier: Apache-2.0 */
/* The installation's signature (Ed25519): what left the machine can be told from what somebody else
 * wrote. The key is derived from the setting "secret", so there is nothing more to keep; whoever
 * holds the machine can sign too. */
#ifndef STORE_SIGN_H
#define STORE_SIGN_H

#include "store/db.h"

enum { SIGN_PUBLIC = 32, SIGN_BYTES = 64 };

struct sign_key {
    uint8_t public_key[SIGN_PUBLIC];
    uint8_t secret_key[64];
};

/* NOTFOUND: the database has no "secret". Wipe it with sign_key_done. */
MUST err sign_key_load(struct db *db, struct sign_key *out);
void sign_key_done(struct sign_key *k);
/* Plain Ed25519 (RFC 8032). The text begins with a word for its kind ("yagura-backup-1 …"), so that
 * no text can stand for one of another kind. */
void sign_make(const struct sign_key *k, str text, uint8_t out[SIGN_BYTES]);
bool sign_is_good(
    const uint8_t public_key[SIGN_PUBLIC], str text, const uint8_t signature[SIGN_BYTES]);

#endif
