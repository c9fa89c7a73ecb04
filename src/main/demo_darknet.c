/* SPDX-License-Identifier: Apache-2.0 */
/* The demonstration of darknet observation. Packets of eleven days are made up and go the way of real ones: the
 * sensor, darknet.report and darknet.tick hour by hour, so that alerts, states and records are what the rules
 * give. People take notice of some, find the cause of others, and do nothing about the rest. */
#include "main/demo.h"

#include "core/noise.h"
#include "mail/mail.h"

enum { SPAN = 264 /* hours */, ROWS = 1024, FRAME = 80, ELSEWHERE_MOST = 36, STOP_DAYS = 90, EXIT_SHARERS = 3 };

enum traffic { MIRAI, SPREAD, MASSCAN, FLOOD, MISTAKE, FORGED, STRAY };
enum whose { TOWN, NEAR /* of its prefecture */, ELSEWHERE, EXIT };

/* Times are hours before now; 0: never. */
struct story {
    enum traffic traffic;
    enum whose whose;
    uint8_t nth, host; /* of those bodies; of the body's range */
    uint16_t port;
    int an_hour;       /* packets */
    int from, to, again, again_to;
    int acked, closed, stopped;
    const char *cause, *text;
};

static const struct story stories[] = {
    {MIRAI, TOWN, 0, 5, 23, 20, 6, 0},
    {SPREAD, TOWN, 0, 3, 445, 16, 52, 41, .acked = 50},
    {MISTAKE, TOWN, 0, 9, 514, 60, 210, 161, .acked = 186, .closed = 160, .cause = "misconfiguration",
        .text = "複合機の記録の送り先が、前の機器のアドレスのままだった。送り先を直し、止まったことを確かめた。"},
    {FLOOD, TOWN, 0, 2, 443, 4200, 100, 97, .acked = 98, .closed = 75, .cause = "attacked",
        .text = "町の公開サーバーへの攻撃。回線の事業者に連絡し、しゃ断してもらった。閲覧の障害は40分。"},
    {SPREAD, TOWN, 0, 6, 22, 14, 226, 215, .again = 34, .again_to = 2, .acked = 214, .closed = 190,
        .cause = "malware", .text = "公民館の無線ルーターを初期化し、ファームウェアを更新した。"},
    {MASSCAN, TOWN, 0, 12, 443, 90, 150, 147, .again = 78, .again_to = 75, .acked = 149, .closed = 148,
        .stopped = 148, .cause = "scan-by-us", .text = "委託先の脆弱性検査（契約の期間中）"},
    {FORGED, TOWN, 0, 14, 80, 12, 240, 238, .acked = 230, .closed = 229, .cause = "spoofed",
        .text = "使っていないアドレス。ファイアウォールの記録に、外に出た通信はなかった。"},
    {STRAY, TOWN, 0, 11, 40123, 1, 21, 19},
    {SPREAD, EXIT, 0, 4, 3389, 18, 30, 3},
    {MIRAI, NEAR, 0, 7, 23, 24, 70, 1},
    {SPREAD, NEAR, 1, 2, 445, 12, 44, 30},
    {MISTAKE, NEAR, 2, 10, 123, 30, 130, 60, .acked = 110},
    {FLOOD, NEAR, 3, 3, 443, 5200, 5, 2},
    {FORGED, NEAR, 4, 13, 80, 14, 90, 88, .acked = 80},
    {MASSCAN, NEAR, 5, 8, 3389, 120, 17, 14, .acked = 15},
    {SPREAD, NEAR, 6, 5, 5555, 15, 180, 168, .acked = 175, .closed = 150, .cause = "guest",
        .text = "来庁者用の無線につながった機器。切断した。"},
};

struct who {
    size_t n; /* its place among the bodies */
    person_id person;
};

struct stage {
    const struct demo_darknet *d;
    uint64_t seed;
    struct arena *a;
    usec start, hour;
    size_t town, pref; /* places among the bodies */
    struct who near[32], far[1024];
    size_t n_near, n_far;
    struct story story[COUNT_OF(stories) + ELSEWHERE_MOST];
    size_t n;
    struct prefix_owners owners;
    struct prefix_table *dark;
    struct sensor *sensor;
    struct buf lines; /* a JSON array under way */
    struct capture_frame *frame;
    size_t frames;
};
enum { FRAMES_MOST = 40000 };

/* ── who ── */

static void cast(struct stage *s)
{
    const struct demo_darknet *d = s->d;
    for (size_t i = 0; i < d->n_bodies; i++) {
        const struct body *b = &d->bodies[i];
        bool near = b->pref == d->pref, town = b->id.v == d->town.v;
        s->town = town ? i : s->town;
        s->pref = near && b->class == CLASS_PREFECTURE ? i : s->pref;
        if (town || i >= DARKNET_SAMPLE_EXIT || !darknet_sample_is_observed(i))
            continue;
        if (near && s->n_near < COUNT_OF(s->near))
            s->near[s->n_near++] = (struct who){i, d->staff[i]};
        else if (!near && s->n_far < COUNT_OF(s->far))
            s->far[s->n_far++] = (struct who){i, d->staff[i]};
    }
}

static struct who who_of(const struct stage *s, const struct story *t)
{
    switch (t->whose) {
    case TOWN: return (struct who){s->town, s->d->visitor};
    case NEAR: return s->near[t->nth % s->n_near];
    case ELSEWHERE: return s->far[noise_of(s->seed, 60, t->nth, 0) % s->n_far];
    case EXIT: break;
    }
    return (struct who){DARKNET_SAMPLE_EXIT, {0}};
}

static uint32_t source_of(const struct stage *s, const struct story *t)
{
    struct net_range r = darknet_sample_range(who_of(s, t).n);
    return (uint32_t)r.b[0] << 24 | (uint32_t)r.b[1] << 16 | (uint32_t)r.b[2] << 8 | (uint32_t)(r.b[3] + t->host);
}

/* What happened to others of the nation. */
static struct story elsewhere(const struct stage *s, unsigned i)
{
    static const uint16_t port[] = {[MIRAI] = 23, [SPREAD] = 445, [MASSCAN] = 443, [FLOOD] = 443, [MISTAKE] = 514,
        [FORGED] = 80, [STRAY] = 40123};
    static const int an_hour[] = {[MIRAI] = 20, [SPREAD] = 15, [MASSCAN] = 80, [FLOOD] = 4600, [MISTAKE] = 40,
        [FORGED] = 12, [STRAY] = 1};
    static const char *const cause[] = {[MIRAI] = "malware", [SPREAD] = "malware", [MASSCAN] = "scan-by-us",
        [FLOOD] = "attacked", [MISTAKE] = "misconfiguration", [FORGED] = "spoofed", [STRAY] = "unknown"};
    uint64_t h = noise_of(s->seed, 61, i, 0);
    enum traffic traffic = (enum traffic)(i % (STRAY + 1));
    bool brief = traffic == FLOOD || traffic == FORGED || traffic == STRAY;
    int from = 4 + (int)(h % 230), lasts = brief ? 2 : 2 + (int)(h / 256 % 30);
    int to = from > lasts ? from - lasts : 0, after = from - 1 - (int)(h / 8192 % 20);
    struct story t = {traffic, ELSEWHERE, (uint8_t)i, (uint8_t)(1 + h / 65536 % 14), port[traffic],
        an_hour[traffic], from, to};
    if (after > 1 && h >> 40 & 1)
        t.acked = after;
    if (t.acked > 20 && h >> 41 & 1) {
        t.closed = t.acked - 18;
        t.cause = cause[traffic];
        t.text = "（架空）";
    }
    return t;
}

static void write_stories(struct stage *s)
{
    for (size_t i = 0; i < COUNT_OF(stories); i++)
        s->story[s->n++] = stories[i];
    for (unsigned i = 0; i < ELSEWHERE_MOST; i++)
        s->story[s->n++] = elsewhere(s, i);
}

/* ── packets (RFC 791, 768, 9293) ── */

static void put16(uint8_t *p, unsigned n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
}

static void put32(uint8_t *p, uint32_t n)
{
    put16(p, n >> 16);
    put16(p + 2, n & 0xffff);
}

static uint16_t sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    sum += n % 2 ? (uint32_t)p[n - 1] << 8 : 0;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

struct made {
    uint32_t src, dst, seq;
    uint16_t sport, dport, id, window;
    uint8_t proto, ttl, flags;
    const char *more; /* TCP options, or what UDP carries */
    size_t n_more;
};

static size_t put_packet(uint8_t p[FRAME], const struct made *m)
{
    bool tcp = m->proto == PROTO_TCP;
    size_t head = tcp ? 20 : 8, part = head + m->n_more, all = 20 + part;
    uint8_t *t = p + 20;
    memset(p, 0, FRAME);
    p[0] = 0x45;
    put16(p + 2, (unsigned)all);
    put16(p + 4, m->id);
    p[8] = m->ttl;
    p[9] = m->proto;
    put32(p + 12, m->src);
    put32(p + 16, m->dst);
    put16(p + 10, sum_of(p, 20, 0));
    put16(t, m->sport);
    put16(t + 2, m->dport);
    if (m->n_more)
        memcpy(t + head, m->more, m->n_more);
    if (tcp) {
        put32(t + 4, m->seq);
        t[12] = (uint8_t)(part / 4 << 4);
        t[13] = m->flags;
        put16(t + 14, m->window);
    } else {
        put16(t + 4, (unsigned)part);
    }
    put16(t + (tcp ? 16 : 6), sum_of(t, part, (m->src >> 16) + (m->src & 0xffff) + (m->dst >> 16) + (m->dst & 0xffff) + m->proto + (uint32_t)part));
    return all;
}

/* The k-th packet of a story: the marks that tools, worms and victims leave (sensor/mark.c). */
static struct made packet_of(const struct stage *s, const struct story *t, uint64_t k)
{
    static const char windows[] = "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02";
    static const char log[] = "<134>printer01: job finished";
    static const uint32_t dark = 198U << 24 | 19U << 16;
    uint32_t src = source_of(s, t);
    uint64_t h = noise_of(s->seed, 62, src + (uint32_t)t->from, k);
    struct made m = {.src = src, .dst = dark | (uint32_t)(h & 0xffff), .seq = (uint32_t)(h >> 16),
        .sport = (uint16_t)(40000 + k % 20000), .dport = t->port, .id = (uint16_t)(k * 3 + 77), .window = 64240,
        .proto = PROTO_TCP, .ttl = 116, .flags = TCP_SYN};
    switch (t->traffic) {
    case MIRAI:
        m.seq = m.dst, m.ttl = 52, m.window = (uint16_t)(h >> 40);
        m.dport = h >> 32 & 7 ? t->port : 2323;
        break;
    case SPREAD:
        m.more = windows, m.n_more = sizeof windows - 1;
        break;
    case MASSCAN:
        m.window = 1024, m.ttl = 244;
        m.id = (uint16_t)(m.dst ^ m.dport ^ m.seq);
        break;
    case FLOOD:
        m.flags = TCP_SYN | TCP_ACK, m.ttl = 55, m.sport = t->port, m.dport = (uint16_t)(1024 + (h >> 48) % 60000);
        break;
    case MISTAKE:
        m.proto = PROTO_UDP, m.ttl = 60, m.dst = dark | (src & 0xff) << 8 | 10, m.sport = 514;
        if (t->port == 514)
            m.more = log, m.n_more = sizeof log - 1;
        break;
    case FORGED:
        m.ttl = (uint8_t)(30 + (h >> 32) % 200);
        break;
    case STRAY:
        m.proto = PROTO_UDP, m.ttl = 50;
        break;
    }
    return m;
}

static err add_frame(struct stage *s, const struct made *m, usec at)
{
    uint8_t *p = ARENA_ARRAY(s->a, uint8_t, FRAME);
    if (!p || s->frames == FRAMES_MOST)
        return p ? ERR(LIMIT) : ERR(NOMEM);
    uint32_t n = (uint32_t)put_packet(p, m);
    s->frame[s->frames++] = (struct capture_frame){p, n, n, at, LINK_RAW};
    return OK;
}

/* Its packets between two times, when it goes on from one hour before now to another. */
static err add_frames(struct stage *s, const struct story *t, int from, int to, usec low, usec high)
{
    usec begin = s->d->now - from * USEC_HOUR, end = s->d->now - to * USEC_HOUR, step = USEC_HOUR / t->an_hour;
    if (from == 0 || low >= end || high <= begin)
        return OK;
    for (uint64_t k = (uint64_t)(low > begin ? (low - begin) / step : 0);; k++) {
        usec at = begin + (usec)k * step + (usec)(noise_of(s->seed, 63, source_of(s, t), k) % (uint64_t)(step / 2));
        if (at >= high || at >= end)
            return OK;
        struct made m = packet_of(s, t, k);
        if (at >= low)
            TRY(add_frame(s, &m, at));
    }
}

static int by_time(const void *x, const void *y)
{
    const struct capture_frame *a = x, *b = y;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return a->p < b->p ? -1 : a->p > b->p;
}

/* ── an hour ── */

static void take_episode(void *ctx, const struct sensor_episode *e)
{
    struct stage *s = ctx;
    struct json j = json_on(&s->lines);
    if (e->last < s->hour) /* nothing came of it since it was last reported */
        return;
    buf_char(&s->lines, s->lines.n ? ',' : '[');
    sensor_put_episode(&j, s->sensor, e);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
}

static err call(struct tx *tx, struct arena *a, const char *name, str in)
{
    struct call_list list = {darknet_module.calls};
    const struct call *c = call_find(&list, 1, str_of(name));
    BUF_AUTO out = BUF(HANDOFF_MAX);
    return c ? c->run(tx, a, in, &out) : ERR(NOTFOUND);
}

static err report(struct tx *tx, struct stage *s)
{
    sensor_each(s->sensor, take_episode, s);
    if (s->lines.n == 0)
        return OK;
    buf_char(&s->lines, ']');
    err e = buf_status(&s->lines);
    e = err_is(e) ? e : call(tx, s->a, "darknet.report", buf_view(&s->lines));
    s->lines.n = 0;
    return e;
}

/* What the person of the story does at this hour. */
static err handle(struct tx *tx, struct stage *s, const struct story *t, int ago)
{
    const struct scope *scope;
    struct who who = who_of(s, t);
    BUF_AUTO source = BUF(40);
    uint32_t from = source_of(s, t);
    if (ago == 0 || who.person.v == 0 || (ago != t->acked && ago != t->closed && ago != t->stopped))
        return OK;
    buf_fmt(&source, "%u.%u.%u.%u", from >> 24, from >> 16 & 255, from >> 8 & 255, from & 255);
    struct darknet_sample_step p = {.source = buf_view(&source)};
    TRY(org_scope_load(tx_db(tx), s->a, who.person, &scope));
    if (ago == t->acked)
        TRY(darknet_sample_handle(tx, s->a, scope, &p));
    p.text = str_of(t->text ? t->text : "");
    p.cause = str_of(t->cause ? t->cause : "");
    if (ago == t->closed)
        TRY(darknet_sample_handle(tx, s->a, scope, &p));
    p.until = tx_now(tx) + STOP_DAYS * USEC_DAY;
    return ago == t->stopped ? darknet_sample_handle(tx, s->a, scope, &p) : OK;
}

static err live_hour(struct tx *tx, struct stage *s, int ago)
{
    usec high = s->d->now - ago * USEC_HOUR;
    s->frames = 0;
    s->hour = high - USEC_HOUR;
    for (size_t i = 0; i < s->n; i++) {
        const struct story *t = &s->story[i];
        TRY(add_frames(s, t, t->from, t->to, s->hour, high));
        TRY(add_frames(s, t, t->again, t->again_to, s->hour, high));
    }
    qsort(s->frame, s->frames, sizeof *s->frame, by_time);
    sensor_feed(s->sensor, s->frame, s->frames);
    *s->d->clock = high;
    tx_touch(tx);
    TRY(report(tx, s));
    for (size_t i = 0; i < s->n; i++)
        TRY(handle(tx, s, &s->story[i], ago));
    return call(tx, s->a, "darknet.tick", STR_NONE);
}

static err live(struct tx *tx, void *arg)
{
    struct stage *s = arg;
    for (int ago = SPAN - 1; ago >= 0; ago--) {
        ARENA_AUTO a = arena_new(64 << 20);
        if (!a)
            return ERR(NOMEM);
        s->a = a;
        TRY(live_hour(tx, s, ago));
    }
    ARENA_AUTO a = arena_new(1 << 20);
    TRY(a ? darknet_sample_hours(tx, a, s->seed) : ERR(NOMEM));
    return mail_sample(tx); /* nobody is to be told today of what is past and made up */
}

/* ── around it ── */

static err register_bodies(struct tx *tx, void *arg)
{
    const struct stage *s = arg;
    const struct demo_darknet *d = s->d;
    struct body shares[EXIT_SHARERS] = {d->bodies[s->town], d->bodies[s->near[0].n], d->bodies[s->near[1].n]};
    const struct scope *scope;
    TRY(org_scope_load(tx_db(tx), s->a, d->nation, &scope));
    TRY(darknet_sample_dark(tx, scope));
    for (size_t i = 0; i < d->n_bodies; i++) {
        ARENA_AUTO a = arena_new(1 << 20);
        if (!a)
            return ERR(NOMEM);
        struct darknet_sample p = {.n = i, .shown = i == s->town || i == s->pref};
        if (i == s->pref)
            p.shares = shares, p.n_shares = EXIT_SHARERS;
        TRY(org_scope_load(tx_db(tx), a, d->staff[i], &scope));
        TRY(darknet_sample(tx, scope, &p));
    }
    return OK;
}

static err read_ranges(struct stage *s, struct arena *a)
{
    str why;
    struct strs dark = {(str[]){S(DARKNET_SAMPLE_DARK)}, 1};
    BUF_AUTO ranges = BUF(1 << 20);
    TRY(sensing_ranges_at(s->d->o, s->start, false, &ranges));
    str owners = buf_view(&ranges);
    while (owners.n > 1 && !(owners.p[owners.n - 1] == '\n' && owners.p[owners.n - 2] == '\n'))
        owners.n--; /* what is dark stands behind an empty line */
    TRY(prefix_file_read(a, str_dup(a, owners), &s->owners, &why));
    TRY(prefix_list_read(a, dark, &s->dark, &why));
    struct sensor_config c = {.owners = &s->owners, .dark = s->dark, .tell = take_episode, .ctx = s, .rows = ROWS};
    return sensor_new(&c, &s->sensor);
}

err demo_darknet_make(struct writer *w, const struct demo_darknet *d)
{
    ARENA_AUTO a = arena_new(32 << 20);
    struct stage *s = a ? ARENA_NEW(a, struct stage) : NULL;
    if (!s)
        return ERR(NOMEM);
    *s = (struct stage){.d = d, .a = a, .seed = (uint64_t)d->o->seed, .start = d->now - SPAN * USEC_HOUR, .lines = BUF(HANDOFF_MAX)};
    s->frame = ARENA_ARRAY(a, struct capture_frame, FRAMES_MOST);
    cast(s);
    if (!s->frame || s->n_near < EXIT_SHARERS || s->n_far == 0)
        return s->frame ? ERR(INVALID) : ERR(NOMEM);
    write_stories(s);
    *d->clock = s->start;
    err e = writer_call(w, register_bodies, s);
    e = err_is(e) ? e : read_ranges(s, a);
    e = err_is(e) ? e : writer_call(w, live, s);
    sensor_free(s->sensor);
    prefix_table_free(s->owners.table);
    prefix_table_free(s->dark);
    buf_free(&s->lines);
    return e;
}
