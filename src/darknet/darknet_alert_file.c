/* SPDX-License-Identifier: Apache-2.0 */
/* One alert as files: its first packets for tcpdump and Wireshark, for the search in logs, as STIX; and
 * the feed of all that happened. */
#include "darknet/darknet_exchange.h"
#include "darknet/darknet_pcap.h"

/* What a file needs of the alert that the address names. */
struct source {
    struct alert x;
    struct alert_packet packet[ALERT_PACKETS];
    size_t n;
};

static err source_of(struct req *rq, const char *what, struct source *out)
{
    int64_t id;
    TRY(req_param_i64(rq, "alert", &id));
    TRY(darknet_alert_get(rq->db, rq->a, rq->who.scope, id, &out->x));
    req_journal_body(rq, out->x.body.id.v, str_fmt(rq->a, "不審な通信の通知：%s", what));
    return darknet_alert_packets_for(rq->db, rq->a, rq->who.scope, &out->x, out->packet, &out->n);
}

static err pcap_read(struct req *rq)
{
    enum { MOST = 24 + ALERT_PACKETS * (16 + ALERT_FRAME) };
    struct source s;
    BUF_AUTO out = BUF(MOST);
    TRY(source_of(rq, "初めのパケット", &s));
    darknet_pcap_begin(&out);
    for (size_t i = 0; i < s.n; i++)
        darknet_pcap_put(&out, &s.packet[i]);
    return req_send(rq, "application/vnd.tcpdump.pcap",
        str_fmt(rq->a, "packets-%lld.pcap", (long long)s.x.id), &out);
}

#define JSON_TYPE "application/json; charset=utf-8"

static err episode_read(struct req *rq)
{
    struct source s;
    BUF_AUTO out = BUF(1 << 16);
    TRY(source_of(rq, "記録での探し方", &s));
    TRY(darknet_exchange_episode(&out, &s.x, s.packet, s.n));
    return req_send(rq, JSON_TYPE, S("episode.json"), &out);
}

static err stix_read(struct req *rq)
{
    struct source s;
    BUF_AUTO out = BUF(1 << 17);
    TRY(source_of(rq, "STIX", &s));
    TRY(darknet_exchange_stix(&out, &s.x, s.packet, s.n));
    return req_send(rq, "application/stix+json; version=2.1",
        str_fmt(rq->a, "stix-%lld.json", (long long)s.x.id), &out);
}

/* An odd number reads as none. */
static int64_t number_of(const struct req *rq, const char *name, int64_t least, int64_t most, int64_t otherwise)
{
    int64_t n;
    return err_is(parse_i64(req_query(rq, name), least, most, &n)) ? otherwise : n;
}

static err feed_read(struct req *rq)
{
    enum { MOST = 2 << 20, USUAL = 100 };
    struct feed f;
    BUF_AUTO out = BUF(MOST);
    int64_t after = number_of(rq, "after", 0, INT64_MAX, 0);
    bool intelmq = str_eq(req_query(rq, "format"), S("intelmq"));
    TRY(darknet_feed_after(rq->db, rq->a, rq->who.scope, after, number_of(rq, "limit", 1, FEED_MOST, USUAL), &f));
    TRY(darknet_exchange_feed(&out, intelmq ? FEED_INTELMQ : FEED_N6, &f, after));
    return req_send(rq, JSON_TYPE, S("feed.json"), &out);
}

const struct route darknet_alert_file_routes[] = {
    {.method = GET, .path = "/darknet/alerts/{alert}/packets.pcap", .perm = &darknet_p_alerts,
        .file = "application/vnd.tcpdump.pcap", .journal = JOURNAL_EXPORT, .read = pcap_read},
    {.method = GET, .path = "/darknet/alerts/{alert}/episode.json", .perm = &darknet_p_alerts,
        .file = "application/json", .journal = JOURNAL_EXPORT, .read = episode_read},
    {.method = GET, .path = "/darknet/alerts/{alert}/stix.json", .perm = &darknet_p_alerts,
        .file = "application/stix+json", .journal = JOURNAL_EXPORT, .read = stix_read},
    {.method = GET, .path = "/darknet/feed", .perm = &darknet_p_alerts, .file = "application/json",
        .journal = JOURNAL_EXPORT, .read = feed_read,
        .query = QUERY({"after", "この番号より後のもの。前の答えの next", true},
            {"limit", "いくつまで。1から1000、なければ100", true},
            {"format", "intelmq で、IntelMQの項目名。なければ n6 のもの", false})},
    {.path = NULL},
};
