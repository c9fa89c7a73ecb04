/* SPDX-License-Identifier: Apache-2.0 */
/* yagura work: mail and the regular tasks of the modules, beside a serving process or alone. */
#include "main/main.h"

#include "mail/mail.h"
#include "main/process.h"

struct work_store {
    const struct options *o;
    struct store_modules mods;
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

/* The relay's options are read and its library is there: nothing more than mail is needed. */
static err confine(void *ctx, uint16_t port)
{
    enum { DNS = 53 };
    const struct work_store *s = ctx;
    struct sandbox_grant grant = {.connect = {port, DNS}};
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    const struct mail_relay *relay = conf_of(s->o->conf, &mail_conf);
    if (relay->ca.n)
        grant.read[0] = str_z(a, relay->ca);
    TRY(process_confine_files(SANDBOX_WORK, s->o->db, grant, a));
    return process_confine(SANDBOX_WORK);
}

err command_work(const struct options *o, struct arena *a)
{
    struct store *probe;
    str file;
    process_block_signals();
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &probe)); /* says what is wrong with it */
    store_close(probe);
    TRY(db_url_file(o->db, &file));
    struct work_store s = {.o = o, .mods = modules_store(a)};
    struct mail_worker w = {.relay = conf_of(o->conf, &mail_conf),
        .public_url = o->url,
        .lock = str_fmt(a, "%.*s.work", STR_F(file)),
        .ticks = modules_ticks(a),
        .once = o->once,
        .call = call_writer,
        .confine = confine,
        .ctx = &s,
        .say = main_say};
    return mail_work_run(&w, a);
}
