/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs of names (RFC 9562, version 5): the same name in the same space has the same one, everywhere.
 * SHA-1 is what the version asks for; nothing is kept secret by it. */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include "core/buf.h"

struct uuid {
    uint8_t b[16];
};

struct uuid uuid_of_name(const struct uuid *space, str name);
void uuid_put(struct buf *b, const struct uuid *u); /* "886313e1-3b8a-5372-9b90-0c9aee199e5d" */

#endif
