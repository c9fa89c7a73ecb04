/* SPDX-License-Identifier: Apache-2.0 */
/* A request from end to end: route, principal, permission, form, handler, writer, reply. */
#include "web/web_private.h"

#include "core/log.h"
#include "web/web_metrics.h"
#include "web/web_presence.h"
#include "web/web_throttle.h"

#include <sodium.h>

/* ── reading ── */

static bool accepts_json(const struct http_exchange *x)
{
    str accept = http_header(x, "accept");
    return str_has(accept, S("application/json")) && !str_has(accept, S("text/html"));
}

err req_reading(struct req *rq, err (*fn)(struct req *rq, void *arg), void *arg)
{
    TRY(store_reader(rq->web->config.store, &rq->db));
    TRY(db_read_begin(rq->db));
    err e = fn(rq, arg);
    err ended = db_read_end(rq->db);
    rq->db = NULL;
    return err_is(e) ? e : ended;
}

static err call_read(struct req *rq, void *arg)
{
    (void)arg;
    if (rq->p->schema)
        return table_schema_read(rq);
    return rq->route->read ? rq->route->read(rq) : ERR(BUG);
}

/* What was found without memory was found on half of the facts: a token that could not be made is
 * not a wrong one. */
static err in_memory(const struct req_private *p, err e)
{
    return arena_failed(p->rq.a) ? ERR(NOMEM) : e;
}

static err run_read(struct req_private *p)
{
    return in_memory(p, req_reading(&p->rq, call_read, NULL));
}

static void reply_after_read(struct req_private *p, err e, int status)
{
    if (err_is(e))
        reply_error(p, e);
    else if (p->location.n && p->rq.x->method == GET)
        reply_redirect(p);
    else if (p->location.n)
        reply_location(p); /* the page after a write leads on to another */
    else if (p->media_type.n)
        reply_download(p);
    else if (p->type)
        reply_view(p, status);
    else
        reply_error(p, ERR(BUG));
}

void web_reply_read(struct req_private *p, int status)
{
    reply_after_read(p, run_read(p), status);
}

/* The form's page once more, with what was typed and the messages beside the fields. */
static void reply_redraw(struct req_private *p, err e)
{
    if (p->rq.json && p->n_errors) {
        reply_form_errors(p);
    } else if (p->rq.json || !p->rq.route->read || !p->n_errors) {
        reply_error(p, e);
    } else {
        p->redraw = true;
        p->type = NULL;
        web_reply_read(p, err_http(e));
    }
}

/* ── writing ── */

static err call_prepare(struct req *rq, void *arg)
{
    (void)arg;
    return rq->route->prepare(rq);
}

static err run_prepare(struct req_private *p)
{
    return p->rq.route->prepare ? req_reading(&p->rq, call_prepare, NULL) : OK;
}

static err job_run(struct tx *tx, void *arg)
{
    struct req_private *p = arg;
    p->rq.now = tx_now(tx);
    err e = p->rq.route->write(tx, &p->rq);
    return in_memory(p, e);
}

/* ── the journal ── */

static err journal_run(struct tx *tx, void *arg)
{
    struct req_private *p = arg;
    return journal_add(tx, &p->journal);
}

static void journal_done(struct job *job)
{
    struct req_private *p = job->arg;
    p->journal_result = job->result;
    p->rq.x->resume(p->rq.x);
}

static void submit_journal(struct req_private *p)
{
    p->job = (struct job){.run = journal_run, .done = journal_done, .arg = p};
    err e = writer_submit(store_writer(p->rq.web->config.store), &p->job);
    if (err_is(e)) {
        p->journal_result = e;
        p->rq.x->resume(p->rq.x);
    }
}

static void job_done(struct job *job)
{
    struct req_private *p = job->arg;
    p->result = job->result;
    p->rq.x->resume(p->rq.x);
}

static void submit_job(struct req_private *p)
{
    p->job = (struct job){.run = job_run, .done = job_done, .arg = p};
    err e = writer_submit(store_writer(p->rq.web->config.store), &p->job);
    if (err_is(e)) {
        p->result = e;
        p->rq.x->resume(p->rq.x);
    }
}

static void slow_run(struct req_private *p)
{
    err e = p->reading_slowly ? run_read(p) : run_prepare(p);
    if (err_is(e) || p->reading_slowly) {
        p->result = e;
        p->rq.x->resume(p->rq.x);
    } else {
        submit_job(p);
    }
}

/* ── after a write: the next page ── */

static bool go_to_location(struct req_private *p)
{
    struct web *w = p->rq.web;
    const char *allow;
    str path, query, whole = p->location;
    if (!str_cut(&whole, '#', &query) || !str_cut(&query, '?', &path))
        return false;
    const struct route *r = route_match(w, GET, path, p, &allow);
    p->query = (struct pairs){0};
    if (!r || err_is(guard_permission(p, r)) ||
        err_is(route_split_query(p->rq.a, query, &p->query)))
        return false;
    p->rq.route = r;
    p->rq.form = NULL;
    p->location = STR_NONE;
    p->type = NULL;
    p->view = NULL;
    web_reply_read(p, 200);
    return true;
}

static void reply_written(struct req_private *p)
{
    err e = err_is(p->result) ? in_memory(p, p->result) : OK;
    if (e.code == ERR_STALE || e.code == ERR_CONFLICT) {
        if (p->type)
            reply_view(p, 409);
        else
            reply_redraw(p, e);
    } else if (e.code == ERR_INVALID) {
        reply_redraw(p, e);
    } else if (err_is(e)) {
        reply_error(p, e);
    } else if (p->type) {
        reply_view(p, 200);
    } else if (p->draft.n && !p->rq.json && resume_after(p)) {
        return;
    } else if (!p->rq.json) {
        reply_redirect(p);
    } else if (!go_to_location(p)) {
        reply_location(p);
    }
}

/* ── the application seen from the seam ── */

static struct req_private *req_new(struct web *w, struct http_exchange *x)
{
    struct req_private *p = ARENA_NEW(x->arena, struct req_private);
    uint8_t id[REQUEST_ID / 2];
    if (!p)
        return NULL;
    randombytes_buf(id, sizeof id);
    hex_of(p->id, id, sizeof id);
    p->began = usec_mono();
    p->rq = (struct req){.web = w, .x = x, .a = x->arena, .json = accepts_json(x), .p = p,
        .now = store_now(w->config.store)};
    x->state = p;
    return p;
}

static err call_principal(struct req *rq, void *arg)
{
    return guard_principal(arg, rq->db);
}

/* A browser's session over an open line could be taken over; programs on this machine may use one. */
static void note_proxy(struct req_private *p)
{
    struct web *w = p->rq.web;
    bool tls = str_eq(http_header(p->rq.x, "x-forwarded-proto"), S("https"));
    if (p->has_session && !p->rq.who.bearer)
        atomic_store(tls ? &w->tls_at : &w->plain_at, p->rq.now);
}

/* Everything that can be said before the handler: OK, or the reply is written (*replied). */
static err admit(struct req_private *p, bool *replied)
{
    struct web *w = p->rq.web;
    struct http_exchange *x = p->rq.x;
    const char *allow;
    const struct route *route = route_match(w, x->method, x->path, p, &allow);
    TRY(req_reading(&p->rq, call_principal, p));
    note_proxy(p);
    TRY(err_is(route_split_query(p->rq.a, x->query, &p->query)) ? ERR(NOTFOUND) : OK);
    if (!route) {
        reply_status(p, allow ? 405 : 404, STR_NONE);
        if (allow)
            http_set(x, "Allow", str_of(allow));
        *replied = true;
        return OK;
    }
    p->rq.route = route;
    TRY(guard_permission(p, route));
    if (!(route->flags & (ROUTE_PUBLIC | ROUTE_QUIET)))
        touch_session(p);
    p->stale = !guard_is_fresh(p);
    return p->stale && x->method == GET ? ERR(DENIED) : OK;
}

static void log_reply(const struct req_private *p)
{
    const struct req *rq = &p->rq;
    int status = rq->x->status;
    enum log_level level = status >= 500 ? LOG_ERROR : status >= 400 ? LOG_INFO : LOG_DEBUG;
    char code[16], ms[32]; /* not in the arena: it may be what ran out */
    snprintf(code, sizeof code, "%d", status);
    usec took = usec_mono() - p->began;
    snprintf(ms, sizeof ms, "%.1f", (double)took / 1000);
    metrics_add(rq->web->metrics, rq->route, status, took);
    log_event(level, "request",
        (struct log_field[]){{"id", {p->id, REQUEST_ID}},
            {"method", str_of(route_method_name(rq->x->method))},
            {"route", str_of(rq->route ? rq->route->path : "")},
            {"status", str_of(code)},
            {"ms", str_of(ms)}},
        5);
}

/* The checks of a POST before its handler: origin, form, CSRF, then what the handler reads. */
static err check_post(struct req_private *p)
{
    TRY(guard_origin(p));
    if (p->upload)
        TRY(upload_finish(p));
    err e = web_form_parse(p);
    if (err_is(e) && !p->body_read)
        return e; /* the body could not be read: there is no token to compare */
    TRY(guard_csrf(p));
    TRY(e);
    TRY(p->stale ? ERR(DENIED) : OK);
    return p->rq.route->flags & ROUTE_SLOW ? OK : run_prepare(p);
}

static void reply_refused(struct req_private *p, err e)
{
    if (e.code == ERR_INVALID && p->n_errors)
        reply_redraw(p, e);
    else if (e.code == ERR_INVALID)
        reply_status(p, 400, STR_NONE);
    else if (p->type && (e.code == ERR_STALE || e.code == ERR_CONFLICT))
        reply_view(p, 409);
    else if (e.code != ERR_DENIED || !(resume_confirm(p) || resume_offer(p) || resume_at_once(p)))
        reply_error(p, e);
}

/* Under a path prefix the rest of the program sees the path behind it. */
static void strip_base(const struct web *w, struct http_exchange *x)
{
    str base = w->config.base;
    if (base.n == 0)
        return;
    bool below = str_starts(x->path, base) && (x->path.n == base.n || x->path.p[base.n] == '/');
    x->path = !below ? STR_NONE : x->path.n == base.n ? S("/") : str_sub(x->path, base.n, x->path.n);
}

/* Everything that needs no body; NULL without memory. */
static struct req_private *head_of(struct web *w, struct http_exchange *x)
{
    struct req_private *p = req_new(w, x);
    if (!p) {
        x->status = 503;
        return NULL;
    }
    p->headed = true;
    p->admitted = admit(p, &p->replied);
    return p;
}

/* A file comes only to whom its route is open; whoever is refused is told so at the end of the
 * body, which nobody keeps. Too long a body is not waited for. */
static enum http_take app_head(void *ctx, struct http_exchange *x, int64_t length)
{
    strip_base(ctx, x);
    struct req_private *p = head_of(ctx, x);
    if (!p)
        return HTTP_REPLIED;
    const struct upload *rules = p->rq.route ? p->rq.route->upload : NULL;
    if (!rules || !str_starts(http_header(x, "content-type"), S("multipart/")))
        return HTTP_COLLECT; /* a form without a file */
    x->body_max = upload_body_max(rules);
    if (length > x->body_max) {
        reply_status(p, 413, str_fmt(p->rq.a, "%sは%lldMBまでです。", rules->label,
                                 (long long)(rules->most >> 20)));
        log_reply(p);
        return HTTP_REPLIED;
    }
    if (!err_is(p->admitted))
        p->admitted = guard_origin(p);
    if (!err_is(p->admitted))
        p->admitted = upload_begin(p);
    return HTTP_STREAM;
}

static void app_feed(void *ctx, struct http_exchange *x, str piece)
{
    (void)ctx;
    upload_feed(x->state, piece);
}

static void app_drop(void *ctx, struct http_exchange *x)
{
    (void)ctx;
    if (x->state)
        upload_drop(x->state);
}

static bool app_begin(void *ctx, struct http_exchange *x)
{
    struct web *w = ctx;
    struct req_private *p = x->state;
    if (!p) {
        strip_base(w, x);
        if (asset_serve(w, x))
            return true;
        p = head_of(w, x);
    }
    if (!p)
        return true;
    err e = p->admitted;
    if (!p->replied && !err_is(e) && x->method == POST) {
        e = check_post(p);
        if (!err_is(e) && p->rq.route->write)
            return false; /* the write follows in start() */
    }
    p->reading_slowly = !p->replied && !err_is(e) && x->method == GET && p->rq.route->flags & ROUTE_SLOW;
    if (p->reading_slowly)
        return false;
    if (err_is(e))
        reply_refused(p, in_memory(p, e));
    else if (!p->replied)
        web_reply_read(p, 200);
    p->journaling = web_journal_is_due(p);
    if (!p->journaling)
        log_reply(p);
    return !p->journaling;
}

static void app_start(void *ctx, struct http_exchange *x)
{
    struct web *w = ctx;
    struct req_private *p = x->state;
    if (p->journaling) {
        submit_journal(p);
        return;
    }
    if (!(p->rq.route->flags & ROUTE_SLOW)) {
        submit_job(p);
        return;
    }
    err e = slow_submit(w->slow, p);
    if (err_is(e)) {
        p->result = e;
        x->resume(x);
    }
}

static bool app_finish(void *ctx, struct http_exchange *x)
{
    (void)ctx;
    struct req_private *p = x->state;
    if (p->journaling && err_is(p->journal_result)) {
        reply_error(p, p->journal_result); /* without its row nothing is shown */
    } else if (!p->journaling) {
        if (p->reading_slowly)
            reply_after_read(p, p->result, 200);
        else
            reply_written(p);
        p->journaling = web_journal_is_due(p);
        if (p->journaling)
            return false; /* what the reply shows is written down first */
    }
    log_reply(p);
    return true;
}

struct http_app web_app(struct web *w)
{
    return (struct http_app){.ctx = w,
        .head = app_head,
        .feed = app_feed,
        .drop = app_drop,
        .begin = app_begin,
        .start = app_start,
        .finish = app_finish};
}

/* ── running one request in this thread ── */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ready;
};

static void wake(struct http_exchange *x)
{
    struct waiting *wait = x->seam;
    pthread_mutex_lock(&wait->lock);
    wait->ready = true;
    pthread_cond_signal(&wait->wake);
    pthread_mutex_unlock(&wait->lock);
}

/* As the seam does with a body that may be a file. True: the reply is there already. */
static bool run_head(struct web *w, struct http_exchange *x)
{
    enum http_take take = app_head(w, x, (int64_t)x->body.n);
    if (take == HTTP_STREAM) {
        app_feed(w, x, buf_view(&x->body));
        x->body.n = 0;
    }
    return take == HTTP_REPLIED;
}

void web_run(struct web *w, struct http_exchange *x)
{
    struct waiting wait = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    x->seam = &wait;
    x->resume = wake;
    str type = http_header(x, "content-type");
    bool replied = x->method == POST && str_starts(type, S("multipart/")) && run_head(w, x);
    bool ready = replied || app_begin(w, x);
    while (!ready) {
        wait.ready = false;
        app_start(w, x);
        pthread_mutex_lock(&wait.lock);
        while (!wait.ready)
            pthread_cond_wait(&wait.wake, &wait.lock);
        pthread_mutex_unlock(&wait.lock);
        ready = app_finish(w, x);
    }
    app_drop(w, x);
}

/* ── life ── */

static err load_csrf_key(struct web *w)
{
    ARENA_AUTO a = arena_new(65536);
    struct db *db;
    str hex;
    if (!a)
        return ERR(NOMEM);
    TRY(store_reader(w->config.store, &db));
    TRY(setting_get(db, a, S("secret"), &hex));
    return hex_parse(hex, w->csrf_key, sizeof w->csrf_key);
}

/* The kind stands in the row of the page; keeping a file waits for the disk. */
static void check_rows(const struct web *w)
{
    for (size_t i = 0; i < w->config.n_routes; i++) {
        for (const struct route *r = w->config.routes[i]; r->path; r++) {
            BUG_IF(r->journal != JOURNAL_NONE && (r->method != GET || r->flags & ROUTE_PUBLIC));
            BUG_IF(r->upload && (r->flags & ROUTE_FRESH));
            BUG_IF(r->upload && (r->method != POST || !(r->flags & ROUTE_SLOW)));
        }
    }
}

err web_new(const struct web_config *config, struct web **out)
{
    struct web *w = calloc(1, sizeof *w);
    if (!w)
        return ERR(NOMEM);
    w->config = *config;
    check_rows(w);
    err e = load_csrf_key(w);
    if (!err_is(e))
        e = assets_load(w);
    if (!err_is(e))
        e = slow_start(w, slow_run);
    if (!err_is(e))
        e = presence_new(&w->presence);
    if (!err_is(e))
        e = throttle_new(&w->throttle);
    if (!err_is(e))
        e = touch_new(w);
    if (!err_is(e))
        e = metrics_new(config->routes, config->n_routes, &w->metrics);
    if (err_is(e)) {
        web_free(w);
        return e;
    }
    *out = w;
    return OK;
}

void web_free(struct web *w)
{
    if (!w)
        return;
    slow_stop(w->slow);
    touch_free(w->touch);
    throttle_free(w->throttle);
    presence_free(w->presence);
    metrics_free(w->metrics);
    assets_free(w);
    sodium_memzero(w->csrf_key, sizeof w->csrf_key);
    free(w);
}

struct web_proxy_seen web_proxy_seen(const struct web *w)
{
    return (struct web_proxy_seen){atomic_load(&w->tls_at), atomic_load(&w->plain_at)};
}

bool web_is_demo(const struct web *w)
{
    return w->config.demo;
}

struct store *web_store(const struct web *w)
{
    return w->config.store;
}

const void *req_conf(const struct req *rq, const struct conf_table *t)
{
    return conf_of(rq->web->config.conf, t);
}
