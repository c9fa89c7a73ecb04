/* SPDX-License-Identifier: Apache-2.0 */
/* Binding, or taking over, the listening socket. */
#include "web/http_listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/un.h>

enum { FIRST_PASSED = 3, BACKLOG = 4096 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un un;
    struct sockaddr_storage room;
};

/* "127.0.0.1:8080", "[::1]:8080". */
static err parse_inet(str where, union address *out, socklen_t *n)
{
    char host[INET6_ADDRSTRLEN];
    int64_t port;
    size_t colon = where.n;
    while (colon > 0 && where.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return ERR(INVALID);
    TRY(parse_i64(str_sub(where, colon, where.n), 0, 65535, &port));
    str address = str_sub(where, 0, colon - 1);
    if (str_starts(address, S("[")) && str_ends(address, S("]")))
        address = str_sub(address, 1, address.n - 2);
    if (address.n == 0 || address.n >= sizeof host)
        return ERR(INVALID);
    snprintf(host, sizeof host, "%.*s", STR_F(address));
    *out = (union address){0};
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        *n = sizeof out->v4;
    } else if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        *n = sizeof out->v6;
    } else {
        return ERR(INVALID);
    }
    return OK;
}

static err parse_unix(str path, union address *out, socklen_t *n)
{
    *out = (union address){.un = {.sun_family = AF_UNIX}};
    if (path.n == 0 || path.p[0] != '/' || path.n >= sizeof out->un.sun_path ||
        memchr(path.p, '\0', path.n))
        return ERR(INVALID);
    memcpy(out->un.sun_path, path.p, path.n);
    *n = sizeof out->un;
    return OK;
}

/* What the socket is bound to, for people; says nothing of a socket that is not what we serve. */
static err describe(struct http_listener *l)
{
    union address a = {0};
    char host[INET6_ADDRSTRLEN] = "";
    socklen_t n = sizeof a;
    if (getsockname(l->fd, &a.any, &n) != 0)
        return ERR(IO);
    switch (a.any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof host);
        l->loopback = ntohl(a.v4.sin_addr.s_addr) >> 24 == 127;
        snprintf(l->where, sizeof l->where, "http://%s:%d/", host, ntohs(a.v4.sin_port));
        return OK;
    case AF_INET6:
        inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof host);
        l->loopback = IN6_IS_ADDR_LOOPBACK(&a.v6.sin6_addr);
        snprintf(l->where, sizeof l->where, "http://[%s]:%d/", host, ntohs(a.v6.sin6_port));
        return OK;
    case AF_UNIX:
        l->loopback = true;
        snprintf(l->where, sizeof l->where, "unix:%.*s", (int)sizeof a.un.sun_path, a.un.sun_path);
        return OK;
    default:
        return ERR(INVALID);
    }
}

/* A socket nobody answers at was left by a process that was killed. */
static void remove_dead(const union address *a, socklen_t n)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    struct stat st;
    if (connect(fd, &a->any, n) != 0 && errno == ECONNREFUSED &&
        lstat(a->un.sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(a->un.sun_path);
    close(fd);
}

static err bind_at(int fd, const union address *a, socklen_t n)
{
    static const int on = 1;
    bool is_unix = a->any.sa_family == AF_UNIX;
    if (is_unix)
        remove_dead(a, n);
    else if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return ERR(IO);
    mode_t before = umask(is_unix ? 0117 : 0077);
    int rc = bind(fd, &a->any, n);
    umask(before);
    return rc == 0 ? OK : errno == EADDRINUSE ? ERR(BUSY) : ERR(IO);
}

static err parse(str where, union address *a, socklen_t *n)
{
    static const str prefix = S("unix:");
    return str_starts(where, prefix) ? parse_unix(str_sub(where, prefix.n, where.n), a, n)
                                     : parse_inet(where, a, n);
}

bool http_listen_fits(str where)
{
    union address a;
    socklen_t n;
    return !err_is(parse(where, &a, &n));
}

err http_listen_bind(str where, struct http_listener *out)
{
    union address a;
    socklen_t n;
    *out = (struct http_listener){.fd = -1};
    TRY(parse(where, &a, &n));
    out->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    err e = out->fd >= 0 ? bind_at(out->fd, &a, n) : ERR(IO);
    if (!err_is(e))
        e = describe(out);
    if (err_is(e))
        http_listen_close(out);
    return e;
}

static bool is_listening(int fd)
{
    int type = 0, listening = 0;
    socklen_t n = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_STREAM &&
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) == 0 && listening;
}

err http_listen_inherit(struct http_listener *out)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    int64_t who, n;
    *out = (struct http_listener){.fd = -1};
    if (!pid || !fds || err_is(parse_i64(str_of(pid), 1, INT32_MAX, &who)) || who != getpid())
        return ERR(NOTFOUND);
    TRY(parse_i64(str_of(fds), 1, 1, &n));
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    if (!is_listening(FIRST_PASSED) || fcntl(FIRST_PASSED, F_SETFD, FD_CLOEXEC) != 0)
        return ERR(INVALID);
    int flags = fcntl(FIRST_PASSED, F_GETFL);
    if (flags < 0 || fcntl(FIRST_PASSED, F_SETFL, flags | O_NONBLOCK) != 0)
        return ERR(IO);
    *out = (struct http_listener){.fd = FIRST_PASSED, .inherited = true};
    return describe(out);
}

err http_listen_start(const struct http_listener *l)
{
    return l->inherited || listen(l->fd, BACKLOG) == 0 ? OK : ERR(IO);
}

void http_listen_close(struct http_listener *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
