/* SPDX-License-Identifier: Apache-2.0 */
/* Two sorted lists of the packets, by destination and by translated address, each searched by binary
 * search; a filter of bits in front lets nearly every line of the log pass at the cost of one look. */
#include "sensor/natjoin.h"

#define FILTER_BITS ((uint64_t)1 << 16)

const usec natjoin_clocks[NATJOIN_CLOCKS] = {0, -9 * USEC_HOUR, 9 * USEC_HOUR, -USEC_HOUR, USEC_HOUR};

struct entry {
    uint64_t key;
    usec time;
    uint32_t episode, packet;
};

struct list {
    struct entry *v;
    size_t n;
    uint64_t *filter;
};

struct natjoin {
    struct arena *a;
    struct natjoin_episode *e;
    size_t n;
    usec within;
    struct list by_dst, by_outer;
    bool starved;
};

static bool has_ports(uint8_t protocol)
{
    return protocol == NATLOG_TCP || protocol == NATLOG_UDP;
}

static uint64_t key_of(struct address a, uint16_t port, uint8_t protocol)
{
    uint64_t ports = has_ports(protocol) ? port : 0;
    return address_mix(address_hash(a) ^ (ports << 8 | protocol));
}

static int by_key(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->time < b->time ? -1 : a->time > b->time;
}

static err list_new(struct arena *a, size_t most, struct list *out)
{
    *out = (struct list){ARENA_ARRAY(a, struct entry, most), 0, ARENA_ARRAY(a, uint64_t, FILTER_BITS / 64)};
    return out->v && out->filter ? OK : ERR(NOMEM);
}

static void list_add(struct list *l, struct entry e)
{
    uint64_t bit = e.key % FILTER_BITS;
    l->filter[bit / 64] |= (uint64_t)1 << bit % 64;
    l->v[l->n++] = e;
}

/* The first entry that is not before this key and time. */
static size_t list_at(const struct list *l, uint64_t key, usec time)
{
    size_t from = 0, to = l->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (l->v[mid].key < key || (l->v[mid].key == key && l->v[mid].time < time))
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

err natjoin_new(struct arena *a, struct natjoin_episode *e, size_t n, usec within, struct natjoin **out)
{
    struct natjoin *j = ARENA_NEW(a, struct natjoin);
    size_t all = 0;
    if (!j)
        return ERR(NOMEM);
    *j = (struct natjoin){.a = a, .e = e, .n = n, .within = within};
    for (size_t i = 0; i < n; i++)
        all += e[i].packets;
    TRY(list_new(a, all, &j->by_dst));
    TRY(list_new(a, all, &j->by_outer));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < e[i].packets; k++) {
            const struct natjoin_packet *p = &e[i].packet[k];
            struct entry one = {key_of(p->dark, p->port, p->protocol), p->time, (uint32_t)i, (uint32_t)k};
            list_add(&j->by_dst, one);
            one.key = key_of(e[i].source, p->source_port, p->protocol);
            list_add(&j->by_outer, one);
        }
    }
    qsort(j->by_dst.v, j->by_dst.n, sizeof *j->by_dst.v, by_key);
    qsort(j->by_outer.v, j->by_outer.n, sizeof *j->by_outer.v, by_key);
    *out = j;
    return OK;
}

static struct natjoin_host *host_of(struct natjoin *j, struct natjoin_episode *e, struct address inner, unsigned clock)
{
    size_t beside = 0; /* of the same clock: others take no room from it */
    for (size_t i = 0; i < e->hosts; i++) {
        if (e->host[i].clock == clock && address_eq(e->host[i].inner, inner))
            return &e->host[i];
        beside += e->host[i].clock == clock;
    }
    if (!e->host)
        e->host = ARENA_ARRAY(j->a, struct natjoin_host, NATJOIN_HOSTS * NATJOIN_CLOCKS);
    j->starved = j->starved || !e->host;
    if (!e->host || beside == NATJOIN_HOSTS)
        return NULL;
    e->host[e->hosts] = (struct natjoin_host){.inner = inner, .clock = clock};
    return &e->host[e->hosts++];
}

enum fit { NOT, LIKELY, EXACT };

/* A line that says something else than the packet does is about another packet. */
static enum fit fit_of(const struct natjoin_episode *e, const struct natjoin_packet *p, const struct natlog_line *l)
{
    bool ports = has_ports(p->protocol);
    if (l->protocol != p->protocol)
        return NOT;
    if (l->has_dst && (!address_eq(l->dst, p->dark) || (ports && l->dst_port != p->port)))
        return NOT;
    if (l->has_outer && !address_eq(l->outer, e->source))
        return NOT;
    if (ports && l->outer_port && l->outer_port != p->source_port)
        return NOT;
    return l->has_dst && l->has_outer && ports && l->outer_port ? EXACT : LIKELY;
}

static void note(struct natjoin *j, const struct entry *at, const struct natlog_line *l, unsigned clock)
{
    struct natjoin_episode *e = &j->e[at->episode];
    const struct natjoin_packet *p = &e->packet[at->packet];
    uint64_t bit = (uint64_t)1 << at->packet;
    enum fit fit = fit_of(e, p, l);
    if (fit == NOT)
        return;
    struct natjoin_host *h = host_of(j, e, l->inner, clock);
    if (!h) {
        e->lost_at[clock]++;
        return;
    }
    h->packets |= bit;
    h->exact |= fit == EXACT ? bit : 0;
    h->same |= has_ports(p->protocol) && l->inner_port == p->source_port ? bit : 0;
    h->first = !h->lines || l->first < h->first ? l->first : h->first;
    h->last = !h->lines || l->first > h->last ? l->first : h->last;
    h->lines++;
}

static void look(struct natjoin *j, const struct list *list, uint64_t key, const struct natlog_line *l)
{
    uint64_t bit = key % FILTER_BITS;
    if (!(list->filter[bit / 64] & (uint64_t)1 << bit % 64))
        return;
    for (unsigned c = 0; c < NATJOIN_CLOCKS; c++) {
        usec from = l->first - natjoin_clocks[c] - j->within, to = l->last - natjoin_clocks[c] + j->within;
        for (size_t i = list_at(list, key, from); i < list->n && list->v[i].key == key && list->v[i].time <= to; i++)
            note(j, &list->v[i], l, c);
    }
}

void natjoin_line(struct natjoin *j, const struct natlog_line *l)
{
    if (l->has_dst)
        look(j, &j->by_dst, key_of(l->dst, l->dst_port, l->protocol), l);
    else if (l->has_outer)
        look(j, &j->by_outer, key_of(l->outer, l->outer_port, l->protocol), l);
}

static int count(uint64_t bits)
{
    return __builtin_popcountll(bits);
}

static int likeliest(const void *x, const void *y)
{
    const struct natjoin_host *a = x, *b = y;
    int by[] = {count(b->exact) - count(a->exact), count(b->packets) - count(a->packets), count(b->same) - count(a->same)};
    for (size_t i = 0; i < COUNT_OF(by); i++)
        if (by[i])
            return by[i];
    return address_cmp(a->inner, b->inner);
}

bool natjoin_is_certain(const struct natjoin_host *h)
{
    return h->exact != 0;
}

/* The clock by which most fits; another than the log's own must have translated ports that fit where the
 * own has none, or the own has nothing. */
static unsigned clock_of(const struct natjoin_episode *e)
{
    int exact[NATJOIN_CLOCKS] = {0}, fits[NATJOIN_CLOCKS] = {0};
    unsigned best = 0;
    for (size_t i = 0; i < e->hosts; i++) {
        exact[e->host[i].clock] += count(e->host[i].exact);
        fits[e->host[i].clock] += count(e->host[i].packets);
    }
    for (unsigned c = 1; c < NATJOIN_CLOCKS && exact[0] == 0; c++)
        if (exact[c] > exact[best] || (exact[c] == exact[best] && fits[c] > fits[best] && (best > 0 || fits[0] == 0)))
            best = c;
    return best;
}

static void judge(struct natjoin_episode *e)
{
    unsigned clock = clock_of(e);
    size_t kept = 0;
    for (size_t i = 0; i < e->hosts; i++)
        if (e->host[i].clock == clock)
            e->host[kept++] = e->host[i];
    e->hosts = kept;
    e->lost = e->lost_at[clock];
    if (kept)
        qsort(e->host, kept, sizeof *e->host, likeliest);
}

void natjoin_judge(struct natjoin *j)
{
    for (size_t i = 0; i < j->n; i++)
        judge(&j->e[i]);
}

err natjoin_status(const struct natjoin *j)
{
    return j->starved ? ERR(NOMEM) : OK;
}
