/* SPDX-License-Identifier: Apache-2.0 */
/* A crew: a thread for each connection, all starting their measured work at the same moment. */
#include "bench.h"

enum { CONNECTIONS = 2000, STACK = 256 * 1024 };

struct worker {
    pthread_t thread;
    const struct crew *crew;
    size_t first;
    struct tally tally;
};

static pthread_barrier_t ready, done;

static void *work(void *arg)
{
    struct worker *w = arg;
    const struct crew *crew = w->crew;
    struct client c;
    client_open(&c, crew->port);
    pthread_barrier_wait(&ready);
    for (size_t i = w->first; i < crew->n; i += crew->connections)
        crew->work(crew, &c, &crew->sessions[i], &w->tally);
    pthread_barrier_wait(&done);
    client_close(&c);
    return NULL;
}

static void start(struct worker *w, const struct crew *crew, size_t first)
{
    pthread_attr_t small;
    size_t room = (crew->n / crew->connections + 1) * crew->each;
    *w = (struct worker){.crew = crew, .first = first};
    w->tally = (struct tally){.room = room, .micros = calloc(room + 1, sizeof(int64_t))};
    if (!w->tally.micros)
        bench_fail("no memory");
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    if (pthread_create(&w->thread, &small, work, w) != 0)
        bench_fail("no thread");
    pthread_attr_destroy(&small);
}

static void gather(struct tally *all, const struct tally *one)
{
    if (one->n > 0)
        memcpy(all->micros + all->n, one->micros, one->n * sizeof *all->micros);
    all->n += one->n;
    all->refused += one->refused;
}

struct tally crew_run(const struct crew *crew)
{
    size_t n = crew->connections;
    if (n < 1 || n > CONNECTIONS || n > crew->n)
        bench_fail("fewer sessions than connections, or too many connections");
    struct tally all = {.room = crew->n * crew->each};
    struct worker *w = calloc(n, sizeof *w);
    all.micros = calloc(all.room + 1, sizeof(int64_t));
    if (!w || !all.micros)
        bench_fail("no memory");
    pthread_barrier_init(&ready, NULL, (unsigned)n + 1);
    pthread_barrier_init(&done, NULL, (unsigned)n + 1);
    for (size_t i = 0; i < n; i++)
        start(&w[i], crew, i);
    pthread_barrier_wait(&ready);
    usec began = usec_mono();
    pthread_barrier_wait(&done);
    all.took = usec_mono() - began;
    for (size_t i = 0; i < n; i++) {
        pthread_join(w[i].thread, NULL);
        gather(&all, &w[i].tally);
        free(w[i].tally.micros);
    }
    free(w);
    return all;
}

void tally_note(struct tally *t, usec began, const struct client *c)
{
    if (t->n == t->room)
        bench_fail("more was measured than there is room for");
    t->micros[t->n++] = usec_mono() - began;
    t->refused += c->status != 303;
}

void tally_print(struct tally *t)
{
    printf("\"n\":%zu,\"refused\":%d,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%lld,"
           "\"p99_us\":%lld,\"p999_us\":%lld",
        t->n, t->refused, (double)t->took / 1e6, (double)t->n * 1e6 / (double)t->took,
        (long long)percentile(t->micros, t->n, 0.5), (long long)percentile(t->micros, t->n, 0.99),
        (long long)percentile(t->micros, t->n, 0.999));
}
