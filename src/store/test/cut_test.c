/* SPDX-License-Identifier: Apache-2.0 */
/* The power goes at every moment that matters, each call to the disk fails once and for good, the
 * disk is full, somebody else holds it: the store opens on what is left, nothing that was
 * acknowledged is lost, nothing is half there. YAGURA_CUT_SEEDS in the environment: in how many
 * ways the power goes at each moment (8); with more than that every call fails, not every third. */
#include "test/fixture.h"
#include "test/vfs_cut.h"

#include "core/log.h"

#include <fcntl.h>

enum { JOBS = 200, CREATED = JOBS, MIGRATED, TOLD, LATE = 2 };

/* Two tables that must agree, and what a second release adds. */
#define FILE_OF(name, text) {name, (const unsigned char *)(text), sizeof(text) - 1}
static const struct embedded early[] = {
    FILE_OF("0001_thing.sql",
        "CREATE TABLE thing (n INT NOT NULL PRIMARY KEY, text TEXT NOT NULL) STRICT;"
        "CREATE TABLE tally (one INT NOT NULL PRIMARY KEY, things INT NOT NULL, total INT NOT NULL)"
        " STRICT;"
        "INSERT INTO tally (one, things, total) VALUES (1, 0, 0);"),
    {NULL, NULL, 0},
};
static struct embedded late[] = {
    {NULL, NULL, 0},
    FILE_OF("0002_more.sql",
        "CREATE INDEX thing_text ON thing (text);"
        "CREATE TABLE more (n INT NOT NULL PRIMARY KEY, total INT NOT NULL) STRICT;"
        "INSERT INTO more (n, total) SELECT n, n FROM thing;"),
    FILE_OF("0003_last.sql", "CREATE TABLE last (n INT NOT NULL PRIMARY KEY) STRICT;"
                             "INSERT INTO last (n) SELECT n FROM more;"),
    {NULL, NULL, 0},
};

static struct migration_set release_1[2], release_2[2];

static struct store_modules mods_of(struct migration_set *sets)
{
    return (struct store_modules){.migrations = sets, .n_migrations = 2};
}

static int dir_setup(void **state)
{
    fix_dir_setup(state);
    struct fix *f = *state;
    log_set_level((enum log_level)(LOG_ERROR + 1)); /* failures are what this is about */
    late[0] = early[0];
    for (size_t i = 0; i < f->mods.n_migrations; i++)
        if (strcmp(f->mods.migrations[i].module, "store") == 0)
            release_1[0] = release_2[0] = f->mods.migrations[i];
    release_1[1] = (struct migration_set){"cut", early};
    release_2[1] = (struct migration_set){"cut", late};
    vfs_cut_install();
    return 0;
}

/* What the store looks for before it opens the file itself, which is on the disk in memory. */
static void put_placeholder(struct fix *f, bool there)
{
    char *path = str_z(f->a, f->file);
    int fd = there ? open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : unlink(path);
    BUG_IF(there && (fd < 0 || close(fd) != 0));
}

static err open_release(struct fix *f, enum store_mode mode, struct migration_set *sets)
{
    str why;
    struct store_modules mods = mods_of(sets);
    ARENA_AUTO a = arena_new(1 << 20);
    f->store = NULL;
    return store_open(f->url, mode, &mods, fix_clock(f), a, &f->store, &why);
}

/* ── the jobs ── */

static err put_thing(struct tx *tx, void *arg)
{
    static const char letters[4000] = "x";
    int64_t n = *(const int64_t *)arg;
    struct audit_entry e = {.body = n % 3, .action = S("test.thing"), .object = S("thing")};
    TRY(db_exec(tx, SQL("INSERT INTO thing (n, text) VALUES ($1, $2)"),
        V(n, ((str){letters, (size_t)(n * 37 % 3000)}))));
    TRY(db_exec(tx, SQL("UPDATE tally SET things=things+1, total=total+$1 WHERE one=1"), V(n)));
    TRY(audit_append(tx, &e));
    return n % 7 == 0 ? ERR(CONFLICT) : OK; /* every seventh fails after its writes */
}

static err small_wal(struct tx *tx, void *arg)
{
    (void)arg;
    return db_script(tx_db(tx), "PRAGMA wal_autocheckpoint=24");
}

/* The mistake this test must find: a commit that does not wait for the disk. */
static err weaken(struct tx *tx, void *arg)
{
    (void)arg;
    return db_script(tx_db(tx),
        "COMMIT; PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE; SAVEPOINT job");
}

static void tell(struct job *job)
{
    if (!err_is(job->result))
        vfs_cut_mark(*(const int64_t *)job->arg);
}

static void one_by_one(struct fix *f, int64_t *next, int n)
{
    for (int i = 0; i < n; i++) {
        int64_t number = (*next)++;
        if (!err_is(fix_try(f, put_thing, &number)))
            vfs_cut_mark(number);
    }
}

/* Enough for several to share a commit. */
static void together(struct fix *f, int64_t *next, int n)
{
    static struct job jobs[JOBS];
    static int64_t numbers[JOBS];
    for (int i = 0; i < n; i++) {
        int64_t at = (*next)++;
        numbers[at] = at;
        jobs[at] = (struct job){.run = put_thing, .done = tell, .arg = &numbers[at]};
        assert_ok(writer_submit(store_writer(f->store), &jobs[at]));
    }
    IGNORE(fix_try(f, small_wal, NULL)); /* behind all of them */
}

static err begin(struct fix *f, err (*first)(struct tx *tx, void *arg))
{
    IGNORE(fix_try(f, small_wal, NULL));
    return first ? fix_try(f, first, NULL) : OK;
}

/* A store made, used, closed, brought to a new release and used on. Runs to its end whatever
 * fails; what is acknowledged is marked. first runs at each opening. Returns how many jobs. */
static int64_t script(struct fix *f, int jobs, err (*first)(struct tx *tx, void *arg))
{
    int64_t next = 1;
    struct db *db;
    put_placeholder(f, false);
    err e = open_release(f, STORE_CREATE, release_1);
    put_placeholder(f, true);
    if (err_is(e) && err_is(e = open_release(f, STORE_MIGRATE, release_1)))
        return next;
    vfs_cut_mark(CREATED);
    IGNORE(begin(f, first));
    one_by_one(f, &next, jobs / 4);
    if (!err_is(store_reader(f->store, &db)) && !err_is(db_read_begin(db))) {
        together(f, &next, jobs / 4); /* a reader keeps the WAL from starting anew */
        IGNORE(db_read_end(db));
    }
    one_by_one(f, &next, jobs / 4);
    fix_close_store(f);
    if (err_is(open_release(f, STORE_MIGRATE, release_2)))
        return next;
    vfs_cut_mark(MIGRATED);
    IGNORE(begin(f, first));
    together(f, &next, jobs / 8);
    one_by_one(f, &next, jobs / 8);
    fix_close_store(f);
    return next;
}

/* ── what must hold afterwards ── */

struct told {
    bool of[TOLD];
    int64_t sent; /* jobs from 1 to before this one were sent at all */
};

static struct told told_before(const struct cut_disk *d, size_t op, int64_t sent)
{
    struct told t = {.sent = sent};
    size_t i = 0;
    for (int64_t mark; cut_next_mark(d, op, &i, &mark);)
        t.of[mark] = true;
    return t;
}

static bool is_whole(struct db *db)
{
    bool whole = false;
    DB_EACH(db, r, SQL("PRAGMA integrity_check"), V0)
    whole = str_eq(row_view(&r, 0), S("ok"));
    return whole && !err_is(db_status(db));
}

/* Both tables, the chains and the acknowledgements tell the same story. */
static const char *compare(struct db *db, const struct told *t, bool *is_lost)
{
    struct audit_report report;
    int64_t things = 0, total = 0, audited = 0;
    bool found[JOBS] = {false};
    DB_EACH(db, r, SQL("SELECT n FROM thing ORDER BY n"), V0)
    {
        int64_t n = row_i64(&r, 0);
        if (n < 1 || n >= t->sent || n % 7 == 0)
            return "a job is there that failed or was never sent";
        found[n] = true;
        things++;
        total += n;
    }
    DB_EACH(db, r, SQL("SELECT things, total FROM tally"), V0)
    if (row_i64(&r, 0) != things || row_i64(&r, 1) != total)
        return "a job is half there";
    DB_EACH(db, r, SQL("SELECT COUNT(*) FROM audit"), V0)
    audited = row_i64(&r, 0);
    if (err_is(audit_verify(db, &report)) || report.rows != audited || audited != things)
        return "the audit chain does not fit";
    for (int64_t n = 1; n < t->sent && n < JOBS; n++)
        *is_lost = *is_lost || (t->of[n] && !found[n]);
    return err_is(db_status(db)) ? "a read failed" : NULL;
}

static const char *check_open(struct fix *f, const struct told *t, bool *is_lost)
{
    struct db *db;
    int applied = store_applied(f->store);
    int64_t again = t->sent == JOBS ? JOBS - 2 : JOBS - 1; /* 198 or 199: not sent yet */
    if (applied != 0 && (applied != LATE || t->of[MIGRATED]) && (applied <= LATE || t->of[CREATED]))
        return "a migration is half there or was lost";
    if (err_is(store_reader(f->store, &db)) || !is_whole(db))
        return "the file is damaged";
    const char *problem = compare(db, t, is_lost);
    return problem || !err_is(fix_try(f, put_thing, &again)) ? problem : "it takes no job any more";
}

/* NULL: all is well. is_lost: an acknowledged job is not there. */
static const char *check(struct fix *f, struct cut_disk *d, const struct told *t, bool *is_lost)
{
    char *path = str_z(f->a, f->file);
    vfs_cut_use(d);
    *is_lost = false;
    if (cut_find(d, path) < 0)
        return t->of[CREATED] ? "the file is gone" : NULL;
    err e = open_release(f, STORE_MIGRATE, release_2);
    if (e.code == ERR_CONFLICT && !t->of[CREATED])
        return NULL; /* half made: refused, and to be made again */
    if (err_is(e))
        return "it does not open";
    const char *problem = check_open(f, t, is_lost);
    fix_close_store(f);
    return problem;
}

/* ── cuts ── */

struct count {
    int64_t cuts, lost;
};

static void cut_once(struct fix *f, const struct cut_disk *d, size_t op, uint64_t seed,
    const struct told *t, int deeper, struct count *c);

/* And once more while it comes up again. */
static void cut_again(struct fix *f, const struct cut_disk *d, const struct told *t, int deeper,
    struct count *c)
{
    struct told same = *t;
    same.sent = JOBS; /* the check's own job may be there */
    for (size_t op = 0, n = 0; op < cut_ops(d); op++)
        if (cut_op_is_sync(d, op))
            cut_once(f, d, op, (uint64_t)c->cuts + n++, &same, deeper - 1, c);
}

static void cut_once(struct fix *f, const struct cut_disk *d, size_t op, uint64_t seed,
    const struct told *t, int deeper, struct count *c)
{
    bool is_lost;
    struct cut_disk *left = cut_power(d, op, seed);
    const char *problem = check(f, left, t, &is_lost);
    if (problem)
        fail_msg("cut before operation %zu of %zu, seed %llu: %s", op, cut_ops(d),
            (unsigned long long)seed, problem);
    c->cuts++;
    c->lost += is_lost;
    if (deeper > 0)
        cut_again(f, left, t, deeper, c);
    cut_disk_free(left);
}

static uint64_t seeds(void)
{
    const char *text = getenv("YAGURA_CUT_SEEDS");
    int64_t n = CUT_SEEDS;
    return text && err_is(parse_i64(str_of(text), 1, 1000000, &n)) ? CUT_SEEDS : (uint64_t)n;
}

/* At every sync in so many ways; at every eleventh other operation in one; every 97th disk that is
 * left is cut again while it is opened. */
static struct count cut_everywhere(
    struct fix *f, err (*first)(struct tx *tx, void *arg), uint64_t ways)
{
    struct cut_disk *d = cut_disk_new();
    struct count c = {0};
    vfs_cut_use(d);
    int64_t sent = script(f, 96, first);
    assert_true(sent > 70);
    for (size_t op = 0, turn = 0; op <= cut_ops(d); op++) {
        struct told t = told_before(d, op, sent);
        bool is_sync = op == cut_ops(d) || cut_op_is_sync(d, op);
        for (uint64_t s = 0; s < (is_sync ? ways : op % 11 == 0); s++)
            cut_once(f, d, op, is_sync ? s : op, &t, ++turn % 97 == 0, &c);
    }
    vfs_cut_use(NULL);
    cut_disk_free(d);
    return c;
}

static void a_power_cut_loses_nothing_acknowledged(void **state)
{
    struct count c = cut_everywhere(*state, NULL, seeds());
    print_message("%lld power cuts, %lld lost a job\n", (long long)c.cuts, (long long)c.lost);
    assert_true(c.cuts > 500);
    assert_int_equal(c.lost, 0);
}

static void a_commit_that_does_not_wait_is_found(void **state)
{
    struct count c = cut_everywhere(*state, weaken, 1);
    print_message("%lld power cuts, %lld lost a job\n", (long long)c.cuts, (long long)c.lost);
    assert_true(c.lost > 0);
}

/* The tables of the whole program: all there, or the file is refused, whenever the power goes. */
static void making_the_tables_is_all_or_nothing(void **state)
{
    struct fix *f = *state;
    struct cut_disk *d = cut_disk_new();
    int whole = 0, refused = 0;
    vfs_cut_use(d);
    fix_open_store(f, STORE_CREATE);
    int all = store_applied(f->store);
    fix_close_store(f);
    put_placeholder(f, true);
    for (size_t op = 0; op < cut_ops(d); op++) {
        for (uint64_t s = 0; s < (cut_op_is_sync(d, op) ? seeds() : 0); s++) {
            struct cut_disk *left = cut_power(d, op, s);
            vfs_cut_use(left);
            if (cut_find(left, str_z(f->a, f->file)) >= 0) {
                str why;
                err e = store_open(
                    f->url, STORE_MIGRATE, &f->mods, fix_clock(f), f->a, &f->store, &why);
                assert_true(e.code == ERR_OK || e.code == ERR_CONFLICT);
                whole += !err_is(e);
                refused += err_is(e);
                if (!err_is(e)) {
                    assert_true(store_applied(f->store) == 0 && is_whole(fix_db(f)));
                    fix_close_store(f);
                }
            }
            vfs_cut_use(NULL);
            cut_disk_free(left);
        }
    }
    assert_true(all > 10 && whole > 0 && refused > 0);
    cut_disk_free(d);
}

/* ── calls that fail ── */

/* One call that fails costs the jobs of one commit, none after it. */
static bool costs_a_batch_at_most(const struct told *t, int jobs)
{
    int failed = 0;
    for (int64_t n = 1; n < t->sent; n++)
        failed += n % 7 != 0 && !t->of[n];
    return failed <= jobs / 4;
}

/* The script with a fault; then, without it, on the disk as it is and as a power cut leaves it. */
static bool fail_once(struct fix *f, struct cut_fault fault, const char *what)
{
    struct cut_disk *d = cut_disk_new();
    bool is_lost = false;
    vfs_cut_use(d);
    vfs_cut_fail(fault);
    int64_t sent = script(f, 24, NULL);
    bool failed = vfs_cut_failed();
    vfs_cut_fail((struct cut_fault){0});
    struct told t = told_before(d, cut_ops(d), sent);
    struct cut_disk *left = cut_power(d, cut_ops(d), (uint64_t)fault.nth);
    const char *problem = fault.nth == 0 || fault.for_good || costs_a_batch_at_most(&t, 24)
        ? check(f, d, &t, &is_lost)
        : "it costs more than the jobs of one commit";
    if (!problem && !is_lost)
        problem = check(f, left, &t, &is_lost);
    if (problem || is_lost)
        fail_msg("%s %lld%s: %s", what, (long long)fault.nth, fault.for_good ? " and on" : "",
            problem ? problem : "an acknowledged job is lost");
    vfs_cut_use(NULL);
    cut_disk_free(left);
    cut_disk_free(d);
    return failed;
}

static void every_call_to_the_disk_may_fail(void **state)
{
    static const struct {
        const char *what;
        unsigned calls;
        int64_t step; /* how many there are differs */
    } rows[] = {
        {"read", CUT_READ, 5},
        {"write", CUT_WRITE, 5},
        {"sync", CUT_SYNC, 1},
        {"truncation", CUT_TRUNCATE, 1},
        {"opening", CUT_OPEN, 1},
        {"removal", CUT_DELETE, 1},
        {"shared memory", CUT_SHM, 3},
        {"lock", CUT_LOCK, 11},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t n = 1, step = seeds() > CUT_SEEDS ? 1 : rows[i].step;
        bool more = true;
        for (; more; n += step) {
            struct cut_fault once = {.calls = rows[i].calls, .nth = n}, on = once;
            on.for_good = true;
            more = fail_once(*state, once, rows[i].what);
            if (more && n % 3 == 1)
                fail_once(*state, on, rows[i].what);
        }
        print_message("%s: %lld calls\n", rows[i].what, (long long)(n - step));
        assert_true(n > step + 1 || rows[i].calls == CUT_TRUNCATE);
    }
}

static void a_full_disk_says_so_and_takes_jobs_again(void **state)
{
    struct fix *f = *state;
    int fulls = 0;
    for (int64_t room = 0; room < 300000; room += 9000)
        fulls += fail_once(f, (struct cut_fault){.has_room = true, .room = room}, "room");
    assert_true(fulls > 10);
    struct cut_disk *d = cut_disk_new();
    int64_t n = 1;
    vfs_cut_use(d);
    put_placeholder(f, false);
    assert_ok(open_release(f, STORE_CREATE, release_1));
    for (int i = 0; i < 3; i++) {
        vfs_cut_fail((struct cut_fault){.has_room = true});
        assert_err(fix_try(f, put_thing, &n), FULL);
        vfs_cut_fail((struct cut_fault){0});
        fix_write(f, put_thing, &n); /* the same store, not opened anew */
        n++;
    }
    fix_close_store(f);
    vfs_cut_use(NULL);
    cut_disk_free(d);
}

static void a_locked_database_is_waited_for_and_then_said_to_be_busy(void **state)
{
    struct fix *f = *state;
    struct cut_disk *d = cut_disk_new();
    int64_t n = 1;
    vfs_cut_use(d);
    put_placeholder(f, false);
    assert_ok(open_release(f, STORE_CREATE, release_1));
    vfs_cut_fail((struct cut_fault){.locked = true});
    assert_err(fix_try(f, put_thing, &n), BUSY);
    assert_in_range(vfs_cut_slept(), USEC_SECOND, 6 * USEC_SECOND);
    vfs_cut_fail((struct cut_fault){0});
    fix_write(f, put_thing, &n);
    fix_close_store(f);
    vfs_cut_use(NULL);
    cut_disk_free(d);
}

#define IN_FOLDER(t) cmocka_unit_test_setup_teardown(t, dir_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_power_cut_loses_nothing_acknowledged),
        IN_FOLDER(a_commit_that_does_not_wait_is_found),
        IN_FOLDER(making_the_tables_is_all_or_nothing),
        IN_FOLDER(every_call_to_the_disk_may_fail),
        IN_FOLDER(a_full_disk_says_so_and_takes_jobs_again),
        IN_FOLDER(a_locked_database_is_waited_for_and_then_said_to_be_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
