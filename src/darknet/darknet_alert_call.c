/* SPDX-License-Identifier: Apache-2.0 */
/* What other processes ask of the writer: darknet.report takes what the sensor saw, darknet.tick
 * lets time pass. Both may be asked twice for the same. */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

#include "core/base64.h"

#include <jansson.h>

/* ── what the sensor says, from its JSON ── */

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

static bool digits(str s, size_t at, size_t n, int *out)
{
    int64_t v;
    if (err_is(parse_i64(str_sub(s, at, n), 0, 9999, &v)))
        return false;
    *out = (int)v;
    return true;
}

usec darknet_alert_time_of(str s)
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
    return darknet_alert_time_of((str){json_string_value(v), json_string_length(v)});
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
    struct strs all;
    BUF_AUTO b = BUF(4096);
    TRY(list_at(a, o, "services", &all));
    for (size_t i = 0; i < all.n && i < 40; i++) {
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
    bool whole = s->source.n && s->source.n <= 64 && s->class && s->confidence && s->role && s->first &&
        s->last >= s->first && s->packets && s->bodies.n && s->bodies.n <= DARKNET_SHARERS + 1;
    return whole ? OK : ERR(INVALID);
}

err darknet_alert_sightings_parse(struct arena *a, str json, struct alert_sightings *out)
{
    json_error_t why;
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
    err e = json_is_array(root) ? OK : ERR(INVALID);
    *out = (struct alert_sightings){ARENA_ARRAY(a, struct alert_sighting, json_array_size(root)), 0};
    if (!out->v)
        e = ERR(NOMEM);
    for (size_t i = 0; i < json_array_size(root) && !err_is(e); i++) {
        const json_t *o = json_array_get(root, i);
        if (!json_object_get(o, "hour")) /* darknet_fact.h */
            e = sighting_of(a, o, &out->v[out->n++]);
    }
    json_decref(root);
    return err_is(e) ? e : arena_failed(a) ? ERR(NOMEM) : OK;
}

/* ── what is done with it ── */

static int by_number(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* "12,45": the ids in order, each once. */
static err bodies_key(struct tx *tx, struct arena *a, const struct strs *codes, str *key)
{
    int64_t *id = ARENA_ARRAY(a, int64_t, codes->n);
    BUF_AUTO b = BUF(8192);
    if (!id)
        return ERR(NOMEM);
    for (size_t i = 0; i < codes->n; i++) {
        err e = darknet_alert_body_of(tx_db(tx), codes->v[i], &id[i]);
        TRY(e.code == ERR_NOTFOUND ? ERR(INVALID) : e); /* no report of it will ever be taken */
    }
    qsort(id, codes->n, sizeof *id, by_number);
    for (size_t i = 0; i < codes->n; i++)
        if (i == 0 || id[i] != id[i - 1])
            buf_fmt(&b, i ? ",%lld" : "%lld", (long long)id[i]);
    *key = str_dup(a, buf_view(&b));
    return buf_status(&b);
}

static void put_line(struct buf *out, enum alert_event event, const struct alert_episode *e)
{
    buf_fmt(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%lld\n", STR_F(WORD_OF(darknet_alert_events, event)->key),
        STR_F(WORD_OF(darknet_alert_severities, e->severity)->key), STR_F(e->source),
        STR_F(WORD_OF(darknet_alert_classes, e->class)->key), STR_F(e->services), (long long)e->packets);
}

static err report_one(struct tx *tx, const struct alert_sighting *s, struct buf *out)
{
    struct alert_episode old, e;
    str bodies;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(bodies_key(tx, a, &s->bodies, &bodies));
    err known = darknet_alert_episode_of(tx_db(tx), a, bodies, s->source, darknet_alert_family_of(s->class), &old);
    if (err_is(known) && known.code != ERR_NOTFOUND)
        return known;
    enum alert_event event = darknet_alert_follow(a, err_is(known) ? NULL : &old, s, tx_now(tx), &e);
    if (event == 0)
        return OK;
    if (event == EVENT_NEW) {
        e.bodies = bodies;
        TRY(darknet_alert_episode_add(tx, &e));
        TRY(darknet_alert_packets_add(tx, e.id, s));
    } else {
        TRY(darknet_alert_episode_save(tx, &e));
    }
    if (event == EVENT_CONTINUING)
        return OK;
    put_line(out, event, &e);
    return darknet_alert_tell(tx, a, &e, event);
}

static err report(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct alert_sightings all;
    struct facts hours;
    TRY(darknet_facts_parse(a, in, &hours));
    for (size_t i = 0; i < hours.n; i++)
        TRY(darknet_fact_save(tx, &hours.v[i]));
    TRY(darknet_alert_sightings_parse(a, in, &all));
    for (size_t i = 0; i < all.n; i++)
        TRY(report_one(tx, &all.v[i], out));
    return buf_status(out);
}

/* ── time passes ── */

static err pass(struct tx *tx, int64_t id, enum alert_event event)
{
    struct alert_episode e;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(darknet_alert_episode_get(tx_db(tx), a, id, &e));
    if (event == EVENT_ENDED && !darknet_alert_is_over(&e, tx_now(tx)))
        return OK;
    e.state = event == EVENT_ENDED ? ALERT_OVER : e.state;
    e.told_at = tx_now(tx);
    TRY(darknet_alert_episode_save(tx, &e));
    return darknet_alert_tell(tx, a, &e, event);
}

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct alert_ids quiet, on, unread;
    usec now = tx_now(tx);
    (void)in, (void)out;
    TRY(darknet_alert_quiet(tx_db(tx), a, now - darknet_alert_limits.quiet, now - darknet_alert_limits.quiet_flood, &quiet));
    for (size_t i = 0; i < quiet.n; i++)
        TRY(pass(tx, quiet.v[i], EVENT_ENDED));
    TRY(darknet_alert_going_on(tx_db(tx), a, now - darknet_alert_limits.continuing, &on));
    for (size_t i = 0; i < on.n; i++)
        TRY(pass(tx, on.v[i], EVENT_CONTINUING));
    TRY(darknet_alert_unread(tx_db(tx), a, now - darknet_alert_limits.unread, &unread));
    for (size_t i = 0; i < unread.n; i++)
        TRY(darknet_alert_tell_prefecture(tx, a, unread.v[i]));
    return OK;
}

const struct call darknet_calls[] = {
    {"darknet.report", report},
    {"darknet.tick", tick},
    {NULL, NULL},
};
