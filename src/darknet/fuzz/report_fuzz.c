/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: what a process that looks at packets reports. What is taken of it is within the bounds that the
 * tables, mails and files rely on, and reported again it tells nothing new. */
#include "darknet/darknet_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_count(int64_t n)
{
    BUG_IF(n < 0 || n > REPORT_COUNT);
}

static void check_text(str s, size_t most)
{
    BUG_IF(s.n > most || !str_is_utf8(s));
    for (size_t i = 0; i < s.n; i++)
        BUG_IF((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f);
}

static void check_address(str s)
{
    struct net_range net;
    BUG_IF(err_is(net_addr_parse(s, &net)));
}

static void check_packets(const struct alert_sighting *s)
{
    BUG_IF(s->n_packets > ALERT_PACKETS);
    for (size_t i = 0; i < s->n_packets; i++) {
        const struct alert_packet *p = &s->packet[i];
        BUG_IF(p->frame.n > ALERT_FRAME || p->port > UINT16_MAX || p->source_port > UINT16_MAX);
        check_text(p->protocol, REPORT_WORD);
        check_count(p->wire);
        check_address(p->dark);
    }
}

static void check_sighting(struct arena *a, const struct alert_sighting *s)
{
    const int64_t counts[] = {s->packets, s->dark, s->pps, s->rate_most};
    struct alert_episode e, again;
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        check_count(counts[i]);
    check_address(s->source);
    check_text(s->tool, REPORT_WORD);
    check_text(s->rule, REPORT_WORD);
    check_text(s->reason, REPORT_TEXT);
    check_text(s->services, REPORT_TEXT);
    check_packets(s);
    BUG_IF(s->class < ALERT_UNKNOWN || s->class > ALERT_WORM || s->bodies.n == 0 || s->last < s->first);
    BUG_IF(darknet_alert_follow(a, NULL, s, s->last, &e) != EVENT_NEW);
    BUG_IF(darknet_alert_follow(a, &e, s, s->last, &again) != 0);
}

static void check_hour(struct arena *a, const struct fact_hour *f)
{
    struct fact_hour again = *f;
    BUF_AUTO services = BUF(1 << 20);
    BUF_AUTO world = BUF(1 << 20);
    darknet_fact_pack(f, &services, &world);
    BUG_IF(err_is(buf_status(&services)) || err_is(buf_status(&world)));
    BUG_IF(err_is(darknet_fact_unpack(a, buf_view(&services), buf_view(&world), &again)));
    BUG_IF(again.n != f->n || again.cells != f->cells);
    for (size_t i = 0; i < f->n; i++) {
        BUG_IF(again.service[i].key != f->service[i].key || again.service[i].packets != f->service[i].packets);
        check_count(f->service[i].packets / FACT_SERVICES); /* those of one key are added */
    }
    for (size_t i = 0; i < f->cells; i++)
        check_count(f->world[i].packets);
    check_count(f->packets);
    check_count(f->dropped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct alert_sightings all;
    struct fact_hours hours;
    ARENA_AUTO a = arena_new(64 << 20);
    BUG_IF(!a);
    err e = darknet_report_parse(a, (str){(const char *)data, size}, &all, &hours);
    BUG_IF(err_is(e) && e.code != ERR_INVALID);
    for (size_t i = 0; i < all.n && !err_is(e); i++)
        check_sighting(a, &all.v[i]);
    for (size_t i = 0; i < hours.n && !err_is(e); i++)
        check_hour(a, &hours.v[i]);
    return 0;
}
