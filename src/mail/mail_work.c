/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: ticks and a sign of life every minute, and in between the mails that are due. It has
 * no database of its own; everything it knows comes from named calls on the writer. */
#include "mail/mail_private.h"

#include "core/file.h"
#include "core/log.h"

#include <jansson.h>
#include <signal.h>
#include <sodium.h>

enum { ROUND_MAILS = 200, ROUND_SECONDS = 30, PAUSE_SECONDS = 5, TICK_SECONDS = 60 };

struct work {
    const struct mail_worker *w;
    struct arena *a;
    struct smtp_config config;
    char password[1024];
    struct smtp *smtp;
    struct mail_hook hook;
    usec ticked;        /* monotonic; 0: never */
    bool relay_failed;  /* in the last round */
    bool stopping;      /* a signal came */
    bool told;          /* that the relay is not there: said once, not every five seconds */
};

/* A signal that was taken is gone: it is kept. */
static bool stop_is_asked(struct work *k, int seconds)
{
    sigset_t set;
    struct timespec t = {.tv_sec = seconds};
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    k->stopping = k->stopping || sigtimedwait(&set, NULL, &t) > 0;
    return k->stopping;
}

static void live(const struct work *k, enum mail_life life)
{
    if (k->w->lives)
        k->w->lives(k->w->ctx, life);
}

static err call(struct work *k, const char *name, str in, struct buf *out)
{
    err e = k->w->call(k->w->ctx, name, in, out);
    if (err_is(e)) {
        struct log_field f[] = {{"call", str_of(name)}, {"error", str_of(err_name(e))}};
        log_event(LOG_WARN, "work_call_failed", f, COUNT_OF(f));
    }
    return e;
}

/* ── the options ── */

static err refuse(const struct work *k, err e, str why)
{
    k->w->say(why);
    return e;
}

static err read_password(struct work *k)
{
    size_t n;
    char *path = str_z(k->a, k->w->relay->password_file);
    err e = path ? file_line(path, true, k->password, sizeof k->password, &n) : ERR(NOMEM);
    k->config.password = k->password;
    if (e.code == ERR_DENIED)
        return refuse(k, e,
            S("--smtp-password-file は、ほかの人が読めないようにしてください（chmod 600）。"));
    if (e.code == ERR_INVALID)
        return refuse(k, e, S("--smtp-password-file が空です。"));
    return err_is(e) ? refuse(k, e, S("mail.smtp-password-file（--smtp-password-file）のファイルを開けません。")) : OK;
}

static err choose_tls(struct work *k)
{
    struct smtp_config *c = &k->config;
    c->tls = k->w->relay->tls;
    if (c->tls.n == 0)
        c->tls = c->relay.loopback ? S("never") : S("require");
    if (c->user.n && !c->relay.loopback && !str_eq(c->tls, S("require")) &&
        !str_eq(c->relay.scheme, S("smtps")))
        return refuse(k, ERR(INVALID),
            S("パスワードを送るときは、mail.smtp-tls（--smtp-tls）を require にしてください。"));
    return OK;
}

static err choose_relay(struct work *k, bool demo)
{
    const struct mail_relay *r = k->w->relay;
    struct smtp_config *c = &k->config;
    TRY(mail_relay_parse(r->url, &c->relay));
    if (demo && !c->relay.loopback)
        return refuse(k, ERR(DENIED), S("架空データの試用版のメールは、この機器の中（127.0.0.1）の"
                                        "メールサーバーにだけ送れます。"));
    c->only_loopback = demo;
    k->hook = (struct mail_hook){.url = r->webhook, .ca = r->ca, .only_loopback = demo};
    c->ca = r->ca;
    c->user = r->user;
    c->from = r->from.n ? r->from : demo ? S("yagura@localhost") : STR_NONE;
    if (c->from.n == 0)
        return refuse(k, ERR(INVALID),
            S("差出人のメールアドレス（mail.from、--from）を指定してください。"));
    if (r->user.n && r->password_file.n == 0)
        return refuse(k, ERR(INVALID),
            S("mail.smtp-user（--smtp-user）には mail.smtp-password-file（--smtp-password-file）も"
              "指定してください。"));
    TRY(choose_tls(k));
    return r->user.n ? read_password(k) : OK;
}

/* ── one mail ── */

static str text_at(const json_t *m, const char *name)
{
    const json_t *v = json_object_get(m, name);
    return (str){json_string_value(v), json_string_length(v)};
}

static err settle(struct work *k, struct arena *a, int64_t id, int64_t attempt,
    enum mail_result r, str answer)
{
    BUF_AUTO out = BUF(1024);
    str in = str_fmt(a, "%lld %lld %.*s %.*s", (long long)id, (long long)attempt,
        STR_F(mail_result_key(r)), STR_F(answer));
    struct log_field f[] = {{"mail", str_fmt(a, "%lld", (long long)id)},
        {"attempt", str_fmt(a, "%lld", (long long)attempt)}, {"result", mail_result_key(r)}};
    log_event(r == MAIL_RESULT_SENT ? LOG_INFO : LOG_WARN, "mail", f, COUNT_OF(f));
    return call(k, "mail.done", in, &out);
}

static err send_one(struct work *k, struct arena *a, const json_t *m)
{
    BUF_AUTO content = BUF(4 << 20);
    str answer = STR_NONE;
    int64_t id = json_integer_value(json_object_get(m, "id"));
    int64_t attempt = json_integer_value(json_object_get(m, "attempt"));
    struct message message = {.from = k->config.from,
        .to = text_at(m, "to"),
        .subject = text_at(m, "subject"),
        .text = text_at(m, "text"),
        .message_id = text_at(m, "message_id"),
        .date = usec_now()};
    if (err_is(mail_message_write(&content, &message)))
        return settle(k, a, id, attempt, MAIL_RESULT_REFUSED, S("not a message"));
    enum mail_result r =
        mail_smtp_send(k->smtp, a, message.to, buf_view(&content), &answer);
    k->relay_failed = r == MAIL_RESULT_RELAY;
    if (k->relay_failed && !k->told)
        k->w->say(str_fmt(a, "メールサーバーに送れません（あとでまた試します）: %.*s", STR_F(answer)));
    k->told = k->relay_failed;
    if (attempt == 1)
        mail_hook_send(&k->hook, a, &message, text_at(m, "kind"));
    return settle(k, a, id, attempt, r, answer);
}

/* The next mail that is due; *none when there is none. */
static err take_one(struct work *k, bool *none)
{
    json_error_t why;
    BUF_AUTO out = BUF(HANDOFF_MAX);
    ARENA_AUTO a = arena_new(4 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(call(k, "mail.take", k->w->public_url, &out));
    json_t *m = json_loadb(out.p ? out.p : "", out.n, 0, &why);
    err e = m ? OK : ERR(REMOTE);
    *none = !m || !json_object_get(m, "id");
    bool demo = json_is_true(json_object_get(m, "demo"));
    if (m && !*none && demo && !k->config.only_loopback)
        e = ERR(DENIED); /* another file stands under the name than at the start */
    else if (m && !*none)
        e = send_one(k, a, m);
    json_decref(m);
    return e;
}

static err round_of_mails(struct work *k)
{
    usec began = usec_mono();
    bool none = false;
    k->relay_failed = false;
    for (int i = 0; i < ROUND_MAILS && !none && !k->relay_failed && !stop_is_asked(k, 0) &&
         usec_mono() - began < ROUND_SECONDS * USEC_SECOND;
         i++) {
        TRY(take_one(k, &none));
        live(k, MAIL_LIFE_GOES_ON);
    }
    return OK;
}

/* ── the loop ── */

static err ticks(struct work *k)
{
    usec now = usec_mono();
    if (k->ticked && now - k->ticked < TICK_SECONDS * USEC_SECOND)
        return OK;
    k->ticked = now;
    BUF_AUTO out = BUF(HANDOFF_MAX);
    TRY(call(k, "mail.beat", STR_NONE, &out));
    for (const char *const *t = k->w->ticks; *t; t++) {
        BUF_AUTO got = BUF(HANDOFF_MAX);
        err e = call(k, *t, STR_NONE, &got); /* logged; the other modules go on */
        if (!err_is(e) && got.n && k->w->ticked)
            k->w->ticked(k->w->ctx, *t, buf_view(&got));
    }
    return OK;
}

/* A call that fails (the writer is being restarted) is tried again in the next round. */
static err loop(struct work *k)
{
    for (;;) {
        err e = ticks(k);
        if (!err_is(e))
            e = round_of_mails(k);
        if (k->w->once)
            return err_is(e) ? e : k->relay_failed ? ERR(REMOTE) : OK;
        if (e.code == ERR_DENIED)
            return e;
        live(k, MAIL_LIFE_GOES_ON);
        if (stop_is_asked(k, PAUSE_SECONDS))
            return OK;
    }
}

static err confine(struct work *k)
{
    int64_t port;
    TRY(parse_i64(k->config.relay.port, 1, UINT16_MAX, &port));
    return k->w->confine ? k->w->confine(k->w->ctx, (uint16_t)port) : OK;
}

static err run(struct work *k)
{
    BUF_AUTO out = BUF(1024);
    TRY(call(k, "mail.start", STR_NONE, &out));
    err e = choose_relay(k, str_eq(buf_view(&out), S("demo")));
    if (!err_is(e))
        e = mail_smtp_open(k->a, &k->config, &k->smtp);
    if (!err_is(e))
        e = confine(k);
    if (!err_is(e)) {
        log_event(LOG_INFO, "work_started", NULL, 0);
        live(k, MAIL_LIFE_READY);
        e = loop(k);
        live(k, MAIL_LIFE_STOPPING);
    }
    mail_smtp_close(k->smtp);
    sodium_memzero(k->password, sizeof k->password);
    return e;
}

err mail_work_run(const struct mail_worker *w, struct arena *a)
{
    int lock;
    struct work *k = ARENA_NEW(a, struct work);
    if (!k)
        return ERR(NOMEM);
    *k = (struct work){.w = w, .a = a};
    err e = lock_take(w->lock, &lock);
    if (err_is(e))
        return e.code == ERR_BUSY
            ? refuse(k, e, S("このデータベースでは、もう yagura work が動いています。"))
            : refuse(k, e, S("データベースの場所に書き込めません。"));
    e = run(k);
    lock_drop(lock);
    return e;
}
