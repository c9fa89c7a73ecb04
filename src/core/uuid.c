/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs by libuuid. */
#include "core/uuid.h"

#include <uuid/uuid.h>

struct uuid uuid_of_name(const struct uuid *space, str name)
{
    struct uuid u;
    uuid_generate_sha1(u.b, space->b, name.p ? name.p : "", name.n);
    return u;
}

void uuid_put(struct buf *b, const struct uuid *u)
{
    char text[UUID_STR_LEN];
    uuid_unparse_lower(u->b, text);
    buf_str(b, str_of(text));
}
