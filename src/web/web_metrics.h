/* SPDX-License-Identifier: Apache-2.0 */
/* How often each route was asked and how long it took. A serving thread adds to its own numbers
 * without a lock; whoever reads adds them up. Labels are the pattern of the route, never an
 * address: no name, no body, no answer can stand in them. */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "web/web.h"

struct metrics;

MUST err metrics_new(const struct route *const *lists, size_t n, struct metrics **out);
void metrics_free(struct metrics *m);

/* One reply. route NULL: no row fits, "other". Numbers of more than METRICS_THREADS threads are
 * dropped. */
enum { METRICS_THREADS = 32 };
void metrics_add(struct metrics *m, const struct route *route, int status, usec took);

/* Prometheus' text format 0.0.4: yagura_http_requests_total and
 * yagura_http_request_duration_seconds, of the routes that were asked at least once. */
void web_metrics_put(const struct web *w, struct buf *out);

#endif
