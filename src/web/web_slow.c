/* SPDX-License-Identifier: Apache-2.0 */
/* Two threads for password hashing: 19 MiB and tens of milliseconds each, so never on a serving
 * thread, never more than two at once, only so many waiting, and behind all that is quick. */
#include "web/web_private.h"

#include <sys/resource.h>

enum { THREADS = 2, WAITING = 64, NICE = 10 };

struct slow {
    pthread_t threads[THREADS];
    size_t n_threads;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct req_private *head, **tail;
    void (*run)(struct req_private *);
    size_t waiting;
    bool stopping;
};

static struct req_private *take(struct slow *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->head && !s->stopping)
        pthread_cond_wait(&s->wake, &s->lock);
    struct req_private *p = s->head;
    if (p) {
        s->head = p->next;
        if (!s->head)
            s->tail = &s->head;
        s->waiting--;
    }
    pthread_mutex_unlock(&s->lock);
    return p;
}

static void *slow_main(void *arg)
{
    struct slow *s = arg;
    /* Linux counts priority by thread. Whoever signs in waits anyway; a page should not wait for it.
     * Without it everything works all the same. */
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    for (struct req_private *p; (p = take(s)) != NULL;)
        s->run(p);
    return NULL;
}

err slow_start(struct web *w, void (*run)(struct req_private *))
{
    struct slow *s = calloc(1, sizeof *s);
    if (!s)
        return ERR(NOMEM);
    s->tail = &s->head;
    s->run = run;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    w->slow = s;
    for (; s->n_threads < THREADS; s->n_threads++)
        if (pthread_create(&s->threads[s->n_threads], NULL, slow_main, s) != 0)
            return ERR(IO);
    return OK;
}

void slow_stop(struct slow *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->n_threads; i++)
        pthread_join(s->threads[i], NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    free(s);
}

err slow_submit(struct slow *s, struct req_private *p)
{
    err e = OK;
    p->next = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->waiting >= WAITING || s->stopping) {
        e = ERR(BUSY);
    } else {
        *s->tail = p;
        s->tail = &p->next;
        s->waiting++;
        pthread_cond_signal(&s->wake);
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}
