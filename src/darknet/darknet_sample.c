/* SPDX-License-Identifier: Apache-2.0 */
/* What a demonstration shows beside registration: what people do with alerts, by the functions of their pages,
 * and the hours of four weeks. The hours are made up; the alerts are the sensor's (main/demo_darknet.c). */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

#include "core/noise.h"

err darknet_sample_dark(struct tx *tx, const struct scope *s)
{
    struct net_range dark;
    TRY(net_range_parse(S(DARKNET_SAMPLE_DARK), &dark));
    return darknet_dark_add(tx, s, DARKNET_EXTERNAL, &dark, S("（架空）観測網"));
}

/* ── people ── */

static err record(struct tx *tx, struct arena *a, const struct scope *s, const char *act, int64_t alert)
{
    struct audit_entry e = {.body = scope_body(s).v,
        .person = scope_person(s).v,
        .action = str_fmt(a, "darknet.alert.%s", act),
        .object = str_fmt(a, "darknet.alert:%lld", (long long)alert)};
    return arena_failed(a) ? ERR(NOMEM) : audit_append(tx, &e);
}

static err suppress(struct tx *tx, struct arena *a, const struct scope *s, const struct darknet_sample_step *p,
    int64_t alert)
{
    struct alert_suppression stop = {.source = p->source, .reason = p->text, .until = p->until};
    TRY(darknet_alert_suppress(tx, s, alert, &stop));
    return record(tx, a, s, "suppress", alert);
}

struct wanted {
    int64_t alert, version;
};

static err take_own(void *ctx, const struct alert *x)
{
    struct wanted *w = ctx;
    if (x->own)
        *w = (struct wanted){x->id, x->version};
    return OK;
}

err darknet_sample_handle(
    struct tx *tx, struct arena *a, const struct scope *s, const struct darknet_sample_step *p)
{
    struct alert_filter f = {.show = SHOW_ALL, .most = 100};
    struct wanted w = {0};
    int64_t found;
    TRY(net_addr_parse(p->source, &f.range));
    TRY(darknet_alerts_find(tx_db(tx), a, s, &f, take_own, &w, &found));
    if (w.alert == 0)
        return ERR(NOTFOUND);
    if (p->until)
        return suppress(tx, a, s, p, w.alert);
    if (p->cause.n == 0) {
        TRY(darknet_alert_acknowledge(tx, s, w.alert, w.version));
        return record(tx, a, s, "acknowledge", w.alert);
    }
    int cause = WORD_OF_KEY(darknet_alert_causes, p->cause)->value;
    TRY(darknet_alert_close(tx, s, w.alert, w.version, cause, p->text));
    return record(tx, a, s, "cause", w.alert);
}

/* ── hours ── */

enum { PROTO_I = 1, PROTO_T = 2, PROTO_U = 3, WATCHED = 65536, MILLE = 1000, NETS = 224 /* above: multicast */, MUCH = 40 };
enum { BY_ANY = 0, BY_MIRAI = 1, BY_MASSCAN = 2, BY_ZMAP = 3, BY_NMAP = 4, BY_ANSWER = 5 };
enum { TELNET, SSH, WINDOWS, REMOTE, WEB, DATABASE, DEVICE, AMPLIFY, ICMP, ANSWER, OTHER };

/* In the order of fact_key. packets, hosts: of a usual hour; sway: of the day's rhythm, in thousandths. */
static const struct made_service {
    uint8_t proto, by;
    uint16_t port;
    uint8_t group;
    int32_t packets, hosts, sway;
} services[] = {
    {PROTO_I, BY_ANY, 0, ICMP, 410000, 9200, 60},
    {PROTO_T, BY_ANY, 0, OTHER, 3900000, 38000, 50},
    {PROTO_T, BY_ANY, 22, SSH, 620000, 14200, 90},
    {PROTO_T, BY_ANY, 23, TELNET, 530000, 21000, 220},
    {PROTO_T, BY_ANY, 80, WEB, 310000, 8800, 70},
    {PROTO_T, BY_ANY, 443, WEB, 330000, 9100, 60},
    {PROTO_T, BY_ANY, 445, WINDOWS, 480000, 17500, 190},
    {PROTO_T, BY_ANY, 1433, DATABASE, 150000, 3300, 110},
    {PROTO_T, BY_ANY, 3389, REMOTE, 260000, 5200, 80},
    {PROTO_T, BY_ANY, 5432, DATABASE, 74000, 1900, 60},
    {PROTO_T, BY_ANY, 5555, DEVICE, 98000, 6100, 200},
    {PROTO_T, BY_ANY, 6379, DATABASE, 120000, 2500, 50},
    {PROTO_T, BY_ANY, 8080, WEB, 240000, 7600, 80},
    {PROTO_T, BY_ANY, 60031, OTHER, 0, 0, 0},
    {PROTO_T, BY_MIRAI, 23, TELNET, 1450000, 46000, 240},
    {PROTO_T, BY_MIRAI, 2323, TELNET, 160000, 12800, 240},
    {PROTO_T, BY_MIRAI, 5555, DEVICE, 41000, 5900, 240},
    {PROTO_T, BY_MASSCAN, 443, WEB, 170000, 240, 30},
    {PROTO_T, BY_MASSCAN, 3389, REMOTE, 130000, 190, 30},
    {PROTO_T, BY_ZMAP, 22, SSH, 210000, 310, 20},
    {PROTO_T, BY_ZMAP, 443, WEB, 360000, 420, 20},
    {PROTO_T, BY_NMAP, 8080, WEB, 9000, 60, 40},
    {PROTO_T, BY_ANSWER, 80, ANSWER, 52000, 900, 130},
    {PROTO_T, BY_ANSWER, 443, ANSWER, 190000, 2100, 150},
    {PROTO_U, BY_ANY, 0, OTHER, 520000, 11000, 70},
    {PROTO_U, BY_ANY, 53, AMPLIFY, 130000, 2400, 40},
    {PROTO_U, BY_ANY, 123, AMPLIFY, 88000, 1500, 40},
    {PROTO_U, BY_ANY, 1900, AMPLIFY, 61000, 1300, 50},
    {PROTO_U, BY_ANY, 5060, DEVICE, 140000, 1700, 60},
    {PROTO_U, BY_ANSWER, 53, ANSWER, 45000, 800, 90},
};

/* What is not as usual, from so many hours before now on: by so many thousandths, reached within the hours
 * of rise; most: of what was never there before. */
static const struct made_change {
    uint8_t proto;
    uint16_t port;
    int since, rise, mille;
    int32_t first;
} changes[] = {
    {PROTO_T, 5555, 62, 48, 4200, 0},
    {PROTO_T, 1433, 30, 6, 480, 0},
    {PROTO_T, 60031, 9, 1, 1000, 26000},
};

/* Where most senders are: upper eight bits of their addresses, and how much of all comes from there. */
static const struct made_net {
    uint8_t net;
    uint16_t weight;
} nets[] = {{1, 90}, {5, 120}, {14, 160}, {20, 140}, {27, 110}, {31, 70}, {34, 90}, {35, 130}, {36, 150}, {37, 60},
    {39, 90}, {42, 110}, {45, 420}, {46, 80}, {49, 90}, {59, 100}, {61, 150}, {62, 60}, {64, 90}, {66, 70}, {71, 60},
    {78, 70}, {80, 80}, {85, 90}, {89, 160}, {91, 210}, {94, 130}, {95, 90}, {101, 110}, {103, 310}, {104, 110},
    {106, 70}, {109, 90}, {112, 140}, {113, 130}, {116, 90}, {117, 140}, {118, 110}, {120, 90}, {122, 100}, {125, 110},
    {139, 120}, {141, 90}, {146, 80}, {152, 70}, {154, 80}, {159, 110}, {162, 130}, {167, 90}, {170, 80}, {171, 90},
    {175, 90}, {177, 120}, {178, 110}, {179, 90}, {180, 100}, {182, 90}, {183, 110}, {185, 460}, {186, 100}, {187, 110},
    {188, 90}, {189, 100}, {190, 110}, {192, 70}, {193, 110}, {194, 130}, {195, 80}, {196, 70}, {200, 90}, {201, 90},
    {202, 70}, {203, 60}, {210, 60}, {211, 70}, {212, 80}, {213, 60}, {217, 60}, {218, 110}, {220, 90}, {221, 110},
    {222, 120}, {223, 110}};

/* Thousandths of the day's rhythm at an hour of Japan: few before dawn, most in the evening. */
static int64_t rhythm_at(usec hour)
{
    static const int16_t of_day[24] = {200, -100, -420, -680, -860, -960, -1000, -900, -640, -300, 0, 140, 180, 260,
        330, 380, 450, 560, 700, 840, 960, 1000, 880, 560};
    return of_day[civil_of(hour).hh];
}

struct making {
    uint64_t seed;
    usec now, hour;
    int64_t ago; /* hours before now */
    struct fact_service service[COUNT_OF(services)];
    struct fact_cell cell[NETS * FACT_GROUPS];
    int64_t weight[FACT_GROUPS][NETS], all[FACT_GROUPS];
};

static int64_t changed(const struct making *m, const struct made_service *s, int64_t packets)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        const struct made_change *c = &changes[i];
        int64_t on = c->since - m->ago;
        if (c->proto != s->proto || c->port != s->port || on <= 0)
            continue;
        int64_t reached = on < c->rise ? on : c->rise;
        return (packets + c->first) * (MILLE + (c->mille - MILLE) * reached / c->rise) / MILLE;
    }
    return packets;
}

static struct fact_service service_of(const struct making *m, size_t i)
{
    const struct made_service *s = &services[i];
    uint64_t h = noise_of(m->seed, 50, (uint64_t)(m->hour / USEC_HOUR), i);
    int64_t swayed = MILLE + s->sway * rhythm_at(m->hour) / MILLE, chance = MILLE - 25 + (int64_t)(h % 51);
    int64_t packets = changed(m, s, s->packets * swayed / MILLE * chance / MILLE);
    int64_t hosts = s->packets ? (int64_t)s->hosts * packets / s->packets : packets / 90;
    return (struct fact_service){fact_key(s->proto, s->by, s->port), packets, hosts};
}

static int64_t weight_of(unsigned net)
{
    for (size_t i = 0; i < COUNT_OF(nets); i++)
        if (nets[i].net == net)
            return nets[i].weight;
    bool silent = net == 0 || net == 10 || net == 127; /* this network, private, loopback: nobody is there */
    return silent ? 0 : 1 + net * 7 % 30;
}

/* The share of a sender's network in a group of services does not change from hour to hour. */
static void weigh(struct making *m)
{
    for (size_t g = 0; g < FACT_GROUPS; g++)
        for (unsigned net = 0; net < NETS; net++) {
            uint64_t h = noise_of(m->seed, 51, g, net);
            int64_t most = weight_of(net);
            m->weight[g][net] = h % 100 < (most < MUCH ? 25 : 55) ? most * (int64_t)(20 + h / 100 % 200) / 100 : 0;
            m->all[g] += m->weight[g][net];
        }
}

static void put_world(const struct making *m, const int64_t *group, struct fact_hour *f)
{
    for (unsigned net = 0; net < NETS; net++)
        for (unsigned g = 0; g < FACT_GROUPS; g++) {
            int64_t packets = group[g] * m->weight[g][net] / m->all[g];
            if (packets)
                f->world[f->cells++] = (struct fact_cell){net * FACT_GROUPS + g, packets};
        }
}

static err make_hour(struct tx *tx, struct making *m)
{
    int64_t group[FACT_GROUPS] = {0}, share = m->now - m->hour < USEC_HOUR ? (m->now - m->hour) / USEC_MINUTE : 60;
    struct fact_hour f = {.hour = m->hour, .begin = m->hour + 13000, .watched = WATCHED,
        .service = m->service, .world = m->cell};
    f.end = share < 60 ? m->now : m->hour + USEC_HOUR - 9000;
    m->ago = (m->now - m->hour) / USEC_HOUR;
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        struct fact_service s = service_of(m, i);
        s.packets = s.packets * share / 60;
        if (s.packets == 0)
            continue;
        f.service[f.n++] = s;
        f.packets += s.packets;
        f.hosts += s.hosts * 7 / 10; /* many ask for more than one */
        group[services[i].group] += s.packets;
    }
    put_world(m, group, &f);
    uint64_t h = noise_of(m->seed, 52, (uint64_t)(m->hour / USEC_HOUR), 0);
    f.dropped = h % 10 ? 0 : (int64_t)(h / 10 % 900);
    f.seen = f.packets + f.dropped;
    f.malformed = (int64_t)(h / 9000 % 7);
    return f.packets ? darknet_fact_save(tx, &f) : OK;
}

err darknet_sample_hours(struct tx *tx, struct arena *a, uint64_t seed)
{
    struct making *m = ARENA_NEW(a, struct making);
    if (!m)
        return ERR(NOMEM);
    *m = (struct making){.seed = seed, .now = tx_now(tx)};
    weigh(m);
    usec hour = m->now / USEC_HOUR * USEC_HOUR;
    for (m->hour = hour - FACT_HOURS * USEC_HOUR; m->hour <= hour; m->hour += USEC_HOUR)
        TRY(make_hour(tx, m));
    return OK;
}
