/* SPDX-License-Identifier: Apache-2.0 */
/* Captures as files: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), as they
 * are or compressed by gzip or zstd, in either byte order. Read block by block through one buffer,
 * so that a file that is cut short while it is read harms nobody, and a pipe is as good as a file.
 *
 * A file that ends within a record, or whose lengths make no sense, is read up to there; what came
 * before counts. */
#ifndef SENSOR_CAPTURE_H
#define SENSOR_CAPTURE_H

#include "core/arena.h"
#include "core/jtime.h"

/* Kinds of frames (https://www.tcpdump.org/linktypes.html). */
enum capture_link {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_PPP = 9,
    LINK_RAW_BSD = 12,
    LINK_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_COOKED = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_COOKED_2 = 276,
};

struct capture_frame {
    const uint8_t *p; /* valid until the next call */
    uint32_t n;       /* bytes that were kept */
    uint32_t wire;    /* bytes on the wire; never below n */
    usec t;
    uint16_t link;
};

enum capture_end {
    CAPTURE_OPEN,   /* not at the end yet */
    CAPTURE_WHOLE,  /* ended after a record */
    CAPTURE_CUT,    /* ended within a record */
    CAPTURE_BROKEN, /* lengths that make no sense, or a damaged compression */
    CAPTURE_UNREAD, /* reading failed */
    CAPTURE_ENDS
};

struct capture; /* one file */

/* fd stays the caller's and must be open as long. INVALID: not a capture. IO, NOMEM. */
MUST err capture_new(int fd, struct capture **out);
void capture_free(struct capture *c);
/* At most `most` frames; 0 at the end, and then capture_end says which. */
size_t capture_next(struct capture *c, struct capture_frame *frame, size_t most);
enum capture_end capture_end(const struct capture *c);
/* Records of kinds of interfaces that were never described. */
uint64_t capture_skipped(const struct capture *c);

#endif
