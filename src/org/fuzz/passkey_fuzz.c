/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: what an authenticator says, for a new key and as a proof, and codes as typed.
 * Layout: one byte for the kind, two for the length of the JSON, the JSON, the rest. */
#include "org/org_passkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t algs[] = {-7, -8, -257, 0};
    uint8_t hash[32];
    int64_t counter;
    if (size < 3)
        return 0;
    ARENA_AUTO a = arena_new(1 << 20);
    size_t n = (size_t)(data[1] << 8 | data[2]);
    n = n < size - 3 ? n : size - 3;
    struct passkey_wanted w = {.host = S("localhost:8080")};
    struct passkey_shown s = {.client_data = {data + 3, n},
        .auth_data = {data + 3 + n, size - 3 - n}};
    struct factor f = {.alg = algs[data[0] % COUNT_OF(algs)]};
    w.act = data[0] & 0x80 ? PASSKEY_CREATE : PASSKEY_GET;
    if (w.act == PASSKEY_CREATE) {
        err e = org_passkey_created(a, &w, &s, &f);
        BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID);
        BUG_IF(!err_is(e) && (f.credential.n == 0 || f.secret.n == 0));
    } else {
        size_t half = s.auth_data.n / 2;
        f.secret = (struct bytes){s.auth_data.p, half < 300 ? half : 300};
        s.signature = (struct bytes){s.auth_data.p + half, s.auth_data.n - half};
        err e = org_passkey_proved(&w, &s, &f, &counter);
        BUG_IF(e.code != ERR_INVALID); /* nobody finds a signature */
    }
    err e = org_recovery_hash((str){(const char *)data, size}, hash);
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID);
    return 0;
}
