/* SPDX-License-Identifier: Apache-2.0 */
/* First packets as a file that tcpdump and Wireshark read, and without the dark address for those
 * who may not know it. Pure. */
#ifndef DARKNET_DARKNET_PCAP_H
#define DARKNET_DARKNET_PCAP_H

#include "darknet/darknet_alert.h"

/* The header of a file of raw IP packets, microseconds, little endian (draft-ietf-opsawg-pcap). */
void darknet_pcap_begin(struct buf *b);
/* One record; nothing where the frame was not kept. */
void darknet_pcap_put(struct buf *b, const struct alert_packet *p);

/* Takes out of a frame what tells its dark address: its bytes wherever they stand (Mirai writes
 * them into the sequence number, an ICMP error quotes them, SIP spells them out), also cut off by
 * the end, and every checksum over them. What stands behind an IP header and is not TCP, UDP,
 * ICMP or IP is cut off: its checksums are not known here. Returns the bytes that are left. */
size_t darknet_pcap_mask(uint8_t *frame, size_t n, str dark);

#endif
