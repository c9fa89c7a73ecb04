/* SPDX-License-Identifier: Apache-2.0 */
/* What the sensor says, from its JSON: episodes and hours, as src/sensor/README.md names them. Pure. */
#include "darknet/darknet_report.h"

#include "core/base64.h"

#include <jansson.h>

static str text_at(struct arena *a, const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return str_dup(a, (str){json_string_value(v), json_string_length(v)});
}

static int64_t number_at(const json_t *o, const char *name)
{
    int64_t n = json_integer_value(json_object_get(o, name));
    return n < 0 ? 0 : n;
}

static bool is_count(int64_t n)
{
    return n >= 0 && n <= REPORT_COUNT;
}

/* Goes into mails and onto terminals. */
static bool is_text(str s, size_t most)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return s.n <= most;
}

static bool is_address(str s)
{
    struct net_range net;
    return !err_is(net_addr_parse(s, &net));
}

static bool digits(str s, size_t at, size_t n, int *out)
{
    int64_t v;
    if (err_is(parse_i64(str_sub(s, at, n), 0, 9999, &v)))
        return false;
    *out = (int)v;
    return true;
}

/* "2026-11-20T14:05:00.123+09:00", as put_iso_ms writes it; 0: not that. */
static usec time_of(str s)
{
    struct civil c;
    int ms;
    bool well = s.n == 29 && str_ends(s, S("+09:00")) && digits(s, 0, 4, &c.y) && digits(s, 5, 2, &c.m) &&
        digits(s, 8, 2, &c.d) && digits(s, 11, 2, &c.hh) && digits(s, 14, 2, &c.mm) &&
        digits(s, 17, 2, &c.ss) && digits(s, 20, 3, &ms);
    if (!well || !date_is_valid(c.y, c.m, c.d) || c.hh > 23 || c.mm > 59 || c.ss > 59)
        return 0;
    return usec_of_civil(c) + ms * 1000;
}

static usec time_at(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return time_of((str){json_string_value(v), json_string_length(v)});
}

static err list_at(struct arena *a, const json_t *o, const char *name, struct strs *out)
{
    const json_t *list = json_object_get(o, name);
    *out = (struct strs){ARENA_ARRAY(a, str, json_array_size(list)), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v))
            return ERR(INVALID);
        out->v[out->n++] = str_dup(a, (str){json_string_value(v), json_string_length(v)});
    }
    return OK;
}

static err services_at(struct arena *a, const json_t *o, str *out)
{
    enum { SERVICE = REPORT_TEXT / 40 - 1 };
    struct strs all;
    BUF_AUTO b = BUF(REPORT_TEXT);
    TRY(list_at(a, o, "services", &all));
    for (size_t i = 0; i < all.n && i < 40; i++) {
        if (!is_text(all.v[i], SERVICE))
            return ERR(INVALID);
        buf_str(&b, i ? S(" ") : STR_NONE);
        buf_str(&b, all.v[i]);
    }
    *out = str_dup(a, buf_view(&b));
    return buf_status(&b);
}

/* A frame that is not one is dropped, and the rest of its packet is kept. */
static struct bytes frame_at(struct arena *a, const json_t *o)
{
    const json_t *v = json_object_get(o, "frame");
    str text = {json_string_value(v), json_string_length(v)};
    uint8_t *p = text.n ? ARENA_ARRAY(a, uint8_t, ALERT_FRAME) : NULL;
    size_t n = 0;
    if (!p || err_is(base64_decode(text, p, ALERT_FRAME, &n)))
        return (struct bytes){0};
    return (struct bytes){p, n};
}

static void packets_at(struct arena *a, const json_t *o, struct alert_sighting *s)
{
    const json_t *list = json_object_get(o, "first_packets");
    for (size_t i = 0; i < json_array_size(list) && s->n_packets < ALERT_PACKETS; i++) {
        const json_t *p = json_array_get(list, i);
        s->packet[s->n_packets++] = (struct alert_packet){.at = time_at(p, "time"),
            .protocol = text_at(a, p, "protocol"),
            .source_port = number_at(p, "source_port"),
            .dark = text_at(a, p, "dark_address"),
            .port = number_at(p, "port"),
            .frame = frame_at(a, p),
            .wire = number_at(p, "wire")};
    }
}

static bool packets_are_whole(const struct alert_sighting *s)
{
    for (size_t i = 0; i < s->n_packets; i++) {
        const struct alert_packet *p = &s->packet[i];
        bool whole = p->at && is_text(p->protocol, REPORT_WORD) && p->source_port <= UINT16_MAX && p->port <= UINT16_MAX &&
            is_address(p->dark) && is_count(p->wire);
        if (!whole)
            return false;
    }
    return true;
}

static bool is_whole(const struct alert_sighting *s)
{
    bool counted = s->packets > 0 && is_count(s->packets) && is_count(s->dark) && is_count(s->pps) && is_count(s->rate_most);
    bool worded = is_text(s->tool, REPORT_WORD) && is_text(s->rule, REPORT_WORD) && is_text(s->reason, REPORT_TEXT) &&
        is_address(s->source) && (s->victim.n == 0 || is_address(s->victim));
    return counted && worded && s->class && s->confidence && s->role && s->first && s->last >= s->first && s->bodies.n > 0 &&
        s->bodies.n <= DARKNET_SHARERS + 1 && packets_are_whole(s);
}

static err sighting_of(struct arena *a, const json_t *o, struct alert_sighting *s)
{
    *s = (struct alert_sighting){.source = text_at(a, o, "source"),
        .tool = text_at(a, o, "tool"),
        .victim = text_at(a, o, "victim"),
        .rule = text_at(a, o, "rule"),
        .reason = text_at(a, o, "reason"),
        .role = darknet_role_of_key(text_at(a, o, "role")),
        .class = (enum alert_class)WORD_OF_KEY(darknet_alert_classes, text_at(a, o, "class"))->value,
        .confidence = (enum alert_confidence)WORD_OF_KEY(darknet_alert_confidences, text_at(a, o, "confidence"))->value,
        .infected = json_is_true(json_object_get(o, "infected")),
        .first = time_at(o, "first"),
        .last = time_at(o, "last"),
        .packets = number_at(o, "packets"),
        .dark = number_at(o, "dark_addresses"),
        .pps = number_at(o, "estimated_pps"),
        .rate_most = number_at(o, "rate_most")};
    TRY(list_at(a, o, "bodies", &s->bodies));
    TRY(services_at(a, o, &s->services));
    packets_at(a, o, s);
    return is_whole(s) ? OK : ERR(INVALID);
}

/* ── an hour ── */

static int word_at(const json_t *list, size_t at, const struct word *words, size_t n)
{
    const json_t *v = json_array_get(list, at);
    return word_of_key(words, n, (str){json_string_value(v), json_string_length(v)})->value;
}

static int by_key(const void *x, const void *y)
{
    const struct fact_service *a = x, *b = y;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* In order, each once: what stands there twice is one. */
static void order_services(struct fact_hour *f)
{
    size_t n = 0;
    qsort(f->service, f->n, sizeof *f->service, by_key);
    for (size_t i = 0; i < f->n; i++) {
        if (n == 0 || f->service[n - 1].key != f->service[i].key) {
            f->service[n++] = f->service[i];
            continue;
        }
        f->service[n - 1].packets += f->service[i].packets;
        f->service[n - 1].hosts += f->service[i].hosts;
    }
    f->n = n;
}

static err hour_services_at(struct arena *a, const json_t *o, struct fact_hour *f)
{
    const json_t *list = json_object_get(o, "services");
    size_t n = json_array_size(list);
    f->service = ARENA_ARRAY(a, struct fact_service, n);
    if (!f->service)
        return ERR(NOMEM);
    if (n > FACT_SERVICES)
        return ERR(INVALID);
    for (size_t i = 0; i < n; i++) {
        const json_t *s = json_array_get(list, i);
        int64_t port = json_integer_value(json_array_get(s, 1));
        if (json_array_size(s) != 5 || port < 0 || port > UINT16_MAX)
            return ERR(INVALID);
        int64_t packets = json_integer_value(json_array_get(s, 3)), hosts = json_integer_value(json_array_get(s, 4));
        unsigned proto = (unsigned)word_at(s, 0, darknet_fact_protos, FACT_PROTOS),
                 by = (unsigned)word_at(s, 2, darknet_fact_by, FACT_BY);
        if (!is_count(packets) || !is_count(hosts))
            return ERR(INVALID);
        f->service[f->n++] = (struct fact_service){fact_key(proto, by, (unsigned)port), packets, hosts};
    }
    order_services(f);
    return OK;
}

static err world_at(struct arena *a, const json_t *o, struct fact_hour *f)
{
    const json_t *list = json_object_get(o, "world");
    size_t n = json_array_size(list);
    f->world = ARENA_ARRAY(a, struct fact_cell, n);
    if (!f->world)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const json_t *c = json_array_get(list, i);
        int64_t net = json_integer_value(json_array_get(c, 0)), group = json_integer_value(json_array_get(c, 1)),
                packets = json_integer_value(json_array_get(c, 2));
        if (net < 0 || net >= FACT_NETS || group < 0 || group >= FACT_GROUPS || !is_count(packets))
            return ERR(INVALID);
        int64_t at = net * FACT_GROUPS + group;
        if (f->cells > 0 && at <= f->world[f->cells - 1].at)
            return ERR(INVALID);
        f->world[f->cells++] = (struct fact_cell){(uint32_t)at, packets};
    }
    return OK;
}

static err fact_of(struct arena *a, const json_t *o, struct fact_hour *f)
{
    *f = (struct fact_hour){.hour = time_at(o, "hour"), .begin = time_at(o, "begin"), .end = time_at(o, "end"),
        .watched = number_at(o, "watched"), .packets = number_at(o, "packets"), .hosts = number_at(o, "hosts"),
        .seen = number_at(o, "kernel_seen"), .dropped = number_at(o, "kernel_dropped"),
        .malformed = number_at(o, "malformed")};
    bool counted = f->packets > 0 && is_count(f->watched) && is_count(f->packets) && is_count(f->hosts) && is_count(f->seen) &&
        is_count(f->dropped) && is_count(f->malformed);
    if (!f->hour || f->hour % USEC_HOUR || f->begin < f->hour || f->end < f->begin || !counted)
        return ERR(INVALID);
    TRY(hour_services_at(a, o, f));
    return world_at(a, o, f);
}

static err item_of(struct arena *a, const json_t *o, struct alert_sightings *all, struct fact_hours *hours)
{
    if (json_object_get(o, "hour"))
        return fact_of(a, o, &hours->v[hours->n++]);
    return sighting_of(a, o, &all->v[all->n++]);
}

err darknet_report_parse(struct arena *a, str json, struct alert_sightings *all, struct fact_hours *hours)
{
    json_error_t why;
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
    err e = json_is_array(root) ? OK : ERR(INVALID);
    *all = (struct alert_sightings){ARENA_ARRAY(a, struct alert_sighting, json_array_size(root)), 0};
    *hours = (struct fact_hours){ARENA_ARRAY(a, struct fact_hour, json_array_size(root)), 0};
    if (!all->v || !hours->v)
        e = ERR(NOMEM);
    for (size_t i = 0; i < json_array_size(root) && !err_is(e); i++)
        e = item_of(a, json_array_get(root, i), all, hours);
    json_decref(root);
    return err_is(e) ? e : arena_failed(a) ? ERR(NOMEM) : OK;
}
