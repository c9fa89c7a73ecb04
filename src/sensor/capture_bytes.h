/* SPDX-License-Identifier: Apache-2.0 */
/* A file as a stream of plain bytes, whatever it is compressed with. */
#ifndef SENSOR_CAPTURE_BYTES_H
#define SENSOR_CAPTURE_BYTES_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_bytes;

/* Looks at the first bytes. fd stays the caller's. */
MUST err capture_bytes_new(int fd, struct capture_bytes **out);
void capture_bytes_free(struct capture_bytes *b);
/* Up to room bytes; *n is 0 at the end only. INVALID: the compression is damaged; IO. */
MUST err capture_bytes_read(struct capture_bytes *b, uint8_t *p, size_t room, size_t *n);

#endif
