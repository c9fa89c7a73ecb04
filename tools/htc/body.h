/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a template: literals and statements, turned into code. */
#ifndef HTC_BODY_H
#define HTC_BODY_H

#include "code.h"
#include "unit.h"

/* {{title}}…{{/title}} if it comes first behind *at; *at moves behind it, *found says so. */
MUST err body_title(struct unit *u, size_t *at, struct code *code, bool *found);
/* The rest of the source. */
MUST err body_markup(struct unit *u, size_t at, struct code *code);

#endif
