/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a pcap file, and the mask. */
#include "darknet/darknet_pcap.h"

static void put_number(struct buf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_char(b, (char)(v >> 8 * i & 0xff));
}

void darknet_pcap_begin(struct buf *b)
{
    enum { MICROSECONDS = 0xa1b2, MAGIC_LOW = 0xc3d4, SNAP = 65535, RAW = 101 };
    put_number(b, MAGIC_LOW, 2);
    put_number(b, MICROSECONDS, 2);
    put_number(b, 2, 2);
    put_number(b, 4, 2);
    put_number(b, 0, 8);
    put_number(b, SNAP, 4);
    put_number(b, RAW, 4);
}

void darknet_pcap_put(struct buf *b, const struct alert_packet *p)
{
    size_t n = p->frame.n;
    if (n == 0)
        return;
    put_number(b, (uint64_t)(p->at / USEC_SECOND), 4);
    put_number(b, (uint64_t)(p->at % USEC_SECOND), 4);
    put_number(b, n, 4);
    put_number(b, p->wire > (int64_t)n ? (uint64_t)p->wire : n, 4);
    buf_put(b, (const char *)p->frame.p, n);
}

/* ── the mask ── */

static bool is_same(uint8_t x, uint8_t y)
{
    bool letter = (y >= 'a' && y <= 'f'); /* of IPv6 in words */
    return x == y || (letter && x == y - 32);
}

/* Also the beginning of it that the end of the frame cut off: of two bytes or more. */
static void blank(uint8_t *p, size_t n, const uint8_t *what, size_t len)
{
    for (size_t at = 0; at < n; at++) {
        size_t k = 0;
        while (k < len && at + k < n && is_same(p[at + k], what[k]))
            k++;
        if (k == len || (at + k == n && k >= 2))
            memset(p + at, 0, k);
    }
}

static void zero(uint8_t *p, size_t n, size_t at)
{
    for (size_t i = at; i < at + 2 && i < n; i++)
        p[i] = 0;
}

enum { ICMP = 1, IPV4 = 4, TCP = 6, UDP = 17, IPV6 = 41, ICMPV6 = 58 };

static bool quotes(uint8_t protocol, uint8_t type)
{
    return protocol == ICMP ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12 : type < 128;
}

/* What follows an IP header: its checksum goes. inner: where another IP header follows; 0: none. */
static bool clear_payload(uint8_t *p, size_t n, uint8_t protocol, size_t *inner)
{
    bool icmp = protocol == ICMP || protocol == ICMPV6;
    *inner = 0;
    if (protocol == TCP)
        zero(p, n, 16);
    else if (protocol == UDP)
        zero(p, n, 6);
    else if (icmp)
        zero(p, n, 2);
    if (icmp && n > 8 && quotes(protocol, p[0]))
        *inner = 8;
    return protocol == TCP || protocol == UDP || icmp;
}

/* Past the extension headers of IPv6 (RFC 8200, section 4), at most eight. */
static size_t past_extensions(const uint8_t *p, size_t n, uint8_t *protocol)
{
    size_t at = 40;
    for (int i = 0; i < 8 && at + 8 <= n; i++) {
        if (*protocol != 0 && *protocol != 43 && *protocol != 44 && *protocol != 60)
            break;
        size_t len = *protocol == 44 ? 8 : (size_t)(p[at + 1] + 1) * 8;
        *protocol = p[at];
        at += len;
    }
    return at < n ? at : n;
}

/* Checksums of one IP header and what it carries. Returns the bytes to keep; *next: where an inner
 * IP header begins, 0 when there is none. */
static size_t clear_layer(uint8_t *p, size_t n, size_t *next)
{
    bool four = n >= 20 && p[0] >> 4 == 4, six = n >= 40 && p[0] >> 4 == 6;
    size_t head = four ? (size_t)(p[0] & 15) * 4 : 40, inner = 0;
    *next = 0;
    if ((!four && !six) || head < 20 || head > n)
        return 0;
    uint8_t protocol = four ? p[9] : p[6];
    if (four)
        zero(p, n, 10);
    else
        head = past_extensions(p, n, &protocol);
    if (protocol == IPV4 || protocol == IPV6) {
        *next = head;
        return n;
    }
    if (!clear_payload(p + head, n - head, protocol, &inner))
        return head;
    *next = inner ? head + inner : 0;
    return n;
}

static size_t clear_checksums(uint8_t *p, size_t n)
{
    size_t at = 0;
    for (int depth = 0; depth < 8; depth++) {
        size_t next, keep = clear_layer(p + at, n - at, &next);
        n = at + keep;
        if (next == 0)
            return n;
        at += next;
    }
    return at;
}

size_t darknet_pcap_mask(uint8_t *frame, size_t n, str dark)
{
    struct net_range r;
    BUF_AUTO text = BUF(64);
    if (err_is(net_addr_parse(dark, &r)))
        return 0;
    net_put(&text, &r);
    if (err_is(buf_status(&text)))
        return 0;
    n = clear_checksums(frame, n);
    blank(frame, n, r.b, (size_t)r.size);
    blank(frame, n, (const uint8_t *)text.p, text.n);
    return n;
}
