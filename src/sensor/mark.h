/* SPDX-License-Identifier: Apache-2.0 */
/* What one packet looks like by itself: its kind, and the marks that tools and stacks leave in it.
 * Each mark is a row with the source of the rule; what follows for a source of many packets is
 * decided in judge.h. */
#ifndef SENSOR_MARK_H
#define SENSOR_MARK_H

#include "sensor/packet.h"

enum mark_kind {
    KIND_SYN,        /* asks for a TCP connection */
    KIND_ODD,        /* TCP, neither a first packet nor an answer: NULL, FIN, Xmas, bare ACK, data */
    KIND_UDP,        /* UDP that asks */
    KIND_ECHO,       /* ICMP that asks: echo, timestamp, address mask */
    KIND_SYNACK,     /* from here: answers */
    KIND_RST,
    KIND_UDP_REPLY,
    KIND_ICMP_REPLY,
    KIND_ICMP_ERROR, /* quotes a packet */
    KIND_PIECE,      /* a later fragment: no header to look at */
    KIND_OTHER,
    MARK_KINDS
};

enum mark {
    MARK_MIRAI,
    MARK_MASSCAN,
    MARK_ZMAP,       /* by a sign nobody else leaves */
    MARK_ZMAP_WEAK,  /* fits zmap, and could be something else */
    MARK_NMAP,
    MARK_NMAP_WEAK,
    MARK_LINUX,
    MARK_WINDOWS,
    MARK_BSD,        /* macOS, iOS, FreeBSD */
    MARK_BARE,       /* a SYN without any option: no operating system's own */
    MARK_EXPLOIT,    /* a first payload known of a worm or an attack */
    MARK_AMPLIFY,    /* a first payload that looks for amplifiers */
    MARK_IMPOSSIBLE, /* port 0, source = destination, contradicting flags */
    MARK_SERVICE,    /* asks a service that machines are set up to ask: syslog, DNS, NTP, … */
    MARK_SPREAD,     /* asks a service that worms spread by */
    MARKS
};

struct mark_row {
    enum mark mark;
    const char *name;   /* "mirai" */
    const char *rule;   /* in words */
    const char *source; /* where the rule is from */
};
extern const struct mark_row mark_rows[MARKS];

const char *mark_kind_name(enum mark_kind k); /* "syn_ack" */

/* Bits 1 << enum mark. First what is counted of every packet: its kind and the marks of tools; then,
 * for packets from bodies, the rest. *load: place in mark_loads plus 1 of the payload that was known,
 * or 0. */
uint32_t mark_tool(const struct packet *p, enum mark_kind *kind);
uint32_t mark_more(const struct packet *p, enum mark_kind kind, uint32_t marks, unsigned *load);

static inline bool mark_is_answer(enum mark_kind k)
{
    return k >= KIND_SYNACK && k <= KIND_ICMP_ERROR;
}

struct mark_load {
    uint8_t proto;
    uint16_t port; /* 0: any */
    uint8_t at, n; /* these bytes of the payload … */
    const char *bytes;
    uint16_t size; /* exact size of the payload; 0: any */
    enum mark mark;
    const char *name;
};
extern const struct mark_load mark_loads[];
extern const size_t mark_loads_n;

/* "syslog"; NULL: not among them. */
const char *mark_service_of(uint8_t proto, uint16_t port);
/* The value of the TCP option "timestamps" (RFC 7323); false: there is none. */
bool mark_timestamp(const struct packet *p, uint32_t *value, uint32_t *echo);

#endif
