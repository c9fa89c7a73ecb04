/* SPDX-License-Identifier: Apache-2.0 */
/* Whole writes and reads on descriptors, names that survive a power cut, and secrets in files. */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include "core/arena.h"

/* What the last call to the system failed of: FULL without room (disk, quota, limit on files), else
 * IO. */
err file_error(void);
/* All of it; FULL or IO. */
MUST err file_put(int fd, const void *p, size_t n);
/* Reads at a place; *got is less than n only at the end. */
MUST err file_get(int fd, int64_t from, void *p, size_t n, size_t *got);

/* The names in a folder are on the disk afterwards; and those in the folder that holds path. */
MUST err file_sync_folder(const char *path);
MUST err file_sync_above(const char *path);

/* The first line of a small file, without its end, terminated: at most max - 1 bytes (LIMIT).
 * NOTFOUND: it cannot be opened; INVALID: nothing stands in it; DENIED: secret is asked for, and
 * others than its owner may read it. */
MUST err file_line(const char *path, bool secret, char *dst, size_t max, size_t *n);

/* A regular file into the arena: at most max + 1 bytes, so that who reads sees when it is longer.
 * NOTFOUND, DENIED, IO: it is missing, not to be read, or no file. */
MUST err file_read(struct arena *a, str path, size_t max, str *out);

#endif
