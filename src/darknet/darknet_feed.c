/* SPDX-License-Identifier: Apache-2.0 */
/* The feed of what happened, for programs: in the words of n6 or of IntelMQ. */
#include "darknet/darknet_exchange.h"

/* What a judgement is called elsewhere: categories of n6, and taxonomy and type of the Reference
 * Security Incident Taxonomy, which IntelMQ uses. */
struct naming {
    str category, taxonomy, type;
};

static struct naming naming_of(const struct alert_episode *e)
{
    if (e->infected)
        return (struct naming){S("bots"), S("malicious-code"), S("infected-system")};
    if (e->class == ALERT_SCAN || e->class == ALERT_WORM)
        return (struct naming){S("scanning"), S("information-gathering"), S("scanner")};
    if (e->class == ALERT_BACKSCATTER)
        return (struct naming){S("dos-victim"), S("availability"), S("ddos")};
    if (e->class == ALERT_MISCONFIGURATION)
        return (struct naming){S("other"), S("availability"), S("misconfiguration")};
    return (struct naming){S("other"), S("other"), S("other")};
}

/* The packet's own, or the commonest of the episode. */
static void service_of(const struct feed_event *v, str *protocol, int64_t *port)
{
    str services = v->e.services, one = STR_NONE;
    *protocol = v->first.protocol, *port = v->first.port;
    if (protocol->n == 0 && str_cut(&services, ' ', &one))
        darknet_exchange_service(one, protocol, port);
}

static void put_text(struct json *j, const char *key, str value)
{
    if (value.n)
        darknet_exchange_text(j, str_of(key), value);
}

static void put_number(struct json *j, const char *key, int64_t value)
{
    if (value)
        darknet_exchange_number(j, str_of(key), value);
}

static void put_id(struct json *j, const char *key, int64_t id)
{
    BUF_AUTO t = BUF(32);
    buf_i64(&t, id);
    put_text(j, key, buf_view(&t));
}

static str confidence_of(const struct alert_episode *e)
{
    return e->confidence == ALERT_CERTAIN ? S("high") : e->confidence == ALERT_LIKELY ? S("medium") : S("low");
}

static void put_n6(struct json *j, const struct feed_event *v)
{
    str protocol;
    int64_t port;
    service_of(v, &protocol, &port);
    put_id(j, "id", v->id);
    put_id(j, "rid", v->e.id);
    put_text(j, "source", S("yagura.darknet"));
    darknet_exchange_time(j, S("time"), v->e.first);
    darknet_exchange_time(j, S("until"), v->e.last);
    darknet_exchange_time(j, S("modified"), v->at);
    put_text(j, "category", naming_of(&v->e).category);
    put_text(j, "confidence", confidence_of(&v->e));
    put_text(j, "restriction", S("need-to-know"));
    put_text(j, "status", WORD_OF(darknet_alert_events, v->kind)->key);
    put_text(j, "name", v->e.tool);
    json_key(j, S("address"));
    json_begin_array(j);
    json_begin_object(j);
    put_text(j, "ip", v->e.source);
    json_end_object(j);
    json_end_array(j);
    put_text(j, "proto", protocol);
    put_number(j, "sport", v->first.source_port);
    put_number(j, "dport", port);
    put_text(j, "dip", v->first.dark);
    put_number(j, "count", v->e.packets);
    json_key(j, S("client"));
    json_begin_array(j);
    json_str(j, v->body.code6);
    json_end_array(j);
}

static void put_intelmq(struct json *j, const struct feed_event *v)
{
    struct naming names = naming_of(&v->e);
    str protocol;
    int64_t port;
    service_of(v, &protocol, &port);
    put_text(j, "feed.name", S("Yagura darknet"));
    put_text(j, "feed.provider", S("Yagura"));
    darknet_exchange_time(j, S("time.source"), v->e.first);
    darknet_exchange_time(j, S("time.observation"), v->at);
    put_text(j, "classification.taxonomy", names.taxonomy);
    put_text(j, "classification.type", names.type);
    put_text(j, "classification.identifier", v->e.tool.n ? v->e.tool : WORD_OF(darknet_alert_classes, v->e.class)->key);
    put_text(j, "source.ip", v->e.source);
    put_number(j, "source.port", v->first.source_port);
    put_text(j, "destination.ip", v->first.dark);
    put_number(j, "destination.port", port);
    put_text(j, "protocol.transport", protocol);
    put_text(j, "malware.name", v->e.infected ? v->e.tool : STR_NONE);
    put_text(j, "event_description.text", v->e.rule);
    put_text(j, "tlp", S("AMBER"));
    put_id(j, "extra.id", v->id);
    put_id(j, "extra.episode", v->e.id);
    put_text(j, "extra.status", WORD_OF(darknet_alert_events, v->kind)->key);
    put_text(j, "extra.confidence", confidence_of(&v->e));
    put_number(j, "extra.packets", v->e.packets);
    darknet_exchange_time(j, S("extra.last"), v->e.last);
    put_text(j, "extra.services", v->e.services);
    put_text(j, "extra.body", v->body.code6);
}

err darknet_exchange_feed(struct buf *out, enum feed_format format, const struct feed *f, int64_t after)
{
    struct json j = json_on(out);
    json_begin_object(&j);
    json_key(&j, S("events"));
    json_begin_array(&j);
    for (size_t i = 0; i < f->n; i++) {
        json_begin_object(&j);
        if (format == FEED_INTELMQ)
            put_intelmq(&j, &f->v[i]);
        else
            put_n6(&j, &f->v[i]);
        json_end_object(&j);
    }
    json_end_array(&j);
    darknet_exchange_number(&j, S("next"), f->n ? f->v[f->n - 1].id : after);
    json_end_object(&j);
    return json_finish(&j);
}
