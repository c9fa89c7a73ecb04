/* SPDX-License-Identifier: Apache-2.0 */
/* What the watching process says, into the database. A line is in a file beside the database, and on the
 * disk, before it is reported, and leaves it after: when the database is away, or this process is
 * killed, it arrives later, and only once, for a report that comes twice tells nobody twice. A database that keeps
 * its caller waiting keeps only the process waiting that reports; this one goes on listening. The other way go
 * ranges, when the database's have changed. */
#include "main/sensing.h"

#include "main/spool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { BATCH_LINES = 128, WAIT = 1000 /* ms */ };

/* LAST: for what comes at the end, until it is left in the file. */
static const usec AGAIN = 5 * USEC_SECOND, RANGES = 30 * USEC_SECOND, LAST = 10 * USEC_SECOND;

struct relay {
    const struct options *o;
    const volatile int *asked;
    struct store_modules mods;
    struct sensing_child *child;
    struct buf known; /* the ranges the child has */
    struct buf words; /* of the next ones, not yet taken by it */
    size_t said;
    usec ranges; /* when they were last looked for */
    struct spool spool;
    bool held;  /* nothing more is read: there is no room */
    bool ended; /* the child has */
    usec until; /* 0: on and on */

    pid_t report; /* the process that reports; 0: none */
    int done;     /* becomes readable with its end */
    size_t used;  /* bytes it reports */
    int lines;    /* at most so many at once */
    usec next;    /* what was not taken is tried again then */
    err last;     /* what came of it */
};

/* ── a report: in a process of its own, which dies with this one ── */

static _Noreturn void report(const struct relay *r, pid_t parent, str lines)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN), signal(SIGTERM, SIG_IGN); /* the parent says when */
    close(r->spool.fd), close(r->child->lines);
    if (r->child->words >= 0)
        close(r->child->words);
    if (getppid() != parent)
        _exit(ERR_IO);
    _exit((int)sensing_report(r->o, &r->mods, lines, !err_is(r->last)).code);
}

/* Some lines together; when they are refused, each alone; what is refused alone is put aside, so that the others
 * can go on. */
static err settle(struct relay *r, err e)
{
    bool refused = e.code == ERR_INVALID || e.code == ERR_LIMIT;
    if (refused && r->lines > 1) {
        r->lines = 1;
        return OK;
    }
    if (refused)
        e = spool_put_aside(&r->spool, r->used);
    else if (!err_is(e))
        TRY(spool_forget(&r->spool, r->used));
    if (!err_is(e) && err_is(r->last))
        main_say(S("記録できるようになりました。"));
    r->last = e;
    r->next = err_is(e) ? usec_mono() + AGAIN : 0;
    r->lines = err_is(e) ? r->lines : BATCH_LINES;
    return OK;
}

static err start_report(struct relay *r)
{
    BUF_AUTO out = BUF(HANDOFF_MAX);
    r->used = spool_batch(&r->spool, r->lines, &out);
    err e = buf_status(&out);
    if (err_is(e))
        return settle(r, e);
    pid_t self = getpid(), pid = fork();
    if (pid == 0)
        report(r, self, buf_view(&out));
    r->done = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (pid > 0 && r->done < 0)
        kill(pid, SIGKILL), waitpid(pid, NULL, 0);
    r->report = r->done < 0 ? 0 : pid;
    return r->report ? OK : settle(r, ERR(NOMEM));
}

/* Lines on which the program itself breaks would break it again. */
static err end_report(struct relay *r)
{
    int status = 0;
    bool ended = waitpid(r->report, &status, 0) == r->report, broke = WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL;
    close(r->done);
    r->report = 0;
    return !ended ? ERR(IO) : broke ? ERR(INVALID) : WIFEXITED(status) ? (err){(enum err_code)WEXITSTATUS(status)} : ERR(IO);
}

/* ── ranges ── */

/* Looks for other ranges now and then; a database that is away has none, and the old ones stay. */
static void ask_ranges(struct relay *r)
{
    BUF_AUTO now = BUF(SENSING_RANGES);
    if (usec_mono() - r->ranges < RANGES || r->said < r->words.n)
        return;
    r->ranges = usec_mono();
    if (err_is(sensing_ranges_at(r->o, usec_now(), false, &now)) || now.n == 0 ||
        str_eq(buf_view(&now), buf_view(&r->known)))
        return;
    r->known.n = r->words.n = r->said = 0;
    buf_str(&r->known, buf_view(&now));
    sensing_put_frame(&r->words, buf_view(&now));
}

static void say_ranges(struct relay *r)
{
    ssize_t n = write(r->child->words, r->words.p + r->said, r->words.n - r->said);
    r->said += n > 0 ? (size_t)n : 0;
}

/* ── the child ── */

static void stop_child(struct relay *r)
{
    if (r->child->words >= 0)
        close(r->child->words);
    r->child->words = -1;
    r->said = r->words.n = 0;
}

/* What cannot be held waits in the child, and what cannot wait there is counted by the kernel as dropped. */
static bool may_read(struct relay *r)
{
    bool room = spool_has_room(&r->spool);
    if (!room && !r->held && !r->spool.no_disk)
        main_say(S("記録できずに待っている行が多すぎます。記録できるまで、パケットを見ずに数えるだけにします。"));
    r->held = !room;
    return room && !r->ended;
}

static err read_lines(struct relay *r)
{
    struct buf *b = &r->spool.bytes;
    if (!buf_reserve(b, SPOOL_PIECE))
        return ERR(NOMEM);
    ssize_t n = read(r->child->lines, b->p + b->n, SPOOL_PIECE);
    b->n += n > 0 ? (size_t)n : 0;
    r->ended = n == 0 || (n < 0 && errno != EINTR);
    if (r->ended)
        r->next = 0; /* once more, at once */
    return OK;
}

/* Waits for whatever comes first. */
static err listen_to_all(struct relay *r)
{
    struct pollfd p[] = {{.fd = may_read(r) ? r->child->lines : -1, .events = POLLIN},
        {.fd = r->said < r->words.n ? r->child->words : -1, .events = POLLOUT},
        {.fd = r->report ? r->done : -1, .events = POLLIN}};
    if (poll(p, COUNT_OF(p), WAIT) <= 0)
        return OK;
    if (p[1].revents & POLLOUT)
        say_ranges(r);
    if (p[0].revents)
        TRY(read_lines(r));
    return p[2].revents ? settle(r, end_report(r)) : OK;
}

/* ── both ── */

static err turn(struct relay *r)
{
    if (*r->asked)
        stop_child(r);
    else
        ask_ranges(r);
    if (r->until == 0 && (*r->asked || r->ended))
        r->until = usec_mono() + LAST;
    TRY(listen_to_all(r));
    TRY(spool_keep(&r->spool));
    return r->report == 0 && spool_waits(&r->spool) && usec_mono() >= r->next ? start_report(r) : OK;
}

static bool is_over(const struct relay *r)
{
    bool tried = !spool_waits(&r->spool) || r->next > 0;
    return (r->ended && r->report == 0 && tried && !r->spool.no_disk) || (r->until && usec_mono() > r->until);
}

/* A report that still waits is ended: its lines are in the file. */
static void finish(struct relay *r, struct arena *a)
{
    if (r->report) {
        kill(r->report, SIGKILL);
        IGNORE(settle(r, end_report(r))); /* what could not be forgotten is reported again */
    }
    if (spool_waits(&r->spool))
        main_say(str_fmt(a, "%zu 行を %s に残しました。次に始めたときに記録します。", spool_lines(&r->spool), r->spool.name));
    if (r->spool.no_disk)
        main_say(S("ディスクに空きがなく、最後に見たものを残せませんでした。"));
}

static err begin(struct relay *r, struct arena *a)
{
    str file;
    TRY(db_url_file(r->o->db, &file));
    if (fcntl(r->child->words, F_SETFL, O_NONBLOCK) != 0)
        return ERR(IO);
    return spool_open(&r->spool, str_z(a, r->o->spool.n ? r->o->spool : str_fmt(a, "%.*s.darknet", STR_F(file))));
}

err relay_run(const struct options *o, struct arena *a, struct sensing_child *c, const volatile int *asked)
{
    struct relay r = {.o = o, .asked = asked, .mods = modules_store(a), .child = c, .spool = SPOOL, .lines = BATCH_LINES,
        .known = BUF(SENSING_RANGES), .words = BUF(SENSING_RANGES + 64)};
    err e = begin(&r, a);
    while (!err_is(e) && !is_over(&r))
        e = turn(&r);
    finish(&r, a);
    spool_close(&r.spool);
    buf_free(&r.known);
    buf_free(&r.words);
    return err_is(e) ? e : spool_waits(&r.spool) && !err_is(r.last) ? ERR(BUSY) : r.last;
}
