/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges. */
#include "core/net.h"

#include <arpa/inet.h>
#include <string.h>

err net_addr_parse(str s, struct net_range *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    char z[INET6_ADDRSTRLEN];
    *out = (struct net_range){.size = 0};
    if (s.n == 0 || s.n >= sizeof z || memchr(s.p, '\0', s.n))
        return ERR(INVALID);
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    if (inet_pton(AF_INET, z, out->b) == 1) {
        out->size = 4;
    } else if (inet_pton(AF_INET6, z, out->b) == 1) {
        out->size = 16;
        if (memcmp(out->b, mapped, sizeof mapped) == 0) {
            struct net_range v4 = {.size = 4};
            memcpy(v4.b, out->b + sizeof mapped, 4);
            *out = v4;
        }
    } else {
        return ERR(INVALID);
    }
    out->bits = out->size * 8;
    return OK;
}

static struct net_range cut(const struct net_range *r, int bits)
{
    struct net_range out = {.size = r->size, .bits = bits};
    for (int i = 0; i < r->size; i++) {
        int left = bits - i * 8;
        uint8_t mask = left >= 8 ? 0xff : left <= 0 ? 0 : (uint8_t)(0xff00 >> left);
        out.b[i] = r->b[i] & mask;
    }
    return out;
}

err net_range_parse(str s, struct net_range *out)
{
    str addr;
    int64_t bits;
    bool ranged = memchr(s.p ? s.p : "", '/', s.n) != NULL;
    if (!ranged)
        return net_addr_parse(s, out);
    str_cut(&s, '/', &addr);
    struct net_range whole;
    TRY(net_addr_parse(addr, &whole));
    TRY(parse_i64(s, 0, whole.size * 8, &bits));
    *out = cut(&whole, (int)bits);
    return memcmp(out->b, whole.b, sizeof whole.b) == 0 ? OK : ERR(INVALID);
}

bool net_range_has(const struct net_range *r, const struct net_range *addr)
{
    struct net_range inside = cut(addr, r->bits);
    return r->size > 0 && r->size == addr->size && memcmp(inside.b, r->b, sizeof r->b) == 0;
}

struct net_range net_source(const struct net_range *addr)
{
    return cut(addr, addr->size == 4 ? 24 : addr->size == 16 ? 56 : 0);
}

void net_put(struct buf *b, const struct net_range *r)
{
    char z[INET6_ADDRSTRLEN];
    if (r->size == 0 || !inet_ntop(r->size == 4 ? AF_INET : AF_INET6, r->b, z, sizeof z))
        return;
    buf_str(b, str_of(z));
    if (r->bits < r->size * 8)
        buf_fmt(b, "/%d", r->bits);
}
