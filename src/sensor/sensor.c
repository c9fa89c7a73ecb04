/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a packet: read it, look whether it is dark, whose it is, what it looks like; remember. */
#include "sensor/sensor.h"

#include "sensor/sensor_private.h"

enum { DEEP = 4 };
static const usec CLOCK_BACK = 2 * USEC_HOUR, CLOCK_AHEAD = 7 * USEC_DAY;

/* A time far from the others is believed once it is not alone: one packet with a broken clock must
 * neither end nor begin anything. */
static usec doubted(struct sensor *s, usec t)
{
    enum { ALONE = 3 };
    struct sensor_clock *c = &s->clock;
    bool agrees = c->agree > 0 && t >= c->other - CLOCK_BACK && t <= c->other + CLOCK_BACK;
    c->other = t;
    c->agree = agrees ? c->agree + 1 : 1;
    if (!c->set || c->agree >= ALONE) {
        c->set = true;
        c->now = t;
        c->agree = 0;
        return t;
    }
    s->stats.time_jumps++;
    return c->now;
}

static inline usec believed(struct sensor *s, usec t)
{
    struct sensor_clock *c = &s->clock;
    if (!c->set || t < c->now - CLOCK_BACK || t > c->now + CLOCK_AHEAD)
        return doubted(s, t);
    c->now = t > c->now ? t : c->now;
    c->agree = 0;
    return t;
}

static bool is_dark(const struct sensor *s, struct address a)
{
    return prefix_find(s->c.dark, a) != 0;
}

static bool may_carry(const struct packet *p)
{
    return p->proto == PROTO_IPV4 || p->proto == PROTO_IPV6 || p->proto == PROTO_GRE ||
        (p->proto == PROTO_UDP && (p->dport == TUNNEL_VXLAN || p->dport == TUNNEL_GENEVE ||
            p->dport == TUNNEL_TEREDO || p->sport == TUNNEL_TEREDO));
}

/* The innermost packet that goes to a dark address; a telescope behind a tunnel sees its own outside. */
static bool find_inside(struct sensor *s, struct packet *p, bool found)
{
    struct packet in, out = *p;
    for (int i = 0; i < DEEP && packet_inner(&out, &in); i++) {
        if (is_dark(s, in.dst)) {
            *p = in;
            found = true;
            s->stats.tunnelled++;
        }
        out = in;
    }
    return found;
}

/* Whom it is about. Of an error, whoever the quoted packet went to; that packet came, so it says, from
 * the very address the error is sent to. */
static struct address about(struct sensor *s, const struct packet *p, enum mark_kind *kind, uint32_t *marks)
{
    if (*kind != KIND_ICMP_ERROR || !p->quoting)
        return p->src;
    if (address_eq(p->quote.src, p->dst))
        return p->quote.dst;
    s->stats.quotes_odd++;
    *kind = KIND_OTHER;
    *marks |= 1U << MARK_IMPOSSIBLE;
    return p->src;
}

/* Its place among what is known of the source. */
static void remember(struct sensor *s, const struct packet *p, struct address source, uint32_t owner,
    enum mark_kind kind, uint32_t marks)
{
    struct track_hit hit = {.source = source, .dark = p->dst, .owner = owner, .kind = kind,
        .sport = p->sport, .dport = p->dport, .proto = p->proto};
    hit.marks = mark_more(p, kind, marks, &hit.load);
    if (kind == KIND_ICMP_ERROR && p->quoting) {
        hit.sport = p->quote.sport;
        hit.dport = p->quote.dport;
        hit.proto = p->quote.proto;
    } else if (mark_is_answer(kind)) { /* the service is the sender's */
        hit.sport = p->dport;
        hit.dport = p->sport;
    }
    s->stats.matched++;
    track_add(s->track, p, &hit);
}

static inline void one(struct sensor *s, const struct capture_frame *f)
{
    __attribute__((uninitialized)) struct packet p; /* packet_read fills it */
    enum mark_kind kind;
    enum packet_read read = packet_read(f, &p);
    s->stats.read[read]++;
    if (__builtin_expect(read != PACKET_IP, 0))
        return;
    bool found = is_dark(s, p.dst);
    if (__builtin_expect(may_carry(&p), 0))
        found = find_inside(s, &p, found);
    s->stats.cut += p.cut;
    s->stats.elsewhere += !found;
    if (!found)
        return;
    p.t = believed(s, p.t);
    uint32_t marks = mark_tool(&p, &kind);
    struct address source = about(s, &p, &kind, &marks);
    s->stats.dark++;
    s->stats.kind[kind]++;
    for (uint32_t m = marks; m; m &= m - 1)
        s->stats.mark[__builtin_ctz(m)]++;
    if (s->facts)
        facts_add(s->facts, &p, source, kind, marks);
    if (__builtin_expect(s->flows != NULL, 0))
        tuple_add(s->flows, &p, kind, marks);
    uint32_t owner = prefix_find(s->c.owners->table, source);
    if (owner && kind != KIND_PIECE) /* without ports and flags there is nothing to judge */
        remember(s, &p, source, owner, kind, marks);
}

void sensor_feed(struct sensor *s, const struct capture_frame *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->stats.bytes += f[i].wire;
        one(s, &f[i]);
    }
    s->stats.frames += n;
}

void sensor_next_capture(struct sensor *s)
{
    s->clock = (struct sensor_clock){0};
    if (s->facts)
        facts_end(s->facts);
}

void sensor_lost(struct sensor *s, uint64_t seen, uint64_t dropped)
{
    if (s->facts)
        facts_lose(s->facts, (struct facts_lost){seen, dropped, s->stats.read[PACKET_MALFORMED]});
}

void sensor_facts_now(struct sensor *s)
{
    if (s->facts)
        facts_flush(s->facts);
}

void sensor_flows_end(struct sensor *s)
{
    if (s->flows)
        tuple_flush(s->flows);
}

static bool same_owner(const struct prefix_owner *a, const struct prefix_owner *b)
{
    bool same = a->role == b->role && a->bodies.n == b->bodies.n;
    for (size_t i = 0; same && i < a->bodies.n; i++)
        same = str_eq(a->bodies.v[i], b->bodies.v[i]);
    return same;
}

struct swap {
    const struct prefix_owners *old, *new;
};

static uint32_t new_owner(void *ctx, const struct track_row *r)
{
    const struct swap *w = ctx;
    uint32_t now = prefix_find(w->new->table, r->source);
    return now && same_owner(&w->old->v[r->owner - 1], &w->new->v[now - 1]) ? now : 0;
}

void sensor_swap(struct sensor *s, const struct prefix_owners *owners, const struct prefix_table *dark)
{
    struct swap w = {s->c.owners, owners};
    track_reown(s->track, new_owner, &w);
    track_watch(s->track, prefix_table_v4(dark));
    s->c.owners = owners;
    s->c.dark = dark;
}

static void gone(void *ctx, struct track_row *rows, size_t n)
{
    struct sensor *s = ctx;
    sensor_tell_rows(s, rows, n, s->c.tell, s->c.ctx);
}

err sensor_new(const struct sensor_config *c, struct sensor **out)
{
    *out = NULL;
    struct sensor *s = calloc(1, sizeof *s);
    if (!s)
        return ERR(NOMEM);
    s->c = *c;
    struct track_config t = {.rows = c->rows, .dark_v4 = prefix_table_v4(c->dark), .gone = gone, .ctx = s};
    err e = track_new(&t, &s->track);
    if (!err_is(e) && c->facts)
        e = facts_new(c->facts, c->ctx, &s->facts);
    if (!err_is(e) && c->flow)
        e = tuple_new(c->flow, c->ctx, c->tuples, &s->flows);
    if (err_is(e))
        sensor_free(s);
    else
        *out = s;
    return e;
}

void sensor_free(struct sensor *s)
{
    if (!s)
        return;
    track_free(s->track);
    facts_free(s->facts);
    tuple_free(s->flows);
    free(s);
}

struct each {
    struct sensor *s;
    sensor_tell *fn;
    void *ctx;
};

static void each_source(void *ctx, struct track_row *rows, size_t n)
{
    const struct each *e = ctx;
    sensor_tell_rows(e->s, rows, n, e->fn, e->ctx);
}

void sensor_each(struct sensor *s, sensor_tell *fn, void *ctx)
{
    struct each e = {s, fn, ctx};
    track_each(s->track, each_source, &e);
}

static void if_new(void *ctx, const struct sensor_episode *e)
{
    const struct each *n = ctx;
    struct track_row *r = track_row_of(n->s->track, e->row);
    uint16_t now = (uint16_t)(1U | e->j.infected << 1 | (unsigned)e->j.confidence << 2 |
        (unsigned)e->j.class << 4 | (unsigned)e->j.tool << 8);
    if (!r || r->told == now)
        return;
    r->told = now;
    n->fn(n->ctx, e);
}

void sensor_news(struct sensor *s, sensor_tell *fn, void *ctx)
{
    struct each n = {s, fn, ctx};
    uint64_t before = s->stats.episodes;
    sensor_each(s, if_new, &n);
    s->stats.episodes = before; /* counted when they end */
}

const struct sensor_stats *sensor_stats(const struct sensor *s)
{
    return &s->stats;
}

size_t sensor_bytes(const struct sensor *s)
{
    return sizeof *s + track_bytes(s->track) + prefix_table_bytes(s->c.dark) +
        prefix_table_bytes(s->c.owners->table) + (s->flows ? tuple_bytes(s->flows) : 0);
}
