/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts in the words of others (4.6): STIX 2.1, n6, IntelMQ, and the sensor's own. Pure. */
#ifndef DARKNET_DARKNET_EXCHANGE_H
#define DARKNET_DARKNET_EXCHANGE_H

#include "core/json.h"
#include "darknet/darknet_alert.h"

void darknet_exchange_time(struct json *j, str key, usec t);
void darknet_exchange_text(struct json *j, str key, str value);
void darknet_exchange_number(struct json *j, str key, int64_t value);
/* "tcp/445": protocol and port; port 0: it has none. */
void darknet_exchange_service(str service, str *protocol, int64_t *port);

/* The episode as the sensor writes it (src/sensor/README.md), for `yagura darknet join`; without
 * the bodies. A dark address that may not be known is null. */
MUST err darknet_exchange_episode(struct buf *out, const struct alert *x, const struct alert_packet *packet, size_t n);
/* A bundle of STIX 2.1 (OASIS, 10 June 2021), marked TLP:AMBER. */
MUST err darknet_exchange_stix(struct buf *out, const struct alert *x, const struct alert_packet *packet, size_t n);

/* ── the feed ── */

struct feed_event {
    int64_t id;
    enum alert_event kind;
    usec at;
    struct body body;
    struct alert_episode e;
    struct alert_packet first; /* protocol empty: there is none; dark empty: may not be known */
};
struct feed {
    struct feed_event *v;
    size_t n;
};
enum { FEED_MOST = 1000 };
/* What the network did (no word of people), of bodies of the scope, oldest first, after that id. */
MUST err darknet_feed_after(struct db *db, struct arena *a, const struct scope *s, int64_t after, int64_t limit, struct feed *out);
enum feed_format { FEED_N6, FEED_INTELMQ };
MUST err darknet_exchange_feed(struct buf *out, enum feed_format format, const struct feed *f, int64_t after);

#endif
