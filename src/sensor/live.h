/* SPDX-License-Identifier: Apache-2.0 */
/* Frames as they arrive at an interface, through a ring shared with the kernel (TPACKET_V3,
 * Documentation/networking/packet_mmap.rst). What the kernel had no room for is counted. */
#ifndef SENSOR_LIVE_H
#define SENSOR_LIVE_H

#include "sensor/capture.h"

struct live;

struct live_stats {
    uint64_t seen, dropped; /* by the kernel: all that came; those there was no room for */
    uint64_t down;          /* times the interface went down */
};

/* Needs CAP_NET_RAW, here and never after. NOTFOUND: no such interface; DENIED; IO. */
MUST err live_open(const char *name, struct live **out);
void live_close(struct live *l);
/* Waits at most so many milliseconds; 0: nothing came. Frames are valid until the next call. NOTFOUND:
 * the interface is gone for good. */
MUST err live_next(struct live *l, int wait, struct capture_frame *frame, size_t most, size_t *n);
struct live_stats live_stats(struct live *l);

#endif
