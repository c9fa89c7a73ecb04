/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of judgements. */
#include "sensor/judge.h"

enum {
    SURE_DARK = 8,       /* so many dark addresses leave no doubt */
    STEADY = 2,          /* hops: a path changes by so many */
    WILD = 8,            /* hops: no path changes by so many (CAIDA's list has TTL >= 200 instead) */
    REPEATED = 4,        /* packets of a mistake at least */
    WRONG_MOST = 4,      /* addresses a mistake goes to at most */
    MISTAKE_MINUTES = 10,
};

struct judge_rule {
    const char *name;
    bool (*fits)(const struct track_row *r, const struct judgement *j);
    enum judge_class class;
    enum judge_tool tool;
    const char *text, *source;
};

static uint32_t asked(const struct track_row *r)
{
    return r->kind[KIND_SYN] + r->kind[KIND_ODD] + r->kind[KIND_UDP] + r->kind[KIND_ECHO];
}

/* The share of a mark among the packets that could carry it, in percent. */
static bool most(const struct track_row *r, uint32_t n, unsigned percent)
{
    return n >= 2 && (uint64_t)n * 100 >= (uint64_t)asked(r) * percent;
}

static bool is_steady(const struct track_row *r)
{
    return r->hop_most - r->hop_least <= STEADY;
}

/* ── rules ── */

static bool fits_answer(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return r->family == FAMILY_ANSWER;
}

static bool fits_mirai(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return r->family == FAMILY_MIRAI;
}

static bool fits_slammer(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return r->load & 1 && r->mark[MARK_EXPLOIT] > 0;
}

static bool fits_exploit(const struct track_row *r, const struct judgement *j)
{
    return r->mark[MARK_EXPLOIT] >= 2 && j->dark >= 2;
}

static bool fits_masscan(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return most(r, r->mark[MARK_MASSCAN], 50);
}

static bool fits_zmap(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return most(r, r->mark[MARK_ZMAP], 50) || (most(r, r->mark[MARK_ZMAP_WEAK], 90) && j->dark >= 4);
}

/* nmap draws each packet's TTL from 37 to 59, which tells its bare probes from others' as well. */
static bool fits_nmap(const struct track_row *r, const struct judgement *j)
{
    uint32_t n = r->mark[MARK_NMAP] + r->mark[MARK_NMAP_WEAK];
    bool drawn = r->ttl_most <= 59 && r->ttl_most - r->ttl_least >= 12 && asked(r) >= 6;
    return most(r, n, 50) || (drawn && (r->decided || n >= 2) && j->ports + j->dark >= 4);
}

static bool fits_impossible(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return (uint64_t)r->mark[MARK_IMPOSSIBLE] * 2 >= r->packets;
}

static bool fits_wild(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return r->packets >= 3 && r->hop_most - r->hop_least > WILD;
}

/* The same few wrong addresses again and again. */
static bool fits_mistake(const struct track_row *r, const struct judgement *j)
{
    return r->packets >= REPEATED && j->dark <= WRONG_MOST && r->packets >= 2 * j->dark && !r->decided;
}

/* Around on the services worms live on, by no known tool: spreading. */
static bool fits_spread(const struct track_row *r, const struct judgement *j)
{
    return r->decided && most(r, r->mark[MARK_SPREAD], 80) && j->dark >= 3 && j->dark >= j->ports;
}

static bool fits_scan(const struct track_row *r, const struct judgement *j)
{
    (void)j;
    return r->decided;
}

static bool fits_hint(const struct track_row *r, const struct judgement *j)
{
    return r->family == FAMILY_PROBE && asked(r) >= 2 && j->dark >= 2 && r->odds > 0;
}

static bool fits_all(const struct track_row *r, const struct judgement *j)
{
    (void)r, (void)j;
    return true;
}

static const struct judge_rule rules[] = {
    {"answer", fits_answer, CLASS_BACKSCATTER, TOOL_NONE,
        "頼んでいない応答（SYN-ACK・RST・ICMP・DNSなどの答え）が届いています。この機器に向けて、"
        "送信元を偽った攻撃が行われています。",
        "Moore et al., Inferring Internet Denial-of-Service Activity, USENIX Security 2001"},
    {"mirai", fits_mirai, CLASS_WORM, TOOL_MIRAI,
        "IoTワーム Mirai 系の印（シーケンス番号が宛先アドレスと同じ）があります。",
        "Antonakakis et al., Understanding the Mirai Botnet, USENIX Security 2017"},
    {"slammer", fits_slammer, CLASS_WORM, TOOL_SLAMMER,
        "SQL Slammer ワームの本体（UDP 1434・376バイト）そのものです。", "Moore et al., IEEE S&P 1(4), 2003"},
    {"exploit", fits_exploit, CLASS_WORM, TOOL_NONE,
        "知られた攻撃の最初のデータを、複数の宛先に送っています。", "mark_loads"},
    {"masscan", fits_masscan, CLASS_SCAN, TOOL_MASSCAN,
        "走査の道具 masscan の印があります。", "masscan 1.0–1.3, src/templ-pkt.c"},
    {"zmap", fits_zmap, CLASS_SCAN, TOOL_ZMAP, "走査の道具 zmap の印があります。",
        "zmap 1–4, src/probe_modules/packet.c"},
    {"nmap", fits_nmap, CLASS_SCAN, TOOL_NMAP, "走査の道具 nmap の印があります。",
        "nmap 7, scan_engine_raw.cc"},
    {"impossible", fits_impossible, CLASS_SPOOFED, TOOL_NONE,
        "あり得ない値（ポート0など）のパケットで、送信元は偽られていると見られます。",
        "RFC 9293; CAIDA corsaro の考え方"},
    {"wild", fits_wild, CLASS_SPOOFED, TOOL_NONE,
        "通った経路の長さがパケットごとに大きく違い、1台の機器から来たとは考えられません。",
        "Jin, Wang, Shin, Hop-Count Filtering, CCS 2003"},
    {"mistake", fits_mistake, CLASS_MISCONFIGURATION, TOOL_NONE,
        "同じ少数の宛先に繰り返し送っています。設定に書かれた宛先の誤りと見られます。",
        "Pang et al., Characteristics of Internet Background Radiation, IMC 2004"},
    {"spread", fits_spread, CLASS_WORM, TOOL_NONE,
        "ワームが広がるのに使うサービスを、次々と違うアドレスで探しています。",
        "Jung et al., IEEE S&P 2004; NICTER観測レポート"},
    {"scan", fits_scan, CLASS_SCAN, TOOL_NONE,
        "違うアドレスやポートを次々と試しています。", "Jung et al., Fast Portscan Detection, IEEE S&P 2004"},
    {"hint", fits_hint, CLASS_SCAN, TOOL_NONE,
        "複数の宛先に届きましたが、走査と言い切るには足りません。", "Jung et al., IEEE S&P 2004"},
    {"unknown", fits_all, CLASS_UNKNOWN, TOOL_NONE, "何であるかは分かりません。", "該当する規則なし"},
};

/* ── around the table ── */

/* At least half of the steps in order, and three of them; an address's packets one by one are in
 * order by chance one time in 256 (ids), 2,048 (ports). */
static unsigned signs_of(const struct track_row *r)
{
    uint32_t steps = r->packets - 1;
    unsigned signs = 0;
    if (r->packets >= 2 && is_steady(r))
        signs |= SIGN_TTL;
    if (r->stamps >= 3 && r->stamps_good * 10 >= (r->stamps - 1) * 9)
        signs |= SIGN_CLOCK;
    if (steps >= 3 && r->ids_good * 2 >= steps)
        signs |= SIGN_ID;
    if (steps >= 3 && r->sports_good * 2 >= steps)
        signs |= SIGN_PORT;
    return signs;
}

static enum judge_confidence trust(const struct track_row *r, const struct judgement *j)
{
    usec lasted = r->last - r->first;
    switch (j->class) {
    case CLASS_BACKSCATTER:
        return j->dark >= 5 ? JUDGE_CERTAIN : j->dark >= 2 ? JUDGE_LIKELY : JUDGE_POSSIBLE;
    case CLASS_MISCONFIGURATION:
        return lasted < MISTAKE_MINUTES * USEC_MINUTE ? JUDGE_POSSIBLE
            : r->mark[MARK_SERVICE] * 2 >= r->packets ? JUDGE_CERTAIN
                                                      : JUDGE_LIKELY;
    case CLASS_SCAN:
    case CLASS_WORM:
        if (r->packets < 2 || (j->tool == TOOL_NONE && !r->decided))
            return JUDGE_POSSIBLE;
        return j->signs && (j->dark >= SURE_DARK || (j->tool == TOOL_MIRAI && j->dark >= 2)) ? JUDGE_CERTAIN
                                                                                         : JUDGE_LIKELY;
    case CLASS_SPOOFED:
        return r->packets >= 8 ? JUDGE_LIKELY : JUDGE_POSSIBLE;
    case CLASS_UNKNOWN:
    case JUDGE_CLASSES: break;
    }
    return JUDGE_POSSIBLE;
}

struct judgement judge_row(const struct track_row *r)
{
    struct judgement j = {.dark = distinct_count(&r->dark), .ports = track_ports(r), .signs = signs_of(r)};
    size_t i = 0;
    while (!rules[i].fits(r, &j))
        i++;
    j.rule = &rules[i];
    j.class = rules[i].class;
    j.tool = rules[i].tool;
    j.confidence = trust(r, &j);
    bool asks = j.class == CLASS_SCAN || j.class == CLASS_WORM;
    j.infected = asks && j.confidence > JUDGE_POSSIBLE && r->packets >= 2 && j.dark >= 2 && j.signs != 0;
    return j;
}

const char *judge_class_name(enum judge_class c)
{
    static const char *const names[JUDGE_CLASSES] = {[CLASS_UNKNOWN] = "unknown", [CLASS_SCAN] = "scan",
        [CLASS_WORM] = "worm", [CLASS_BACKSCATTER] = "backscatter",
        [CLASS_MISCONFIGURATION] = "misconfiguration", [CLASS_SPOOFED] = "spoofed"};
    return names[c];
}

const char *judge_tool_name(enum judge_tool t)
{
    static const char *const names[JUDGE_TOOLS] = {[TOOL_MIRAI] = "mirai", [TOOL_ZMAP] = "zmap",
        [TOOL_MASSCAN] = "masscan", [TOOL_NMAP] = "nmap", [TOOL_SLAMMER] = "slammer"};
    return names[t];
}

const char *judge_confidence_name(enum judge_confidence c)
{
    static const char *const names[] = {[JUDGE_POSSIBLE] = "possible", [JUDGE_LIKELY] = "likely",
        [JUDGE_CERTAIN] = "certain"};
    return names[c];
}

const char *judge_rule_text(const struct judge_rule *r)
{
    return r->text;
}

const char *judge_rule_name(const struct judge_rule *r)
{
    return r->name;
}
