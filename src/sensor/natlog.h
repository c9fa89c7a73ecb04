/* SPDX-License-Identifier: Apache-2.0 */
/* One line of the log of a NAT or firewall: which inner host opened a session to whom, and as what
 * address and port it was seen outside. Pure: no allocation, no state but the last format, every read
 * within the line. The forms, and where each is described, are the rows of one table in natlog.c. */
#ifndef SENSOR_NATLOG_H
#define SENSOR_NATLOG_H

#include "core/jtime.h"
#include "sensor/address.h"

enum natlog_format {
    NATLOG_NETFILTER,
    NATLOG_CONNTRACK,
    NATLOG_ULOGD,
    NATLOG_ASA,
    NATLOG_FORTIGATE,
    NATLOG_PALOALTO,
    NATLOG_SRX,
    NATLOG_YAMAHA,
    NATLOG_NFDUMP,
    NATLOG_FORMATS /* as natlog_how.only: any */
};

extern const char *const natlog_names[NATLOG_FORMATS + 1]; /* "netfilter" …; ends with NULL */

/* Protocols as IP numbers them; ICMP of both families is 1, what is none of these is 0. */
enum { NATLOG_ICMP = 1, NATLOG_TCP = 6, NATLOG_UDP = 17 };

struct natlog_how {
    usec near;               /* a time without a year is the one nearest to this */
    bool utc;                /* a time without a zone is UTC, else JST */
    enum natlog_format only; /* lines of this format, or of any */
};

struct natlog_line {
    enum natlog_format format;
    usec first, last; /* of the session, as far as the line says; else both are the line's time */
    uint8_t protocol;
    bool has_dst, has_outer; /* whom it was sent to; as whom it was seen outside */
    struct address inner, dst, outer;
    uint16_t inner_port, dst_port, outer_port; /* 0: none said */
};

enum natlog_found {
    NATLOG_SESSION,
    NATLOG_ELSE,       /* not a line about a session of a known form */
    NATLOG_NO_TIME,    /* it is, but its time cannot be read or does not exist */
    NATLOG_NO_ADDRESS, /* it is, but its addresses, ports or protocol cannot be read */
    NATLOG_FOUND
};

/* *last: the format of the line before, tried first; any to begin with. out is filled for
 * NATLOG_SESSION; for NATLOG_NO_ADDRESS its times are. */
enum natlog_found natlog_read(const struct natlog_how *how, enum natlog_format *last, str line, struct natlog_line *out);

/* ── times (natlog_time.c) ── */

/* The time a line begins with, behind a <priority>: RFC 5424, RFC 3339 also with a blank and without
 * a zone, "2026/11/20 14:05:00", RFC 3164 also with a year or with UTC, GMT, JST behind it, seconds
 * since 1970 also in brackets. False: none, or one that does not exist. */
bool natlog_time_head(const struct natlog_how *how, str line, usec *out);
/* "2026-11-20" or "2026/11/20"; "14:05:00" also with a fraction; "+0900", "+09:00", "Z" or empty. */
bool natlog_time_parts(const struct natlog_how *how, str date, str time, str zone, usec *out);

/* ── files (natlog_file.c) ── */

enum { NATLOG_LINE_MOST = 64 * 1024 };
typedef void natlog_each(void *ctx, str line);
/* Lines of a log, plain, gzip or zstd, each without its end, to fn; *too_long counts those above
 * NATLOG_LINE_MOST, which are left out. fd stays the caller's. INVALID: damaged compression, what
 * came before counts; IO, NOMEM. */
MUST err natlog_file_each(int fd, natlog_each *fn, void *ctx, uint64_t *too_long);

#endif
