/* SPDX-License-Identifier: Apache-2.0 */
/* What arrives in dark space within an hour, whoever sent it: packets and senders by service and tool,
 * and from which part of the world to which group of services. Bounded: 8,192 services, and what
 * has no room among them is counted as port 0 of its protocol.
 *
 * Senders are estimated (HyperLogLog, Flajolet et al., AofA 2007): all of them within about 2 %, those of
 * one service, by 64 registers, within about 13 %. */
#ifndef SENSOR_FACTS_H
#define SENSOR_FACTS_H

#include "sensor/mark.h"

/* By whom, as far as one packet tells. */
enum facts_by { BY_ANY, BY_MIRAI, BY_MASSCAN, BY_ZMAP, BY_NMAP, BY_ANSWER, FACTS_BY };

/* Groups of services, for the view from the world to the dark. */
enum facts_group {
    GROUP_TELNET,
    GROUP_SSH,
    GROUP_WINDOWS,  /* SMB, NetBIOS, RPC */
    GROUP_REMOTE,   /* remote desktops */
    GROUP_WEB,
    GROUP_DATABASE,
    GROUP_DEVICE,   /* routers, cameras, telephones */
    GROUP_AMPLIFY,  /* UDP that answers with more than it was asked */
    GROUP_ICMP,
    GROUP_ANSWER,   /* answers to forged packets */
    GROUP_OTHER,
    FACTS_GROUPS
};

enum { FACTS_NETS = 257, FACTS_TOLD = 500 }; /* upper 8 bits of an IPv4 sender, then IPv6; services told */

struct facts_service {
    uint64_t packets;
    uint32_t hosts;
    uint16_t port;
    uint8_t proto, by;
};

/* Counters of whoever brings the packets, since the sensor began. */
struct facts_lost {
    uint64_t seen, dropped, malformed;
};

struct facts;
/* The hour is over, or was asked for (sensor_facts_now). */
typedef void facts_tell(void *ctx, struct facts *f);

MUST err facts_new(facts_tell *tell, void *ctx, struct facts **out);
void facts_free(struct facts *f);
void facts_add(struct facts *f, const struct packet *p, struct address source, enum mark_kind kind, uint32_t marks);
void facts_lose(struct facts *f, struct facts_lost now);
/* Tells what has come of this hour, if there is more than when it was last told. */
void facts_flush(struct facts *f);
/* The next packet begins an hour of its own. */
void facts_end(struct facts *f);

/* ── within facts_tell ── */

struct facts_hour {
    usec hour, begin, end; /* the hour; first and last packet of it */
    uint64_t packets, hosts;
    struct facts_lost lost; /* within it */
    size_t n;
    struct facts_service service[FACTS_TOLD + 8 * FACTS_BY]; /* most packets first */
};
void facts_sum(struct facts *f, struct facts_hour *out);
uint32_t facts_world(const struct facts *f, size_t net, enum facts_group g);

const char *facts_by_name(enum facts_by b);       /* "mirai"; "any" */
const char *facts_group_name(enum facts_group g); /* "telnet" */

#endif
