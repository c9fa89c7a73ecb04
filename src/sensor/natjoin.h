/* SPDX-License-Identifier: Apache-2.0 */
/* Which inner host sent the packets of an episode: its first packets against lines of a NAT's log.
 * Pure on values; memory grows with the episodes, never with the log. */
#ifndef SENSOR_NATJOIN_H
#define SENSOR_NATJOIN_H

#include "core/arena.h"
#include "sensor/natlog.h"

enum {
    NATJOIN_PACKETS = 64, /* of an episode; those behind them are not looked for */
    NATJOIN_HOSTS = 16,   /* of an episode; those found later are counted */
    NATJOIN_CLOCKS = 5
};

/* By how much the log's clock may be ahead: not, or an hour (a forgotten zone), or nine (UTC for JST). */
extern const usec natjoin_clocks[NATJOIN_CLOCKS];

struct natjoin_packet {
    usec time;
    struct address dark;
    uint16_t source_port, port; /* of ICMP and the like not compared */
    uint8_t protocol;           /* as natlog_line has it */
};

struct natjoin_host {
    struct address inner;
    unsigned clock;    /* place in natjoin_clocks */
    uint64_t packets;  /* bit i: packet[i] fits a line */
    uint64_t exact;    /* of those: translated address and port, destination and its port fit */
    uint64_t same;     /* of those: the line's own port is the packet's */
    usec first, last;  /* times of the lines that fit */
    uint64_t lines;
};

struct natjoin_episode {
    struct address source;
    const struct natjoin_packet *packet;
    size_t packets, beyond; /* looked for; more than NATJOIN_PACKETS */
    struct natjoin_host *host; /* after natjoin_judge the likeliest first, all of one clock */
    size_t hosts;
    uint64_t lost; /* after natjoin_judge: lines of hosts there was no room for */
    uint64_t lost_at[NATJOIN_CLOCKS];
};

/* certain: one packet or more is exact. */
bool natjoin_is_certain(const struct natjoin_host *h);

struct natjoin;

/* e stays the caller's and is filled. within: microseconds either way. */
MUST err natjoin_new(struct arena *a, struct natjoin_episode *e, size_t n, usec within, struct natjoin **out);
void natjoin_line(struct natjoin *j, const struct natlog_line *l);
/* When all is read: hosts by one clock stay, the log's own where anything fits by it; but translated
 * ports that fit by another alone go before a mere likelihood. */
void natjoin_judge(struct natjoin *j);
/* NOMEM after a host that had no memory. */
MUST err natjoin_status(const struct natjoin *j);

/* ── episodes as JSON (natjoin_read.c) ── */

struct natjoin_episodes {
    struct natjoin_episode *v;
    size_t n;
    usec first, last; /* of all packets; 0: none */
};

/* Before a sandbox is entered: the JSON library takes its chance from a file. */
void natjoin_start(void);
/* Objects one after the other or in an array, as README.md describes an episode; totals of --stats are
 * passed over. INVALID: *why says in Japanese what is wrong with which. */
MUST err natjoin_read(struct arena *a, str json, struct natjoin_episodes *out, str *why);

#endif
