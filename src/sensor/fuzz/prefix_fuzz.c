/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a file of ranges. What is taken is found again at both of its ends; what is refused
 * leaves a sentence. */
#include "sensor/prefix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO a = arena_new(64 << 20);
    struct prefix_owners owners;
    str why = STR_NONE;
    BUG_IF(!a);
    err e = prefix_file_read(a, (str){(const char *)data, size}, &owners, &why);
    BUG_IF(err_is(e) && why.n == 0);
    BUG_IF(!str_is_utf8(why));
    if (err_is(e))
        return 0;
    for (size_t i = 0; i < owners.n; i++)
        BUG_IF(owners.v[i].bodies.n == 0 || owners.v[i].role >= PREFIX_ROLES);
    for (uint32_t half = 0; half < 1 << 16; half += 257)
        BUG_IF(prefix_find(owners.table, address_v4(half << 16 | (half & 255))) > owners.n);
    BUG_IF(prefix_find(owners.table, (struct address){UINT64_MAX, UINT64_MAX}) > owners.n);
    prefix_table_free(owners.table);
    return 0;
}
