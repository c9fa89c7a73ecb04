/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 by libsodium, into buffers and with errors of ours. */
#include "core/base64.h"

#include <sodium.h>

enum { WITH_PADDING = sodium_base64_VARIANT_ORIGINAL };

err base64_decode(str s, uint8_t *out, size_t room, size_t *n)
{
    size_t pads = s.n < 2 ? 0 : (size_t)(s.p[s.n - 1] == '=') + (s.p[s.n - 2] == '=');
    *n = 0;
    if (s.n / 4 * 3 > room + pads)
        return ERR(LIMIT);
    bool well = sodium_base642bin(out, room, s.p ? s.p : "", s.n, NULL, n, NULL, WITH_PADDING) == 0;
    return well ? OK : ERR(INVALID);
}

void base64_put(struct buf *b, const void *p, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, WITH_PADDING); /* with the NUL at its end */
    if (!buf_reserve(b, room))
        return;
    sodium_bin2base64(b->p + b->n, room, p, n, WITH_PADDING);
    b->n += room - 1;
}
