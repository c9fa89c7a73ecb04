/* SPDX-License-Identifier: Apache-2.0 */
/* The seam over real sockets: listening, whose address counts, and a stop that refuses nobody. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/http_listen.h"
#include "web/http_peer.h"

#include <arpa/inet.h>
#include <sys/un.h>

/* Answers every request with the client's address. */
static bool begin(void *ctx, struct http_exchange *x)
{
    (void)ctx;
    x->status = 200;
    buf_char(&x->reply, '<');
    buf_str(&x->reply, x->client);
    buf_char(&x->reply, '>');
    return true;
}

static const struct http_app echo = {.begin = begin};

static struct http_server *start(struct http_listener *l, const char *trust)
{
    struct http_server *server;
    struct http_config config = {
        .listener = l->fd, .threads = 2, .connections = 16, .app = echo};
    assert_false(err_is(http_trust_parse(str_of(trust), &config.trust)));
    assert_false(err_is(http_listen_start(l)));
    assert_false(err_is(http_start(&config, &server)));
    return server;
}

static void stop(struct http_server *s)
{
    http_stop(s, 0, USEC_SECOND);
}

static int port_of(const struct http_listener *l)
{
    int port = -1;
    const char *colon = strrchr(l->where, ':');
    int64_t n;
    str digits = colon ? str_sub(str_of(colon), 1, strlen(colon) - 2) : STR_NONE;
    if (!err_is(parse_i64(digits, 1, 65535, &n)))
        port = (int)n;
    return port;
}

static int dial(const struct http_listener *l)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(l)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    return fd;
}

static int dial_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
    return fd;
}

/* Sends a request; the reply up to the end of its body. */
static const char *ask(int fd, const char *more)
{
    static char reply[4096];
    char request[512];
    int n = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", more);
    assert_true(send(fd, request, (size_t)n, MSG_NOSIGNAL) == n);
    size_t got = 0;
    while (got < sizeof reply - 1) {
        ssize_t k = recv(fd, reply + got, sizeof reply - 1 - got, 0);
        if (k <= 0)
            break;
        got += (size_t)k;
        reply[got] = 0;
        if (strchr(reply, '>'))
            break;
    }
    reply[got] = 0;
    return reply;
}

static void expect(const char *reply, const char *client)
{
    if (!strstr(reply, client))
        fail_msg("%s is not in: %s", client, reply);
}

#define FORGED "X-Forwarded-For: 203.0.113.9\r\n"

static void a_forged_header_counts_for_nothing(void **state)
{
    struct http_listener l;
    (void)state;
    assert_false(err_is(http_listen_bind(S("127.0.0.1:0"), &l)));
    assert_true(l.loopback && !l.inherited);
    struct http_server *s = start(&l, "10.0.0.0/8,unix");
    int fd = dial(&l);
    expect(ask(fd, FORGED), "<127.0.0.1>");
    expect(ask(fd, "X-Forwarded-For: 10.0.0.1\r\n" FORGED), "<127.0.0.1>");
    close(fd);
    stop(s);
}

static void a_trusted_proxy_names_the_client(void **state)
{
    struct http_listener l;
    (void)state;
    assert_false(err_is(http_listen_bind(S("127.0.0.1:0"), &l)));
    struct http_server *s = start(&l, "127.0.0.1");
    int fd = dial(&l);
    expect(ask(fd, FORGED), "<203.0.113.9>");
    expect(ask(fd, FORGED "X-Forwarded-For: 198.51.100.7\r\n"), "<198.51.100.7>");
    expect(ask(fd, ""), "<127.0.0.1>"); /* nothing stays from the request before */
    close(fd);
    stop(s);
}

static void a_unix_socket_is_replaced_when_its_process_is_dead(void **state)
{
    char path[64] = "/tmp/yagura-http-XXXXXX", where[80];
    struct http_listener l, second;
    (void)state;
    assert_non_null(mkdtemp(path));
    snprintf(path + strlen(path), 8, "/s");
    snprintf(where, sizeof where, "unix:%s", path);
    assert_false(err_is(http_listen_bind(str_of(where), &l)));
    assert_true(l.loopback);
    struct http_server *s = start(&l, "unix");
    int fd = dial_unix(path);
    expect(ask(fd, FORGED), "<203.0.113.9>");
    expect(ask(fd, ""), "<>");
    close(fd);
    assert_int_equal(http_listen_bind(str_of(where), &second).code, ERR_BUSY);
    stop(s); /* its socket stays behind, as after a kill */
    assert_false(err_is(http_listen_bind(str_of(where), &second)));
    http_listen_close(&second);
    unlink(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
}

static void other_addresses_are_refused(void **state)
{
    static const char *const bad[] = {"", "8080", "localhost:80", "127.0.0.1", "127.0.0.1:",
        "127.0.0.1:65536", "127.0.0.1:-1", ":80", "[]:80", "unix:", "unix:relative", "256.0.0.1:80",
        "unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "89012345678901234567"};
    struct http_listener l;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (http_listen_bind(str_of(bad[i]), &l).code != ERR_INVALID || l.fd != -1)
            fail_msg("taken: %s", bad[i]);
    assert_false(err_is(http_listen_bind(S("127.0.0.1:0"), &l)));
    char where[32];
    struct http_listener second;
    snprintf(where, sizeof where, "127.0.0.1:%d", port_of(&l));
    assert_false(err_is(http_listen_start(&l)));
    assert_int_equal(http_listen_bind(str_of(where), &second).code, ERR_BUSY);
    http_listen_close(&l);
}

static void *stop_thread(void *arg)
{
    http_stop(arg, 10 * USEC_SECOND, 20 * USEC_SECOND);
    return NULL;
}

/* A connection that is open when the stop begins gets its next request answered, and is told that
 * it was the last; then the stop is over without waiting further. */
static void a_stop_answers_what_still_comes(void **state)
{
    struct http_listener l;
    pthread_t t;
    char more[1];
    (void)state;
    assert_false(err_is(http_listen_bind(S("127.0.0.1:0"), &l)));
    struct http_server *s = start(&l, "");
    int keep = dup(l.fd); /* as who handed the socket down */
    int fd = dial(&l);
    const char *before = ask(fd, "");
    assert_null(strstr(before, "Connection: close"));
    assert_int_equal(http_connections(s), 1);
    assert_int_equal(pthread_create(&t, NULL, stop_thread, s), 0);
    const char *reply = ask(fd, "");
    while (!strstr(reply, "Connection: close")) /* the stop had not begun yet */
        reply = ask(fd, "");
    expect(reply, "200 OK");
    assert_int_equal(recv(fd, more, 1, 0), 0);
    pthread_join(t, NULL);
    close(fd);
    /* The socket handed down still queues who comes now, and the next server answers. */
    struct http_listener next = {.fd = keep, .inherited = true};
    memcpy(next.where, l.where, sizeof l.where);
    fd = dial(&next);
    s = start(&next, "");
    expect(ask(fd, ""), "<127.0.0.1>");
    close(fd);
    stop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forged_header_counts_for_nothing),
        cmocka_unit_test(a_trusted_proxy_names_the_client),
        cmocka_unit_test(a_unix_socket_is_replaced_when_its_process_is_dead),
        cmocka_unit_test(other_addresses_are_refused),
        cmocka_unit_test(a_stop_answers_what_still_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
