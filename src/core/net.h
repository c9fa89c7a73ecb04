/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of the network and ranges of them, from text. An IPv4 address written inside IPv6
 * (::ffff:192.0.2.1) is the IPv4 address. */
#ifndef CORE_NET_H
#define CORE_NET_H

#include "core/buf.h"

struct net_range {
    uint8_t b[16];
    int size; /* bytes of an address: 4 or 16; 0: none */
    int bits; /* of b that count; those behind them are 0 */
};

/* "192.0.2.1", "2001:db8::1": all bits count. INVALID: anything else, a zone ("%eth0") too. */
MUST err net_addr_parse(str s, struct net_range *out);
/* The same or "192.0.2.0/24". INVALID also when bits behind the length are set: whoever writes
 * 192.0.2.7/24 may have meant one address or 256. */
MUST err net_range_parse(str s, struct net_range *out);
/* As net_range_parse, but bits behind the length are cut off, and *loose says that there were any:
 * for a message that suggests 192.0.2.0/24. */
MUST err net_range_read(str s, struct net_range *out, bool *loose);
bool net_range_has(const struct net_range *r, const struct net_range *addr);
/* What one household or office has: /24 of IPv4, /56 of IPv6. */
struct net_range net_source(const struct net_range *addr);
/* How a lies to b. */
enum net_relation { NET_APART, NET_SAME, NET_INSIDE, NET_AROUND };
enum net_relation net_relate(const struct net_range *a, const struct net_range *b);
/* The first and the last address with the family in front: as bytes they sort like the addresses,
 * IPv4 before IPv6. */
enum { NET_KEY = 17 };
void net_first(const struct net_range *r, uint8_t key[NET_KEY]);
void net_last(const struct net_range *r, uint8_t key[NET_KEY]);
/* What the registries keep the addresses for (IANA special-purpose registries of IPv4 and IPv6). A
 * range of which any part is special is not public; the first use that is found counts. */
enum net_use {
    NET_PUBLIC,
    NET_PRIVATE,       /* inside a network: RFC 1918, 6598, 4193 */
    NET_DOCUMENTATION, /* examples and measurements: RFC 5737, 3849, 9637, 2544 */
    NET_SPECIAL        /* loopback, link, multicast, not given out … */
};
enum net_use net_use_of(const struct net_range *r);
/* As net_range_parse reads it. */
void net_put(struct buf *b, const struct net_range *r);

#endif
