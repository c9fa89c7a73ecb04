/* SPDX-License-Identifier: Apache-2.0 */
/* (Names differ from jansson's json_object, json_array and json_null, which this program links.) */
/* A streaming JSON writer (RFC 8259) without a tree. Commas are its business, balance is the
 * caller's; an unbalanced document is a BUG caught by json_finish. Depth at most 32. */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/buf.h"
#include "core/jtime.h"

struct json {
    struct buf *out;
    uint32_t first;   /* bit per depth: nothing written yet at that depth */
    uint32_t objects; /* bit per depth: an object, not an array */
    int depth;
    bool after_key;
    bool done; /* the one value of the document has begun */
    bool broken;
};

struct json json_on(struct buf *out);
void json_begin_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, str name);
void json_str(struct json *j, str s);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_put_null(struct json *j);
void json_bp(struct json *j, int64_t basis_points); /* 9580 -> 95.8 */
void json_day(struct json *j, jday d);              /* "2026-11-20", null for DAY_NONE */
void json_time(struct json *j, usec t);             /* "2026-11-20T14:05:00+09:00", null for 0 */
MUST err json_finish(struct json *j);

#endif
