/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a template, {{view}}…{{/view}}: the fields of its view. */
#ifndef HTC_HEAD_H
#define HTC_HEAD_H

#include "unit.h"

/* Fills u->root; *end is the source offset behind {{/view}}. */
MUST err head_parse(struct unit *u, size_t *end);

#endif
