/* SPDX-License-Identifier: Apache-2.0 */
/* yagura serve: opens the store, starts the web, waits for a signal, stops in order. */
#include "main/main.h"

#include "core/log.h"
#include "web/http_listen.h"
#include "web/http_peer.h"

#include <signal.h>

enum { THREADS = 4, CONNECTIONS = 4096 };

/* How long a stop takes: idle connections get a second for one more request, those that send or
 * receive get twenty. */
#define IDLE_PATIENCE USEC_SECOND
#define MOST_PATIENCE (20 * USEC_SECOND)

/* What is refused before anything is opened. */
static err refuse(err e, str why)
{
    main_say(why);
    return e;
}

static err take_listener(const struct options *o, struct http_listener *l)
{
    err e = http_listen_inherit(l);
    if (e.code == ERR_NOTFOUND)
        e = http_listen_bind(o->listen, l);
    else if (err_is(e))
        return refuse(e, S("引き継ぐソケットを使えません。LISTEN_FDS で渡せるのは、待ち受け中のソケット"
                           "一つだけです。"));
    if (e.code == ERR_INVALID)
        return refuse(e, S("--listen は 127.0.0.1:8080 または unix:/run/yagura/serve.sock の形で"
                           "指定してください。"));
    return err_is(e) ? refuse(e, S("このアドレスでは待ち受けできません。ほかのプログラムが使って"
                                   "いないか、--listen を確かめてください。"))
                     : e;
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

static err serve_web(struct web *w, struct http_listener *l, const struct http_trust *trust)
{
    struct http_server *server;
    struct http_config config = {.listener = l->fd,
        .threads = THREADS,
        .connections = CONNECTIONS,
        .trust = *trust,
        .app = web_app(w)};
    l->fd = -1; /* the server's from here on */
    TRY(http_start(&config, &server));
    printf("%s で待っています。止めるには Ctrl+C を押してください。\n", l->where);
    fflush(stdout);
    wait_for_signal();
    http_stop(server, IDLE_PATIENCE, MOST_PATIENCE);
    return OK;
}

static err serve_store(const struct options *o, struct arena *a, struct store *s,
    struct http_listener *l, const struct http_trust *trust)
{
    struct web *w;
    str mark = demo_mark(s, a);
    struct web_config config = {.store = s,
        .assets = web_assets,
        .auth = {.load = org_principal_load},
        .frame = main_frame,
        .measure = evidence_take,
        .base = o->base,
        .demo = mark.n > 0,
        .sample = str_eq(mark, S("sample"))};
    if (config.demo && !l->loopback)
        return refuse(ERR(DENIED),
            S("架空データの試用版は、この機器の中（127.0.0.1）でだけ使えます。"));
    TRY(http_listen_start(l));
    config.routes = modules_routes(a, &config.n_routes);
    TRY(web_new(&config, &w));
    err e = serve_web(w, l, trust);
    web_free(w);
    return e;
}

err command_serve(const struct options *o, struct arena *a)
{
    struct store *s;
    struct http_listener l;
    struct http_trust trust;
    block_signals();
    if (o->verbose)
        log_set_level(LOG_DEBUG);
    if (err_is(http_trust_parse(o->trust_proxy, &trust)))
        return refuse(ERR(INVALID), S("--trust-proxy は、127.0.0.1,10.1.0.0/16 のようにアドレスを"
                                      "コンマで区切って指定してください。"));
    TRY(take_listener(o, &l));
    err e = main_open(o, l.inherited ? STORE_TAKE_OVER : STORE_SERVE, (struct tx_clock){0}, a, &s);
    if (!err_is(e)) {
        e = serve_store(o, a, s, &l, &trust);
        store_close(s);
    }
    http_listen_close(&l);
    return e;
}
