/* SPDX-License-Identifier: Apache-2.0 */
/* One alert as files: its first packets for tcpdump and Wireshark. */
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

const struct route darknet_alert_file_routes[] = {
    {.method = GET, .path = "/darknet/alerts/{alert}/packets.pcap", .perm = &darknet_p_alerts,
        .file = "application/vnd.tcpdump.pcap", .journal = JOURNAL_EXPORT, .read = pcap_read},
    {.path = NULL},
};
