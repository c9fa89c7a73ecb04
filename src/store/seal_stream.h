/* SPDX-License-Identifier: Apache-2.0 */
/* A file, sealed piece by piece: libsodium's secretstream (XChaCha20-Poly1305) in pieces of 64 KiB, the last of them
 * marked, so that a piece that is missing, moved or cut off is noticed. A key is used for one file. */
#ifndef STORE_SEAL_STREAM_H
#define STORE_SEAL_STREAM_H

#include "store/seal.h"

/* Up to n bytes from where the last call ended; *got less than n only at the end. */
typedef err seal_source(void *ctx, void *p, size_t n, size_t *got);
typedef err seal_sink(void *ctx, const void *p, size_t n);

MUST err seal_stream_in(const uint8_t key[SEAL_KEY], seal_source *source, seal_sink *sink, void *ctx);
/* INVALID: not of this key, changed or cut; what the sink got by then is to be thrown away. */
MUST err seal_stream_out(const uint8_t key[SEAL_KEY], seal_source *source, seal_sink *sink, void *ctx);

#endif
