/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of the table of processes. */
#ifndef CORE_SANDBOX_PRIVATE_H
#define CORE_SANDBOX_PRIVATE_H

#include "core/sandbox.h"

#include <seccomp.h>
#include <sys/resource.h>

/* One system call. Conditions hold together; a call may have several rows. */
struct sandbox_call {
    int call;                   /* SCMP_SYS(); one this machine does not have is left out */
    int refuse;                 /* 0: allowed; else answered with this errno */
    unsigned n;                 /* conditions that count */
    struct scmp_arg_cmp when[2];
};

struct sandbox_group {
    const struct sandbox_call *calls;
    size_t n;
};

struct sandbox_limit {
    int what;                   /* RLIMIT_… */
    rlim_t most;
};

struct sandbox_row {
    const char *name;
    const struct sandbox_group *groups[8];
    struct sandbox_limit limits[6];
    size_t n_limits;
    const char *const *read;    /* files and folders that may be read where they exist; NULL ends */
};

extern const struct sandbox_row sandbox_table[SANDBOX_KINDS];

#endif
