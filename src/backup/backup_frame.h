/* SPDX-License-Identifier: Apache-2.0 */
/* The outside of a backup. All numbers are big-endian.
 *
 *   head     256 bytes: "YAGURABK", version u32, kind u8, 3 zeros, time i64 (µs), program 16,
 *            key id 16, wrapped key 80, stream header 24, zeros, BLAKE2b-256 of the 224 before it
 *   frame    length u32 (1 … 65,553), that many bytes, BLAKE2b-256(chain before, length, bytes)
 *   trailer  0 u32, number of frames u64, public key 32, Ed25519 signature 64; then the file ends
 *
 * wrapped key: the stream's key sealed to a public key (crypto_box_seal), or the salt and costs of
 * Argon2id. The bytes of a frame are a message of libsodium's secretstream (XChaCha20-Poly1305), the
 * first bound to the head; of a plain backup a tag byte and the text. So cut, changed, reordered
 * and appended files are known from outside, by anybody. Anybody can also seal to a public key: whose
 * backup it is, the signature says. */
#ifndef BACKUP_FRAME_H
#define BACKUP_FRAME_H

#include "backup/backup.h"
#include "store/sign.h"

#include <sodium.h>

enum {
    FRAME_PIECE = 65536,
    FRAME_BODY = FRAME_PIECE + crypto_secretstream_xchacha20poly1305_ABYTES,
    FRAME_HEAD = 256,
    FRAME_HASH = 32
};

struct frame_out {
    int fd;
    enum backup_kind kind;
    crypto_secretstream_xchacha20poly1305_state stream;
    uint8_t head[FRAME_HEAD], chain[FRAME_HASH];
    uint64_t frames;
    int64_t size;
    size_t fill;
    uint8_t piece[FRAME_PIECE], body[FRAME_BODY];
};

MUST err frame_out_begin(
    struct frame_out *o, int fd, const struct backup_lock *lock, usec at, str program);
MUST err frame_out_put(struct frame_out *o, const void *p, size_t n);
MUST err frame_out_end(struct frame_out *o, const struct sign_key *k);

struct frame_in {
    FILE *file;
    struct arena *a;
    str why;
    enum backup_kind kind;
    bool open, ended; /* unlocked; the last piece was read */
    crypto_secretstream_xchacha20poly1305_state stream;
    uint8_t head[FRAME_HEAD], chain[FRAME_HASH], signer[SIGN_PUBLIC];
    uint64_t frames;
    int64_t size;
    uint8_t piece[FRAME_PIECE], body[FRAME_BODY];
};

/* Reads the head; why is set in in->why on INVALID. */
MUST err frame_in_begin(struct frame_in *in, FILE *file, struct arena *a);
void frame_in_info(const struct frame_in *in, struct backup_info *out);
/* From here on the pieces can be read. INVALID: another key or passphrase. */
MUST err frame_in_open(struct frame_in *in, const struct backup_lock *lock);
/* The next piece (empty while closed); *more false: that was the trailer, and all of it was good. */
MUST err frame_in_next(struct frame_in *in, struct bytes *piece, bool *more);

#endif
