/* SPDX-License-Identifier: Apache-2.0 */
/* An address of either family in 128 bits: IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so that one
 * type, one comparison and one hash serve both. Host byte order. */
#ifndef SENSOR_ADDRESS_H
#define SENSOR_ADDRESS_H

#include "core/buf.h"
#include "core/net.h"

struct address {
    uint64_t hi, lo;
};

#define ADDRESS_V4_MARK ((uint64_t)0xffff << 32)

static inline struct address address_v4(uint32_t v4)
{
    return (struct address){0, ADDRESS_V4_MARK | v4};
}

static inline bool address_is_v4(struct address a)
{
    return a.hi == 0 && a.lo >> 32 == 0xffff;
}

static inline bool address_eq(struct address a, struct address b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static inline int address_cmp(struct address a, struct address b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo == b.lo ? 0 : a.lo < b.lo ? -1 : 1;
}

/* Mixes all 64 bits into all 64 (the finisher of MurmurHash3, which is a bijection). */
static inline uint64_t address_mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdU;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53U;
    return x ^ x >> 33;
}

static inline uint64_t address_hash(struct address a)
{
    return address_mix(a.lo ^ address_mix(a.hi + 0x9e3779b97f4a7c15U));
}

/* First and last address of a range. */
void address_bounds(const struct net_range *r, struct address *first, struct address *last);
/* "192.0.2.1", "2001:db8::1" (RFC 5952). */
void address_put(struct buf *b, struct address a);

#endif
