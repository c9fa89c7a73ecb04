/* SPDX-License-Identifier: Apache-2.0 */
/* A view: what a page says, as a C struct declared at the head of a template (*.ht). The template
 * compiler emits one struct view_type per template, so that one struct renders as HTML or JSON. */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "core/html.h"
#include "core/json.h"

struct view_type {
    const char *name; /* "survey_item" of survey_item.ht */
    size_t size;      /* sizeof(struct view_survey_item) */
    void (*title)(struct buf *out, const void *view); /* escaped text; NULL for a part */
    void (*html)(struct buf *out, const struct html_ctx *c, const void *view);
    void (*json)(struct json *j, const void *view);   /* one JSON object */
};

#endif
