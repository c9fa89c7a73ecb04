/* SPDX-License-Identifier: Apache-2.0 */
/* Hours: in and out of compact columns, and what is usual. Pure. */
#include "darknet/darknet_fact.h"

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

str darknet_fact_name(struct arena *a, uint32_t key)
{
    static const struct word tcp[] = {{22, S("22"), S("SSH")}, {23, S("23"), S("Telnet")}, {25, S("25"), S("メール")},
        {80, S("80"), S("Web")}, {443, S("443"), S("Web（TLS）")}, {445, S("445"), S("Windows共有")}, {1433, S("1433"), S("SQL Server")},
        {2323, S("2323"), S("Telnet")}, {3306, S("3306"), S("MySQL")}, {3389, S("3389"), S("リモートデスクトップ")},
        {5432, S("5432"), S("PostgreSQL")}, {5555, S("5555"), S("Android")}, {6379, S("6379"), S("Redis")}, {8080, S("8080"), S("Web")}};
    static const struct word udp[] = {{53, S("53"), S("DNS")}, {123, S("123"), S("NTP")}, {161, S("161"), S("SNMP")},
        {389, S("389"), S("LDAP")}, {514, S("514"), S("syslog")}, {1900, S("1900"), S("SSDP")}, {5060, S("5060"), S("電話（SIP）")}, {11211, S("11211"), S("memcached")}};
    str proto = WORD_OF(darknet_fact_protos, fact_proto(key))->name;
    int port = (int)fact_port(key);
    str name = fact_proto(key) == 2 ? WORD_OF(tcp, port)->name : fact_proto(key) == 3 ? WORD_OF(udp, port)->name : STR_NONE;
    if (port == 0)
        return fact_proto(key) > 1 ? str_fmt(a, "%.*s その他", STR_F(proto)) : proto;
    return name.n ? str_fmt(a, "%.*s %d（%.*s）", STR_F(proto), port, STR_F(name)) : str_fmt(a, "%.*s %d", STR_F(proto), port);
}

int darknet_fact_place(struct fact_ports *p, uint32_t key)
{
    size_t at = key * 2654435761U >> 7 & (COUNT_OF(p->slot) - 1); /* Knuth's multiplier */
    while (p->slot[at] && p->key[p->slot[at] - 1] != key)
        at = (at + 1) % COUNT_OF(p->slot);
    if (p->slot[at] == 0) {
        if (p->n == FACT_PORTS)
            return FACT_NO_PLACE;
        p->key[p->n] = key;
        p->slot[at] = (int16_t)++p->n;
    }
    return p->slot[at] - 1;
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

void darknet_fact_pack(const struct fact_hour *f, struct buf *services, struct buf *world)
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

err darknet_fact_unpack(struct arena *a, str services, str world, struct fact_hour *out)
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
