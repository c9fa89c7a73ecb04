/* SPDX-License-Identifier: Apache-2.0 */
/* yagura work: mail and the regular tasks of the modules, beside a serving process or alone. */
#include "main/main.h"

#include "core/file.h"
#include "core/log.h"
#include "mail/mail.h"
#include "main/process.h"

#include <fcntl.h>

struct work_store {
    const struct options *o;
    struct store_modules mods;
    struct notify notify;
};

/* The arena is the call's own: a worker lives for months. */
static err call_writer(void *ctx, const char *name, str in, struct buf *out)
{
    const struct work_store *s = ctx;
    str why;
    ARENA_AUTO a = arena_new(64 << 20);
    if (!a)
        return ERR(NOMEM);
    return store_call(s->o->db, &s->mods, name, in, out, a, &why);
}

/* One line more in a file that is only ever added to. */
static err append_line(const char *path, str line)
{
    BUF_AUTO b = BUF(HANDOFF_MAX);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ERR(IO);
    buf_fmt(&b, "%.*s\n", STR_F(line));
    err e = buf_status(&b);
    if (!err_is(e))
        e = file_put(fd, b.p, b.n);
    if (!err_is(e) && fsync(fd) != 0)
        e = ERR(IO);
    close(fd);
    return e;
}

/* The witness of the hour goes out: into the log, and into the file if one was named. */
static void on_tick(void *ctx, const char *name, str out)
{
    const struct work_store *s = ctx;
    ARENA_AUTO a = arena_new(8192);
    char *path = a ? str_z(a, s->o->anchor_file) : NULL;
    if (strcmp(name, anchor_module.tick) != 0)
        return;
    struct log_field f[] = {{"line", out}};
    log_event(LOG_INFO, "audit_anchor", f, COUNT_OF(f));
    if (s->o->anchor_file.n && (!path || err_is(append_line(path, out))))
        main_say(S("--anchor-file に監査証跡の行を書き足せません。場所と権限、空きを確かめてください。"));
}

const char *const *modules_ticks(struct arena *a)
{
    size_t n = 0, at = 0;
    while (modules[n])
        n++;
    const char **ticks = ARENA_ARRAY(a, const char *, n + 1);
    BUG_IF(!ticks);
    while (n > 0)
        if (modules[--n]->tick)
            ticks[at++] = modules[n]->tick;
    return ticks;
}

/* Only a file that is there can be granted. NULL: it cannot be made, which every hour says again. */
static const char *made_file(const char *path)
{
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd < 0)
        return NULL;
    close(fd);
    return path;
}

/* The relay's options are read and its library is there: nothing more than mail is needed. */
static err confine(void *ctx, uint16_t port)
{
    enum { DNS = 53 };
    const struct work_store *s = ctx;
    const struct mail_relay *relay = conf_of(s->o->conf, &mail_conf);
    struct sandbox_grant grant = {.connect = {port, DNS, mail_hook_port(relay->webhook)}};
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    if (relay->ca.n)
        grant.read[0] = str_z(a, relay->ca);
    if (s->o->anchor_file.n)
        grant.append = made_file(str_z(a, s->o->anchor_file));
    TRY(process_confine_files(SANDBOX_WORK, s->o->db, grant, a));
    return process_confine(SANDBOX_WORK);
}

/* Its watchdog is longer than the longest wait for a relay or the writer (yagura-work.service). */
static void on_life(void *ctx, enum mail_life life)
{
    static const char *const states[] = {[MAIL_LIFE_READY] = "READY=1",
        [MAIL_LIFE_GOES_ON] = "WATCHDOG=1",
        [MAIL_LIFE_STOPPING] = "STOPPING=1"};
    const struct work_store *s = ctx;
    if (life != MAIL_LIFE_GOES_ON || s->notify.watchdog)
        notify_say(&s->notify, states[life]);
}

err command_work(const struct options *o, struct arena *a)
{
    struct store *probe;
    str file;
    process_block_signals();
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &probe)); /* says what is wrong with it */
    store_close(probe);
    TRY(db_url_file(o->db, &file));
    struct work_store s = {.o = o, .mods = modules_store(a), .notify = notify_open()};
    struct mail_worker w = {.relay = conf_of(o->conf, &mail_conf),
        .public_url = o->url,
        .lock = str_fmt(a, "%.*s.work", STR_F(file)),
        .ticks = modules_ticks(a),
        .ticked = on_tick,
        .once = o->once,
        .call = call_writer,
        .confine = confine,
        .lives = on_life,
        .ctx = &s,
        .say = main_say};
    err e = mail_work_run(&w, a);
    notify_close(&s.notify);
    return e;
}
