/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of each format, and lines nobody should have written. */
#include "sensor/natlog.h"

#include <setjmp.h>
#include <cmocka.h>

#define NEAR ((usec)1795933903000000) /* 2026-11-29T15:31:43+09:00 */

static const struct natlog_how how = {NEAR, false, NATLOG_FORMATS};

/* What a line says as text: "first+length protocol inner:port dst:port outer:port". */
static void put_line(struct buf *b, const struct natlog_line *l)
{
    buf_fmt(b, "%s %lld+%lld %u ", natlog_names[l->format], (long long)((l->first - NEAR) / USEC_SECOND),
        (long long)((l->last - l->first) / USEC_SECOND), (unsigned)l->protocol);
    address_put(b, l->inner);
    buf_fmt(b, ":%u ", (unsigned)l->inner_port);
    if (l->has_dst)
        address_put(b, l->dst);
    buf_fmt(b, ":%u ", (unsigned)l->dst_port);
    if (l->has_outer)
        address_put(b, l->outer);
    buf_fmt(b, ":%u", (unsigned)l->outer_port);
}

static const struct { const char *line, *says; } forms[] = {
    {"Nov 29 15:31:43 gw kernel: [1.2] FWD IN=a OUT=b SRC=10.0.0.2 DST=203.0.113.1 LEN=60 DF PROTO=TCP SPT=40000 DPT=445 SYN",
        "netfilter 0+0 6 10.0.0.2:40000 203.0.113.1:445 :0"},
    {"2026-11-29T06:31:43.478Z gw kernel: IN= OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=ICMP TYPE=8 CODE=0 [SRC=1.1.1.1 DST=2.2.2.2 PROTO=TCP SPT=1 DPT=2 ]",
        "netfilter 0+0 1 10.0.0.2:0 203.0.113.1:0 :0"},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=2001:db8::2 DST=2001:db8:dead::1 PROTO=UDP SPT=5 DPT=53",
        "netfilter 0+0 17 2001:db8::2:5 2001:db8:dead::1:53 :0"},
    {"[1795933903.326730]\t    [NEW] tcp      6 120 SYN_SENT src=10.0.0.2 dst=203.0.113.1 sport=40000 dport=445 [UNREPLIED] src=203.0.113.1 dst=198.51.100.10 sport=445 dport=9244",
        "conntrack 0+0 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"[1795933903]\t[NEW] ipv4     2 udp      17 30 src=10.0.0.2 dst=203.0.113.1 sport=5 dport=53 src=203.0.113.1 dst=198.51.100.10 sport=53 dport=9",
        "conntrack 0+0 17 10.0.0.2:5 203.0.113.1:53 198.51.100.10:9"},
    {"Nov 29 15:31:43 gw ulogd[1]: [NEW] ORIG: SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=40000 DPT=445 PKTS=0 BYTES=0 , REPLY: SRC=203.0.113.1 DST=198.51.100.10 PROTO=TCP SPT=445 DPT=9244 PKTS=0",
        "ulogd 0+0 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"<166>Nov 29 2026 15:31:43 fw : %ASA-6-302013: Built outbound TCP connection 9 for outside:203.0.113.1/445 (203.0.113.1/445) to inside:10.0.0.2/40000 (198.51.100.10/9244)",
        "asa 0+0 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"<166>:Nov 29 06:31:43 UTC: %ASA-6-302015: Built inbound UDP connection 9 for inside:10.0.0.2/5(DOM\\a) (198.51.100.10/9) to outside:203.0.113.1/53 (203.0.113.1/53) (a)",
        "asa 0+0 17 10.0.0.2:5 203.0.113.1:53 198.51.100.10:9"},
    {"Nov 29 15:31:43 fw %FTD-6-305011: Built dynamic TCP translation from inside:10.0.0.2/40000 to outside:198.51.100.10/9244",
        "asa 0+0 6 10.0.0.2:40000 :0 198.51.100.10:9244"},
    {"Nov 29 15:31:43 fw %ASA-6-302020: Built outbound ICMP connection for faddr 203.0.113.1/0 gaddr 198.51.100.10/1 laddr 10.0.0.2/1",
        "asa 0+0 1 10.0.0.2:0 203.0.113.1:0 198.51.100.10:0"},
    {"date=2026-11-29 time=15:31:49 devname=\"a b=c\" tz=\"+0900\" srcip=10.0.0.2 srcport=40000 dstip=203.0.113.1 dstport=445 proto=6 trandisp=\"snat\" transip=198.51.100.10 transport=9244 duration=6",
        "fortigate 0+6 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"date=2026-11-29 time=01:02:03 eventtime=1795933903326730000 srcip=10.0.0.2 srcport=5 dstip=203.0.113.1 dstport=53 proto=17 transip=0.0.0.0 transport=0",
        "fortigate 0+0 17 10.0.0.2:5 203.0.113.1:53 :0"},
    {"Nov 29 15:31:50 pa 1,2026/11/29 15:31:50,0009,TRAFFIC,end,1,2026/11/29 15:31:50,10.0.0.2,203.0.113.1,198.51.100.10,203.0.113.1,\"a, rule\",,,x,v,t,u,e1,e2,S,,1,1,40000,445,9244,445,0x0,tcp,allow,60,60,0,1,2026/11/29 15:31:43,5,any",
        "paloalto 0+5 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"<14>1 2026-11-29T15:31:43.478+09:00 srx RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1 source-address=\"10.0.0.2\" source-port=\"40000\" destination-address=\"203.0.113.1\" destination-port=\"445\" nat-source-address=\"198.51.100.10\" nat-source-port=\"9244\" protocol-id=\"6\"]",
        "srx 0+0 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"Nov 29 15:31:43 srx RT_FLOW: RT_FLOW_SESSION_CREATE: session created 10.0.0.2/40000->203.0.113.1/445 0x0 None 198.51.100.10/9244->203.0.113.1/445 0x0 source rule r N/A N/A 6 out",
        "srx 0+0 6 10.0.0.2:40000 203.0.113.1:445 198.51.100.10:9244"},
    {"2026/11/29 15:31:43: PP[01] Passed at OUT(100) filter: TCP 10.0.0.2:40000 > 203.0.113.1:445",
        "yamaha 0+0 6 10.0.0.2:40000 203.0.113.1:445 :0"},
    {"Nov 29 15:31:50 rt [INSPECT] LAN2[out][31] TCP 2001:db8::2.56609 > 2001:db8:dead::1.443 (2026/11/29 15:31:43)",
        "yamaha 0+7 6 2001:db8::2:56609 2001:db8:dead::1:443 :0"},
    {"2026-11-29 15:31:43,2026-11-29 15:31:44,1.0,10.0.0.2,203.0.113.1,40000,445,TCP,.A..S.,0,0,1,60",
        "nfdump 0+1 6 10.0.0.2:40000 203.0.113.1:445 :0"},
};

static void test_forms(void **unused)
{
    (void)unused;
    enum natlog_format last = NATLOG_FORMATS;
    for (size_t i = 0; i < 2 * COUNT_OF(forms); i++) { /* whatever stood before */
        BUF_AUTO b = BUF(1024);
        struct natlog_line l;
        str line = str_of(forms[i * 7 % COUNT_OF(forms)].line);
        assert_int_equal(natlog_read(&how, &last, line, &l), NATLOG_SESSION);
        put_line(&b, &l);
        buf_char(&b, '\0');
        assert_string_equal(b.p, forms[i * 7 % COUNT_OF(forms)].says);
    }
}

#define NF "gw kernel: OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=2"
static const struct { const char *line; enum natlog_found found; } odd[] = {
    {"", NATLOG_ELSE},
    {"Nov 29 15:31:43 gw sshd[1]: Accepted publickey", NATLOG_ELSE},
    {"Nov 29 15:31:43 fw %ASA-6-302014: Teardown TCP connection 9 for outside:203.0.113.1/445 to inside:10.0.0.2/4", NATLOG_ELSE},
    {"ts,te,td,sa,da,sp,dp,pr,flg,fwd", NATLOG_ELSE},
    {"[12.5] IN= OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=2", NATLOG_NO_TIME}, /* since the machine started */
    {"tcp      6 431999 ESTABLISHED src=10.0.0.2 dst=203.0.113.1 sport=1 dport=2 src=203.0.113.1 dst=10.0.0.2 sport=2 dport=1", NATLOG_NO_TIME},
    {"Nov 31 15:31:43 " NF, NATLOG_NO_TIME},
    {"Feb 29 15:31:43 " NF, NATLOG_NO_TIME}, /* no year near has one */
    {"Nov 29 24:00:00 " NF, NATLOG_NO_TIME},
    {"2026-02-29T15:31:43Z " NF, NATLOG_NO_TIME},
    {"[99999999999999999999999.1] " NF, NATLOG_NO_TIME},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=10.0.0.256 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=2", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=10.0.0 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=2", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=65536", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=99999999999999999999", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 gw kernel: OUT=b SRC=10.0.0.2 DST=203.0.113.1 PROTO=TCP SPT=1", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 fw %ASA-6-302013: Built outbound TCP connection 9 for outside:203.0.113.1/445", NATLOG_NO_ADDRESS},
    {"Nov 29 15:31:43 s RT_FLOW_SESSION_CREATE: session created 10.0.0.2/4->203.0.113.1/", NATLOG_NO_ADDRESS},
    {"2026-11-29 15:31:43,2026-11-29 15:31:44,1.0,x,203.0.113.1,4,5,TCP", NATLOG_NO_ADDRESS},
};

static void test_odd(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        enum natlog_format last = NATLOG_FORMATS;
        struct natlog_line l;
        assert_int_equal(natlog_read(&how, &last, str_of(odd[i].line), &l), odd[i].found);
    }
    static const char nul[] = "Nov 29 15:31:43 gw OUT=b SRC=10.0.0.2\0 DST=203.0.113.1 PROTO=TCP SPT=1 DPT=2";
    enum natlog_format last = NATLOG_FORMATS;
    struct natlog_line l;
    assert_int_equal(natlog_read(&how, &last, (str){nul, sizeof nul - 1}, &l), NATLOG_SESSION);
}

/* Each line cut anywhere, in memory of just its size: nothing is read beyond (under ASan). */
static void test_cut(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t whole = strlen(forms[i].line);
        for (size_t n = 1; n < whole; n++) {
            char *p = malloc(n);
            enum natlog_format last = NATLOG_FORMATS;
            struct natlog_line l;
            assert_non_null(p);
            memcpy(p, forms[i].line, n);
            assert_in_range(natlog_read(&how, &last, (str){p, n}, &l), NATLOG_SESSION, NATLOG_NO_ADDRESS);
            free(p);
        }
    }
}

static void test_times(void **unused)
{
    (void)unused;
    static const struct { const char *text; bool utc; usec near; const char *says; } t[] = {
        {"Nov 29 15:31:43 x", false, NEAR, "2026-11-29T15:31:43+09:00"},
        {"Nov 29 15:31:43 x", true, NEAR, "2026-11-30T00:31:43+09:00"},
        {"Dec 31 23:59:59 x", false, NEAR + 40 * USEC_DAY, "2026-12-31T23:59:59+09:00"}, /* read in January */
        {"Jan  2 00:00:00 x", false, NEAR, "2027-01-02T00:00:00+09:00"},
        {"Feb 29 01:00:00 x", false, NEAR + 365 * USEC_DAY, "2028-02-29T01:00:00+09:00"},
        {"2026-11-29T15:31:43-05:00 x", false, NEAR, "2026-11-30T05:31:43+09:00"},
        {"2026-11-29 15:31:43 x", true, NEAR, "2026-11-30T00:31:43+09:00"},
        {"1795933903.5 x", true, NEAR, "2026-11-29T15:31:43+09:00"},
    };
    for (size_t i = 0; i < COUNT_OF(t); i++) {
        struct natlog_how h = {t[i].near, t[i].utc, NATLOG_FORMATS};
        BUF_AUTO b = BUF(64);
        usec got;
        assert_true(natlog_time_head(&h, str_of(t[i].text), &got));
        put_iso_time(&b, got);
        buf_char(&b, '\0');
        assert_string_equal(b.p, t[i].says);
    }
}

static void test_only(void **unused)
{
    (void)unused;
    struct natlog_how h = how;
    enum natlog_format last = NATLOG_FORMATS;
    struct natlog_line l;
    h.only = NATLOG_ASA;
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        assert_int_equal(natlog_read(&h, &last, str_of(forms[i].line), &l) == NATLOG_SESSION, str_starts(str_of(forms[i].says), S("asa")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_odd), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_times), cmocka_unit_test(test_only)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
