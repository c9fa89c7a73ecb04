/* SPDX-License-Identifier: Apache-2.0 */
/* A log as lines, through one buffer. */
#include "sensor/natlog.h"

#include "sensor/capture_bytes.h"

enum { ROOM = 1 << 20 };

struct lines {
    char *p;
    size_t n;     /* bytes in p: the beginning of a line first */
    bool skip;    /* within a line that is too long */
    uint64_t *too_long;
    natlog_each *fn;
    void *ctx;
};

static void tell(struct lines *l, const char *p, size_t n)
{
    bool skip = l->skip;
    l->skip = false;
    if (skip)
        return;
    if (n > 0 && p[n - 1] == '\r')
        n--;
    if (n > NATLOG_LINE_MOST)
        ++*l->too_long;
    else if (n > 0)
        l->fn(l->ctx, (str){p, n});
}

/* All whole lines of the buffer; what is left moves to its front. */
static void cut(struct lines *l)
{
    const char *p = l->p, *end = l->p + l->n, *stop;
    while (p < end && (stop = memchr(p, '\n', (size_t)(end - p)))) {
        tell(l, p, (size_t)(stop - p));
        p = stop + 1;
    }
    l->n = (size_t)(end - p);
    if (l->n > NATLOG_LINE_MOST + 1) {
        *l->too_long += !l->skip;
        l->skip = true;
        l->n = 0;
    }
    memmove(l->p, p, l->n);
}

static err read_all(struct capture_bytes *b, struct lines *l)
{
    for (size_t got;;) {
        TRY(capture_bytes_read(b, (uint8_t *)l->p + l->n, ROOM - l->n, &got));
        if (got == 0)
            return OK;
        l->n += got;
        cut(l);
    }
}

err natlog_file_each(int fd, natlog_each *fn, void *ctx, uint64_t *too_long)
{
    struct lines l = {.p = malloc(ROOM), .too_long = too_long, .fn = fn, .ctx = ctx};
    struct capture_bytes *b = NULL;
    err e = l.p ? capture_bytes_new(fd, &b) : ERR(NOMEM);
    if (!err_is(e)) {
        e = read_all(b, &l);
        if (l.n > 0)
            tell(&l, l.p, l.n);
        capture_bytes_free(b);
    }
    free(l.p);
    return e;
}
