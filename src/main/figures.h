/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for whoever watches, at an address of its own: GET /metrics, Prometheus' text format. */
#ifndef MAIN_FIGURES_H
#define MAIN_FIGURES_H

#include "web/web.h"

struct figures {
    struct web *web;
    const struct http_server *people; /* the server whose connections are counted; NULL: not yet */
    str file;                         /* of the database */
    usec started;
};

/* Answers on the second listener; f must outlive its server. */
struct http_app figures_app(struct figures *f);
/* The whole text. */
MUST err figures_put(const struct figures *f, struct arena *a, struct buf *out);

#endif
