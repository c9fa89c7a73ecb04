/* SPDX-License-Identifier: Apache-2.0 */
/* An hour of dark space in a table of fixed size. */
#include "sensor/facts.h"

#include <math.h>

enum { SLOTS = 8192, FULL = SLOTS * 3 / 4, FEW = 64, MANY = 4096 };

struct slot {
    uint64_t packets;
    uint32_t key; /* 0: free */
    uint8_t host[FEW];
};

struct facts {
    struct slot slot[SLOTS];
    uint8_t host[MANY];
    uint32_t world[FACTS_NETS][FACTS_GROUPS];
    uint8_t group[2][65536]; /* of TCP, of UDP */
    uint32_t used;
    uint64_t packets, told;
    int64_t hour;
    usec begin, end;
    struct facts_lost now, base;
    facts_tell *tell;
    void *ctx;
};

static const struct {
    uint8_t proto, group;
    uint16_t port[12];
} groups[] = {
    {PROTO_TCP, GROUP_TELNET, {23, 2323, 26, 2223}},
    {PROTO_TCP, GROUP_SSH, {22, 2222, 222}},
    {PROTO_TCP, GROUP_WINDOWS, {445, 139, 135, 137}},
    {PROTO_UDP, GROUP_WINDOWS, {137, 138}},
    {PROTO_TCP, GROUP_REMOTE, {3389, 5900, 5901, 5938, 4899}},
    {PROTO_TCP, GROUP_WEB, {80, 443, 8080, 8443, 8000, 8888, 81, 8081, 9000}},
    {PROTO_TCP, GROUP_DATABASE, {1433, 3306, 5432, 6379, 27017, 9200, 1521, 11211}},
    {PROTO_TCP, GROUP_DEVICE, {5555, 7547, 37215, 52869, 60001, 5060, 554, 8291, 34567, 9527}},
    {PROTO_UDP, GROUP_DEVICE, {5060, 53413}},
    {PROTO_UDP, GROUP_AMPLIFY, {53, 123, 161, 1900, 389, 11211, 19, 111, 5683, 3702, 17, 10001}},
};

static const char *const by_names[FACTS_BY] = {"any", "mirai", "masscan", "zmap", "nmap", "answer"};
static const char *const group_names[FACTS_GROUPS] = {"telnet", "ssh", "windows", "remote", "web", "database",
    "device", "amplify", "icmp", "answer", "other"};

const char *facts_by_name(enum facts_by b)
{
    return by_names[b];
}

const char *facts_group_name(enum facts_group g)
{
    return group_names[g];
}

err facts_new(facts_tell *tell, void *ctx, struct facts **out)
{
    struct facts *f = *out = calloc(1, sizeof *f);
    if (!f)
        return ERR(NOMEM);
    f->tell = tell;
    f->ctx = ctx;
    memset(f->group, GROUP_OTHER, sizeof f->group);
    for (size_t i = 0; i < COUNT_OF(groups); i++)
        for (size_t k = 0; k < COUNT_OF(groups[i].port) && groups[i].port[k]; k++)
            f->group[groups[i].proto == PROTO_UDP][groups[i].port[k]] = groups[i].group;
    return OK;
}

void facts_free(struct facts *f)
{
    free(f);
}

/* ── counting senders ── */

static void see(uint8_t *reg, unsigned bits, uint64_t hash)
{
    uint8_t *at = &reg[hash >> (64 - bits)];
    uint8_t run = (uint8_t)(1 + __builtin_clzll(hash << bits | 1));
    *at = run > *at ? run : *at;
}

static uint64_t estimate(const uint8_t *reg, size_t m)
{
    double sum = 0, alpha = m == FEW ? 0.709 : 0.7213 / (1 + 1.079 / (double)m);
    size_t empty = 0;
    for (size_t i = 0; i < m; i++) {
        sum += ldexp(1, -reg[i]);
        empty += reg[i] == 0;
    }
    double guess = alpha * (double)m * (double)m / sum;
    if (guess <= 2.5 * (double)m && empty)
        guess = (double)m * log((double)m / (double)empty);
    return (uint64_t)(guess + 0.5);
}

/* ── a packet ── */

static enum facts_by by_of(enum mark_kind kind, uint32_t marks)
{
    return mark_is_answer(kind)            ? BY_ANSWER
        : marks & 1U << MARK_MIRAI         ? BY_MIRAI
        : marks & 1U << MARK_MASSCAN       ? BY_MASSCAN
        : marks & 1U << MARK_ZMAP          ? BY_ZMAP
        : marks & 1U << MARK_NMAP          ? BY_NMAP
                                           : BY_ANY;
}

static uint32_t key_of(uint8_t proto, enum facts_by by, uint16_t port)
{
    return (uint32_t)proto << 24 | ((uint32_t)by + 1) << 16 | port;
}

static struct slot *slot_of(struct facts *f, uint32_t key)
{
    size_t at = address_mix(key) % SLOTS;
    while (f->slot[at].key && f->slot[at].key != key) /* never full */
        at = (at + 1) % SLOTS;
    return &f->slot[at];
}

/* The protocols told apart; all others are one. */
static uint8_t proto_of(const struct packet *p)
{
    return p->proto == PROTO_TCP || p->proto == PROTO_UDP ? p->proto
        : p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6 ? PROTO_ICMP
                                                            : 0;
}

static enum facts_group group_of(const struct facts *f, uint8_t proto, enum facts_by by, uint16_t port)
{
    return by == BY_ANSWER ? GROUP_ANSWER
        : proto == PROTO_ICMP ? GROUP_ICMP
        : proto == 0          ? GROUP_OTHER
                              : (enum facts_group)f->group[proto == PROTO_UDP][port];
}

static void begin(struct facts *f, usec t)
{
    memset(f->slot, 0, sizeof f->slot);
    memset(f->host, 0, sizeof f->host);
    memset(f->world, 0, sizeof f->world);
    f->used = 0;
    f->packets = f->told = 0;
    f->base = f->now;
    f->hour = t / USEC_HOUR;
    f->begin = f->end = t;
}

void facts_add(struct facts *f, const struct packet *p, struct address source, enum mark_kind kind, uint32_t marks)
{
    enum facts_by by = by_of(kind, marks);
    uint8_t proto = proto_of(p);
    uint16_t port = proto == PROTO_TCP || proto == PROTO_UDP ? by == BY_ANSWER ? p->sport : p->dport : 0;
    uint64_t hash = address_hash(source);
    if (f->packets == 0 || p->t / USEC_HOUR > f->hour) { /* what is late counts now */
        facts_flush(f);
        begin(f, p->t);
    }
    f->packets++;
    f->end = p->t > f->end ? p->t : f->end;
    struct slot *s = slot_of(f, key_of(proto, by, port));
    if (!s->key && f->used >= FULL)
        s = slot_of(f, key_of(proto, by, 0));
    if (!s->key) {
        s->key = f->used >= FULL ? key_of(proto, by, 0) : key_of(proto, by, port);
        f->used++;
    }
    s->packets++;
    see(s->host, 6, hash);
    see(f->host, 12, hash);
    size_t net = address_is_v4(source) ? (uint32_t)source.lo >> 24 : FACTS_NETS - 1;
    f->world[net][group_of(f, proto, by, port)]++;
}

void facts_lose(struct facts *f, struct facts_lost now)
{
    f->now = now;
}

void facts_flush(struct facts *f)
{
    if (f->packets > f->told) {
        f->told = f->packets;
        f->tell(f->ctx, f);
    }
}

void facts_end(struct facts *f)
{
    facts_flush(f);
    f->packets = f->told = 0;
}

/* ── telling ── */

static int by_packets(const void *x, const void *y)
{
    const struct slot *const *a = x, *const *b = y;
    if ((*a)->packets != (*b)->packets)
        return (*a)->packets > (*b)->packets ? -1 : 1;
    return (*a)->key < (*b)->key ? -1 : (*a)->key > (*b)->key;
}

static struct facts_service service_of(const struct slot *s)
{
    return (struct facts_service){s->packets, (uint32_t)estimate(s->host, FEW), (uint16_t)s->key,
        (uint8_t)(s->key >> 24), (uint8_t)((s->key >> 16 & 0xff) - 1)};
}

/* Port 0 of its protocol and tool takes what is not told by itself. */
static void add_rest(struct facts_hour *out, const struct facts_service *s)
{
    for (size_t i = 0; i < out->n; i++) {
        struct facts_service *o = &out->service[i];
        if (o->port == 0 && o->proto == s->proto && o->by == s->by) {
            o->packets += s->packets;
            o->hosts = s->hosts > o->hosts ? s->hosts : o->hosts;
            return;
        }
    }
    if (out->n < COUNT_OF(out->service)) {
        out->service[out->n] = *s;
        out->service[out->n++].port = 0;
    }
}

void facts_sum(struct facts *f, struct facts_hour *out)
{
    const struct slot *order[SLOTS];
    size_t n = 0;
    for (size_t i = 0; i < SLOTS; i++)
        if (f->slot[i].key)
            order[n++] = &f->slot[i];
    qsort(order, n, sizeof *order, by_packets);
    *out = (struct facts_hour){.hour = f->hour * USEC_HOUR, .begin = f->begin, .end = f->end,
        .packets = f->packets, .hosts = estimate(f->host, MANY),
        .lost = {f->now.seen - f->base.seen, f->now.dropped - f->base.dropped, f->now.malformed - f->base.malformed}};
    for (size_t i = 0; i < n; i++) {
        struct facts_service s = service_of(order[i]);
        if (i < FACTS_TOLD)
            out->service[out->n++] = s;
        else
            add_rest(out, &s);
    }
}

uint32_t facts_world(const struct facts *f, size_t net, enum facts_group g)
{
    return f->world[net][g];
}
