/* SPDX-License-Identifier: Apache-2.0 */
/* Files kept by their SHA-256 in a folder beside the database: FILE.blobs/ab/cdef…, mode 0400,
 * never overwritten, the same content once. A file is on the disk, with its name, before the row
 * that speaks of it is committed; so a row without its file is a fault, and a file without a row
 * only what a cut left over. The folder is the same whatever engine keeps the rows. */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/db.h"

enum { BLOB_HASH = 32 };

struct blob {
    uint8_t hash[BLOB_HASH];
    int64_t size;
};

/* A file on its way in: it has no name, so whatever happens before blob_keep leaves nothing. */
struct blob_writer;

/* Makes the folder when it is missing. IO: it cannot be written to. The file system must know
 * O_TMPFILE, as ext4, xfs, btrfs and tmpfs do. */
MUST err blob_writer_new(str folder, struct blob_writer **out);
void blob_writer_free(struct blob_writer *w); /* NULL is allowed */
/* IO: the disk is full, or failed. */
MUST err blob_writer_feed(struct blob_writer *w, const void *p, size_t n);
int64_t blob_writer_size(const struct blob_writer *w);
/* Reads back what came in so far; *got is less than n only at the end. */
MUST err blob_writer_read(
    struct blob_writer *w, int64_t from, void *p, size_t n, size_t *got);
/* Gives the file its name; content and name are on the disk afterwards. Slow: it waits for the
 * disk, so never on a serving thread or the writer's. */
MUST err blob_writer_keep(struct blob_writer *w, struct blob *out);

/* A nameless file in the folder, open for reading and writing, gone when it is closed: for what is
 * made to be sent once. The caller closes *fd. IO, FULL as above. */
MUST err blob_scratch(str folder, int *fd);

/* The row; nothing changes when there is one. */
MUST err blob_add(struct tx *tx, const struct blob *b, str media);
/* Opens the file for reading. NOTFOUND: it is missing; IO: it has another size. The caller closes
 * *fd. */
MUST err blob_file_open(str folder, const struct blob *b, int *fd);

MUST err blob_bytes(struct db *db, int64_t *bytes); /* of all of them */
/* Every row, by hash; an error of each ends it. */
MUST err blob_each(struct db *db, err (*each)(void *ctx, const struct blob *b), void *ctx);

struct blob_report {
    struct buf *lines; /* one line for each finding, the first 50 */
    int64_t rows, orphans, problems; /* problems: missing, cut or changed files */
};

/* Reads every file and compares its hash. */
MUST err blob_check(struct db *db, str folder, struct blob_report *report);

#endif
