/* SPDX-License-Identifier: Apache-2.0 */
/* What a module can say of the health of the installation: one row per question in the module's
 * descriptor, shown to the system administrator at /system. */
#ifndef WEB_INSPECT_H
#define WEB_INSPECT_H

#include "core/jtime.h"

struct req;

enum inspect_state {
    INSPECT_UNKNOWN, /* it cannot be measured here */
    INSPECT_GOOD,
    INSPECT_ATTENTION,
    INSPECT_BAD
};

/* Texts live in the arena of the request. */
struct inspected {
    enum inspect_state state;
    str found;  /* Japanese: what was measured, in a few words */
    usec at;    /* when that was so, or since when; 0: now, or never */
    str remedy; /* Japanese: what to do about it; empty when it is good */
};

struct inspection {
    const char *key;   /* "mail_work"; for ever */
    const char *label; /* Japanese */
    /* rq->db is readable. Quick: it is asked for on every page of an administrator. */
    err (*look)(struct req *rq, struct inspected *out);
};

#endif
