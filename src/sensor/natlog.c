/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and the forms made of names and values. */
#include "sensor/natlog_private.h"

const char *const natlog_names[NATLOG_FORMATS + 1] = {
    [NATLOG_NETFILTER] = "netfilter", [NATLOG_CONNTRACK] = "conntrack", [NATLOG_ULOGD] = "ulogd", [NATLOG_ASA] = "asa",
    [NATLOG_FORTIGATE] = "fortigate", [NATLOG_PALOALTO] = "paloalto", [NATLOG_SRX] = "srx", [NATLOG_YAMAHA] = "yamaha",
    [NATLOG_NFDUMP] = "nfdump"};

/* A line with this mark is of this format; without a mark the reader decides by itself. */
static const struct form {
    str mark;
    natlog_reader *read;
} forms[NATLOG_FORMATS] = {
    /* Target LOG of iptables and nftables: Linux, net/netfilter/nf_log_syslog.c. Before the translation. */
    [NATLOG_NETFILTER] = {{" PROTO=", 7}, natlog_read_netfilter},
    /* conntrack -E, -L with -o timestamp: conntrack-tools, conntrack(8); what comes back tells the translation. */
    [NATLOG_CONNTRACK] = {{" sport=", 7}, natlog_read_conntrack},
    /* NFCT with PRINTFLOW: ulogd 2, util/printflow.c. */
    [NATLOG_ULOGD] = {{" ORIG: SRC=", 11}, natlog_read_ulogd},
    /* Cisco ASA Series Syslog Messages: 302013, 302015, 302020, 305011; FTD has the same. */
    [NATLOG_ASA] = {{"-6-30", 5}, natlog_read_asa},
    /* FortiOS Log Message Reference, traffic log; written when a session ends, with its duration. */
    [NATLOG_FORTIGATE] = {{"srcip=", 6}, natlog_read_fortigate},
    /* PAN-OS, Traffic Log Fields, the order of the syslog default. */
    [NATLOG_PALOALTO] = {{",TRAFFIC,", 9}, natlog_read_paloalto},
    /* Junos, Information Provided in Session Log Entries for SRX; structured and plain. */
    [NATLOG_SRX] = {{"RT_FLOW_SESSION_C", 17}, natlog_read_srx},
    /* ヤマハルーター: ip filter pass-log and dynamic filters; addresses before the translation. The
     * form is known from logs that users show, not from a reference (未確認). */
    [NATLOG_YAMAHA] = {{" > ", 3}, natlog_read_yamaha},
    /* nfdump 1.6 -o csv: nfdump(1), the first eight columns. */
    [NATLOG_NFDUMP] = {{NULL, 0}, natlog_read_nfdump},
};

static const enum natlog_format order[NATLOG_FORMATS] = {NATLOG_ULOGD, NATLOG_NETFILTER, NATLOG_CONNTRACK, NATLOG_FORTIGATE,
    NATLOG_ASA, NATLOG_PALOALTO, NATLOG_SRX, NATLOG_YAMAHA, NATLOG_NFDUMP};

static enum natlog_found read_as(const struct natlog_how *how, enum natlog_format f, str line, struct natlog_line *out)
{
    if (forms[f].mark.n && natlog_find(line, forms[f].mark) == line.n)
        return NATLOG_ELSE;
    *out = (struct natlog_line){.format = f};
    return forms[f].read(how, line, out);
}

enum natlog_found natlog_read(const struct natlog_how *how, enum natlog_format *last, str line, struct natlog_line *out)
{
    enum natlog_found found = NATLOG_ELSE;
    if (how->only < NATLOG_FORMATS)
        return read_as(how, how->only, line, out);
    if (*last < NATLOG_FORMATS)
        found = read_as(how, *last, line, out);
    for (size_t i = 0; i < NATLOG_FORMATS && found == NATLOG_ELSE; i++) {
        if (order[i] == *last)
            continue;
        found = read_as(how, order[i], line, out);
        if (found != NATLOG_ELSE)
            *last = order[i];
    }
    return found;
}

/* ── words ── */

size_t natlog_find(str s, str part)
{
    const char *at = s.n >= part.n ? memmem(s.p, s.n, part.p, part.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

static bool quad(str s, uint32_t *out)
{
    uint32_t v = 0, part = 0;
    int dots = 0, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9' && digits < 3) {
            part = part * 10 + (uint32_t)(s.p[i] - '0');
            digits++;
        } else if (s.p[i] == '.' && digits > 0 && part < 256 && dots < 3) {
            v = v << 8 | part;
            part = 0;
            digits = 0;
            dots++;
        } else {
            return false;
        }
    }
    *out = v << 8 | part;
    return dots == 3 && digits > 0 && part < 256;
}

bool natlog_address(str s, struct address *out)
{
    uint32_t v4;
    struct net_range r;
    struct address same;
    if (quad(s, &v4)) {
        *out = address_v4(v4);
        return true;
    }
    if (!s.n || err_is(net_addr_parse(s, &r)))
        return false;
    address_bounds(&r, out, &same);
    return true;
}

bool natlog_port(str s, uint16_t *out)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || v > UINT16_MAX)
            return false;
        v = v * 10 + (uint32_t)(s.p[i] - '0');
    }
    *out = (uint16_t)v;
    return s.n > 0 && v <= UINT16_MAX;
}

bool natlog_protocol(str s, uint8_t *out)
{
    static const struct { str name; uint8_t proto; } names[] = {{{"tcp", 3}, NATLOG_TCP}, {{"6", 1}, NATLOG_TCP},
        {{"udp", 3}, NATLOG_UDP}, {{"17", 2}, NATLOG_UDP}, {{"icmp", 4}, NATLOG_ICMP}, {{"1", 1}, NATLOG_ICMP},
        {{"icmpv6", 6}, NATLOG_ICMP}, {{"ipv6-icmp", 9}, NATLOG_ICMP}, {{"icmp6", 5}, NATLOG_ICMP}, {{"58", 2}, NATLOG_ICMP}};
    *out = 0;
    for (size_t i = 0; i < COUNT_OF(names) && *out == 0; i++)
        if (s.n == names[i].name.n && strncasecmp(s.p, names[i].name.p, s.n) == 0)
            *out = names[i].proto;
    return s.n > 0;
}

usec natlog_seconds(str s)
{
    int64_t v;
    return err_is(parse_i64(s, 0, 366 * 86400, &v)) ? 0 : v * USEC_SECOND;
}

void natlog_outer(str address, str port, struct natlog_line *out)
{
    struct address a;
    uint16_t p;
    if (!natlog_address(address, &a) || address_eq(a, address_v4(0)) || (a.hi == 0 && a.lo == 0))
        return;
    out->has_outer = true;
    out->outer = a;
    out->outer_port = natlog_port(port, &p) ? p : 0;
}

bool natlog_pair(str s, char sep, struct address *a, uint16_t *port)
{
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != sep)
        at--;
    return at > 1 && natlog_address(str_sub(s, 0, at - 1), a) && natlog_port(str_sub(s, at, s.n), port);
}

str natlog_word(str *rest)
{
    size_t from = 0, to;
    while (from < rest->n && (rest->p[from] == ' ' || rest->p[from] == '\t'))
        from++;
    for (to = from; to < rest->n && rest->p[to] != ' ' && rest->p[to] != '\t'; to++)
        ;
    str word = str_sub(*rest, from, to - from);
    *rest = str_sub(*rest, to, rest->n);
    return word;
}

/* ── names and values ── */

enum field { SRC, DST, SPORT, DPORT, OUTER, OUTER_PORT, PROTO, DATE, TIME, ZONE, EVENT, DURATION, FIELDS };

struct key {
    str name;
    enum field field;
};

struct values {
    str v[FIELDS], again[FIELDS]; /* the first and the second of a name */
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static void take(const struct key *keys, str name, str value, struct values *out)
{
    for (; keys->name.n; keys++) {
        if (keys->name.n != name.n || memcmp(keys->name.p, name.p, name.n) != 0)
            continue;
        str *at = out->v[keys->field].p ? &out->again[keys->field] : &out->v[keys->field];
        if (!at->p)
            *at = value;
        return;
    }
}

/* name=value, name="value with blanks"; between them blanks or commas. */
static void take_all(const struct key *keys, str line, struct values *out)
{
    const char *p = line.p, *end = line.p + line.n, *eq;
    while (p < end && (eq = memchr(p, '=', (size_t)(end - p)))) {
        const char *name = eq, *from = eq + 1, *to;
        while (name > p && is_name(name[-1]))
            name--;
        if (from < end && *from == '"') {
            from++;
            to = memchr(from, '"', (size_t)(end - from));
            to = to ? to : end;
        } else {
            for (to = from; to < end && *to > ' ' && *to != ',' && *to != ']'; to++)
                ;
        }
        take(keys, (str){name, (size_t)(eq - name)}, (str){from, (size_t)(to - from)}, out);
        p = to;
        p += p < end;
    }
}

/* Both ends and the protocol. */
static bool ends_of(const struct values *v, struct natlog_line *out)
{
    bool ports = natlog_port(v->v[SPORT], &out->inner_port) && natlog_port(v->v[DPORT], &out->dst_port);
    out->has_dst = natlog_address(v->v[DST], &out->dst);
    bool well = natlog_address(v->v[SRC], &out->inner) && out->has_dst && natlog_protocol(v->v[PROTO], &out->protocol);
    bool needed = out->protocol == NATLOG_TCP || out->protocol == NATLOG_UDP;
    if (!needed) /* what looks like some belongs to the packet an ICMP error quotes */
        out->inner_port = out->dst_port = 0;
    return well && (ports || !needed);
}

/* Of a time that is the session's end or, without a duration, all that is known. */
static enum natlog_found found_of(bool ends, usec end, usec duration, struct natlog_line *out)
{
    out->first = end - duration;
    out->last = end;
    return ends ? NATLOG_SESSION : NATLOG_NO_ADDRESS;
}

static const struct key netfilter_keys[] = {{{"SRC", 3}, SRC}, {{"DST", 3}, DST}, {{"SPT", 3}, SPORT},
    {{"DPT", 3}, DPORT}, {{"PROTO", 5}, PROTO}, {{NULL, 0}, FIELDS}};

enum natlog_found natlog_read_netfilter(const struct natlog_how *how, str line, struct natlog_line *out)
{
    struct values v = {0};
    usec t;
    take_all(netfilter_keys, line, &v);
    if (!v.v[SRC].p || !v.v[DST].p || natlog_find(line, S(" ORIG: SRC=")) < line.n)
        return NATLOG_ELSE;
    return natlog_time_head(how, line, &t) ? found_of(ends_of(&v, out), t, 0, out) : NATLOG_NO_TIME;
}

/* Whoever is answered is who it was sent as. */
static enum natlog_found both_ways(const struct natlog_how *how, str line, const struct values *v, struct natlog_line *out)
{
    usec t;
    natlog_outer(v->again[DST], v->again[DPORT], out);
    return natlog_time_head(how, line, &t) ? found_of(ends_of(v, out), t, 0, out) : NATLOG_NO_TIME;
}

enum natlog_found natlog_read_ulogd(const struct natlog_how *how, str line, struct natlog_line *out)
{
    struct values v = {0};
    take_all(netfilter_keys, line, &v);
    return both_ways(how, line, &v, out);
}

enum natlog_found natlog_read_conntrack(const struct natlog_how *how, str line, struct natlog_line *out)
{
    static const struct key keys[] = {{{"src", 3}, SRC}, {{"dst", 3}, DST}, {{"sport", 5}, SPORT}, {{"dport", 5}, DPORT},
        {{NULL, 0}, FIELDS}};
    struct values v = {0};
    size_t at = natlog_find(line, S(" src="));
    str before = str_sub(line, 0, at), word;
    uint8_t proto;
    if (at == line.n)
        return NATLOG_ELSE;
    while ((word = natlog_word(&before)).n) /* "[NEW] ipv4     2 tcp      6 120 SYN_SENT" */
        if (is_name(word.p[0]) && natlog_protocol(word, &proto) && proto)
            v.v[PROTO] = word;
    take_all(keys, str_sub(line, at, line.n), &v);
    return both_ways(how, line, &v, out);
}

/* "eventtime" was seconds, and is nanoseconds since FortiOS 6.2. */
static bool event_time(str s, usec *out)
{
    int64_t v;
    if (s.n < 10 || err_is(parse_i64(s, 0, INT64_MAX, &v)))
        return false;
    for (size_t n = s.n; n > 16; n--)
        v /= 10;
    for (size_t n = s.n; n < 16; n++)
        v *= 10;
    *out = v;
    return true;
}

enum natlog_found natlog_read_fortigate(const struct natlog_how *how, str line, struct natlog_line *out)
{
    static const struct key keys[] = {{{"srcip", 5}, SRC}, {{"dstip", 5}, DST}, {{"srcport", 7}, SPORT}, {{"dstport", 7}, DPORT},
        {{"transip", 7}, OUTER}, {{"transport", 9}, OUTER_PORT}, {{"proto", 5}, PROTO}, {{"date", 4}, DATE}, {{"time", 4}, TIME},
        {{"tz", 2}, ZONE}, {{"eventtime", 9}, EVENT}, {{"duration", 8}, DURATION}, {{NULL, 0}, FIELDS}};
    struct values v = {0};
    usec t;
    take_all(keys, line, &v);
    if (!v.v[DST].p)
        return NATLOG_ELSE;
    bool zoned = v.v[ZONE].n || !v.v[EVENT].n;
    if (!(zoned && natlog_time_parts(how, v.v[DATE], v.v[TIME], v.v[ZONE], &t)) && !event_time(v.v[EVENT], &t) &&
        !natlog_time_parts(how, v.v[DATE], v.v[TIME], v.v[ZONE], &t))
        return NATLOG_NO_TIME;
    natlog_outer(v.v[OUTER], v.v[OUTER_PORT], out);
    return found_of(ends_of(&v, out), t, natlog_seconds(v.v[DURATION]), out);
}

/* "session created 10.0.0.2/40000->203.0.113.5/445 None 198.51.100.1/1024->203.0.113.5/445 rule None 6 …" */
static bool srx_plain(str line, struct natlog_line *out)
{
    struct address dst;
    uint16_t port;
    size_t arrows = 0;
    out->protocol = 0;
    for (str rest = line, word; (word = natlog_word(&rest)).n;) {
        size_t at = natlog_find(word, S("->"));
        str left = str_sub(word, 0, at), right = str_sub(word, at + 2, word.n);
        if (at < word.n && arrows == 0) {
            out->has_dst = natlog_pair(right, '/', &out->dst, &out->dst_port);
            if (!out->has_dst || !natlog_pair(left, '/', &out->inner, &out->inner_port))
                return false;
        } else if (at < word.n && arrows == 1 && natlog_pair(right, '/', &dst, &port)) {
            out->has_outer = natlog_pair(left, '/', &out->outer, &out->outer_port);
        } else if (arrows == 2 && is_name(word.p[0]) == false && natlog_protocol(word, &out->protocol) && out->protocol) {
            return true;
        }
        arrows += at < word.n;
    }
    return false;
}

enum natlog_found natlog_read_srx(const struct natlog_how *how, str line, struct natlog_line *out)
{
    static const struct key keys[] = {{{"source-address", 14}, SRC}, {{"destination-address", 19}, DST}, {{"source-port", 11}, SPORT},
        {{"destination-port", 16}, DPORT}, {{"nat-source-address", 18}, OUTER}, {{"nat-source-port", 15}, OUTER_PORT},
        {{"protocol-id", 11}, PROTO}, {{"elapsed-time", 12}, DURATION}, {{NULL, 0}, FIELDS}};
    struct values v = {0};
    usec t;
    take_all(keys, line, &v);
    bool plain = !v.v[SRC].p;
    if (plain && natlog_find(line, S("session created ")) == line.n)
        return NATLOG_ELSE;
    if (!natlog_time_head(how, line, &t))
        return NATLOG_NO_TIME;
    natlog_outer(v.v[OUTER], v.v[OUTER_PORT], out);
    return found_of(plain ? srx_plain(line, out) : ends_of(&v, out), t, natlog_seconds(v.v[DURATION]), out);
}
