/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of other processes. One process owns the writer: it holds FILE.lock. Every other process
 * hands its write to the owner over FILE.sock (mode 0600, same user only) as a named call; when
 * nobody owns the writer, it takes the lock itself for the length of the call. */
#ifndef STORE_HANDOFF_H
#define STORE_HANDOFF_H

#include "store/writer.h"

/* A write other processes may ask for. in: the module's own text (JSON), at most HANDOFF_MAX.
 * Runs on the writer; out is what the caller gets back. */
struct call {
    const char *name; /* "org.token.create" */
    err (*run)(struct tx *tx, struct arena *a, str in, struct buf *out);
};

enum { HANDOFF_MAX = 1 << 20 };

struct call_list {
    const struct call *calls; /* ends with name == NULL */
};

/* The lock: BUSY when another process has it. Held until lock_drop or the end of the process. */
MUST err lock_take(str file, int *fd);
void lock_drop(int fd);

/* The owner's side: a thread that accepts one caller at a time. */
struct handoff;
MUST err handoff_start(str file, struct writer *w, const struct call_list *lists, size_t n,
    struct handoff **out);
void handoff_stop(struct handoff *h);

/* The caller's side. *reached: an owner took the call, so the result is the call's own;
 * otherwise (NOTFOUND) nobody listens. */
MUST err handoff_send(str file, const char *name, str in, struct buf *out, bool *reached);

/* Runs a call on the writer and waits for it. */
MUST err call_run(struct writer *w, const struct call *call, struct arena *a, str in,
    struct buf *out);
/* Finds a call by name; NULL when there is none. */
const struct call *call_find(const struct call_list *lists, size_t n, str name);

#endif
