/* SPDX-License-Identifier: Apache-2.0 */
/* The board: what the last 24 hours brought to dark space, drawn from the world to the services, and whom of
 * the scope it concerns. It renews itself by /darknet/board/events. */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

#include "darknet_board.ht.h"

enum { QUARTERS = 17 /* upper 4 bits of an IPv4 sender, then IPv6 */, SHOWN = 20, RECENT = 10, FLOWS = 60,
    GOING_ON = 5000 };

struct port_sum {
    uint32_t key; /* protocol and port */
    int64_t packets, by[FACT_BY];
    int64_t hosts; /* of the hour with the most */
};

struct board {
    int64_t watched, hosts; /* of the hour with the most */
    int64_t packets, hour_packets, seen, dropped, malformed;
    usec newest_hour, newest;
    int64_t by[FACT_BY], net[FACT_NETS], cell[QUARTERS][FACT_GROUPS];
    struct fact_ports ports;
    struct port_sum port[FACT_PORTS]; /* by place */
};

/* ── summing up ── */

static void add_service(struct board *b, const struct fact_service *s)
{
    unsigned by = fact_by(s->key) < FACT_BY ? fact_by(s->key) : 0;
    uint32_t key = fact_port_key(s->key);
    int at = fact_is_asked(s->key) ? darknet_fact_place(&b->ports, key) : FACT_NO_PLACE;
    b->by[by] += s->packets;
    if (at == FACT_NO_PLACE)
        return;
    struct port_sum *p = &b->port[at];
    p->key = key;
    p->packets += s->packets;
    p->hosts = s->hosts > p->hosts ? s->hosts : p->hosts;
    p->by[by] += s->packets;
}

static err add_fact(void *ctx, const struct fact_hour *f)
{
    struct board *b = ctx;
    if (f->hour != b->newest_hour)
        b->hour_packets = 0;
    b->newest_hour = f->hour;
    b->newest = f->end > b->newest ? f->end : b->newest;
    b->hour_packets += f->packets;
    b->watched = f->watched > b->watched ? f->watched : b->watched;
    b->packets += f->packets;
    b->hosts = f->hosts > b->hosts ? f->hosts : b->hosts;
    b->seen += f->seen;
    b->dropped += f->dropped;
    b->malformed += f->malformed;
    for (size_t i = 0; i < f->n; i++)
        add_service(b, &f->service[i]);
    for (size_t i = 0; i < f->cells; i++) {
        unsigned net = f->world[i].at / FACT_GROUPS, group = f->world[i].at % FACT_GROUPS;
        b->net[net] += f->world[i].packets;
        b->cell[net < 256 ? net / 16 : QUARTERS - 1][group] += f->world[i].packets;
    }
    return OK;
}

static int by_packets(const void *x, const void *y)
{
    const struct port_sum *a = x, *b = y;
    if (a->packets != b->packets)
        return a->packets > b->packets ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* ── tables ── */

static str tools_of(struct arena *a, const struct port_sum *p)
{
    BUF_AUTO b = BUF(200);
    for (int by = 1; by < FACT_BY - 1; by++)
        if (p->by[by] * 20 >= p->packets) { /* a twentieth at least */
            str name = WORD_OF(darknet_fact_by, by)->name;
            buf_fmt(&b, "%s%.*s %lld%%", b.n ? "、" : "", STR_F(name), (long long)(p->by[by] * 100 / p->packets));
        }
    return str_dup(a, buf_view(&b));
}

static err show_services(struct req *rq, struct board *b, struct view_darknet_board *v)
{
    qsort(b->port, (size_t)b->ports.n, sizeof *b->port, by_packets);
    v->services.p = ARENA_ARRAY(rq->a, struct view_darknet_board_services, SHOWN);
    v->tools.p = ARENA_ARRAY(rq->a, struct view_darknet_board_tools, FACT_BY);
    if (!v->services.p || !v->tools.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < SHOWN && i < (size_t)b->ports.n && b->port[i].packets; i++) {
        const struct port_sum *p = &b->port[i];
        v->services.p[v->services.n++] = (struct view_darknet_board_services){
            WORD_OF(darknet_fact_protos, fact_proto(p->key))->key, fact_port(p->key), darknet_fact_name(rq->a, p->key),
            p->packets, p->hosts, tools_of(rq->a, p), p->packets * 100 / b->port[0].packets};
    }
    for (int by = 0; by < FACT_BY; by++)
        v->tools.p[v->tools.n++] = (struct view_darknet_board_tools){WORD_OF(darknet_fact_by, by)->key,
            WORD_OF(darknet_fact_by, by)->name, b->by[by], b->by[by] * 10000 / b->packets, b->by[by] * 100 / b->packets};
    return OK;
}

/* ── the picture ── */

/* Place d of the Hilbert curve of 16 × 16 (Hilbert, Math. Ann. 1891): neighbours on it are neighbours here. */
static void hilbert(unsigned d, unsigned *x, unsigned *y)
{
    *x = *y = 0;
    for (unsigned s = 1; s < 16; s *= 2) {
        unsigned rx = 1 & (d / 2), ry = 1 & (d ^ rx);
        if (ry == 0) {
            if (rx == 1) {
                *x = s - 1 - *x;
                *y = s - 1 - *y;
            }
            unsigned t = *x;
            *x = *y;
            *y = t;
        }
        *x += s * rx;
        *y += s * ry;
        d /= 4;
    }
}

static int shade_of(int64_t packets, int64_t most)
{
    int shade = 0;
    for (int64_t limit = most; packets && shade < 6 && packets <= limit; limit /= 4)
        shade++;
    return packets ? 7 - shade : 0; /* 6: a quarter of the most and above; 1: the least; 0: none */
}

static err show_nets(struct req *rq, const struct board *b, struct view_darknet_board *v)
{
    int64_t most = 0;
    v->nets.p = ARENA_ARRAY(rq->a, struct view_darknet_board_nets, 256);
    if (!v->nets.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < 256; i++)
        most = b->net[i] > most ? b->net[i] : most;
    for (unsigned i = 0; i < 256; i++) {
        unsigned x, y;
        hilbert(i, &x, &y);
        v->nets.p[v->nets.n++] = (struct view_darknet_board_nets){i, b->net[i], 4 + x * 14, 38 + y * 14, shade_of(b->net[i], most)};
    }
    return OK;
}

struct stack {
    int64_t total, y, height, used, label;
};

/* Names of thin members stand so far apart that they can be read, and above the bottom. */
static void place_labels(struct stack *s, size_t n)
{
    enum { APART = 11, BOTTOM = 296 };
    int64_t next = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t middle = s[i].y + s[i].height / 2 + 4;
        s[i].label = middle > next ? middle : next;
        next = s[i].height > 0 ? s[i].label + APART : next;
    }
    next = BOTTOM;
    for (size_t i = n; i-- > 0;) {
        s[i].label = s[i].label < next ? s[i].label : next;
        next = s[i].height > 0 ? s[i].label - APART : next;
    }
}

/* Members one under the other within 280 units, each as high as it is heavy. */
static void stack_up(struct stack *s, size_t n, int64_t all)
{
    int64_t y = 10, gap = n > 1 ? 3 : 0, room = 280 - gap * (int64_t)(n - 1);
    for (size_t i = 0; i < n; i++) {
        s[i].y = y;
        s[i].height = all ? s[i].total * room / all : 0;
        y += s[i].height + (s[i].total ? gap : 0);
    }
    place_labels(s, n);
}

static str quarter_name(struct arena *a, size_t q)
{
    return q == QUARTERS - 1 ? S("IPv6") : str_fmt(a, "%zu–%zu", q * 16, q * 16 + 15);
}

/* A ribbon's middle line from one stack to the other; what was drawn already lies above it. */
static str ribbon(struct arena *a, struct stack *from, struct stack *to, int64_t width)
{
    int64_t y1 = from->y + from->used + width / 2, y2 = to->y + to->used + width / 2;
    from->used += width;
    to->used += width;
    return str_fmt(a, "M306 %lld C400 %lld 406 %lld 500 %lld", (long long)y1, (long long)y1, (long long)y2, (long long)y2);
}

static err show_flows(struct req *rq, const struct board *b, struct view_darknet_board *v)
{
    struct stack from[QUARTERS] = {{0}}, to[FACT_GROUPS] = {{0}};
    int64_t all = 0;
    v->flows.p = ARENA_ARRAY(rq->a, struct view_darknet_board_flows, QUARTERS * FACT_GROUPS);
    v->groups.p = ARENA_ARRAY(rq->a, struct view_darknet_board_groups, FACT_GROUPS);
    v->quarters.p = ARENA_ARRAY(rq->a, struct view_darknet_board_quarters, QUARTERS);
    if (!v->flows.p || !v->groups.p || !v->quarters.p)
        return ERR(NOMEM);
    for (size_t q = 0; q < QUARTERS; q++)
        for (size_t g = 0; g < FACT_GROUPS; g++) {
            from[q].total += b->cell[q][g];
            to[g].total += b->cell[q][g];
            all += b->cell[q][g];
        }
    stack_up(from, QUARTERS, all);
    stack_up(to, FACT_GROUPS, all);
    for (size_t q = 0; q < QUARTERS; q++)
        for (size_t g = 0; g < FACT_GROUPS; g++) {
            int64_t width = all ? b->cell[q][g] * 230 / all : 0;
            if (b->cell[q][g] * 200 < all) /* too thin to see: in the sums of its ends alone */
                continue;
            v->flows.p[v->flows.n++] = (struct view_darknet_board_flows){quarter_name(rq->a, q),
                darknet_fact_groups[g].name, b->cell[q][g], ribbon(rq->a, &from[q], &to[g], width ? width : 1), width ? width : 1};
        }
    for (size_t g = 0; g < FACT_GROUPS; g++)
        if (to[g].height > 0)
            v->groups.p[v->groups.n++] = (struct view_darknet_board_groups){darknet_fact_groups[g].key,
                darknet_fact_groups[g].name, to[g].total, to[g].y, to[g].height, to[g].label};
    for (size_t q = 0; q < QUARTERS; q++)
        if (from[q].height > 0)
            v->quarters.p[v->quarters.n++] = (struct view_darknet_board_quarters){quarter_name(rq->a, q), from[q].total,
                from[q].y, from[q].height, from[q].label};
    return OK;
}

/* ── whom it concerns ── */

struct concerned {
    struct view_darknet_board *v;
    int64_t body[GOING_ON]; /* each once */
};

static err add_alert(void *ctx, const struct alert *x)
{
    struct concerned *c = ctx;
    struct view_darknet_board *v = c->v;
    const struct alert_episode *e = &x->e;
    int64_t k = 0;
    while (k < v->bodies && c->body[k] != x->body.id.v)
        k++;
    if (k == v->bodies)
        c->body[v->bodies++] = x->body.id.v;
    v->infected += e->infected;
    v->floods += e->class == ALERT_BACKSCATTER;
    if (e->class == ALERT_BACKSCATTER && v->victims.n < SHOWN)
        v->victims.p[v->victims.n++] = (struct view_darknet_board_victims){x->id, e->source, x->body.name, e->services, e->pps, e->last};
    else if (e->class != ALERT_BACKSCATTER && v->recent.n < RECENT)
        v->recent.p[v->recent.n++] = (struct view_darknet_board_recent){x->id, e->source, x->body.name,
            WORD_OF(darknet_alert_classes, e->class)->name, e->tool, e->last};
    return OK;
}

static err show_alerts(struct req *rq, struct view_darknet_board *v)
{
    const struct alert_filter f = {.show = SHOW_GOING_ON, .most = GOING_ON};
    struct concerned *c = ARENA_NEW(rq->a, struct concerned);
    v->victims.p = ARENA_ARRAY(rq->a, struct view_darknet_board_victims, SHOWN);
    v->recent.p = ARENA_ARRAY(rq->a, struct view_darknet_board_recent, RECENT);
    if (!v->victims.p || !v->recent.p || !c)
        return ERR(NOMEM);
    c->v = v;
    return darknet_alerts_find(rq->db, rq->a, rq->who.scope, &f, add_alert, c, &v->alerts);
}

/* What the page is made of, in a word: another word, another page. */
static err version_of(struct req *rq, str *out)
{
    usec fact;
    int64_t event;
    TRY(darknet_fact_newest(rq->db, &fact));
    TRY(darknet_alert_newest(rq->db, rq->who.scope, &event));
    *out = str_fmt(rq->a, "%lld-%lld", (long long)fact, (long long)event);
    return OK;
}

static err board_read(struct req *rq)
{
    struct board *b = ARENA_NEW(rq->a, struct board);
    struct view_darknet_board *v = ARENA_NEW(rq->a, struct view_darknet_board);
    if (!b || !v)
        return ERR(NOMEM);
    *b = (struct board){0};
    TRY(darknet_facts_since(rq->db, rq->now - USEC_DAY, rq->now + USEC_HOUR, add_fact, b));
    *v = (struct view_darknet_board){.newest = b->newest, .watched = b->watched, .packets = b->packets,
        .hosts = b->hosts, .hour_packets = b->hour_packets, .lost = b->dropped, .seen = b->seen,
        .loss = b->seen ? b->dropped * 10000 / b->seen : 0, .malformed = b->malformed,
        .many = scope_level(rq->who.scope) != SCOPE_OWN};
    TRY(version_of(rq, &v->version));
    if (b->packets) {
        TRY(show_services(rq, b, v));
        TRY(show_nets(rq, b, v));
        TRY(show_flows(rq, b, v));
    }
    TRY(show_alerts(rq, v));
    return req_show(rq, &view_darknet_board_type, v);
}

static err events_read(struct req *rq)
{
    str now;
    TRY(version_of(rq, &now));
    return req_send_event(rq, 2000, now);
}

const struct route darknet_board_routes[] = {
    {.method = GET, .path = "/darknet/board", .perm = &darknet_p_alerts, .read = board_read,
        .shows = VIEWS(&view_darknet_board_type)},
    {.method = GET, .path = "/darknet/board/events", .perm = &darknet_p_alerts, .flags = ROUTE_QUIET, .read = events_read,
        .file = "text/event-stream", .query = QUERY({"seen", "画面に出ている版。同じなら何も送らない", false})},
    {.path = NULL},
};
