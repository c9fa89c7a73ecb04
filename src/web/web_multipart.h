/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data (RFC 7578, RFC 2046 section 5.1), read in pieces of any size with a fixed
 * amount of memory. Stricter than the RFCs where browsers, curl and their kind agree: no preamble,
 * no epilogue, no folded header lines, no nesting, no transfer encodings, no filename*. */
#ifndef WEB_MULTIPART_H
#define WEB_MULTIPART_H

#include "core/arena.h"

enum {
    MULTIPART_BOUNDARY = 70,  /* characters */
    MULTIPART_PARTS = 32,
    MULTIPART_HEAD = 4096,    /* bytes of one part's header */
    MULTIPART_LINES = 8,      /* of it */
    MULTIPART_NAME = 1024     /* bytes of a file's name as sent */
};

struct multipart_part {
    str name;      /* valid UTF-8, never empty */
    bool is_file;  /* it has a filename, which may be empty */
    str file_name; /* valid UTF-8, as sent: may hold a path, never a control character */
};

/* What is told about a body, in order. Views live until the function returns. */
struct multipart_sink {
    void *ctx;
    err (*part)(void *ctx, const struct multipart_part *part);
    err (*data)(void *ctx, str piece); /* never empty */
    err (*end)(void *ctx);             /* of the part */
};

struct multipart {
    struct multipart_sink sink;
    char delimiter[4 + MULTIPART_BOUNDARY]; /* CR LF - - boundary */
    size_t delimiter_n, matched;
    enum multipart_state {
        MULTIPART_START, /* before the first boundary */
        MULTIPART_DATA,
        MULTIPART_AFTER, /* directly behind a boundary */
        MULTIPART_HEADER,
        MULTIPART_LAST, /* behind the closing boundary */
        MULTIPART_OVER
    } state;
    char head[MULTIPART_HEAD];
    size_t head_n;
    char pair[2]; /* behind a boundary: CR LF, or -- */
    size_t pair_n;
    size_t parts;
    err failed; /* sticky */
};

/* type: the whole Content-Type. INVALID when it is not multipart/form-data with one boundary. */
MUST err multipart_init(struct multipart *m, str type, struct multipart_sink sink);
/* INVALID: not well formed; LIMIT: too many parts or too long a header; or what the sink said. */
MUST err multipart_feed(struct multipart *m, str piece);
/* INVALID when the closing boundary has not come. */
MUST err multipart_finish(struct multipart *m);

#endif
