/* SPDX-License-Identifier: Apache-2.0 */
/* What the watching process says, into the database. A line is in a file beside the database, and on the
 * disk, before it is reported, and leaves it after: when the database is away, or this process is
 * killed, it arrives later, and only once, for a report that comes twice tells nobody twice. The other way go
 * ranges, when the database's have changed. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>
#include <poll.h>

enum {
    WAITING_MOST = 16 << 20, /* then nothing more is read, and the kernel counts what is lost */
    BATCH_LINES = 32,
    BATCH_MOST = 256 << 10,
    WAIT = 1000, /* ms */
};

static const usec AGAIN = 5 * USEC_SECOND, RANGES = 30 * USEC_SECOND;

struct relay {
    const struct options *o;
    struct store_modules mods;
    struct sensing_child *child;
    const char *name; /* of the spool */
    int spool;
    struct buf known;   /* the ranges the child has */
    struct buf words;   /* of the next ones, not yet taken by it */
    size_t said;
    usec asked; /* when the ranges were last looked for */
    struct buf waiting; /* whole lines, and perhaps the beginning of one */
    size_t whole;       /* bytes of whole lines, all in the file */
};

static err open_spool(struct relay *r, struct arena *a)
{
    str file;
    struct stat st;
    size_t got;
    TRY(db_url_file(r->o->db, &file));
    if (!file.n && !r->o->spool.n)
        main_say(S("PostgreSQL では、記録できない間の置き場所を --spool FILE で指定してください。"));
    if (!file.n && !r->o->spool.n)
        return ERR(INVALID);
    r->name = str_z(a, r->o->spool.n ? r->o->spool : str_fmt(a, "%.*s.darknet", STR_F(file)));
    r->spool = r->name ? open(r->name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (r->spool < 0 || fstat(r->spool, &st) != 0)
        return file_error();
    size_t n = st.st_size > WAITING_MOST / 2 ? WAITING_MOST / 2 : (size_t)st.st_size;
    if (n == 0)
        return OK;
    if (!buf_reserve(&r->waiting, n))
        return ERR(NOMEM);
    TRY(file_get(r->spool, 0, r->waiting.p, n, &got));
    while (got > 0 && r->waiting.p[got - 1] != '\n')
        got--; /* a line that was being written when the machine stopped was not acknowledged to anybody */
    r->waiting.n = r->whole = got;
    return OK;
}

/* The lines that have become whole: on the disk before anything else. */
static err keep(struct relay *r)
{
    size_t n = r->waiting.n;
    while (n > r->whole && r->waiting.p[n - 1] != '\n')
        n--;
    if (n == r->whole)
        return OK;
    if (lseek(r->spool, 0, SEEK_END) < 0)
        return ERR(IO);
    TRY(file_put(r->spool, r->waiting.p + r->whole, n - r->whole));
    if (fdatasync(r->spool) != 0)
        return file_error();
    r->whole = n;
    return OK;
}

/* The first of the waiting lines, at most so many, as an array; how many bytes of waiting they are. */
static size_t batch(const struct relay *r, int most, struct buf *out)
{
    str rest = {r->waiting.p, r->whole}, line;
    size_t used = 0;
    for (int i = 0; i < most && out->n < BATCH_MOST && str_cut(&rest, '\n', &line); i++) {
        buf_char(out, i ? ',' : '[');
        buf_str(out, line);
        used += line.n + 1;
    }
    buf_char(out, ']');
    return used;
}

static void forget(struct relay *r, size_t used)
{
    memmove(r->waiting.p, r->waiting.p + used, r->waiting.n - used);
    r->waiting.n -= used;
    r->whole -= used;
}

/* A line the database will never take: kept beside, for a person, so that the others can go on. */
static err put_aside(struct relay *r, size_t used)
{
    ARENA_AUTO a = arena_new(1 << 20);
    char *name = a ? str_z(a, str_fmt(a, "%s.refused", r->name)) : NULL;
    int fd = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return file_error();
    err e = file_put(fd, r->waiting.p, used);
    close(fd);
    main_say(str_fmt(a, "記録できない行を %s に移しました。", name));
    return e;
}

/* Some lines together; when they are refused, each alone. */
static err report_some(struct relay *r, int most)
{
    BUF_AUTO out = BUF(HANDOFF_MAX);
    size_t used = batch(r, most, &out);
    TRY(buf_status(&out));
    err e = sensing_report(r->o, &r->mods, buf_view(&out));
    if (e.code == ERR_INVALID && most > 1)
        return report_some(r, 1);
    if (e.code == ERR_INVALID)
        e = put_aside(r, used);
    if (!err_is(e))
        forget(r, used);
    return e;
}

static err report(struct relay *r)
{
    while (r->whole > 0)
        TRY(report_some(r, BATCH_LINES));
    return ftruncate(r->spool, 0) == 0 ? OK : file_error();
}

/* Looks for other ranges now and then; a database that is away has none, and the old ones stay. */
static void ask_ranges(struct relay *r)
{
    BUF_AUTO now = BUF(SENSING_RANGES);
    if (usec_mono() - r->asked < RANGES || r->said < r->words.n)
        return;
    r->asked = usec_mono();
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

/* false: the other side has ended. */
static bool read_more(struct relay *r)
{
    struct pollfd p[2] = {{.fd = r->child->lines, .events = POLLIN}, {.fd = r->child->words, .events = POLLOUT}};
    bool full = WAITING_MOST - r->waiting.n < 65536; /* then the other side waits */
    if (full)
        p[0].fd = -1;
    if (r->said == r->words.n)
        p[1].fd = -1;
    if (poll(p, 2, WAIT) <= 0)
        return true;
    if (p[1].revents & POLLOUT)
        say_ranges(r);
    if (full || !(p[0].revents & (POLLIN | POLLHUP | POLLERR)))
        return true;
    if (!buf_reserve(&r->waiting, 65536))
        return false;
    ssize_t n = read(r->child->lines, r->waiting.p + r->waiting.n, 65536);
    r->waiting.n += n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

static void stop_child(struct relay *r)
{
    if (r->child->words >= 0)
        close(r->child->words);
    r->child->words = -1;
    r->said = r->words.n = 0;
}

err relay_run(const struct options *o, struct arena *a, struct sensing_child *c, const volatile int *asked)
{
    struct relay r = {.o = o, .mods = modules_store(a), .child = c, .spool = -1, .waiting = BUF(WAITING_MOST),
        .known = BUF(SENSING_RANGES), .words = BUF(SENSING_RANGES + 64)};
    err e = open_spool(&r, a), last = OK;
    usec next = 0; /* what is not taken now is tried again in a while */
    if (!err_is(e) && fcntl(c->words, F_SETFL, O_NONBLOCK) != 0)
        e = ERR(IO);
    for (bool more = true; more && !err_is(e);) {
        if (*asked)
            stop_child(&r);
        else
            ask_ranges(&r);
        more = read_more(&r);
        e = keep(&r);
        if (!err_is(e) && r.whole > 0 && (!more || usec_mono() >= next)) {
            last = report(&r);
            next = err_is(last) ? usec_mono() + AGAIN : 0;
        }
    }
    if (r.spool >= 0)
        close(r.spool);
    buf_free(&r.waiting);
    buf_free(&r.known);
    buf_free(&r.words);
    return err_is(e) ? e : last;
}
