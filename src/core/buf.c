/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer. */
#include "core/buf.h"

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->failed || more > b->max - b->n) {
        b->failed = true;
        return false;
    }
    if (b->cap - b->n >= more)
        return true;
    size_t cap = b->cap ? b->cap : 1024;
    while (cap - b->n < more)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    char *p = realloc(b->p, cap);
    if (!p) {
        b->failed = b->starved = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_put(struct buf *b, const char *p, size_t n)
{
    if (n == 0 || !buf_reserve(b, n))
        return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_str(struct buf *b, str s)
{
    buf_put(b, s.p, s.n);
}

void buf_char(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[20];
    size_t n = 0;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[sizeof digits - ++n] = (char)('0' + u % 10);
    while ((u /= 10) > 0 && n < sizeof digits);
    if (v < 0)
        buf_char(b, '-');
    buf_put(b, digits + sizeof digits - n, n);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    char small[512];
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof small) {
        b->failed = true; /* formats are for short pieces; long text goes through buf_str */
        return;
    }
    buf_put(b, small, (size_t)n);
}

err buf_status(const struct buf *b)
{
    return !b->failed ? OK : b->starved ? ERR(NOMEM) : ERR(LIMIT);
}

str buf_view(const struct buf *b)
{
    return (str){b->p, b->n};
}
