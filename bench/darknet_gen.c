/* SPDX-License-Identifier: Apache-2.0 */
/* darknet_gen SEED PACKETS FOLDER [storm]: a capture of a darknet as it could be, with the truth beside
 * it: FOLDER/capture.pcap, prefixes.txt (20,000 ranges), truth.txt ("SOURCE CLASS TOOL" for each source of
 * a body), dark.txt. The same seed gives the same bytes. storm: answers from as many sources as packets,
 * none of them a body's, between the others. */
#include "core/err.h"

#include <stdbool.h>

enum {
    PREFIXES = 20000,
    BODIES = 1788,
    BACKGROUND = 180000, /* sources of others */
    SECONDS_OF = 20000,  /* packets in a second */
    HEADER = 14,
};
#define DARK_FIRST 0xCB000000u /* 203.0.0.0/14: 262,144 addresses, about what NICTER watches */
#define DARK_SIZE (1u << 18)

enum doing { MIRAI, WORM, ZMAP_OLD, ZMAP_NEW, MASSCAN, NMAP, SCAN, SYNACK, RST, ECHO_REPLY, ERROR, DNS_REPLY,
    SYSLOG, NTP, SPOOFED, DOINGS };

struct kind {
    const char *class, *tool;
    unsigned bodies, share; /* sources of bodies; percent of the background's sources */
};

static const struct kind kinds[DOINGS] = {
    [MIRAI] = {"worm", "mirai", 60, 12},       [WORM] = {"worm", "-", 60, 10},
    [ZMAP_OLD] = {"scan", "zmap", 15, 8},      [ZMAP_NEW] = {"scan", "zmap", 15, 20},
    [MASSCAN] = {"scan", "masscan", 25, 22},   [NMAP] = {"scan", "nmap", 15, 2},
    [SCAN] = {"scan", "-", 20, 8},             [SYNACK] = {"backscatter", "-", 40, 6},
    [RST] = {"backscatter", "-", 15, 2},       [ECHO_REPLY] = {"backscatter", "-", 10, 2},
    [ERROR] = {"backscatter", "-", 15, 2},     [DNS_REPLY] = {"backscatter", "-", 15, 2},
    [SYSLOG] = {"misconfiguration", "-", 40, 1}, [NTP] = {"misconfiguration", "-", 20, 1},
    [SPOOFED] = {"spoofed", "-", 40, 2},
};

struct actor {
    uint32_t address, fixed; /* fixed: what this source keeps: a port, a target, a count */
    uint32_t n;
    uint8_t doing, hops;
};

static uint64_t state;

static uint64_t draw(void) /* splitmix64 */
{
    uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(draw() % n);
}

static uint32_t dark(void)
{
    return DARK_FIRST + below(DARK_SIZE);
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static size_t ip(uint8_t *p, uint32_t src, uint32_t dst, uint8_t proto, uint8_t ttl, uint32_t id, size_t load)
{
    memset(p, 0, 20);
    p[0] = 0x45;
    put16(p + 2, (uint32_t)(20 + load));
    put16(p + 4, id);
    p[8] = ttl;
    p[9] = proto;
    put32(p + 12, src);
    put32(p + 16, dst);
    return 20 + load;
}

struct tcp {
    uint32_t sport, dport, seq, ack;
    uint8_t flags;
    uint32_t window;
    const char *options;
    size_t n;
};

static size_t tcp(uint8_t *p, uint32_t src, uint32_t dst, uint8_t ttl, uint32_t id, struct tcp t)
{
    uint8_t *h = p + 20;
    memset(h, 0, 20);
    put16(h, t.sport);
    put16(h + 2, t.dport);
    put32(h + 4, t.seq);
    put32(h + 8, t.ack);
    h[12] = (uint8_t)((20 + t.n) / 4 << 4);
    h[13] = t.flags;
    put16(h + 14, t.window);
    if (t.n)
        memcpy(h + 20, t.options, t.n);
    return ip(p, src, dst, 6, ttl, id, 20 + t.n);
}

static size_t udp(uint8_t *p, uint32_t src, uint32_t dst, uint8_t ttl, uint32_t sport, uint32_t dport,
    const void *load, size_t n)
{
    uint8_t *h = p + 20;
    put16(h, sport);
    put16(h + 2, dport);
    put16(h + 4, (uint32_t)(8 + n));
    put16(h + 6, 0);
    memcpy(h + 8, load, n);
    return ip(p, src, dst, 17, ttl, below(65536), 8 + n);
}

static size_t icmp(uint8_t *p, uint32_t src, uint32_t dst, uint8_t ttl, uint8_t type, uint8_t code, size_t n)
{
    memset(p + 20, 0, 8);
    p[20] = type;
    p[21] = code;
    return ip(p, src, dst, 1, ttl, below(65536), 8 + n);
}

#define MSS "\x02\x04\x05\xb4"
#define WINDOWS MSS "\x01\x03\x03\x08\x01\x01\x04\x02"

static size_t linux_syn(uint8_t *p, struct actor *a, uint32_t dst, uint32_t port)
{
    char o[] = MSS "\x04\x02\x08\x0a\0\0\0\0\0\0\0\0\x01\x03\x03\x07";
    put32((uint8_t *)o + 8, a->address * 7 + a->n * 40);
    return tcp(p, a->address, dst, (uint8_t)(64 - a->hops), below(65536),
        (struct tcp){32768 + below(28000), port, (uint32_t)draw(), 0, 2, 64240, o, sizeof o - 1});
}

static size_t probe(uint8_t *p, struct actor *a)
{
    static const uint16_t spread[] = {445, 445, 445, 22, 3389, 23, 5555, 8080};
    static const uint16_t other[] = {8443, 9200, 2375, 502, 4444, 27017, 5060, 9000, 11211, 8000};
    uint32_t dst = dark(), seq = (uint32_t)draw(), port = a->fixed % 4 ? 443 : 8443;
    uint8_t ttl = (uint8_t)(64 - a->hops);
    switch (a->doing) {
    case MIRAI:
        return tcp(p, a->address, dst, ttl, below(65536),
            (struct tcp){1024 + below(60000), a->n % 10 ? 23 : 2323, dst, 0, 2, 1024 + below(60000), NULL, 0});
    case WORM: return linux_syn(p, a, dst, spread[a->fixed % COUNT_OF(spread)]);
    case ZMAP_OLD:
        return tcp(p, a->address, dst, (uint8_t)(255 - a->hops), 54321,
            (struct tcp){32768 + below(28000), port, seq, 0, 2, 65535, NULL, 0});
    case ZMAP_NEW:
        return tcp(p, a->address, dst, ttl, below(65536),
            (struct tcp){32768 + below(28000), port, seq, 0, 2, 65535, WINDOWS, sizeof WINDOWS - 1});
    case MASSCAN:
        port = 1 + below(65535);
        return tcp(p, a->address, dst, (uint8_t)(255 - a->hops), dst ^ port ^ seq,
            (struct tcp){61000, port, seq, 0, 2, a->fixed % 2 ? 1024 : 1025, MSS, a->fixed % 2 ? 0 : 4});
    case NMAP:
        return tcp(p, a->address, dst, (uint8_t)(37 + below(23) - a->hops % 20), below(65536),
            (struct tcp){40000, 1 + below(1000), a->fixed, 0, 2, 1024 + 1024 * (a->fixed % 4), MSS, 4});
    default: return linux_syn(p, a, dst, other[(a->fixed + a->n % 3) % COUNT_OF(other)]);
    }
}

static size_t answer(uint8_t *p, struct actor *a)
{
    uint32_t dst = dark();
    uint8_t ttl = (uint8_t)(64 - a->hops), dns[24] = {1, 2, 0x81, 0x80, 0, 1};
    switch (a->doing) {
    case SYNACK:
        return tcp(p, a->address, dst, ttl, 0, (struct tcp){a->fixed % 2 ? 443 : 80, 1024 + below(60000),
            (uint32_t)draw(), (uint32_t)draw(), 0x12, 65160, MSS, 4});
    case RST:
        return tcp(p, a->address, dst, ttl, 0,
            (struct tcp){a->fixed % 2 ? 25 : 443, 1024 + below(60000), 0, (uint32_t)draw(), 0x14, 0, NULL, 0});
    case ECHO_REPLY: return icmp(p, a->address, dst, ttl, 0, 0, 32);
    case DNS_REPLY: return udp(p, a->address, dst, ttl, 53, 1024 + below(60000), dns, sizeof dns);
    default: /* a router tells about the victim */
        tcp(p + 28, dst, a->address, 50, below(65536), (struct tcp){1024 + below(60000), 80, 1, 0, 2, 512, NULL, 0});
        return icmp(p, 0x0a000001 + below(50), dst, (uint8_t)(200 + below(50)), below(2) ? 11 : 3, 0, 40);
    }
}

static size_t make(uint8_t *p, struct actor *a)
{
    static const char log[] = "<14>Nov 29 00:00:00 host app: something happened here";
    uint8_t ntp[48] = {0x23}, ttl = (uint8_t)(64 - a->hops);
    a->n++;
    switch (a->doing) {
    case SYSLOG:
        return udp(p, a->address, DARK_FIRST + (a->fixed + a->n % (1 + a->fixed % 3) * 17) % DARK_SIZE, ttl, 514 + a->fixed % 40000, 514, log, sizeof log - 1);
    case NTP: return udp(p, a->address, DARK_FIRST + a->fixed % DARK_SIZE, ttl, 123, 123, ntp, sizeof ntp);
    case SPOOFED: /* somebody else writes this address, each time from another place */
        return tcp(p, a->address, dark(), (uint8_t)(30 + below(220)), below(65536),
            (struct tcp){below(65536), below(3) ? 1 + below(65535) : 0, (uint32_t)draw(), 0, 2, below(65536), NULL, 0});
    default: return a->doing < SYNACK ? probe(p, a) : answer(p, a);
    }
}

struct range {
    uint32_t first, bits;
};

static uint32_t mask(uint32_t bits)
{
    return 0xFFFFFFFFu << (32 - bits);
}

static struct range *ranges(FILE *out)
{
    static struct range r[PREFIXES];
    for (uint32_t i = 0; i < PREFIXES; i++) {
        /* one piece of 2^16 addresses for each: nothing lies in another */
        r[i].bits = 20 + below(13);
        r[i].first = ((0x1000u + i * 2) << 16 | below(65536)) & mask(r[i].bits);
        fprintf(out, "%u.%u.%u.%u/%u %u %s\n", r[i].first >> 24, r[i].first >> 16 & 255, r[i].first >> 8 & 255,
            r[i].first & 255, r[i].bits, 100000 + i % BODIES, i % 50 == 0 ? "egress" : "own");
    }
    return r;
}

static size_t actors(struct actor *a, const struct range *r, FILE *truth)
{
    size_t n = 0;
    for (uint8_t k = 0; k < DOINGS; k++) {
        for (unsigned i = 0; i < kinds[k].bodies; i++, n++) {
            const struct range *own = &r[(n * 31) % PREFIXES];
            a[n] = (struct actor){own->first + below(1u << (32 - own->bits)), (uint32_t)draw() >> 8, 0, k,
                (uint8_t)(5 + below(15))};
            uint32_t x = a[n].address;
            fprintf(truth, "%u.%u.%u.%u %s %s\n", x >> 24, x >> 16 & 255, x >> 8 & 255, x & 255, kinds[k].class,
                kinds[k].tool);
        }
    }
    return n;
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void put_record(FILE *f, uint64_t us, const uint8_t *p, size_t n)
{
    uint32_t head[4] = {(uint32_t)(us / 1000000), (uint32_t)(us % 1000000), (uint32_t)n, (uint32_t)n};
    fwrite(head, sizeof head, 1, f);
    fwrite(p, n, 1, f);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "darknet_gen SEED PACKETS FOLDER [storm]\n");
        return 64;
    }
    static struct actor body[1000], other[BACKGROUND];
    uint8_t frame[256] = {0};
    uint32_t head[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
    bool storm = argc > 4;
    uint64_t packets = strtoull(argv[2], NULL, 10), at = 1790000000ULL * 1000000;
    state = strtoull(argv[1], NULL, 10);
    FILE *capture = create(argv[3], "capture.pcap"), *prefixes = create(argv[3], "prefixes.txt"),
         *truth = create(argv[3], "truth.txt"), *darks = create(argv[3], "dark.txt");
    const struct range *r = ranges(prefixes);
    size_t bodies = actors(body, r, truth), weight = 0;
    fputs("203.0.0.0/14\n", darks);
    uint8_t share[100];
    for (uint8_t k = 0; k < DOINGS; k++)
        for (unsigned i = 0; i < kinds[k].share && weight < sizeof share; i++)
            share[weight++] = k;
    for (uint32_t i = 0; i < BACKGROUND; i++)
        other[i] = (struct actor){0xB0000000u + below(0x18000000u), /* nobody's */ (uint32_t)draw() >> 8, 0,
            share[below((uint32_t)weight)], (uint8_t)(5 + below(15))};
    put16(frame + 12, 0x0800);
    fwrite(head, sizeof head, 1, capture);
    for (uint64_t i = 0; i < packets; i++) {
        struct actor stranger = {0xB0000000u + (uint32_t)(i * 2654435761u % 0x18000000u), (uint32_t)i, 0, SYNACK, 10};
        struct actor *a = storm && i % 100 ? &stranger
            : storm || below(100) == 0 ? &body[below((uint32_t)bodies)] : &other[(uint32_t)((uint64_t)below(1u << 31) * below(1u << 31) >> 31) % BACKGROUND];
        size_t n = make(frame + HEADER, a);
        at += 1000000 / SECONDS_OF;
        put_record(capture, at, frame, HEADER + n);
    }
    return fclose(capture) | fclose(prefixes) | fclose(truth) | fclose(darks);
}
