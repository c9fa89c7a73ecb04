/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: files of reports. What is refused says why; of what is accepted every report has the hash that
 * was signed. */
#include "flow/flow_chain.h"

#include <jansson.h>
#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hashes(str json)
{
    json_t *root = json_loadb(json.p, json.n, JSON_ALLOW_NUL, NULL), *one;
    size_t i;
    BUG_IF(!root);
    json_array_foreach(json_object_get(root, "reports"), i, one) {
        const json_t *report = json_object_get(one, "report");
        uint8_t hash[CHAIN_HASH], signed_one[CHAIN_HASH];
        crypto_hash_sha256(hash, (const uint8_t *)json_string_value(report), json_string_length(report));
        BUG_IF(err_is(hex_parse(str_of(json_string_value(json_object_get(one, "hash"))), signed_one, CHAIN_HASH)));
        BUG_IF(memcmp(hash, signed_one, CHAIN_HASH) != 0);
    }
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str json = {(const char *)data, size}, why;
    BUF_AUTO out = BUF(1 << 20);
    ARENA_AUTO a = arena_new(16 << 20);
    BUG_IF(!a || sodium_init() < 0);
    err e = chain_verify(a, json, &out, &why);
    BUG_IF(err_is(e) && e.code != ERR_NOMEM && (why.n == 0 || !str_is_utf8(why)));
    BUG_IF(!err_is(e) && out.n == 0);
    if (!err_is(e))
        check_hashes(json);
    return 0;
}
