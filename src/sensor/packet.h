/* SPDX-License-Identifier: Apache-2.0 */
/* What one packet says of itself: addresses, ports, and what tells tools and stacks apart. Every
 * read is within the bytes that were kept; nothing is allocated; nothing is copied but numbers.
 *
 * Ethernet with VLAN, QinQ and MPLS, PPPoE, Linux cooked, raw IP; IPv4 with options, IPv6 with
 * extension headers (RFC 8200), fragments; TCP, UDP, ICMP, ICMPv6 with the packet an error quotes.
 * What a tunnel carries is one layer deeper: packet_inner. */
#ifndef SENSOR_PACKET_H
#define SENSOR_PACKET_H

#include "sensor/address.h"
#include "sensor/capture.h"

enum packet_proto { PROTO_ICMP = 1, PROTO_IPV4 = 4, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_IPV6 = 41,
    PROTO_GRE = 47, PROTO_ICMP6 = 58 };

enum packet_tcp { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32,
    TCP_ECE = 64, TCP_CWR = 128 };

enum packet_piece { PIECE_WHOLE, PIECE_FIRST, PIECE_LATER }; /* of a fragmented packet */

enum packet_read {
    PACKET_IP,        /* good as far as it was kept */
    PACKET_OTHER,     /* no IP in it: ARP, LLDP, a kind of frame we do not read */
    PACKET_SHORT,     /* the addresses themselves were cut off by the capture */
    PACKET_MALFORMED, /* lengths that contradict each other */
    PACKET_READS
};

struct packet {
    usec t;
    struct address src, dst;
    uint32_t seq, ack;
    uint16_t sport, dport; /* TCP, UDP */
    uint16_t window, ip_id;
    uint16_t size; /* bytes of the IP packet, by its header */
    uint8_t proto, ttl, flags, type, code;
    uint8_t piece;  /* enum packet_piece */
    bool cut;       /* the header after IP is not all there: what is below it is 0 */
    bool quoting;   /* an ICMP error with a readable packet inside: */
    struct {        /* without, nothing stands here */
        struct address src, dst;
        uint16_t sport, dport;
        uint8_t proto;
    } quote;
    const uint8_t *option, *load; /* TCP options; what TCP, UDP or ICMP carry */
    uint16_t options, loads;
    const uint8_t *ip; /* the packet itself, from its IP header on */
    uint16_t kept;     /* bytes of it that were captured, at least its header */
};

enum packet_read packet_read(const struct capture_frame *f, struct packet *out);
enum packet_tunnel_port { TUNNEL_TEREDO = 3544, TUNNEL_VXLAN = 4789, TUNNEL_GENEVE = 6081 };

/* The packet inside p, when p is a tunnel: IPIP, 6in4, 4in6, GRE with ERSPAN II and III, VXLAN, Geneve; Teredo
 * in either direction.
 * False: it is none, or what it carries is no IP packet. */
bool packet_inner(const struct packet *p, struct packet *out);

#endif
