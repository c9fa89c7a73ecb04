/* SPDX-License-Identifier: Apache-2.0 */
/* Records of pcap and blocks of pcapng out of one buffer. */
#include "sensor/capture.h"

#include "sensor/capture_bytes.h"

enum {
    BUFFER = 1 << 19,
    CHUNK = 1 << 17, /* read at once: stays in the processor's second cache */
    RECORD_MOST = 1 << 18, /* tcpdump's own limit of a record */
    FACES_MOST = 1024,     /* interfaces of one section */
    DIGITS_MOST = 18,
};

/* What is needed of an interface to read its packets. */
struct face {
    uint16_t link;
    uint32_t snap;   /* 0: no limit */
    uint64_t second; /* ticks in one */
    int64_t offset;  /* seconds */
};

struct capture {
    struct capture_bytes *bytes;
    uint8_t *buf;
    size_t at, n;
    bool dry; /* no more bytes come */
    enum capture_end end, fault; /* fault: of the bytes, once those that came are used up */
    bool swapped, next_generation;
    struct face face[FACES_MOST];
    size_t faces;
    uint64_t skip; /* bytes of a block of no interest that are not read yet */
    uint64_t skipped;
};

static uint16_t get16(const struct capture *c, const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return c->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t get32(const struct capture *c, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return c->swapped ? __builtin_bswap32(v) : v;
}

/* n bytes are there, or as many as there are; frames given out before lose what they point to. */
static bool fetch(struct capture *c, size_t n)
{
    if (c->dry || n > BUFFER)
        return false;
    memmove(c->buf, c->buf + c->at, c->n - c->at);
    c->n -= c->at;
    c->at = 0;
    while (c->n < n && !c->dry) {
        size_t got = 0;
        err e = capture_bytes_read(c->bytes, c->buf + c->n,
            BUFFER - c->n < CHUNK ? BUFFER - c->n : CHUNK, &got);
        if (err_is(e))
            c->fault = e.code == ERR_INVALID ? CAPTURE_BROKEN : CAPTURE_UNREAD;
        c->dry = err_is(e) || got == 0;
        c->n += got;
    }
    return c->n >= n;
}

static inline bool have(struct capture *c, size_t n)
{
    return c->n - c->at >= n || fetch(c, n);
}

static size_t stop(struct capture *c, enum capture_end why)
{
    c->end = c->fault && why != CAPTURE_BROKEN ? c->fault : why;
    return 0;
}

/* The end where a record would begin, or within one. */
static size_t stop_short(struct capture *c)
{
    return stop(c, c->n == c->at ? CAPTURE_WHOLE : CAPTURE_CUT);
}

/* Ticks of an interface since 1970 as microseconds. */
static usec time_of(const struct face *f, uint64_t ticks)
{
    uint64_t whole = ticks / f->second, part = ticks % f->second;
    if (whole > INT64_MAX / 4 / USEC_SECOND)
        whole = INT64_MAX / 4 / USEC_SECOND;
    uint64_t us = (uint64_t)(((unsigned __int128)part * USEC_SECOND) / f->second);
    return ((int64_t)whole + f->offset) * USEC_SECOND + (int64_t)us;
}

/* ── pcap ── */

static err pcap_begin(struct capture *c)
{
    enum { HEADER = 24 };
    if (!have(c, HEADER))
        return ERR(INVALID);
    const uint8_t *p = c->buf + c->at;
    uint32_t magic;
    memcpy(&magic, p, sizeof magic);
    c->swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    magic = get32(c, p);
    if ((magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) || get16(c, p + 4) != 2)
        return ERR(INVALID);
    c->face[0] = (struct face){(uint16_t)get32(c, p + 20), 0, magic == 0xa1b23c4d ? 1000000000 : 1000000, 0};
    c->faces = 1;
    c->at += HEADER;
    return OK;
}

static size_t pcap_next(struct capture *c, struct capture_frame *out, bool fresh)
{
    enum { HEADER = 16 };
    if (!fresh && c->n - c->at < HEADER)
        return 0; /* the batch so far goes out first */
    if (!have(c, HEADER))
        return stop_short(c);
    const uint8_t *p = c->buf + c->at;
    uint32_t kept = get32(c, p + 8), wire = get32(c, p + 12);
    if (kept > RECORD_MOST)
        return stop(c, CAPTURE_BROKEN);
    if (!fresh && c->n - c->at < HEADER + kept)
        return 0;
    if (!have(c, HEADER + kept))
        return stop(c, CAPTURE_CUT);
    p = c->buf + c->at;
    const struct face *f = &c->face[0];
    uint32_t part = get32(c, p + 4);
    usec us = f->second == USEC_SECOND ? part : part / 1000;
    *out = (struct capture_frame){p + HEADER, kept, wire > kept ? wire : kept,
        get32(c, p) * USEC_SECOND + us, f->link};
    c->at += HEADER + kept;
    return 1;
}

/* ── pcapng ── */

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_FACE = 1,
    BLOCK_PACKET_OLD = 2,
    BLOCK_PACKET_SIMPLE = 3,
    BLOCK_PACKET = 6,
    BLOCK_FRAME = 12, /* bytes of type and both lengths */
};

/* Of the section's header only the byte order; interfaces are those of the section. */
static bool ng_section(struct capture *c, const uint8_t *p)
{
    uint32_t order;
    memcpy(&order, p + 8, sizeof order);
    c->swapped = order == 0x4d3c2b1a;
    c->faces = 0;
    return c->swapped || order == 0x1a2b3c4d;
}

static void ng_option(struct capture *c, struct face *f, uint16_t code, const uint8_t *p, uint16_t n)
{
    enum { RESOLUTION = 9, OFFSET = 14 };
    if (code == RESOLUTION && n >= 1) {
        int power = p[0] & 0x7f;
        f->second = 1;
        if (p[0] & 0x80)
            f->second <<= power < 63 ? power : 63;
        else
            for (int i = 0; i < power && i < DIGITS_MOST; i++)
                f->second *= 10;
    } else if (code == OFFSET && n >= 8) {
        uint64_t a = get32(c, p), b = get32(c, p + 4);
        int64_t seconds = (int64_t)(c->swapped ? a << 32 | b : b << 32 | a);
        f->offset = seconds > -USEC_SECOND * 60 && seconds < USEC_SECOND * 60 ? seconds : 0;
    }
}

static void ng_face(struct capture *c, const uint8_t *p, size_t n)
{
    if (n < 8 || c->faces == FACES_MOST)
        return;
    struct face f = {get16(c, p), get32(c, p + 4), USEC_SECOND, 0};
    for (size_t at = 8; at + 4 <= n;) {
        uint16_t code = get16(c, p + at), size = get16(c, p + at + 2);
        if (code == 0 || size > n - at - 4)
            break;
        ng_option(c, &f, code, p + at + 4, size);
        at += 4 + ((size + 3U) & ~3U);
    }
    c->face[c->faces++] = f;
}

/* A packet of either of the three kinds; false when its lengths do not fit into the block. */
static bool ng_packet(struct capture *c, uint32_t type, const uint8_t *p, size_t n,
    struct capture_frame *out, bool *known)
{
    bool simple = type == BLOCK_PACKET_SIMPLE;
    size_t head = simple ? 4 : 20;
    if (n < head)
        return false;
    uint32_t face = simple ? 0 : type == BLOCK_PACKET ? get32(c, p) : get16(c, p);
    uint32_t wire = get32(c, simple ? p : p + 16);
    size_t kept = simple ? n - head : get32(c, p + 12);
    *known = face < c->faces;
    if (!*known)
        return true;
    const struct face *f = &c->face[face];
    if (simple) {
        kept = wire < kept ? wire : kept;
        kept = f->snap && f->snap < kept ? f->snap : kept;
    }
    if (kept > n - head || kept > RECORD_MOST)
        return false;
    uint64_t ticks = simple ? 0 : (uint64_t)get32(c, p + 4) << 32 | get32(c, p + 8);
    *out = (struct capture_frame){p + head, (uint32_t)kept,
        wire > kept ? wire : (uint32_t)kept, time_of(f, ticks), f->link};
    return true;
}

/* Bytes of a block of no interest are read and forgotten. */
static bool ng_skip(struct capture *c)
{
    while (c->skip > 0) {
        size_t there = c->n - c->at, take = c->skip < there ? (size_t)c->skip : there;
        c->at += take;
        c->skip -= take;
        if (c->skip > 0 && !have(c, 1))
            return false;
    }
    return true;
}

static bool is_of_interest(uint32_t type)
{
    return type == BLOCK_SECTION || type == BLOCK_FACE || type == BLOCK_PACKET ||
        type == BLOCK_PACKET_OLD || type == BLOCK_PACKET_SIMPLE;
}

/* One block; 1: it was a packet, 0: look at the end. *again: it was something else. */
static size_t ng_block(struct capture *c, struct capture_frame *out, bool fresh, bool *again)
{
    *again = false;
    if (!fresh && c->skip > c->n - c->at)
        return 0;
    if (c->skip > 0 && !ng_skip(c))
        return stop(c, CAPTURE_CUT);
    if (!fresh && c->n - c->at < BLOCK_FRAME)
        return 0;
    if (!have(c, BLOCK_FRAME))
        return stop_short(c);
    const uint8_t *p = c->buf + c->at;
    uint32_t type = get32(c, p);
    if (type == BLOCK_SECTION && !ng_section(c, p))
        return stop(c, CAPTURE_BROKEN);
    uint32_t size = get32(c, p + 4);
    if (size < BLOCK_FRAME || size % 4 != 0)
        return stop(c, CAPTURE_BROKEN);
    if (!is_of_interest(type)) {
        c->skip = size;
        *again = true;
        return 0;
    }
    if (size > RECORD_MOST + 4096)
        return stop(c, CAPTURE_BROKEN);
    if (!fresh && c->n - c->at < size)
        return 0;
    if (!have(c, size))
        return stop(c, CAPTURE_CUT);
    p = c->buf + c->at;
    if (get32(c, p + size - 4) != size)
        return stop(c, CAPTURE_BROKEN);
    c->at += size;
    bool known = true;
    *again = type == BLOCK_SECTION || type == BLOCK_FACE;
    if (type == BLOCK_FACE)
        ng_face(c, p + 8, size - BLOCK_FRAME);
    if (*again)
        return 0;
    if (!ng_packet(c, type, p + 8, size - BLOCK_FRAME, out, &known))
        return stop(c, CAPTURE_BROKEN);
    c->skipped += !known;
    *again = !known;
    return known;
}

static size_t ng_next(struct capture *c, struct capture_frame *out, bool fresh)
{
    bool again = true;
    size_t got = 0;
    while (again)
        got = ng_block(c, out, fresh, &again);
    return got;
}

/* ── both ── */

err capture_new(int fd, struct capture **out)
{
    *out = NULL;
    struct capture *c = calloc(1, sizeof *c);
    if (!c)
        return ERR(NOMEM);
    c->buf = malloc(BUFFER);
    err e = c->buf ? capture_bytes_new(fd, &c->bytes) : ERR(NOMEM);
    if (!err_is(e)) {
        static const uint8_t section[4] = {0x0a, 0x0d, 0x0d, 0x0a};
        c->next_generation = have(c, sizeof section) && memcmp(c->buf, section, sizeof section) == 0;
        e = c->fault == CAPTURE_UNREAD ? ERR(IO) : c->next_generation ? OK : pcap_begin(c);
    }
    if (err_is(e))
        capture_free(c);
    else
        *out = c;
    return e;
}

void capture_free(struct capture *c)
{
    if (!c)
        return;
    capture_bytes_free(c->bytes);
    free(c->buf);
    free(c);
}

size_t capture_next(struct capture *c, struct capture_frame *frame, size_t most)
{
    size_t n = 0;
    while (n < most && c->end == CAPTURE_OPEN) {
        size_t got = c->next_generation ? ng_next(c, &frame[n], n == 0) : pcap_next(c, &frame[n], n == 0);
        if (got == 0)
            break;
        n++;
    }
    return n;
}

enum capture_end capture_end(const struct capture *c)
{
    return c->end;
}

uint64_t capture_skipped(const struct capture *c)
{
    return c->skipped;
}
