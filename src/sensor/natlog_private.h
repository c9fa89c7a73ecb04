/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the formats share (natlog.c, natlog_form.c). */
#ifndef SENSOR_NATLOG_PRIVATE_H
#define SENSOR_NATLOG_PRIVATE_H

#include "sensor/natlog.h"

/* Fills out but for its format. */
typedef enum natlog_found natlog_reader(const struct natlog_how *how, str line, struct natlog_line *out);

natlog_reader natlog_read_netfilter, natlog_read_conntrack, natlog_read_ulogd, natlog_read_fortigate, natlog_read_srx;
natlog_reader natlog_read_asa, natlog_read_paloalto, natlog_read_yamaha, natlog_read_nfdump;

/* Where part begins in s; s.n: nowhere. */
size_t natlog_find(str s, str part);
bool natlog_address(str s, struct address *out);
bool natlog_port(str s, uint16_t *out);
/* "6", "tcp", "TCP"; what is not known is protocol 0. False: nothing written. */
bool natlog_protocol(str s, uint8_t *out);
/* Digits, at most a year's seconds; else 0. */
usec natlog_seconds(str s);
/* As whom it was seen; nothing for 0.0.0.0 and ::, which say that nothing was translated. */
void natlog_outer(str address, str port, struct natlog_line *out);
/* "192.0.2.1/53", "2001:db8::1/53", with sep before the port. */
bool natlog_pair(str s, char sep, struct address *a, uint16_t *port);
/* The next word before a blank; empty at the end. */
str natlog_word(str *rest);

#endif
