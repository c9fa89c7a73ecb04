/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, networks, and the way back through X-Forwarded-For. */
#include "web/http_peer.h"

#include <arpa/inet.h>

enum { HOPS = 32, V4_BITS = 96 };

static const uint8_t v4_mapped[12] = {[10] = 0xFF, [11] = 0xFF};

struct ip {
    uint8_t v[16]; /* IPv4 as ::ffff:a.b.c.d */
};

static bool is_v4(const uint8_t v[16])
{
    return memcmp(v, v4_mapped, sizeof v4_mapped) == 0;
}

static struct ip ip_of_v4(const void *four)
{
    struct ip ip;
    memcpy(ip.v, v4_mapped, sizeof v4_mapped);
    memcpy(ip.v + sizeof v4_mapped, four, 4);
    return ip;
}

static bool parse_ip(str s, struct ip *out)
{
    char z[INET6_ADDRSTRLEN];
    struct in_addr v4;
    if (s.n == 0 || s.n >= sizeof z || memchr(s.p, '\0', s.n))
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    if (inet_pton(AF_INET, z, &v4) == 1) {
        *out = ip_of_v4(&v4);
        return true;
    }
    return inet_pton(AF_INET6, z, out->v) == 1;
}

static str ip_text(const struct ip *ip, char dst[HTTP_CLIENT])
{
    bool v4 = is_v4(ip->v);
    const void *from = v4 ? ip->v + sizeof v4_mapped : ip->v;
    return inet_ntop(v4 ? AF_INET : AF_INET6, from, dst, HTTP_CLIENT) ? str_of(dst) : STR_NONE;
}

/* ── who is trusted ── */

static uint8_t mask_byte(int bits, size_t i)
{
    int left = bits - (int)i * 8;
    return left >= 8 ? 0xFF : left <= 0 ? 0 : (uint8_t)(0xFF << (8 - left));
}

static bool is_in(const struct http_net *net, const struct ip *ip)
{
    for (size_t i = 0; i < sizeof ip->v; i++)
        if ((ip->v[i] ^ net->ip[i]) & mask_byte(net->bits, i))
            return false;
    return true;
}

static err parse_net(str s, struct http_net *net)
{
    str rest = s, address;
    struct ip ip;
    int64_t bits;
    if (!str_cut(&rest, '/', &address) || !parse_ip(address, &ip))
        return ERR(INVALID);
    int base = is_v4(ip.v) ? V4_BITS : 0;
    bits = 128 - base;
    if (address.n < s.n)
        TRY(parse_i64(rest, 1, 128 - base, &bits));
    net->bits = (int)bits + base;
    memcpy(net->ip, ip.v, sizeof net->ip);
    for (size_t i = 0; i < sizeof ip.v; i++)
        if (ip.v[i] & ~mask_byte(net->bits, i))
            return ERR(INVALID); /* 10.0.0.1/8: one of the two is a slip */
    return OK;
}

err http_trust_parse(str list, struct http_trust *out)
{
    str one;
    *out = (struct http_trust){0};
    if (str_ends(list, S(",")))
        return ERR(INVALID);
    while (str_cut(&list, ',', &one)) {
        one = str_trim(one);
        if (str_eq(one, S("unix"))) {
            out->unix_socket = true;
            continue;
        }
        if (out->n == HTTP_TRUSTED)
            return ERR(LIMIT);
        TRY(parse_net(one, &out->nets[out->n++]));
    }
    return OK;
}

static bool is_trusted(const struct http_trust *t, const struct ip *ip)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_in(&t->nets[i], ip))
            return true;
    return false;
}

/* ── the way back ── */

/* Cuts the last element off a list. */
static str cut_last(str *list)
{
    size_t at = list->n;
    while (at > 0 && list->p[at - 1] != ',')
        at--;
    str last = str_trim(str_sub(*list, at, list->n));
    *list = str_sub(*list, 0, at > 0 ? at - 1 : 0);
    return last;
}

/* Hops from the last to the first, over all fields of the name. */
struct hops {
    const struct http_header *headers;
    size_t n; /* headers not looked at yet */
    str list;
    int left;
};

static bool hops_next(struct hops *h, str *hop)
{
    static const char name[] = "x-forwarded-for";
    while (h->list.n == 0 && h->n > 0) {
        const struct http_header *field = &h->headers[--h->n];
        if (field->name.n == sizeof name - 1 &&
            strncasecmp(field->name.p, name, sizeof name - 1) == 0)
            h->list = field->value;
    }
    if (h->list.n == 0 || h->left-- == 0)
        return false;
    *hop = cut_last(&h->list);
    return true;
}

static bool peer_ip(const struct sockaddr *peer, struct ip *ip)
{
    const struct sockaddr_in *v4 = (const void *)peer;
    const struct sockaddr_in6 *v6 = (const void *)peer;
    if (peer && peer->sa_family == AF_INET)
        *ip = ip_of_v4(&v4->sin_addr);
    else if (peer && peer->sa_family == AF_INET6)
        memcpy(ip->v, &v6->sin6_addr, sizeof ip->v);
    else
        return false;
    return true;
}

str http_peer_client(const struct http_trust *t, const struct sockaddr *peer,
    const struct http_header *headers, size_t n, char dst[HTTP_CLIENT])
{
    struct ip ip, hop_ip;
    struct hops hops = {.headers = headers, .n = n, .left = HOPS};
    str hop;
    bool known = peer_ip(peer, &ip);
    bool trusted = known ? is_trusted(t, &ip) : t->unix_socket;
    while (trusted && hops_next(&hops, &hop) && parse_ip(hop, &hop_ip)) {
        ip = hop_ip;
        known = true;
        trusted = is_trusted(t, &ip);
    }
    return known ? ip_text(&ip, dst) : STR_NONE;
}
