/* SPDX-License-Identifier: Apache-2.0 */
/* Places one after the other, and round again. */
#include "sensor/ring.h"

struct ring {
    uint32_t last; /* number given out */
    uint32_t places;
    struct ring_frame frame[];
};

err ring_new(size_t memory, struct ring **out)
{
    size_t places = memory / sizeof(struct ring_frame);
    BUG_IF(places == 0 || places > UINT32_MAX);
    *out = calloc(1, sizeof **out + places * sizeof (*out)->frame[0]);
    if (*out)
        (*out)->places = (uint32_t)places;
    return *out ? OK : ERR(NOMEM);
}

void ring_free(struct ring *r)
{
    free(r);
}

uint32_t ring_put(struct ring *r, usec t, const uint8_t *bytes, size_t n, uint16_t wire)
{
    r->last += r->last == UINT32_MAX ? 2 : 1; /* 0 is a place nobody has written to */
    struct ring_frame *f = &r->frame[r->last % r->places];
    f->t = t;
    f->number = r->last;
    f->wire = wire;
    f->n = (uint16_t)(n < RING_BYTES ? n : RING_BYTES);
    memcpy(f->bytes, bytes, f->n);
    return r->last;
}

const struct ring_frame *ring_get(const struct ring *r, uint32_t number, usec t)
{
    const struct ring_frame *f = &r->frame[number % r->places];
    return number != 0 && f->number == number && f->t == t ? f : NULL;
}
