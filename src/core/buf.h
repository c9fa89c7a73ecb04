/* SPDX-License-Identifier: Apache-2.0 */
/* A growing heap buffer with a mandatory maximum and a sticky error: write, write, check once. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/str.h"

struct buf {
    char *p;      /* heap, owned; NULL while empty */
    size_t n;     /* bytes written */
    size_t cap;   /* bytes allocated */
    size_t max;   /* never grows beyond */
    bool failed;  /* over max, or no memory; what was written stays */
    bool starved; /* it was memory */
};

#define BUF(maximum) ((struct buf){.max = (maximum)})

void buf_free(struct buf *b);
#define BUF_AUTO struct buf CLEANUP(buf_free)

bool buf_reserve(struct buf *b, size_t more); /* false: failed */
void buf_put(struct buf *b, const char *p, size_t n);
void buf_str(struct buf *b, str s);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t v);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define buf_lit(b, lit) buf_put((b), "" lit, sizeof(lit) - 1)

MUST err buf_status(const struct buf *b); /* OK; LIMIT once something did not fit, or NOMEM */
str buf_view(const struct buf *b);        /* valid until the next write */

#endif
