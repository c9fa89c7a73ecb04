/* SPDX-License-Identifier: Apache-2.0 */
/* The template compiler as a library: one template in, one C header and one C file out. */
#ifndef HTC_HTC_H
#define HTC_HTC_H

#include "core/buf.h"

#define HTC_SOURCE_MAX ((size_t)1 << 20)

struct htc_error {
    int line, col; /* from 1; col counts code points */
    char text[256];
};

/* Compiles the template `name` (the file name without .ht). Deterministic, no I/O, no globals.
 * On success h and c hold name.ht.h and name.ht.c. INVALID: *e says where and what to do.
 * Any bytes may be given as source; more than HTC_SOURCE_MAX is LIMIT, with *e set too. */
MUST err htc_compile(str name, str source, struct buf *h, struct buf *c, struct htc_error *e);

#endif
