/* SPDX-License-Identifier: Apache-2.0 */
/* Episodes out of JSON, one object at a time. */
#include "sensor/natjoin.h"

#include <jansson.h>

struct reading {
    struct arena *a;
    struct natjoin_episodes *out;
    size_t room, at; /* at: the object, from 1 */
    str *why;
};

static err refuse(struct reading *r, const char *what)
{
    *r->why = str_fmt(r->a, "%zu 番目の検知の%s", r->at, what);
    return ERR(INVALID);
}

static str text_at(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? (str){json_string_value(v), json_string_length(v)} : STR_NONE;
}

static bool port_at(const json_t *o, const char *name, uint16_t *out)
{
    const json_t *v = json_object_get(o, name);
    json_int_t n = json_integer_value(v);
    *out = (uint16_t)n;
    return json_is_integer(v) && n >= 0 && n <= UINT16_MAX;
}

static bool address_at(const json_t *o, const char *name, struct address *out)
{
    struct net_range r;
    struct address same;
    if (err_is(net_addr_parse(text_at(o, name), &r)))
        return false;
    address_bounds(&r, out, &same);
    return true;
}

static uint8_t protocol_of(str name)
{
    return str_eq(name, S("tcp")) ? NATLOG_TCP : str_eq(name, S("udp")) ? NATLOG_UDP : str_eq(name, S("icmp")) ? NATLOG_ICMP : 0;
}

static err packet_of(struct reading *r, const json_t *o, struct natjoin_packet *p)
{
    static const struct natlog_how how = {.only = NATLOG_FORMATS};
    str time = text_at(o, "time");
    p->protocol = protocol_of(text_at(o, "protocol"));
    if (!time.n || !natlog_time_head(&how, time, &p->time))
        return refuse(r, "最初の通信（first_packets）の時刻を読めません。");
    if (!address_at(o, "dark_address", &p->dark))
        return refuse(r, "最初の通信（first_packets）の宛先（dark_address）を読めません。");
    if (!port_at(o, "source_port", &p->source_port) || !port_at(o, "port", &p->port))
        return refuse(r, "最初の通信（first_packets）のポートを読めません。");
    struct natjoin_episodes *all = r->out;
    all->first = !all->first || p->time < all->first ? p->time : all->first;
    all->last = p->time > all->last ? p->time : all->last;
    return OK;
}

static struct natjoin_episode *next(struct reading *r)
{
    struct natjoin_episodes *all = r->out;
    if (all->n == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        struct natjoin_episode *v = ARENA_ARRAY(r->a, struct natjoin_episode, room);
        if (!v)
            return NULL;
        if (all->n)
            memcpy(v, all->v, all->n * sizeof *v);
        all->v = v;
        r->room = room;
    }
    return &all->v[all->n++];
}

static err episode_of(struct reading *r, const json_t *o)
{
    const json_t *list = json_object_get(o, "first_packets");
    size_t n = json_array_size(list), taken = n < NATJOIN_PACKETS ? n : NATJOIN_PACKETS;
    r->at++;
    if (json_is_object(o) && json_object_get(o, "files") && !json_object_get(o, "source"))
        return OK; /* the totals of --stats */
    struct natjoin_packet *p = ARENA_ARRAY(r->a, struct natjoin_packet, taken);
    struct natjoin_episode *e = next(r);
    if (!e || !p)
        return ERR(NOMEM);
    *e = (struct natjoin_episode){.packet = p, .packets = taken, .beyond = n - taken};
    if (!address_at(o, "source", &e->source))
        return refuse(r, "送信元（source）を読めません。yagura darknet replay --json の出力か、その1行を渡してください。");
    if (!json_is_array(list))
        return refuse(r, "最初の通信（first_packets）がありません。yagura darknet replay --json の出力か、その1行を渡してください。");
    for (size_t i = 0; i < taken; i++)
        TRY(packet_of(r, json_array_get(list, i), &p[i]));
    return OK;
}

static err value_of(struct reading *r, const json_t *v)
{
    if (!json_is_array(v))
        return episode_of(r, v);
    for (size_t i = 0; i < json_array_size(v); i++)
        TRY(episode_of(r, json_array_get(v, i)));
    return OK;
}

void natjoin_start(void)
{
    json_object_seed(0);
}

err natjoin_read(struct arena *a, str json, struct natjoin_episodes *out, str *why)
{
    struct reading r = {.a = a, .out = out, .why = why};
    *out = (struct natjoin_episodes){0};
    for (json = str_trim(json); json.n; json = str_trim(json)) {
        json_error_t bad;
        json_t *v = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &bad);
        if (!v) {
            *why = str_fmt(a, "%zu 番目の検知が JSON として読めません。途中で切れていないか確かめてください。", r.at + 1);
            return ERR(INVALID);
        }
        err e = value_of(&r, v);
        json_decref(v);
        if (err_is(e))
            return e;
        json = str_sub(json, (size_t)bad.position, json.n);
    }
    if (out->n == 0)
        *why = S("検知が1件もありません。yagura darknet replay --json の出力を渡してください。");
    return out->n ? OK : ERR(INVALID);
}
