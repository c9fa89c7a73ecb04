/* SPDX-License-Identifier: Apache-2.0 */
/* The seam on a real socket: a client that sends a byte now and then is let go, and the
 * others are served meanwhile. */
#include "core/str.h"

#include <setjmp.h>

#include <cmocka.h>

#include "web/http_listen.h"
#include "web/http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>

enum { ROUNDS = 3000, PAUSE_MS = 20 };

static bool begin(void *ctx, struct http_exchange *x)
{
    (void)ctx;
    x->status = 200;
    buf_str(&x->reply, S("ok"));
    return true;
}

static struct http_listener listener;

static struct http_server *start(usec patience)
{
    assert_int_equal(http_listen_bind(S("127.0.0.1:0"), &listener).code, ERR_OK);
    assert_int_equal(http_listen_start(&listener).code, ERR_OK);
    struct http_config config = {.listener = listener.fd, .threads = 1, .connections = 16,
        .patience = patience, .app = {.begin = begin}};
    struct http_server *s;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(http_start(&config, &s).code, ERR_OK);
    return s;
}

static int dial(const char *text)
{
    struct sockaddr_in to;
    socklen_t n = sizeof to;
    assert_int_equal(getsockname(listener.fd, (struct sockaddr *)&to, &n), 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
    return fd;
}

static bool is_let_go(int fd)
{
    char byte;
    return send(fd, "x", 1, MSG_NOSIGNAL) < 0 || recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void is_served(void)
{
    char reply[512] = "";
    int fd = dial("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_true(recv(fd, reply, sizeof reply - 1, 0) > 12);
    assert_memory_equal(reply, "HTTP/1.1 200", 12);
    close(fd);
}

/* Each sends a byte every PAUSE_MS, so that no silence ends it. */
static void whoever_drips_is_let_go(void **state)
{
    static const char *const beginnings[] = {"", "GET /", "GET / HTTP/1.1\r\nHost: h\r\nX: ",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nx"};
    struct http_server *s = start(USEC_SECOND);
    int fds[COUNT_OF(beginnings)];
    size_t left = COUNT_OF(beginnings);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        fds[i] = dial(beginnings[i]);
    for (int round = 0; round < ROUNDS && left > 0; round++) {
        poll(NULL, 0, PAUSE_MS);
        is_served();
        for (size_t i = 0; i < COUNT_OF(beginnings); i++) {
            if (fds[i] < 0 || !is_let_go(fds[i]))
                continue;
            close(fds[i]);
            fds[i] = -1;
            left--;
        }
    }
    assert_int_equal(left, 0);
    http_stop(s, 0, 0);
}

/* Sent in the smallest pieces, a head as it should be is taken. */
static void a_head_in_pieces_is_as_good_as_one(void **state)
{
    static const char head[] = "POST /a?b HTTP/1.1\r\nHost:h\r\nX-Empty:\r\nX-Blank:  a b \r\n"
                               "Connection: close\r\nContent-Length: 2\r\n\r\nab";
    struct http_server *s = start(0);
    char reply[512] = "";
    (void)state;
    int fd = dial("");
    for (size_t i = 0; i < sizeof head - 1; i++) {
        assert_int_equal(send(fd, head + i, 1, 0), 1);
        poll(NULL, 0, i % 16 == 0);
    }
    assert_true(recv(fd, reply, sizeof reply - 1, 0) > 12);
    assert_memory_equal(reply, "HTTP/1.1 200", 12);
    close(fd);
    http_stop(s, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_drips_is_let_go),
        cmocka_unit_test(a_head_in_pieces_is_as_good_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
