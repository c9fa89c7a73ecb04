/* SPDX-License-Identifier: Apache-2.0 */
/* A limit for the whole of what a client does: the library's own counts silence only, so a client
 * that sends or takes a byte now and then would hold its connection for ever. One thread looks at
 * all connections and shuts down those that are late; the library then closes them. */
#ifndef WEB_HTTP_CLOCK_H
#define WEB_HTTP_CLOCK_H

#include "core/err.h"
#include "core/jtime.h"

struct http_clock;
struct http_alarm; /* of one connection */

/* Looks every now and then, a few times in `patience`. */
MUST err http_clock_start(usec patience, struct http_clock **out);
void http_clock_stop(struct http_clock *c); /* no alarm is left; NULL is allowed */

/* From the opening of a connection to its closing; fd stays open between the two. NULL without
 * memory. */
struct http_alarm *http_alarm_new(struct http_clock *c, int fd);
void http_alarm_free(struct http_alarm *a); /* NULL is allowed */
/* Shut down that long from now; 0: never. */
void http_alarm_set(struct http_alarm *a, usec from_now);

#endif
