/* SPDX-License-Identifier: Apache-2.0 */
/* Hours: from the sensor's JSON, in and out of compact columns, and what is usual. Pure. */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

#include <jansson.h>
#include <math.h>

const struct word darknet_fact_by[FACT_BY] = {{0, S("any"), S("道具は分からない")}, {1, S("mirai"), S("Mirai とその仲間")},
    {2, S("masscan"), S("masscan")}, {3, S("zmap"), S("ZMap")}, {4, S("nmap"), S("Nmap")},
    {5, S("answer"), S("跳ね返り（攻撃を受けたものの応答）")}};
const struct word darknet_fact_groups[FACT_GROUPS] = {{0, S("telnet"), S("Telnet")}, {1, S("ssh"), S("SSH")},
    {2, S("windows"), S("Windows共有")}, {3, S("remote"), S("遠隔操作")}, {4, S("web"), S("Web")},
    {5, S("database"), S("データベース")}, {6, S("device"), S("ルーター・カメラ")},
    {7, S("amplify"), S("増幅に使うUDP")}, {8, S("icmp"), S("ICMP")}, {9, S("answer"), S("跳ね返り")},
    {10, S("other"), S("その他")}};
const struct word darknet_fact_protos[FACT_PROTOS] = {{0, S("ip"), S("その他")}, {1, S("icmp"), S("ICMP")},
    {2, S("tcp"), S("TCP")}, {3, S("udp"), S("UDP")}};

/* ── the sensor's JSON ── */

static int64_t number_at(const json_t *o, const char *name)
{
    int64_t n = json_integer_value(json_object_get(o, name));
    return n < 0 ? 0 : n;
}

static usec time_at(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return darknet_alert_time_of((str){json_string_value(v), json_string_length(v)});
}

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
static void order_services(struct fact *f)
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

static err services_at(struct arena *a, const json_t *o, struct fact *f)
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
        if (packets < 0 || hosts < 0)
            return ERR(INVALID);
        f->service[f->n++] = (struct fact_service){fact_key(proto, by, (unsigned)port), packets, hosts};
    }
    order_services(f);
    return OK;
}

static err world_at(struct arena *a, const json_t *o, struct fact *f)
{
    const json_t *list = json_object_get(o, "world");
    size_t n = json_array_size(list);
    f->world = ARENA_ARRAY(a, struct fact_cell, n);
    if (!f->world)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const json_t *c = json_array_get(list, i);
        int64_t net = json_integer_value(json_array_get(c, 0)), group = json_integer_value(json_array_get(c, 1)),
                packets = json_integer_value(json_array_get(c, 2)), at = net * FACT_GROUPS + group;
        bool well = net >= 0 && net < FACT_NETS && group >= 0 && group < FACT_GROUPS && packets >= 0 &&
            (f->cells == 0 || at > f->world[f->cells - 1].at);
        if (!well)
            return ERR(INVALID);
        f->world[f->cells++] = (struct fact_cell){(uint32_t)at, packets};
    }
    return OK;
}

static err fact_of(struct arena *a, const json_t *o, struct fact *f)
{
    *f = (struct fact){.hour = time_at(o, "hour"), .begin = time_at(o, "begin"), .end = time_at(o, "end"),
        .watched = number_at(o, "watched"), .packets = number_at(o, "packets"), .hosts = number_at(o, "hosts"),
        .seen = number_at(o, "kernel_seen"), .dropped = number_at(o, "kernel_dropped"),
        .malformed = number_at(o, "malformed")};
    if (!f->hour || f->hour % USEC_HOUR || f->begin < f->hour || f->end < f->begin || f->packets == 0)
        return ERR(INVALID);
    TRY(services_at(a, o, f));
    return world_at(a, o, f);
}

err darknet_facts_parse(struct arena *a, str json, struct facts *out)
{
    json_error_t why;
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
    err e = json_is_array(root) ? OK : ERR(INVALID);
    *out = (struct facts){ARENA_ARRAY(a, struct fact, json_array_size(root)), 0};
    if (!out->v)
        e = ERR(NOMEM);
    for (size_t i = 0; i < json_array_size(root) && !err_is(e); i++) {
        const json_t *o = json_array_get(root, i);
        if (json_object_get(o, "hour"))
            e = fact_of(a, o, &out->v[out->n++]);
    }
    json_decref(root);
    return err_is(e) ? e : arena_failed(a) ? ERR(NOMEM) : OK;
}

/* ── compact columns ── */

static void put_number(struct buf *b, uint64_t n)
{
    for (; n >= 128; n >>= 7)
        buf_char(b, (char)((n & 127) | 128));
    buf_char(b, (char)n);
}

static uint64_t take_number(str *s, bool *bad)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (s->n == 0)
            break;
        uint8_t c = (uint8_t)s->p[0];
        *s = str_sub(*s, 1, s->n);
        n |= (uint64_t)(c & 127) << shift;
        if (c < 128)
            return n;
    }
    *bad = true;
    return 0;
}

void darknet_fact_pack(const struct fact *f, struct buf *services, struct buf *world)
{
    buf_char(services, 1);
    put_number(services, f->n);
    for (size_t i = 0; i < f->n; i++)
        put_number(services, f->service[i].key - (i ? f->service[i - 1].key : 0));
    for (size_t i = 0; i < f->n; i++)
        put_number(services, (uint64_t)f->service[i].packets);
    for (size_t i = 0; i < f->n; i++)
        put_number(services, (uint64_t)f->service[i].hosts);
    buf_char(world, 1);
    put_number(world, f->cells);
    for (size_t i = 0; i < f->cells; i++)
        put_number(world, f->world[i].at - (i ? f->world[i - 1].at : 0));
    for (size_t i = 0; i < f->cells; i++)
        put_number(world, (uint64_t)f->world[i].packets);
}

/* The count of a column of this version; each member takes a byte at least. */
static size_t begin_column(str *s, bool *bad)
{
    *bad = *bad || s->n == 0 || s->p[0] != 1;
    *s = str_sub(*s, 1, s->n);
    uint64_t n = take_number(s, bad);
    *bad = *bad || n > s->n;
    return *bad ? 0 : (size_t)n;
}

err darknet_fact_unpack(struct arena *a, str services, str world, struct fact *out)
{
    bool bad = false;
    uint64_t key = 0, at = 0;
    out->n = begin_column(&services, &bad);
    out->cells = begin_column(&world, &bad);
    out->service = ARENA_ARRAY(a, struct fact_service, out->n);
    out->world = ARENA_ARRAY(a, struct fact_cell, out->cells);
    if (!out->service || !out->world)
        return ERR(NOMEM);
    for (size_t i = 0; i < out->n; i++)
        out->service[i].key = (uint32_t)(key += take_number(&services, &bad));
    for (size_t i = 0; i < out->n; i++)
        out->service[i].packets = (int64_t)take_number(&services, &bad);
    for (size_t i = 0; i < out->n; i++)
        out->service[i].hosts = (int64_t)take_number(&services, &bad);
    for (size_t i = 0; i < out->cells; i++)
        out->world[i].at = (uint32_t)(at += take_number(&world, &bad));
    for (size_t i = 0; i < out->cells; i++)
        out->world[i].packets = (int64_t)take_number(&world, &bad);
    bool well = !bad && key <= UINT32_MAX && at < FACT_NETS * FACT_GROUPS && services.n == 0 && world.n == 0;
    return well ? OK : ERR(INVALID);
}

/* ── what is usual ── */

/* The median of the same hour in the weeks before; -1: there is none. */
static int64_t usual_of(const int64_t *count, int hour)
{
    int64_t seen[3];
    int n = 0;
    for (int h = hour - FACT_WEEK; h >= 0; h -= FACT_WEEK) {
        if (count[h] < 0)
            continue;
        int at = n++;
        for (; at > 0 && seen[at - 1] > count[h]; at--)
            seen[at] = seen[at - 1];
        seen[at] = count[h];
    }
    return n == 0 ? -1 : n == 2 ? (seen[0] + seen[1]) / 2 : seen[n / 2];
}

static double root_of(int64_t n)
{
    return 2 * sqrt((double)n + 0.375);
}

static int by_size(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* How far the week before the last day lay from what was usual then: its spread, at least that of Poisson. */
static double spread_of(const int64_t *count)
{
    double off[FACT_WEEK];
    size_t n = 0;
    for (int h = FACT_HOURS - 24 - FACT_WEEK; h < FACT_HOURS - 24; h++) {
        int64_t usual = usual_of(count, h);
        if (usual >= 0 && count[h] >= 0)
            off[n++] = fabs(root_of(count[h]) - root_of(usual));
    }
    if (n < 24)
        return 1;
    qsort(off, n, sizeof *off, by_size);
    double spread = 1.4826 * off[n / 2];
    return spread > 1 ? spread : 1;
}

static bool is_first(const int64_t *count)
{
    int64_t before = 0, observed = 0;
    for (int h = 0; h < FACT_HOURS - 24; h++) {
        observed += count[h] >= 0;
        before += count[h] > 0 ? count[h] : 0;
    }
    return observed >= FACT_WEEK && before == 0;
}

struct fact_change darknet_fact_change(const int64_t *count)
{
    static const double slack = 1, limit = 8;
    struct fact_change c = {0};
    double up = 0, down = 0, spread = spread_of(count);
    int up_since = 0, down_since = 0, compared = 0;
    enum fact_change_kind kind = CHANGE_STEADY;
    for (int h = FACT_HOURS - 24; h < FACT_HOURS; h++) {
        int64_t usual = usual_of(count, h);
        c.day += count[h] > 0 ? count[h] : 0;
        if (count[h] < 0 || usual < 0)
            continue;
        compared++;
        c.usual += usual;
        double off = (root_of(count[h]) - root_of(usual)) / spread;
        up_since = up <= 0 ? FACT_HOURS - h : up_since;
        down_since = down <= 0 ? FACT_HOURS - h : down_since;
        up = up + off - slack > 0 ? up + off - slack : 0;
        down = down - off - slack > 0 ? down - off - slack : 0;
        if (up > limit)
            kind = CHANGE_UP, c.since = up_since;
        else if (down > limit)
            kind = CHANGE_DOWN, c.since = down_since;
        else if ((kind == CHANGE_UP && up <= 0) || (kind == CHANGE_DOWN && down <= 0))
            kind = CHANGE_STEADY, c.since = 0;
    }
    c.kind = compared == 0 ? CHANGE_UNKNOWN : kind == CHANGE_UP && is_first(count) ? CHANGE_FIRST : kind;
    return c;
}
