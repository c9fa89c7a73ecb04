/* SPDX-License-Identifier: Apache-2.0 */
/* An alert as a bundle of STIX 2.1 (OASIS Standard, 10 June 2021). Observables have the ids of
 * section 2.9, so that others see the same address as the same object; ours come from the alert's. */
#include "core/uuid.h"
#include "darknet/darknet_exchange.h"

/* 2.9: for observables alone. Ours was drawn once, and stays. */
static const struct uuid observables = {
    {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}};
static const struct uuid ours = {
    {0x5b, 0x1e, 0x7a, 0x60, 0x3c, 0x94, 0x4d, 0x0f, 0x8e, 0x55, 0x21, 0xd8, 0x6f, 0x0a, 0x93, 0xc7}};
/* 7.2.1.4: TLP:AMBER. */
#define AMBER "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"

enum { IDS = 2 * ALERT_PACKETS + 2, ID = 80 };

struct bundle {
    struct json j;
    struct arena *a;
    const struct alert *x;
    usec modified;
    str ids[IDS]; /* of the observables */
    size_t n_ids;
    str observer, body, observed, indicator;
};

static str id_of(struct bundle *b, const struct uuid *space, const char *type, str name)
{
    BUF_AUTO t = BUF(ID);
    struct uuid u = uuid_of_name(space, name);
    buf_fmt(&t, "%s--", type);
    uuid_put(&t, &u);
    return str_dup(b->a, buf_view(&t));
}

static str own_id(struct bundle *b, const char *type, const char *of)
{
    return id_of(b, &ours, type, str_fmt(b->a, "%s:%lld:%.*s:%lld", of, (long long)b->x->id,
        STR_F(b->x->e.source), (long long)b->x->e.first));
}

static void put_refs(struct json *j, str key, const str *ids, size_t n)
{
    json_key(j, key);
    json_begin_array(j);
    for (size_t i = 0; i < n; i++)
        json_str(j, ids[i]);
    json_end_array(j);
}

static void begin(struct bundle *b, const char *type, str id)
{
    str amber = S(AMBER);
    json_begin_object(&b->j);
    darknet_exchange_text(&b->j, S("type"), str_of(type));
    darknet_exchange_text(&b->j, S("spec_version"), S("2.1"));
    darknet_exchange_text(&b->j, S("id"), id);
    put_refs(&b->j, S("object_marking_refs"), &amber, 1);
}

/* What is no observable has an author and two times. */
static void begin_own(struct bundle *b, const char *type, str id)
{
    begin(b, type, id);
    darknet_exchange_text(&b->j, S("created_by_ref"), b->observer);
    darknet_exchange_time(&b->j, S("created"), b->x->at);
    darknet_exchange_time(&b->j, S("modified"), b->modified);
}

static void put_amber(struct bundle *b)
{
    json_begin_object(&b->j);
    darknet_exchange_text(&b->j, S("type"), S("marking-definition"));
    darknet_exchange_text(&b->j, S("spec_version"), S("2.1"));
    darknet_exchange_text(&b->j, S("id"), S(AMBER));
    darknet_exchange_text(&b->j, S("created"), S("2017-01-20T00:00:00.000Z"));
    darknet_exchange_text(&b->j, S("definition_type"), S("tlp"));
    darknet_exchange_text(&b->j, S("name"), S("TLP:AMBER"));
    json_key(&b->j, S("definition"));
    json_begin_object(&b->j);
    darknet_exchange_text(&b->j, S("tlp"), S("amber"));
    json_end_object(&b->j);
    json_end_object(&b->j);
}

static void put_identity(struct bundle *b, str id, str name, str class)
{
    begin_own(b, "identity", id);
    darknet_exchange_text(&b->j, S("name"), name);
    darknet_exchange_text(&b->j, S("identity_class"), class);
    json_end_object(&b->j);
}

/* ── observables ── */

/* False: that object is in the bundle already. */
static bool is_new(struct bundle *b, str id)
{
    for (size_t i = 0; i < b->n_ids; i++)
        if (str_eq(b->ids[i], id))
            return false;
    BUG_IF(b->n_ids == IDS);
    b->ids[b->n_ids++] = id;
    return true;
}

static str put_address(struct bundle *b, str address)
{
    const char *type = str_has(address, S(":")) ? "ipv6-addr" : "ipv4-addr";
    str id = id_of(b, &observables, type, str_fmt(b->a, "{\"value\":\"%.*s\"}", STR_F(address)));
    if (!is_new(b, id))
        return id;
    begin(b, type, id);
    darknet_exchange_text(&b->j, S("value"), address);
    json_end_object(&b->j);
    return id;
}

/* The id is of these properties in the order of RFC 8785. */
static str traffic_id(struct bundle *b, const struct alert_packet *p, str from, str to, str layer)
{
    BUF_AUTO t = BUF(1000);
    buf_char(&t, '{');
    if (p->port)
        buf_fmt(&t, "\"dst_port\":%lld,", (long long)p->port);
    if (to.n)
        buf_fmt(&t, "\"dst_ref\":\"%.*s\",", STR_F(to));
    buf_fmt(&t, "\"protocols\":[\"%.*s\",\"%.*s\"],", STR_F(layer), STR_F(p->protocol));
    if (p->source_port)
        buf_fmt(&t, "\"src_port\":%lld,", (long long)p->source_port);
    buf_fmt(&t, "\"src_ref\":\"%.*s\",\"start\":\"", STR_F(from));
    put_utc_ms(&t, p->at);
    buf_lit(&t, "\"}");
    return id_of(b, &observables, "network-traffic", buf_view(&t));
}

static void put_traffic(struct bundle *b, const struct alert_packet *p, str from)
{
    str layer = str_has(b->x->e.source, S(":")) ? S("ipv6") : S("ipv4");
    str to = p->dark.n ? put_address(b, p->dark) : STR_NONE, both[] = {layer, p->protocol};
    str id = traffic_id(b, p, from, to, layer);
    if (!is_new(b, id))
        return;
    begin(b, "network-traffic", id);
    darknet_exchange_time(&b->j, S("start"), p->at);
    darknet_exchange_text(&b->j, S("src_ref"), from);
    if (to.n)
        darknet_exchange_text(&b->j, S("dst_ref"), to);
    if (p->source_port)
        darknet_exchange_number(&b->j, S("src_port"), p->source_port);
    if (p->port)
        darknet_exchange_number(&b->j, S("dst_port"), p->port);
    put_refs(&b->j, S("protocols"), both, COUNT_OF(both));
    json_end_object(&b->j);
}

static void put_observed(struct bundle *b)
{
    enum { MOST = 999999999 }; /* 4.14 */
    begin_own(b, "observed-data", b->observed);
    darknet_exchange_time(&b->j, S("first_observed"), b->x->e.first);
    darknet_exchange_time(&b->j, S("last_observed"), b->x->e.last);
    darknet_exchange_number(&b->j, S("number_observed"), b->x->e.packets > MOST ? MOST : b->x->e.packets);
    put_refs(&b->j, S("object_refs"), b->ids, b->n_ids);
    json_end_object(&b->j);
}

/* ── what is made of them ── */

/* Whoever meets this address should look: not where somebody else wrote it, or a clock is wrong. */
static bool indicates(const struct alert_episode *e)
{
    return e->infected || (e->confidence >= ALERT_LIKELY && (e->class == ALERT_SCAN || e->class == ALERT_WORM));
}

static void put_indicator(struct bundle *b)
{
    static const int64_t sure[] = {[ALERT_POSSIBLE] = 30, [ALERT_LIKELY] = 70, [ALERT_CERTAIN] = 95};
    const struct alert_episode *e = &b->x->e;
    str kind = e->infected ? S("compromised") : S("malicious-activity");
    begin_own(b, "indicator", b->indicator);
    darknet_exchange_number(&b->j, S("confidence"), sure[e->confidence]);
    darknet_exchange_text(&b->j, S("name"), str_fmt(b->a, "%.*s %.*s",
        STR_F(WORD_OF(darknet_alert_classes, e->class)->key), STR_F(e->tool)));
    put_refs(&b->j, S("indicator_types"), &kind, 1);
    darknet_exchange_text(&b->j, S("pattern"), str_fmt(b->a, "[network-traffic:src_ref.value = '%.*s']", STR_F(e->source)));
    darknet_exchange_text(&b->j, S("pattern_type"), S("stix"));
    darknet_exchange_time(&b->j, S("valid_from"), e->first);
    json_end_object(&b->j);
}

static void put_sighting(struct bundle *b)
{
    enum { MOST = 999999999 }; /* 5.2 */
    begin_own(b, "sighting", own_id(b, "sighting", "sighting"));
    darknet_exchange_time(&b->j, S("first_seen"), b->x->e.first);
    darknet_exchange_time(&b->j, S("last_seen"), b->x->e.last);
    darknet_exchange_number(&b->j, S("count"), b->x->e.packets > MOST ? MOST : b->x->e.packets);
    darknet_exchange_text(&b->j, S("sighting_of_ref"), b->indicator);
    put_refs(&b->j, S("observed_data_refs"), &b->observed, 1);
    put_refs(&b->j, S("where_sighted_refs"), &b->observer, 1);
    json_end_object(&b->j);
}

static void put_whose(struct bundle *b, str source)
{
    begin_own(b, "relationship", own_id(b, "relationship", "whose"));
    darknet_exchange_text(&b->j, S("relationship_type"), S("related-to"));
    darknet_exchange_text(&b->j, S("source_ref"), source);
    darknet_exchange_text(&b->j, S("target_ref"), b->body);
    json_end_object(&b->j);
}

static void name_all(struct bundle *b)
{
    const struct alert *x = b->x;
    usec last = x->e.last > x->closed_at ? x->e.last : x->closed_at;
    b->modified = last > x->at ? last : x->at;
    b->observer = id_of(b, &ours, "identity", S("observer"));
    b->body = id_of(b, &ours, "identity", str_fmt(b->a, "body:%lld", (long long)x->body.id.v));
    b->observed = own_id(b, "observed-data", "observed");
    b->indicator = own_id(b, "indicator", "indicator");
}

static void put_objects(struct bundle *b, const struct alert_packet *packet, size_t n)
{
    put_amber(b);
    put_identity(b, b->observer, S("ダークネット観測"), S("system"));
    put_identity(b, b->body, b->x->body.name, S("organization"));
    str source = put_address(b, b->x->e.source);
    for (size_t i = 0; i < n; i++)
        put_traffic(b, &packet[i], source);
    put_observed(b);
    put_whose(b, source);
    if (!indicates(&b->x->e))
        return;
    put_indicator(b);
    put_sighting(b);
}

err darknet_exchange_stix(struct buf *out, const struct alert *x, const struct alert_packet *packet, size_t n)
{
    ARENA_AUTO a = arena_new(1 << 18);
    if (!a)
        return ERR(NOMEM);
    struct bundle b = {.j = json_on(out), .a = a, .x = x};
    name_all(&b);
    json_begin_object(&b.j);
    darknet_exchange_text(&b.j, S("type"), S("bundle"));
    darknet_exchange_text(&b.j, S("id"), own_id(&b, "bundle", "bundle"));
    json_key(&b.j, S("objects"));
    json_begin_array(&b.j);
    put_objects(&b, packet, n);
    json_end_array(&b.j);
    json_end_object(&b.j);
    return arena_failed(a) ? ERR(NOMEM) : json_finish(&b.j);
}
