/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: blocks in a list, each twice the last; with -Darena=malloc one block an allocation. */
#include "core/arena.h"

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *blocks;
    size_t used, limit;
    bool failed;
};

enum { FIRST_BLOCK = 4096 - sizeof(struct block), LARGEST_BLOCK = 256 * 1024 };

struct arena *arena_new(size_t limit)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a)
        a->limit = limit;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_freep(struct arena **a)
{
    arena_free(*a);
}

static size_t block_size(const struct arena *a, size_t n)
{
#ifdef YG_ARENA_MALLOC
    (void)a;
    return n;
#else
    size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    return size > n ? size : n;
#endif
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n == 0)
        n = 1;
#ifndef YG_ARENA_MALLOC
    if (n <= SIZE_MAX - 15)
        n = (n + 15) & ~(size_t)15;
#endif
    if (a->failed || n > a->limit - a->used) {
        a->failed = true;
        return NULL;
    }
    struct block *b = a->blocks;
    if (!b || b->size - b->used < n) {
        size_t size = block_size(a, n);
        b = malloc(sizeof *b + size);
        if (!b) {
            a->failed = true;
            return NULL;
        }
        *b = (struct block){.next = a->blocks, .size = size};
        a->blocks = b;
    }
    void *p = b->data + b->used;
    b->used += n;
    a->used += n;
    return memset(p, 0, n);
}

void *arena_array(struct arena *a, size_t size, size_t n)
{
    size_t total;
    if (__builtin_mul_overflow(size, n, &total)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

str str_dup(struct arena *a, str s)
{
    char *p = s.n ? arena_alloc(a, s.n) : NULL;
    if (!p)
        return STR_NONE;
    memcpy(p, s.p, s.n);
    return (str){p, s.n};
}

char *str_z(struct arena *a, str s)
{
    char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p ? (str){p, (size_t)n} : STR_NONE;
}
