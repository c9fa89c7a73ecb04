/* SPDX-License-Identifier: Apache-2.0 */
/* Writing ZIP files, each entry stored. */
#include "core/zip.h"

#include "core/file.h"

#include <unistd.h>

enum {
    LOCAL = 30,        /* bytes of the head of an entry */
    FLAG_UTF8 = 1 << 11,
    VERSION = 20,      /* what a reader must know: 2.0, folders */
    MADE_ON_UNIX = 3 << 8,
    MODE = 0100644     /* a plain file */
};

static const int64_t size_most = UINT32_MAX - (int64_t)ZIP_LIST - 1024;

static void le(struct buf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_char(b, (char)(uint8_t)(v >> (8 * i)));
}

static void fail(struct zip *z, err e)
{
    if (!err_is(z->failed))
        z->failed = e;
}

static err write_out(struct zip *z, const void *p, size_t n)
{
    if (!z->to)
        return file_put(z->fd, p, n);
    buf_put(z->to, p, n);
    return buf_status(z->to);
}

static void put_raw(struct zip *z, const void *p, size_t n)
{
    if (err_is(z->failed) || n == 0)
        return;
    if (z->size + (int64_t)n > size_most) {
        fail(z, ERR(LIMIT));
        return;
    }
    err e = write_out(z, p, n);
    if (err_is(e))
        fail(z, e);
    z->size += (int64_t)n;
}

void zip_init(struct zip *z, int fd, usec now)
{
    struct civil c = civil_of(now);
    *z = (struct zip){.fd = fd, .list = BUF(ZIP_LIST)};
    z->day = (uint16_t)((c.y < 1980 ? 0 : c.y - 1980) << 9 | c.m << 5 | c.d);
    z->time = (uint16_t)(c.hh << 11 | c.mm << 5 | c.ss / 2);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v & 1 ? 0xEDB88320U ^ v >> 1 : v >> 1;
        z->table[i] = v;
    }
}

void zip_init_memory(struct zip *z, struct buf *to)
{
    BUG_IF(to->n != 0);
    zip_init(z, -1, 0);
    z->to = to;
}

void zip_done(struct zip *z)
{
    buf_free(&z->list);
}

static bool is_name(str s)
{
    if (s.n == 0 || s.n > ZIP_NAME || s.p[0] == '/' || str_has(s, S("..")))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '.' && c != '_' && c != '-' && c != '/' && c != '[' && c != ']')
            return false;
    }
    return true;
}

/* What the head of an entry and its row in the list say alike. */
static void put_facts(struct buf *b, const struct zip *z)
{
    le(b, VERSION, 2);
    le(b, FLAG_UTF8, 2);
    le(b, 0, 2); /* stored */
    le(b, z->time, 2);
    le(b, z->day, 2);
    le(b, z->crc ^ UINT32_MAX, 4);
    le(b, (uint64_t)z->length, 4);
    le(b, (uint64_t)z->length, 4);
    le(b, z->n_name, 2);
    le(b, 0, 2); /* nothing extra */
}

static void put_head(struct buf *b, const struct zip *z)
{
    le(b, 0x04034b50, 4);
    put_facts(b, z);
}

void zip_begin(struct zip *z, str name)
{
    BUG_IF(z->in_entry || !is_name(name));
    BUF_AUTO head = BUF(LOCAL);
    z->in_entry = true;
    z->start = z->size;
    z->length = 0;
    z->crc = UINT32_MAX;
    z->n_name = name.n;
    memcpy(z->name, name.p, name.n);
    put_head(&head, z);
    if (err_is(buf_status(&head)))
        fail(z, buf_status(&head));
    put_raw(z, head.p, head.n);
    put_raw(z, name.p, name.n);
}

void zip_put(struct zip *z, const void *p, size_t n)
{
    const uint8_t *b = p;
    BUG_IF(!z->in_entry);
    for (size_t i = 0; i < n; i++)
        z->crc = z->table[(z->crc ^ b[i]) & 0xFF] ^ z->crc >> 8;
    z->length += (int64_t)n;
    put_raw(z, p, n);
}

/* The head once more, now that its numbers are known. */
static void settle_head(struct zip *z)
{
    BUF_AUTO head = BUF(LOCAL);
    put_head(&head, z);
    if (err_is(buf_status(&head)))
        fail(z, buf_status(&head));
    else if (!err_is(z->failed) && z->to)
        memcpy(z->to->p + z->start, head.p, head.n);
    else if (!err_is(z->failed) &&
        pwrite(z->fd, head.p, head.n, (off_t)z->start) != (ssize_t)head.n)
        fail(z, file_error());
}

void zip_end(struct zip *z)
{
    BUG_IF(!z->in_entry);
    z->in_entry = false;
    if (++z->n > ZIP_ENTRIES)
        fail(z, ERR(LIMIT));
    settle_head(z);
    le(&z->list, 0x02014b50, 4);
    le(&z->list, MADE_ON_UNIX | VERSION, 2);
    put_facts(&z->list, z);
    le(&z->list, 0, 2); /* no comment */
    le(&z->list, 0, 2); /* the first disk */
    le(&z->list, 0, 2);
    le(&z->list, (uint64_t)MODE << 16, 4);
    le(&z->list, (uint64_t)z->start, 4);
    buf_put(&z->list, z->name, z->n_name);
}

err zip_finish(struct zip *z)
{
    BUF_AUTO end = BUF(64);
    int64_t at = z->size;
    BUG_IF(z->in_entry);
    TRY(buf_status(&z->list));
    TRY(z->failed);
    TRY(write_out(z, z->list.p, z->list.n)); /* size_most left room for it */
    le(&end, 0x06054b50, 4);
    le(&end, 0, 4); /* disks */
    le(&end, z->n, 2);
    le(&end, z->n, 2);
    le(&end, z->list.n, 4);
    le(&end, (uint64_t)at, 4);
    le(&end, 0, 2); /* no comment */
    TRY(buf_status(&end));
    TRY(write_out(z, end.p, end.n));
    z->size += (int64_t)(z->list.n + end.n);
    return OK;
}
