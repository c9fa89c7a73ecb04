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

err net_range_read(str s, struct net_range *out, bool *loose)
{
    str addr;
    int64_t bits;
    *loose = false;
    if (!memchr(s.p ? s.p : "", '/', s.n))
        return net_addr_parse(s, out);
    str_cut(&s, '/', &addr);
    struct net_range whole;
    TRY(net_addr_parse(addr, &whole));
    TRY(parse_i64(s, 0, whole.size * 8, &bits));
    *out = cut(&whole, (int)bits);
    *loose = memcmp(out->b, whole.b, sizeof whole.b) != 0;
    return OK;
}

err net_range_parse(str s, struct net_range *out)
{
    bool loose;
    TRY(net_range_read(s, out, &loose));
    return loose ? ERR(INVALID) : OK;
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

/* ── how ranges lie to each other ── */

enum net_relation net_relate(const struct net_range *a, const struct net_range *b)
{
    if (a->size != b->size || a->size == 0)
        return NET_APART;
    if (a->bits >= b->bits && net_range_has(b, a))
        return a->bits == b->bits ? NET_SAME : NET_INSIDE;
    return net_range_has(a, b) ? NET_AROUND : NET_APART;
}

void net_first(const struct net_range *r, uint8_t key[NET_KEY])
{
    key[0] = (uint8_t)r->size;
    memcpy(key + 1, r->b, sizeof r->b);
}

void net_last(const struct net_range *r, uint8_t key[NET_KEY])
{
    net_first(r, key);
    for (int i = r->bits; i < r->size * 8; i++)
        key[1 + i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* ── what addresses are for ── */

static const struct {
    const char *range;
    enum net_use use;
} special[] = {
    {"10.0.0.0/8", NET_PRIVATE}, {"172.16.0.0/12", NET_PRIVATE}, {"192.168.0.0/16", NET_PRIVATE},
    {"100.64.0.0/10", NET_PRIVATE}, {"fc00::/7", NET_PRIVATE},
    {"192.0.2.0/24", NET_DOCUMENTATION}, {"198.51.100.0/24", NET_DOCUMENTATION},
    {"203.0.113.0/24", NET_DOCUMENTATION}, {"198.18.0.0/15", NET_DOCUMENTATION},
    {"2001:db8::/32", NET_DOCUMENTATION}, {"3fff::/20", NET_DOCUMENTATION},
    {"0.0.0.0/8", NET_SPECIAL}, {"127.0.0.0/8", NET_SPECIAL}, {"169.254.0.0/16", NET_SPECIAL},
    {"192.0.0.0/24", NET_SPECIAL}, {"192.88.99.0/24", NET_SPECIAL}, {"224.0.0.0/3", NET_SPECIAL},
    /* Of IPv6 only 2000::/3 is given out; in it, what is kept for protocols, and 6to4. */
    {"::/3", NET_SPECIAL}, {"4000::/2", NET_SPECIAL}, {"8000::/1", NET_SPECIAL},
    {"2001::/23", NET_SPECIAL}, {"2002::/16", NET_SPECIAL},
};

enum net_use net_use_of(const struct net_range *r)
{
    for (size_t i = 0; i < COUNT_OF(special); i++) {
        struct net_range s;
        if (err_is(net_range_parse(str_of(special[i].range), &s)) ||
            net_relate(r, &s) != NET_APART)
            return special[i].use;
    }
    return NET_PUBLIC;
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
