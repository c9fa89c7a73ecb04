/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of tuples, and an index into it of sets of eight, which nobody has to tidy: a number in it that is
 * no longer in the queue is a free place. */
#include "sensor/tuple.h"

enum { WAYS = 8, SETS_SHARE = 4, LATE = 2 /* hours; what is later has another clock, which counts from now on */ };
_Static_assert(sizeof(struct tuple_key) == 64, "no gaps");

static const uint32_t told_marks[] = {1U << MARK_IMPOSSIBLE, 1U << MARK_MASSCAN, 1U << MARK_MIRAI, 1U << MARK_NMAP, 1U << MARK_ZMAP};

const char *const tuple_names = "timestamp,src_ip,dst_ip,src_port,dst_port,protocol,ttl,tcpflags,ip_len,tcp_synlen,tcp_synwinlen,kind,"
    "is_impossible,is_masscan,is_mirai,is_nmap,is_zmap,packets,bytes,first,last\n";

struct tuples {
    uint32_t most, sets;
    uint32_t oldest, next; /* numbers; they run over */
    int64_t hour;          /* the latest */
    tuple_tell *tell;
    void *ctx;
    uint32_t (*set)[WAYS]; /* numbers of tuples */
    struct tuple v[];
};

err tuple_new(tuple_tell *tell, void *ctx, uint32_t most, struct tuples **out)
{
    most = most ? most : TUPLES_MOST;
    BUG_IF(most < WAYS || (most & (most - 1)) != 0);
    struct tuples *f = *out = calloc(1, sizeof *f + most * sizeof f->v[0]);
    if (!f)
        return ERR(NOMEM);
    f->most = most;
    f->sets = most / SETS_SHARE;
    f->set = calloc(f->sets, sizeof *f->set);
    if (!f->set) {
        free(f);
        *out = NULL;
        return ERR(NOMEM);
    }
    f->tell = tell;
    f->ctx = ctx;
    f->hour = INT64_MIN;
    return OK;
}

void tuple_free(struct tuples *f)
{
    if (f)
        free(f->set);
    free(f);
}

size_t tuple_bytes(const struct tuples *f)
{
    return sizeof *f + f->most * sizeof f->v[0] + f->sets * sizeof *f->set;
}

static struct tuple *at(struct tuples *f, uint32_t number)
{
    return &f->v[number & (f->most - 1)];
}

static void tell_oldest(struct tuples *f)
{
    f->tell(f->ctx, at(f, f->oldest++));
}

void tuple_flush(struct tuples *f)
{
    while (f->oldest != f->next)
        tell_oldest(f);
}

static struct tuple_key key_of(const struct packet *p, enum mark_kind kind, uint32_t marks)
{
    bool icmp = p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6, syn = kind == KIND_SYN;
    struct tuple_key k = {.src = p->src, .dst = p->dst, .hour = p->t / USEC_HOUR - (p->t % USEC_HOUR < 0),
        .sport = icmp ? p->type : p->sport, .dport = icmp ? p->code : p->dport, .size = p->size,
        .window = syn ? p->window : 0, .header = syn ? (uint8_t)(20 + p->options) : 0, .proto = p->proto,
        .ttl = p->ttl, .flags = p->flags, .kind = (uint8_t)kind};
    if (address_eq(p->src, p->dst))
        marks |= 1U << MARK_IMPOSSIBLE;
    for (size_t i = 0; i < COUNT_OF(told_marks); i++)
        k.marks |= marks & told_marks[i];
    return k;
}

static uint64_t hash_of(const struct tuple_key *k)
{
    uint64_t word[sizeof *k / sizeof(uint64_t)], h = 0;
    memcpy(word, k, sizeof word);
    for (size_t i = 0; i < COUNT_OF(word); i++)
        h = address_mix(h + word[i] + 0x9e3779b97f4a7c15U);
    return h;
}

/* The tuple, or NULL and the place its number belongs to: that of the oldest of its set. */
static struct tuple *find(struct tuples *f, const struct tuple_key *k, uint32_t **place)
{
    uint32_t *set = f->set[hash_of(k) % f->sets], waiting = f->next - f->oldest, most = 0;
    *place = set;
    for (int i = 0; i < WAYS; i++) {
        uint32_t age = f->next - set[i];
        if (age - 1 < waiting && memcmp(&at(f, set[i])->k, k, sizeof *k) == 0)
            return at(f, set[i]);
        if (age - 1 >= most) {
            most = age - 1;
            *place = &set[i];
        }
    }
    return NULL;
}

void tuple_add(struct tuples *f, const struct packet *p, enum mark_kind kind, uint32_t marks)
{
    struct tuple_key k = key_of(p, kind, marks);
    uint32_t *place;
    if (k.hour > f->hour || k.hour < f->hour - LATE) {
        tuple_flush(f);
        f->hour = k.hour;
    }
    struct tuple *is = find(f, &k, &place);
    if (!is) {
        if (f->next - f->oldest == f->most)
            tell_oldest(f);
        *place = f->next;
        is = at(f, f->next++);
        *is = (struct tuple){k, 0, p->t, p->t};
    }
    is->packets++;
    is->first = p->t < is->first ? p->t : is->first;
    is->last = p->t > is->last ? p->t : is->last;
}

/* ── CSV ── */

/* Seconds since 1970. */
static void put_seconds(struct buf *b, usec t)
{
    char six[7] = ".000000";
    usec part = t % USEC_SECOND + (t % USEC_SECOND < 0 ? USEC_SECOND : 0);
    buf_i64(b, (t - part) / USEC_SECOND);
    for (int i = 6; i > 0; i--, part /= 10)
        six[i] = (char)('0' + part % 10);
    buf_put(b, six, sizeof six);
}

void tuple_put(struct buf *b, const struct tuple *f)
{
    const struct tuple_key *k = &f->k;
    const uint16_t number[] = {k->sport, k->dport, k->proto, k->ttl, k->flags, k->size, k->header, k->window};
    buf_i64(b, k->hour * (USEC_HOUR / USEC_SECOND));
    buf_char(b, ',');
    address_put(b, k->src);
    buf_char(b, ',');
    address_put(b, k->dst);
    for (size_t i = 0; i < COUNT_OF(number); i++) {
        buf_char(b, ',');
        buf_i64(b, number[i]);
    }
    buf_char(b, ',');
    buf_str(b, str_of(mark_kind_name((enum mark_kind)k->kind)));
    for (size_t i = 0; i < COUNT_OF(told_marks); i++)
        buf_put(b, k->marks & told_marks[i] ? ",1" : ",0", 2);
    buf_char(b, ',');
    buf_i64(b, (int64_t)f->packets);
    buf_char(b, ',');
    buf_i64(b, (int64_t)(f->packets * k->size));
    buf_char(b, ',');
    put_seconds(b, f->first);
    buf_char(b, ',');
    put_seconds(b, f->last);
    buf_char(b, '\n');
}
