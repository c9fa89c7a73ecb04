/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the program's interface (OpenAPI 3.1), printed from the tables of routes, forms
 * and views: nothing in it is written by hand twice. doc/adr/0026-openapi.md. */
#ifndef MAIN_OPENAPI_H
#define MAIN_OPENAPI_H

#include "main/main.h"

enum { OPENAPI_VIEWS = 256, OPENAPI_MAX = 8 << 20 };

/* A document while it is written. */
struct openapi {
    struct json j;
    struct arena *a;
    const struct route *const *lists; /* of all modules */
    size_t n_lists;
    const struct view_type *views[OPENAPI_VIEWS]; /* that some answer is made of */
    size_t n_views;
};

/* base: the path prefix the program is served under, or "". */
MUST err main_openapi_write(struct arena *a, str base, struct buf *out);

/* GET /openapi.json: the same, made once. Its base is told before the first request. */
err main_openapi_read(struct req *rq);
void main_openapi_under(str base);

/* openapi_schema.c: values where the writer stands. */
void openapi_ref(struct json *j, const char *kind, const char *name); /* "schemas", "Problem" */
void openapi_word(struct json *j, const char *key, const char *value);
/* One schema, or any of several: views, and of name (of components/schemas) one more unless NULL. */
void openapi_any_view(
    struct json *j, const struct view_type *const *views, size_t n, const char *name);
void openapi_view(struct json *j, const struct view_type *type);
/* The fields of a form, and of the file that may come with it; form may be NULL. */
void openapi_form(struct json *j, const struct web_form *form, const struct upload *upload);
/* Problem, FormErrors, Location. */
void openapi_own_schemas(struct json *j);

#endif
