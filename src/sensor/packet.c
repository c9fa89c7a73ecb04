/* SPDX-License-Identifier: Apache-2.0 */
/* From the frame to the ports, header by header, each checked against what is left. */
#include "sensor/packet.h"

enum { TAGS_MOST = 8, EXTENSIONS_MOST = 8 };

enum ether_type {
    TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8,
    TYPE_QINQ_OLD = 0x9100, TYPE_MPLS = 0x8847, TYPE_PPPOE = 0x8864, TYPE_BRIDGED = 0x6558,
};

/* On the way of every packet: once for the frame itself, once more for what is inside. */
#define INLINE inline __attribute__((always_inline))

struct rest { /* bytes still to read */
    const uint8_t *p;
    size_t n;
};

static inline uint16_t be16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap16(v);
}

static inline uint32_t be32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap32(v);
}

static inline uint64_t be64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return __builtin_bswap64(v);
}

/* NULL: not so many are left. */
static inline const uint8_t *take(struct rest *r, size_t n)
{
    if (r->n < n)
        return NULL;
    const uint8_t *p = r->p;
    r->p += n;
    r->n -= n;
    return p;
}

/* ── the frame ── */

/* MPLS has no field that says what comes: the first half byte does. */
static uint16_t type_of_ip(const struct rest *r)
{
    return r->n == 0 ? 0 : r->p[0] >> 4 == 4 ? TYPE_IPV4 : r->p[0] >> 4 == 6 ? TYPE_IPV6 : 0;
}

static uint16_t skip_mpls(struct rest *r)
{
    const uint8_t *label;
    for (int i = 0; i < TAGS_MOST; i++) {
        label = take(r, 4);
        if (!label)
            return 0;
        if (label[2] & 1)
            return type_of_ip(r);
    }
    return 0;
}

static uint16_t skip_pppoe(struct rest *r)
{
    const uint8_t *p = take(r, 8);
    uint16_t ppp = p ? be16(p + 6) : 0;
    return ppp == 0x21 ? TYPE_IPV4 : ppp == 0x57 ? TYPE_IPV6 : 0;
}

/* What type of packet stands behind tags and labels. */
static __attribute__((noinline)) uint16_t skip_tags(struct rest *r, uint16_t type)
{
    for (int i = 0; i < TAGS_MOST; i++) {
        if (type != TYPE_VLAN && type != TYPE_QINQ && type != TYPE_QINQ_OLD)
            break;
        const uint8_t *tag = take(r, 4);
        if (!tag)
            return 0;
        type = be16(tag + 2);
    }
    return type == TYPE_MPLS ? skip_mpls(r) : type == TYPE_PPPOE ? skip_pppoe(r) : type;
}

static INLINE uint16_t ethernet(struct rest *r)
{
    const uint8_t *p = take(r, 14);
    uint16_t type = p ? be16(p + 12) : 0;
    return type == TYPE_IPV4 || type == TYPE_IPV6 || !p ? type : skip_tags(r, type);
}

static __attribute__((noinline)) uint16_t cooked(struct rest *r, size_t size, size_t type)
{
    const uint8_t *p = take(r, size);
    return p ? skip_tags(r, be16(p + type)) : 0;
}

/* The family of BSD: in the byte order of who captured. AF_INET is 2 everywhere, AF_INET6 24, 28 or 30. */
static uint16_t loopback(struct rest *r)
{
    return take(r, 4) ? type_of_ip(r) : 0;
}

static uint16_t ppp(struct rest *r)
{
    if (r->n >= 2 && r->p[0] == 0xff && r->p[1] == 0x03)
        take(r, 2);
    const uint8_t *p = take(r, 2);
    return p ? be16(p) == 0x21 ? TYPE_IPV4 : be16(p) == 0x57 ? TYPE_IPV6 : 0 : 0;
}

static __attribute__((noinline)) uint16_t link_type(uint16_t link, struct rest *r)
{
    switch (link) {
    case LINK_COOKED: return cooked(r, 16, 14);
    case LINK_COOKED_2: return cooked(r, 20, 0);
    case LINK_NULL:
    case LINK_LOOP: return loopback(r);
    case LINK_PPP: return ppp(r);
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
    case LINK_IPV4:
    case LINK_IPV6: return type_of_ip(r);
    default: return 0;
    }
}

/* ── IP ── */

static INLINE enum packet_read ipv4(struct rest *r, struct packet *out)
{
    if (r->n < 20)
        return PACKET_SHORT;
    const uint8_t *p = r->p;
    size_t head = (p[0] & 15U) * 4, size = be16(p + 2);
    if (p[0] >> 4 != 4 || head < 20 || (size < head && size != 0))
        return PACKET_MALFORMED;
    out->size = (uint16_t)size;
    out->ip_id = be16(p + 4);
    uint16_t part = be16(p + 6);
    out->piece = part & 0x1fff ? PIECE_LATER : part & 0x2000 ? PIECE_FIRST : PIECE_WHOLE;
    out->ttl = p[8];
    out->proto = p[9];
    out->src = address_v4(be32(p + 12));
    out->dst = address_v4(be32(p + 16));
    if (size != 0 && r->n > size) /* 0: the card cut the packet up after it was captured */
        r->n = size; /* what follows is padding of the frame */
    if (!take(r, head)) {
        out->cut = true;
        *r = (struct rest){0};
    }
    return PACKET_IP;
}

/* Walks over extension headers to what they stand before. */
static enum packet_read extensions(struct rest *r, struct packet *out)
{
    enum { HOP = 0, ROUTE = 43, PIECE = 44, AUTH = 51, OPTIONS = 60, MOBILE = 135, HIP = 139, SHIM = 140 };
    for (int i = 0; i < EXTENSIONS_MOST; i++) {
        uint8_t kind = out->proto;
        if (kind != HOP && kind != ROUTE && kind != PIECE && kind != AUTH && kind != OPTIONS &&
            kind != MOBILE && kind != HIP && kind != SHIM)
            return PACKET_IP;
        if (r->n < 8)
            break;
        size_t size = kind == PIECE ? 8 : kind == AUTH ? (r->p[1] + 2U) * 4 : (r->p[1] + 1U) * 8;
        if (kind == PIECE) {
            uint16_t part = be16(r->p + 2);
            out->piece = part & 0xfff8 ? PIECE_LATER : part & 1 ? PIECE_FIRST : PIECE_WHOLE;
            out->ip_id = be16(r->p + 6);
        }
        out->proto = r->p[0];
        if (!take(r, size))
            break;
        if (kind == PIECE && out->piece == PIECE_LATER)
            return PACKET_IP;
    }
    out->cut = true; /* cut off, or more of them than anybody needs */
    *r = (struct rest){0};
    return PACKET_IP;
}

static enum packet_read ipv6(struct rest *r, struct packet *out)
{
    if (r->n < 40)
        return PACKET_SHORT;
    const uint8_t *p = r->p;
    size_t size = be16(p + 4);
    if (p[0] >> 4 != 6)
        return PACKET_MALFORMED;
    out->size = (uint16_t)(size > UINT16_MAX - 40 ? UINT16_MAX : size + 40);
    out->proto = p[6];
    out->ttl = p[7];
    out->src = (struct address){be64(p + 8), be64(p + 16)};
    out->dst = (struct address){be64(p + 24), be64(p + 32)};
    take(r, 40);
    if (size != 0 && r->n > size) /* 0: a jumbogram, or cut up after capture */
        r->n = size;
    return extensions(r, out);
}

/* ── what IP carries ── */

static INLINE void carried(struct rest *r, struct packet *out)
{
    out->load = r->p;
    out->loads = (uint16_t)(r->n > UINT16_MAX ? UINT16_MAX : r->n);
}

static INLINE void tcp(struct rest *r, struct packet *out)
{
    const uint8_t *p = take(r, 20);
    if (!p) {
        out->cut = true;
        if (r->n >= 4) {
            out->sport = be16(r->p);
            out->dport = be16(r->p + 2);
        }
        return;
    }
    out->sport = be16(p);
    out->dport = be16(p + 2);
    out->seq = be32(p + 4);
    out->ack = be32(p + 8);
    out->flags = p[13];
    out->window = be16(p + 14);
    size_t head = (p[12] >> 4) * 4U, options = head > 20 ? head - 20 : 0;
    out->option = r->p;
    out->options = (uint16_t)(options < r->n ? options : r->n);
    out->cut = head < 20 || options > r->n;
    take(r, out->options);
    carried(r, out);
}

static INLINE void udp(struct rest *r, struct packet *out)
{
    const uint8_t *p = take(r, 8);
    out->cut = !p;
    if (!p)
        return;
    out->sport = be16(p);
    out->dport = be16(p + 2);
    carried(r, out);
}

/* Of the packet an error quotes at least the header and 8 bytes are there (RFC 792, RFC 4443). */
static __attribute__((noinline)) void quoted(struct rest *r, struct packet *out)
{
    struct packet in = {0};
    uint16_t type = type_of_ip(r);
    enum packet_read e = type == TYPE_IPV4 ? ipv4(r, &in) : type == TYPE_IPV6 ? ipv6(r, &in) : PACKET_OTHER;
    if (e != PACKET_IP)
        return;
    out->quoting = true;
    out->quote.src = in.src;
    out->quote.dst = in.dst;
    out->quote.proto = in.proto;
    out->quote.sport = out->quote.dport = 0;
    if ((in.proto == PROTO_TCP || in.proto == PROTO_UDP) && in.piece != PIECE_LATER && r->n >= 4) {
        out->quote.sport = be16(r->p);
        out->quote.dport = be16(r->p + 2);
    }
}

static bool is_error(const struct packet *p)
{
    if (p->proto == PROTO_ICMP6)
        return p->type >= 1 && p->type <= 4;
    return p->type == 3 || p->type == 4 || p->type == 5 || p->type == 11 || p->type == 12;
}

static void icmp(struct rest *r, struct packet *out)
{
    const uint8_t *p = take(r, 8);
    out->cut = !p;
    if (!p)
        return;
    out->type = p[0];
    out->code = p[1];
    carried(r, out);
    if (is_error(out))
        quoted(r, out);
}

static INLINE enum packet_read ip(struct rest *r, uint16_t type, struct packet *out)
{
    const struct rest whole = *r;
    enum packet_read e = type == TYPE_IPV4 ? ipv4(r, out)
        : type == TYPE_IPV6                ? ipv6(r, out)
                                           : PACKET_OTHER;
    size_t most = out->size ? out->size : UINT16_MAX; /* what is beyond it is padding of the frame */
    out->ip = whole.p;
    out->kept = (uint16_t)(whole.n < most ? whole.n : most);
    if (e != PACKET_IP || out->cut || out->piece == PIECE_LATER)
        return e;
    switch (out->proto) {
    case PROTO_TCP: tcp(r, out); break;
    case PROTO_UDP: udp(r, out); break;
    case PROTO_ICMP:
    case PROTO_ICMP6: icmp(r, out); break;
    default: carried(r, out);
    }
    return e;
}

/* Field by field: the quote, which few packets have, is left as it is, and a whole struct set to 0
 * costs as much as all the reading. */
static INLINE void begin(struct packet *out, usec t)
{
    out->t = t;
    out->seq = out->ack = 0;
    out->sport = out->dport = out->window = out->ip_id = out->size = 0;
    out->proto = out->ttl = out->flags = out->type = out->code = 0;
    out->piece = PIECE_WHOLE;
    out->cut = out->quoting = false;
    out->option = out->load = NULL;
    out->options = out->loads = 0;
}

enum packet_read packet_read(const struct capture_frame *f, struct packet *out)
{
    struct rest r = {f->p, f->n};
    begin(out, f->t);
    uint16_t type = f->link == LINK_ETHERNET ? ethernet(&r) : link_type(f->link, &r);
    return ip(&r, type, out);
}

/* ── tunnels ── */

/* draft-foschiano-erspan, 4.3: 12 bytes, of which the last two say what is inside (0 Ethernet, 2 IP) and whether 8
 * more bytes follow. */
static uint16_t erspan_3(struct rest *r)
{
    const uint8_t *p = take(r, 12);
    if (!p || p[0] >> 4 != 2 || (p[11] & 1 && !take(r, 8)))
        return 0;
    unsigned kind = (p[10] >> 2) & 0x1f;
    return kind == 0 ? ethernet(r) : kind == 2 ? type_of_ip(r) : 0;
}

/* RFC 8926: version 0, a header of 8 bytes and options in words of 4; bit 0x80 of the second byte marks packets
 * of the tunnel's own. */
static uint16_t geneve(struct rest *r)
{
    const uint8_t *p = take(r, 8);
    if (!p || p[0] >> 6 != 0 || p[1] & 0x80 || !take(r, (p[0] & 0x3fU) * 4))
        return 0;
    uint16_t type = be16(p + 2);
    return type == TYPE_BRIDGED ? ethernet(r) : type == TYPE_IPV4 || type == TYPE_IPV6 ? type : 0;
}

/* RFC 7348: the flag of a valid network number. */
static uint16_t vxlan(struct rest *r)
{
    const uint8_t *p = take(r, 8);
    return p && p[0] == 0x08 ? ethernet(r) : 0;
}

/* RFC 4380, 5.1.1: an authentication and an origin may stand before IPv6, which begins with a half byte of 6. */
static uint16_t teredo(struct rest *r)
{
    enum { AUTH_HEAD = 4, AUTH_TAIL = 9, ORIGIN = 8 };
    if (r->n > 1 && r->p[0] == 0 && r->p[1] == 1) {
        const uint8_t *p = take(r, AUTH_HEAD);
        if (!p || !take(r, (size_t)p[2] + p[3] + AUTH_TAIL))
            return 0;
    }
    if (r->n > 1 && r->p[0] == 0 && r->p[1] == 0 && !take(r, ORIGIN))
        return 0;
    return type_of_ip(r) == TYPE_IPV6 ? TYPE_IPV6 : 0;
}

static uint16_t over_udp(const struct packet *p, struct rest *r)
{
    if (p->dport == TUNNEL_VXLAN)
        return vxlan(r);
    if (p->dport == TUNNEL_GENEVE)
        return geneve(r);
    return p->dport == TUNNEL_TEREDO || p->sport == TUNNEL_TEREDO ? teredo(r) : 0;
}

/* RFC 2784, 2890; the old version 1 carries PPP and is left alone. */
static uint16_t gre(struct rest *r)
{
    const uint8_t *p = take(r, 4);
    if (!p || p[1] & 7)
        return 0;
    size_t more = (p[0] & 0x80 ? 4U : 0) + (p[0] & 0x20 ? 4U : 0) + (p[0] & 0x10 ? 4U : 0);
    uint16_t type = be16(p + 2);
    if (!take(r, more))
        return 0;
    if (type == 0x88be) /* ERSPAN II: a header of 8 bytes when there is a sequence number */
        return !(p[0] & 0x10) || take(r, 8) ? ethernet(r) : 0;
    if (type == 0x22eb)
        return erspan_3(r);
    return type == TYPE_BRIDGED ? ethernet(r) : type;
}

bool packet_inner(const struct packet *p, struct packet *out)
{
    struct rest r = {p->load, p->loads};
    uint16_t type = 0;
    if (p->cut || !p->load || p->piece != PIECE_WHOLE)
        return false;
    switch (p->proto) {
    case PROTO_IPV4: type = TYPE_IPV4; break;
    case PROTO_IPV6: type = TYPE_IPV6; break;
    case PROTO_GRE: type = gre(&r); break;
    case PROTO_UDP: type = over_udp(p, &r); break;
    default: return false;
    }
    begin(out, p->t);
    return ip(&r, type, out) == PACKET_IP;
}
