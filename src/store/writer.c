/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's thread, its queue and group commit. */
#include "store/writer.h"

#include "core/log.h"

struct writer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct db *db;
    struct tx *tx;
    struct job *head, **tail;
    size_t waiting;
    bool stopping;
    usec began; /* monotonic: the batch under way; 0: none */
    struct writer_stats stats;
};

static struct job *take_batch(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->began = 0;
    while (!w->head && !w->stopping)
        pthread_cond_wait(&w->wake, &w->lock);
    struct job *batch = w->head, *last = NULL, *j = batch;
    for (size_t n = 0; j && n < WRITER_BATCH; n++, j = j->next) {
        last = j;
        w->waiting--;
    }
    w->head = j;
    if (!j)
        w->tail = &w->head;
    if (last)
        last->next = NULL;
    w->began = usec_mono();
    pthread_mutex_unlock(&w->lock);
    return batch;
}

static void run_job(struct tx *tx, struct job *job)
{
    tx_touch(tx);
    job->result = tx_savepoint(tx);
    if (err_is(job->result))
        return;
    job->result = job->run(tx, job->arg);
    if (!err_is(job->result))
        job->result = tx_release(tx);
    if (err_is(job->result))
        tx_rollback_to(tx);
}

static void fail_all(struct job *batch, err e)
{
    for (struct job *j = batch; j; j = j->next)
        if (!err_is(j->result))
            j->result = e;
}

/* Ids go on after the last one given, whatever the clock says meanwhile: it is kept with every
 * batch. Without it a writer would give some a second time, so it does not start. */
static err continue_ids(struct tx *tx, struct db *db)
{
    DB_EACH(db, r, SQL("SELECT CAST(value AS BIGINT) FROM setting WHERE name='last_id'"), V0)
    tx_id_start(tx, row_i64(&r, 0));
    return db_status(db);
}

static err keep_last_id(struct tx *tx, int64_t before)
{
    int64_t last = tx_id_last(tx);
    if (last == before)
        return OK;
    return db_exec(tx,
        SQL("INSERT INTO setting (name, value) VALUES ('last_id', CAST(CAST($1 AS BIGINT) AS TEXT))"
            " ON CONFLICT (name) DO UPDATE SET value=excluded.value"),
        V(last));
}

static void note_commit(struct writer *w, err e)
{
    pthread_mutex_lock(&w->lock);
    w->stats.commit_failed += err_is(e);
    if (!err_is(e))
        w->stats.committed_at = tx_now(w->tx);
    pthread_mutex_unlock(&w->lock);
}

static int64_t run_batch(struct writer *w, struct job *batch)
{
    int64_t n = 0;
    for (struct job *j = batch; j; j = j->next, n++)
        j->result = OK;
    err e = tx_begin(w->tx);
    if (err_is(e)) {
        fail_all(batch, e);
        return n;
    }
    int64_t before = tx_id_last(w->tx);
    for (struct job *j = batch; j; j = j->next)
        run_job(w->tx, j);
    e = keep_last_id(w->tx, before);
    if (!err_is(e))
        e = db_status(w->db);
    if (!err_is(e))
        e = tx_commit(w->tx);
    note_commit(w, e);
    if (err_is(e)) {
        tx_rollback(w->tx);
        fail_all(batch, e);
        log_event(LOG_ERROR, "commit_failed", (struct log_field[]){{"error", str_of(err_name(e))}}, 1);
    }
    return n;
}

/* The figures first: whoever is told that a job is done finds it counted. */
static void report(struct writer *w, struct job *batch, int64_t n, usec took)
{
    int64_t failed = 0;
    for (struct job *j = batch; j; j = j->next)
        failed += err_is(j->result);
    pthread_mutex_lock(&w->lock);
    w->stats.jobs += n;
    w->stats.failed += failed;
    w->stats.batches++;
    w->stats.busy += took;
    if (n > w->stats.largest_batch)
        w->stats.largest_batch = n;
    pthread_mutex_unlock(&w->lock);
    for (struct job *j = batch, *next; j; j = next) {
        next = j->next; /* done may free the job */
        j->done(j);
    }
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    for (struct job *batch; (batch = take_batch(w)) != NULL;) {
        int64_t n = run_batch(w, batch);
        report(w, batch, n, usec_mono() - w->began);
    }
    return NULL;
}

err writer_start(struct db *db, struct tx_clock clock, struct writer **out)
{
    struct writer *w = calloc(1, sizeof *w);
    struct tx *tx = tx_new(db, clock);
    if (!w || !tx) {
        free(w);
        tx_free(tx);
        db_close(db);
        return ERR(NOMEM);
    }
    w->db = db;
    w->tx = tx;
    w->tail = &w->head;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    err e = continue_ids(tx, db);
    if (!err_is(e) && pthread_create(&w->thread, NULL, writer_main, w) != 0)
        e = ERR(IO);
    if (err_is(e)) {
        tx_free(tx);
        db_close(db);
        free(w);
        return e;
    }
    *out = w;
    return OK;
}

void writer_stop(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    tx_free(w->tx);
    db_close(w->db);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    free(w);
}

err writer_submit(struct writer *w, struct job *job)
{
    err e = OK;
    job->next = NULL;
    pthread_mutex_lock(&w->lock);
    if (w->waiting >= WRITER_QUEUE || w->stopping) {
        e = ERR(BUSY);
    } else {
        *w->tail = job;
        w->tail = &job->next;
        w->waiting++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    return e;
}

struct waiting_job {
    struct job job;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool finished;
};

static void wake_caller(struct job *job)
{
    struct waiting_job *wj = (struct waiting_job *)job;
    pthread_mutex_lock(&wj->lock);
    wj->finished = true;
    pthread_cond_signal(&wj->wake);
    pthread_mutex_unlock(&wj->lock);
}

err writer_call(struct writer *w, err (*run)(struct tx *, void *), void *arg)
{
    struct waiting_job wj = {.job = {.run = run, .arg = arg, .done = wake_caller}};
    pthread_mutex_init(&wj.lock, NULL);
    pthread_cond_init(&wj.wake, NULL);
    err e = writer_submit(w, &wj.job);
    if (!err_is(e)) {
        pthread_mutex_lock(&wj.lock);
        while (!wj.finished)
            pthread_cond_wait(&wj.wake, &wj.lock);
        pthread_mutex_unlock(&wj.lock);
        e = wj.job.result;
    }
    pthread_mutex_destroy(&wj.lock);
    pthread_cond_destroy(&wj.wake);
    return e;
}

struct writer_stats writer_stats(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    struct writer_stats s = w->stats;
    s.waiting = (int64_t)w->waiting;
    pthread_mutex_unlock(&w->lock);
    return s;
}

bool writer_is_stuck(struct writer *w, usec longer)
{
    pthread_mutex_lock(&w->lock);
    bool stuck = w->began != 0 && usec_mono() - w->began > longer;
    pthread_mutex_unlock(&w->lock);
    return stuck;
}
