/* SPDX-License-Identifier: Apache-2.0 */
/* What compiled templates write with: one function per place a value may stand in. The template
 * compiler (tools/htc) chooses the function; nothing else should need to. */
#ifndef CORE_HTML_H
#define CORE_HTML_H

#include "core/buf.h"
#include "core/jtime.h"

/* Markup that is already safe. Only templates and html_of_buf make it. */
typedef struct html {
    str s;
} html;

/* What every template may use beside its view. */
struct html_ctx {
    str base; /* path prefix without trailing slash, "" at the root; put before every href="/…" */
    str csrf; /* hidden form token; empty when nobody is signed in */
};

void html_text(struct buf *b, str s);    /* element content: & < > */
void html_attr(struct buf *b, str s);    /* inside a double-quoted attribute: & < > " ' */
void html_title(struct buf *b, html h);  /* markup in <title>, where no element can be: < > only, so
    * that the escaped text of a view_type's title keeps its & */
void html_url(struct buf *b, const struct html_ctx *c, str s);
    /* a whole URL in href/src/action: "/path" gets the base in front, http: and https: pass,
     * anything else (javascript:, data:, //host, backslashes, control bytes) becomes "#" */
void html_urlpart(struct buf *b, str s); /* one component: percent-encoded except unreserved */
void html_group(struct buf *b, int64_t v);        /* 1,234,567 */
void html_bp(struct buf *b, int64_t basis_points);/* 9580 -> 95.8 (one decimal, half away from 0) */

#endif
