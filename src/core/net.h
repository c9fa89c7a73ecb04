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
bool net_range_has(const struct net_range *r, const struct net_range *addr);
/* What one household or office has: /24 of IPv4, /56 of IPv6. */
struct net_range net_source(const struct net_range *addr);
/* As net_range_parse reads it. */
void net_put(struct buf *b, const struct net_range *r);

#endif
