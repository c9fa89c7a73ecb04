/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as text of 64 letters (RFC 4648, section 4), padded, in one line. */
#ifndef CORE_BASE64_H
#define CORE_BASE64_H

#include "core/buf.h"

void base64_put(struct buf *out, const void *bytes, size_t n);
/* Appends the bytes to out. INVALID: text that base64_put would not have written: another letter, no
 * padding, bits behind the last byte (RFC 4648, 3.5). LIMIT, NOMEM: of out. */
MUST err base64_read(struct buf *out, str text);

#endif
