/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as C string literals. */
#ifndef HTC_QUOTE_H
#define HTC_QUOTE_H

#include "core/buf.h"

/* Four blanks per level. */
void quote_indent(struct buf *b, int levels);
/* One literal, "…", of any UTF-8. */
void quote_text(struct buf *b, str s);
/* buf_lit(out, …); statements that write s, one C literal per line of s. */
void quote_writes(struct buf *b, str s, int indent);

#endif
