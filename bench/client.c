/* SPDX-License-Identifier: Apache-2.0 */
/* A blocking HTTP/1.1 client, just enough for the measurements. */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>

void client_open(struct client *c, int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    c->port = port;
    c->in = BUF(16 << 20);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&sa, sizeof sa) != 0)
        bench_fail("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

void client_close(struct client *c)
{
    close(c->fd);
    buf_free(&c->in);
}

static bool have_head(struct client *c, size_t *body)
{
    const char *end = c->in.n ? memmem(c->in.p, c->in.n, "\r\n\r\n", 4) : NULL;
    if (!end)
        return false;
    *body = (size_t)(end - c->in.p) + 4;
    return true;
}

static size_t content_length(const struct client *c)
{
    int64_t n = 0;
    str s = client_between(c, "Content-Length: ", "\r\n");
    if (err_is(parse_i64(s, 0, 1 << 24, &n)))
        bench_fail("a reply without Content-Length");
    return (size_t)n;
}

static void read_more(struct client *c)
{
    if (!buf_reserve(&c->in, 65536))
        bench_fail("reply too large");
    ssize_t k = read(c->fd, c->in.p + c->in.n, 65536);
    if (k <= 0)
        bench_fail("connection closed");
    c->in.n += (size_t)k;
}

void client_send(struct client *c, str request)
{
    int64_t status = 0;
    for (size_t sent = 0; sent < request.n;) {
        ssize_t k = send(c->fd, request.p + sent, request.n - sent, MSG_NOSIGNAL);
        if (k <= 0)
            bench_fail("cannot send");
        sent += (size_t)k;
    }
    c->in.n = 0;
    while (!have_head(c, &c->body))
        read_more(c);
    size_t whole = c->body + content_length(c);
    while (c->in.n < whole)
        read_more(c);
    if (err_is(parse_i64((str){c->in.p + 9, 3}, 100, 599, &status)))
        bench_fail("no status");
    c->status = (int)status;
}

str client_between(const struct client *c, const char *before, const char *after)
{
    const char *a = c->in.n ? memmem(c->in.p, c->in.n, before, strlen(before)) : NULL;
    if (!a)
        return STR_NONE;
    a += strlen(before);
    size_t left = c->in.n - (size_t)(a - c->in.p);
    const char *z = memmem(a, left, after, strlen(after));
    return z ? (str){a, (size_t)(z - a)} : STR_NONE;
}
