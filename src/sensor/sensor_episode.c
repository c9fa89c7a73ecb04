/* SPDX-License-Identifier: Apache-2.0 */
/* From rows to episodes, and from episodes to JSON. */
#include "sensor/sensor_private.h"

#include "core/base64.h"

static void add_ports(struct sensor_episode *e, const struct track_row *r)
{
    for (size_t i = 0; i < TRACK_PORTS && r->port[i].proto; i++) {
        size_t k = 0;
        while (k < e->ports_n && (e->port[k].port != r->port[i].port || e->port[k].proto != r->port[i].proto))
            k++;
        if (k == e->ports_n)
            e->port[e->ports_n++] = r->port[i];
        else
            e->port[k].n += r->port[i].n;
    }
}

static int by_count(const void *x, const void *y)
{
    const struct track_port *a = x, *b = y;
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return a->proto - b->proto;
}

static void add_row(struct sensor *s, struct sensor_episode *e, const struct track_row *r, const struct judgement *j)
{
    bool greater = !e->row || r->packets > e->row->packets;
    e->dark = e->row ? distinct_union(track_pool(s->track), &e->row->dark, &r->dark) : j->dark;
    e->first = !e->row || r->first < e->first ? r->first : e->first;
    e->last = !e->row || r->last > e->last ? r->last : e->last;
    e->packets += r->packets;
    e->bytes += r->bytes;
    e->rate_most = r->rate_most > e->rate_most ? r->rate_most : e->rate_most;
    add_ports(e, r);
    if (greater) {
        e->row = r;
        e->j = *j;
    }
}

/* A stray packet of a source that is known for something better: told with it. */
static bool is_stray(const struct track_row *r, const struct judgement *j)
{
    return r->family != FAMILY_ANSWER && j->confidence == JUDGE_POSSIBLE && j->class != CLASS_MISCONFIGURATION;
}

static bool belong(const struct track_row *a, const struct judgement *ja, const struct track_row *b,
    const struct judgement *jb)
{
    if (ja->class == jb->class && ja->tool == jb->tool)
        return true;
    bool around = jb->class == CLASS_SCAN || jb->class == CLASS_WORM;
    return is_stray(a, ja) && around && jb->confidence > JUDGE_POSSIBLE && a->packets * 4 <= b->packets;
}

void sensor_tell_rows(struct sensor *s, struct track_row *rows, size_t n, sensor_tell *fn, void *ctx)
{
    struct judgement j[SENSOR_TOGETHER];
    bool told[SENSOR_TOGETHER] = {false};
    for (size_t i = 0; i < n; i++)
        j[i] = judge_row(&rows[i]);
    for (size_t i = 0; i < n; i++) { /* what is stray waits for its better */
        bool waits = false;
        for (size_t k = 0; k < n; k++)
            waits = waits || (k != i && !belong(&rows[k], &j[k], &rows[i], &j[i]) &&
                belong(&rows[i], &j[i], &rows[k], &j[k]));
        if (told[i] || waits)
            continue;
        struct sensor_episode e = {0};
        for (size_t k = 0; k < n; k++) {
            if (!told[k] && (k == i || belong(&rows[k], &j[k], &rows[i], &j[i]))) {
                add_row(s, &e, &rows[k], &j[k]);
                told[k] = true;
            }
        }
        e.victim = e.row->family == FAMILY_ANSWER;
        qsort(e.port, e.ports_n, sizeof *e.port, by_count);
        s->stats.episodes++;
        if (fn)
            fn(ctx, &e);
    }
}

/* ── JSON ── */

static void put_time(struct json *j, const char *key, usec t)
{
    BUF_AUTO b = BUF(64);
    put_iso_ms(&b, t);
    json_key(j, str_of(key));
    json_str(j, buf_view(&b));
}

static void put_address(struct json *j, const char *key, struct address a)
{
    BUF_AUTO b = BUF(64);
    address_put(&b, a);
    json_key(j, str_of(key));
    json_str(j, buf_view(&b));
}

static void put_text(struct json *j, const char *key, const char *text)
{
    json_key(j, str_of(key));
    if (text)
        json_str(j, str_of(text));
    else
        json_put_null(j);
}

static void put_i64(struct json *j, const char *key, int64_t v)
{
    json_key(j, str_of(key));
    json_i64(j, v);
}

static const char *proto_name(uint8_t proto)
{
    return proto == PROTO_TCP ? "tcp" : proto == PROTO_UDP ? "udp" : proto == PROTO_ICMP || proto == PROTO_ICMP6 ? "icmp" : "ip";
}

static void put_ports(struct json *j, const struct sensor_episode *e)
{
    json_key(j, S("ports"));
    json_begin_array(j);
    for (size_t i = 0; i < e->ports_n; i++) {
        bool again = false; /* for TCP and UDP once */
        for (size_t k = 0; k < i; k++)
            again = again || e->port[k].port == e->port[i].port;
        if (!again && (e->port[i].proto == PROTO_TCP || e->port[i].proto == PROTO_UDP))
            json_i64(j, e->port[i].port);
    }
    json_end_array(j);
    json_key(j, S("services"));
    json_begin_array(j);
    for (size_t i = 0; i < e->ports_n; i++) {
        BUF_AUTO b = BUF(32);
        buf_fmt(&b, e->port[i].port ? "%s/%u" : "%s", proto_name(e->port[i].proto), (unsigned)e->port[i].port);
        json_str(j, buf_view(&b));
    }
    json_end_array(j);
}

static void put_signs(struct json *j, unsigned signs)
{
    static const char *const names[] = {"ttl", "clock", "ip-id", "source-port"};
    json_key(j, S("signs"));
    json_begin_array(j);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (signs & 1U << i)
            json_str(j, str_of(names[i]));
    json_end_array(j);
}

static void put_frame(struct json *j, const struct ring_frame *f)
{
    BUF_AUTO b = BUF(RING_BYTES * 2);
    json_key(j, S("frame"));
    if (f) {
        base64_put(&b, f->bytes, f->n);
        json_str(j, buf_view(&b));
    } else {
        json_put_null(j);
    }
    json_key(j, S("wire"));
    if (f)
        json_i64(j, f->wire);
    else
        json_put_null(j);
}

static void put_samples(struct json *j, struct sensor *s, const struct sensor_episode *e)
{
    const struct track_sample *p;
    json_key(j, S("first_packets"));
    json_begin_array(j);
    for (unsigned i = 0; (p = track_sample(s->track, e->row, i)); i++) {
        json_begin_object(j);
        put_time(j, "time", p->t);
        put_text(j, "protocol", proto_name(p->proto));
        put_i64(j, "source_port", p->sport);
        put_address(j, "dark_address", p->dark);
        put_i64(j, "port", p->dport);
        put_frame(j, track_frame(s->track, p));
        json_end_object(j);
    }
    json_end_array(j);
}

static void put_owner(struct json *j, const struct prefix_owner *o)
{
    json_key(j, S("bodies"));
    json_begin_array(j);
    for (size_t i = 0; i < o->bodies.n; i++)
        json_str(j, o->bodies.v[i]);
    json_end_array(j);
    put_text(j, "role", prefix_role_name(o->role));
}

/* What the attacker sends, from the share of the address space that is watched (Moore et al. 2001): an
 * answer goes to a forged address, drawn evenly. */
static void put_flood(struct json *j, const struct sensor *s, const struct sensor_episode *e)
{
    uint64_t watched = prefix_table_v4(s->c.dark);
    json_key(j, S("estimated_pps"));
    if (!e->victim || watched == 0 || !address_is_v4(e->row->source))
        json_put_null(j);
    else
        json_i64(j, (int64_t)((double)e->rate_most / 60 * 4294967296.0 / (double)watched + 0.5));
}

void sensor_put_episode(struct json *j, struct sensor *s, const struct sensor_episode *e)
{
    json_begin_object(j);
    put_owner(j, &s->c.owners->v[e->row->owner - 1]);
    put_address(j, "source", e->row->source);
    put_text(j, "class", judge_class_name(e->j.class));
    put_text(j, "tool", judge_tool_name(e->j.tool));
    if (e->victim)
        put_address(j, "victim", e->row->source);
    else
        put_text(j, "victim", NULL);
    put_text(j, "confidence", judge_confidence_name(e->j.confidence));
    json_key(j, S("infected"));
    json_bool(j, e->j.infected);
    put_time(j, "first", e->first);
    put_time(j, "last", e->last);
    put_i64(j, "packets", (int64_t)e->packets);
    put_i64(j, "bytes", (int64_t)e->bytes);
    put_i64(j, "dark_addresses", (int64_t)e->dark);
    put_i64(j, "rate_most", e->rate_most);
    put_ports(j, e);
    put_flood(j, s, e);
    put_signs(j, e->j.signs);
    put_text(j, "rule", judge_rule_name(e->j.rule));
    put_text(j, "reason", judge_rule_text(e->j.rule));
    put_samples(j, s, e);
    json_end_object(j);
}

static void put_service(struct json *j, const struct facts_service *s)
{
    json_begin_array(j);
    json_str(j, str_of(proto_name(s->proto)));
    json_i64(j, s->port);
    json_str(j, str_of(facts_by_name((enum facts_by)s->by)));
    json_i64(j, (int64_t)s->packets);
    json_i64(j, (int64_t)s->hosts);
    json_end_array(j);
}

static void put_world(struct json *j, const struct facts *f)
{
    json_key(j, S("world"));
    json_begin_array(j);
    for (size_t net = 0; net < FACTS_NETS; net++)
        for (int g = 0; g < FACTS_GROUPS; g++) {
            uint32_t n = facts_world(f, net, (enum facts_group)g);
            if (!n)
                continue;
            json_begin_array(j);
            json_i64(j, (int64_t)net);
            json_i64(j, g);
            json_i64(j, n);
            json_end_array(j);
        }
    json_end_array(j);
}

void sensor_put_facts(struct json *j, const struct sensor *s, struct facts *f)
{
    struct facts_hour h;
    facts_sum(f, &h);
    json_begin_object(j);
    put_time(j, "hour", h.hour);
    put_time(j, "begin", h.begin);
    put_time(j, "end", h.end);
    put_i64(j, "watched", (int64_t)prefix_table_v4(s->c.dark));
    put_i64(j, "packets", (int64_t)h.packets);
    put_i64(j, "hosts", (int64_t)h.hosts);
    put_i64(j, "kernel_seen", (int64_t)h.lost.seen);
    put_i64(j, "kernel_dropped", (int64_t)h.lost.dropped);
    put_i64(j, "malformed", (int64_t)h.lost.malformed);
    json_key(j, S("services"));
    json_begin_array(j);
    for (size_t i = 0; i < h.n; i++)
        put_service(j, &h.service[i]);
    json_end_array(j);
    put_world(j, f);
    json_end_object(j);
}

void sensor_put_stats(struct json *j, const struct sensor *s)
{
    const struct sensor_stats *t = &s->stats;
    put_i64(j, "frames", (int64_t)t->frames);
    put_i64(j, "bytes", (int64_t)t->bytes);
    put_i64(j, "ip", (int64_t)t->read[PACKET_IP]);
    put_i64(j, "not_ip", (int64_t)t->read[PACKET_OTHER]);
    put_i64(j, "short", (int64_t)t->read[PACKET_SHORT]);
    put_i64(j, "malformed", (int64_t)t->read[PACKET_MALFORMED]);
    put_i64(j, "headers_cut", (int64_t)t->cut);
    put_i64(j, "elsewhere", (int64_t)t->elsewhere);
    put_i64(j, "dark", (int64_t)t->dark);
    put_i64(j, "matched", (int64_t)t->matched);
    put_i64(j, "unmatched", (int64_t)(t->dark - t->matched));
    put_i64(j, "tunnelled", (int64_t)t->tunnelled);
    put_i64(j, "quotes_odd", (int64_t)t->quotes_odd);
    put_i64(j, "time_jumps", (int64_t)t->time_jumps);
    put_i64(j, "episodes", (int64_t)t->episodes);
    put_i64(j, "unjudged", (int64_t)track_unjudged(s->track));
    json_key(j, S("kinds"));
    json_begin_object(j);
    for (int i = 0; i < MARK_KINDS; i++)
        put_i64(j, mark_kind_name((enum mark_kind)i), (int64_t)t->kind[i]);
    json_end_object(j);
    json_key(j, S("marks"));
    json_begin_object(j);
    for (int i = 0; i <= MARK_NMAP_WEAK; i++)
        put_i64(j, mark_rows[i].name, (int64_t)t->mark[i]);
    json_end_object(j);
}
