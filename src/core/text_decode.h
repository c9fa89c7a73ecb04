/* SPDX-License-Identifier: Apache-2.0 */
/* Text that was written elsewhere, as UTF-8. What Excel and the systems of local governments save:
 * UTF-8 with or without a byte order mark, UTF-16 with one, and Microsoft's code page 932 (IANA
 * "Windows-31J": Shift_JIS with the extensions of NEC and IBM). Source: R-number of issue 3.3. */
#ifndef CORE_TEXT_DECODE_H
#define CORE_TEXT_DECODE_H

#include "core/arena.h"

/* Loads the tables of code page 932 into this process, so that a child without files has them.
 * NOTFOUND: this system has none. */
MUST err text_decode_prepare(void);

/* *out: in the arena, or a view of raw. UTF-8 wherever raw can be read as that. INVALID: neither; or
 * NUL is in it; *line is then the line where it ends to be text, from 1. */
MUST err text_decode(struct arena *a, str raw, str *out, int *line);

#endif
