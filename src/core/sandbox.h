/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may do once it has what it needs: files by Landlock, system calls by seccomp,
 * amounts by rlimits, and never a new privilege. One row per kind of process stands in
 * sandbox_table.c. Source of the rule: issue 3.6; doc/adr/0023-sandbox.md.
 *
 * Two steps, because Landlock binds the thread that asks and what it starts later, while seccomp
 * can be put over all threads at once: sandbox_files() before the first thread is made,
 * sandbox_enter() when sockets and database are open. Neither can be taken back. */
#ifndef CORE_SANDBOX_H
#define CORE_SANDBOX_H

#include "core/str.h"

enum sandbox_kind {
    SANDBOX_SERVE,   /* answers people; owns the writer */
    SANDBOX_WORK,    /* mail and regular tasks */
    SANDBOX_FORKER,  /* makes one child per foreign file */
    SANDBOX_CONVERT, /* such a child: parses, and nothing else */
    SANDBOX_SENSOR,  /* reads captures that are open, writes what it found */
    SANDBOX_WATCH,   /* the same on the ring of an interface */
    SANDBOX_KINDS
};

/* What only the caller knows. */
struct sandbox_grant {
    const char *folder;     /* read, write, make, remove; NULL: none */
    const char *read[4];    /* single files more; NULL: none */
    const char *append;     /* one file that is there and may be written; NULL: none */
    uint16_t connect[4];    /* TCP ports that may be connected to; 0: none */
};

/* Landlock, rlimits, no_new_privs, no core dump. *abi: the kernel's Landlock version, 0 when it has
 * none that helps (below 2 a file could not even be moved between folders): then nothing but the
 * rights of the user keeps this process from files. NOTFOUND: a granted folder is not there. */
MUST err sandbox_files(enum sandbox_kind kind, const struct sandbox_grant *grant, int *abi);

/* The system calls, for every thread of the process. From here on a call that is not in the row
 * ends the process (SIGSYS). DENIED: this kernel or container does not let filters be set; the
 * caller must not go on. */
MUST err sandbox_enter(enum sandbox_kind kind);

/* Landlock's version that sandbox_files() put over this process; 0: none that helps, or not called. */
int sandbox_landlock(void);

const char *sandbox_name(enum sandbox_kind kind); /* "serve" */

/* False in builds with sanitizers, whose runtime needs what is forbidden here: both functions
 * return OK and do nothing, and the caller must say so. */
bool sandbox_is_built(void);

#endif
