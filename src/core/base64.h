/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 with padding (RFC 4648, section 4). */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include "core/buf.h"

/* INVALID: another sign, a missing or odd padding, bits behind the end. LIMIT: more than room bytes. */
MUST err base64_decode(str s, uint8_t *out, size_t room, size_t *n);
void base64_put(struct buf *b, const void *p, size_t n);

#endif
