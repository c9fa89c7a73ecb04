/* SPDX-License-Identifier: Apache-2.0 */
/* yagura serve: opens the store, starts the web, waits for a signal, stops in order. */
#include "main/openapi.h"

#include "core/log.h"

#include <signal.h>

enum { THREADS = 4, CONNECTIONS = 4096 };

err main_parse_listen(str listen, str *address, int *port)
{
    int64_t n;
    size_t colon = listen.n;
    while (colon > 0 && listen.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return ERR(INVALID);
    TRY(parse_i64(str_sub(listen, colon, listen.n), 0, 65535, &n));
    *port = (int)n;
    *address = str_sub(listen, 0, colon - 1);
    if (str_starts(*address, S("[")) && str_ends(*address, S("]")))
        *address = str_sub(*address, 1, address->n - 2);
    return address->n ? OK : ERR(INVALID);
}

static bool is_loopback(str address)
{
    return str_starts(address, S("127.")) || str_eq(address, S("::1"));
}

/* The mark of a demonstration: "nation", "sample"; empty for a real installation. */
static str demo_mark(struct store *s, struct arena *a)
{
    struct db *db;
    str value;
    if (err_is(store_reader(s, &db)) || err_is(setting_get(db, a, S("demo"), &value)))
        return STR_NONE;
    return value;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int signal_number;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    while (sigwait(&set, &signal_number) != 0)
        continue;
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* before any thread is made: all inherit it */
}

static err serve_web(struct web *w, str address, int port)
{
    struct http_server *server;
    struct http_config config = {.address = address,
        .port = port,
        .threads = THREADS,
        .connections = CONNECTIONS,
        .app = web_app(w)};
    err e = http_start(&config, &server);
    if (err_is(e)) {
        main_say(S("このアドレスでは待ち受けできません。ほかのプログラムが使っていないか、--listen "
                   "を確かめてください。"));
        return e;
    }
    printf("http://%.*s:%d/ で待っています。止めるには Ctrl+C を押してください。\n", STR_F(address),
        http_port(server));
    fflush(stdout);
    wait_for_signal();
    http_stop(server, USEC_SECOND / 2);
    return OK;
}

static err serve_store(const struct options *o, struct arena *a, struct store *s)
{
    struct web *w;
    str address;
    int port;
    str mark = demo_mark(s, a);
    TRY(main_parse_listen(o->listen, &address, &port));
    struct web_config config = {.store = s,
        .assets = web_assets,
        .auth = {.load = org_principal_load},
        .frame = main_frame,
        .measure = evidence_take,
        .conf = o->conf,
        .base = o->base,
        .demo = mark.n > 0,
        .sample = str_eq(mark, S("sample"))};
    if (config.demo && !is_loopback(address)) {
        main_say(S("架空データの試用版は、この機器の中（127.0.0.1）でだけ使えます。"));
        return ERR(DENIED);
    }
    main_openapi_under(o->base);
    config.routes = modules_routes(a, &config.n_routes);
    TRY(web_new(&config, &w));
    err e = serve_web(w, address, port);
    web_free(w);
    return e;
}

err command_serve(const struct options *o, struct arena *a)
{
    struct store *s;
    block_signals();
    if (o->verbose)
        log_set_level(LOG_DEBUG);
    TRY(main_open(o, STORE_SERVE, (struct tx_clock){0}, a, &s));
    err e = serve_store(o, a, s);
    store_close(s);
    return e;
}
