/* SPDX-License-Identifier: Apache-2.0 */
/* Places one after the other, and round again. */
#include "sensor/ring.h"

enum { PLACES = RING_MEMORY / sizeof(struct ring_frame) };

struct ring {
    uint32_t last; /* number given out */
    struct ring_frame frame[PLACES];
};

err ring_new(struct ring **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : ERR(NOMEM);
}

void ring_free(struct ring *r)
{
    free(r);
}

uint32_t ring_put(struct ring *r, usec t, const uint8_t *bytes, size_t n, uint16_t wire)
{
    r->last += r->last == UINT32_MAX ? 2 : 1; /* 0 is a place nobody has written to */
    struct ring_frame *f = &r->frame[r->last % PLACES];
    f->t = t;
    f->number = r->last;
    f->wire = wire;
    f->n = (uint16_t)(n < RING_BYTES ? n : RING_BYTES);
    memcpy(f->bytes, bytes, f->n);
    return r->last;
}

const struct ring_frame *ring_get(const struct ring *r, uint32_t number, usec t)
{
    const struct ring_frame *f = &r->frame[number % PLACES];
    return number != 0 && f->number == number && f->t == t ? f : NULL;
}
