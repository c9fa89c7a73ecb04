/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sources, and what each packet adds to a row. */
#include "sensor/track.h"

#include <math.h>

enum {
    ROWS = 1 << 16,
    POOL_WORDS = 64,      /* for each row: 16 MB in all */
    QUIET_HOURS = 24,     /* so long without a packet ends an episode; a flood's half of it */
    RING_ROW = 256,       /* bytes of the ring of frames for each row: 16 MB in all */
    SAMPLE_SIZE = 1,      /* of the pool: 64 words hold six samples */
};

_Static_assert(TRACK_SAMPLES * sizeof(struct track_sample) <= 256, "samples fit into their place");

struct track {
    struct track_row *row;
    uint32_t *tag; /* TRACK_WAYS of each bucket; 0: free */
    uint32_t buckets;
    struct pool pool;
    struct ring *ring;
    struct track_config c;
    float limit;
    uint64_t unjudged;
};

err track_new(const struct track_config *c, struct track **out)
{
    struct track *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return ERR(NOMEM);
    t->c = *c;
    uint32_t rows = c->rows ? c->rows : ROWS;
    t->buckets = rows / TRACK_WAYS;
    t->row = calloc((size_t)t->buckets * TRACK_WAYS, sizeof *t->row);
    t->tag = calloc((size_t)t->buckets * TRACK_WAYS, sizeof *t->tag);
    err e = t->row && t->tag ? pool_init(&t->pool, rows * POOL_WORDS) : ERR(NOMEM);
    if (!err_is(e))
        e = ring_new((size_t)rows * RING_ROW, &t->ring);
    track_watch(t, c->dark_v4);
    if (err_is(e))
        track_free(t);
    else
        *out = t;
    return e;
}

/* A mistaken address is dark the more often the more is dark: the limit grows with it. */
void track_watch(struct track *t, uint64_t dark_v4)
{
    double scale = (double)dark_v4 / 65536;
    t->limit = logf(80.0F * (float)(scale < 1 ? 1 : scale > 8 ? 8 : scale));
}

void track_free(struct track *t)
{
    if (!t)
        return;
    pool_done(&t->pool);
    ring_free(t->ring);
    free(t->row);
    free(t->tag);
    free(t);
}

size_t track_bytes(const struct track *t)
{
    return (size_t)t->buckets * TRACK_WAYS * (sizeof *t->row + sizeof *t->tag + RING_ROW) +
        t->pool.words * sizeof *t->pool.word;
}

struct pool *track_pool(struct track *t)
{
    return &t->pool;
}

float track_limit(const struct track *t)
{
    return t->limit;
}

uint64_t track_unjudged(const struct track *t)
{
    return t->unjudged;
}

/* ── finding a row ── */

static size_t bucket_of(const struct track *t, uint64_t hash)
{
    return (size_t)(hash >> 32) % t->buckets * TRACK_WAYS;
}

static uint32_t tag_of(uint64_t hash, unsigned family)
{
    return (uint32_t)hash << 3 | family << 1 | 1;
}

void track_touch(const struct track *t, struct address source)
{
    size_t at = bucket_of(t, address_hash(source));
    __builtin_prefetch(&t->tag[at]);
    __builtin_prefetch(&t->row[at], 1);
}

static struct track_row *find(const struct track *t, size_t bucket, uint32_t tag, struct address source)
{
    for (size_t i = 0; i < TRACK_WAYS; i++)
        if (t->tag[bucket + i] == tag && address_eq(t->row[bucket + i].source, source))
            return &t->row[bucket + i];
    return NULL;
}

static void clear(struct track *t, struct track_row *r)
{
    distinct_free(&t->pool, &r->dark);
    pool_give(&t->pool, r->samples, SAMPLE_SIZE);
    t->tag[r - t->row] = 0;
}

/* Rows of one source leave together, so that one behaviour is told once. */
static void leave(struct track *t, size_t bucket, struct address source)
{
    struct track_row together[FAMILIES];
    size_t n = 0;
    for (size_t i = 0; i < TRACK_WAYS && n < FAMILIES; i++)
        if (t->tag[bucket + i] && address_eq(t->row[bucket + i].source, source))
            together[n++] = t->row[bucket + i];
    if (n == 1 && together[0].packets == 1)
        t->unjudged++;
    else if (t->c.gone)
        t->c.gone(t->c.ctx, together, n);
    for (size_t i = 0; i < TRACK_WAYS; i++)
        if (t->tag[bucket + i] && address_eq(t->row[bucket + i].source, source))
            clear(t, &t->row[bucket + i]);
}

/* What ended by itself is always told. */
static void end(struct track *t, struct track_row *r)
{
    if (t->c.gone)
        t->c.gone(t->c.ctx, r, 1);
    clear(t, r);
}

void track_reown(struct track *t, track_owner *fn, void *ctx)
{
    for (size_t i = 0; i < (size_t)t->buckets * TRACK_WAYS; i++) {
        uint32_t now = t->tag[i] ? fn(ctx, &t->row[i]) : 0;
        if (now)
            t->row[i].owner = now;
        else if (t->tag[i])
            end(t, &t->row[i]);
    }
}

static size_t room(struct track *t, size_t bucket)
{
    size_t least = bucket;
    for (size_t i = bucket; i < bucket + TRACK_WAYS; i++) {
        if (t->tag[i] == 0)
            return i;
        const struct track_row *a = &t->row[i], *b = &t->row[least];
        if (a->packets < b->packets || (a->packets == b->packets && a->last < b->last))
            least = i;
    }
    leave(t, bucket, t->row[least].source);
    return least;
}

static struct track_row *begin(struct track *t, size_t bucket, uint32_t tag, const struct packet *p,
    const struct track_hit *hit, unsigned family)
{
    size_t at = room(t, bucket);
    t->tag[at] = tag;
    t->row[at] = (struct track_row){.source = hit->source, .owner = hit->owner, .first = p->t,
        .last = p->t, .family = (uint8_t)family, .hop_least = UINT8_MAX, .ttl_least = UINT8_MAX,
        .minute = p->t / USEC_MINUTE};
    return &t->row[at];
}

/* ── what a packet adds ── */

static void count_port(struct track_row *r, uint8_t proto, uint16_t port)
{
    struct track_port *least = &r->port[0];
    for (size_t i = 0; i < TRACK_PORTS; i++) {
        struct track_port *o = &r->port[i];
        if (o->proto == proto && o->port == port) {
            o->n++;
            return;
        }
        if (o->proto == 0) {
            *o = (struct track_port){1, port, proto};
            return;
        }
        if (o->n < least->n)
            least = o;
    }
    *least = (struct track_port){least->n + 1, port, proto}; /* Metwally et al., ICDT 2005: at most so many */
}

static bool see(uint64_t *bits, uint64_t hash)
{
    uint64_t at = hash % TRACK_PAIR_BITS, mask = 1ULL << (at & 63);
    bool was = bits[at / 64] & mask;
    bits[at / 64] |= mask;
    return was;
}

uint32_t track_ports(const struct track_row *r)
{
    unsigned set = 0;
    for (size_t i = 0; i < COUNT_OF(r->ports); i++)
        set += (unsigned)__builtin_popcountll(r->ports[i]);
    if (set >= TRACK_PAIR_BITS)
        set = TRACK_PAIR_BITS - 1;
    double m = TRACK_PAIR_BITS;
    return (uint32_t)(-m * log(1 - set / m) + 0.5);
}

/* Sequential test between "asks around" and "asks a wrong address" (after Jung et al., IEEE S&P 2004),
 * by whether a packet asks where this source has not asked yet. A repetition of the very same packet
 * says nothing: operating systems repeat what nobody answered. The odds do not fall without end, so
 * that who was mistaken for years is still seen when the machine is taken over. */
static void weigh(struct track *t, struct track_row *r, bool new_dark, const struct packet *p,
    const struct track_hit *hit)
{
    static const float address[FAMILIES] = {2.197F /* ln 9 */, 1.131F /* ln 3.1 */, 2.197F, 0};
    const float port = 0.79F /* ln 2.2 */, again = -1.1F, udp_again = -0.5F, floor = -4.4F;
    uint64_t pair = address_mix(address_hash(hit->dark) + ((uint64_t)hit->dport << 8 | hit->proto));
    bool old_pair = see(r->pair, pair);
    bool same = see(r->flow, address_mix(pair + ((uint64_t)p->seq << 16 | hit->sport)));
    if (r->packets == 1)
        return;
    if (new_dark)
        r->odds += address[r->family];
    else if (!old_pair)
        r->odds += port;
    else if (!same || hit->proto == PROTO_UDP)
        r->odds += same ? udp_again : again; /* a scanner may try two payloads */
    if (r->odds < floor)
        r->odds = floor;
    r->decided = r->decided || r->odds >= t->limit - 0.01F;
}

/* Routers passed, by the nearest value a stack begins with. */
static uint8_t hops_of(uint8_t ttl)
{
    return (uint8_t)(ttl <= 64 ? 64 - ttl : ttl <= 128 ? 128 - ttl : 255 - ttl);
}

/* Signs that the packets come from one machine: hard to forge together for who does not see them. */
static void signs(struct track_row *r, const struct packet *p, const struct track_hit *hit)
{
    uint32_t stamp, echo;
    uint8_t hops = hops_of(p->ttl);
    r->hop_least = hops < r->hop_least ? hops : r->hop_least;
    r->hop_most = hops > r->hop_most ? hops : r->hop_most;
    r->ttl_least = p->ttl < r->ttl_least ? p->ttl : r->ttl_least;
    r->ttl_most = p->ttl > r->ttl_most ? p->ttl : r->ttl_most;
    if (r->packets > 1) {
        r->ids_good += (uint16_t)(p->ip_id - r->id - 1) < 256;
        r->sports_good += (uint16_t)(hit->sport - r->sport - 1) < 32;
    }
    if (p->proto == PROTO_TCP && p->options && mark_timestamp(p, &stamp, &echo)) {
        r->stamps_good += r->stamps > 0 && stamp - r->stamp < 1U << 24;
        r->stamps++;
        r->stamp = stamp;
    }
    r->id = p->ip_id;
    r->sport = hit->sport;
}

static void keep_sample(struct track *t, struct track_row *r, const struct packet *p,
    const struct track_hit *hit)
{
    struct track_sample s = {p->t, hit->dark, p->seq, p->sport, p->dport, p->proto, p->flags, p->ttl, p->type, 0};
    bool first = r->packets == 1;
    if (!first && r->samples_n == TRACK_SAMPLES)
        return;
    if (!first && !r->samples)
        r->samples = pool_take(&t->pool, SAMPLE_SIZE);
    if (!first && !r->samples)
        return;
    s.frame = ring_put(t->ring, s.t, p->ip, p->kept, p->size ? p->size : p->kept);
    if (first)
        r->sample = s;
    else
        memcpy(t->pool.word + r->samples + r->samples_n++ * (sizeof s / 4), &s, sizeof s);
}

const struct ring_frame *track_frame(const struct track *t, const struct track_sample *s)
{
    return ring_get(t->ring, s->frame, s->t);
}

const struct track_sample *track_sample(struct track *t, const struct track_row *r, unsigned i)
{
    if (i == 0)
        return &r->sample;
    if (i > r->samples_n)
        return NULL;
    const void *at = t->pool.word + r->samples + (i - 1) * (sizeof(struct track_sample) / 4);
    return at;
}

static void pace(struct track_row *r, usec t)
{
    int64_t minute = t / USEC_MINUTE;
    if (minute != r->minute) {
        r->minute = minute;
        r->rate_now = 0;
    }
    r->rate_now = (uint16_t)(r->rate_now + (r->rate_now < UINT16_MAX));
    r->rate_most = r->rate_now > r->rate_most ? r->rate_now : r->rate_most;
}

static unsigned family_of(const struct track_hit *hit)
{
    return mark_is_answer(hit->kind)               ? FAMILY_ANSWER
        : hit->marks & 1U << MARK_MIRAI            ? FAMILY_MIRAI
        : hit->marks & 1U << MARK_SERVICE          ? FAMILY_SERVICE
                                                   : FAMILY_PROBE;
}

static uint32_t dark_member(struct address dark)
{
    return address_is_v4(dark) ? (uint32_t)dark.lo : (uint32_t)address_hash(dark);
}

/* A scanner's own machine resets what a live target answered: that is its scan, not a flood on it. */
static bool is_own_reset(const struct track *t, size_t bucket, uint64_t hash, const struct track_hit *hit)
{
    if (hit->kind != KIND_RST)
        return false;
    for (unsigned f = FAMILY_PROBE; f <= FAMILY_MIRAI; f++) {
        const struct track_row *r = find(t, bucket, tag_of(hash, f), hit->source);
        if (r && distinct_has(&t->pool, &r->dark, dark_member(hit->dark)))
            return true;
    }
    return false;
}

void track_add(struct track *t, const struct packet *p, const struct track_hit *hit)
{
    uint64_t hash = address_hash(hit->source);
    size_t bucket = bucket_of(t, hash);
    unsigned family = family_of(hit);
    if (family == FAMILY_ANSWER && is_own_reset(t, bucket, hash, hit))
        return;
    uint32_t tag = tag_of(hash, family);
    struct track_row *r = find(t, bucket, tag, hit->source);
    usec quiet = QUIET_HOURS * USEC_HOUR / (family == FAMILY_ANSWER ? 2 : 1);
    if (r && (p->t - r->last > quiet || r->owner != hit->owner)) {
        end(t, r);
        r = NULL;
    }
    if (!r)
        r = begin(t, bucket, tag, p, hit, family);
    r->packets += r->packets < UINT32_MAX;
    r->bytes += p->size;
    r->first = p->t < r->first ? p->t : r->first;
    r->last = p->t > r->last ? p->t : r->last;
    r->kind[hit->kind]++;
    for (uint32_t m = hit->marks; m; m &= m - 1)
        r->mark[__builtin_ctz(m)]++;
    if (hit->load)
        r->load |= 1U << (hit->load - 1);
    bool new_dark = distinct_add(&t->pool, &r->dark, dark_member(hit->dark));
    count_port(r, hit->proto, hit->dport);
    see(r->ports, address_mix((uint64_t)hit->dport << 8 | hit->proto));
    if (family != FAMILY_ANSWER)
        weigh(t, r, new_dark, p, hit);
    signs(r, p, hit);
    keep_sample(t, r, p, hit);
    pace(r, p->t);
}

struct track_row *track_row_of(struct track *t, const struct track_row *copy)
{
    uint64_t hash = address_hash(copy->source);
    return find(t, bucket_of(t, hash), tag_of(hash, copy->family), copy->source);
}

void track_each(struct track *t, track_gone *fn, void *ctx)
{
    for (size_t bucket = 0; bucket < (size_t)t->buckets * TRACK_WAYS; bucket += TRACK_WAYS) {
        bool told[TRACK_WAYS] = {false};
        for (size_t i = 0; i < TRACK_WAYS; i++) {
            struct track_row together[FAMILIES];
            size_t n = 0;
            for (size_t k = i; k < TRACK_WAYS && t->tag[bucket + i] && !told[i]; k++) {
                if (t->tag[bucket + k] && n < FAMILIES &&
                    address_eq(t->row[bucket + k].source, t->row[bucket + i].source) && !(k > i && told[k])) {
                    together[n++] = t->row[bucket + k];
                    if (k > i)
                        told[k] = true;
                }
            }
            if (n)
                fn(ctx, together, n);
        }
    }
}
