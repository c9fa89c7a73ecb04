/* SPDX-License-Identifier: Apache-2.0 */
/* What a page of this product may contain: elements, attributes, labels, forms, URLs. */
#ifndef HTC_RULES_H
#define HTC_RULES_H

#include "markup.h"

bool rules_same(str a, str b); /* ASCII case does not count */
bool rules_is_void(str element);
bool rules_is_rcdata(str element);
bool rules_keeps_blanks(str element);
bool rules_is_foreign(str element); /* svg and math, where <path/> is allowed */
bool rules_is_url(str attr);

/* At the name of a tag or attribute. */
MUST err rules_element(struct markup *m, str name, size_t at);
MUST err rules_attr(struct markup *m, str name, size_t at);
/* At the > of a start tag. */
MUST err rules_start_tag(struct markup *m);
/* At the end of the template. */
MUST err rules_labels(struct markup *m);

/* The next byte of a literal in a URL attribute; *base: the base path goes in front of it.
 * May read ahead to m->end; sets m->now.url. */
MUST err url_byte(struct markup *m, size_t at, bool *base);
/* A value in a URL attribute. */
MUST err url_value(struct markup *m, size_t at, enum type type, enum where *where);

#endif
