/* SPDX-License-Identifier: Apache-2.0 */
/* Which sessions are in use: gathered here, and written in one job for all of them, so that a page
 * costs no write of its own. A session is written at most once a minute. */
#include "web/web_private.h"

enum { MOST = 256 };

struct hash {
    uint8_t v[WEB_SECRET_HASH];
};

struct touch {
    pthread_mutex_t lock;
    pthread_cond_t landed;
    struct web *web;
    struct job job;
    bool flying;
    struct hash waiting[MOST], sent[MOST]; /* sent: the job's while it flies */
    size_t n_waiting, n_sent;
};

static err touch_run(struct tx *tx, void *arg)
{
    struct touch *t = arg;
    for (size_t i = 0; i < t->n_sent; i++)
        TRY(t->web->config.auth.touch(tx, (struct bytes){t->sent[i].v, WEB_SECRET_HASH}));
    return OK;
}

static void touch_done(struct job *job)
{
    struct touch *t = job->arg;
    pthread_mutex_lock(&t->lock);
    t->flying = false;
    pthread_cond_signal(&t->landed);
    pthread_mutex_unlock(&t->lock);
}

err touch_new(struct web *w)
{
    struct touch *t = calloc(1, sizeof *t);
    if (!t)
        return ERR(NOMEM);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->landed, NULL);
    t->web = w;
    w->touch = t;
    return OK;
}

void touch_free(struct touch *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    while (t->flying)
        pthread_cond_wait(&t->landed, &t->lock);
    pthread_mutex_unlock(&t->lock);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->landed);
    free(t);
}

/* What finds no room, or a full queue, is noted again with the next page of that session. */
static void add(struct touch *t, const uint8_t hash[WEB_SECRET_HASH])
{
    size_t i = 0;
    while (i < t->n_waiting && memcmp(t->waiting[i].v, hash, WEB_SECRET_HASH) != 0)
        i++;
    if (i < t->n_waiting || i == MOST)
        return;
    memcpy(t->waiting[i].v, hash, WEB_SECRET_HASH);
    t->n_waiting++;
}

void touch_session(struct req_private *p)
{
    struct web *w = p->rq.web;
    struct touch *t = w->touch;
    const struct principal *who = &p->rq.who;
    if (!w->config.auth.touch || !p->has_session || who->bearer || who->person == 0 ||
        p->rq.now - who->seen_at < USEC_MINUTE)
        return;
    pthread_mutex_lock(&t->lock);
    add(t, p->session_hash);
    bool fly = !t->flying;
    if (fly) {
        memcpy(t->sent, t->waiting, t->n_waiting * sizeof t->sent[0]);
        t->n_sent = t->n_waiting;
        t->n_waiting = 0;
        t->flying = true;
        t->job = (struct job){.run = touch_run, .done = touch_done, .arg = t};
    }
    pthread_mutex_unlock(&t->lock);
    if (fly && err_is(writer_submit(store_writer(w->config.store), &t->job)))
        touch_done(&t->job);
}
