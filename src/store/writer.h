/* SPDX-License-Identifier: Apache-2.0 */
/* The one writer: a thread that takes jobs from a bounded queue, runs each inside a savepoint of
 * one transaction, and commits them together (group commit). A job that fails leaves the others
 * alone. Nothing is reported done before its commit is on the disk. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/db.h"

struct writer;

struct job {
    /* On the writer's thread, inside the transaction. An error undoes this job alone. */
    err (*run)(struct tx *tx, void *arg);
    /* On the writer's thread, after the commit or the failure; result is set. Must not block. */
    void (*done)(struct job *job);
    void *arg;
    err result;
    struct job *next; /* the queue's */
};

struct writer_stats {
    int64_t jobs, batches, failed, largest_batch;
    usec busy; /* time spent with a batch */
    int64_t waiting;       /* in the queue now */
    int64_t commit_failed; /* batches the disk did not take */
    usec committed_at;     /* the last that it took, by the writer's clock; 0: none yet */
};

enum { WRITER_QUEUE = 4096, WRITER_BATCH = 256 };

/* Takes over db. */
MUST err writer_start(struct db *db, struct tx_clock clock, struct writer **out);
/* Drains the queue, then stops and closes the connection. */
void writer_stop(struct writer *w);
/* The job is borrowed until done was called. BUSY when WRITER_QUEUE jobs wait already. */
MUST err writer_submit(struct writer *w, struct job *job);
/* Runs and waits: for commands and tests, never in a request. */
MUST err writer_call(struct writer *w, err (*run)(struct tx *, void *), void *arg);
struct writer_stats writer_stats(struct writer *w);
/* The batch under way was begun longer ago than that. */
bool writer_is_stuck(struct writer *w, usec longer);

#endif
