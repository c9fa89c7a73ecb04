/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds of ranges, and addresses as text. */
#include "sensor/address.h"

static uint64_t big(const uint8_t *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

void address_bounds(const struct net_range *r, struct address *first, struct address *last)
{
    int bits = r->size == 4 ? r->bits + 96 : r->bits;
    *first = r->size == 4 ? address_v4((uint32_t)big(r->b, 4))
                          : (struct address){big(r->b, 8), big(r->b + 8, 8)};
    *last = *first;
    if (bits < 64)
        last->hi |= bits == 0 ? UINT64_MAX : UINT64_MAX >> bits;
    if (bits <= 64)
        last->lo = UINT64_MAX;
    else if (bits < 128)
        last->lo |= UINT64_MAX >> (bits - 64);
}

void address_put(struct buf *b, struct address a)
{
    struct net_range r = {.size = 16, .bits = 128};
    if (address_is_v4(a)) { /* millions of them, in a storm */
        for (int i = 24; i >= 0; i -= 8) {
            buf_i64(b, a.lo >> i & 255);
            if (i)
                buf_char(b, '.');
        }
        return;
    }
    for (int i = 0; i < 8; i++) {
        r.b[i] = (uint8_t)(a.hi >> (56 - 8 * i));
        r.b[8 + i] = (uint8_t)(a.lo >> (56 - 8 * i));
    }
    net_put(b, &r);
}
