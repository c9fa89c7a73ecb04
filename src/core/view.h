/* SPDX-License-Identifier: Apache-2.0 */
/* A view: what a page says, as a C struct declared at the head of a template (*.ht). The template
 * compiler emits one struct view_type per template, so that one struct renders as HTML or JSON. */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "core/html.h"
#include "core/json.h"

/* What the JSON of a view says, in the order of the head: a table that can be walked. */
enum view_kind {
    VIEW_STR,
    VIEW_URL,  /* a string */
    VIEW_INT,
    VIEW_BP,   /* a number: 95.8 */
    VIEW_BOOL,
    VIEW_TIME, /* "2026-11-20T14:05:00+09:00", or null */
    VIEW_DAY,  /* "2026-11-20", or null */
    VIEW_OBJECT,
    VIEW_LIST  /* of objects */
};

struct view_field {
    const char *name; /* NULL: the end of a table */
    enum view_kind kind;
    const struct view_field *fields; /* VIEW_OBJECT, VIEW_LIST: what it is made of, or … */
    const struct view_type *view;    /* … the view it is */
};

struct view_type {
    const char *name; /* "survey_item" of survey_item.ht */
    size_t size;      /* sizeof(struct view_survey_item) */
    void (*title)(struct buf *out, const void *view); /* escaped text; NULL for a part */
    void (*html)(struct buf *out, const struct html_ctx *c, const void *view);
    void (*json)(struct json *j, const void *view);   /* one JSON object */
    const struct view_field *fields;                  /* of that object */
};

#endif
