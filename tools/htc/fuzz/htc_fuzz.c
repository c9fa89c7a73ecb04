/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes are compiled or refused with a message and a position. */
#include "htc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf h = BUF((size_t)64 << 20);
    struct buf c = BUF((size_t)64 << 20);
    struct htc_error e;
    err result = htc_compile(S("fuzz"), (str){(const char *)data, size}, &h, &c, &e);
    if (err_is(result))
        BUG_IF(e.text[0] == '\0' || e.line < 1 || e.col < 1);
    else
        BUG_IF(h.n == 0 || c.n == 0);
    buf_free(&h);
    buf_free(&c);
    return 0;
}
