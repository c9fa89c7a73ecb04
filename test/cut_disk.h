/* SPDX-License-Identifier: Apache-2.0 */
/* A disk in memory that writes down everything done to it, and what a power cut leaves of it.
 *
 * What was synced is kept. Of what was not, the seed decides: nothing, all, a beginning, some
 * writes, or each sector by itself as it stood at some moment since (so writes are forgotten, torn
 * and reordered); a file that was growing may have grown by zeros or rubbish. Names (made, removed)
 * are kept once the folder was synced. A sync that failed has forgotten what it was to keep, as
 * Linux does it: a later one that succeeds does not bring that back.
 *
 * Not thread-safe: vfs_cut.c holds its own lock around every call. */
#ifndef TEST_CUT_DISK_H
#define TEST_CUT_DISK_H

#include "core/str.h"

enum { CUT_SEEDS = 8 /* seeds 0 to 7 take one way of losing each; higher ones repeat them */ };

struct cut_disk;

struct cut_disk *cut_disk_new(void);
void cut_disk_free(struct cut_disk *d); /* NULL is allowed */

/* ── files, by number; -1: there is none of that name ── */

int cut_find(const struct cut_disk *d, const char *name);
int cut_create(struct cut_disk *d, const char *name);
void cut_remove(struct cut_disk *d, int file);
int64_t cut_size(const struct cut_disk *d, int file);
/* How much there was of it; the rest of p is zeros. */
size_t cut_read(const struct cut_disk *d, int file, int64_t at, void *p, size_t n);
void cut_write(struct cut_disk *d, int file, int64_t at, const void *p, size_t n);
void cut_truncate(struct cut_disk *d, int file, int64_t size);
void cut_sync(struct cut_disk *d, int file, bool works);
void cut_sync_names(struct cut_disk *d);

/* ── the log ── */

/* Something the outside was told at this moment, with a number of the test's own. */
void cut_mark(struct cut_disk *d, int64_t mark);
size_t cut_ops(const struct cut_disk *d);
bool cut_op_is_sync(const struct cut_disk *d, size_t op);
/* In the order they were told, those before op; false at the end. *i counts, from 0. */
bool cut_next_mark(const struct cut_disk *d, size_t op, size_t *i, int64_t *mark);

/* The disk on which the power went just before op: a new one, its log empty. */
struct cut_disk *cut_power(const struct cut_disk *d, size_t op, uint64_t seed);

#endif
