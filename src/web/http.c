/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd behind the seam: epoll threads, suspended connections, bounded bodies. */
#include "web/http.h"

#include "core/log.h"
#include "web/http_clock.h"
#include "web/http_peer.h"

#include <microhttpd.h>
#include <stdatomic.h>

enum { ARENA_LIMIT = 8 << 20, CONNECTION_MEMORY = 32 * 1024, TIMEOUT_S = 30, TICK = 5000,
    HTTP_BODY_PATIENCE = 8 * HTTP_BODY_MAX, PATIENCE = 20 * USEC_SECOND, BLANKS = 64 };

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_app app;
    struct http_clock *clock;
    usec patience;
    struct http_trust trust;
    atomic_int open;     /* exchanges: from the request line to the end of the reply */
    _Atomic usec active; /* monotonic: when one began or ended last */
    atomic_int sleeping; /* of them: whose connection is suspended */
    atomic_bool draining;
};

/* The library's side of an exchange. */
struct seam {
    struct http_exchange x;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct http_alarm *alarm; /* of the connection; NULL: without memory */
    const char *target_end;   /* in the library's buffer */
    usec headed;              /* monotonic: when the head was there */
    enum { READING, REFUSED, SLEEPING, RESUMED } phase;
    int64_t received; /* bytes of the body so far */
    bool streamed;    /* the body goes to the application as it comes */
    bool too_many_headers;
    bool answered; /* after RESUMED: finish() has run */
};

str http_header(const struct http_exchange *x, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < x->n_headers; i++)
        if (x->headers[i].name.n == n && strncasecmp(x->headers[i].name.p, name, n) == 0)
            return x->headers[i].value;
    return STR_NONE;
}

void http_set(struct http_exchange *x, const char *name, str value)
{
    if (x->n_out < COUNT_OF(x->out))
        x->out[x->n_out++] = (struct http_header){str_of(name), value};
}

void http_file_close(struct http_exchange *x)
{
    if (x->from_file)
        close(x->file);
    x->from_file = false;
}

/* ── the guard ── */

static bool is_token(str s)
{
    static const char extra[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr(extra, c)))
            return false;
    }
    return s.n > 0;
}

static bool is_named(const struct http_header *h, const char *name)
{
    return h->name.n == strlen(name) && strncasecmp(h->name.p, name, h->name.n) == 0;
}

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= 18;
}

/* A carriage return by itself, which another reader may take for the end of a line, among them. */
static bool has_control(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7F)
            return true;
    return false;
}

err http_guard(const struct http_header *headers, size_t n)
{
    int hosts = 0, lengths = 0, encodings = 0;
    for (size_t i = 0; i < n; i++) {
        const struct http_header *h = &headers[i];
        if (!is_token(h->name) || has_control(h->value))
            return ERR(INVALID);
        hosts += is_named(h, "host");
        lengths += is_named(h, "content-length");
        encodings += is_named(h, "transfer-encoding");
        if (is_named(h, "content-length") && !is_digits(h->value))
            return ERR(INVALID);
        if (is_named(h, "transfer-encoding") &&
            (h->value.n != 7 || strncasecmp(h->value.p, "chunked", 7) != 0))
            return ERR(INVALID);
    }
    return hosts == 1 && lengths + encodings <= 1 ? OK : ERR(INVALID);
}

/* ── requests ── */

static bool is_behind(const char *p, const char *end, uintptr_t least, uintptr_t most)
{
    uintptr_t gap = (uintptr_t)p - (uintptr_t)end; /* a wrapped one is large */
    return gap >= least && gap <= most;
}

/* The library unfolds lines, ends a value at its first NUL, takes a bare line feed and drops what
 * has no name, and tells nobody. But what it hands out are places in the buffer of the connection,
 * its separators overwritten with NUL: in a head as it should be, each begins just two bytes (CR LF)
 * behind the end of the one before, and the last is followed by CR LF CR LF. A library that did it
 * otherwise would have every request refused, which no test would miss. */
static bool lies_as_it_came(const struct seam *s, const char *version)
{
    if (!is_behind(version, s->target_end, 1, 1))
        return false;
    const char *end = version + strlen(version);
    for (size_t i = 0; i < s->x.n_headers; i++) {
        const struct http_header *h = &s->x.headers[i];
        if (!is_behind(h->name.p, end, 2, 2) || !is_behind(h->value.p, h->name.p + h->name.n, 1, BLANKS))
            return false;
        end = h->value.p + h->value.n;
    }
    return s->x.n_headers > 0 && memcmp(end, "\0\0\0", 4) == 0;
}

static usec patience_for(const struct seam *s, int64_t bytes)
{
    return s->server->patience + bytes * USEC_SECOND / HTTP_SLOWEST;
}

static enum MHD_Result collect_header(void *cls, enum MHD_ValueKind kind, const char *name,
    size_t name_n, const char *value, size_t value_n)
{
    struct seam *s = cls;
    (void)kind;
    if (s->x.n_headers == HTTP_HEADERS) {
        s->too_many_headers = true;
        return MHD_NO;
    }
    s->x.headers[s->x.n_headers++] = (struct http_header){{name, name_n}, {value, value_n}};
    return MHD_YES;
}

static enum http_method method_of(const char *method)
{
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return GET;
    return strcmp(method, "POST") == 0 ? POST : HTTP_OTHER;
}

static void resume_connection(struct http_exchange *x)
{
    struct seam *s = x->seam;
    s->phase = RESUMED;
    MHD_resume_connection(s->connection);
}

static struct seam *seam_new(struct http_server *server, struct MHD_Connection *c)
{
    struct seam *s = calloc(1, sizeof *s);
    struct arena *a = arena_new(ARENA_LIMIT);
    if (!s || !a) {
        free(s);
        arena_free(a);
        return NULL;
    }
    s->server = server;
    atomic_fetch_add(&server->open, 1);
    atomic_store(&server->active, usec_mono());
    s->connection = c;
    s->x.arena = a;
    s->x.seam = s;
    s->x.resume = resume_connection;
    s->x.body = BUF(HTTP_BODY_MAX);
    s->x.body_max = HTTP_BODY_MAX;
    s->x.reply = BUF(HTTP_REPLY_MAX);
    return s;
}

static void seam_free(struct seam *s)
{
    atomic_fetch_sub(&s->server->open, 1);
    atomic_store(&s->server->active, usec_mono());
    http_file_close(&s->x);
    buf_free(&s->x.body);
    buf_free(&s->x.reply);
    arena_free(s->x.arena);
    free(s);
}

static enum MHD_Result send_reply(struct seam *s)
{
    struct http_exchange *x = &s->x;
    struct MHD_Response *r;
    int64_t size = x->fixed.p ? (int64_t)x->fixed.n
        : x->from_file        ? x->file_n
                              : (int64_t)x->reply.n;
    if (x->fixed.p) {
        void *p; /* the library wants no const, and writes nothing */
        memcpy(&p, &x->fixed.p, sizeof p);
        r = MHD_create_response_from_buffer(x->fixed.n, p, MHD_RESPMEM_PERSISTENT);
    } else if (x->from_file) {
        r = MHD_create_response_from_fd64((uint64_t)x->file_n, x->file);
        x->from_file = !r; /* owned by the response now */
    } else {
        r = MHD_create_response_from_buffer(
            x->reply.n, x->reply.p ? x->reply.p : calloc(1, 1), MHD_RESPMEM_MUST_FREE);
        x->reply = BUF(HTTP_REPLY_MAX); /* owned by the response now */
    }
    if (!r)
        return MHD_NO;
    if (atomic_load(&s->server->draining))
        MHD_add_response_header(r, "Connection", "close");
    for (size_t i = 0; i < x->n_out; i++) {
        char *value = str_z(x->arena, x->out[i].value);
        if (value)
            MHD_add_response_header(r, x->out[i].name.p, value);
    }
    http_alarm_set(s->alarm, patience_for(s, size));
    enum MHD_Result rc = MHD_queue_response(s->connection, (unsigned)x->status, r);
    MHD_destroy_response(r);
    return rc;
}

static enum MHD_Result refuse(struct seam *s, int status, const char *text)
{
    s->phase = REFUSED;
    s->x.status = status;
    http_set(&s->x, "Connection", S("close"));
    http_set(&s->x, "Content-Type", S("text/plain; charset=utf-8"));
    http_set(&s->x, "X-Content-Type-Options", S("nosniff"));
    http_set(&s->x, "Cache-Control", S("no-store"));
    http_set(&s->x, "Vary", S("Accept, Cookie"));
    http_set(&s->x, "Content-Security-Policy", S("default-src 'none'; frame-ancestors 'none'"));
    http_set(&s->x, "Referrer-Policy", S("same-origin"));
    if (status == 503)
        http_set(&s->x, "Retry-After", S("3"));
    s->x.fixed = (struct bytes){(const uint8_t *)text, strlen(text)};
    return send_reply(s);
}

static bool is_multipart(const struct seam *s)
{
    static const char type[] = "multipart/";
    str got = http_header(&s->x, "content-type");
    return s->x.method == POST && got.n >= sizeof type - 1 &&
        strncasecmp(got.p, type, sizeof type - 1) == 0;
}

/* A body that may be a file: the application says what becomes of it before any of it is read. */
static enum MHD_Result ask_head(struct seam *s, int64_t length)
{
    struct http_app *app = &s->server->app;
    enum http_take take = app->head(app->ctx, &s->x, length);
    if (take == HTTP_REPLIED) {
        s->phase = REFUSED;
        http_set(&s->x, "Connection", S("close"));
        return send_reply(s);
    }
    s->streamed = take == HTTP_STREAM;
    return !s->streamed && length > HTTP_BODY_MAX ? refuse(s, 413, "request body too large\n")
                                                  : MHD_YES;
}

static void find_client(struct seam *s)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(s->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char *dst = arena_alloc(s->x.arena, HTTP_CLIENT);
    if (dst)
        s->x.client = http_peer_client(&s->server->trust, info ? info->client_addr : NULL,
            s->x.headers, s->x.n_headers, dst);
}

/* The headers are there, the body is not: everything that can be refused now is. */
static enum MHD_Result first_call(struct seam *s, const char *version)
{
    s->headed = usec_mono();
    http_alarm_set(s->alarm, patience_for(s, 0));
    MHD_get_connection_values_n(s->connection, MHD_HEADER_KIND, collect_header, s);
    if (s->too_many_headers)
        return refuse(s, 431, "too many header fields\n");
    if (!lies_as_it_came(s, version) || err_is(http_guard(s->x.headers, s->x.n_headers)))
        return MHD_NO; /* closed: nothing after it on this connection can be trusted */
    find_client(s);
    int64_t n = -1;
    str length = http_header(&s->x, "content-length");
    if (length.n && err_is(parse_i64(length, 0, INT64_MAX, &n)))
        n = INT64_MAX;
    if (s->server->app.head && is_multipart(s))
        return ask_head(s, n);
    return n > HTTP_BODY_MAX ? refuse(s, 413, "request body too large\n") : MHD_YES;
}

static enum MHD_Result sleep_and_start(struct seam *s)
{
    struct http_app *app = &s->server->app;
    s->phase = SLEEPING;
    http_alarm_set(s->alarm, 0); /* it is ours to hurry now */
    MHD_suspend_connection(s->connection);
    app->start(app->ctx, &s->x);
    return MHD_YES;
}

static enum MHD_Result whole_request(struct seam *s)
{
    struct http_app *app = &s->server->app;
    err e = buf_status(&s->x.body);
    if (err_is(e))
        return e.code == ERR_NOMEM ? refuse(s, 503, "no memory\n")
                                   : refuse(s, 413, "request body too large\n");
    if (app->begin(app->ctx, &s->x))
        return send_reply(s);
    atomic_fetch_add(&s->server->sleeping, 1);
    return sleep_and_start(s);
}

static enum MHD_Result resumed(struct seam *s)
{
    struct http_app *app = &s->server->app;
    if (!app->finish(app->ctx, &s->x))
        return sleep_and_start(s);
    s->answered = true;
    atomic_fetch_sub(&s->server->sleeping, 1);
    return send_reply(s);
}

static struct http_alarm *alarm_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* Counted from the head: what came so far says how much longer it may take. */
static usec body_patience(const struct seam *s)
{
    usec left = s->headed + patience_for(s, s->received) - usec_mono();
    return left > 0 ? left : 1;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *n, void **state)
{
    struct seam *s = *state;
    if (!s) { /* on_uri could not make it */
        (void)cls;
        return MHD_NO;
    }
    if (!s->connection) {
        (void)url;
        s->connection = c;
        s->x.method = method_of(method);
        s->alarm = alarm_of(c);
        return first_call(s, version);
    }
    if (*n > 0) {
        struct http_app *app = &s->server->app;
        if (s->streamed)
            app->feed(app->ctx, &s->x, (str){data, *n});
        else
            buf_put(&s->x.body, data, *n);
        s->received += (int64_t)*n;
        *n = 0;
        http_alarm_set(s->alarm, body_patience(s));
        /* A chunked body announces no length: what is too long is thrown away and answered with
         * 413 at its end, which must come soon. */
        return s->received > s->x.body_max + HTTP_BODY_PATIENCE ? MHD_NO : MHD_YES;
    }
    if (s->phase == RESUMED)
        return resumed(s);
    return s->phase == READING ? whole_request(s) : MHD_YES;
}

/* The raw request target, before the library decodes it: split, never decoded twice. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    struct seam *s = seam_new(cls, NULL);
    (void)c;
    if (!s)
        return NULL;
    str whole = str_dup(s->x.arena, str_of(uri));
    s->target_end = uri + strlen(uri);
    s->x.query = whole;
    if (!str_cut(&s->x.query, '?', &s->x.path))
        s->x.path = STR_NONE;
    return s;
}

/* A client that vanished while its exchange slept: it is resumed all the same, and ends here. */
static void on_completed(void *cls, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
    struct seam *s = *state;
    struct http_server *server = cls;
    (void)why;
    http_alarm_set(alarm_of(c), server->patience); /* for the next head */
    if (!s)
        return;
    if (s->phase == RESUMED && !s->answered)
        atomic_fetch_sub(&s->server->sleeping, 1);
    if (s->server->app.drop)
        s->server->app.drop(s->server->app.ctx, &s->x);
    seam_free(s);
    *state = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **alarm,
    enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_alarm_free(*alarm);
        *alarm = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *alarm = info ? http_alarm_new(s->clock, info->connect_fd) : NULL;
    http_alarm_set(*alarm, s->patience);
}

/* ── the server ── */

/* The library's own words, without what it fills in: that may be an address. */
static void log_library(void *cls, const char *format, va_list args)
{
    (void)cls, (void)args;
    log_event(LOG_WARN, "http_library", (struct log_field[]){{"text", str_trim(str_of(format))}}, 1);
}

err http_start(const struct http_config *config, struct http_server **out)
{
    struct http_server *s = calloc(1, sizeof *s);
    if (!s) {
        close(config->listener);
        return ERR(NOMEM);
    }
    s->app = config->app;
    s->trust = config->trust;
    s->patience = config->patience ? config->patience : PATIENCE;
    err e = http_clock_start(s->patience, &s->clock);
    if (err_is(e)) {
        close(config->listener);
        free(s);
        return e;
    }
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
        MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket)config->listener, MHD_OPTION_THREAD_POOL_SIZE,
        config->threads > 1 ? config->threads : 0, MHD_OPTION_CONNECTION_LIMIT, config->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    if (!s->daemon) {
        close(config->listener);
        http_clock_stop(s->clock);
        free(s);
        return ERR(IO);
    }
    *out = s;
    return OK;
}

unsigned http_connections(const struct http_server *s)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

void http_stop(struct http_server *s, usec idle, usec most)
{
    if (!s)
        return;
    MHD_socket listener = MHD_quiesce_daemon(s->daemon);
    atomic_store(&s->draining, true);
    /* Requests that nobody has read yet are seen by nobody: only when none was begun or ended for a
     * while is there none. */
    usec now = usec_mono(), end = now + most;
    while (now < end && http_connections(s) > 0 &&
           (atomic_load(&s->open) > 0 || now - atomic_load(&s->active) < idle)) {
        usleep(TICK);
        now = usec_mono();
    }
    /* The library must not be stopped over a suspended connection; the writer ends every job. */
    while (atomic_load(&s->sleeping) > 0)
        usleep(TICK);
    MHD_stop_daemon(s->daemon);
    http_clock_stop(s->clock);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
    free(s);
}
