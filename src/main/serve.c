/* SPDX-License-Identifier: Apache-2.0 */
/* yagura serve: what it needs is opened, then the sandbox is entered, then people are answered; a
 * signal ends it in order. */
#include "main/openapi.h"

#include "core/convert.h"
#include "core/log.h"
#include "main/figures.h"
#include "main/process.h"
#include "web/http_listen.h"
#include "web/http_peer.h"

enum { THREADS = 4, CONNECTIONS = 4096, FIGURES_CONNECTIONS = 8 };

/* How long a stop takes: idle connections are closed once nobody has asked anything for two
 * seconds, those that send or receive after twenty. */
#define IDLE_PATIENCE (2 * USEC_SECOND)
#define MOST_PATIENCE (20 * USEC_SECOND)
/* A batch of the writer that takes longer than this will not end. */
#define STUCK (30 * USEC_SECOND)

struct serving {
    const struct options *o;
    struct arena *a;
    struct http_listener listener, watchers;
    struct http_trust trust;
    struct notify notify;
    struct store *store;
    struct web *web;
};

static err refuse(err e, str why)
{
    main_say(why);
    return e;
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

/* For the service manager: the writer gets on with its work. */
static bool is_alive(void *ctx)
{
    return !writer_is_stuck(store_writer(ctx), STUCK);
}

/* ── before the store is opened ── */

static err take_listener(struct serving *v)
{
    err e = http_listen_inherit(&v->listener);
    if (e.code == ERR_NOTFOUND)
        e = http_listen_bind(v->o->listen, &v->listener);
    else if (err_is(e))
        return refuse(e, S("引き継ぐソケットを使えません。LISTEN_FDS で渡せるのは、待ち受け中のソケット"
                           "一つだけです。"));
    return err_is(e) ? refuse(e, S("このアドレスでは待ち受けできません。ほかのプログラムが使って"
                                   "いないか、--listen を確かめてください。"))
                     : OK;
}

/* The figures have an address of their own, so that the proxy in front never passes them on. */
static err bind_metrics(struct serving *v)
{
    v->watchers.fd = -1;
    if (v->o->metrics.n == 0)
        return OK;
    err e = http_listen_bind(v->o->metrics, &v->watchers);
    if (err_is(e))
        return refuse(e, S("--metrics のアドレスでは待ち受けできません。ほかのプログラムが使って"
                           "いないか確かめてください。"));
    return v->watchers.loopback || v->o->metrics_open
        ? OK
        : refuse(ERR(DENIED), S("--metrics には、この機器の中のアドレス（127.0.0.1）を指定して"
                                "ください。ほかの機器から見せるときは、--metrics-open も指定します。"));
}

/* ── answering ── */

static err start_metrics(struct serving *v, struct figures *f, struct http_server **out)
{
    struct http_config config = {.listener = v->watchers.fd,
        .threads = 1,
        .connections = FIGURES_CONNECTIONS,
        .app = figures_app(f)};
    *out = NULL;
    if (v->watchers.fd < 0)
        return OK;
    v->watchers.fd = -1; /* the server's from here on */
    return http_start(&config, out);
}

static err answer(struct serving *v)
{
    struct http_server *server, *figures_server;
    struct figures figures = {.web = v->web, .started = store_now(v->store)};
    TRY(db_url_file(v->o->db, &figures.file));
    struct http_config config = {.listener = v->listener.fd,
        .threads = THREADS,
        .connections = CONNECTIONS,
        .trust = v->trust,
        .app = web_app(v->web)};
    v->listener.fd = -1; /* the server's from here on */
    TRY(http_start(&config, &server));
    figures.people = server;
    err e = start_metrics(v, &figures, &figures_server);
    if (err_is(e)) {
        http_stop(server, 0, 0);
        return e;
    }
    printf("%s で待っています。止めるには Ctrl+C を押してください。\n", v->listener.where);
    fflush(stdout);
    notify_say(&v->notify, "READY=1");
    log_event(LOG_INFO, "serve_started", NULL, 0);
    process_wait(&v->notify, is_alive, v->store);
    notify_say(&v->notify, "STOPPING=1");
    http_stop(figures_server, 0, USEC_SECOND);
    http_stop(server, IDLE_PATIENCE, MOST_PATIENCE);
    log_event(LOG_INFO, "serve_stopped", NULL, 0);
    return OK;
}

static err serve_store(struct serving *v)
{
    str mark = demo_mark(v->store, v->a);
    struct web_config config = {.store = v->store,
        .assets = web_assets,
        .auth = {.load = org_principal_load, .touch = org_session_touch},
        .frame = main_frame,
        .measure = evidence_take,
        .mail = main_mail,
        .conf = v->o->conf,
        .base = v->o->base,
        .demo = mark.n > 0,
        .sample = str_eq(mark, S("sample"))};
    if (config.demo && !v->listener.loopback)
        return refuse(ERR(DENIED),
            S("架空データの試用版は、この機器の中（127.0.0.1）でだけ使えます。"));
    main_openapi_under(v->o->base);
    config.routes = modules_routes(v->a, &config.n_routes);
    TRY(http_listen_start(&v->listener));
    if (v->watchers.fd >= 0)
        TRY(http_listen_start(&v->watchers));
    TRY(process_confine(SANDBOX_SERVE));
    TRY(web_new(&config, &v->web));
    err e = answer(v);
    web_free(v->web);
    return e;
}

/* A key that lies elsewhere is made, if it must be, while there may still be written there, and granted. */
static err grant_keys(struct serving *v, struct sandbox_grant *grant)
{
    struct store *probe;
    char *path = str_z(v->a, v->o->keys);
    if (!path)
        return ERR(NOMEM);
    if (!*path)
        return OK;
    TRY(main_open(v->o, STORE_READ, (struct tx_clock){0}, v->a, &probe));
    err e = store_keys_make(probe, v->a);
    store_close(probe);
    TRY(e);
    grant->read[0] = access(path, R_OK) == 0 ? path : NULL;
    return OK;
}

static err open_store(struct serving *v)
{
    struct sandbox_grant grant = {0};
    TRY(grant_keys(v, &grant));
    TRY(process_confine_files(SANDBOX_SERVE, v->o->db, grant, v->a));
    enum store_mode mode = v->listener.inherited ? STORE_TAKE_OVER : STORE_SERVE;
    TRY(main_open(v->o, mode, (struct tx_clock){0}, v->a, &v->store));
    err e = serve_store(v);
    store_close(v->store);
    return e;
}

err command_serve(const struct options *o, struct arena *a)
{
    struct serving v = {.o = o, .a = a};
    process_block_signals();
    if (o->verbose)
        log_set_level(LOG_DEBUG);
    TRY(http_trust_parse(o->trust_proxy, &v.trust));
    incident_packs_prepare();
    if (err_is(convert_start()))
        return refuse(ERR(IO), S("外から来るファイルを読むプロセスを作れません。文字コードの表（gconv）と"
                                 "メモリーの空きを確かめてください。"));
    TRY(take_listener(&v));
    v.notify = notify_open();
    err e = bind_metrics(&v);
    if (!err_is(e))
        e = open_store(&v);
    notify_close(&v.notify);
    http_listen_close(&v.watchers);
    http_listen_close(&v.listener);
    return e;
}
