/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that are sentences or columns. */
#include "sensor/natlog_private.h"

static enum natlog_found found_of(bool ends, usec first, usec last, struct natlog_line *out)
{
    out->first = first;
    out->last = last < first ? first : last;
    return ends ? NATLOG_SESSION : NATLOG_NO_ADDRESS;
}

/* ── Cisco ASA ── */

/* "inside:10.0.0.2/40000", also with "(user)" behind it */
static bool interface_pair(str word, struct address *a, uint16_t *port)
{
    str name;
    size_t user = natlog_find(word, S("("));
    str s = str_sub(word, 0, user);
    return str_cut(&s, ':', &name) && natlog_pair(s, '/', a, port);
}

struct asa_end {
    struct address a, mapped;
    uint16_t port, mapped_port;
};

/* "inside:10.0.0.2/40000 (198.51.100.1/1024)" up to the word " to " or the end; between them "(user)". */
static bool asa_end(str *rest, struct asa_end *e)
{
    str word = natlog_word(rest);
    bool mapped = false;
    if (!interface_pair(word, &e->a, &e->port))
        return false;
    for (word = natlog_word(rest); word.n && !str_eq(word, S("to")); word = natlog_word(rest))
        if (!mapped && str_starts(word, S("(")) && word.n > 2)
            mapped = natlog_pair(str_sub(word, 1, word.n - 2), '/', &e->mapped, &e->mapped_port);
    return mapped;
}

/* "Built outbound TCP connection 9 for outside:D/p (D/p) to inside:A/p (T/t)"; of an inbound one the
 * first is who began. */
static bool asa_connection(str rest, struct natlog_line *out)
{
    struct asa_end first, second;
    str way = natlog_word(&rest);
    if (!natlog_protocol(natlog_word(&rest), &out->protocol))
        return false;
    size_t at = natlog_find(rest, S(" for "));
    rest = str_sub(rest, at + 5, rest.n);
    if (!asa_end(&rest, &first) || !asa_end(&rest, &second))
        return false;
    bool inbound = str_eq(way, S("inbound"));
    struct asa_end *inner = inbound ? &first : &second, *dst = inbound ? &second : &first;
    out->has_dst = out->has_outer = true;
    out->inner = inner->a;
    out->inner_port = inner->port;
    out->outer = inner->mapped;
    out->outer_port = inner->mapped_port;
    out->dst = dst->a;
    out->dst_port = dst->port;
    return true;
}

/* "Built dynamic TCP translation from inside:A/p to outside:T/t" */
static bool asa_translation(str rest, struct natlog_line *out)
{
    natlog_word(&rest); /* dynamic, static */
    bool well = natlog_protocol(natlog_word(&rest), &out->protocol);
    size_t at = natlog_find(rest, S(" from "));
    rest = str_sub(rest, at + 6, rest.n);
    well = well && interface_pair(natlog_word(&rest), &out->inner, &out->inner_port);
    while (well && rest.n && !str_eq(natlog_word(&rest), S("to")))
        ;
    out->has_outer = well && interface_pair(natlog_word(&rest), &out->outer, &out->outer_port);
    return out->has_outer;
}

/* "Built outbound ICMP connection for faddr D/0 gaddr T/1 laddr A/1" */
static bool asa_icmp(str rest, struct natlog_line *out)
{
    uint16_t id;
    unsigned seen = 0;
    out->protocol = NATLOG_ICMP;
    for (str word; (word = natlog_word(&rest)).n;) {
        struct address *at = str_eq(word, S("faddr")) ? &out->dst : str_eq(word, S("gaddr")) ? &out->outer
            : str_eq(word, S("laddr"))                                                     ? &out->inner
                                                                                           : NULL;
        str pair = at ? natlog_word(&rest) : STR_NONE;
        pair.n = natlog_find(pair, S("("));
        if (at && natlog_pair(pair, '/', at, &id))
            seen |= at == &out->dst ? 1 : at == &out->outer ? 2 : 4;
    }
    out->has_dst = out->has_outer = seen == 7;
    return seen == 7;
}

enum natlog_found natlog_read_asa(const struct natlog_how *how, str line, struct natlog_line *out)
{
    static const struct { str code; bool (*read)(str rest, struct natlog_line *out); } codes[] = {
        {{"302013: Built ", 14}, asa_connection}, {{"302015: Built ", 14}, asa_connection},
        {{"302020: Built ", 14}, asa_icmp}, {{"305011: Built ", 14}, asa_translation}};
    size_t at = natlog_find(line, S("-6-30"));
    str rest = str_sub(line, at + 3, line.n);
    usec t;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (!str_starts(rest, codes[i].code))
            continue;
        if (!natlog_time_head(how, line, &t))
            return NATLOG_NO_TIME;
        return found_of(codes[i].read(str_sub(rest, codes[i].code.n, rest.n), out), t, t, out);
    }
    return NATLOG_ELSE;
}

/* ── columns ── */

/* The next column, without its quotes; false at the end. */
static bool column(str *rest, str *out)
{
    if (!rest->p)
        return false;
    const char *p = rest->p, *end = rest->p + rest->n;
    bool quoted = p < end && *p == '"';
    const char *from = p + quoted, *to = memchr(from, quoted ? '"' : ',', (size_t)(end - from));
    to = to ? to : end;
    *out = (str){from, (size_t)(to - from)};
    to = quoted && to < end ? memchr(to, ',', (size_t)(end - to)) : to;
    *rest = to && to < end ? (str){to + 1, (size_t)(end - to - 1)} : STR_NONE;
    return true;
}

static bool day_and_clock(const struct natlog_how *how, str s, usec *out)
{
    return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9' && natlog_time_head(how, s, out);
}

enum natlog_found natlog_read_paloalto(const struct natlog_how *how, str line, struct natlog_line *out)
{
    enum { TYPE = 3, MADE = 6, SRC, DST, NAT_SRC, SPORT = 24, DPORT, NAT_SPORT, PROTO = 29, START = 35, ELAPSED, COLUMNS };
    str c[COLUMNS] = {STR_NONE};
    size_t n = 0;
    usec t;
    while (n < COLUMNS && column(&line, &c[n]))
        n++;
    if (!str_eq(c[TYPE], S("TRAFFIC")))
        return NATLOG_ELSE;
    if (!day_and_clock(how, c[START], &t) && !day_and_clock(how, c[MADE], &t))
        return NATLOG_NO_TIME;
    natlog_outer(c[NAT_SRC], c[NAT_SPORT], out);
    out->has_dst = natlog_address(c[DST], &out->dst);
    bool well = natlog_address(c[SRC], &out->inner) && out->has_dst && natlog_protocol(c[PROTO], &out->protocol) &&
        natlog_port(c[SPORT], &out->inner_port) && natlog_port(c[DPORT], &out->dst_port);
    return found_of(well, t, t + natlog_seconds(c[ELAPSED]), out);
}

enum natlog_found natlog_read_nfdump(const struct natlog_how *how, str line, struct natlog_line *out)
{
    enum { BEGAN, ENDED, SRC = 3, DST, SPORT, DPORT, PROTO, COLUMNS };
    str c[COLUMNS] = {STR_NONE};
    usec first, last;
    if (line.n < 20 || line.p[4] != '-' || line.p[7] != '-' || (line.p[19] != ',' && line.p[19] != '.'))
        return NATLOG_ELSE;
    for (size_t n = 0; n < COLUMNS; n++)
        if (!column(&line, &c[n]))
            return NATLOG_ELSE;
    if (!day_and_clock(how, c[BEGAN], &first) || !day_and_clock(how, c[ENDED], &last))
        return NATLOG_NO_TIME;
    bool well = natlog_address(c[SRC], &out->inner) && natlog_protocol(c[PROTO], &out->protocol);
    out->has_dst = natlog_address(c[DST], &out->dst);
    bool ports = natlog_port(c[SPORT], &out->inner_port) && natlog_port(c[DPORT], &out->dst_port);
    bool needed = out->protocol == NATLOG_TCP || out->protocol == NATLOG_UDP;
    if (!needed) /* there "type.code" stands for a port */
        out->inner_port = out->dst_port = 0;
    return found_of(well && out->has_dst && (ports || !needed), first, last, out);
}

/* ── ヤマハルーター ── */

/* "192.168.0.2:1024", "2001:db8::1.1024"; without a port for ICMP. */
static bool yamaha_end(str s, struct address *a, uint16_t *port)
{
    *port = 0;
    return natlog_pair(s, ':', a, port) || natlog_address(s, a) || natlog_pair(s, '.', a, port);
}

/* The words before " > " are the protocol and the sender: "PP[01] Passed at OUT(100) filter: TCP A:p > D:p"
 * and "[INSPECT] PP[01][out][101] TCP A:p > D:p (2026/11/20 14:05:00)", when it began. */
enum natlog_found natlog_read_yamaha(const struct natlog_how *how, str line, struct natlog_line *out)
{
    size_t at = natlog_find(line, S(" > ")), from;
    size_t filter = natlog_find(line, S(") filter: ")), inspect = natlog_find(line, S("[INSPECT] "));
    usec t, began;
    if ((filter > at && inspect > at) || at == line.n)
        return NATLOG_ELSE;
    str rest = str_sub(line, at + 3, line.n), to = natlog_word(&rest), when = natlog_word(&rest);
    if (filter < at)
        from = filter + 10;
    else
        for (from = at; from > 0 && line.p[from - 1] != ']'; from--)
            ;
    str before = str_sub(line, from, at - from), proto = natlog_word(&before);
    bool well = yamaha_end(natlog_word(&before), &out->inner, &out->inner_port);
    out->has_dst = yamaha_end(to, &out->dst, &out->dst_port);
    well = well && out->has_dst && natlog_protocol(proto, &out->protocol) &&
        (out->dst_port || (out->protocol != NATLOG_TCP && out->protocol != NATLOG_UDP));
    str clock = natlog_word(&rest);
    clock.n = natlog_find(clock, S(")"));
    bool head = natlog_time_head(how, line, &t);
    if (inspect < at && str_starts(when, S("(")) && natlog_time_parts(how, str_sub(when, 1, when.n), clock, STR_NONE, &began))
        return found_of(well, began, head ? t : began, out);
    return head ? found_of(well, t, t, out) : NATLOG_NO_TIME;
}
