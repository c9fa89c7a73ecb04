/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: lines and proofs that somebody brings. What is taken for one keeps its promises. */
#include "anchor/anchor_model.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct anchor_witness w;
    struct anchor_path p;
    uint8_t root[ANCHOR_HASH];
    if (sodium_init() < 0)
        return 0;
    err e = anchor_witness_parse(text, &w);
    BUG_IF(!err_is(e) && (w.body < 0 || w.seq < 0 || w.chains < 0 || !str_is_utf8(w.time)));
    p.length = 0;
    e = anchor_proof_parse(text, &p, &w);
    BUG_IF(p.length > ANCHOR_LEVELS);
    if (!err_is(e) || p.length > 0)
        IGNORE(anchor_path_root(&p, root)); /* any answer will do, a crash will not */
    return 0;
}
