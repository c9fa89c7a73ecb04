/* SPDX-License-Identifier: Apache-2.0 */
/* Who is trusted, and the way back through X-Forwarded-For. */
#include "web/http_peer.h"

#include <arpa/inet.h>

enum { HOPS = 32 };

/* ── who is trusted ── */

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
        struct net_range *net = &out->nets[out->n++];
        TRY(net_range_parse(one, net));
        if (net->bits == 0)
            return ERR(INVALID); /* everybody */
    }
    return OK;
}

static bool is_trusted(const struct http_trust *t, const struct net_range *addr)
{
    for (size_t i = 0; i < t->n; i++)
        if (net_range_has(&t->nets[i], addr))
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

static bool peer_address(const struct sockaddr *peer, struct net_range *out)
{
    const struct sockaddr_in *v4 = (const void *)peer;
    const struct sockaddr_in6 *v6 = (const void *)peer;
    char z[INET6_ADDRSTRLEN];
    const char *text = !peer                 ? NULL
        : peer->sa_family == AF_INET         ? inet_ntop(AF_INET, &v4->sin_addr, z, sizeof z)
        : peer->sa_family == AF_INET6        ? inet_ntop(AF_INET6, &v6->sin6_addr, z, sizeof z)
                                             : NULL;
    return text && !err_is(net_addr_parse(str_of(text), out));
}

static str text_of(const struct net_range *addr, char dst[HTTP_CLIENT])
{
    return inet_ntop(addr->size == 4 ? AF_INET : AF_INET6, addr->b, dst, HTTP_CLIENT)
        ? str_of(dst) : STR_NONE;
}

str http_peer_client(const struct http_trust *t, const struct sockaddr *peer,
    const struct http_header *headers, size_t n, char dst[HTTP_CLIENT])
{
    struct net_range addr, further;
    struct hops hops = {.headers = headers, .n = n, .left = HOPS};
    str hop;
    bool known = peer_address(peer, &addr);
    bool trusted = known ? is_trusted(t, &addr) : t->unix_socket;
    while (trusted && hops_next(&hops, &hop) && !err_is(net_addr_parse(hop, &further))) {
        addr = further;
        known = true;
        trusted = is_trusted(t, &addr);
    }
    return known ? text_of(&addr, dst) : STR_NONE;
}
