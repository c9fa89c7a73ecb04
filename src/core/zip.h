/* SPDX-License-Identifier: Apache-2.0 */
/* A ZIP file as it grows (PKWARE APPNOTE 6.3): entries one after the other, stored as they are, with
 * UTF-8 names and the sizes in front, so that any reader takes it, also one that reads from the
 * front. Nothing of an entry is held in memory; of each only its row in the list at the end. Below
 * 4 GiB and 65,535 entries: what would need ZIP64 is LIMIT.
 *
 * Errors are sticky: zip_finish() says them. Names are the program's own: relative, of ASCII letters,
 * digits and . _ - / [ ], never anything that somebody typed; another one is a BUG. */
#ifndef CORE_ZIP_H
#define CORE_ZIP_H

#include "core/buf.h"
#include "core/jtime.h"

enum { ZIP_NAME = 200, ZIP_ENTRIES = 65535, ZIP_LIST = 16 << 20 };

struct zip {
    int fd;          /* seekable, empty at first; the caller's; unused with to */
    struct buf *to;  /* in memory instead; or NULL */
    int64_t size;    /* of the file so far */
    uint16_t day, time;
    struct buf list; /* the list at the end */
    unsigned n;
    bool in_entry;
    char name[ZIP_NAME];
    size_t n_name;
    int64_t start;   /* of the entry's head */
    int64_t length;  /* of its content so far */
    uint32_t crc, table[256];
    err failed;
};

/* In place. Every entry gets the time now, in JST. */
void zip_init(struct zip *z, int fd, usec now);
/* Behind what is in the buffer already, which is nothing; without a time, so that the same content gives the same bytes. */
void zip_init_memory(struct zip *z, struct buf *to);
void zip_done(struct zip *z);

void zip_begin(struct zip *z, str name);
void zip_put(struct zip *z, const void *p, size_t n);
void zip_end(struct zip *z);

/* Writes the list. LIMIT: too large; FULL, IO, NOMEM. */
MUST err zip_finish(struct zip *z);

#endif
