/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a backup: a sequence of entries, numbers big-endian.
 *
 *   entry    kind u8 ('D' the database, first and once; 'B' an evidence file), size i64, the content,
 *            SHA-256 of the content
 *   end      'E', number of entries i64, SHA-256 over kind, size and hash of every entry in order
 *
 * The reader is fed pieces of any size, keeps nothing but the hash under way, and trusts nothing. */
#ifndef BACKUP_ENTRY_H
#define BACKUP_ENTRY_H

#include "core/str.h"

#include <sodium.h>

enum { ENTRY_HEAD = 9, ENTRY_HASH = 32 };
#define ENTRY_MOST ((int64_t)1 << 45) /* bytes of one content */

enum entry_kind { ENTRY_DATABASE = 'D', ENTRY_FILE = 'B', ENTRY_END = 'E' };

/* Sum over all entries, of writer and reader alike. */
struct entry_sum {
    crypto_hash_sha256_state hash;
    int64_t n;
};

void entry_sum_init(struct entry_sum *s);
void entry_head(uint8_t out[ENTRY_HEAD], enum entry_kind kind, int64_t size);
void entry_sum_add(
    struct entry_sum *s, const uint8_t head[ENTRY_HEAD], const uint8_t hash[ENTRY_HASH]);
void entry_sum_end(struct entry_sum *s, uint8_t out[ENTRY_HASH]);

/* Where the contents go; an error of theirs ends the reading. */
struct entry_sink {
    void *ctx;
    err (*begin)(void *ctx, enum entry_kind kind, int64_t size);
    err (*data)(void *ctx, const void *p, size_t n);
    err (*end)(void *ctx, const uint8_t hash[ENTRY_HASH]); /* the content had this hash */
};

struct entry_reader {
    struct entry_sink sink;
    enum { AT_HEAD, IN_CONTENT, AT_HASH_OF, AFTER_END } state;
    uint8_t head[ENTRY_HEAD], tail[ENTRY_HASH];
    size_t have;   /* bytes of head or tail */
    int64_t left;  /* of the content */
    bool failed;
    crypto_hash_sha256_state hash;
    struct entry_sum sum;
    int64_t database, files; /* what was read: bytes, number */
};

void entry_reader_init(struct entry_reader *r, struct entry_sink sink);
/* INVALID: it is not as above; sticks. */
MUST err entry_reader_feed(struct entry_reader *r, const void *p, size_t n);
/* INVALID: the end was not reached. */
MUST err entry_reader_finish(const struct entry_reader *r);

#endif
