/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds and marks of single packets. Wire facts were read in the sources named and checked on
 * packets of the real programs (test/darknet.test.mjs). */
#include "sensor/mark.h"

const struct mark_row mark_rows[MARKS] = {
    [MARK_MIRAI] = {MARK_MIRAI, "mirai", "SYNのシーケンス番号が宛先アドレスと同じ",
        "mirai/bot/scanner.c（公開された原本）; Antonakakis et al., USENIX Security 2017"},
    [MARK_MASSCAN] = {MARK_MASSCAN, "masscan", "IDが宛先・ポート・シーケンス番号の排他的論理和",
        "masscan 1.0–1.3, src/templ-pkt.c"},
    [MARK_ZMAP] = {MARK_ZMAP, "zmap", "IDが54321、またはWindows風のオプションと64以下のTTL、または"
        "送り始めた時刻そのもののタイムスタンプ", "zmap 1–4, src/probe_modules/packet.c, CHANGELOG"},
    [MARK_ZMAP_WEAK] = {MARK_ZMAP_WEAK, "zmap?", "ウィンドウ65535とMSSだけ", "zmap 4, packet.c"},
    [MARK_NMAP] = {MARK_NMAP, "nmap", "ウィンドウ1024–4096とMSS 1460だけ、またはOS判別の探り",
        "nmap 7, libnetutil/netutil.cc, osscan2.cc; nmap.org/book/osdetect-methods.html"},
    [MARK_NMAP_WEAK] = {MARK_NMAP_WEAK, "nmap?", "旗のおかしいTCPと、ウィンドウ1024–4096",
        "nmap 7, scan_engine_raw.cc"},
    [MARK_LINUX] = {MARK_LINUX, "linux", "オプションの並び MSS, SACK, TS, NOP, WS", "RFC 7323; net/ipv4/tcp_output.c"},
    [MARK_WINDOWS] = {MARK_WINDOWS, "windows", "オプションの並び MSS, NOP, WS, NOP, NOP, SACK",
        "p0f 3, 実物のパケット"},
    [MARK_BSD] = {MARK_BSD, "bsd", "オプションの並び MSS, NOP, WS, NOP, NOP, TS, SACK", "p0f 3"},
    [MARK_BARE] = {MARK_BARE, "bare", "オプションのないSYN", "RFC 9293; どのOSも付ける"},
    [MARK_EXPLOIT] = {MARK_EXPLOIT, "exploit", "知られた攻撃の最初のデータ", "mark_loads"},
    [MARK_AMPLIFY] = {MARK_AMPLIFY, "amplify", "増幅に使えるサーバーを探すデータ", "CISA TA14-017A"},
    [MARK_IMPOSSIBLE] = {MARK_IMPOSSIBLE, "impossible", "あり得ない値", "RFC 9293; RFC 768; RFC 6890"},
    [MARK_SERVICE] = {MARK_SERVICE, "service", "機器の設定で宛先を決めておくサービス", "IANA"},
    [MARK_SPREAD] = {MARK_SPREAD, "spread", "ワームが広がるのに使うサービス", "NICTER観測レポート 2020–2025"},
};

/* ── payloads ── */

const struct mark_load mark_loads[] = {
    {PROTO_UDP, 1434, 0, 4, "\x04\x01\x01\x01", 376, MARK_EXPLOIT, "SQL Slammer"},
    {PROTO_UDP, 53413, 0, 2, "AA", 0, MARK_EXPLOIT, "Netisルーターの裏口"},
    {PROTO_UDP, 37810, 0, 4, "\x20\x00\x00\x00", 0, MARK_AMPLIFY, "DVR（DHDiscover）"},
    {PROTO_UDP, 123, 0, 4, "\x17\x00\x03\x2a", 0, MARK_AMPLIFY, "NTP monlist"},
    {PROTO_UDP, 1900, 0, 8, "M-SEARCH", 0, MARK_AMPLIFY, "SSDP"},
    {PROTO_UDP, 11211, 8, 5, "stats", 0, MARK_AMPLIFY, "memcached"},
    {PROTO_UDP, 389, 0, 2, "\x30\x25", 0, MARK_AMPLIFY, "CLDAP"},
    {PROTO_UDP, 19, 0, 0, "", 1, MARK_AMPLIFY, "chargen"},
    {PROTO_UDP, 5060, 0, 8, "OPTIONS ", 0, MARK_AMPLIFY, "SIP"},
};
const size_t mark_loads_n = COUNT_OF(mark_loads);

static unsigned load_of(const struct packet *p)
{
    for (unsigned i = 0; i < COUNT_OF(mark_loads); i++) {
        const struct mark_load *l = &mark_loads[i];
        if (l->proto == p->proto && (l->port == 0 || l->port == p->dport) &&
            p->loads >= l->at + l->n && (l->size == 0 || p->loads == l->size) &&
            memcmp(p->load + l->at, l->bytes, l->n) == 0)
            return i + 1;
    }
    return 0;
}

const char *mark_kind_name(enum mark_kind k)
{
    static const char *const names[MARK_KINDS] = {[KIND_SYN] = "syn", [KIND_ODD] = "tcp_other",
        [KIND_UDP] = "udp", [KIND_ECHO] = "icmp_request", [KIND_SYNACK] = "syn_ack", [KIND_RST] = "rst",
        [KIND_UDP_REPLY] = "udp_reply", [KIND_ICMP_REPLY] = "icmp_reply",
        [KIND_ICMP_ERROR] = "icmp_error", [KIND_PIECE] = "fragment", [KIND_OTHER] = "other"};
    return names[k];
}

/* ── services ── */

/* What machines are set up to ask by address, so that a wrong address is asked again and again. */
#define SERVICES(X)                                                                              \
    X(TCP, 49, "tacacs") X(TCP, 514, "syslog") X(TCP, 601, "syslog") X(TCP, 6514, "syslog-tls")  \
    X(TCP, 8530, "wsus") X(TCP, 8531, "wsus") X(TCP, 9100, "printer") X(TCP, 10050, "zabbix")    \
    X(TCP, 10051, "zabbix") X(UDP, 53, "dns") X(UDP, 67, "dhcp") X(UDP, 69, "tftp")              \
    X(UDP, 88, "kerberos") X(UDP, 123, "ntp") X(UDP, 137, "netbios-ns")                          \
    X(UDP, 138, "netbios-dgm") X(UDP, 161, "snmp") X(UDP, 162, "snmp-trap") X(UDP, 514, "syslog") \
    X(UDP, 1812, "radius") X(UDP, 1813, "radius") X(UDP, 2055, "netflow") X(UDP, 4739, "ipfix")  \
    X(UDP, 6343, "sflow") X(UDP, 9995, "netflow")

const char *mark_service_of(uint8_t proto, uint16_t port)
{
    switch (proto << 16 | port) {
#define X(kind, number, name) \
    case PROTO_##kind << 16 | (number): return name;
        SERVICES(X)
#undef X
    default: return NULL;
    }
}

static bool is_spread(uint16_t port)
{
    switch (port) {
    case 22: case 23: case 80: case 81: case 135: case 139: case 445: case 1433: case 2222: case 2323:
    case 3306: case 3389: case 5431: case 5432: case 5555: case 5900: case 6379: case 7547: case 8080:
    case 8081: case 8291: case 9530: case 26: case 37215: case 52869: case 60023:
        return true;
    default:
        return false;
    }
}

/* ── TCP ── */

static bool options_are(const struct packet *p, const char *bytes, size_t n)
{
    return p->options == n && memcmp(p->option, bytes, n) == 0;
}
#define OPTIONS_ARE(p, lit) options_are((p), "" lit, sizeof(lit) - 1)

bool mark_timestamp(const struct packet *p, uint32_t *value, uint32_t *echo)
{
    enum { END = 0, NOP = 1, STAMP = 8 };
    for (unsigned at = 0; at < p->options && p->option[at] != END;) {
        unsigned kind = p->option[at], size = kind == NOP ? 1 : at + 1 < p->options ? p->option[at + 1] : 0;
        if (size == 0 || size > p->options - at || (kind != NOP && size < 2))
            return false;
        if (kind == STAMP && size == 10) {
            uint32_t v[2];
            memcpy(v, p->option + at + 2, sizeof v);
            *value = __builtin_bswap32(v[0]);
            *echo = __builtin_bswap32(v[1]);
            return true;
        }
        at += size;
    }
    return false;
}

/* Kinds of the options in their order, four bits each; NOP is 1, the end is 15. */
static uint64_t option_order(const struct packet *p)
{
    uint64_t order = 0;
    for (unsigned at = 0, i = 0; at < p->options && i < 15; i++) {
        unsigned kind = p->option[at], size = kind <= 1 ? 1 : at + 1 < p->options ? p->option[at + 1] : 0;
        if (size == 0 || kind > 14 || (kind > 1 && size < 2))
            return 0;
        if (kind == 0)
            return order;
        order = order << 4 | kind;
        at += size;
    }
    return order;
}

static uint32_t stack_of(const struct packet *p)
{
    if (p->options == 0)
        return 1U << MARK_BARE;
    switch (option_order(p)) {
    case 0x24813: return 1U << MARK_LINUX;      /* MSS SACK TS NOP WS */
    case 0x213114:                              /* MSS NOP WS NOP NOP SACK */
    case 0x2114: return 1U << MARK_WINDOWS;     /* MSS NOP NOP SACK, of old ones */
    case 0x21311840: case 0x2131184: case 0x213118400: return 1U << MARK_BSD;
    default: return 0;
    }
}

/* zmap 4 with the options of Linux or BSD: the timestamp is the wall clock in seconds, which no
 * stack does (RFC 7323 wants a clock that starts anywhere). */
static bool is_zmap_clock(const struct packet *p)
{
    enum { WEEK = 7 * 86400 };
    uint32_t value, echo;
    if (p->window != 65535 || !mark_timestamp(p, &value, &echo) || echo != 0)
        return false;
    int64_t ago = p->t / USEC_SECOND - (int64_t)value;
    return ago > -86400 && ago < WEEK;
}

static bool is_nmap_probe(const struct packet *p)
{
    uint32_t value, echo;
    bool raw = p->window == 1024 || p->window == 2048 || p->window == 3072 || p->window == 4096;
    bool low = p->ttl < 64 || !address_is_v4(p->dst); /* of IPv6 it leaves the hop limit at 255 */
    if (raw && low && OPTIONS_ARE(p, "\x02\x04\x05\xb4"))
        return true;
    return p->window <= 512 && mark_timestamp(p, &value, &echo) && value == UINT32_MAX; /* -O */
}

static uint32_t syn_marks(const struct packet *p)
{
    uint32_t dst = (uint32_t)p->dst.lo;
    bool v4 = address_is_v4(p->dst);
    if (v4 && p->seq == dst && p->options == 0)
        return 1U << MARK_MIRAI;
    uint16_t id = (uint16_t)(dst ^ p->dport ^ p->seq);
    if (v4 && p->ip_id == id && (p->window == 1024 || p->window == 1025))
        return 1U << MARK_MASSCAN;
    if (p->window == 65535) {
        if ((v4 && p->ip_id == 54321) || is_zmap_clock(p) ||
            (p->ttl <= 64 && OPTIONS_ARE(p, "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02")))
            return 1U << MARK_ZMAP;
        if (p->ttl <= 64 && OPTIONS_ARE(p, "\x02\x04\x05\xb4"))
            return 1U << MARK_ZMAP_WEAK;
    }
    return is_nmap_probe(p) ? 1U << MARK_NMAP : 0;
}

static uint32_t tcp_marks(const struct packet *p, enum mark_kind *kind)
{
    uint8_t f = p->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN);
    uint32_t impossible = p->sport == 0 || p->dport == 0 ? 1U << MARK_IMPOSSIBLE : 0, stamp, echo;
    bool raw = p->window == 1024 || p->window == 2048 || p->window == 3072 || p->window == 4096;
    *kind = KIND_ODD;
    if (p->cut)
        return impossible;
    if (f == TCP_SYN) {
        *kind = KIND_SYN;
        return impossible | syn_marks(p);
    }
    if (f == (TCP_SYN | TCP_ACK) || (f & TCP_RST && !(f & (TCP_SYN | TCP_FIN)))) {
        *kind = f & TCP_RST ? KIND_RST : KIND_SYNACK;
        return impossible;
    }
    if (p->window <= 1024 && mark_timestamp(p, &stamp, &echo) && stamp == UINT32_MAX)
        return impossible | 1U << MARK_NMAP;
    if (f & TCP_SYN || (f & TCP_RST && f & TCP_FIN))
        impossible = 1U << MARK_IMPOSSIBLE;
    return impossible | (raw && p->options == 0 && p->loads == 0 ? 1U << MARK_NMAP_WEAK : 0);
}

/* ── UDP ── */

static bool has_bit(const struct packet *p, unsigned at, unsigned mask)
{
    return p->loads > at && p->load[at] & mask;
}

static bool starts_with(const struct packet *p, const char *text)
{
    size_t n = strlen(text);
    return p->loads >= n && memcmp(p->load, text, n) == 0;
}

/* An answer comes from the port of a service, and says that it is one where the protocol lets it. */
static bool is_udp_reply(const struct packet *p)
{
    bool high = p->dport >= 1024;
    switch (p->sport) {
    case 53: case 5353: case 137: return has_bit(p, 2, 0x80) || (high && p->loads <= 2 && p->cut);
    case 123: return p->loads > 0 && ((p->load[0] & 7) == 4 || ((p->load[0] & 7) >= 6 && has_bit(p, 0, 0x80)));
    case 161: return high;
    case 1900: return starts_with(p, "HTTP/1.") || starts_with(p, "NOTIFY");
    case 389: return high && p->loads > 1 && p->load[0] == 0x30;
    case 500: return has_bit(p, 19, 0x20);
    case 5060: return starts_with(p, "SIP/2.0");
    case 11211: case 17: case 19: case 111: case 520: case 1434: case 3283: case 3702: case 5093:
    case 5683: case 10001: case 27015: case 37810: return high && p->dport != p->sport;
    default: return false;
    }
}

static uint32_t udp_marks(const struct packet *p, enum mark_kind *kind)
{
    uint32_t marks = p->sport == 0 && p->dport == 0 ? 1U << MARK_IMPOSSIBLE : 0;
    *kind = KIND_UDP;
    if (p->cut)
        return 0;
    if (p->dport == 0)
        marks = 1U << MARK_IMPOSSIBLE;
    if (is_udp_reply(p)) {
        *kind = KIND_UDP_REPLY;
        return marks;
    }
    if (address_is_v4(p->dst) && p->ip_id == 54321)
        marks |= 1U << MARK_ZMAP;
    return marks;
}

/* ── ICMP ── */

static uint32_t icmp_marks(const struct packet *p, enum mark_kind *kind)
{
    bool six = p->proto == PROTO_ICMP6;
    *kind = KIND_OTHER;
    if (p->cut)
        return 0;
    if (six) {
        *kind = p->type >= 1 && p->type <= 4 ? KIND_ICMP_ERROR
            : p->type == 129                 ? KIND_ICMP_REPLY
            : p->type == 128                 ? KIND_ECHO
                                             : KIND_OTHER;
        return 0;
    }
    switch (p->type) {
    case 3: case 4: case 5: case 11: case 12: *kind = KIND_ICMP_ERROR; break;
    case 0: case 14: case 16: case 18: *kind = KIND_ICMP_REPLY; break;
    case 8: case 13: case 15: case 17: *kind = KIND_ECHO; break;
    default: break;
    }
    return *kind == KIND_ECHO && p->ip_id == 54321 ? 1U << MARK_ZMAP : 0;
}

uint32_t mark_tool(const struct packet *p, enum mark_kind *kind)
{
    *kind = KIND_OTHER;
    if (__builtin_expect(p->piece == PIECE_LATER, 0)) {
        *kind = KIND_PIECE;
        return 0;
    }
    switch (p->proto) {
    case PROTO_TCP: return tcp_marks(p, kind);
    case PROTO_UDP: return udp_marks(p, kind);
    case PROTO_ICMP:
    case PROTO_ICMP6: return icmp_marks(p, kind);
    default: return 0;
    }
}

uint32_t mark_more(const struct packet *p, enum mark_kind kind, uint32_t marks, unsigned *load)
{
    *load = 0;
    if (address_eq(p->src, p->dst))
        marks |= 1U << MARK_IMPOSSIBLE;
    if (kind == KIND_SYN) {
        marks |= stack_of(p);
        marks |= is_spread(p->dport) ? 1U << MARK_SPREAD : 0;
    }
    if (kind == KIND_UDP)
        *load = load_of(p);
    if (*load)
        marks |= 1U << mark_loads[*load - 1].mark;
    if ((kind == KIND_SYN || kind == KIND_UDP) && mark_service_of(p->proto, p->dport))
        marks |= 1U << MARK_SERVICE;
    return marks;
}
