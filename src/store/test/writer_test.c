/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: commits in groups, keeps failures apart, refuses what does not fit its queue. */
#include "test/fixture.h"

enum { JOBS = 1000, BAD_JOB = 500 };

/* A job that holds the writer until the test opens it, so that others wait behind it. */
static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
    int done, failed; /* jobs reported back */
} gate;

static int gate_setup(void **state)
{
    gate = (struct gate){PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false, 0, 0};
    return fix_store_setup(state);
}

static err hold(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    pthread_mutex_lock(&gate.lock);
    gate.entered = true;
    pthread_cond_broadcast(&gate.moved);
    while (!gate.open)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    return OK;
}

static void report(struct job *job)
{
    pthread_mutex_lock(&gate.lock);
    gate.done++;
    gate.failed += err_is(job->result);
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static void submit_holder(struct fix *f, struct job *holder)
{
    *holder = (struct job){.run = hold, .done = report};
    assert_ok(writer_submit(store_writer(f->store), holder));
    pthread_mutex_lock(&gate.lock);
    while (!gate.entered)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void open_gate_and_wait(int jobs)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.moved);
    while (gate.done < jobs)
        pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

/* ── group commit ── */

static err put_number(struct tx *tx, void *arg)
{
    const int *n = arg;
    char name[16];
    snprintf(name, sizeof name, "n%d", *n);
    TRY(setting_put(tx, str_of(name), S("1")));
    return *n == BAD_JOB ? ERR(CONFLICT) : OK; /* after its write */
}

static void a_failing_job_does_not_harm_those_committed_with_it(void **state)
{
    static struct job jobs[JOBS], holder;
    static int numbers[JOBS];
    struct fix *f = *state;
    submit_holder(f, &holder);
    for (int i = 0; i < JOBS; i++) {
        numbers[i] = i;
        jobs[i] = (struct job){.run = put_number, .done = report, .arg = &numbers[i]};
        assert_ok(writer_submit(store_writer(f->store), &jobs[i]));
    }
    open_gate_and_wait(JOBS + 1);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(jobs[i].result.code, i == BAD_JOB ? ERR_CONFLICT : ERR_OK);
    assert_int_equal(gate.failed, 1);
    fix_close_store(f);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting"), JOBS - 1);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting WHERE name='n500'"), 0);
}

static void waiting_jobs_share_a_commit(void **state)
{
    static struct job jobs[JOBS], holder;
    static int number = 1;
    struct fix *f = *state;
    submit_holder(f, &holder);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.run = put_number, .done = report, .arg = &number};
        assert_ok(writer_submit(store_writer(f->store), &jobs[i]));
    }
    open_gate_and_wait(JOBS + 1);
    err e = fix_try(f, put_number, &number); /* the figures of the batches before it are there */
    struct writer_stats s = writer_stats(store_writer(f->store));
    assert_ok(e);
    assert_int_equal(s.largest_batch, WRITER_BATCH);
    assert_true(s.jobs >= JOBS + 1 && s.batches <= 2 + (JOBS + WRITER_BATCH - 1) / WRITER_BATCH);
    assert_int_equal(s.failed, 0);
}

/* ── what a job must not hide ── */

static err ignore_failed_read(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(setting_put(tx, S("hidden"), S("1")));
    int n = 0;
    DB_EACH(tx_db(tx), r, SQL("SELECT absent FROM setting"), V0)
    n++;
    return n == 0 ? OK : ERR(BUG); /* the mistake */
}

static err ignore_failed_write(struct tx *tx, void *arg)
{
    (void)arg;
    TRY(setting_put(tx, S("hidden"), S("1")));
    IGNORE(db_exec(tx, SQL("INSERT INTO setting (name, value) VALUES ('hidden', '2')"), V0));
    return OK; /* the mistake */
}

static void a_failure_inside_does_not_harm_the_jobs_beside_it(void **state)
{
    static struct job jobs[4], holder;
    static int before = 1, after = 2;
    struct fix *f = *state;
    submit_holder(f, &holder);
    jobs[0] = (struct job){.run = put_number, .done = report, .arg = &before};
    jobs[1] = (struct job){.run = ignore_failed_read, .done = report};
    jobs[2] = (struct job){.run = ignore_failed_write, .done = report};
    jobs[3] = (struct job){.run = put_number, .done = report, .arg = &after};
    for (size_t i = 0; i < COUNT_OF(jobs); i++)
        assert_ok(writer_submit(store_writer(f->store), &jobs[i]));
    open_gate_and_wait(COUNT_OF(jobs) + 1);
    assert_ok(jobs[0].result);
    assert_err(jobs[1].result, IO);
    assert_err(jobs[2].result, CONFLICT);
    assert_ok(jobs[3].result);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting WHERE name IN ('n1', 'n2')"), 2);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting WHERE name='hidden'"), 0);
}

static void a_job_with_a_failure_inside_is_not_committed(void **state)
{
    int number = 1;
    assert_err(fix_try(*state, ignore_failed_read, NULL), IO);
    assert_err(fix_try(*state, ignore_failed_write, NULL), CONFLICT);
    fix_write(*state, put_number, &number);
    assert_int_equal(fix_number(*state, "SELECT COUNT(*) FROM setting"), 1);
}

/* ── limits ── */

static void a_full_queue_says_busy(void **state)
{
    static struct job jobs[WRITER_QUEUE + 1], holder;
    static int number = 1;
    struct fix *f = *state;
    submit_holder(f, &holder);
    for (int i = 0; i < WRITER_QUEUE; i++) {
        jobs[i] = (struct job){.run = put_number, .done = report, .arg = &number};
        assert_ok(writer_submit(store_writer(f->store), &jobs[i]));
    }
    jobs[WRITER_QUEUE] = jobs[0];
    assert_err(writer_submit(store_writer(f->store), &jobs[WRITER_QUEUE]), BUSY);
    assert_err(fix_try(f, put_number, &number), BUSY);
    open_gate_and_wait(WRITER_QUEUE + 1);
    assert_int_equal(gate.failed, 0);
    fix_write(f, put_number, &number); /* there is room again */
}

/* ── ids and time ── */

struct ids {
    struct fix *f;
    int64_t v[4];
    usec now;
};

static err take_ids(struct tx *tx, void *arg)
{
    struct ids *ids = arg;
    ids->v[0] = tx_id(tx);
    ids->f->now += 5 * USEC_SECOND; /* the clock goes on: a job has one time all the same */
    ids->v[1] = tx_id(tx);
    ids->now = tx_now(tx);
    struct audit_entry e = {.action = S("a"), .object = S("o")};
    TRY(audit_append(tx, &e));
    ids->v[2] = tx_id(tx);
    return OK;
}

static void ids_rise_below_2_to_the_53(void **state)
{
    struct fix *f = *state;
    struct ids first = {.f = f}, second = {.f = f}, third = {.f = f};
    usec began = f->now;
    fix_write(f, take_ids, &first);
    assert_int_equal(first.now, began);
    assert_int_equal(first.v[0], (began / USEC_SECOND - 1577836800) << 20);
    assert_int_equal(first.v[1], first.v[0] + 1);
    assert_true(first.v[2] > first.v[1]);
    f->now -= USEC_DAY; /* a clock set back */
    fix_write(f, take_ids, &second);
    assert_true(second.v[0] > first.v[2]);
    fix_close_store(f); /* and a new process */
    fix_open_store(f, STORE_OWN);
    fix_write(f, take_ids, &third);
    assert_true(third.v[0] > second.v[1]);
    f->now = usec_of_jday_end(jday_of(2291, 12, 31));
    fix_write(f, take_ids, &third);
    assert_true(third.v[2] < (int64_t)1 << 53);
}

static void stopping_finishes_what_waits(void **state)
{
    static struct job jobs[300];
    static int numbers[300];
    struct fix *f = *state;
    for (int i = 0; i < 300; i++) {
        numbers[i] = i;
        jobs[i] = (struct job){.run = put_number, .done = report, .arg = &numbers[i]};
        assert_ok(writer_submit(store_writer(f->store), &jobs[i]));
    }
    fix_close_store(f);
    assert_int_equal(gate.done, 300);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting"), 300);
}

#define WITH_GATE(t) cmocka_unit_test_setup_teardown(t, gate_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(a_failing_job_does_not_harm_those_committed_with_it),
        WITH_GATE(waiting_jobs_share_a_commit),
        WITH_GATE(a_job_with_a_failure_inside_is_not_committed),
        WITH_GATE(a_failure_inside_does_not_harm_the_jobs_beside_it),
        WITH_GATE(a_full_queue_says_busy),
        WITH_GATE(ids_rise_below_2_to_the_53),
        WITH_GATE(stopping_finishes_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
