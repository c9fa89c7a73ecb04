/* SPDX-License-Identifier: Apache-2.0 */
/* What all the formats share, and the sensor's own. */
#include "darknet/darknet_exchange.h"

void darknet_exchange_text(struct json *j, str key, str value)
{
    json_key(j, key);
    json_str(j, value);
}

void darknet_exchange_number(struct json *j, str key, int64_t value)
{
    json_key(j, key);
    json_i64(j, value);
}

void darknet_exchange_time(struct json *j, str key, usec t)
{
    BUF_AUTO b = BUF(64);
    put_utc_ms(&b, t);
    darknet_exchange_text(j, key, buf_view(&b));
}

void darknet_exchange_service(str service, str *protocol, int64_t *port)
{
    *port = 0;
    if (!str_cut(&service, '/', protocol))
        *protocol = STR_NONE;
    if (err_is(parse_i64(service, 1, 65535, port)))
        *port = 0;
}

/* ── as the sensor writes it ── */

static void put_jst(struct json *j, str key, usec t)
{
    BUF_AUTO b = BUF(64);
    put_iso_ms(&b, t);
    darknet_exchange_text(j, key, buf_view(&b));
}

static void put_or_null(struct json *j, str key, str value)
{
    json_key(j, key);
    if (value.n)
        json_str(j, value);
    else
        json_put_null(j);
}

static void put_packets(struct json *j, const struct alert_packet *packet, size_t n)
{
    json_key(j, S("first_packets"));
    json_begin_array(j);
    for (size_t i = 0; i < n; i++) {
        json_begin_object(j);
        put_jst(j, S("time"), packet[i].at);
        darknet_exchange_text(j, S("protocol"), packet[i].protocol);
        darknet_exchange_number(j, S("source_port"), packet[i].source_port);
        put_or_null(j, S("dark_address"), packet[i].dark);
        darknet_exchange_number(j, S("port"), packet[i].port);
        json_end_object(j);
    }
    json_end_array(j);
}

static void put_services(struct json *j, str services)
{
    str one;
    json_key(j, S("services"));
    json_begin_array(j);
    while (str_cut(&services, ' ', &one))
        json_str(j, one);
    json_end_array(j);
}

err darknet_exchange_episode(struct buf *out, const struct alert *x, const struct alert_packet *packet, size_t n)
{
    const struct alert_episode *e = &x->e;
    struct json j = json_on(out);
    json_begin_object(&j);
    darknet_exchange_text(&j, S("source"), e->source);
    darknet_exchange_text(&j, S("role"), darknet_role_key(e->role));
    darknet_exchange_text(&j, S("class"), WORD_OF(darknet_alert_classes, e->class)->key);
    put_or_null(&j, S("tool"), e->tool);
    put_or_null(&j, S("victim"), e->victim);
    darknet_exchange_text(&j, S("confidence"), WORD_OF(darknet_alert_confidences, e->confidence)->key);
    json_key(&j, S("infected"));
    json_bool(&j, e->infected);
    put_jst(&j, S("first"), e->first);
    put_jst(&j, S("last"), e->last);
    darknet_exchange_number(&j, S("packets"), e->packets);
    darknet_exchange_number(&j, S("rate_most"), e->rate_most);
    darknet_exchange_number(&j, S("dark_addresses"), e->dark);
    put_services(&j, e->services);
    darknet_exchange_number(&j, S("estimated_pps"), e->pps);
    darknet_exchange_text(&j, S("rule"), e->rule);
    darknet_exchange_text(&j, S("reason"), e->reason);
    put_packets(&j, packet, n);
    json_end_object(&j);
    return json_finish(&j);
}
