/* SPDX-License-Identifier: Apache-2.0 */
/* What an authenticator says, checked (WebAuthn level 2, sections 7.1 and 7.2; attestation "none"):
 * pure functions on foreign bytes. Nothing is believed of whoever sends them but the signature. */
#ifndef ORG_PASSKEY_H
#define ORG_PASSKEY_H

#include "org/org_sign_in.h"

enum { PASSKEY_CHALLENGE = 32, PASSKEY_CLIENT = 4096, PASSKEY_AUTH = 2048 }; /* bytes, the most */

enum passkey_act { PASSKEY_CREATE, PASSKEY_GET };

struct passkey_wanted {
    enum passkey_act act;
    str host; /* the request's: "yagura.example.jp", "localhost:8080" */
    uint8_t challenge[PASSKEY_CHALLENGE];
};

struct passkey_shown {
    struct bytes client_data; /* JSON */
    struct bytes auth_data;
    struct bytes signature;   /* of GET */
};

/* The domain that keys are bound to: the host without its port. */
str org_passkey_domain(str host);
/* A new key: fills credential, secret (the public key), alg and counter of out. INVALID: another
 * challenge, page or domain; the person was not verified; no key of ES256, EdDSA or RS256. */
MUST err org_passkey_created(struct arena *a, const struct passkey_wanted *w,
    const struct passkey_shown *s, struct factor *out);
/* The key of f signed this challenge, with the person verified. counter: what it counted. */
MUST err org_passkey_proved(const struct passkey_wanted *w, const struct passkey_shown *s,
    const struct factor *f, int64_t *counter);

extern const struct route org_passkey_routes[];
/* For a page that lets somebody in with a passkey: a new challenge, as text and sealed. */
MUST err org_passkey_ask(struct req *rq, str *challenge, str *sealed);

#endif
