/* SPDX-License-Identifier: Apache-2.0 */
/* Counters per thread and route, and their sum as text. */
#include "web/web_metrics.h"

#include "web/web_private.h"

enum { CLASSES = 5 };

/* Upper bounds of the histogram, in µs. */
static const usec bounds[] = {1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000,
    5000000};
enum { BOUNDS = COUNT_OF(bounds) };

struct cell {
    _Atomic int64_t status[CLASSES]; /* 1xx to 5xx */
    _Atomic int64_t under[BOUNDS];   /* took no longer than its bound, and longer than the one before */
    _Atomic int64_t took;            /* µs, all of them */
};

struct metrics {
    const struct route *const *lists;
    size_t n_lists, rows;            /* one row per route, and the last for everything else */
    pthread_key_t key;
    atomic_int n_threads;
    struct cell *_Atomic threads[METRICS_THREADS];
};

err metrics_new(const struct route *const *lists, size_t n, struct metrics **out)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (!m)
        return ERR(NOMEM);
    *m = (struct metrics){.lists = lists, .n_lists = n, .rows = 1};
    for (size_t i = 0; i < n; i++)
        for (const struct route *r = lists[i]; r->path; r++)
            m->rows++;
    if (pthread_key_create(&m->key, NULL) != 0) {
        free(m);
        return ERR(NOMEM);
    }
    *out = m;
    return OK;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < METRICS_THREADS; i++)
        free(atomic_load(&m->threads[i]));
    pthread_key_delete(m->key);
    free(m);
}

/* This thread's cells; NULL when there are too many threads or there is no memory. */
static struct cell *own_cells(struct metrics *m)
{
    struct cell *cells = pthread_getspecific(m->key);
    if (cells || atomic_load(&m->n_threads) >= METRICS_THREADS)
        return cells;
    cells = calloc(m->rows, sizeof *cells);
    if (!cells)
        return NULL;
    int at = atomic_fetch_add(&m->n_threads, 1);
    if (at >= METRICS_THREADS || pthread_setspecific(m->key, cells) != 0) {
        free(cells);
        return NULL;
    }
    atomic_store(&m->threads[at], cells);
    return cells;
}

static size_t row_of(const struct metrics *m, const struct route *route)
{
    size_t row = 0;
    for (size_t i = 0; i < m->n_lists; i++)
        for (const struct route *r = m->lists[i]; r->path; r++, row++)
            if (r == route)
                return row;
    return m->rows - 1;
}

/* Only this thread writes here, so reading and writing need not be one step. */
static void add(_Atomic int64_t *n, int64_t more)
{
    atomic_store_explicit(
        n, atomic_load_explicit(n, memory_order_relaxed) + more, memory_order_relaxed);
}

void metrics_add(struct metrics *m, const struct route *route, int status, usec took)
{
    struct cell *cells = own_cells(m);
    size_t bound = 0;
    if (!cells || status < 100 || status > 599)
        return;
    struct cell *c = &cells[row_of(m, route)];
    while (bound < BOUNDS && took > bounds[bound])
        bound++;
    if (bound < BOUNDS)
        add(&c->under[bound], 1);
    add(&c->took, took);
    add(&c->status[status / 100 - 1], 1);
}

/* ── the sum ── */

struct sum {
    int64_t status[CLASSES], under[BOUNDS], took, all;
};

static struct sum sum_of(const struct metrics *m, size_t row)
{
    struct sum s = {0};
    for (size_t t = 0; t < METRICS_THREADS; t++) {
        struct cell *cells = atomic_load(&m->threads[t]);
        if (!cells)
            continue;
        for (size_t i = 0; i < CLASSES; i++) {
            int64_t n = atomic_load_explicit(&cells[row].status[i], memory_order_relaxed);
            s.status[i] += n;
            s.all += n;
        }
        for (size_t i = 0; i < BOUNDS; i++)
            s.under[i] += atomic_load_explicit(&cells[row].under[i], memory_order_relaxed);
        s.took += atomic_load_explicit(&cells[row].took, memory_order_relaxed);
    }
    return s;
}

static void put_counts(struct buf *b, const char *method, const char *path, const struct sum *s)
{
    for (size_t i = 0; i < CLASSES; i++)
        if (s->status[i])
            buf_fmt(b, "yagura_http_requests_total{method=\"%s\",route=\"%s\",status=\"%zuxx\"} %lld\n",
                method, path, i + 1, (long long)s->status[i]);
}

/* The count is the histogram's own: a thread may add while it is summed up. */
static void put_durations(struct buf *b, const char *method, const char *path, const struct sum *s)
{
    static const char name[] = "yagura_http_request_duration_seconds";
    int64_t under = 0;
    for (size_t i = 0; i < BOUNDS; i++) {
        under += s->under[i];
        buf_fmt(b, "%s_bucket{method=\"%s\",route=\"%s\",le=\"%g\"} %lld\n", name, method, path,
            (double)bounds[i] / (double)USEC_SECOND, (long long)under);
    }
    int64_t all = s->all > under ? s->all : under;
    buf_fmt(b, "%s_bucket{method=\"%s\",route=\"%s\",le=\"+Inf\"} %lld\n", name, method, path,
        (long long)all);
    buf_fmt(b, "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n", name, method, path,
        (double)s->took / (double)USEC_SECOND);
    buf_fmt(b, "%s_count{method=\"%s\",route=\"%s\"} %lld\n", name, method, path, (long long)all);
}

static void put_rows(const struct metrics *m, struct buf *b,
    void (*put)(struct buf *, const char *, const char *, const struct sum *))
{
    size_t row = 0;
    struct sum s;
    for (size_t i = 0; i < m->n_lists; i++) {
        for (const struct route *r = m->lists[i]; r->path; r++, row++) {
            s = sum_of(m, row);
            if (s.all)
                put(b, route_method_name(r->method), r->path, &s);
        }
    }
    s = sum_of(m, row);
    if (s.all)
        put(b, "other", "other", &s);
}

void web_metrics_put(const struct web *w, struct buf *out)
{
    buf_lit(out, "# HELP yagura_http_requests_total Replies by route and class of status.\n"
                 "# TYPE yagura_http_requests_total counter\n");
    put_rows(w->metrics, out, put_counts);
    buf_lit(out, "# HELP yagura_http_request_duration_seconds From the whole request to the reply.\n"
                 "# TYPE yagura_http_request_duration_seconds histogram\n");
    put_rows(w->metrics, out, put_durations);
}
