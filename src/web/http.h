/* SPDX-License-Identifier: Apache-2.0 */
/* The seam to the HTTP library: a whole request in, a whole reply out, possibly later. Nothing
 * above this file knows libmicrohttpd. Requests a proxy could read differently are refused by the
 * header guard (RFC 9112 sections 3.2, 6.1–6.3; findings in doc/adr/0003-http.md). */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/jtime.h"
#include "core/net.h"

enum http_method { GET, POST, HTTP_OTHER };

struct http_header {
    str name, value;
};

enum { HTTP_HEADERS = 48, HTTP_BODY_MAX = 1 << 20, HTTP_REPLY_MAX = 16 << 20,
    HTTP_SLOWEST = 4096 /* bytes a second; see http_config */,
    HTTP_TRUSTED = 16, HTTP_CLIENT = 46 };

/* Proxies whose word about the client is believed: see http_peer.h. */
struct http_trust {
    struct net_range nets[HTTP_TRUSTED];
    size_t n;
    bool unix_socket;
};

/* One request and its reply. Made by http.c (or a test); lives until the reply is sent. */
struct http_exchange {
    /* the request; views are valid as long as the exchange */
    enum http_method method;
    str path;  /* raw, before '?' */
    str query; /* raw, after '?' */
    str client; /* numeric address of who asks; empty: not known (http_peer.h) */
    struct http_header headers[HTTP_HEADERS];
    size_t n_headers;
    struct buf body;
    int64_t body_max; /* set by head() for a streamed one */

    /* the reply */
    int status;
    struct http_header out[16]; /* values in the arena or static */
    size_t n_out;
    struct buf reply;             /* owned; or … */
    struct bytes fixed;           /* … a static body; or … */
    bool from_file;
    int file;                     /* … an open file, whoever sends it closes it, */
    int64_t file_n;               /* of so many bytes */

    struct arena *arena;
    void *state;                  /* the application's */
    void (*resume)(struct http_exchange *x); /* set by whoever made the exchange */
    void *seam;
};

enum http_take { HTTP_COLLECT, HTTP_STREAM, HTTP_REPLIED };

struct http_app {
    void *ctx;
    /* The head of a multipart POST is there, its body is not; length -1: unknown. STREAM: the body
     * goes to feed(), at most x->body_max bytes of it are worth sending. REPLIED: the reply is
     * ready, nothing more is read. May be NULL, as the two after it. */
    enum http_take (*head)(void *ctx, struct http_exchange *x, int64_t length);
    void (*feed)(void *ctx, struct http_exchange *x, str piece);
    /* The exchange ends, whatever came of it. */
    void (*drop)(void *ctx, struct http_exchange *x);
    /* The whole request is there. True: the reply is ready. False: start() follows. */
    bool (*begin)(void *ctx, struct http_exchange *x);
    /* The connection sleeps; x->resume(x) may be called from any thread, once. */
    void (*start)(void *ctx, struct http_exchange *x);
    /* After resume, on a serving thread: fill the reply. False: start() follows once more. */
    bool (*finish)(void *ctx, struct http_exchange *x);
};

struct http_config {
    int listener; /* a listening socket (http_listen.h); the server closes it */
    unsigned threads;
    unsigned connections;
    struct http_trust trust;
    /* So long may take: a head, counted from the end of the reply before it (or the connection);
     * a body, and a reply on its way out, each that long and a second more for every HTTP_SLOWEST
     * bytes. Then the connection is closed. 0: 20 s. */
    usec patience;
    struct http_app app;
};

struct http_server;

MUST err http_start(const struct http_config *config, struct http_server **out);
/* Stops accepting; whoever queues at an inherited socket waits for the next process. Requests on
 * open connections are still answered, the last of each with `Connection: close`. Ends when every
 * connection has, when none was under way for idle, or when most has passed. */
void http_stop(struct http_server *s, usec idle, usec most);
/* Open connections, now. */
unsigned http_connections(const struct http_server *s);

/* The value of the first header of that name (case-insensitive); empty when absent. */
str http_header(const struct http_exchange *x, const char *name);
/* Adds to the reply; silently ignored beyond 16 (a BUG caught in tests). */
void http_set(struct http_exchange *x, const char *name, str value);

/* Closes the reply's file, if there is one. */
void http_file_close(struct http_exchange *x);

/* The guard's verdict over the headers: OK, or INVALID. Pure, for its test. */
MUST err http_guard(const struct http_header *headers, size_t n);

#endif
