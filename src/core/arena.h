/* SPDX-License-Identifier: Apache-2.0 */
/* Memory with one owner: an arena per request, job or message, with a hard limit.
 * A pointer lives as long as the arena of the struct it was found in. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/str.h"

struct arena;

/* NULL when the machine has no memory. limit: bytes handed out, at most. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *a); /* NULL is allowed */
void arena_freep(struct arena **a);
#define ARENA_AUTO struct arena *CLEANUP(arena_freep)

/* Zeroed, aligned for any object; NULL once the limit is reached, and the arena stays failed. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc));
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
/* NULL also when n * sizeof(type) overflows. */
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), sizeof(type), (n)))
void *arena_array(struct arena *a, size_t size, size_t n);
bool arena_failed(const struct arena *a);
size_t arena_used(const struct arena *a);

/* Copies; the empty str once the arena has failed. */
str str_dup(struct arena *a, str s);
char *str_z(struct arena *a, str s); /* terminated copy; NULL on failure */
str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
