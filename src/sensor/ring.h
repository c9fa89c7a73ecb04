/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of packets as they were seen, for evidence: a ring of fixed size in which the newest
 * takes the place of the oldest. Whoever kept a number asks for it again, and is told when it is gone. */
#ifndef SENSOR_RING_H
#define SENSOR_RING_H

#include "core/err.h"
#include "core/jtime.h"

#include <stdint.h>

enum { RING_BYTES = 160 };

struct ring_frame {
    usec t;        /* of the packet: a number alone comes again after 4,294,967,295 */
    uint32_t number;
    uint16_t wire; /* bytes the packet had */
    uint16_t n;
    uint8_t bytes[RING_BYTES];
};

struct ring;

/* For as many packets as fit into so much memory, of which only what has been written is resident. NOMEM. */
MUST err ring_new(size_t memory, struct ring **out);
void ring_free(struct ring *r);
/* Keeps at most RING_BYTES of them. The number is never 0. */
uint32_t ring_put(struct ring *r, usec t, const uint8_t *bytes, size_t n, uint16_t wire);
/* NULL: it has been overwritten. Valid until the next ring_put. */
const struct ring_frame *ring_get(const struct ring *r, uint32_t number, usec t);

#endif
