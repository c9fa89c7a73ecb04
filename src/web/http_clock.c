/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that shuts down connections that are late. */
#include "web/http_clock.h"

#include <stdatomic.h>

enum { LOOKS = 8 /* in the patience of a request */ };

struct http_alarm {
    struct http_clock *clock;
    struct http_alarm *next, **at; /* at: what points to this one */
    atomic_llong due;              /* monotonic; 0: never */
    int fd;
};

struct http_clock {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct http_alarm *all;
    usec tick;
    bool stopping;
};

static void look(const struct http_clock *c)
{
    usec now = usec_mono();
    for (struct http_alarm *a = c->all; a; a = a->next) {
        usec due = atomic_load(&a->due);
        if (due && now > due && shutdown(a->fd, SHUT_RDWR) == 0)
            atomic_store(&a->due, 0);
    }
}

static struct timespec after(usec us)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    usec ns = t.tv_nsec + us % USEC_SECOND * 1000;
    t.tv_sec += us / USEC_SECOND + ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

static void *clock_main(void *arg)
{
    struct http_clock *c = arg;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        struct timespec until = after(c->tick);
        pthread_cond_timedwait(&c->wake, &c->lock, &until);
        look(c);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

err http_clock_start(usec patience, struct http_clock **out)
{
    struct http_clock *c = calloc(1, sizeof *c);
    pthread_condattr_t attr;
    if (!c)
        return ERR(NOMEM);
    c->tick = patience / LOOKS;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&c->thread, NULL, clock_main, c) != 0) {
        free(c);
        return ERR(IO);
    }
    *out = c;
    return OK;
}

void http_clock_stop(struct http_clock *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

struct http_alarm *http_alarm_new(struct http_clock *c, int fd)
{
    struct http_alarm *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->clock = c;
    a->fd = fd;
    pthread_mutex_lock(&c->lock);
    a->next = c->all;
    a->at = &c->all;
    if (a->next)
        a->next->at = &a->next;
    c->all = a;
    pthread_mutex_unlock(&c->lock);
    return a;
}

void http_alarm_free(struct http_alarm *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->clock->lock);
    *a->at = a->next;
    if (a->next)
        a->next->at = a->at;
    pthread_mutex_unlock(&a->clock->lock);
    free(a);
}

void http_alarm_set(struct http_alarm *a, usec from_now)
{
    if (a)
        atomic_store(&a->due, from_now ? usec_mono() + from_now : 0);
}
